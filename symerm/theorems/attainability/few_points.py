"""Few points are fitted: n - 1 neurons on n points, and one neuron on three.

For increasing t_1 < .. < t_n the values of 1 and act(t - t_k), k < n, are a square matrix with
determinant (1 - gamma)^(n - 2) times the product of the gaps, so n - 1 neurons fit any responses
at n distinct points (projected to a line).  One neuron less does not: one ReLU neuron takes
monotone values on a line, and three monotone values are always reached.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import prod

from flint import fmpq_mat
from hypothesis import strategies as st

from symerm.arithmetic.flint_rationals import from_flint, to_flint
from symerm.problem.architecture import Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.problems import act, decided, problem_instances, shown
from symerm.theorems.generators.attainability import degenerate_datasets, integer_datasets
from symerm.theorems.generators.basic import activations, rationals, slopes
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["FEW_POINTS", "INTERPOLATION", "THREE_POINTS"]


def interpolation_matrix(points: tuple[Fraction, ...], slope: Fraction) -> list[list[Fraction]]:
    """The values of 1 and act(t - t_k), k < n, at the points t_1, .., t_n."""
    return [[Fraction(1), *(act(t - s, slope) for s in points[:-1])] for t in points]


def _determinant(instance: Instance) -> Fraction:
    rows = interpolation_matrix(instance["points"], instance["slope"])
    return from_flint(fmpq_mat([[to_flint(x) for x in row] for row in rows]).det())


def _compare(instance: Instance, formula: Fraction) -> Finding:
    found = _determinant(instance)
    return holds_if(found == formula, f"determinant {shown(found)}, formula {shown(formula)}")


def _gaps(instance: Instance) -> Fraction:
    return prod((b - a for a, b in pairwise(instance["points"])), start=Fraction(1))


def _power(instance: Instance, *, less: int) -> Fraction:
    return Fraction((1 - instance["slope"]) ** (len(instance["points"]) - less))


def _all_differences(instance: Instance) -> Fraction:
    points = instance["points"]
    return prod(
        (points[j] - points[i] for j in range(len(points)) for i in range(j)), start=Fraction(1)
    )


@st.composite
def _sequences(draw: st.DrawFn) -> tuple[Fraction, ...]:
    found = draw(st.lists(rationals(denominators=(1, 2)), min_size=2, max_size=6))
    return tuple(sorted(found) if draw(st.integers(0, 4)) else found)


INTERPOLATION = Theorem(
    id="interpolation-determinant",
    title="The determinant of interpolation on a line",
    source=Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    statement="For t₁ ≤ .. ≤ tₙ, n ≥ 2, the matrix of the values of 1 and act(t − t_k), k < n, "
    "at t₁, .., tₙ has the determinant (1 − γ)ⁿ⁻² (t₂ − t₁) ⋯ (tₙ − tₙ₋₁).",
    latex=r"Let $t_1 \le \dots \le t_n$, $n \ge 2$ and $\sigma(z) = \max(z, \gamma z)$ with "
    r"$0 \le \gamma < 1$. The $n \times n$ matrix with rows "
    r"$(1, \sigma(t_i - t_1), \dots, \sigma(t_i - t_{n-1}))$ has the determinant "
    r"$(1 - \gamma)^{n-2} \prod_{i<n} (t_{i+1} - t_i)$.",
    hypotheses=(
        Hypothesis(
            "in-order", "the points are in increasing order",
            lambda instance: all(a <= b for a, b in pairwise(instance["points"])),
        ),
    ),
    claim=lambda i: _compare(i, _power(i, less=2) * _gaps(i)),
    instances=instances(points=_sequences(), slope=slopes()),
    status=Status("proved", "row operations leave a triangular matrix, for every n"),
    proofs=("proofs/lim_michalek_qi_2019/interpolation.py",),
    tests=("tests/theorems/test_attainability_few_points.py",),
    mutants=(
        Mutant("any-order", "the points come in any order", without=("in-order",)),
        Mutant("one-power-more", "the exponent of 1 − γ is n − 1",
               claim=lambda i: _compare(i, _power(i, less=1) * _gaps(i))),
        Mutant("all-differences", "the product runs over all pairs, as for Vandermonde",
               claim=lambda i: _compare(i, _power(i, less=2) * _all_differences(i))),
        Mutant("no-slope", "the factor 1 − γ is forgotten",
               claim=lambda i: _compare(i, _gaps(i))),
    ),
)


def scatter(data: Dataset) -> Fraction:
    """The sum of squared deviations from the mean response at each input, from its definition."""
    total = Fraction(0)
    for row in set(data.inputs):
        same = [t for s, t in zip(data.inputs, data.outputs, strict=True) if s == row]
        for column in zip(*same, strict=True):
            mean = sum(column, Fraction(0)) / len(column)
            total += sum(((t - mean) ** 2 for t in column), Fraction(0))
    return total


def _fitted(instance: Instance, level: Fraction) -> Finding:
    verdict, data = decided(instance), instance["data"]
    network = verdict.minimiser
    good = (
        verdict.verdict == "attained"
        and verdict.exact == level
        and network is not None
        and network.loss(data.inputs, data.outputs) == level
    )
    return holds_if(good, f"{shown(verdict)}; scatter {shown(level)}")


@st.composite
def _small_problems(draw: st.DrawFn) -> Problem:
    """Few points for the width, or a few more; alternating responses at the limit."""
    width = draw(st.integers(1, 3))
    biases = draw(st.sampled_from([(True, True), (True, True), (True, False), (False, True)]))
    data = draw(
        st.one_of(
            integer_datasets(inputs=(1, 2), outputs=(1, 1), size=(1, 4)),
            degenerate_datasets(outputs=(1, 1)),
            st.just(Dataset.from_rows(range(width + 1), [(-1) ** k for k in range(width + 1)])),
        )
    )
    hidden, output = biases
    return Problem(
        data, Architecture(width, draw(activations()), hidden_bias=hidden, output_bias=output)
    )


FEW_POINTS = Theorem(
    id="few-points-fitted",
    title="n − 1 neurons fit n points",
    source=Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    statement="With both biases and d ≥ n − 1 neurons, n the number of distinct inputs, the "
    "infimum is attained; it is the scatter of the responses at equal inputs.",
    latex=r"Let $s_1, \dots, s_n \in \mathbb{R}^p$ be the distinct inputs and $d \ge n - 1$. With "
    r"both biases and $\sigma(z) = \max(z, \gamma z)$, $0 \le \gamma < 1$, the infimum of the "
    r"loss is attained and equals the scatter $\sum_i \sum_k |t_{ik} - \bar t_i|^2$ of the "
    r"responses $t_{ik}$ at equal inputs.",
    hypotheses=(
        Hypothesis(
            "enough-neurons", "there are at least n − 1 neurons for n distinct inputs",
            lambda i: i["width"] >= len(set(i["data"].inputs)) - 1,
        ),
        Hypothesis("hidden-bias", "hidden biases are trained", lambda i: i["hidden_bias"]),
        Hypothesis("output-bias", "output biases are trained", lambda i: i["output_bias"]),
    ),
    claim=lambda i: _fitted(i, scatter(i["data"])),
    instances=problem_instances(_small_problems()),
    status=Status("proved", "the determinant of interpolation is not 0, and distinct points of Qᵖ "
                  "are projected to a line on which they stay distinct"),
    proofs=("proofs/lim_michalek_qi_2019/interpolation.py",),
    tests=("tests/theorems/test_attainability_few_points.py",),
    mutants=(
        Mutant("any-width", "the width is arbitrary", without=("enough-neurons",)),
        Mutant("no-hidden-bias", "hidden biases may be 0", without=("hidden-bias",)),
        Mutant("no-output-bias", "output biases may be 0", without=("output-bias",)),
        Mutant("infimum-zero", "the infimum is 0, also with repeated inputs",
               claim=lambda i: _fitted(i, Fraction(0))),
    ),
)


def isotonic_loss(responses: tuple[Fraction, ...], *, nearest: bool = True) -> Fraction:
    """The squared distance of three numbers from the monotone ones (or that of the other side)."""
    a, b, c = responses
    if (b - a) * (c - b) >= 0:
        return Fraction(0)
    # The middle one is a strict extremum; it is pooled with one neighbour.
    pooled = ((b - a) ** 2 / 2, (c - b) ** 2 / 2)
    return min(pooled) if nearest else max(pooled)


def _three(instance: Instance, level: Fraction) -> Finding:
    verdict = decided(instance)
    good = verdict.verdict == "attained" and verdict.exact == level
    return holds_if(good, f"{shown(verdict)}; formula {shown(level)}")


def ordered_responses(data: Dataset) -> tuple[Fraction, ...]:
    """The responses of one output in the order of inputs on a line."""
    return tuple(t for _, (t,) in sorted(zip(data.inputs, data.outputs, strict=True)))


def _distinct_triples() -> st.SearchStrategy[Dataset]:
    return integer_datasets(inputs=(1, 1), outputs=(1, 1), size=(3, 3), distinct=True)


THREE_POINTS = Theorem(
    id="three-points-isotonic",
    title="One ReLU neuron on three points",
    source=Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    statement="One ReLU neuron with both biases fits the responses t₁, t₂, t₃ at three points of "
    "a line exactly if they are monotone; otherwise the infimum is "
    "min((t₂ − t₁)², (t₃ − t₂)²)/2. It is attained.",
    latex=r"Let $s_1 < s_2 < s_3$ and $t_1, t_2, t_3 \in \mathbb{R}$. For one ReLU neuron with "
    r"both biases the infimum is attained. It is $0$ if $(t_2 - t_1)(t_3 - t_2) \ge 0$, and "
    r"$\frac{1}{2} \min((t_2 - t_1)^2, (t_3 - t_2)^2)$ otherwise.",
    hypotheses=(
        Hypothesis("relu", "the activation is the ReLU",
                   lambda i: i["activation"].kind == "relu"),
    ),
    claim=lambda i: _three(i, isotonic_loss(ordered_responses(i["data"]))),
    instances=problem_instances(
        st.builds(
            lambda data, activation: Problem(data, Architecture(1, activation)),
            _distinct_triples(), activations("relu", "leaky", "logistic"),
        )
    ),
    status=Status("proved", "values of one neuron are monotone, and a kink between two points "
                  "reaches every convex or concave monotone triple"),
    proofs=("proofs/lim_michalek_qi_2019/three_points.py",),
    tests=("tests/theorems/test_attainability_few_points.py",),
    mutants=(
        Mutant("any-activation", "the activation may be leaky or logistic", without=("relu",)),
        Mutant("not-pooled", "without the factor 1/2, as if one response were moved alone",
               claim=lambda i: _three(i, 2 * isotonic_loss(ordered_responses(i["data"])))),
        Mutant("wrong-side", "the larger of the two squares counts",
               claim=lambda i: _three(
                   i, isotonic_loss(ordered_responses(i["data"]), nearest=False))),
    ),
    expense=2,
)
