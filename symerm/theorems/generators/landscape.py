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

from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.problem.architecture import RELU, Activation
from symerm.theorems.generators.basic import (
    activations,
    nonzero_rationals,
    positive_rationals,
    rationals,
)
from symerm.theorems.generators.line_networks import (
    affine_targets,
    intervals,
    line_instance,
    line_network,
    line_neurons,
)
from symerm.theorems.instance import Instance

__all__ = [
    "global_minima",
    "leaky_saddles",
    "perturbed",
    "quadratic_saddles",
    "relu_minima",
    "relu_saddles",
    "square_slopes",
]

Interval = tuple[Fraction, Fraction]
Neuron = tuple[Fraction, Fraction, Fraction]
_ZERO, _ONE = Fraction(0), Fraction(1)
_QUADRATIC = Activation("quadratic")
_LOOSE = ("semi-active", "degenerate")


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
def relu_minima(draw: st.DrawFn, *, ends: bool = True) -> Instance:
    """ReLU networks that are local minima and no global ones, for affine targets.

    Without `ends` all neurons are inactive, and no kink stands at an end of the interval.

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(relu_minima(), lambda instance: instance["target"][1] > 2)
    >>> found["network"].width, found["target"][1] > 2
    (1, True)
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
    idle = draw(st.lists(st.sampled_from(["inactive", "end", *_LOOSE]), max_size=2))
    if not count:
        idle.append(draw(st.sampled_from(["low end", "low end", *_LOOSE])))
    for kind in idle:
        if kind == "inactive":
            neurons.append(_inactive(draw, interval))
        elif kind in _LOOSE:
            b = draw(positive_rationals(bound=2)) if kind == "semi-active" else _ZERO
            neurons.append((_ZERO, b, _ZERO))
        else:
            right, w = draw(st.booleans()), draw(positive_rationals(bound=2))
            v = draw(rationals(bound=2)) * draw(st.sampled_from([0, 1]))
            if kind == "low end":
                # At T0 alpha v <= 0, at T1 alpha v >= 0.
                v = abs(v) if (target[1] > 0) == right else -abs(v)
            w = w if right else -w
            neurons.append((w, -w * interval[right], v))
    return _centred(draw, neurons, interval, target, RELU)


@st.composite
def leaky_saddles(draw: st.DrawFn, *, kinks: Sequence[int] = (0, 1, 2, 3)) -> Instance:
    """Leaky networks that are saddles for an affine target: the families U and D.

    Parameters
    ----------
    kinks : sequence of int
        The numbers of distinct kinks to choose from.

    Examples
    --------
    >>> from hypothesis import Phase, find, settings
    >>> any_one = settings(phases=[Phase.generate], database=None)
    >>> found = find(leaky_saddles(kinks=(0,)), lambda instance: True, settings=any_one)
    >>> {int(v) for (v,) in found["network"].output_weights}
    {0}
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
    """Networks with activation x^2 that are saddles for an affine target.

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(quadratic_saddles(), lambda instance: True)
    >>> found["network"].activation.name, found["network"].width
    ('quadratic', 1)
    """
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

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(global_minima(), lambda instance: True)
    >>> beta, alpha = found["target"]
    >>> found["network"]((Fraction(1, 2),)) == (alpha / 2 + beta,)
    True
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
    network = line_network(draw(st.permutations(neurons)), constant, act)
    return line_instance(network, interval, target)


@st.composite
def perturbed(
    draw: st.DrawFn,
    instances: st.SearchStrategy[Instance],
    *,
    kinds: Sequence[str] = ("parameter", "turn", "sign", "extra"),
) -> Instance:
    """Networks near those of a strategy, mostly not critical if these are.

    Parameters
    ----------
    instances : strategy
        With the parts ``network``, ``interval`` and ``target``.
    kinds : sequence of str
        What may happen: ``"parameter"``, one is changed; ``"turn"``, a neuron faces the other way
        at its kink; ``"sign"``, that of an output weight; ``"extra"``, one more flat neuron.

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(perturbed(relu_minima(), kinds=["extra"]), lambda instance: True)
    >>> found["network"].width
    2
    """
    instance = draw(instances)
    network, interval = instance["network"], instance["interval"]
    values = list(parameter_vector(network))
    width = network.width
    j = draw(st.integers(0, max(width - 1, 0)))
    kind = draw(st.sampled_from(list(kinds)))
    if kind == "parameter" or (kind != "extra" and not width):
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
        network = line_network([(_ZERO,) * 3] * (width + 1), _ZERO, network.activation)
    return line_instance(network_from_parameters(network, values), interval, instance["target"])


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
    return line_instance(line_network(neurons, constant, activation), interval, target)


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
