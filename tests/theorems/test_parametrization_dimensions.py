"""Functional and fibre dimensions against Jacobians in floats at random points."""

import random
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.networks.shallow import ShallowNetwork
from symerm.theorems import Instance
from symerm.theorems.generators.parametrization import degenerate_networks
from symerm.theorems.parametrization.dimensions import (
    FIBRE,
    FUNCTIONAL_DIMENSION,
    GENERIC_DIMENSION,
    LARGEST_DIMENSION,
)

ONE, ZERO = Fraction(1), Fraction(0)


def numeric_rank(network, count=120):
    """The rank of the derivatives in all parameters at random points."""
    source = random.Random(1)
    p, q = network.input_dimension, network.output_dimension
    gamma = float(network.activation.negative_slope)
    rows = []
    for _ in range(count):
        x = np.array([source.uniform(-6, 6) for _ in range(p)])
        for k in range(q):
            row = [float(i == k) for i in range(q)]
            for weights, bias, outputs in zip(
                network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
            ):
                z = sum(float(w) * t for w, t in zip(weights, x, strict=True)) + float(bias)
                slope = 1.0 if z > 0 else gamma
                row += [slope * float(outputs[k]) * t for t in (*x, 1.0)]
                row += [slope * z * float(i == k) for i in range(q)]
            rows.append(row)
    return int(np.linalg.matrix_rank(np.array(rows), tol=1e-7))


@settings(max_examples=30, deadline=None)
@given(degenerate_networks(forms=3, width=(1, 3)))
def test_ranks_in_floats(network):
    instance = Instance.of(network=network)
    if FUNCTIONAL_DIMENSION.check(instance).outcome == "not-applicable":
        return
    found = numeric_rank(network)
    assert f"rank of the Jacobian {found}" in FUNCTIONAL_DIMENSION.check(instance).evidence
    assert LARGEST_DIMENSION.check(instance).evidence.startswith(f"rank {found},")
    free = int(re.search(r"rank (\d+)$", FIBRE.check(instance).evidence).group(1))
    p, q, m = network.input_dimension, network.output_dimension, network.width
    assert free == m * (p + 1 + q) + q - found


def ramps(*rows):
    return ShallowNetwork(
        tuple((ONE * w,) for w, _, _ in rows),
        tuple(ONE * b for _, b, _ in rows),
        tuple((ONE * v,) for _, _, v in rows),
        (ZERO,),
    )


@pytest.mark.parametrize(
    ("network", "rank", "fibre", "free"),
    [
        (ramps((1, 0, 1), (-1, 0, 1)), 4, 2, 3),  # |x|: smaller than first order says
        (ramps((1, 0, 1), (1, 0, 2)), 3, 3, 4),  # the kinks cannot part
        (ramps((1, 0, 1), (1, -1, 2)), 5, 2, 2),  # generic
    ],
)
def test_golden_dimensions(network, rank, fibre, free):
    instance = Instance.of(network=network)
    assert numeric_rank(network) == rank
    assert FUNCTIONAL_DIMENSION.check(instance).evidence.endswith(f"Jacobian {rank}")
    assert f"fibre {fibre} to {fibre}, parameters minus rank {free}" in (
        FIBRE.check(instance).evidence
    )


def test_the_generic_dimension_needs_distinct_hyperplanes():
    shared = Instance.of(network=ramps((1, 0, 1), (-1, 0, 1)))
    assert GENERIC_DIMENSION.check(shared).outcome == "not-applicable"
    assert not GENERIC_DIMENSION.claim(shared).holds
    apart = Instance.of(network=ramps((1, 0, 1), (-1, 1, 1)))
    assert GENERIC_DIMENSION.check(apart).outcome == "holds"
