"""Critical points of shallow networks: exact losses, types, classification, enumeration."""

from symerm.landscape.critical_points import (
    CriticalEnclosure,
    NoCriticalPoint,
    nearby_critical_point,
)
from symerm.landscape.empirical_minima import classify_empirical
from symerm.landscape.targets import format_target, parse_target
from symerm.landscape.true_classification import classify
from symerm.landscape.true_loss import TrueLoss, true_loss
from symerm.landscape.verdicts import Classification, Descent, Neuron

__all__ = [
    "Classification",
    "CriticalEnclosure",
    "Descent",
    "Neuron",
    "NoCriticalPoint",
    "TrueLoss",
    "classify",
    "classify_empirical",
    "format_target",
    "nearby_critical_point",
    "parse_target",
    "true_loss",
]
