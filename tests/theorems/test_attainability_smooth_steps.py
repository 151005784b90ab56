"""Steep sigmoids near steps: shapes and losses again with mpmath, 80 digits."""

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from flint import ctx
from hypothesis import given, settings
from mpmath import mpf

from symerm.theorems import Instance
from symerm.theorems.attainability.smooth_steps import NEAR_STEPS, STEPS_WIN, steep_shape

F = Fraction


def number(value: Fraction):
    return mpf(value.numerator) / value.denominator


def values(places, steepness, turn):
    """0, .., 1: differences of sigma are differences of tanh."""
    low, *_, high = raw = [
        mpmath.tanh(number(steepness * (x - turn))) for x in places
    ]
    return [(z - low) / (high - low) for z in raw]


def agrees(shape, j, eps, kappa) -> bool:
    """The region j by comparing neighbours towards j, one after the other."""
    for i, u in enumerate(shape):
        rest = 1 - u
        if i < j and (u > eps * min(1, shape[j]) or (i < j - 1 and u > kappa * shape[j - 1])):
            return False
        if i > j and rest > eps * min(1, 1 - shape[j]):
            return False
        if i > j + 1 and rest > kappa * (1 - shape[j + 1]):
            return False
    return True


@settings(max_examples=40)
@given(NEAR_STEPS.instances)
def test_regions(instance):
    with mpmath.workdps(150):
        places, least = instance["places"], instance["least"]
        shape = values(places, least * instance["factor"], instance["turn"])
        gap = min(b - a for a, b in pairwise(places))
        root = mpmath.exp(-number(least * gap))
        eta = root**2
        sizes = {
            None: (eta + root, eta + eta * root),
            "without-root": (eta, eta + eta * root),
            "fades-faster": (eta + root, eta * root),
        }
        claims = {m.name: m.claim for m in NEAR_STEPS.mutants if m.claim}
        for name, (eps, kappa) in sizes.items():
            found = [j + 1 for j in range(1, len(shape) - 1) if agrees(shape, j, eps, kappa)]
            finding = (NEAR_STEPS.claim if name is None else claims[name])(instance)
            assert finding.evidence.endswith(f"regions {found}")
            assert finding.holds == bool(found)
        if instance["factor"] >= 1:
            eps, kappa = sizes[None]
            assert any(agrees(shape, j, eps, kappa) for j in range(1, len(shape) - 1))


def loss(responses, column):
    """The squared distance of the responses from span(1, column), by the normal equations."""
    n = len(responses)
    mean_t, mean_u = sum(responses) / n, sum(column) / n
    t, u = [x - mean_t for x in responses], [x - mean_u for x in column]
    inner = sum(a * b for a, b in zip(t, u, strict=True))
    return sum(x * x for x in t) - inner**2 / sum(x * x for x in u)


@settings(max_examples=25)
@given(STEPS_WIN.instances.filter(
    lambda instance: STEPS_WIN.check(instance).outcome != "not-applicable"
))
def test_losses(instance):
    """Of each region in the evidence some step has a smaller loss than the network."""
    finding = STEPS_WIN.check(instance)
    assert finding.outcome == "holds"
    with mpmath.workdps(150):
        inputs, responses = zip(*instance["points"], strict=True)
        places = [(s - inputs[0]) / (inputs[-1] - inputs[0]) for s in inputs]
        responses = [number(t) for t in responses]
        shape = values(places, instance["least"] * instance["factor"], instance["turn"])
        level = loss(responses, shape)
        for text in finding.evidence.split("; "):
            j = int(text.split(":")[0].split()[-1]) - 1
            steps = [
                loss(responses, [mpf(0)] * j + [u] + [mpf(1)] * (len(shape) - j - 1))
                for u in (mpf(0), shape[j], mpf(1))
            ]
            assert min(steps) < level


@pytest.mark.parametrize("steepness", [F(1, 2), F(20)])
def test_shapes(steepness):
    places = (F(0), F(1, 5), F(1, 2), F(1))
    with ctx.workprec(300), mpmath.workdps(60):
        found = steep_shape(places, steepness, F(1, 3))
        for ball, value in zip(found, values(places, steepness, F(1, 3)), strict=True):
            assert abs(mpf(ball.mid().str(50, radius=False)) - value) < mpf(10) ** -40


def test_golden_regions():
    """A turn in the middle of four places: both inner values are about sqrt(eta) from a step."""
    places = tuple(F(k, 3) for k in range(4))
    sharp = Instance.of(places=places, least=F(30), factor=F(1), turn=F(1, 2))
    assert NEAR_STEPS.check(sharp).evidence.endswith("regions [2, 3]")
    blunt = Instance.of(places=places, least=F(30), factor=F(1, 3), turn=F(1, 2))
    assert NEAR_STEPS.check(blunt).outcome == "not-applicable"
    assert not NEAR_STEPS.claim(blunt).holds
    # The network rises between the first two inputs, the responses fall: the step is better.
    points = ((F(0), F(1, 4)), (F(1), F(0)), (F(2), F(1)), (F(3), F(2)))
    steep = Instance.of(points=points, least=F(12), factor=F(1), turn=F(5, 6))
    assert STEPS_WIN.check(steep).outcome == "holds"
    # Here they rise as well.
    rising = tuple((F(k), t) for k, t in enumerate((F(0), F(1, 4), F(0), F(2))))
    other = Instance.of(points=rising, least=F(12), factor=F(1), turn=F(5, 6))
    assert STEPS_WIN.check(other).outcome == "not-applicable"
