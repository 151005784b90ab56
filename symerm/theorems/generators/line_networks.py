"""Networks with one input and one output on an interval, of any kind, and polynomial targets.

Instances have the parts ``network``, ``interval`` (T0, T1) and ``target``, the coefficients of
1, x, .. of a polynomial.  Kinks coincide, stand at the ends of the interval or outside, and
neurons are constant or zero often enough that every type occurs.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import solve
from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation
from symerm.theorems.generators.basic import activations, nonzero_rationals, rationals
from symerm.theorems.instance import Instance

__all__ = [
    "affine_targets",
    "fitted_networks",
    "intervals",
    "line_instance",
    "line_network",
    "line_networks",
    "line_neurons",
    "polynomial_targets",
]

Interval = tuple[Fraction, Fraction]
Neuron = tuple[Fraction, Fraction, Fraction]
_ZERO, _ONE = Fraction(0), Fraction(1)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Intervals (T0, T1) with T0 < T1.

    Examples
    --------
    >>> from hypothesis import find
    >>> [int(end) for end in find(intervals(), lambda ends: ends[0] > 0)]
    [1, 2]
    """
    start = draw(rationals(bound=2, denominators=(1, 2)))
    # The length 1 is the simplest.
    return start, start + draw(st.sampled_from([_ONE, 2 * _ONE, _ONE / 2, 3 * _ONE, 3 * _ONE / 2]))


@st.composite
def affine_targets(draw: st.DrawFn, *, sloped: bool = True) -> tuple[Fraction, Fraction]:
    """(beta, alpha) of targets alpha x + beta; with alpha not 0 if `sloped`.

    Examples
    --------
    >>> from hypothesis import find
    >>> [str(entry) for entry in find(affine_targets(), lambda target: target[1] < 0)]
    ['0', '-1']
    """
    alpha = draw(nonzero_rationals(bound=3) if sloped else rationals(bound=3))
    return draw(rationals(bound=3)), alpha


def polynomial_targets(*, degree: int = 3) -> st.SearchStrategy[tuple[Fraction, ...]]:
    """Coefficients of 1, x, .. of polynomials of at most this degree.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(polynomial_targets(degree=2), lambda target: len(target) == 2)
    (Fraction(0, 1), Fraction(0, 1))
    """
    return st.lists(rationals(bound=3), max_size=degree + 1).map(tuple)


@st.composite
def line_neurons(draw: st.DrawFn, interval: Interval) -> Neuron:
    """Neurons (w, b, v) of every type on an interval; kinks often coincide.

    Examples
    --------
    >>> from hypothesis import find
    >>> w, b, v = find(line_neurons((_ZERO, _ONE)), lambda neuron: -neuron[1] == neuron[0] == 1)
    >>> str(-b / w)
    '1'
    """
    start, stop = interval
    v = draw(rationals(bound=3, denominators=(1, 2)))
    kind = draw(st.sampled_from(["inside", "inside", "inside", "end", "outside", "constant"]))
    if kind == "constant":
        return _ZERO, draw(rationals(bound=2, denominators=(1,))), v
    w = draw(nonzero_rationals(bound=2, denominators=(1, 2)))
    if kind == "inside":
        place = draw(st.sampled_from([Fraction(1, 2), Fraction(1, 3), Fraction(2, 3),
                                      Fraction(1, 4), Fraction(3, 5)]))
        kink = start + place * (stop - start)
    elif kind == "end":
        kink = draw(st.sampled_from(interval))
    else:
        kink = draw(st.sampled_from([start - 1, stop + 1]))
    return w, -w * kink, v


@st.composite
def line_networks(
    draw: st.DrawFn,
    *,
    width: tuple[int, int] = (0, 3),
    activation: st.SearchStrategy[Activation] | None = None,
    target: st.SearchStrategy[tuple[Fraction, ...]] | None = None,
) -> Instance:
    """Any networks with one input and one output on an interval, with any target.

    Parameters
    ----------
    width : (int, int)
        Least and largest number of neurons.
    activation : strategy, optional
        ReLU and leaky by default.
    target : strategy of coefficients, optional
        Polynomials of degree at most 3 by default.

    Examples
    --------
    >>> from hypothesis import find
    >>> list(find(line_networks(), lambda instance: True))
    ['network', 'interval', 'target']
    """
    interval = draw(intervals())
    neurons = [draw(line_neurons(interval)) for _ in range(draw(st.integers(*width)))]
    act = draw(activations() if activation is None else activation)
    network = line_network(neurons, draw(rationals(bound=2)), act)
    goal = draw(polynomial_targets() if target is None else target)
    return line_instance(network, interval, goal)


@st.composite
def fitted_networks(
    draw: st.DrawFn, *, target: st.SearchStrategy[tuple[Fraction, ...]] | None = None
) -> Instance:
    """ReLU and leaky networks whose output weights and bias are best for the hidden ones.

    So int r = 0 and int act(w_j x + b_j) r = 0 for every neuron.

    Examples
    --------
    >>> from hypothesis import Phase, find, settings
    >>> any_one = settings(phases=[Phase.generate], database=None)
    >>> constant = fitted_networks(target=st.just((_ONE,)))
    >>> found = find(constant, lambda instance: True, settings=any_one)
    >>> found["network"](found["interval"][:1])
    (Fraction(1, 1),)
    """
    instance = draw(line_networks(width=(1, 3), target=target))
    network, interval = instance["network"], instance["interval"]
    line = PiecewisePolynomial(interval, ((_ZERO, _ONE),))
    one = PiecewisePolynomial(interval, ((_ONE,),))
    slope = network.activation.negative_slope
    features = [one]
    for (w,), b in zip(network.hidden_weights, network.hidden_biases, strict=True):
        z = line * w + b
        features.append(z.maximum(z * slope))
    goal = PiecewisePolynomial(interval, (tuple(instance["target"]),))
    gram = [[(f * g).integral() for g in features] for f in features]
    best = solve(gram, [(f * goal).integral() for f in features])
    assert best is not None  # normal equations
    c, *outputs = best
    width = network.width
    found = [*parameter_vector(network)[: 2 * width], *outputs, c]
    return line_instance(network_from_parameters(network, found), interval, instance["target"])


def line_instance(
    network: ShallowNetwork, interval: Interval, target: Sequence[Fraction]
) -> Instance:
    """The instance of a network on an interval with the coefficients of a target.

    Examples
    --------
    >>> net = line_network([], _ONE, Activation("relu"))
    >>> line_instance(net, (_ZERO, _ONE), [_ZERO, _ONE])["target"]
    (Fraction(0, 1), Fraction(1, 1))
    """
    return Instance.of(network=network, interval=interval, target=tuple(target))


def line_network(
    neurons: Sequence[Neuron], constant: Fraction, activation: Activation
) -> ShallowNetwork:
    """The network with neurons (w, b, v) and an output bias.

    Examples
    --------
    >>> line_network([(_ONE, _ZERO, 2 * _ONE)], _ONE, Activation("relu"))((3 * _ONE,))
    (Fraction(7, 1),)
    """
    return ShallowNetwork(
        tuple((w,) for w, _, _ in neurons),
        tuple(b for _, b, _ in neurons),
        tuple((v,) for _, _, v in neurons),
        (constant,),
        activation,
    )
