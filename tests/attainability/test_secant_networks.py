"""Networks from points of a secant variety: their losses are those of the exterior forms."""

import random
from fractions import Fraction

import pytest
from search_cases import problem_of

from symerm.attainability.refit import refitted_network
from symerm.attainability.scaled import scale_problem
from symerm.attainability.secant_networks import neuron_paths, realised_neurons
from symerm.attainability.secant_problem import Limit, SecantProblem
from symerm.errors import CertificateError

LINE = [[0], [1], [3], [4], [Fraction(9, 2)]]
PLANE = [[0, 0], [1, 0], [0, 1], [2, 3]]
IN_LINE = [[0, 0], [1, 2], [2, 4], [3, 6]]
SPACE = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, -1, 2]]


def secants_of(inputs, width, activation="relu", seed=0, **biases):
    source = random.Random(seed)
    responses = [[source.randint(-5, 5) for _ in range(2)] for _ in inputs]
    problem = problem_of(inputs, responses, width, activation, **biases)
    return problem, SecantProblem.of(scale_problem(problem))


def limits(problem, count, source):
    """Random points of random roots, with zeros among the coordinates; every kind of root."""
    kinds = {}
    for k, table in enumerate(problem.tables):
        root = table.root
        kinds.setdefault((root.shape, root.shared), []).append(k)
    for roots in kinds.values():
        for _ in range(count):
            k = source.choice(roots)
            shape = problem.tables[k].root.shape
            coordinates = tuple(
                tuple(source.choice([0, 1, 2, 7, 30]) for _ in range(size)) for size in shape
            )
            if not all(map(any, coordinates)):
                continue
            loss = problem.loss(k, coordinates, None)
            if loss is not None:
                yield Limit(k, coordinates, None, loss)


CASES = [
    (LINE, 2, {}), (LINE[:4], 3, {}), (LINE, 3, {"output_bias": False}),
    ([[-2], [-1], [1], [3]], 2, {"hidden_bias": False, "output_bias": False}),
    ([[-2], [-1], [1], [3]], 2, {"hidden_bias": False}),
    (PLANE, 2, {}), (PLANE[:3], 3, {"output_bias": False}), (IN_LINE, 2, {}), (IN_LINE, 3, {}),
    (SPACE, 2, {"hidden_bias": False, "output_bias": False}),
    (SPACE[:3], 2, {"hidden_bias": False}), (PLANE, 2, {"hidden_bias": False}),
]


@pytest.mark.parametrize("activation", ["relu", "leaky:1/10"])
@pytest.mark.parametrize(("inputs", "width", "biases"), CASES)
def test_the_network_of_a_point_has_its_loss(inputs, width, biases, activation):
    problem, secants = secants_of(inputs, width, activation, **biases)
    source = random.Random(1)
    seen = 0
    for limit in limits(secants, 6, source):
        neurons = realised_neurons(secants, limit)
        assert len(neurons) == width
        network = refitted_network(secants.scaled, neurons)
        data = problem.dataset
        assert network.loss(data.inputs, data.outputs) == secants.scaled.to_loss(limit.loss)
        seen += 1
    assert seen >= 3


def test_all_kinds_of_roots_are_among_the_cases():
    roots = [
        table.root
        for inputs, width, biases in CASES
        for table in secants_of(inputs, width, **biases)[1].tables
    ]
    assert any(root.shared for root in roots)
    joined = [
        items for root in roots if not root.shared
        for items in root.axes if len(items) == 3 and len(items[0]) == 2
    ]
    assert {items[0][0] == items[1][0] for items in joined} == {True, False}
    assert any(len(items) == 1 and len(items[0]) == 2 for root in roots for items in root.axes)
    assert any(len(set(root.pieces)) < len(root.pieces) for root in roots if len(root.axes) == 2)


def test_rays_of_a_piece_have_one_linear_activation():
    for inputs, width, biases in CASES:
        secants = secants_of(inputs, width, "leaky:1/3", **biases)[1]
        scaled, found = secants.scaled, secants.pieces
        on, off = scaled.slope_on, scaled.slope_off
        for piece, rays in zip(found.pieces, found.piece_rays, strict=True):
            turns = set()
            for (k, sign), ray in zip(piece, rays, strict=True):
                rest = {}
                for turn in (1, -1):
                    image = [(on if z > 0 else off) * z for z in ray]
                    rest[turn] = [
                        turn * x - sign * y for x, y in zip(image, found.images[k], strict=True)
                    ]
                fits = {
                    turn for turn, gap in rest.items()
                    if len(set(gap)) == 1 and (scaled.output_bias or not gap[0])
                }
                turns.add(frozenset(fits))
            assert frozenset.intersection(*turns)
            for column in zip(*rays, strict=True):
                assert min(column) >= 0 or max(column) <= 0


def test_a_path_keeps_its_signs_and_starts_at_the_box():
    _, secants = secants_of(LINE[:4], 3)
    index = next(
        k for k, table in enumerate(secants.tables) if any(table.dead) and table.root.shape[0] == 3
    )
    shape = secants.tables[index].root.shape
    coordinates = tuple(tuple(range(2, 2 + size)) for size in shape)
    box = tuple((0,) for _ in shape)
    paths = neuron_paths(secants, Limit(index, coordinates, box, Fraction(0)))

    def at(eps):
        return [
            tuple(sum((c * eps**k for k, c in enumerate(row)), Fraction(0)) for row in path)
            for path in paths
        ]

    for eps in (Fraction(1, 100), Fraction(3), Fraction(500)):
        whole = tuple(
            tuple(Fraction(c) if k in part else c * eps for k, c in enumerate(row))
            for row, part in zip(coordinates, box, strict=True)
        )
        scale = eps.denominator
        exact = tuple(tuple(int(c * scale) for c in row) for row in whole)
        same = realised_neurons(secants, Limit(index, exact, None, Fraction(0)))
        for first, second in zip(at(eps), same, strict=True):
            place = next(k for k, x in enumerate(first) if x)
            factor = second[place] / first[place]
            assert factor > 0
            assert tuple(factor * x for x in first) == second
    with pytest.raises(CertificateError, match="stratum"):
        realised_neurons(secants, Limit(index, coordinates, box, Fraction(0)))
