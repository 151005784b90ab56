"""What leaves the infimum and the answer alone: affine maps, similarities, orders, scalings.

Neurons <a, s> + b of the inputs A s + e are neurons of the inputs s if A is invertible.  A
similarity of the responses acts on the output layer and multiplies all losses by its square.
A neuron (a, b, v) and (l a, l b, v / l) with l > 0 are the same function.  Repeated inputs count
as their mean response with a weight.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.attainability import Verdict, decide
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.problems import (
    as_instance,
    as_problem,
    decided,
    enclosure,
    shown,
)
from symerm.theorems.generators.attainability import (
    degenerate_datasets,
    integer_datasets,
    integer_points,
    invertible_matrices,
    line_problems,
    unattainable_problems,
)
from symerm.theorems.generators.basic import activations, networks, nonzero_rationals
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["INPUT_MAPS", "NEURON_SCALING", "ORDER", "OUTPUT_MAPS", "REPEATED_INPUTS"]

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]
_AFTER = "after Lim, Michalek, Qi 2019"


def mapped(matrix: Matrix, shift: Vector, row: Vector) -> Vector:
    """The matrix times the row as a column, plus the shift."""
    return tuple(
        sum((a * x for a, x in zip(line, row, strict=True)), start)
        for line, start in zip(matrix, shift, strict=True)
    )


def same(first: Verdict, second: Verdict, *, factor: Fraction = Fraction(1)) -> bool:
    """Whether the answers agree and factor times the first infimum may be the second."""
    (low, high), (other_low, other_high) = enclosure(first), enclosure(second)
    return (
        first.verdict == second.verdict
        and factor * low <= other_high
        and other_low <= factor * high
    )


def _compared(
    instance: Instance, data: Dataset, *, factor: Fraction = Fraction(1)
) -> Finding:
    first = decided(instance)
    second = decide(Problem(data, as_problem(instance).architecture))
    return holds_if(
        same(first, second, factor=factor), f"{shown(first)}; mapped: {shown(second)}"
    )


def _inputs_mapped(instance: Instance, bend: Callable[[Vector], Vector] = tuple) -> Finding:
    data = instance["data"]
    rows = tuple(mapped(instance["matrix"], instance["shift"], bend(s)) for s in data.inputs)
    return _compared(instance, Dataset(rows, data.outputs))


def _shifts(dimension: int, *, moved: bool) -> st.SearchStrategy[Vector]:
    """Zero, or often not zero where that is outside the hypotheses."""
    zero = st.just((Fraction(0),) * dimension)
    free = integer_points(dimension, bound=2).map(lambda e: (e[0] or Fraction(1), *e[1:]))
    return st.one_of(zero, free, free, free) if moved else st.one_of(zero, free)


@st.composite
def _mapped_inputs(draw: st.DrawFn) -> Instance:
    kind = draw(st.sampled_from(["flaw", "line", "plane", *["no bias"] * 3, *["singular"] * 2]))
    if kind == "flaw":
        problem = draw(unattainable_problems())
    else:
        p = 2 if kind == "plane" else 1
        data = draw(integer_datasets(inputs=(p, p), outputs=(1, 1), size=(3, 4), bound=2))
        problem = Problem(data, Architecture(1, draw(activations()), hidden_bias=kind != "no bias"))
    p = problem.dataset.input_dimension
    singular = ((Fraction(0),) * p,) * p
    return as_instance(
        problem,
        matrix=singular if kind == "singular" else draw(invertible_matrices(p)),
        shift=draw(_shifts(p, moved=kind == "no bias")),
    )


INPUT_MAPS = Theorem(
    id="affine-maps-of-inputs",
    title="Affine bijections of the inputs change nothing",
    source=Source(DERIVED, _AFTER),
    statement="For invertible A the problems with the inputs s and A s + e have the same infimum, "
    "and both have a minimiser or none; e must be 0 if there are no hidden biases.",
    latex=r"Let $A$ be an invertible $p \times p$ matrix and $e \in \mathbb{R}^p$, with $e = 0$ if "
    r"there are no hidden biases. The problems with inputs $s_i$ and with inputs $A s_i + e$ have "
    r"the same infimum, and it is attained for both or for neither.",
    hypotheses=(
        Hypothesis("invertible", "the matrix is invertible",
                   lambda i: rank(i["matrix"]) == len(i["matrix"])),
        Hypothesis("bias-or-linear", "hidden biases are trained or the map is linear",
                   lambda i: i["hidden_bias"] or not any(i["shift"])),
    ),
    claim=_inputs_mapped,
    instances=_mapped_inputs(),
    status=Status("tested", "(a, b) goes to (A'a, b + <a, e>), a bijection"),
    tests=("tests/theorems/test_attainability_invariance.py",),
    mutants=(
        Mutant("singular", "the matrix may be singular", without=("invertible",)),
        Mutant("translation", "translations also without hidden biases",
               without=("bias-or-linear",)),
        Mutant("curved", "the inputs may be squared first, as a map that is not affine",
               claim=lambda i: _inputs_mapped(i, lambda s: tuple(x * x for x in s))),
    ),
    expense=2,
)


def _outputs_mapped(instance: Instance, factor: Callable[[Fraction], Fraction]) -> Finding:
    data = instance["data"]
    rows = tuple(mapped(instance["matrix"], instance["shift"], t) for t in data.outputs)
    square = sum((x * x for x in instance["matrix"][0]), Fraction(0))
    return _compared(instance, Dataset(data.inputs, rows), factor=factor(square))


def is_similarity(matrix: Matrix) -> bool:
    """Whether M M^t is a positive multiple of the identity."""
    gram = [
        [sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0)) for b in matrix]
        for a in matrix
    ]
    return all(
        gram[i][j] == (gram[0][0] if i == j else 0)
        for i in range(len(gram)) for j in range(len(gram))
    ) and gram[0][0] > 0


@st.composite
def _mapped_outputs(draw: st.DrawFn) -> Instance:
    kind = draw(st.sampled_from(["flaw", "similar", "any matrix", "no bias", "no bias"]))
    if kind == "flaw":
        problem = draw(unattainable_problems())
    else:
        q = 2 if kind == "any matrix" else draw(st.integers(1, 2))
        plain = draw(line_problems(outputs=(q, q), size=(3, 4), width=(1, 1)))
        shape = Architecture(1, plain.architecture.activation, output_bias=kind != "no bias")
        problem = Problem(plain.dataset, shape)
    q = problem.dataset.output_dimension
    a, b = draw(st.sampled_from([(1, 0), (0, 2), (3, 4), (1, -1), (-2, 0)]))
    turned = ((Fraction(a), Fraction(-b)), (Fraction(b), Fraction(a)))
    matrix: Matrix = turned if q == 2 else ((Fraction(a + b or 3),),)
    if kind == "any matrix":
        matrix = draw(invertible_matrices(2))
    return as_instance(problem, matrix=matrix, shift=draw(_shifts(q, moved=kind == "no bias")))


OUTPUT_MAPS = Theorem(
    id="similarities-of-responses",
    title="Similarities of the responses scale the infimum",
    source=Source(DERIVED, _AFTER),
    statement="If M Mᵗ = m² 1, the problem with the responses M t + e has m² times the infimum, "
    "and a minimiser exists for both or for neither; e must be 0 if there is no output bias.",
    latex=r"Let $M M^t = m^2 I$ with $m > 0$ and $e \in \mathbb{R}^q$, with $e = 0$ if there is no "
    r"output bias. With responses $M t_i + e$ the infimum is $m^2$ times that for $t_i$, and it is "
    r"attained for both or for neither.",
    hypotheses=(
        Hypothesis("similarity", "the matrix is a similarity",
                   lambda i: is_similarity(i["matrix"])),
        Hypothesis("bias-or-linear", "output biases are trained or the map is linear",
                   lambda i: i["output_bias"] or not any(i["shift"])),
    ),
    claim=lambda i: _outputs_mapped(i, lambda square: square),
    instances=_mapped_outputs(),
    status=Status("tested", "(v, c) goes to (M v, M c + e), and all errors are multiplied by m"),
    tests=("tests/theorems/test_attainability_invariance.py",),
    mutants=(
        Mutant("any-matrix", "the matrix may be any invertible one", without=("similarity",)),
        Mutant("translation", "translations also without output bias",
               without=("bias-or-linear",)),
        Mutant("scale-invariant", "the infimum does not change",
               claim=lambda i: _outputs_mapped(i, lambda square: Fraction(1))),
        Mutant("fourth-power", "the infimum is multiplied by m⁴",
               claim=lambda i: _outputs_mapped(i, lambda square: square * square)),
    ),
    expense=3,
)


def _reordered(instance: Instance, *, responses: bool = True, columns: bool = False) -> Finding:
    data = instance["data"]
    order = sorted(range(data.size), key=lambda i: (instance["keys"][i], i))
    moved = [data.outputs[i] for i in order]
    if columns:  # the rows of the first output only
        moved = [(row[0], *data.outputs[k][1:]) for k, row in enumerate(moved)]
    rows = data.outputs if not responses else tuple(moved)
    inputs = data.inputs if columns else tuple(data.inputs[i] for i in order)
    return _compared(instance, Dataset(inputs, rows))


ORDER = Theorem(
    id="order-of-points",
    title="The order of the points does not matter",
    source=Source(DERIVED, _AFTER),
    statement="A permutation of the pairs (s, t) changes neither the infimum nor whether it is "
    "attained.",
    latex=r"For every permutation $\pi$ of $\{1, \dots, n\}$ the problem with the pairs "
    r"$(s_{\pi(i)}, t_{\pi(i)})$ has the same infimum, attained or not.",
    claim=_reordered,
    instances=st.builds(
        lambda problem, keys: as_instance(problem, keys=tuple(keys)),
        st.one_of(line_problems(outputs=(1, 2), width=(1, 1)), unattainable_problems()),
        st.lists(st.integers(0, 5), min_size=5, max_size=5),
    ),
    status=Status("tested", "the loss is a sum over the pairs"),
    tests=("tests/theorems/test_attainability_invariance.py",),
    mutants=(
        Mutant("inputs-alone", "the inputs are permuted alone",
               claim=lambda i: _reordered(i, responses=False)),
        Mutant("one-column", "the first output is permuted alone",
               claim=lambda i: _reordered(i, columns=True)),
    ),
    expense=5,
)


def _scaled(instance: Instance, *, bias: bool = True, inverse: bool = True) -> Finding:
    network, factor = instance["network"], instance["factor"]
    k = instance["neuron"] % max(1, network.width)
    output = 1 / factor if inverse else factor

    def at(rows: tuple[Vector, ...], scale: Fraction) -> tuple[Vector, ...]:
        return tuple(
            tuple(scale * x for x in row) if j == k else row for j, row in enumerate(rows)
        )

    other = ShallowNetwork(
        at(network.hidden_weights, factor),
        tuple(
            factor * b if j == k and bias else b for j, b in enumerate(network.hidden_biases)
        ),
        at(network.output_weights, output),
        network.output_biases, network.activation,
    )
    first, second = network(instance["point"]), other(instance["point"])
    return holds_if(
        first == second,
        f"({', '.join(map(str, first))}) and ({', '.join(map(str, second))})",
    )


NEURON_SCALING = Theorem(
    id="positive-scaling-of-neurons",
    title="A neuron may be scaled by a positive factor",
    source=Source(DERIVED, _AFTER),
    statement="For max(z, γ z): with (λ a, λ b, v/λ) in place of (a, b, v), λ > 0, a network "
    "realises the same function.",
    latex=r"For $\lambda > 0$ and $\sigma(z) = \max(z, \gamma z)$: $\tfrac{1}{\lambda} v\, "
    r"\sigma(\lambda (\langle a, s \rangle + b)) = v\, \sigma(\langle a, s \rangle + b)$.",
    hypotheses=(
        Hypothesis("positive", "the factor is positive", lambda i: i["factor"] > 0),
    ),
    claim=_scaled,
    instances=instances(
        network=networks(inputs=(2, 2), width=(1, 3)), point=integer_points(2),
        factor=nonzero_rationals(), neuron=st.integers(0, 2),
    ),
    status=Status("proved", "max(λ z, γ λ z) = λ max(z, γ z) for λ > 0"),
    proofs=("proofs/lim_michalek_qi_2019/lifting.py",),
    tests=("tests/theorems/test_attainability_invariance.py",),
    mutants=(
        Mutant("any-factor", "the factor may be negative", without=("positive",)),
        Mutant("bias-kept", "the bias is not scaled", claim=lambda i: _scaled(i, bias=False)),
        Mutant("not-inverse", "the output weights are multiplied as well",
               claim=lambda i: _scaled(i, inverse=False)),
    ),
)


def _collapsed(instance: Instance, *, weights: bool = True, scatter: bool = True) -> Finding:
    data, network = instance["data"], instance["network"]
    groups = data.collapsed()
    total = groups.scatter if scatter else Fraction(0)
    for s, t, w in zip(groups.inputs, groups.outputs, groups.weights, strict=True):
        square = sum(((y - x) ** 2 for y, x in zip(network(s), t, strict=True)), Fraction(0))
        total += (w if weights else 1) * square
    loss = network.loss(data.inputs, data.outputs)
    return holds_if(loss == total, f"loss {shown(loss)}, from means {shown(total)}")


@st.composite
def _data_and_network(draw: st.DrawFn) -> Instance:
    data = draw(
        st.one_of(degenerate_datasets(), integer_datasets(inputs=(1, 1), size=(2, 6), bound=2))
    )
    p, q = data.input_dimension, data.output_dimension
    return Instance.of(
        data=data, network=draw(networks(inputs=(p, p), outputs=(q, q), width=(1, 3)))
    )


REPEATED_INPUTS = Theorem(
    id="repeated-inputs",
    title="Repeated inputs count as their mean response",
    source=Source(DERIVED, _AFTER),
    statement="The loss is the sum of wᵢ |ν(sᵢ) − mean of the responses at sᵢ|² over the distinct "
    "inputs, wᵢ the number of copies, plus a scatter that no network changes.",
    latex=r"Let $s_1, \dots, s_m$ be the distinct inputs, $t_{ik}$, $k \le w_i$, the responses at "
    r"$s_i$ and $\bar t_i$ their mean. For every function $\nu$: $\sum_{i,k} |\nu(s_i) - "
    r"t_{ik}|^2 = \sum_i w_i |\nu(s_i) - \bar t_i|^2 + \sum_{i,k} |t_{ik} - \bar t_i|^2$.",
    claim=_collapsed,
    instances=_data_and_network(),
    status=Status("proved", "an identity in the size of a group, its sum and its sum of squares"),
    proofs=("proofs/lim_michalek_qi_2019/repeated_inputs.py",),
    tests=("tests/theorems/test_attainability_invariance.py",),
    mutants=(
        Mutant("unweighted", "every distinct input counts once",
               claim=lambda i: _collapsed(i, weights=False)),
        Mutant("no-scatter", "the scatter is forgotten",
               claim=lambda i: _collapsed(i, scatter=False)),
    ),
)
