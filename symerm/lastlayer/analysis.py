"""All that training the last layer can do on a dataset, in one result.

The layer that was drawn: its exact rank and least loss.  Any layer of its kind: the rank law, the
least loss of all widths.  The kernel: its spectrum, whether it is definite, the width that suffices
with a given probability.  Beside these the widths of constructions that memorise the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.display import RichDisplay, Table, bounds_text, number_text
from symerm.errors import UnsupportedError
from symerm.lastlayer.descent import GradientDescent, gradient_descent
from symerm.lastlayer.features import HiddenLayer, feature_matrix, gaussian_layer
from symerm.lastlayer.fitting import LastLayerFit, fit_last_layer
from symerm.lastlayer.kernels import Kernel, activation_kernel, gram_matrix
from symerm.lastlayer.rank_law import FeatureSpan, best_loss, feature_span, ray_loss
from symerm.lastlayer.smooth_features import SmoothFit, fit_smooth_features
from symerm.lastlayer.spectrum import KernelSpectrum, kernel_spectrum
from symerm.lastlayer.widths import (
    ChernoffWidth,
    chernoff_width,
    general_position,
    interleaved_network,
)
from symerm.problem.architecture import RELU, Activation
from symerm.problem.dataset import Dataset

__all__ = ["MAX_SPECTRUM", "LastLayerAnalysis", "MemorisationWidth", "analyse_last_layer"]

#: Largest number of points for which the spectrum is enclosed.
MAX_SPECTRUM = 150
_MAX_INTERLEAVED = 300


@dataclass(frozen=True)
class MemorisationWidth:
    """A width that fits labels, and why.

    Attributes
    ----------
    width : int
    rule : str
        What has this width.
    fits : str
        Which labels it fits.
    status : str
        ``"exact"`` (checked on these data), ``"proved"`` or ``"stated"`` (in the literature).
    """

    width: int
    rule: str
    fits: str
    status: str


@dataclass(frozen=True)
class LastLayerAnalysis(RichDisplay):
    """What the last layer can do on a dataset.

    Attributes
    ----------
    dataset : Dataset
    layer : HiddenLayer
        The hidden layer that was drawn.
    bias : bool
        Whether it has biases.
    fit : LastLayerFit or SmoothFit
        The last layer on this hidden layer.
    span : FeatureSpan
        The rank law of these features.
    best : LastLayerFit
        The least loss of all widths and weights, with residuals that prove it.
    rays : LastLayerFit or None
        The least loss of bias-free networks of any depth; None where they have no such bound.
    spectrum : KernelSpectrum or None
    chernoff : ChernoffWidth or None
    missing : tuple of str
        Why there is no spectrum or no width.
    widths : tuple of MemorisationWidth
    descent : GradientDescent or None
        If it was asked for.
    """

    dataset: Dataset
    layer: HiddenLayer
    bias: bool
    fit: LastLayerFit | SmoothFit
    span: FeatureSpan
    best: LastLayerFit
    rays: LastLayerFit | None
    spectrum: KernelSpectrum | None
    chernoff: ChernoffWidth | None
    missing: tuple[str, ...]
    widths: tuple[MemorisationWidth, ...]
    descent: GradientDescent | None

    def _display(self) -> Table:
        """What was found in short, for notebooks."""
        layer, fit, size = self.layer, self.fit, self.dataset.size
        if isinstance(fit, LastLayerFit):
            low = high = fit.rank
            loss = number_text(fit.loss)
        else:
            low, high = fit.rank
            loss = "undecided"
            if fit.losses is not None:
                sums = [sum(ends, Fraction(0)) for ends in zip(*fit.losses, strict=True)]
                loss = bounds_text(sums[0], sums[1])
        rank = str(low) if low == high else f"between {low} and {high}"
        bias = "hidden bias" if self.bias else "no hidden bias"
        rows = [
            ("data", self.dataset.summary),
            ("layer", f"{layer.width} neurons, {layer.activation.name}, {bias}"),
            ("rank of the features", f"{rank} of {size}"),
            ("least loss of the last layer", loss),
            ("rank at any width", f"{self.span.rank}: {self.span.law}"),
            ("least loss at any width", number_text(self.best.loss)),
        ]
        if self.rays is not None:
            rows.append(("any depth without biases", f"at least {number_text(self.rays.loss)}"))
        if self.spectrum is not None:
            kernel = f"{self.spectrum.kernel.name}: {self.spectrum.verdict}"
            rows.append(("kernel", kernel))
        rows += [(f"width {each.width}", f"{each.rule}; {each.fits}; {each.status}")
                 for each in self.widths]
        return Table(rows)


def analyse_last_layer(
    dataset: Dataset,
    *,
    width: int,
    activation: Activation = RELU,
    seed: int = 0,
    bias: bool = True,
    kernel: Kernel | None = None,
    eta: Fraction = Fraction(1, 100),
    steps: int | None = None,
) -> LastLayerAnalysis:
    """Analyse the training of the last layer on Gaussian features.

    Parameters
    ----------
    dataset : Dataset
    width : int
        Number of neurons that are drawn.
    activation : Activation
    seed : int
    bias : bool
        Whether neurons have random biases.
    kernel : Kernel, optional
        The kernel whose spectrum is enclosed; by default that of the activation.
    eta : Fraction
        The probability with which the width of the kernel may fail.
    steps : int, optional
        Simulate so many steps of gradient descent.

    Raises
    ------
    InputError
        If the width, eta or the number of steps is out of range.
    UnsupportedError
        If gradient descent is asked for features without rational values or too many points.

    Examples
    --------
    >>> data = Dataset.from_rows([1, 2], [1, 1])
    >>> result = analyse_last_layer(data, width=2, bias=False)
    >>> result.fit.loss, result.span.rank, result.spectrum.verdict
    (Fraction(1, 5), 1, 'singular')
    """
    layer = gaussian_layer(
        dataset.input_dimension, width, seed=seed, bias=bias, activation=activation
    )
    rational = activation.is_piecewise_linear or activation.kind == "quadratic"
    if steps is not None and not rational:
        raise UnsupportedError(
            f"gradient descent is simulated exactly, and {activation.name} has no rational values"
        )
    if steps is not None and dataset.size > MAX_SPECTRUM:
        raise UnsupportedError(
            f"singular values are enclosed for at most {MAX_SPECTRUM} points, not {dataset.size}; "
            "leave out the gradient descent"
        )
    fit: LastLayerFit | SmoothFit
    if rational:
        features = feature_matrix(dataset.inputs, layer)
        fit = fit_last_layer(features, dataset.outputs)
    else:
        fit = fit_smooth_features(dataset.inputs, dataset.outputs, layer)
    gram = gram_matrix(dataset.inputs, bias=bias)
    span = feature_span(gram, activation.kind)
    homogeneous = activation.is_piecewise_linear and not bias
    spectrum, chernoff, missing = _kernel_part(
        gram, activation, kernel, dataset.input_dimension + bias, eta
    )
    return LastLayerAnalysis(
        dataset,
        layer,
        bias,
        fit,
        span,
        best_loss(span, dataset.outputs),
        ray_loss(gram, dataset.outputs) if homogeneous else None,
        spectrum,
        chernoff,
        missing,
        tuple(_widths(dataset, activation, bias, fit, span, spectrum, chernoff)),
        gradient_descent(features, dataset.outputs, steps=steps) if steps is not None else None,
    )


def _kernel_part(
    gram: tuple[tuple[Fraction, ...], ...],
    activation: Activation,
    kernel: Kernel | None,
    dimension: int,
    eta: Fraction,
) -> tuple[KernelSpectrum | None, ChernoffWidth | None, tuple[str, ...]]:
    """Spectrum and width, or what stands in their way."""
    spectrum = None
    try:
        if len(gram) > MAX_SPECTRUM:
            raise UnsupportedError(
                f"spectra are enclosed for at most {MAX_SPECTRUM} points, not {len(gram)}"
            )
        chosen = activation_kernel(activation) if kernel is None else kernel
        spectrum = kernel_spectrum(gram, chosen)
        return spectrum, chernoff_width(gram, spectrum, dimension, eta=eta), ()
    except UnsupportedError as reason:
        return spectrum, None, (str(reason),)


def _widths(
    dataset: Dataset,
    activation: Activation,
    bias: bool,
    fit: LastLayerFit | SmoothFit,
    span: FeatureSpan,
    spectrum: KernelSpectrum | None,
    chernoff: ChernoffWidth | None,
) -> list[MemorisationWidth]:
    """The widths that fit labels, beside the least one of this layer."""
    data = dataset.collapsed()
    distinct, dimension = len(data.inputs), dataset.input_dimension
    attainable = "all labels" if span.full else "all labels that any width fits"
    rows = []
    if isinstance(fit, LastLayerFit) and fit.fits:
        least = max(column.least_width or 0 for column in fit.columns)
        rows.append(
            MemorisationWidth(least, "the first neurons of this layer", "these labels", "exact")
        )
    rows.append(
        MemorisationWidth(
            span.rank, "the rank of the kernel: hidden weights chosen well",
            attainable, "proved",
        )
    )
    if chernoff is not None and spectrum is not None:
        name = spectrum.kernel.name
        size = "all labels" if chernoff.rank == dataset.size else "all labels that any width fits"
        rows.append(
            MemorisationWidth(
                chernoff.width,
                f"random features of {name}, with probability 1 - {chernoff.eta}", size, "proved",
            )
        )
    if activation.kind == "relu" and bias:
        consistent = "all labels" if distinct == dataset.size else "labels equal at equal inputs"
        if distinct <= _MAX_INTERLEAVED:
            network = interleaved_network(dataset)
            assert network.loss(dataset.inputs, dataset.outputs) == data.scatter
            rows.append(
                MemorisationWidth(
                    network.width, "one direction, interleaved kinks (trained hidden layer)",
                    consistent, "exact",
                )
            )
        position = general_position(dataset.inputs)
        if position is not False:
            words = "" if position else ", if in general position (not checked)"
            rows.append(
                MemorisationWidth(
                    4 * -(-distinct // dimension),
                    f"4 ceil(n/p), Bubeck et al. 2020 (trained hidden layer){words}",
                    f"{consistent}, one output", "stated",
                )
            )
    return rows
