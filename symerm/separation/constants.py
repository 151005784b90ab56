"""The numbers of the guarantee of Safran, Lee (2021), and how far practice is from them.

Gradient descent on the output weights of r neurons reaches risk eps after T = 2/(eta nu)
ln(r / (8 eps)) steps, nu = C / (840 * 9^4 * 10^6), provided that r >= 12000^4 and that r exceeds
further terms in 1/eps, 1/delta and the constants of the law.  Only 12000^4 is evaluated from the
theorem; `representation` supplies a width that is enough for a network of risk eps to exist, and
`sample_size` a number of points that is enough for minimisers of the empirical risk over a ball.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.errors import InputError
from symerm.separation.representation import RepresentingWidth, representing_width
from symerm.separation.sample_size import SampleSize, sufficient_sample

__all__ = [
    "LEAST_WIDTH",
    "PRACTICAL_SAMPLES",
    "PRACTICAL_WIDTH",
    "Guarantee",
    "guarantee",
]

#: The first term of the maximum that the theorem asks of the width.
LEAST_WIDTH = 12000**4
#: nu = C / _RATE.
_RATE = 840 * 9**4 * 10**6
#: A run that takes minutes.
PRACTICAL_WIDTH = 10**4
PRACTICAL_SAMPLES = 10**5
_BYTES = 8
_OPERATIONS_PER_SECOND = 10**12
_SECONDS_PER_YEAR = 31557600


@dataclass(frozen=True)
class Guarantee:
    """What the theorem asks for, in exact integers and rationals.

    Attributes
    ----------
    dimension : int
        d.
    radius, eps, delta : Fraction
        lambda, the risk, and the probability of failure.
    mass, density_bound, tail : Fraction
        C, q and c, rounded so that the law satisfies the conditions with them.
    representing : RepresentingWidth
        The width that is proved to represent the target.
    sample : SampleSize
        The number of points that is proved to suffice for minimisers over a ball; it is derived
        by uniform convergence and not the theorem's.
    width : int
        r: the number that was given, or the larger one of 12000^4 and the representing width.
    step_size : Fraction
        eta.
    rate : Fraction
        nu.
    time : Fraction
        eta T = (2/nu) ln(r / (8 eps)), rounded up.
    steps : int
        T, rounded up.
    """

    dimension: int
    radius: Fraction
    eps: Fraction
    delta: Fraction
    mass: Fraction
    density_bound: Fraction
    tail: Fraction
    representing: RepresentingWidth
    sample: SampleSize
    width: int
    step_size: Fraction
    rate: Fraction
    time: Fraction
    steps: int

    @property
    def memory(self) -> int:
        """Bytes of all weights: d inputs, a bias and an output weight per neuron, 8 bytes each."""
        return _BYTES * self.width * (self.dimension + 2)

    @property
    def years(self) -> Fraction:
        """Years of T steps on 10^5 points at 10^12 operations per second, features at hand.

        A step needs the outputs and the gradient: two multiplications and two additions per
        neuron and point.
        """
        operations = 4 * self.width * PRACTICAL_SAMPLES * self.steps
        return Fraction(operations, _OPERATIONS_PER_SECOND * _SECONDS_PER_YEAR)

    @property
    def width_ratio(self) -> Fraction:
        """r as a multiple of a width of practice, 10^4."""
        return Fraction(self.width, PRACTICAL_WIDTH)

    @property
    def samples_ratio(self) -> Fraction:
        """n as a multiple of a sample of practice, 10^5."""
        return Fraction(self.sample.samples, PRACTICAL_SAMPLES)

    @property
    def one_hidden_layer(self) -> Fraction:
        """d^-4, up to a constant factor a lower bound of the error of one hidden layer."""
        return Fraction(1, self.dimension**4)


def guarantee(
    *,
    dimension: int,
    radius: Fraction,
    eps: Fraction,
    delta: Fraction,
    mass: Fraction,
    density_bound: Fraction,
    tail: Fraction,
    width: int | None = None,
    step_size: Fraction | None = None,
) -> Guarantee:
    """Evaluate the guarantee.

    Parameters
    ----------
    dimension : int
        d >= 2.
    radius : Fraction
        lambda in [1, 2].
    eps, delta : Fraction
        Risk and probability of failure, in (0, 1).
    mass, density_bound, tail : Fraction
        C in (0, 1], q > 0 and c > 0.
    width : int, optional
        r >= 12000^4; by default the larger one of that and the representing width.
    step_size : Fraction, optional
        eta; by default 1/(2r): the squared loss without the cut-off has a Hessian of at most 2r,
        as features lie in (-1, 1), so that steps below 1/r never raise it.

    Raises
    ------
    InputError
        If a number is out of its range.

    Examples
    --------
    >>> found = guarantee(
    ...     dimension=20, radius=Fraction(3, 2), eps=Fraction(1, 10), delta=Fraction(1, 100),
    ...     mass=Fraction(1), density_bound=Fraction(2), tail=Fraction(1),
    ... )
    >>> found.width, found.rate, len(str(found.steps))
    (20736000000000000, Fraction(1, 5511240000000), 32)
    """
    _require(dimension >= 2, "the dimension", "an integer of at least 2", dimension)
    _require(1 <= radius <= 2, "the radius", "between 1 and 2", radius)
    _require(0 < eps < 1, "eps", "between 0 and 1, without the ends", eps)
    _require(0 < delta < 1, "delta", "between 0 and 1, without the ends", delta)
    _require(0 < mass <= 1, "the mass C", "above 0 and at most 1", mass)
    _require(density_bound > 0, "the density bound q", "positive", density_bound)
    _require(tail > 0, "the tail constant c", "positive", tail)
    representing = representing_width(
        radius=radius, eps=eps, delta=delta, density_bound=density_bound, tail=tail
    )
    sample = sufficient_sample(
        radius=radius, eps=eps, delta=delta, density_bound=density_bound, tail=tail
    )
    if width is None:
        width = max(LEAST_WIDTH, representing.width)
    _require(width >= LEAST_WIDTH, "the width", f"at least 12000^4 = {LEAST_WIDTH}", width)
    if step_size is None:
        step_size = Fraction(1, 2 * width)
    _require(step_size > 0, "the step size", "positive", step_size)
    rate = mass / _RATE
    with ctx.workprec(128):
        logarithm = (arb(width) / (8 * ball(eps))).log()
        time = 2 / rate * ball_bounds(logarithm)[1]
    steps = -int(-time // step_size)
    return Guarantee(
        dimension, radius, eps, delta, mass, density_bound, tail, representing,
        sample, width, step_size, rate, time, steps,
    )


def _require(valid: bool, name: str, range_: str, value: Fraction | int) -> None:
    if not valid:
        raise InputError(f"{name} must be {range_}, not {value}")
