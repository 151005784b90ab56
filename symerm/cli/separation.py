"""``symerm separation``: the group of commands about the separation of ball indicators."""

from __future__ import annotations

__all__ = ["separation"]


def separation() -> None:
    """Ball indicators: learned with a frozen hidden layer and a cut-off, hard for one hidden layer.

    \b
    Example:
      symerm separation run --law heavy-tailed --dimension 5 --radius 3/2
      symerm separation audit
    """
