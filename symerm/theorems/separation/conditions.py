"""The conditions (1) mass, (2) density, (3) tail on the two radial laws, in every dimension asked.

(1) P(|x| <= 2) >= C; (2) 0 < f <= q on [0.9, 2.05]; (3) P(|x| >= t) <= c/t for all t > 0 (Safran,
Lee 2021).  `check_assumptions` certifies the best constants of a law by branch and bound; here they
are held against probabilities and densities that are evaluated in another way, at points.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.separation.assumptions import DENSITY_RANGE, Assumptions, check_assumptions
from symerm.separation.heavy_tailed import HeavyTailed
from symerm.separation.two_spheres import TwoSpheres
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.heavy_tailed import heavy_norm_density, heavy_norm_distribution
from symerm.theorems.separation.setting import TESTS, compare, in_balls, show
from symerm.theorems.separation.two_spheres import spheres_distribution, spheres_norm_density
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import SAFRAN, Source

__all__ = ["DENSITY_CONDITION", "MASS_CONDITION", "TAIL_CONDITION", "certified"]

_TEST = (f"{TESTS}test_separation_conditions.py",)
_STATUS = Status("tested", "certified by branch and bound in balls, for one dimension at a time")
#: Constants are rounded to nine decimals, after suprema to a relative 10^-4.
_UNIT = Fraction(1, 10**9)

Parameters = tuple[Fraction, Fraction, Fraction]


@cache
def certified(law: str, dimension: int) -> Assumptions:
    """Certified once in a process: it takes about a second for a heavy-tailed law."""
    return check_assumptions(
        HeavyTailed(dimension) if law == "heavy-tailed" else TwoSpheres(dimension)
    )


def _constants(instance: Instance) -> Parameters:
    return certified(instance["law"], instance["dimension"]).constants


def _distribution(instance: Instance, t: Fraction) -> Any:
    """P(|x| <= t), by the series term by term or by an angle."""
    if instance["law"] == "heavy-tailed":
        return heavy_norm_distribution(instance["dimension"], t)
    return spheres_distribution(instance["dimension"] - 2, ball(t)) if t < 2 else arb(1)


def _density(instance: Instance, t: Fraction) -> Any:
    if instance["law"] == "heavy-tailed":
        return heavy_norm_density(instance["dimension"], t)
    return spheres_norm_density(instance["dimension"], ball(t)) if t < 2 else arb(0)


def _laws(*parts: tuple[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Instance]:
    """Laws with a certificate: few dimensions, since each one takes its time."""
    heavy = st.sampled_from((("heavy-tailed", 2), ("heavy-tailed", 5)))
    spheres = st.sampled_from(tuple(("two-spheres", d) for d in (5, 3, 4, 8, 12)))
    return st.one_of(heavy, spheres).flatmap(
        lambda law: instances(
            law=st.just(law[0]), dimension=st.just(law[1]), **dict(parts)
        )
    )


def _place(instance: Instance) -> str:
    return f"{instance['law']}, d = {instance['dimension']}"


def _mass(constant: Callable[[Instance], Fraction]) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        mass, stated = _distribution(instance, Fraction(2)), constant(instance)
        best = compare(ball(stated + _UNIT), mass) >= 0
        return holds_if(
            compare(mass, ball(stated)) >= 0 and best,
            f"{_place(instance)}: P(|x| ≤ 2) = {show(mass)}, C = {float(stated):.10g}",
        )

    return claim


MASS_CONDITION = Theorem(
    id="mass-condition",
    title="The mass within |x| ≤ 2",
    source=Source(SAFRAN, "condition (1) on the law, as in our notes; constants derived here"),
    statement="P(|x| ≤ 2) ≥ C holds with the constant C that is certified for the heavy-tailed law "
    "and for two spheres (C = 1), and C is the best one to nine decimals.",
    latex=r"For the heavy-tailed law and for the sum of two spheres in $\mathbb{R}^d$, "
    r"$C \le P(|x| \le 2) \le C + 10^{-9}$ with the certified constant $C$; for two spheres $C=1$.",
    claim=_mass(lambda instance: _constants(instance)[0]),
    instances=_laws(),
    status=_STATUS,
    tests=_TEST,
    expense=10,
    mutants=(
        Mutant("rounded-up", "C rounded up to the next multiple of 10⁻⁶ and one more",
               claim=_mass(lambda i: _constants(i)[0] + Fraction(1, 10**6))),
        Mutant("one", "C = 1 for both laws", claim=_mass(lambda instance: Fraction(1))),
        Mutant("not-best", "C = 19/20 as the best constant",
               claim=_mass(lambda instance: Fraction(19, 20))),
    ),
)


def _bounded(factor: Fraction) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        found, most = _density(instance, instance["t"]), factor * _constants(instance)[1]
        return holds_if(
            compare(found, arb(0)) > 0 and compare(found, ball(most)) <= 0,
            f"{_place(instance)}: f({instance['t']}) = {show(found)}, q = {float(most):.10g}",
        )

    return claim


DENSITY_CONDITION = Theorem(
    id="density-condition",
    title="The density of the norm around the spheres",
    source=Source(SAFRAN, "condition (2) on the law, as in our notes; constants derived here"),
    statement="0 < f(t) ≤ q for 0.9 ≤ t ≤ 2.05 with the certified q: for the heavy-tailed law, and "
    "for two spheres in d ≥ 3 dimensions if t < 2; f = 0 from 2 on.",
    latex=r"For $0.9 \le t \le 2.05$ the density $f$ of $|x|$ satisfies $0 < f(t) \le q$ with the "
    r"certified $q$: for the heavy-tailed law, and for two spheres in $d \ge 3$ dimensions if "
    r"$t < 2$.",
    hypotheses=(
        Hypothesis(
            "range", "0.9 ≤ t ≤ 2.05",
            lambda instance: DENSITY_RANGE[0] <= instance["t"] <= DENSITY_RANGE[1],
        ),
        Hypothesis(
            "within", "t < 2 for two spheres",
            lambda instance: instance["law"] == "heavy-tailed" or instance["t"] < 2,
        ),
    ),
    claim=_bounded(Fraction(1)),
    instances=_laws(("t", st.integers(4, 42).map(lambda n: Fraction(n, 20)))),
    status=_STATUS,
    tests=_TEST,
    mutants=(
        Mutant("beyond-two", "two spheres up to 2.05, as the condition is stated",
               without=("within",)),
        Mutant("any-range", "all t", without=("range",)),
        Mutant("smaller", "0.95 q", claim=_bounded(Fraction(19, 20))),
    ),
)


def _tail(constant: Callable[[Instance, Fraction], Fraction]) -> Claim:
    """P(|x| >= t) <= constant(instance, c)."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        t = instance["t"]
        tail = 1 - _distribution(instance, t)
        most = constant(instance, _constants(instance)[2])
        return holds_if(
            compare(tail, ball(most)) <= 0,
            f"{_place(instance)}: P(|x| ≥ {t}) = {show(tail)}, bound {float(most):.10g}",
        )

    return claim


TAIL_CONDITION = Theorem(
    id="tail-condition",
    title="The tail of the norm",
    source=Source(SAFRAN, "condition (3) on the law, as in our notes; constants derived here"),
    statement="P(|x| ≥ t) ≤ c/t for all t > 0 with the certified c, for the heavy-tailed law and "
    "for two spheres.",
    latex=r"For the heavy-tailed law and for the sum of two spheres, $P(|x| \ge t) \le c/t$ for "
    r"all $t > 0$ with the certified constant $c$.",
    claim=_tail(lambda instance, c: c / instance["t"]),
    instances=_laws(
        ("t", st.one_of(
            st.integers(1, 50).map(lambda n: Fraction(n, 20)),
            st.sampled_from((Fraction(5), Fraction(10))),
        )),
    ),
    status=_STATUS,
    tests=_TEST,
    mutants=(
        Mutant("square", "c/t² instead of c/t",
               claim=_tail(lambda instance, c: c / instance["t"] ** 2)),
        Mutant("smaller", "0.95 c/t",
               claim=_tail(lambda instance, c: Fraction(19, 20) * c / instance["t"])),
    ),
)
