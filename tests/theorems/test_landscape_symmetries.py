"""Symmetries of the true loss, by values of the functions at points."""

from fractions import Fraction as F

from hypothesis import given, settings
from landscape_reference import neuron_rows, reference_loss, residual_at

from symerm.landscape import classify
from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.setting import changed, target_of

SCALING = find_theorem("scaling")
PERMUTATION = find_theorem("permutation")
CHANGE = find_theorem("interval-change")
REFLECTION = find_theorem("reflection")
quick = settings(max_examples=25, deadline=None)


def points(interval, count=17):
    low, high = interval
    return [low + (high - low) * F(k, count - 1) for k in range(count)]


@quick
@given(SCALING.instances)
def test_scaling_keeps_the_function_exactly_for_positive_factors(instance):
    network = instance["network"]
    rows = [
        (s * w, s * b, v / s)
        for s, (w, b, v) in zip(instance["scales"], neuron_rows(network), strict=True)
    ]
    other = changed(network, rows)
    # Points on both sides of all kinks.
    same = all(network((x,)) == other((x,)) for x in points((F(-40), F(40)), 161))
    outcome = SCALING.check(instance).outcome
    if outcome != "not-applicable":
        assert outcome == "holds"
        assert same
        target = target_of(instance)
        assert classify(network, target).verdict == classify(other, target).verdict


@quick
@given(PERMUTATION.instances)
def test_permuting_keeps_the_function(instance):
    assert PERMUTATION.claim(instance).holds
    rows = neuron_rows(instance["network"])
    other = changed(instance["network"], [rows[k] for k in instance["order"]])
    assert reference_loss(instance) == reference_loss(instance, other)


@quick
@given(CHANGE.instances)
def test_the_reduced_residual_is_the_residual(instance):
    if CHANGE.check(instance).outcome == "not-applicable":
        return
    beta, alpha = instance["target"]
    low, high = instance["interval"]
    size = high - low
    network = instance["network"]
    rows = [(size * w, b + w * low, v / (alpha * size)) for w, b, v in neuron_rows(network)]
    constant = (network.output_biases[0] - alpha * low - beta) / (alpha * size)
    unit = Instance.of(
        network=changed(network, rows, constant), interval=(F(0), F(1)), target=(F(0), F(1))
    )
    for u in points((F(0), F(1))):
        assert residual_at(instance, low + size * u) == alpha * size * residual_at(unit, u)
    assert reference_loss(instance) == alpha**2 * size**3 * reference_loss(unit)
    before = classify(network, target_of(instance)).verdict
    assert before == classify(unit["network"], target_of(unit)).verdict


@quick
@given(REFLECTION.instances)
def test_the_mirror_image_has_the_opposite_residual(instance):
    assert REFLECTION.claim(instance).holds
    beta, alpha = instance["target"]
    low, high = instance["interval"]
    network = instance["network"]
    rows = [(-w, b + w * (low + high), -v) for w, b, v in neuron_rows(network)]
    constant = alpha * (low + high) + 2 * beta - network.output_biases[0]
    image = changed(network, rows, constant)
    for x in points((low, high)):
        assert residual_at(instance, x, image) == -residual_at(instance, low + high - x)
    target = target_of(instance)
    assert classify(network, target).verdict == classify(image, target).verdict


def test_golden_numbers():
    """One neuron against 2 x + 1 on [1, 3]: the loss is 4 * 8 = 32 times that on [0, 1]."""
    from symerm.networks import ShallowNetwork

    network = ShallowNetwork((), (), (), (F(5),))
    instance = Instance.of(network=network, interval=(F(1), F(3)), target=(F(1), F(2)))
    check = CHANGE.check(instance)
    assert check.outcome == "holds"
    assert check.evidence.startswith("L = 8/3, on [0, 1] against x 1/12")
