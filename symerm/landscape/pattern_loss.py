"""The sum of squares of a dataset within one activation pattern, in any arithmetic.

Where no preactivation changes its sign the loss is a polynomial in the parameters.  Its gradient
2 J^T r and its Hessian 2 J^T J + 2 sum_i r_i d^2 f_i are written out once, for rationals and for
balls; the signs are those of a rational network, and `keeps_pattern` proves that they hold for
all networks in a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import arb_mat, fmpq, fmpq_mat

from symerm.arithmetic.flint_rationals import to_flint
from symerm.networks.gradients import parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset

__all__ = ["PatternLoss"]


@dataclass(frozen=True)
class PatternLoss:
    """The loss at parameters of any arithmetic, with the activation pattern of a network.

    Attributes
    ----------
    network : ShallowNetwork
        Its signs are used; at preactivation zero the slope is 1, as on the positive side.
    dataset : Dataset
    parameters : sequence of fmpq or arb
        In the order of `symerm.networks.parameter_vector`.
    balls : bool
        Whether the parameters are balls.

    Examples
    --------
    >>> from fractions import Fraction
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one,),), (one,), ((one,),), (one,))
    >>> loss = PatternLoss.exact(network, Dataset.from_rows([0, 1], [1, 4]))
    >>> loss.value, loss.gradient
    (2, [-2, 0, -2, 0])
    """

    network: ShallowNetwork
    dataset: Dataset
    parameters: Sequence[Any]
    balls: bool = False

    @classmethod
    def exact(cls, network: ShallowNetwork, dataset: Dataset) -> PatternLoss:
        """The loss at the network itself, over Q."""
        return cls(network, dataset, list(map(to_flint, parameter_vector(network))))

    @cached_property
    def _blocks(self) -> tuple[list[list[Any]], list[Any], list[list[Any]], list[Any]]:
        """w by neuron, b, v by neuron, c."""
        network = self.network
        p, q, d = network.input_dimension, network.output_dimension, network.width
        values = list(self.parameters)
        weights = [values[j * p : (j + 1) * p] for j in range(d)]
        biases = values[d * p : d * (p + 1)]
        rest = values[d * (p + 1) :]
        return weights, biases, [rest[j * q : (j + 1) * q] for j in range(d)], rest[d * q :]

    @cached_property
    def _inputs(self) -> list[list[fmpq]]:
        return [list(map(to_flint, row)) for row in self.dataset.inputs]

    @cached_property
    def _slopes(self) -> list[list[fmpq]]:
        """1 or gamma for every input and neuron."""
        gamma = to_flint(self.network.activation.negative_slope)
        return [
            [fmpq(1) if z >= 0 else gamma for z in self.network.preactivations(point)]
            for point in self.dataset.inputs
        ]

    @cached_property
    def _preactivations(self) -> list[list[Any]]:
        weights, biases, _, _ = self._blocks
        return [
            [
                sum((a * x for a, x in zip(row, point, strict=True)), bias)
                for row, bias in zip(weights, biases, strict=True)
            ]
            for point in self._inputs
        ]

    def keeps_pattern(self) -> bool:
        """Whether all preactivations certainly have the signs of the network, none being zero."""
        if not self.network.activation.is_piecewise_linear:
            return True
        return all(
            (z > 0) if sign > 0 else (z < 0)
            for point, row in zip(self.dataset.inputs, self._preactivations, strict=True)
            for sign, z in zip(self.network.preactivations(point), row, strict=True)
        ) and all(all(self.network.preactivations(point)) for point in self.dataset.inputs)

    @cached_property
    def residuals(self) -> list[list[Any]]:
        """r_i = nu(s_i) - t_i, n rows of q."""
        _, _, outputs, constants = self._blocks
        rows = []
        for i, target in enumerate(self.dataset.outputs):
            hidden = self._activations[i]
            rows.append(
                [
                    sum(
                        (h * v[k] for h, v in zip(hidden, outputs, strict=True)),
                        constant - to_flint(target[k]),
                    )
                    for k, constant in enumerate(constants)
                ]
            )
        return rows

    @cached_property
    def _activations(self) -> list[list[Any]]:
        if self.network.activation.is_piecewise_linear:
            return [
                [s * z for s, z in zip(slopes, row, strict=True)]
                for slopes, row in zip(self._slopes, self._preactivations, strict=True)
            ]
        return [[z * z for z in row] for row in self._preactivations]

    @cached_property
    def _derivatives(self) -> list[list[Any]]:
        """act'(z) for every input and neuron."""
        if self.network.activation.is_piecewise_linear:
            return [list(row) for row in self._slopes]
        return [[2 * z for z in row] for row in self._preactivations]

    @cached_property
    def value(self) -> Any:
        """The sum of squares."""
        return sum((r * r for row in self.residuals for r in row), fmpq(0))

    @cached_property
    def _jacobian(self) -> list[list[Any]]:
        """One row per input and output, one column per parameter."""
        _, _, outputs, constants = self._blocks
        q = len(constants)
        rows = []
        for i, point in enumerate(self._inputs):
            slopes, hidden = self._derivatives[i], self._activations[i]
            for k in range(q):
                scaled = [s * v[k] for s, v in zip(slopes, outputs, strict=True)]
                rows.append(
                    [
                        *(s * x for s in scaled for x in point),
                        *scaled,
                        *(h if m == k else fmpq(0) for h in hidden for m in range(q)),
                        *(fmpq(int(m == k)) for m in range(q)),
                    ]
                )
        return rows

    @cached_property
    def gradient(self) -> list[Any]:
        """2 J^T r."""
        flat = [r for row in self.residuals for r in row]
        return [
            2 * sum((r * entry for r, entry in zip(flat, column, strict=True)), fmpq(0))
            for column in zip(*self._jacobian, strict=True)
        ]

    @cached_property
    def hessian(self) -> list[list[Any]]:
        """The second derivatives within the pattern."""
        network = self.network
        p, q, d = network.input_dimension, network.output_dimension, network.width
        matrix = (arb_mat if self.balls else fmpq_mat)(self._jacobian)
        product = matrix.transpose() * matrix
        size = len(self.parameters)
        result = [[2 * product[i, j] for j in range(size)] for i in range(size)]
        _, _, outputs, _ = self._blocks
        curved = not network.activation.is_piecewise_linear
        for j in range(d):
            own = [j * p + m for m in range(p)] + [d * p + j]
            for i, point in enumerate(self._inputs):
                form = [*point, fmpq(1)]
                for k in range(q):
                    factor = 2 * self._derivatives[i][j] * self.residuals[i][k]
                    column = d * (p + 1) + j * q + k
                    for place, x in zip(own, form, strict=True):
                        result[place][column] += factor * x
                        result[column][place] += factor * x
                    if curved:
                        weight = 4 * outputs[j][k] * self.residuals[i][k]
                        for place, x in zip(own, form, strict=True):
                            for other, y in zip(own, form, strict=True):
                                result[place][other] += weight * x * y
        return result
