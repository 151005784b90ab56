"""The sum of two independent uniform unit vectors: the norm's distribution and largest density.

The second radial law of Safran, Lee (2021).  |x|^2/4 has the law Beta(k, k) with k = (d - 1)/2, and
for d > 3 the density of |x| is largest at |x|^2 = 4 (d - 2)/(2 d - 5).  Here the angle theta of the
vectors, of density sin(theta)^(d-2), is integrated instead: |x| = 2 cos(theta/2).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.separation.two_spheres import TwoSpheres
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.setting import (
    PROOFS,
    TESTS,
    agree,
    compare,
    in_balls,
    integral,
    show,
)
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, SAFRAN, Source

__all__ = [
    "SPHERES_DISTRIBUTION",
    "SPHERES_MAXIMUM",
    "spheres_distribution",
    "spheres_norm_density",
]

_PROOF = (f"{PROOFS}radial_laws.py",)
_TEST = (f"{TESTS}test_separation_spheres.py",)


def spheres_distribution(exponent: int, x: Any) -> Any:
    """P(|x| <= x) for two unit vectors with an angle of density sin(theta)^exponent."""
    start = 2 * (x / 2).acos()
    mass, whole = (
        integral(lambda theta: theta.sin() ** exponent, low, arb.pi()) for low in (start, arb(0))
    )
    return mass / whole


def spheres_norm_density(dimension: int, x: Any) -> Any:
    """The density sin(theta)^(d-2) of the angle, with |x| = 2 cos(theta/2)."""
    whole = integral(lambda theta: theta.sin() ** (dimension - 2), arb(0), arb.pi())
    theta = 2 * (x / 2).acos()
    return theta.sin() ** (dimension - 2) / (whole * (theta / 2).sin())


def _spheres(exponent: int, stretch: int = 1) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        d, x = instance["dimension"], instance["x"]
        found = spheres_distribution(d + exponent, ball(x) / stretch)
        return agree(
            found, TwoSpheres(d).norm_cdf(ball(x)),
            names=(f"d = {d}: P(|x| ≤ {x}) by the angle", "Beta law"),
        )

    return claim


_within = st.integers(1, 39).map(lambda numerator: Fraction(numerator, 20))

SPHERES_DISTRIBUTION = Theorem(
    id="two-spheres-norm",
    title="The norm of the sum of two unit vectors",
    source=Source(SAFRAN, "the second radial law; its norm is derived here"),
    statement="If x is the sum of two independent uniform unit vectors of R^d, then |x|²/4 has "
    "the law Beta(k, k) with k = (d − 1)/2.",
    latex=r"If $x$ is the sum of two independent uniform unit vectors of $\mathbb{R}^d$, then "
    r"$\frac14 |x|^2 \sim \mathrm{Beta}(k, k)$ with $k = \frac12 (d - 1)$.",
    claim=_spheres(-2),
    instances=instances(dimension=st.integers(2, 20), x=_within),
    status=Status("proved", "|x|² = 2 + 2 t, t a coordinate of a uniform unit vector"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("off-by-one", "an angle with the density sin^(d − 1)", claim=_spheres(-1)),
        Mutant("chord", "|x| = cos(θ/2) instead of 2 cos(θ/2)", claim=_spheres(-2, 2)),
    ),
)


def _largest(dimension: int, square: Fraction) -> Any:
    """The density at |x|^2 = square; also at the ends, where the package's formula has none."""
    if square == 4:
        return arb(1)  # reached for d = 3 only, where the density is x/2
    peak = ball(square).sqrt()
    if not square:
        return spheres_norm_density(dimension, peak)
    return TwoSpheres(dimension).norm_density(peak)


def _maximum(square: Callable[[int], Fraction]) -> Claim:
    """The density is at most its value at |x|^2 = square(d), by chords of the angle's law."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        d, x = instance["dimension"], instance["x"]
        found, most = TwoSpheres(d).norm_density(ball(x)), _largest(d, square(d))
        # A mean of the density near x, from the angle.
        width = Fraction(1, 2**20)
        mean = (
            spheres_distribution(d - 2, ball(x + width)) - spheres_distribution(d - 2, ball(x))
        ) / ball(width)
        return holds_if(
            compare(found, most) <= 0 and compare(mean, most) <= 0,
            f"d = {d}: f({x}) = {show(found)}, f at |x|² = {square(d)} is {show(most)}",
        )

    return claim


SPHERES_MAXIMUM = Theorem(
    id="two-spheres-largest-density",
    title="The largest density of the norm of two unit vectors",
    source=Source(DERIVED, "after the density condition of Safran, Lee 2021"),
    statement="For d > 3 the density of |x| is largest at |x|² = 4 (d − 2)/(2 d − 5).",
    latex=r"For $d > 3$ the density of the norm of the sum of two independent uniform unit vectors "
    r"of $\mathbb{R}^d$ is largest at $|x|^2 = 4 (d - 2)/(2 d - 5)$.",
    hypotheses=(
        Hypothesis("dimension", "d > 3", lambda instance: instance["dimension"] > 3),
    ),
    claim=_maximum(lambda d: Fraction(4 * (d - 2), 2 * d - 5)),
    instances=instances(dimension=st.integers(2, 20), x=_within),
    status=Status("proved", "one zero of the derivative of the logarithm"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("every-dimension", "also in the plane, where the density grows from |x| = 0 on",
               without=("dimension",)),
        Mutant("root-two", "largest at √2, where most pairs are",
               claim=_maximum(lambda d: Fraction(2))),
        Mutant("off-by-one", "|x|² = 4 (d − 2)/(2 d − 4 + 1)",
               claim=_maximum(lambda d: Fraction(4 * (d - 2), 2 * d - 3))),
    ),
)
