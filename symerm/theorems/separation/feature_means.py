"""Means of a random feature erf(<u, x> + b), u ~ N(0, I/4), b ~ N(0, 1/4), given its bias.

With t = 1/sqrt(2 + |x|^2) the mean over u is erf(sqrt 2 t b); given b >= 0 it is (2/pi) arctan t
and given b >= h it is 4 T(2h, t)/erfc(sqrt 2 h), T Owen's function.  Every closed form is compared
with a certified integral.  After Safran, Lee (2021), whose separating function it is for h = 0 and
h = 1/sqrt 2.
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
    mean_large_bias,
    mean_positive_bias,
    tangent,
)
from symerm.separation.owens_t import owens_t
from symerm.theorems.generators.basic import positive_rationals, rationals
from symerm.theorems.generators.separation import input_norms, near_unit_vectors
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.setting import (
    PROOFS,
    TESTS,
    agree,
    bias_mean,
    in_balls,
    integral,
    norm,
    normal_density,
    normal_tail,
)
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem
from symerm.theorems.works import DERIVED, SAFRAN, Source

__all__ = [
    "MEAN_GIVEN_BIAS",
    "MEAN_LARGE_BIAS",
    "MEAN_OVER_WEIGHTS",
    "MEAN_POSITIVE_BIAS",
    "OWENS_REFLECTION",
]

_PROOF = (f"{PROOFS}closed_forms.py",)
_TEST = (f"{TESTS}test_separation_means.py",)
#: Standard normal numbers beyond it have a probability below 10^-56.
_FAR = 16
_LAYER = (
    r"Let $u \sim N(0, \frac14 I)$ and $b \sim N(0, \frac14)$ be independent and "
    r"$t = (2 + |x|^2)^{-1/2}$. "
)


def _over_weights(form: Callable[[Any, Any], Any]) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        radius, b = norm(instance["x"]), ball(instance["b"])
        # <u, x> = |x| Z/2; the integrand of the rest lies in [-1, 1].
        middle = integral(
            lambda z: (radius * z / 2 + b).erf() * normal_density(z, arb(1)), arb(-_FAR), arb(_FAR)
        )
        rest = normal_tail(arb(_FAR), Fraction(1))
        return agree(
            middle + arb(0, (2 * rest).upper()), form(radius, b), names=("integral", "closed form")
        )

    return claim


MEAN_OVER_WEIGHTS = Theorem(
    id="mean-over-weights",
    title="The mean of a feature over its weights",
    source=Source(DERIVED, "after Safran, Lee 2021: expectations over the hidden layer"),
    statement="E erf(⟨u, x⟩ + b) over u ~ N(0, I/4) is erf(b/√(1 + |x|²/2)), for every x and b.",
    latex=r"If $u \sim N(0, \frac14 I)$, then $\mathbb{E} \operatorname{erf}(\langle u, x\rangle "
    r"+ b) = \operatorname{erf}\bigl(b / \sqrt{1 + |x|^2/2}\bigr)$ for all $x$ and $b$.",
    claim=_over_weights(lambda radius, b: (arb(2).sqrt() * tangent(radius) * b).erf()),
    instances=instances(x=near_unit_vectors(), b=rationals(bound=2)),
    status=Status("proved", "both sides are odd in b and have one derivative"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant(
            "erf-of-mean", "erf and the mean are exchanged",
            claim=_over_weights(lambda radius, b: b.erf()),
        ),
        Mutant(
            "unit-weights", "the formula of u ~ N(0, I) for u ~ N(0, I/4)",
            claim=_over_weights(lambda radius, b: (b / (1 + 2 * radius * radius).sqrt()).erf()),
        ),
        Mutant(
            "half-square", "√(1 + |x|²/4) instead of √(1 + |x|²/2)",
            claim=_over_weights(lambda radius, b: (b / (1 + radius * radius / 4).sqrt()).erf()),
        ),
    ),
)


def _given(form: Callable[[Any, Any], Any], low: Callable[[Instance], Any]) -> Claim:
    """The mean given b >= low against form(|x|, low)."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        radius, least = ball(instance["norm"]), low(instance)
        mean = bias_mean(radius, least) / normal_tail(least, Fraction(1, 4))
        return agree(mean, form(radius, least), names=("integral", "closed form"))

    return claim


def _zero(instance: Instance) -> Any:
    return arb(0)


def _root_half(instance: Instance) -> Any:
    return arb("0.5").sqrt()


MEAN_POSITIVE_BIAS = Theorem(
    id="mean-positive-bias",
    title="The mean of a feature with a positive bias",
    source=Source(SAFRAN, "the first group of neurons; the closed form is derived here"),
    statement="Let u ~ N(0, I/4), b ~ N(0, 1/4) be independent. Then E[erf(⟨u, x⟩ + b) | b ≥ 0] = "
    "(2/π) arctan t with t = 1/√(2 + |x|²).",
    latex=_LAYER + r"Then $\mathbb{E}[\operatorname{erf}(\langle u, x\rangle + b) \mid b \ge 0] = "
    r"\frac2\pi \arctan t$.",
    claim=_given(lambda radius, low: mean_positive_bias(radius), _zero),
    instances=instances(norm=input_norms()),
    status=Status("proved", "one derivative in t, and the mean over the weights"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant(
            "joint", "the mean is not divided by P(b ≥ 0) = 1/2",
            claim=_given(lambda radius, low: mean_positive_bias(radius) / 2, _zero),
        ),
        Mutant(
            "one-for-two", "t = 1/√(1 + |x|²)",
            claim=_given(
                lambda radius, low: 2 / arb.pi() * (1 / (1 + radius * radius).sqrt()).atan(), _zero
            ),
        ),
        Mutant(
            "unit-layer", "the closed form of a layer of variance 1",
            # There b = Z, and the mean over u is erf(Z/sqrt(1 + 2 |x|^2)).
            claim=_given(
                lambda radius, low: 2 / arb.pi()
                * (arb(2) / (1 + 2 * radius * radius)).sqrt().atan(),
                _zero,
            ),
        ),
    ),
)

MEAN_LARGE_BIAS = Theorem(
    id="mean-large-bias",
    title="The mean of a feature with a large bias",
    source=Source(SAFRAN, "the second group of neurons; the closed form is derived here"),
    statement="Let u ~ N(0, I/4), b ~ N(0, 1/4) be independent. Then E[erf(⟨u, x⟩ + b) | "
    "b ≥ 1/√2] = 4 T(√2, t)/(1 − erf 1) with t = 1/√(2 + |x|²) and Owen's function T.",
    latex=_LAYER + r"Then $\mathbb{E}[\operatorname{erf}(\langle u, x\rangle + b) \mid b \ge "
    r"1/\sqrt2] = 4\, T(\sqrt2, t)/(1 - \operatorname{erf} 1)$ with Owen's function $T$.",
    claim=_given(lambda radius, low: mean_large_bias(radius), _root_half),
    instances=instances(norm=input_norms()),
    status=Status("proved", "one derivative in t, and the mean over the weights"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant(
            "share-forgotten", "the mean is not divided by 1 − erf 1",
            claim=_given(
                lambda radius, low: mean_large_bias(radius) * large_bias_share(), _root_half
            ),
        ),
        Mutant(
            "half", "given b ≥ 1/2 instead of 1/√2",
            claim=_given(lambda radius, low: mean_large_bias(radius), lambda _: arb("0.5")),
        ),
        Mutant(
            "height-one", "T(1, t) instead of T(√2, t)",
            claim=_given(
                lambda radius, low: 4 * owens_t(arb(1), tangent(radius)) / large_bias_share(),
                _root_half,
            ),
        ),
    ),
)


def _height(instance: Instance) -> Any:
    return ball(instance["bias"])


def _owen(factor: int, stretch: int) -> Callable[[Any, Any], Any]:
    def form(radius: Any, low: Any) -> Any:
        share = (arb(2).sqrt() * low).erfc()
        return factor * owens_t(stretch * low, tangent(radius)) / share

    return form


def _positive_half(radius: Any, low: Any) -> Any:
    return _owen(4, 2)(radius, low) * (arb(2).sqrt() * low).erfc() / 2


MEAN_GIVEN_BIAS = Theorem(
    id="mean-given-bias",
    title="The mean of a feature given a least bias",
    source=Source(DERIVED, "after Safran, Lee 2021, for every threshold"),
    statement="E[erf(⟨u, x⟩ + b) | b ≥ h] = 4 T(2h, t)/erfc(√2 h) for every h in R, with "
    "t = 1/√(2 + |x|²); h = 0 and h = 1/√2 are the two groups of neurons.",
    latex=_LAYER + r"Then $\mathbb{E}[\operatorname{erf}(\langle u, x\rangle + b) \mid b \ge h] = "
    r"4\, T(2 h, t)/\operatorname{erfc}(\sqrt2\, h)$ for every $h \in \mathbb{R}$.",
    claim=_given(_owen(4, 2), _height),
    instances=instances(norm=input_norms(), bias=rationals(bound=2)),
    status=Status("proved", "E[erf(t Z/√2); Z ≥ h] = 2 T(h, t)"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("not-scaled", "T(h, t): the deviation 1/2 of b is forgotten",
               claim=_given(_owen(4, 1), _height)),
        Mutant("joint", "the mean is not divided by P(b ≥ h)",
               claim=_given(_positive_half, _height)),
        Mutant("two", "2 T instead of 4 T", claim=_given(_owen(2, 2), _height)),
    ),
)


def _owen_integral(h: Any, a: Any) -> Any:
    """T(h, a) by its definition; the poles at +-i are no matter for an integral over reals."""
    return integral(
        lambda s: (-h * h * (1 + s * s) / 2).exp() / (1 + s * s), arb(0), a
    ) / (2 * arb.pi())


def _reflection(product: int, constant: Fraction = Fraction(0)) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        h, a = ball(instance["h"]), ball(instance["a"])
        near, far = normal_tail(h, Fraction(1)), normal_tail(a * h, Fraction(1))
        right = (near + far) / 2 - product * near * far - ball(constant)
        left = _owen_integral(h, a) + _owen_integral(a * h, 1 / a)
        defined = agree(owens_t(h, a), _owen_integral(h, a), names=("series", "integral"))
        found = agree(left, right, names=("T(h, a) + T(ah, 1/a)", "right side"))
        return found if defined.holds else defined

    return claim


OWENS_REFLECTION = Theorem(
    id="owens-reflection",
    title="Owen's function beyond slope one",
    source=Source(DERIVED, "Owen 1956, with the series that is evaluated here"),
    statement="T(h, a) + T(a h, 1/a) = (Q(h) + Q(a h))/2 − Q(h) Q(a h) for a > 0, with "
    "Q(h) = erfc(h/√2)/2; and T(h, a) is the integral of exp(−h² (1 + s²)/2)/(2π (1 + s²)).",
    latex=r"Let $T(h, a) = \frac{1}{2\pi} \int_0^a e^{-h^2 (1 + s^2)/2} / (1 + s^2) \, ds$ and "
    r"$Q(h) = \frac12 \operatorname{erfc}(h/\sqrt2)$. For $a > 0$, $T(h, a) + T(a h, 1/a) = "
    r"\frac12 (Q(h) + Q(a h)) - Q(h) Q(a h)$.",
    hypotheses=(
        Hypothesis("positive-slope", "a > 0", lambda instance: instance["a"] > 0),
    ),
    claim=_reflection(1),
    instances=instances(
        h=rationals(bound=3),
        a=st.one_of(positive_rationals(bound=3), rationals(bound=3).filter(bool)),
    ),
    status=Status("proved", "both sides have one derivative in a, and for a = 1 in h"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("any-slope", "a may be negative", without=("positive-slope",)),
        Mutant("no-product", "the product of the tails is left out", claim=_reflection(0)),
        Mutant(
            "negative-slope", "the constant −1/2 that belongs to a < 0",
            claim=_reflection(1, Fraction(1, 2)),
        ),
    ),
)
