"""One logistic or tanh neuron on a line: often no minimiser, also for one output.

Values of a network are strictly monotone in the input (or constant), and steps, affine functions
and exponentials are limits.  So responses whose nearest monotone vector is a step have no
minimiser, on an open set of responses, and affine responses on four points or more have none
either (lemmas S1, S4, S9 of docs/smooth.md).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from symerm.attainability import decide
from symerm.attainability.smooth_networks import loss_bounds
from symerm.attainability.smooth_verdict import unattained_radius
from symerm.problem.architecture import Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.few_points import (
    isotonic_loss,
    ordered_responses,
    scatter,
)
from symerm.theorems.attainability.problems import (
    as_problem,
    decided,
    enclosure,
    problem_instances,
    shown,
)
from symerm.theorems.generators.attainability import integer_datasets
from symerm.theorems.generators.basic import activations
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, LIM, Source

__all__ = ["AFFINE_RESPONSES", "FEW_INPUTS", "OPEN_SET", "STEPS", "STEP_OF_THREE"]

_SOURCE = Source(DERIVED, "docs/smooth.md")
_TESTS = ("tests/theorems/test_attainability_smooth.py",)
_SIGMOIDS = ("logistic", "tanh")
_SIGMOID = Hypothesis(
    "sigmoid", "the activation is logistic or tanh", lambda i: i["activation"].kind in _SIGMOIDS
)


def _problems(
    size: tuple[int, int], *, kinds: tuple[str, ...] = _SIGMOIDS, distinct: bool = True
) -> st.SearchStrategy[Problem]:
    return st.builds(
        lambda data, activation: Problem(data, Architecture(1, activation)),
        integer_datasets(inputs=(1, 1), outputs=(1, 1), size=size, distinct=distinct),
        activations(*kinds),
    )


def _not_attained(instance: Instance, level: Fraction, *, verdict: str = "not-attained") -> Finding:
    answer = decided(instance)
    low, high = enclosure(answer)
    # Losses of networks are no rational numbers; a fit is enclosed to far less than this.
    good = answer.verdict == verdict and low <= level <= high <= level + Fraction(1, 10**15)
    return holds_if(good, f"{shown(answer)}; formula {shown(level)}")


STEP_OF_THREE = Theorem(
    id="step-on-three-points",
    title="Three points, one sigmoid: not attained unless the responses are monotone",
    source=_SOURCE,
    statement="One logistic or tanh neuron on three points of a line with (t₂ − t₁)(t₃ − t₂) < 0 "
    "has the infimum min((t₂ − t₁)², (t₃ − t₂)²)/2, not attained; it is 1/2 for (0, 2, 1).",
    latex=r"Let $s_1 < s_2 < s_3$ and $(t_2 - t_1)(t_3 - t_2) < 0$. For one logistic or tanh "
    r"neuron with both biases the infimum of the loss is $\frac12 \min((t_2 - t_1)^2, (t_3 - "
    r"t_2)^2)$ and is not attained.",
    hypotheses=(
        _SIGMOID,
        Hypothesis(
            "zigzag", "the responses are strictly not monotone",
            lambda i: isotonic_loss(ordered_responses(i["data"])) > 0,
        ),
    ),
    claim=lambda i: _not_attained(i, isotonic_loss(ordered_responses(i["data"]))),
    instances=problem_instances(_problems((3, 3), kinds=("logistic", "tanh", "relu"))),
    status=Status("tested", "lemma S4 of docs/smooth.md, proved there by hand"),
    tests=_TESTS,
    mutants=(
        Mutant("relu", "the same for the ReLU", without=("sigmoid",)),
        Mutant("monotone", "the same for monotone responses", without=("zigzag",)),
        Mutant("not-pooled", "without the factor 1/2",
               claim=lambda i: _not_attained(i, 2 * isotonic_loss(ordered_responses(i["data"])))),
    ),
)


def pooled(responses: tuple[Fraction, ...]) -> list[tuple[Fraction, int]]:
    """The increasing regression: mean and size of its blocks, by pooling from the left."""
    blocks: list[tuple[Fraction, int]] = []
    for value in responses:
        mean, count = value, 1
        while blocks and blocks[-1][0] >= mean:
            other, size = blocks.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        blocks.append((mean, count))
    return blocks


def pooled_loss(responses: tuple[Fraction, ...]) -> Fraction:
    """The squared distance of the responses from their increasing regression."""
    fitted = [mean for mean, count in pooled(responses) for _ in range(count)]
    return sum(((t - y) ** 2 for t, y in zip(responses, fitted, strict=True)), Fraction(0))


def is_step(responses: tuple[Fraction, ...]) -> bool:
    """Whether the nearer monotone vector has two blocks, or three with a single one inside."""
    levels = [pooled_loss(responses), pooled_loss(responses[::-1])]
    if levels[0] == levels[1]:
        return False  # the lemma says more; here both directions are asked to differ
    sizes = [count for _, count in pooled(responses if levels[0] < levels[1] else responses[::-1])]
    few = len(sizes) == 2 or (len(sizes) == 3 and sizes[1] == 1)
    return few and len(sizes) < len(responses)


def _monotone_level(instance: Instance) -> Fraction:
    responses = ordered_responses(instance["data"])
    return min(pooled_loss(responses), pooled_loss(responses[::-1]))


def _increasing_level(instance: Instance) -> Fraction:
    return pooled_loss(ordered_responses(instance["data"]))


STEPS = Theorem(
    id="isotonic-step",
    title="If the nearest monotone vector is a step, no sigmoid attains the infimum",
    source=_SOURCE,
    statement="If the monotone vector nearest to the responses at n ≥ 3 points of a line, one "
    "direction being strictly nearer, has two blocks, or three with a single point in the middle, "
    "but not n, one logistic or tanh neuron has its squared distance as infimum, not attained.",
    latex=r"Let $n \ge 3$ and let the nearest monotone vector $m$ to the responses (one direction "
    r"being strictly nearer) have two blocks, or three of which the middle one is a single input, "
    r"but not $n$ blocks. For one logistic or tanh neuron with both biases the infimum is $|t - "
    r"m|^2$ and is not attained.",
    hypotheses=(
        _SIGMOID,
        Hypothesis("step", "the nearest monotone vector is such a step",
                   lambda i: is_step(ordered_responses(i["data"]))),
    ),
    claim=lambda i: _not_attained(i, _monotone_level(i)),
    instances=problem_instances(_problems((3, 5), kinds=("logistic", "tanh", "relu"))),
    status=Status("tested", "lemma S4 of docs/smooth.md, proved there by hand"),
    tests=_TESTS,
    mutants=(
        Mutant("relu", "the same for the ReLU", without=("sigmoid",)),
        Mutant("any-blocks", "the monotone vector may have any blocks", without=("step",)),
        Mutant("increasing-only", "the nearest increasing vector counts",
               claim=lambda i: _not_attained(i, _increasing_level(i))),
    ),
    expense=2,
)


@st.composite
def _zigzags(draw: st.DrawFn) -> Problem:
    """Three points, the response in the middle above or below both others by different amounts."""
    problem = draw(_problems((3, 3)))
    inputs = tuple(sorted(problem.dataset.inputs))
    first, last = draw(st.sampled_from([(2, 1), (1, 3), (4, 1), (1, 1)]))
    sign = draw(st.sampled_from([1, -1]))
    rows = tuple((Fraction(sign * t),) for t in (-first, 0, -last))
    return Problem(Dataset(inputs, rows), problem.architecture)


def _changes() -> st.SearchStrategy[tuple[Fraction, ...]]:
    """Changes of three responses, most of them small."""
    least = st.integers(-13, 13).map(lambda k: Fraction(k, 64))
    large = st.integers(-3, 3).map(Fraction)
    return st.one_of(st.tuples(least, least, least), st.tuples(large, large, large))


def _near(instance: Instance, *, factor: int = 1) -> Finding:
    data, problem = instance["data"], as_problem(instance)
    moved = tuple(
        (t + factor * x,) for (t,), x in zip(data.outputs, instance["change"], strict=True)
    )
    answer = decide(Problem(Dataset(data.inputs, moved), problem.architecture))
    radius = unattained_radius(problem)
    largest = factor * max(map(abs, instance["change"]))
    return holds_if(
        answer.verdict == "not-attained" and radius > 0,
        f"radius {shown(radius)}, largest change {shown(largest)}: {shown(answer)}",
    )


OPEN_SET = Theorem(
    id="no-minimiser-on-an-open-set",
    title="No minimiser on an open set of responses",
    source=Source(
        LIM, "no minimiser on a set of positive measure, for sigmoids; the radius derived here"
    ),
    statement="If one sigmoid on three points does not attain the infimum for a step, it does not "
    "for any responses within the radius of unattained_radius either, which is positive: 13/64 "
    "for (0, 2, 1).",
    latex=r"Let $t$ at three points have a step as nearest monotone vector, and let $\varrho > 0$ "
    r"be the radius that \texttt{unattained\_radius} proves. For all $t'$ with $\max_i |t'_i - "
    r"t_i| \le \varrho$ the infimum for one logistic or tanh neuron is not attained.",
    hypotheses=(
        Hypothesis("step", "the nearest monotone vector is a step",
                   lambda i: is_step(ordered_responses(i["data"]))),
        Hypothesis(
            "near", "no response moves by more than the radius",
            lambda i: max(map(abs, i["change"])) <= unattained_radius(as_problem(i)),
        ),
    ),
    claim=_near,
    instances=problem_instances(_zigzags(), change=_changes()),
    status=Status("tested", "lemma S4 of docs/smooth.md, proved there by hand"),
    tests=_TESTS,
    mutants=(
        Mutant("any-distance", "the responses may move by any amount", without=("near",)),
        Mutant("eightfold", "the radius may be eight times as large",
               claim=lambda i: _near(i, factor=8)),
    ),
)


def is_affine(data: Dataset) -> bool:
    """Whether the mean responses at the distinct inputs are an affine function of the input."""
    groups = data.collapsed()
    pairs = [(s, t) for (s,), (t,) in zip(groups.inputs, groups.outputs, strict=True)]
    slopes = {(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(pairs)}
    return len(slopes) <= 1


@st.composite
def _nearly_affine(draw: st.DrawFn) -> Problem:
    """Affine mean responses, sometimes constant; or four with the last two exchanged, a step."""
    swapped = draw(st.integers(0, 3)) == 3
    data = draw(
        integer_datasets(
            inputs=(1, 1), outputs=(1, 1), size=(4, 4) if swapped else (3, 5), distinct=True,
            bound=3,
        )
    )
    slope, start = draw(st.integers(-2, 2)), draw(st.integers(-2, 2))
    inputs = sorted(s for (s,) in data.inputs)
    means = [slope * s + start for s in inputs]
    if swapped:
        means[-2:] = means[:-3:-1]
    if draw(st.booleans()):  # copies of a point at equal distances above and below
        inputs += [inputs[1]] * 2
        means += [means[1] + 1, means[1] - 1]
    return Problem(
        Dataset(tuple((s,) for s in inputs), tuple((t,) for t in means)),
        Architecture(1, draw(activations(*_SIGMOIDS))),
    )


def _distinct(instance: Instance) -> int:
    return len(set(instance["data"].inputs))


AFFINE_RESPONSES = Theorem(
    id="affine-responses-not-attained",
    title="Affine responses on four points have no best sigmoid",
    source=_SOURCE,
    statement="If the mean responses at four or more inputs are affine and not constant, the "
    "infimum for one logistic or tanh neuron is the scatter at equal inputs, not attained.",
    latex=r"Let the mean responses at $n \ge 4$ distinct inputs on a line be $\alpha s_i + \beta$ "
    r"with $\alpha \ne 0$. For one logistic or tanh neuron with both biases the infimum is the "
    r"scatter at equal inputs and is not attained.",
    hypotheses=(
        Hypothesis("four-inputs", "there are four distinct inputs", lambda i: _distinct(i) >= 4),
        Hypothesis("affine", "the mean responses are affine", lambda i: is_affine(i["data"])),
        Hypothesis("not-constant", "the mean responses are not constant",
                   lambda i: len(set(i["data"].collapsed().outputs)) > 1),
    ),
    claim=lambda i: _not_attained(i, scatter(i["data"])),
    instances=problem_instances(_nearly_affine()),
    status=Status("tested", "lemma S9 of docs/smooth.md: an affine function meets a sigmoid at "
                  "three points at most"),
    tests=_TESTS,
    mutants=(
        Mutant("three-inputs", "three inputs are enough", without=("four-inputs",)),
        Mutant("constant", "constant means count as well", without=("not-constant",)),
        Mutant("not-affine", "the means need not be affine", without=("affine",)),
        Mutant("infimum-zero", "the infimum is 0, also with repeated inputs",
               claim=lambda i: _not_attained(i, Fraction(0))),
    ),
)


def strictly_monotone(data: Dataset) -> bool:
    """Whether the mean responses rise or fall strictly in the input."""
    means = [t for (t,) in data.collapsed().outputs]
    steps = {(b > a) - (b < a) for a, b in pairwise(means)}
    return steps in ({1}, {-1}, set())


def _fitted(instance: Instance) -> Finding:
    """Attained at the scatter, and the network's loss is as near to it as is asked."""
    answer, level = decided(instance), scatter(instance["data"])
    if answer.verdict != "attained" or answer.minimiser is None:
        return holds_if(False, f"{shown(answer)}; scatter {shown(level)}")
    _, high = loss_bounds(as_problem(instance), answer.minimiser)
    good = answer.lower <= level <= answer.upper and high <= level + Fraction(1, 10**15)
    return holds_if(good, f"{shown(answer)}; scatter {shown(level)}")


FEW_INPUTS = Theorem(
    id="few-inputs-fitted-by-a-sigmoid",
    title="One sigmoid fits two points, and three with monotone responses",
    source=_SOURCE,
    statement="With at most two distinct inputs, or three and strictly monotone mean responses, "
    "one logistic or tanh neuron attains the infimum, which is the scatter at equal inputs.",
    latex=r"Let there be at most two distinct inputs on a line, or three with strictly monotone "
    r"mean responses. For one logistic or tanh neuron with both biases "
    r"the infimum is the scatter at equal inputs and is attained.",
    hypotheses=(
        Hypothesis("three-inputs", "there are at most three distinct inputs",
                   lambda i: _distinct(i) <= 3),
        Hypothesis(
            "monotone", "the mean responses are strictly monotone, or there are two inputs",
            lambda i: _distinct(i) <= 2 or strictly_monotone(i["data"]),
        ),
    ),
    claim=_fitted,
    instances=problem_instances(
        st.one_of(_problems((1, 4), distinct=False), _problems((3, 3)), _nearly_affine())
    ),
    status=Status("tested", "lemma S9 of docs/smooth.md, proved there by hand"),
    tests=_TESTS,
    mutants=(
        Mutant("any-size", "for any number of inputs", without=("three-inputs",)),
        Mutant("not-monotone", "the means need not be monotone", without=("monotone",)),
    ),
)
