"""Kinks of critical points, by the solved zigzags and with irrational lengths to 50 digits."""

from fractions import Fraction as F
from itertools import accumulate, pairwise

import mpmath
import pytest
from hypothesis import given, settings
from landscape_reference import reference_loss, residual_at

from symerm.landscape.affine_targets import affine_case
from symerm.landscape.slope_field import GAMMA
from symerm.landscape.zigzags import Infeasible, solve_zigzag
from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.kinks import kinks_of
from symerm.theorems.landscape.setting import true_loss_of

SPACING = find_theorem("kink-spacing")
RESIDUAL = find_theorem("kink-residual")
RELU_LEVELS = find_theorem("relu-levels")
LEAKY_LEVELS = find_theorem("leaky-levels")
quick = settings(max_examples=25, deadline=None)
UNIT = (F(0), F(1))


@quick
@given(SPACING.instances)
def test_the_stated_lengths_are_the_solution_of_the_moment_equations(instance):
    kinks = kinks_of(instance)
    if not kinks.count or instance["network"].activation.kind != "leaky":
        return
    found = solve_zigzag(kinks.facings, affine=False, slope=GAMMA)
    applicable = SPACING.check(instance).outcome != "not-applicable"
    if isinstance(found, Infeasible):
        assert not applicable
        return
    gamma = instance["network"].activation.negative_slope
    solved = [square(gamma) for square in found.squares]
    assert [s * kinks.squares[0] for s in solved] == [s * solved[0] for s in kinks.squares]
    ratios = [x**2 / y for x, y in zip(kinks.lengths, solved, strict=True)]
    assert not applicable or len(set(ratios)) == 1


@quick
@given(RESIDUAL.instances)
def test_the_residual_alternates_where_the_theorem_applies(instance):
    check = RESIDUAL.check(instance)
    assert check.outcome != "fails"
    if check.outcome == "not-applicable":
        return
    values = [residual_at(instance, x) for x in kinks_of(instance).places]
    assert all(one == -two for one, two in pairwise(values))
    low, high = instance["interval"]
    assert reference_loss(instance) == (high - low) * values[0] ** 2 / 3
    case = affine_case(true_loss_of(instance))
    assert (case.level, case.kinks) == (reference_loss(instance), kinks_of(instance).count)


def test_golden_levels():
    one = {"interval": UNIT, "target": (F(0), F(1)), "first": 1}
    for n, level in ((2, "1/972"), (4, "1/7500"), (6, "1/28812")):
        check = RELU_LEVELS.check(Instance.of(kinks=n, slope=F(0), **one))
        assert check.outcome == "holds"
        assert f"L = {level}, level {level}" in check.evidence
    assert RELU_LEVELS.check(Instance.of(kinks=3, slope=F(0), **one)).outcome == "not-applicable"
    # gamma = 9/16, one kink: a = (1, 3/4), W = 7/4, L = (7/16)^2/(12 (7/4)^4) = 1/588.
    check = LEAKY_LEVELS.check(Instance.of(kinks=1, slope=F(9, 16), **one))
    assert "kinks 4/7: L = 1/588, level 1/588" in check.evidence


@pytest.mark.parametrize("first", [1, -1])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_leaky_levels_with_irrational_lengths(n, first):
    """gamma = 1/3 on [0, 1] against x, by quadrature of 50 digits."""
    with mpmath.workdps(50):
        gamma = mpmath.mpf(1) / 3
        last = first * (-1) ** (n - 1)
        a = [
            mpmath.mpf(1) if first > 0 else mpmath.sqrt(gamma),
            *[mpmath.sqrt(1 + gamma)] * (n - 1),
            mpmath.sqrt(gamma) if last > 0 else mpmath.mpf(1),
        ]
        whole = sum(a)
        kinks = [part / whole for part in accumulate(a[:-1])]
        w = [first * (-1) ** i for i in range(n)]
        v = [s * (1 / x + 1 / y) / whole for s, (x, y) in zip(w, pairwise(a), strict=True)]

        def act(z):
            return z if z > 0 else gamma * z

        def r(x):
            terms = zip(v, w, kinks, strict=True)
            return mpmath.mpf(1) / 2 - x + sum(p * act(q * (x - t)) for p, q, t in terms)

        ends = [0, *kinks, 1]
        level = (1 - gamma) ** 2 / (12 * whole**4)
        assert abs(mpmath.quad(lambda x: r(x) ** 2, ends) - level) < mpmath.mpf(10) ** -40
        for q, t in zip(w, kinks, strict=True):
            for power in (0, 1):
                moment = mpmath.quad(
                    lambda x, q=q, t=t, power=power: (
                        r(x) * x**power * (1 if q * (x - t) > 0 else gamma)
                    ),
                    ends,
                )
                assert abs(moment) < mpmath.mpf(10) ** -40
        assert abs(mpmath.quad(r, ends)) < mpmath.mpf(10) ** -40
