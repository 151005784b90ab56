"""Rows of a table of critical points: many configurations that differ in idle neurons only.

A row is a realised function with a verdict.  Its neurons are described by what must be there (a
group of neurons at each kink of f, or one of some classes) and what may be there in any number.
The description is exact: `CaseRow.holds_for` says for a configuration whether the row is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from symerm.landscape.configurations import Configuration, NeuronClass, neuron_signs
from symerm.landscape.zigzags import Zigzag

__all__ = ["ROW_KINDS", "CaseRow", "row_kind"]

#: Kinds of rows in the order of a table.  ``"target"`` says only that f is the target; the three
#: after it say how.
ROW_KINDS = (
    "constant", "zigzag", "target", "target-affine", "target-hinges", "target-parabolas"
)  # fmt: skip


@dataclass(frozen=True)
class CaseRow:
    """Configurations with one realised function and one verdict.

    Attributes
    ----------
    kind : str
        One of `ROW_KINDS`.
    residual : Zigzag or None
        The realised function; None if it is the target.  Of two mirror images the one whose
        first kink faces right.
    verdict : str
    required : tuple of NeuronClass
        If not empty: one or more of these are there.  A zigzag has, instead, at each kink of f
        one or more neurons with the facing of `residual`, not all of them flat.
    allowed : tuple of NeuronClass
        Besides these, any number of these.
    reasons : tuple of str
        Formulas stand between dollar signs.
    configurations : int or None
        How many were found, one of each mirrored pair.
    """

    kind: str
    residual: Zigzag | None
    verdict: str
    required: tuple[NeuronClass, ...]
    allowed: tuple[NeuronClass, ...]
    reasons: tuple[str, ...]
    configurations: int | None = None

    @cached_property
    def mirrored(self) -> bool:
        """Whether the mirror image has another realised function than the row shows."""
        return self.residual is not None and self.residual.mirrored() != self.residual

    def holds_for(self, configuration: Configuration) -> bool:
        """Whether the row describes a configuration or its mirror image."""
        meant = _MEANT[self.kind]
        # What the other rows say is the same of both mirror images.
        return meant(self, configuration) or (
            self.mirrored and meant(self, configuration.mirrored())
        )


def row_kind(configuration: Configuration, residual: Zigzag | None) -> str:
    """The kind of the row to which a critical configuration belongs."""
    if residual is not None:
        return "zigzag" if residual.facings else "constant"
    if any(neuron.type == "sloped" for group in configuration.kinks for neuron in group):
        return "target-parabolas"
    return "target-affine" if _has_affine(configuration) else "target-hinges"


def _has_affine(configuration: Configuration) -> bool:
    """Whether a neuron that is not flat is affine on the interval and not constant."""
    return any(
        not neuron.flat and neuron.type != "constant" and _is_sloped(neuron)
        for neuron in configuration.outer
    )


def _is_sloped(neuron: NeuronClass) -> bool:
    left, right, weight = neuron_signs(neuron)
    # Under "relu" the inactive neurons are one class, with weight 0 here.
    return weight != 0 and (max(left, right) > 0 or neuron.output == "non-flat")


def _constant(row: CaseRow, configuration: Configuration) -> bool:
    if len(configuration.kinks) > 1:
        return False
    neurons = {*configuration.outer, *(n for group in configuration.kinks for n in group)}
    return (
        neurons <= {*row.required, *row.allowed}
        and (not row.required or not neurons.isdisjoint(row.required))
    )


def _zigzag(row: CaseRow, configuration: Configuration) -> bool:
    assert row.residual is not None
    facings = row.residual.facings
    return (
        len(configuration.kinks) == len(facings)
        and all(
            {neuron.facing for neuron in group} == {facing}
            and not all(neuron.flat for neuron in group)
            for group, facing in zip(configuration.kinks, facings, strict=True)
        )
        and set(configuration.outer) <= set(row.allowed)
    )


def _hinges(row: CaseRow, configuration: Configuration) -> bool:
    """No kink of one neuron that is not flat; affine neurons, or both facings at some kink."""
    groups = [[n.facing for n in group if not n.flat] for group in configuration.kinks]
    affine = _has_affine(configuration)
    return (
        all(len(group) != 1 for group in groups)
        and affine == (row.kind == "target-affine")
        and (affine or any(len(set(group)) == 2 for group in groups))
    )


def _parabolas(row: CaseRow, configuration: Configuration) -> bool:
    return sum(any(not n.flat for n in group) for group in configuration.kinks) >= 2


_MEANT: dict[str, Callable[[CaseRow, Configuration], bool]] = {
    "constant": _constant,
    "zigzag": _zigzag,
    "target-affine": _hinges,
    "target-hinges": _hinges,
    "target-parabolas": _parabolas,
}
