"""Limits of the spans of neurons on a line: the boundary strata, and that there are no others.

Modulo constants the ReLU neurons on s_1 < .. < s_n run along the path rho_(n-1), .., rho_2, s,
-lambda_(n-1), .., -lambda_2 with rho_i = max(s - s_i, 0) and lambda_i = max(s_i - s, 0).  When
kinks move with speeds, the wedge of the hidden vectors is a polynomial in eps, and its lowest
coefficient is the wedge of the limit space.  Every limit is realised or in one of the strata S1 to
S5 of docs/completeness.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank, row_reduce, solve
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["LIMITS_OF_THREE", "LIMITS_OF_TWO"]

Vector = tuple[Fraction, ...]
#: (facing, kink, speed): act(facing (s - kink - speed eps)).
Moving = tuple[int, Fraction, Fraction]
Wedge = dict[tuple[int, ...], Fraction]


def coefficients(points: Sequence[Fraction], neuron: Moving) -> tuple[Vector, Vector]:
    """The hidden vector of a moving kink for small eps > 0, modulo constants: x + eps y."""
    facing, kink, speed = neuron
    zeroth, first = [], []
    for s in points:
        value, change = facing * (s - kink), -facing * speed
        active = value > 0 or (value == 0 and change > 0)
        zeroth.append(value if active else Fraction(0))
        first.append(change if active else Fraction(0))
    return _modulo(zeroth), _modulo(first)


def _modulo(vector: Sequence[Fraction]) -> Vector:
    return tuple(x - vector[0] for x in vector[1:])


def wedge(vectors: Sequence[Vector]) -> Wedge:
    """The minors of full size, by their columns."""
    found: Wedge = {}
    for columns in combinations(range(len(vectors[0])), len(vectors)):
        total = Fraction(0)
        for order in permutations(range(len(vectors))):
            turns = sum(order[j] > order[k] for j, k in combinations(range(len(order)), 2))
            term = Fraction((-1) ** turns)
            for vector, k in zip(vectors, order, strict=True):
                term *= vector[columns[k]]
            total += term
        found[columns] = total
    return found


def limit_space(points: Sequence[Fraction], neurons: Sequence[Moving]) -> tuple[Vector, ...]:
    """A basis of the limit of the span; empty if the neurons are dependent for all eps."""
    parts = [coefficients(points, neuron) for neuron in neurons]
    for order in range(len(neurons) + 1):
        total: Wedge = {}
        for moved in combinations(range(len(neurons)), order):
            part = wedge([pair[k in moved] for k, pair in enumerate(parts)])
            total = {key: total.get(key, Fraction(0)) + x for key, x in part.items()}
        if any(total.values()):
            return _space(total, len(points) - 1)
    return ()


def _space(total: Wedge, dimension: int) -> tuple[Vector, ...]:
    """The space of a decomposable multivector, by its contractions."""
    size = len(next(iter(total)))
    rows = []
    for kept in combinations(range(dimension), size - 1):
        row = [Fraction(0)] * dimension
        for k in range(dimension):
            if k not in kept:
                sign = (-1) ** sum(j < k for j in kept)
                row[k] = sign * total[tuple(sorted((*kept, k)))]
        rows.append(row)
    return row_reduce(rows)[0]


@dataclass(frozen=True)
class Curve:
    """The vertices and edges of the path of neurons, modulo constants."""

    points: tuple[Fraction, ...]

    def rho(self, i: int) -> Vector:
        """max(s - s_i, 0), counted from 1; rho_1 is s."""
        return _modulo([max(s - self.points[i - 1], Fraction(0)) for s in self.points])

    def fall(self, i: int) -> Vector:
        """lambda_i = max(s_i - s, 0)."""
        return _modulo([max(self.points[i - 1] - s, Fraction(0)) for s in self.points])

    @property
    def path(self) -> list[Vector]:
        """All vertices, in order; edges are the cones of neighbours, up to sign."""
        n = len(self.points)
        right = [self.rho(i) for i in range(n - 1, 0, -1)]
        return right + [_minus(self.fall(i)) for i in range(n - 1, 1, -1)]

    def neurons_in(self, space: Sequence[Vector]) -> list[Vector]:
        """Points of the path that span all points of it in a space."""
        found = []
        for u, v in pairwise(self.path):
            inside = [x for x in (u, v) if contains(space, x)]
            inner = crossing(space, u, v)
            found += inside if inner is None else [*inside, inner]
        return found


def _minus(vector: Vector) -> Vector:
    return tuple(-x for x in vector)


def _sum(a: Fraction, u: Vector, b: Fraction, v: Vector) -> Vector:
    return tuple(a * x + b * y for x, y in zip(u, v, strict=True))


def contains(space: Sequence[Vector], vector: Vector) -> bool:
    """Whether a vector lies in the span."""
    return rank([*space, vector]) == rank(space)


def crossing(space: Sequence[Vector], u: Vector, v: Vector) -> Vector | None:
    """The point a u + b v with a, b > 0 in a space that contains neither u nor v."""
    if contains(space, u) or contains(space, v):
        return None
    answer = solve(list(zip(*space, v, strict=True)), u)  # u = (space) + t v
    if answer is None or answer[-1] >= 0:
        return None
    return _sum(Fraction(1), u, -answer[-1], v)


def in_pencil(space: Sequence[Vector], base: Sequence[Vector], ends: Sequence[Vector]) -> bool:
    """Whether the space is span(base) plus a combination of the ends with factors >= 0."""
    size = len(space)
    if rank(base) != size - 1 or any(not contains(space, x) for x in base):
        return False
    y = next(x for x in space if not contains(base, x))
    for count in range(1, len(ends) + 1):
        for some in combinations(ends, count):
            if rank([*base, *some]) != size - 1 + count:
                continue
            answer = solve(list(zip(*base, *some, strict=True)), y)
            if answer is not None:
                factors = answer[size - 1 :]
                if all(x >= 0 for x in factors) or all(x <= 0 for x in factors):
                    return True
    return False


Pencil = tuple[str, list[Vector], list[Vector]]


def merging(curve: Curve, *, sign: int = -1, at_affine: bool = True) -> Iterator[Pencil]:
    """span(v, y0 b - y1 a) for neighbours a, v, b on the path, without further neurons."""
    for a, v, b in zip(curve.path, curve.path[1:], curve.path[2:], strict=False):
        if at_affine or v != curve.rho(1):
            yield "S1", [v], [b, a if sign > 0 else _minus(a)]


def triples(curve: Curve, space: Sequence[Vector]) -> Iterator[Pencil]:
    """The strata S1 to S5 of three neurons that may contain a space."""
    path, n, s = curve.path, len(curve.points), curve.rho(1)
    for _, base, ends in merging(curve):
        for x in curve.neurons_in(space):
            yield "S1", [*base, x], ends
    for a, v, b, c in zip(path, path[1:], path[2:], path[3:], strict=False):
        yield "S2", [v, b], [c, a]
    ends_of_s = (curve.rho(2), _minus(curve.fall(n - 1)))
    for i in range(2, n - 1):  # z inside the gap from s_i to s_(i+1)
        step = _sum(Fraction(1), curve.rho(i), Fraction(-1), curve.rho(i + 1))
        if contains(space, s):
            inner = crossing(space, curve.rho(i), curve.rho(i + 1))
            if inner is not None:
                for y, t in product(ends_of_s, (step, _minus(step))):
                    yield "S3", [s, inner], [y, t]
    for i in range(2, n):
        rising = curve.rho(i - 1), curve.rho(i + 1)  # rho_n is 0
        for y in ends_of_s:
            for near, far in (rising, rising[::-1]):
                yield "S4", [s, curve.rho(i)], [y, _minus(near), far]
    for z, near, far, (u, v) in (
        (curve.fall(3), curve.fall(4), curve.fall(2), (s, curve.rho(2))),
        (curve.rho(n - 2), curve.rho(n - 3), curve.rho(n - 1), (_minus(s), curve.fall(n - 1))),
    ):
        between = crossing(space, u, v)
        hinges = [w for w in (u, v) if contains(space, w)]
        for w in hinges if between is None else [*hinges, between]:
            yield "S5", [z, w], [near, far]


def limit_of(instance: Instance) -> tuple[Vector, ...]:
    """The limit space of the moving neurons of an instance."""
    neurons = zip(instance["facings"], instance["kinks"], instance["speeds"], strict=True)
    return limit_space(instance["points"], tuple(neurons))


def _decided(instance: Instance, *, sign: int = -1, at_affine: bool = True,
             names: tuple[str, ...] = ("S1", "S2", "S3", "S4", "S5")) -> Finding:
    space, curve = limit_of(instance), Curve(instance["points"])
    if rank(curve.neurons_in(space)) == len(space):
        return holds_if(True, "the limit is realised")
    pencils = (
        merging(curve, sign=sign, at_affine=at_affine) if len(space) == 2
        else triples(curve, space)
    )
    for name, base, ends in pencils:
        if name in names and in_pencil(space, base, ends):
            return holds_if(True, f"the limit is not realised and lies in {name}")
    rows = "; ".join(" ".join(map(str, row)) for row in space)
    return holds_if(False, f"the limit (rows {rows}, modulo constants) is not in the list")


@st.composite
def _moving_neurons(draw: st.DrawFn, width: int) -> Instance:
    """Kinks at data points or between, with speeds; often several that become dependent."""
    n = draw(st.integers(4 if width == 2 else 5, 6))
    points = tuple(sorted(draw(
        st.lists(st.integers(0, 9).map(Fraction), min_size=n, max_size=n, unique=True)
    )))
    speed = st.integers(-2, 2).map(Fraction)
    halves = [(a + b) / 2 for a, b in pairwise(points)]
    place = st.sampled_from([*points, *halves])
    kinds = ["any", "same", "pair", "run", "affine", "affine", "affine", "hinge", "hinge"]
    kind = draw(st.sampled_from(kinds if width == 3 else kinds[:-2]))
    z = draw(place)
    facings = [draw(st.sampled_from([1, -1])) for _ in range(width)]
    kinks = [z if kind == "same" else draw(place) for _ in range(width)]
    if kind in ("pair", "run"):
        # Two kinks merge at a data point from both sides, the third anywhere or at a neighbour.
        i = draw(st.integers(1, n - 2))
        facings[:2] = [facings[0]] * 2
        kinks[:2] = [points[i]] * 2
        if kind == "run" and width == 3:
            facings[2], kinks[2] = facings[0], points[i + draw(st.sampled_from([1, -1]))]
    elif kind == "affine" and width == 3:
        # s + .., rho(z + ..), lambda(z + ..) with z from s_2 to s_(n-1)
        z = draw(st.sampled_from([*points[1:-1], *halves[1:-1]]))
        facings = [draw(st.sampled_from([1, -1])), 1, -1]
        kinks = [points[0] if facings[0] > 0 else points[-1], z, z]
    elif kind == "affine":
        facings, kinks = [1, -1], [points[0], points[-1]]
    elif kind == "hinge" and width == 3:
        # rho_2 + q s, rho(z) and lambda_3 with q = (z - s_2)/(s_3 - z)
        z = halves[1]
        q = (z - points[1]) / (points[2] - z)
        facings = [1, 1, -1]
        kinks = [(points[1] + q * points[0]) / (1 + q), z, points[2]]
    speeds = [draw(speed) for _ in range(width)]
    if kind in ("pair", "run"):  # from both sides
        turn = draw(st.sampled_from([1, -1]))
        speeds[:2] = turn * (abs(speeds[0]) or Fraction(1)), -turn * (abs(speeds[1]) or Fraction(1))
    elif kind == "affine" and draw(st.booleans()):  # kinks at the ends enter
        for j in range(2 if width == 2 else 1):
            speeds[j] = facings[j] * (abs(speeds[j]) or Fraction(1))
        if width == 3 and speeds[1] == speeds[2]:
            speeds[2] += draw(st.sampled_from([1, -1]))
    elif kind == "hinge":  # the left-facing kink moves on into the third gap
        speeds[-1] = abs(speeds[-1]) + Fraction(1, 2)
    if draw(st.booleans()):
        points = tuple(-s for s in reversed(points))
        facings, kinks, speeds = [-f for f in facings], [-k for k in kinks], [-v for v in speeds]
    return Instance.of(
        points=points, facings=tuple(facings), kinks=tuple(kinks), speeds=tuple(speeds)
    )


_INDEPENDENT = Hypothesis(
    "independent", "the neurons are independent modulo constants for small eps",
    lambda instance: bool(limit_of(instance)),
)

LIMITS_OF_TWO = Theorem(
    id="limits-of-two-neurons",
    title="The boundary strata of two neurons on a line",
    source=Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    statement="For ReLU neurons on n ≥ 4 points of a line, modulo constants, every limit of planes "
    "of two neurons is a plane of two neurons or span(v, y₀ b − y₁ a), y₀, y₁ > 0, for "
    "neighbours a, v, b of the path of vertices.",
    latex=r"Let $\rho_i = \max(s - s_i, 0)$, $\lambda_i = \max(s_i - s, 0)$ modulo constants, on "
    r"$n \ge 4$ points. Every limit of planes of two ReLU neurons is the plane of two neurons or "
    r"$\operatorname{span}(v, y_0 b - y_1 a)$ with $y_0, y_1 > 0$ for consecutive $a, v, b$ on the "
    r"path $\rho_{n-1}, \dots, \rho_2, s, -\lambda_{n-1}, \dots, -\lambda_2$.",
    hypotheses=(_INDEPENDENT,),
    claim=_decided,
    instances=_moving_neurons(2),
    status=Status("tested", "proved by hand in docs/completeness.md, section 2; tried on kinks "
                  "that move with constant speeds"),
    tests=("tests/theorems/test_attainability_limits.py",),
    mutants=(
        Mutant("closed", "every limit is the plane of two neurons",
               claim=lambda i: _decided(i, names=())),
        Mutant("plus", "the planes are span(v, y₀ b + y₁ a)",
               claim=lambda i: _decided(i, sign=1)),
        Mutant("no-affine-stratum", "the stratum of s is forgotten, where one kink leaves on each "
               "side", claim=lambda i: _decided(i, at_affine=False)),
    ),
)

LIMITS_OF_THREE = Theorem(
    id="limits-of-three-neurons",
    title="The boundary strata S1 to S5 of three neurons on a line",
    source=Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    statement="For ReLU neurons on n ≥ 5 points of a line, modulo constants, every limit of spans "
    "of three neurons is such a span or in one of the strata S1 (a pair merges), S2 (three in a "
    "run), S3 and S4 (an affine neuron with opposite kinks at one place), S5 (hinged triples).",
    latex=r"Let $n \ge 5$. Every limit of spans of three ReLU neurons on a line is the span of "
    r"three neurons or one of (S1) $\operatorname{span}(v, y_0 b - y_1 a, x)$, (S2) "
    r"$\operatorname{span}(v, b, y_0 c + y_1 a)$, (S3) $\operatorname{span}(s, \rho(z), y_0 \rho_2 "
    r"- y_1 t)$, $t = \pm [s > z]$, (S4) $\operatorname{span}(s, \rho_i, y_0 \rho_2 - y_1 \rho_j + "
    r"y_2 \rho_k)$, $\{j, k\} = \{i - 1, i + 1\}$, (S5) $\operatorname{span}(\lambda_3, x, y_0 "
    r"\lambda_4 + y_1 \lambda_2)$, $x \in \operatorname{cone}(s, \rho_2)$, or their mirror images, "
    r"with $y \ge 0$.",
    hypotheses=(_INDEPENDENT,),
    claim=_decided,
    instances=_moving_neurons(3),
    status=Status("proved", "all types of roots, with the lemmas of docs/completeness.md"),
    proofs=("proofs/lim_michalek_qi_2019/completeness.py",),
    tests=("tests/theorems/test_attainability_limits.py",),
    mutants=(
        Mutant("closed", "every limit is the span of three neurons",
               claim=lambda i: _decided(i, names=())),
        Mutant("runs-only", "only pairs and runs merge: S1 and S2",
               claim=lambda i: _decided(i, names=("S1", "S2"))),
        Mutant("no-affine-triples", "the affine triples S3 and S4 are forgotten",
               claim=lambda i: _decided(i, names=("S1", "S2", "S5"))),
        Mutant("no-hinges", "the hinged triples S5 are forgotten",
               claim=lambda i: _decided(i, names=("S1", "S2", "S3", "S4"))),
    ),
)
