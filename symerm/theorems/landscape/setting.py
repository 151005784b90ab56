"""The true loss on an interval as the theorems speak of it, from piecewise polynomials alone.

r = f - g is the residual of the network f = c + sum_j v_j act(w_j x + b_j) against the polynomial
target g on [T0, T1], L = int r^2, and psi(w, b) = int r act(w x + b).  act' is 1 where
w x + b >= 0, a closed set, and gamma elsewhere.  Claims compare formulas written with these
functions with `symerm.landscape.true_loss` at networks of exact parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arithmetic.rationals import format_rational
from symerm.landscape.true_loss import TrueLoss, true_loss
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Hypothesis

__all__ = [
    "CRITICAL",
    "LEAKY",
    "PIECEWISE_LINEAR",
    "QUADRATIC",
    "RELU",
    "SLOPED",
    "TESTS",
    "activated",
    "active_slope",
    "affine",
    "changed",
    "kink_groups",
    "loss_at",
    "neurons",
    "polynomial",
    "psi",
    "residual",
    "show",
    "target_of",
    "true_loss_of",
    "with_parts",
]

Neuron = tuple[Fraction, Fraction, Fraction]
#: The folder of the tests of these theorems.
TESTS = "tests/theorems/"


def target_of(instance: Instance) -> PiecewisePolynomial:
    """The polynomial target on its interval."""
    return polynomial(instance, *instance["target"])


def polynomial(instance: Instance, *coefficients: Fraction | int) -> PiecewisePolynomial:
    """The polynomial with these coefficients of 1, x, .. on the interval of an instance."""
    return PiecewisePolynomial.of(instance["interval"], [coefficients])


def affine(instance: Instance) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """alpha, alpha mid + beta, |T| and mid of an instance with an affine target."""
    start, stop = instance["interval"]
    beta, alpha = instance["target"]
    middle = (start + stop) / 2
    return alpha, alpha * middle + beta, stop - start, middle


def true_loss_of(instance: Instance) -> TrueLoss:
    """The network against the target."""
    return TrueLoss(instance["network"], target_of(instance))


def loss_at(
    instance: Instance, direction: Sequence[Fraction] = (), eps: Fraction = Fraction(1)
) -> Fraction:
    """The exact loss at theta + eps direction."""
    network = instance["network"]
    if direction:
        point = [x + eps * y for x, y in zip(parameter_vector(network), direction, strict=True)]
        network = network_from_parameters(network, point)
    return true_loss(network, target_of(instance))


def with_parts(instance: Instance, **parts: object) -> Instance:
    """The instance with some parts changed or added."""
    return Instance.of(**{**instance, **parts})


def neurons(network: ShallowNetwork) -> list[Neuron]:
    """(w, b, v) of each neuron."""
    return [
        (w, b, v)
        for (w,), b, (v,) in zip(
            network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
        )
    ]


def changed(
    network: ShallowNetwork, rows: Sequence[Neuron], constant: Fraction | None = None
) -> ShallowNetwork:
    """The network with other neurons, and another output bias if one is given."""
    return ShallowNetwork(
        tuple((w,) for w, _, _ in rows),
        tuple(b for _, b, _ in rows),
        tuple((v,) for _, _, v in rows),
        network.output_biases if constant is None else (constant,),
        network.activation,
    )


def activated(
    instance: Instance, w: Fraction, b: Fraction, activation: Activation | None = None
) -> PiecewisePolynomial:
    """act(w x + b), with the activation of the network if no other is given."""
    act = instance["network"].activation if activation is None else activation
    z = polynomial(instance, b, w)
    if act.kind == "quadratic":
        return z * z
    return z.maximum(z * act.negative_slope)


def active_slope(instance: Instance, w: Fraction, b: Fraction) -> PiecewisePolynomial:
    """act'(w x + b) as a function of x; 1 where w x + b >= 0."""
    activation = instance["network"].activation
    if activation.kind == "quadratic":
        return polynomial(instance, 2 * b, 2 * w)
    start, stop = instance["interval"]
    slope = activation.negative_slope
    if w and start < -b / w < stop:
        sides = (slope, Fraction(1)) if w > 0 else (Fraction(1), slope)
        return PiecewisePolynomial((start, -b / w, stop), tuple((side,) for side in sides))
    positive = w * (start + stop) / 2 + b > 0 or (w == 0 and b == 0)
    return polynomial(instance, Fraction(1) if positive else slope)


def residual(instance: Instance) -> PiecewisePolynomial:
    """r = f - g."""
    network = instance["network"]
    total = polynomial(instance, network.output_biases[0]) - target_of(instance)
    for w, b, v in neurons(network):
        total += activated(instance, w, b) * v
    return total


def psi(instance: Instance, r: PiecewisePolynomial, w: Fraction, b: Fraction) -> Fraction:
    """int r act(w x + b)."""
    return (r * activated(instance, w, b)).integral()


def kink_groups(instance: Instance) -> list[tuple[Fraction, list[int]]]:
    """The kinks inside (T0, T1) from left to right, each with the numbers of its neurons."""
    start, stop = instance["interval"]
    groups: dict[Fraction, list[int]] = {}
    for j, (w, b, _) in enumerate(neurons(instance["network"])):
        if w and start < -b / w < stop:
            groups.setdefault(-b / w, []).append(j)
    return sorted(groups.items())


def show(*values: Fraction) -> str:
    """Numbers of evidence, long ones shortened."""
    return ", ".join(
        text if len(text) <= 24 else f"about {float(value):.6g}"
        for value in values
        for text in (format_rational(value),)
    )


SLOPED = Hypothesis(
    "sloped-target", "the target α x + β has α ≠ 0", lambda instance: instance["target"][1] != 0
)
CRITICAL = Hypothesis(
    "critical", "the generalized gradient is zero",
    lambda instance: not any(true_loss_of(instance).gradient),
)
RELU = Hypothesis(
    "relu", "the activation is the ReLU",
    lambda instance: instance["network"].activation.kind == "relu",
)
LEAKY = Hypothesis(
    "leaky", "the activation is max(x, γ x) with 0 < γ < 1",
    lambda instance: instance["network"].activation.kind == "leaky",
)
QUADRATIC = Hypothesis(
    "quadratic", "the activation is x²",
    lambda instance: instance["network"].activation.kind == "quadratic",
)
PIECEWISE_LINEAR = Hypothesis(
    "piecewise-linear", "the activation is max(x, γ x) with 0 ≤ γ < 1",
    lambda instance: instance["network"].activation.is_piecewise_linear,
)
