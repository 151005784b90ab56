"""Losses and integrals once more, from values of functions at points alone.

Between two breaks every integrand is a polynomial of degree at most 9, for which the closed rule
with nine nodes is exact in rational arithmetic.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from symerm.networks import network_from_parameters, parameter_vector

_WEIGHTS = (989, 5888, -928, 10496, -4540, 10496, -928, 5888, 989)


def integrate(function, breaks):
    """The integral of a function that is a polynomial of degree at most 9 between breaks."""
    total = Fraction(0)
    for low, high in pairwise(sorted(set(breaks))):
        step = (high - low) / 8
        # One-sided values at the breaks: nodes are moved inside where functions may jump.
        nodes = [low + k * step for k in range(9)]
        total += Fraction(4, 14175) * step * sum(
            weight * function(x, (low + high) / 2)
            for weight, x in zip(_WEIGHTS, nodes, strict=True)
        )
    return total


def breaks(instance, *extra):
    """End points and kinks inside, of the network and of further (w, b)."""
    low, high = instance["interval"]
    network = instance["network"]
    pairs = [(w, b) for (w,), b in zip(network.hidden_weights, network.hidden_biases, strict=True)]
    kinks = [-b / w for w, b in (*pairs, *extra) if w]
    return [low, *(kink for kink in kinks if low < kink < high), high]


def residual_at(instance, x, network=None):
    net = instance["network"] if network is None else network
    return net((x,))[0] - sum(a * x**k for k, a in enumerate(instance["target"]))


def reference_loss(instance, network=None, *extra):
    net = instance["network"] if network is None else network
    pairs = [(w, b) for (w,), b in zip(net.hidden_weights, net.hidden_biases, strict=True)]
    return integrate(lambda x, _: residual_at(instance, x, net) ** 2, breaks(instance, *pairs))


def reference_psi(instance, w, b):
    """int r act(w x + b)."""
    act = instance["network"].activation
    return integrate(
        lambda x, _: residual_at(instance, x) * act(w * x + b), breaks(instance, (w, b))
    )


def moved(instance, direction, eps):
    network = instance["network"]
    point = [x + eps * y for x, y in zip(parameter_vector(network), direction, strict=True)]
    return network_from_parameters(network, point)


def neuron_rows(network):
    return [
        (w, b, v)
        for (w,), b, (v,) in zip(
            network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
        )
    ]
