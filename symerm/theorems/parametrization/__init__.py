"""Theorems on degenerate parametrizations (Berner, Elbrächter, Grohs 2019)."""

from __future__ import annotations

from symerm.theorems.parametrization.deep import DEEP_FIBRE, DEEP_REMOVAL, DEEP_SCALINGS
from symerm.theorems.parametrization.dimensions import (
    FIBRE,
    FUNCTIONAL_DIMENSION,
    GENERIC_DIMENSION,
    LARGEST_DIMENSION,
)
from symerm.theorems.parametrization.distances import (
    BALANCED_METRIC,
    LIPSCHITZ,
    ORBIT_DISTANCE,
)
from symerm.theorems.parametrization.equality import EQUALITY, OPPOSITE_WEIGHTS, SYMMETRIES
from symerm.theorems.parametrization.general import ONE_OUTPUT, TWO_OUTPUTS
from symerm.theorems.parametrization.local_minima import LOCAL_MINIMA
from symerm.theorems.parametrization.normal_form import CANONICAL_FUNCTION, CANONICAL_ORBIT
from symerm.theorems.parametrization.pathologies import (
    EXPLODING,
    OPPOSITE_BALANCED,
    OPPOSITE_ZERO,
    REDUNDANT,
    UNBALANCED,
)
from symerm.theorems.parametrization.restricted import LIFTING_TO_N, UNIQUENESS
from symerm.theorems.parametrization.seminorm import (
    DISCONTINUITY,
    JUMP_BOUND,
    SEMINORM,
    SUPREMUM,
    VANISHING,
)
from symerm.theorems.parametrization.stability import (
    ATTAINED,
    INVERSE_STABILITY,
    ROOT_EIGHT,
    SHARP_CONSTANTS,
)
from symerm.theorems.parametrization.widths import (
    BOX_WIDTH,
    INVARIANT_WIDTH,
    SUBSET_SUM,
    WIDTH,
)
from symerm.theorems.statement import Theorem

__all__ = ["PARAMETRIZATION_THEOREMS"]

PARAMETRIZATION_THEOREMS: tuple[Theorem, ...] = (
    SEMINORM,
    VANISHING,
    JUMP_BOUND,
    DISCONTINUITY,
    SUPREMUM,
    LIPSCHITZ,
    LOCAL_MINIMA,
    SYMMETRIES,
    OPPOSITE_WEIGHTS,
    EXPLODING,
    UNBALANCED,
    REDUNDANT,
    OPPOSITE_ZERO,
    OPPOSITE_BALANCED,
    LIFTING_TO_N,
    UNIQUENESS,
    INVERSE_STABILITY,
    ROOT_EIGHT,
    SHARP_CONSTANTS,
    ATTAINED,
    ONE_OUTPUT,
    TWO_OUTPUTS,
    EQUALITY,
    CANONICAL_ORBIT,
    CANONICAL_FUNCTION,
    WIDTH,
    BOX_WIDTH,
    INVARIANT_WIDTH,
    SUBSET_SUM,
    FUNCTIONAL_DIMENSION,
    GENERIC_DIMENSION,
    LARGEST_DIMENSION,
    FIBRE,
    ORBIT_DISTANCE,
    BALANCED_METRIC,
    DEEP_SCALINGS,
    DEEP_REMOVAL,
    DEEP_FIBRE,
)
