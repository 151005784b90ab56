"""Invariance: minimisers are carried along by the maps of their parameters, in exact numbers."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings

from symerm.arithmetic.linalg import solve
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.theorems import Instance
from symerm.theorems.attainability.invariance import (
    INPUT_MAPS,
    NEURON_SCALING,
    ORDER,
    OUTPUT_MAPS,
    REPEATED_INPUTS,
    is_similarity,
    mapped,
)
from symerm.theorems.attainability.problems import as_problem, decided, enclosure

QUICK = settings(max_examples=12, deadline=None)


def transposed(matrix):
    return list(zip(*matrix, strict=True))


@QUICK
@given(INPUT_MAPS.instances)
def test_a_network_moves_with_the_inputs(instance):
    """(a, b) with a = A'a' and b = b' + <a', e> has the same values; the losses are equal."""
    if INPUT_MAPS.check(instance).outcome == "not-applicable":
        return
    network, data = decided(instance).minimiser, instance["data"]
    if network is None:
        return
    weights = [solve(transposed(instance["matrix"]), a) for a in network.hidden_weights]
    biases = tuple(
        b - sum((x * e for x, e in zip(a, instance["shift"], strict=True)), Fraction(0))
        for a, b in zip(weights, network.hidden_biases, strict=True)
    )
    moved = ShallowNetwork(
        tuple(weights), biases, network.output_weights, network.output_biases, network.activation
    )
    rows = tuple(mapped(instance["matrix"], instance["shift"], s) for s in data.inputs)
    assert moved.realize(rows) == network.realize(data.inputs)
    if not instance["hidden_bias"]:
        assert not any(biases)


@QUICK
@given(OUTPUT_MAPS.instances)
def test_a_network_moves_with_the_responses(instance):
    if OUTPUT_MAPS.check(instance).outcome == "not-applicable":
        return
    network, data = decided(instance).minimiser, instance["data"]
    if network is None:
        return
    zero = (Fraction(0),) * data.output_dimension
    moved = ShallowNetwork(
        network.hidden_weights, network.hidden_biases,
        tuple(mapped(instance["matrix"], zero, v) for v in network.output_weights),
        mapped(instance["matrix"], instance["shift"], network.output_biases),
        network.activation,
    )
    rows = tuple(mapped(instance["matrix"], instance["shift"], t) for t in data.outputs)
    square = sum((x * x for x in instance["matrix"][0]), Fraction(0))
    assert moved.loss(data.inputs, rows) == square * network.loss(data.inputs, data.outputs)


def test_similarities_in_floats():
    for matrix, answer in (
        (((3, -4), (4, 3)), True), (((1, 0), (0, 2)), False), (((1, 1), (1, 1)), False),
        (((-2,),), True), (((0,),), False),
    ):
        exact = tuple(tuple(map(Fraction, row)) for row in matrix)
        assert is_similarity(exact) is answer
        values = np.linalg.svd(np.array(matrix, float))[1]
        assert answer == (np.ptp(values) < 1e-12 and values[0] > 0)


@QUICK
@given(ORDER.instances)
def test_infima_of_sorted_points(instance):
    data = instance["data"]
    pairs = sorted(zip(data.inputs, data.outputs, strict=True))
    again = Instance(tuple(
        (name, Dataset(*map(tuple, zip(*pairs, strict=True))) if name == "data" else value)
        for name, value in instance.parts
    ))
    assert enclosure(decided(instance)) == enclosure(decided(again))
    assert ORDER.claim(instance).holds


@QUICK
@given(NEURON_SCALING.instances)
def test_scaled_neurons_in_floats(instance):
    network, factor = instance["network"], float(instance["factor"])
    k = instance["neuron"] % network.width
    a = np.array(network.hidden_weights, float)[k]
    b, v = float(network.hidden_biases[k]), np.array(network.output_weights, float)[k]
    z = a @ np.array(instance["point"], float) + b
    slope = float(network.activation.negative_slope)

    def act(x):
        return max(x, slope * x)

    same = np.allclose(v * act(z), v / factor * act(factor * z))
    assert NEURON_SCALING.claim(instance).holds == same


@QUICK
@given(REPEATED_INPUTS.instances)
def test_losses_with_repeated_inputs_in_floats(instance):
    data, network = instance["data"], instance["network"]
    values = np.array([network(s) for s in data.inputs], float)
    targets = np.array(data.outputs, float)
    total = 0.0
    for s in set(data.inputs):
        some = [i for i, x in enumerate(data.inputs) if x == s]
        mean = targets[some].mean(axis=0)
        total += len(some) * ((values[some[0]] - mean) ** 2).sum()
        total += ((targets[some] - mean) ** 2).sum()
    assert np.isclose(total, ((values - targets) ** 2).sum())
    assert REPEATED_INPUTS.claim(instance).holds


def test_a_singular_map_is_outside():
    data = Dataset.from_rows([0, 1, 2], [0, 1, 5])
    from symerm.problem.architecture import Architecture
    from symerm.problem.problem import Problem
    from symerm.theorems.attainability.problems import as_instance

    zero = as_instance(
        Problem(data, Architecture(1)), matrix=((Fraction(0),),), shift=(Fraction(1),)
    )
    assert INPUT_MAPS.check(zero).outcome == "not-applicable"
    assert not INPUT_MAPS.claim(zero).holds
    assert as_problem(zero).dataset == data
