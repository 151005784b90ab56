"""Float networks of small loss, for any number of inputs, outputs and neurons.

Multi-start Levenberg-Marquardt on all parameters of c + sum_j v_j act(<a_j, s> + b_j), with the
linear parameters (V, c) reset to their least-squares optimum after every step (block descent, in
the sense of variable projection).  Many minima lie where the loss has a corner, at hyperplanes
through p data points; so neurons are exchanged for such hyperplanes, one by one, and the others
adapted, as long as this gains anything.  A result is an upper bound up to rounding and decides
nothing by itself; `refute` turns it into rationals and evaluates the loss exactly: a network
that it returns disproves a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["NumericFit", "exact_loss", "minimise", "refute"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NumericFit:
    """A float network: `hidden` is d x (p+1) with biases last, `output` is (d+1) x q, c last."""

    loss: float
    hidden: Array
    output: Array


def minimise(
    inputs: Sequence[Sequence[Any]],
    outputs: Sequence[Sequence[Any]],
    width: int,
    *,
    weights: Sequence[int] | None = None,
    hidden_bias: bool = True,
    output_bias: bool = True,
    negative_slope: float = 0.0,
    starts: int = 20,
    steps: int = 150,
    seed: int = 0,
) -> NumericFit:
    """The best local minimum found.

    Parameters
    ----------
    inputs : n rows of p numbers
    outputs : n rows of q numbers
    width : int
    weights : n positive integers, optional
    hidden_bias, output_bias : bool
    negative_slope : float
        The activation is max(z, negative_slope * z).
    starts, steps : int
        Number of starting points, and of steps from each.
    seed : int

    Examples
    --------
    >>> fit = minimise([[0], [1], [2]], [[0], [1], [0]], 1, starts=5)
    >>> round(fit.loss, 6)
    0.5
    """
    points = np.array([[float(x) for x in row] for row in inputs])
    targets = np.array([[float(t) for t in row] for row in outputs])
    sizes = np.ones(len(points)) if weights is None else np.array(weights, dtype=float)
    # Without a hidden bias a shift of the inputs would change the model.
    shift = points.mean(axis=0) if hidden_bias else np.zeros(points.shape[1])
    scale = np.abs(points - shift).max(axis=0)
    scale[scale == 0] = 1.0
    model = _Model(
        (points - shift) / scale,
        targets,
        sizes,
        hidden_bias,
        output_bias,
        float(negative_slope),
    )
    rng = np.random.default_rng(seed)
    best = None
    for _ in range(starts):
        fit = model.search(model.start(width, rng), model.corners(rng), steps)
        if best is None or fit.loss < best.loss:
            best = fit
    assert best is not None
    hidden = best.hidden.copy()
    hidden[:, :-1] /= scale
    hidden[:, -1] -= hidden[:, :-1] @ shift
    output = best.output.copy()
    # Rounding leaves traces in parameters that the model does not have.
    if not hidden_bias:
        hidden[:, -1] = 0.0
    if not output_bias:
        output[-1] = 0.0
    return NumericFit(best.loss, hidden, output)


def exact_loss(
    fit: NumericFit,
    inputs: Sequence[Sequence[Fraction]],
    outputs: Sequence[Sequence[Fraction]],
    *,
    weights: Sequence[int] | None = None,
    negative_slope: Fraction = Fraction(0),
) -> Fraction:
    """The exact loss of the network whose parameters are the binary values of the floats."""
    hidden = [[Fraction(float(x)) for x in row] for row in fit.hidden]
    output = [[Fraction(float(x)) for x in row] for row in fit.output]
    sizes = [1] * len(inputs) if weights is None else weights
    total = Fraction(0)
    for row, target, size in zip(inputs, outputs, sizes, strict=True):
        pre = [sum((x * y for x, y in zip(a, row, strict=False)), a[-1]) for a in hidden]
        features = [*(max(z, negative_slope * z) for z in pre), Fraction(1)]
        for k, t in enumerate(target):
            value = sum((x * v[k] for x, v in zip(features, output, strict=True)), Fraction(0))
            total += size * (t - value) ** 2
    return total


def refute(
    lower: Fraction,
    inputs: Sequence[Sequence[Fraction]],
    outputs: Sequence[Sequence[Fraction]],
    width: int,
    *,
    weights: Sequence[int] | None = None,
    hidden_bias: bool = True,
    output_bias: bool = True,
    negative_slope: Fraction = Fraction(0),
    starts: int = 20,
    seed: int = 0,
) -> NumericFit | None:
    """A network whose exact loss is below a claimed lower bound, or None if none was found."""
    fit = minimise(
        inputs,
        outputs,
        width,
        weights=weights,
        hidden_bias=hidden_bias,
        output_bias=output_bias,
        negative_slope=float(negative_slope),
        starts=starts,
        seed=seed,
    )
    loss = exact_loss(fit, inputs, outputs, weights=weights, negative_slope=negative_slope)
    return fit if loss < lower else None


class _Model:
    """Residuals and Jacobian of one dataset; rows are scaled by the roots of the weights."""

    def __init__(
        self,
        points: Array,
        targets: Array,
        sizes: Array,
        hidden_bias: bool,
        output_bias: bool,
        slope: float,
    ) -> None:
        ones = np.ones((len(points), 1))
        self._design = np.hstack([points, ones if hidden_bias else 0 * ones])
        self._targets = targets
        self._roots = np.sqrt(sizes)[:, None]
        self._hidden_bias = hidden_bias
        self._output_bias = output_bias
        self._slope = slope

    def start(self, width: int, rng: np.random.Generator) -> Array:
        """Hyperplanes with random normals, each between two random data points."""
        points = self._design[:, :-1]
        normals = rng.normal(size=(width, points.shape[1]))
        first, second = (points[rng.integers(len(points), size=width)] for _ in range(2))
        near = first + rng.uniform(-0.1, 1.1, size=(width, 1)) * (second - first)
        return np.column_stack([normals, -(normals * near).sum(axis=1) * self._hidden_bias])

    def corners(self, rng: np.random.Generator, count: int = 24) -> Array:
        """Hyperplanes through as many random data points as determine one, facing both ways."""
        size = self._design.shape[1] - (not self._hidden_bias)
        chosen = np.array([rng.permutation(len(self._design))[: size - 1] for _ in range(count)])
        kernels = np.zeros((count, self._design.shape[1]))
        for kernel, through in zip(kernels, chosen, strict=True):
            kernel[:size] = np.linalg.svd(self._design[through, :size])[2][-1]
        return np.vstack([kernels, -kernels])

    def search(self, hidden: Array, corners: Array, steps: int, rounds: int = 4) -> NumericFit:
        """Descend, then exchange neurons for corners as long as this helps."""
        everything = np.ones(len(hidden), dtype=bool)
        fit = self.descend(hidden, everything, steps)
        for _ in range(rounds):
            before = fit.loss
            for j in range(len(hidden)):
                trials = []
                for corner in corners:
                    trial = fit.hidden.copy()
                    trial[j] = corner
                    trials.append((self._fit(trial)[0], trial))
                loss, trial = min(trials, key=lambda pair: pair[0])
                if loss < fit.loss:
                    others = everything.copy()
                    others[j] = False
                    fit = self.descend(trial, others, steps)
            if fit.loss >= before * (1 - 1e-9):
                break
            fit = self.descend(fit.hidden, everything, steps)
        return fit

    def _features(self, hidden: Array) -> tuple[Array, Array]:
        values = self._design @ hidden.T
        # Rounding at a corner must not pass for a feature that a huge output weight brings up.
        values[np.abs(values) < 1e-9] = 0.0
        slopes = np.where(values > 0, 1.0, self._slope)
        constant = np.full((len(values), 1), float(self._output_bias))
        return np.hstack([values * slopes, constant]), slopes

    def _fit(self, hidden: Array) -> tuple[float, Array, Array, Array]:
        """Optimal output parameters for given hidden ones: loss, V over c, residuals, slopes."""
        features, slopes = self._features(hidden)
        # The cut-off keeps nearly equal neurons from cancelling beyond what floats resolve.
        output = np.linalg.lstsq(
            self._roots * features, self._roots * self._targets, rcond=1e-8
        )[0]
        residuals = self._roots * (self._targets - features @ output)
        return float((residuals**2).sum()), np.asarray(output), residuals, slopes

    def _jacobian(
        self, hidden: Array, free: NDArray[np.bool_], output: Array, slopes: Array
    ) -> Array:
        size, count = self._design.shape
        width, outputs = len(hidden), output.shape[1]
        features = self._roots * self._features(hidden)[0]
        inner = np.einsum("ij,ik,jq->iqjk", self._roots * slopes * free, self._design, output[:-1])
        outer = np.einsum("ij,qr->iqjr", features, np.eye(outputs))
        return np.hstack(
            [
                inner.reshape(size * outputs, width * count),
                outer.reshape(size * outputs, (width + 1) * outputs),
            ]
        )

    def descend(self, hidden: Array, free: NDArray[np.bool_], steps: int) -> NumericFit:
        """Levenberg-Marquardt until the damping says that nothing more is gained."""
        damping = 1e-2
        hidden = _normalised(hidden)
        loss, output, residuals, slopes = self._fit(hidden)
        for _ in range(steps):
            jacobian = self._jacobian(hidden, free, output, slopes)
            normal = jacobian.T @ jacobian
            diagonal = np.diag(normal).max() + 1e-300
            right = jacobian.T @ residuals.reshape(-1)
            while damping < 1e8:
                step = np.linalg.lstsq(
                    normal + damping * diagonal * np.eye(len(normal)), right
                )[0]
                trial = _normalised(hidden + step[: hidden.size].reshape(hidden.shape))
                attempt = self._fit(trial)
                if attempt[0] < loss:
                    break
                damping *= 4
            else:
                break
            improvement = loss - attempt[0]
            hidden, (loss, output, residuals, slopes) = trial, attempt
            damping = max(damping / 8, 1e-12)
            if improvement <= 1e-14 * loss:
                break
        return NumericFit(loss, hidden, output)


def _normalised(hidden: Array) -> Array:
    """Neurons of length one; only their directions matter once V is optimised."""
    lengths = np.linalg.norm(hidden, axis=1, keepdims=True)
    return np.asarray(hidden / np.where(lengths == 0, 1.0, lengths))
