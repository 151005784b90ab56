"""The conditions on the laws: best constants against dense grids of floats."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from scipy import special

from symerm.errors import InputError
from symerm.separation.assumptions import Assumptions, check_assumptions
from symerm.separation.heavy_tailed import HeavyTailed
from symerm.separation.two_spheres import TwoSpheres

GRID = np.linspace(0.9, 2.05, 40001)


def float_density(law: HeavyTailed, x: np.ndarray) -> np.ndarray:
    d, a = law.dimension, float(law.scale)
    rate = 2 * a * np.sqrt(np.pi * d) * np.exp(special.gammaln(d / 2 + 1) / d)
    heavy = d / x * special.jv(d / 2, rate * x) ** 2
    log_normal = np.log(2) + d / 2 * np.log(d / 2) + (d - 1) * np.log(x) - d * x**2 / 2
    return (heavy + np.exp(log_normal - special.gammaln(d / 2))) / 2


@pytest.fixture(scope="module")
def checked() -> dict[tuple[int, Fraction], Assumptions]:
    cases = [(1, Fraction(1)), (2, Fraction(1)), (6, Fraction(2)), (6, Fraction(1, 10))]
    return {(d, a): check_assumptions(HeavyTailed(d, a)) for d, a in cases}


def test_all_conditions_hold_for_the_heavy_tailed_law(checked) -> None:
    for found in checked.values():
        assert found.hold
        assert [c.name for c in found.conditions] == ["mass", "positive", "bounded", "tail"]
        assert all(c.bounds[0] <= c.bounds[1] for c in found.conditions)


def test_density_bounds_against_a_grid(checked) -> None:
    for found in checked.values():
        values = float_density(found.law, GRID)
        low, high = map(float, found.bounded.bounds)
        assert low * (1 - 1e-9) <= high
        assert values.max() <= high * (1 + 1e-12)
        assert values.max() >= low * (1 - 1e-6)
        assert high - low < 3e-4 * high
        least, above = map(float, found.positive.bounds)
        assert 0 < least <= values.min() <= above * (1 + 1e-12)


def test_the_density_is_positive_at_a_zero_of_the_bessel_function() -> None:
    law = HeavyTailed(4)
    rate = float(law.frequency().mid())
    zeros = special.jn_zeros(2, 40) / rate
    inside = [x for x in zeros if 0.9 < x < 2.05]
    assert inside
    least = law.least_density(Fraction(9, 10), Fraction(41, 20))
    for x in inside:
        normal = float_density(HeavyTailed(4), np.array([x]))[0]
        assert normal > float(least.mid()) > 0


def test_tails_against_a_grid(checked) -> None:
    for found in checked.values():
        law = found.law
        low, high = map(float, found.tail.bounds)
        grid = np.concatenate([np.linspace(0.02, 4, 150), np.geomspace(4, 60, 40)])
        if float(law.frequency().mid()) > 10:
            grid = grid[grid < 12]
        values = [t * (1 - float(law.norm_cdf(arb(float(t))).mid())) for t in grid]
        assert max(values) <= high * (1 + 1e-9)
        assert max(values) >= low * (1 - 1e-2)
        assert high - low <= 2e-4
        assert float(law.tail_limit().mid()) <= high


def test_masses(checked) -> None:
    for found in checked.values():
        low, high = found.mass.bounds
        assert high - low < Fraction(1, 10**12)
        assert low <= Fraction(float(found.law.norm_cdf(arb(2)).mid())) <= high


def test_the_second_law_misses_the_condition_beyond_two() -> None:
    for d in (2, 3, 4, 9):
        found = check_assumptions(TwoSpheres(d))
        assert not found.hold
        assert not found.positive.holds
        assert "2.05" in found.positive.reason
        assert found.mass.bounds == (1, 1)
        assert found.bounded.holds == (d > 2)
        assert found.tail.bounds[1] <= 2


def test_best_tail_constant_in_three_dimensions() -> None:
    """t (1 - t^2/4) is largest at t = 2/sqrt 3: 4/(3 sqrt 3)."""
    low, high = check_assumptions(TwoSpheres(3)).tail.bounds
    assert float(low) <= 4 / (3 * 3**0.5) <= float(high)
    assert check_assumptions(TwoSpheres(3)).bounded.bounds == (1, 1)


def test_constants_are_rounded_to_the_safe_side(checked) -> None:
    for found in [*checked.values(), check_assumptions(TwoSpheres(7))]:
        mass, density_bound, tail = found.constants
        assert mass <= found.mass.bounds[0] < mass + Fraction(1, 10**9)
        assert density_bound >= found.bounded.bounds[1] > density_bound - Fraction(1, 10**9)
        assert tail >= found.tail.bounds[1] > tail - Fraction(1, 10**9)


def test_an_unbounded_density_has_no_constants() -> None:
    with pytest.raises(InputError, match="two-spheres in dimension 2"):
        _ = check_assumptions(TwoSpheres(2)).constants


def test_a_law_that_is_almost_all_tail() -> None:
    """For a small scale the supremum is near the limit, far out."""
    law = HeavyTailed(2, Fraction(1, 10**20))
    low, high = check_assumptions(law).tail.bounds
    limit = Fraction(float(law.tail_limit().mid()))
    assert limit * Fraction(99, 100) < low <= high < 2 * limit
    assert high - low < limit / 1000


@pytest.mark.parametrize(("d", "a"), [(501, Fraction(1, 100)), (5, Fraction(100))])
def test_laws_that_take_too_long_are_refused(d: int, a: Fraction) -> None:
    with pytest.raises(InputError, match="instead of the law"):
        check_assumptions(HeavyTailed(d, a))
