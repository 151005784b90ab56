"""Configurations: none missing, none twice, and the mirror is a symmetry."""

import random
from collections import Counter
from itertools import product
from math import comb

import pytest
from configuration_networks import NICE_SLOPE, critical_network
from hypothesis import given
from hypothesis import strategies as st

from symerm.arrangements.neuron_types import NeuronType, neuron_type
from symerm.errors import InputError
from symerm.landscape.configurations import (
    Configuration,
    NeuronClass,
    configurations,
    neuron_signs,
    outer_classes,
)
from symerm.landscape.derivation import derive
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation

LEAKY = Activation("leaky", NICE_SLOPE)


def assignments(width: int, activation: str) -> set[Configuration]:
    """All configurations, from every list of neurons with kinks among `width` places."""
    inner = [
        NeuronClass(f"type-2-active, facing {side}", output)
        for side in ("left", "right") for output in ("flat", "non-flat")
    ]
    single = [(n, None) for n in outer_classes(activation)]
    single += [(n, place) for n in inner for place in range(width)]
    found = set()
    for neurons in product(single, repeat=width):
        groups: dict[int, list[NeuronClass]] = {}
        for neuron, place in neurons:
            if place is not None:
                groups.setdefault(place, []).append(neuron)
        found.add(Configuration(
            tuple(sorted(n for n, place in neurons if place is None)),
            tuple(tuple(sorted(groups[k])) for k in sorted(groups)),
        ))
    return found


@pytest.mark.parametrize("activation", ["relu", "leaky"])
@pytest.mark.parametrize("width", [1, 2])
def test_every_configuration_or_its_mirror_image_comes_once(width, activation) -> None:
    found = list(configurations(width, activation))
    assert len(set(found)) == len(found)
    mirrored = {each.mirrored() for each in found}
    assert set(found) | mirrored == assignments(width, activation)
    assert all(image not in found or image.mirrored() == image for image in mirrored)


@pytest.mark.parametrize(("activation", "outer"), [("relu", 20), ("leaky", 22)])
def test_numbers_of_configurations_by_burnside(activation, outer) -> None:
    width = 4
    # Ordered sequences of multisets of the four kinds with a kink inside.
    sequences = [1]
    for total in range(1, width + 1):
        sequences.append(sum(comb(k + 3, 3) * sequences[total - k] for k in range(1, total + 1)))
    total = sum(
        comb(outer + width - m - 1, width - m) * sequences[m] for m in range(width + 1)
    )
    found = list(configurations(width, activation))
    fixed = sum(each == each.mirrored() for each in found)
    assert 2 * len(found) == total + fixed


def test_quadratic_configurations_are_partitions() -> None:
    for width in range(1, 5):
        found = list(configurations(width, "quadratic"))
        assert len(set(found)) == len(found)
        # Multisets of four outer classes and of pairs (flat, non-flat) of positive size.
        bipartitions = {0: 1, 1: 2, 2: 6, 3: 14, 4: 33}
        assert len(found) == sum(
            bipartitions[m] * comb(width - m + 3, 3) for m in range(width + 1)
        )


@given(st.data())
def test_the_mirror_keeps_what_is_derived(data) -> None:
    activation = data.draw(st.sampled_from(["relu", "leaky"]))
    width = data.draw(st.integers(1, 3))
    each = data.draw(st.sampled_from(list(configurations(width, activation))))
    assert each.width == width
    assert each.mirrored().mirrored() == each
    here, there = derive(each, activation), derive(each.mirrored(), activation)
    assert [case.verdict for case in here.cases] == [case.verdict for case in there.cases]
    assert [case.residual and case.residual.mirrored() for case in here.cases] == [
        case.residual for case in there.cases
    ]


def configuration_of(network: ShallowNetwork, *, relu: bool) -> Configuration:
    """The configuration of a network on [0, 1], from the definition of the types."""
    outer, groups = [], {}
    for (w,), b, (v,) in zip(
        network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
    ):
        kind = neuron_type(w, b, (0, 1))
        output, name = "non-flat" if v else "flat", kind.value
        if kind is NeuronType.TYPE_2_ACTIVE:
            side = "right" if w > 0 else "left"
            groups.setdefault(-b / w, []).append(NeuronClass(f"{name}, facing {side}", output))
            continue
        if kind is NeuronType.SEMI_INACTIVE:
            name += " at T1" if w > 0 else " at T0"
            if relu and v:
                output = "alpha v > 0" if v > 0 else "alpha v < 0"
        elif kind is NeuronType.TYPE_1_ACTIVE:
            ends = {0: ", kink at T0", 1: ", kink at T1"}
            name += ends.get(-b / w, ", w > 0" if w > 0 else ", w < 0")
        elif kind is NeuronType.INACTIVE and not relu:
            name += f", w {'=' if w == 0 else '>' if w > 0 else '<'} 0"
        outer.append(NeuronClass(name, output))
    return Configuration(
        tuple(sorted(outer)), tuple(tuple(sorted(groups[t])) for t in sorted(groups))
    )


@pytest.mark.parametrize("activation", [RELU, LEAKY], ids=["relu", "leaky"])
def test_networks_drawn_for_a_configuration_have_it(activation) -> None:
    draw = random.Random(1)
    for width in (1, 2):
        for each in configurations(width, activation.kind):
            for case in derive(each, activation.kind).cases:
                network = critical_network(draw, each, case, activation)
                assert configuration_of(network, relu=activation is RELU) == each


def test_signs_and_names_agree() -> None:
    for activation in ("relu", "leaky"):
        signs = Counter(neuron_signs(each) for each in outer_classes(activation) if each.flat)
        assert set(signs.values()) == {1}
    assert neuron_signs(NeuronClass("inactive, w < 0", "flat")) == (-1, -1, -1)


@pytest.mark.parametrize(
    ("width", "activation", "message"),
    [(0, "relu", "must be at least one, not 0"), (1, "tanh", "the activation tanh; use relu")],
)
def test_what_cannot_be_walked_is_refused(width, activation, message) -> None:
    with pytest.raises(InputError, match=message):
        list(configurations(width, activation))
