"""Theorems on the empirical loss, by numpy, by sympy and by random search."""

from fractions import Fraction as F
from random import Random

import numpy as np
import sympy
from hypothesis import given, settings
from landscape_reference import neuron_rows

from symerm.networks import ShallowNetwork, network_from_parameters, parameter_vector
from symerm.problem.dataset import Dataset
from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.data_minima import _violation

EXPANSION = find_theorem("empirical-expansion")
FLAT = find_theorem("empirical-flat-neuron")
MINIMA = find_theorem("empirical-local-minima")
HESSIAN = find_theorem("empirical-hessian")
quick = settings(max_examples=25, deadline=None)


def arrays(network, dataset):
    """Hidden values, output weights, output biases and targets in floats."""
    act = network.activation
    hidden = [[float(act(z)) for z in network.preactivations(s)] for s in dataset.inputs]
    outgoing = [[float(v) for v in row] for row in network.output_weights]
    return (
        np.array(hidden), np.array(outgoing), np.array([float(c) for c in network.output_biases]),
        np.array([[float(t) for t in row] for row in dataset.outputs]),
    )


@quick
@given(EXPANSION.instances)
def test_the_expansion_in_matrices(instance):
    dataset = instance["dataset"]
    h, v, c, t = arrays(instance["network"], dataset)
    h2, v2, c2, _ = arrays(instance["other"], dataset)
    r, step = h @ v + c - t, h2 @ v2 + c2 - h @ v - c
    psi, psi2 = h.T @ r, h2.T @ r
    stated = (step**2).sum() + 2 * ((c2 - c) @ r.sum(axis=0) + (v2 * psi2).sum() - (v * psi).sum())
    exact = instance["other"].loss(dataset.inputs, dataset.outputs) - instance["network"].loss(
        dataset.inputs, dataset.outputs
    )
    assert np.isclose(stated, float(exact), rtol=1e-9, atol=1e-6)
    assert EXPANSION.claim(instance).holds


@quick
@given(FLAT.instances)
def test_the_step_of_a_flat_neuron_is_a_least_squares_solution(instance):
    if FLAT.check(instance).outcome == "not-applicable":
        return
    assert FLAT.claim(instance).holds
    h, v, c, t = arrays(instance["network"], instance["dataset"])
    z = arrays(instance["other"], instance["dataset"])[0][:, 0]
    r = h @ v + c - t
    best, *_ = np.linalg.lstsq(z[:, None], -r, rcond=None)
    gain = (r**2).sum() - ((r + np.outer(z, best[0])) ** 2).sum()
    assert np.isclose(gain, ((z @ r) ** 2).sum() / (z @ z), rtol=1e-9, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(MINIMA.instances)
def test_random_search_agrees_with_the_conditions(instance):
    assert MINIMA.claim(instance).holds
    network, dataset = instance["network"], instance["dataset"]
    start = network.loss(dataset.inputs, dataset.outputs)
    random = Random(repr(instance))
    theta, lower = parameter_vector(network), False
    for _ in range(30):
        scale = F(1, 2 ** random.randint(14, 24))
        point = [x + scale * random.randint(-3, 3) for x in theta]
        other = network_from_parameters(network, point)
        lower = lower or other.loss(dataset.inputs, dataset.outputs) < start
    assert not (lower and _violation(instance) is None)


@settings(max_examples=10, deadline=None)
@given(HESSIAN.instances)
def test_the_hessian_by_symbolic_differentiation(instance):
    network, dataset, move = instance["network"], instance["dataset"], instance["other"]
    if HESSIAN.check(instance).outcome == "not-applicable":
        return
    eps = sympy.Symbol("eps")
    act = network.activation

    def rational(x):
        return sympy.Rational(x.numerator, x.denominator)

    total = 0
    for point, target in zip(dataset.inputs, dataset.outputs, strict=True):
        values = [
            rational(c) + eps * rational(dc)
            for c, dc in zip(network.output_biases, move.output_biases, strict=True)
        ]
        pairs = zip(network.preactivations(point), move.preactivations(point), strict=True)
        for j, (z, dz) in enumerate(pairs):
            line = rational(z) + eps * rational(dz)
            slope = 1 if z > 0 else rational(act.negative_slope)
            value = line**2 if act.kind == "quadratic" else slope * line
            for k, v in enumerate(network.output_weights[j]):
                values[k] += (rational(v) + eps * rational(move.output_weights[j][k])) * value
        total += sum((y - rational(t)) ** 2 for y, t in zip(values, target, strict=True))
    second = 2 * sympy.Poly(sympy.expand(total), eps).coeff_monomial(eps**2)
    evidence = HESSIAN.claim(instance).evidence
    assert evidence.startswith(f"dᵀ H d = {second}, ") or "about" in evidence


def test_golden_numbers():
    """The mean of two responses, with a neuron that is idle, or flat with its kink on a point."""
    data = Dataset.from_rows([0, 1], [0, 1])
    step = (F(1),) * 10
    for row, words in (
        ((1, -2, 1), "local-minimum; the conditions hold"),
        ((1, -1, 0), "saddle; a condition fails for neuron 1"),
        ((1, -1, 1), "not-critical; a condition fails for neuron 1"),
        ((1, -1, -1), "local-minimum; the conditions hold"),
    ):
        w, b, v = map(F, row)
        network = ShallowNetwork(((w,),), (b,), ((v,),), (F(1, 2),))
        assert neuron_rows(network) == [(w, b, v)]
        check = MINIMA.check(Instance.of(network=network, dataset=data, step=step))
        assert (check.outcome, check.evidence[: len(words)]) == ("holds", words)
