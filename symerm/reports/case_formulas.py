"""The formulas of a case table of critical points: functions, levels, lengths and neurons.

With a_i the lengths of the pieces of a zigzag up to scale, W their sum and m_i the midpoints,
f = alpha x + beta + (-1)^i s_i (m_i - x) on piece i, s_i = alpha contrast/(W a_i), and
L = alpha^2 |T|^3 contrast^2/(12 W^4).  Formulas that are parts of sentences stand between dollar
signs; see `symerm.reports.formula_styles`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.landscape.configurations import NeuronClass
from symerm.landscape.slope_field import GAMMA, ONE, minus
from symerm.landscape.zigzags import Zigzag
from symerm.reports.slope_formulas import (
    approximate_root,
    equal_runs,
    exact_root,
    quotient,
    root_formula,
)

__all__ = [
    "AffineTarget",
    "case_formulas",
    "has_equal_pieces",
    "length_formulas",
    "level_number",
    "level_value",
    "neuron_words",
    "piece_slopes",
]


@dataclass(frozen=True)
class AffineTarget:
    """The target slope x + constant on an interval (T0, T1), for which levels become numbers."""

    slope: Fraction
    constant: Fraction
    interval: tuple[Fraction, Fraction]

    @property
    def scale(self) -> Fraction:
        """alpha^2 |T|^3."""
        return self.slope**2 * (self.interval[1] - self.interval[0]) ** 3


def case_formulas(residual: Zigzag | None, slope: Fraction | None) -> tuple[str, str]:
    """The realised function and the level of the loss, as formulas between dollar signs.

    Examples
    --------
    >>> case_formulas(None, None)
    ('$alpha x + beta$', '$0$')
    """
    return _function(residual, slope), f"${_level(residual, slope)}$"


def _function(residual: Zigzag | None, slope: Fraction | None) -> str:
    if residual is None:
        return "$alpha x + beta$"
    if not residual.facings:
        return "$alpha mid + beta$"
    if has_equal_pieces(residual):
        step = quotient(["alpha"], residual.contrast, slope, [str(len(residual.squares))])
        return f"$alpha x + beta + (-1)^i ({step}) (m_i - x)$"
    # The family that begins with a kink facing left turns the other way.
    sign = "+" if residual.facings[0] > 0 else "-"
    return f"$alpha x + beta {sign} (-1)^i s_i (m_i - x)$"


def _level(residual: Zigzag | None, slope: Fraction | None) -> str:
    if residual is None:
        return "0"
    size = ["alpha^2", "|T|^3"]
    if has_equal_pieces(residual):
        return quotient(
            size, residual.coefficient * Fraction(1, len(residual.squares) ** 4), slope
        )
    value = _exact_factor(residual, slope)
    if value is not None:
        return quotient(size, value, slope)
    return quotient(size, residual.coefficient, slope, ["W^4"])


def _exact_factor(residual: Zigzag, slope: Fraction | None) -> Fraction | None:
    """L/(alpha^2 |T|^3) if it is a rational number."""
    if slope is None:
        if not has_equal_pieces(residual) or len(residual.coefficient.numerator) > 1:
            return None
        slope = Fraction(0)
    total = Fraction(0)
    for square, count in equal_runs(residual.squares):
        root = exact_root(square(slope))
        if root is None:
            return None
        total += count * root
    return residual.coefficient(slope) / total**4


def level_value(
    residual: Zigzag | None, slope: Fraction | None
) -> tuple[Fraction | None, Fraction | None]:
    """L/(alpha^2 |T|^3) as an exact rational and as a close one, None where there is none.

    Examples
    --------
    >>> from symerm.landscape.case_table import case_table
    >>> level_value(case_table(2, "relu").rows[2].residual, None)[0]
    Fraction(1, 972)
    """
    if residual is None:
        return Fraction(0), Fraction(0)
    exact = _exact_factor(residual, slope)
    if exact is not None or slope is None:
        return exact, exact
    total = sum(
        (count * approximate_root(square(slope)) for square, count in
         equal_runs(residual.squares)),
        Fraction(0),
    )
    return None, residual.coefficient(slope) / total**4


def level_number(residual: Zigzag | None, slope: Fraction | None, target: AffineTarget) -> str:
    """The level for a target, rounded after ``~`` where it is not rational."""
    exact, close = level_value(residual, slope)
    if exact is not None:
        return format_rational(exact * target.scale)
    if close is not None:
        return f"~ {format_decimal(close * target.scale, digits=7)}"
    assert residual is not None
    return quotient([], residual.coefficient * target.scale, slope, ["W^4"])


def has_equal_pieces(residual: Zigzag) -> bool:
    """Whether all pieces have the same length and need no roots."""
    return all(square == residual.squares[0] for square in residual.squares)


def length_formulas(residual: Zigzag, slope: Fraction | None) -> Iterator[str]:
    """The lengths a_0, .., a_n, equal neighbours together."""
    start = 0
    for square, count in equal_runs(residual.squares):
        last = start + count - 1
        names = [f"a_{_index(j)}" for j in range(start, last + 1)] if count < 4 else [
            f"a_{_index(start)}", "..", f"a_{_index(last)}"
        ]
        yield f"{' = '.join(names)} = {root_formula(square, slope)}"
        start = last + 1


def _index(number: int) -> str:
    return str(number) if number < 10 else f"({number})"


def piece_slopes(slope: Fraction | None) -> str:
    """The slopes s_i of the pieces against the target, up to sign, for leaky slopes."""
    return quotient(["alpha"], minus(ONE, GAMMA), slope, ["W", "a_i"])


def neuron_words(classes: Sequence[NeuronClass]) -> list[str]:
    """The classes in words, those of one type together.

    Examples
    --------
    >>> neuron_words([NeuronClass("inactive", "flat"), NeuronClass("inactive", "non-flat"),
    ...               NeuronClass("semi-inactive at T0", "alpha v > 0")])
    ['inactive', 'semi-inactive at $T0$ with $alpha v > 0$']
    """
    outputs: dict[str, set[str]] = {}
    for neuron in classes:
        outputs.setdefault(neuron.type, set()).add(neuron.output)
    return [_words(name, found) for name, found in outputs.items()]


def _words(name: str, outputs: set[str]) -> str:
    shown = {
        "constant": "constant ($w = 0 != b$)",
        "degenerate": "degenerate ($w = b = 0$)",
        "sloped": "with $w != 0$ and $b = -w mid$",
        "inactive, w = 0": "inactive with $w = 0$",
        "semi-active": "semi-active ($w = 0 < b$)",
        "semi-inactive at T0": "semi-inactive at $T0$",
        "semi-inactive at T1": "semi-inactive at $T1$",
    }.get(name, name)
    signs = {output[-3:-2] for output in outputs if output.startswith("alpha v")}
    if not signs:
        return f"flat {shown}" if outputs == {"flat"} else shown
    if len(outputs) == 3:
        return shown
    relation = signs.pop() + ("=" if "flat" in outputs else "")
    return f"{shown} with $alpha v {relation} 0$"
