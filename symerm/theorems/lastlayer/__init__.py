"""Theorems on training the last layer (Benson, Damle, Townsend 2020)."""

from __future__ import annotations

from symerm.theorems.statement import Theorem

__all__ = ["LAST_LAYER_THEOREMS"]

LAST_LAYER_THEOREMS: tuple[Theorem, ...] = ()
