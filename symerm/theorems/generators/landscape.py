"""Networks on an interval by their place in the landscape of a true loss.

Each strategy gives instances with the parts ``network``, ``interval`` (T0, T1) and ``target``, the
coefficients of 1, x, .. of a polynomial.  Critical networks for affine targets are written down
from the conditions of the classification (Cheridito, Jentzen, Rossmannek 2021): groups of neurons
at the kinks, flat and idle ones among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

from hypothesis import strategies as st

from symerm.arithmetic.linalg import solve
from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation
from symerm.theorems.generators.basic import (
    activations,
    nonzero_rationals,
    positive_rationals,
    rationals,
)
from symerm.theorems.instance import Instance

__all__ = [
    "affine_targets",
    "fitted_networks",
    "global_minima",
    "intervals",
    "leaky_saddles",
    "line_networks",
    "line_neurons",
    "perturbed",
    "polynomial_targets",
    "quadratic_saddles",
    "relu_minima",
    "relu_saddles",
    "square_slopes",
]

Interval = tuple[Fraction, Fraction]
Neuron = tuple[Fraction, Fraction, Fraction]
_ZERO, _ONE = Fraction(0), Fraction(1)
_QUADRATIC = Activation("quadratic")


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
    """(beta, alpha) of targets alpha x + beta; with alpha not 0 if `sloped`."""
    alpha = draw(nonzero_rationals(bound=3) if sloped else rationals(bound=3))
    return draw(rationals(bound=3)), alpha


def polynomial_targets(*, degree: int = 3) -> st.SearchStrategy[tuple[Fraction, ...]]:
    """Coefficients of 1, x, .. of polynomials of at most this degree."""
    return st.lists(rationals(bound=3), max_size=degree + 1).map(tuple)


def square_slopes() -> st.SearchStrategy[Fraction]:
    """Slopes gamma in (0, 1) with rational roots of gamma and 1 + gamma.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(square_slopes(), lambda slope: True)
    Fraction(9, 16)
    """
    return st.sampled_from([Fraction(9, 16), Fraction(25, 144), Fraction(49, 576)])


@st.composite
def line_neurons(draw: st.DrawFn, interval: Interval) -> Neuron:
    """Neurons (w, b, v) of every type on an interval; kinks often coincide."""
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
    network = _network(
        neurons, draw(rationals(bound=2)), draw(activations() if activation is None else activation)
    )
    return _instance(network, interval, draw(polynomial_targets() if target is None else target))


@st.composite
def fitted_networks(
    draw: st.DrawFn, *, target: st.SearchStrategy[tuple[Fraction, ...]] | None = None
) -> Instance:
    """ReLU and leaky networks whose output weights and bias are best for the hidden ones.

    So int r = 0 and int act(w_j x + b_j) r = 0 for every neuron.
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
    return _instance(network_from_parameters(network, found), interval, instance["target"])


@st.composite
def relu_minima(draw: st.DrawFn, *, ends: bool = True) -> Instance:
    """ReLU networks that are local minima and no global ones, for affine targets.

    Without `ends` all neurons are inactive, and no kink stands at an end of the interval.

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(relu_minima(), lambda instance: instance["target"][1] > 2)
    >>> [str(end) for end in found["interval"]], str(found["network"].output_biases[0])
    (['0', '1'], '3/2')
    """
    interval, target = draw(intervals()), draw(affine_targets())
    sign = 1 if target[1] > 0 else -1
    neurons = []
    kinds = ["inactive", *(["T0", "T1"] if ends else [])]
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3)):
        if kind == "inactive":
            neurons.append(_inactive(draw, interval))
        else:
            w = draw(positive_rationals(bound=2)) * (-1 if kind == "T0" else 1)
            v = draw(positive_rationals(bound=2)) * (sign if kind == "T0" else -sign)
            neurons.append((w, -w * interval[kind == "T1"], v))
    return _centred(draw, neurons, interval, target, RELU)


@st.composite
def relu_saddles(draw: st.DrawFn, *, kinks: Sequence[int] = (0, 2, 4)) -> Instance:
    """ReLU networks that are saddles for an affine target, with that many kinks inside.

    Parameters
    ----------
    kinks : sequence of even int
        The numbers of distinct kinks to choose from.

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(relu_saddles(kinks=(2,)), lambda instance: instance["target"][1] == 1)
    >>> [str(-b / w) for (w,), b in zip(found["network"].hidden_weights,
    ...                                 found["network"].hidden_biases)]
    ['1/3', '2/3']
    """
    interval, target = draw(intervals()), draw(affine_targets())
    start, stop = interval
    count = draw(st.sampled_from(list(kinks)))
    neurons: list[Neuron] = []
    total = 2 * target[1] / (count + 1)
    for i in range(1, count + 1):
        kink = start + i * (stop - start) / (count + 1)
        neurons += _group(draw, kink, 1 if i % 2 else -1, total)
    kinds = st.sampled_from(["inactive", "T0", "T1", "semi-active", "degenerate"])
    idle = draw(st.lists(kinds, max_size=2))
    if not count and not {"semi-active", "degenerate"} & set(idle):
        idle = [*idle, "semi-active"]
    for kind in idle:
        if kind == "inactive":
            neurons.append(_inactive(draw, interval))
        elif kind in ("T0", "T1"):
            w = draw(positive_rationals(bound=2)) * (-1 if kind == "T0" else 1)
            neurons.append((w, -w * interval[kind == "T1"], draw(rationals(bound=2))))
        else:
            b = draw(positive_rationals(bound=2)) if kind == "semi-active" else _ZERO
            neurons.append((_ZERO, b, _ZERO))
    return _centred(draw, neurons, interval, target, RELU)


@st.composite
def leaky_saddles(draw: st.DrawFn, *, kinks: Sequence[int] = (0, 1, 2, 3)) -> Instance:
    """Leaky networks that are saddles for an affine target: the families U and D.

    Parameters
    ----------
    kinks : sequence of int
        The numbers of distinct kinks to choose from.
    """
    interval, target = draw(intervals()), draw(affine_targets())
    start, stop = interval
    gamma = draw(square_slopes())
    count = draw(st.sampled_from(list(kinks)))
    neurons: list[Neuron] = []
    if count:
        first = draw(st.sampled_from([1, -1]))
        facings = [first * (-1) ** i for i in range(count)]
        sizes = [
            _ONE if first > 0 else _root(gamma),
            *[_root(1 + gamma)] * (count - 1),
            _root(gamma) if facings[-1] > 0 else _ONE,
        ]
        whole = sum(sizes)
        kink = start
        for i, facing in enumerate(facings):
            kink += sizes[i] / whole * (stop - start)
            total = target[1] / whole * (1 / sizes[i] + 1 / sizes[i + 1])
            neurons += _group(draw, kink, facing, total)
    for _ in range(draw(st.integers(0 if count else 1, 2))):
        neurons.append((_ZERO, draw(rationals(bound=2)), _ZERO))
    return _centred(draw, neurons, interval, target, Activation("leaky", gamma))


@st.composite
def quadratic_saddles(draw: st.DrawFn) -> Instance:
    """Networks with activation x^2 that are saddles for an affine target."""
    interval, target = draw(intervals()), draw(affine_targets())
    neurons = []
    for kind in draw(st.lists(st.integers(0, 2), min_size=1, max_size=3)):
        w, number = draw(nonzero_rationals(bound=2)), draw(rationals(bound=2))
        sloped = w, -w * sum(interval) / 2, _ZERO
        neurons.append(((_ZERO, number, _ZERO), sloped, (_ZERO, _ZERO, number))[kind])
    return _centred(draw, neurons, interval, target, _QUADRATIC)


@st.composite
def global_minima(
    draw: st.DrawFn,
    *,
    activation: st.SearchStrategy[Activation] | None = None,
    sloped: bool = True,
) -> Instance:
    """Networks that realise an affine target, so that the loss is 0.

    Parameters
    ----------
    activation : strategy, optional
        ReLU, leaky and quadratic by default.
    sloped : bool
        Whether the target must not be constant.
    """
    interval, target = draw(intervals()), draw(affine_targets(sloped=sloped))
    act = draw(activations("relu", "leaky", "quadratic") if activation is None else activation)
    beta, alpha = target
    size = draw(positive_rationals(bound=2))
    neurons: list[Neuron] = []
    for _ in range(draw(st.integers(0, 1))):
        # Two neurons that cancel; of different sizes, unless the scaling is not that simple.
        w, b, v = draw(line_neurons(interval))
        factor = size if act.kind != "quadratic" else _ONE
        neurons += [(w, b, v), (factor * w, factor * b, -v / factor)]
    if act.kind == "quadratic":
        shift = draw(nonzero_rationals(bound=2))
        v = alpha / (2 * shift)
        neurons += [(_ONE, shift, v), (_ONE, _ZERO, -v)]
        constant = beta - v * shift**2
    else:
        # Positive on the whole interval, and zero at one end at most.
        b = size * max(-interval[0], interval[1]) + draw(st.sampled_from([_ZERO, _ONE]))
        w = size if -interval[0] >= interval[1] else -size
        neurons.append((w, b, alpha / w))
        constant = beta - alpha / w * b
    if draw(st.booleans()):
        neurons.append((_ZERO, _ZERO, draw(rationals(bound=2))))
    return _instance(_network(draw(st.permutations(neurons)), constant, act), interval, target)


@st.composite
def perturbed(draw: st.DrawFn, instances: st.SearchStrategy[Instance]) -> Instance:
    """One parameter changed, one neuron turned about its kink, or a flat kink put elsewhere.

    Most of these networks are not critical if those of `instances` are.
    """
    instance = draw(instances)
    network, interval = instance["network"], instance["interval"]
    values = list(parameter_vector(network))
    width = network.width
    j = draw(st.integers(0, max(width - 1, 0)))
    kind = draw(st.sampled_from(["parameter", "turn", "sign", "extra"]))
    if kind == "parameter" or not width:
        values[draw(st.integers(0, 3 * width))] += draw(nonzero_rationals(bound=1))
    elif kind == "turn":
        values[j], values[width + j] = -values[j], -values[width + j]
    elif kind == "sign":
        values[2 * width + j] *= -1
    else:
        w, b, _ = draw(line_neurons(interval))
        values[3 * width : 3 * width] = [_ZERO]
        values[2 * width : 2 * width] = [b]
        values[width:width] = [w]
        network = _network([(_ZERO,) * 3] * (width + 1), _ZERO, network.activation)
    return _instance(network_from_parameters(network, values), interval, instance["target"])


def _instance(network: ShallowNetwork, interval: Interval, target: Sequence[Fraction]) -> Instance:
    return Instance.of(network=network, interval=interval, target=tuple(target))


def _network(
    neurons: Sequence[Neuron], constant: Fraction, activation: Activation
) -> ShallowNetwork:
    return ShallowNetwork(
        tuple((w,) for w, _, _ in neurons),
        tuple(b for _, b, _ in neurons),
        tuple((v,) for _, _, v in neurons),
        (constant,),
        activation,
    )


def _centred(
    draw: st.DrawFn,
    neurons: Sequence[Neuron],
    interval: Interval,
    target: tuple[Fraction, Fraction],
    activation: Activation,
) -> Instance:
    """The network with c = alpha mid + beta, its neurons in any order."""
    constant = target[1] * sum(interval) / 2 + target[0]
    neurons = draw(st.permutations(neurons))
    return _instance(_network(neurons, constant, activation), interval, target)


def _inactive(draw: st.DrawFn, interval: Interval) -> Neuron:
    """A neuron that is negative on the interval."""
    w = draw(rationals(bound=2, denominators=(1, 2)))
    b = -max(w * interval[0], w * interval[1]) - draw(positive_rationals(bound=2))
    return w, b, draw(rationals(bound=2))


def _group(draw: st.DrawFn, kink: Fraction, facing: int, total: Fraction) -> list[Neuron]:
    """One or two neurons with one kink and facing whose v w sum up to `total`."""
    parts = draw(st.lists(rationals(bound=2, denominators=(1,)), max_size=1))
    found = []
    for part in (*parts, total - sum(parts, _ZERO)):
        w = facing * draw(positive_rationals(bound=2, denominators=(1, 2)))
        found.append((w, -w * kink, part / w))
    return found


def _root(square: Fraction) -> Fraction:
    return Fraction(isqrt(square.numerator), isqrt(square.denominator))
