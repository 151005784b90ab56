"""The mean of <v, features> for a vector v on two groups of neurons, with two choices of weights.

A fraction 1/8 of the neurons is in the group b >= 0 and a fraction (1 - erf 1)/8 in the group
b >= 1/sqrt 2: one neuron in four of each half-line.  The separating vector of Safran, Lee (2021),
as described in our notes, has the weights 1 and -xi; then the mean is positive for every x.  With
-xi/(1 - erf 1) on the second group it is f_xi/8.  Means are integrals over the bias here.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.separation.closed_forms import (
    large_bias_share,
    mean_positive_bias,
    separating_weight,
)
from symerm.separation.separating_vectors import mean_equal_weights, mean_size_weights
from symerm.theorems.generators.basic import rationals
from symerm.theorems.generators.separation import ball_radii, input_norms, separating_weights
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.setting import (
    PROOFS,
    RADIUS_RANGE,
    TESTS,
    bias_mean,
    compare,
    in_balls,
    show,
)
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["EQUAL_WEIGHTS", "SIZE_MARGINS", "SIZE_WEIGHTS"]

_TEST = (f"{TESTS}test_separation_vectors.py",)
_GROUPS = (
    r"Let $v$ have the weight $1$ on a fraction $\frac18$ of the neurons, with $b \ge 0$, and the "
    r"weight $-w$ on a fraction $\frac18 (1 - \operatorname{erf} 1)$, with $b \ge 1/\sqrt2$; let "
    r"$m(x)$ be the mean of $\langle v, \text{features}\rangle$ per neuron. "
)
_NEARBY = Fraction(495, 10**6)
_INSIDE = Fraction(248, 10**6)
_OUTSIDE = Fraction(314, 10**5)


def _mean(radius: Any, weight: Any) -> Any:
    """(1/4) E[v(b) erf(<u, x> + b)], v(b) = 1{b >= 0} - weight 1{b >= 1/sqrt 2}."""
    return (bias_mean(radius, arb(0)) - weight * bias_mean(radius, arb("0.5").sqrt())) / 4


def _sizes(radius: Any) -> Any:
    return mean_positive_bias(radius) / 8


def _equal(constant: Callable[[], Any]) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        radius, weight = ball(instance["norm"]), ball(instance["weight"])
        mean = _mean(radius, weight)
        bound = (1 - weight / constant()) * _sizes(radius)
        same = compare(mean, mean_equal_weights(radius, weight)) == 0
        return holds_if(
            same and compare(mean, arb(0)) > 0 and compare(mean, bound) >= 0,
            f"|x| = {instance['norm']}, xi = {instance['weight']}: mean {show(mean)}, "
            f"bound {show(bound)}",
        )

    return claim


def _sign(factor: Callable[[], Any], inside: int = 1) -> Claim:
    """Whether the mean has the sign of inside (lambda - |x|) for the weight factor g(lambda)."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        norm, radius = instance["norm"], instance["radius"]
        weight = separating_weight(ball(radius))
        mean = _mean(ball(norm), factor() * weight)
        # The size of both parts sets the scale on which 0 is reached.
        sign = compare(_sizes(ball(norm)) + mean, _sizes(ball(norm)))
        stated = inside * ((norm < radius) - (norm > radius))
        repaired = compare(
            _mean(ball(norm), weight / large_bias_share()) + 1,
            mean_size_weights(ball(norm), weight) + 1,
        )
        return holds_if(
            sign == stated and repaired == 0,
            f"lambda = {radius}, |x| = {norm}: the mean {show(mean)} has the sign {sign}",
        )

    return claim


def _weights() -> st.SearchStrategy[Fraction]:
    return st.one_of(separating_weights(), rationals(bound=4))


EQUAL_WEIGHTS = Theorem(
    id="equal-weights-never-separate",
    title="With equal weights the mean is positive at every input",
    source=Source(
        DERIVED,
        "after the random-features lemma of Safran, Lee 2021, as described in our notes",
    ),
    statement="Let v have the weight 1 on a fraction 1/8 of the neurons (b ≥ 0) and −ξ on a "
    "fraction (1 − erf 1)/8 (b ≥ 1/√2). For 0 ≤ ξ < e, in particular for ξ ≤ 0.472, the mean of "
    "⟨v, features⟩ is at least (1 − ξ/e) (2/π) arctan(t)/8 > 0 for every x: v separates no ball.",
    latex=_GROUPS + r"For $w = \xi$ with $0 \le \xi < e$, $m(x) \ge \frac18 (1 - \xi/e) "
    r"\frac2\pi \arctan t > 0$ with $t = (2 + |x|^2)^{-1/2}$, for every $x$.",
    hypotheses=(
        Hypothesis(
            "weight", "0 ≤ ξ < e",
            lambda instance: instance["weight"] >= 0
            and compare(ball(instance["weight"]), arb(1).exp()) < 0,
        ),
    ),
    claim=_equal(lambda: arb(1).exp()),
    instances=instances(norm=input_norms(), weight=_weights(), radius=ball_radii()),
    status=Status("proved", "T(√2, t) ≤ T(0, t)/e"),
    proofs=(f"{PROOFS}separating_vectors.py",),
    tests=_TEST,
    mutants=(
        Mutant("separates", "the mean for ξ = g(λ) has the sign of λ − |x|",
               claim=_sign(lambda: arb(1))),
        Mutant("any-weight", "any ξ", without=("weight",)),
        Mutant("three", "1 − ξ/3 instead of 1 − ξ/e", claim=_equal(lambda: arb(3))),
    ),
)

SIZE_WEIGHTS = Theorem(
    id="size-weights-separate",
    title="With weights by size the mean changes its sign at the radius",
    source=Source(DERIVED, "a repair of the random-features lemma of Safran, Lee 2021"),
    statement="Let v have the weight 1 on a fraction 1/8 of the neurons (b ≥ 0) and "
    "−ξ/(1 − erf 1) on a fraction (1 − erf 1)/8 (b ≥ 1/√2), ξ = g(λ). Then the mean of "
    "⟨v, features⟩ is f_ξ(|x|)/8, with the sign of λ − |x| for every x.",
    latex=_GROUPS + r"For $w = g(\lambda)/(1 - \operatorname{erf} 1)$, $m(x) = \frac18 "
    r"f_{g(\lambda)}(|x|)$ has the sign of $\lambda - |x|$ for every $x$.",
    claim=_sign(lambda: 1 / large_bias_share()),
    instances=instances(norm=input_norms(), radius=ball_radii()),
    status=Status("proved", "the sizes of the groups cancel; sign of f_ξ"),
    proofs=(f"{PROOFS}separating_vectors.py",),
    tests=_TEST,
    mutants=(
        Mutant("equal", "the weight −ξ, without the size of the group",
               claim=_sign(lambda: arb(1))),
        Mutant("times", "the weight −ξ (1 − erf 1): multiplied, not divided",
               claim=_sign(large_bias_share)),
        Mutant("inside-out", "the mean is negative inside",
               claim=_sign(lambda: 1 / large_bias_share(), -1)),
    ),
)


def _margins(
    nearby: Fraction = _NEARBY, inside: Fraction = _INSIDE, *, constant: bool = False
) -> Claim:
    """The three bounds; with `constant` that of the outside does not fall with |x|."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        norm, radius = instance["norm"], instance["radius"]
        weight = separating_weight(ball(radius)) / large_bias_share()
        mean = _mean(ball(norm), weight)
        if norm < Fraction(9, 10):
            size, bound = mean, ball(inside)
        elif norm <= Fraction(21, 10):
            size, bound = abs(mean), ball(nearby * abs(norm - radius))
        else:
            size = -mean
            bound = ball(_OUTSIDE) * _sizes(ball(Fraction(21, 10) if constant else norm))
        return holds_if(
            compare(size, bound) >= 0,
            f"lambda = {radius}, |x| = {norm}: mean {show(mean)}, bound {show(bound)}",
        )

    return claim


SIZE_MARGINS = Theorem(
    id="size-weights-margins",
    title="How far the mean with weights by size is from zero",
    source=Source(DERIVED, "constants for the repaired vector of Safran, Lee 2021"),
    statement="For 1 ≤ λ ≤ 2 and ξ = g(λ) the mean m = f_ξ(|x|)/8 satisfies |m| ≥ 0.000495 "
    "||x| − λ| for 0.9 ≤ |x| ≤ 2.1, m ≥ 0.000248 for |x| ≤ 0.9, and −m ≥ 0.00314 (2/π) "
    "arctan(t)/8 for |x| ≥ 2.1, which tends to 0 as |x| grows.",
    latex=r"For $1 \le \lambda \le 2$, $\xi = g(\lambda)$ and $m = \frac18 f_\xi(|x|)$: "
    r"$|m| \ge 0.000495\, \bigl||x| - \lambda\bigr|$ if $0.9 \le |x| \le 2.1$, "
    r"$m \ge 0.000248$ if $|x| \le 0.9$, and $-m \ge 0.00314 \cdot \frac18 \cdot \frac2\pi "
    r"\arctan (2 + |x|^2)^{-1/2}$ if $|x| \ge 2.1$.",
    hypotheses=(RADIUS_RANGE,),
    claim=_margins(),
    instances=instances(norm=input_norms(), radius=ball_radii()),
    status=Status("proved", "the smallest slope; f_ξ falls in ξ; g(2)/g(2.1) − 1"),
    proofs=(f"{PROOFS}slope_bound.py",),
    tests=_TEST,
    mutants=(
        Mutant("any-radius", "any λ", without=("radius",)),
        Mutant("constant-outside", "the bound at |x| = 2.1 for all |x| ≥ 2.1",
               claim=_margins(constant=True)),
        Mutant("nearby", "|m| ≥ 0.00125 ||x| − λ|", claim=_margins(Fraction(125, 10**5))),
        Mutant("inside", "m ≥ 0.002 for |x| ≤ 0.9", claim=_margins(inside=Fraction(2, 1000))),
    ),
)
