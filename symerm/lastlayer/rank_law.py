r"""Exact rank laws: the labels that features can fit, whatever the width.

Bias-free features act(<w, x_i>) of all w span a space V in R^n.  For max(z, 0)^k (leaky slopes and
the NTK: k = 1) V consists of the y with y(c x) = c^k y(x) on rays and y(x) + (-1)^k y(-x) =
<T, x^(k)> on lines with data on both sides, T one symmetric tensor for all.  So

    **dim V = L + rank { u^(k) : u a two-sided line }**,  L the number of lines with data.

Proof: in sum_i c_i act(<w, x_i>) = 0 the kink across the hyperplane of a line has the factor
sum |t_i| t_i^(k-1) c_i, x_i = t_i u; a polynomial is left, sum c_i <w, x_i>^k.  erf and tanh are
odd: V is y(-x) = -y(x); logistic adds constants.  V is the range of the kernel matrix.  With a bias
x is (x, 1): all lines are one-sided, and only repeated points agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import row_reduce
from symerm.errors import InputError, UnsupportedError
from symerm.lastlayer.fitting import LastLayerFit, fit_last_layer

__all__ = ["FeatureSpan", "Lines", "best_loss", "data_lines", "feature_span", "ray_loss"]

Vector = tuple[Fraction, ...]
Gram = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class Lines:
    """The points on lines through 0, from their inner products.

    Attributes
    ----------
    members : tuple of tuples of (int, Fraction)
        For each line its points i with x_i = t x_first, as pairs (i, t).
    zeros : tuple of int
        The points at 0.
    """

    members: tuple[tuple[tuple[int, Fraction], ...], ...]
    zeros: tuple[int, ...]

    @property
    def two_sided(self) -> tuple[tuple[tuple[int, Fraction], ...], ...]:
        """The lines with data on both sides of 0."""
        return tuple(line for line in self.members if any(t < 0 for _, t in line))


@dataclass(frozen=True)
class FeatureSpan:
    """The space V of all labels that features of some width can fit.

    Attributes
    ----------
    rank : int
        dim V, the rank of the kernel matrix.
    basis : n rows of r Fractions
        Its columns are a basis of V.
    lines, two_sided : int
        Numbers of lines through 0 that carry data, and with data on both sides.
    directions : int
        rank { u^(k) : u two-sided } for the degree k; 0 for other features.
    law : str
        The rank law in words, with its numbers.
    """

    rank: int
    basis: tuple[Vector, ...]
    lines: int
    two_sided: int
    directions: int
    law: str

    @property
    def full(self) -> bool:
        """Whether all labels are in V: the kernel matrix is positive definite."""
        return self.rank == len(self.basis)


def data_lines(gram: Gram) -> Lines:
    """The lines through 0 that carry data.

    Examples
    --------
    >>> from symerm.lastlayer.kernels import gram_matrix
    >>> lines = data_lines(gram_matrix([(1, 1), (0, 0), (-2, -2), (0, 1)]))
    >>> len(lines.members), len(lines.two_sided), lines.zeros
    (2, 1, (1,))
    """
    found: list[list[tuple[int, Fraction]]] = []
    zeros = []
    for i, row in enumerate(gram):
        if row[i] == 0:
            zeros.append(i)
            continue
        for line in found:
            first = line[0][0]
            if row[first] ** 2 == row[i] * gram[first][first]:
                line.append((i, row[first] / gram[first][first]))
                break
        else:
            found.append([(i, Fraction(1))])
    return Lines(tuple(map(tuple, found)), tuple(zeros))


def feature_span(gram: Gram, features: str) -> FeatureSpan:
    """The labels that features of some width fit, and the rank law behind it.

    Parameters
    ----------
    gram : n rows of n Fractions
        The inner products of the points, from `symerm.lastlayer.kernels.gram_matrix`.
    features : str
        ``"relu"``, ``"leaky"``, ``"arccos0"``, ``"arccos1"``, ``"arccos2"``, ``"ntk"``,
        ``"erf"``, ``"tanh"``, ``"logistic"``, ``"sincos"`` or ``"quadratic"``.

    Raises
    ------
    UnsupportedError
        If there is no rank law for these features.

    Examples
    --------
    Two antipodal pairs: two lines, both two-sided, with independent directions.

    >>> from symerm.lastlayer.kernels import gram_matrix
    >>> square = gram_matrix([(1, 0), (-1, 0), (0, 1), (0, -1)])
    >>> feature_span(square, "relu").rank, feature_span(square, "erf").rank
    (4, 2)
    """
    degrees = {"relu": 1, "leaky": 1, "ntk": 1, "arccos0": 0, "arccos1": 1, "arccos2": 2}
    lines = data_lines(gram)
    if features in degrees:
        return _homogeneous(gram, lines, degrees[features])
    if features == "quadratic":
        columns = [[entry * entry for entry in row] for row in gram]
        return _span(columns, lines, 0, "rank{{x x^T}} = {rank}")
    if features in ("erf", "tanh", "logistic", "sincos"):
        return _analytic(gram, lines, features)
    raise UnsupportedError(f"there is no rank law for the features {features!r}")


def _homogeneous(gram: Gram, lines: Lines, degree: int) -> FeatureSpan:
    size = len(gram)
    columns = []
    for line in lines.members:
        column = [Fraction(0)] * size
        for i, t in line:
            # What max(z, 0)^k has beside its polynomial z^k/2.
            column[i] = t**degree if t > 0 else -(t**degree)
        columns.append(column)
    two_sided = lines.two_sided
    inside = [(i, t) for line in two_sided for i, t in line]
    polynomials = []
    for first in (line[0][0] for line in two_sided):
        column = [Fraction(0)] * size
        for i, _ in inside:
            column[i] = gram[i][first] ** degree
        polynomials.append(column)
    independent = [polynomials[k] for k in _independent(polynomials)]
    rank = len(columns) + len(independent)
    power = {0: "1", 1: "u", 2: "u u^T"}[degree]
    law = f"one for each ray with data, {rank} in all"
    if two_sided:
        law = (
            f"L + rank{{{power}}} = {len(columns)} + {len(independent)} = {rank}: {len(columns)} "
            f"lines through 0 carry data, {len(two_sided)} of them on both sides"
        )
    return FeatureSpan(
        rank,
        _transposed([*columns, *independent], size),
        len(lines.members),
        len(two_sided),
        len(independent),
        law,
    )


def _analytic(gram: Gram, lines: Lines, features: str) -> FeatureSpan:
    """Indicators of equal points; of the odd functions also points x and -x agree up to sign."""
    odd = features != "sincos"
    size = len(gram)
    columns = []
    for line in lines.members:
        for size_of in sorted({abs(t) if odd else t for _, t in line}):
            column = [Fraction(0)] * size
            for i, t in line:
                if t == size_of:
                    column[i] = Fraction(1)
                elif odd and t == -size_of:
                    column[i] = Fraction(-1)
            columns.append(column)
    if lines.zeros and not odd:
        columns.append([Fraction(int(i in lines.zeros)) for i in range(size)])
    words = "distinct points" if not odd else "distinct points up to sign, 0 left out"
    count = len(columns)
    if features == "logistic":
        columns.append([Fraction(1)] * size)
        return _span(columns, lines, 0, f"{count} {words}, and constants: rank {{rank}}")
    return _span(columns, lines, 0, f"{{rank}} {words}")


def _span(
    columns: Sequence[Sequence[Fraction]], lines: Lines, directions: int, law: str
) -> FeatureSpan:
    chosen = [columns[k] for k in _independent(columns)]
    size = len(columns[0]) if columns else len(lines.zeros)
    return FeatureSpan(
        len(chosen),
        _transposed(chosen, size),
        len(lines.members),
        len(lines.two_sided),
        directions,
        law.format(rank=len(chosen)),
    )


def _independent(vectors: Sequence[Sequence[Fraction]]) -> tuple[int, ...]:
    """The first vectors that span all of them."""
    return row_reduce(_transposed(vectors, len(vectors[0])))[1] if vectors else ()


def _transposed(columns: Sequence[Sequence[Fraction]], size: int) -> tuple[Vector, ...]:
    return tuple(tuple(column[i] for column in columns) for i in range(size))


def best_loss(span: FeatureSpan, responses: Sequence[Sequence[Fraction | int]]) -> LastLayerFit:
    """The least loss of any width, and residuals that prove it.

    The residual of each output is orthogonal to V and so to every feature: no network without
    bias has a smaller loss, whatever its width and hidden weights.

    Parameters
    ----------
    span : FeatureSpan
    responses : n rows of q numbers

    Raises
    ------
    InputError
        If there are not as many responses as points.

    Examples
    --------
    >>> from symerm.lastlayer.kernels import gram_matrix
    >>> fit = best_loss(feature_span(gram_matrix([(1,), (2,)]), "relu"), [(1,), (1,)])
    >>> fit.loss, fit.columns[0].residual
    (Fraction(1, 5), (Fraction(2, 5), Fraction(-1, 5)))
    """
    if len(responses) != len(span.basis):
        raise InputError(f"{len(responses)} responses for {len(span.basis)} points")
    rows = span.basis if span.rank else tuple((Fraction(0),) for _ in span.basis)
    return fit_last_layer(rows, responses)


def ray_loss(gram: Gram, responses: Sequence[Sequence[Fraction | int]]) -> LastLayerFit:
    """The least loss of functions with f(c x) = c f(x) for c >= 0, and residuals that prove it.

    All ReLU and leaky networks without biases are such functions, at any depth.

    Parameters
    ----------
    gram : n rows of n Fractions
    responses : n rows of q numbers

    Examples
    --------
    >>> from symerm.lastlayer.kernels import gram_matrix
    >>> ray_loss(gram_matrix([(1,), (2,)]), [(1,), (1,)]).loss
    Fraction(1, 5)
    """
    columns = []
    for line in data_lines(gram).members:
        for side in (1, -1):
            column = [Fraction(0)] * len(gram)
            for i, t in line:
                column[i] = max(side * t, Fraction(0))
            if any(column):
                columns.append(column)
    rows = _transposed(columns or [[Fraction(0)] * len(gram)], len(gram))
    return fit_last_layer(rows, responses)
