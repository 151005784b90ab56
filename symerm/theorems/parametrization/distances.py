"""Distances of parameters modulo symmetries.

Parameters that are near realise functions that are near on a box; the distance from an orbit does
not see the symmetries of the other network, and that of balanced forms is a pseudometric: it
cannot tell neurons apart that realise zero.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.function_distance import function_distance
from symerm.parametrization.parameter_distance import entrywise_distance, parameter_distance
from symerm.problem.architecture import RELU
from symerm.theorems.generators.basic import rationals
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Claim, Finding, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["BALANCED_METRIC", "LIPSCHITZ", "ORBIT_DISTANCE"]

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
    title="The distance of balanced forms is a pseudometric",
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
