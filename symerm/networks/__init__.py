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
from symerm.networks.rationalization import largest_change, rationalize, shortest_decimal
from symerm.networks.serialization import (
    network_from_json,
    network_to_json,
    read_network,
    write_network,
)
from symerm.networks.shallow import ShallowNetwork
from symerm.networks.state_dict import layer_names, network_from_state_dict, read_state_dict
from symerm.networks.symbolic import closed_expressions, input_symbols, piecewise_expressions
from symerm.networks.tensors import StateDict, Tensor, exact_state_dict, tensor_from_array

__all__ = [
    "Chamber",
    "DeepNetwork",
    "Layer",
    "Piece",
    "PiecewiseLinearFunction",
    "ShallowNetwork",
    "StateDict",
    "Tensor",
    "chambers_latex",
    "closed_expressions",
    "directional_derivative",
    "exact_state_dict",
    "input_symbols",
    "largest_change",
    "layer_names",
    "network_chambers",
    "network_from_json",
    "network_from_parameters",
    "network_from_state_dict",
    "network_latex",
    "network_to_json",
    "parameter_vector",
    "piecewise_expressions",
    "piecewise_latex",
    "piecewise_linear_function",
    "rationalize",
    "read_network",
    "read_state_dict",
    "realization_jacobian",
    "shortest_decimal",
    "tensor_from_array",
    "write_network",
]
