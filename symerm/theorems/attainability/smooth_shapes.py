"""Shapes of one sigmoid on a line: their level, bounds on boxes of shapes, and their two charts.

A network that is not constant takes the values c + v u_i with a shape 0 = u_1 < .. < u_n = 1.  The
best c and v give the level G(u) = Q - N^2/D, bounds of which on boxes are exact.  The shapes are
known in the coordinates (k, A) near r = 0 and (r, xi) beyond (lemmas S1, S3, S5, S6 of
docs/smooth.md).  Values of sigma are compared as balls that are far narrower than any difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball
from symerm.attainability.smooth_networks import loss_bounds
from symerm.attainability.smooth_problem import ShapeProblem, shape_problem
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation, Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.problems import distance, shown
from symerm.theorems.generators.attainability import integer_datasets
from symerm.theorems.generators.basic import nonzero_rationals, positive_rationals, rationals
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["BOXES", "CHARTS", "LEVELS", "TANH"]

Vector = tuple[Fraction, ...]
_SOURCE = Source(DERIVED, "docs/smooth.md")
_TESTS = ("tests/theorems/test_attainability_smooth.py",)
_PROOFS = ("proofs/lim_michalek_qi_2019/smooth_shapes.py",)
_LOGISTIC = Activation("logistic")


def shapes_of(data: Dataset) -> ShapeProblem:
    """The normal form of the problem of one logistic neuron."""
    return shape_problem(Problem(data, Architecture(1, _LOGISTIC)))


def _shape(instance: Instance) -> Vector:
    """The drawn numbers, one for each inner input, between 0 and 1."""
    inner = shapes_of(instance["data"]).size - 2
    return (Fraction(0), *instance["numbers"][:inner], Fraction(1))


def level_by_distance(data: Dataset, shape: Vector) -> Fraction:
    """The least loss of c + v u on the data, by a projection."""
    place = dict(zip(sorted(set(data.inputs)), shape, strict=True))
    column = [place[s] for s in data.inputs]
    return distance([[1] * len(column), column], data.outputs)


def slope_formula(problem: ShapeProblem, shape: Vector, i: int, *, weighted: bool = True,
                  factor: int = -2) -> Fraction:
    """dG/du_i = -2 v w_i r_i with r_i = d_i - v (u_i - ubar)."""
    top, bottom = problem.fit_terms(shape)
    v = top / bottom
    weights = problem.weights if weighted else (1,) * problem.size
    middle = sum((w * u for w, u in zip(weights, shape, strict=True)), Fraction(0)) / sum(weights)
    return factor * v * weights[i] * (problem.deviations[i] - v * (shape[i] - middle))


def _spread(problem: ShapeProblem, shape: Vector) -> Fraction:
    """D = sum_i w_i (u_i - ubar)^2."""
    pairs = list(zip(problem.weights, shape, strict=True))
    middle = sum((w * u for w, u in pairs), Fraction(0)) / sum(problem.weights)
    return sum((w * (u - middle) ** 2 for w, u in pairs), Fraction(0))


def _levels(instance: Instance, **changes: Any) -> Finding:
    """The level by its formula, and its derivative from exact levels at three shapes."""
    data, shape = instance["data"], _shape(instance)
    problem = shapes_of(data)
    loss, formula = level_by_distance(data, shape), problem.to_loss(problem.level(shape))
    i = 1 + instance["which"] % (problem.size - 2)
    levels, spreads = [], []
    for step in (-1, 0, 1):
        other = tuple(u + step if k == i else u for k, u in enumerate(shape))
        levels.append(problem.to_level(level_by_distance(data, other)))
        spreads.append(_spread(problem, other))
    # G D and D are quadratic in u_i, so that central differences are their derivatives.
    products = [level * spread for level, spread in zip(levels, spreads, strict=True)]
    by_products = (products[2] - products[0]) / 2
    found = (by_products - levels[1] * (spreads[2] - spreads[0]) / 2) / spreads[1]
    slope = slope_formula(problem, shape, i, **changes)
    return holds_if(
        loss == formula and found == slope,
        f"loss {shown(loss)}, formula {shown(formula)}; derivative {shown(found)}, formula "
        f"{shown(slope)}",
    )


def _data(*, size: tuple[int, int] = (4, 6)) -> st.SearchStrategy[Dataset]:
    """At least three distinct inputs and responses with means that differ."""
    def good(data: Dataset) -> bool:
        groups = data.collapsed()
        return len(groups.inputs) >= 3 and len(set(groups.outputs)) > 1

    return integer_datasets(inputs=(1, 1), outputs=(1, 1), size=size, bound=3).filter(good)


def _unit_numbers(count: int) -> st.SearchStrategy[Vector]:
    return st.tuples(*[st.integers(0, 12).map(lambda k: Fraction(k, 12))] * count)


LEVELS = Theorem(
    id="level-of-a-shape",
    title="The level of a shape and its derivative",
    source=_SOURCE,
    statement="The least loss of c + v u for a shape u is scatter + unit² G(u) with "
    "G = Q − N²/D, and dG/duᵢ = −2 v wᵢ rᵢ.",
    latex=r"For a shape $u$ let $N = \sum w_i d_i u_i$, $D = \sum w_i (u_i - \bar u)^2$, $v = N/D$ "
    r"and $r_i = d_i - v (u_i - \bar u)$. The least loss of $c + v u$ belongs to the level $G(u) = "
    r"Q - N^2/D$, $Q = \sum w_i d_i^2$, and $\partial G / \partial u_i = -2 v w_i r_i$.",
    claim=_levels,
    instances=instances(data=_data(), numbers=_unit_numbers(4), which=st.integers(0, 3)),
    status=Status("proved", "least squares in closed form, and its derivative"),
    proofs=_PROOFS,
    tests=_TESTS,
    mutants=(
        Mutant("half", "the factor 2 is forgotten", claim=lambda i: _levels(i, factor=-1)),
        Mutant("unweighted", "copies of an input count once",
               claim=lambda i: _levels(i, weighted=False)),
    ),
)


def _box(instance: Instance, *, quadratic: bool = True, factor: int = 2) -> Finding:
    """h(u) >= h(m) - sum |h_i| rho_i - (sum w_i |d_i| rho_i)^2, and G(u) > B iff h(u) > 0."""
    problem, shape = shapes_of(instance["data"]), _shape(instance)
    offsets = instance["offsets"][: problem.size - 2]
    centre = (Fraction(0), *(u + x for u, x in zip(shape[1:-1], offsets, strict=True)),
              Fraction(1))
    goal: Fraction = problem.square * instance["share"]
    rho = [abs(u - m) for u, m in zip(shape, centre, strict=True)]

    def h(at: Vector) -> Fraction:
        top, bottom = problem.fit_terms(at)
        return (problem.square - goal) * bottom - top * top

    top = problem.fit_terms(centre)[0]
    rows = list(zip(problem.weights, problem.deviations, centre, rho, strict=True))
    middle = sum((w * m for w, _, m, _ in rows), Fraction(0)) / sum(problem.weights)
    loss = Fraction(0)
    for w, d, m, radius in rows:
        change = factor * (problem.square - goal) * w * (m - middle) - factor * top * w * d
        loss += abs(change) * radius
    if quadratic:
        loss += sum((w * abs(d) * radius for w, d, _, radius in rows), Fraction(0)) ** 2
    value, bound = h(shape), h(centre) - loss
    same = (problem.level(shape) > goal) == (value > 0)
    return holds_if(value >= bound and same, f"h(u) = {shown(value)}, bound {shown(bound)}")


BOXES = Theorem(
    id="bounds-on-boxes-of-shapes",
    title="A bound of the level on a box of shapes",
    source=_SOURCE,
    statement="For |uᵢ − mᵢ| ≤ rᵢ and B < Q: h(u) ≥ h(m) − Σ |hᵢ| rᵢ − (Σ wᵢ |dᵢ| rᵢ)² with "
    "h = (Q − B) D − N², hᵢ = 2 (Q − B) wᵢ (mᵢ − m̄) − 2 N(m) wᵢ dᵢ; and G(u) > B iff h(u) > 0.",
    latex=r"Let $|u_i - m_i| \le r_i$, $B < Q$, $h(u) = (Q - B) D(u) - N(u)^2$ and $h_i = 2 (Q - "
    r"B) w_i (m_i - \bar m) - 2 N(m) w_i d_i$. Then $h(u) \ge h(m) - \sum |h_i| r_i - (\sum w_i "
    r"|d_i| r_i)^2$, and $G(u) > B$ if and only if $h(u) > 0$.",
    claim=_box,
    instances=instances(
        data=_data(), numbers=_unit_numbers(4),
        offsets=st.tuples(*[rationals(bound=1, denominators=(4, 12))] * 4),
        share=st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)]),
    ),
    status=Status("proved-up-to", "the expansion at m is written out for so many points; then "
                  "D ≥ 0 is dropped", 5),
    proofs=_PROOFS,
    tests=_TESTS,
    mutants=(
        Mutant("linear", "the quadratic term is forgotten",
               claim=lambda i: _box(i, quadratic=False)),
        Mutant("half-slope", "the factor 2 of the derivative is forgotten",
               claim=lambda i: _box(i, factor=1)),
    ),
)


def _close(first: Any, second: Any) -> bool:
    """Whether two balls overlap and are narrow, so that numbers that differ are told apart."""
    narrow = arb(2) ** -60 * (1 + abs(first))
    return bool(first.overlaps(second) and first.rad() < narrow and second.rad() < narrow)


def _sigma(z: Any) -> Any:
    return 1 / (1 + (-z).exp())


def _tanh(instance: Instance, *, halved: bool = True, shifted: bool = True) -> Finding:
    """The loss of a tanh network in balls, and the package's bounds for the logistic one."""
    a, b, v, c = instance["parameters"]
    data, half = instance["data"], Fraction(1, 2) if halved else Fraction(1)
    network = ShallowNetwork(((a,),), (b,), ((v,),), (c,), _LOGISTIC)
    low, high = loss_bounds(Problem(data, Architecture(1, _LOGISTIC)), network)
    with ctx.workprec(200):
        total = arb(0)
        for (s,), (t,) in zip(data.inputs, data.outputs, strict=True):
            value = ball(c + (v / 2 if shifted else 0))
            value += ball(v / 2) * (ball(half * (a * s + b))).tanh()
            total += (value - ball(t)) * (value - ball(t))
        good = total.overlaps(ball(low).union(ball(high))) and high - low < Fraction(1, 10**20)
    return holds_if(bool(good), f"logistic {float(low):.12g}, tanh {float(total.mid()):.12g}")


TANH = Theorem(
    id="tanh-is-logistic",
    title="Networks with tanh and with the logistic function are the same",
    source=_SOURCE,
    statement="c + v σ(a s + b) = (c + v/2) + (v/2) tanh((a s + b)/2) with the logistic σ, so one "
    "neuron with output bias realises the same functions with either.",
    latex=r"With $\sigma(z) = 1/(1 + e^{-z})$: $c + v\, \sigma(a s + b) = (c + \tfrac{v}{2}) + "
    r"\tfrac{v}{2} \tanh(\tfrac12 (a s + b))$.",
    claim=_tanh,
    instances=instances(
        data=integer_datasets(inputs=(1, 1), outputs=(1, 1), size=(1, 3)),
        parameters=st.tuples(rationals(), rationals(), nonzero_rationals(), rationals()),
    ),
    status=Status("proved", "tanh(z) = 2 σ(2 z) − 1"),
    proofs=_PROOFS,
    tests=_TESTS,
    mutants=(
        Mutant("not-halved", "the argument is not halved",
               claim=lambda i: _tanh(i, halved=False)),
        Mutant("not-shifted", "the constant stays",
               claim=lambda i: _tanh(i, shifted=False)),
    ),
)


@dataclass(frozen=True)
class NetworkShape:
    """The shape of sigma(a s + b) with a > 0 at places x, and its coordinates, as balls.

    Attributes
    ----------
    inner : list of balls u_2, .., u_(n-1)
    r, k, xi : balls
    """

    inner: list[Any]
    r: Any
    k: Any
    xi: Any


def network_shape(places: Sequence[Fraction], steepness: Fraction, bias: Fraction) -> NetworkShape:
    """The shape at places 0 = x_1 < .. < x_n = 1 for a s + b = 2 r x + bias."""
    values = [_sigma(ball(2 * steepness * x + bias)) for x in places]
    first, last = values[0], values[-1]
    r = ball(steepness)
    return NetworkShape(
        [(value - first) / (last - first) for value in values[1:-1]],
        r, r * (1 - 2 * first), (1 + first * ((2 * r).exp() - 1)).log() / (2 * r),
    )


def _charts(instance: Instance, *, sign: int = 1, mirrored: bool = False) -> Finding:
    places, steepness = instance["places"], instance["steepness"]
    with ctx.workprec(200):
        shape = network_shape(places, steepness, instance["bias"])
        r, k = shape.r, sign * shape.k
        xi = 1 - shape.xi if mirrored else shape.xi
        flat, steep = [], []
        for x in map(ball, places[1:-1]):
            flat.append((r * r.coth() - k) / (r * (r * x).coth() - k))
            odds = (2 * r * (1 - x - xi)).exp() * (1 - (-2 * r * (1 - x)).exp()) / (
                1 - (-2 * r * x).exp())
            steep.append(1 / (1 + odds))
        good = all(map(_close, shape.inner, flat)) and all(map(_close, shape.inner, steep))
        inside = bool(abs(shape.k) < r and shape.xi > 0 and shape.xi < 1)
    texts = (", ".join(f"{float(u.mid()):.6g}" for u in row) for row in (shape.inner, flat, steep))
    return holds_if(good and inside, "shape {}; flat chart {}; steep chart {}".format(*texts))


CHARTS = Theorem(
    id="charts-of-shapes",
    title="The two charts of the shapes of a sigmoid",
    source=_SOURCE,
    statement="With r = a(sₙ − s₁)/2, τ = σ(a s₁ + b), k = r (1 − 2 τ) and e^(2rξ) = 1 + τ (e^(2r) "
    "− 1) the shape is uᵢ = (r coth r − k)/(r coth(r xᵢ) − k), and 1/uᵢ − 1 = e^(2r(1 − xᵢ − ξ)) "
    "(1 − e^(−2r(1 − xᵢ)))/(1 − e^(−2r xᵢ)).",
    latex=r"Let $a > 0$, $x_i = (s_i - s_1)/(s_n - s_1)$, $r = a (s_n - s_1)/2$, $\tau = \sigma(a "
    r"s_1 + b)$, $k = r (1 - 2 \tau)$ and $e^{2 r \xi} = 1 + \tau (e^{2r} - 1)$. The shape of the "
    r"network is $u_i = (r \coth r - k)/(r \coth(r x_i) - k)$, and $1/u_i - 1 = e^{2r(1 - x_i - "
    r"\xi)} (1 - e^{-2r(1 - x_i)})/(1 - e^{-2 r x_i})$; here $|k| < r$ and $0 < \xi < 1$.",
    hypotheses=(
        Hypothesis("rising", "the weight a is positive", lambda i: i["steepness"] > 0),
    ),
    claim=_charts,
    instances=instances(
        places=st.lists(st.integers(1, 11), min_size=1, max_size=3, unique=True).map(
            lambda found: (Fraction(0), *(Fraction(k, 12) for k in sorted(found)), Fraction(1))
        ),
        steepness=st.one_of(positive_rationals(denominators=(1, 4)), nonzero_rationals()),
        bias=rationals(bound=6),
    ),
    status=Status("proved", "rational functions of the exponentials"),
    proofs=_PROOFS,
    tests=_TESTS,
    mutants=(
        Mutant("other-sign", "k has the other sign", claim=lambda i: _charts(i, sign=-1)),
        Mutant("mirrored", "the transition is counted from the other end",
               claim=lambda i: _charts(i, mirrored=True)),
        Mutant("falling", "the weight may be negative", without=("rising",)),
    ),
)
