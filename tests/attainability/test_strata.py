"""Case tables of boundary strata: counts, limits, statuses, and the responses they give."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_cases import orthogonal

import symerm
from symerm.attainability import strata as strata_module
from symerm.attainability.realised import HiddenVectors
from symerm.attainability.strata import strata_table
from symerm.attainability.strata_cells import cell_families
from symerm.attainability.strata_line import line_families
from symerm.attainability.strata_triples import affine_triples
from symerm.attainability.subspaces import contained_in_realised
from symerm.errors import InputError
from symerm.problem.architecture import Architecture, parse_activation

LEAKY = parse_activation("leaky:1/10")


def line(count):
    return [(k,) for k in range(count)]


@pytest.mark.parametrize("count", [4, 5, 8, 12])
def test_on_the_line_there_is_one_stratum_for_each_inner_vertex(count):
    table = strata_table([(k * k,) for k in range(count)], Architecture(2), outputs=2)
    assert table.complete
    assert sum(stratum.cases for stratum in table.strata) == 2 * count - 5
    assert table.symmetries == 1
    mirrored = strata_table(line(count), Architecture(2), outputs=2)
    assert sum(stratum.cases for stratum in mirrored.strata) == 2 * count - 5
    assert len(mirrored.strata) == count - 2


def test_the_smallest_case_is_that_of_the_notes():
    # Inputs 0..3: the stratum of rho_2 is realised where the ratio is at most one.
    merging, ends = strata_table(line(4), Architecture(2), outputs=2).strata
    assert (merging.status, merging.cases, ends.status, ends.cases) == ("partly", 2, "inside", 1)
    (interval,) = merging.realised
    assert (interval.low, interval.high) == (0, 1)


@settings(max_examples=12)
@given(
    st.lists(st.integers(-6, 6), min_size=4, max_size=6, unique=True),
    st.sampled_from(["relu", "leaky:1/3"]), st.booleans(), st.booleans(), st.integers(2, 3),
)
def test_the_response_printed_has_no_minimiser(inputs, activation, output_bias, repeat, outputs):
    inputs = inputs + inputs[:1] * repeat
    architecture = Architecture(2, parse_activation(activation), output_bias=output_bias)
    table = strata_table([(x,) for x in inputs], architecture, outputs=outputs)
    assert table.every_response == "no"
    data = symerm.Dataset.from_rows(inputs, table.response)
    verdict = symerm.decide(symerm.Problem(data, architecture))
    assert (verdict.verdict, verdict.exact) == ("not-attained", 0)


@pytest.mark.parametrize(
    ("inputs", "width", "outputs", "options", "why"),
    [
        (line(9), 3, 1, {}, "one output"),
        (line(9), 1, 4, {}, "one neuron"),
        ([(0, 0), (1, 0), (0, 1)], 1, 2, {}, "one neuron"),
        ([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], 2, 2, {}, "affinely independent"),
        (line(4), 3, 2, {}, "fit every response"),
        ([(0, 0), (1, 0), (0, 1), (1, 1)], 3, 5, {}, "fit every response"),
        (line(3), 3, 2, {"output_bias": False}, "fit every response"),
        (line(9), 2, 2, {"hidden_bias": False}, "finitely many"),
    ],
)
def test_closed_cases_give_their_reason(inputs, width, outputs, options, why):
    table = strata_table(inputs, Architecture(width, **options), outputs=outputs)
    assert (table.every_response, table.strata, table.response) == ("yes", (), None)
    assert table.complete
    assert why in table.reason


@pytest.mark.parametrize("hidden_bias", [True, False])
def test_independent_inputs_without_output_bias_are_not_closed(hidden_bias):
    # A plane can touch the orthant in a single ray.
    inputs = [(0, 0), (1, 0), (0, 1)] if hidden_bias else [(1, 0, 0), (1, 2, 0), (0, 1, 4)]
    architecture = Architecture(2, hidden_bias=hidden_bias, output_bias=False)
    table = strata_table(inputs, architecture, outputs=2)
    assert table.every_response == "no"
    x, y = zip(*table.response, strict=True)
    # The plane has no other point with entries of one sign.
    touching = {
        tuple(u * p + w * q for p, q in zip(x, y, strict=True))
        for u in range(-9, 10) for w in range(-9, 10)
    }
    one_sign = [z for z in touching if any(z) and (min(z) >= 0 or max(z) <= 0)]
    assert one_sign
    assert len(orthogonal(one_sign, [1] * 3)) == 1


@pytest.mark.parametrize(
    ("inputs", "architecture"),
    [
        (line(5), Architecture(2)),
        (line(5), Architecture(3)),
        (line(5), Architecture(2, LEAKY)),
        (line(6), Architecture(3)),
        (line(6), Architecture(3, LEAKY)),
        ([(0, 0), (1, 0), (0, 1), (1, 1)], Architecture(2)),
        ([(0, 0), (2, 0), (0, 1), (2, 1)], Architecture(2, output_bias=False)),
        ([(0, 0), (2, 0), (0, 1), (2, 3), (1, 1)], Architecture(2)),
    ],
)
def test_symmetric_cases_have_the_same_status(monkeypatch, inputs, architecture):
    def statuses(table):
        counts = Counter()
        for stratum in table.strata:
            counts[stratum.kind, stratum.dimension, stratum.status] += stratum.cases
        return counts

    divided = strata_table(inputs, architecture, outputs=2)
    monkeypatch.setattr(
        strata_module, "affine_symmetries",
        lambda inputs, **options: (tuple(range(len(inputs))),),
    )
    whole = strata_table(inputs, architecture, outputs=2)
    assert whole.symmetries == 1
    if divided.symmetries > 1:
        assert len(divided.strata) < len(whole.strata)
    if not any(stratum.sample for stratum in whole.strata):
        assert statuses(divided) == statuses(whole)
    assert sum(statuses(divided).values()) == len(whole.strata)


def distance(vector, space):
    """The squared distance of a vector from a span with the constants, relative to its length."""
    ones = [1] * len(vector)
    basis = orthogonal([ones, *space, vector], ones)
    kept = orthogonal([ones, *space], ones)
    if len(basis) == len(kept):
        return Fraction(0)
    centred = orthogonal([ones, vector], ones)[1]
    square = [sum(x * x for x in each) for each in (basis[-1], centred)]
    return Fraction(square[0]) / square[1]


def near(pencil, arc):
    """Whether the spans of an arc of neurons tend to a member of a pencil."""
    space = pencil.space(Fraction(1))
    for power in (2, 4, 6):
        found = [distance(vector, arc(Fraction(1, 10**power))) for vector in space]
        if max(found) > 100 * Fraction(1, 10 ** (2 * power)):
            return False
    return True


def relu(slope, kink, inputs, negative=0):
    return [z if (z := slope * (x - kink)) > 0 else negative * z for x in inputs]


def plus(x, eps, y):
    return [a + eps * b for a, b in zip(x, y, strict=True)]


TRIPLE_INPUTS = [0, 1, 3, 4, 6, 7]


def leaving(name, kinked):
    """How an affine neuron leaves: with its kink in the first or in the last gap."""
    sign, kink = (1, TRIPLE_INPUTS[1]) if name == "rho_2" else (-1, TRIPLE_INPUTS[-2])
    step = kinked(sign, kink)
    return lambda eps: plus([sign * x for x in TRIPLE_INPUTS], eps, step)


def gap_arc(affine, z, turn, kinked, slope):
    # With slope a, rho(z) - lambda(z + d) = (1 + a) s + (1 - a) d [s > z]; s + eps t is affine.
    step = turn * (1 + slope) / (1 - slope)
    return lambda eps: [affine(eps), kinked(1, z), kinked(-1, z + step * eps)]


def point_arc(affine, i, to_right, to_left, kinked, slope):
    at, right, left = (TRIPLE_INPUTS[k] for k in (i, to_right, to_left))
    return lambda eps: [
        affine(eps),
        plus(kinked(1, at), (1 + slope) * eps * (i != to_right), kinked(1, right)),
        plus(kinked(-1, at), (1 + slope) * eps * (i != to_left), kinked(-1, left)),
    ]


@pytest.mark.parametrize("name", ["relu", "leaky:1/2"])
def test_affine_triples_are_limits_of_three_neurons(name):
    activation = parse_activation(name)
    slope = activation.negative_slope
    vectors = HiddenVectors.of([(x,) for x in TRIPLE_INPUTS], Architecture(3, activation))
    named = {family.symbols for family in affine_triples(vectors)}
    found = [f for f in line_families(vectors) if f.kind == "affine triple"]
    assert {family.symbols for family in found} <= named
    assert len(found) >= 14

    def kinked(sign, kink):
        return relu(sign, kink, TRIPLE_INPUTS, slope)

    for family in found:
        affine = leaving("rho_2" if "y0*rho_2" in family.symbols else "lambda", kinked)
        if "[s > z]" in family.symbols:
            words = family.words.split(" between ")[1].split(" beside")[0]
            z = Fraction(sum(map(int, words.split(" and "))), 2)
            ways = [
                near(family.pencil, gap_arc(affine, z, turn, kinked, slope)) for turn in (1, -1)
            ]
            assert sorted(ways) == [False, True], family.symbols
        else:
            i = int(family.symbols.split("rho_")[1].split(",")[0]) - 1
            arcs = [
                point_arc(affine, i, j, k, kinked, slope)
                for j in (i - 1, i, i + 1) for k in (i - 1, i, i + 1)
            ]
            assert any(near(family.pencil, arc) for arc in arcs), family.symbols


@pytest.mark.parametrize("count", [5, 6])
def test_runs_are_limits_of_three_neurons(count):
    vectors = HiddenVectors.of(line(count), Architecture(3))
    runs = [f for f in line_families(vectors) if f.kind == "run of three"]
    # Five of each.  Merging at s beside rho(z) or lambda(z) is the same and listed once.
    assert len(runs) == 5 * (2 * count - 6) - 2 - 2 * (count == 5)
    for family in runs:
        if family.dimension == 2:
            continue
        # Near the stratum: the third neuron of the base, and the pair a little apart.
        u, w = family.pencil.base
        x, y = family.pencil.first, family.pencil.second
        arcs = [
            lambda eps, u=u, w=w, x=x, y=y: [u, plus(w, eps, x), plus(w, eps, y)],
            lambda eps, u=u, w=w, x=x, y=y: [w, plus(u, eps, x), plus(u, eps, y)],
            # Three that close up: on (a, v), near one end of (v, b), and on (b, c).
            lambda eps, u=u, w=w, x=x, y=y: [
                plus(u, -eps, x), plus(u, 1, w), plus(w, eps, y)],
        ]
        assert any(near(family.pencil, arc) for arc in arcs), family.words


@pytest.mark.parametrize("output_bias", [True, False])
def test_cells_run_into_their_strata(output_bias):
    inputs = [(0, 0), (3, 0), (0, 2), (2, 3), (1, 1)]
    vectors = HiddenVectors.of(inputs, Architecture(2, output_bias=output_bias))
    families = cell_families(vectors)
    assert {family.kind for family in families} == (
        {"meeting cells", "corner", "mirrored affine"} if output_bias
        else {"meeting cells", "corner"}
    )
    for family in families:
        (x,) = family.pencil.base
        # From the affine side the neurons are x + eps e_j and -(x - eps e_i).
        eps = Fraction(-1 if family.kind == "mirrored affine" else 1, 10**6)
        first, second = (
            [a + eps * b for a, b in zip(x, y, strict=True)]
            for y in (family.pencil.first, family.pencil.second)
        )
        span = [tuple(int(z * 10**6) for z in each) for each in (first, second)]
        for each in span:
            assert len(vectors.neurons_in([each])) == 1
        assert len(vectors.neurons_in(span)) == 2


def test_fewer_outputs_than_neurons():
    table = strata_table(line(6), Architecture(3), outputs=2)
    assert table.every_response == "no"
    plane = list(zip(*table.response, strict=True))
    vectors = HiddenVectors.of(line(6), Architecture(3))
    assert not contained_in_realised(vectors, plane)
    # By hand: the plane and any one neuron span a space with at most two neurons; a grid of them.
    for numerator in range(51):
        for slope in (1, -1):
            neuron = (slope * 10, -slope * numerator)
            image = vectors.image(neuron)
            if vectors.rank([*plane, image]) == 3:
                assert len(vectors.neurons_in([*plane, image])) < 3


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from([1, -1]), st.integers(1, 49)), min_size=3, max_size=3),
    st.lists(st.integers(-3, 3), min_size=6, max_size=6),
)
def test_planes_inside_a_realised_space_are_found(neurons, shares):
    vectors = HiddenVectors.of(line(6), Architecture(3))
    images = [vectors.image((slope * 10, -slope * kink)) for slope, kink in neurons]
    plane = [
        tuple(sum(c * x for c, x in zip(part, column, strict=True))
              for column in zip(*images, strict=True))
        for part in (shares[:3], shares[3:])
    ]
    if vectors.rank(images) == 3 and vectors.rank(plane) == 2:
        assert contained_in_realised(vectors, plane)


def test_wider_networks_and_more_inputs():
    wide = strata_table(line(9), Architecture(4), outputs=4)
    assert (wide.every_response, wide.complete) == ("no", False)
    assert strata_table(line(9), Architecture(4), outputs=3).every_response == "undecided"
    cube = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    several = strata_table(cube, Architecture(3), outputs=2)
    assert (several.every_response, several.strata) == ("undecided", ())
    few = strata_table(line(9), Architecture(2), outputs=2, limit=5)
    assert few.every_response == "undecided"
    assert "more than 5" in few.reason
    cut = strata_table(line(9), Architecture(3), outputs=3, limit=30)
    assert (cut.every_response, cut.complete) == ("no", False)
    assert cut.omitted > 0


def test_the_number_of_outputs_is_checked():
    with pytest.raises(InputError, match="positive integer, not 0"):
        strata_table(line(4), Architecture(2), outputs=0)
