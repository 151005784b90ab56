"""The function f_xi of |x| that separates the inside of a ball from the outside, and its weight g.

f_xi(r) = E[erf | b >= 0] - xi E[erf | b >= 1/sqrt 2] at |x| = r, and g(r) is the xi for which it
vanishes (Safran, Lee 2021).  With t = 1/sqrt(2 + r^2), g is e (1 - erf 1) over a mean of exp(-s^2)
in 0 < s < t, so it falls in r, and f_xi changes its sign once.  Values of f_xi come from integrals
over the bias here, those of g from Owen's function.
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
    separating_function,
    separating_slope,
    separating_weight,
)
from symerm.theorems.generators.separation import ball_radii, input_norms, separating_weights
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.setting import (
    PROOFS,
    TESTS,
    bias_mean,
    compare,
    in_balls,
    mean_value,
    show,
)
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, SAFRAN, Source

__all__ = ["ONE_SIGN_CHANGE", "SEPARABLE_WEIGHTS", "SLOPE_FORMULA", "WEIGHT_FALLS", "WEIGHT_LIMIT"]

_TEST = (f"{TESTS}test_separation_function.py",)
_SETTING = (
    r"Let $t = (2 + r^2)^{-1/2}$, $f_\xi(r) = \frac2\pi \arctan t - 4 \xi\, T(\sqrt2, t) / "
    r"(1 - \operatorname{erf} 1)$, and $f_{g(r)}(r) = 0$. "
)


def by_integrals(radius: Any, weight: Any) -> Any:
    """f_xi(r) as a difference of two conditional means, each an integral over the bias."""
    large = bias_mean(radius, arb("0.5").sqrt()) / (large_bias_share() / 2)
    return 2 * bias_mean(radius, arb(0)) - weight * large


def _slope(form: Callable[[Any, Any], Any]) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        weight = ball(instance["weight"])
        return mean_value(
            lambda radius: by_integrals(radius, weight),
            lambda radius: form(radius, weight),
            instance["norm"],
        )

    return claim


def _bracket(radius: Any, sign: int, unit: int) -> Any:
    return (sign * unit + sign / (2 + radius * radius)).exp()


def _other_slope(sign: int, unit: int, chain: int) -> Callable[[Any, Any], Any]:
    """The slope with a changed exponent or chain rule."""

    def form(radius: Any, weight: Any) -> Any:
        square = radius * radius
        scale = 2 * radius / arb.pi() / (2 + chain + square) / (2 + square).sqrt()
        return -scale * (1 - weight * _bracket(radius, sign, unit) / large_bias_share())

    return form


SLOPE_FORMULA = Theorem(
    id="separating-slope",
    title="The slope of the separating function",
    source=Source(DERIVED, "after Safran, Lee 2021, whose bound it gives"),
    statement="f_ξ'(r) = −2 r/(π (3 + r²) √(2 + r²)) (1 − ξ exp(−1 − 1/(2 + r²))/(1 − erf 1)).",
    latex=_SETTING + r"Then $f_\xi'(r) = -\frac{2 r}{\pi (3 + r^2) \sqrt{2 + r^2}} \Bigl(1 - "
    r"\frac{\xi\, e^{-1 - 1/(2 + r^2)}}{1 - \operatorname{erf} 1}\Bigr)$.",
    claim=_slope(separating_slope),
    instances=instances(norm=input_norms(), weight=separating_weights()),
    status=Status("proved", "the chain rule"),
    proofs=(f"{PROOFS}closed_forms.py",),
    tests=_TEST,
    mutants=(
        Mutant("exponent", "exp(+1 + t²) instead of exp(−1 − t²)",
               claim=_slope(_other_slope(1, 1, 1))),
        Mutant("no-one", "exp(−t²) instead of exp(−1 − t²)",
               claim=_slope(_other_slope(-1, 0, 1))),
        Mutant("chain-rule", "the factor 1/(1 + t²) of arctan' is forgotten",
               claim=_slope(_other_slope(-1, 1, 0))),
    ),
)


@in_balls
def _falls(instance: Instance) -> Finding:
    near, far = (separating_weight(ball(radius)) for radius in instance["norms"])
    return holds_if(
        compare(near, far) > 0, f"g at {instance['norms'][0]} and {instance['norms'][1]}: "
        f"{show(near)}, {show(far)}",
    )


def _grows(instance: Instance) -> Finding:
    return _falls(Instance.of(norms=tuple(reversed(instance["norms"]))))


WEIGHT_FALLS = Theorem(
    id="separating-weight-falls",
    title="The separating weight falls with the radius",
    source=Source(DERIVED, "after Safran, Lee 2021: one radius for every weight"),
    statement="If 0 ≤ r < s, then g(r) > g(s).",
    latex=_SETTING + r"If $0 \le r < s$, then $g(r) > g(s)$.",
    hypotheses=(
        Hypothesis("order", "r < s", lambda instance: instance["norms"][0] < instance["norms"][1]),
    ),
    claim=_falls,
    instances=instances(norms=st.tuples(input_norms(), input_norms())),
    status=Status("proved", "1/g is a mean of a falling function over an interval that shrinks"),
    proofs=(f"{PROOFS}separating_vectors.py",),
    tests=_TEST,
    mutants=(
        Mutant("any-order", "r and s in any order", without=("order",)),
        Mutant("grows", "g grows", claim=_grows),
    ),
)


def _limit(least: Fraction, most: Fraction, unit: int = 1) -> Claim:
    """share e^(unit + least t^2) < g <= share e^(unit + most t^2)."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        radius = ball(instance["norm"])
        value = separating_weight(radius)
        # Without Owen's function: the ratio of two means from their integrals.
        means = bias_mean(radius, arb(0)) / bias_mean(radius, arb("0.5").sqrt())
        square = 1 / (2 + radius * radius)
        low, high = (
            large_bias_share() * (unit + ball(part) * square).exp() for part in (least, most)
        )
        same = compare(value, means * large_bias_share()) == 0
        return holds_if(
            same and compare(low, value) < 0 and compare(value, high) < 0,
            f"{show(low)} < g({instance['norm']}) = {show(value)} < {show(high)}",
        )

    return claim


_THIRD = Fraction(1, 3)

WEIGHT_LIMIT = Theorem(
    id="separating-weight-limit",
    title="Bounds of the separating weight, and its limit",
    source=Source(DERIVED, "after Safran, Lee 2021"),
    statement="e (1 − erf 1) < g(r) < e (1 − erf 1) exp(t²/3) with t² = 1/(2 + r²), for every "
    "r ≥ 0; so g tends to e (1 − erf 1) = 0.4275.. as r grows.",
    latex=_SETTING + r"For every $r \ge 0$, $e (1 - \operatorname{erf} 1) < g(r) < "
    r"e (1 - \operatorname{erf} 1)\, e^{t^2/3}$, so $g(r) \to e (1 - \operatorname{erf} 1)$.",
    claim=_limit(Fraction(0), _THIRD),
    instances=instances(norm=input_norms()),
    status=Status("proved", "Jensen's inequality; (3 + t²) arctan t > 3 t"),
    proofs=(f"{PROOFS}slope_bound.py",),
    tests=_TEST,
    mutants=(
        Mutant("quarter", "exp(t²/4) as an upper bound",
               claim=_limit(Fraction(0), Fraction(1, 4))),
        Mutant("third-below", "exp(t²/3) as a lower bound", claim=_limit(_THIRD, Fraction(1))),
        Mutant("share", "the limit 1 − erf 1, without e",
               claim=_limit(Fraction(0), _THIRD, unit=0)),
    ),
)


def _sign(text: str, found: int) -> str:
    return f"{text} {('< 0', '= 0 to 30 digits', '> 0')[found + 1]}"


def _one_change(weight: Callable[[Instance], Any], inside: int = 1) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        norm, radius = instance["norm"], instance["radius"]
        means = 2 * bias_mean(ball(norm), arb(0))
        found = compare(means, means - by_integrals(ball(norm), weight(instance)))
        stated = inside * ((norm < radius) - (norm > radius))
        return holds_if(
            found == stated, _sign(f"lambda = {radius}, |x| = {norm}: f_xi", found)
        )

    return claim


def _own_weight(instance: Instance) -> Any:
    return separating_weight(ball(instance["radius"]))


ONE_SIGN_CHANGE = Theorem(
    id="one-sign-change",
    title="The separating function changes its sign at the radius and only there",
    source=Source(SAFRAN, "the separating function; on all of [0, ∞) derived here"),
    statement="For ξ = g(λ), f_ξ(|x|) > 0 for |x| < λ, f_ξ(λ) = 0, and f_ξ(|x|) < 0 for |x| > λ: "
    "for every λ ≥ 0 and every x.",
    latex=_SETTING + r"If $\xi = g(\lambda)$, then $f_\xi(|x|)$ has the sign of $\lambda - |x|$ "
    r"for every $x$ and every $\lambda \ge 0$.",
    claim=_one_change(_own_weight),
    instances=instances(norm=input_norms(), radius=ball_radii()),
    status=Status("proved", "f_ξ = (2/π) arctan t (1 − ξ/g), and g falls"),
    proofs=(f"{PROOFS}separating_vectors.py",),
    tests=_TEST,
    mutants=(
        Mutant("inside-out", "f_ξ is negative inside", claim=_one_change(_own_weight, -1)),
        Mutant("one-weight", "ξ = 0.46 for every ball",
               claim=_one_change(lambda instance: ball(Fraction(23, 50)))),
        Mutant(
            "share-forgotten", "ξ = g(λ)/(1 − erf 1)",
            claim=_one_change(lambda instance: _own_weight(instance) / large_bias_share()),
        ),
    ),
)


#: f_xi is negative here unless its zero is farther out than that of any instance.
_VERY_FAR = Fraction(10**4)


def _changes(unit: int, start: Fraction) -> Claim:
    """Exactly for e^unit (1 - erf 1) < xi < g(start) the signs at 0 and far out are + and -."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        weight = ball(instance["weight"])
        low = large_bias_share() * arb(unit).exp()
        stated = compare(low, weight) < 0 and compare(weight, separating_weight(ball(start))) < 0
        first, last = (separating_function(ball(r), weight) for r in (Fraction(0), _VERY_FAR))
        return holds_if(
            (compare(first, arb(0)) > 0 > compare(last, arb(0))) == stated,
            f"xi = {instance['weight']}: f_xi(0) = {show(first)}, "
            f"f_xi({_VERY_FAR}) = {show(last)}",
        )

    return claim


SEPARABLE_WEIGHTS = Theorem(
    id="separable-weights",
    title="Which weights separate a ball",
    source=Source(DERIVED, "after Safran, Lee 2021"),
    statement="f_ξ is positive at 0 and negative far out, so that it separates one ball, exactly "
    "if e (1 − erf 1) < ξ < g(0): from 0.4275.. to 0.4913..",
    latex=_SETTING + r"$f_\xi(0) > 0$ and $f_\xi(r) < 0$ for large $r$ exactly if "
    r"$e (1 - \operatorname{erf} 1) < \xi < g(0)$.",
    claim=_changes(1, Fraction(0)),
    instances=instances(weight=separating_weights()),
    status=Status("proved", "f_ξ = (2/π) arctan t (1 − ξ/g), and g falls from g(0) to its limit"),
    proofs=(f"{PROOFS}separating_vectors.py",),
    tests=_TEST,
    mutants=(
        Mutant("share", "from 1 − erf 1 on, without e", claim=_changes(0, Fraction(0))),
        Mutant("from-one", "up to g(1) instead of g(0)", claim=_changes(1, Fraction(1))),
    ),
)
