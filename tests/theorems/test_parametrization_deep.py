"""Deep networks again with numpy: values by matrix products, derivatives by hand."""

import re
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.problem.architecture import RELU, parse_activation
from symerm.theorems import Instance
from symerm.theorems.parametrization.deep import (
    DEEP_FIBRE,
    DEEP_REMOVAL,
    DEEP_SCALINGS,
    deep_network,
    rescaled,
    without,
)

F = Fraction
ONE, ZERO = F(1), F(0)
LEAKY = parse_activation("leaky:1/10")


def arrays(layers):
    return [
        (np.array(rows, dtype=float).reshape(len(biases), -1), np.array(biases, dtype=float))
        for rows, biases in layers
    ]


def forward(layers, slope, x):
    """Preactivations of all layers at a point."""
    found = []
    for weights, biases in layers:
        z = weights @ x + biases
        found.append(z)
        x = np.where(z > 0, z, slope * z)
    return found


def derivatives(layers, slope, x):
    """The outputs' derivatives in all weights and biases, by backpropagation."""
    zs = forward(layers, slope, x)
    rows = []
    for k in range(len(zs[-1])):
        delta, row = np.eye(len(zs[-1]))[k], []
        for number in reversed(range(len(layers))):
            if number:
                z = zs[number - 1]
                before = np.where(z > 0, z, slope * z)
            else:
                before = x
            row += [np.outer(delta, before).ravel(), delta]
            if number:
                delta = (layers[number][0].T @ delta) * np.where(zs[number - 1] > 0, 1, slope)
        rows.append(np.concatenate(row))
    return rows


def line_points(layers, slope):
    """Two points in every piece of a network with one input."""
    breaks = [-5000.0, 5000.0]
    for number in range(len(layers) - 1):
        found = set(breaks)
        for a, b in pairwise(breaks):
            ends = (forward(layers, slope, np.array([x]))[number] for x in (a, b))
            found |= {a + (b - a) * u / (u - v) for u, v in zip(*ends, strict=True) if u * v < 0}
        breaks = sorted(found)
    return [a + (b - a) * k / 3 for a, b in pairwise(breaks) if b - a > 1e-6 for k in (1, 2)]


def sample(layers, slope):
    """Points in all pieces on the line, or on some lines in the plane."""
    (weights, biases), *rest = layers
    if weights.shape[1] == 1:
        return [np.array([t]) for t in line_points(layers, slope)]
    source = np.random.default_rng(2)
    points = []
    for size in (0.3, 1, 3, 10) * 4:
        foot, direction = size * source.standard_normal(2), source.standard_normal(2)
        along = [((weights @ direction)[:, None], weights @ foot + biases), *rest]
        points += [foot + t * direction for t in line_points(along, slope)]
    return points


def same(first, second, slope):
    return all(
        np.allclose(
            forward(first, slope, x)[-1], forward(second, slope, x)[-1], rtol=1e-9, atol=1e-8
        )
        for x in sample(first, slope) + sample(second, slope)
    )


@settings(max_examples=25)
@given(DEEP_SCALINGS.instances)
def test_scalings(instance):
    layers, slope = arrays(instance["layers"]), float(instance["activation"].negative_slope)
    places = [(n, j) for n, (_, b) in enumerate(layers[:-1]) for j in range(len(b))]
    number, j = places[instance["which"] % len(places)]
    t = float(instance["factor"])
    claims = {None: DEEP_SCALINGS.claim} | {m.name: m.claim for m in DEEP_SCALINGS.mutants}
    for name, back in ((None, 1 / t), ("one-sided", 1.0)):
        other = [(w.copy(), b.copy()) for w, b in layers]
        other[number][0][j] *= t
        other[number][1][j] *= t
        other[number + 1][0][:, j] *= back
        expected = same(layers, other, slope)
        assert claims[name](instance).holds == expected
        assert expected or name or t < 0


@settings(max_examples=25)
@given(DEEP_REMOVAL.instances)
def test_removal(instance):
    """Zeroing instead of removing; a neuron is never active if no sampled point says otherwise."""
    layers, slope = arrays(instance["layers"]), float(instance["activation"].negative_slope)
    values = [forward(layers, slope, x) for x in sample(layers, slope)]
    claims = {"idle": DEEP_REMOVAL.claim, "all": DEEP_REMOVAL.mutants[1].claim}
    for name, claim in claims.items():
        other = [(w.copy(), b.copy()) for w, b in layers]
        for number in range(len(layers) - 1):
            z = np.array([found[number] for found in values])
            gone = (z <= 1e-9).all(axis=0) | ~layers[number + 1][0].any(axis=0)
            if name == "all":
                gone |= (z >= -1e-9).all(axis=0)
            if gone.all():
                gone[int(np.flatnonzero(gone)[0])] = False
            other[number + 1][0][:, gone] = 0
        assert claim(instance).holds == same(layers, other, slope)


@settings(max_examples=25)
@given(DEEP_FIBRE.instances)
def test_ranks(instance):
    layers, slope = arrays(instance["layers"]), float(instance["activation"].negative_slope)
    parameters = sum(w.size + b.size for w, b in layers)
    rows = []
    for x in sample(layers, slope):
        # Where a preactivation vanishes identically there is no derivative.
        if all(np.abs(z).min() > 1e-9 for z in forward(layers, slope, x)[:-1]):
            rows += [row / max(1, np.abs(x).max()) for row in derivatives(layers, slope, x)]
    rank = np.linalg.matrix_rank(np.array(rows), tol=1e-10) if rows else 0
    evidence = DEEP_FIBRE.claim(instance).evidence
    pattern = r"(\d+) scalings, (\d+) parameters − rank (\d+)"
    scalings, total, found = map(int, re.search(pattern, evidence).groups())
    assert (total, found) == (parameters, rank)
    assert scalings <= total - rank
    # The tangents of scalings are in the kernel of the derivatives.
    for number in range(len(layers) - 1):
        for j in range(len(layers[number][1])):
            tangent = [(0 * w, 0 * b) for w, b in layers]
            tangent[number][0][j], tangent[number][1][j] = (part[j] for part in layers[number])
            tangent[number + 1][0][:, j] = -layers[number + 1][0][:, j]
            vector = np.concatenate([part for w, b in tangent[::-1] for part in (w.ravel(), b)])
            assert not rows or np.abs(np.array(rows) @ vector).max() < 1e-8


CHAIN = (
    (((ONE,), (-ONE,)), (ZERO, -ONE)),
    (((ONE, ONE), (-ONE, -ONE)), (-ONE, ZERO)),
    (((F(2), ONE),), (ONE,)),
)


def test_golden_chain():
    """max(x, 0) + max(-x - 1, 0) >= 0: the second neuron of the second layer is never active."""
    parts = {"layers": CHAIN, "which": 0, "factor": F(3), "point": (F(-3),)}
    relu, leaky = (Instance.of(**parts, activation=each) for each in (RELU, LEAKY))
    network = deep_network(relu)
    assert network((F(4),)) == (F(7),)
    assert rescaled(network, (0, 1), F(3), F(1, 3)).layers[1].weights[0] == (ONE, F(1, 3))
    assert without(network, [(1, 1)]).widths == (2, 1)
    assert DEEP_REMOVAL.check(relu).outcome == "holds"
    assert DEEP_REMOVAL.check(leaky).outcome == "not-applicable"
    for instance in (relu, leaky):
        assert DEEP_SCALINGS.check(instance).outcome == "holds"
    assert DEEP_FIBRE.check(relu).evidence.startswith("4 scalings, 13 parameters − rank ")


@pytest.mark.parametrize("factor", [F(-1), F(2)])
def test_signs_of_factors(factor):
    ramp = Instance.of(
        layers=((((ONE,),), (ZERO,)), (((ONE,),), (ZERO,))), activation=RELU,
        which=0, factor=factor, point=(ONE,),
    )
    assert DEEP_SCALINGS.claim(ramp).holds == (factor > 0)
