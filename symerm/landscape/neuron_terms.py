"""What one neuron contributes to the change of the true loss near a critical point.

With psi(w, b) = int r act(w x + b) and r = f - g the change L(theta') - L(theta) is
|f' - f|^2 + 2 <r, f' - f>, and <r, f' - f> is the sum over the neurons of
h_j = v'_j psi(w'_j, b'_j) - v_j psi(w_j, b_j), as int r = 0.  So theta is a local minimum if every
h_j >= 0 nearby.  Where the kink moves by d the function psi is linear plus
(1 - gamma) |w'| R(d), R'' = r, R(0) = R'(0) = 0, so that the first Taylor coefficient of r at the
kink decides the sign.  A flat neuron takes both signs of v' and gives a descent as soon as psi is
not zero nearby (derived here; the proofs are in proofs/cheridito_jentzen_rossmannek_2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.flint_rationals import from_flint
from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arrangements.neuron_types import NeuronType
from symerm.landscape.true_loss import Hidden, TrueLoss

__all__ = ["CurveOfDescent", "NeuronTerm", "neuron_term"]

_ZERO = Fraction(0)


@dataclass(frozen=True)
class CurveOfDescent:
    """A curve theta + eps direction + eps^power bend with loss + coefficient eps^order + ..

    Directions and bends are vectors in the order of `symerm.networks.parameter_vector`.
    """

    direction: tuple[Fraction, ...]
    order: int
    coefficient: Fraction
    bend: tuple[Fraction, ...] | None = None
    power: int = 2


@dataclass(frozen=True)
class NeuronTerm:
    """The sign of h_j near a critical point.

    Attributes
    ----------
    kind : str
        ``"zero"`` or ``"nonnegative"`` nearby; ``"negative"``: negative somewhere, to be weighed
        against |f' - f|^2; ``"descent"``: the loss falls along `curve`.
    words : str
        Why, for a reason in words; empty for ``"zero"``.
    curve : CurveOfDescent or None
    """

    kind: str
    words: str = ""
    curve: CurveOfDescent | None = None


def neuron_term(loss: TrueLoss, number: int) -> NeuronTerm:
    """The term of one neuron of a network with zero generalized gradient.

    Parameters
    ----------
    loss : TrueLoss
        Activation relu or leaky.
    number : int
        The neuron, counted from 0.

    Examples
    --------
    At f = 1/2 against the target x on [0, 1] a neuron that is zero there but for its kink at 0:

    >>> from symerm.networks.shallow import ShallowNetwork
    >>> one, zero = Fraction(1), Fraction(0)
    >>> line = PiecewisePolynomial((zero, one), ((zero, one),))
    >>> for v in (one, zero, -one):
    ...     network = ShallowNetwork(((-one,),), (zero,), ((v,),), (one / 2,))
    ...     print(neuron_term(TrueLoss(network, line), 0).kind)
    nonnegative
    descent
    descent
    """
    neuron = loss.hidden[number]
    if neuron.type is NeuronType.DEGENERATE:
        return _degenerate(loss, number, neuron)
    if neuron.flat:
        return _flat(loss, number, neuron)
    return _weighted(loss, number, neuron)


def _direction(
    loss: TrueLoss,
    number: int,
    *,
    weight: Fraction = _ZERO,
    bias: Fraction = _ZERO,
    output: Fraction = _ZERO,
    constant: Fraction = _ZERO,
) -> tuple[Fraction, ...]:
    width = loss.network.width
    vector = [_ZERO] * (3 * width + 1)
    vector[number], vector[width + number], vector[2 * width + number] = weight, bias, output
    vector[-1] = constant
    return tuple(vector)


def _degenerate(loss: TrueLoss, number: int, neuron: Hidden) -> NeuronTerm:
    """w = b = 0: psi is homogeneous, and (1 - gamma) |w'| R(t') where its kink t' is inside."""
    first = from_flint(loss.moments[1][-1])
    name = f"neuron {number + 1} is degenerate"
    if neuron.flat:
        if first:
            direction = _direction(
                loss,
                number,
                weight=Fraction(1),
                bias=-loss.interval[0],
                output=Fraction(-1 if first > 0 else 1),
            )
            return NeuronTerm(
                "descent",
                f"{name} and flat, and the residual is not orthogonal to x",
                CurveOfDescent(direction, 2, -2 * abs(first)),
            )
        double = _double_integral(loss)
        kink = _point_off_zero(double)
        if kink is None:
            return NeuronTerm("zero")
        value = double(kink)
        direction = _direction(
            loss, number, weight=Fraction(1), bias=-kink, output=Fraction(-1 if value > 0 else 1)
        )
        return NeuronTerm(
            "descent",
            f"{name} and flat, and can turn into a hinge that the residual is not orthogonal to",
            CurveOfDescent(direction, 2, -2 * (1 - loss.negative_slope) * abs(value)),
        )
    # The generalized gradient vanishes, so both moments of r do.
    double = _double_integral(loss) * neuron.output
    sign = double.sign_on_interval()
    if sign.nonnegative:
        return NeuronTerm("nonnegative", f"{name}, and no hinge that it can turn into lowers the "
                          "loss to first order")
    kink = sign.negative_at
    assert kink is not None
    direction = _direction(loss, number, weight=Fraction(1), bias=-kink)
    return NeuronTerm(
        "descent",
        f"{name} with v != 0, and the one-sided derivative is negative towards a hinge",
        CurveOfDescent(direction, 1, 2 * (1 - loss.negative_slope) * double(kink)),
    )


def _flat(loss: TrueLoss, number: int, neuron: Hidden) -> NeuronTerm:
    zeroth, once = (from_flint(m) for m in loss.active_moments(number))
    square = _square_of_activation(loss, neuron)
    name = f"neuron {number + 1} is flat ({neuron.type.value})"
    if zeroth or once:
        size = zeroth**2 + once**2
        scale = square / size
        direction = _direction(
            loss, number, weight=scale * once, bias=scale * zeroth, output=Fraction(-1)
        )
        return NeuronTerm(
            "descent",
            f"{name}, and the residual is not orthogonal to the neurons near it",
            CurveOfDescent(direction, 2, square - 2 * scale * size),
        )
    found = min(
        ((k, side, c) for side in _sides(loss, neuron) for k, c in _leading(loss, neuron, side)),
        default=None,
        key=lambda entry: (entry[0], entry[1]),
    )
    if found is None:
        return NeuronTerm("zero")
    order, side, coefficient = found
    gamma = loss.negative_slope
    term = (
        (1 - gamma) * abs(neuron.weight) * coefficient * side**order
        / ((order + 1) * (order + 2))
    )
    sign = Fraction(-1 if term > 0 else 1)
    words = f"{name}, and the residual does not vanish near its kink"
    bias = -neuron.weight * side
    if square:
        share = abs(term) / square
        curve = CurveOfDescent(
            _direction(loss, number, bias=bias),
            2 * order + 4,
            -term * term / square,
            _direction(loss, number, output=sign * share),
            order + 2,
        )
    elif order < 2:
        curve = CurveOfDescent(
            _direction(loss, number, bias=bias, output=sign), order + 3, -2 * abs(term)
        )
    else:
        curve = CurveOfDescent(
            _direction(loss, number, bias=bias),
            2 * order + 2,
            -2 * abs(term),
            _direction(loss, number, output=sign),
            order,
        )
    return NeuronTerm("descent", words, curve)


def _weighted(loss: TrueLoss, number: int, neuron: Hidden) -> NeuronTerm:
    """v != 0 and the neuron is not degenerate: the linear part of psi is zero."""
    sides = _sides(loss, neuron)
    found = [
        (k, side, c, neuron.output * c * side**k)
        for side in sides
        for k, c in _leading(loss, neuron, side)
    ]
    if not found:
        return NeuronTerm("zero")
    place = f"the kink of neuron {number + 1}"
    bad = [entry[:3] for entry in found if entry[3] < 0]
    if not bad:
        return NeuronTerm("nonnegative", f"the residual at {place} has the sign of v")
    words = f"the residual at {place} has the sign opposite to v"
    if len(sides) == 2:
        return NeuronTerm("negative", words)
    order, side, coefficient = bad[0]
    gamma = loss.negative_slope
    slope = (1 - gamma) * abs(neuron.weight) * neuron.output
    step = -neuron.weight * side
    share = gamma if neuron.type is NeuronType.SEMI_INACTIVE else Fraction(1)
    direction = _direction(loss, number, bias=step, constant=-neuron.output * share * step)
    # Away from the kink the output bias makes up for the step: f' - f is a hinge of length eps.
    words = f"{words}; it stands at an end of the interval and can move inside"
    if order == 0:
        return NeuronTerm(
            "descent", words, CurveOfDescent(direction, 2, slope * coefficient)
        )
    if order == 1:
        cubic = slope * slope / 3 + slope * coefficient * side / 3
        if cubic < 0:
            return NeuronTerm("descent", words, CurveOfDescent(direction, 3, cubic))
    return NeuronTerm("negative", words)


def _sides(loss: TrueLoss, neuron: Hidden) -> tuple[int, ...]:
    """The directions in which the kink can move within the interval."""
    start, stop = loss.interval
    if neuron.kink is None or not start <= neuron.kink <= stop:
        return ()
    return tuple(
        side for side in (-1, 1) if neuron.kink != (start if side < 0 else stop)
    )


def _leading(loss: TrueLoss, neuron: Hidden, side: int) -> list[tuple[int, Fraction]]:
    """The first Taylor coefficient of r at the kink that is not zero, with its order, or none."""
    assert neuron.kink is not None
    return [
        (k, entry) for k, entry in enumerate(loss.taylor(neuron.kink, side)) if entry
    ][:1]


def _double_integral(loss: TrueLoss) -> PiecewisePolynomial:
    """R with R'' = r and R(T0) = R'(T0) = 0."""
    return (loss.realised - loss.target).antiderivative().antiderivative()


def _point_off_zero(function: PiecewisePolynomial) -> Fraction | None:
    """A point where the function is not zero, if it is not the zero function."""
    for lower, upper, coefficients in function.refine():
        # A polynomial of degree m is zero if it has m + 1 zeros.
        for k in range(1, len(coefficients) + 1):
            point = lower + (upper - lower) * Fraction(k, len(coefficients) + 1)
            if function(point):
                return point
    return None


def _square_of_activation(loss: TrueLoss, neuron: Hidden) -> Fraction:
    """The integral of act(w x + b)^2."""
    start, stop = loss.interval
    gamma = loss.negative_slope

    def square(lower: Fraction, upper: Fraction) -> Fraction:
        a, b = (neuron.weight * x + neuron.bias for x in (lower, upper))
        total = (upper - lower) * (a * a + a * b + b * b) / 3
        return total if a + b > 0 else gamma * gamma * total

    if neuron.type is NeuronType.TYPE_2_ACTIVE and neuron.kink is not None:
        return square(start, neuron.kink) + square(neuron.kink, stop)
    return square(start, stop)
