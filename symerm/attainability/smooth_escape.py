"""Families of networks with one smooth neuron whose loss tends to an infimum that none attains.

A *step* c + v (0, .., 0, theta, 1, .., 1) is the limit for growing hidden weights, an *affine*
function that for hidden weights near zero and growing output weights, an *exponential* that for
hidden biases to minus infinity and output weights that grow like exp(1/eps).  The losses are
not rational; the samples carry rational upper bounds of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import ctx

from symerm.arithmetic.balls import ball
from symerm.arithmetic.rational_functions import RationalFunction
from symerm.arithmetic.rationals import format_rational
from symerm.attainability.smooth_networks import (
    dyadic,
    logistic_network,
    loss_bounds,
    rounded,
)
from symerm.attainability.smooth_problem import ShapeProblem
from symerm.display import RichDisplay, Table, bounds_text, number_text, point_text
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.problem import Problem

__all__ = ["SmoothEscape", "affine_escape", "exponential_escape", "step_escape"]

_STEP_SAMPLES = tuple(Fraction(1, k) for k in (5, 10, 20, 40))
_AFFINE_SAMPLES = tuple(Fraction(1, 10**k) for k in (1, 2, 3, 4))
_EXPONENTIAL_SAMPLES = tuple(Fraction(1, k) for k in (5, 10, 20, 40, 60))
_BITS = 120
_EXPONENT_BITS = 36
_UPPER = "those of the samples are rational upper bounds, as the activation's values are irrational"


@dataclass(frozen=True)
class SmoothEscape(RichDisplay):
    """How the loss of networks with one smooth neuron tends to the infimum.

    Attributes
    ----------
    stratum : mapping
        The limit in words and symbols.
    family : mapping of str to list
        Hidden and output weights and biases as texts in eps.
    parts : four RationalFunctions and a text
        Hidden weight and bias, output weight and bias, and the neuron ``h1`` as it enters the
        output, with the factor exp(1/eps) that rational functions lack.
    loss : str
        The loss of the family as a text in eps.
    limit : Fraction or None
        The loss of the limit, where it is rational.
    rate : str
        How the parameters diverge and how fast the loss converges.
    samples : tuple of (eps, network, upper bound of its loss), eps decreasing
    """

    stratum: Mapping[str, str | list[str]]
    family: Mapping[str, list[str] | list[list[str]]]
    parts: tuple[RationalFunction, RationalFunction, RationalFunction, RationalFunction, str]
    loss: str
    limit: Fraction | None
    rate: str
    samples: tuple[tuple[Fraction, ShallowNetwork, Fraction], ...]

    def _display(self) -> Table:
        """The limit and upper bounds of the losses, for notebooks."""
        rows = [("escape", str(self.stratum["description"])), ("rate", self.rate)]
        if self.limit is not None:
            rows.append(("limit", f"{number_text(self.limit)} as eps falls to 0, not attained"))
        rows += [
            (f"loss at eps = {point_text([eps])}", bounds_text(None, bound))
            for eps, _, bound in self.samples
        ]
        return Table(rows)


def step_escape(
    problem: Problem, shapes: ShapeProblem, place: int, theta: Fraction
) -> SmoothEscape:
    """Networks that tend to the best c + v (0, .., 0, theta, 1, .., 1), theta at index `place`.

    Examples
    --------
    >>> from symerm.attainability.smooth_problem import shape_problem
    >>> from symerm.problem import Architecture, Dataset
    >>> from symerm.problem.architecture import Activation
    >>> data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    >>> problem = Problem(data, Architecture(1, Activation("logistic")))
    >>> escape = step_escape(problem, shape_problem(problem), 1, Fraction(1))
    >>> escape.limit, escape.family["hidden_weights"], escape.family["output_weights"]
    (Fraction(1, 2), [['2/eps']], [['3/2']])
    """
    size = shapes.size
    shape = (*[Fraction(0)] * place, theta, *[Fraction(1)] * (size - place - 1))
    c, v = shapes.coefficients(shape)
    inputs = [shapes.origin + shapes.length * x for x in shapes.places]
    if theta in (0, 1):
        left = place if theta == 0 else place - 1
        centre, gap = (inputs[left] + inputs[left + 1]) / 2, inputs[left + 1] - inputs[left]
        shift, near = Fraction(0), gap / 2
        place_text = f"a jump between the inputs {_q(inputs[left])} and {_q(inputs[left + 1])}"
    else:
        centre = inputs[place]
        near = min(
            b - a for a, b in pairwise(inputs) if centre in (a, b)
        )
        shift = _logit(theta)
        place_text = f"a jump at the input {_q(centre)}, with {_q(theta)} of its height there"
    stratum: dict[str, str | list[str]] = {
        "kind": "step",
        "description": f"the networks tend to a step function with {place_text}",
        "levels": [_q(c), _q(c + v)],
        "losses": _UPPER,
    }
    if shift:
        stratum["rounding"] = "log(theta/(1 - theta)) in the hidden bias is rounded to 120 bits"
    # sigma((s - centre)/(near eps) + shift)
    slope, bias = 1 / near, -centre / near
    return _escape(
        problem, stratum,
        (_power(slope, -1), _power(bias, -1) + _power(shift, 0)),
        (_power(v, 0), ""), _power(c, 0), _STEP_SAMPLES,
        limit=shapes.to_loss(shapes.level(shape)),
        rate="hidden weights grow like 1/eps; the loss minus the infimum is of order exp(-1/eps)",
    )


def affine_escape(problem: Problem, shapes: ShapeProblem) -> SmoothEscape:
    """Networks that tend to the affine function of least squares.

    Examples
    --------
    >>> from symerm.attainability.smooth_problem import shape_problem
    >>> from symerm.problem import Architecture, Dataset
    >>> from symerm.problem.architecture import Activation
    >>> data = Dataset.from_rows([-1, 0, 1], [0, 3, 6])
    >>> problem = Problem(data, Architecture(1, Activation("logistic")))
    >>> affine_escape(problem, shape_problem(problem)).family["output_weights"]
    [['12/eps']]
    """
    c, v = shapes.coefficients(shapes.places)
    slope = v / shapes.length
    value = c - slope * shapes.origin
    stratum: dict[str, str | list[str]] = {
        "kind": "affine",
        "description": "the networks tend to an affine function",
        "function": f"({_q(slope)})*x + {_q(value)}",
        "losses": _UPPER,
    }
    # 4 sigma(z) = 2 + z + O(z^3) with z = eps (s - centre)/half the length.
    centre, half = shapes.origin + shapes.length / 2, shapes.length / 2
    outer = _power(4 * slope * half, -1)
    constant = _power(value + slope * centre, 0) + _power(-2 * slope * half, -1)
    return _escape(
        problem, stratum, (_power(1 / half, 1), _power(-centre / half, 1)),
        (outer, ""), constant, _AFFINE_SAMPLES,
        limit=shapes.to_loss(shapes.level(shapes.places)),
        rate="output weights grow like 1/eps; the function differs from its limit by O(eps^2)",
    )


def exponential_escape(problem: Problem, shapes: ShapeProblem, r: float) -> SmoothEscape:
    """Networks that tend to the best c + v e^(2 r x) in the places x of (mirrored) data."""
    steep = rounded(2 * r, _EXPONENT_BITS)
    a = steep / shapes.length
    end = shapes.origin + shapes.length
    with ctx.workprec(2 * _BITS):
        values = [ball(steep * (x - 1)).exp() for x in shapes.places]
        shape = tuple(
            Fraction(0) if k == 0 else dyadic((y - values[0]) / (values[-1] - values[0]), _BITS)
            for k, y in enumerate(values)
        )
        c, v = shapes.coefficients(shape)
        relative = dyadic(ball(v / shapes.unit) / (values[-1] - values[0]), _BITS)
        rest = dyadic(ball(c / shapes.unit) - ball(relative) * values[0], _BITS)
        factor, constant = relative * shapes.unit, rest * shapes.unit
    stratum: dict[str, str | list[str]] = {
        "kind": "exponential",
        "description": "the networks tend to an exponential function",
        "exponent": f"{_q(a)}, rounded",
        "base point": _q(end),
        "losses": _UPPER,
    }
    # sigma(z - 1/eps) = e^(z - 1/eps) + O(e^(-2/eps))
    return _escape(
        problem, stratum,
        (_power(a, 0), _power(-a * end, 0) + _power(Fraction(-1), -1)),
        (_power(factor, 0), "*exp(1/eps)"), _power(constant, 0), _EXPONENTIAL_SAMPLES,
        limit=None,
        rate="output weights grow like exp(1/eps); the function differs from its limit by "
             "O(exp(-1/eps))",
    )


def _escape(
    problem: Problem,
    stratum: Mapping[str, str | list[str]],
    hidden: tuple[RationalFunction, RationalFunction],
    outer: tuple[RationalFunction, str],
    constant: RationalFunction,
    samples: tuple[Fraction, ...],
    *,
    limit: Fraction | None,
    rate: str,
) -> SmoothEscape:
    """The escape of c + v sigma(a s + b), where v may have the factor exp(1/eps)."""
    activation = problem.architecture.activation
    a, b = hidden
    v, growth = outer
    tanh = activation.kind == "tanh"
    half, samples_constant = Fraction(1, 2), constant
    shown = (a * half, b * half, v * half) if tanh else (a, b, v)
    if tanh and not growth:
        constant = constant + shown[2]
    outer_text = _times(str(shown[2]), growth) if growth else str(shown[2])
    entering, constant_text = "h1", str(constant)
    if growth:
        entering = "exp(1/eps)*(h1 + 1)" if tanh else "exp(1/eps)*h1"
        constant_text += f" + {outer_text}" if tanh else ""
    groups = problem.dataset.inputs, problem.dataset.outputs
    terms = []
    for (s,), (t,) in zip(*groups, strict=True):
        inner = shown[0] * s + shown[1]
        terms.append(
            f"({constant_text} + ({outer_text})*{activation.kind}({inner}) - ({_q(t)}))^2"
        )
    networks = []
    for eps in samples:
        value = v(eps)
        if growth:
            with ctx.workprec(3 * _BITS):
                value = dyadic(ball(value) * ball(1 / eps).exp(), _BITS)
        network = logistic_network(a(eps), b(eps), value, samples_constant(eps), activation)
        networks.append((eps, network, loss_bounds(problem, network)[1]))
    return SmoothEscape(
        stratum,
        {
            "hidden_weights": [[str(shown[0])]], "hidden_biases": [str(shown[1])],
            "output_weights": [[outer_text]], "output_biases": [constant_text],
        },
        (*shown, constant, entering),
        " + ".join(terms), limit, rate, tuple(networks),
    )


def _times(text: str, factor: str) -> str:
    return f"({text}){factor}" if " " in text or "/" in text else f"{text}{factor}"


def _power(factor: Fraction, exponent: int) -> RationalFunction:
    """factor * eps^exponent."""
    zeros = [Fraction(0)] * abs(exponent)
    if exponent >= 0:
        return RationalFunction.of([*zeros, factor])
    return RationalFunction.of([factor], [*zeros, Fraction(1)])


def _logit(theta: Fraction) -> Fraction:
    with ctx.workprec(2 * _BITS):
        return dyadic(ball(theta / (1 - theta)).log(), _BITS)


def _q(value: Fraction) -> str:
    return format_rational(value)
