"""The dimension of the set of outputs of d neurons: a line joined with a secant of the ReLU cone.

With one output and both biases the outputs of d neurons on n inputs of R^p form a finite union of
cells; the largest has the dimension max dim(R1 + V_1 + .. + V_d) over activation patterns, V_j =
col(D_Pj (S 1)).  So it is at most min(n, d (p + 1) + 1).  In general position that is reached: sort
the inputs along a direction and let the neurons switch between consecutive groups of p + 1.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.arrangements.secants import join_secant_dimension
from symerm.problem.architecture import Activation, Architecture
from symerm.theorems.attainability.cone import in_general_position
from symerm.theorems.generators.attainability import (
    degenerate_datasets,
    general_position_datasets,
    integer_points,
)
from symerm.theorems.generators.basic import activations
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["OUTPUT_DIMENSION", "TANGENT_BOUND", "tangent_rank"]

Vector = tuple[Fraction, ...]

_AFTER = Source(DERIVED, "after Lim, Michalek, Qi 2022, who study joins and secants of C(S)")
_TESTS = ("tests/theorems/test_attainability_secants.py",)


def tangent_rank(
    inputs: tuple[Vector, ...], neurons: tuple[Vector, ...], activation: Activation
) -> int:
    """dim(R1 + V_1 + .. + V_d) for the neurons (a, b), zeros counted as not active."""
    rows: list[Vector] = [(Fraction(1),) * len(inputs)]
    extended = [(*s, Fraction(1)) for s in inputs]
    for neuron in neurons:
        signs = [
            sum((a * x for a, x in zip(neuron, row, strict=True)), Fraction(0)) > 0
            for row in extended
        ]
        slopes = [Fraction(1) if on else activation.negative_slope for on in signs]
        rows += [
            tuple(slope * row[k] for slope, row in zip(slopes, extended, strict=True))
            for k in range(len(neuron))
        ]
    return rank(rows)


def _dimension(
    *, bias: int = 1, per_neuron: int = 1, capped: bool = True
) -> Claim:
    """d (p + per_neuron) + bias, and at most n."""

    def claim(instance: Instance) -> Finding:
        inputs, width = instance["inputs"], instance["width"]
        n, p = len(inputs), len(inputs[0])
        free = width * (p + per_neuron) + bias
        formula = min(n, free) if capped else n
        found = join_secant_dimension(inputs, Architecture(width, instance["activation"]))
        return holds_if(
            found.dimension == formula,
            f"dimension {found.dimension}, formula {formula}; n = {n}, p = {p}, d = {width}",
        )

    return claim


@st.composite
def _inputs(draw: st.DrawFn) -> Instance:
    data = draw(
        st.one_of(
            general_position_datasets(inputs=(1, 2), outputs=(1, 1)),
            degenerate_datasets(outputs=(1, 1)),
        )
    )
    inputs = data.inputs
    if data.input_dimension == 1 and draw(st.booleans()):
        # Enough points for two neurons not to reach all outputs.
        inputs = tuple((Fraction(k * k),) for k in range(draw(st.integers(1, 8))))
    width = draw(st.integers(1, 3))
    size = data.input_dimension + 1
    return Instance.of(
        inputs=inputs,
        width=width,
        activation=draw(activations()),
        neurons=tuple(draw(integer_points(size, bound=3)) for _ in range(width)),
    )


OUTPUT_DIMENSION = Theorem(
    id="output-dimension-generic",
    title="The dimension of the outputs of d neurons",
    source=_AFTER,
    statement="On n inputs of Rᵖ in general position, any min(n, p + 1) of them affinely "
    "independent, the outputs of d ReLU or leaky neurons with both biases, one output, form a set "
    "of dimension min(n, d (p + 1) + 1).",
    latex=r"If any $\min(n, p + 1)$ of the inputs $s_1, \dots, s_n \in \mathbb{R}^p$ are affinely "
    r"independent, the outputs $c \mathbf{1} + \sum_{j=1}^d v_j x_j$, $x_j \in C(S)$, of $d$ "
    r"neurons with both biases form a set of dimension $\min(n, d (p + 1) + 1)$, also for the "
    r"leaky ReLU.",
    hypotheses=(
        Hypothesis(
            "general-position", "the inputs are in general position",
            lambda instance: in_general_position(instance["inputs"]),
        ),
    ),
    claim=_dimension(),
    instances=_inputs(),
    status=Status("tested", "by hand: neurons that switch between groups of p + 1 inputs, sorted "
                  "along a direction, give independent spaces"),
    tests=_TESTS,
    mutants=(
        Mutant("any-position", "repeated or collinear inputs as well",
               without=("general-position",)),
        Mutant("without-constant", "min(n, d (p + 1)): the output bias adds nothing",
               claim=_dimension(bias=0)),
        Mutant("all-parameters", "min(n, d (p + 2) + 1): scalings of neurons are counted",
               claim=_dimension(per_neuron=2)),
        Mutant("everything", "n: all responses nearby are reached", claim=_dimension(capped=False)),
    ),
)


def _tangents(*, constant: int = 1, equal: bool = False) -> Claim:
    def claim(instance: Instance) -> Finding:
        inputs, width = instance["inputs"], instance["width"]
        activation = instance["activation"]
        found = join_secant_dimension(inputs, Architecture(width, activation))
        most = min(len(set(inputs)), width * (len(inputs[0]) + 1) + constant)
        local = tangent_rank(inputs, instance["neurons"], activation)
        # The patterns of the network that the package exhibits must reach the largest rank.
        network = found.network
        shown = tuple(
            (*weights, b)
            for weights, b in zip(network.hidden_weights, network.hidden_biases, strict=True)
        )
        best = tangent_rank(inputs, shown, activation)
        upper = found.dimension
        ordered = upper is not None and local <= best == upper <= most
        return holds_if(
            ordered and (not equal or local == upper),
            f"rank {local} at the network, {best} at the best one, dimension {upper}, "
            f"at most {most}",
        )

    return claim


TANGENT_BOUND = Theorem(
    id="output-dimension-tangents",
    title="The dimension of the outputs is the largest rank of patterns",
    source=_AFTER,
    statement="For one output and both biases the outputs of d ReLU or leaky neurons form a set "
    "of dimension max dim(R1 + V₁ + .. + V_d) over activation patterns, V_j spanned by the "
    "columns of D_Pj (S 1). It is at most min(n, d (p + 1) + 1), n counting distinct inputs.",
    latex=r"The outputs of $d$ neurons with both biases, one output, form a set of dimension $\max "
    r"\dim(\mathbb{R} \mathbf{1} + V_{P_1} + \dots + V_{P_d})$ over activation patterns $P_j$, "
    r"where $V_P$ is the column space of $D_P (S\ \mathbf{1})$. It is at most $\min(n, d (p + 1) + "
    r"1)$, where $n$ is the number of distinct inputs.",
    claim=_tangents(),
    instances=_inputs(),
    status=Status("tested", "by hand: on the cell of a tuple of patterns the outputs are the sum "
                  "of a line and cones that span the V_j"),
    tests=_TESTS,
    mutants=(
        Mutant("every-network", "every network has the largest rank",
               claim=_tangents(equal=True)),
        Mutant("without-constant", "at most min(n, d (p + 1))", claim=_tangents(constant=0)),
    ),
)
