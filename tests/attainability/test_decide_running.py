"""Workers, executors, limits, interruption and progress: how a search runs changes no answer."""

from __future__ import annotations

import sys
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest
from search_cases import assert_sound, certificate, checked, problem_of, random_problem

from symerm.attainability import branch_and_bound, case_bounds, decide
from symerm.attainability.local_search import LocalSearch
from symerm.errors import InputError

EXACT = 10
zigzag = problem_of([0, 1, 2, 3, 4, 5], [0, 3, 1, 4, -1, 5], 2)


class Backwards(Executor):
    """Runs what it is given at once; a stand-in for foreign executors."""

    def __init__(self):
        self.calls = 0

    def submit(self, fn, /, *args, **kwargs):
        self.calls += 1
        future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.parametrize(
    "problem", [random_problem(3, 12, 2, 2), random_problem(4, 20, 1, 2, "leaky:1/10")]
)
def test_the_certificate_does_not_depend_on_where_it_was_found(problem):
    alone = decide(problem)
    text = certificate(alone)
    # Fresh tables, as in another process.
    case_bounds._tables.cache_clear()
    assert certificate(decide(problem)) == text
    with ThreadPoolExecutor(3) as threads:
        assert certificate(decide(problem, executor=threads)) == text
    foreign = Backwards()
    assert certificate(decide(problem, executor=foreign)) == text
    assert foreign.calls > 1
    assert certificate(decide(problem, workers=2)) == text
    assert dict(decide(problem).statistics) == dict(alone.statistics)


def test_the_order_of_other_problems_does_not_matter():
    first, second = random_problem(5, 10, 2, 1), random_problem(6, 10, 2, 1)
    texts = certificate(decide(first)), certificate(decide(second))
    case_bounds._tables.cache_clear()
    assert (certificate(decide(second)), certificate(decide(first))) == texts[::-1]


def test_threads_do_not_disturb_each_other(monkeypatch):
    # Many small batches and frequent switches: threads meet in the shared tables.
    monkeypatch.setattr(branch_and_bound, "_BATCH", 32)
    problem = random_problem(3, 12, 2, 2)
    text = certificate(decide(problem))
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(4):
            case_bounds._tables.cache_clear()
            with ThreadPoolExecutor(8) as threads:
                assert certificate(decide(problem, executor=threads)) == text
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("workers", [0, -1])
def test_the_number_of_workers_must_be_positive(workers):
    with pytest.raises(InputError):
        decide(zigzag, workers=workers)


@pytest.mark.parametrize("problem", [zigzag, random_problem(7, 15, 3, 3)])
@pytest.mark.parametrize("limit", [0, -1, 0.0])
def test_no_time_is_undecided_with_proved_bounds(problem, limit):
    verdict = decide(problem, time_limit=limit)
    assert verdict.verdict == "undecided"
    assert not verdict.interrupted
    assert_sound(verdict)


def test_a_short_time_is_undecided_or_right():
    problem = random_problem(7, 15, 3, 2)
    verdict = decide(problem, time_limit=0.3)
    assert verdict.verdict in ("undecided", "attained")
    assert_sound(verdict)


def test_enough_time_changes_nothing():
    assert certificate(decide(zigzag, time_limit=1000)) == certificate(decide(zigzag))


@pytest.mark.parametrize("after", [1, 2, 3])
def test_an_interrupt_in_the_progress_report_keeps_the_bounds(after):
    reports = []

    def interrupt(progress):
        reports.append(progress)
        if len(reports) == after:
            raise KeyboardInterrupt

    verdict = decide(zigzag, progress=interrupt)
    assert len(reports) == after
    assert verdict.verdict == "undecided"
    assert verdict.interrupted
    assert verdict.lower <= EXACT <= verdict.upper
    assert_sound(verdict)
    # The tables that are kept between searches are still good.
    assert decide(zigzag).exact == EXACT


def _interrupting(function, at):
    """The function, with an interrupt in its call number `at`."""
    calls = 0

    def wrapped(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == at:
            raise KeyboardInterrupt
        return function(*args, **kwargs)

    return wrapped


def _assert_interrupted(monkeypatch, owner, name, at):
    monkeypatch.setattr(owner, name, _interrupting(getattr(owner, name), at))
    verdict = decide(zigzag)
    if verdict.interrupted:
        assert verdict.verdict == "undecided"
    assert verdict.lower <= EXACT <= verdict.upper
    assert_sound(verdict)


@pytest.mark.parametrize("at", range(1, 7))
@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (LocalSearch, "random_starts"),
        (LocalSearch, "descend"),
        (LocalSearch, "polish"),
        (branch_and_bound, "solve_batch"),
        (branch_and_bound._Search, "_round"),
    ],
)
def test_an_interrupt_between_the_steps(monkeypatch, owner, name, at):
    _assert_interrupted(monkeypatch, owner, name, at)


@pytest.mark.parametrize("at", [1, 2, 3, 20, 21, 22, 40, 60, 90])
@pytest.mark.parametrize("name", ["_push", "_apply"])
def test_an_interrupt_while_cases_are_queued(monkeypatch, name, at):
    _assert_interrupted(monkeypatch, branch_and_bound._Search, name, at)


def test_an_interrupt_in_a_worker_thread():
    class Interrupted(Backwards):
        def submit(self, fn, /, *args, **kwargs):
            if self.calls == 3:
                future = Future()
                future.set_exception(KeyboardInterrupt())
                return future
            return super().submit(fn, *args, **kwargs)

    verdict = decide(zigzag, executor=Interrupted())
    assert verdict.interrupted
    assert verdict.lower <= EXACT <= verdict.upper
    assert_sound(verdict)


def test_errors_of_the_executor_are_not_swallowed():
    class Broken(Backwards):
        def submit(self, fn, /, *args, **kwargs):
            raise RuntimeError("no connection")

    with pytest.raises(RuntimeError, match="no connection"):
        decide(zigzag, executor=Broken())


@pytest.mark.parametrize(
    "problem",
    [
        zigzag,
        problem_of([0, 1, 2, 3, 4, 5], [100, 103, 101, 104, 99, 105], 2, output_bias=False),
        problem_of([0, 0, 1, 2, 3, 4, 5], [0, 7, 3, 1, 4, -1, 5], 2),
    ],
)
def test_progress_brackets_the_infimum(problem):
    reports = []
    verdict = decide(problem, progress=reports.append)
    assert reports
    for report in reports:
        assert float(report.lower) <= float(verdict.exact) * (1 + 1e-9)
        assert verdict.exact <= report.upper
        assert report.open_cases >= 0
    uppers = [report.upper for report in reports]
    assert uppers == sorted(uppers, reverse=True)
    closed = [report.closed_cases for report in reports]
    assert closed == sorted(closed)
    assert [report.seconds for report in reports] == sorted(r.seconds for r in reports)
    assert reports[-1].upper == verdict.exact
    assert reports[-1].open_cases == 0
    assert float(reports[-1].lower) == pytest.approx(float(verdict.exact))


def test_a_perfect_fit_needs_no_steps():
    verdict = decide(problem_of(range(6), [0, 0, 1, 2, 3, 4], 1))
    assert verdict.exact == 0
    assert checked(verdict) == "VALID attained 0 0"
