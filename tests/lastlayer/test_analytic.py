"""The criterion for power series: coefficients by sympy, singular points by the rank law."""

from __future__ import annotations

import pytest
import sympy
from clouds import flawed_cloud

from symerm.errors import UnsupportedError
from symerm.lastlayer.analytic import PowerSeries, power_series
from symerm.lastlayer.kernels import Kernel, gram_matrix
from symerm.lastlayer.rank_law import feature_span
from symerm.lastlayer.spectrum import kernel_spectrum

Z = sympy.Symbol("z")
FUNCTIONS = {
    "tanh": sympy.tanh(Z),
    "erf": sympy.erf(Z),
    "logistic": 1 / (1 + sympy.exp(-Z)),
    "sincos": sympy.sin(Z) + sympy.cos(Z),
    "quadratic": Z**2,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_pattern_is_that_of_the_taylor_coefficients(name: str) -> None:
    series = power_series(name)
    polynomial = sympy.series(FUNCTIONS[name], Z, 0, 10).removeO()
    present = [k for k in range(10) if polynomial.coeff(Z, k) != 0]
    assert series.constant == (0 in present)
    for part, degrees in ((series.even, range(0, 10, 2)), (series.odd, range(1, 10, 2))):
        found = [k for k in degrees if k in present]
        if part is None:
            assert found == [k for k in degrees if k or series.constant]
        else:
            assert found == list(part)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_confused_points_are_singular(name: str) -> None:
    points = power_series(name).confused_points()
    if points is None:
        assert name == "sincos"
        return
    assert len(set(points)) == len(points)
    assert not feature_span(gram_matrix(points), name).full


def test_a_finite_even_part_is_confused() -> None:
    # 1 + z^2 and infinitely many odd powers: of three pairs the even parts have rank two.
    points = PowerSeries("made up", True, (0, 2), None).confused_points()
    assert len(points) == 6
    even = sympy.Matrix([[1, x**2] for (x,) in points])
    assert even.rank() == 2 < len(points) / 2


@pytest.mark.parametrize("seed", range(8))
def test_sine_and_cosine_tell_all_points_apart(seed: int) -> None:
    points = sorted(set(flawed_cloud(seed)))
    spectrum = kernel_spectrum(gram_matrix(points), Kernel("sincos"))
    assert spectrum.smallest[0] > 0


def test_other_activations_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="relu has no power series"):
        power_series("relu")
