"""Verdicts on critical points below a zigzag residual, each with the computation that decides it.

L(theta') - L(theta) = |f' - f|^2 + 2 <r, f' - f> as L is a square.  If f is constant, each neuron
adds v' psi(w', b') to <r, f' - f> with psi(w, b) = int r act(w x + b), so the signs of psi on the
types that a neuron can turn into decide.  If f has kinks, the second variation along steps s_i of
f at the kinks q_i (moves of the kinks by -s_i/J_i, J_i the jump of f') and changes of v w is
2 |df|^2 - sum_i s_i^2 l_(i-1) l_i/(l_(i-1) + l_i), since J_i r(q_i) < 0 has a known size; it is
negative for the df supported next to one kink that is given here, for every n and every slope.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.arrangements.faces import type_graph
from symerm.arrangements.interval_types import perturbations
from symerm.landscape.configurations import NeuronClass, neuron_signs
from symerm.landscape.slope_field import (
    GAMMA,
    ONE,
    ZERO,
    minus,
    row_reduce_functions,
    sign_for_slopes,
)
from symerm.landscape.zigzags import Zigzag

if TYPE_CHECKING:
    import networkx

__all__ = [
    "KinkDescent",
    "constant_verdict",
    "kink_descent",
    "neuron_term_signs",
]

#: With r = 1/2 - x on [0, 1]: int x r, and R(t) = int_t^1 (x - t) r in powers of t.
_MOMENT = Fraction(-1, 12)
_TAIL = RationalFunction.of([Fraction(-1, 12), 0, Fraction(1, 4), Fraction(-1, 6)])


def neuron_term_signs(neuron: NeuronClass, activation: str) -> frozenset[int]:
    """The signs that v' psi(w', b') takes near a neuron, for the constant f.

    Parameters
    ----------
    neuron : NeuronClass
        Of a critical point; for alpha = 1 (otherwise v stands for alpha v).
    activation : str
        ``"relu"`` or ``"leaky"``.

    Raises
    ------
    ArithmeticError
        If the signs depend on the sign of v, which the class does not tell.

    Examples
    --------
    >>> sorted(neuron_term_signs(NeuronClass("semi-inactive at T1", "alpha v < 0"), "relu"))
    [0, 1]
    """
    slope = ZERO if activation == "relu" else GAMMA
    near = {
        _psi_sign(signs, slope) for signs in perturbations(_fine_graph(), neuron_signs(neuron))
    }
    if neuron.flat:
        return frozenset(near | {-sign for sign in near})
    if neuron.output == "non-flat":
        if near != {0}:
            raise ArithmeticError(f"the sign of v decides about {neuron}")
        return frozenset(near)
    turn = 1 if neuron.output == "alpha v > 0" else -1
    return frozenset(turn * sign for sign in near)


@cache
def _fine_graph() -> networkx.DiGraph:
    """The faces of the signs of a neuron at 0, at 1 and of its weight."""
    return type_graph([(0, 1), (1, 1), (1, 0)])


@cache
def _psi_sign(signs: tuple[int, int, int], slope: RationalFunction) -> int:
    """The sign of psi on all neurons with these signs at 0, at 1 and of w."""
    left, right, weight = signs
    if left * right < 0:
        # Facing right psi = w (gamma M + (1 - gamma) R(t)), else |w| ((R(t) - M) - gamma R(t)).
        tail = sign_for_slopes(_TAIL)
        head = sign_for_slopes(minus(_TAIL, RationalFunction.of([_MOMENT])))
        parts = (-1, tail) if weight > 0 else (head, -tail)
        weights = (slope, minus(ONE, slope)) if weight > 0 else (ONE, slope)
        terms = {p * sign_for_slopes(q) for p, q in zip(parts, weights, strict=True)} - {0}
        (sign,) = terms
        return sign
    factor = slope if max(left, right) <= 0 else ONE
    return -weight * sign_for_slopes(factor)


def constant_verdict(outer: Iterable[NeuronClass], activation: str) -> tuple[str, str]:
    """The verdict on a critical point with constant f and the reason, by the terms of its neurons.

    In the reason formulas stand between dollar signs.

    Examples
    --------
    >>> constant_verdict([NeuronClass("degenerate", "flat")], "relu")[0]
    'saddle'
    """
    for neuron in outer:
        if -1 in neuron_term_signs(neuron, activation):
            return "saddle", (
                "a flat neuron has neighbours with $int r act(w x + b) != 0$, and small moves of "
                "$v$ and $(w, b)$ lower $L$"
                if neuron.flat
                else "a kink at an end $T$ of the interval has $v r(T) < 0$, and moving it inside "
                "by $d$ changes $L$ by $v |w| r(T) d^2 + o(d^2)$"
            )
    return "local-minimum", (
        "$v int r act(w x + b) >= 0$ for all neurons nearby, and a move from $f$ to $g$ changes "
        "$L$ by $|g - f|^2 + 2 int r (g - f)$"
    )


@dataclass(frozen=True)
class KinkDescent:
    """A direction with negative second variation at a critical point with kinks.

    Lengths are measured so that piece k has length a_k, and the interval length W = sum a_k.
    The realised function changes to first order by df: affine on the pieces 0 and 1 with the
    values -a_1^2 a_0 and a_0^2 a_1 at the two sides of q_1, minus half of these at their other
    ends, and zero on the other pieces.  So f gets the step a_0 a_1 (a_0 + a_1) at q_1 and, if
    there is a q_2, the step a_0^2 a_1/2 there.

    Attributes
    ----------
    zigzag : Zigzag
    weights : tuple of n RationalFunctions
        The change of the sum of v |w| at each kink.
    """

    zigzag: Zigzag
    weights: tuple[RationalFunction, ...]

    def second_variation(self, roots: tuple[Fraction, ...]) -> Fraction:
        """The second derivative of the loss, negative for all positive a_0, .., a_n.

        It is -a_0^3 a_1^3 (a_0 + a_1)/2 - a_0^4 a_1^3 a_2/(4 (a_1 + a_2)), the second term only
        if n >= 2, for the target x on an interval of length W.

        Parameters
        ----------
        roots : tuple of n + 1 Fractions
            a_0, .., a_n, where they are rational.
        """
        a, b = roots[:2]
        value = -(a**3) * b**3 * (a + b) / 2
        if len(roots) > 2:
            value -= a**4 * b**3 * roots[2] / (4 * (b + roots[2]))
        return value


def kink_descent(zigzag: Zigzag, slope: RationalFunction) -> KinkDescent:
    """The direction of `KinkDescent`; that its slopes can be realised is checked over Q(gamma).

    Raises
    ------
    ArithmeticError
        If the neurons cannot change the slopes of f in this way: never at a critical point.

    Examples
    --------
    >>> thirds = Zigzag((1, -1), (ONE, ONE, ONE), ONE)
    >>> [str(weight) for weight in kink_descent(thirds, ZERO).weights]
    ['0', '3/2']
    """
    pieces, count = len(zigzag.squares), len(zigzag.facings)
    slopes = [zigzag.squares[1], zigzag.squares[0], *[ZERO] * (pieces - 2)]
    rows = []
    for k in range(pieces):
        # The slope on piece k grows by act' w/|w| times the change of v |w|.
        row = [
            (ONE if (k >= i) == (facing > 0) else slope) * facing
            for i, facing in enumerate(zigzag.facings, start=1)
        ]
        rows.append((*row, slopes[k] * Fraction(-3, 2)))
    reduced, pivots = row_reduce_functions(rows)
    if pivots != tuple(range(count)):
        raise ArithmeticError(f"no change of the output weights descends from {zigzag}")
    return KinkDescent(zigzag, tuple(row[count] for row in reduced))
