"""Lower bounds of the density of a feature, and the kernel of the features.

For |z| <= 1/2 and |x| <= 2 the density p(z | x) is at least 1/sqrt 10, with equality at z = 0 and
|x| = 2; a law of x with P(|x| <= 2) >= C gives the mixture the density C/sqrt 10.  The mean of the
product of two features is (2/pi) arcsin((1 + <x, y>)/sqrt((3 + |x|^2)(3 + |y|^2))).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.separation.feature_law import feature_density, feature_kernel, least_density
from symerm.theorems.generators.basic import points
from symerm.theorems.generators.separation import feature_values, input_norms
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.feature_laws import distribution
from symerm.theorems.separation.setting import (
    PROOFS,
    TESTS,
    agree,
    compare,
    in_balls,
    integral,
    normal_density,
    normal_tail,
    show,
)
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, SAFRAN, Source

__all__ = ["DENSITY_BOUND", "FEATURE_KERNEL", "LEAST_DENSITY", "MARGINAL_BOUND"]

_PROOF = (f"{PROOFS}feature_law.py",)
_TEST = (f"{TESTS}test_separation_feature_bounds.py",)
_HALF = Fraction(1, 2)


def _bound(square: Fraction) -> Claim:
    """p(z | x) >= sqrt(square)."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        value, radius = instance["value"], instance["norm"]
        found, bound = feature_density(ball(value), ball(radius)), ball(square).sqrt()
        return holds_if(
            compare(found, bound) >= 0, f"p({value} | |x| = {radius}) = {show(found)}, "
            f"bound {show(bound)}",
        )

    return claim


DENSITY_BOUND = Theorem(
    id="density-lower-bound",
    title="The density of a feature is at least 1/√10 in the middle",
    source=Source(DERIVED, "a repair of the density bound of Safran, Lee 2021, as in our notes"),
    statement="If |z| ≤ 1/2 and |x| ≤ 2, then p(z | x) ≥ 1/√10 = 0.3162.., with equality at z = 0, "
    "|x| = 2.",
    latex=r"If $|z| \le \frac12$ and $|x| \le 2$, then the density of $Z = \operatorname{erf}"
    r"(\langle u, x\rangle + b)$ satisfies $p(z \mid x) \ge 1/\sqrt{10}$.",
    hypotheses=(
        Hypothesis("value", "|z| ≤ 1/2", lambda instance: abs(instance["value"]) <= _HALF),
        Hypothesis("norm", "|x| ≤ 2", lambda instance: instance["norm"] <= 2),
    ),
    claim=_bound(Fraction(1, 10)),
    instances=instances(value=feature_values(), norm=input_norms()),
    status=Status("proved", "in |x| it first grows, then falls: an end decides"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("any-value", "any z in (−1, 1)", without=("value",)),
        Mutant("any-norm", "any x", without=("norm",)),
        Mutant("third", "1/3 instead of 1/√10", claim=_bound(Fraction(1, 9))),
        Mutant("at-one", "1/2, its value at |x| = 1", claim=_bound(Fraction(1, 4))),
    ),
)


def _least(form: Callable[[Fraction, Fraction], Any]) -> Claim:
    """Whether form(z_0, r_0) is a lower bound over |z| <= z_0, |x| <= r_0 and a value there."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        reach, most = abs(instance["reach"]), instance["radius"]
        least = form(reach, most)
        # A grid of the rectangle, with its corners.
        grid = [
            feature_density(ball(reach * i / 4), ball(most * k / 4))
            for i in range(5) for k in range(5)
        ]
        signs = [compare(found, least) for found in grid]
        return holds_if(
            min(signs) == 0, f"|z| ≤ {reach}, |x| ≤ {most}: least {show(least)}, on a grid "
            f"{show(min(grid, key=lambda value: float(value.mid())))}",
        )

    return claim


def _at(first: Fraction | None, last: Fraction | None) -> Callable[[Fraction, Fraction], Any]:
    """The density at a corner, a coordinate None being the end of its range."""

    def form(reach: Fraction, most: Fraction) -> Any:
        value = reach if first is None else first
        return feature_density(ball(value), ball(most if last is None else last))

    return form


_ZERO = Fraction(0)

LEAST_DENSITY = Theorem(
    id="least-feature-density",
    title="The least density of a feature on a rectangle",
    source=Source(DERIVED, "after the density bound of Safran, Lee 2021, as in our notes"),
    statement="Over |z| ≤ z₀ < 1 and |x| ≤ r₀ the density p(z | x) is smallest at a corner: at "
    "|z| = z₀, x = 0 or at |x| = r₀, there with |z| = z₀ for r₀ < 1 and z = 0 for r₀ ≥ 1.",
    latex=r"Over $|z| \le z_0 < 1$ and $|x| \le r_0$ the minimum of $p(z \mid |x|)$ is "
    r"$\min(p(z_0 \mid 0), p(z_0 \mid r_0))$ for $r_0 < 1$ and $\min(p(z_0 \mid 0), "
    r"p(0 \mid r_0))$ for $r_0 \ge 1$.",
    claim=_least(least_density),
    instances=instances(reach=feature_values(), radius=input_norms()),
    status=Status("proved", "monotone in |z|; in |x| first growing, then falling"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("at-origin", "always at |z| = z₀, x = 0", claim=_least(_at(None, _ZERO))),
        Mutant("at-centre", "always at z = 0, |x| = r₀", claim=_least(_at(_ZERO, None))),
        Mutant("at-far-corner", "always at |z| = z₀, |x| = r₀", claim=_least(_at(None, None))),
    ),
)


def _marginal(square: Fraction, most: Fraction = Fraction(2)) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        norms, (low, high) = instance["norms"], instance["values"]
        mass = Fraction(sum(r <= most for r in norms), len(norms))
        found = sum(
            (distribution(ball(high), ball(r)) - distribution(ball(low), ball(r)) for r in norms),
            arb(0),
        ) / len(norms)
        bound = ball(mass * (high - low)) * ball(square).sqrt()
        return holds_if(
            compare(found, bound) >= 0,
            f"P({low} < Z ≤ {high}) = {show(found)}, bound {show(bound)} for C = {mass}",
        )

    return claim


MARGINAL_BOUND = Theorem(
    id="marginal-density-bound",
    title="The marginal density of a feature",
    source=Source(SAFRAN, "the bound of the marginal density; the constant is derived here"),
    statement="If P(|x| ≤ 2) ≥ C, then P(z < Z ≤ z') ≥ (z' − z) C/√10 for −1/2 ≤ z ≤ z' ≤ 1/2: "
    "the marginal density of a feature is at least C/√10 there.",
    latex=r"If $P(|x| \le 2) \ge C$ and $-\frac12 \le z \le z' \le \frac12$, then "
    r"$P(z < Z \le z') \ge (z' - z)\, C / \sqrt{10}$.",
    hypotheses=(
        Hypothesis(
            "order", "z ≤ z'", lambda instance: instance["values"][0] <= instance["values"][1]
        ),
        Hypothesis(
            "middle", "|z|, |z'| ≤ 1/2",
            lambda instance: max(abs(value) for value in instance["values"]) <= _HALF,
        ),
    ),
    claim=_marginal(Fraction(1, 10)),
    instances=instances(
        norms=st.lists(
            st.one_of(input_norms(), st.sampled_from((Fraction(5, 2), Fraction(3)))),
            min_size=1, max_size=3,
        ).map(tuple),
        values=st.one_of(
            st.tuples(feature_values(), feature_values()),
            st.just((Fraction(4, 5), Fraction(99, 100))),
        ),
    ),
    status=Status("proved", "the bound 1/√10 for |x| ≤ 2, integrated over x and z"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("any-order", "z and z' in any order", without=("order",)),
        Mutant("any-values", "any z, z' in (−1, 1)", without=("middle",)),
        Mutant("half", "C/2, the density at |x| = 1", claim=_marginal(Fraction(1, 4))),
        Mutant("to-three", "C = P(|x| ≤ 3)", claim=_marginal(Fraction(1, 10), Fraction(3))),
    ),
)


def _kernel(form: Callable[[Fraction, Fraction, Fraction], Any] | None) -> Claim:
    """E Z Z' by an integral over the argument of the first feature."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        x, y = instance["inputs"]
        first, second, product = (
            sum((a * b for a, b in zip(p, q, strict=True)), _ZERO)
            for p, q in ((x, x), (y, y), (x, y))
        )
        variance, covariance = (1 + first) / 4, (1 + product) / 4
        slope = covariance / variance
        # Given the first argument a, the second one is normal around slope * a.
        rest = (1 + second) / 4 - slope * covariance
        stretch = ball(slope) / ball(1 + 2 * rest).sqrt()
        # The mean over the second argument is the theorem mean-over-weights.
        root = ball(variance).sqrt()
        mean = integral(
            lambda a: (root * a).erf() * (stretch * root * a).erf() * normal_density(a, arb(1)),
            arb(-16), arb(16),
        ) + arb(0, (2 * normal_tail(arb(16), Fraction(1))).upper())
        stated = (
            feature_kernel([x, y])[0, 1]
            if form is None
            else form(first, second, product)
        )
        return agree(mean, stated, names=("integral", "closed form"))

    return claim


def _arcsin(numerator: Fraction, first: Fraction, second: Fraction) -> Any:
    """(2/pi) arcsin of the quotient, which may be 1: a ball around 1 has no arc sine."""
    if numerator * numerator == first * second:
        return arb(1 if numerator > 0 else -1)
    return 2 / arb.pi() * (ball(numerator) / ball(first * second).sqrt()).asin()


def _pairs() -> st.SearchStrategy[tuple[tuple[Fraction, ...], ...]]:
    return st.integers(1, 3).flatmap(lambda d: st.tuples(points(d), points(d)))


FEATURE_KERNEL = Theorem(
    id="feature-kernel",
    title="The kernel of the features",
    source=Source(DERIVED, "after Williams 1997, for the layer of Safran, Lee 2021"),
    statement="E erf(⟨u, x⟩ + b) erf(⟨u, y⟩ + b) = (2/π) arcsin((1 + ⟨x, y⟩)/√((3 + |x|²) "
    "(3 + |y|²))) for u ~ N(0, I/4), b ~ N(0, 1/4).",
    latex=r"For $u \sim N(0, \frac14 I)$ and $b \sim N(0, \frac14)$, $\mathbb{E} \operatorname{erf}"
    r"(\langle u, x\rangle + b) \operatorname{erf}(\langle u, y\rangle + b) = \frac2\pi \arcsin "
    r"\frac{1 + \langle x, y\rangle}{\sqrt{(3 + |x|^2)(3 + |y|^2)}}$.",
    claim=_kernel(None),
    instances=instances(inputs=_pairs()),
    status=Status("proved", "Price's theorem"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant(
            "normalised", "1 + |x|² instead of 3 + |x|², as for the sign",
            claim=_kernel(lambda x, y, xy: _arcsin(1 + xy, 1 + x, 1 + y)),
        ),
        Mutant(
            "no-bias", "⟨x, y⟩/√((2 + |x|²) (2 + |y|²)), without the bias",
            claim=_kernel(lambda x, y, xy: _arcsin(xy, 2 + x, 2 + y)),
        ),
        Mutant(
            "unit-layer", "the kernel of a layer of variance 1",
            claim=_kernel(lambda x, y, xy: _arcsin(2 * (1 + xy), 3 + 2 * x, 3 + 2 * y)),
        ),
    ),
)
