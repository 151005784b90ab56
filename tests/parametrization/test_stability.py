"""Constants of inverse stability: never exceeded, attained, and what goes wrong outside."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import permutations
from operator import sub

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stability_cases import balanced_neurons, pairs, positive, small, vectors

from symerm.arithmetic.surds import Surd
from symerm.errors import InputError, UnsupportedError
from symerm.networks import ShallowNetwork
from symerm.parametrization.balanced import BalancedNetwork
from symerm.parametrization.general_stability import stable_parametrization
from symerm.parametrization.nearest import nearest_parametrization
from symerm.parametrization.restricted_set import restricted_membership
from symerm.parametrization.stability import (
    PAPER_CONSTANT,
    extremal_pair,
    sharp_constant,
    stability_claims,
    stability_verdict,
)

ZERO, ONE = Fraction(0), Fraction(1)
#: Nearly parallel kinks, as the extremal pairs have them.
TILTS = [Fraction(k, 1000) for k in range(1, 6)] + [ONE]


@st.composite
def tilted_pairs(draw, *, max_width=5):
    """Pairs with the kinks of extremal ones, in one plane, and any sizes and signs."""
    d, q = draw(st.integers(2, 3)), draw(st.integers(1, 2))
    networks = []
    for _ in range(2):
        neurons = {}
        for _ in range(draw(st.integers(1, max_width))):
            neuron = draw(balanced_neurons(d, q, tilts=TILTS))
            neurons.setdefault(neuron.direction, neuron)
        networks.append(BalancedNetwork(d, q, tuple(neurons.values())))
    return networks


@given(st.one_of(pairs(), tilted_pairs()))
@settings(max_examples=150)
def test_the_constant_is_never_exceeded(networks):
    found = nearest_parametrization(*networks)
    verdict = stability_verdict(found)
    assert verdict.holds
    if verdict.ratio_squared is not None:
        assert verdict.ratio_squared <= 8 < PAPER_CONSTANT**2


@given(st.integers(0, 10**6), st.sampled_from([(2, 1), (2, 2), (2, 3), (3, 1), (3, 2)]))
@settings(max_examples=40)
def test_small_architectures_keep_their_smaller_constants(seed, size):
    """Random changes of extremal pairs: the ratio falls, it never exceeds the constant."""
    d, m = size
    source = random.Random(seed)
    networks = []
    for network in extremal_pair(d, m, tilt=Fraction(1, 100)):
        neurons = []
        for neuron in network.neurons:
            square = neuron.square * Fraction(source.randint(90, 110), 100)
            direction = list(neuron.direction)
            if source.random() < 0.3:
                direction[-1] *= Fraction(source.randint(50, 200), 100)
            top = max(map(abs, direction))
            direction = [x / top for x in direction]
            neurons.append(type(neuron)(tuple(direction), neuron.outputs, square))
        networks.append(BalancedNetwork(d, 1, tuple(neurons)))
    found = nearest_parametrization(*networks)
    assert stability_verdict(found).holds


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("size", [(2, 4), (2, 6), (3, 3), (3, 5), (4, 3)])
def test_rational_networks_attain_two_roots_of_two(size, outputs):
    """The distance and the seminorm of the pair, computed here from the parameters alone."""
    pair = extremal_pair(*size, outputs=outputs)
    networks = [network.rational_network() for network in pair]
    assert all(restricted_membership(network).holds for network in networks)
    gamma, target = (
        [(*a, *c) for a, c in zip(n.hidden_weights, n.output_weights, strict=True)]
        for n in networks
    )
    assert len(gamma) == len(target) == size[1]
    distance = min(
        max(max(map(abs, map(sub, a, b))) for a, b in zip(gamma, order, strict=True))
        for order in permutations(target)
    )
    # All kinks contain one subspace of codimension two: in the plane across it the derivative
    # takes the prefix and suffix sums of the jumps in the order of the angles.
    d = size[0]
    jumps = [
        ((a[0], a[d - 1]), [sign * c * x for c in a[d:] for x in a[:d]])
        for sign, network in ((1, gamma), (-1, target)) for a in network
    ]
    assert all(a[d - 2] == a[d - 1] or d == 2 for a in (*gamma, *target))
    jumps.sort(key=lambda jump: -jump[0][0] / (abs(jump[0][0]) + jump[0][1]))
    sums, last = [[ZERO] * len(jumps[0][1])], None
    for direction, jump in jumps:
        total = [x + y for x, y in zip(sums[-1], jump, strict=True)]
        ray = direction[0] / direction[1]
        if ray == last:
            sums[-1] = total
        else:
            sums.append(total)
        last = ray
    whole = sums[-1]
    eps = max(
        abs(value)
        for part in sums
        for value in (*part, *(x - y for x, y in zip(whole, part, strict=True)))
    )
    assert distance**2 == 8 * eps


def test_every_claim_holds_and_every_pair_is_extremal():
    assert all(claim.holds for claim in stability_claims())
    for d in (2, 3, 4):
        for m in (1, 2, 3, 4, 6):
            found = nearest_parametrization(*extremal_pair(d, m))
            verdict = stability_verdict(found)
            assert verdict.holds
            assert verdict.is_extremal == ((d, m) != (2, 1))
    constants = [sharp_constant(d, m) for d, m in ((2, 1), (2, 2), (2, 3), (2, 4), (9, 9))]
    assert constants == [2, 2, 1 + Surd.root(2), Surd.root(8), Surd.root(8)]
    # Numbers of the literature and of earlier searches lie on the right sides.
    assert Fraction(2119, 1000) < sharp_constant(2, 3) < sharp_constant(2, 4) < PAPER_CONSTANT


def test_what_is_refused():
    with pytest.raises(InputError, match="at least two inputs and one neuron"):
        sharp_constant(1, 3)
    with pytest.raises(InputError, match="at least one output"):
        extremal_pair(2, 3, outputs=0)
    with pytest.raises(InputError, match="tilt must be positive"):
        extremal_pair(2, 3, tilt=ONE)


def plain(neurons):
    """A network with one output of neurons (a, c)."""
    return ShallowNetwork(
        tuple(a for a, _ in neurons),
        (ZERO,) * len(neurons),
        tuple((c,) for _, c in neurons),
        (ZERO,),
    )


@st.composite
def unbalanced(draw, width):
    """Weights in an open half-space, no two on one line."""
    neurons = {}
    for _ in range(width):
        weights = (draw(small), draw(small), draw(positive))
        key = tuple(x / weights[2] for x in weights)
        neurons.setdefault(key, (weights, draw(small)))
    return list(neurons.values())


@given(unbalanced(3), unbalanced(3), st.data())
@settings(max_examples=100)
def test_the_general_form(gamma, target, data):
    for weights, _ in data.draw(st.lists(st.sampled_from(gamma), max_size=2)):
        line = tuple(x / weights[2] for x in weights)
        others = [n for n in target if tuple(x / n[0][2] for x in n[0]) != line]
        target = [*others, (weights, data.draw(small))]
    first, second = plain(gamma), plain(target)
    found = stable_parametrization(first, second)
    assert found.holds
    # The distance is that of the parameters, and they realise g.
    padded = [*gamma, *[((ZERO,) * 3, ZERO)] * (len(found.outputs) - len(gamma))]
    gaps = [
        abs(x - y)
        for (a, c), row, value in zip(padded, found.weights, found.outputs, strict=True)
        for x, y in zip((*row, value), (*a, c), strict=True)
    ]
    assert max(gaps) == found.distance
    for _ in range(4):
        point = data.draw(vectors(3))
        total = ZERO
        for row, value in zip(found.weights, found.outputs, strict=True):
            terms = [value * (w * x) for w, x in zip(row, point, strict=True)]
            # c a is rational in every entry, whatever the scaling.
            assert all(term.is_rational for term in terms)
            height = sum((w * x for w, x in zip(row, point, strict=True)), Surd(ZERO))
            if height > 0:
                total += sum(term.rational for term in terms)
        assert total == second(point)[0]


def test_the_general_form_needs_its_conditions():
    u = (ONE, ONE)
    with pytest.raises(InputError, match="G: the weights of neurons 1 and 2 lie on one line"):
        stable_parametrization(plain([(u, ONE)]), plain([(u, ONE), (u, ONE)]))
    opposite = plain([((-ONE, -ONE), ONE)])
    with pytest.raises(InputError, match="opposite to some of Gamma"):
        stable_parametrization(plain([(u, ONE)]), opposite)
    two = ShallowNetwork((u,), (ZERO,), ((ONE, ONE),), (ZERO, ZERO))
    with pytest.raises(UnsupportedError, match="holds for one output, not 2"):
        stable_parametrization(two, two)
    # Unbalanced neurons: beta takes the place of the missing balance.
    gamma, target = plain([((5 * ONE, ZERO), ZERO)]), plain([((ZERO, ONE), ONE / 100)])
    found = stable_parametrization(gamma, target)
    assert found.beta == found.distance == 5
    assert found.holds


def test_the_general_form_fails_for_two_outputs():
    """c = (M, 0), a = (1/M, 0) against the products (1, eps): the distance stays near M eps."""
    big, eps = Fraction(1000), Fraction(1, 1000)
    # Phi has a = (t, 0) and c = (1/t, eps/t); |t - 1/M| <= r and |1/t - M| <= r give t <= 1/(M-r),
    # so that the last entry, eps/t >= eps (M - r), is at most r only if r >= M eps/(1 + eps).
    least = big * eps / (1 + eps)
    assert least**2 > 2 * eps  # beta = 0, as |c| |a| = 1 > 2 eps
    for k in range(1, 200):
        t = Fraction(k, 50) / big
        assert max(abs(t - 1 / big), abs(1 / t - big), eps / t) >= least
