"""The proof scripts of the landscape once more at numbers, with symerm's networks and formulas."""

import importlib
import sys
from fractions import Fraction as F
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.landscape.symbolic import symbolic_loss
from symerm.landscape.type_configuration import TypeConfiguration
from symerm.networks import ShallowNetwork, network_from_parameters, parameter_vector
from symerm.problem.architecture import Activation

FOLDER = Path(__file__).resolve().parents[2] / "proofs" / "cheridito_jentzen_rossmannek_2021"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.py"))
RELU = Activation("relu")
#: gamma with rational sqrt(gamma) and sqrt(1 + gamma).
LEAKY = Activation("leaky", F(9, 16))
UNIT = F(0), F(1)
CASES = [(RELU, 2), (RELU, 4), (LEAKY, 1), (LEAKY, 2), (LEAKY, 3), (LEAKY, 4)]


@pytest.fixture(scope="module", autouse=True)
def scripts():
    sys.path.insert(0, str(FOLDER))
    for name in SCRIPTS:
        sys.modules.pop(name, None)
    yield {name: importlib.import_module(name) for name in SCRIPTS}
    sys.path.remove(str(FOLDER))
    for name in SCRIPTS:
        sys.modules.pop(name, None)


def network(weights, biases, outs, constant, activation=RELU):
    return ShallowNetwork(
        tuple((F(w),) for w in weights),
        tuple(map(F, biases)),
        tuple((F(v),) for v in outs),
        (F(constant),),
        activation,
    )


def loss(net, interval=UNIT, alpha=1, beta=0):
    """int (f - alpha x - beta)^2 by Simpson's rule between kinks, exact for squares of lines."""
    low, high = interval
    kinks = {-b / w for (w,), b in zip(net.hidden_weights, net.hidden_biases, strict=True) if w}
    breaks = [low, *sorted(k for k in kinks if low < k < high), high]

    def square(x):
        return (net((x,))[0] - alpha * x - beta) ** 2

    if net.activation.kind == "quadratic":  # of degree 4: Boole's rule
        x = [low + (high - low) * F(k, 4) for k in range(5)]
        weights = (7, 32, 12, 32, 7)
        return (high - low) * sum(w * square(s) for w, s in zip(weights, x, strict=True)) / 90
    return sum(
        (b - a) * (square(a) + 4 * square((a + b) / 2) + square(b)) / 6
        for a, b in pairwise(breaks)
    )


def roots(activation):
    gamma = activation.negative_slope
    return {F(1): F(1), gamma: F(3, 4) if gamma else F(0), 1 + gamma: F(5, 4) if gamma else F(1)}


def alternating(up, n, activation, kinks=None, interval=UNIT, alpha=F(1)):
    """The network whose residual alternates between kinks, and the lengths a_k/W.

    For given kinks: h' from the realisable slopes, sums of v w from the jumps of the slopes.
    """
    gamma = activation.negative_slope
    low, high = interval
    facings = [(1 if up else -1) * (-1) ** i for i in range(n)]
    squares = [F(1) if up else gamma, *[1 + gamma] * (n - 1), gamma if facings[-1] > 0 else F(1)]
    a = [roots(activation)[s] for s in squares]
    lengths = [(high - low) * part / sum(a) for part in a]
    if kinks is None:
        kinks = [low + part for part in accumulate(lengths[:-1])]
    new = [q - p for p, q in pairwise([low, *kinks, high])]
    sign = 1 if up else -1
    h = sign * alpha * (1 - gamma) / (2 * sum(s / k for s, k in zip(squares, new, strict=True)))
    slopes = [-2 * (-1) ** k * h / part for k, part in enumerate(new)]
    sums = [
        facing * (after - before) / (1 - gamma)
        for facing, (before, after) in zip(facings, pairwise(slopes), strict=True)
    ]
    weights = [facing * F(i + 1, 2) for i, facing in enumerate(facings)]
    outs = [s / w for s, w in zip(sums, weights, strict=True)]
    biases = [-w * q for w, q in zip(weights, kinks, strict=True)]
    at_low = network(weights, biases, outs, 0, activation)((low,))[0]
    return network(weights, biases, outs, alpha * low + h - at_low, activation), lengths, new


def derivatives(net, interval=UNIT, alpha=F(1)):
    formula = symbolic_loss(TypeConfiguration.from_network(net, interval))
    numbers = [*parameter_vector(net), *interval, F(0), alpha]
    symbols = [*formula.parameters, *formula.ends, *formula.target]
    values = {
        s: sympy.Rational(x.numerator, x.denominator)
        for s, x in zip(symbols, numbers, strict=True)
    }
    hessian = None if formula.hessian is None else formula.hessian.xreplace(values)
    return [sympy.sympify(entry).xreplace(values) for entry in formula.gradient], hessian


@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize(("activation", "n"), CASES, ids=str)
def test_the_stated_points_are_critical(activation, n, up):
    if activation is RELU and not up:
        return  # there is no family D
    interval, alpha = (F(-1), F(3, 2)), F(-2)
    net, lengths, _ = alternating(up, n, activation, interval=interval, alpha=alpha)
    gradient, _ = derivatives(net, interval, alpha)
    assert set(gradient) == {0}
    assert net.output_biases[0] == alpha * sum(interval) / 2
    gamma = activation.negative_slope
    ratios = [part / lengths[0] for part in lengths]
    first = roots(activation)[F(1) if up else gamma]
    total = sum(ratios) * first
    assert loss(net, interval, alpha) == (
        alpha**2 * (1 - gamma) ** 2 * F(5, 2) ** 3 / (12 * total**4)
    )


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(CASES),
    st.booleans(),
    st.lists(st.integers(1, 9), min_size=5, max_size=5),
)
def test_moving_the_kinks_lowers_the_loss_as_stated(case, up, parts):
    activation, n = case
    up = up or activation is RELU
    parts = parts[: n + 1]
    kinks = [F(part, sum(parts)) for part in accumulate(parts[:-1])]
    critical, lengths, _ = alternating(up, n, activation)
    moved, _, new = alternating(up, n, activation, kinks=kinks)
    factor = 1 / sum(old**2 / k for old, k in zip(lengths, new, strict=True))
    assert loss(moved) == loss(critical) * factor**2
    assert factor < 1 or new == lengths


@pytest.mark.parametrize("n", [2, 4])
def test_the_certificate_of_the_notes(n):
    """c by l, q_1 by l/s, q_2 by -l/(2 s), v w at q_2 by 1: half the second derivative."""
    net, _, _ = alternating(True, n, RELU)
    step, s = F(1, n + 1), F(2, n + 1)
    direction = [F(0)] * (3 * n + 1)
    direction[-1] = step
    for j, kappa in ((0, step / s), (1, -step / (2 * s))):
        direction[n + j] = -net.hidden_weights[j][0] * kappa
    direction[2 * n + 1] = 1 / net.hidden_weights[1][0]
    _, hessian = derivatives(net)
    vector = sympy.Matrix([sympy.Rational(x.numerator, x.denominator) for x in direction])
    claimed = -F(7, 48) * step**3
    assert (vector.T * hessian * vector)[0] / 2 == sympy.Rational(*claimed.as_integer_ratio())
    # And along the line itself: the quotient tends to the coefficient.
    eps = F(1, 10**6)
    theta = parameter_vector(net)
    ahead, behind = (
        loss(network_from_parameters(
            net, [x + t * d for x, d in zip(theta, direction, strict=True)]
        ))
        for t in (eps, -eps)
    )
    assert abs((ahead + behind - 2 * loss(net)) / (2 * eps**2) - claimed) < F(1, 10**5)


@pytest.mark.parametrize(("activation", "n"), [(RELU, 2), (LEAKY, 1), (LEAKY, 2)], ids=str)
def test_the_hessian_of_the_script_is_that_of_the_formulas(scripts, activation, n):
    saddle, steps = scripts["saddle"], scripts["steps"]
    gamma = activation.negative_slope
    both = (steps.UP,) if activation is RELU else steps.FAMILIES
    for family in both:
        w, b, v, c = saddle.critical_network(
            family, n, gamma, (F(3, 4), F(5, 4)) if gamma else (F(0), F(1))
        )
        _, hessian = derivatives(network(w, b, v, c, activation))
        matrix = saddle.hessian(w, b, v, c, gamma)
        assert matrix == hessian
        assert saddle.inertia(matrix) == (n, n, n + 1)


def test_inertia_counts_signs(scripts):
    inertia = scripts["saddle"].inertia
    base = sympy.Matrix([[1, 2, 0], [0, 1, 3], [1, 0, 1]])
    for signs in ((1, -1, 0), (0, 0, 0), (-1, -1, -1), (1, 1, 0)):
        form = base.T * sympy.diag(*signs) * base
        assert inertia(form) == tuple(signs.count(s) for s in (-1, 0, 1))


#: Neurons at alpha = 1 on [0, 1] by type, with the signs of v that a local minimum admits.
NO_KINK = {
    "inactive": ((1, -2), {-1, 0, 1}),
    "inactive, constant": ((0, -1), {-1, 0, 1}),
    "semi-inactive at T0": ((-1, 0), {1}),
    "semi-inactive at T1": ((1, -1), {-1}),
    "semi-active": ((0, 1), set()),
    "degenerate": ((0, 0), set()),
}


@pytest.mark.parametrize("sign", [-1, 0, 1])
@pytest.mark.parametrize("kind", NO_KINK)
def test_the_local_minima_without_kinks(kind, sign):
    (w, b), admitted = NO_KINK[kind]
    if sign and kind in ("semi-active", "degenerate"):
        return  # not critical
    net = network([w], [b], [sign], F(1, 2))
    random = Random(f"{kind} {sign}")
    theta = parameter_vector(net)
    lower = 0
    for _ in range(400):
        scale = F(1, 2 ** random.randint(6, 20))
        other = [x + scale * random.randint(-8, 8) for x in theta]
        if random.randrange(2):
            other[-1] = theta[-1]  # c
        if random.randrange(2):
            other[2] = theta[2] + scale**2 * random.randint(-64, 64)  # v
        lower += loss(network_from_parameters(net, other)) < F(1, 12)
    assert loss(net) == F(1, 12)
    assert (lower == 0) == (sign in admitted)


@pytest.mark.parametrize("eps", [F(1), F(1, 10), F(-1, 1000)])
def test_the_escape_of_the_quadratic_activation(eps):
    low, high, alpha, beta = F(-1), F(3), F(3, 2), F(-2)
    mid, half = (low + high) / 2, (high - low) / 2
    shift = alpha / (2 * eps)
    constant = alpha * mid + beta - eps * shift**2 - eps * half**2 / 3
    net = network([1], [shift - mid], [eps], constant, Activation("quadratic"))
    assert loss(net, (low, high), alpha, beta) == eps**2 * (high - low) ** 5 / 180


def test_a_false_claim_stops_a_script(scripts, monkeypatch):
    steps = scripts["steps"]
    x = sympy.Symbol("x", positive=True)
    with pytest.raises(SystemExit, match="FAILED false"):
        steps.prove("false", x - x, x)
    with pytest.raises(SystemExit, match="FAILED false"):
        steps.prove("false", True, False)
    assert (steps.sign(x / (1 + x)), steps.sign(-x - 1), steps.sign(sympy.S(0))) == (1, -1, 0)
    with pytest.raises(ArithmeticError, match="not settled"):
        steps.sign(x - 1)
    for name, wrong in (("first", steps.gamma**2), ("orientation", 1)):
        with monkeypatch.context() as patch:
            down = steps.Family("D", steps.LEFT, steps.gamma, -1)
            object.__setattr__(down, name, wrong)
            patch.setattr(scripts["spacing"], "FAMILIES", (steps.UP, down))
            with pytest.raises(SystemExit, match="FAILED"):
                scripts["spacing"].main()


@pytest.mark.parametrize("condition", ["i", "iii", "iv"])
def test_no_condition_of_the_empirical_theorem_can_be_left_out(scripts, monkeypatch, condition):
    empirical = scripts["empirical"]
    decide = empirical.failure

    def lenient(*arguments):
        found = decide(*arguments)
        return None if found is not None and found[0] == condition else found

    monkeypatch.setattr(empirical, "failure", lenient)
    assert not empirical.tried(F(1, 3), 2)[2]
