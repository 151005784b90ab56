"""Theorems on critical points (Cheridito, Jentzen, Rossmannek 2021)."""

from __future__ import annotations

from symerm.theorems.statement import Theorem

__all__ = ["LANDSCAPE_THEOREMS"]

LANDSCAPE_THEOREMS: tuple[Theorem, ...] = ()
