"""The boundary strata of three neurons with one input: the list is complete.

Modulo constants rho_1 = s, rho_2, .., rho_(n-1) are a basis, lambda_i = rho_i - s and rho_n = 0
(leaky slopes: in the units of docs/completeness.md).  Neurons are the points of a curve that is the
same for all data and slopes: its edges are the cones of

    R_i = (rho_i, rho_(i+1)),   L_i = (lambda_i, lambda_(i+1)),   with s or -s at the ends.

Three neurons on three edges make a root: axes with items (a vertex, or the product of two), and a
product e_J of three vertices for each choice J of one item on every axis.  w is the sum of the
y_J e_J, where y_J is the product of factors >= 0 of the items.  Linear relations depend only on
the sides of the edges and on the distances 0, 1, "more" of their gaps from each other and from the
ends: all types occur for n <= 8.  For every root of every type:

1. a linear form is positive on all e_J that are not 0, or all e_J are multiples of one;
2. let U be sets of items on which all e_J vanish, M the minimal sets of items outside U that make
   a product alive, and E_M the sum of its terms y_J e_J.  The M can be weighted alike and are
   independent, so that all positive combinations of the E_M are limits at U;
3. those are in one of the strata S1 to S5, or in one space that is realised;
4. wherever two E_M or more are left, the step "n" of docs/secants.md has a box;
5. only roots with two items on each axis have more than one maximal set of vanishing products.

docs/completeness.md states the theorems and proves that this is enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, pairwise, product

import sympy
from steps import prove, relu

#: Coefficients by sets of basis vectors: 1 is s, i is rho_i.
Form = dict[tuple[int, ...], int]
#: The same with polynomials in the factors of the items of U: coefficients by monomials.
Family = dict[tuple[tuple[int, int], ...], Form]
#: A vertex: a name and an index, with a sign.
Vertex = tuple[str, int, int]
Item = tuple[Vertex, ...]
Index = tuple[int, ...]
Box = tuple[frozenset[int], ...]

LARGEST = 8
S: Vertex = ("s", 0, 1)


def minus(v: Vertex) -> Vertex:
    return v[0], v[1], -v[2]


@dataclass(frozen=True)
class Curve:
    """The curve of neurons on n points."""

    size: int
    leaky: bool

    def rho(self, i: int) -> Vertex:
        return S if i in (1, self.size) else ("rho", i, 1)

    def fall(self, i: int) -> Vertex:
        return minus(S) if i in (1, self.size) else ("lambda", i, 1)

    def edges(self) -> dict[str, tuple[Vertex, Vertex]]:
        """R_i and L_i; without leaky slopes rho_n = 0 and lambda_1 = 0 end the path."""
        right = range(1, self.size - (not self.leaky))
        left = range(1 + (not self.leaky), self.size)
        return {
            **{f"R{i}": (self.rho(i), self.rho(i + 1)) for i in right},
            **{f"L{i}": (self.fall(i), self.fall(i + 1)) for i in left},
        }


def vector(v: Vertex) -> Form:
    """In the basis s, rho_2, .."""
    name, i, sign = v
    if name == "s":
        return {(1,): sign}
    return {(i,): sign, **({(1,): -sign} if name == "lambda" else {})}


def wedge(vertices: Sequence[Vertex]) -> Form:
    found: Form = {(): 1}
    for v in vertices:
        grown: Form = {}
        for key, x in found.items():
            for (i,), y in vector(v).items():
                if i not in key:
                    turns = sum(k > i for k in key)
                    new = tuple(sorted((*key, i)))
                    grown[new] = grown.get(new, 0) + (-1) ** turns * x * y
        found = {key: x for key, x in grown.items() if x}
    return found


# Roots -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Root:
    """Edges of three neurons, items; u, v, x, z of a hinge."""

    edges: tuple[str, ...]
    axes: tuple[tuple[Item, ...], ...]
    hinge: tuple[Vertex, Vertex, Vertex, Vertex] | None = None

    def products(self) -> dict[Index, Form]:
        return {
            place: wedge([v for axis, k in zip(self.axes, place, strict=True) for v in axis[k]])
            for place in product(*(range(len(axis)) for axis in self.axes))
        }


def gap(edge: str) -> int:
    return int(edge[1:])


def roots(curve: Curve) -> Iterator[Root]:
    """As in Lemma 15 of docs/secants.md; three neurons on one edge are dependent."""
    edges = curve.edges()
    for chosen in combinations_with_replacement(edges, 3):
        names = tuple(dict.fromkeys(chosen))
        if len(names) == 1:
            continue
        axes: list[tuple[Item, ...]] = [
            (edges[name],) if chosen.count(name) == 2 else tuple((v,) for v in edges[name])
            for name in names
        ]
        single = [k for k, name in enumerate(names) if chosen.count(name) == 1]
        yield from alternatives(Root(chosen, tuple(axes)), names, single, curve.size)


def alternatives(
    root: Root, names: Sequence[str], single: Sequence[int], size: int
) -> Iterator[Root]:
    """The root after joining parallel segments, or with a hinge."""
    axes = root.axes
    for i, j in combinations(single, 2):
        inner = 1 < gap(names[i]) < size - 1
        if inner and (names[i][0], names[j]) == ("R", f"L{gap(names[i])}"):
            ((u1,), (u2,)), ((v1,), (v2,)) = axes[i], axes[j]
            for moved in ((u1, v2), (u2, v1)):
                joined: tuple[Item, ...] = (moved, (u1, v1), (u2, v2))
                kept = (joined if k == i else axis for k, axis in enumerate(axes) if k != j)
                yield Root(root.edges, tuple(kept))
            return
    for i, j in combinations(single, 2):
        hinge = hinged(axes, i, j)
        if hinge is not None:
            u, v, x, z = hinge
            for first, second in (((u, v), (z, v)), ((z, minus(v)), (v, x))):
                turned_axes = list(axes)
                turned_axes[i], turned_axes[j] = (((p,), (q,)) for p, q in (first, second))
                yield Root(root.edges, tuple(turned_axes), hinge)
            return
    yield root


def shared(
    first: Sequence[Vertex], second: Sequence[Vertex]
) -> tuple[Vertex, Vertex, Vertex] | None:
    """a, v, b for edges (a, v) and (v, b), the second one turned if it has -v."""
    for a, v in (first, first[::-1]):
        for b, other in (second, second[::-1]):
            if v[:2] == other[:2] and a[:2] != b[:2]:
                return a, v, b if v == other else minus(b)
    return None


def hinged(
    axes: Sequence[tuple[Item, ...]], i: int, j: int
) -> tuple[Vertex, Vertex, Vertex, Vertex] | None:
    """u, v, x, z with segments u, v and v, x, and z = x - u, up to sign an item of another axis."""
    found = shared([v for (v,) in axes[i]], [v for (v,) in axes[j]])
    if found is not None:
        u, v, x = found
        for axis in (axis for k, axis in enumerate(axes) if k not in (i, j)):
            for item in (item for item in axis if len(item) == 1):
                for z in (item[0], minus(item[0])):
                    if added(vector(u), vector(z)) == vector(x):
                        return u, v, x, z
    return None


def added(left: Form, right: Form, factor: int = 1) -> Form:
    found = dict(left)
    for key, x in right.items():
        found[key] = found.get(key, 0) + factor * x
    return {key: x for key, x in found.items() if x}


def kind(curve: Curve, chosen: Sequence[str]) -> tuple[object, ...]:
    """What the linear relations of the vertices of three edges depend on."""
    order = sorted(chosen, key=lambda edge: (gap(edge), edge))
    places = [0, *map(gap, order), curve.size]
    steps = [min(b - a, 2) for a, b in pairwise(places)]
    return (curve.leaky, "".join(edge[0] for edge in order), *steps)


def positive_form(vectors: Sequence[Form]) -> bool:
    """Whether a linear form is positive on all vectors, found by adding what it misses."""
    found: Form = {}
    for _ in range(1000):
        missed = next((v for v in vectors if pairing(found, v) <= 0), None)
        if missed is None:
            return True
        found = added(found, missed)
    return False


def pairing(left: Form, right: Form) -> int:
    return sum(x * left.get(key, 0) for key, x in right.items())


# Limits ------------------------------------------------------------------------------------------


def boxes(products: dict[Index, Form]) -> list[Box]:
    """The products of sets of items on which all products of vertices vanish."""
    shape = [max(k) + 1 for k in zip(*products, strict=True)]
    sets = [
        [frozenset(c) for size in range(1, m + 1) for c in combinations(range(m), size)]
        for m in shape
    ]
    return [box for box in product(*sets) if not any(products[place] for place in product(*box))]


def outside(place: Index, box: Box) -> frozenset[tuple[int, int]]:
    return frozenset((a, k) for a, k in enumerate(place) if k not in box[a])


def limits(products: dict[Index, Form], box: Box) -> dict[frozenset[tuple[int, int]], Family]:
    """E_M for the minimal M, as polynomials in the factors of the items in the box."""
    found: dict[frozenset[tuple[int, int]], Family] = {}
    for place, form in products.items():
        if form:
            monomial = tuple(
                (a, k) for a, k in enumerate(place) if k in box[a] and len(box[a]) > 1
            )
            found.setdefault(outside(place, box), {})[monomial] = form
    return {m: part for m, part in found.items() if not any(other < m for other in found)}


def arranged(ways: Sequence[frozenset[tuple[int, int]]]) -> bool:
    """Whether factors x of the outside items exist for any positive products, along e -> 0.

    That is so if the 0-1 vectors of the M are independent and some positive weights give all of
    them the same weight.
    """
    items = sorted(frozenset().union(*ways))
    rows = sympy.Matrix([[int(item in way) for item in items] for way in ways])
    return rows.rank() == len(ways) and any(
        len({sum(w for w, item in zip(weights, items, strict=True) if item in way)
             for way in ways}) == 1
        for weights in product((1, 2, 3), repeat=len(items))
    )


def simplified(family: Family) -> Family:
    """A polynomial with positive coefficients times one form is replaced by the form."""
    forms = list(family.values())
    first = forms[0]
    return {(): first} if all(form == first for form in forms) else family


def turned(family: Family) -> Family:
    return {m: {key: -x for key, x in form.items()} for m, form in family.items()}


def total(families: Sequence[Family]) -> Family:
    found: Family = {}
    for family in families:
        for monomial, form in family.items():
            found[monomial] = added(found.get(monomial, {}), form)
    return {monomial: form for monomial, form in found.items() if form}


def contained(parts: Sequence[Family], stratum: Sequence[Family]) -> bool:
    """Whether all parts, or the negatives of all, are sums of those of a stratum."""
    ends = [simplified(part) for part in stratum if part]
    sums = [
        simplified(found) for size in range(1, len(ends) + 1) for some in combinations(ends, size)
        if (found := total(some))
    ]
    return any(
        all(part in sums for part in side)
        for side in (parts, [turned(part) for part in parts])
    )


# Strata ------------------------------------------------------------------------------------------

#: A point of the curve: a vertex, or the point between two with the factors of two items.
Point = dict[tuple[tuple[int, int], ...], Vertex]


def at(*factors: Vertex | Point, sign: int = 1) -> Family:
    """The product of three vectors."""
    points = [f if isinstance(f, dict) else {(): f} for f in factors]
    found: Family = {}
    for chosen in product(*(point.items() for point in points)):
        monomial = tuple(sorted(m for key, _ in chosen for m in key))
        form = wedge([v for _, v in chosen])
        signed = {key: sign * x for key, x in form.items()}
        found[monomial] = added(found.get(monomial, {}), signed)
    return {monomial: form for monomial, form in found.items() if form}


def points(root: Root, box: Box, edge: Sequence[Vertex]) -> Iterator[Vertex | Point]:
    """The ends of an edge, and its inner points if two items of the box are its ends."""
    yield from edge
    for axis, part in enumerate(box):
        items = [(k, root.axes[axis][k]) for k in sorted(part)]
        for position in range(2):
            found: Point = {
                ((axis, k),): item[position] for k, item in items if len(item) > position
            }
            if len(part) == len(found) == 2 and {v[:2] for v in found.values()} == {
                v[:2] for v in edge
            }:
                yield found


def strata(curve: Curve, root: Root, box: Box) -> Iterator[tuple[str, list[Family]]]:
    """The strata near a root: the span is that of a positive combination of the forms."""
    edges = curve.edges()
    chosen = [edges[e] for e in root.edges]
    for order in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        first, second, third = (chosen[k] for k in order)
        corner = shared(first, second)
        if corner is not None:
            a, v, b = corner
            for x in points(root, box, third):
                yield "S1", [at(v, b, x), at(a, v, x)]
    for order in ((0, 1, 2), (1, 0, 2), (0, 2, 1)):
        first, second, third = (chosen[k] for k in order)
        corner, other = shared(first, second), shared(second, third)
        if corner is not None and other is not None and corner[1][:2] != other[1][:2]:
            a, v, b = corner
            yield "S2", [at(a, v, b), at(v, b, other[2] if other[1] == b else minus(other[2]))]
    for k, ends in enumerate(chosen):
        first_name, second_name = (e for m, e in enumerate(root.edges) if m != k)
        if [v[0] for v in ends].count("s") == 1 and first_name[0] + second_name[0] == "RL":
            s, t = ends if ends[0][0] == "s" else ends[::-1]
            yield from opposite(curve, root, box, s, t, gap(first_name), gap(second_name))
    if root.hinge is not None:
        u, v, x, z = root.hinge
        for y, near in product(*2 * [neighbours(edges, z)]):
            # Modulo z a point between v and x is one between v and u.
            found = [*points(root, box, (u, v)), *points(root, box, (v, x))]
            for p in (replaced(q, x, u) for q in found):
                yield "S1", [at(p, z, y), at(p, z, near, sign=-1)]
                yield "S5", [at(p, z, y), at(p, z, near)]


def replaced(point: Vertex | Point, x: Vertex, u: Vertex) -> Vertex | Point:
    if isinstance(point, dict):
        return {key: u if v == x else v for key, v in point.items()}
    return u if point == x else point


def opposite(
    curve: Curve, root: Root, box: Box, s: Vertex, t: Vertex, right: int, left: int
) -> Iterator[tuple[str, list[Family]]]:
    """Kinks of both facings in gaps right and left, and an affine neuron s that moves to t."""
    if right == left:
        ends = curve.rho(right), curve.rho(right + 1)
        for x in points(root, box, ends):
            for sign in (1, -1):
                yield "S3", [at(S, x, t), at(s, *ends, sign=sign)]
        return
    for i in {right, right + 1} & {left, left + 1}:
        j, k = 2 * right + 1 - i, 2 * left + 1 - i
        rho = curve.rho(i)
        yield "S4", [at(S, rho, t), at(s, rho, curve.rho(j), sign=-1), at(s, rho, curve.rho(k))]


def neighbours(edges: dict[str, tuple[Vertex, Vertex]], z: Vertex) -> list[Vertex]:
    """The other ends of the edges at z, turned as z is."""
    found = [shared(edge, (z, ("none", 0, 1))) for edge in edges.values()]
    return [
        corner[0] if corner[1] == z else minus(corner[0]) for corner in found if corner is not None
    ]


# The step "n" ------------------------------------------------------------------------------------


def degree(place: Index, box: Box) -> int:
    return len(outside(place, box))


def exchangeable(alive: set[Index], j: Index, k: Index) -> bool:
    """Whether j and k may exchange items on some axes, not all, such that both stay alive."""
    axes = range(len(j))
    return any(
        tuple(k[a] if a in part else j[a] for a in axes) in alive
        and tuple(j[a] if a in part else k[a] for a in axes) in alive
        for size in range(1, len(j)) for part in combinations(axes, size)
    )


def rises(products: dict[Index, Form], found: Sequence[Box], support: set[Index]) -> bool:
    """Whether the step "n" has a box for limits with the products of a support."""
    alive = {place for place, form in products.items() if form}
    hull = set(product(*({place[a] for place in support} for a in range(len(min(support))))))
    for box in found:
        high = [place for place in alive if degree(place, box) >= 2]
        suitable = [
            k for k in product(*box) if all(exchangeable(alive, j, k) for j in high)
        ]
        if (
            all(degree(place, box) == 1 for place in support)
            and hull.intersection(high) and hull.intersection(suitable)
        ):
            return True
    return False


# All types ---------------------------------------------------------------------------------------


def one_space(products: dict[Index, Form]) -> bool:
    """Whether all products are multiples of one."""
    return len({frozenset(form) for form in products.values() if form}) == 1 and len(
        next(form for form in products.values() if form)
    ) == 1


def maximal(found: Sequence[Box]) -> list[Box]:
    return [
        box for box in found if not any(
            box != other and all(x <= y for x, y in zip(box, other, strict=True)) for other in found
        )
    ]


def check(curve: Curve, root: Root) -> list[str]:
    """The strata next to a root."""
    products = root.products()
    alive = [form for form in products.values() if form]
    if not alive or one_space(products):
        return []
    require("a linear form is positive", positive_form(alive), root)
    found, names = boxes(products), []
    require(
        "three items only beside one box",
        max(map(len, root.axes)) == 2 or len(maximal(found)) <= 1, root,
    )
    for box in found:
        ends = limits(products, box)
        require("all ratios are limits", arranged(list(ends)), root)
        parts = {m: simplified(part) for m, part in ends.items()}
        if different(parts.values()) == 1:
            continue
        near = [
            name for name, stratum in strata(curve, root, box)
            if contained(list(parts.values()), stratum)
        ]
        require("the limits are in the list", bool(near), root)
        names.append(near[0])
        for size in range(2, len(parts) + 1):
            for some in combinations(parts, size):
                support = {
                    place for place, form in products.items()
                    if form and outside(place, box) in some
                }
                require(
                    "the step n has a box",
                    different(parts[m] for m in some) == 1 or rises(products, found, support), root,
                )
    return names


def different(families: Iterable[Family]) -> int:
    return len({str(sorted(family.items())) for family in families})


def require(statement: str, holds: bool, root: Root) -> None:
    if not holds:
        raise SystemExit(f"FAILED {statement}: {root}")


def main() -> None:
    left, right, gamma = sympy.symbols("left right gamma", positive=True)
    for slope in (sympy.Integer(0), 1 / (1 + gamma)):
        prove(
            f"modulo constants lambda_i - rho_i is -s times {1 + slope}",
            *(relu(-z, slope) - relu(z, slope) + (1 + slope) * z for z in (-left, right)),
        )
    for leaky in (False, True):
        seen: set[object] = set()
        names: Counter[str] = Counter()
        for size in range(LARGEST, 4, -1):
            curve = Curve(size, leaky)
            fresh = [root for root in roots(curve) if kind(curve, root.edges) not in seen]
            for root in fresh:
                names.update(check(curve, root))
            seen.update(kind(curve, root.edges) for root in fresh)
        larger = Curve(LARGEST + 1, leaky)
        for root in roots(larger):
            require("its type occurs before", kind(larger, root.edges) in seen, root)
        listed = ", ".join(f"{name} {count} times" for name, count in sorted(names.items()))
        print(
            f"proved {'leaky slopes' if leaky else 'relu'}: the limits of {len(seen)} types of "
            f"three edges are in the list: {listed}"
        )


if __name__ == "__main__":
    main()
