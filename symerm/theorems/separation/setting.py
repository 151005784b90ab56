"""What the theorems on ball indicators share: decisions in balls, Gaussian integrals.

Numbers here are transcendental.  An inequality holds or fails only if balls decide it.  An equality
is an overlap of two enclosures, found in different ways, to 30 digits; disjoint balls refute it.
An overlap is evidence, not a proof: the status of a theorem comes from its script.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import wraps
from typing import Any

from flint import acb, arb, ctx

from symerm.arithmetic.balls import ball
from symerm.errors import CertificateError
from symerm.separation.monotonicity import RADII
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Claim, Finding, Hypothesis, holds_if

__all__ = [
    "NORM_RANGE",
    "PROOFS",
    "RADIUS_RANGE",
    "TESTS",
    "agree",
    "bias_mean",
    "compare",
    "in_balls",
    "in_fine_balls",
    "integral",
    "mean_value",
    "norm",
    "normal_density",
    "normal_tail",
    "show",
]

PROOFS = "proofs/safran_lee_2021/"
TESTS = "tests/theorems/"

RADIUS_RANGE = Hypothesis("radius", "1 ≤ λ ≤ 2", lambda instance: 1 <= instance["radius"] <= 2)
NORM_RANGE = Hypothesis(
    "norm", "0.9 ≤ |x| ≤ 2.1", lambda instance: RADII[0] <= instance["norm"] <= RADII[1]
)

_BITS = 160
_DIGITS = 30
_NEGLIGIBLE = 40
#: Largest error of a difference quotient.
_FINE = 1e-15
#: Biases beyond it, 16 standard deviations, have a probability below 10^-56.
_FAR = 8


def in_balls(claim: Claim) -> Claim:
    """The claim with a working precision of 160 bits."""

    @wraps(claim)
    def precise(instance: Instance) -> Finding:
        with ctx.workprec(_BITS):
            return claim(instance)

    return precise


def in_fine_balls(claim: Claim) -> Claim:
    """The claim with twice that precision, where sums cancel."""

    @wraps(claim)
    def precise(instance: Instance) -> Finding:
        with ctx.workprec(2 * _BITS):
            return claim(instance)

    return precise


def compare(first: Any, second: Any) -> int:
    """1 or -1 if the first ball lies above or below the second, 0 if both agree to 30 digits.

    Two numbers that are proved to be below 10^-40 agree as well: one of them may be zero.

    Raises
    ------
    CertificateError
        If the balls overlap and are too wide to agree.

    Examples
    --------
    >>> compare(arb(2), arb(1)), compare(arb(1), arb(2)), compare(arb(1), arb(1))
    (1, -1, 0)
    """
    difference = first - second
    if difference > 0:
        return 1
    if difference < 0:
        return -1
    size = first.abs_upper().max(second.abs_upper())
    if difference.abs_upper() <= (size * arb(10) ** -_DIGITS).max(arb(10) ** -_NEGLIGIBLE):
        return 0
    raise CertificateError(
        f"{show(first)} and {show(second)} cannot be told apart; use a higher precision"
    )


def agree(first: Any, second: Any, *, names: tuple[str, str]) -> Finding:
    """Whether two enclosures agree to 30 digits."""
    same = compare(first, second) == 0
    relation = "agree to 30 digits" if same else "differ"
    return holds_if(same, f"{names[0]} {show(first)}, {names[1]} {show(second)}: they {relation}")


def show(value: Any) -> str:
    """The middle of a ball, to 12 digits at most."""
    return str(value.str(12, radius=False))


def norm(x: Sequence[Fraction]) -> Any:
    """|x| in a ball."""
    return ball(sum((entry * entry for entry in x), Fraction(0))).sqrt()


def integral(
    function: Callable[[Any], Any], low: Any, high: Any, *, right: bool = False
) -> Any:
    """The integral over [low, high], certified, of a function that is analytic.

    Parameters
    ----------
    function : complex ball to complex ball
    low, high : arb
    right : bool
        Whether the function is only analytic for Re z > 0, because of a power or a pole.

    Examples
    --------
    >>> integral(lambda z: 1 / z, arb(1), arb(2), right=True).overlaps(arb(2).log())
    True
    """

    def on_domain(z: Any, analytic: bool) -> Any:
        if right and analytic and not z.real > 0:
            return acb(arb.nan(), arb.nan())
        return function(z)

    return acb.integral(on_domain, acb(low), acb(high)).real


def normal_density(z: Any, variance: Any) -> Any:
    """The density of N(0, variance)."""
    return (-z * z / (2 * variance)).exp() / (2 * arb.pi() * variance).sqrt()


def normal_tail(low: Any, variance: Any) -> Any:
    """P(B >= low) for B ~ N(0, variance)."""
    return (low / (2 * ball(Fraction(variance))).sqrt()).erfc() / 2


def bias_mean(radius: Any, low: Any) -> Any:
    """E[erf(<u, x> + b); b >= low] by an integral over b, u ~ N(0, I/4), b ~ N(0, 1/4).

    The mean over u is erf(b/sqrt(1 + |x|^2/2)), the theorem ``mean-over-weights``.

    Examples
    --------
    >>> (6 * bias_mean(arb(1), arb(0))).overlaps(arb(1))
    True
    """
    stretch = (1 + radius * radius / 2).sqrt()
    variance = arb(1) / 4

    def integrand(b: Any) -> Any:
        return (b / stretch).erf() * normal_density(b, variance)

    rest = normal_tail(arb(_FAR), Fraction(1, 4))
    return integral(integrand, low, arb(_FAR)) + rest.union(arb(0))


def mean_value(
    function: Callable[[Any], Any], slope: Callable[[Any], Any], at: Fraction
) -> Finding:
    """Whether a difference quotient over a step of 2^-80 is a value of the slope in between."""
    step = Fraction(1, 2**80)
    low, high = ball(at), ball(at + step)
    quotient = (function(high) - function(low)) / ball(step)
    slopes = slope(low.union(high))
    if not (quotient.rad() < _FINE and slopes.rad() < _FINE):
        raise CertificateError(f"the difference quotient {quotient} is too wide to compare")
    return holds_if(
        bool(quotient.overlaps(slopes)),
        f"difference quotient {show(quotient)}, slope {show(slopes)}",
    )
