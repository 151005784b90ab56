"""The norm of the heavy-tailed law: density, distribution function, a bound of the tail.

The law of Safran, Lee (2021) in d dimensions is half N(0, I/d), half the density
(R/|x|)^d J_(d/2)(2 pi a sqrt(d) R |x|)^2, R the radius of the ball of volume one.  The norm of the
second half has the density (d/x) J_(d/2)(s)^2 and the distribution function J_v^2 + 2 sum J_(v+k)^2
with v = d/2.  Here the sum is taken term by term, and masses are integrals.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb, ctx
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.separation.bessel import bessel_tail_bound
from symerm.separation.heavy_tailed import HeavyTailed
from symerm.theorems.generators.separation import heavy_scales
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.setting import (
    PROOFS,
    TESTS,
    agree,
    compare,
    in_balls,
    in_fine_balls,
    integral,
    show,
)
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = [
    "HEAVY_DENSITY",
    "HEAVY_DISTRIBUTION",
    "HEAVY_TAIL",
    "heavy_norm_density",
    "heavy_norm_distribution",
]

_PROOF = (f"{PROOFS}radial_laws.py",)
_TEST = (f"{TESTS}test_separation_heavy_tailed.py",)
_HEAVY = (
    r"Let $v = \frac d2$, $R = \pi^{-1/2} \Gamma(v + 1)^{1/d}$ and $s = 2\pi a \sqrt d\, R\, |x|$. "
)
#: Bits that power series cancel: enough for s = 300, and for five dimensions and |x| = 10.
_CANCELLED = 600
_dimensions = st.one_of(st.integers(1, 6), st.integers(7, 20))
_positive = st.integers(1, 30).map(lambda numerator: Fraction(numerator, 10))


def _radius(dimension: int) -> Any:
    """R: the volume pi^(d/2) R^d / Gamma(d/2 + 1) is one."""
    return (ball(Fraction(dimension, 2)) + 1).gamma() ** (arb(1) / dimension) / arb.pi().sqrt()


def _surface(dimension: int) -> Any:
    half = ball(Fraction(dimension, 2))
    return 2 * arb.pi() ** half / half.gamma()


def _heavy_point(dimension: int, scale: Fraction, x: Any, unit: Any) -> Any:
    """The density of the second half at a point of norm x, with R = unit."""
    argument = 2 * arb.pi() * ball(scale) * arb(dimension).sqrt() * unit * x
    value = argument.bessel_j(ball(Fraction(dimension, 2)))
    return (unit / x) ** dimension * value * value


def _normal_point(dimension: int, x: Any) -> Any:
    """The density of N(0, I/d) at a point of norm x."""
    half = ball(Fraction(dimension, 2))
    return (half / arb.pi()) ** half * (-half * x * x).exp()


Factor = Callable[[int, Any], Any]


def _whole_sphere(dimension: int, x: Any) -> Any:
    return _surface(dimension) * x ** (dimension - 1)


def heavy_norm_density(
    dimension: int,
    x: Fraction,
    *,
    scale: Fraction = Fraction(1),
    factor: Factor = _whole_sphere,
    unit: Callable[[int], Any] = _radius,
) -> Any:
    """The density of a point of norm x times the surface of the sphere of that radius."""
    with ctx.workprec(ctx.prec + _CANCELLED):
        at = ball(x)
        halves = _normal_point(dimension, at) + _heavy_point(dimension, scale, at, unit(dimension))
        return factor(dimension, at) * halves / 2


def _without_surface(dimension: int, x: Any) -> Any:
    return x ** (dimension - 1)


def _full_power(dimension: int, x: Any) -> Any:
    return _surface(dimension) * x**dimension


def _norm_density(factor: Factor, unit: Callable[[int], Any] = _radius) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        d, scale, x = instance["dimension"], instance["scale"], instance["x"]
        return agree(
            heavy_norm_density(d, x, scale=scale, factor=factor, unit=unit),
            HeavyTailed(d, scale).norm_density(ball(x)),
            names=(f"d = {d}, |x| = {x}: surface times density", "(d/x) J²"),
        )

    return claim


HEAVY_DENSITY = Theorem(
    id="heavy-tailed-norm-density",
    title="The norm of the heavy-tailed law",
    source=Source(DERIVED, "after the heavy-tailed example of Safran, Lee 2021, as in our notes"),
    statement="Under the density (R/|x|)^d J_{d/2}(s)², s = 2π a √d R |x|, R the radius of the "
    "ball of volume one, the norm has the density (d/x) J_{d/2}(s)².",
    latex=_HEAVY + r"Under the density $(R/|x|)^d J_v(s)^2$ on $\mathbb{R}^d$, the norm of $x$ has "
    r"the density $\frac{d}{|x|} J_v(s)^2$.",
    claim=_norm_density(_whole_sphere),
    instances=instances(dimension=_dimensions, scale=heavy_scales(), x=_positive),
    status=Status("proved", "the surface of the unit sphere times R^d is d"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("no-surface", "without the surface of the unit sphere",
               claim=_norm_density(_without_surface)),
        Mutant("full-power", "|x|^d instead of |x|^(d − 1)", claim=_norm_density(_full_power)),
        Mutant("unit-ball", "R = 1, the ball of radius one",
               claim=_norm_density(_whole_sphere, lambda dimension: arb(1))),
    ),
)

Series = Callable[[Any, Any], Any]


def _bessel_series(start: int, factor: int, step: int = 1) -> Series:
    """J_v^2 (if start is 1) plus factor times the sum of J_(v + k step)^2 from k = start on."""

    def series(order: Any, s: Any) -> Any:
        total = s.bessel_j(order) * s.bessel_j(order) if start == 1 else arb(0)
        # Beyond twice the argument a term is at most 1/16 of the one before.
        for k in range(start, start + 2 * int(float(s.mid())) + 60):
            value = s.bessel_j(order + k * step)
            total += factor * value * value
        return total

    return series


def heavy_norm_distribution(dimension: int, x: Fraction) -> Any:
    """P(|x| <= x), the series term by term, the normal half by an incomplete gamma function."""
    with ctx.workprec(ctx.prec + _CANCELLED):
        half, at = ball(Fraction(dimension, 2)), ball(x)
        rate = 2 * arb.pi() * arb(dimension).sqrt() * _radius(dimension)
        normal = (half * at * at).gamma_lower(half, regularized=1)
        return (normal + _bessel_series(1, 2)(half, rate * at)) / 2


def _distribution(series: Series, divisor: int = 1) -> Claim:
    """An increment of the series against the integral of (d/x) J^2 = 2v J_v(s)^2/s ds."""

    @in_fine_balls
    def claim(instance: Instance) -> Finding:
        d, (low, high) = instance["dimension"], sorted(instance["range"])
        order = ball(Fraction(d, 2))
        mass = integral(
            lambda s: d * s.bessel_j(order) * s.bessel_j(order) / s, ball(low), ball(high),
            right=True,
        ) / divisor
        law = HeavyTailed(d)
        # The distribution function of the law, less its normal half, and with s as the variable.
        rate = law.frequency()
        halves = [
            2 * law.norm_cdf(ball(s) / rate)
            - (order * (ball(s) / rate) * (ball(s) / rate)).gamma_lower(order, regularized=1)
            for s in (low, high)
        ]
        same = agree(
            halves[1] - halves[0], mass, names=(f"d = {d}, [{low}, {high}]: norm_cdf", "integral")
        )
        if divisor == 1 and not same.holds:
            return same
        return agree(
            series(order, ball(high)) - series(order, ball(low)), mass,
            names=(f"d = {d}, [{low}, {high}]: series", "integral"),
        )

    return claim


HEAVY_DISTRIBUTION = Theorem(
    id="heavy-tailed-norm-distribution",
    title="The distribution function of the heavy-tailed norm",
    source=Source(DERIVED, "after the heavy-tailed example of Safran, Lee 2021, as in our notes"),
    statement="J_v(s)² + 2 Σ_{k ≥ 1} J_{v+k}(s)² is the distribution function of the density "
    "2 v J_v(s)²/s on s > 0, v = d/2.",
    latex=r"For $v = \frac d2$, $J_v(s)^2 + 2 \sum_{k \ge 1} J_{v + k}(s)^2 = "
    r"\int_0^s 2 v J_v(\tau)^2 \, \frac{d\tau}{\tau}$.",
    claim=_distribution(_bessel_series(1, 2)),
    instances=instances(
        dimension=st.integers(1, 12),
        range=st.tuples(*[st.integers(1, 60).map(lambda n: Fraction(n, 4))] * 2),
    ),
    status=Status("proved", "the recurrence makes the derivative telescope"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant("once", "the sum is not doubled", claim=_distribution(_bessel_series(1, 1))),
        Mutant("all-doubled", "2 Σ_{k ≥ 0}: the first term is doubled too",
               claim=_distribution(_bessel_series(0, 2))),
        Mutant("even", "J_{v+2k} instead of J_{v+k}", claim=_distribution(_bessel_series(1, 2, 2))),
        Mutant("half", "the density v J_v²/s", claim=_distribution(_bessel_series(1, 2), 2)),
    ),
)


Bound = Callable[[Fraction, Any], Any]


def _tail(bound: Bound) -> Claim:
    @in_fine_balls
    def claim(instance: Instance) -> Finding:
        order, s = Fraction(instance["dimension"], 2), ball(instance["s"])
        # The package sums the same series by the recurrence, this one term by term.
        tail = 1 - _bessel_series(1, 2)(ball(order), s)
        most = bound(order, s)
        limit = 2 * ball(order) / arb.pi()
        return holds_if(
            compare(tail, most) <= 0 and compare(limit, s * most) <= 0,
            f"v = {order}: P(S > {instance['s']}) = {show(tail)}, bound {show(most)}; limit of "
            f"s P(S > s) {show(limit)}",
        )

    return claim


def _arcsine_only(order: Fraction, s: Any) -> Any:
    return 2 / arb.pi() * (ball(order) / s).asin()


def _limit_only(order: Fraction, s: Any) -> Any:
    return 2 * ball(order) / (arb.pi() * s)


def _half_term(order: Fraction, s: Any) -> Any:
    v = ball(order)
    return 2 / arb.pi() * (v / s + v / (s * s - v * v) / 2)


HEAVY_TAIL = Theorem(
    id="heavy-tailed-tail-bound",
    title="The tail of the heavy half of the heavy-tailed law",
    source=Source(DERIVED, "after the tail condition of Safran, Lee 2021"),
    statement="If S has the density 2 v J_v(s)²/s and s > v ≥ 1/2, then P(S > s) ≤ (2/π) "
    "(asin(v/s) + v/(s² − v²)); s times the bound falls to 2v/π. For s ≤ v there is no bound.",
    latex=r"If $S$ has the density $2 v J_v(s)^2 / s$ and $s > v \ge \frac12$, then $P(S > s) \le "
    r"\frac2\pi \bigl(\arcsin \frac vs + \frac{v}{s^2 - v^2}\bigr)$, and $s$ times the bound "
    r"falls to $2 v / \pi$.",
    hypotheses=(
        Hypothesis(
            "beyond", "s > v", lambda instance: 2 * instance["s"] > instance["dimension"]
        ),
    ),
    claim=_tail(bessel_tail_bound),
    instances=instances(
        dimension=st.integers(1, 12), s=st.integers(2, 80).map(lambda n: Fraction(n, 4))
    ),
    status=Status("proved", "Watson's bounds of J² + Y², the second mean value theorem"),
    proofs=_PROOF,
    tests=_TEST,
    mutants=(
        Mutant(
            "first-term", "without v/(s² − v²)",
            claim=_tail(_arcsine_only),
        ),
        Mutant(
            "limit", "the limit 2v/(π s) itself",
            claim=_tail(_limit_only),
        ),
        Mutant("half-term", "v/s and half of v/(s² − v²)", claim=_tail(_half_term)),
    ),
)
