"""Steep sigmoids on a line are nearly steps, and where the level rises from the steps they lose.

The shapes 0 = u_1 < .. < u_n = 1 of networks with r >= R lie within eps of a step with one free
value u_j, and beside u_j they fade by the factor kappa from input to input.  If the derivatives of
the level G have the right signs near the steps, every such network has a larger level than some
step, which is only a limit of networks (lemma S8 of docs/smooth.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import arb, ctx
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.attainability.smooth_levels import Levels, StepRegion
from symerm.problem.dataset import Dataset
from symerm.theorems.attainability.smooth_shapes import network_shape, shapes_of
from symerm.theorems.generators.basic import rationals
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["NEAR_STEPS", "STEPS_WIN", "steep_shape"]

_SOURCE = Source(DERIVED, "docs/smooth.md")
_TESTS = ("tests/theorems/test_attainability_smooth_steps.py",)
_BITS = 400


def steep_shape(places: Sequence[Fraction], steepness: Fraction, turn: Fraction) -> list[Any]:
    """The shape, with its ends, of the network with sigma = 1/2 at the place `turn`."""
    inner = network_shape(places, steepness, -2 * steepness * turn).inner
    return [arb(0), *inner, arb(1)]


def _gap(places: Sequence[Fraction]) -> Fraction:
    return min(after - before for before, after in pairwise(places))


def _at_most(first: Any, second: Any) -> bool:
    """Balls far narrower than any difference: equality counts."""
    return not first > second


def regions(shape: Sequence[Any], eps: Any, kappa: Any) -> Iterator[int]:
    """The places j, counted from 0, that the shape agrees with."""
    rest = [1 - u for u in shape]
    for j in range(1, len(shape) - 1):
        left, right = range(j), range(j + 1, len(shape))
        near = [_at_most(shape[i], eps) for i in left] + [_at_most(rest[i], eps) for i in right]
        near += [_at_most(shape[i], eps * shape[j]) for i in left]
        near += [_at_most(rest[i], eps * rest[j]) for i in right]
        near += [_at_most(shape[i], kappa * shape[j - 1]) for i in left[:-1]]
        near += [_at_most(rest[i], kappa * rest[j + 1]) for i in right[1:]]
        if all(near):
            yield j


def _near(instance: Instance, *, linear: bool = False, fading: bool = False) -> Finding:
    """Some region; `linear`: eps = eta, `fading`: kappa = eta sqrt eta."""
    places, least = instance["places"], instance["least"]
    with ctx.workprec(_BITS):
        root = ball(-least * _gap(places)).exp()
        eta = root * root
        eps, kappa = eta if linear else eta + root, eta * (root if fading else 1 + root)
        shape = steep_shape(places, least * instance["factor"], instance["turn"])
        found = list(regions(shape, eps, kappa))
        text = ", ".join(f"{float(u.mid()):.4g}" for u in shape)
        return holds_if(
            bool(found),
            f"shape {text}; eps = {float(eps.mid()):.4g}, regions {[j + 1 for j in found]}",
        )


def _steep(instance: Instance) -> bool:
    return bool(instance["factor"] >= 1)


_STEEP = Hypothesis("steep", "r is at least R", _steep)
_factors = st.sampled_from([Fraction(1), Fraction(1), Fraction(3, 2), Fraction(1, 3)])
_least = st.integers(1, 30).map(lambda k: Fraction(k))
_turns = st.integers(-2, 26).map(lambda k: Fraction(k, 24))

NEAR_STEPS = Theorem(
    id="steep-shapes-near-steps",
    title="Steep sigmoids are nearly steps",
    source=_SOURCE,
    statement="Let r ≥ R > 0, δ the smallest gap of the places, η = e^(−2Rδ), ε = η + √η, "
    "κ = ε √η. For some j, 2 ≤ j ≤ n − 1, the shape has uᵢ ≤ ε min(1, uⱼ) for i < j, 1 − uᵢ ≤ ε "
    "min(1, 1 − uⱼ) for i > j, and beyond the neighbours of j uᵢ is at most κ times that of the "
    "left one, 1 − uᵢ at most κ times that of the right one.",
    latex=r"Let $r \ge R > 0$, $\delta$ the smallest gap of the places, $\eta = e^{-2 R \delta}$, "
    r"$\varepsilon = \eta + \sqrt\eta$, $\kappa = \varepsilon \sqrt\eta$. For some $2 \le j \le n "
    r"- 1$ the shape has $u_i \le \varepsilon \min(1, u_j)$ for $i < j$, $1 - u_i \le \varepsilon "
    r"\min(1, 1 - u_j)$ for $i > j$, $u_i \le \kappa\, u_{j-1}$ for $i < j - 1$ and $1 - u_i \le "
    r"\kappa (1 - u_{j+1})$ for $i > j + 1$.",
    hypotheses=(_STEEP,),
    claim=_near,
    instances=instances(
        places=st.one_of(
            st.integers(3, 6).map(lambda n: tuple(Fraction(k, n) for k in range(n + 1))),
            st.lists(st.integers(1, 11), min_size=1, max_size=4, unique=True).map(
                lambda found: (Fraction(0), *(Fraction(k, 12) for k in sorted(found)), Fraction(1))
            ),
        ),
        least=_least, factor=_factors, turn=_turns,
    ),
    status=Status("tested", "lemma S8 of docs/smooth.md, proved there by hand"),
    tests=_TESTS,
    mutants=(
        Mutant("any-steepness", "r may be smaller than R", without=("steep",)),
        Mutant("without-root", "ε = η", claim=lambda i: _near(i, linear=True)),
        Mutant("fades-faster", "κ = η √η instead of ε √η", claim=lambda i: _near(i, fading=True)),
    ),
)


def _data(instance: Instance) -> Dataset:
    return Dataset.from_rows(*map(list, zip(*instance["points"], strict=True)))


def _cell(value: Any) -> tuple[Fraction, Fraction]:
    """The twelfths that enclose a number of (0, 1)."""
    k = max(k for k in range(12) if not value < ball(Fraction(k, 12)))
    return Fraction(k, 12), Fraction(k + 1, 12)


def _regions(instance: Instance, *, uphill: bool = True) -> list[int]:
    """The regions of the shape, or those in which the level rises from the steps."""
    problem = shapes_of(_data(instance))
    least, x = instance["least"], problem.places
    with ctx.workprec(_BITS):
        root = ball(-least * _gap(x)).exp()
        shape = steep_shape(x, least * instance["factor"], instance["turn"])
        levels = Levels(problem)
        found = regions(shape, root * (1 + root), root * root * (1 + root))
        return [
            j for j in found
            if not uphill or StepRegion(
                j, problem.size, root, 2 * least * (2 * x[j] - x[j - 1] - x[j + 1])
            ).uphill(levels, *_cell(shape[j]))
        ]


def _wins(instance: Instance, *, only_jumps: bool = False, other: int = 0) -> Finding:
    """The network's level and the best of the steps that the lemma compares it with."""
    problem = shapes_of(_data(instance))
    with ctx.workprec(_BITS):
        shape = steep_shape(
            problem.places, instance["least"] * instance["factor"], instance["turn"]
        )
        levels = Levels(problem)
        level = levels.level(shape[1:-1])
        texts, good = [], []
        for j in _regions(instance) or _regions(instance, uphill=False):
            low, high = _cell(shape[j])
            free = [] if only_jumps else [shape[j]]
            free += [arb(0)] if low == 0 or only_jumps else []
            free += [arb(1)] if high == 1 and not only_jumps else []
            # The place of the step may be moved; it stays inside.
            at = min(j + other, problem.size - 2)
            steps = [
                levels.level([arb(0)] * (at - 1) + [u] + [arb(1)] * (problem.size - 2 - at))
                for u in free
            ]
            good.append(any(step < level for step in steps))
            best = min(float(step.mid()) for step in steps)
            texts.append(f"j = {j + 1}: network {float(level.mid()):.9g}, step {best:.9g}")
        return holds_if(all(good), "; ".join(texts))


@st.composite
def _near_steps(draw: st.DrawFn) -> Instance:
    """Responses near a step, so that steps are good."""
    n = draw(st.integers(4, 6))
    jump = draw(st.integers(1, n - 1))
    noise = draw(st.tuples(*[rationals(bound=1, denominators=(2, 4))] * n))
    places = draw(st.lists(st.integers(0, 8), min_size=n, max_size=n, unique=True).map(sorted))
    values = [2 * int(k >= jump) + noise[k] for k in range(n)]
    if len(set(values)) == 1:
        values[0] -= 1
    return Instance.of(
        points=tuple((Fraction(s), t) for s, t in zip(places, values, strict=True)),
        least=draw(_least), factor=draw(_factors),
        turn=draw(_turns),
    )


STEPS_WIN = Theorem(
    id="steps-better-than-steep-sigmoids",
    title="Where the level rises from the steps, steps are better than steep sigmoids",
    source=_SOURCE,
    statement="Let n ≥ 4. If r ≥ R and on a region j of the shape, uⱼ in an interval, the "
    "derivatives dG/duᵢ point uphill, weighed by κ or ε, the network has a larger level than the "
    "step with the same uⱼ, or than the jump at uⱼ = 0 or 1 at the end of the interval.",
    latex=r"Let $n \ge 4$, $r \ge R$, and let the shape $u$ lie in the region $j$ with $u_j \in "
    r"[a, b]$. If the bounds $g_i$ of $\partial G / \partial u_i$ over the region, turned in sign "
    r"for $i > j$, satisfy $g_{j-1} + \kappa \sum_{i < j-1} \min(g_i, 0) > 0$ and the same on the "
    r"right, or one of the conditions for $a = 0$, $b = 1$ or unequal gaps, then $G(u) > G(s)$ for "
    r"a step $s$ with $s_j = u_j$ or with $s_j \in \{0, 1\} \cap \{a, b\}$.",
    hypotheses=(
        _STEEP,
        Hypothesis("uphill", "the level rises from the steps of a region of the shape",
                   lambda i: bool(_regions(i))),
    ),
    claim=_wins,
    instances=_near_steps(),
    status=Status("tested", "lemma S8 of docs/smooth.md, proved there by hand"),
    tests=_TESTS,
    mutants=(
        Mutant("always", "the derivatives do not matter", without=("uphill",)),
        Mutant("other-place", "the step with its free value at the next input",
               claim=lambda i: _wins(i, other=1)),
        Mutant("only-jumps", "the jump at uⱼ = 0 is always better",
               claim=lambda i: _wins(i, only_jumps=True)),
    ),
)
