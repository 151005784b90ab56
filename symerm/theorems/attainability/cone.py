"""The ReLU cone C(S) of the hidden vectors of one neuron, and the activation patterns.

C(S) is a finite union of closed polyhedral cones, one for each activation pattern, and not
convex.  Points in general position have 2 sum_k C(n - 1, k), k <= p, patterns.  Affinely
independent points have the whole non-negative orthant as C(S), which is why all is closed there.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb

from hypothesis import strategies as st

from symerm.arithmetic.linalg import primitive, rank, solve
from symerm.arrangements.patterns import activation_patterns
from symerm.arrangements.relu_cone import relu_cone
from symerm.attainability.realised import HiddenVectors
from symerm.problem.architecture import RELU, Activation, Architecture
from symerm.theorems.generators.attainability import (
    affinely_independent,
    degenerate_datasets,
    general_position_datasets,
    integer_datasets,
    integer_points,
)
from symerm.theorems.generators.basic import activations
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, LIM, Source

__all__ = ["ORTHANT", "PATTERN_COUNT", "RELU_CONE"]

Vector = tuple[Fraction, ...]


def hidden_vector(inputs: tuple[Vector, ...], neuron: Vector, activation: Activation) -> Vector:
    """The activations of the neuron (a, b) at the inputs."""
    return tuple(
        activation(sum((a * x for a, x in zip(neuron, (*s, Fraction(1)), strict=True)),
                       Fraction(0)))
        for s in inputs
    )


def _union(instance: Instance, vector: Vector) -> Finding:
    """The vector is in some cone, and rays of a cone and their sum are hidden vectors."""
    inputs, activation = instance["inputs"], instance["activation"]
    cones = relu_cone(inputs, activation=activation)
    inside = sum(cone.contains(vector) for cone in cones)
    solid = [cone for cone in cones if cone.rays]
    rays = solid[instance["number"] % len(solid)].rays
    shape = Architecture(1, activation, output_bias=False)
    hidden = HiddenVectors.of(inputs, shape)

    def reached(wanted: tuple[int, ...]) -> bool:
        neurons = [
            tuple(map(Fraction, neuron))
            for section in hidden.sections([wanted]) for neuron, _ in section
        ]
        return wanted in [primitive(hidden_vector(inputs, each, activation)) for each in neurons]

    inner = primitive([sum(entries) for entries in zip(*rays, strict=True)])
    found = [reached(each) for each in (*rays, inner)]
    return holds_if(
        inside > 0 and all(found),
        f"in {inside} of {len(cones)} cones; of a cone {sum(found[:-1])} of {len(rays)} rays and "
        f"{'' if found[-1] else 'not '}their sum are hidden vectors",
    )


def _one(instance: Instance) -> Finding:
    first = hidden_vector(instance["inputs"], instance["neurons"][0], instance["activation"])
    return _union(instance, first)


def _sum(instance: Instance) -> Finding:
    vectors = (
        hidden_vector(instance["inputs"], neuron, instance["activation"])
        for neuron in instance["neurons"]
    )
    return _union(instance, tuple(x + y for x, y in zip(*vectors, strict=True)))


def _interior(instance: Instance) -> Finding:
    """The same with open cones."""
    vector = hidden_vector(instance["inputs"], instance["neurons"][0], instance["activation"])
    cones = relu_cone(instance["inputs"], activation=instance["activation"])
    inside = sum(
        cone.contains(vector)
        and all(sum(f * x for f, x in zip(facet, vector, strict=True)) > 0
                for facet in cone.inequalities)
        for cone in cones
    )
    return holds_if(inside > 0, f"in the interior of {inside} of {len(cones)} cones")


@st.composite
def _neurons_on_inputs(draw: st.DrawFn) -> Instance:
    data = draw(
        st.one_of(
            integer_datasets(outputs=(1, 1), size=(2, 4), bound=2),
            degenerate_datasets(outputs=(1, 1)),
        )
    )
    p = data.input_dimension
    return Instance.of(
        inputs=data.inputs,
        neurons=(draw(integer_points(p + 1, bound=3)), draw(integer_points(p + 1, bound=3))),
        activation=draw(activations()),
        number=draw(st.integers(0, 11)),
    )


RELU_CONE = Theorem(
    id="relu-cone-union",
    title="The ReLU cone is a finite union of polyhedral cones",
    source=Source(LIM, "the ReLU cone of the hidden vectors of one neuron"),
    statement="The hidden vectors of one neuron on the inputs are a finite union of closed "
    "polyhedral cones, one for each activation pattern: every hidden vector lies in one, and "
    "their rays and positive combinations of these are hidden vectors. So C(S) is closed.",
    latex=r"The ReLU cone $C(S) = \{\sigma(S a + b \mathbf{1}) : a \in \mathbb{R}^p, b \in "
    r"\mathbb{R}\}$ is the union of the closed polyhedral cones $C_P = D_P (S\ \mathbf{1}) K_P$ "
    r"over the activation patterns $P$, where $K_P$ is the closed cell of $P$. Their extreme rays "
    r"are hidden vectors.",
    claim=_one,
    instances=_neurons_on_inputs(),
    status=Status("literature", "on a closed cell the activation is linear; cells are polyhedral"),
    tests=("tests/theorems/test_attainability_cone.py",),
    mutants=(
        Mutant("convex", "C(S) is convex: the sum of two hidden vectors is one", claim=_sum),
        Mutant("open-cones", "the cones may be taken without their facets", claim=_interior),
    ),
)


def in_general_position(inputs: tuple[Vector, ...]) -> bool:
    """Whether any min(n, p + 1) inputs are affinely independent."""
    p = len(inputs[0])
    rows = [(*s, Fraction(1)) for s in inputs]
    size = min(p + 1, len(rows))
    return all(rank(some) == size for some in combinations(rows, size))


def _patterns(instance: Instance, *, others: int = 1, most: int = 0) -> Finding:
    inputs = instance["inputs"]
    n, p = len(inputs), len(inputs[0])
    count = len(activation_patterns(inputs))
    formula = 2 * sum(comb(n - others, k) for k in range(p + 1 + most))
    return holds_if(count == formula, f"{count} patterns, formula {formula}; n = {n}, p = {p}")


PATTERN_COUNT = Theorem(
    id="pattern-count",
    title="The number of activation patterns",
    source=Source(DERIVED, "after Cover 1965"),
    statement="n points of Qᵖ in general position, any min(n, p + 1) of them affinely independent, "
    "have 2 Σ C(n − 1, k), k = 0, .., p, activation patterns of a neuron with bias.",
    latex=r"If any $\min(n, p + 1)$ of the inputs $s_1, \dots, s_n \in \mathbb{R}^p$ are affinely "
    r"independent, there are $2 \sum_{k=0}^{p} \binom{n-1}{k}$ vectors of signs "
    r"$(\operatorname{sgn}("
    r"\langle a, s_i \rangle + b))_i$ without zeros.",
    hypotheses=(
        Hypothesis(
            "general-position", "the inputs are in general position",
            lambda instance: in_general_position(instance["inputs"]),
        ),
    ),
    claim=_patterns,
    instances=st.one_of(
        general_position_datasets(inputs=(1, 3), outputs=(1, 1)), degenerate_datasets()
    ).map(lambda data: Instance.of(inputs=data.inputs)),
    status=Status("tested", "Cover's theorem, by induction on n"),
    tests=("tests/theorems/test_attainability_cone.py",),
    mutants=(
        Mutant("any-position", "repeated or collinear inputs count as well",
               without=("general-position",)),
        Mutant("binomials-of-n", "the binomials are those of n",
               claim=lambda i: _patterns(i, others=0)),
        Mutant("without-bias", "the sum ends at p − 1, as it does without bias",
               claim=lambda i: _patterns(i, most=-1)),
    ),
)


def _reached(instance: Instance, *, bias: bool = True) -> Finding:
    """A neuron with these values before activation, or a cone that holds the vector."""
    inputs, target = instance["inputs"], instance["values"]
    neuron = solve([(*s, Fraction(int(bias))) for s in inputs], target)
    if neuron is not None:
        vector = hidden_vector(inputs, neuron, RELU)
        if vector == target:
            return holds_if(True, f"the neuron {_text(neuron)} has {_text(vector)}")
    # Where an entry is 0 the value before activation may be negative.
    inside = any(cone.contains(target) for cone in relu_cone(inputs, hidden_bias=bias))
    return holds_if(inside, f"{_text(target)} is {'' if inside else 'not '}a hidden vector")


def _text(vector: Vector) -> str:
    return f"({', '.join(map(str, vector))})"


@st.composite
def _values_on_inputs(draw: st.DrawFn) -> Instance:
    data = draw(integer_datasets(inputs=(1, 3), outputs=(1, 1), size=(1, 4), bound=2))
    values = draw(
        st.one_of(
            integer_points(data.size), integer_points(data.size).map(lambda v: tuple(map(abs, v)))
        )
    )
    return Instance.of(inputs=data.inputs, values=values)


ORTHANT = Theorem(
    id="affinely-independent-orthant",
    title="Affinely independent inputs have an orthant as ReLU cone",
    source=Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    statement="If the inputs are affinely independent, every vector without negative entries is "
    "the hidden vector of a ReLU neuron.",
    latex=r"If $\operatorname{rank}(S\ \mathbf{1}) = n$, then $C(S) = \mathbb{R}_{\ge 0}^n$ for "
    r"the ReLU.",
    hypotheses=(
        Hypothesis(
            "affinely-independent", "the inputs are affinely independent",
            lambda instance: affinely_independent(instance["inputs"]),
        ),
        Hypothesis("not-negative", "no entry of the vector is negative",
                   lambda instance: min(instance["values"]) >= 0),
    ),
    claim=_reached,
    instances=_values_on_inputs(),
    status=Status("tested", "S a + b 1 takes every value, and the ReLU keeps what is not negative"),
    tests=("tests/theorems/test_attainability_cone.py",),
    mutants=(
        Mutant("any-inputs", "the inputs may be affinely dependent",
               without=("affinely-independent",)),
        Mutant("any-vector", "the vector may have negative entries", without=("not-negative",)),
        Mutant("without-hidden-bias", "no hidden bias is needed",
               claim=lambda i: _reached(i, bias=False)),
    ),
)
