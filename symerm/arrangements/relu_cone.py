"""The ReLU cone of a dataset, one polyhedral cone per activation pattern.

The hidden vectors act(Sa + b1) of one neuron on a dataset form the set C(S) in R^n (Lim, Michalek,
Qi, "Best k-layer neural network approximations", 2022).  On the closed cell of a pattern P the map
is linear, x = D_P (S 1)(a, b), with D_P diagonal: 1 where active, the negative slope elsewhere.  So
C(S) is the union of the images C_P of the cells.  Every C_P lies in one orthant, hence is pointed
and has a unique minimal description by extreme rays, and one by facets inside its linear span.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from symerm.arithmetic.linalg import nullspace, primitive, row_reduce
from symerm.arithmetic.splitting import SplitCone, split_cone
from symerm.arrangements.patterns import activation_patterns, data_forms
from symerm.errors import InputError, UnsupportedError
from symerm.problem.architecture import RELU, Activation

__all__ = ["PatternCone", "pattern_cone", "pattern_matrix", "relu_cone"]

Integers = tuple[int, ...]
Rows = Sequence[Sequence[Fraction | int]]


@dataclass(frozen=True)
class PatternCone:
    """The closed cone C_P of the hidden vectors with one activation pattern, in R^n.

    Attributes
    ----------
    active : tuple of n bool
    rays : tuple of integer vectors of length n
        The extreme rays, primitive and sorted; none for the cone {0}.
    inequalities : tuple of integer vectors of length n
        One per facet: the cone is { x : <f, x> >= 0 for all f, <e, x> = 0 for all e }.  A facet
        of a cone that does not span R^n has many normals; the one given is zero outside the
        pivot columns of the span.
    equations : tuple of integer vectors of length n
        A basis of the orthogonal complement of the span.
    """

    active: tuple[bool, ...]
    rays: tuple[Integers, ...]
    inequalities: tuple[Integers, ...]
    equations: tuple[Integers, ...]

    @property
    def dimension(self) -> int:
        """Dimension of the cone."""
        return len(self.active) - len(self.equations)

    def contains(self, point: Sequence[Fraction | int]) -> bool:
        """Whether a point of R^n lies in the closed cone."""
        return all(sum(map(mul, f, point)) >= 0 for f in self.inequalities) and not any(
            sum(map(mul, e, point)) for e in self.equations
        )


def pattern_matrix(
    inputs: Rows,
    active: Sequence[bool],
    *,
    hidden_bias: bool = True,
    activation: Activation = RELU,
) -> tuple[tuple[Fraction, ...], ...]:
    """The matrix D_P (S 1), or D_P S without hidden bias: n rows, one column per parameter.

    Parameters
    ----------
    inputs : n rows of p rationals
    active : n bool

    Raises
    ------
    InputError
        If the shapes do not fit.
    UnsupportedError
        If the activation is not piecewise linear.

    Examples
    --------
    >>> [tuple(map(int, row)) for row in pattern_matrix([(2,), (3,)], (True, False))]
    [(2, 1), (0, 0)]
    """
    if not activation.is_piecewise_linear:
        raise UnsupportedError(
            f"activation patterns need a piecewise-linear activation, not {activation.name}"
        )
    if len(active) != len(inputs):
        raise InputError(f"the pattern has {len(active)} signs but there are {len(inputs)} inputs")
    return tuple(
        form if on else tuple(activation.negative_slope * x for x in form)
        for form, on in zip(data_forms(inputs, hidden_bias=hidden_bias), active, strict=True)
    )


def pattern_cone(
    inputs: Rows,
    active: Sequence[bool],
    *,
    hidden_bias: bool = True,
    activation: Activation = RELU,
) -> PatternCone:
    """The cone C_P of one activation pattern, by extreme rays and by facets.

    Parameters
    ----------
    inputs : n rows of p rationals
    active : n bool
        An activation pattern of the dataset: the cell must have interior points.

    Raises
    ------
    InputError
        If the shapes do not fit or no neuron has the pattern.
    UnsupportedError
        If the activation is not piecewise linear.

    Notes
    -----
    The rays of the cell, found by double description, are mapped to R^n; the lineality space of
    the cell is the kernel of (S 1) and goes to 0.  A second double description in the span of
    the images finds the facets, and keeps only those images that are extreme.

    Examples
    --------
    >>> cone = pattern_cone([(0,), (1,), (2,)], (True, True, False))
    >>> cone.rays, cone.equations, cone.dimension
    (((1, 0, 0), (2, 1, 0)), ((0, 0, 1),), 2)
    >>> cone.inequalities
    ((0, 1, 0), (1, -2, 0))
    """
    active = tuple(active)
    matrix = pattern_matrix(inputs, active, hidden_bias=hidden_bias, activation=activation)
    cell = _whole_space(len(matrix[0]))
    for form, on in zip(data_forms(inputs, hidden_bias=hidden_bias), active, strict=True):
        if any(form):
            half = split_cone(cell, primitive(form))[1 if on else 0]
            if half is None:
                raise InputError("no neuron has this activation pattern on the dataset")
            cell = half
        elif on:
            raise InputError("no neuron without bias is active on the input at the origin")
    images = {primitive(sum(map(mul, row, ray)) for row in matrix) for ray in cell.rays}
    return _cone_of(active, sorted(image for image in images if any(image)))


def relu_cone(
    inputs: Rows,
    *,
    hidden_bias: bool = True,
    activation: Activation = RELU,
    limit: int | None = None,
) -> tuple[PatternCone, ...]:
    """The cones of all activation patterns; their union is C(S).

    Cones of smaller patterns can be faces of others; the list follows
    `symerm.arrangements.patterns.activation_patterns`.

    Parameters
    ----------
    inputs : n rows of p rationals
    hidden_bias : bool
    activation : Activation
    limit : int, optional
        Largest number of patterns wanted.

    Raises
    ------
    InputError, UnsupportedError
        As `pattern_cone`.
    BudgetExceeded
        If there are more than `limit` patterns.

    Examples
    --------
    >>> [cone.dimension for cone in relu_cone([(0,), (1,), (2,)])]
    [0, 1, 2, 1, 2, 2]
    """
    return tuple(
        pattern_cone(inputs, pattern.active, hidden_bias=hidden_bias, activation=activation)
        for pattern in activation_patterns(inputs, hidden_bias=hidden_bias, limit=limit)
    )


def _whole_space(dimension: int) -> SplitCone:
    units = tuple(tuple(int(i == j) for j in range(dimension)) for i in range(dimension))
    return SplitCone((), units, ())


def _cone_of(active: tuple[bool, ...], generators: Sequence[Integers]) -> PatternCone:
    """The pointed cone with these generators in R^n."""
    size = len(active)
    _, pivots = row_reduce(generators)
    equations = tuple(primitive(e) for e in nullspace(generators, columns=size))
    # The span projects isomorphically to its pivot columns.  There the cone is solid, so its
    # polar is pointed; it is solid because the cone is pointed.  Rays of the polar are facets of
    # the cone and facets of the polar are rays of the cone.
    polar = _whole_space(len(pivots))
    lifted = {}
    for generator in generators:
        form = primitive(generator[j] for j in pivots)
        lifted[form] = generator
        half = split_cone(polar, form)[1]
        if half is None:
            raise AssertionError("the generators of an activation cone lie in one orthant")
        polar = half
    inequalities = []
    for ray in polar.rays:
        entries = dict(zip(pivots, ray, strict=True))
        inequalities.append(tuple(entries.get(j, 0) for j in range(size)))
    rays = tuple(sorted(lifted[form] for form in polar.facets))
    return PatternCone(active, rays, tuple(sorted(inequalities)), equations)
