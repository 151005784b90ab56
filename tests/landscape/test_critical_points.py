"""Critical points proved near a network: known points are in the box, claims are sampled.

The known points are zigzags of the theorem with rational or irrational kinks, best hinges whose
kink is algebraic (solved again with mpmath to fifty digits), and networks made critical by the
choice of the data.  Wherever a box is found, the loss at exact networks near it must agree with
the verdict.
"""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from empirical_oracle import critical_outputs
from empirical_oracle import loss as plain_loss
from flint import ctx
from hypothesis import example, given, settings
from hypothesis import strategies as st
from landscape_cases import free_instances, nonzero, positive, small
from landscape_oracles import exact_gradient, exact_loss, flat_parameters, network_of

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.errors import InputError, UnsupportedError
from symerm.landscape import (
    CriticalEnclosure,
    NoCriticalPoint,
    classify,
    nearby_critical_point,
    parse_target,
)
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation
from symerm.problem.dataset import Dataset

QUADRATIC = Activation("quadratic")
LEAKY = Activation("leaky", Fraction(1, 3))
UNIT = Fraction(0), Fraction(1)
LINE = parse_target("x", UNIT)
ROUNDING = Fraction(1, 10**5)


def shaken(network, seed, size=ROUNDING):
    """The network with every parameter that is not zero changed a little."""
    source = random.Random(seed)
    return network_from_parameters(
        network, [x + size * x * source.randint(-9, 9) for x in parameter_vector(network)]
    )


def moved(found, step, entries):
    return network_from_parameters(
        found.centre,
        [x + step * y for x, y in zip(parameter_vector(found.centre), entries, strict=True)],
    )


def holds(found, parameters):
    """Whether the box holds a point, up to scaling of the neurons."""
    width = found.centre.width
    centre = parameter_vector(found.centre)
    point = list(parameters)
    for j in range(width):
        places = [j, width + j]
        # The entry that was kept is exact, and the other one is no larger.
        top = max(places, key=lambda k: abs(centre[k]))
        factor = centre[top] / point[top]
        assert factor > 0
        for k in places:
            point[k] *= factor
        point[2 * width + j] /= factor
    return max(abs(x - y) for x, y in zip(point, centre, strict=True)) <= found.radius


def agrees(found, loss, seed, *, size=Fraction(1, 2**30)):
    """Sampled losses near the box do not contradict the verdict."""
    low, high = found.loss
    source = random.Random(seed)
    count = len(parameter_vector(found.centre))
    assert low <= loss(found.centre) <= high
    samples = [
        loss(moved(found, size, [source.randint(-9, 9) for _ in range(count)])) for _ in range(12)
    ]
    # The loss changes by about size^2 = 2^-60 and the box is much smaller.
    return found.verdict != "local-minimum" or min(samples) >= low


def zigzag(count, interval, alpha, beta, scales):
    """The saddle with equally spaced kinks, rational."""
    start, stop = interval
    neurons = []
    for i, scale in zip(range(1, count + 1), scales, strict=True):
        w = scale if i % 2 else -scale
        kink = start + i * (stop - start) / (count + 1)
        neurons.append((w, -w * kink, 2 * alpha / ((count + 1) * w)))
    return network_of(neurons, alpha * (start + stop) / 2 + beta, RELU)


@settings(max_examples=12)
@given(
    st.sampled_from((2, 2, 4)), small, positive, nonzero, small,
    st.lists(positive, min_size=4, max_size=4), st.integers(0, 10**6),
)
def test_zigzags_are_enclosed(count, start, length, alpha, beta, scales, seed):
    interval = start, start + length
    exact = zigzag(count, interval, alpha, beta, scales[:count])
    given_network = shaken(exact, seed)
    target = PiecewisePolynomial.of(interval, [[beta, alpha]])
    found = nearby_critical_point(given_network, target)
    assert isinstance(found, CriticalEnclosure)
    assert found.verdict == "saddle"
    low, high = found.loss
    assert low <= alpha**2 * length**3 / (12 * (count + 1) ** 4) <= high
    assert high - low < Fraction(1, 2**60)
    assert holds(found, parameter_vector(exact))
    gaps = [
        x - y for x, y in zip(
            parameter_vector(found.centre), parameter_vector(given_network), strict=True
        )
    ]
    # One weight or bias of every neuron is not touched.
    assert all(0 in (gaps[j], gaps[count + j]) for j in range(count))
    near, far = found.distance
    slack = 2 * found.radius * len(gaps)
    assert (near - slack) ** 2 <= sum(x * x for x in gaps) <= (far + slack) ** 2
    assert near <= far < near + Fraction(1, 2**20)


def test_a_kink_at_zero_is_as_good_as_another():
    """The ball of the kink contains zero."""
    exact = zigzag(2, (Fraction(-1), Fraction(2)), Fraction(3), Fraction(0), (1, 1))
    assert exact.hidden_biases[0] == 0
    target = PiecewisePolynomial.of([-1, 2], [[0, 3]])
    found = nearby_critical_point(shaken(exact, 5), target)
    assert isinstance(found, CriticalEnclosure)
    assert holds(found, parameter_vector(exact))


@pytest.mark.parametrize("facings", [(1,), (-1,), (1, -1), (-1, 1, -1)])
def test_irrational_zigzags_of_the_leaky_relu(facings):
    """Lengths 1 or sqrt(gamma) at the ends and sqrt(1 + gamma) between, for gamma = 1/10."""
    gamma = Fraction(1, 10)
    with mpmath.workdps(60):
        small_root, middle = mpmath.sqrt("0.1"), mpmath.sqrt("1.1")
        lengths = [
            mpmath.mpf(1) if facings[0] > 0 else small_root,
            *[middle] * (len(facings) - 1),
            small_root if facings[-1] > 0 else mpmath.mpf(1),
        ]
        whole = mpmath.fsum(lengths)
        kinks = [mpmath.fsum(lengths[: i + 1]) / whole for i in range(len(facings))]
        jumps = [(1 / a + 1 / b) / whole for a, b in pairwise(lengths)]
        point = [
            *map(mpmath.mpf, facings),
            *(-facing * kink for facing, kink in zip(facings, kinks, strict=True)),
            *(jump * facing for jump, facing in zip(jumps, facings, strict=True)),
            mpmath.mpf(1) / 2,
        ]
        level = (1 - mpmath.mpf("0.1")) ** 2 / (12 * whole**4)
        guess = [Fraction(mpmath.nstr(x, 6)) for x in point]
        width = len(facings)
        network = network_of(
            list(zip(*(guess[k * width : (k + 1) * width] for k in range(3)), strict=True)),
            guess[-1],
            Activation("leaky", gamma),
        )
        found = nearby_critical_point(network, LINE)
        assert isinstance(found, CriticalEnclosure)
        centre = parameter_vector(found.centre)
        # Weights 1 or -1 are the largest entries: they are kept.
        assert centre[:width] == facings
        for x, y in zip(centre, point, strict=True):
            assert abs(mpmath.mpf(x.numerator) / x.denominator - y) <= _real(found.radius)
        low, high = map(_real, found.loss)
        assert low - mpmath.mpf(10) ** -55 <= level <= high + mpmath.mpf(10) ** -55
    # No non-global minimum exists for the leaky ReLU.
    assert found.verdict == "saddle"


def _real(x):
    return mpmath.mpf(x.numerator) / x.denominator


HINGES = {
    # target, facings, guess of (kinks, jumps, constant); activation relu
    "x^2": ((1,), (0.26, 1.1, 0.03)),
    "x^3 - x/2": ((1,), (0.6, 1.7, -0.1)),
    "x^2 - x": ((-1, 1), (0.35, 0.65, -0.7, 0.7, -0.21)),
}


@pytest.mark.parametrize("text", HINGES)
def test_best_hinges_have_algebraic_kinks(text):
    facings, guess = HINGES[text]
    width = len(facings)
    target = parse_target(text, UNIT)

    def conditions(*unknowns):
        """int r over all, and int r and int x r over the active side of each hinge."""
        kinks, jumps, constant = unknowns[:width], unknowns[width:-1], unknowns[-1]

        def residual(x):
            total = constant - sum(_real(a) * x**k for k, a in enumerate(target.pieces[0]))
            for facing, kink, jump in zip(facings, kinks, jumps, strict=True):
                total += jump * facing * max(facing * (x - kink), 0)
            return total

        def moment(a, b, power):
            # Gauss quadrature with exact degree 5 on each smooth piece.
            total = mpmath.mpf(0)
            cuts = [a, *sorted(k for k in kinks if a < k < b), b]
            for low, high in pairwise(cuts):
                half, middle = (high - low) / 2, (high + low) / 2
                node = mpmath.sqrt(mpmath.mpf(3) / 5) * half
                for place, weight in ((middle - node, 5), (middle, 8), (middle + node, 5)):
                    total += half * weight / 9 * residual(place) * place**power
            return total

        sides = [(k, mpmath.mpf(1)) if f > 0 else (mpmath.mpf(0), k)
                 for f, k in zip(facings, kinks, strict=True)]
        return [
            moment(mpmath.mpf(0), mpmath.mpf(1), 0),
            *(moment(a, b, power) for a, b in sides for power in (0, 1)),
        ]

    with mpmath.workdps(60):
        root = list(mpmath.findroot(conditions, guess, tol=mpmath.mpf(10) ** -110))
        kinks, jumps = root[:width], root[width:-1]
        point = [
            *map(mpmath.mpf, facings),
            *(-f * k for f, k in zip(facings, kinks, strict=True)),
            *(jump * f for jump, f in zip(jumps, facings, strict=True)),
            root[-1],
        ]
        start = [Fraction(mpmath.nstr(x, 4)) for x in point]
        network = network_of(
            list(zip(*(start[k * width : (k + 1) * width] for k in range(3)), strict=True)),
            start[-1],
            RELU,
        )
        found = nearby_critical_point(network, target)
        assert isinstance(found, CriticalEnclosure)
        for x, y in zip(parameter_vector(found.centre), point, strict=True):
            assert abs(_real(x) - y) <= _real(found.radius)
    assert found.radius <= Fraction(1, 2**60)
    assert found.verdict == "local-minimum"
    assert agrees(found, lambda other: exact_loss(other, target), 1)


@settings(max_examples=25)
@given(nonzero, small, small, nonzero, st.integers(1, 9), nonzero, small)
def test_one_kink_has_no_critical_point_for_a_line(alpha, beta, start, w, place, v, c):
    interval = start, start + 1
    target = PiecewisePolynomial.of(interval, [[beta, alpha]])
    kink = start + Fraction(place, 10)
    found = nearby_critical_point(network_of([(w, -w * kink, v)], c, RELU), target)
    assert isinstance(found, NoCriticalPoint)


@settings(max_examples=25)
@given(nonzero, nonzero, nonzero, nonzero, st.integers(1, 8), st.booleans())
def test_two_kinks_of_one_facing_have_none(w, other, v, u, place, left):
    side = -1 if left else 1
    kinks = Fraction(place, 10), Fraction(place + 1, 10)
    neurons = [
        (side * abs(x), -side * abs(x) * kink, y)
        for x, kink, y in zip((w, other), kinks, (v, u), strict=True)
    ]
    found = nearby_critical_point(network_of(neurons, Fraction(1, 2), RELU), LINE)
    assert isinstance(found, NoCriticalPoint)


@pytest.mark.parametrize(
    "activation", [RELU, LEAKY, Activation("leaky", Fraction(1, 10))], ids=lambda a: a.name
)
@pytest.mark.parametrize("biases", [(1,), (1, 2)])
def test_flat_neurons_without_kink_do_not_hide_a_saddle(activation, biases):
    """With w = v = 0 the slope is v w: no first derivative, and a second one of both signs."""
    network = network_of([(0, b, 0) for b in biases], Fraction(2, 5), activation)
    found = nearby_critical_point(network, LINE)
    assert isinstance(found, CriticalEnclosure)
    centre = found.centre
    assert (flat_parameters(centre)[-1], found.verdict) == (Fraction(1, 2), "saddle")
    assert classify(centre, LINE).verdict == "saddle"


def test_flat_neurons_stay_where_another_neuron_moves_the_slope():
    network = network_of([(0, 1, 0), (1, 1, "9/10")], "1/10", RELU)
    found = nearby_critical_point(network, LINE)
    assert isinstance(found, CriticalEnclosure)
    assert (found.verdict, found.loss[0]) == ("local-minimum", 0)
    assert found.centre.output_weights[0] == (0,)


def test_a_semi_active_neuron_may_tilt():
    found = nearby_critical_point(network_of([(0, 1, "1/9")], "2/5", RELU), LINE)
    assert isinstance(found, CriticalEnclosure)
    assert found.loss[0] == 0
    assert found.loss[1] < Fraction(1, 2**80)
    assert abs(found.centre.hidden_weights[0][0] - 9) <= found.radius


def test_squares_have_no_kinks_to_keep():
    """The neuron's zero leaves the interval on the way; that is no obstacle for x^2."""
    network = network_of([(1, "-3/10", 1)], "2/5", QUADRATIC)
    found = nearby_critical_point(network, LINE)
    assert isinstance(found, CriticalEnclosure)
    # The flat neuron with b = -w/2 of the theorem.
    assert (found.verdict, found.centre.output_weights[0]) == ("saddle", (0,))
    assert flat_parameters(found.centre)[:2] == [1, Fraction(-1, 2)]
    assert found.loss[0] <= Fraction(1, 12) <= found.loss[1]


FLAT = network_of([(1, "-3/5", 0)], 0, RELU)


def test_a_flat_kink_is_enclosed():
    """P3 and P2 on [0, 1] weighed so that a flat hinge at 3/5 is critical."""
    target = parse_target("-(5*(2*x-1)^3 - 3*(2*x-1))/2 + (3*(2*x-1)^2 - 1)/10", UNIT)
    assert not any(exact_gradient(FLAT, target))
    found = nearby_critical_point(shaken(FLAT, 3), target)
    assert isinstance(found, CriticalEnclosure)
    assert found.verdict == "saddle"
    assert holds(found, parameter_vector(FLAT))


@st.composite
def datasets_made_critical(draw):
    """A network and responses of two outputs, or one for x^2, that make it critical."""
    activation = draw(st.sampled_from((RELU, LEAKY, QUADRATIC)))
    q = 1 if activation is QUADRATIC else 2
    d = draw(st.integers(1, 2))
    count = draw(st.integers(5, 6))
    inputs = tuple((Fraction(k),) for k in range(count))
    weights = draw(st.lists(nonzero, min_size=d, max_size=d))
    kinks = draw(st.lists(st.integers(0, count - 2), min_size=d, max_size=d, unique=True))
    network = ShallowNetwork(
        tuple((w,) for w in weights),
        tuple(-w * (k + Fraction(2, 5)) for w, k in zip(weights, kinks, strict=True)),
        tuple(tuple(draw(nonzero) for _ in range(q)) for _ in range(d)),
        tuple(draw(small) for _ in range(q)),
        activation,
    )
    outputs = critical_outputs(network, inputs, draw(st.lists(small, min_size=12, max_size=12)))
    return network, None if outputs is None else Dataset(inputs, outputs)


@settings(max_examples=40)
@given(datasets_made_critical(), st.integers(0, 10**6))
def test_critical_points_of_data_are_enclosed(instance, seed):
    exact, dataset = instance
    if dataset is None:
        return
    found = nearby_critical_point(shaken(exact, seed, Fraction(1, 10**9)), dataset)
    if isinstance(found, NoCriticalPoint):
        # Outputs that are linear in the slopes leave directions of equal loss.
        return
    assert agrees(
        found, lambda other: plain_loss(other, dataset.inputs, dataset.outputs), seed
    )
    point = list(parameter_vector(exact))
    d, q = exact.width, exact.output_dimension
    centre = parameter_vector(found.centre)
    for j in range(d):
        top = max((j, d + j), key=lambda k: abs(centre[k]))
        factor = centre[top] / point[top]
        for k in (j, d + j):
            point[k] *= factor
        for k in range(q):
            power = 2 if exact.activation is QUADRATIC else 1
            point[2 * d + j * q + k] /= factor**power
    assert max(abs(x - y) for x, y in zip(point, centre, strict=True)) <= found.radius


def test_most_critical_points_of_data_are_found():
    """The same by counting: a method that finds nothing would pass the test above."""
    inputs = tuple((Fraction(k),) for k in range(5))
    hits = 0
    for seed in range(10):
        source = random.Random(seed)
        network = ShallowNetwork(
            ((Fraction(1),),), (Fraction(-7, 5),), ((Fraction(2), Fraction(-1)),),
            (Fraction(1), Fraction(0)), (RELU, LEAKY)[seed % 2],
        )
        outputs = critical_outputs(network, inputs, [source.randint(-3, 3) for _ in range(8)])
        found = nearby_critical_point(shaken(network, seed), Dataset(inputs, outputs))
        hits += isinstance(found, CriticalEnclosure)
    assert hits >= 8


@settings(max_examples=40)
@given(free_instances(max_width=3), st.integers(0, 10**6))
def test_claims_are_confirmed_by_samples(instance, seed):
    network, target = instance
    found = nearby_critical_point(network, target)
    if isinstance(found, NoCriticalPoint):
        assert found.reason
        return
    assert agrees(found, lambda other: exact_loss(other, target), seed)
    # All derivatives are small at the centre, those by kept parameters too.
    assert max(map(abs, exact_gradient(found.centre, target))) < Fraction(1, 2**40)
    width = network.width
    kept = [
        x == y for x, y in zip(
            parameter_vector(found.centre), parameter_vector(network), strict=True
        )
    ]
    if network.activation.is_piecewise_linear:
        assert all(kept[j] or kept[width + j] for j in range(width))
    elif found.verdict == "saddle":
        assert classify(network, target).verdict != "local-minimum"


#: Degenerate, flat, with kinks at ends, on knots and on data, and of all sizes.
awkward = st.one_of(
    small,
    st.builds(
        lambda k, power: k * Fraction(10) ** power,
        st.integers(-3, 3), st.sampled_from((-400, -60, -20, 20, 60, 200, 400)),
    ),
)
TARGETS = [
    LINE,
    parse_target("abs(x - 1/3)", UNIT),
    PiecewisePolynomial.of([0, Fraction(1, 2), 1], [[0], [Fraction(10) ** 60]]),
    PiecewisePolynomial.of([Fraction(10) ** 30, Fraction(10) ** 30 + 1], [[0, 0, 1]]),
    PiecewisePolynomial.of([0, Fraction(1, 10**200)], [[0, 1]]),
    PiecewisePolynomial.of([-(Fraction(10) ** 200), Fraction(10) ** 200], [[0, 1]]),
    PiecewisePolynomial.of([-(Fraction(10) ** 400), Fraction(10) ** 400], [[0, 1]]),
]


@settings(max_examples=80)
@given(
    st.lists(st.tuples(awkward, awkward, awkward), max_size=4), awkward,
    st.sampled_from((RELU, LEAKY, QUADRATIC)), st.sampled_from(TARGETS),
)
@example([], Fraction(0), RELU, LINE)
@example([], Fraction(0), RELU, TARGETS[-1])
@example([(0, 0, 0)], Fraction(0), RELU, LINE)
@example([(1, "-1/3", 1), (-1, "1/3", 1)], Fraction(0), RELU, LINE)
def test_no_network_raises(neurons, c, activation, target):
    network = network_of(neurons, c, activation)
    found = nearby_critical_point(network, target)
    assert found.reason
    assert isinstance(found, (CriticalEnclosure, NoCriticalPoint))


@settings(max_examples=80)
@given(st.data(), st.sampled_from((RELU, LEAKY, QUADRATIC)), st.sampled_from((1, 2)))
def test_no_network_raises_on_data(data, activation, q):
    def draw(count):
        return tuple(data.draw(st.lists(awkward, min_size=count, max_size=count)))

    d, n = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 4))
    network = ShallowNetwork(
        tuple((w,) for w in draw(d)), draw(d), tuple(draw(q) for _ in range(d)), draw(q), activation
    )
    dataset = Dataset(tuple((x,) for x in draw(n)), tuple(draw(q) for _ in range(n)))
    found = nearby_critical_point(network, dataset)
    assert found.reason
    assert isinstance(found, (CriticalEnclosure, NoCriticalPoint))


@pytest.mark.parametrize(
    ("neurons", "target", "words"),
    [
        ([(0, 0, 1)], "x", "the Hessian does not exist here: neuron 1 is degenerate"),
        ([(1, 0, 1)], "x", "has its kink at an end of the interval"),
        ([(1, "-1/2", 1)], "piecewise(x < 1/2: 0, else: x)", "the target jumps at the kink"),
        ([(1, "-3/10", 0)], "x", "no box around the limit"),
        ([(1, Fraction(10) ** 400, 1)], "x", "the numbers are too large"),
        ([(1, "-1/10", 5)], "x^2", "leaves the network's types and order of kinks"),
        ([(1, Fraction(-k, 80), 1) for k in range(1, 80)], "x", "159 free parameters are more"),
    ],
)
def test_reasons(neurons, target, words):
    network = network_of(
        [tuple(map(Fraction, neuron)) for neuron in neurons], Fraction(0), RELU
    )
    found = nearby_critical_point(network, parse_target(target, UNIT))
    assert isinstance(found, NoCriticalPoint)
    assert words in found.reason


def test_data_on_a_kink_have_no_box():
    network = ShallowNetwork(
        ((Fraction(1),),), (Fraction(-1),), ((Fraction(1), Fraction(2)),), (Fraction(0),) * 2
    )
    dataset = Dataset.from_rows([[0], [1], [2], [3]], [[0, 1], [1, 0], [0, 0], [2, 1]])
    found = nearby_critical_point(network, dataset)
    assert isinstance(found, NoCriticalPoint)


def test_one_output_is_answered_exactly():
    data = Dataset.from_rows([0, 1, 2, 3], [0, 0, 1, 2])
    network = network_of([("99/100", "-98/100", 1)], "1/100", RELU)
    found = nearby_critical_point(network, data)
    assert isinstance(found, CriticalEnclosure)
    assert (found.radius, found.loss, found.verdict) == (0, (0, 0), "global-minimum")
    assert found.centre == network_of([(1, -1, 1)], 0, RELU)
    low, high = found.distance
    # (1/100, 2/100, 1/100)
    assert low**2 <= Fraction(6, 10**4) <= high**2
    assert found.reason.startswith("exact: ")


def test_many_unknowns_are_refused_with_the_reason():
    neurons = [(1, -k, 1) for k in range(100)]
    found = nearby_critical_point(
        network_of(neurons, 0, RELU), Dataset.from_rows([0, 1, 2], [0, 5, 1])
    )
    assert isinstance(found, NoCriticalPoint)
    assert found.reason == "201 hidden parameters are more than the 200 that are treated"


@pytest.mark.parametrize("name", ["tanh", "logistic", "erf"])
def test_other_activations_are_unsupported(name):
    network = network_of([(1, 0, 1)], 0, Activation(name))
    for against in (LINE, Dataset.from_rows([0, 1], [0, 1])):
        with pytest.raises(UnsupportedError, match=name):
            nearby_critical_point(network, against)


def test_networks_that_do_not_fit_are_refused():
    two = ShallowNetwork(
        ((Fraction(1), Fraction(1)),), (Fraction(0),), ((Fraction(1),),), (Fraction(0),)
    )
    pair = ShallowNetwork(
        ((Fraction(1),),), (Fraction(0),), ((Fraction(1),) * 2,), (Fraction(0),) * 2
    )
    for network in (two, pair):
        for against in (LINE, Dataset.from_rows([0, 1], [0, 1])):
            with pytest.raises(InputError):
                nearby_critical_point(network, against)


def test_the_precision_of_balls_is_restored():
    before = ctx.prec
    nearby_critical_point(network_of([], 0, RELU), LINE)
    nearby_critical_point(network_of([(1, 0, 1)], 0, RELU), LINE)
    assert ctx.prec == before
