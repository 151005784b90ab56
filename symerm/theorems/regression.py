"""All theorems and their mutants tried in one go: what a regression of the theory consists of.

A theorem passes if no applicable instance falsified it and there was one at all; a mutant passes
if it was refuted.  A mutant that survives is a hole in the strategy of instances: a fault of that
kind in the theorem, or in the program, would not be seen.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass

from symerm.errors import InputError
from symerm.theorems.registry import find_theorem
from symerm.theorems.statement import Theorem
from symerm.theorems.trial import Result, Trial, try_mutant, try_theorem

__all__ = ["Options", "Record", "regress", "try_all"]


@dataclass(frozen=True)
class Options:
    """How hard to try; see `symerm.theorems.trial.try_theorem`."""

    profile: str = "dev"
    examples: int | None = None
    seed: int = 0
    mutants: bool = False
    shrink: bool = True


@dataclass(frozen=True)
class Record:
    """What came of one theorem.

    Attributes
    ----------
    id : str
    trial : Trial
    mutants : tuple of (name, Trial)
    seconds : float
    """

    id: str
    trial: Trial
    mutants: tuple[tuple[str, Trial], ...]
    seconds: float

    @property
    def result(self) -> Result:
        """That of the theorem itself."""
        return self.trial.result

    @property
    def survivors(self) -> tuple[str, ...]:
        """Names of the mutants that were not refuted."""
        return tuple(name for name, trial in self.mutants if not trial.falsified)

    @property
    def passed(self) -> bool:
        """Whether the theorem holds on its instances and all tried mutants are refuted."""
        return self.result == "holds" and not self.survivors


def try_all(theorem: Theorem, options: Options | None = None) -> Record:
    """Try a theorem and, if asked for, its mutants.

    Examples
    --------
    >>> record = try_all(find_theorem("activation-lifting"), Options(mutants=True))
    >>> record.result, [name for name, trial in record.mutants], record.survivors
    ('holds', ['any-signs', 'reflected'], ())
    """
    asked = Options() if options is None else options
    started = time.monotonic()
    trial = try_theorem(
        theorem, profile=asked.profile, examples=asked.examples, seed=asked.seed,
        shrink=asked.shrink,
    )
    mutants = tuple(
        (
            mutant.name,
            try_mutant(
                theorem, mutant, profile=asked.profile, examples=asked.examples, seed=asked.seed
            ),
        )
        for mutant in (theorem.mutants if asked.mutants else ())
    )
    return Record(theorem.id, trial, mutants, time.monotonic() - started)


def regress(
    ids: Sequence[str],
    options: Options | None = None,
    *,
    workers: int = 1,
    report: Callable[[Record], None] | None = None,
) -> tuple[Record, ...]:
    """Try theorems of the registry, in worker processes if there are several.

    Parameters
    ----------
    ids : sequence of str
    options : Options, optional
    workers : int
        The records do not depend on it, apart from the seconds.
    report : callable, optional
        Called with every record as soon as it is there, in any order.

    Returns
    -------
    tuple of Record
        In the order of `ids`.

    Raises
    ------
    InputError
        If there is no such theorem, or the number of workers is not positive.
    """
    if workers < 1:
        raise InputError(f"the number of workers must be positive, not {workers}")
    asked = Options() if options is None else options
    theorems = [find_theorem(name) for name in ids]
    records: dict[str, Record] = {}

    def note(record: Record) -> None:
        records[record.id] = record
        if report is not None:
            report(record)

    if workers == 1 or len(theorems) == 1:
        for theorem in theorems:
            note(try_all(theorem, asked))
    else:
        with _pool(min(workers, len(theorems))) as pool:
            # Expensive theorems first: at the end no worker is left alone with a long one.
            order = sorted(theorems, key=lambda theorem: -theorem.expense)
            futures: list[Future[Record]] = [
                pool.submit(_try_named, theorem.id, asked) for theorem in order
            ]
            for future in as_completed(futures):
                note(future.result())
    return tuple(records[theorem.id] for theorem in theorems)


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that end at once when the block is left by an exception."""
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_ignore_interrupts
    )
    before = set(multiprocessing.active_children())
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _ignore_interrupts() -> None:
    """Ctrl-C reaches all processes; the first one answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _try_named(name: str, options: Options) -> Record:
    return try_all(find_theorem(name), options)
