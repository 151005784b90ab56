"""Datasets, architectures and training problems; reading and checking files."""

from symerm.problem.architecture import RELU, Activation, Architecture, parse_activation
from symerm.problem.dataset import Dataset, WeightedData
from symerm.problem.problem import Problem

__all__ = [
    "RELU",
    "Activation",
    "Architecture",
    "Dataset",
    "Problem",
    "WeightedData",
    "parse_activation",
]
