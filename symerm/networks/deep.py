"""Fully connected networks of any depth with exact rational parameters.

A network with layers (W_1, b_1), .., (W_k, b_k) realises
nu = A_k o act o A_{k-1} o .. o act o A_1 with A_i(x) = W_i x + b_i: the activation follows every
layer but the last.  Each row of W_i belongs to one neuron of layer i; a two-layer network of
`symerm.networks.shallow` stores the transpose of W_2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_mat

from symerm.display import Table, listing
from symerm.errors import InputError
from symerm.networks.shallow import LONGEST_FORMULA, ShallowNetwork
from symerm.problem.architecture import RELU, Activation

__all__ = ["DeepNetwork", "Layer"]

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class Layer:
    """One affine layer x -> W x + b.

    Attributes
    ----------
    weights : m rows of l Fractions
        One row per neuron of the layer, one entry per input of the layer.
    biases : m Fractions
    """

    weights: tuple[Vector, ...]
    biases: Vector

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.biases):
            raise InputError(
                f"a layer with {len(self.weights)} rows of weights needs as many biases, "
                f"not {len(self.biases)}"
            )
        if len({len(row) for row in self.weights}) > 1:
            raise InputError("the rows of a layer's weights have different lengths")

    @property
    def width(self) -> int:
        """Number of neurons of the layer."""
        return len(self.biases)

    @property
    def input_dimension(self) -> int:
        """Number of inputs of the layer (0 for a layer without neurons)."""
        return len(self.weights[0]) if self.weights else 0


@dataclass(frozen=True)
class DeepNetwork:
    """A fully connected network with k affine layers.

    Attributes
    ----------
    layers : tuple of Layer
        The last layer is the output layer; all others are hidden.
    activation : Activation

    Raises
    ------
    InputError
        If there is no layer, the output layer is empty, or a layer does not fit its predecessor.

    Examples
    --------
    The distance to the nearest of the points -1 and 1 is a network of three layers.

    >>> one = Fraction(1)
    >>> fold = Layer(((one,), (-one,)), (one * 0, one * 0))
    >>> again = Layer(((one, one), (-one, -one)), (-one, one))
    >>> network = DeepNetwork((fold, again, Layer(((one, one),), (one * 0,))))
    >>> network((Fraction(-3, 2),)), network((Fraction(1, 3),))
    ((Fraction(1, 2),), (Fraction(2, 3),))
    """

    layers: tuple[Layer, ...]
    activation: Activation = RELU

    def __post_init__(self) -> None:
        if not self.layers:
            raise InputError("a network needs at least one layer")
        if not self.layers[-1].width:
            raise InputError("the last layer has no neurons; it gives the outputs")
        for number, (before, layer) in enumerate(pairwise(self.layers), start=2):
            if layer.input_dimension != before.width:
                raise InputError(
                    f"layer {number} takes {layer.input_dimension} inputs but layer "
                    f"{number - 1} has {before.width} neurons"
                )

    @classmethod
    def from_shallow(cls, network: ShallowNetwork) -> DeepNetwork:
        """The same function, activation and parameters as a network of two layers.

        Examples
        --------
        >>> one = Fraction(1)
        >>> hat = ShallowNetwork(((one,), (one,)), (one, one * 0), ((one,), (-2 * one,)), (one,))
        >>> DeepNetwork.from_shallow(hat).layers[1].weights
        ((Fraction(1, 1), Fraction(-2, 1)),)
        """
        output_rows = tuple(
            tuple(row[k] for row in network.output_weights)
            for k in range(network.output_dimension)
        )
        return cls(
            (
                Layer(network.hidden_weights, network.hidden_biases),
                Layer(output_rows, network.output_biases),
            ),
            network.activation,
        )

    @property
    def hidden_layers(self) -> tuple[Layer, ...]:
        """All layers that the activation follows."""
        return self.layers[:-1]

    @property
    def widths(self) -> tuple[int, ...]:
        """Number of neurons of each hidden layer."""
        return tuple(layer.width for layer in self.hidden_layers)

    @property
    def input_dimension(self) -> int:
        """Dimension p of the input (0 for a constant without neurons)."""
        return self.layers[0].input_dimension

    @property
    def output_dimension(self) -> int:
        """Dimension q of the output."""
        return self.layers[-1].width

    def __call__(self, point: Vector) -> Vector:
        """The exact value in Q^q at a rational point (rational activations only)."""
        return self.realize((point,))[0]

    def realize(self, points: Sequence[Vector]) -> tuple[Vector, ...]:
        """The output matrix, one row nu(s_i) in Q^q per point.

        Parameters
        ----------
        points : n rows of p Fractions

        Raises
        ------
        InputError
            If a point has the wrong dimension or the activation has no rational values.
        """
        return self.layer_values(points)[-1]

    def layer_values(self, points: Sequence[Vector]) -> tuple[tuple[Vector, ...], ...]:
        """The preactivations of every hidden layer, then the outputs: k matrices of n rows.

        Parameters
        ----------
        points : n rows of p Fractions
        """
        for number, point in enumerate(points, start=1):
            # An empty first layer makes the network a constant that takes any point.
            if self.layers[0].width and len(point) != self.input_dimension:
                raise InputError(
                    f"the point has {len(point)} coordinates but the network takes "
                    f"{self.input_dimension}",
                    row=number,
                )
        values: list[tuple[Vector, ...]] = []
        current: Sequence[Vector] = points
        for layer in self.layers:
            if values:
                current = [tuple(map(self.activation, row)) for row in current]
            values.append(_affine_rows(layer, current))
            current = values[-1]
        return tuple(values)

    def _repr_latex_(self) -> str:
        """The network as a formula, or its layers as a table, for notebooks."""
        formula = self._short_formula()
        return self._shape().latex() if formula is None else f"$\\displaystyle {formula}$"

    def _repr_html_(self) -> str | None:
        """The table, if the formula is long: front ends show HTML rather than LaTeX."""
        return self._shape().html() if self._short_formula() is None else None

    def _short_formula(self) -> str | None:
        from symerm.networks.latex import network_latex

        # The matrices of amsmath have at most ten columns.
        if max(layer.input_dimension for layer in self.layers) > 10:
            return None
        formula = network_latex(self)
        return formula if len(formula) <= LONGEST_FORMULA else None

    def _shape(self) -> Table:
        return listing(
            ["layer", "inputs", "neurons"],
            [*enumerate(self.layers, start=1)],
            lambda pair: [str(pair[0]), str(pair[1].input_dimension), str(pair[1].width)],
            caption=f"{len(self.layers)} layers, {self.activation.name}",
        )


def _affine_rows(layer: Layer, rows: Sequence[Vector]) -> tuple[Vector, ...]:
    """W x + b for every row x: one product of rational matrices for all points."""
    if not rows or not layer.input_dimension:
        return tuple(layer.biases for _ in rows)
    # Each x is extended by a one and each row of W by its bias.
    left = fmpq_mat([[*map(_to_flint, row), fmpq(1)] for row in rows])
    right = fmpq_mat(
        [
            [*map(_to_flint, row), _to_flint(bias)]
            for row, bias in zip(layer.weights, layer.biases, strict=True)
        ]
    )
    product = left * right.transpose()
    return tuple(
        tuple(
            Fraction(int(product[i, j].p), int(product[i, j].q)) for j in range(product.ncols())
        )
        for i in range(product.nrows())
    )


def _to_flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)
