"""The critical point of a cell against brute force: all sets of walls of a quadratic program.

Within a cell, with one output and output weights fixed, the loss is a convex quadratic in the
hidden parameters and the output bias.  Its minimum over the closed cell is the best least-squares
solution on some set of walls that is feasible; a critical point in the closed cell has that loss.
"""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import chain, combinations

import numpy as np
import pytest
import scipy.optimize
from empirical_oracle import act, hidden
from empirical_oracle import loss as plain_loss
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arithmetic.linalg import nullspace, solve
from symerm.landscape.cell_critical import critical_point_in_cell
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation
from symerm.problem.dataset import Dataset

LEAKY = Activation("leaky", Fraction(1, 3))
TINY = Fraction(1, 2**50)

small = st.builds(Fraction, st.integers(-4, 4), st.sampled_from((1, 1, 2, 3)))


@st.composite
def instances(draw, *, max_width=2, max_points=4, dimensions=(1, 1, 2)):
    p, d = draw(st.sampled_from(dimensions)), draw(st.integers(0, max_width))
    count = draw(st.integers(1, max_points))

    def vectors(number, size):
        return draw(st.tuples(*[st.tuples(*[small] * size)] * number))

    network = ShallowNetwork(
        vectors(d, p),
        tuple(x for (x,) in vectors(d, 1)),
        vectors(d, 1),
        (draw(small),),
        draw(st.sampled_from((RELU, LEAKY))),
    )
    return network, Dataset(vectors(count, p), vectors(count, 1))


def signs(network, dataset):
    """Signs of the preactivations of neurons that are not flat, by input."""
    return [
        [
            (z > 0) - (z < 0)
            for z in (
                hidden(w, b, point)
                for w, b, (v,) in zip(
                    network.hidden_weights, network.hidden_biases, network.output_weights,
                    strict=True,
                )
                if v
            )
        ]
        for point in dataset.inputs
    ]


def design(network, dataset):
    """Rows of d r_i / d (w_j, b_j, .., c) in the cell, for neurons that are not flat."""
    gamma = network.activation.negative_slope
    rows, walls = [], []
    moving = [j for j, (v,) in enumerate(network.output_weights) if v]
    for point, row in zip(dataset.inputs, signs(network, dataset), strict=True):
        form = (*point, Fraction(1))
        entries = []
        for place, (j, sign) in enumerate(zip(moving, row, strict=True)):
            slope = Fraction(1) if sign > 0 else gamma
            entries += [slope * network.output_weights[j][0] * x for x in form]
            wall = [Fraction(0)] * (len(form) * len(moving) + 1)
            wall[place * len(form) : (place + 1) * len(form)] = form
            walls.append((sign, wall))
        rows.append([*entries, Fraction(1)])
    return rows, walls


def least_on_closed_cell(network, dataset):
    """The least loss over the closed cell, by all sets of walls; and whether it is unique inside.

    All preactivations of neurons that are not flat must be different from zero.
    """
    rows, walls = design(network, dataset)
    targets = [t for (t,) in dataset.outputs]
    best = None
    for chosen in chain.from_iterable(
        combinations(walls, k) for k in range(min(len(walls), len(rows[0])) + 1)
    ):
        basis = nullspace([wall for _, wall in chosen], columns=len(rows[0]))
        columns = [
            [sum(map(lambda x, y: x * y, row, vector), Fraction(0)) for row in rows]
            for vector in basis
        ]
        gram = [[sum(map(lambda x, y: x * y, a, b), Fraction(0)) for b in columns] for a in columns]
        moment = [sum(map(lambda x, y: x * y, a, targets), Fraction(0)) for a in columns]
        shares = solve(gram, moment)
        assert shares is not None
        free = nullspace(gram, columns=len(basis)) if basis else ()
        value = sum(
            (
                (sum((s * c[i] for s, c in zip(shares, columns, strict=True)), -t)) ** 2
                for i, t in enumerate(targets)
            ),
            Fraction(0),
        )
        if best is not None and value >= best:
            continue
        if _feasible(basis, shares, free, walls):
            best = value
    return best


def _feasible(basis, shares, free, walls):
    """Whether an optimal point of the subspace is in the closed cell; a linear program if many."""
    size = len(walls[0][1]) if walls else 0

    def spread(parts):
        return [
            sum((s * vector[k] for s, vector in zip(parts, basis, strict=True)), Fraction(0))
            for k in range(size)
        ]

    start = spread(shares)
    moves = [spread(vector) for vector in free]

    def values(vector):
        return [
            sign * sum(map(lambda x, y: x * y, wall, vector), Fraction(0)) for sign, wall in walls
        ]

    here = values(start)
    if min(here, default=Fraction(0)) >= 0:
        return True
    if not moves:
        return False
    # sum m_k t_k + start >= 0, decided with a margin that exact data of this size cannot hide.
    answer = scipy.optimize.linprog(
        np.zeros(len(moves)),
        A_ub=-np.array([[float(x) for x in values(move)] for move in moves]).T,
        b_ub=np.array([float(x) for x in here]),
        bounds=(None, None),
    )
    return answer.status == 0


@settings(max_examples=60)
@given(instances())
def test_a_critical_point_is_the_minimum_of_the_closed_cell(instance):
    network, dataset = instance
    found = critical_point_in_cell(network, dataset)
    before = signs(network, dataset)
    if found is None:
        return
    moved = found.network
    assert moved.output_weights == network.output_weights
    assert found.loss == plain_loss(moved, dataset.inputs, dataset.outputs)
    after = signs(moved, dataset)
    # In the closed cell: no sign has turned.
    assert all(
        x in (0, y) for row, old in zip(after, before, strict=True)
        for x, y in zip(row, old, strict=True)
    )
    if all(map(all, before)):
        assert found.loss == least_on_closed_cell(network, dataset)


@settings(max_examples=80)
@given(instances(max_width=2, max_points=5), st.integers(0, 10**6))
def test_no_one_sided_derivative_is_negative(instance, seed):
    network, dataset = instance
    found = critical_point_in_cell(network, dataset)
    if found is None:
        return
    source = random.Random(seed)
    theta = parameter_vector(found.network)
    start = plain_loss(found.network, dataset.inputs, dataset.outputs)
    for _ in range(10):
        direction = [source.choice((0, source.randint(-5, 5))) for _ in theta]
        other = network_from_parameters(
            network, [x + TINY * y for x, y in zip(theta, direction, strict=True)]
        )
        change = plain_loss(other, dataset.inputs, dataset.outputs) - start
        assert change >= -TINY * Fraction(1, 2**20)
        assert change >= 0 or found.verdict == "saddle"


@settings(max_examples=60)
@given(st.data())
def test_an_inner_minimum_is_always_found(data):
    """Responses of a network plus a residual orthogonal to the cell; then a change of the start."""
    network, dataset = data.draw(instances(max_width=2, max_points=4, dimensions=(1,)))
    if not all(v for (v,) in network.output_weights) or not all(map(all, signs(network, dataset))):
        return
    rows, _ = design(network, dataset)
    kernel = nullspace([list(column) for column in zip(*rows, strict=True)], columns=len(rows))
    residual = [Fraction(0)] * len(rows)
    for vector in kernel:
        share = data.draw(small)
        residual = [x + share * y for x, y in zip(residual, vector, strict=True)]
    outputs = tuple(
        (sum(
            (v * act(network.activation, hidden(w, b, point)) for w, b, (v,) in zip(
                network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
            )),
            network.output_biases[0],
        ) - r,)
        for point, r in zip(dataset.inputs, residual, strict=True)
    )
    start = network_from_parameters(
        network,
        [x + TINY * data.draw(st.integers(-3, 3)) if k < 2 * network.width else x
         for k, x in enumerate(parameter_vector(network))],
    )
    found = critical_point_in_cell(start, Dataset(dataset.inputs, outputs))
    assert found is not None
    assert found.loss == sum((r * r for r in residual), Fraction(0))


def test_against_a_numerical_quadratic_program():
    """Six points, two neurons: the constrained minimum lies on walls."""
    source = random.Random(7)
    met = 0
    for _ in range(12):
        network = ShallowNetwork(
            ((Fraction(1),), (Fraction(-1),)),
            (Fraction(-source.randint(1, 9), 2), Fraction(source.randint(1, 9), 2)),
            ((Fraction(1),), (Fraction(1),)),
            (Fraction(0),),
        )
        dataset = Dataset.from_rows(
            range(6), [abs(k - 3) + Fraction(source.randint(-4, 4), 4) for k in range(6)]
        )
        if not all(map(all, signs(network, dataset))):
            continue
        rows, walls = design(network, dataset)
        matrix = np.array([[float(x) for x in row] for row in rows])
        targets = np.array([float(t) for (t,) in dataset.outputs])
        cone = np.array([[sign * float(x) for x in wall] for sign, wall in walls])
        answer = scipy.optimize.minimize(
            lambda x, a=matrix, t=targets: np.sum((a @ x - t) ** 2),
            [float(x) for w, b in zip(
                network.hidden_weights, network.hidden_biases, strict=True
            ) for x in (*w, b)] + [0.0],
            jac=lambda x, a=matrix, t=targets: 2 * a.T @ (a @ x - t),
            constraints={
                "type": "ineq", "fun": lambda x, c=cone: c @ x, "jac": lambda x, c=cone: c
            },
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 500},
        )
        found = critical_point_in_cell(network, dataset)
        if found is None:
            continue
        met += any(0 in row for row in signs(found.network, dataset))
        assert float(found.loss) == pytest.approx(answer.fun, abs=1e-7)
    assert met


def test_a_minimum_on_a_wall_is_exact():
    """The hinge that is trained almost to the kink at a data point."""
    data = Dataset.from_rows([0, 1, 2, 3], [0, 0, 1, 2])
    for bias in ("-0.98", "-1.02", "-1"):
        network = ShallowNetwork(
            ((Fraction("0.99"),),), (Fraction(bias),), ((Fraction(1),),), (Fraction("0.01"),)
        )
        found = critical_point_in_cell(network, data)
        assert found is not None
        assert (found.verdict, found.loss) == ("global-minimum", 0)


def test_flat_neurons_keep_their_parameters():
    network = ShallowNetwork(
        ((Fraction(1),), (Fraction(2),)), (Fraction(-1), Fraction(-9)),
        ((Fraction(0),), (Fraction(1),)), (Fraction(0),),
    )
    # The mean fits the last point, the only one where the flat neuron is active.
    data = Dataset.from_rows([0, 1, 2], [1, 3, 2])
    found = critical_point_in_cell(network, data)
    assert found is not None
    assert found.network == ShallowNetwork(
        network.hidden_weights, network.hidden_biases, network.output_weights, (Fraction(2),)
    )
    assert found.verdict == "saddle"


def test_a_network_without_neurons_gives_the_mean():
    found = critical_point_in_cell(
        ShallowNetwork((), (), (), (Fraction(7),)), Dataset.from_rows([0, 1, 2], [1, 2, 6])
    )
    assert found is not None
    assert (found.network.output_biases, found.verdict) == ((3,), "global-minimum")


def test_too_many_unknowns_give_none():
    network = ShallowNetwork(
        ((Fraction(1),),) * 100, (Fraction(1),) * 100, ((Fraction(1),),) * 100, (Fraction(0),)
    )
    assert critical_point_in_cell(network, Dataset.from_rows([0, 1], [1, 2])) is None
