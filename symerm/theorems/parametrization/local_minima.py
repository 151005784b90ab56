"""Local minima on N* are local minima among functions.

With inverse stability, |Phi - Gamma| <= s eps^(1/2), a local minimum of radius r on N* is one of
radius (r/s)^2 among functions (Berner, Elbraechter, Grohs 2019, Proposition 1.2).  For sums of
squares a radius is certified by residuals that are orthogonal to the inputs at which a neuron is
active.  Functions that near have the directions of Gamma, and neurons a little larger or smaller.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.surds import Surd
from symerm.errors import InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.balanced import balance, gradient_distance
from symerm.parametrization.local_minima import (
    LocalMinimum,
    certified_minimum,
    planted_outputs,
)
from symerm.parametrization.restricted_set import restricted_membership
from symerm.theorems.generators.basic import rationals
from symerm.theorems.generators.parametrization import restricted_networks
from symerm.theorems.instance import Instance
from symerm.theorems.parametrization.stability import bias_free
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import BERNER, Source

__all__ = ["LOCAL_MINIMA"]

Vector = tuple[Fraction, ...]
_ZERO, _ONE = Fraction(0), Fraction(1)
_SMALL = rationals(bound=2, denominators=(1, 2))


@st.composite
def _minima(draw: st.DrawFn) -> Instance:
    """A network of N*, inputs, responses that are planted or not, and a function."""
    gamma = draw(restricted_networks(width=(1, 2)))
    inputs = tuple(
        draw(st.lists(st.tuples(*[rationals(bound=3, denominators=(1,))] * 2), min_size=4,
                      max_size=6))
    )
    noise: tuple[Vector, ...] = tuple((draw(_SMALL),) for _ in inputs)
    outputs = noise
    if draw(st.sampled_from((True, True, True, False))):
        try:
            outputs = planted_outputs(balance(gamma), inputs)
        except InputError:  # no residuals but zero
            outputs = noise
    given = {"gamma": gamma, "inputs": inputs, "outputs": outputs}
    target = draw(restricted_networks(width=(1, 3)))
    kind = draw(st.sampled_from(("within", "within", "within", "near", "other")))
    if kind == "within":
        target = draw(_resized(gamma, _published_radius(Instance.of(**given))))
    elif kind == "near":
        # Near to Gamma, with one more neuron or none.
        factor = draw(st.sampled_from((_ONE, _ONE, Fraction(33, 32), Fraction(3, 4))))
        extra = draw(restricted_networks(width=(1, 1)))
        size = draw(st.sampled_from((_ZERO, _ONE / 8, _ONE / 32, _ONE / 100)))
        weights = tuple(size * w for w in extra.hidden_weights[0])
        output = tuple(size * v for v in extra.output_weights[0])
        rows = tuple(tuple(factor * w for w in row) for row in gamma.hidden_weights)
        values = tuple(tuple(factor * v for v in row) for row in gamma.output_weights)
        target = replace(
            gamma,
            hidden_weights=(*rows, weights) if size else rows,
            hidden_biases=(_ZERO,) * (len(rows) + bool(size)),
            output_weights=(*values, output) if size else values,
        )
    return Instance.of(**given, target=target)


@st.composite
def _resized(draw: st.DrawFn, gamma: ShallowNetwork, radius: Fraction) -> ShallowNetwork:
    """Every neuron a little larger or smaller, the function at most the radius away."""
    largest = max(abs(w) for row in gamma.hidden_weights for w in row)
    # (1 + t)^2 changes by at most 3 |t|, in each neuron, whose size is at most that squared.
    step = min(radius / (3 * gamma.width * largest**2), _ONE)
    factors = [
        1 + step * draw(st.sampled_from((_ONE, -_ONE, _ONE / 2, _ZERO)))
        for _ in gamma.hidden_weights
    ]
    return replace(
        gamma,
        hidden_weights=tuple(
            tuple(f * w for w in row) for f, row in zip(factors, gamma.hidden_weights, strict=True)
        ),
        output_weights=tuple(
            tuple(f * v for v in row) for f, row in zip(factors, gamma.output_weights, strict=True)
        ),
    )


@st.composite
def _inactive(draw: st.DrawFn) -> Instance:
    """Only (3, -5) is not fitted, where the neuron s (1, 1) is inactive and s (2, 1) is active."""
    s, sign = draw(st.sampled_from((1, 2, 3))), draw(st.sampled_from((1, -1)))
    gamma = bias_free((s, s, s))
    inputs: tuple[Vector, ...] = ((3 * _ONE, -5 * _ONE),)
    outputs: tuple[Vector, ...] = ((sign * _ONE,),)
    if draw(st.booleans()):
        inputs, outputs = (*inputs, (_ONE, _ONE)), (*outputs, gamma((_ONE, _ONE)))
    e = draw(st.sampled_from((_ONE / 2, _ONE / 20, _ONE / 50)))
    other = (2 * e, e, sign * 2 * e)
    factor = draw(st.sampled_from((_ONE, 1 + e, 1 + e / 8, 1 - e / 8)))
    target = draw(
        st.sampled_from(
            (bias_free(other), bias_free((s, s, s), other), bias_free((factor * s,) * 3))
        )
    )
    return Instance.of(gamma=gamma, inputs=inputs, outputs=outputs, target=target)


def _minimum(instance: Instance) -> LocalMinimum | None:
    try:
        return certified_minimum(
            balance(instance["gamma"]), instance["inputs"], instance["outputs"]
        )
    except InputError:
        return None


def _radius(instance: Instance) -> Surd | None:
    """(r/s)^2 with the certified radius r, or None if none is certified."""
    minimum = _minimum(instance)
    return None if minimum is None else minimum.realization_radius


def _published_radius(instance: Instance) -> Fraction:
    minimum = _minimum(instance)
    return _ONE / 100 if minimum is None else minimum.published_radius


def _eps(instance: Instance) -> Fraction:
    return gradient_distance(balance(instance["gamma"]), balance(instance["target"]))


def _within(instance: Instance) -> bool:
    radius = _radius(instance)
    return radius is not None and radius >= _eps(instance)


def _loss(network: ShallowNetwork, instance: Instance) -> Fraction:
    return sum(
        (
            (y - value) ** 2
            for point, row in zip(instance["inputs"], instance["outputs"], strict=True)
            for y, value in zip(row, network(point), strict=True)
        ),
        _ZERO,
    )


def _not_smaller(instance: Instance) -> Finding:
    losses = _loss(instance["gamma"], instance), _loss(instance["target"], instance)
    return holds_if(
        losses[0] <= losses[1],
        f"radius {_radius(instance)}, g is {_eps(instance)} away, losses {losses[0]} and "
        f"{losses[1]}",
    )


LOCAL_MINIMA = Theorem(
    id="local-minima-correspondence",
    title="Local minima on N* are local minima among functions",
    source=Source(BERNER, "Proposition 1.2, with the best constants and a certified radius"),
    statement="Let the residuals of Γ in N* be orthogonal to the inputs at which any neuron is "
    "active, r the least |<a, x>|/|x|₁ over neurons and inputs not fitted, and s the constant of "
    "inverse stability. Then no function of N* of the width of Γ that is within (r/s)² in W1,inf "
    "has a smaller sum of squares.",
    latex=r"Let $s$ be the constant of inverse stability and $\Gamma \in \mathcal{N}^*$ a local "
    r"minimum of radius $r$ of $L \circ \mathcal{R}$ on $\mathcal{N}^*$. Then "
    r"$\mathcal{R}(\Gamma)$ is a local minimum of $L$ of "
    r"radius $(r/s)^2$ on $\mathcal{R}(\mathcal{N}^*)$ in $W^{1,\infty}$. For sums of squares $r = "
    r"\min |\langle a_j, x_i \rangle| / \|x_i\|_1$ will do if the residuals are orthogonal to the "
    r"inputs at which any one neuron is active.",
    hypotheses=(
        Hypothesis(
            "restricted", "Γ and g are in N*",
            lambda instance: all(
                restricted_membership(balance(instance[name])).holds
                for name in ("gamma", "target")
            ),
        ),
        Hypothesis(
            "width", "g is not wider than Γ",
            lambda instance: instance["target"].width <= instance["gamma"].width,
        ),
        Hypothesis(
            "minimum", "a radius is certified",
            lambda instance: _radius(instance) is not None,
        ),
        Hypothesis("within", "g is within (r/s)² of R(Γ)", _within),
    ),
    claim=_not_smaller,
    instances=st.one_of(_minima(), _inactive()),
    status=Status(
        "literature",
        "the constants are proved here, the radius is argued in the module of local minima",
    ),
    proofs=("proofs/berner_elbraechter_grohs_2019/best_constants.py",),
    tests=("tests/theorems/test_parametrization_local_minima.py",),
    mutants=(
        Mutant("any-distance", "at any distance", without=("within",)),
        Mutant("wider", "g may be wider than Γ", without=("width",)),
    ),
    expense=4,
)
