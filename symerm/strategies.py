"""Public Hypothesis strategies for exact datasets, problems, networks and parameters.

All numbers are small fractions, and everything shrinks to readable cases: few points, few neurons,
integers.  `instances` combines strategies into the instances of a `Theorem`;
`theorem_instances` gives those of a theorem of the registry.  Landscape strategies draw an
`Instance` with a network, its interval and its target.

Examples
--------
>>> from hypothesis import find
>>> data = find(datasets(inputs=(1, 1), outputs=(1, 1), size=(2, 4)), lambda data: True)
>>> data.inputs, data.outputs
(((Fraction(0, 1),), (Fraction(0, 1),)), ((Fraction(0, 1),), (Fraction(0, 1),)))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symerm.theorems.generators.attainability import (
    attainable_problems,
    bias_free_flaws,
    degenerate_datasets,
    general_position_datasets,
    line_problems,
    unattainable_problems,
)
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
from symerm.theorems.generators.landscape import (
    global_minima,
    leaky_saddles,
    perturbed,
    quadratic_saddles,
    relu_minima,
    relu_saddles,
)
from symerm.theorems.generators.landscape_data import critical_on_data
from symerm.theorems.generators.lastlayer import (
    antipodal_pairs,
    clouds_on_lines,
    labelled_clouds,
    points_without_parallels,
)
from symerm.theorems.generators.line_networks import (
    affine_targets,
    intervals,
    line_networks,
    polynomial_targets,
)
from symerm.theorems.generators.parametrization import (
    degenerate_networks,
    equal_pairs,
    network_pairs,
    restricted_networks,
    restricted_pairs,
)
from symerm.theorems.generators.separation import ball_radii, input_norms, separating_weights
from symerm.theorems.instance import Instance, instances
from symerm.theorems.registry import find_theorem

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "activations",
    "affine_targets",
    "antipodal_pairs",
    "attainable_problems",
    "ball_radii",
    "bias_free_flaws",
    "clouds_on_lines",
    "critical_on_data",
    "datasets",
    "degenerate_datasets",
    "degenerate_networks",
    "equal_pairs",
    "general_position_datasets",
    "global_minima",
    "input_norms",
    "instances",
    "intervals",
    "labelled_clouds",
    "leaky_saddles",
    "line_networks",
    "line_problems",
    "network_pairs",
    "networks",
    "nonzero_rationals",
    "perturbed",
    "points",
    "points_without_parallels",
    "polynomial_targets",
    "positive_rationals",
    "quadratic_saddles",
    "rationals",
    "relu_minima",
    "relu_saddles",
    "restricted_networks",
    "restricted_pairs",
    "separating_weights",
    "slopes",
    "theorem_instances",
    "unattainable_problems",
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
