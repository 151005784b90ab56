"""A problem as a secant variety: pieces, roots and tables, and points with their losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb

from symerm.arrangements.neuron_pieces import NeuronPieces, neuron_pieces
from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.secant_roots import secant_roots
from symerm.attainability.secant_tables import Box, RootTables, degrees, root_tables
from symerm.errors import UnsupportedError

__all__ = ["Limit", "SecantProblem"]

Coordinates = tuple[tuple[int, ...], ...]


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
    """A problem with its pieces, roots and tables."""

    scaled: ScaledProblem
    pieces: NeuronPieces
    forms: ExteriorForms
    tables: tuple[RootTables, ...]

    @classmethod
    def of(cls, scaled: ScaledProblem, *, most: int | None = None) -> SecantProblem:
        """Pieces, roots and tables of a scaled problem.

        Parameters
        ----------
        scaled : ScaledProblem
        most : int, optional
            How many roots are accepted, at least.

        Raises
        ------
        UnsupportedError
            If there are too many cones or roots.
        """
        pieces = neuron_pieces(
            scaled.forms, (scaled.slope_on, scaled.slope_off),
            modulo_constants=scaled.output_bias,
        )
        count = comb(len(pieces.pieces) + scaled.width - 1, scaled.width)
        if most is not None and count > most:
            raise UnsupportedError(f"{count} cases of neurons are more than {most}")
        forms = ExteriorForms.of(scaled, pieces.images)
        tables = root_tables(secant_roots(pieces, forms, scaled.width), forms)
        return cls(scaled, pieces, forms, tables)

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
