"""The law of a random feature Z = erf(<u, x> + b) given x, and lower bounds of its density.

<u, x> + b ~ N(0, s/4) with s = 1 + |x|^2.  On (-1, 1) Z has the density exp(n^2 (1 - 2/s))/sqrt(2s)
with n = erfinv z: uniform at |x| = 1 and only there, monotone in |z| on either side of it, and in
|x| it grows up to |x|^2 = 4 n^2 - 1 and falls from there on.  Here densities are those of the
normal law over the derivative of erf, and distribution functions are Gaussian integrals.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.separation.feature_law import densest_radius, feature_density, feature_distribution
from symerm.theorems.generators.separation import (
    feature_values,
    input_norms,
    near_unit_vectors,
)
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.setting import (
    PROOFS,
    TESTS,
    agree,
    compare,
    in_balls,
    integral,
    mean_value,
    norm,
    normal_density,
    show,
)
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, SAFRAN, Source

__all__ = ["FEATURE_LAW", "NORM_TURN", "UNIFORM", "VALUE_TURN", "distribution"]

_PROOF = (f"{PROOFS}feature_law.py",)
_TEST = (f"{TESTS}test_separation_feature_law.py",)
_LAW = (
    r"Let $Z = \operatorname{erf}(\langle u, x\rangle + b)$ with $u \sim N(0, \frac14 I)$ and "
    r"$b \sim N(0, \frac14)$ independent, $n = \operatorname{erf}^{-1}(z)$. "
)

Form = Callable[[Any, Any], Any]


def distribution(value: Any, radius: Any) -> Any:
    """P(Z <= z) as a Gaussian integral from 0 to erfinv z, for a ball of z that is exact."""
    variance = (1 + radius * radius) / 4
    return arb("0.5") + integral(
        lambda n: normal_density(n, variance), arb(0), value.erfinv()
    )


def _density(value: Any, radius: Any) -> Any:
    """p(z) by the change of variables z = erf n."""
    n = value.erfinv()
    stretch = 2 * (-n * n).exp() / arb.pi().sqrt()
    return normal_density(n, (1 + radius * radius) / 4) / stretch


def _law(density: Form) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        value, radius = ball(instance["value"]), ball(instance["norm"])
        whole = agree(
            distribution(value, radius), feature_distribution(value, radius),
            names=("P(Z <= z) by an integral", "closed form"),
        )
        slope = mean_value(
            lambda z: distribution(z, radius), lambda z: density(z, radius), instance["value"]
        )
        return slope if whole.holds else whole

    return claim


def _other_density(sign: int, scale: int) -> Form:
    def density(value: Any, radius: Any) -> Any:
        n, spread = value.erfinv(), 1 + radius * radius
        return (sign * n * n * (1 - 2 / spread)).exp() / (scale * spread).sqrt()

    return density


def _no_bias(value: Any, radius: Any) -> Any:
    """The density with s = |x|^2, or that of a constant where there is nothing left."""
    n, spread = value.erfinv(), radius * radius
    return arb(0) if spread == 0 else (n * n * (1 - 2 / spread)).exp() / (2 * spread).sqrt()


FEATURE_LAW = Theorem(
    id="feature-density",
    title="The density of a feature",
    source=Source(SAFRAN, "the law of a feature given |x|, as described in our notes"),
    statement="Given x, Z = erf(⟨u, x⟩ + b) has on (−1, 1) the density exp(n² (1 − 2/s))/√(2 s) "
    "with n = erfinv z and s = 1 + |x|², and P(Z ≤ z) = (1 + erf(n √(2/s)))/2.",
    latex=_LAW + r"With $s = 1 + |x|^2$, $Z$ has on $(-1, 1)$ the density $e^{n^2 (1 - 2/s)} / "
    r"\sqrt{2 s}$, and $P(Z \le z) = \frac12 (1 + \operatorname{erf}(n \sqrt{2/s}))$.",
    claim=_law(feature_density),
    instances=instances(value=feature_values(), norm=input_norms()),
    status=Status("proved", "change of variables"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("exponent", "exp(−n² (1 − 2/s))", claim=_law(_other_density(-1, 2))),
        Mutant("scale", "√s instead of √(2 s)", claim=_law(_other_density(1, 1))),
        Mutant("no-bias", "s = |x|², without the bias", claim=_law(_no_bias)),
    ),
)


def _uniform(
    stated: Callable[[Fraction], Fraction], exactly: Callable[[Fraction], bool]
) -> Claim:
    """P(Z <= z) = stated(z) where exactly(|x|^2), and P(Z <= 1/2) is not 3/4 elsewhere."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        radius, value = norm(instance["x"]), instance["value"]
        square = sum((entry * entry for entry in instance["x"]), Fraction(0))
        if exactly(square):
            return agree(
                distribution(ball(value), radius), ball(stated(value)),
                names=(f"|x|² = {square}: P(Z ≤ {value})", "uniform"),
            )
        half = distribution(arb("0.5"), radius)
        return holds_if(
            compare(half, arb("0.75")) != 0, f"|x|² = {square}: P(Z ≤ 1/2) = {show(half)}, not 3/4"
        )

    return claim


UNIFORM = Theorem(
    id="feature-uniform",
    title="A feature is uniform on (−1, 1) exactly at |x| = 1",
    source=Source(DERIVED, "after the density bound of Safran, Lee 2021, as in our notes"),
    statement="Z = erf(⟨u, x⟩ + b) is uniform on (−1, 1) if |x| = 1, and not uniform if |x| ≠ 1.",
    latex=_LAW + r"$Z$ is uniform on $(-1, 1)$ exactly if $|x| = 1$.",
    claim=_uniform(lambda z: (1 + z) / 2, lambda square: square == 1),
    instances=instances(x=near_unit_vectors(), value=feature_values()),
    status=Status("proved", "the exponent n² (1 − 2/s) is zero exactly for s = 2"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant(
            "half", "uniform on [−1/2, 1/2]",
            claim=_uniform(
                lambda z: min(max(z + Fraction(1, 2), Fraction(0)), Fraction(1)),
                lambda square: square == 1,
            ),
        ),
        Mutant(
            "inside", "uniform for all |x| ≤ 1",
            claim=_uniform(lambda z: (1 + z) / 2, lambda square: square <= 1),
        ),
        Mutant(
            "two", "uniform at |x|² = 2",
            claim=_uniform(lambda z: (1 + z) / 2, lambda square: square == 2),
        ),
    ),
)


def _value_turn(turn: Fraction, sign: int = 1) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        radius = instance["norm"]
        near, far = (_density(ball(z), ball(radius)) for z in instance["values"])
        stated = sign * ((radius > turn) - (radius < turn))
        return holds_if(
            compare(far, near) == stated,
            f"|x| = {radius}: p({instance['values'][0]}) = {show(near)}, "
            f"p({instance['values'][1]}) = {show(far)}",
        )

    return claim


VALUE_TURN = Theorem(
    id="density-in-value",
    title="Where the density of a feature is monotone in |z|",
    source=Source(DERIVED, "after the density bound of Safran, Lee 2021, as in our notes"),
    statement="If |z| < |z'| < 1, then p(z' | x) is smaller than p(z | x) for |x| < 1, equal for "
    "|x| = 1, and larger for |x| > 1.",
    latex=_LAW + r"If $|z| < |z'| < 1$, then $p(z' \mid x) - p(z \mid x)$ has the sign of "
    r"$|x| - 1$.",
    hypotheses=(
        Hypothesis(
            "order", "|z| < |z'|",
            lambda instance: abs(instance["values"][0]) < abs(instance["values"][1]),
        ),
    ),
    claim=_value_turn(Fraction(1)),
    instances=instances(values=st.tuples(feature_values(), feature_values()), norm=input_norms()),
    status=Status("proved", "d log p/d(n²) = 1 − 2/s"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("any-order", "z and z' in any order", without=("order",)),
        Mutant("turns-at-two", "it falls up to |x| = 2", claim=_value_turn(Fraction(2))),
        Mutant("flipped", "it grows for |x| < 1", claim=_value_turn(Fraction(1), -1)),
    ),
)


def _sides(instance: Instance, turn: Any) -> tuple[bool, bool]:
    """Whether both norms are at most, or at least, the turning radius."""
    first, last = (ball(r) for r in instance["norms"])
    return compare(last, turn) <= 0, compare(turn, first) <= 0


def _own_turn(instance: Instance) -> Any:
    return densest_radius(ball(instance["value"]))


@in_balls
def _one_side(instance: Instance) -> Finding:
    return holds_if(any(_sides(instance, _own_turn(instance))), "on one side")


def _norm_turn(turn: Callable[[Instance], Any]) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        value = ball(instance["value"])
        first, last = (_density(value, ball(r)) for r in instance["norms"])
        rises, _ = _sides(instance, turn(instance))
        return holds_if(
            compare(last, first) == (1 if rises else -1),
            f"z = {instance['value']}: p at |x| = {instance['norms'][0]} is {show(first)}, at "
            f"{instance['norms'][1]} {show(last)}",
        )

    return claim


NORM_TURN = Theorem(
    id="density-in-norm",
    title="Where the density of a feature is monotone in |x|",
    source=Source(DERIVED, "after the density bound of Safran, Lee 2021, as in our notes"),
    statement="p(z | x) grows in |x| up to |x|² = 4 erfinv(z)² − 1 and falls from there on; it "
    "falls throughout exactly for |z| ≤ erf(1/2), and is not monotone on [0, 2] for z = 4/5.",
    latex=_LAW + r"$p(z \mid x)$ grows in $|x|$ as long as $|x|^2 \le 4 n^2 - 1$, and falls where "
    r"$|x|^2 \ge 4 n^2 - 1$.",
    hypotheses=(
        Hypothesis(
            "order", "|x| < |x'|", lambda instance: instance["norms"][0] < instance["norms"][1]
        ),
        Hypothesis(
            "one-side", "both norms are on one side of √(4 erfinv(z)² − 1)",
            lambda instance: _one_side(instance).holds,
        ),
    ),
    claim=_norm_turn(_own_turn),
    instances=instances(value=feature_values(), norms=st.tuples(input_norms(), input_norms())),
    status=Status("proved", "d log p/ds = (4 n² − s)/(2 s²)"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("two-sides", "norms on either side of the turn", without=("one-side",)),
        Mutant("falls", "it falls in |x| for every z", claim=_norm_turn(lambda _: arb(-1))),
        Mutant("at-one", "it turns at |x| = 1 for every z", claim=_norm_turn(lambda _: arb(1))),
    ),
)
