"""The escape: networks whose loss tends to an infimum that none attains.

Near a boundary stratum some hidden neurons become dependent while the output weights that produce
the limit grow: where two kinks merge, their difference becomes a kink and a jump of the derivative
that no single pair of neurons has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.display import RichDisplay, Table, number_text, point_text
from symerm.networks.shallow import ShallowNetwork

__all__ = ["Escape", "Family"]

#: Longest function of eps that a notebook shows, in characters.
_LONGEST = 60

Family = tuple[
    tuple[tuple[RationalFunction, ...], ...],
    tuple[RationalFunction, ...],
    tuple[tuple[RationalFunction, ...], ...],
    tuple[RationalFunction, ...],
]


@dataclass(frozen=True)
class Escape(RichDisplay):
    """How the loss tends to the infimum.

    Attributes
    ----------
    stratum : mapping
        The boundary stratum in words and symbols.
    family : hidden weights, hidden biases, output weights, output biases in eps
    loss : RationalFunction
        The loss of the family, exact.
    limit : Fraction
        The loss of the limit, which no network has.
    rate : str
        How the parameters diverge.
    samples : tuple of (eps, network, loss), eps decreasing
    """

    stratum: Mapping[str, str | list[str]]
    family: Family
    loss: RationalFunction
    limit: Fraction
    rate: str
    samples: tuple[tuple[Fraction, ShallowNetwork, Fraction], ...]

    def _display(self) -> Table:
        """The family of networks and its losses, for notebooks."""
        weights, biases, outputs, constant = self.family
        rows = [("escape", str(self.stratum["description"]))]
        for j, (row, bias, out) in enumerate(zip(weights, biases, outputs, strict=True), start=1):
            rows.append(
                (
                    f"neuron {j}",
                    f"weights {_row(row)}, bias {_row([bias])}, output weights {_row(out)}",
                )
            )
        rows += [
            ("output biases", _row(constant)),
            ("loss", _row([self.loss])),
            ("limit", f"{number_text(self.limit)} as eps falls to 0, not attained"),
            ("rate", self.rate),
        ]
        rows += [
            (f"loss at eps = {point_text([eps])}", number_text(loss))
            for eps, _, loss in self.samples
        ]
        return Table(rows)


def _row(entries: Sequence[RationalFunction]) -> str:
    """Functions of eps; long ones are left out."""
    texts = [str(entry) for entry in entries]
    shown = [text if len(text) <= _LONGEST else "(a long function of eps)" for text in texts]
    return shown[0] if len(shown) == 1 else f"({', '.join(shown)})"
