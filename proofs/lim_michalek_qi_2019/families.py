"""Four problems without a best network, each with networks along which the loss tends to zero.

nu(s) = c + sum_j v_j max(<a_j, s> + b_j, 0) with two hidden neurons and two outputs; the entries
are rational functions of K, and K grows.  The first problem is of the kind that Lim, Michalek and
Qi found (six points of the plane); the others are smaller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from steps import relu

__all__ = ["FAMILIES", "Family", "K"]

#: The parameter of every family.
K = sympy.Symbol("K", positive=True)
HALF = sympy.Rational(1, 2)


@dataclass(frozen=True)
class Family:
    """A dataset with a family of networks.

    Attributes
    ----------
    dataset : the name of the bundled dataset
    inputs, outputs : rows of integers
    neurons : for each hidden neuron its weights, its bias and its output weights
    output_biases : one for each output
    least : the smallest value of K for which the claim is made; 0 if it is made for all K > 0
    loss : the claimed sum of squares
    """

    dataset: str
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    neurons: tuple[tuple[tuple[Any, ...], Any, tuple[Any, ...]], ...]
    output_biases: tuple[Any, ...]
    least: int
    loss: sympy.Expr

    def realized(self) -> list[list[sympy.Expr]]:
        """The outputs on the data, valid for all K >= least."""
        t = sympy.Symbol("t", nonnegative=True)
        rows = []
        for point in self.inputs:
            row = list(self.output_biases)
            for weights, bias, out in self.neurons:
                z = sum((a * s for a, s in zip(weights, point, strict=True)), sympy.sympify(bias))
                hidden = relu(z.subs(K, self.least + t)).subs(t, K - self.least)
                row = [y + v * hidden for y, v in zip(row, out, strict=True)]
            rows.append(row)
        return rows

    def sum_of_squares(self) -> sympy.Expr:
        """The loss as a rational function of K, valid for all K >= least."""
        return sympy.cancel(sum(
            (y - target) ** 2
            for row, targets in zip(self.realized(), self.outputs, strict=True)
            for y, target in zip(row, targets, strict=True)
        ))


FAMILIES = (
    # Six points of the plane; usually written with k = K - 1.
    Family(
        "counterexample-1",
        ((-2, 0), (-1, 0), (0, 0), (1, 0), (2, 0), (1, 1)),
        ((2, 0), (1, 0), (0, 0), (-2, 0), (-4, 0), (0, 1)),
        (((-1, 2 * K + 1), 0, (1, 0)), ((1, K - 1), 0, (-2, 1 / K))),
        (0, 0), 0, 5 / K**2,
    ),
    # Two kinks that face each other, 1/K inside the outermost points.  Their sum is constant but
    # for those two points, and half their difference is nearly the identity.
    Family(
        "counterexample-2",
        ((-2,), (-1,), (0,), (1,), (2,)),
        ((-2, 1), (-1, 0), (0, 0), (1, 0), (2, 1)),
        (((1,), 2 - 1 / K, (HALF, K)), ((-1,), 2 - 1 / K, (-HALF, K))),
        (0, 2 - 4 * K), 1, 1 / (2 * K**2),
    ),
    # Kinks at 1 - 1/K and 1 + 2/K merge at the point 1; for K >= 2 neither passes another point.
    Family(
        "counterexample-3",
        ((0,), (1,), (2,), (3,)),
        ((0, 0), (0, 1), (1, 3), (2, 3)),
        (((1,), 1 / K - 1, (0, K)), ((1,), -1 - 2 / K, (1, -K))),
        (0, 0), 2, 8 / K**2,
    ),
    # No biases at all.
    Family(
        "golden",
        ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
        ((1, 0), (-1, 0), (0, 1)),
        (((1 / K, 0, HALF), 0, (K, 1)), ((0, 1 / K, HALF), 0, (-K, 1))),
        (0, 0), 0, 2 / K**2,
    ),
)
