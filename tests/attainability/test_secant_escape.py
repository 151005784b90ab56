"""Escapes to strata of secant varieties: exact losses, growth, limits, words."""

import random
from fractions import Fraction
from itertools import pairwise

import pytest
from test_secant_networks import IN_LINE, LINE, PLANE, SPACE, secants_of

from symerm.arithmetic.linalg import rank
from symerm.attainability.secant_escape import secant_escape
from symerm.attainability.secant_networks import neuron_paths
from symerm.attainability.secant_search import dead_boxes, degrees
from symerm.attainability.secant_strata import describe_stratum
from symerm.attainability.secants import Limit
from symerm.errors import CertificateError

LONG = [*LINE, [6]]
CASES = [
    (LINE, 2, "relu", {}), (LONG, 3, "relu", {}), (LINE, 3, "leaky:1/10", {}),
    (LINE, 3, "relu", {"output_bias": False}), (PLANE, 2, "relu", {}),
    (PLANE, 2, "leaky:1/10", {"hidden_bias": False}), (IN_LINE, 2, "relu", {}),
    (SPACE, 2, "relu", {"hidden_bias": False, "output_bias": False}),
]


def strata(secants, count, source):
    """Random points of random boundary strata with their losses."""
    patches = [
        (k, box) for k, table in enumerate(secants.tables)
        for box in dead_boxes(table.root.shape, table.dead)
        if any(
            d == 1 and not dead
            for d, dead in zip(degrees(table.root.shape, box), table.dead, strict=True)
        )
    ]
    for _ in range(count):
        k, box = source.choice(patches)
        coordinates = tuple(
            tuple(source.choice([1, 2, 7, 30]) for _ in range(size))
            for size in secants.tables[k].root.shape
        )
        try:
            yield Limit(k, coordinates, box, secants.loss(k, coordinates, box))
        except ZeroDivisionError:
            continue


@pytest.mark.parametrize(("inputs", "width", "activation", "biases"), CASES)
def test_the_losses_of_the_family_fall_to_the_stratum(inputs, width, activation, biases):
    problem, secants = secants_of(inputs, width, activation, seed=3, **biases)
    data, seen, rising = problem.dataset, 0, 0
    for limit in strata(secants, 30, random.Random(2)):
        try:
            escape = secant_escape(secants, limit)
        except CertificateError as error:
            assert "does not fall" in str(error) or "stay independent" in str(error)
            rising += 1
            continue
        seen += 1
        assert escape.limit == escape.loss.limit == secants.scaled.to_loss(limit.loss)
        assert len(escape.samples) >= 4
        steps = [eps for eps, _, _ in escape.samples]
        assert all(x > y > 0 for x, y in pairwise(steps))
        losses = [loss for _, _, loss in escape.samples]
        assert all(x > y > escape.limit for x, y in pairwise(losses))
        hidden, biases_of, outgoing, offset = escape.family
        for eps, network, loss in escape.samples:
            assert network.loss(data.inputs, data.outputs) == loss == escape.loss(eps)
            assert network.hidden_weights == tuple(tuple(x(eps) for x in row) for row in hidden)
            assert network.hidden_biases == tuple(x(eps) for x in biases_of)
            assert network.output_weights == tuple(tuple(x(eps) for x in row) for row in outgoing)
            assert network.output_biases == tuple(x(eps) for x in offset)
        if not problem.architecture.output_bias:
            assert not any(escape.samples[0][1].output_biases)
        assert all(x.order >= 0 for row in hidden for x in row if x)
        # Where the neurons become dependent and the limit is better, output weights must grow.
        assert any(x.order < 0 for row in outgoing for x in row)
        # The loss is the best one for the hidden neurons: another output layer is not better.
        _, network, loss = escape.samples[0]
        moved = tuple(
            tuple(x + Fraction(1, 1000) for x in row) for row in network.output_weights
        )
        other = type(network)(
            network.hidden_weights, network.hidden_biases, moved, network.output_biases,
            network.activation,
        )
        assert other.loss(data.inputs, data.outputs) > loss
        assert escape.stratum["description"]
        assert "grow like 1/eps" in escape.rate
    assert seen >= 1
    assert seen + rising >= 4


def test_the_neurons_that_are_named_become_dependent():
    for inputs, width, activation, biases in CASES:
        _, secants = secants_of(inputs, width, activation, **biases)
        scaled = secants.scaled
        for limit in strata(secants, 6, random.Random(5)):
            paths = neuron_paths(secants, limit)
            stratum = describe_stratum(scaled, paths)
            neurons = [[row[0] if row else Fraction(0) for row in path] for path in paths]
            values = [
                [sum(x * f for x, f in zip(u, form, strict=True)) for form in scaled.forms]
                for u in neurons
            ]
            images = [[scaled.slope_off * min(z, 0) + scaled.slope_on * max(z, 0) for z in row]
                      for row in values]
            if scaled.output_bias:
                images = [[x - row[0] for x in row] for row in images]
            assert rank(images) < width
            merging = [
                (i, j) for i in range(width) for j in range(i) if rank([images[i], images[j]]) < 2
            ]
            assert (stratum["kind"] == "merging neurons") == bool(merging)


def test_words():
    _, line = secants_of(LINE, 3)
    one, more = Fraction(1), Fraction(1, 9)

    def words(secants, *paths):
        return describe_stratum(secants.scaled, paths)

    right = ((one,), (-3 * one,))
    found = words(line, right, ((one,), (-3 * one, more)), ((one, -more), (-3 * one,)))
    # The forms of the inputs are doubled, so that the constant one counts double as well.
    assert found["description"] == "three right-facing kinks merge at the data point 3"
    assert found["neuron 1"] == "tends to right-facing kink at 3"
    found = words(line, ((one,), (-2 * one,)), ((one,), (-2 * one,)), right)
    assert found["description"] == "two right-facing kinks merge at 2"
    _, plane = secants_of(PLANE, 2)
    flat = ((one,), (), ())
    found = words(plane, flat, ((one,), (Fraction(0), more), ()))
    assert found["description"] == (
        "two neurons merge at the hyperplane through (0, 0) and (0, 1)"
    )
    assert found["neuron 1"] == (
        "tends to one active at 2 of 4 inputs, its hyperplane through (0, 0) and (0, 1)"
    )
    with pytest.raises(CertificateError, match="independent"):
        words(plane, flat, ((), (one,), ()))


def test_only_strata_have_escapes():
    _, secants = secants_of(PLANE, 2)
    shape = secants.tables[0].root.shape
    ones = tuple((1,) * size for size in shape)
    with pytest.raises(CertificateError, match="stratum"):
        secant_escape(secants, Limit(0, ones, None, secants.loss(0, ones, None)))
