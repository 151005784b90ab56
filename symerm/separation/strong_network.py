"""The network of the separation: frozen erf neurons, an output cut off to [0, 1].

f(x) = [sum_j w_j erf(<u_j, x> + b_j)]_0^1 with [z]_0^1 = min(max(z, 0), 1) and r neurons; drawn are
u_j ~ N(0, I/4), b_j ~ N(0, 1/4), w_j ~ N(0, 1/r^2), and only w is trained (Safran, Lee 2021).  The
mean of erf(<u, x> + b) erf(<u, x'> + b) over the hidden layer is
(2/pi) arcsin((1 + <x, x'>) / sqrt((3 + |x|^2)(3 + |x'|^2))) by the formula of Williams (1997).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symerm.errors import InputError
from symerm.separation.erf_features import ErfLayer

__all__ = ["StrongNetwork", "ball_indicator", "draw_network", "kernel_matrix", "stable_step"]

Array = NDArray[np.float64]

#: Points on which the largest eigenvalue is estimated.
_EIGENVALUE_POINTS = 500


@dataclass(frozen=True, eq=False)
class StrongNetwork:
    """The network with its weights, in floating point.

    Attributes
    ----------
    hidden_weights : ndarray of shape (r, d)
    hidden_biases : ndarray of shape (r,)
    output_weights : ndarray of shape (r,)

    Raises
    ------
    InputError
        If the shapes do not fit.
    """

    hidden_weights: Array
    hidden_biases: Array
    output_weights: Array

    def __post_init__(self) -> None:
        shapes = [self.hidden_weights.shape[:1], self.hidden_biases.shape]
        if any(shape != self.output_weights.shape for shape in shapes):
            raise InputError(
                f"{len(self.output_weights)} output weights do not fit the hidden layer; "
                "use one for each neuron"
            )

    @property
    def width(self) -> int:
        """Number r of neurons."""
        return len(self.output_weights)

    @property
    def layer(self) -> ErfLayer:
        """The hidden layer, ready to be evaluated."""
        return ErfLayer(self.hidden_weights, self.hidden_biases)

    def __call__(self, points: Array) -> Array:
        """The outputs in [0, 1] at points of shape (n, d)."""
        outputs: Array = np.clip(self.layer.outputs(points, self.output_weights), 0, 1)
        return outputs


def draw_network(dimension: int, width: int, generator: np.random.Generator) -> StrongNetwork:
    """A network at the start of training.

    Parameters
    ----------
    dimension, width : int
        Numbers d of inputs and r of neurons.
    generator : numpy.random.Generator

    Examples
    --------
    >>> network = draw_network(3, 1000, np.random.default_rng(0))
    >>> network.hidden_weights.shape, bool(abs(network.hidden_weights.std() - 0.5) < 0.01)
    ((1000, 3), True)
    """
    if dimension < 1 or width < 1:
        raise InputError(f"a network of {width} neurons on {dimension} inputs needs one of each")
    return StrongNetwork(
        generator.standard_normal((width, dimension)) / 2,
        generator.standard_normal(width) / 2,
        generator.standard_normal(width) / width,
    )


def ball_indicator(points: Array, radius: float) -> Array:
    """1 where |x| <= radius, else 0.

    Examples
    --------
    >>> ball_indicator(np.array([[3.0, 4.0], [0.0, 1.0]]), 1.5)
    array([0., 1.])
    """
    norms: Array = np.linalg.norm(points, axis=1)
    return (norms <= radius).astype(np.float64)


def kernel_matrix(points: Array) -> Array:
    """The means of products of two features over the hidden layer.

    Parameters
    ----------
    points : ndarray of shape (n, d)

    Returns
    -------
    ndarray of shape (n, n)

    Examples
    --------
    >>> kernel_matrix(np.zeros((1, 2))).round(4)
    array([[0.2163]])
    """
    products = 1 + points @ points.T
    lengths = np.sqrt(2 + np.diag(products))
    # Rounding must not lead beyond the ends of the arc sine's domain.
    cosines = np.clip(products / np.outer(lengths, lengths), -1, 1)
    kernel: Array = 2 / np.pi * np.arcsin(cosines)
    return kernel


def stable_step(points: Array, width: int) -> float:
    """1/(2 r m) with m the largest eigenvalue of the mean of the kernel over the points.

    The risk without the cut-off is quadratic with the largest curvature 2 r m, up to the
    fluctuation of r random neurons.  Steps of twice the returned size can diverge, and much larger
    ones end where every output is cut off and the gradient is zero.

    Parameters
    ----------
    points : ndarray of shape (n, d)
        The first 500 are used.
    width : int

    Examples
    --------
    >>> round(stable_step(np.zeros((4, 2)), 10), 4)
    0.2311
    """
    kernel = kernel_matrix(points[:_EIGENVALUE_POINTS])
    largest = float(np.linalg.eigvalsh(kernel)[-1]) / len(kernel)
    return 1 / (2 * width * largest)
