"""Expansions of the true loss and idle neurons, by values of the functions at points."""

from fractions import Fraction as F

from hypothesis import given, settings
from landscape_reference import (
    breaks,
    integrate,
    moved,
    neuron_rows,
    reference_loss,
    reference_psi,
    residual_at,
)

from symerm.landscape import classify, parse_target
from symerm.networks import ShallowNetwork
from symerm.theorems import Instance, find_theorem
from symerm.theorems.landscape.setting import activated, changed, loss_at, psi, residual

MAXIMUM = find_theorem("no-local-maximum")
EXPANSION = find_theorem("local-expansion")
FLAT = find_theorem("flat-neuron-descent")
END = find_theorem("end-kink")
DEAD = find_theorem("inactive-local-minimum")
QUADRATIC = find_theorem("quadratic-degenerate-neuron")
quick = settings(max_examples=25, deadline=None)
UNIT = (F(0), F(1))


@quick
@given(MAXIMUM.instances)
def test_the_loss_is_a_parabola_in_c(instance):
    width, eps = instance["network"].width, instance["step"]
    direction = [F(0)] * 3 * width + [F(1)]
    low, high = instance["interval"]
    start = reference_loss(instance)
    mean = integrate(lambda x, _: residual_at(instance, x), breaks(instance))
    for sign in (1, -1):
        after = reference_loss(instance, moved(instance, direction, sign * eps))
        assert after == start + 2 * sign * eps * mean + eps**2 * (high - low)
    assert MAXIMUM.claim(instance).holds


@quick
@given(EXPANSION.instances)
def test_the_expansion_agrees_with_point_values(instance):
    network = instance["network"]
    other = changed(network, instance["others"], instance["bias"])
    pairs = [(w, b) for w, b, _ in neuron_rows(other)]
    square = integrate(
        lambda x, _: (other((x,))[0] - network((x,))[0]) ** 2, breaks(instance, *pairs)
    )
    terms = sum(v * reference_psi(instance, w, b) for w, b, v in instance["others"])
    change = reference_loss(instance, other) - reference_loss(instance)
    assert EXPANSION.claim(instance).holds == (change == square + 2 * terms)


@quick
@given(FLAT.instances)
def test_integrals_are_those_of_point_values(instance):
    w, b = instance["moved"]
    act = instance["network"].activation
    assert psi(instance, residual(instance), w, b) == reference_psi(instance, w, b)
    square = integrate(lambda x, _: act(w * x + b) ** 2, breaks(instance, (w, b)))
    assert square == (activated(instance, w, b) ** 2).integral()
    if FLAT.check(instance).outcome != "not-applicable":
        value = reference_psi(instance, w, b)
        rows = neuron_rows(instance["network"])
        best = changed(instance["network"], [(w, b, -value / square), *rows[1:]])
        assert reference_loss(instance, best) == loss_at(instance) - value**2 / square
        # A parabola in v', of which this is the least value.
        worse = changed(instance["network"], [(w, b, 1 - value / square), *rows[1:]])
        assert reference_loss(instance, worse) == reference_loss(instance, best) + square


@quick
@given(END.instances)
def test_a_kink_from_the_end_has_the_sign_of_v_times_the_residual(instance):
    if END.check(instance).outcome == "not-applicable":
        return
    assert END.claim(instance).holds
    low, high = instance["interval"]
    rows = neuron_rows(instance["network"])
    j = next(
        j for j, (w, b, _) in enumerate(rows)
        if (w < 0 and w * low + b == 0) or (w > 0 and w * high + b == 0)
    )
    w, b, v = rows[j]
    tiny = F(1, 10**9)
    rows[j] = w, b + abs(w) * tiny, v
    change = reference_loss(instance, changed(instance["network"], rows)) - loss_at(instance)
    leading = v * abs(w) * residual_at(instance, low if w < 0 else high)
    assert abs(change / tiny**2 - leading) < F(1, 10**6)
    assert not v or (change > 0) == (leading > 0)


@quick
@given(DEAD.instances)
def test_near_inactive_neurons_only_c_matters(instance):
    if DEAD.check(instance).outcome == "not-applicable":
        return
    low, high = instance["interval"]
    after = reference_loss(instance, moved(instance, instance["direction"], 1))
    start = reference_loss(instance)
    assert after == start + (high - low) * instance["direction"][-1] ** 2
    assert start == instance["target"][1] ** 2 * (high - low) ** 3 / 12


@quick
@given(QUADRATIC.instances)
def test_a_degenerate_quadratic_neuron_by_point_values(instance):
    if QUADRATIC.check(instance).outcome == "not-applicable":
        return
    assert QUADRATIC.claim(instance).holds
    eps, eta, middle = instance["eps"], instance["eta"], sum(instance["interval"]) / 2
    rows = neuron_rows(instance["network"])
    alpha, v = instance["target"][1], rows[0][2]

    def after(step):
        moved_rows = [(step, step * (eta - middle), v), *rows[1:]]
        return reference_loss(instance, changed(instance["network"], moved_rows))

    start = reference_loss(instance)
    assert after(eps) - start == after(-eps) - start
    tiny = F(1, 10**6)
    if alpha * v * eta:
        assert (after(tiny) < start) == (alpha * v * eta > 0)


def test_golden_numbers():
    """Against x on [0, 1]: f = 1/2 has L = 1/12; a neuron that enters at T1."""
    for v, outcome in ((F(-1), "local-minimum"), (F(1), "saddle"), (F(0), "saddle")):
        network = ShallowNetwork(((F(1),),), (F(-1),), ((v,),), (F(1, 2),))
        assert classify(network, parse_target("x", UNIT)).verdict == outcome
        instance = Instance.of(
            network=network, interval=UNIT, target=(F(0), F(1)), distance=F(1, 2)
        )
        assert END.check(instance).outcome == "holds"
        # v r(1) d^2 (1 - 2 d/3) + v^2 d^3/3 = -v/12 + v^2/24.
        entered = ShallowNetwork(((F(1),),), (F(-1, 2),), ((v,),), (F(1, 2),))
        assert loss_at(Instance.of(network=entered, interval=UNIT, target=(F(0), F(1)))) == (
            F(1, 12) - v / 12 + v**2 / 24
        )
