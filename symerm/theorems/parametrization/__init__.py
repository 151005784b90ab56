"""Theorems on degenerate parametrizations (Berner, Elbrächter, Grohs 2019)."""

from __future__ import annotations

from symerm.theorems.statement import Theorem

__all__ = ["PARAMETRIZATION_THEOREMS"]

PARAMETRIZATION_THEOREMS: tuple[Theorem, ...] = ()
