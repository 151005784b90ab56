"""Exact networks: realization maps, derivatives, symbolic piecewise-linear form, LaTeX, JSON."""

from symerm.networks.chambers import Chamber, network_chambers
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.gradients import (
    directional_derivative,
    network_from_parameters,
    parameter_vector,
    realization_jacobian,
)
from symerm.networks.latex import chambers_latex, network_latex, piecewise_latex
from symerm.networks.piecewise import Piece, PiecewiseLinearFunction, piecewise_linear_function
from symerm.networks.serialization import (
    network_from_json,
    network_to_json,
    read_network,
    write_network,
)
from symerm.networks.shallow import ShallowNetwork
from symerm.networks.symbolic import closed_expressions, input_symbols, piecewise_expressions

__all__ = [
    "Chamber",
    "DeepNetwork",
    "Layer",
    "Piece",
    "PiecewiseLinearFunction",
    "ShallowNetwork",
    "chambers_latex",
    "closed_expressions",
    "directional_derivative",
    "input_symbols",
    "network_chambers",
    "network_from_json",
    "network_from_parameters",
    "network_latex",
    "network_to_json",
    "parameter_vector",
    "piecewise_expressions",
    "piecewise_latex",
    "piecewise_linear_function",
    "read_network",
    "realization_jacobian",
    "write_network",
]
