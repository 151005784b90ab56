"""The sum of squares of a dataset at and around one network, exact.

With the residuals r_i = nu(s_i) - t_i the loss at another network theta' is
L(theta') = L(theta) + |f' - f|^2 + 2 <r, f' - f>, where f is the vector of all outputs, and
<r, f' - f> = <c' - c, sum r_i> + sum_j [v'_j . psi(a'_j) - v_j . psi(a_j)] is a sum over the
neurons a_j = (w_j, b_j), with psi(a) = sum_i act(<a, (s_i, 1)>) r_i in Q^q.  Copies of an input
act as their mean response with the number of copies as weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import add

from flint import fmpz_mat

from symerm.arithmetic.rationals import common_denominator
from symerm.arrangements.neuron_types import neuron_type_on_points
from symerm.errors import InputError, UnsupportedError
from symerm.landscape.verdicts import Neuron
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset, WeightedData

__all__ = ["Curve", "EmpiricalLoss", "Finding", "direction_network"]

Vector = tuple[Fraction, ...]
Integers = tuple[int, ...]
_ZERO = Fraction(0)


@dataclass(frozen=True)
class Curve:
    """A curve theta + eps direction + eps^2 bend with loss L + coefficient eps^order + ..

    Attributes
    ----------
    direction : ShallowNetwork
    order : int
    coefficient : Fraction
        Negative.
    bend : ShallowNetwork or None
    """

    direction: ShallowNetwork
    order: int
    coefficient: Fraction
    bend: ShallowNetwork | None = None


@dataclass(frozen=True)
class Finding:
    """A verdict on a network before it is written up.

    Attributes
    ----------
    verdict : str
        One of `symerm.landscape.verdicts.VERDICTS`.
    reason : str
    curve : Curve or None
        The curve of descent that goes with ``saddle`` and ``not-critical``.
    """

    verdict: str
    reason: str
    curve: Curve | None = None


@dataclass(frozen=True)
class EmpiricalLoss:
    """The loss of a dataset at one network.

    Attributes
    ----------
    network : ShallowNetwork
    data : WeightedData
        The n distinct inputs with mean responses and numbers of copies.
    forms : tuple of n integer vectors of length p + 1
        A positive multiple of (s_i, 1); its last entry is the factor.
    preactivations : tuple of d rows of n int
        Positive multiples of <w_j, s_i> + b_j.
    outputs : tuple of n rows of q Fractions
        The outputs of the network at the distinct inputs.

    Examples
    --------
    >>> one = Fraction(1)
    >>> net = ShallowNetwork(((one,),), (-one,), ((one,),), (one / 2,))
    >>> loss = EmpiricalLoss.at(net, Dataset.from_rows([0, 1, 2, 2], [0, 1, 1, 2]))
    >>> loss.value, loss.value_at(net), loss.residuals[2]
    (Fraction(1, 1), Fraction(1, 1), (Fraction(0, 1),))
    """

    network: ShallowNetwork
    data: WeightedData
    forms: tuple[Integers, ...]
    preactivations: tuple[Integers, ...]
    outputs: tuple[Vector, ...]

    @classmethod
    def at(cls, network: ShallowNetwork, dataset: Dataset) -> EmpiricalLoss:
        """The loss of a dataset at a network.

        Raises
        ------
        InputError
            If the network does not take the inputs of the dataset or give its outputs.
        UnsupportedError
            If the activation has no rational values.
        """
        activation = network.activation
        if not activation.is_piecewise_linear and activation.kind != "quadratic":
            raise UnsupportedError(
                f"the loss with the activation {activation.name} is not rational; "
                "use relu, leaky:1/10 or quadratic"
            )
        if network.width and network.input_dimension != dataset.input_dimension:
            raise InputError(
                f"the network takes {network.input_dimension} inputs but the dataset has "
                f"{dataset.input_dimension}"
            )
        if network.output_dimension != dataset.output_dimension:
            raise InputError(
                f"the network has {network.output_dimension} outputs but the dataset has "
                f"{dataset.output_dimension}"
            )
        data = dataset.collapsed()
        forms = []
        for row in data.inputs:
            scale = common_denominator(row)
            forms.append((*(int(x * scale) for x in row), scale))
        rows = _preactivations(network, range(network.width), forms)
        sums = _hidden_sums(network, range(network.width), rows, forms)
        outputs = [
            tuple(bias + x for bias, x in zip(network.output_biases, row, strict=True))
            for row in sums
        ]
        return cls(network, data, tuple(forms), tuple(rows), tuple(outputs))

    @cached_property
    def residuals(self) -> tuple[Vector, ...]:
        """For each distinct input the sum of its residuals over the copies, n rows in Q^q."""
        return tuple(
            tuple(weight * (y - t) for y, t in zip(output, target, strict=True))
            for output, target, weight in zip(
                self.outputs, self.data.outputs, self.data.weights, strict=True
            )
        )

    @cached_property
    def scaled_residuals(self) -> tuple[Vector, ...]:
        """The residuals divided by the factors of the forms, to be paired with the forms."""
        return tuple(
            tuple(entry / form[-1] for entry in row)
            for row, form in zip(self.residuals, self.forms, strict=True)
        )

    @cached_property
    def value(self) -> Fraction:
        """The loss at the network."""
        return self._value(self.outputs)

    def value_at(self, other: ShallowNetwork) -> Fraction:
        """The loss at another network of the same shape; only changed neurons are computed."""
        network = self.network
        changed = [
            j
            for j in range(network.width)
            if other.hidden_weights[j] != network.hidden_weights[j]
            or other.hidden_biases[j] != network.hidden_biases[j]
            or other.output_weights[j] != network.output_weights[j]
        ]
        outputs: Sequence[Vector] = self.outputs
        if other.output_biases != network.output_biases:
            steps = [
                after - before
                for after, before in zip(other.output_biases, network.output_biases, strict=True)
            ]
            outputs = [tuple(map(add, output, steps)) for output in outputs]
        if changed:
            old = _hidden_sums(
                network, changed, [self.preactivations[j] for j in changed], self.forms
            )
            new = _hidden_sums(
                other, changed, _preactivations(other, changed, self.forms), self.forms
            )
            outputs = [
                tuple(y + after - before for y, after, before in zip(*rows, strict=True))
                for rows in zip(outputs, new, old, strict=True)
            ]
        return self._value(outputs)

    def _value(self, outputs: Sequence[Vector]) -> Fraction:
        errors = [
            [y - t for y, t in zip(output, target, strict=True)]
            for output, target in zip(outputs, self.data.outputs, strict=True)
        ]
        common = common_denominator(error for row in errors for error in row)
        squares = sum(
            weight * (error.numerator * (common // error.denominator)) ** 2
            for row, weight in zip(errors, self.data.weights, strict=True)
            for error in row
        )
        return self.data.scatter + Fraction(squares, common * common)

    @cached_property
    def neurons(self) -> tuple[Neuron, ...]:
        """Types, flatness and kinks of the hidden neurons."""
        network = self.network
        found = []
        for weights, bias, outgoing, row in zip(
            network.hidden_weights,
            network.hidden_biases,
            network.output_weights,
            self.preactivations,
            strict=True,
        ):
            # The type depends on the signs that occur, hence on the extreme points alone.
            ends = [self.data.inputs[row.index(pick(row))] for pick in (min, max)]
            kink = -bias / weights[0] if len(weights) == 1 and weights[0] else None
            found.append(
                Neuron(neuron_type_on_points(weights, bias, ends), not any(outgoing), kink)
            )
        return tuple(found)

    @cached_property
    def bias_sum(self) -> Vector:
        """The sum of all residuals: half the derivative in the output biases."""
        return tuple(sum(column, _ZERO) for column in zip(*self.residuals, strict=True))

    def neuron(self, number: int) -> Vector:
        """The hidden parameters a_j = (w_j, b_j)."""
        return (*self.network.hidden_weights[number], self.network.hidden_biases[number])


def direction_network(
    network: ShallowNetwork,
    *,
    bias: Sequence[Fraction] = (),
    hidden: Mapping[int, Sequence[Fraction | int]] | None = None,
    output: Mapping[int, Sequence[Fraction]] | None = None,
) -> ShallowNetwork:
    """The direction that moves the given parameters and no others.

    Parameters
    ----------
    network : ShallowNetwork
        Gives the shape.
    bias : q Fractions, optional
        The change of the output biases.
    hidden : mapping, optional
        Changes of (w_j, b_j) by the number of the neuron, p + 1 entries each.
    output : mapping, optional
        Changes of v_j, q entries each.

    Examples
    --------
    >>> one = Fraction(1)
    >>> net = ShallowNetwork(((one,),), (one,), ((one,),), (one,))
    >>> direction_network(net, hidden={0: (2, 3)}).hidden_biases
    (Fraction(3, 1),)
    """
    hidden, output = hidden or {}, output or {}
    nothing = (_ZERO,) * (network.input_dimension + 1)
    still = (_ZERO,) * network.output_dimension
    steps = [tuple(map(Fraction, hidden.get(j, nothing))) for j in range(network.width)]
    return ShallowNetwork(
        tuple(step[:-1] for step in steps),
        tuple(step[-1] for step in steps),
        tuple(tuple(output.get(j, still)) for j in range(network.width)),
        tuple(bias) or still,
        network.activation,
    )


def _preactivations(
    network: ShallowNetwork, numbers: Sequence[int], forms: Sequence[Integers]
) -> list[Integers]:
    """The integer preactivations of some neurons, each row by its own positive factor."""
    if not numbers:
        return []
    rows = []
    for j in numbers:
        neuron = (*network.hidden_weights[j], network.hidden_biases[j])
        scale = common_denominator(neuron)
        rows.append([int(x * scale) for x in neuron])
    product = fmpz_mat(rows) * fmpz_mat([list(form) for form in forms]).transpose()
    return [tuple(map(int, row)) for row in product.table()]


def _hidden_sums(
    network: ShallowNetwork,
    numbers: Sequence[int],
    rows: Sequence[Integers],
    forms: Sequence[Integers],
) -> list[Vector]:
    """sum over some neurons of v_j act(<a_j, (s_i, 1)>), n rows of q Fractions."""
    size = network.output_dimension
    live = [k for k, j in enumerate(numbers) if any(network.output_weights[j])]
    if not live:
        return [(_ZERO,) * size] * len(forms)
    quadratic = network.activation.kind == "quadratic"
    slope = network.activation.negative_slope
    down, up = slope.numerator, slope.denominator
    values, weights = [], []
    for k in live:
        j = numbers[k]
        scale = common_denominator((*network.hidden_weights[j], network.hidden_biases[j]))
        if quadratic:
            values.append([z * z for z in rows[k]])
            factor = scale * scale
        else:
            values.append([up * z if z > 0 else down * z for z in rows[k]])
            factor = scale * up
        weights.append([v / factor for v in network.output_weights[j]])
    common = common_denominator(v for row in weights for v in row)
    left = fmpz_mat([[int(row[k] * common) for row in weights] for k in range(size)])
    sums = (left * fmpz_mat(values)).table()
    divisors = [common * (form[-1] ** 2 if quadratic else form[-1]) for form in forms]
    return [
        tuple(Fraction(int(sums[k][i]), divisor) for k in range(size))
        for i, divisor in enumerate(divisors)
    ]
