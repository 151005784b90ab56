"""The proof tree of a one-output problem: cases are multisets of (sign, cone) slots.

The root branches over the number of neurons with positive output weight and over the multisets of
root cones of either sign; a split cuts the cone of one slot with a data form.  Slots with the same
sign and cone are interchangeable (hidden neurons may be permuted), so a split of a group of mu
equal slots has the mu + 1 children that put k of them on one side and mu - k on the other.

Some cases are redundant: their networks are networks with fewer neurons, or with fewer neurons
that are active on all points and have negative sign (`redundancy`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb

from symerm.arrangements.fan import Fan
from symerm.attainability.dual import DualLeaf, Slot

__all__ = ["Node", "count_root_cases", "redundancy", "root_cases", "split_slots"]

Slots = tuple[Slot, ...]


@dataclass
class Node:
    """A case of the proof.

    Attributes
    ----------
    slots : the sign and cone of each neuron
    estimate : float
        Float estimate of the relaxed minimum, inherited from the parent until computed.
    floor : float
        The best dual bound seen, in floats, of the case or of one above it.
    leaf, bound : the dual leaf that closes the case and the bound it proves
    merged : the slots that make the case redundant, if it was closed for that
    split : (slot, data index) if the case was split
    children : list of Node
    """

    slots: Slots
    estimate: float
    floor: float = 0.0
    leaf: DualLeaf | None = None
    bound: Fraction | None = None
    merged: tuple[int, ...] | None = None
    split: tuple[int, int] | None = None
    children: tuple[Node, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the case is neither split nor closed."""
        # The children are set last, so an interrupted split leaves the case open.
        return not self.children and self.leaf is None and self.merged is None

    def walk(self) -> Iterator[Node]:
        """This node and all below it, depth first, parents before children."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


def root_cases(fan: Fan, width: int) -> Iterator[Slots]:
    """The cases at the root, in the order of the certificate."""
    roots = fan.roots()
    for positive in range(width + 1):
        for plus in combinations_with_replacement(roots, positive):
            for minus in combinations_with_replacement(roots, width - positive):
                yield tuple((1, cone) for cone in plus) + tuple((-1, cone) for cone in minus)


def count_root_cases(dimension: int, width: int) -> int:
    """The number of cases at the root, for neurons in a space of the given dimension."""
    def multisets(size: int) -> int:
        return comb(size + dimension, dimension)

    return sum(multisets(k) * multisets(width - k) for k in range(width + 1))


def redundancy(fan: Fan, slots: Slots, output_bias: bool) -> tuple[int, ...] | None:
    """The slots that make a case redundant, or None.

    (j, k): both neurons have all points decided, the same sign and the same activation pattern,
    not the empty one, so that their sum is one neuron; or both are active on all points, where any
    signs will do since an affine function is a single such neuron up to the output bias.
    (j,): the neuron is active on all points with negative sign; it may be made positive.

    Neurons need a bias for this: zero neurons, which belong to every case, are followed into the
    cones that contain the constant -1, which are undecided or inactive on all points.
    """
    if not fan.affine:
        return None
    seen: dict[object, int] = {}
    for j, (sign, cone) in enumerate(slots):
        pattern = fan.pattern(cone)
        if pattern is None or not any(pattern):
            continue
        affine = output_bias and all(pattern)
        if affine and sign < 0:
            return (j,)
        key = (sign, pattern)
        if key in seen:
            return seen[key], j
        seen[key] = j
    return None


def split_slots(fan: Fan, slots: Slots, slot: int, index: int) -> tuple[Slots, ...]:
    """The cases after cutting the cone of a slot, and of all equal slots, with a data form.

    Child k has k of the equal slots on the non-negative side; the other slots keep their order
    and come first.
    """
    sign, cone = slots[slot]
    plus, minus = fan.cut(cone, index)
    rest = tuple(other for other in slots if other != (sign, cone))
    equal = len(slots) - len(rest)
    return tuple(
        rest + ((sign, plus),) * k + ((sign, minus),) * (equal - k) for k in range(equal + 1)
    )
