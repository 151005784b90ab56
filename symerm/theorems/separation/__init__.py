"""Theorems on ball indicators (Safran, Lee 2021)."""

from __future__ import annotations

from symerm.theorems.separation.feature_means import (
    MEAN_GIVEN_BIAS,
    MEAN_LARGE_BIAS,
    MEAN_OVER_WEIGHTS,
    MEAN_POSITIVE_BIAS,
    OWENS_REFLECTION,
)
from symerm.theorems.separation.separating_function import (
    ONE_SIGN_CHANGE,
    SEPARABLE_WEIGHTS,
    SLOPE_FORMULA,
    WEIGHT_FALLS,
    WEIGHT_LIMIT,
)
from symerm.theorems.separation.slope_bounds import MARGIN, SMALLEST_SLOPE, WEIGHT_RANGE
from symerm.theorems.separation.vectors import EQUAL_WEIGHTS, SIZE_MARGINS, SIZE_WEIGHTS
from symerm.theorems.statement import Theorem

__all__ = ["SEPARATION_THEOREMS"]

SEPARATION_THEOREMS: tuple[Theorem, ...] = (
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
)
