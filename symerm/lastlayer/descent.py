"""Gradient descent on the last layer: step sizes, rates of the modes, floor and limit.

For the loss |y - Phi a|^2/2 from a_0 = 0 the residuals are r_k = (I - eta Phi Phi^T)^k y: the part
of y in the mode of the singular value s_i shrinks by 1 - eta s_i^2 at each step, so all modes
shrink if and only if eta < 2/s_1^2.  The part outside the range stays, the floor, and a_k tends
to the minimum-norm solution.  Singular values are enclosed; simulated residuals are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb_mat, ctx, fmpq, fmpq_mat

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.errors import InputError
from symerm.lastlayer.fitting import LastLayerFit, fit_last_layer
from symerm.lastlayer.spectrum import eigenvalue_bounds

__all__ = ["GradientDescent", "Mode", "gradient_descent"]

Rows = Sequence[Sequence[Fraction | int]]
Bounds = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Mode:
    """One singular value of the features.

    Attributes
    ----------
    square : pair of Fraction
        Bounds of s^2.
    factor : pair of Fraction
        Bounds of 1 - eta s^2.
    steps : int or None
        Steps that certainly shrink the mode by the wanted factor; None if it does not shrink.
    energy : float
        About how much of |y|^2 lies in the mode; a float, for pictures.
    """

    square: Bounds
    factor: Bounds
    steps: int | None
    energy: float


@dataclass(frozen=True)
class GradientDescent:
    """Gradient descent on the last layer, from zero weights.

    Attributes
    ----------
    step : Fraction
        The step size eta.
    stable_below : pair of Fraction
        Bounds of 2/s_1^2, below which all modes shrink.
    modes : tuple of Mode
        For the positive singular values, the largest first.
    losses : tuple of Fraction
        The exact |r_k|^2, k = 0, 1, .., summed over the outputs.
    fit : LastLayerFit
        Its loss is the floor, its weights are the limit.
    reduction : Fraction
        The factor by which `Mode.steps` shrinks a mode.
    """

    step: Fraction
    stable_below: Bounds
    modes: tuple[Mode, ...]
    losses: tuple[Fraction, ...]
    fit: LastLayerFit
    reduction: Fraction

    @property
    def rate(self) -> Fraction:
        """A proved bound rho with |r_k - r| <= rho^k |r_0 - r|, r the residual of the limit."""
        return max(
            (max(abs(low), abs(high)) for low, high in (mode.factor for mode in self.modes)),
            default=Fraction(0),
        )

    def predicted(self, k: int) -> Fraction:
        """The proved upper bound floor + rho^(2 k) (|r_0|^2 - floor) of the loss after k steps."""
        floor = self.fit.loss
        return floor + self.rate ** (2 * k) * (self.losses[0] - floor)

    def sum_over_modes(self, k: int) -> float:
        """About the loss after k steps: the floor and what is left in each mode; a float."""
        return float(self.fit.loss) + sum(
            mode.energy * float(sum(mode.factor) / 2) ** (2 * k) for mode in self.modes
        )


def gradient_descent(
    features: Rows,
    responses: Rows,
    *,
    steps: int = 20,
    step: Fraction | None = None,
    reduction: Fraction = Fraction(1, 1000),
    bits: int = 256,
) -> GradientDescent:
    """Rates, floor and limit of gradient descent, with exactly simulated losses.

    Parameters
    ----------
    features : n rows of m numbers, not all zero
    responses : n rows of q numbers
    steps : int
        Number of simulated steps.
    step : Fraction, optional
        The step size; by default a power of two, at most 1/s_1^2.
    reduction : Fraction
        Factor by which each mode is to shrink, between 0 and 1.
    bits : int
        Working precision of the enclosures.

    Raises
    ------
    InputError
        If the shapes do not match, all features are zero, the step is not positive or the
        reduction not between 0 and 1.

    Examples
    --------
    >>> one = Fraction(1)
    >>> run = gradient_descent([(1, 0), (0, 2)], [(1,), (1,)], steps=1, step=one / 4)
    >>> run.losses, run.modes[0].factor
    ((Fraction(2, 1), Fraction(9, 16)), (Fraction(0, 1), Fraction(0, 1)))
    """
    fit = fit_last_layer(features, responses)
    if fit.rank == 0:
        raise InputError("all features are zero; nothing can be trained")
    if not 0 < reduction < 1:
        raise InputError(f"the reduction must lie between 0 and 1, not {reduction}")
    matrix = _rational_matrix(features)
    gram = matrix * matrix.transpose()
    with ctx.workprec(bits):
        squares = eigenvalue_bounds(arb_mat(gram))[fit.size - fit.rank :]
    low, high = squares[-1]
    eta = _power_of_two_below(1 / high) if step is None else step
    if eta <= 0:
        raise InputError(f"the step size must be positive, not {eta}")
    modes = []
    energies = _energies(gram, responses)
    for (below, above), energy in zip(reversed(squares), energies, strict=False):
        factor = (1 - eta * above, 1 - eta * max(below, Fraction(0)))
        modes.append(Mode((below, above), factor, _steps(factor, reduction), energy))
    return GradientDescent(
        eta, (2 / high, 2 / low), tuple(modes), _losses(gram, responses, eta, steps), fit,
        reduction,
    )


def _energies(gram: fmpq_mat, responses: Rows) -> list[float]:
    """The squared parts of the responses in the modes, the largest singular value first."""
    import numpy as np

    # True division of integers rounds once, whatever their size.
    table = np.array([[int(x.p) / int(x.q) for x in row] for row in gram.tolist()])
    vectors = np.linalg.eigh(table)[1]
    parts = vectors.T @ np.array([[float(y) for y in row] for row in responses])
    return [float(part) for part in (parts**2).sum(axis=1)[::-1]]


def _losses(
    gram: fmpq_mat, responses: Rows, eta: Fraction, steps: int
) -> tuple[Fraction, ...]:
    residual = _rational_matrix(responses)
    scaled = gram * fmpq(eta.numerator, eta.denominator)
    found = []
    for k in range(steps + 1):
        if k:
            residual = residual - scaled * residual
        square = sum((entry * entry for entry in residual.entries()), fmpq(0))
        found.append(Fraction(int(square.p), int(square.q)))
    return tuple(found)


def _steps(factor: Bounds, reduction: Fraction) -> int | None:
    size = max(abs(factor[0]), abs(factor[1]))
    if size >= 1:
        return None
    if size <= reduction:
        return 1
    with ctx.workprec(128):
        needed = ball(reduction).log() / ball(size).log()
    return int(-((-ball_bounds(needed)[1]) // 1))


def _power_of_two_below(value: Fraction) -> Fraction:
    exponent = value.numerator.bit_length() - value.denominator.bit_length() - 1
    power = Fraction(2) ** exponent
    return 2 * power if 2 * power <= value else power


def _rational_matrix(rows: Rows) -> fmpq_mat:
    return fmpq_mat([[fmpq(x.numerator, x.denominator) for x in row] for row in rows])
