"""Theorems on existence of best approximations (Lim, Michalek, Qi 2019)."""

from __future__ import annotations

from symerm.theorems.attainability.cone import ORTHANT, PATTERN_COUNT, RELU_CONE
from symerm.theorems.attainability.counterexamples import BIAS_FREE, COUNTEREXAMPLES, GOLDEN
from symerm.theorems.attainability.few_points import FEW_POINTS, INTERPOLATION, THREE_POINTS
from symerm.theorems.attainability.lifting import LIFTING
from symerm.theorems.statement import Theorem

__all__ = ["ATTAINABILITY_THEOREMS"]

ATTAINABILITY_THEOREMS: tuple[Theorem, ...] = (
    LIFTING, RELU_CONE, PATTERN_COUNT, ORTHANT,
    INTERPOLATION, FEW_POINTS, THREE_POINTS,
    *COUNTEREXAMPLES, GOLDEN, BIAS_FREE,
)
