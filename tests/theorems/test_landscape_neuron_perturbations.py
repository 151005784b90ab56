"""Types of perturbed neurons, by values of the neuron at many points of the interval."""

from fractions import Fraction as F

import pytest
from hypothesis import given, settings

from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.neuron_perturbations import REACHED, type_name

PERTURBED = find_theorem("neuron-perturbations")
UNIT = (F(0), F(1))


def by_points(w, b, interval):
    """The type from the signs of w x + b on a grid that meets no kink but at the ends."""
    low, high = interval
    grid = [low, *(low + (high - low) * F(2 * k + 1, 2 * 10**6 + 1) for k in (0, 10**6 - 1)), high]
    signs = [(v > 0) - (v < 0) for v in (w * x + b for x in grid)]
    inside = set(signs[1:-1])
    if set(signs) == {0}:
        return "degenerate"
    if signs[0] * signs[-1] < 0:
        return f"type-2-active, facing {'right' if signs[-1] > 0 else 'left'}"
    if inside == {-1}:
        return "inactive" if all(signs) else f"semi-inactive at {'T0' if signs[0] == 0 else 'T1'}"
    if w == 0:
        return "semi-active"
    if not all(signs):
        return f"type-1-active, kink at {'T0' if signs[0] == 0 else 'T1'}"
    return f"type-1-active, w {'>' if w > 0 else '<'} 0"


@settings(max_examples=60, deadline=None)
@given(PERTURBED.instances)
def test_names_and_perturbations_by_points(instance):
    (w, b), (dw, db), interval = instance["neuron"], instance["move"], instance["interval"]
    before = by_points(w, b, interval)
    assert before == type_name(w, b, interval)
    tiny = F(1, 10**12)
    after = type_name(w + tiny * dw, b + tiny * db, interval)
    assert before == "degenerate" or after in {before} | REACHED.get(before, set())
    assert PERTURBED.claim(instance).holds


@pytest.mark.parametrize(
    ("neuron", "moves"),
    [
        ((0, 1), {(1, 0): "type-1-active, w > 0", (-1, 0): "type-1-active, w < 0"}),
        ((-1, 0), {(0, -1): "inactive", (0, 1): "type-2-active, facing left"}),
        ((1, -1), {(0, -1): "inactive", (0, 1): "type-2-active, facing right"}),
        ((1, 0), {(0, 1): "type-1-active, w > 0", (0, -1): "type-2-active, facing right"}),
        ((-1, 1), {(0, 1): "type-1-active, w < 0", (0, -1): "type-2-active, facing left"}),
    ],
)
def test_everything_listed_is_reached(neuron, moves):
    before = type_name(*map(F, neuron), UNIT)
    assert set(moves.values()) == REACHED[before]
    for move, name in moves.items():
        instance = Instance.of(
            neuron=tuple(map(F, neuron)), move=tuple(map(F, move)), interval=UNIT
        )
        check = PERTURBED.check(instance)
        assert check.outcome == "holds"
        assert check.evidence.endswith(f"nearby {name}")
