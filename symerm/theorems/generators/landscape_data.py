"""Networks with data at which the derivatives of the empirical loss vanish, on one side at least.

Instances have the parts ``network`` and ``dataset``, with one input and one output.  Kinks fall on
inputs, neurons are flat or switched off, and the residuals solve the linear equations that the
first-order conditions are for a fixed slope at preactivation zero.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import nullspace
from symerm.problem.dataset import Dataset
from symerm.theorems.generators.basic import activations, nonzero_rationals, rationals
from symerm.theorems.generators.line_networks import line_network
from symerm.theorems.instance import Instance

__all__ = ["critical_on_data"]


@st.composite
def critical_on_data(
    draw: st.DrawFn, *, width: tuple[int, int] = (1, 2), size: tuple[int, int] = (3, 5)
) -> Instance:
    """ReLU and leaky networks with data; many are local minima, saddles or nearly critical.

    Parameters
    ----------
    width, size : (int, int)
        Least and largest number of neurons and of points.

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(critical_on_data(), lambda instance: instance["network"].width == 1)
    >>> found["dataset"].input_dimension, found["dataset"].output_dimension
    (1, 1)
    """
    activation = draw(activations())
    places = rationals(bound=3, denominators=(1,))
    unique = draw(st.integers(0, 4)) > 0
    points = draw(st.lists(places, min_size=size[0], max_size=size[1], unique=unique))
    neurons = []
    for _ in range(draw(st.integers(*width))):
        # Few slopes and values, so that the conditions hold and fail in turn.
        w = draw(rationals(bound=2, denominators=(1,)))
        kink = draw(st.sampled_from([*points, Fraction(7), Fraction(1, 2), Fraction(-7)]))
        b = -w * kink if w else draw(rationals(bound=1, denominators=(1,)))
        neurons.append((w, b, Fraction(draw(st.sampled_from([0, 0, 1, -1, -2])))))
    network = line_network(neurons, draw(rationals(bound=2)), activation)
    gamma = activation.negative_slope
    equations = [[Fraction(1)] * len(points)]
    for w, b, v in neurons:
        # At a kink any slope between those of its sides gives one-sided conditions.
        at_zero = draw(st.sampled_from([gamma, Fraction(1), (1 + gamma) / 2]))
        slopes = [
            Fraction(1) if w * s + b > 0 else gamma if w * s + b < 0 else at_zero for s in points
        ]
        equations += [slopes, [x * s for x, s in zip(slopes, points, strict=True)]]
        if v == 0 and draw(st.booleans()):
            equations += [
                [Fraction(k == i) for k in range(len(points))]
                for i, s in enumerate(points)
                if w * s + b == 0
            ]
    residuals = [Fraction(0)] * len(points)
    for vector in nullspace(equations, columns=len(points)):
        factor = draw(nonzero_rationals(bound=2, denominators=(1,)))
        residuals = [x + factor * y for x, y in zip(residuals, vector, strict=True)]
    if draw(st.integers(0, 5)) == 0:
        residuals[0] += 1
    outputs = [network((s,))[0] - r for s, r in zip(points, residuals, strict=True)]
    return Instance.of(network=network, dataset=Dataset.from_rows(points, outputs))
