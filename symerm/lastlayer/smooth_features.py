"""Features without rational values (tanh, logistic, erf): ranks and losses in ball arithmetic.

A minor that has an inverse in balls proves a lower bound of the rank; the upper bound is the exact
rank law or the number of features.  If both agree with the law, the range of the features is the
space V of the law and the loss is exact.  If the columns are independent the loss is enclosed by
the normal equations in balls.  A rank that falls short is never claimed from balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx, fmpq

from symerm.arithmetic.balls import ball_bounds
from symerm.errors import InputError
from symerm.lastlayer.features import HiddenLayer, ball_features
from symerm.lastlayer.kernels import gram_matrix
from symerm.lastlayer.rank_law import best_loss, feature_span

__all__ = ["SmoothFit", "fit_smooth_features"]

Rows = Sequence[Sequence[Fraction | int]]

#: Pivots of floats below this part of the largest do not count.
_NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class SmoothFit:
    """What is proved about the last layer on features in balls.

    Attributes
    ----------
    size, width : int
        Shape n, m of the feature matrix.
    rank : pair of int
        Proved bounds of its rank.
    law_rank : int
        Largest rank for any width and weights.
    losses : tuple of pairs of Fraction, or None
        Bounds of the least loss of each output; equal where it is exact, None if unknown.
    bits : int
        The working precision that was used.
    """

    size: int
    width: int
    rank: tuple[int, int]
    law_rank: int
    losses: tuple[tuple[Fraction, Fraction], ...] | None
    bits: int

    @property
    def fits_all_responses(self) -> bool | None:
        """Whether every response can be fitted; None if it is undecided."""
        low, high = self.rank
        if low == self.size:
            return True
        return None if high == self.size else False

    @property
    def fits(self) -> bool | None:
        """Whether the given responses are fitted; None if it is undecided."""
        if self.losses is None:
            return None
        if any(low > 0 for low, _ in self.losses):
            return False
        return True if all(high == 0 for _, high in self.losses) else None


def fit_smooth_features(
    inputs: Rows,
    responses: Rows,
    layer: HiddenLayer,
    *,
    bits: int = 128,
    limit: int = 2048,
) -> SmoothFit:
    """Bounds of rank and loss for the last layer on any features.

    Parameters
    ----------
    inputs : n rows of p numbers
    responses : n rows of q numbers
    layer : HiddenLayer
    bits, limit : int
        First and largest working precision; it is doubled in between.

    Raises
    ------
    InputError
        If there are not as many responses as inputs, or dimensions differ.

    Examples
    --------
    >>> from symerm.lastlayer.features import gaussian_layer
    >>> from symerm.problem.architecture import Activation
    >>> layer = gaussian_layer(1, 4, activation=Activation("tanh"), bias=False)
    >>> fit = fit_smooth_features([(1,), (-1,), (2,)], [(1,), (1,), (0,)], layer)
    >>> fit.rank, fit.losses, fit.fits
    ((2, 2), ((Fraction(2, 1), Fraction(2, 1)),), False)
    """
    if len(inputs) != len(responses):
        raise InputError(f"{len(inputs)} inputs but {len(responses)} responses")
    bias = any(layer.biases)
    span = feature_span(gram_matrix(inputs, bias=bias), layer.activation.kind)
    upper = min(layer.width, span.rank)
    lower, losses = 0, None
    while True:
        with ctx.workprec(bits):
            features = ball_features(inputs, layer)
            lower = max(lower, _proved_rank(features, upper))
            if lower == layer.width < span.rank:
                losses = _enclosed_losses(features, responses)
        settled = lower == upper and (upper == span.rank or losses is not None)
        if settled or 2 * bits > limit:
            break
        bits *= 2
    if lower == span.rank:
        exact = best_loss(span, responses)
        losses = tuple((column.loss, column.loss) for column in exact.columns)
    return SmoothFit(len(inputs), layer.width, (lower, upper), span.rank, losses, bits)


def _proved_rank(features: Any, upper: int) -> int:
    """A lower bound of the rank: the size of a minor that has an inverse in balls."""
    import numpy as np
    from scipy.linalg import qr

    table = features.tolist()
    floats = np.array([[float(entry) for entry in row] for row in table])
    triangle, order = qr(floats, mode="r", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    # The rank that floats see is tried where the largest one cannot be proved.
    seen = int((diagonal > _NEGLIGIBLE * diagonal[0]).sum())
    for rank in sorted({upper, min(seen, upper)} - {0}, reverse=True):
        columns = sorted(map(int, order[:rank]))
        rows = sorted(map(int, qr(floats[:, columns].T, mode="r", pivoting=True)[1][:rank]))
        try:
            arb_mat([[table[i][j] for j in columns] for i in rows]).inv()
        except ZeroDivisionError:
            continue
        return rank
    return 0


def _enclosed_losses(
    features: Any, responses: Rows
) -> tuple[tuple[Fraction, Fraction], ...] | None:
    """Bounds of |y - P y|^2, if they are finite and narrow."""
    wanted = arb_mat([[arb(fmpq(x.numerator, x.denominator)) for x in row] for row in responses])
    turned = features.transpose()
    try:
        residual = wanted - features * (turned * features).solve(turned * wanted)
    except ZeroDivisionError:
        return None
    losses = []
    for k in range(wanted.ncols()):
        loss = sum((residual[i, k] * wanted[i, k] for i in range(wanted.nrows())), arb(0))
        square = sum((wanted[i, k] ** 2 for i in range(wanted.nrows())), arb(0))
        if not loss.is_finite() or not loss.rad() <= square.upper() * 2.0**-40:
            return None
        low, high = ball_bounds(loss)
        losses.append((max(low, Fraction(0)), high))
    return tuple(losses)
