"""One quadratic neuron and an affine target: the infimum 0 is not attained.

The family c + v (w x + b)^2 with v = eps, w = a, b = 1/(2 eps), c = t - 1/(4 eps) is a x + t +
eps a^2 x^2; loss 0 at three distinct points would need v w^2 = 0 and 2 v w b = a
(proofs/benson_damle_townsend_2020/quadratic_escape.py).
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.lastlayer.quadratic_escape import QuadraticEscape
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation
from symerm.theorems.generators.basic import positive_rationals, rationals
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["NOT_ATTAINED", "VANISHING_LOSS"]

Vector = tuple[Fraction, ...]
_AFTER = Source(DERIVED, "in the setting of Benson, Damle, Townsend 2020")
_PROOF = ("proofs/benson_damle_townsend_2020/quadratic_escape.py",)
_TESTS = ("tests/theorems/test_lastlayer_quadratic.py",)
_ZERO, _ONE = Fraction(0), Fraction(1)
_SMALL = rationals(bound=3, denominators=(1, 2))
_POINTS = st.lists(rationals(bound=3, denominators=(1,)), min_size=1, max_size=5).map(tuple)


def _data(instance: Instance) -> tuple[tuple[Vector, ...], tuple[Vector, ...]]:
    """The points, and the labels a x + t."""
    a, t = instance["slope"], instance["intercept"]
    points = instance["points"]
    return tuple((x,) for x in points), tuple((a * x + t,) for x in points)


def _family(power: int, slope_power: int) -> Claim:
    def claim(instance: Instance) -> Finding:
        eps, points = instance["eps"], instance["points"]
        moment = sum((x**4 for x in points), _ZERO)
        escape = QuadraticEscape(instance["slope"], instance["intercept"], moment)
        loss = escape.network(eps).loss(*_data(instance))
        expected = eps**power * instance["slope"] ** slope_power * moment
        return holds_if(loss == expected, f"ε = {eps}: loss {loss}, formula {expected}")

    return claim


VANISHING_LOSS = Theorem(
    id="quadratic-escape-loss",
    title="One quadratic neuron comes near every affine function",
    source=_AFTER,
    statement="The network t − 1/(4ε) + ε (a x + 1/(2ε))² has on the target a x + t at points x_i "
    "the loss ε² a⁴ Σ x_i⁴, which tends to 0.",
    latex=r"For $\varepsilon > 0$ the network $t - \tfrac1{4 \varepsilon} + \varepsilon (a x + "
    r"\tfrac1{2 \varepsilon})^2$ has on labels $a x_i + t$ the loss $\varepsilon^2 a^4 \sum_i "
    r"x_i^4$.",
    claim=_family(2, 4),
    instances=instances(
        points=_POINTS, slope=_SMALL, intercept=_SMALL, eps=positive_rationals(bound=2)
    ),
    status=Status("proved", "an identity in ε"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("rate", "ε for ε²", claim=_family(1, 4)),
        Mutant("slope", "a² for a⁴", claim=_family(2, 2)),
    ),
)


def _positive(instance: Instance) -> Finding:
    """No network of one neuron has loss 0: one that is drawn, and those that fit two points."""
    points, a, t = instance["points"], instance["slope"], instance["intercept"]
    quadratic = Activation("quadratic")

    def network(w: Fraction, b: Fraction, v: Fraction, c: Fraction) -> ShallowNetwork:
        return ShallowNetwork(((w,),), (b,), ((v,),), (c,), quadratic)

    tried = [network(*instance["parameters"]), network(_ZERO, _ZERO, _ZERO, a * points[0] + t)]
    for one in points:
        tried += [
            network(_ONE, -one, a / (other - one), a * one + t) for other in points if other != one
        ]
    losses = [found.loss(*_data(instance)) for found in tried]
    return holds_if(
        all(losses), f"{len(set(points))} distinct points, slope {a}: least loss {min(losses)}"
    )


def _bounded_below(instance: Instance) -> Finding:
    """All losses are at least 1/100, which is wrong."""
    moment = sum((x**4 for x in instance["points"]), _ZERO)
    eps = Fraction(1, 1000)
    escape = QuadraticEscape(instance["slope"], instance["intercept"], moment)
    loss = escape.network(eps).loss(*_data(instance))
    return holds_if(loss >= Fraction(1, 100), f"ε = {eps}: loss {loss}")


NOT_ATTAINED = Theorem(
    id="quadratic-infimum-not-attained",
    title="One quadratic neuron does not attain the infimum",
    source=_AFTER,
    statement="On a target a x + t with a ≠ 0 at three distinct points or more no network "
    "c + v (w x + b)² has loss 0, though the infimum is 0.",
    latex=r"If $a \ne 0$ and three of the $x_i$ are distinct, then $\sum_i (c + v (w x_i + b)^2 - "
    r"a x_i - t)^2 > 0$ for all $c, v, w, b$, while the infimum is $0$.",
    hypotheses=(
        Hypothesis("slope", "a ≠ 0", lambda instance: bool(instance["slope"])),
        Hypothesis(
            "three-points", "three points are distinct",
            lambda instance: len(set(instance["points"])) >= 3,
        ),
    ),
    claim=_positive,
    instances=instances(
        points=_POINTS, slope=_SMALL, intercept=_SMALL,
        parameters=st.tuples(_SMALL, _SMALL, _SMALL, _SMALL),
    ),
    status=Status("proved", "coefficients of a polynomial of degree two"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("constant-target", "a = 0 is allowed", without=("slope",)),
        Mutant("two-points", "two distinct points are enough", without=("three-points",)),
        Mutant("bounded-below", "the loss is at least 1/100", claim=_bounded_below),
    ),
)
