"""Activation patterns of a dataset, their face graph, the ReLU cone and its secants."""

from symerm.arrangements.faces import face_graph, type_graph
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
    "PatternCone",
    "PerfectFit",
    "SecantDimension",
    "activation_patterns",
    "face_graph",
    "general_position_count",
    "generic_perfect_fit",
    "join_secant_dimension",
    "pattern_cone",
    "relu_cone",
    "type_graph",
]
