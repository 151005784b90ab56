"""Theorems on ball indicators (Safran, Lee 2021)."""

from __future__ import annotations

from symerm.theorems.separation.conditions import (
    DENSITY_CONDITION,
    MASS_CONDITION,
    TAIL_CONDITION,
)
from symerm.theorems.separation.feature_bounds import (
    DENSITY_BOUND,
    FEATURE_KERNEL,
    LEAST_DENSITY,
    MARGINAL_BOUND,
)
from symerm.theorems.separation.feature_laws import (
    FEATURE_LAW,
    NORM_TURN,
    UNIFORM,
    VALUE_TURN,
)
from symerm.theorems.separation.feature_means import (
    MEAN_GIVEN_BIAS,
    MEAN_LARGE_BIAS,
    MEAN_OVER_WEIGHTS,
    MEAN_POSITIVE_BIAS,
    OWENS_REFLECTION,
)
from symerm.theorems.separation.guarantees import (
    DESCENT_STEPS,
    GUARANTEE_MONOTONE,
    REPRESENTING_WIDTH,
)
from symerm.theorems.separation.heavy_tailed import (
    HEAVY_DENSITY,
    HEAVY_DISTRIBUTION,
    HEAVY_TAIL,
)
from symerm.theorems.separation.separating_function import (
    ONE_SIGN_CHANGE,
    SEPARABLE_WEIGHTS,
    SLOPE_FORMULA,
    WEIGHT_FALLS,
    WEIGHT_LIMIT,
)
from symerm.theorems.separation.slope_bounds import MARGIN, SMALLEST_SLOPE, WEIGHT_RANGE
from symerm.theorems.separation.two_spheres import SPHERES_DISTRIBUTION, SPHERES_MAXIMUM
from symerm.theorems.separation.vectors import EQUAL_WEIGHTS, SIZE_MARGINS, SIZE_WEIGHTS
from symerm.theorems.statement import Theorem

__all__ = ["SEPARATION_THEOREMS"]

SEPARATION_THEOREMS: tuple[Theorem, ...] = (
    # What is asked of the law of the data, and two laws.
    MASS_CONDITION,
    DENSITY_CONDITION,
    TAIL_CONDITION,
    HEAVY_DENSITY,
    HEAVY_DISTRIBUTION,
    HEAVY_TAIL,
    SPHERES_DISTRIBUTION,
    SPHERES_MAXIMUM,
    # The theorem's numbers.
    DESCENT_STEPS,
    GUARANTEE_MONOTONE,
    # Means of a feature, and the function that separates.
    MEAN_OVER_WEIGHTS,
    MEAN_POSITIVE_BIAS,
    MEAN_LARGE_BIAS,
    MEAN_GIVEN_BIAS,
    OWENS_REFLECTION,
    SLOPE_FORMULA,
    ONE_SIGN_CHANGE,
    WEIGHT_FALLS,
    WEIGHT_LIMIT,
    SEPARABLE_WEIGHTS,
    WEIGHT_RANGE,
    SMALLEST_SLOPE,
    MARGIN,
    # The separating vector.
    EQUAL_WEIGHTS,
    SIZE_WEIGHTS,
    SIZE_MARGINS,
    REPRESENTING_WIDTH,
    # The law of a feature.
    FEATURE_LAW,
    UNIFORM,
    VALUE_TURN,
    NORM_TURN,
    DENSITY_BOUND,
    LEAST_DENSITY,
    MARGINAL_BOUND,
    FEATURE_KERNEL,
)
