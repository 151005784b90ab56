"""The numbers of the guarantee: steps of gradient descent, a width that represents the target.

The theorem of Safran, Lee (2021) asks for T = 2/(eta nu) ln(r/(8 eps)) steps with
nu = C/(840 * 9^4 * 10^6), as in our notes: then (r/8) exp(-eta nu T/2) <= eps.  That the descent
does reach eps is their theorem and not checked here.  The representing width is derived here: three
terms of a third of eps each.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, ctx
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.separation.closed_forms import separating_weight
from symerm.separation.constants import LEAST_WIDTH, Guarantee, guarantee
from symerm.theorems.instance import Instance, instances
from symerm.theorems.separation.separating_function import by_integrals
from symerm.theorems.separation.setting import PROOFS, TESTS, compare, in_balls, show
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, SAFRAN, Source

__all__ = ["DESCENT_STEPS", "GUARANTEE_MONOTONE", "REPRESENTING_WIDTH"]

_TEST = (f"{TESTS}test_separation_guarantees.py",)
_RATE = 840 * 9**4 * 10**6
#: The logarithm is rounded up with 128 bits; so many bits of the number of steps are exact.
_STEP_BITS = 100
#: Relative excess of the width that is allowed for rounding.
_ROUNDING = Fraction(1, 10**9)

_powers = st.integers(1, 4).map(lambda k: Fraction(1, 10**k))
_shares = st.one_of(_powers, st.integers(1, 9).map(lambda k: Fraction(k, 10)))
_radii = st.integers(10, 20).map(lambda k: Fraction(k, 10))
_constants = st.integers(1, 8).map(lambda k: Fraction(k, 4))
_masses = st.integers(1, 10).map(lambda k: Fraction(k, 10))


def _evaluate(
    instance: Instance, eps: Fraction, delta: Fraction, mass: Fraction, width: int | None = None
) -> Guarantee:
    return guarantee(
        dimension=10, radius=instance["radius"], eps=eps, delta=delta, mass=mass,
        density_bound=instance["q"], tail=instance["c"], width=width,
    )


def _steps(*, start: Fraction = Fraction(1, 8), rate: int = _RATE, half: int = 2) -> Claim:
    """Whether start r exp(-eta nu T/half) first falls below eps at T."""

    @in_balls
    def claim(instance: Instance) -> Finding:
        eps, mass = instance["eps"], instance["mass"]
        width = LEAST_WIDTH * instance["multiple"]
        found = _evaluate(instance, eps, Fraction(1, 10), mass, width)
        before = found.steps - 1 - (found.steps >> _STEP_BITS)
        with ctx.workprec(2 * ctx.prec):
            risks = [
                ball(start * width) * (-ball(found.step_size * mass / rate * steps / half)).exp()
                for steps in (found.steps, before)
            ]
        return holds_if(
            compare(risks[0], ball(eps)) <= 0 and compare(risks[1], ball(eps)) >= 0,
            f"eps = {eps}, T = {float(found.steps):.6g}: bound {show(risks[0])} at T",
        )

    return claim


DESCENT_STEPS = Theorem(
    id="descent-steps",
    title="How many steps the guarantee asks for",
    source=Source(SAFRAN, "the number of steps of gradient descent, as in our notes"),
    statement="T = 2/(η ν) ln(r/(8 ε)) with ν = C/(840 · 9⁴ · 10⁶), rounded up, is the first "
    "number of steps with (r/8) exp(−η ν T/2) ≤ ε. That descent reaches ε then is the theorem of "
    "the paper, known from the literature only.",
    latex=r"With $\nu = C/(840 \cdot 9^4 \cdot 10^6)$, $T = \bigl\lceil \frac{2}{\eta \nu} "
    r"\ln \frac{r}{8 \varepsilon} \bigr\rceil$ is the first number with "
    r"$\frac r8 e^{-\eta \nu T/2} \le \varepsilon$.",
    claim=_steps(),
    instances=instances(
        eps=_shares, mass=_masses, radius=_radii, q=_constants, c=_constants,
        multiple=st.integers(1, 1000),
    ),
    status=Status("literature", "the numbers alone are checked, no run of that length is possible"),
    tests=_TEST,
    mutants=(
        Mutant("no-eighth", "ln(r/ε) instead of ln(r/(8 ε))", claim=_steps(start=Fraction(1))),
        Mutant("half", "1/(η ν) instead of 2/(η ν)", claim=_steps(half=1)),
        Mutant("cube", "9³ instead of 9⁴ in ν", claim=_steps(rate=840 * 9**3 * 10**6)),
    ),
)


@in_balls
def _monotone(instance: Instance) -> Finding:
    harder, easier = (
        _evaluate(instance, *parts)
        for parts in zip(instance["eps"], instance["delta"], instance["mass"], strict=True)
    )
    return holds_if(
        harder.width >= easier.width
        and harder.representing.width >= easier.representing.width
        and harder.steps >= easier.steps,
        f"widths {float(harder.width):.6g}, {float(easier.width):.6g}; representing "
        f"{float(harder.representing.width):.6g}, {float(easier.representing.width):.6g}; steps "
        f"{float(harder.steps):.6g}, {float(easier.steps):.6g}",
    )


def _reversed(instance: Instance) -> Finding:
    parts = {
        name: tuple(reversed(value)) if name in ("eps", "delta", "mass") else value
        for name, value in instance.items()
    }
    return _monotone(Instance.of(**parts))


def _ordered(name: str, symbol: str) -> Hypothesis:
    return Hypothesis(
        name, f"{symbol} ≤ {symbol}'", lambda instance: instance[name][0] <= instance[name][1]
    )


def _twice(entries: st.SearchStrategy[Fraction]) -> st.SearchStrategy[tuple[Fraction, Fraction]]:
    return st.tuples(entries, entries)


GUARANTEE_MONOTONE = Theorem(
    id="guarantee-monotone",
    title="A harder task needs more neurons and more steps",
    source=Source(DERIVED, "for the numbers of Safran, Lee 2021"),
    statement="If ε ≤ ε', δ ≤ δ', C ≤ C', the width, the representing width and the number of "
    "steps for (ε, δ, C) are at least those for (ε', δ', C').",
    latex=r"If $\varepsilon \le \varepsilon'$, $\delta \le \delta'$ and $C \le C'$, the width, "
    r"the representing width and the number of steps for $(\varepsilon, \delta, C)$ are at least "
    r"those for $(\varepsilon', \delta', C')$.",
    hypotheses=(_ordered("eps", "ε"), _ordered("delta", "δ"), _ordered("mass", "C")),
    claim=_monotone,
    instances=instances(
        eps=_twice(_shares), delta=_twice(_shares), mass=_twice(_masses), radius=_radii,
        q=_constants, c=_constants,
    ),
    status=Status("tested", "each term of the maximum and of the quotient is monotone"),
    tests=_TEST,
    mutants=(
        Mutant("any-eps", "ε and ε' in any order", without=("eps",)),
        Mutant("any-delta", "δ and δ' in any order", without=("delta",)),
        Mutant("any-mass", "C and C' in any order", without=("mass",)),
        Mutant("easier", "a harder task needs fewer", claim=_reversed),
    ),
)


def _largest_weight(weight: Any) -> Any:
    """V: v is 2 on 0 <= b < 1/sqrt 2 and 2 - xi/P(b >= 1/sqrt 2) beyond."""
    beyond = 2 - 2 * weight / arb(1).erfc()
    return arb(2).max(abs(beyond))


def _represents(*, weight: Any = _largest_weight, part: int = 3, factor: int = 2) -> Claim:
    @in_balls
    def claim(instance: Instance) -> Finding:
        eps, delta, radius = instance["eps"], instance["delta"], instance["radius"]
        found = _evaluate(instance, eps, delta, Fraction(1)).representing
        own, margin = separating_weight(ball(radius)), found.margin
        size = weight(own)

        def failure(width: Fraction) -> Any:
            return factor / ball(delta) * (
                -ball(width * margin**2 / 8) / (size * size)
            ).exp()

        width = Fraction(found.width)
        share = eps / part
        enough = compare(failure(width), ball(share)) <= 0
        least = compare(failure(width * (1 - _ROUNDING) - 1), ball(share)) >= 0
        near = radius + instance["offset"] * margin
        values = [abs(by_integrals(ball(at), own)) for at in (near, found.reach)]
        apart = all(compare(value, ball(margin)) >= 0 for value in values)
        terms = 1200 * margin * instance["q"] <= share and instance["c"] / found.reach <= share
        return holds_if(
            enough and least and apart and terms,
            f"r = {float(width):.6g}, t = {float(margin):.4g}, R = {float(found.reach):.4g}: "
            f"failure {show(failure(width))} of {float(share):.6g}, |f_xi| near the band "
            f"{show(values[0])}, at R {show(values[1])}",
        )

    return claim


REPRESENTING_WIDTH = Theorem(
    id="representing-width",
    title="A width that represents the indicator of a ball",
    source=Source(DERIVED, "by Hoeffding's inequality, for the network of Safran, Lee 2021"),
    statement="With t, R and r of the representing width and V = max(2, |2 − 2 ξ/(1 − erf 1)|): "
    "1200 t q ≤ ε/3, c/R ≤ ε/3, r is the least width with (2/δ) exp(−r t²/(8 V²)) ≤ ε/3, and "
    "|f_ξ| ≥ t at R and wherever ||x| − λ| ≥ 600 t near the sphere.",
    latex=r"For the representing width $r$, its margin $t$ and reach $R$, with $V = \max(2, "
    r"|2 - 2\xi/(1 - \operatorname{erf} 1)|)$: $1200\, t q \le \frac\varepsilon3$, $\frac cR \le "
    r"\frac\varepsilon3$, $\frac2\delta e^{-r t^2/(8 V^2)} \le \frac\varepsilon3$ with the least "
    r"$r$, and $|f_\xi| \ge t$ at $R$ and where $\bigl||x| - \lambda\bigr| \ge 600 t$ near the "
    r"sphere.",
    hypotheses=(
        Hypothesis(
            "band", "||x| − λ| ≥ 600 t", lambda instance: abs(instance["offset"]) >= 600
        ),
    ),
    claim=_represents(),
    instances=instances(
        eps=_shares, delta=_shares, radius=_radii, q=_constants, c=_constants,
        # At most 1/20 = 600/12000 from the sphere.
        offset=st.one_of(
            st.sampled_from((600, -600)), st.integers(-60, 60).map(lambda k: 20 * k)
        ).map(Fraction),
    ),
    status=Status("proved", "the terms are solved for t, R and r; |f_ξ'| ≥ 1/600"),
    proofs=(f"{PROOFS}radial_laws.py", f"{PROOFS}slope_bound.py"),
    tests=_TEST,
    mutants=(
        Mutant("within-band", "|f_ξ| ≥ t within the band, too", without=("band",)),
        Mutant("two", "V = 2", claim=_represents(weight=lambda own: arb(2))),
        Mutant("quarters", "a quarter of ε for each term", claim=_represents(part=4)),
        Mutant("one-sided", "1/δ instead of 2/δ: one tail of Hoeffding's inequality",
               claim=_represents(factor=1)),
    ),
)
