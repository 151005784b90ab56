"""Theorems on existence of best approximations (Lim, Michalek, Qi 2019)."""

from __future__ import annotations

from symerm.theorems.attainability.lifting import LIFTING
from symerm.theorems.statement import Theorem

__all__ = ["ATTAINABILITY_THEOREMS"]

ATTAINABILITY_THEOREMS: tuple[Theorem, ...] = (LIFTING,)
