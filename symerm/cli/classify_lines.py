"""Classification of many networks, one JSON text per line, in worker processes."""

from __future__ import annotations

import json
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import Event
from typing import TYPE_CHECKING, Any

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.cli.interrupts import loading
from symerm.errors import InputError, SymermError
from symerm.landscape.classification import classify_against, require_two_layers
from symerm.networks.serialization import MAX_FILE_SIZE, network_from_json
from symerm.problem.dataset import Dataset
from symerm.reports.landscape import classification_to_json

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event as Signal

__all__ = ["classify_lines"]

_BAD_INPUT = 2
_UNDECIDED = 3
#: Networks that a worker takes at a time.
_BLOCK = 100
#: Most worker processes: all of them start at once.
_MOST_WORKERS = 64
#: In a worker: the event after which it need not go on.
_STOPS: list[Signal] = []


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
        count, stop = min(workers, _MOST_WORKERS), Event()
        with ProcessPoolExecutor(count, initializer=_start_worker, initargs=(stop,)) as pool:
            with loading():
                pool.submit(int)  # starts the processes, while Ctrl-C is put off
            try:
                _print(_in_order(pool, work, blocks, 2 * count), codes)
            except BaseException:
                # Nobody waits for the blocks under way any more.
                stop.set()
                raise
    return _BAD_INPUT if _BAD_INPUT in codes else max(codes, default=0)


def _start_worker(stop: Signal) -> None:
    """Ctrl-C reaches all processes; the first one answers it and tells the workers to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _STOPS.append(stop)


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
    with open(path, encoding="utf-8-sig", errors="replace") as stream:
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
    return [
        _classify_line(number, line, against)
        for number, line in block
        if not any(stop.is_set() for stop in _STOPS)
    ]


def _classify_line(
    number: int, line: str, against: PiecewisePolynomial | Dataset
) -> tuple[int, str]:
    try:
        found = classify_against(require_two_layers(network_from_json(line)), against)
    except SymermError as error:
        return _BAD_INPUT, json.dumps({"line": number, "error": str(error)})
    code = _UNDECIDED if found.verdict == "undecided" else 0
    return code, json.dumps(classification_to_json(found))
