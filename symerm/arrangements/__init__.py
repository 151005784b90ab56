"""Activation patterns of a dataset, neuron types, their graphs, the ReLU cone, its secants."""

from symerm.arrangements.faces import face_graph, type_graph
from symerm.arrangements.interval_types import (
    interval_reflection,
    interval_type,
    interval_type_graph,
    perturbations,
    type_label,
)
from symerm.arrangements.neuron_types import NeuronType, neuron_type, neuron_type_on_points
from symerm.arrangements.patterns import (
    ActivationPattern,
    activation_patterns,
    general_position_count,
)
from symerm.arrangements.perfect_fit import PerfectFit, generic_perfect_fit
from symerm.arrangements.relu_cone import PatternCone, pattern_cone, relu_cone
from symerm.arrangements.secants import SecantDimension, join_secant_dimension

__all__ = [
    "ActivationPattern",
    "NeuronType",
    "PatternCone",
    "PerfectFit",
    "SecantDimension",
    "activation_patterns",
    "face_graph",
    "general_position_count",
    "generic_perfect_fit",
    "interval_reflection",
    "interval_type",
    "interval_type_graph",
    "join_secant_dimension",
    "neuron_type",
    "neuron_type_on_points",
    "pattern_cone",
    "perturbations",
    "relu_cone",
    "type_graph",
    "type_label",
]
