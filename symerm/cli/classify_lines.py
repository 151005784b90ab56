"""Classification of many networks, one JSON text per line, in worker processes."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from typing import Any

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.errors import InputError, SymermError
from symerm.landscape.classification import classify_against
from symerm.networks.serialization import MAX_FILE_SIZE, network_from_json
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.reports.landscape import classification_to_json

__all__ = ["classify_lines"]

_BAD_INPUT = 2
_UNDECIDED = 3
#: Networks that a worker takes at a time.
_BLOCK = 100


def classify_lines(
    path: str, against: PiecewisePolynomial | Dataset, *, workers: int = 1
) -> int:
    """Print one JSON object per network of a file, in its order; the exit code.

    Blank lines are passed over.  A line that is no network gives ``{"line", "error"}``.
    """
    codes: set[int] = set()
    work = partial(_classify_block, against=against)
    blocks = _blocks(path)
    if workers == 1:
        _print(map(work, blocks), codes)
    else:
        with ProcessPoolExecutor(workers) as pool:
            try:
                _print(_in_order(pool, work, blocks, 2 * workers), codes)
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return _BAD_INPUT if _BAD_INPUT in codes else max(codes, default=0)


def _print(results: Iterator[list[tuple[int, str]]], codes: set[int]) -> None:
    for rows in results:
        codes.update(code for code, _ in rows)
        print("\n".join(text for _, text in rows), flush=True)


def _in_order(
    pool: ProcessPoolExecutor, work: Any, blocks: Iterator[Any], ahead: int
) -> Iterator[list[tuple[int, str]]]:
    """The results in order, with a bounded number of blocks under way."""
    pending = deque(pool.submit(work, block) for block in islice(blocks, ahead))
    while pending:
        yield pending.popleft().result()
        pending.extend(pool.submit(work, block) for block in islice(blocks, 1))


def _blocks(path: str) -> Iterator[list[tuple[int, str]]]:
    """Numbered lines in blocks; no line longer than a network file may be is read whole."""
    block: list[tuple[int, str]] = []
    with open(path, encoding="utf-8", errors="replace") as stream:
        number = 0
        while line := stream.readline(MAX_FILE_SIZE):
            number += 1
            if len(line) == MAX_FILE_SIZE:
                raise InputError(
                    f"the line is longer than {MAX_FILE_SIZE:,} characters", file=path, row=number
                )
            if line.strip():
                block.append((number, line))
            if len(block) == _BLOCK:
                yield block
                block = []
    if block:
        yield block


def _classify_block(
    block: Sequence[tuple[int, str]], against: PiecewisePolynomial | Dataset
) -> list[tuple[int, str]]:
    return [_classify_line(number, line, against) for number, line in block]


def _classify_line(
    number: int, line: str, against: PiecewisePolynomial | Dataset
) -> tuple[int, str]:
    try:
        network = network_from_json(line)
        if not isinstance(network, ShallowNetwork):
            raise InputError("the network has more than two layers; two are classified")
        found = classify_against(network, against)
    except SymermError as error:
        return _BAD_INPUT, json.dumps({"line": number, "error": str(error)})
    code = _UNDECIDED if found.verdict == "undecided" else 0
    return code, json.dumps(classification_to_json(found))
