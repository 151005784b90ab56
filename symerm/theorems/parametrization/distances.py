"""Distances of parameters modulo symmetries, and local minima of functions.

Parameters that are near realise functions that are near on a box; the distance from an orbit does
not see the symmetries of the other network, and that of balanced forms is a metric.  With inverse
stability a local minimum of radius r on N* is one of radius (r/s)^2 among functions (Berner,
Elbraechter, Grohs 2019, Proposition 1.2).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.surds import Surd
from symerm.errors import InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.balanced import balance, gradient_distance
from symerm.parametrization.function_distance import function_distance
from symerm.parametrization.local_minima import certified_minimum, planted_outputs
from symerm.parametrization.parameter_distance import entrywise_distance, parameter_distance
from symerm.parametrization.restricted_set import restricted_membership
from symerm.problem.architecture import RELU
from symerm.theorems.generators.basic import rationals
from symerm.theorems.generators.parametrization import restricted_networks
from symerm.theorems.instance import Instance, instances
from symerm.theorems.parametrization.stability import bias_free
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import BERNER, DERIVED, Source

__all__ = ["BALANCED_METRIC", "LIPSCHITZ", "LOCAL_MINIMA", "ORBIT_DISTANCE"]

Vector = tuple[Fraction, ...]
_TESTS = ("tests/theorems/test_parametrization_distances.py",)
_ZERO, _ONE = Fraction(0), Fraction(1)
_SMALL = rationals(bound=2, denominators=(1, 2))
_WIDTH = Fraction(1, 10**9)


@st.composite
def _alike(draw: st.DrawFn, count: int) -> tuple[ShallowNetwork, ...]:
    """ReLU networks of one shape."""
    p, q, m = (draw(st.integers(1, 2)) for _ in range(3))

    def rows(size: int) -> tuple[Vector, ...]:
        return tuple(draw(st.tuples(*[_SMALL] * size)) for _ in range(m))

    return tuple(
        ShallowNetwork(
            rows(p), draw(st.tuples(*[_SMALL] * m)), rows(q), draw(st.tuples(*[_SMALL] * q)), RELU
        )
        for _ in range(count)
    )


@st.composite
def _constant_entries(draw: st.DrawFn) -> tuple[ShallowNetwork, ...]:
    """Networks all of whose parameters are M, or M - r: the bound is nearly reached."""
    p, m = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    size = draw(st.sampled_from((_ONE, 2 * _ONE)))
    step = draw(st.sampled_from((Fraction(1, 16), Fraction(1, 100))))
    return tuple(
        ShallowNetwork(((x,) * p,) * m, (x,) * m, ((x,),) * m, (x,), RELU)
        for x in (size, size - step)
    )


def _lipschitz(*, inner: int = 1, biases: int = 1, sizes: int = 2) -> Claim:
    """|R(A) - R(B)| <= r (m (p + inner) sizes M + biases) on [-1, 1]^p."""

    def claim(instance: Instance) -> Finding:
        first, second = instance["networks"]
        p = first.input_dimension
        box = ((-_ONE, _ONE),) * p
        value = function_distance(first, second, box=box).supremum.value
        assert value is not None  # bounded, as the box is
        r = entrywise_distance(first, second).upper
        largest = max(
            abs(x)
            for network in (first, second)
            for row in (*network.hidden_weights, network.hidden_biases, *network.output_weights)
            for x in row
        )
        bound = r * (first.width * (p + inner) * sizes * largest + biases)
        return holds_if(value <= bound, f"parameters {r} apart, functions {value}, bound {bound}")

    return claim


LIPSCHITZ = Theorem(
    id="parameters-to-functions-lipschitz",
    title="Near parameters realise near functions on a box",
    source=Source(DERIVED, "the other direction of inverse stability, in the supremum norm"),
    statement="If the parameters of two networks of width m, with weights, biases and outputs of "
    "size at most M, differ by r, their values on [−1, 1]^p differ by at most "
    "r (2 m (p + 1) M + 1).",
    latex=r"If $\|\theta - \theta'\|_\infty = r$ and all weights, hidden biases and outputs are at "
    r"most $M$, then $\sup_{[-1,1]^p} \|\nu_\theta - \nu_{\theta'}\|_\infty \le "
    r"r\, (2 m (p + 1) M + 1)$.",
    claim=_lipschitz(),
    instances=instances(networks=st.one_of(_alike(2), _constant_entries())),
    status=Status("proved", "act is 1-Lipschitz and vanishes at 0"),
    proofs=("proofs/berner_elbraechter_grohs_2019/pathologies.py",),
    tests=_TESTS,
    mutants=(
        Mutant("no-output-biases", "output biases left out", claim=_lipschitz(biases=0)),
        Mutant("no-hidden-biases", "p for p + 1", claim=_lipschitz(inner=0)),
        Mutant("half", "M for 2 M", claim=_lipschitz(sizes=1)),
    ),
)


def _moved(network: ShallowNetwork, instance: Instance) -> ShallowNetwork:
    """The network in another order, with rescaled neurons."""
    order = sorted(range(network.width), key=lambda j: instance["order"][j])
    factors = instance["factors"][: network.width]
    return replace(
        network,
        hidden_weights=tuple(
            tuple(t * w for w in network.hidden_weights[j])
            for j, t in zip(order, factors, strict=True)
        ),
        hidden_biases=tuple(
            t * network.hidden_biases[j] for j, t in zip(order, factors, strict=True)
        ),
        output_weights=tuple(
            tuple(v / t for v in network.output_weights[j])
            for j, t in zip(order, factors, strict=True)
        ),
    )


def _orbit(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        first, second = instance["networks"]
        pairs = {
            "second": (first, _moved(second, instance)),
            "first": (_moved(first, instance), second),
            "swapped": (second, first),
        }
        one, other = (
            parameter_distance(*pair, width=_WIDTH).distance
            for pair in ((first, second), pairs[kind])
        )
        return holds_if(
            one.lower <= other.upper and other.lower <= one.upper,
            f"distances {one.exact or one.lower} and {other.exact or other.lower}",
        )

    return claim


ORBIT_DISTANCE = Theorem(
    id="orbit-distance-invariant",
    title="The distance from an orbit does not see the other network's symmetries",
    source=Source(DERIVED),
    statement="The distance of A from all reorderings and positive rescalings of B stays if the "
    "neurons of B are reordered and rescaled. It is not symmetric, and A may not be rescaled.",
    latex=r"$d(A, B) = \inf_{g} \|A - g B\|_\infty$ over permutations and positive scalings $g$ "
    r"satisfies $d(A, h B) = d(A, B)$ for all such $h$.",
    claim=_orbit("second"),
    instances=instances(
        networks=_alike(2),
        order=st.permutations(range(2)).map(tuple),
        factors=st.tuples(*[st.sampled_from((_ONE, 2 * _ONE, _ONE / 3))] * 2),
    ),
    status=Status("tested", "both are infima over one orbit"),
    tests=_TESTS,
    mutants=(
        Mutant("first-moves", "A may be reordered and rescaled", claim=_orbit("first")),
        Mutant("symmetric", "the distance is symmetric", claim=_orbit("swapped")),
    ),
)


def _triangle(*, balanced: bool) -> Claim:
    def claim(instance: Instance) -> Finding:
        a, b, c = instance["networks"]

        def distance(one: ShallowNetwork, other: ShallowNetwork) -> tuple[Fraction, Fraction]:
            found = parameter_distance(one, other, balanced=balanced, width=_WIDTH).distance
            return found.lower, found.upper

        direct, first, second = distance(a, c), distance(a, b), distance(b, c)
        back = distance(c, a)
        return holds_if(
            direct[0] <= first[1] + second[1]
            and back[0] <= direct[1]
            and direct[0] <= back[1],
            f"d(A, C) = {float(direct[0]):.4f}, d(A, B) + d(B, C) = "
            f"{float(first[0] + second[0]):.4f}, d(C, A) = {float(back[0]):.4f}",
        )

    return claim


def _separates(instance: Instance) -> Finding:
    """Balanced distance 0 exactly for equal parameters, which is wrong."""
    a, *_ = instance["networks"]
    other = _moved(a, instance)
    found = parameter_distance(a, other, balanced=True, width=_WIDTH).distance
    same = entrywise_distance(a, other).upper == 0
    return holds_if((found.upper == 0) == same, f"balanced distance {found.lower}")


BALANCED_METRIC = Theorem(
    id="balanced-distance-metric",
    title="The distance of balanced forms is a metric",
    source=Source(DERIVED, "the distance of inverse stability in Berner, Elbrächter, Grohs 2019"),
    statement="The distance of balanced forms up to order is symmetric and satisfies the triangle "
    "inequality; with free scalings it is neither.",
    latex=r"On classes of networks up to order and positive scalings, the distance of balanced "
    r"forms, minimised over orders, is symmetric and $d(A, C) \le d(A, B) + d(B, C)$.",
    claim=_triangle(balanced=True),
    instances=instances(
        networks=_alike(3),
        order=st.permutations(range(2)).map(tuple),
        factors=st.tuples(*[st.sampled_from((_ONE, 2 * _ONE, _ONE / 3))] * 2),
    ),
    status=Status("tested", "a minimum over a group of isometries"),
    tests=_TESTS,
    mutants=(
        Mutant("free-scalings", "with free scalings", claim=_triangle(balanced=False)),
        Mutant("of-parameters", "distance 0 only for equal parameters", claim=_separates),
    ),
)


@st.composite
def _minima(draw: st.DrawFn) -> Instance:
    """A network of N*, inputs, responses that are planted or not, and a function."""
    gamma = draw(restricted_networks(width=(1, 2)))
    inputs = tuple(
        draw(st.lists(st.tuples(*[rationals(bound=3, denominators=(1,))] * 2), min_size=4,
                      max_size=6))
    )
    noise: tuple[Vector, ...] = tuple((draw(_SMALL),) for _ in inputs)
    outputs = noise
    if draw(st.sampled_from((True, True, True, False))):
        try:
            outputs = planted_outputs(balance(gamma), inputs)
        except InputError:  # no residuals but zero
            outputs = noise
    target = draw(restricted_networks(width=(1, 3)))
    if draw(st.sampled_from((True, True, False))):
        # Near to Gamma, with one more neuron or none.
        factor = draw(st.sampled_from((_ONE, _ONE, Fraction(33, 32), Fraction(3, 4))))
        extra = draw(restricted_networks(width=(1, 1)))
        size = draw(st.sampled_from((_ZERO, _ONE / 8, _ONE / 32, _ONE / 100)))
        weights = tuple(size * w for w in extra.hidden_weights[0])
        output = tuple(size * v for v in extra.output_weights[0])
        rows = tuple(tuple(factor * w for w in row) for row in gamma.hidden_weights)
        values = tuple(tuple(factor * v for v in row) for row in gamma.output_weights)
        target = replace(
            gamma,
            hidden_weights=(*rows, weights) if size else rows,
            hidden_biases=(_ZERO,) * (len(rows) + bool(size)),
            output_weights=(*values, output) if size else values,
        )
    return Instance.of(gamma=gamma, inputs=inputs, outputs=outputs, target=target)


@st.composite
def _inactive(draw: st.DrawFn) -> Instance:
    """Only (3, -5) is not fitted, where the neuron s (1, 1) is inactive and s (2, 1) is active."""
    s, sign = draw(st.sampled_from((1, 2, 3))), draw(st.sampled_from((1, -1)))
    gamma = bias_free((s, s, s))
    inputs: tuple[Vector, ...] = ((3 * _ONE, -5 * _ONE),)
    outputs: tuple[Vector, ...] = ((sign * _ONE,),)
    if draw(st.booleans()):
        inputs, outputs = (*inputs, (_ONE, _ONE)), (*outputs, gamma((_ONE, _ONE)))
    e = draw(st.sampled_from((_ONE / 2, _ONE / 20, _ONE / 50)))
    other = (2 * e, e, sign * 2 * e)
    factor = draw(st.sampled_from((_ONE, 1 + e)))
    target = draw(
        st.sampled_from(
            (bias_free(other), bias_free((s, s, s), other), bias_free((factor * s,) * 3))
        )
    )
    return Instance.of(gamma=gamma, inputs=inputs, outputs=outputs, target=target)


def _radius(instance: Instance) -> Surd | None:
    """(r/s)^2 with the certified radius r, or None if none is certified."""
    try:
        minimum = certified_minimum(
            balance(instance["gamma"]), instance["inputs"], instance["outputs"]
        )
    except InputError:
        return None
    return minimum.realization_radius


def _loss(network: ShallowNetwork, instance: Instance) -> Fraction:
    return sum(
        (
            (y - value) ** 2
            for point, row in zip(instance["inputs"], instance["outputs"], strict=True)
            for y, value in zip(row, network(point), strict=True)
        ),
        _ZERO,
    )


def _correspondence(*, within: bool = True) -> Claim:
    def claim(instance: Instance) -> Finding:
        gamma, target = instance["gamma"], instance["target"]
        eps = gradient_distance(balance(gamma), balance(target))
        radius = _radius(instance)
        losses = _loss(gamma, instance), _loss(target, instance)
        near = not within or (radius is not None and radius >= eps)
        return holds_if(
            not near or losses[0] <= losses[1],
            f"radius {radius}, g is {eps} away, losses {losses[0]} and {losses[1]}",
        )

    return claim


LOCAL_MINIMA = Theorem(
    id="local-minima-correspondence",
    title="Local minima on N* are local minima among functions",
    source=Source(BERNER, "Proposition 1.2, with the best constants and a certified radius"),
    statement="Let the residuals of Γ in N* be orthogonal to the inputs at which any neuron is "
    "active, and r the least |<a, x>|/|x|₁ over neurons and inputs not fitted. Then no function "
    "of N* of the width of Γ that is within (r/s)² in W1,inf has a smaller sum of squares.",
    latex=r"Let $\Gamma \in \mathcal{N}^*$ be a local minimum of radius $r$ of $L \circ "
    r"\mathcal{R}$ on $\mathcal{N}^*$. Then $\mathcal{R}(\Gamma)$ is a local minimum of $L$ of "
    r"radius $(r/s)^2$ on $\mathcal{R}(\mathcal{N}^*)$ in $W^{1,\infty}$. For sums of squares $r = "
    r"\min |\langle a_j, x_i \rangle| / \|x_i\|_1$ will do if the residuals are orthogonal to the "
    r"inputs at which any one neuron is active.",
    hypotheses=(
        Hypothesis(
            "restricted", "Γ and g are in N*",
            lambda instance: all(
                restricted_membership(balance(instance[name])).holds
                for name in ("gamma", "target")
            ),
        ),
        Hypothesis(
            "width", "g is not wider than Γ",
            lambda instance: instance["target"].width <= instance["gamma"].width,
        ),
        Hypothesis(
            "minimum", "a radius is certified",
            lambda instance: _radius(instance) is not None,
        ),
    ),
    claim=_correspondence(),
    instances=st.one_of(_minima(), _inactive()),
    status=Status(
        "literature",
        "the constants are proved here, the radius is argued in the module of local minima",
    ),
    proofs=("proofs/berner_elbraechter_grohs_2019/best_constants.py",),
    tests=_TESTS,
    mutants=(
        Mutant("any-distance", "at any distance", claim=_correspondence(within=False)),
        Mutant("wider", "g may be wider than Γ", without=("width",)),
    ),
    expense=4,
)
