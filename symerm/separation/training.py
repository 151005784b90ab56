"""Gradient descent on the output weights of the strong network.

The risk is F(w) = (1/n) sum_i (f(x_i) - y_i)^2 with f(x) = [<w, phi(x)>]_0^1.  Where the cut-off is
at work the gradient is zero, elsewhere it is that of least squares:
grad F = (2/n) sum_i (f(x_i) - y_i) 1{0 < <w, phi(x_i)> < 1} phi(x_i).  One pass over the features
gives the outputs and the gradient.  Steps have a fixed size, as in the theorem of Safran, Lee
(2021); the data are a sample of the law, seen as a whole or in mini-batches.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from symerm.errors import InputError
from symerm.separation.erf_features import CACHE_BYTES, ErfLayer, Features
from symerm.separation.strong_network import StrongNetwork

__all__ = [
    "Checkpoint", "Estimate", "Sample", "TrainingRun", "checkpoint_steps", "estimate_risk",
    "risk_gradient", "train_output_weights",
]  # fmt: skip

Array = NDArray[np.float64]
#: Called with the number of steps done, that of all steps, and the last risk on the data.
Report = Callable[[int, int, float], None]

#: Two-sided 95% quantile of the normal law.
_QUANTILE = 1.959963984540054
#: Share of the kept features that belongs to the training data.
_TRAINING_SHARE = 0.75


@dataclass(frozen=True, eq=False)
class Sample:
    """Points with labels.

    Attributes
    ----------
    points : ndarray of shape (n, d)
    labels : ndarray of shape (n,)
    """

    points: Array
    labels: Array

    def __post_init__(self) -> None:
        if self.points.ndim != 2 or self.labels.shape != (len(self.points),) or not len(self):
            raise InputError("a sample needs points of shape (n, d) and n labels, n >= 1")

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class Estimate:
    """A risk estimated on fresh samples, and how often the label is met.

    Attributes
    ----------
    risk : float
        The mean of the squared errors.
    margin : float
        Half the length of its approximate 95% interval, by the central limit theorem.
    accuracy : float
        The share of samples with the output above 1/2 exactly where the label is 1.
    """

    risk: float
    margin: float
    accuracy: float


@dataclass(frozen=True)
class Checkpoint:
    """The network after some steps.

    Attributes
    ----------
    step : int
    train_risk : float
        The mean squared error on the training data (with mini-batches, on the first 10 000).
    test : Estimate
    """

    step: int
    train_risk: float
    test: Estimate


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """What training did.

    Attributes
    ----------
    network : StrongNetwork
        The network at the end.
    curve : tuple of Checkpoint
        From the start to the end.
    step_size : float
    ending : ``"steps"``, ``"time"``, ``"interrupted"`` or ``"flat"``
        Flat: every output is cut off, the gradient is zero.
    seconds : float
    """

    network: StrongNetwork
    curve: tuple[Checkpoint, ...]
    step_size: float
    ending: str
    seconds: float


def estimate_risk(outputs: Array, labels: Array) -> Estimate:
    """The risk of outputs on fresh samples, with its 95% interval.

    Examples
    --------
    >>> estimate = estimate_risk(np.array([1.0, 0.0, 1.0, 0.5]), np.array([1.0, 0.0, 1.0, 1.0]))
    >>> estimate.risk, round(estimate.margin, 4), estimate.accuracy
    (0.0625, 0.1225, 0.75)
    """
    errors = (outputs - labels) ** 2
    spread = float(errors.std(ddof=1)) if len(errors) > 1 else 0.0
    return Estimate(
        float(errors.mean()),
        _QUANTILE * spread / len(errors) ** 0.5,
        float(((outputs > 0.5) == (labels > 0.5)).mean()),
    )


def checkpoint_steps(steps: int) -> list[int]:
    """0, 1, 2, 5, 10, 20, 50, .. below a number of steps, and that number.

    Examples
    --------
    >>> checkpoint_steps(60)
    [0, 1, 2, 5, 10, 20, 50, 60]
    """
    found, power = [0], 1
    while power < steps:
        found += [factor * power for factor in (1, 2, 5) if factor * power < steps]
        power *= 10
    return found if steps == 0 else [*found, steps]


def risk_gradient(features: Features, weights: Array, labels: Array) -> tuple[Array, Array]:
    """z = Phi w before the cut-off, and the gradient of the risk.

    Parameters
    ----------
    features : Features
    weights : ndarray of shape (r,)
    labels : ndarray of shape (n,)

    Returns
    -------
    pair of ndarrays of shapes (n,) and (r,)
    """

    def factors(rows: slice, outputs: Array) -> Array:
        return np.where((outputs > 0) & (outputs < 1), outputs - labels[rows], 0)

    outputs, products = features.outputs_and_products(weights, factors)
    return outputs, 2 / len(labels) * products


def train_output_weights(
    network: StrongNetwork,
    train: Sample,
    test: Sample,
    *,
    steps: int,
    step_size: float,
    batch: int | None = None,
    generator: np.random.Generator | None = None,
    time_limit: float | None = None,
    memory: int = CACHE_BYTES,
    report: Report | None = None,
) -> TrainingRun:
    """Train the output weights; a Ctrl-C ends the training and keeps what is reached.

    Parameters
    ----------
    network : StrongNetwork
        The start.
    train, test : Sample
    steps : int
    step_size : float
    batch : int, optional
        Draw that many samples for each step, every sample once before any comes again; by default
        each step sees all samples.
    generator : numpy.random.Generator, optional
        Draws the mini-batches.
    time_limit : float, optional
        Seconds after which no further step is made.
    memory : int
        Bytes for features that are kept.
    report : function, optional
        Called after each step.

    Raises
    ------
    InputError
        If the step size is not positive or the batch is empty.

    Examples
    --------
    >>> from symerm.separation.strong_network import ball_indicator, draw_network, stable_step
    >>> generator = np.random.default_rng(0)
    >>> points = generator.standard_normal((400, 2)) * 2
    >>> sample = Sample(points, ball_indicator(points, 1.5))
    >>> run = train_output_weights(
    ...     draw_network(2, 200, generator), sample, sample, steps=300,
    ...     step_size=stable_step(points, 200),
    ... )
    >>> bool(run.curve[-1].train_risk < 0.1 < run.curve[1].train_risk), run.ending
    (True, 'steps')
    """
    if not step_size > 0:
        raise InputError(f"the step size must be positive, not {step_size}")
    if batch is not None and batch < 1:
        raise InputError(f"a batch needs a sample at least, not {batch}")
    started = time.monotonic()
    layer = network.layer
    weights, curve, ending = network.output_weights, [], "steps"
    marks = frozenset(checkpoint_steps(steps))
    step = 0
    evaluation = _Evaluation(layer, train, test, memory=memory, batch=batch)
    try:
        descent = _Batches(layer, train, batch, generator, evaluation.train)
        while step < steps:
            if time_limit is not None and time.monotonic() - started >= time_limit:
                ending = "time"
                break
            sample, features = descent.next()
            outputs, gradient = risk_gradient(features, weights, sample.labels)
            if step in marks:
                curve.append(evaluation.checkpoint(step, weights, None if batch else outputs))
            if batch is None and not gradient.any():
                ending = "flat"
                break
            weights = weights - step_size * gradient
            step += 1
            if report is not None:
                risk = float(((np.clip(outputs, 0, 1) - sample.labels) ** 2).mean())
                report(step, steps, risk)
    except KeyboardInterrupt:
        # Weights are replaced as a whole: those of the last complete step are at hand.
        ending = "interrupted"
    if not curve or curve[-1].step != step:
        curve.append(evaluation.checkpoint(step, weights, None))
    return TrainingRun(
        replace(network, output_weights=weights), tuple(curve), step_size, ending,
        time.monotonic() - started,
    )


class _Evaluation:
    """Risks on the training data and on fresh samples."""

    def __init__(
        self, layer: ErfLayer, train: Sample, test: Sample, *, memory: int, batch: int | None
    ) -> None:
        count = len(train) if batch is None else 10_000
        self._labels = train.labels[:count]
        self._test = test
        share = int(_TRAINING_SHARE * memory)
        self.train = Features(layer, train.points[:count], memory=share)
        self._fresh = Features(layer, test.points, memory=memory - share)

    def checkpoint(self, step: int, weights: Array, outputs: Array | None) -> Checkpoint:
        """The risks; outputs on the training data are given if they are known."""
        if outputs is None:
            outputs = self.train.outputs(weights)
        return Checkpoint(
            step,
            float(((np.clip(outputs, 0, 1) - self._labels) ** 2).mean()),
            estimate_risk(np.clip(self._fresh.outputs(weights), 0, 1), self._test.labels),
        )


class _Batches:
    """The samples of one step after another: all of them, or mini-batches."""

    def __init__(
        self,
        layer: ErfLayer,
        train: Sample,
        batch: int | None,
        generator: np.random.Generator | None,
        features: Features,
    ) -> None:
        self._layer, self._train, self._features = layer, train, features
        self._batch = None if batch is None else min(batch, len(train))
        self._generator = np.random.default_rng(0) if generator is None else generator
        self._order: NDArray[np.intp] = np.empty(0, dtype=np.intp)

    def next(self) -> tuple[Sample, Features]:
        """The samples of the next step, with their features."""
        if self._batch is None:
            return self._train, self._features
        if len(self._order) < self._batch:
            self._order = self._generator.permutation(len(self._train))
        chosen, self._order = self._order[: self._batch], self._order[self._batch :]
        part = Sample(self._train.points[chosen], self._train.labels[chosen])
        return part, Features(self._layer, part.points, memory=0)
