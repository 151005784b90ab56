"""Public Hypothesis strategies for exact datasets, networks and problems.

All numbers are small fractions, and everything shrinks to readable cases: few points, few neurons,
integers.  `instances` combines strategies into the instances of a `Theorem`;
`theorem_instances` gives those of a theorem of the registry.

Examples
--------
>>> from hypothesis import find
>>> data = find(datasets(inputs=(1, 1), outputs=(1, 1), size=(2, 4)), lambda data: True)
>>> data.inputs, data.outputs
(((Fraction(0, 1),), (Fraction(0, 1),)), ((Fraction(0, 1),), (Fraction(0, 1),)))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symerm.theorems.generators.basic import (
    activations,
    datasets,
    networks,
    nonzero_rationals,
    points,
    positive_rationals,
    rationals,
    slopes,
)
from symerm.theorems.instance import Instance, instances
from symerm.theorems.registry import find_theorem

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "activations",
    "datasets",
    "instances",
    "networks",
    "nonzero_rationals",
    "points",
    "positive_rationals",
    "rationals",
    "slopes",
    "theorem_instances",
]


def theorem_instances(name: str) -> SearchStrategy[Instance]:
    """The instances on which a theorem of the registry is tried.

    Raises
    ------
    InputError
        If there is no such theorem.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(theorem_instances("activation-lifting"), lambda instance: True)["z"]
    (Fraction(0, 1), Fraction(0, 1))
    """
    return find_theorem(name).instances
