"""Hidden layers with random weights, and their feature matrices.

Only the last layer of f(x) = sum_r a_r act(<w_r, x> + b_r) is trained, so f is linear in a and
what can be fitted is the range of the feature matrix Phi_ir = act(<w_r, x_i> + b_r).  Weights are
Gaussian numbers rounded to multiples of 2^-16: Phi is exact for rational activations, and a
matrix of balls for the others.  A bias is a weight of the additional input 1.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, fmpq, fmpz_mat

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.rationals import common_denominator
from symerm.errors import InputError, UnsupportedError
from symerm.problem.architecture import MAX_WIDTH, RELU, Activation

__all__ = [
    "WEIGHT_BITS",
    "HiddenLayer",
    "ball_features",
    "feature_matrix",
    "gaussian_layer",
    "lifted",
]

#: Random weights are multiples of 2 to the power of minus this.
WEIGHT_BITS = 16

Vector = tuple[Fraction, ...]
Rows = Sequence[Sequence[Fraction | int]]


@dataclass(frozen=True)
class HiddenLayer:
    """The hidden layer of a network, fixed while the last layer is trained.

    Attributes
    ----------
    weights : m rows w_r of p Fractions
    biases : m Fractions b_r
    activation : Activation
    """

    weights: tuple[Vector, ...]
    biases: Vector
    activation: Activation = RELU

    @property
    def width(self) -> int:
        """Number m of neurons."""
        return len(self.weights)


def gaussian_layer(
    dimension: int,
    width: int,
    *,
    seed: int = 0,
    bias: bool = True,
    activation: Activation = RELU,
) -> HiddenLayer:
    """Gaussian weights (and biases), rounded to multiples of 2^-16.

    The neurons are drawn one after the other: a narrow layer is the beginning of a wide one.

    Parameters
    ----------
    dimension : int
        Number p of inputs.
    width : int
        Number m of neurons.
    seed : int
    bias : bool
        Without it all biases are zero.
    activation : Activation

    Raises
    ------
    InputError
        If the width or the dimension is not positive, or the width is above `MAX_WIDTH`.

    Examples
    --------
    >>> layer = gaussian_layer(1, 2, seed=1)
    >>> layer.weights[0], layer == gaussian_layer(1, 2, seed=1)
    ((Fraction(42211, 32768),), True)
    """
    if dimension < 1 or not 1 <= width <= MAX_WIDTH:
        raise InputError(f"a layer needs inputs and 1 to {MAX_WIDTH} neurons, not {width}")
    rng = random.Random(seed)

    def draw() -> Fraction:
        return Fraction(round(rng.gauss(0, 1) * 2**WEIGHT_BITS), 2**WEIGHT_BITS)

    neurons = [
        (tuple(draw() for _ in range(dimension)), draw() if bias else Fraction(0))
        for _ in range(width)
    ]
    weights, biases = zip(*neurons, strict=True)
    return HiddenLayer(weights, biases, activation)


def lifted(inputs: Rows, *, bias: bool) -> tuple[Vector, ...]:
    """The inputs as rows of Fractions, with a last entry 1 if there is a bias.

    Examples
    --------
    >>> lifted([(2,)], bias=True)
    ((Fraction(2, 1), Fraction(1, 1)),)
    """
    one = (Fraction(1),) if bias else ()
    return tuple((*map(Fraction, row), *one) for row in inputs)


def feature_matrix(inputs: Rows, layer: HiddenLayer) -> tuple[Vector, ...]:
    """The exact matrix Phi_ir = act(<w_r, x_i> + b_r).

    Parameters
    ----------
    inputs : n rows of p numbers
    layer : HiddenLayer

    Returns
    -------
    n rows of m Fractions

    Raises
    ------
    InputError
        If the inputs have another dimension than the weights.
    UnsupportedError
        If the activation has no rational values; see `ball_features`.

    Examples
    --------
    >>> layer = HiddenLayer(((Fraction(1),), (Fraction(-1),)), (Fraction(0), Fraction(2)))
    >>> [list(map(int, row)) for row in feature_matrix([(1,), (3,)], layer)]
    [[1, 1], [3, 0]]
    """
    act = layer.activation
    if not act.is_piecewise_linear and act.kind != "quadratic":
        raise UnsupportedError(
            f"the activation {act.name} has no rational values; use ball_features"
        )
    return tuple(tuple(map(act, row)) for row in _preactivations(inputs, layer))


def ball_features(inputs: Rows, layer: HiddenLayer) -> Any:
    """The feature matrix in balls, at the working precision of python-flint; any activation.

    Returns
    -------
    arb_mat with n rows and m columns

    Raises
    ------
    InputError
        If the inputs have another dimension than the weights.

    Examples
    --------
    >>> layer = HiddenLayer(((Fraction(1),),), (Fraction(0),), Activation("erf"))
    >>> ball_features([(1,)], layer)[0, 0].overlaps(arb(1).erf())
    True
    """
    act = layer.activation
    functions: dict[str, Any] = {
        "tanh": arb.tanh,
        "erf": arb.erf,
        "logistic": lambda z: (1 + (z / 2).tanh()) / 2,
    }
    rows = _preactivations(inputs, layer)
    if act.kind not in functions:
        return arb_mat([[_arb(act(z)) for z in row] for row in rows])
    function = functions[act.kind]
    return arb_mat([[function(_arb(z)) for z in row] for row in rows])


def _arb(value: Fraction) -> Any:
    return arb(fmpq(value.numerator, value.denominator))


def _preactivations(inputs: Rows, layer: HiddenLayer) -> list[list[Fraction]]:
    rows = lifted(inputs, bias=True)
    neurons = [(*w, b) for w, b in zip(layer.weights, layer.biases, strict=True)]
    if len({len(row) for row in [*rows, *neurons]}) > 1:
        raise InputError(
            f"the points have {len(rows[0]) - 1} coordinates but the layer takes "
            f"{len(neurons[0]) - 1}"
        )
    scale = common_denominator(entry for neuron in neurons for entry in neuron)
    # The product of two integer matrices; a row (x, 1) has a positive last entry, its scale.
    integers = [primitive(row) for row in rows]
    right = [[int(entry * scale) for entry in neuron] for neuron in neurons]
    product = (fmpz_mat(integers) * fmpz_mat(right).transpose()).tolist()
    return [
        [Fraction(int(entry), row[-1] * scale) for entry in values]
        for row, values in zip(integers, product, strict=True)
    ]
