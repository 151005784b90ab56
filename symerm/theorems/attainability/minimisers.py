"""When a minimiser exists: one output, one neuron, few points; and how the infimum changes.

With one output the outputs of all networks are a finite union of sums of finitely generated
cones, hence closed: a best network exists and the infimum is rational.  The same holds for one
neuron and any number of outputs.  More neurons or fewer points never raise the infimum, but more
neurons may lose the minimiser.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.attainability import decide
from symerm.problem.architecture import Activation, Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.problems import (
    act,
    as_instance,
    as_problem,
    decided,
    distance,
    enclosure,
    problem_instances,
    shown,
)
from symerm.theorems.generators.attainability import (
    degenerate_datasets,
    integer_datasets,
    line_problems,
    unattainable_problems,
)
from symerm.theorems.generators.basic import activations, rationals
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, LIM, Source

__all__ = ["FEWER_POINTS", "ONE_NEURON", "ONE_OUTPUT", "SMALL_CASES", "WIDTH"]

Vector = tuple[Fraction, ...]
_AFTER = "after Lim, Michalek, Qi 2019"


def hidden_columns(inputs: tuple[Vector, ...], neurons: tuple[Vector, ...], slope: Fraction,
                   *, output_bias: bool = True) -> list[list[Fraction]]:
    """The hidden vectors of neurons (a, b), after the constants if there is an output bias."""
    columns = [[Fraction(1)] * len(inputs)] if output_bias else []
    for neuron in neurons:
        columns.append([
            act(sum((a * x for a, x in zip(neuron, (*s, Fraction(1)), strict=True)), Fraction(0)),
                slope)
            for s in inputs
        ])
    return columns


def _best(instance: Instance, *, exact: bool) -> Finding:
    """Attained, by a network of that loss, and no other network of the instance is better."""
    verdict, data = decided(instance), instance["data"]
    if not instance["activation"].is_piecewise_linear:
        return holds_if(
            verdict.verdict == "attained" and not (exact and verdict.exact is None), shown(verdict)
        )
    low, high = enclosure(verdict)
    network = verdict.minimiser
    loss = None if network is None else network.loss(data.inputs, data.outputs)
    good = verdict.verdict == "attained" and loss is not None and low <= loss <= high
    if exact:
        good = good and verdict.exact is not None
    columns = hidden_columns(
        data.inputs, instance["rivals"], instance["activation"].negative_slope,
        output_bias=instance["output_bias"],
    )
    rival = distance(columns, data.outputs)
    return holds_if(good and low <= rival, f"{shown(verdict)}; another network {shown(rival)}")


def _with_rivals(problem: Problem, numbers: list[Fraction]) -> Instance:
    """With the parameters of as many other neurons as the width."""
    size = problem.dataset.input_dimension + 1
    rivals = tuple(
        tuple(numbers[size * k : size * (k + 1)]) for k in range(problem.architecture.width)
    )
    return as_instance(problem, rivals=rivals)


def _instances(problems: st.SearchStrategy[Problem]) -> st.SearchStrategy[Instance]:
    numbers = st.lists(rationals(denominators=(1, 2)), min_size=9, max_size=9)
    return st.builds(_with_rivals, problems, numbers)


def _shaped(
    data: Dataset, width: int, activation: Activation, output_bias: bool = True
) -> Problem:
    return Problem(data, Architecture(width, activation, output_bias=output_bias))


ONE_OUTPUT = Theorem(
    id="one-output-attained",
    title="With one output a best network exists",
    source=Source(LIM, "one output: the image of the weights is closed"),
    statement="With one output and the activation max(z, γ z) the infimum of the loss is attained "
    "for every width and all data, and it is rational for rational data.",
    latex=r"Let $q = 1$ and $\sigma(z) = \max(z, \gamma z)$, $0 \le \gamma < 1$. For every width "
    r"and all data $(S, t)$ the infimum of $\sum_i (\nu(s_i) - t_i)^2$ over all networks $\nu$ is "
    r"attained; it is rational if $S$, $t$ and $\gamma$ are.",
    hypotheses=(
        Hypothesis("one-output", "there is one output",
                   lambda i: i["data"].output_dimension == 1),
        Hypothesis("piecewise-linear", "the activation is max(z, γ z)",
                   lambda i: i["activation"].is_piecewise_linear),
    ),
    claim=lambda i: _best(i, exact=True),
    instances=_instances(
        st.one_of(
            st.builds(
                _shaped, integer_datasets(outputs=(1, 1), size=(2, 5)), st.integers(1, 2),
                activations(), st.booleans(),
            ),
            st.builds(
                _shaped, degenerate_datasets(outputs=(1, 1)), st.integers(1, 2), activations()
            ),
            # Twice, to be drawn more often.
            unattainable_problems(),
            unattainable_problems(),
            st.builds(
                _shaped, integer_datasets(inputs=(1, 1), outputs=(1, 1), size=(3, 3)), st.just(1),
                activations("logistic", "tanh"),
            ),
        )
    ),
    status=Status("literature", "finitely generated cones have closed sums (textbook); the "
                  "minimum is that of finitely many convex quadratic programs"),
    proofs=("proofs/lim_michalek_qi_2019/lifting.py",),
    tests=("tests/theorems/test_attainability_minimisers.py",),
    mutants=(
        Mutant("any-outputs", "the same for two outputs", without=("one-output",)),
        Mutant("any-activation", "the same for the logistic activation",
               without=("piecewise-linear",)),
    ),
    expense=3,
)

ONE_NEURON = Theorem(
    id="one-neuron-attained",
    title="One neuron has a best network for any number of outputs",
    source=Source(DERIVED, _AFTER),
    statement="With one neuron and the activation max(z, γ z) the infimum is attained for any "
    "number of outputs.",
    latex=r"Let $d = 1$ and $\sigma(z) = \max(z, \gamma z)$, $0 \le \gamma < 1$. For any number of "
    r"outputs and all data the infimum of the loss is attained.",
    hypotheses=(
        Hypothesis("one-neuron", "the width is one", lambda i: i["width"] == 1),
        Hypothesis("piecewise-linear", "the activation is max(z, γ z)",
                   lambda i: i["activation"].is_piecewise_linear),
    ),
    claim=lambda i: _best(i, exact=False),
    instances=_instances(
        st.one_of(
            st.builds(
                _shaped, integer_datasets(outputs=(1, 3), size=(2, 5)), st.just(1), activations(),
                st.booleans(),
            ),
            unattainable_problems(),
            st.builds(
                _shaped, integer_datasets(inputs=(1, 1), outputs=(1, 1), size=(3, 3)), st.just(1),
                activations("logistic", "tanh"),
            ),
        )
    ),
    status=Status("tested", "the hidden vectors are a closed cone, also modulo constants"),
    tests=("tests/theorems/test_attainability_minimisers.py",),
    mutants=(
        Mutant("two-neurons", "the same for two neurons", without=("one-neuron",)),
        Mutant("any-activation", "the same for the logistic activation",
               without=("piecewise-linear",)),
        Mutant("rational", "the infimum is rational", claim=lambda i: _best(i, exact=True)),
    ),
    expense=3,
)


def small(instance: Instance, *, points: int = 0, outputs: int = 1, width: int = 1) -> bool:
    """One output, one neuron, or at most d + 1 distinct inputs (each bound may be moved)."""
    data = instance["data"]
    spare = instance["width"] + 1 + points - len(set(data.inputs))
    return data.output_dimension <= outputs or instance["width"] <= width or bool(spare >= 0)


def _attained(instance: Instance) -> Finding:
    verdict, data = decided(instance), instance["data"]
    return holds_if(
        verdict.verdict == "attained",
        f"{shown(verdict)}; {len(set(data.inputs))} inputs, {data.output_dimension} outputs, "
        f"width {instance['width']}",
    )


def _if_small(instance: Instance, **bounds: int) -> Finding:
    if not small(instance, **bounds):
        return holds_if(True, "larger")
    return _attained(instance)


SMALL_CASES = Theorem(
    id="smaller-problems-attained",
    title="The problem with four points is the smallest without a minimiser",
    source=Source(DERIVED, _AFTER),
    statement="For max(z, γ z) with both biases and one output, one neuron or at most d + 1 "
    "distinct inputs the infimum is attained. So a problem without a minimiser has at least two "
    "outputs, two neurons and four inputs; there is one with exactly these.",
    latex=r"For $\sigma(z) = \max(z, \gamma z)$, $0 \le \gamma < 1$, with both biases the infimum "
    r"is attained if $q = 1$, $d = 1$ or there are at most $d + 1$ distinct inputs. So a problem "
    r"without a minimiser has $q \ge 2$, $d \ge 2$ and "
    r"$n \ge 4$; there is one with $q = d = 2$, $n = 4$.",
    hypotheses=(
        Hypothesis("small", "one output, one neuron or at most d + 1 distinct inputs", small),
        Hypothesis("output-bias", "output biases are trained", lambda i: i["output_bias"]),
    ),
    claim=_attained,
    instances=problem_instances(
        st.one_of(
            st.builds(
                _shaped, integer_datasets(inputs=(1, 1), outputs=(1, 2), size=(2, 4)),
                st.integers(1, 2), activations(), st.sampled_from([True, True, False]),
            ),
            unattainable_problems(),
        )
    ),
    status=Status("tested", "the three cases have their own statements here"),
    tests=("tests/theorems/test_attainability_minimisers.py",),
    mutants=(
        Mutant("four-points", "at most d + 2 inputs", without=("small",),
               claim=lambda i: _if_small(i, points=1)),
        Mutant("two-outputs", "at most two outputs", without=("small",),
               claim=lambda i: _if_small(i, outputs=2)),
        Mutant("two-neurons", "at most two neurons", without=("small",),
               claim=lambda i: _if_small(i, width=2)),
    ),
    expense=2,
)


def _widths(instance: Instance, *, strict: bool = False, verdicts: bool = False) -> Finding:
    narrow, wide = decided(instance), decided(instance, width=instance["width"] + 1)
    low, high = enclosure(wide)[0], enclosure(narrow)[1]
    good = low < high if strict else low <= high
    if verdicts:
        good = narrow.verdict != "attained" or wide.verdict == "attained"
    return holds_if(good, f"{shown(narrow)}; one neuron more: {shown(wide)}")


WIDTH = Theorem(
    id="infimum-falls-with-width",
    title="More neurons never raise the infimum",
    source=Source(DERIVED, _AFTER),
    statement="The infimum for width d + 1 is at most the infimum for width d.",
    latex=r"Let $m_d$ be the infimum of the loss for width $d$. Then $m_{d+1} \le m_d$.",
    claim=_widths,
    instances=problem_instances(
        st.one_of(
            line_problems(outputs=(1, 1), width=(1, 1)),
            line_problems(width=(1, 1)),
            unattainable_problems().map(
                lambda p: Problem(p.dataset, Architecture(1, p.architecture.activation))
            ),
        )
    ),
    status=Status("tested", "a neuron with output weight 0 changes nothing"),
    tests=("tests/theorems/test_attainability_minimisers.py",),
    mutants=(
        Mutant("strictly", "the infimum falls strictly",
               claim=lambda i: _widths(i, strict=True)),
        Mutant("keeps-minimiser", "if a minimiser exists for width d, one exists for d + 1",
               claim=lambda i: _widths(i, verdicts=True)),
    ),
    expense=3,
)


def _subset(instance: Instance, *, mean: bool = False, strict: bool = False) -> Finding:
    data = instance["data"]
    kept = [i for i in range(data.size) if i != instance["left_out"] % data.size]
    less = Dataset(
        tuple(data.inputs[i] for i in kept), tuple(data.outputs[i] for i in kept)
    )
    all_points = decided(instance)
    fewer = decide(Problem(less, as_problem(instance).architecture))
    low, high = enclosure(fewer)[0], enclosure(all_points)[1]
    if mean:
        low, high = low / less.size, high / data.size
    good = low < high if strict else low <= high
    return holds_if(good, f"{shown(all_points)}; without a point: {shown(fewer)}")


FEWER_POINTS = Theorem(
    id="infimum-falls-with-points",
    title="Leaving out points never raises the infimum",
    source=Source(DERIVED, _AFTER),
    statement="The infimum for some of the points is at most the infimum for all: the bound of a "
    "leaf on which only some activations are decided.",
    latex=r"For $I \subset \{1, \dots, n\}$ the infimum of $\sum_{i \in I} |\nu(s_i) - t_i|^2$ is "
    r"at most that of $\sum_{i \le n} |\nu(s_i) - t_i|^2$.",
    claim=_subset,
    instances=problem_instances(
        line_problems(outputs=(1, 1), width=(1, 2)), left_out=st.integers(0, 4)
    ),
    status=Status("tested", "a sum of fewer squares"),
    tests=("tests/theorems/test_attainability_minimisers.py",),
    mutants=(
        Mutant("mean-loss", "the mean of the squares is meant",
               claim=lambda i: _subset(i, mean=True)),
        Mutant("strictly", "it falls strictly", claim=lambda i: _subset(i, strict=True)),
    ),
    expense=3,
)
