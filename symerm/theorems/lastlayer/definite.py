"""Where kernel matrices are positive definite, decided by certified eigenvalues.

A kernel matrix has as many certainly positive eigenvalues as the rank law says: full rank for ReLU
features without points on one ray, 0, or dependent two-sided directions; for distinct points with
a bias or with sin + cos; for erf only up to sign.  Eigenvalues are enclosed in ball arithmetic
from closed forms that know nothing of these laws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from math import factorial, prod

from flint import ctx
from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.lastlayer.analytic import power_series
from symerm.lastlayer.kernels import Kernel, gram_matrix, kernel_balls
from symerm.lastlayer.rank_law import data_lines, feature_span
from symerm.lastlayer.spectrum import eigenvalue_bounds
from symerm.theorems.generators.lastlayer import (
    antipodal_pairs,
    clouds_on_lines,
    points_without_parallels,
)
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = [
    "BIAS_DEFINITE",
    "ERF_RANK",
    "POWER_SERIES",
    "RELU_DEFINITE",
    "SINCOS_DEFINITE",
    "certified_rank",
]

Vector = tuple[Fraction, ...]
Points = tuple[Vector, ...]
_AFTER = Source(DERIVED, "in the setting of Benson, Damle, Townsend 2020")
_PROOF = ("proofs/benson_damle_townsend_2020/rank_laws.py",)
_TESTS = ("tests/theorems/test_lastlayer_definite.py",)
_BITS = 256
#: Powers of that degree tell all points apart that are drawn here.
_DEGREE = 24


def certified_rank(points: Points, kernel: Kernel, *, bias: bool = False) -> tuple[int, int]:
    """How many eigenvalues of a kernel matrix are certainly positive, and how many not tiny.

    The first number is a lower bound of the rank.  The second one leaves out eigenvalues that are
    certainly below 2^-128, as a zero is; a wrong law shows in it, but it proves no upper bound.

    Examples
    --------
    >>> one = Fraction(1)
    >>> certified_rank(((one,), (2 * one,)), Kernel("arccos1"))
    (1, 1)
    """
    gram = gram_matrix(points, bias=bias)
    with ctx.workprec(_BITS):
        bounds = eigenvalue_bounds(kernel_balls(gram, kernel))
    threshold = Fraction(1, 2 ** (_BITS // 2))
    return (
        sum(low > 0 for low, _ in bounds),
        sum(high > threshold for _, high in bounds),
    )


def _distinct(instance: Instance) -> bool:
    return len(set(instance["points"])) == len(instance["points"])


def _definite(kind: str, *, bias: bool = False) -> Claim:
    def claim(instance: Instance) -> Finding:
        points = instance["points"]
        found = certified_rank(points, Kernel(kind), bias=bias)
        return holds_if(
            found[0] == len(points),
            f"{found[0]} of {len(points)} eigenvalues are certainly positive",
        )

    return claim


_CLOUDS = st.one_of(
    clouds_on_lines(lines=(1, 4)), points_without_parallels(), antipodal_pairs()
)

RELU_DEFINITE = Theorem(
    id="kernel-definite-relu",
    title="When the bias-free ReLU kernel is positive definite",
    source=_AFTER,
    statement="The kernel matrix of bias-free ReLU features is positive definite if no two points "
    "lie on one ray from 0, none is 0, and the directions of lines with points on both sides are "
    "linearly independent.",
    latex=r"Let no two of $x_1, \dots, x_n \ne 0$ lie on one ray from $0$ and the directions of "
    r"two-sided lines be linearly independent. Then $K_{ij} = \mathbb{E} \max(\langle w, x_i "
    r"\rangle, 0) \max(\langle w, x_j \rangle, 0)$ is positive definite.",
    hypotheses=(
        Hypothesis(
            "rays", "no two points lie on one ray",
            lambda instance: all(
                sum(side * t > 0 for _, t in line) <= 1
                for line in data_lines(gram_matrix(instance["points"])).members
                for side in (1, -1)
            ),
        ),
        Hypothesis("zero", "no point is 0", lambda instance: all(map(any, instance["points"]))),
        Hypothesis(
            "independent", "the directions of two-sided lines are linearly independent",
            lambda instance: _independent(instance["points"]),
        ),
    ),
    claim=_definite("arccos1"),
    instances=instances(points=_CLOUDS),
    status=Status("proved", "the rank law with rank n"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("one-ray", "points may lie on one ray", without=("rays",)),
        Mutant("with-zero", "a point may be 0", without=("zero",)),
        Mutant("dependent", "directions may be dependent", without=("independent",)),
    ),
)


def _independent(points: Points) -> bool:
    lines = data_lines(gram_matrix(points)).two_sided
    return not lines or rank([points[line[0][0]] for line in lines]) == len(lines)


BIAS_DEFINITE = Theorem(
    id="kernel-definite-with-bias",
    title="With a bias the ReLU kernel is positive definite at distinct points",
    source=_AFTER,
    statement="With a Gaussian bias the ReLU kernel matrix of distinct points is positive "
    "definite.",
    latex=r"For distinct $x_i$ and Gaussian $(w, b)$ the matrix $\mathbb{E} \max(\langle w, x_i "
    r"\rangle + b, 0) \max(\langle w, x_j \rangle + b, 0)$ is positive definite.",
    hypotheses=(Hypothesis("distinct", "the points are distinct", _distinct),),
    claim=_definite("arccos1", bias=True),
    instances=instances(points=_CLOUDS),
    status=Status("proved", "no two of the points (x, 1) lie on one line through 0"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("repeated", "points may repeat", without=("distinct",)),
        Mutant("no-bias", "without a bias", claim=_definite("arccos1")),
    ),
)

SINCOS_DEFINITE = Theorem(
    id="kernel-definite-sincos",
    title="sin + cos tells all distinct points apart without a bias",
    source=_AFTER,
    statement="The kernel matrix exp(−|x − y|²/2) of the bias-free features sin z + cos z is "
    "positive definite at distinct points.",
    latex=r"For distinct $x_i$ the matrix $\exp(-|x_i - x_j|^2 / 2)$ of the features $\sin \langle "
    r"w, x \rangle + \cos \langle w, x \rangle$ is positive definite.",
    hypotheses=(Hypothesis("distinct", "the points are distinct", _distinct),),
    claim=_definite("sincos"),
    instances=instances(points=_CLOUDS),
    status=Status("tested", "a textbook fact: Gaussian kernels are strictly positive definite"),
    tests=_TESTS,
    mutants=(
        Mutant("repeated", "points may repeat", without=("distinct",)),
        Mutant("erf", "for the features erf", claim=_definite("erf")),
    ),
)


def _up_to_sign(points: Points, *, zero: bool = False, signs: bool = True) -> int:
    """The number of distinct points, up to sign and without 0 unless said otherwise."""
    kept = [x for x in points if zero or any(x)]
    if not signs:
        return len(set(kept))
    return len({max(x, tuple(-entry for entry in x)) for x in kept})


def _erf(count: Callable[[Points], int], law: bool = True) -> Claim:
    def claim(instance: Instance) -> Finding:
        points = instance["points"]
        low, high = certified_rank(points, Kernel("erf"))
        expected = count(points)
        span = feature_span(gram_matrix(points), "erf").rank
        return holds_if(
            low == high == expected and (not law or span == expected),
            f"{len(points)} points: law {expected}, eigenvalues {low} to {high}",
        )

    return claim


ERF_RANK = Theorem(
    id="rank-law-erf",
    title="The rank law of erf features",
    source=_AFTER,
    statement="Without a bias the kernel of erf has as rank the number of distinct points up to "
    "sign, 0 left out.",
    latex=r"$\operatorname{rank} \bigl(\mathbb{E} \operatorname{erf}(\langle w, x_i \rangle) "
    r"\operatorname{erf}(\langle w, x_j \rangle)\bigr) = |\{\{x_i, -x_i\} : x_i \ne 0\}|$.",
    claim=_erf(_up_to_sign),
    instances=instances(points=clouds_on_lines()),
    status=Status("tested", "the power series of erf holds all odd degrees and no even one"),
    tests=_TESTS,
    mutants=(
        Mutant("with-zero", "0 counts", claim=_erf(
            lambda points: _up_to_sign(points, zero=True), law=False
        )),
        Mutant("all-points", "x and −x count twice", claim=_erf(
            lambda points: _up_to_sign(points, signs=False), law=False
        )),
    ),
)


@cache
def _degrees(name: str) -> tuple[int, ...]:
    """The degrees k <= 24 with a_k != 0, from coefficients by recursion."""
    found = [Fraction(name == "logistic", 2)]  # tanh' = 1 - tanh^2, logistic' = s (1 - s)
    for k in range(_DEGREE):
        square = sum((found[i] * found[k - i] for i in range(k + 1)), Fraction(0))
        found.append(((found[k] if name == "logistic" else Fraction(k == 0)) - square) / (k + 1))
    coefficients = {
        "tanh": found,
        "logistic": found,
        # The series of exp(-z^2), integrated; without the factor 2/sqrt(pi).
        "erf": [
            Fraction(k % 2 * (-1) ** (k // 2), max(k, 1) * factorial(k // 2))
            for k in range(_DEGREE + 1)
        ],
        "sincos": [Fraction((-1) ** (k // 2), factorial(k)) for k in range(_DEGREE + 1)],
        "quadratic": [Fraction(k == 2) for k in range(_DEGREE + 1)],
    }[name]
    return tuple(k for k, a in enumerate(coefficients) if a)


def _moment_rank(points: Points, degrees: Sequence[int]) -> int:
    """The rank of the powers x^(k) for these k: features sum a_k <w, x>^k of small w."""
    return rank([
        [
            prod((x**m for x, m in zip(point, powers, strict=True)), start=Fraction(1))
            for k in degrees
            for powers in product(range(k + 1), repeat=len(point))
            if sum(powers) == k
        ]
        for point in points
    ])


def _series(kind: str) -> Claim:
    """Definite for all distinct points exactly if a_0 != 0 and both parities go on for ever.

    More than three degrees of a parity up to 24 count as infinitely many, as they are here.
    """

    def claim(instance: Instance) -> Finding:
        name = instance["activation"]
        series, degrees = power_series(name), _degrees(name)
        endless = [sum(k % 2 == parity for k in degrees) > 3 for parity in (0, 1)]
        definite = {
            "true": 0 in degrees and all(endless),
            "constant": 0 in degrees,
            "one parity": any(endless),
        }[kind]
        # Points that the features confuse, or any distinct points.
        confused = series.confused_points() or instance["points"]
        ranks = [_moment_rank(points, degrees) for points in (confused, instance["points"])]
        law = feature_span(gram_matrix(instance["points"]), name).rank
        return holds_if(
            definite != (ranks[0] < len(confused)) and law == ranks[1],
            f"{name}: rank {ranks[0]} at {len(confused)} distinct points; {ranks[1]} at "
            f"{len(instance['points'])}, law {law}",
        )

    return claim


POWER_SERIES = Theorem(
    id="kernel-definite-power-series",
    title="Power series that tell all points apart",
    source=_AFTER,
    statement="An analytic activation Σ a_k z^k has a positive definite bias-free kernel at all "
    "distinct points exactly if a_0 ≠ 0 and infinitely many even and odd a_k are not 0: sin + cos "
    "has, tanh, erf, logistic and z² have not.",
    latex=r"For analytic $\sigma(z) = \sum a_k z^k$ the kernel $\mathbb{E} \sigma(\langle w, x "
    r"\rangle) \sigma(\langle w, y \rangle)$ is positive definite at all distinct points if and "
    r"only if $a_0 \ne 0$, $a_{2k} \ne 0$ for infinitely many $k$, and $a_{2k+1} \ne 0$ for "
    r"infinitely many $k$.",
    hypotheses=(Hypothesis("distinct", "the points are distinct", _distinct),),
    claim=_series("true"),
    instances=instances(
        activation=st.sampled_from(("tanh", "erf", "logistic", "sincos", "quadratic")),
        points=clouds_on_lines(),
    ),
    status=Status("tested", "the argument is in symerm.lastlayer.analytic"),
    tests=_TESTS,
    mutants=(
        Mutant("constant-is-enough", "exactly if a_0 ≠ 0", claim=_series("constant")),
        Mutant("one-parity", "exactly if infinitely many a_k of one parity are not 0",
               claim=_series("one parity")),
    ),
)
