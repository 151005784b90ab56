"""The number of configurations, by the series of the generating functions and by words."""

from itertools import product

import pytest
import sympy

from symerm.landscape.configurations import outer_classes
from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.configuration_count import _OUTER, _count

COUNT = find_theorem("configuration-count")


@pytest.mark.parametrize("activation", ["relu", "leaky"])
def test_classes_outside_are_fixed_or_paired_by_the_mirror(activation):
    classes = outer_classes(activation)
    fixed = sum(one.mirrored() == one for one in classes)
    assert _OUTER[activation] == (fixed, (len(classes) - fixed) // 2)


@pytest.mark.parametrize("activation", ["relu", "leaky"])
def test_the_count_is_the_coefficient_of_the_series(activation):
    f, p = _OUTER[activation]
    z = sympy.Symbol("z")
    a = 1 / ((1 - z) ** (f + 2 * p) * (2 - (1 - z) ** -4))
    s = 1 / ((1 - z) ** f * (1 - z**2) ** (p + 2) * (2 - (1 - z**2) ** -4))
    series = sympy.series((a + s) / 2, z, 0, 7).removeO()
    assert [_count(n, f, p) for n in range(7)] == [series.coeff(z, n) for n in range(7)]


def test_neurons_in_a_row_give_the_same_orbits():
    """N = 2 by brute force: all pairs of labelled neurons with the order of their kinks."""
    f, p = _OUTER["relu"]
    outer = [("out", k) for k in range(f + 2 * p)]
    inner = [("in", k) for k in range(4)]

    def turned(neuron):
        kind, k = neuron
        if kind == "in":
            return kind, (k + 2) % 4
        return kind, k if k < f else k + p if k < f + p else k - p

    found = set()
    for one, two in product(outer + inner, repeat=2):
        inside = one[0] == two[0] == "in"
        for order in ("<", "=") if inside else ("",):
            mirror = tuple(map(turned, (one, two)))
            key = (one, two) if order == "<" else tuple(sorted((one, two)))
            # The mirror turns the order of kinks around.
            image = mirror[::-1] if order == "<" else tuple(sorted(mirror))
            found.add((order, min(key, image)))
    assert len(found) == 175


def test_golden_numbers():
    for activation, width, count in (("relu", 1, 15), ("relu", 3, 1599), ("leaky", 2, 201)):
        check = COUNT.check(Instance.of(width=width, activation=activation))
        assert check.outcome == "holds"
        assert check.evidence.endswith(f"{count} listed, formula {count}")
