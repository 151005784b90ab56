"""The formulas of a type configuration against sums over pieces, quadrature and differentiation."""

from fractions import Fraction as F
from itertools import pairwise

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arrangements.neuron_types import NeuronType
from symerm.errors import InputError, UnsupportedError
from symerm.landscape.symbolic import symbolic_loss
from symerm.landscape.type_configuration import PlacedNeuron, TypeConfiguration
from symerm.networks import ShallowNetwork, network_from_parameters, parameter_vector
from symerm.problem.architecture import Activation, parse_activation

LOW, HIGH = F(-1), F(2)
INTERVAL = LOW, HIGH
ACTIVATIONS = [parse_activation(name) for name in ("relu", "leaky:1/3", "quadratic")]
numbers = st.builds(F, st.integers(-3, 3), st.sampled_from([1, 1, 2]))
signs = st.sampled_from([-1, 1])
#: Kinks outside, at the ends, and inside with many coincidences.
kinks = st.sampled_from([F(-2), LOW, F(-1, 2), F(0), F(1, 2), F(0), HIGH, F(5, 2)])


@st.composite
def neurons(draw):
    if draw(st.integers(0, 3)) == 0:
        return F(0), draw(st.sampled_from([F(0), F(0), F(1), F(-1)]))
    weight = draw(signs) * draw(st.sampled_from([F(1), F(2), F(1, 2)]))
    return weight, -weight * draw(kinks)


@st.composite
def networks(draw, *, activations=ACTIVATIONS, max_width=3):
    hidden = draw(st.lists(neurons(), max_size=max_width))
    return ShallowNetwork(
        tuple((w,) for w, _ in hidden),
        tuple(b for _, b in hidden),
        tuple((draw(numbers),) for _ in hidden),
        (draw(numbers),),
        draw(st.sampled_from(activations)),
    )


def rational(value):
    return sympy.Rational(value.numerator, value.denominator)


def at(formula, expression, network, interval=INTERVAL):
    """The value of an expression of a formula at a network."""
    values = dict(
        zip(formula.parameters, map(rational, parameter_vector(network)), strict=True)
    )
    values.update(zip(formula.ends, map(rational, interval), strict=True))
    found = sympy.sympify(expression).xreplace(values)
    assert found.is_Rational, found
    return F(int(found.p), int(found.q))


def value(coefficients, x):
    return sum((c * x**k for k, c in enumerate(coefficients)), F(0))


def exact_integral(function, breaks, degree):
    """The integral of a function that is a polynomial between breaks: Newton-Cotes, exact."""
    total = F(0)
    for low, high in pairwise(breaks):
        # Interior nodes: one-sided conventions at the breaks do not matter.
        nodes = [low + (high - low) * F(k + 1, degree + 2) for k in range(degree + 1)]
        for i, node in enumerate(nodes):
            basis = [F(1)]
            for j, other in enumerate(nodes):
                if i != j:
                    shifted = [F(0), *basis]
                    basis = [
                        (s - other * b) / (node - other)
                        for s, b in zip(shifted, [*basis, F(0)], strict=True)
                    ]
            weight = sum(
                b * (high ** (k + 1) - low ** (k + 1)) / (k + 1) for k, b in enumerate(basis)
            )
            total += weight * function(node)
    return total


def breaks_of(network, interval=INTERVAL):
    low, high = interval
    inner = {
        -b / row[0]
        for row, b in zip(network.hidden_weights, network.hidden_biases, strict=True)
        if row[0] and low < -b / row[0] < high
    }
    return [low, *sorted(inner), high]


def direct(network, target):
    """The loss and the generalized gradient as integrals of functions of x."""
    quadratic = network.activation.kind == "quadratic"
    gamma = network.activation.negative_slope

    def residual(x):
        return network((x,))[0] - value(target, x)

    def slope(z):
        if quadratic:
            return 2 * z
        return F(1) if z >= 0 else gamma

    def tangents(j):
        w, b, v = network.hidden_weights[j][0], network.hidden_biases[j], network.output_weights[j]
        return (
            lambda x: v[0] * slope(w * x + b) * x,
            lambda x: v[0] * slope(w * x + b),
            lambda x: network.activation(w * x + b),
        )

    functions = [tangents(j) for j in range(network.width)]
    ordered = [functions[j][k] for k in range(3) for j in range(network.width)]
    # A degenerate neuron has z = 0 everywhere: slope(0) = 1 is the convention of a closed I_j.
    return residual, [*ordered, lambda x: F(1)]


@settings(max_examples=60, deadline=None)
@given(networks(), st.lists(numbers, min_size=1, max_size=4))
def test_values_are_those_of_integrals(network, target):
    configuration = TypeConfiguration.from_network(network, INTERVAL)
    formula = symbolic_loss(configuration, target=list(map(rational, target)))
    residual, tangents = direct(network, target)
    breaks = breaks_of(network)
    assert at(formula, formula.loss, network) == exact_integral(
        lambda x: residual(x) ** 2, breaks, 6
    )
    for entry, tangent in zip(formula.gradient, tangents, strict=True):
        expected = exact_integral(lambda x, g=tangent: 2 * residual(x) * g(x), breaks, 5)
        assert at(formula, entry, network) == expected


@settings(max_examples=8, deadline=None)
@given(networks(), st.lists(numbers, min_size=2, max_size=3))
def test_values_agree_with_quadrature(network, target):
    formula = symbolic_loss(
        TypeConfiguration.from_network(network, INTERVAL), target=list(map(rational, target))
    )
    residual, tangents = direct(network, target)
    with mpmath.workdps(50):
        # The nodes of a quadrature are binary fractions: the integrand is exact there.
        def integral(function):
            def rounded(x):
                found = function(F(*map(int, mpmath.libmp.to_rational(x._mpf_))))
                return mpmath.mpf(found.numerator) / found.denominator

            points = [mpmath.mpf(t.numerator) / t.denominator for t in breaks_of(network)]
            return mpmath.quad(rounded, points)

        def close(expression, expected):
            exact = at(formula, expression, network)
            return abs(mpmath.mpf(exact.numerator) / exact.denominator - expected) < 1e-40

        assert close(formula.loss, integral(lambda x: residual(x) ** 2))
        for entry, tangent in zip(formula.gradient, tangents, strict=True):
            assert close(entry, integral(lambda x, g=tangent: 2 * residual(x) * g(x)))


@settings(max_examples=60, deadline=None)
@given(networks())
def test_the_conditions_hold_at_the_network(network):
    formula = symbolic_loss(TypeConfiguration.from_network(network, INTERVAL))
    values = dict(
        zip(formula.parameters, map(rational, parameter_vector(network)), strict=True)
    )
    values.update(zip(formula.ends, map(rational, INTERVAL), strict=True))
    assert all(condition.xreplace(values) == sympy.true for condition in formula.conditions)


@settings(max_examples=60, deadline=None)
@given(networks(max_width=2), networks(max_width=2))
def test_the_conditions_tell_configurations_apart(network, other):
    formula = symbolic_loss(TypeConfiguration.from_network(network, INTERVAL))
    if network.width != other.width:
        return
    values = dict(zip(formula.parameters, map(rational, parameter_vector(other)), strict=True))
    values.update(zip(formula.ends, map(rational, INTERVAL), strict=True))
    holds = all(condition.xreplace(values) == sympy.true for condition in formula.conditions)
    same = TypeConfiguration.from_network(other, INTERVAL).neurons == formula.configuration.neurons
    assert holds == same


@pytest.mark.parametrize("second", [F(-1, 2), F(1, 4), F(1)])
def test_the_conditions_separate_equal_from_ordered_kinks(second):
    def pair(kink):
        return ShallowNetwork(
            ((F(1),), (F(-1),)), (F(-1, 4), kink), ((F(1),), (F(1),)), (F(0),)
        )

    formula = symbolic_loss(TypeConfiguration.from_network(pair(second), INTERVAL))
    for kink in (F(-1, 2), F(1, 4), F(1)):
        values = dict(
            zip(formula.parameters, map(rational, parameter_vector(pair(kink))), strict=True)
        )
        values.update(zip(formula.ends, map(rational, INTERVAL), strict=True))
        holds = all(condition.xreplace(values) == sympy.true for condition in formula.conditions)
        assert holds == (kink == second)


def identical(first, second):
    return sympy.cancel(sympy.together(sympy.expand(first - second))) == 0


TYPE_2 = NeuronType.TYPE_2_ACTIVE
CONFIGURATIONS = [
    (),
    ((TYPE_2, 1, 1),),
    ((TYPE_2, -1, 1),),
    ((NeuronType.TYPE_1_ACTIVE, 1, None),),
    ((TYPE_2, -1, 2), (TYPE_2, 1, 1)),
    ((TYPE_2, 1, 1), (TYPE_2, -1, 1)),
    ((TYPE_2, 1, 1), (NeuronType.INACTIVE, -1, None)),
]


@pytest.mark.parametrize("activation", ["relu", "leaky", "quadratic"])
@pytest.mark.parametrize("places", CONFIGURATIONS, ids=lambda p: "-".join(t.value for t, *_ in p))
def test_the_derivatives_are_those_of_the_formula(places, activation):
    configuration = TypeConfiguration(tuple(PlacedNeuron(*place) for place in places), activation)
    target = sympy.symbols("p0 p1", real=True)
    formula = symbolic_loss(configuration, target=target)
    for x, entry in zip(formula.parameters, formula.gradient, strict=True):
        assert identical(sympy.diff(formula.loss, x), entry)
    assert formula.hessian.shape == (len(formula.parameters),) * 2
    for i, x in enumerate(formula.parameters):
        for j in range(i + 1):
            assert identical(sympy.diff(formula.gradient[j], x), formula.hessian[i, j])


@settings(max_examples=40, deadline=None)
@given(networks(activations=ACTIVATIONS[:2]), st.lists(numbers, min_size=1, max_size=3))
def test_the_gradient_is_the_derivative_of_the_loss(network, target):
    """Against the loss of displaced networks, each by the formula of its own configuration."""
    configuration = TypeConfiguration.from_network(network, INTERVAL)
    coefficients = list(map(rational, target))
    formula = symbolic_loss(configuration, target=coefficients)
    parameters = parameter_vector(network)
    assert (formula.hessian is not None) == configuration.twice_differentiable
    if not configuration.twice_differentiable:
        return
    step = F(1, 10**6)

    def moved(k, sign):
        shifted = [p + sign * step * (i == k) for i, p in enumerate(parameters)]
        other = network_from_parameters(network, shifted)
        found = symbolic_loss(TypeConfiguration.from_network(other, INTERVAL), target=coefficients)
        return at(found, found.loss, other), [at(found, g, other) for g in found.gradient]

    for k in range(len(parameters)):
        (up, up_gradient), (down, down_gradient) = moved(k, 1), moved(k, -1)
        # Where kinks coincide the third derivatives jump: one order less in the step.
        assert abs((up - down) / (2 * step) - at(formula, formula.gradient[k], network)) < F(1, 50)
        for j, (high, low) in enumerate(zip(up_gradient, down_gradient, strict=True)):
            slope = (high - low) / (2 * step)
            assert abs(slope - at(formula, formula.hessian[k, j], network)) < F(1, 50)


@pytest.mark.parametrize("facing", [1, -1])
def test_the_extra_terms_of_the_hessian(facing):
    """(w,w): 2 v r(t) t^2/|w|, (w,b): 2 v r(t) t/|w|, (b,b): 2 v r(t)/|w|; (w,v), (b,v)."""
    place = PlacedNeuron(TYPE_2, facing, 1)
    formula = symbolic_loss(TypeConfiguration((place,)))
    w, b, v, c = formula.parameters
    low, high = formula.ends
    x = sympy.Symbol("x", real=True)
    beta, alpha = formula.target
    t = -b / w
    start, end = (t, high) if facing > 0 else (low, t)
    r = c + v * (w * x + b) - alpha * x - beta

    def active(integrand):
        return sympy.integrate(sympy.expand(integrand), (x, start, end))

    at_kink = v * (c - alpha * t - beta) / (facing * w)
    expected = {
        (0, 0): 2 * v**2 * active(x * x) + 2 * at_kink * t**2,
        (0, 1): 2 * v**2 * active(x) + 2 * at_kink * t,
        (1, 1): 2 * v**2 * active(sympy.Integer(1)) + 2 * at_kink,
        (0, 2): 2 * v * active(x * (w * x + b)) + 2 * active(x * r),
        (1, 2): 2 * v * active(w * x + b) + 2 * active(r),
        (2, 2): 2 * active((w * x + b) ** 2),
        (3, 3): 2 * (high - low),
    }
    for (i, j), entry in expected.items():
        assert identical(formula.hessian[i, j], entry)


def test_a_symbolic_slope_specialises():
    neurons = (PlacedNeuron(TYPE_2, 1, 1), PlacedNeuron(NeuronType.INACTIVE, 0))
    general = symbolic_loss(TypeConfiguration(neurons, "leaky"))
    third = symbolic_loss(TypeConfiguration(neurons, "leaky", F(1, 3)))
    relu = symbolic_loss(TypeConfiguration(neurons))
    assert general.slope in general.loss.free_symbols
    assert identical(general.loss.subs(general.slope, sympy.Rational(1, 3)), third.loss)
    assert identical(general.loss.subs(general.slope, 0), relu.loss)


def test_a_value_by_hand():
    """f = max(x, 0) on [-1, 1] against x: int of x^2 over [-1, 0] is 1/3."""
    network = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),))
    formula = symbolic_loss(TypeConfiguration.from_network(network, (F(-1), F(1))))
    beta, alpha = formula.target
    loss = formula.loss.subs({beta: 0, alpha: 1})
    assert at(formula, loss, network, (F(-1), F(1))) == F(1, 3)
    assert len(formula.pieces) == 2


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ([(TYPE_2, 1, 2)], "without gaps"),
        ([(TYPE_2, 0, 1)], "neuron 1 cannot be type-2-active"),
        ([(TYPE_2, 1, 1), (NeuronType.SEMI_INACTIVE, 1, 0)], "neuron 2 cannot be semi-inactive"),
        ([(NeuronType.DEGENERATE, 1, None)], "neuron 1 cannot be degenerate"),
        ([(NeuronType.TYPE_1_ACTIVE, -1, 0)], "cannot be type-1-active"),
    ],
)
def test_impossible_configurations_are_refused(places, message):
    with pytest.raises(InputError, match=message):
        TypeConfiguration(tuple(PlacedNeuron(*place) for place in places))


def test_unfit_networks_are_refused():
    wide = ShallowNetwork(((F(1), F(1)),), (F(0),), ((F(1),),), (F(0),))
    narrow = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),))
    smooth = ShallowNetwork(((F(1),),), (F(0),), ((F(1),),), (F(0),), Activation("tanh"))
    with pytest.raises(UnsupportedError, match="one input and one output"):
        TypeConfiguration.from_network(wide, INTERVAL)
    with pytest.raises(UnsupportedError, match="not for tanh"):
        TypeConfiguration.from_network(smooth, INTERVAL)
    with pytest.raises(InputError, match="T0 < T1, not 2 and 2"):
        TypeConfiguration.from_network(narrow, (HIGH, HIGH))
    with pytest.raises(InputError, match="takes no negative slope"):
        TypeConfiguration((), "relu", F(1, 2))
