"""Theorems on training the last layer (Benson, Damle, Townsend 2020)."""

from __future__ import annotations

from symerm.theorems.lastlayer.definite import (
    BIAS_DEFINITE,
    ERF_RANK,
    POWER_SERIES,
    RELU_DEFINITE,
    SINCOS_DEFINITE,
)
from symerm.theorems.lastlayer.descent import (
    LEAST_SQUARES,
    LIMIT,
    MINIMUM_NORM,
    RESIDUALS,
    STABILITY,
)
from symerm.theorems.lastlayer.hexagon import HEXAGON_EIGENVALUES, HEXAGON_LOSS, RAY_LOSS
from symerm.theorems.lastlayer.kernels import (
    ARC_COSINE,
    ERF_KERNEL,
    LEAKY_KERNEL,
    SINCOS_KERNEL,
    TANGENT_KERNEL,
)
from symerm.theorems.lastlayer.quadratic import NOT_ATTAINED, VANISHING_LOSS
from symerm.theorems.lastlayer.ranks import (
    FIT_CRITERION,
    LEAKY_AND_TANGENT,
    QUADRATIC_RANK,
    RANK_LAW,
)
from symerm.theorems.lastlayer.systems import ZERO_LOSS
from symerm.theorems.lastlayer.widths import CHERNOFF, INTERLEAVED, RANK_WIDTH
from symerm.theorems.statement import Theorem

__all__ = ["LAST_LAYER_THEOREMS"]

LAST_LAYER_THEOREMS: tuple[Theorem, ...] = (
    ZERO_LOSS,
    LEAST_SQUARES,
    MINIMUM_NORM,
    RANK_LAW,
    LEAKY_AND_TANGENT,
    FIT_CRITERION,
    RAY_LOSS,
    HEXAGON_EIGENVALUES,
    HEXAGON_LOSS,
    QUADRATIC_RANK,
    ERF_RANK,
    ARC_COSINE,
    LEAKY_KERNEL,
    TANGENT_KERNEL,
    ERF_KERNEL,
    SINCOS_KERNEL,
    RELU_DEFINITE,
    BIAS_DEFINITE,
    SINCOS_DEFINITE,
    POWER_SERIES,
    RANK_WIDTH,
    CHERNOFF,
    INTERLEAVED,
    RESIDUALS,
    STABILITY,
    LIMIT,
    VANISHING_LOSS,
    NOT_ATTAINED,
)
