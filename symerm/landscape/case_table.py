"""The table of all critical points of a width for a target alpha x + beta with alpha not 0.

For small widths every configuration of neurons is walked and solved
(`symerm.landscape.derivation`); the critical ones are gathered into rows, and each row is checked
to describe exactly the configurations in it.  The rows must be those of the theorem
(`symerm.landscape.stated_cases`).  For larger widths the table is the theorem's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from symerm.display import RichDisplay, Table, enumeration, listing
from symerm.errors import InputError
from symerm.landscape.case_rows import ROW_KINDS, CaseRow, row_kind
from symerm.landscape.configurations import Configuration, NeuronClass, configurations
from symerm.landscape.derivation import CriticalCase, Derivation, derive
from symerm.landscape.stated_cases import stated_rows
from symerm.landscape.zigzags import Zigzag
from symerm.problem.architecture import MAX_WIDTH

__all__ = [
    "DERIVED_WIDTH",
    "CaseTable",
    "case_table",
    "derived_table",
    "disagreements",
    "stated_table",
]

#: Kind, realised function and verdict of a row.
_Key = tuple[str, Zigzag | None, str]

#: Largest width for which `case_table` derives the table: a second or two.
DERIVED_WIDTH = 4


@dataclass(frozen=True)
class CaseTable(RichDisplay):
    """All critical points of networks with N hidden neurons and an affine target.

    Attributes
    ----------
    width : int
    activation : str
        ``"relu"``, ``"leaky"`` (for all slopes in (0, 1)) or ``"quadratic"``.
    rows : tuple of CaseRow
    derivations : tuple of Derivation
        One for every configuration up to the mirror; empty if the table is the theorem's.
    """

    width: int
    activation: str
    rows: tuple[CaseRow, ...]
    derivations: tuple[Derivation, ...] = ()

    @property
    def derived(self) -> bool:
        """Whether the table was computed and not taken from the theorem."""
        return bool(self.derivations)

    @property
    def critical(self) -> tuple[Derivation, ...]:
        """The derivations of configurations that have critical points."""
        return tuple(entry for entry in self.derivations if entry.cases)

    @property
    def refusals(self) -> tuple[tuple[tuple[str, ...], int], ...]:
        """The reasons for which configurations are not critical, and how many have them."""
        counts = Counter(entry.refusals for entry in self.derivations if not entry.cases)
        return tuple(counts.most_common())

    def _display(self) -> Table:
        """Realised functions and verdicts, for notebooks."""
        return listing(
            ["realised function", "kinks facing", "verdict", "configurations"],
            self.rows,
            lambda row: [
                row.kind,
                _facings(row.residual),
                row.verdict,
                "" if row.configurations is None else str(row.configurations),
            ],
            caption=f"critical points, width {self.width}, {self.activation}, affine target",
        )


def case_table(width: int, activation: str) -> CaseTable:
    """The table of a width: derived if the width is at most `DERIVED_WIDTH`, else the theorem's.

    Parameters
    ----------
    width : int
    activation : str
        ``"relu"``, ``"leaky"`` or ``"quadratic"``.

    Raises
    ------
    InputError
        If the width is not positive or too large, or there is no such activation.
    ArithmeticError
        If the derived table is not the theorem's.

    Examples
    --------
    >>> table = case_table(1, "relu")
    >>> [(row.kind, row.verdict, row.configurations) for row in table.rows]
    [('constant', 'local-minimum', 3), ('constant', 'saddle', 4), \
('target-affine', 'global-minimum', 2)]
    >>> len(table.derivations), len(table.critical)
    (15, 9)
    """
    if width > DERIVED_WIDTH:
        return stated_table(width, activation)
    table = derived_table(width, activation)
    found = disagreements(table)
    if found:
        raise ArithmeticError(f"the table is not that of the theorem: {found[0]}")
    return table


def stated_table(width: int, activation: str) -> CaseTable:
    """The table that the theorem states.

    Examples
    --------
    >>> [len(stated_table(width, "leaky").rows) for width in (1, 2, 3)]
    [3, 5, 6]
    """
    _require(width, activation)
    return CaseTable(width, activation, stated_rows(width, activation))


def derived_table(width: int, activation: str) -> CaseTable:
    """The table derived from the critical equations of every configuration.

    Raises
    ------
    ArithmeticError
        If a row does not describe exactly its configurations.
    """
    _require(width, activation)
    derivations = tuple(derive(each, activation) for each in configurations(width, activation))
    gathered: dict[_Key, list[tuple[Configuration, CriticalCase]]] = {}
    for entry in derivations:
        for case in entry.cases:
            gathered.setdefault(_key(entry, case), []).append((entry.configuration, case))
    rows = [_row(*key, members) for key, members in gathered.items()]
    rows.sort(key=_order)
    for entry in derivations:
        meant = {
            (row.kind, row.residual, row.verdict)
            for row in rows
            if row.holds_for(entry.configuration)
        }
        if meant != {_key(entry, case) for case in entry.cases}:
            raise ArithmeticError(f"the rows do not describe {entry.configuration}")
    return CaseTable(width, activation, tuple(rows), derivations)


def disagreements(table: CaseTable) -> tuple[str, ...]:
    """Where a table differs from the theorem's, in words; empty if nowhere.

    The theorem says of global minima only that they realise the target, so all rows of them
    count as one.

    Examples
    --------
    >>> disagreements(derived_table(2, "leaky"))
    ()
    """
    stated = stated_rows(table.width, table.activation)
    found = {_plain(row) for row in table.rows}
    expected = {_plain(row) for row in stated}
    return tuple(
        f"{'not stated' if row in found else 'not found'}: {row.kind}, {row.verdict}, "
        f"{0 if row.residual is None else len(row.residual.facings)} kinks"
        for row in sorted(found ^ expected, key=_order)
    )


def _facings(residual: Zigzag | None) -> str:
    if residual is None:
        return "any"
    return enumeration(["right" if facing > 0 else "left" for facing in residual.facings])


def _require(width: int, activation: str) -> None:
    if not 1 <= width <= MAX_WIDTH:
        raise InputError(f"the width must be between 1 and {MAX_WIDTH}, not {width}")
    if activation not in ("relu", "leaky", "quadratic"):
        raise InputError(
            f"there is no table of critical points for the activation {activation}; "
            "use relu, leaky or quadratic"
        )


def _key(entry: Derivation, case: CriticalCase) -> _Key:
    """What the cases of a row have in common."""
    residual = case.residual
    if residual is not None:
        # Of two mirror images the one whose first kink faces right, if one does.
        residual = max(residual, residual.mirrored(), key=lambda each: each.facings)
    return row_kind(entry.configuration, residual), residual, case.verdict


def _row(
    kind: str,
    residual: Zigzag | None,
    verdict: str,
    members: list[tuple[Configuration, CriticalCase]],
) -> CaseRow:
    """The row of some configurations, its neurons described by those that occur."""
    classes: set[NeuronClass] = set()
    uniform: set[NeuronClass] = set()
    for configuration, _ in members:
        for each in (configuration, configuration.mirrored()):
            neurons = set(each.outer)
            if kind == "constant":
                neurons.update(n for group in each.kinks for n in group)
            classes |= neurons
            if len(neurons) == 1:
                uniform |= neurons
    # What makes a saddle of a constant f does so alone.
    required = uniform if verdict == "saddle" and kind == "constant" else set()
    if residual is None:
        classes = set()
    return CaseRow(
        kind,
        residual,
        verdict,
        tuple(sorted(required)),
        tuple(sorted(classes - required)),
        tuple(dict.fromkeys(case.reason for _, case in members)),
        len(members),
    )


def _order(row: CaseRow) -> tuple[int, int, str, tuple[int, ...]]:
    facings = row.residual.facings if row.residual is not None else ()
    return (
        ROW_KINDS.index(row.kind), len(facings), row.verdict, tuple(-each for each in facings)
    )


def _plain(row: CaseRow) -> CaseRow:
    """A row as the theorem states it."""
    kind = "target" if row.residual is None else row.kind
    return replace(row, kind=kind, reasons=(), configurations=None)
