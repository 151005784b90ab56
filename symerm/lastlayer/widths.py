"""How wide a layer suffices: matrix Chernoff bounds, and constructions that memorise.

For features phi(w) in R^n with |phi(w)|^2 <= B and kernel matrix K of rank r, smallest positive
eigenvalue lambda, m independent draws have P(rank Phi < r) <= r exp(-m lambda/B) (matrix
Chernoff, Tropp 2012); so m >= (B/lambda) ln(r/eta) suffices with probability 1 - eta.  For
max(z, c z) take w on the sphere of radius sqrt(d): K and the rank do not change, and
|phi|^2 <= |X w|^2 <= d |X|^2.  For erf, tanh, logistic |phi|^2 <= n, for sin + cos 2 n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, count, pairwise
from math import comb

from flint import arb, arb_mat, ctx, fmpq

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.arithmetic.linalg import rank
from symerm.errors import InputError, UnsupportedError
from symerm.lastlayer.features import HiddenLayer, feature_matrix
from symerm.lastlayer.fitting import fit_last_layer
from symerm.lastlayer.spectrum import KernelSpectrum, eigenvalue_bounds
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset

__all__ = [
    "ChernoffWidth",
    "chernoff_width",
    "feature_bound",
    "general_position",
    "interleaved_network",
]

Gram = Sequence[Sequence[Fraction]]

#: Most subsets of points that are tried for general position.
_MAX_SUBSETS = 50_000


@dataclass(frozen=True)
class ChernoffWidth:
    """A width that suffices with probability 1 - eta for features of the largest rank.

    Attributes
    ----------
    width : int
    rank : int
        Rank r of the kernel matrix; n if every response can be fitted.
    eta : Fraction
    smallest : Fraction
        The certified lower bound of the smallest positive eigenvalue that was used.
    bound : Fraction
        The upper bound B of |phi(w)|^2 that was used.
    """

    width: int
    rank: int
    eta: Fraction
    smallest: Fraction
    bound: Fraction


def feature_bound(gram: Gram, kind: str, dimension: int) -> Fraction:
    """An upper bound B of |phi(w)|^2.

    Parameters
    ----------
    gram : n rows of n Fractions
    kind : str
        Kind of the kernel.
    dimension : int
        Number d of weights of a neuron, the bias among them.

    Raises
    ------
    UnsupportedError
        If there is no bound for these features.

    Examples
    --------
    >>> feature_bound([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]], "erf", 2)
    Fraction(2, 1)
    """
    if kind in ("erf", "arccos0"):
        return Fraction(len(gram))
    if kind == "sincos":
        return Fraction(2 * len(gram))
    if kind in ("arccos1", "leaky"):
        with ctx.workprec(128):
            bounds = eigenvalue_bounds(
                arb_mat([[arb(fmpq(x.numerator, x.denominator)) for x in row] for row in gram])
            )
        return dimension * max(bounds[-1][1], Fraction(0))
    raise UnsupportedError(
        f"there is no width bound for the kernel {kind}; use arccos0, arccos1, erf or sincos"
    )


def chernoff_width(
    gram: Gram, spectrum: KernelSpectrum, dimension: int, *, eta: Fraction
) -> ChernoffWidth:
    """The width that suffices with probability 1 - eta, from certified bounds.

    Parameters
    ----------
    gram : n rows of n Fractions
    spectrum : KernelSpectrum
        Of the kernel matrix of `gram`.
    dimension : int
        Number d of weights of a neuron, the bias among them.
    eta : Fraction
        Between 0 and 1.

    Raises
    ------
    InputError
        If eta is not between 0 and 1.
    UnsupportedError
        If there is no bound for these features, all vanish, or the eigenvalue has no positive
        lower bound.

    Examples
    --------
    >>> from symerm.lastlayer.kernels import gram_matrix, parse_kernel
    >>> from symerm.lastlayer.spectrum import kernel_spectrum
    >>> gram = gram_matrix([(1, 0), (0, 1)])
    >>> spectrum = kernel_spectrum(gram, parse_kernel("arccos1"))
    >>> chernoff_width(gram, spectrum, 2, eta=Fraction(1, 100)).width
    32
    """
    if not 0 < eta < 1:
        raise InputError(f"eta must lie between 0 and 1, not {eta}")
    size = spectrum.span.rank
    if size == 0:
        raise UnsupportedError("all features vanish on these points; no width")
    bound = feature_bound(gram, spectrum.kernel.kind, dimension)
    smallest = spectrum.smallest_positive[0]
    if smallest <= 0:
        raise UnsupportedError("no positive lower bound of the smallest eigenvalue; no width")
    with ctx.workprec(128):
        needed = ball(bound / smallest) * ball(Fraction(size) / eta).log()
    # The least integer that is certainly enough.
    width = -((-ball_bounds(needed)[1]) // 1)
    return ChernoffWidth(max(int(width), size), size, eta, smallest, bound)


def interleaved_network(dataset: Dataset) -> ShallowNetwork:
    """A ReLU network with as many neurons as distinct inputs that fits their mean responses.

    All hidden weights are one direction in which the inputs are distinct, the kinks lie between
    neighbours, and the last layer solves a triangular system; no output bias.

    Parameters
    ----------
    dataset : Dataset

    Examples
    --------
    >>> data = Dataset.from_rows([(0, 0), (1, 0), (0, 1)], [1, -1, 5])
    >>> network = interleaved_network(data)
    >>> network.width, network.loss(data.inputs, data.outputs)
    (3, Fraction(0, 1))
    """
    data = dataset.collapsed()
    for k in count(1):
        # Only finitely many k give two of the inputs the same value.
        direction = tuple(Fraction(k) ** e for e in range(dataset.input_dimension))
        values = [sum((u * x for u, x in zip(direction, row, strict=True)), Fraction(0))
                  for row in data.inputs]
        if len(set(values)) == len(values):
            break
    ordered = sorted(values)
    kinks = [ordered[0] - 1, *((a + b) / 2 for a, b in pairwise(ordered))]
    biases = tuple(-kink for kink in kinks)
    layer = HiddenLayer((direction,) * len(values), biases)
    fit = fit_last_layer(feature_matrix(data.inputs, layer), data.outputs)
    outgoing = tuple(zip(*(column.weights for column in fit.columns), strict=True))
    zeros = (Fraction(0),) * dataset.output_dimension
    return ShallowNetwork(layer.weights, biases, outgoing, zeros)


def general_position(inputs: Sequence[Sequence[Fraction]]) -> bool | None:
    """Whether no hyperplane of R^p holds more than p distinct inputs; None if not checked.

    Examples
    --------
    >>> line = [(Fraction(k), Fraction(k)) for k in range(3)]
    >>> general_position(line), general_position(line[:2])
    (False, True)
    """
    points = sorted(set(map(tuple, inputs)))
    size = min(len(points[0]) + 1, len(points))
    if comb(len(points), size) > _MAX_SUBSETS:
        return None
    return all(
        rank([(*point, Fraction(1)) for point in chosen]) == size
        for chosen in combinations(points, size)
    )
