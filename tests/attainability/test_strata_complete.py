"""The strata of three neurons on the line against Theorem 1, written out here once more.

The theorem's list (docs/completeness.md) is built from activations alone; the families of the
command must be the same ones.  Limits and refutations of hinged triples are computed by hand.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import pytest
from test_strata import distance

import symerm
from symerm.arithmetic.linalg import nullspace, primitive, rank, row_reduce, solve
from symerm.attainability.realised import HiddenVectors
from symerm.attainability.strata import strata_table
from symerm.attainability.strata_line import line_families
from symerm.attainability.strata_triples import hinged_triples
from symerm.problem.architecture import Architecture, parse_activation

INPUTS = {5: (0, 1, 3, 4, 6), 6: (0, 1, 3, 4, 6, 7), 7: (-2, 0, 1, 4, 5, 7, 11)}
SLOPES = {"relu": Fraction(0), "leaky:1/3": Fraction(1, 3)}


def combined(*terms):
    """The sum of factors times vectors."""
    return [sum(f * x for (f, _), x in zip(terms, column, strict=True))
            for column in zip(*(v for _, v in terms), strict=True)]


def of_points(count, activation):
    return HiddenVectors.of(
        [(x,) for x in INPUTS[count]], Architecture(3, parse_activation(activation))
    )


class Curve:
    """The curve of neurons; a vertex is a pair of a name and an index with a sign."""

    def __init__(self, count, activation):
        self.count, self.slope, self.inputs = count, SLOPES[activation], INPUTS[count]
        self.leaky = self.slope > 0
        self.affine = [(1 + self.slope) * x for x in self.inputs]
        self.edges = {}
        for facing, name, turn in (("R", "rho", 1), ("L", "lambda", -1)):
            names = [("s", turn), *((name, i) for i in range(2, count)), ("s", turn)]
            for i in range(1, count):
                # The ReLU has no edge from rho_(n-1) to rho_n = 0 nor from lambda_1 = 0.
                if self.leaky or (facing, i) not in {("R", count - 1), ("L", 1)}:
                    kink = Fraction(self.inputs[i - 1] + self.inputs[i], 2)
                    self.edges[facing, i] = names[i - 1], names[i], self.neuron(turn, kink)

    def neuron(self, turn, kink):
        values = [turn * (x - kink) for x in self.inputs]
        return [Fraction(z) if z > 0 else self.slope * z for z in values]

    def rho(self, i):
        return self.neuron(1, self.inputs[i - 1])

    def fall(self, i):
        return self.neuron(-1, self.inputs[i - 1])

    def vector(self, vertex):
        name, i = vertex
        found = {"rho": self.rho, "lambda": self.fall, "s": lambda _: self.affine}[name](abs(i))
        return [-x for x in found] if i < 0 else found

    def corners(self):
        """a, v, b with edges from a to v and from v to b, both with a positive v, and the edges."""
        for one, two in combinations(self.edges, 2):
            first, second = self.edges[one][:2], self.edges[two][:2]
            for (a, v), (b, w) in product((first, first[::-1]), (second, second[::-1])):
                if line(v) == line(w):
                    yield (a, v, b if v == w else negative(b)), {one, two}

    def theorem(self):
        """S1 to S5: a name, a base, and generators of the cone in which the last vector lies.

        If the last vector of the base moves, its segment follows.
        """
        corners = list(self.corners())
        for (a, v, b), used in corners:
            cone = [self.vector(b), self.vector(negative(a))]
            for edge in self.edges.keys() - used:
                c, d, middle = self.edges[edge]
                if line(v) in (line(c), line(d)):
                    continue
                yield "S1", [self.vector(v), middle], cone, [self.vector(c), self.vector(d)]
                # A third neuron at the far end of an edge that touches those of the others.
                for near, far in ((c, d), (d, c)):
                    if line(near) in (line(a), line(b)):
                        yield "S1", [self.vector(v), self.vector(far)], cone, []
        for (one, first), (two, second) in combinations(corners, 2):
            for (a, v, b), (x, y, c) in product((one, one[::-1]), (two, two[::-1])):
                if len(first & second) == 1 and line(b) == line(y) and line(v) == line(x):
                    end = self.vector(c if b == y else negative(c))
                    yield "S2", [self.vector(v), self.vector(b)], [end, self.vector(a)], []
        last = self.count - 1
        leave = [(1, self.rho(2)), (-1, self.fall(last))]
        leave += [(1, self.rho(last)), (-1, self.fall(2))] * self.leaky
        for f, t in leave:
            for i, sign in product(range(2, last), (1, -1)):
                step = [Fraction(x > self.inputs[i - 1]) for x in self.inputs]
                base = [self.affine, self.edges["R", i][2]]
                ends = [self.rho(i), self.rho(i + 1)]
                yield "S3", base, [t, combined((sign, step))], ends
            for i, (j, k) in product(range(2, last + 1), ((-1, 1), (1, -1))):
                right, left = combined((-f, self.rho(i + j))), combined((f, self.rho(i + k)))
                for cone in ([t, right], [t, left], [t, right, left]):
                    yield "S4", [self.affine, self.rho(i)], cone, []
        for edge, z, cone in self.hinges():
            a, b, middle = self.edges[edge]
            yield "S5", [z, middle], cone, [self.vector(a), self.vector(b)]

    def hinges(self):
        last, rho, fall = self.count - 1, self.rho, self.fall
        yield ("R", 1), fall(3), [fall(4), fall(2)]
        yield ("L", last), rho(last - 1), [rho(last - 2), rho(last)]
        if self.leaky:
            yield ("L", 1), rho(3), [rho(4), rho(2)]
            yield ("R", last), fall(last - 1), [fall(last - 2), fall(last)]


def line(vertex):
    return vertex[0], abs(vertex[1])


def negative(vertex):
    return vertex[0], -vertex[1]


def cone_of_spaces(base, cone):
    """Equal if the spaces of the positive combinations are, or None if these are one space."""
    frame = [[1] * len(base[0]), *base]
    if rank([*frame, *cone]) < len(frame) + len(cone):
        return None
    rows, pivots = row_reduce(frame)
    rest = [
        primitive(combined((1, v), *((-v[j], row) for j, row in zip(pivots, rows, strict=True))))
        for v in cone
    ]
    return rows, frozenset({
        frozenset(rest), frozenset(tuple(-x for x in v) for v in rest)
    })


@pytest.mark.parametrize("activation", SLOPES)
@pytest.mark.parametrize("count", INPUTS)
def test_the_families_are_those_of_the_theorem(count, activation):
    wanted, sums, same = {}, {}, []
    for name, base, cone, segment in Curve(count, activation).theorem():
        key = cone_of_spaces(base, cone)
        if key is not None and len(cone) == 2:
            wanted.setdefault(key, name)
            # Equal spaces in the middle of the segments, or modulo the fixed vector of the base.
            keys = {key}
            if segment:
                keys.add((
                    cone_of_spaces(base[:1], segment), cone_of_spaces(base[:1], cone)
                ))
            joined = [part for part in same if part & keys]
            same = [part for part in same if not part & keys]
            same.append(keys.union(*joined))
        elif key is not None:
            t, right, left = cone
            # The command decides one section of a cone with three generators.
            sums[key] = {
                cone_of_spaces(base, [combined((1, t), (1, x)), y])
                for x, y in ((left, right), (right, left))
            }
    kinds = {
        "merging pair and others": {"S1"}, "run of three": {"S1", "S2"},
        "affine triple": {"S3", "S4"}, "hinged triple": {"S5"},
    }
    families = line_families(of_points(count, activation))
    assert len(families) == len(same) + len(sums)
    listed = set()
    for family in families:
        cone = [family.pencil.second, [-x for x in family.pencil.first]]
        key = cone_of_spaces(family.pencil.base, cone)
        if family.sample == "y2 = y0":
            (place,) = (place for place, sections in sums.items() if key in sections)
            assert sums.pop(place)
        else:
            listed.add(key)
            assert wanted[key] in kinds[family.kind], family.symbols
    assert not sums
    # One family for each group, and no sample of another.
    assert all(len(part & listed) == 1 for part in same)
    assert listed <= set(wanted)
    # For five points and leaky slopes the spaces of S3 and S4 are among those of S1.
    assert set(wanted.values()) == (
        {"S1", "S2", "S5"} if (count, activation) == (5, "leaky:1/3")
        else {"S1", "S2", "S3", "S4", "S5"}
    )


def test_the_table_says_that_it_is_complete():
    for activation in SLOPES:
        architecture = Architecture(3, parse_activation(activation))
        table = strata_table([(x,) for x in INPUTS[6]], architecture, outputs=2)
        assert (table.complete, table.every_response) == (True, "no")
    bare = strata_table([(x,) for x in INPUTS[6]], Architecture(3, output_bias=False), outputs=3)
    assert (bare.complete, bare.every_response) == (False, "no")
    assert not [s for s in bare.strata if s.kind in ("affine triple", "hinged triple")]


def neurons_by_hand(curve, space):
    """All vectors of the edges of the curve in a space, up to combinations, from relations."""
    ones = [1] * curve.count
    found = []
    for c, d, _ in curve.edges.values():
        ends = [curve.vector(c), curve.vector(d)]
        relations = nullspace(tuple(zip(ones, *space, *ends, strict=True)))
        if len(relations) == 2:
            found += ends
        for relation in relations:
            x, y = relation[-2:]
            if len(relations) == 1 and x * y >= 0:
                found.append(combined((x, ends[0]), (y, ends[1])))
    return found


@pytest.mark.parametrize("activation", SLOPES)
@pytest.mark.parametrize("count", INPUTS)
def test_hinged_triples_are_limits_and_realised_for_five_points_only(count, activation):
    curve, vectors = Curve(count, activation), of_points(count, activation)
    families = hinged_triples(vectors)
    assert len(families) == (4 if curve.leaky else 2)
    ones = [1] * count
    for family, ((facing, i), z, (y, other)) in zip(
        sorted(families, key=lambda f: f.words), sorted_hinges(curve), strict=True
    ):
        *_, x = curve.edges[facing, i]
        member = [list(v) for v in family.pencil.space(Fraction(1))]
        assert rank([ones, *member, x, z, combined((1, y), (1, other))]) == 4
        # The neuron in the plane of x and z with its kink in the gap beside that of x.
        turn, side = (1, curve.rho) if facing == "R" else (-1, curve.fall)
        u = combined((turn, curve.affine))
        ends = [side(k) for k in ((2, 3) if i == 1 else (count - 1, count - 2))]
        (relation,) = nullspace(tuple(zip(ones, x, z, *ends, strict=True)))
        c, d = relation[-2:]
        assert c * d > 0
        middle = combined((c, ends[0]), (d, ends[1]))
        _, alpha, beta = solve(tuple(zip(ones, x, z, strict=True)), middle)
        # Modulo x and z the affine neuron is a multiple k of the other end.
        *_, k = solve(tuple(zip(ones, x, z, other, strict=True)), u)
        delta = beta / (alpha * k)
        far = []
        for eps in (Fraction(1, 10**4), Fraction(1, 10**6)):
            arc = [combined((1, x), (eps * delta, u)), middle, combined((1, z), (eps, y))]
            for neuron in arc:
                assert len(vectors.neurons_in([primitive(neuron)])) == 1
            arc = [primitive(neuron) for neuron in arc]
            assert len(vectors.neurons_in(arc)) == 3
            far.append(max(distance(vector, arc) for vector in member))
            assert far[-1] < 1000 * eps**2
        assert far[1] < far[0] / 1000
        # All neurons in members of the stratum.
        for ratio in (Fraction(1, 7), Fraction(1), Fraction(5)):
            space = family.pencil.space(ratio)
            inside = rank([ones, *neurons_by_hand(curve, space)]) - 1
            assert inside == (3 if count == 5 else 2)
            assert len(vectors.neurons_in(space)) == inside


def sorted_hinges(curve):
    """In the order of the words: left- before right-facing, the first gaps before the last."""
    right, left, *more = curve.hinges()
    return [more[0], left, right, more[1]] if more else [left, right]


@pytest.mark.parametrize("activation", SLOPES)
def test_responses_of_hinged_triples_have_no_minimiser(activation):
    vectors = of_points(6, activation)
    # For leaky slopes the two that the ReLU does not have.
    for family in hinged_triples(vectors)[-2:]:
        rows = zip(*family.pencil.space(Fraction(1)), strict=True)
        data = symerm.Dataset.from_rows(INPUTS[6], list(rows))
        verdict = symerm.decide(symerm.Problem(data, vectors.architecture))
        assert (verdict.verdict, verdict.exact) == ("not-attained", 0)


@pytest.mark.parametrize("activation", SLOPES)
def test_hinged_triples_of_five_points_carry_their_network(activation):
    table = strata_table(
        [(x,) for x in INPUTS[5]], Architecture(3, parse_activation(activation)), outputs=3
    )
    found = [stratum for stratum in table.strata if stratum.kind == "hinged triple"]
    assert found
    for stratum in found:
        assert (stratum.status, stratum.outside) == ("inside", None)
        ratio, network = stratum.witness
        rows = [network((Fraction(x),)) for x in INPUTS[5]]
        columns = list(zip(*rows, strict=True))
        space = stratum.pencil.space(ratio)
        assert rank([[1] * 5, *columns]) == rank([[1] * 5, *space, *columns]) == 4
