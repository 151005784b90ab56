"""Is a critical point of the true loss a local minimum or a saddle?  For act(z) = max(z, gamma z).

First the neurons one by one (`symerm.landscape.neuron_terms`): a term that can be negative alone
gives a descent; no negative term at all gives a local minimum.  Where kinks with negative terms
remain, |f' - f|^2 may outweigh them: the Hessian in the parameters of neighbouring kinks is
searched for a negative direction, first few kinks at a time.  If the whole Hessian is positive
semidefinite and its kernel is the tangent space of the manifold of networks with the same
function and the same kinks, all of them critical, then theta is a local minimum: the Hessian is
positive definite on a slice across that manifold.  Otherwise the point stays undecided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import row_reduce
from symerm.arithmetic.symmetric import inertia
from symerm.arrangements.neuron_types import NeuronType
from symerm.landscape.neuron_terms import CurveOfDescent, NeuronTerm, neuron_term
from symerm.landscape.true_hessian import parameter_positions, residual_at_kink, true_hessian
from symerm.landscape.true_loss import TrueLoss

__all__ = ["MAX_HESSIAN_WIDTH", "LocalVerdict", "local_verdict"]

Matrix = list[list[Fraction]]
#: Widest network whose whole Hessian is examined.
MAX_HESSIAN_WIDTH = 40
#: Neighbouring kinks that are moved together, and neurons per kink.
_WINDOWS = (1, 2, 3)
_PER_KINK = 3


@dataclass(frozen=True)
class LocalVerdict:
    """What a critical point is locally.

    Attributes
    ----------
    verdict : str
        ``"local-minimum"``, ``"saddle"`` or ``"undecided"``.
    reason : str
    curve : CurveOfDescent or None
        With ``"saddle"``.
    """

    verdict: str
    reason: str
    curve: CurveOfDescent | None = None


def local_verdict(loss: TrueLoss) -> LocalVerdict:
    """Local minimum or saddle, for a network with zero generalized gradient.

    Parameters
    ----------
    loss : TrueLoss
        Activation relu or leaky.

    Examples
    --------
    The mean of a line, with one neuron that is zero on the interval and near it:

    >>> from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
    >>> from symerm.networks.shallow import ShallowNetwork
    >>> one, zero = Fraction(1), Fraction(0)
    >>> line = PiecewisePolynomial((zero, one), ((zero, one),))
    >>> mean = ShallowNetwork(((one,),), (-2 * one,), ((one,),), (one / 2,))
    >>> local_verdict(TrueLoss(mean, line)).verdict
    'local-minimum'
    """
    terms = [neuron_term(loss, j) for j in range(loss.network.width)]
    descents = [
        (term.curve.order, j, term) for j, term in enumerate(terms) if term.curve is not None
    ]
    negative = [j for j, term in enumerate(terms) if term.kind == "negative"]
    if descents:
        order, _, best = min(descents)
        # A straight line with negative second variation is easier to read than a curve.
        found = _few_kinks(loss) if order > 2 and negative else None
        return found or LocalVerdict("saddle", best.words, best.curve)
    if not negative:
        return LocalVerdict("local-minimum", _minimum_reason(terms))
    return _few_kinks(loss) or _second_order(loss, terms, negative)


def _minimum_reason(terms: list[NeuronTerm]) -> str:
    words = [term.words for term in terms if term.kind == "nonnegative"]
    shown = "; ".join(words[:3]) + (f"; and {len(words) - 3} more" if len(words) > 3 else "")
    if not words:
        return "no neuron can change the function against the residual"
    return f"no change of a neuron works against the residual: {shown}"


def _few_kinks(loss: TrueLoss) -> LocalVerdict | None:
    """A saddle, if moving few neighbouring kinks has a negative second variation."""
    smooth = [j for j in range(loss.network.width) if _is_smooth(loss, j)]
    for numbers in _windows(loss, smooth):
        curve = _negative_direction(loss, numbers)
        if curve is not None:
            moved = ", ".join(str(j + 1) for j in numbers)
            words = f"neuron {moved} moves" if len(numbers) == 1 else f"neurons {moved} move"
            return LocalVerdict(
                "saddle", f"the second variation is negative when {words}", curve
            )
    return None


def _second_order(
    loss: TrueLoss, terms: list[NeuronTerm], negative: list[int]
) -> LocalVerdict:
    smooth = [j for j in range(len(terms)) if _is_smooth(loss, j)]
    if len(smooth) > MAX_HESSIAN_WIDTH:
        return LocalVerdict(
            "undecided",
            f"{terms[negative[0]].words}; no descent was found by moving few neighbouring kinks, "
            f"and the Hessian of more than {MAX_HESSIAN_WIDTH} neurons is not examined",
        )
    matrix = true_hessian(loss, smooth, lower=True)
    found = inertia(matrix)
    if found.direction is not None:
        curve = _curve(loss, smooth, found.direction, matrix)
        if curve is not None:
            return LocalVerdict("saddle", "the Hessian has a negative eigenvalue", curve)
        return LocalVerdict(
            "undecided",
            "the target jumps at a kink, and the directions found have second variation >= 0 on "
            "the side to which they move the kink",
        )
    fibre = _fibre_dimension(loss)
    if fibre is None:
        return LocalVerdict(
            "undecided",
            f"{terms[negative[0]].words}; the Hessian in the smooth parameters is positive "
            "semidefinite, and other neurons are flat, degenerate or have kinks at the ends",
        )
    if found.zero == fibre:
        return LocalVerdict(
            "local-minimum",
            "the Hessian is positive semidefinite, and its kernel is the tangent space of the "
            "networks with the same function and kinks",
        )
    return LocalVerdict(
        "undecided",
        f"{terms[negative[0]].words}; the Hessian is positive semidefinite with a kernel of "
        f"dimension {found.zero}, of which {fibre} keep the function: terms of higher order decide",
    )


def _is_smooth(loss: TrueLoss, number: int) -> bool:
    """Whether the loss is twice differentiable (or bounded so from below) in these parameters.

    Neurons without influence nearby are left out.
    """
    neuron = loss.hidden[number]
    if neuron.type is NeuronType.DEGENERATE or _is_silent(loss, number):
        return False
    return neuron.flat or neuron.kink not in loss.interval


def _is_silent(loss: TrueLoss, number: int) -> bool:
    """Whether the function does not depend on the neuron nearby."""
    return loss.negative_slope == 0 and loss.hidden[number].type is NeuronType.INACTIVE


def _windows(loss: TrueLoss, smooth: list[int]) -> Iterator[list[int]]:
    """A few neurons of each of a few neighbouring kinks."""
    groups: dict[Fraction, list[int]] = {}
    for j in smooth:
        neuron = loss.hidden[j]
        if neuron.type is NeuronType.TYPE_2_ACTIVE and not neuron.flat and neuron.kink is not None:
            groups.setdefault(neuron.kink, []).append(j)
    ordered = [groups[kink][:_PER_KINK] for kink in sorted(groups)]
    for size in _WINDOWS:
        for start in range(len(ordered) - size + 1):
            yield [j for group in ordered[start : start + size] for j in group]


def _negative_direction(loss: TrueLoss, numbers: list[int]) -> CurveOfDescent | None:
    matrix = true_hessian(loss, numbers, lower=True)
    found = inertia(matrix)
    return None if found.direction is None else _curve(loss, numbers, found.direction, matrix)


def _curve(
    loss: TrueLoss, numbers: list[int], direction: tuple[Fraction, ...], matrix: Matrix
) -> CurveOfDescent | None:
    """The straight curve in a direction of negative value, with its true second variation."""
    value = sum(
        (
            x * y * matrix[i][k]
            for i, x in enumerate(direction)
            if x
            for k, y in enumerate(direction)
            if y
        ),
        Fraction(0),
    ) / 2
    count = len(numbers)
    for sign in (1, -1):
        total = value
        for i, number in enumerate(numbers):
            neuron = loss.hidden[number]
            if neuron.flat or neuron.type is not NeuronType.TYPE_2_ACTIVE or neuron.kink is None:
                continue
            left, right = residual_at_kink(loss, neuron)
            if left != right:
                # Only one side counts: that to which the kink moves.
                move = -sign * (direction[count + i] + neuron.kink * direction[i]) / neuron.weight
                side = (right if move > 0 else left) * neuron.output
                lowest = min(left * neuron.output, right * neuron.output)
                total += (
                    (1 - loss.negative_slope) * abs(neuron.weight) * move * move * (side - lowest)
                )
        if total < 0:
            width = loss.network.width
            vector = [Fraction(0)] * (3 * width + 1)
            for place, entry in zip(parameter_positions(width, numbers), direction, strict=True):
                vector[place] = sign * entry
            return CurveOfDescent(tuple(vector), 2, total)
    return None


def _fibre_dimension(loss: TrueLoss) -> int | None:
    """The dimension of the manifold of networks with the same function and the same kinks.

    The parameters of silent neurons are left out.  It is known if no other neuron is flat,
    degenerate or has its kink at an end: then theta' -> (v w, v b)_j, c is a submersion and the
    conditions are linear in it.
    """
    gamma = loss.negative_slope
    kinks = sorted(
        {
            h.kink
            for h in loss.hidden
            if h.type is NeuronType.TYPE_2_ACTIVE and h.kink is not None
        }
    )
    # Conditions on (v_j w_j)_j, (v_j b_j)_j and c: the jump at each kink, the slope and the
    # constant of the first piece.
    columns: list[list[Fraction]] = [[*[Fraction(0)] * (len(kinks) + 1), Fraction(1)]]
    free = 1
    for number, h in enumerate(loss.hidden):
        if _is_silent(loss, number):
            continue
        if h.flat or h.type is NeuronType.DEGENERATE or h.kink in loss.interval:
            return None
        column = [Fraction(0)] * (len(kinks) + 2)
        if h.type is NeuronType.TYPE_2_ACTIVE and h.kink is not None:
            sign = 1 if h.weight > 0 else -1
            share = gamma if h.weight > 0 else Fraction(1)
            column[kinks.index(h.kink)] = (1 - gamma) * sign
            column[-2], column[-1] = share, -share * h.kink
            columns.append(column)
            free += 2
        else:
            share = gamma if h.type is NeuronType.INACTIVE else Fraction(1)
            column[-2] = share
            other = [Fraction(0)] * (len(kinks) + 2)
            other[-1] = share
            columns += [column, other]
            free += 3
    _, pivots = row_reduce(columns)
    return free - len(pivots)
