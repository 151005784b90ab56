"""A problem as a secant variety: pieces, roots and tables, and points with their losses."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import comb

from symerm.arrangements.conforming import ConformingPieces, Refinement, conforming
from symerm.arrangements.neuron_pieces import NeuronPieces, neuron_pieces
from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.secant_roots import secant_roots
from symerm.attainability.secant_tables import Box, RootTables, degrees, root_tables
from symerm.errors import UnsupportedError

__all__ = ["Limit", "SecantProblem"]

Coordinates = tuple[tuple[int, ...], ...]

#: How many times pieces are subdivided where they cross.
_REFINEMENTS = 40


@dataclass(frozen=True)
class Limit:
    """A tuple of neurons, or with a box a limit of tuples.

    Attributes
    ----------
    root : int
    coordinates : for each axis a non-negative integer for each item
    box : the items that keep their coordinates while the others tend to zero together
    loss : Fraction
        Scaled, as in `ScaledProblem`.
    """

    root: int
    coordinates: Coordinates
    box: Box | None
    loss: Fraction


@dataclass(frozen=True)
class SecantProblem:
    """A problem with its pieces, roots and tables.

    Attributes
    ----------
    scaled : ScaledProblem
    pieces : NeuronPieces
        After refinement.
    forms : ExteriorForms
    tables : one for each root
    refinements : what was done to the pieces
    conforming : bool
        Whether they meet in common faces only.
    """

    scaled: ScaledProblem
    pieces: NeuronPieces
    forms: ExteriorForms
    tables: tuple[RootTables, ...]
    refinements: tuple[Refinement, ...] = ()
    conforming: bool = True

    @classmethod
    def of(
        cls, scaled: ScaledProblem, *, most: int | None = None, deadline: float | None = None
    ) -> SecantProblem:
        """Pieces, roots and tables of a scaled problem.

        Parameters
        ----------
        scaled : ScaledProblem
        most : int, optional
            How many roots are accepted, at least.
        deadline : float, optional
            Time of `time.monotonic` by which the roots have to be listed.

        Raises
        ------
        UnsupportedError
            If there are too many cones or roots, or the time is over.
        """
        pieces = neuron_pieces(
            scaled.forms, (scaled.slope_on, scaled.slope_off),
            modulo_constants=scaled.output_bias,
        )
        refined = _refined(scaled, pieces)
        pieces = refined.pieces
        count = comb(len(pieces.pieces) + scaled.width - 1, scaled.width)
        if most is not None and count > most:
            raise UnsupportedError(f"{count} cases of neurons are more than {most}")
        forms = ExteriorForms.of(scaled, pieces.images)
        roots = []
        for root in secant_roots(pieces, forms, scaled.width):
            if deadline is not None and time.monotonic() > deadline:
                raise UnsupportedError("the time limit was reached while the cases were listed")
            roots.append(root)
        tables = root_tables(roots, forms)
        return cls(scaled, pieces, forms, tables, refined.refinements, refined.complete)

    def loss(
        self, root: int, coordinates: Sequence[Sequence[int]], box: Box | None
    ) -> Fraction | None:
        """The scaled loss of a tuple or limit; None if its wedge vanishes."""
        table = self.tables[root]
        choices = list(product(*map(range, table.root.shape)))
        y = []
        degree = degrees(table.root.shape, box) if box is not None else None
        for k, choice in enumerate(choices):
            value = 1
            for axis, item in enumerate(choice):
                value *= coordinates[axis][item]
            y.append(value if degree is None or degree[k] == 1 else 0)
        den, num = (
            sum(
                x * sum(entry * z for entry, z in zip(row, y, strict=True))
                for x, row in zip(y, form, strict=True) if x
            )
            for form in (table.den, table.num)
        )
        return (self.forms.square - Fraction(num, den)) / self.forms.total if den else None


def _refined(scaled: ScaledProblem, pieces: NeuronPieces) -> ConformingPieces:
    """Pieces without crossings, each once; as they are if that takes too many vertices."""
    same = ConformingPieces(pieces, (), True, tuple(range(len(pieces.pieces))))
    if len(scaled.forms[0]) - int(scaled.hidden_bias) < 2:
        return same
    refined = conforming(
        pieces, modulo_constants=scaled.output_bias, most=_REFINEMENTS, reuse=True
    )
    if not refined.complete:
        return replace(same, complete=False)
    return replace(refined, pieces=replace(
        refined.pieces, pieces=tuple(refined.pieces.pieces[k] for k in refined.largest),
        piece_rays=tuple(refined.pieces.piece_rays[k] for k in refined.largest),
    ))
