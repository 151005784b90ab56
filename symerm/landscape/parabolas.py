"""Critical points of networks with the activation x^2 and an affine target, from the equations.

In the coordinate s = (x - mid)/|T| the target is alpha |T| s + const; let it be s.  With
r_k = int s^k r, r_0 = 0 by dc, a neuron v (w s + b)^2 gives w^2 r_2 + 2 w b r_1 = 0 by dv and, if
v != 0, v (w r_2 + b r_1) = 0 and v w r_1 = 0.  Multiplying by v and adding up gives L = -r_1, so
that r_1 = 0 means r = 0.  Else all neurons that are not flat have w = b = 0, f is constant,
r_1 = -1/12 and r_2 = 0, and the equations of the flat neurons remain: w = 0 or b = 0.
"""

from __future__ import annotations

from fractions import Fraction

from symerm.arithmetic.linalg import row_reduce
from symerm.landscape.configurations import Configuration, NeuronClass
from symerm.landscape.slope_field import ONE
from symerm.landscape.zigzags import Infeasible, Zigzag

__all__ = ["derive_parabolas"]

_HALF = Fraction(1, 2)


def derive_parabolas(
    configuration: Configuration,
) -> tuple[tuple[Zigzag | None, str, str] | Infeasible, ...]:
    """The cases r = 0 and r != 0 of a configuration.

    Returns
    -------
    two of: (residual, verdict, reason) or Infeasible
        The residual of the constant function is a `Zigzag` without kinks.

    Examples
    --------
    >>> configuration = Configuration((NeuronClass("constant", "flat"),), ())
    >>> [type(entry).__name__ for entry in derive_parabolas(configuration)]
    ['Infeasible', 'tuple']
    """
    return _with_target(configuration), _with_constant(configuration)


def _with_target(configuration: Configuration) -> tuple[None, str, str] | Infeasible:
    """Whether sum p_i (s - t_i)^2 + const = s with all p_i != 0, p_i = v_i w_i^2."""
    places = [
        Fraction(place)
        for place, group in enumerate(configuration.kinks)
        for neuron in group
        if not neuron.flat
    ]
    # One choice of distinct places shows that the target is realised; with less than two of
    # them -2 t sum p_i = 0 whatever t is.
    rows = [[*[Fraction(1)] * len(places), Fraction(0)], [*places, -_HALF]]
    reduced, pivots = row_reduce(rows)
    if len(places) in pivots:
        return Infeasible("$r = 0$ fails: $sum v w^2 = 0$ leaves the slope 0, not $alpha$")
    for row, pivot in zip(reduced, pivots, strict=True):
        if not any(row[:pivot]) and not any(row[pivot + 1 :]):
            raise ArithmeticError("a neuron that is not flat cannot help to realise the target")
    return None, "global-minimum", "$f$ is the target and $L = 0$"


def _with_constant(configuration: Configuration) -> tuple[Zigzag, str, str] | Infeasible:
    """The case r != 0, so that r_1 != 0."""
    neurons = [*configuration.outer, *(n for group in configuration.kinks for n in group)]
    if any(not neuron.flat and neuron.type != "degenerate" for neuron in neurons):
        return Infeasible(
            "a neuron with $v != 0$ that is not degenerate needs $int (x - mid) r = 0$, "
            "and so $r = 0$"
        )
    first, second = _moments_of_constant()
    # All neurons with a zero of w s + b are flat: r_2 - 2 t r_1 = 0 at each of these zeros.
    zeros = {second / (2 * first) for _ in configuration.kinks}
    if len(zeros) < len(configuration.kinks):
        return Infeasible("flat neurons with $w != 0$ vanish at $mid$, not at two places")
    if zeros - {Fraction(0)} or second or not first:
        raise ArithmeticError("the moments of 1/2 - x are not those of a centered function")
    return Zigzag((), (ONE,), ONE), "saddle", _reason(neurons)


def _moments_of_constant() -> tuple[Fraction, Fraction]:
    """The moments r_1 and r_2 of r = -s on [-1/2, 1/2], the only r = const - s with r_0 = 0."""
    first, second = (
        -(_HALF ** (k + 2) - (-_HALF) ** (k + 2)) / (k + 2) for k in (1, 2)
    )
    return first, second


def _reason(neurons: list[NeuronClass]) -> str:
    """Why the loss falls: int r (w s + b)^2 = 2 w b r_1 has both signs if w = 0 or b = 0."""
    if any(neuron.flat for neuron in neurons):
        return (
            "a flat neuron has neighbours with $int r (w x + b)^2$ of both signs, and small "
            "moves of $v$ and $(w, b)$ lower $L$"
        )
    return (
        "near $w = b = 0$ the term $v int r (w x + b)^2$ has both signs and order two, "
        "$|g - f|^2$ has order four"
    )
