"""Descents and inertia at saddles with kinks, by exact losses and by eigenvalues in floats."""

from fractions import Fraction as F

import numpy as np
from hypothesis import given, settings
from landscape_reference import moved, reference_loss

from symerm.landscape.true_hessian import true_hessian
from symerm.networks import ShallowNetwork
from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.kink_saddles import _direction, _moved, _new_lengths
from symerm.theorems.landscape.kinks import kinks_of
from symerm.theorems.landscape.setting import true_loss_of

DESCENT = find_theorem("kink-descent")
VARIATION = find_theorem("kink-second-variation")
INERTIA = find_theorem("kink-inertia")
quick = settings(max_examples=20, deadline=None)


def thirds():
    """The saddle with two kinks against x on [0, 1]."""
    third = F(1, 3)
    network = ShallowNetwork(
        ((F(1),), (F(-1),)), (-third, 2 * third), ((2 * third,), (-2 * third,)), (F(1, 2),)
    )
    return Instance.of(network=network, interval=(F(0), F(1)), target=(F(0), F(1)))


@quick
@given(DESCENT.instances)
def test_the_moved_network_has_the_stated_kinks_and_loss(instance):
    if DESCENT.check(instance).outcome == "not-applicable":
        return
    after = _moved(instance)
    new, old = _new_lengths(instance), kinks_of(instance).lengths
    assert kinks_of(after).lengths == new
    assert kinks_of(after).facings == kinks_of(instance).facings
    low, high = instance["interval"]
    factor = (high - low) / sum(x**2 / y for x, y in zip(old, new, strict=True))
    assert factor < 1
    assert reference_loss(after) == reference_loss(instance) * factor**2


@quick
@given(VARIATION.instances)
def test_the_loss_falls_along_the_direction(instance):
    if VARIATION.check(instance).outcome == "not-applicable":
        return
    direction = _direction(instance)
    eps = F(1, 10**18)
    start = reference_loss(instance)
    ahead, behind = (reference_loss(instance, moved(instance, direction, e)) for e in (eps, -eps))
    assert ahead < start
    assert behind < start
    l0, l1, *rest = kinks_of(instance).lengths
    stated = -l0 * l1 * (l0 + l1) / 24
    if rest:
        stated -= l0**2 * l1 * rest[0] / (8 * (l1 + rest[0]))
    assert abs((ahead + behind - 2 * start) / (2 * eps**2) - stated) < F(1, 10**9)


@quick
@given(INERTIA.instances)
def test_eigenvalues_have_the_stated_signs(instance):
    if INERTIA.check(instance).outcome == "not-applicable":
        return
    n = kinks_of(instance).count
    matrix = np.array([[float(x) for x in row] for row in true_hessian(true_loss_of(instance))])
    values = np.sort(np.linalg.eigvalsh(matrix))
    small = 1e-9 * np.abs(values).max()
    signs = (values < -small).sum(), (np.abs(values) <= small).sum(), (values > small).sum()
    assert signs == (n, n, n + 1)


def test_golden_numbers():
    saddle = thirds()
    assert VARIATION.check(saddle).outcome == "holds"
    # -(7/48) l^3 with l = 1/3.
    assert "second variation -7/1296" in VARIATION.check(saddle).evidence
    assert INERTIA.check(saddle).evidence == "n = 2: 2 negative, 2 zero, 3 positive"
    parts = Instance.of(**saddle, parts=(F(1), F(2), F(1)))
    # sum l^2/l' = (4 + 2 + 4)/9, so that the factor is 9/10.
    assert DESCENT.check(parts).evidence == "L = 1/972, L' = 1/1200, factor 9/10"
