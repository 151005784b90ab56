"""Theorems on existence of best approximations (Lim, Michalek, Qi 2019)."""

from __future__ import annotations

from symerm.theorems.attainability.bounds import AFFINELY_INDEPENDENT, DUAL_BOUND, RANK_BOUND
from symerm.theorems.attainability.cone import ORTHANT, PATTERN_COUNT, RELU_CONE
from symerm.theorems.attainability.counterexamples import BIAS_FREE, COUNTEREXAMPLES, GOLDEN
from symerm.theorems.attainability.escapes import (
    CERTIFICATES,
    ESCAPES,
    NO_RESPONSE,
    STRATA_COUNT,
    STRATA_SIZE,
)
from symerm.theorems.attainability.few_points import FEW_POINTS, INTERPOLATION, THREE_POINTS
from symerm.theorems.attainability.invariance import (
    INPUT_MAPS,
    NEURON_SCALING,
    ORDER,
    OUTPUT_MAPS,
    REPEATED_INPUTS,
)
from symerm.theorems.attainability.lifting import LIFTING
from symerm.theorems.attainability.line_limits import LIMITS_OF_THREE, LIMITS_OF_TWO
from symerm.theorems.attainability.minimisers import (
    FEWER_POINTS,
    ONE_NEURON,
    ONE_OUTPUT,
    SMALL_CASES,
    WIDTH,
)
from symerm.theorems.attainability.outputs import ON_A_LINE, SEPARATE, WEDGES
from symerm.theorems.attainability.secants import OUTPUT_DIMENSION, TANGENT_BOUND
from symerm.theorems.attainability.segments import SEGMENTS
from symerm.theorems.attainability.smooth import (
    AFFINE_RESPONSES,
    FEW_INPUTS,
    OPEN_SET,
    STEP_OF_THREE,
    STEPS,
)
from symerm.theorems.attainability.smooth_shapes import BOXES, CHARTS, LEVELS, TANH
from symerm.theorems.attainability.smooth_steps import NEAR_STEPS, STEPS_WIN
from symerm.theorems.statement import Theorem

__all__ = ["ATTAINABILITY_THEOREMS"]

ATTAINABILITY_THEOREMS: tuple[Theorem, ...] = (
    LIFTING, NEURON_SCALING, RELU_CONE, PATTERN_COUNT, ORTHANT, REPEATED_INPUTS,
    TANGENT_BOUND, OUTPUT_DIMENSION,
    ONE_OUTPUT, ONE_NEURON, SEGMENTS, THREE_POINTS,
    INTERPOLATION, FEW_POINTS, AFFINELY_INDEPENDENT, ON_A_LINE,
    *COUNTEREXAMPLES, GOLDEN, BIAS_FREE, SMALL_CASES,
    INPUT_MAPS, OUTPUT_MAPS, ORDER, WIDTH, FEWER_POINTS,
    RANK_BOUND, SEPARATE, DUAL_BOUND, WEDGES,
    LIMITS_OF_TWO, LIMITS_OF_THREE, STRATA_COUNT, STRATA_SIZE, NO_RESPONSE,
    ESCAPES, CERTIFICATES,
    TANH, LEVELS, BOXES, CHARTS, NEAR_STEPS, STEPS_WIN,
    STEP_OF_THREE, STEPS, OPEN_SET, AFFINE_RESPONSES, FEW_INPUTS,
)
