"""Training the last layer only: features, rank laws, kernels, widths, gradient descent."""

from symerm.lastlayer.analysis import LastLayerAnalysis, analyse_last_layer
from symerm.lastlayer.analytic import PowerSeries, power_series
from symerm.lastlayer.descent import GradientDescent, gradient_descent
from symerm.lastlayer.features import HiddenLayer, feature_matrix, gaussian_layer
from symerm.lastlayer.fitting import LastLayerFit, fit_last_layer
from symerm.lastlayer.kernels import Kernel, gram_matrix, kernel_balls, kernel_entry, parse_kernel
from symerm.lastlayer.quadratic_escape import QuadraticEscape, quadratic_escape
from symerm.lastlayer.rank_law import FeatureSpan, best_loss, feature_span, ray_loss
from symerm.lastlayer.smooth_features import SmoothFit, fit_smooth_features
from symerm.lastlayer.spectrum import KernelSpectrum, eigenvalue_bounds, kernel_spectrum
from symerm.lastlayer.widths import ChernoffWidth, chernoff_width, interleaved_network

__all__ = [
    "ChernoffWidth",
    "FeatureSpan",
    "GradientDescent",
    "HiddenLayer",
    "Kernel",
    "KernelSpectrum",
    "LastLayerAnalysis",
    "LastLayerFit",
    "PowerSeries",
    "QuadraticEscape",
    "SmoothFit",
    "analyse_last_layer",
    "best_loss",
    "chernoff_width",
    "eigenvalue_bounds",
    "feature_matrix",
    "feature_span",
    "fit_last_layer",
    "fit_smooth_features",
    "gaussian_layer",
    "gradient_descent",
    "gram_matrix",
    "interleaved_network",
    "kernel_balls",
    "kernel_entry",
    "kernel_spectrum",
    "parse_kernel",
    "power_series",
    "quadratic_escape",
    "ray_loss",
]
