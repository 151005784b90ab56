"""Theorems on critical points (Cheridito, Jentzen, Rossmannek 2021)."""

from __future__ import annotations

from symerm.theorems.landscape.classification import (
    CONSTANT_TARGET,
    LEAKY_CLASSIFICATION,
    QUADRATIC_CLASSIFICATION,
    RELU_CLASSIFICATION,
)
from symerm.theorems.landscape.configuration_count import CONFIGURATION_COUNT
from symerm.theorems.landscape.data_minima import EMPIRICAL_MINIMA
from symerm.theorems.landscape.derivatives import (
    DEGENERATE_DERIVATIVE,
    DIFFERENTIABLE,
    GRADIENT,
    HESSIAN,
)
from symerm.theorems.landscape.empirical import (
    EMPIRICAL_EXPANSION,
    EMPIRICAL_FLAT,
    EMPIRICAL_HESSIAN,
)
from symerm.theorems.landscape.expansions import FLAT_DESCENT, LOCAL_EXPANSION, NO_LOCAL_MAXIMUM
from symerm.theorems.landscape.idle_neurons import DEAD_MINIMUM, END_KINK, QUADRATIC_DEGENERATE
from symerm.theorems.landscape.infima import (
    AFFINE_REALISED,
    CRITICAL_VALUES,
    QUADRATIC_ESCAPE,
    QUADRATIC_NOT_ATTAINED,
    QUADRATIC_REALISED,
)
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
from symerm.theorems.landscape.neuron_perturbations import NEURON_PERTURBATIONS
from symerm.theorems.landscape.symmetries import (
    INTERVAL_CHANGE,
    PERMUTATION,
    REFLECTION,
    SCALING,
)
from symerm.theorems.statement import Theorem

__all__ = ["LANDSCAPE_THEOREMS"]

LANDSCAPE_THEOREMS: tuple[Theorem, ...] = (
    # Neurons, the loss, its derivatives and its symmetries.
    NEURON_PERTURBATIONS,
    GRADIENT,
    DEGENERATE_DERIVATIVE,
    DIFFERENTIABLE,
    HESSIAN,
    SCALING,
    PERMUTATION,
    INTERVAL_CHANGE,
    REFLECTION,
    # Affine targets.
    NO_LOCAL_MAXIMUM,
    AFFINE_REALISED,
    CONSTANT_TARGET,
    RELU_CLASSIFICATION,
    LEAKY_CLASSIFICATION,
    QUADRATIC_CLASSIFICATION,
    DEAD_MINIMUM,
    KINK_SPACING,
    KINK_RESIDUAL,
    RELU_LEVELS,
    LEAKY_LEVELS,
    CRITICAL_VALUES,
    QUADRATIC_NOT_ATTAINED,
    QUADRATIC_REALISED,
    QUADRATIC_ESCAPE,
    # What the proofs rest on, and more.
    LOCAL_EXPANSION,
    FLAT_DESCENT,
    END_KINK,
    QUADRATIC_DEGENERATE,
    KINK_DESCENT,
    KINK_SECOND_VARIATION,
    KINK_INERTIA,
    CONFIGURATION_COUNT,
    # Finitely many points.
    EMPIRICAL_EXPANSION,
    EMPIRICAL_FLAT,
    EMPIRICAL_MINIMA,
    EMPIRICAL_HESSIAN,
)
