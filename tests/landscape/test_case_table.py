"""The derived tables are the theorem's, row by row and configuration by configuration."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import comb

import pytest

from symerm.errors import InputError
from symerm.landscape.case_rows import CaseRow
from symerm.landscape.case_table import (
    DERIVED_WIDTH,
    CaseTable,
    case_table,
    derived_table,
    disagreements,
    stated_table,
)
from symerm.landscape.configurations import Configuration, NeuronClass
from symerm.landscape.slope_field import ONE

ACTIVATIONS = ("relu", "leaky", "quadratic")


@pytest.fixture(scope="module", params=[(w, a) for a in ACTIVATIONS for w in (1, 2, 3)],
                ids=lambda p: f"{p[1]}-{p[0]}")
def derived(request) -> CaseTable:
    return derived_table(*request.param)


def test_the_derived_table_is_the_theorems(derived) -> None:
    assert disagreements(derived) == ()
    assert derived.derived
    assert sum(row.configurations for row in derived.rows) == len(derived.critical)
    assert len(derived.derivations) == len(derived.critical) + sum(n for _, n in derived.refusals)


def relu_by_the_theorem(configuration: Configuration) -> tuple[str, int] | None:
    """Verdict and number of kinks of f for a critical point that is not a global minimum."""
    outer = [(n.type, n.output) for n in configuration.outer]
    if any(kind.startswith("type-1") for kind, _ in outer) or any(
        kind in ("semi-active", "degenerate") and output != "flat" for kind, output in outer
    ):
        return None
    if configuration.kinks:
        count = len(configuration.kinks)
        facings = [{n.facing for n in group} for group in configuration.kinks]
        alternating = [{(-1) ** i} for i in range(count)]
        # A sum 2 alpha/(n + 1) needs a neuron that is not flat.
        weighted = all(any(not n.flat for n in group) for group in configuration.kinks)
        return ("saddle", count) if count % 2 == 0 and facings == alternating and weighted else None
    good = {("semi-inactive at T0", "alpha v > 0"), ("semi-inactive at T1", "alpha v < 0")}
    if all(kind == "inactive" or (kind, output) in good for kind, output in outer):
        return "local-minimum", 0
    return "saddle", 0


def leaky_by_the_theorem(configuration: Configuration) -> tuple[str, int] | None:
    idle = ("degenerate", "semi-active", "inactive, w = 0")
    if any(n.type not in idle or not n.flat for n in configuration.outer):
        return None
    facings = [{n.facing for n in group} for group in configuration.kinks]
    count = len(facings)
    if facings not in ([{(-1) ** i} for i in range(count)], [{-((-1) ** i)} for i in range(count)]):
        return None
    if not all(any(not n.flat for n in group) for group in configuration.kinks):
        return None
    return "saddle", count


def quadratic_by_the_theorem(configuration: Configuration) -> tuple[str, int] | None:
    if any(not n.flat and n.type != "degenerate" for n in configuration.outer):
        return None
    if len(configuration.kinks) > 1 or any(not n.flat for g in configuration.kinks for n in g):
        return None
    return "saddle", 0


def test_every_configuration_is_what_the_theorem_says(derived) -> None:
    stated = {
        "relu": relu_by_the_theorem, "leaky": leaky_by_the_theorem,
        "quadratic": quadratic_by_the_theorem,
    }[derived.activation]
    for entry in derived.derivations:
        below = [
            (case.verdict, len(case.residual.facings))
            for case in entry.cases if case.residual is not None
        ]
        found = stated(entry.configuration)
        assert below == ([] if found is None else [found]), entry
        assert all(
            case.verdict == "global-minimum" for case in entry.cases if case.residual is None
        )


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_numbers_of_relu_configurations_by_counting(width) -> None:
    rows = {(row.kind, row.verdict): row for row in derived_table(width, "relu").rows
            if row.kind == "constant"}
    # Multisets of the idle classes: inactive flat or not and one at each end; 10 in all with
    # the bad ones.  The mirror exchanges the ends and fixes those with as many at each.
    def up_to_mirror(pairs: int, alone: int) -> int:
        total = comb(2 * pairs + alone + width - 1, width)
        fixed = sum(
            comb(pairs + m - 1, m) * comb(alone + width - 2 * m - 1, width - 2 * m)
            for m in range(width // 2 + 1)
        )
        return (total + fixed) // 2

    local = up_to_mirror(1, 2)
    assert rows["constant", "local-minimum"].configurations == local
    assert rows["constant", "saddle"].configurations == up_to_mirror(3, 4) - local


def test_equal_spacing_and_the_limit_of_small_slopes() -> None:
    (relu,) = [r for r in stated_table(4, "relu").rows
               if r.residual and len(r.residual.facings) == 4]
    assert relu.residual.squares == (ONE,) * 5
    for row in stated_table(6, "leaky").rows:
        zigzag = row.residual
        if zigzag is None or len(zigzag.facings) % 2 or zigzag.facings[:1] != (1,):
            continue
        limits = [square(Fraction(0)) for square in zigzag.squares]
        assert limits == [1] * len(limits)
        assert zigzag.contrast(Fraction(0)) == 1


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_wide_tables_are_the_theorems(activation) -> None:
    table = case_table(DERIVED_WIDTH + 1, activation)
    assert not table.derived
    assert table == stated_table(DERIVED_WIDTH + 1, activation)
    wide = stated_table(1000, activation)
    kinks = Counter(len(r.residual.facings) for r in wide.rows if r.residual is not None)
    expected = {
        "relu": {0: 2, **dict.fromkeys(range(2, 1001, 2), 1)},
        "leaky": {0: 1, **{n: 2 - n % 2 for n in range(1, 1001)}},
        "quadratic": {0: 1},
    }[activation]
    assert kinks == expected


def changed(table: CaseTable, **values) -> CaseTable:
    return replace(table, rows=(replace(table.rows[0], **values), *table.rows[1:]))


def test_a_wrong_table_is_noticed() -> None:
    table = derived_table(2, "relu")
    assert table.rows[0].verdict == "local-minimum"
    for wrong in (
        changed(table, verdict="saddle"),
        changed(table, allowed=table.rows[0].allowed[1:]),
        changed(table, residual=table.rows[2].residual),
        replace(table, rows=table.rows[1:]),
        replace(table, rows=(*table.rows, *derived_table(2, "leaky").rows)),
    ):
        assert disagreements(wrong)


def test_rows_hold_for_their_configurations_only(derived) -> None:
    for entry in derived.derivations:
        meant = [row for row in derived.rows if row.holds_for(entry.configuration)]
        assert len(meant) == len(entry.cases)
        assert [row.holds_for(entry.configuration.mirrored()) for row in meant] == (
            [True] * len(meant)
        )


def test_a_row_that_says_too_much_is_noticed() -> None:
    (row, *_) = derived_table(2, "relu").rows
    idle = NeuronClass("inactive", "flat")
    narrow = CaseRow(row.kind, row.residual, row.verdict, (), (idle,), row.reasons)
    both = Configuration((idle, NeuronClass("inactive", "non-flat")), ())
    assert row.holds_for(both)
    assert not narrow.holds_for(both)


@pytest.mark.parametrize(
    ("width", "activation", "message"),
    [
        (0, "relu", "between 1 and 1000, not 0"),
        (1001, "relu", "between 1 and 1000, not 1001"),
        (2, "tanh", "for the activation tanh; use relu, leaky or quadratic"),
    ],
)
def test_bad_requests_are_refused(width, activation, message) -> None:
    with pytest.raises(InputError, match=message):
        case_table(width, activation)
    with pytest.raises(InputError, match=message):
        derived_table(width, activation)
