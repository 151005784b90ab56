"""Exact rank laws: how many labels bias-free features can fit, whatever the width.

dim V = L + rank{u^k} for max(z, 0)^k, where L lines through 0 carry data and the u are those with
data on both sides; the same for leaky slopes and the NTK.  The law is compared with the rank of
the features of all weights: of decisive weights in every cell of the points' hyperplanes, on which
features are polynomials (derived after Benson, Damle, Townsend 2020).
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank, solve
from symerm.lastlayer.kernels import gram_matrix
from symerm.lastlayer.rank_law import best_loss, data_lines, feature_span
from symerm.networks.shallow import ShallowNetwork
from symerm.theorems.generators.basic import slopes
from symerm.theorems.generators.lastlayer import clouds_on_lines, labelled_clouds
from symerm.theorems.instance import Instance, instances
from symerm.theorems.parametrization.cells import decisive_points
from symerm.theorems.statement import Claim, Finding, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["FIT_CRITERION", "LEAKY_AND_TANGENT", "QUADRATIC_RANK", "RANK_LAW", "decisive_weights"]

Vector = tuple[Fraction, ...]
Points = tuple[Vector, ...]
_AFTER = Source(DERIVED, "in the setting of Benson, Damle, Townsend 2020")
_PROOF = ("proofs/benson_damle_townsend_2020/rank_laws.py",)
_TESTS = ("tests/theorems/test_lastlayer_ranks.py",)
_ZERO, _ONE = Fraction(0), Fraction(1)


def decisive_weights(points: Points) -> list[Vector]:
    """Weights w whose features span those of all weights, for degrees up to 2 and two inputs.

    In each cell of { w : <w, x_i> = 0 } p + 1 points and one inside, no two of three on one line.

    Examples
    --------
    >>> len(decisive_weights(((Fraction(1),), (Fraction(-2),))))
    6
    """
    size, p = len(points), len(points[0])
    cells = decisive_points(
        ShallowNetwork(points, (_ZERO,) * size, ((_ONE,),) * size, (_ZERO,))
    )
    weights = []
    for start in range(0, len(cells), p + 1):
        base, *others = cells[start : start + p + 1]
        weights += [base, *others]
        parts = [(_ONE / (k + 2), other) for k, other in enumerate(others)]
        weights.append(
            tuple(
                b + sum((t * (other[i] - b) for t, other in parts), _ZERO)
                for i, b in enumerate(base)
            )
        )
    return weights


def _dot(one: Vector, other: Vector) -> Fraction:
    return sum((x * y for x, y in zip(one, other, strict=True)), _ZERO)


def _features(points: Points, kind: str, slope: Fraction = _ZERO) -> list[list[Fraction]]:
    """One row for each point; for the NTK the derivatives in w and in the output."""
    rows = []
    weights = decisive_weights(points)
    for x in points:
        row: list[Fraction] = []
        for w in weights:
            z = _dot(w, x)
            on = _ONE if z > 0 else _ZERO
            if kind == "quadratic":
                row.append(z * z)
            elif kind == "leaky":
                row.append(z if z > 0 else slope * z)
            elif kind == "ntk":
                row += [on * z, *(on * entry for entry in x)]
            else:
                row.append(on * z ** int(kind))
        rows.append(row)
    return rows


def _powers(points: Points, degree: int) -> tuple[int, list[Vector], int]:
    """The number of lines, the powers u^k of two-sided ones, and how many these are."""
    lines = data_lines(gram_matrix(points))
    directions = [points[line[0][0]] for line in lines.two_sided]
    powers: list[Vector] = [
        (_ONE,) if degree == 0
        else u if degree == 1
        else tuple(a * b for a in u for b in u)
        for u in directions
    ]
    return len(lines.members), powers, len(directions)


def _law(kind: str) -> Claim:
    """dim V against L + rank{u^k}, or a wrong law."""

    def claim(instance: Instance) -> Finding:
        points, degree = instance["points"], instance["degree"]
        lines, powers, two_sided = _powers(points, 1 if kind == "degree one" else degree)
        count = {
            "true": rank(powers) if powers else 0,
            "count": two_sided,
            "lines": 0,
            "degree one": rank(powers) if powers else 0,
        }[kind]
        found = rank(_features(points, str(degree)))
        law = feature_span(gram_matrix(points), f"arccos{degree}").rank
        agrees = kind != "true" or law == found
        return holds_if(
            lines + count == found and agrees,
            f"degree {degree}, {len(points)} points: law {lines} + {count}, rank {found}",
        )

    return claim


RANK_LAW = Theorem(
    id="rank-law-homogeneous",
    title="The rank law of bias-free features",
    source=_AFTER,
    statement="The features max(⟨w, x_i⟩, 0)^k of all w, k = 0, 1, 2, span a space of dimension L "
    "+ rank{u^k}: L lines through 0 carry data, u are directions of lines with data on both "
    "sides, u^k their symmetric powers.",
    latex=r"For points $x_1, \dots, x_n \in \mathbb{R}^p$ and $k \in \{0, 1, 2\}$, "
    r"$\dim \operatorname{span} \{(\max(\langle w, x_i \rangle, 0)^k)_i : w \in \mathbb{R}^p\} = L "
    r"+ \operatorname{rank} \{u^{\otimes k} : u \in U\}$, where $L$ lines through $0$ carry data "
    r"and $U$ are directions of those with data on both sides.",
    claim=_law("true"),
    instances=instances(points=clouds_on_lines(lines=(1, 4)), degree=st.integers(0, 2)),
    status=Status("proved", "a line is its kink and a polynomial"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("count-two-sided", "the number of two-sided lines, not their rank",
               claim=_law("count")),
        Mutant("lines-only", "one for each line", claim=_law("lines")),
        Mutant("degree-one", "the rank of the directions u for every degree",
               claim=_law("degree one")),
    ),
)


def _like_relu(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        points = instance["points"]
        lines, powers, _ = _powers(points, 1)
        expected = lines + (rank(powers) if powers and kind != "lines" else 0)
        leaky = rank(_features(points, "leaky", instance["slope"]))
        tangent = rank(_features(points, "ntk"))
        if kind == "sum":
            expected = min(len(points), 2 * lines)
        return holds_if(
            leaky == tangent == expected,
            f"law {expected}, leaky features {leaky}, tangent features {tangent}",
        )

    return claim


LEAKY_AND_TANGENT = Theorem(
    id="rank-law-leaky-and-tangent",
    title="Leaky slopes and the tangent kernel have the same rank law",
    source=_AFTER,
    statement="Bias-free features max(z, γ z), 0 ≤ γ < 1, and the features of the neural tangent "
    "kernel of a ReLU network span spaces of dimension L + rank U, as those of the ReLU do.",
    latex=r"The features $\max(z, \gamma z)$, $0 \le \gamma < 1$, and the derivatives "
    r"$\max(\langle w, x_i \rangle, 0)$, $[\langle w, x_i \rangle > 0]\, x_i$ of a ReLU network "
    r"span spaces of dimension $L + \operatorname{rank} U$.",
    claim=_like_relu("true"),
    instances=instances(points=clouds_on_lines(), slope=slopes()),
    status=Status("proved", "tangent features are in the space of the ReLU's"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("lines-only", "one for each line", claim=_like_relu("lines")),
        Mutant("two-for-a-line", "two for each line, as far as there are points",
               claim=_like_relu("sum")),
    ),
)


def _fits(kind: str) -> Claim:
    """Labels are fitted exactly if y(c x) = c y(x) on rays and y(x) - y(-x) = <beta, x>."""

    def claim(instance: Instance) -> Finding:
        points, labels = instance["cloud"]
        gram = gram_matrix(points)
        lines = data_lines(gram)
        fitted = best_loss(feature_span(gram, "relu"), [(y,) for y in labels]).loss == 0
        features = _features(points, "1")
        same = rank(features) == rank(
            [[*row, y] for row, y in zip(features, labels, strict=True)]
        )
        homogeneous = not any(labels[i] for i in lines.zeros)
        rows, rights = [], []
        for line in lines.members:
            values = {side: {labels[i] / abs(t) for i, t in line if side * t > 0}
                      for side in (1, -1)}
            homogeneous = homogeneous and all(len(found) <= 1 for found in values.values())
            if homogeneous and values[-1]:
                (ahead,), (behind,) = values[1], values[-1]
                rows.append(points[line[0][0]])
                rights.append(ahead + behind if kind == "sum" else ahead - behind)
        common = kind == "rays" or not rows or solve(rows, rights) is not None
        return holds_if(
            fitted == same == (homogeneous and common),
            f"{len(points)} points: {'fitted' if fitted else 'not fitted'}; homogeneous on rays: "
            f"{'yes' if homogeneous else 'no'}, common β: {'yes' if common else 'no'}",
        )

    return claim


FIT_CRITERION = Theorem(
    id="fit-criterion-relu",
    title="Which labels bias-free ReLU features can fit",
    source=_AFTER,
    statement="Bias-free ReLU networks of some width fit labels exactly if these are homogeneous "
    "on rays, 0 at 0, and y(x) − y(−x) = ⟨β, x⟩ with one β for all lines with data on both sides.",
    latex=r"Labels $y_i$ at $x_i$ are values of a bias-free ReLU network of some width if and only "
    r"if $y(c x) = c\, y(x)$, $c \ge 0$, and $y(u) - y(-u) = \langle \beta, u \rangle$ on all "
    r"two-sided lines, with one $\beta \in \mathbb{R}^p$.",
    claim=_fits("true"),
    instances=instances(cloud=labelled_clouds()),
    status=Status("proved", "the space V of the rank law"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("rays-only", "homogeneous on rays is enough", claim=_fits("rays")),
        Mutant("sums", "y(x) + y(−x) = ⟨β, x⟩", claim=_fits("sum")),
    ),
)


def _squares(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        points = instance["points"]
        found = rank(_features(points, "quadratic"))
        law = feature_span(gram_matrix(points), "quadratic").rank
        lines, _, _ = _powers(points, 2)
        expected = {
            "true": rank([[a * b for a in x for b in x] for x in points]),
            "lines": lines,
            "square": min(len(points), rank(points) ** 2),
        }[kind]
        return holds_if(
            found == expected and (kind != "true" or law == found),
            f"{len(points)} points: rank of x xᵀ {expected}, of the features {found}",
        )

    return claim


QUADRATIC_RANK = Theorem(
    id="rank-law-quadratic",
    title="The rank law of quadratic features",
    source=_AFTER,
    statement="The features ⟨w, x_i⟩² of all w span a space of dimension rank{x_i x_i^T}.",
    latex=r"$\dim \operatorname{span} \{(\langle w, x_i \rangle^2)_i : w \in \mathbb{R}^p\} = "
    r"\operatorname{rank} \{x_i x_i^{\top}\}$.",
    claim=_squares("true"),
    instances=instances(points=clouds_on_lines(lines=(1, 5))),
    status=Status("tested", "⟨w, x⟩² is linear in x xᵀ, and the w wᵀ span all symmetric matrices"),
    tests=_TESTS,
    mutants=(
        Mutant("lines", "the number of lines with data", claim=_squares("lines")),
        Mutant("square-of-the-rank", "the square of the rank of the points",
               claim=_squares("square")),
    ),
)
