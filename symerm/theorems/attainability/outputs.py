"""Several outputs: bounds from single outputs, responses on a line, two neurons as a wedge.

The outputs <w, nu> of networks are those of one-output networks of the same width.  So the infima
along orthogonal directions add up to a lower bound, which is the infimum if the responses are
m + a_i w.  For neurons with hidden vectors x_1, x_2 (modulo 1) the best loss is
|T|^2 - <w, D w>/<w, w> with w = x_1 ^ x_2, D the derivation induced by T T^t.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.attainability import decide
from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.scaled import scale_problem
from symerm.problem.architecture import Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.bounds import dot
from symerm.theorems.attainability.minimisers import hidden_columns
from symerm.theorems.attainability.problems import (
    as_instance,
    as_problem,
    decided,
    distance,
    enclosure,
    shown,
)
from symerm.theorems.generators.attainability import (
    integer_datasets,
    integer_points,
    line_problems,
    unattainable_problems,
)
from symerm.theorems.generators.basic import activations
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["ON_A_LINE", "SEPARATE", "WEDGES"]

Vector = tuple[Fraction, ...]
_AFTER = "after Lim, Michalek, Qi 2019"
_TESTS = ("tests/theorems/test_attainability_outputs.py",)


def along(instance: Instance, direction: Vector) -> Fraction:
    """The infimum for the responses <w, t_i>, one output."""
    data = instance["data"]
    rows = tuple((dot(direction, t),) for t in data.outputs)
    problem = Problem(Dataset(data.inputs, rows), as_problem(instance).architecture)
    return enclosure(decide(problem))[0]


def _separate(instance: Instance, *, normed: bool = True, equal: bool = False) -> Finding:
    verdict = decided(instance)
    low, high = enclosure(verdict)
    total = Fraction(0)
    for direction in instance["directions"]:
        square = dot(direction, direction) if normed else Fraction(1)
        total += along(instance, direction) / square
    good = low <= total <= high if equal else total <= high
    return holds_if(good, f"{shown(verdict)}; outputs one by one {shown(total)}")


@st.composite
def _with_directions(draw: st.DrawFn) -> Instance:
    problem = draw(
        st.one_of(
            line_problems(outputs=(2, 2), size=(3, 5), width=(1, 1)), unattainable_problems()
        )
    )
    first = draw(integer_points(2, bound=2).filter(any))
    other = draw(
        st.one_of(st.just((-first[1], first[0])), integer_points(2, bound=2).filter(any))
    )
    return as_instance(problem, directions=(first, other))


SEPARATE = Theorem(
    id="separate-outputs",
    title="Orthogonal combinations of the outputs bound the infimum",
    source=Source(DERIVED, _AFTER),
    statement="For pairwise orthogonal directions w the sum of (infimum for the responses "
    "⟨w, tᵢ⟩)/|w|² is at most the infimum.",
    latex=r"For pairwise orthogonal $w_1, \dots, w_k \in \mathbb{R}^q \setminus \{0\}$ let $m(w)$ "
    r"be the infimum for the responses $\langle w, t_i \rangle$. Then $\sum_j m(w_j)/|w_j|^2$ is "
    r"at most the infimum of the loss.",
    hypotheses=(
        Hypothesis("orthogonal", "the directions are orthogonal",
                   lambda i: dot(*i["directions"]) == 0),
    ),
    claim=_separate,
    instances=_with_directions(),
    status=Status("tested", "the loss is the sum of the losses along an orthogonal basis"),
    tests=_TESTS,
    mutants=(
        Mutant("any-directions", "the directions need not be orthogonal", without=("orthogonal",)),
        Mutant("not-normed", "without the division by |w|²",
               claim=lambda i: _separate(i, normed=False)),
        Mutant("equality", "the sum is the infimum", claim=lambda i: _separate(i, equal=True)),
    ),
    expense=5,
)


def _line(instance: Instance, measure: Callable[[Vector], Fraction]) -> Finding:
    data, start, direction = instance["data"], instance["start"], instance["direction"]
    rows = tuple(
        tuple(m + t * w for m, w in zip(start, direction, strict=True)) for (t,) in data.outputs
    )
    one = decided(instance)
    verdict = decide(Problem(Dataset(data.inputs, rows), as_problem(instance).architecture))
    low, high = enclosure(verdict)
    level = measure(direction) * enclosure(one)[0]
    return holds_if(
        verdict.verdict == "attained" and low <= level <= high,
        f"one output: {shown(one)}; on the line: {shown(verdict)}",
    )


ON_A_LINE = Theorem(
    id="responses-on-a-line",
    title="Responses on a line are one output",
    source=Source(DERIVED, _AFTER),
    statement="For max(z, γ z) and the responses m + aᵢ w the infimum is |w|² times that for the "
    "numbers aᵢ, and it is attained; m must be 0 if there is no output bias.",
    latex=r"Let $\sigma(z) = \max(z, \gamma z)$ and $t_i = m + a_i w$ with $a_i \in \mathbb{R}$, "
    r"and $m = 0$ if there is no output "
    r"bias. The infimum for $T$ is $|w|^2$ times the infimum for the responses $a_i$, and it is "
    r"attained.",
    hypotheses=(
        Hypothesis("bias-or-through-zero", "output biases are trained, or m is 0",
                   lambda i: i["output_bias"] or not any(i["start"])),
    ),
    claim=lambda i: _line(i, lambda w: dot(w, w)),
    instances=st.builds(
        lambda problem, bias, start, direction: as_instance(
            Problem(
                problem.dataset,
                Architecture(
                    problem.architecture.width, problem.architecture.activation, output_bias=bias
                ),
            ),
            start=start, direction=direction,
        ),
        line_problems(outputs=(1, 1), size=(3, 5), width=(1, 2)), st.sampled_from([True, False]),
        st.one_of(st.just((Fraction(0),) * 2), integer_points(2, bound=2)),
        integer_points(2, bound=2),
    ),
    status=Status("tested", "an orthogonal projection onto the line raises no loss"),
    tests=_TESTS,
    mutants=(
        Mutant("any-start", "m may be anything without output bias",
               without=("bias-or-through-zero",)),
        Mutant("length", "the factor is |w₁| + |w₂|",
               claim=lambda i: _line(i, lambda w: sum(map(abs, w), Fraction(0)))),
        Mutant("larger-entry", "the factor is the larger of w₁², w₂²",
               claim=lambda i: _line(i, lambda w: max(x * x for x in w))),
    ),
    expense=5,
)


def quotient(instance: Instance, *, cross_terms: bool = True) -> Fraction:
    """|T|^2 - <w, D w>/<w, w> for the wedge of the hidden vectors, from the integer tables."""
    problem = Problem(
        instance["data"], Architecture(2, instance["activation"],
                                       output_bias=instance["output_bias"])
    )
    scaled = scale_problem(problem)
    images = [
        tuple(
            scaled.act(int(sum(x * y for x, y in zip(form, neuron, strict=True))))
            for form in scaled.forms
        )
        for neuron in instance["neurons"]
    ]
    forms = ExteriorForms.of(scaled, images)
    if cross_terms:
        (den,), (num,) = (rows[0] for rows in forms.wedge_products([[(0, 1), (1, 1)]]))
        fitted = Fraction(num, den)
    else:
        fitted = sum(
            (Fraction(forms.energy[k][k], forms.inner[k][k]) for k in range(2)), Fraction(0)
        )
    return scaled.to_loss((forms.square - fitted) / forms.total)


def _independent(instance: Instance) -> bool:
    data = instance["data"]
    columns = hidden_columns(
        data.inputs, instance["neurons"], instance["activation"].negative_slope,
        output_bias=instance["output_bias"],
    )
    return rank(columns) == len(columns)


def _wedge(
    instance: Instance, *, cross_terms: bool = True, output_bias: bool | None = None
) -> Finding:
    data = instance["data"]
    columns = hidden_columns(
        data.inputs, instance["neurons"], instance["activation"].negative_slope,
        output_bias=instance["output_bias"] if output_bias is None else output_bias,
    )
    loss, found = distance(columns, data.outputs), quotient(instance, cross_terms=cross_terms)
    return holds_if(loss == found, f"distance {shown(loss)}, quotient {shown(found)}")


@st.composite
def _two_neurons(draw: st.DrawFn) -> Instance:
    data = draw(integer_datasets(size=(3, 6), outputs=(1, 3)))
    p = data.input_dimension
    return Instance.of(
        data=data, activation=draw(activations()), output_bias=draw(st.booleans()),
        neurons=tuple(draw(integer_points(p + 1, bound=3)) for _ in range(2)),
    )


WEDGES = Theorem(
    id="loss-of-two-neurons",
    title="The best loss of two neurons is a quotient of quadratic forms",
    source=Source(DERIVED, _AFTER),
    statement="For hidden vectors x₁, x₂ that are independent (modulo 1 with output bias) the "
    "best loss is |T|² − ⟨w, D w⟩/⟨w, w⟩, w = x₁ ∧ x₂, with D w = TTᵗx₁ ∧ x₂ + x₁ ∧ TTᵗx₂; "
    "T is centred with output bias.",
    latex=r"Let the hidden vectors $x_1, x_2$ be independent modulo $\mathbf{1}$, and $x_j$, $T$ "
    r"centred (no centring without output bias). The least loss over output layers is "
    r"$|T|^2 - \langle w, D w \rangle / \langle w, w \rangle$ with $w = x_1 \wedge x_2$ and "
    r"$D w = T T^t x_1 \wedge x_2 + x_1 \wedge T T^t x_2$.",
    hypotheses=(
        Hypothesis("independent", "the hidden vectors are independent, modulo constants",
                   _independent),
    ),
    claim=_wedge,
    instances=_two_neurons(),
    status=Status("proved", "an identity in the entries of the Gram matrix"),
    proofs=("proofs/lim_michalek_qi_2019/wedges.py",),
    tests=_TESTS,
    mutants=(
        Mutant("no-cross-terms", "the gains of the two neurons are added",
               claim=lambda i: _wedge(i, cross_terms=False)),
        Mutant("without-constants", "constants are not fitted",
               claim=lambda i: _wedge(i, output_bias=False)),
    ),
)
