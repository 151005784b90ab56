"""Boundary strata of a dataset, the escape along one, and certificates of verdicts.

Two ReLU neurons on n >= 4 points of a line have 2n - 5 strata, which depend on n alone; responses
that span a plane outside have infimum 0 and no minimiser.  A verdict "not attained" carries a
family of networks, rational in eps, whose loss is a stated rational function with the infimum as
limit.  Every verdict has a certificate that a checker of its own accepts, and changed claims fail.
"""

from __future__ import annotations

import gzip
import os
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.attainability import Verdict, decide
from symerm.attainability.escape import Escape
from symerm.attainability.strata import StrataTable, strata_table
from symerm.certificates import certificate_text, checker
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation, Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.problems import (
    as_problem,
    decided,
    enclosure,
    problem_instances,
    shown,
)
from symerm.theorems.generators.attainability import (
    attainable_problems,
    unattainable_problems,
)
from symerm.theorems.generators.basic import activations
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["CERTIFICATES", "ESCAPES", "NO_RESPONSE", "STRATA_COUNT", "STRATA_SIZE"]

_AFTER = "after Lim, Michalek, Qi 2019"
_TESTS = ("tests/theorems/test_attainability_escapes.py",)


def table_of(instance: Instance, *, outputs: int = 2) -> StrataTable:
    """The strata of two neurons on the points."""
    return strata_table(
        [(s,) for s in instance["points"]], Architecture(2, instance["activation"]),
        outputs=outputs,
    )


def _count(instance: Instance, *, less: int) -> Finding:
    table, n = table_of(instance), len(instance["points"])
    cases = sum(stratum.cases for stratum in table.strata)
    return holds_if(
        cases == 2 * n - less and table.complete, f"{cases} strata for {n} points"
    )


def _points(most: int) -> st.SearchStrategy[tuple[Fraction, ...]]:
    def some(size: int) -> st.SearchStrategy[tuple[Fraction, ...]]:
        return st.lists(
            st.integers(-9, 9).map(Fraction), min_size=size, max_size=size, unique=True
        ).map(lambda found: tuple(sorted(found)))

    return st.integers(3, most).flatmap(some)


_RELU = Hypothesis("relu", "the activation is the ReLU", lambda i: i["activation"].kind == "relu")
_FOUR = Hypothesis(
    "four-points", "there are at least four points", lambda i: len(i["points"]) >= 4
)

STRATA_COUNT = Theorem(
    id="strata-count",
    title="Two neurons on n points have 2n − 5 boundary strata",
    source=Source(DERIVED, _AFTER),
    statement="Two ReLU neurons with both biases on n ≥ 4 points of a line have 2n − 5 boundary "
    "strata, one for each inner vertex of the path of neurons.",
    latex=r"On $n \ge 4$ points of a line two ReLU neurons with both biases have $2n - 5$ boundary "
    r"strata.",
    hypotheses=(_RELU, _FOUR),
    claim=lambda i: _count(i, less=5),
    instances=instances(
        points=_points(7), activation=st.one_of(st.just(RELU), activations())
    ),
    status=Status("tested", "the path has 2n − 3 vertices; by hand in docs/completeness.md"),
    tests=_TESTS,
    mutants=(
        Mutant("leaky", "the same for leaky slopes", without=("relu",)),
        Mutant("few-points", "the same for fewer points", without=("four-points",)),
        Mutant("all-vertices", "every vertex counts, 2n − 3",
               claim=lambda i: _count(i, less=3)),
    ),
    expense=2,
)


def statuses(table: StrataTable) -> Counter[str]:
    """How many strata are inside, partly or outside the image."""
    found: Counter[str] = Counter()
    for stratum in table.strata:
        found[stratum.status] += stratum.cases
    return found


_OTHER_SLOPE = Activation("leaky", Fraction(1, 3))


def _spaced(
    instance: Instance, *, ratios: bool = False, size: bool = False, slopes: bool = False
) -> Finding:
    """The same statuses for equally spaced points and another slope, 0 only for 0."""
    points, activation = instance["points"], instance["activation"]
    even = range(len(points) + (1 if size else 0))
    other = Instance.of(
        points=tuple(map(Fraction, even)),
        activation=RELU if activation.kind == "relu" and not slopes else _OTHER_SLOPE,
    )
    first, second = table_of(instance), table_of(other)
    good = statuses(first) == statuses(second)
    if ratios:
        good = good and _ratios(first) == _ratios(second)
    return holds_if(
        good, f"{dict(statuses(first))}; equally spaced {dict(statuses(second))}"
    )


def _ratios(table: StrataTable) -> set[object]:
    return {stratum.realised for stratum in table.strata}


STRATA_SIZE = Theorem(
    id="strata-depend-on-size",
    title="Which strata are realised does not depend on the spacing",
    source=Source(DERIVED, _AFTER),
    statement="For two neurons on n points of a line the numbers of strata inside, partly inside "
    "and outside the image depend on n and on whether the slope γ is 0 only.",
    latex=r"For two neurons on points $s_1 < \dots < s_n$ of a line the numbers of boundary strata "
    r"inside, partly inside and outside the image $F_2(S)$ depend only on $n$ and on whether "
    r"$\gamma = 0$.",
    claim=_spaced,
    instances=instances(points=_points(6), activation=activations()),
    status=Status("tested", "a linear map takes the curve of one dataset to that of another; by "
                  "hand in docs/completeness.md"),
    tests=_TESTS,
    mutants=(
        Mutant("same-ratios", "the realised ratios y₁/y₀ are the same as well",
               claim=lambda i: _spaced(i, ratios=True)),
        Mutant("any-size", "nor do they depend on n",
               claim=lambda i: _spaced(i, size=True)),
        Mutant("any-slope", "nor on whether γ is 0",
               claim=lambda i: _spaced(i, slopes=True)),
    ),
    expense=3,
)


def _unfitted(instance: Instance, *, outputs: int = 2) -> Finding:
    table = table_of(instance, outputs=outputs)
    if table.response is None:
        return holds_if(False, f"the table says {table.every_response}: {table.reason}")
    data = Dataset(
        tuple((s,) for s in instance["points"]),
        tuple(tuple(map(Fraction, row)) for row in table.response),
    )
    verdict = decide(Problem(data, Architecture(2, instance["activation"])))
    return holds_if(
        verdict.verdict == "not-attained" and verdict.exact == 0,
        f"{len(data.inputs)} points: {shown(verdict)}",
    )


NO_RESPONSE = Theorem(
    id="some-response-has-no-minimiser",
    title="On four points of a line some responses have no minimiser",
    source=Source(DERIVED, _AFTER),
    statement="For two ReLU neurons with both biases, two outputs and any n ≥ 4 points of a line "
    "there are responses with infimum 0 that no network reaches.",
    latex=r"For any $n \ge 4$ points of a line there is $T \in \mathbb{R}^{n \times 2}$ for which "
    r"two ReLU neurons with both biases have the infimum $0$, and it is not attained.",
    hypotheses=(_FOUR,),
    claim=_unfitted,
    instances=instances(points=_points(6), activation=activations("relu")),
    status=Status("tested", "a plane of a stratum outside the image; decided by two methods"),
    tests=_TESTS,
    mutants=(
        Mutant("three-points", "three points are enough", without=("four-points",)),
        Mutant("one-output", "one output is enough",
               claim=lambda i: _unfitted(i, outputs=1)),
    ),
    expense=8,
)


def escape_network(escape: Escape, problem: Problem, eps: Fraction) -> ShallowNetwork:
    """The network of the family at a rational eps."""
    weights, biases, outputs, constants = escape.family

    def row(entries: tuple[RationalFunction, ...]) -> tuple[Fraction, ...]:
        return tuple(entry(eps) for entry in entries)

    return ShallowNetwork(
        tuple(map(row, weights)), row(biases), tuple(map(row, outputs)), row(constants),
        problem.architecture.activation,
    )


def _escaping(
    instance: Instance, further: Callable[[list[Fraction], Escape], bool] | None = None,
    *, bounded: bool = False,
) -> Finding:
    """The stated loss is exact and falls to the limit, and an output weight has a pole at 0."""
    verdict, problem = decided(instance), as_problem(instance)
    escape = verdict.escape
    if not isinstance(escape, Escape):
        return holds_if(False, f"{shown(verdict)}; no family")
    largest = escape.samples[0][0] * instance["share"]
    levels, sizes, exact = [], [], True
    for eps in (largest, largest / 100, largest / 10**4):
        network = escape_network(escape, problem, eps)
        loss = network.loss(problem.dataset.inputs, problem.dataset.outputs)
        exact = exact and loss == escape.loss(eps)
        levels.append(loss)
        sizes.append(max(abs(v) for row in network.output_weights for v in row))
    low, high = enclosure(verdict)
    falling = levels[0] > levels[1] > levels[2] > escape.limit == escape.loss.limit
    unbounded = any(weight.limit is None for row in escape.family[2] for weight in row)
    good = exact and falling and low <= escape.limit <= high and unbounded != bounded
    if further is not None:
        good = good and further(levels, escape)
    return holds_if(
        good,
        f"{shown(verdict)}; losses {', '.join(f'{float(level):.9g}' for level in levels)}; "
        f"largest output weights {', '.join(f'{float(x):.3g}' for x in sizes)}",
    )


def _quadratic(levels: list[Fraction], escape: Escape) -> bool:
    """Whether the excess over the limit falls at least by 5000 when eps falls by 100."""
    return (levels[2] - escape.limit) * 5000 <= levels[1] - escape.limit


ESCAPES = Theorem(
    id="escape-families",
    title="A verdict without minimiser comes with an escape family",
    source=Source(DERIVED, _AFTER),
    statement="For a problem that is decided as not attained, the networks of the family at eps "
    "have exactly the stated loss; it falls to the limit, which lies within the bounds of the "
    "infimum, while the output weights grow without bound.",
    latex=r"Let the infimum be not attained. The networks $\theta(\varepsilon)$ of the reported "
    r"family have exactly the reported loss $\ell(\varepsilon) > \ell(0)$, which decreases to "
    r"$\ell(0)$ as $\varepsilon \downarrow 0$; $\ell(0)$ lies within the bounds of the infimum, "
    r"and the output weights are unbounded.",
    claim=_escaping,
    instances=problem_instances(
        st.one_of(unattainable_problems(), unattainable_problems(positive=True)),
        share=st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(1, 7)]),
    ),
    status=Status("tested", "the loss of the family is a rational function, compared at numbers"),
    tests=_TESTS,
    mutants=(
        Mutant("bounded", "the output weights stay bounded",
               claim=lambda i: _escaping(i, bounded=True)),
        Mutant("to-zero", "the loss falls to 0",
               claim=lambda i: _escaping(i, lambda levels, escape: escape.limit == 0)),
        Mutant("quadratic", "the excess over the limit is of order eps²",
               claim=lambda i: _escaping(i, _quadratic)),
    ),
    expense=8,
)


def checked(text: str) -> str:
    """What the checker says: VALID with its words, or why the certificate fails."""
    reader, writer = os.pipe()
    try:
        # The checker opens a path; compressed, a small certificate fits into a pipe's buffer.
        os.write(writer, gzip.compress(text.encode("ascii"), mtime=0))
        os.close(writer)
        return f"VALID {checker.check(f'/dev/fd/{reader}')}"
    except (checker.Invalid, checker.Malformed) as error:
        return f"{type(error).__name__.upper()} {error}"
    finally:
        os.close(reader)


def _certified(instance: Instance, change: Callable[[str, Verdict], str] | None = None) -> Finding:
    verdict = decided(instance)
    if verdict.verdict == "undecided":
        return holds_if(True, shown(verdict))
    text = "".join(certificate_text(verdict))
    if change is not None:
        text = change(text, verdict)
    answer = checked(text)
    words = f"VALID {verdict.verdict} {verdict.lower} {verdict.upper}"
    if change is not None:
        return holds_if(answer.startswith("VALID"), f"{shown(verdict)}; {answer}")
    return holds_if(answer == words, f"{shown(verdict)}; {answer}")


def _raised(text: str, verdict: Verdict) -> str:
    """The lower and upper bound of the claim raised by one."""
    for name, value in (("lower", verdict.lower), ("upper", verdict.upper)):
        text = text.replace(f'"{name}":"{value}"', f'"{name}":"{value + 1}"', 1)
    return text


def _flipped(text: str, verdict: Verdict) -> str:
    """The other verdict."""
    old = f'"verdict":"{verdict.verdict}"'
    new = "attained" if verdict.verdict == "not-attained" else "not-attained"
    return text.replace(old, f'"verdict":"{new}"', 1)


def _other_data(text: str, verdict: Verdict) -> str:
    """The first response raised by one."""
    first = verdict.problem.dataset.outputs[0][0]
    return re.sub(r'("outputs":\[\[)"[^"]*"', rf'\g<1>"{first + 1}"', text, count=1)


CERTIFICATES = Theorem(
    id="certificates-are-accepted",
    title="The checker accepts the certificate of a verdict",
    source=Source(DERIVED),
    statement="The certificate of a verdict is accepted by the checker with the same verdict and "
    "bounds; with raised bounds, the other verdict or other data it is not.",
    latex=r"The certificate of a verdict is accepted by the independent checker, which repeats the "
    r"verdict and the bounds.",
    claim=_certified,
    instances=problem_instances(st.one_of(attainable_problems(), unattainable_problems())),
    status=Status("tested", "the checker shares no code with the search"),
    tests=_TESTS,
    mutants=(
        Mutant("raised", "also with both bounds raised by one",
               claim=lambda i: _certified(i, _raised)),
        Mutant("flipped", "also with the other verdict",
               claim=lambda i: _certified(i, _flipped)),
        Mutant("other-data", "also with the first response raised by one",
               claim=lambda i: _certified(i, _other_data)),
    ),
    expense=4,
)
