"""Lower bounds: the rank of the outputs, and dual vectors.

Outputs of d neurons have rank at most d modulo constants (Eckart and Young 1936), which gives the
infimum itself for affinely independent inputs.  A vector r that is orthogonal to 1 and in the
polar of the cones of the hidden vectors bounds the distance by Cauchy-Schwarz (the leaves of the
search of one-output problems).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from symerm.arrangements.relu_cone import relu_cone
from symerm.attainability.rank_bound import rank_lower_bound
from symerm.attainability.scaled import scale_problem
from symerm.problem.architecture import Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.minimisers import hidden_columns
from symerm.theorems.attainability.problems import (
    as_instance,
    as_problem,
    decided,
    distance,
    enclosure,
    problem_instances,
    shown,
)
from symerm.theorems.generators.attainability import (
    affinely_independent,
    integer_datasets,
    integer_points,
)
from symerm.theorems.generators.basic import activations, rationals
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["AFFINELY_INDEPENDENT", "DUAL_BOUND", "RANK_BOUND"]

Vector = tuple[Fraction, ...]
_AFTER = "after Lim, Michalek, Qi 2019"
_TESTS = ("tests/theorems/test_attainability_bounds.py",)


def dot(x: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
    """The sum of products."""
    return sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0))


def moments(data: Dataset, *, centred: bool = True) -> tuple[Fraction, Fraction]:
    """Trace and determinant of the Gram matrix of two columns of responses."""
    columns = []
    for column in zip(*data.outputs, strict=True):
        mean = sum(column, Fraction(0)) / len(column) if centred else Fraction(0)
        columns.append(tuple(t - mean for t in column))
    (a, b), c = (dot(column, column) for column in columns), dot(*columns)
    return a + b, a * b - c * c


def at_most_least(value: Fraction, trace: Fraction, determinant: Fraction) -> bool:
    """Whether a number is at most the smaller root of x^2 - trace x + determinant."""
    return value <= trace / 2 and value * value - trace * value + determinant >= 0


def at_least_least(value: Fraction, trace: Fraction, determinant: Fraction) -> bool:
    """Whether a number is at least the smaller root."""
    return value >= trace / 2 or value * value - trace * value + determinant <= 0


def _roots(trace: Fraction, determinant: Fraction) -> str:
    spread = max(float(trace * trace - 4 * determinant), 0.0) ** 0.5
    return f"{(float(trace) - spread) / 2:.9g}"


def _below(instance: Instance, *, centred: bool = True) -> Finding:
    """Any network's loss, and the bound of the package, against the least eigenvalue."""
    data, problem = instance["data"], as_problem(instance)
    found = moments(data, centred=centred)
    columns = hidden_columns(
        data.inputs, instance["neurons"], instance["activation"].negative_slope,
        output_bias=instance["output_bias"],
    )
    loss = distance(columns, data.outputs)
    # The bound of the package is that of mean responses plus the scatter, so it may be larger.
    bound = rank_lower_bound(scale_problem(problem), tolerance=Fraction(1, 10**6))
    lower = bound[1] if bound else Fraction(0)
    return holds_if(
        at_least_least(loss, *found) and lower <= loss,
        f"loss {shown(loss)}, least eigenvalue {_roots(*found)}, bound {shown(lower)}",
    )


@st.composite
def _nearly_fitted(draw: st.DrawFn) -> Instance:
    """Responses near a network of one or two neurons, so that the bound is nearly reached."""
    data = draw(integer_datasets(outputs=(2, 2), size=(3, 5), distinct=True, bound=2))
    activation, width = draw(activations()), draw(st.sampled_from([1, 1, 2]))
    p = data.input_dimension
    neurons = tuple(draw(integer_points(p + 1, bound=2)) for _ in range(width))
    columns = hidden_columns(data.inputs, neurons, activation.negative_slope)
    weights = [draw(integer_points(2, bound=2)) for _ in columns]
    noise = draw(st.sampled_from([Fraction(0), Fraction(1, 10)]))
    rows = tuple(
        tuple(
            noise * t + sum((x[i] * v[k] for x, v in zip(columns, weights, strict=True)),
                            Fraction(0))
            for k, t in enumerate(row)
        )
        for i, row in enumerate(data.outputs)
    )
    problem = Problem(
        Dataset(data.inputs, rows),
        Architecture(width, activation, output_bias=draw(st.sampled_from([True, True, False]))),
    )
    return as_instance(problem, neurons=neurons)


RANK_BOUND = Theorem(
    id="rank-bound",
    title="The rank of the outputs bounds the loss",
    source=Source(DERIVED, "after Eckart, Young 1936"),
    statement="For two outputs and one neuron every loss is at least the smaller eigenvalue of the "
    "centred Gram matrix of the responses (q outputs, d neurons: the sum of the q − d smallest), "
    "with or without output bias.",
    latex=r"Let $A = \sum_i (t_i - \bar t)(t_i - \bar t)^t$ with eigenvalues $\lambda_1 \le \dots "
    r"\le \lambda_q$. With or without output bias the loss of every network of width $d$ is at "
    r"least "
    r"$\lambda_1 + \dots + \lambda_{q-d}$. (Tried for $q = 2$, $d = 1$.)",
    hypotheses=(
        Hypothesis("one-neuron", "the width is one", lambda i: i["width"] == 1),
    ),
    claim=_below,
    instances=_nearly_fitted(),
    status=Status("tested", "the theorem of Eckart and Young"),
    tests=_TESTS,
    mutants=(
        Mutant("any-width", "for two neurons as well", without=("one-neuron",)),
        Mutant("not-centred", "the Gram matrix is not centred",
               claim=lambda i: _below(i, centred=False)),
    ),
)


def _minimum(instance: Instance, *, centred: bool = True) -> Finding:
    verdict = decided(instance)
    low, high = enclosure(verdict)
    found = moments(instance["data"], centred=centred)
    good = at_most_least(low, *found) and at_least_least(high, *found)
    return holds_if(
        good and verdict.verdict == "attained",
        f"{shown(verdict)}; least eigenvalue {_roots(*found)}",
    )


AFFINELY_INDEPENDENT = Theorem(
    id="affinely-independent-minimum",
    title="Affinely independent inputs: the rank decides",
    source=Source(DERIVED, _AFTER),
    statement="For max(z, γ z), affinely independent inputs and both biases the outputs of d "
    "neurons are the matrices of rank at most d modulo constants; the infimum is attained and is "
    "the sum of the q − d smallest eigenvalues of the centred Gram matrix (tried for two outputs, "
    "one neuron).",
    latex=r"Let $\sigma(z) = \max(z, \gamma z)$. If $\operatorname{rank}(S\ \mathbf{1}) = n$ and "
    r"both biases are trained, then "
    r"$F_d(S) = \{Y : \operatorname{rank}(Y \bmod \mathbf{1}) \le d\}$. The infimum is attained "
    r"and equals $\lambda_1 + \dots + \lambda_{q-d}$ with the eigenvalues $\lambda_1 \le \dots "
    r"\le \lambda_q$ of the centred Gram matrix of the responses. (Tried for $q = 2$, $d = 1$.)",
    hypotheses=(
        Hypothesis("affinely-independent", "the inputs are affinely independent",
                   lambda i: affinely_independent(i["data"].inputs)),
        Hypothesis("output-bias", "output biases are trained", lambda i: i["output_bias"]),
    ),
    claim=_minimum,
    instances=problem_instances(
        st.builds(
            lambda data, activation, bias: Problem(
                data, Architecture(1, activation, output_bias=bias)
            ),
            st.one_of(
                integer_datasets(inputs=(2, 2), outputs=(2, 2), size=(2, 4), bound=3),
                integer_datasets(inputs=(1, 1), outputs=(2, 2), size=(2, 3), bound=3),
            ),
            activations(), st.sampled_from([True, True, False]),
        )
    ),
    status=Status("tested", "the cone is the orthant, and then the theorem of Eckart and Young"),
    tests=_TESTS,
    mutants=(
        Mutant("any-inputs", "the inputs may be affinely dependent",
               without=("affinely-independent",)),
        Mutant("no-output-bias", "the output bias may be missing", without=("output-bias",)),
        Mutant("not-centred", "the Gram matrix is not centred",
               claim=lambda i: _minimum(i, centred=False)),
    ),
)


def _polar(instance: Instance) -> bool:
    """sigma_j <r, rho> <= 0 for the rays rho of the cone of every neuron."""
    r = instance["dual"]
    return all(
        sign * sum((x * y for x, y in zip(r, ray, strict=True)), Fraction(0)) <= 0
        for sign, rays in zip(instance["signs"], instance["rays"], strict=True) for ray in rays
    )


def _outputs(
    signs: Sequence[int], rays: Sequence[Sequence[Vector]], factors: Sequence[Vector],
    offset: Fraction, size: int,
) -> Vector:
    """c + sum_j sigma_j x_j for x_j = sum_k f_jk ray_jk."""
    outputs = [offset] * size
    for sign, some, parts in zip(signs, rays, factors, strict=True):
        for ray, factor in zip(some, parts, strict=True):
            outputs = [y + sign * factor * x for y, x in zip(outputs, ray, strict=True)]
    return tuple(outputs)


def _dual(instance: Instance, *, normed: bool = True) -> Finding:
    """|t - c - sum_j sigma_j x_j|^2 >= <r, t>^2/|r|^2 for x_j in the cones."""
    r, t = instance["dual"], instance["responses"]
    outputs = _outputs(
        instance["signs"], instance["rays"], instance["factors"], instance["offset"], len(t)
    )
    loss = sum(((a - b) ** 2 for a, b in zip(t, outputs, strict=True)), Fraction(0))
    bound = dot(r, t) ** 2 / (dot(r, r) or 1 if normed else 1)
    return holds_if(loss >= bound, f"loss {shown(loss)}, bound {shown(bound)}")


@cache
def _line_cones(size: int) -> tuple[tuple[Vector, ...], ...]:
    """The rays of the cones of hidden vectors on equally spaced points."""
    cones = relu_cone([(k,) for k in range(size)])
    return tuple(
        tuple(tuple(map(Fraction, ray)) for ray in cone.rays) for cone in cones if cone.rays
    )


@st.composite
def _leaves(draw: st.DrawFn) -> Instance:
    """Cones of patterns on a line, a dual vector r, and responses near an output plus k r."""
    size = draw(st.integers(3, 4))
    rays = tuple(draw(st.lists(st.sampled_from(_line_cones(size)), min_size=1, max_size=2)))
    dual = list(draw(integer_points(size, bound=3)))
    if draw(st.integers(0, 4)):
        dual[0] -= sum(dual, Fraction(0))
    # The sign that puts r into the polar, if one does, or any.
    fitting = [-1 if max(dot(dual, ray) for ray in some) > 0 else 1 for some in rays]
    signs = tuple(draw(st.sampled_from([sign, sign, sign, -sign])) for sign in fitting)
    offset = draw(rationals(bound=2))
    factors = tuple(
        tuple(abs(x) for x in draw(integer_points(len(some), bound=2))) for some in rays
    )
    outputs = _outputs(signs, rays, factors, offset, size)
    step, noise = draw(rationals(bound=2)), draw(st.sampled_from([0, 0, 1]))
    return Instance.of(
        rays=rays, signs=signs, dual=tuple(dual), factors=factors, offset=offset,
        responses=tuple(
            y + step * x + noise * k
            for y, x, k in zip(outputs, dual, draw(integer_points(size, bound=1)), strict=True)
        ),
    )


DUAL_BOUND = Theorem(
    id="dual-bound",
    title="A dual vector bounds the loss of a leaf",
    source=Source(DERIVED, _AFTER),
    statement="Let r have sum 0 and σⱼ ⟨r, u⟩ ≤ 0 for all rays u of the cones Kⱼ, ⟨r, t⟩ > 0. "
    "Then |t − c − Σ σⱼ xⱼ|² ≥ ⟨r, t⟩²/|r|² for all c and xⱼ ∈ Kⱼ.",
    latex=r"Let $\sigma_j = \pm 1$, $\langle r, \mathbf{1} \rangle = 0$, $\sigma_j \langle r, u "
    r"\rangle \le 0$ "
    r"for all rays $u$ of the cones $K_j$, and $\langle r, t \rangle > 0$. Then $|t - c "
    r"\mathbf{1} - \sum_j \sigma_j x_j|^2 \ge \langle r, t \rangle^2 / |r|^2$ for all $c \in "
    r"\mathbb{R}$ and $x_j \in K_j$.",
    hypotheses=(
        Hypothesis("sum-zero", "the entries of r sum to 0",
                   lambda i: sum(i["dual"], Fraction(0)) == 0),
        Hypothesis("polar", "σⱼ ⟨r, u⟩ ≤ 0 for all rays", _polar),
        Hypothesis("positive", "⟨r, t⟩ is positive",
                   lambda i: dot(i["dual"], i["responses"]) > 0),
    ),
    claim=_dual,
    instances=_leaves(),
    status=Status("proved", "Cauchy and Schwarz, as a square completed"),
    proofs=("proofs/lim_michalek_qi_2019/dual_bound.py",),
    tests=_TESTS,
    mutants=(
        Mutant("any-sum", "r need not be orthogonal to the constants", without=("sum-zero",)),
        Mutant("not-polar", "r need not be in the polar of the cones", without=("polar",)),
        Mutant("any-sign", "⟨r, t⟩ may be negative", without=("positive",)),
        Mutant("not-normed", "the bound is ⟨r, t⟩², as if r had length 1",
               claim=lambda i: _dual(i, normed=False)),
    ),
    expense=2,
)
