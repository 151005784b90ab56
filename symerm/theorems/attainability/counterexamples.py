"""Problems of width 2 without a minimiser: families of networks with an exact loss.

nu(s) = c + sum_j v_j max(<a_j, s> + b_j, 0) with two neurons and two outputs.  Along four families
with a parameter K the loss is a constant over K^2, so the infimum is 0, and no two neurons span the
columns of the responses (Lim, Michalek, Qi 2019 for six points of the plane, and smaller ones).
Without biases three inputs are enough: a plane of responses touches the orthant in a ray.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.attainability.realised import HiddenVectors
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Architecture
from symerm.problem.catalogue import load_dataset
from symerm.problem.dataset import Dataset
from symerm.theorems.attainability.problems import as_instance, distance, shown
from symerm.theorems.generators.attainability import bias_free_flaws, integer_points
from symerm.theorems.generators.basic import activations, positive_rationals
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, LIM, Source

__all__ = ["BIAS_FREE", "COUNTEREXAMPLES", "GOLDEN", "families"]

#: (a, b, v) of two neurons, and c.
Number = Fraction | int
Numbers = tuple[Number, ...]
Parameters = tuple[list[tuple[Numbers, Number, Numbers]], Numbers]
_HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Counterexample:
    """A bundled dataset with a family of networks of width 2 and its loss constant / K^2.

    Attributes
    ----------
    dataset : str
    network : callable
        K -> neurons (a, b, v) and output biases.
    least : int
        The smallest K for which the loss is claimed; 0 for every K > 0.
    constant : Fraction
    biases : bool
    """

    dataset: str
    network: Callable[[Fraction], Parameters]
    least: int
    constant: Fraction
    biases: bool = True

    def at(self, k: Fraction) -> ShallowNetwork:
        """The network of a parameter."""
        neurons, constant = self.network(k)

        def row(entries: Numbers) -> tuple[Fraction, ...]:
            return tuple(map(Fraction, entries))

        return ShallowNetwork(
            tuple(row(a) for a, _, _ in neurons),
            row(tuple(b for _, b, _ in neurons)),
            tuple(row(v) for _, _, v in neurons),
            row(constant),
        )


def families() -> dict[str, Counterexample]:
    """The four families, by the names of their datasets."""
    found = (
        Counterexample(
            "counterexample-1",
            lambda k: ([((-1, 2 * k + 1), 0, (1, 0)), ((1, k - 1), 0, (-2, 1 / k))], (0, 0)),
            0, Fraction(5),
        ),
        Counterexample(
            "counterexample-2",
            lambda k: (
                [((1,), 2 - 1 / k, (_HALF, k)), ((-1,), 2 - 1 / k, (-_HALF, k))],
                (0, 2 - 4 * k),
            ),
            1, _HALF,
        ),
        Counterexample(
            "counterexample-3",
            lambda k: ([((1,), 1 / k - 1, (0, k)), ((1,), -1 - 2 / k, (1, -k))], (0, 0)),
            2, Fraction(8),
        ),
        Counterexample(
            "golden",
            lambda k: (
                [((1 / k, 0, _HALF), 0, (k, 1)), ((0, 1 / k, _HALF), 0, (-k, 1))], (0, 0)
            ),
            0, Fraction(2), biases=False,
        ),
    )
    return {family.dataset: family for family in found}


@cache
def fitted_exactly(name: str) -> bool:
    """Whether some two neurons span the columns of the responses (modulo constants)."""
    family, data = families()[name], load_dataset(name)
    shape = Architecture(2, RELU, hidden_bias=family.biases, output_bias=family.biases)
    vectors = HiddenVectors.of(data.inputs, shape)
    columns = list(zip(*data.outputs, strict=True))
    return len(vectors.neurons_in(columns)) == vectors.rank(columns)


def _formula(
    instance: Instance, name: str, *, factor: Fraction = Fraction(1), power: int = 2,
    fitted: bool = False,
) -> Finding:
    family, data, k = families()[name], load_dataset(name), instance["K"]
    loss = family.at(k).loss(data.inputs, data.outputs)
    formula = factor * family.constant / k**power
    return holds_if(
        loss == formula and fitted_exactly(name) == fitted,
        f"K = {k}: loss {shown(loss)}, formula {shown(formula)}; "
        f"exact fit {'exists' if fitted_exactly(name) else 'does not exist'}",
    )


def _theorem(
    number: str, name: str, title: str, words: str, latex: str, source: Source
) -> Theorem:
    least = families()[name].least
    below = (
        Mutant("any-parameter", "K is any positive number", without=("large-parameter",)),
    ) if least else ()
    return Theorem(
        id=f"no-minimiser-{number}",
        title=title,
        source=source,
        statement=f"{words} The infimum 0 of the loss is not attained with two neurons.",
        latex=f"{latex} The infimum $0$ of the loss is not attained with two neurons.",
        hypotheses=(
            Hypothesis("large-parameter", f"K is at least {least}",
                       lambda instance: instance["K"] >= least),
        ) if below else (),
        claim=lambda i: _formula(i, name),
        instances=instances(
            K=st.one_of(st.integers(1, 1000).map(Fraction), positive_rationals())
        ),
        status=Status("proved", "an identity in K, and finitely many linear systems"),
        proofs=(
            "proofs/lim_michalek_qi_2019/loss_formulas.py",
            "proofs/lim_michalek_qi_2019/no_minimiser.py",
        ),
        tests=("tests/theorems/test_attainability_counterexamples.py",),
        mutants=(
            *below,
            Mutant("other-constant", "the constant is twice as large",
                   claim=lambda i: _formula(i, name, factor=Fraction(2))),
            Mutant("slower", "the loss falls as 1/K only",
                   claim=lambda i: _formula(i, name, power=1)),
            Mutant("attained", "some network fits the responses",
                   claim=lambda i: _formula(i, name, fitted=True)),
        ),
    )


COUNTEREXAMPLES = (
    _theorem(
        "six-points", "counterexample-1", "Six points of the plane without a best network",
        "For K > 0 the networks of width 2 with a₁ = (−1, 2K + 1), a₂ = (1, K − 1), b = 0, "
        "v₁ = (1, 0), v₂ = (−2, 1/K), c = 0 have the loss 5/K² on the six points.",
        r"On the inputs $(-2,0), (-1,0), (0,0), (1,0), (2,0), (1,1)$ with the responses $(2,0), "
        r"(1,0), (0,0), (-2,0), (-4,0), (0,1)$ the ReLU networks with $a_1 = (-1, 2K+1)$, "
        r"$a_2 = (1, K-1)$, $b = 0$, $v_1 = (1, 0)$, $v_2 = (-2, 1/K)$, $c = 0$ have the loss "
        r"$5/K^2$ for $K > 0$.",
        Source(LIM, "a problem of this kind without a best approximation"),
    ),
    _theorem(
        "facing", "counterexample-2", "Two kinks that face each other, five points of a line",
        "For K ≥ 1 two kinks that face each other, 1/K inside the outermost of the points "
        "−2, .., 2, have the loss 1/(2K²) for the responses (−2, 1), (−1, 0), (0, 0), (1, 0), "
        "(2, 1).",
        r"On the inputs $-2, -1, 0, 1, 2$ with the responses $(-2,1), (-1,0), (0,0), (1,0), (2,1)$ "
        r"the ReLU networks with $a = (1, -1)$, $b_1 = b_2 = 2 - 1/K$, $v_1 = (\tfrac12, K)$, "
        r"$v_2 = (-\tfrac12, K)$, $c = (0, 2 - 4K)$ have the loss $1/(2K^2)$ for $K \ge 1$.",
        Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    ),
    _theorem(
        "four-points", "counterexample-3", "The smallest problem without a best network",
        "For K ≥ 2 the kinks 1 − 1/K and 1 + 2/K merge at the second of the points 0, 1, 2, 3: "
        "with v₁ = (0, K), v₂ = (1, −K) the loss is 8/K² for the responses (0, 0), (0, 1), (1, 3), "
        "(2, 3).",
        r"On the inputs $0, 1, 2, 3$ with the responses $(0,0), (0,1), (1,3), (2,3)$ the ReLU "
        r"networks $v_1 \max(s - 1 + 1/K, 0) + v_2 \max(s - 1 - 2/K, 0)$ with $v_1 = (0, K)$, "
        r"$v_2 = (1, -K)$ have the loss $8/K^2$ for $K \ge 2$.",
        Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    ),
)

GOLDEN = _theorem(
    "without-biases", "golden", "Three inputs without biases",
    "Without biases, on the unit vectors of Q³ with the responses (1, 0), (−1, 0), (0, 1), the "
    "neurons (1/K, 0, 1/2) and (0, 1/K, 1/2) with v₁ = (K, 1), v₂ = (−K, 1) have the loss 2/K².",
    r"Without biases, on the unit vectors $e_1, e_2, e_3$ with the responses $(1,0), (-1,0), "
    r"(0,1)$ the ReLU networks with $a_1 = (1/K, 0, \tfrac12)$, $a_2 = (0, 1/K, \tfrac12)$, "
    r"$v_1 = (K, 1)$, $v_2 = (-K, 1)$ have the loss $2/K^2$ for $K > 0$.",
    Source(DERIVED, "after Lim, Michalek, Qi 2019"),
)


def normal(columns: list[tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    """The cross product of two vectors of length three."""
    (a, b, c), (x, y, z) = columns
    return b * z - c * y, c * x - a * z, a * y - b * x


def fits(vector: tuple[Fraction, ...]) -> bool:
    """Whether the plane with this normal vector has two independent vectors without negatives."""
    zeros = vector.count(Fraction(0))
    mixed = min(vector) < 0 < max(vector)
    return mixed or zeros == 2


def approached(vector: tuple[Fraction, ...]) -> bool:
    """Whether the plane contains a vector without negative entries, other than zero."""
    return Fraction(0) in vector or min(vector) < 0 < max(vector)


def near(columns: list[tuple[Fraction, ...]], vector: tuple[Fraction, ...], k: int) -> Fraction:
    """The loss of neurons e_j/2 + e_i x_i/K for the ray e_j in which the plane meets the orthant.

    For a normal vector with one zero, at j, and the sign of the other two entries.
    """
    j = vector.index(Fraction(0))
    i, other = (m for m in range(3) if m != j)
    first, second = ([Fraction(0)] * 3 for _ in range(2))
    first[j] = second[j] = Fraction(1, 2)
    first[i], second[other] = abs(vector[other]) / k, abs(vector[i]) / k
    return distance([first, second], list(zip(*columns, strict=True)))


def _bias_free(
    instance: Instance, reached: Callable[[tuple[Fraction, ...]], bool] = fits
) -> Finding:
    data = instance["data"]
    columns = list(zip(*data.outputs, strict=True))
    shape = Architecture(2, instance["activation"], hidden_bias=False, output_bias=False)
    realised = len(HiddenVectors.of(data.inputs, shape).neurons_in(columns)) == 2
    perpendicular = normal(columns)
    evidence = (
        f"normal ({', '.join(map(str, perpendicular))}); "
        f"exact fit {'exists' if realised else 'does not exist'}"
    )
    falls = True
    if approached(perpendicular) and not fits(perpendicular):
        losses = [near(columns, perpendicular, k) for k in (10**3, 10**6)]
        falls = 0 < losses[1] <= losses[0] / 10**5
        evidence += f"; losses {float(losses[0]):.3g}, {float(losses[1]):.3g}"
    return holds_if(realised == reached(perpendicular) and falls, evidence)


@st.composite
def _planes(draw: st.DrawFn) -> Instance:
    """Three inputs of Q^3 and two columns, often with a zero in their normal vector."""
    flaw = as_instance(draw(bias_free_flaws()))
    data = flaw["data"]
    rows = [draw(integer_points(2, bound=2)) for _ in range(3)]
    kind = draw(st.sampled_from(["flaw", "free", "facet", "dependent", "dependent"]))
    if kind == "facet":
        rows[draw(st.integers(0, 2))] = (Fraction(0),) * 2
    if kind != "flaw":
        last = data.inputs[0 if kind == "dependent" else 2]
        data = Dataset((*data.inputs[:2], last), tuple(rows))
    return Instance.of(
        data=data, activation=draw(st.one_of(st.just(RELU), activations()))
    )


BIAS_FREE = Theorem(
    id="bias-free-three-inputs",
    title="Which planes two neurons without biases reach on three inputs",
    source=Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    statement="Without biases, on three linearly independent inputs, two ReLU neurons fit "
    "responses of rank 2 exactly if the normal vector m of their columns has entries of both "
    "signs or two zeros. If m has one zero and the other entries have one sign, the infimum 0 "
    "is not attained.",
    latex=r"Let $s_1, s_2, s_3 \in \mathbb{R}^3$ be linearly independent, $T \in \mathbb{R}^{3 "
    r"\times 2}$ of rank $2$ and $m$ a normal vector of its columns. Two ReLU neurons without "
    r"biases fit $T$ if and only if $m$ has entries of both signs or two zeros. If $m$ has exactly "
    r"one zero and no entries of opposite signs, the infimum $0$ is not attained.",
    hypotheses=(
        Hypothesis("relu", "the activation is the ReLU",
                   lambda i: i["activation"].kind == "relu"),
        Hypothesis("independent-inputs", "the inputs are linearly independent",
                   lambda i: rank(i["data"].inputs) == 3),
        # With columns of rank 1 there is no normal vector, so this is no hypothesis to drop.
        Hypothesis("rank-two", "the responses have rank 2", lambda i: rank(i["data"].outputs) == 2),
    ),
    claim=_bias_free,
    instances=_planes(),
    status=Status("tested", "C(S) is the orthant; a plane meets it in 0, one ray of a coordinate "
                  "axis, or a cone of dimension two"),
    tests=("tests/theorems/test_attainability_counterexamples.py",),
    mutants=(
        Mutant("leaky", "the activation may be leaky", without=("relu",)),
        Mutant("dependent-inputs", "the inputs may be dependent", without=("independent-inputs",)),
        Mutant("closed", "planes that touch the orthant in a ray are reached as well",
               claim=lambda i: _bias_free(i, approached)),
        Mutant("mixed-signs-only", "the case of two zeros is forgotten",
               claim=lambda i: _bias_free(i, lambda m: min(m) < 0 < max(m))),
    ),
    expense=2,
)
