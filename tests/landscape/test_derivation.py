"""Derived critical points against networks with these neurons, and the steps of the derivation."""

import random
from fractions import Fraction

import pytest
import sympy as sp
from configuration_networks import critical_network, exact_roots, kinks, level, network
from hypothesis import given, settings
from hypothesis import strategies as st
from zigzag_networks import EVERY_ZIGZAG, LEAKY, all_zigzags, reduced_network, symbol

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.landscape.configurations import Configuration, NeuronClass, configurations
from symerm.landscape.derivation import derive
from symerm.landscape.slope_field import GAMMA, ONE, ZERO, minus, sign_for_slopes
from symerm.landscape.true_classification import classify
from symerm.landscape.true_loss import TrueLoss
from symerm.landscape.zigzags import Infeasible, Zigzag, flat_kink_meets, solve_zigzag
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation

LINE = PiecewisePolynomial.of([0, 1], [[0, 1]])


@pytest.mark.parametrize("activation", [RELU, LEAKY], ids=["relu", "leaky"])
@pytest.mark.parametrize("width", [1, 2])
def test_every_case_is_a_critical_point_with_its_loss_and_verdict(activation, width) -> None:
    draw = random.Random(width)
    for each in configurations(width, activation.kind):
        for case in derive(each, activation.kind).cases:
            found = critical_network(draw, each, case, activation)
            known = classify(found, LINE)
            assert not any(known.gradient)
            assert known.loss == level(case.residual, activation.negative_slope)
            assert known.verdict == case.verdict


@given(st.data())
def test_cases_of_three_and_four_neurons_on_any_interval(data) -> None:
    activation = data.draw(st.sampled_from([RELU, LEAKY]))
    width = data.draw(st.integers(3, 4))
    derived = DERIVED[activation.kind, width]
    each = data.draw(st.sampled_from(derived))
    start = data.draw(st.fractions(-3, 3, max_denominator=4))
    length = data.draw(st.fractions(Fraction(1, 4), 5, max_denominator=4))
    alpha = data.draw(st.fractions(-3, 3, max_denominator=3).filter(bool))
    beta = data.draw(st.fractions(-3, 3, max_denominator=3))
    draw = random.Random(data.draw(st.integers(0, 10**6)))
    (case,) = each.cases
    unit = critical_network(draw, each.configuration, case, activation)
    # x = T0 + |T| s and f = alpha |T| g + alpha T0 + beta.
    moved = network(
        [
            (w / length, b - w * start / length, alpha * length * out)
            for (w,), b, (out,) in zip(
                unit.hidden_weights, unit.hidden_biases, unit.output_weights, strict=True
            )
        ],
        alpha * length * unit.output_biases[0] + alpha * start + beta,
        activation,
    )
    target = PiecewisePolynomial.of([start, start + length], [[beta, alpha]])
    known = classify(moved, target)
    assert not any(known.gradient)
    assert known.loss == alpha**2 * length**3 * level(case.residual, activation.negative_slope)
    assert known.verdict == case.verdict


DERIVED = {
    (kind, width): [
        found
        for each in configurations(width, kind)
        if (found := derive(each, kind)).cases
        and (width == 3 or found.cases[0].verdict != "global-minimum")
    ]
    for kind in ("relu", "leaky") for width in (3, 4)
}


@given(st.data())
def test_what_is_refused_has_no_critical_point_at_the_zigzag_with_its_kinks(data) -> None:
    """Wrong neurons added to a critical point spoil it."""
    activation = data.draw(st.sampled_from([RELU, LEAKY]))
    zigzag = data.draw(st.sampled_from(all_zigzags(activation, 2)))
    facing = data.draw(st.sampled_from([1, -1]))
    place = data.draw(st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=60))
    there = kinks(exact_roots(zigzag, activation.negative_slope))
    good = place in there and zigzag.facings[there.index(place)] == facing
    known = reduced_network(zigzag, activation)
    with_flat = ShallowNetwork(
        (*known.hidden_weights, (Fraction(facing),)), (*known.hidden_biases, -facing * place),
        (*known.output_weights, (Fraction(0),)), known.output_biases, activation,
    )
    assert any(TrueLoss(with_flat, LINE).gradient) == (not good)


def test_quadratic_cases_are_critical_points() -> None:
    draw = random.Random(4)
    quadratic = Activation("quadratic")
    for width in (1, 2, 3):
        for each in configurations(width, "quadratic"):
            for case in derive(each, "quadratic").cases:
                found = parabola_network(draw, each, case.residual is None, quadratic)
                known = classify(found, LINE)
                assert not any(known.gradient)
                assert known.loss == (0 if case.residual is None else Fraction(1, 12))
                assert known.verdict == case.verdict


def parabola_network(draw, configuration, target: bool, activation) -> ShallowNetwork:
    def number() -> Fraction:
        return Fraction(draw.randint(1, 9), draw.randint(1, 4))

    neurons = []
    for each in configuration.outer:
        bias = Fraction(0) if each.type == "degenerate" else number()
        neurons.append((Fraction(0), bias, Fraction(0) if each.flat else number()))
    places = draw.sample([Fraction(k, 5) for k in range(-9, 9)], len(configuration.kinks))
    inner = [(place if target else Fraction(1, 2), each.flat)
             for place, group in zip(places, configuration.kinks, strict=True) for each in group]
    shares = [Fraction(0)] * len(inner)
    if target:
        wanted = [j for j, (_, flat) in enumerate(inner) if not flat]
        # sum p = 0 and -2 sum p t = 1, the first weights at random, the last two solved for.
        last = next(j for j in reversed(wanted) if inner[j][0] != inner[wanted[0]][0])
        first, free = wanted[0], [j for j in wanted[1:] if j != last]
        while not all(shares[j] for j in wanted):
            for j in free:
                shares[j] = number()
            rest = -sum((shares[j] for j in free), Fraction(0))
            moment = Fraction(-1, 2) - sum((shares[j] * inner[j][0] for j in free), Fraction(0))
            shares[last] = (moment - rest * inner[first][0]) / (inner[last][0] - inner[first][0])
            shares[first] = rest - shares[last]
    for (place, _), share in zip(inner, shares, strict=True):
        w = number()
        neurons.append((w, -w * place, share / w**2))
    constant = (
        -sum((out * b * b for _, b, out in neurons), Fraction(0)) if target else Fraction(1, 2)
    )
    return network(neurons, constant, activation)


def test_the_loss_of_any_affine_target_is_that_of_x_times_a_factor() -> None:
    alpha, beta, start, length, s, w, b, out, bias = sp.symbols("alpha beta T0 T s w b v c")
    # g on [0, 1] with the neuron v act(w s + b); f on [T0, T0 + T] has w/T, b - w T0/T, ..
    x = start + length * s
    preactivation = w / length * x + b - w * start / length
    assert sp.expand(preactivation - (w * s + b)) == 0
    act = sp.Function("act")(w * s + b)
    f = alpha * length * out * act + alpha * length * bias + alpha * start + beta
    residual = f - (alpha * x + beta)
    assert sp.expand(residual - alpha * length * (bias + out * act - s)) == 0
    # dx = T ds: the loss is alpha^2 T^3 times that of g.


@given(st.fractions(0, 1, max_denominator=9))
@settings(max_examples=10)
def test_a_zigzag_alternates_between_two_values_and_is_affine_between(fraction) -> None:
    for activation in (RELU, LEAKY):
        for zigzag in EVERY_ZIGZAG[activation.kind]:
            loss = TrueLoss(reduced_network(zigzag, activation), LINE)
            residual = loss.realised - LINE
            roots = exact_roots(zigzag, activation.negative_slope)
            height = zigzag.contrast(activation.negative_slope) / sum(roots) ** 2 / 2
            knots = [Fraction(0), *kinks(roots), Fraction(1)]
            values = [residual(knot) for knot in knots]
            assert values == [height * (-1) ** k for k in range(len(knots))]
            # The formula for f on a piece, at a random point of it.
            for k, root in enumerate(roots):
                point = knots[k] + fraction * (knots[k + 1] - knots[k])
                middle = (knots[k] + knots[k + 1]) / 2
                slope = zigzag.contrast(activation.negative_slope) / sum(roots) / root
                assert residual(point) == (-1) ** k * slope * (middle - point)


@given(st.data())
def test_the_equation_of_a_flat_kink_inside_a_piece(data) -> None:
    activation = data.draw(st.sampled_from([RELU, LEAKY]))
    zigzag = data.draw(st.sampled_from(EVERY_ZIGZAG[activation.kind]))
    piece = data.draw(st.integers(0, len(zigzag.facings)))
    facing = data.draw(st.sampled_from([1, -1]))
    assert not flat_kink_meets(zigzag, piece, facing, symbol(activation))
    # The same by values: int act(+-(x - t)) r has one sign on the piece.
    roots = exact_roots(zigzag, activation.negative_slope)
    knots = [Fraction(0), *kinks(roots), Fraction(1)]
    residual = TrueLoss(reduced_network(zigzag, activation), LINE).realised - LINE
    signs = set()
    for k in range(1, 12):
        place = knots[piece] + (knots[piece + 1] - knots[piece]) * Fraction(k, 12)
        slopes = [activation.negative_slope, 1]
        hinge = PiecewisePolynomial.of(
            [0, place, 1],
            [[-place * m, m] for m in slopes] if facing > 0
            else [[place * m, -m] for m in reversed(slopes)],
        )
        value = (hinge * residual).integral()
        signs.add((value > 0) - (value < 0))
    assert len(signs) == 1
    assert 0 not in signs


def test_a_flat_kink_that_could_be_critical_is_seen() -> None:
    # Not a critical point, but R changes from -1 to 2 on its first piece.
    made_up = Zigzag((1,), (ONE * 3, ONE * 2), ONE)
    assert flat_kink_meets(made_up, 0, 1, ZERO)


@pytest.mark.parametrize(
    ("facings", "affine", "slope", "reason"),
    [
        ([[1]], False, ZERO, "after a last kink facing right"),
        ([[-1]], False, ZERO, "before a first kink facing left"),
        ([[1], [-1], [-1], [1]], False, GAMMA, "between two kinks facing left"),
        ([[1, -1]], False, GAMMA, "kinks of both facings at one place"),
        ([[1]], True, GAMMA, "a neuron that is affine on the interval"),
        ([], True, ZERO, "a neuron that is affine on the interval"),
    ],
)
def test_why_there_is_no_zigzag(facings, affine, slope, reason) -> None:
    found = solve_zigzag(facings, affine=affine, slope=slope)
    assert isinstance(found, Infeasible)
    assert reason in found.reason


def test_signs_that_change_with_the_slope_are_not_guessed() -> None:
    with pytest.raises(ArithmeticError, match="may change"):
        sign_for_slopes(minus(GAMMA, ONE * Fraction(1, 2)))


def test_a_refused_configuration_says_both_reasons() -> None:
    flat = NeuronClass("type-1-active, w > 0", "flat")
    found = derive(Configuration((flat,), ()), "relu")
    assert found.cases == ()
    assert found.refusals == (
        "$r = 0$ fails: the slopes add up to 0, not to $alpha$",
        "a neuron that is affine on the interval needs $int x r = 0$, and so $r = 0$",
    )
