"""Numbers of the guarantee, against mpmath and a numpy evaluation of the separating function."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from test_separation_function import f, g, high

from symerm.theorems import Instance
from symerm.theorems.separation.guarantees import (
    DESCENT_STEPS,
    GUARANTEE_MONOTONE,
    REPRESENTING_WIDTH,
)

F = Fraction
LEAST = 12000**4
RATE = 840 * 9**4 * 10**6


def claims(theorem):
    own = {mutant.name: mutant.claim for mutant in theorem.mutants if mutant.claim}
    return {None: theorem.claim} | own


def steps(width: int, eps, mass, start, rate, half) -> int:
    """ceil(half/(eta nu) ln(start r/eps)) for eta = 1/(2r)."""
    with mpmath.workdps(80):
        logarithm = mpmath.log(start * width / high(eps))
        return int(mpmath.ceil(half * 2 * width * rate / high(mass) * logarithm))


@settings(max_examples=15)
@given(DESCENT_STEPS.instances)
def test_the_steps(instance):
    width = LEAST * instance["multiple"]
    eps, mass = instance["eps"], instance["mass"]
    eighth = mpmath.mpf(1) / 8
    stated = steps(width, eps, mass, eighth, RATE, 2)
    assert f"T = {float(stated):.6g}" in DESCENT_STEPS.claim(instance).evidence
    variants = {
        None: (eighth, RATE, 2), "no-eighth": (1, RATE, 2), "half": (eighth, RATE, 1),
        "cube": (eighth, RATE // 9, 2),
    }
    for name, parts in variants.items():
        same = abs(steps(width, eps, mass, *parts) - stated) <= 1 + (stated >> 100)
        assert claims(DESCENT_STEPS)[name](instance).holds == same


def numbers(instance, k: int):
    """Steps, representing width and width for the k-th of the two tasks."""
    eps, delta = (instance[name][k] for name in ("eps", "delta"))
    with mpmath.workdps(40):
        own = g(high(instance["radius"]))
        reach = max(3 * instance["c"] / eps, F(21, 10))
        margin = min(mpmath.mpf(1) / 12000, high(eps) / 3600 / high(instance["q"]),
                     -f(high(reach), own))
        size = max(2, 2 * own / mpmath.erfc(1) - 2)
        width = mpmath.ceil(8 * size**2 * mpmath.log(6 / high(eps) / high(delta)) / margin**2)
        return int(width), margin, reach, size


@settings(max_examples=15)
@given(GUARANTEE_MONOTONE.instances)
def test_monotone(instance):
    first, second = (numbers(instance, k)[0] for k in (0, 1))
    widths = max(LEAST, first), max(LEAST, second)
    counts = [
        steps(width, instance["eps"][k], instance["mass"][k], mpmath.mpf(1) / 8, RATE, 2)
        for k, width in enumerate(widths)
    ]
    assert GUARANTEE_MONOTONE.claim(instance).holds == (
        first >= second and widths[0] >= widths[1] and counts[0] >= counts[1]
    )
    assert claims(GUARANTEE_MONOTONE)["easier"](instance).holds == (
        first <= second and widths[0] <= widths[1] and counts[0] <= counts[1]
    )


@settings(max_examples=15)
@given(REPRESENTING_WIDTH.instances)
def test_the_representing_width(instance):
    one = {name: (instance[name],) for name in ("eps", "delta")} | {"mass": (F(1),)}
    parts = dict(instance) | one
    width, margin, reach, size = numbers(parts, 0)
    evidence = REPRESENTING_WIDTH.claim(instance).evidence
    assert evidence.startswith(f"r = {float(width):.6g}, t = {float(margin):.4g}")
    with mpmath.workdps(40):
        eps, delta, radius = (high(instance[name]) for name in ("eps", "delta", "radius"))
        own = g(radius)
        near = abs(f(radius + int(instance["offset"]) * margin, own))
        apart = near >= margin and -f(high(reach), own) >= margin * (1 - mpmath.mpf(10) ** -30)
        variants = {None: (size, 3, 2), "two": (mpmath.mpf(2), 3, 2),
                    "quarters": (size, 4, 2), "one-sided": (size, 3, 1)}
        for name, (most, part, factor) in variants.items():
            failure, before = (
                factor / delta * mpmath.exp(-r * margin**2 / 8 / most**2)
                for r in (width, width * (1 - mpmath.mpf(10) ** -9) - 1)
            )
            share = eps / part
            # Equal where they decide t and R, up to rounding.
            largest = max(1200 * margin * high(instance["q"]), high(instance["c"] / reach))
            terms = largest <= share * (1 + mpmath.mpf(10) ** -30)
            stated = failure <= share <= before and terms and apart
            assert claims(REPRESENTING_WIDTH)[name](instance).holds == bool(stated), name


@pytest.mark.parametrize(("offset", "outcome"), [(600, "holds"), (0, "not-applicable")])
def test_golden_width(offset, outcome):
    instance = Instance.of(
        eps=F(1, 10), delta=F(1, 100), radius=F(3, 2), q=F(3, 2), c=F(1, 2), offset=F(offset)
    )
    check = REPRESENTING_WIDTH.check(instance)
    assert check.outcome == outcome
    if outcome == "holds":
        assert "t = 1.852e-05, R = 15" in check.evidence
