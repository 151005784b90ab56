"""Theorems on critical points (Cheridito, Jentzen, Rossmannek 2021)."""

from __future__ import annotations

from symerm.theorems.landscape.classification import (
    CONSTANT_TARGET,
    LEAKY_CLASSIFICATION,
    QUADRATIC_CLASSIFICATION,
    RELU_CLASSIFICATION,
)
from symerm.theorems.landscape.derivatives import (
    DEGENERATE_DERIVATIVE,
    DIFFERENTIABLE,
    GRADIENT,
    HESSIAN,
)
from symerm.theorems.landscape.expansions import FLAT_DESCENT, LOCAL_EXPANSION, NO_LOCAL_MAXIMUM
from symerm.theorems.landscape.idle_neurons import DEAD_MINIMUM, END_KINK
from symerm.theorems.landscape.kink_saddles import (
    KINK_DESCENT,
    KINK_INERTIA,
    KINK_SECOND_VARIATION,
)
from symerm.theorems.landscape.kinks import (
    KINK_RESIDUAL,
    KINK_SPACING,
    LEAKY_LEVELS,
    RELU_LEVELS,
)
from symerm.theorems.statement import Theorem

__all__ = ["LANDSCAPE_THEOREMS"]

LANDSCAPE_THEOREMS: tuple[Theorem, ...] = (
    GRADIENT,
    DEGENERATE_DERIVATIVE,
    DIFFERENTIABLE,
    HESSIAN,
    NO_LOCAL_MAXIMUM,
    LOCAL_EXPANSION,
    FLAT_DESCENT,
    DEAD_MINIMUM,
    END_KINK,
    RELU_CLASSIFICATION,
    LEAKY_CLASSIFICATION,
    QUADRATIC_CLASSIFICATION,
    CONSTANT_TARGET,
    KINK_SPACING,
    KINK_RESIDUAL,
    RELU_LEVELS,
    LEAKY_LEVELS,
    KINK_DESCENT,
    KINK_SECOND_VARIATION,
    KINK_INERTIA,
)
