"""The classification for affine targets against the package's closed form and random search."""

from fractions import Fraction as F
from random import Random

import pytest
from hypothesis import given, settings
from landscape_reference import neuron_rows, reference_loss

from symerm.landscape.affine_targets import affine_case
from symerm.landscape.case_table import stated_table
from symerm.networks import ShallowNetwork, network_from_parameters, parameter_vector
from symerm.problem.architecture import parse_activation
from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.classification import _leaky_case, _quadratic_case, _relu_case
from symerm.theorems.landscape.setting import loss_at, true_loss_of

CASES = {
    "relu-classification": _relu_case,
    "leaky-classification": _leaky_case,
    "quadratic-classification": _quadratic_case,
}
CONSTANT = find_theorem("constant-target")


@pytest.mark.parametrize("name", CASES)
def test_the_conditions_are_those_of_the_package(name):
    theorem = find_theorem(name)
    seen = set()

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(theorem.instances)
    def run(instance):
        if theorem.check(instance).outcome == "not-applicable":
            return
        case, stated = affine_case(true_loss_of(instance)), CASES[name](instance)
        assert stated == (None if case is None else (case.verdict, case.level))
        seen.add(None if case is None else (case.verdict, case.kinks > 0))
        if stated is not None:
            assert stated[1] == reference_loss(instance)

    run()
    assert len(seen) >= 2


def test_all_kinds_of_critical_points_are_drawn():
    """As many kinds as the table of the theorem has for the widths that are drawn."""
    seen = set()

    @settings(max_examples=120, deadline=None, derandomize=True)
    @given(find_theorem("relu-classification").instances)
    def run(instance):
        case = affine_case(true_loss_of(instance))
        if case is not None:
            seen.add((case.verdict, case.kinks))

    run()
    stated = {
        (row.verdict, len(row.residual.facings))
        for row in stated_table(4, "relu").rows
        if row.residual is not None
    }
    assert stated <= seen


@settings(max_examples=25, deadline=None)
@given(find_theorem("relu-classification").instances)
def test_no_smaller_loss_is_found_near_a_stated_minimum(instance):
    if instance["target"][1] == 0 or (_relu_case(instance) or ("",))[0] != "local-minimum":
        return
    random = Random(repr(instance))
    start, theta = loss_at(instance), parameter_vector(instance["network"])
    for _ in range(20):
        scale = F(1, 2 ** random.randint(12, 20))
        other = [x + scale * random.randint(-4, 4) for x in theta]
        other[-1] = theta[-1] + random.choice([0, scale**2])
        network = network_from_parameters(instance["network"], other)
        assert reference_loss(instance, network) >= start


@settings(max_examples=40, deadline=None)
@given(CONSTANT.instances)
def test_critical_points_for_constant_targets_are_constant(instance):
    if CONSTANT.check(instance).outcome == "not-applicable":
        return
    low, high = instance["interval"]
    values = {instance["network"]((low + (high - low) * F(k, 7),))[0] for k in range(8)}
    assert values == {instance["target"][0]}


def test_golden_cases():
    def outcome(kind, rows, constant):
        network = ShallowNetwork(
            tuple((F(w),) for w, _, _ in rows), tuple(F(b) for _, b, _ in rows),
            tuple((F(v),) for _, _, v in rows), (F(constant),), parse_activation(kind),
        )
        instance = Instance.of(network=network, interval=(F(0), F(1)), target=(F(0), F(1)))
        assert neuron_rows(network)
        name = f"{kind.split(':')[0]}-classification"
        return find_theorem(name).check(instance).evidence

    half = F(1, 2)
    assert "critical, local-minimum at 1/12" in outcome("relu", [(1, -2, 3)], half)
    assert "critical, local-minimum at 1/12" in outcome("relu", [(-1, 0, 1)], half)
    assert "critical, saddle at 1/12" in outcome("relu", [(-1, 0, -1)], half)
    assert "critical, saddle at 1/12" in outcome("relu", [(0, 1, 0)], half)
    assert outcome("relu", [(1, 0, 1)], 0).startswith("L = 0")
    assert outcome("relu", [(1, 0, 1)], 1).startswith("not critical")
    assert "critical, saddle at 1/12" in outcome("leaky:1/2", [(0, 1, 0)], half)
    assert outcome("leaky:1/2", [(1, -2, 0)], half).startswith("not critical")
    assert "critical, saddle at 1/12" in outcome("quadratic", [(1, -half, 0)], half)
