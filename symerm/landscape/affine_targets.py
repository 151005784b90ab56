"""The classification for affine targets, read off the parameters.

For the target alpha x + beta on [T0, T1], alpha not zero, the critical points that are no global
minima are known in closed form for act = max(x, 0), max(x, gamma x) and x^2 (Cheridito, Jentzen,
Rossmannek 2021; re-derived in proofs/).  Nothing is integrated here: the conditions speak of
types, signs, kinks and slopes only, so that they check the general analysis and are checked by it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arrangements.neuron_types import NeuronType
from symerm.landscape.true_loss import Hidden, TrueLoss

__all__ = ["AffineCase", "affine_case", "affine_coefficients"]


@dataclass(frozen=True)
class AffineCase:
    """A critical point that is no global minimum, named by the theorem.

    Attributes
    ----------
    verdict : str
        ``"local-minimum"`` or ``"saddle"``.
    level : Fraction
        The loss.
    kinks : int
        The number n of distinct kinks inside the interval (0 for a constant function).
    words : str
    """

    verdict: str
    level: Fraction
    kinks: int
    words: str


def affine_coefficients(loss: TrueLoss) -> tuple[Fraction, Fraction] | None:
    """alpha and beta of an affine target, None for any other target.

    Examples
    --------
    >>> from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
    >>> from symerm.networks.shallow import ShallowNetwork
    >>> line = PiecewisePolynomial.of([0, 1], [[3, 2]])
    >>> affine_coefficients(TrueLoss(ShallowNetwork((), (), (), (Fraction(0),)), line))
    (Fraction(2, 1), Fraction(3, 1))
    """
    if len(loss.target.pieces) != 1 or loss.target.degree > 1:
        return None
    beta, alpha, *_ = (*loss.target.pieces[0], Fraction(0), Fraction(0))
    return alpha, beta


def affine_case(loss: TrueLoss) -> AffineCase | None:
    """The case of the theorem that the network belongs to.

    Returns
    -------
    AffineCase or None
        None if the network is not critical or is a global minimum, the target is not affine or
        has slope zero (then every critical point is a global minimum), or there are no neurons.

    Examples
    --------
    >>> from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
    >>> from symerm.networks.shallow import ShallowNetwork
    >>> line = PiecewisePolynomial.of([0, 1], [[0, 1]])
    >>> third, one = Fraction(1, 3), Fraction(1)
    >>> zigzag = ShallowNetwork(
    ...     ((one,), (-one,)), (-third, 2 * third), ((2 * third,), (-2 * third,)), (one / 2,)
    ... )
    >>> case = affine_case(TrueLoss(zigzag, line))
    >>> case.verdict, case.level, case.kinks
    ('saddle', Fraction(1, 972), 2)
    """
    coefficients = affine_coefficients(loss)
    if coefficients is None or not loss.hidden:
        return None
    alpha, beta = coefficients
    start, stop = loss.interval
    if alpha == 0 or loss.network.output_biases[0] != alpha * (start + stop) / 2 + beta:
        return None
    activation = loss.network.activation
    if activation.kind == "quadratic":
        return _quadratic(loss, alpha)
    if loss.negative_slope == 0:
        return _relu(loss, alpha)
    return _leaky(loss, alpha)


def _constant_level(loss: TrueLoss, alpha: Fraction) -> Fraction:
    start, stop = loss.interval
    return alpha**2 * (stop - start) ** 3 / 12


def _relu(loss: TrueLoss, alpha: Fraction) -> AffineCase | None:
    for h in loss.hidden:
        if h.type is NeuronType.TYPE_1_ACTIVE or (
            not h.flat and h.type in (NeuronType.SEMI_ACTIVE, NeuronType.DEGENERATE)
        ):
            return None
    kinked = [h for h in loss.hidden if h.type is NeuronType.TYPE_2_ACTIVE]
    if kinked:
        return _relu_zigzag(loss, alpha, kinked)
    level = _constant_level(loss, alpha)
    for number, h in enumerate(loss.hidden, start=1):
        if h.type in (NeuronType.SEMI_ACTIVE, NeuronType.DEGENERATE):
            return AffineCase("saddle", level, 0, f"neuron {number} is flat {h.type.value}")
        if h.type is NeuronType.SEMI_INACTIVE:
            at_start = h.weight < 0
            if (alpha * h.output if at_start else -alpha * h.output) <= 0:
                place, sign = ("T0", "<=") if at_start else ("T1", ">=")
                return AffineCase(
                    "saddle",
                    level,
                    0,
                    f"neuron {number} is semi-inactive at {place} with alpha v {sign} 0",
                )
    return AffineCase(
        "local-minimum",
        level,
        0,
        "every neuron is inactive, or semi-inactive at T0 with alpha v > 0 or at T1 with "
        "alpha v < 0",
    )


def _relu_zigzag(
    loss: TrueLoss, alpha: Fraction, kinked: Sequence[Hidden]
) -> AffineCase | None:
    start, stop = loss.interval
    groups = _groups(kinked)
    count = len(groups)
    if count % 2:
        return None
    step = (stop - start) / (count + 1)
    for i, (kink, members) in enumerate(groups, start=1):
        if kink != start + i * step:
            return None
        facing = 1 if i % 2 else -1
        if any(h.weight * facing < 0 for h in members):
            return None
        if sum((h.output * h.weight for h in members), Fraction(0)) != 2 * alpha / (count + 1):
            return None
    return AffineCase(
        "saddle",
        alpha**2 * (stop - start) ** 3 / (12 * (count + 1) ** 4),
        count,
        f"{count} equally spaced kinks of alternating facing, at each of which the neurons have "
        f"sum of v w = 2 alpha / {count + 1}",
    )


def _leaky(loss: TrueLoss, alpha: Fraction) -> AffineCase | None:
    gamma = loss.negative_slope
    if all(h.flat and h.weight == 0 for h in loss.hidden):
        return AffineCase(
            "saddle", _constant_level(loss, alpha), 0, "all neurons have w = 0 and v = 0"
        )
    if any(h.weight == 0 and not h.flat for h in loss.hidden):
        return None
    moving = [h for h in loss.hidden if h.weight != 0]
    if any(h.type is not NeuronType.TYPE_2_ACTIVE for h in moving):
        return None
    groups = _groups(moving)
    facings = []
    for _, members in groups:
        found = {h.weight > 0 for h in members}
        if len(found) > 1:
            return None
        facings.append(found.pop())
    if any(a == b for a, b in itertools.pairwise(facings)):
        return None
    start, stop = loss.interval
    count = len(groups)
    knots = [start, *(kink for kink, _ in groups), stop]
    lengths = [b - a for a, b in itertools.pairwise(knots)]
    # Squares of (a_0, .., a_n): the lengths are proportional to their positive roots.
    squares = [
        Fraction(1) if facings[0] else gamma,
        *[1 + gamma] * (count - 1),
        gamma if facings[-1] else Fraction(1),
    ]
    if any(
        (a / lengths[0]) ** 2 != s / squares[0]
        for a, s in zip(lengths, squares, strict=True)
    ):
        return None
    # a_k = u l_k with u^2 = a_0^2 / l_0^2 and W = u |T|, so that (alpha / W)(1/a + 1/a') is
    # (alpha / (u^2 |T|)) (1/l + 1/l').
    square = squares[0] / lengths[0] ** 2
    scale = alpha / (square * (stop - start))
    for i, (_, members) in enumerate(groups):
        total = sum((h.output * h.weight for h in members), Fraction(0))
        if total != scale * (1 / lengths[i] + 1 / lengths[i + 1]):
            return None
    family = "U" if facings[0] else "D"
    return AffineCase(
        "saddle",
        alpha**2 * (1 - gamma) ** 2 / (12 * square**2 * (stop - start)),
        count,
        f"{count} kinks of family {family}: facings alternate, the pieces' lengths are in the "
        "ratios of the theorem, and so are the sums of v w at the kinks",
    )


def _quadratic(loss: TrueLoss, alpha: Fraction) -> AffineCase | None:
    start, stop = loss.interval
    middle = (start + stop) / 2
    for h in loss.hidden:
        flat = h.flat and (h.weight == 0 or h.bias == -h.weight * middle)
        if not flat and h.type is not NeuronType.DEGENERATE:
            return None
    return AffineCase(
        "saddle",
        _constant_level(loss, alpha),
        0,
        "every neuron is flat with w = 0 or b = -w (T0 + T1)/2, or has w = b = 0",
    )


def _groups(neurons: Sequence[Hidden]) -> list[tuple[Fraction, list[Hidden]]]:
    """The neurons by kink, from left to right."""
    found: dict[Fraction, list[Hidden]] = {}
    for h in neurons:
        if h.kink is not None:
            found.setdefault(h.kink, []).append(h)
    return sorted(found.items())
