"""The baseline: a network with one hidden layer, all of whose parameters are trained.

N(x) = c + sum_j v_j erf(<u_j, x> + b_j), no cut-off, trained on the mean squared error by Adam
(Kingma, Ba 2015) with mini-batches and a step size that falls to zero along a cosine.  What such a
run reaches is an upper bound of the least risk of the class, up to the sampling error; it says
nothing about what other networks of the class, or another training, could reach.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symerm.errors import InputError
from symerm.separation.erf_features import ErfLayer, Floats, erf_in_place, multiply
from symerm.separation.training import Report, Sample

__all__ = [
    "BaselineRun", "OneHiddenLayer", "draw_one_hidden_layer", "loss_and_gradients",
    "train_one_hidden_layer",
]  # fmt: skip

Array = NDArray[np.float64]

_BATCH = 256
#: Features computed together, and the least number of points for that.
_BLOCK = 2**16
_LEAST_ROWS = 16
#: Largest step of a hidden parameter in one update, and of all output weights together.
_HIDDEN_STEP = 0.01
_OUTPUT_STEP = 3.0
#: The constants of Adam.
_FIRST_MOMENT = 0.9
_SECOND_MOMENT = 0.999
_FLOOR = 1e-8


@dataclass(frozen=True, eq=False)
class OneHiddenLayer:
    """A network c + sum_j v_j erf(<u_j, x> + b_j).

    Attributes
    ----------
    hidden : ndarray of shape (d + 1, r)
        The weights u_j as columns, the biases b_j as the last row.
    output_weights : ndarray of shape (r,)
    output_bias : ndarray of shape (1,)
    """

    hidden: Floats
    output_weights: Floats
    output_bias: Floats

    @property
    def parameters(self) -> tuple[Floats, Floats, Floats]:
        """All parameters."""
        return self.hidden, self.output_weights, self.output_bias

    def __call__(self, points: Array) -> Array:
        """The outputs at points of shape (n, d)."""
        layer = ErfLayer(self.hidden[:-1].T.astype(float), self.hidden[-1].astype(float))
        return layer.outputs(points, self.output_weights.astype(float)) + float(self.output_bias[0])


@dataclass(frozen=True, eq=False)
class BaselineRun:
    """What the training of the baseline did.

    Attributes
    ----------
    network : OneHiddenLayer
    updates : int
        Updates made.
    batch : int
        Samples for each update.
    ending : ``"steps"``, ``"time"`` or ``"interrupted"``
    seconds : float
    """

    network: OneHiddenLayer
    updates: int
    batch: int
    ending: str
    seconds: float


def draw_one_hidden_layer(
    dimension: int, width: int, bias: float, generator: np.random.Generator
) -> OneHiddenLayer:
    """The start: the hidden layer of the strong network, v ~ N(0, 1/r), c as given.

    Parameters
    ----------
    dimension, width : int
    bias : float
        The mean of the labels is a good one.
    generator : numpy.random.Generator

    Examples
    --------
    >>> network = draw_one_hidden_layer(2, 5, 0.25, np.random.default_rng(0))
    >>> [parameter.shape for parameter in network.parameters]
    [(3, 5), (5,), (1,)]
    """
    return OneHiddenLayer(
        (generator.standard_normal((dimension + 1, width)) / 2).astype(np.float32),
        (generator.standard_normal(width) / math.sqrt(width)).astype(np.float32),
        np.array([bias], dtype=np.float32),
    )


def loss_and_gradients(
    network: OneHiddenLayer, points: Floats, labels: Floats
) -> tuple[float, tuple[Floats, Floats, Floats]]:
    """The mean squared error and its gradients, in the type of the parameters.

    Parameters
    ----------
    network : OneHiddenLayer
    points : ndarray of shape (n, d)
    labels : ndarray of shape (n,)

    Returns
    -------
    pair
        The loss, and a gradient for each of the parameters, of their shapes.

    Examples
    --------
    >>> network = OneHiddenLayer(np.zeros((2, 1)), np.ones(1), np.ones(1))
    >>> loss, (hidden, _, bias) = loss_and_gradients(network, np.array([[3.0]]), np.array([0.0]))
    >>> loss, hidden.round(3).tolist(), bias.tolist()
    (1.0, [[6.77], [2.257]], [2.0])
    """
    return _Gradients(network)(network, points, labels)


def train_one_hidden_layer(
    network: OneHiddenLayer,
    train: Sample,
    *,
    updates: int,
    generator: np.random.Generator,
    time_limit: float | None = None,
    report: Report | None = None,
) -> BaselineRun:
    """Train all parameters; a Ctrl-C ends the training and keeps what is reached.

    Parameters
    ----------
    network : OneHiddenLayer
        The start.
    train : Sample
    updates : int
    generator : numpy.random.Generator
        Draws the mini-batches of 256.
    time_limit : float, optional
        Seconds after which no further update is made.
    report : function, optional
        Called after each update.

    Raises
    ------
    InputError
        If the number of updates is negative.

    Examples
    --------
    >>> from symerm.separation.strong_network import ball_indicator
    >>> generator = np.random.default_rng(0)
    >>> points = generator.standard_normal((500, 2)) * 2
    >>> sample = Sample(points, ball_indicator(points, 1.5))
    >>> start = draw_one_hidden_layer(2, 50, 0.25, generator)
    >>> run = train_one_hidden_layer(start, sample, updates=300, generator=generator)
    >>> bool(((run.network(points) - sample.labels) ** 2).mean() < 0.1)
    True
    """
    if updates < 0:
        raise InputError(f"the number of updates cannot be negative, as in {updates}")
    started = time.monotonic()
    points, labels = train.points.astype(np.float32), train.labels.astype(np.float32)
    batch = min(_BATCH, len(train))
    adam, gradients_at = _Adam(network, updates), _Gradients(network)
    order: NDArray[np.intp] = np.empty(0, dtype=np.intp)
    ending = "steps"
    try:
        while adam.count < updates:
            if time_limit is not None and time.monotonic() - started >= time_limit:
                ending = "time"
                break
            if len(order) < batch:
                order = generator.permutation(len(train))
            chosen, order = order[:batch], order[batch:]
            loss, gradients = gradients_at(adam.network, points[chosen], labels[chosen])
            adam.update(gradients)
            if report is not None:
                report(adam.count, updates, loss)
    except KeyboardInterrupt:
        ending = "interrupted"
    return BaselineRun(adam.network, adam.count, batch, ending, time.monotonic() - started)


class _Gradients:
    """The backward pass, a few points at a time in memory that is used again."""

    def __init__(self, network: OneHiddenLayer) -> None:
        width = len(network.output_weights)
        self._rows = max(_LEAST_ROWS, _BLOCK // width)
        # Features, slopes, and room for erf.
        self._room = np.empty((4, self._rows, width), dtype=network.hidden.dtype)

    def __call__(
        self, network: OneHiddenLayer, points: Floats, labels: Floats
    ) -> tuple[float, tuple[Floats, Floats, Floats]]:
        hidden, output_weights, output_bias = map(np.zeros_like, network.parameters)
        change = np.empty_like(hidden)
        loss = 0.0
        factors = network.output_weights * (2 / math.sqrt(math.pi))
        for start in range(0, len(points), self._rows):
            part = points[start : start + self._rows]
            inputs = np.ones((len(part), len(network.hidden)), dtype=network.hidden.dtype)
            inputs[:, :-1] = part
            features, slopes, *_ = self._room[:, : len(part)]
            multiply(inputs, network.hidden, features)
            # The derivative of erf is 2 exp(-z^2) / sqrt(pi).
            np.multiply(features, features, out=slopes)
            np.exp(np.negative(slopes, out=slopes), out=slopes)
            erf_in_place(features, self._room[2:, : len(part)])
            errors = features @ network.output_weights + network.output_bias
            errors -= labels[start : start + self._rows]
            loss += float(errors @ errors)
            scaled = errors * (2 / len(points))
            slopes *= scaled[:, None]
            multiply(inputs.T, slopes, change)
            hidden += change
            output_weights += scaled @ features
            output_bias += scaled.sum()
        hidden *= factors
        return loss / len(points), (hidden, output_weights, output_bias)


class _Adam:
    """The state of Adam."""

    def __init__(self, network: OneHiddenLayer, updates: int) -> None:
        self.network = network
        self.count = 0
        self._updates = updates
        self._first = [np.zeros_like(parameter) for parameter in network.parameters]
        self._second = [np.zeros_like(parameter) for parameter in network.parameters]
        # All output weights may move the output in the same direction: the wider, the shorter.
        width = len(network.output_weights)
        self._steps = (_HIDDEN_STEP, min(_HIDDEN_STEP, _OUTPUT_STEP / width), _HIDDEN_STEP)

    def update(self, gradients: tuple[Floats, Floats, Floats]) -> None:
        """Make a step; the network is replaced as a whole, so an interrupt cannot halve it."""
        count = self.count + 1
        falling = (1 + math.cos(math.pi * count / self._updates)) / 2
        changed = []
        for k, (parameter, gradient) in enumerate(
            zip(self.network.parameters, gradients, strict=True)
        ):
            first, second = self._first[k], self._second[k]
            first *= _FIRST_MOMENT
            first += (1 - _FIRST_MOMENT) * gradient
            second *= _SECOND_MOMENT
            second += (1 - _SECOND_MOMENT) * gradient * gradient
            size = self._steps[k] * falling / (1 - _FIRST_MOMENT**count)
            root = np.sqrt(second / (1 - _SECOND_MOMENT**count))
            changed.append(parameter - size * first / (root + _FLOOR))
        self.network, self.count = OneHiddenLayer(*changed), count
