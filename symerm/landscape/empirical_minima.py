"""Where a network lies in the loss landscape of a dataset, exactly.

theta is a global minimum if the network passes through the mean response at every input.
Otherwise the first-order conditions come first (no one-sided derivative is negative), then the
terms of the neurons, then the form of second order: `symerm.landscape.empirical_piecewise` for
max(z, gamma z), where one output needs no second order, and `symerm.landscape.empirical_quadratic`
for z^2.  The loss is strictly convex in the output biases, so no critical point is a local
maximum, and a critical point that is no local minimum is a saddle.
"""

from __future__ import annotations

from symerm.landscape.empirical_loss import EmpiricalLoss, Finding
from symerm.landscape.empirical_neuron import local_terms
from symerm.landscape.empirical_piecewise import piecewise_finding, piecewise_gradient
from symerm.landscape.empirical_quadratic import quadratic_finding, quadratic_gradient
from symerm.landscape.verdicts import Classification, descend
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset

__all__ = ["classify_empirical"]


def classify_empirical(network: ShallowNetwork, dataset: Dataset) -> Classification:
    """Classify a network as a point of the loss landscape of a dataset.

    The loss is the sum of squares over points and outputs.

    Parameters
    ----------
    network : ShallowNetwork
        With activation relu, leaky or quadratic.
    dataset : Dataset

    Returns
    -------
    Classification
        ``global-minimum`` where that is shown by the residuals alone; a ``local-minimum`` may be
        global.  A network is ``not-critical`` if some one-sided derivative of the loss is
        negative.  The gradient takes the slope 1 at preactivation zero.

    Raises
    ------
    InputError
        If the network does not take the inputs of the dataset or give its outputs.
    UnsupportedError
        If the activation is another one.

    Examples
    --------
    The mean of the responses, with a neuron that is switched on by a change of its bias:

    >>> from fractions import Fraction
    >>> zero, one = Fraction(0), Fraction(1)
    >>> data = Dataset.from_rows([0, 1], [0, 1])
    >>> flat = ShallowNetwork(((one,),), (-one,), ((zero,),), (one / 2,))
    >>> classify_empirical(flat, data).verdict
    'saddle'
    >>> idle = ShallowNetwork(((one,),), (-2 * one,), ((one,),), (one / 2,))
    >>> classify_empirical(idle, data).verdict
    'local-minimum'
    """
    loss = EmpiricalLoss.at(network, dataset)
    if network.activation.is_piecewise_linear:
        terms = local_terms(loss)
        gradient = piecewise_gradient(loss, terms)
        finding = _interpolates(loss) or piecewise_finding(loss, terms)
    else:
        gradient = quadratic_gradient(loss)
        finding = _interpolates(loss) or quadratic_finding(loss)
    reason = finding.reason
    if finding.verdict == "not-critical" and not any(gradient):
        reason += ", although the generalized gradient (slope 1 at zero) is zero"
    elif finding.verdict != "not-critical" and any(gradient):
        reason += (
            "; the loss is not differentiable here, and the generalized gradient (slope 1 at "
            "zero) is not zero"
        )
    if finding.verdict == "local-minimum":
        reason += "; whether another network has a smaller loss was not decided"
    curve = finding.curve
    return Classification(
        finding.verdict,
        network,
        loss.value,
        gradient,
        loss.neurons,
        reason,
        None
        if curve is None
        else descend(
            network,
            loss.value_at,
            curve.direction,
            order=curve.order,
            coefficient=curve.coefficient,
            bend=curve.bend,
        ),
    )


def _interpolates(loss: EmpiricalLoss) -> Finding | None:
    if loss.value == 0:
        return Finding("global-minimum", "the loss is zero")
    if loss.value == loss.data.scatter:
        return Finding(
            "global-minimum",
            "the network gives the mean response at every input, and no function does better",
        )
    return None
