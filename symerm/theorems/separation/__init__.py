"""Theorems on ball indicators (Safran, Lee 2021)."""

from __future__ import annotations

from symerm.theorems.statement import Theorem

__all__ = ["SEPARATION_THEOREMS"]

SEPARATION_THEOREMS: tuple[Theorem, ...] = ()
