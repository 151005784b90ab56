"""Classification of a network as a point of the landscape of the true loss.

Critical means that the generalized gradient vanishes (the closed active sides of Cheridito,
Jentzen, Rossmannek 2021); it then has non-negative one-sided derivatives or is a saddle.  The
local analysis is exact for every piecewise-polynomial target; for affine targets the complete
classification of the theorem names the case, and a disagreement of the two would be an error.
"""

from __future__ import annotations

from fractions import Fraction

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arrangements.neuron_types import NeuronType
from symerm.landscape.affine_targets import AffineCase, affine_case, affine_coefficients
from symerm.landscape.neuron_terms import CurveOfDescent
from symerm.landscape.quadratic_minima import quadratic_verdict
from symerm.landscape.true_loss import TrueLoss, true_loss
from symerm.landscape.true_minima import LocalVerdict, local_verdict
from symerm.landscape.verdicts import Classification, Descent, Neuron, descend
from symerm.networks.gradients import network_from_parameters
from symerm.networks.shallow import ShallowNetwork

__all__ = ["classify"]

#: Entries of a first-order direction are multiples of the largest one over this.
_ROUNDING = 2**10


def classify(network: ShallowNetwork, target: PiecewisePolynomial) -> Classification:
    """Whether a network is a global or local minimum, a saddle or not critical.

    Parameters
    ----------
    network : ShallowNetwork
        One input and one output; activation relu, leaky or quadratic.
    target : PiecewisePolynomial
        On its interval [T0, T1].

    Returns
    -------
    Classification
        A saddle and a point that is not critical come with a checked descent.

    Raises
    ------
    InputError, UnsupportedError
        As `symerm.landscape.true_loss.TrueLoss`.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> line = PiecewisePolynomial((zero, one), ((zero, one),))
    >>> dead = ShallowNetwork(((one,),), (-2 * one,), ((one,),), (one / 2,))
    >>> found = classify(dead, line)
    >>> found.verdict, found.loss
    ('local-minimum', Fraction(1, 12))
    """
    loss = TrueLoss(network, target)
    local = _local(loss)
    descent = None if local.curve is None else _checked(loss, local.curve)
    return Classification(
        local.verdict,
        network,
        loss.value,
        loss.gradient,
        tuple(Neuron(h.type, h.flat, h.kink) for h in loss.hidden),
        local.reason,
        descent,
        loss.realised,
    )


def _local(loss: TrueLoss) -> LocalVerdict:
    gradient = loss.gradient
    if any(gradient):
        return LocalVerdict(
            "not-critical", "the generalized gradient is not zero", _downhill(loss, gradient)
        )
    if loss.value == 0:
        return LocalVerdict("global-minimum", "the function is the target")
    if not loss.hidden:
        return LocalVerdict(
            "global-minimum", "without neurons the function is the mean of the target"
        )
    if loss.network.activation.kind == "quadratic":
        found = quadratic_verdict(loss)
    else:
        found = local_verdict(loss)
    case = affine_case(loss)
    if case is not None:
        return _named(loss, found, case)
    if affine_coefficients(loss) is not None and found.verdict != "global-minimum":
        raise ArithmeticError("a critical point for an affine target is in no case of the theorem")
    if found.verdict == "local-minimum":
        return LocalVerdict(
            found.verdict, f"{found.reason}; whether it is global is not decided", found.curve
        )
    return found


def _named(loss: TrueLoss, found: LocalVerdict, case: AffineCase) -> LocalVerdict:
    """The verdict with the words of the theorem; the two must agree."""
    if found.verdict not in (case.verdict, "undecided") or case.level != loss.value:
        raise ArithmeticError(
            f"the theorem says {case.verdict} at {case.level}, the analysis {found.verdict} at "
            f"{loss.value}"
        )
    words = f"affine target: {case.words}"
    if case.verdict == "local-minimum":
        return LocalVerdict(case.verdict, f"{words}; not global, as the infimum is 0")
    if found.verdict == "undecided":
        return LocalVerdict(
            case.verdict, f"{words}; by the theorem, no descent was computed: {found.reason}"
        )
    return LocalVerdict(case.verdict, f"{words}; {found.reason}", found.curve)


def _downhill(loss: TrueLoss, gradient: tuple[Fraction, ...]) -> CurveOfDescent:
    """A direction with negative derivative, minus the gradient in some parameters, rounded.

    The output parameters come first: along them the loss is a parabola.  The loss is not
    differentiable in (w, b) of a degenerate neuron with v != 0.  If the gradient is zero in all
    other parameters, int r = 0, and turning that neuron into x - T0 or T1 - x lowers the loss to
    first order.
    """
    width = loss.network.width
    rough = [
        j
        for j, h in enumerate(loss.hidden)
        if h.type is NeuronType.DEGENERATE
        and not h.flat
        and loss.network.activation.is_piecewise_linear
    ]
    excluded = {place for j in rough for place in (j, width + j)}
    for places in (range(2 * width, 3 * width + 1), range(2 * width)):
        top = max((abs(gradient[k]) for k in places if k not in excluded), default=Fraction(0))
        if top:
            direction = [Fraction(0)] * (3 * width + 1)
            for k in places:
                if k not in excluded:
                    direction[k] = -Fraction(round(_ROUNDING * gradient[k] / top), _ROUNDING)
            slope = sum(
                (x * y for x, y in zip(direction, gradient, strict=True) if x), Fraction(0)
            )
            return CurveOfDescent(tuple(direction), 1, slope)
    direction = [Fraction(0)] * (3 * width + 1)
    start, stop = loss.interval
    for j in rough:
        for weight, bias in ((Fraction(1), -start), (Fraction(-1), stop)):
            slope = weight * gradient[j] + bias * gradient[width + j]
            if slope < 0:
                direction[j], direction[width + j] = weight, bias
                return CurveOfDescent(tuple(direction), 1, slope)
    raise ArithmeticError("a non-zero gradient gives a direction of descent")


def _checked(loss: TrueLoss, curve: CurveOfDescent) -> Descent:
    network = loss.network
    return descend(
        network,
        lambda other: true_loss(other, loss.target),
        network_from_parameters(network, curve.direction),
        order=curve.order,
        coefficient=curve.coefficient,
        bend=None if curve.bend is None else network_from_parameters(network, curve.bend),
        power=curve.power,
    )
