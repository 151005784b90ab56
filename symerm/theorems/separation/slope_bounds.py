"""Constants of the separating function: the range of xi, its slope, its distance from zero.

Safran, Lee (2021) use that xi = g(lambda) lies in [0.45, 0.472] for lambda in [1, 2], and that
|f_xi'| >= 1/600 for |x| in [0.9, 2.1] and these xi; so |f_xi| >= ||x| - lambda|/600.  The smallest
slope is 0.00396.., at |x| = 2.1, xi = 0.472.
"""

from __future__ import annotations

from fractions import Fraction

from symerm.arithmetic.balls import ball
from symerm.separation.closed_forms import separating_slope, separating_weight
from symerm.separation.monotonicity import SLOPE_BOUND, WEIGHTS
from symerm.theorems.generators.separation import ball_radii, input_norms, separating_weights
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.separating_function import by_integrals
from symerm.theorems.separation.setting import (
    NORM_RANGE,
    PROOFS,
    RADIUS_RANGE,
    TESTS,
    compare,
    in_balls,
    show,
)
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import SAFRAN, Source

__all__ = ["MARGIN", "SMALLEST_SLOPE", "WEIGHT_RANGE"]

_PROOF = (f"{PROOFS}slope_bound.py",)
_TEST = (f"{TESTS}test_separation_slope.py",)
_LOW, _HIGH = WEIGHTS


def _range(low: Fraction, high: Fraction) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        value = separating_weight(ball(instance["radius"]))
        inside = compare(ball(low), value) <= 0 <= compare(ball(high), value)
        return holds_if(inside, f"g({instance['radius']}) = {show(value)}")

    return claim


WEIGHT_RANGE = Theorem(
    id="separating-weight-range",
    title="The weights of the balls of radius 1 to 2",
    source=Source(SAFRAN, "the range of ξ, as described in our notes"),
    statement="If 1 ≤ λ ≤ 2, then 0.45 ≤ g(λ) ≤ 0.472.",
    latex=r"If $1 \le \lambda \le 2$, then $0.45 \le g(\lambda) \le 0.472$ for the $\xi = "
    r"g(\lambda)$ with $f_\xi(\lambda) = 0$.",
    hypotheses=(RADIUS_RANGE,),
    claim=_range(_LOW, _HIGH),
    instances=instances(radius=ball_radii()),
    status=Status("proved", "g falls; g(1) and g(2) by an alternating series"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("any-radius", "any λ", without=("radius",)),
        Mutant("shorter-above", "g(λ) ≤ 0.471", claim=_range(_LOW, Fraction(471, 1000))),
        Mutant("shorter-below", "g(λ) ≥ 0.451", claim=_range(Fraction(451, 1000), _HIGH)),
    ),
)


def _slope_claim(bound: Fraction, sign: int = -1) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        slope = separating_slope(ball(instance["norm"]), ball(instance["weight"]))
        return holds_if(
            compare(sign * slope, ball(bound)) >= 0,
            f"f_xi' = {show(slope)} at |x| = {instance['norm']}, xi = {instance['weight']}",
        )

    return claim


SMALLEST_SLOPE = Theorem(
    id="separating-slope-bound",
    title="The separating function falls at a rate of 1/600 at least",
    source=Source(SAFRAN, "the slope of the separating function, as described in our notes"),
    statement="If 0.9 ≤ |x| ≤ 2.1 and 0.45 ≤ ξ ≤ 0.472, then f_ξ'(|x|) ≤ −1/600.",
    latex=r"If $0.9 \le r \le 2.1$ and $0.45 \le \xi \le 0.472$, then $f_\xi'(r) \le "
    r"-\frac1{600}$.",
    hypotheses=(
        NORM_RANGE,
        Hypothesis(
            "weight", "0.45 ≤ ξ ≤ 0.472", lambda instance: _LOW <= instance["weight"] <= _HIGH
        ),
    ),
    claim=_slope_claim(SLOPE_BOUND),
    instances=instances(norm=input_norms(), weight=separating_weights()),
    status=Status(
        "proved", "both factors are monotone on two pieces; prove_monotone subdivides instead"
    ),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("three-times", "a rate of 1/200", claim=_slope_claim(Fraction(1, 200))),
        Mutant("any-norm", "any |x|", without=("norm",)),
        Mutant("any-weight", "any ξ", without=("weight",)),
        Mutant("grows", "f_ξ grows", claim=_slope_claim(SLOPE_BOUND, 1)),
    ),
)


def _margin(rate: Fraction) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        norm, radius = instance["norm"], instance["radius"]
        value = by_integrals(ball(norm), separating_weight(ball(radius)))
        stated = rate * abs(norm - radius)
        return holds_if(
            compare(abs(value), ball(stated)) >= 0,
            f"|f_xi| = {show(abs(value))} at |x| = {norm}, {float(stated):.6g} for a distance of "
            f"{abs(norm - radius)} from lambda = {radius}",
        )

    return claim


MARGIN = Theorem(
    id="separating-margin",
    title="How far the separating function is from zero",
    source=Source(SAFRAN, "the separating function off the sphere, as described in our notes"),
    statement="If 1 ≤ λ ≤ 2, 0.9 ≤ |x| ≤ 2.1 and ξ = g(λ), then |f_ξ(|x|)| ≥ ||x| − λ|/600.",
    latex=r"If $1 \le \lambda \le 2$, $0.9 \le |x| \le 2.1$ and $\xi = g(\lambda)$, then "
    r"$|f_\xi(|x|)| \ge \bigl||x| - \lambda\bigr|/600$.",
    hypotheses=(RADIUS_RANGE, NORM_RANGE),
    claim=_margin(SLOPE_BOUND),
    instances=instances(norm=input_norms(), radius=ball_radii()),
    status=Status("proved", "the mean value theorem and the bound of the slope"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("any-norm", "any |x|", without=("norm",)),
        Mutant("any-radius", "any λ", without=("radius",)),
        Mutant("hundredth", "||x| − λ|/100", claim=_margin(Fraction(1, 100))),
    ),
)
