"""What a lower bound rests on: the objects that certificates are written from."""

from __future__ import annotations

from dataclasses import dataclass

from symerm.attainability.tree import Node

__all__ = ["ConeTreeProof", "NonnegativeProof"]


@dataclass(frozen=True)
class NonnegativeProof:
    """The lower bound is the scatter within groups of equal inputs: a sum of squares."""


@dataclass(frozen=True)
class ConeTreeProof:
    """Every case of a one-output problem is closed by a dual vector.

    Attributes
    ----------
    roots : tuple of Node
        The cases at the root; a node has either a split or a leaf.
    """

    roots: tuple[Node, ...]
