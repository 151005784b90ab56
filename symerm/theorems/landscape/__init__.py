"""Theorems on critical points (Cheridito, Jentzen, Rossmannek 2021)."""

from __future__ import annotations

from symerm.theorems.landscape.derivatives import (
    DEGENERATE_DERIVATIVE,
    DIFFERENTIABLE,
    GRADIENT,
    HESSIAN,
)
from symerm.theorems.landscape.expansions import FLAT_DESCENT, LOCAL_EXPANSION, NO_LOCAL_MAXIMUM
from symerm.theorems.landscape.idle_neurons import DEAD_MINIMUM, END_KINK
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
)
