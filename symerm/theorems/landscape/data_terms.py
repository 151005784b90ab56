"""The empirical loss, its residuals and psi(u) = sum_i act(<w, s_i> + b) r_i, from the definitions.

Claims compare formulas written with these functions with the classification and the Hessian of
`symerm.landscape`.
"""

from __future__ import annotations

from fractions import Fraction

from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.theorems.instance import Instance

__all__ = ["residuals", "term", "value"]

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)


def value(network: ShallowNetwork, dataset: Dataset) -> Fraction:
    """The sum of squares."""
    return network.loss(dataset.inputs, dataset.outputs)


def residuals(instance: Instance) -> list[Vector]:
    """f(s_i) - t_i, one row per point."""
    network, dataset = instance["network"], instance["dataset"]
    return [
        tuple(y - t for y, t in zip(network(point), target, strict=True))
        for point, target in zip(dataset.inputs, dataset.outputs, strict=True)
    ]


def term(instance: Instance, weights: Vector, bias: Fraction) -> list[Fraction]:
    """psi(w, b), one entry per output."""
    network, dataset = instance["network"], instance["dataset"]
    rows = residuals(instance)
    values = [
        network.activation(sum((w * s for w, s in zip(weights, point, strict=True)), bias))
        for point in dataset.inputs
    ]
    return [
        sum((z * row[k] for z, row in zip(values, rows, strict=True)), _ZERO)
        for k in range(network.output_dimension)
    ]
