"""The dimension of the fibre { theta' : nu_theta' = nu_theta } at a two-layer network theta.

First order gives an upper bound: near theta the fibre lies in a level set of the values at a
decisive set of points, whose Jacobian has rank r = functional dimension, so by the implicit
function theorem its dimension is at most N - r.  If the rank is constant near theta, the level set
is a manifold of dimension N - r along which all derivatives of nu vanish: it is the fibre.  In
general the fibre is smaller, and its dimension is the largest one of finitely many strata.

Theorem.  On R^p let no neuron of theta have w = 0, b = 0.  A point of the fibre near theta groups
the neurons of each hyperplane H of theta into blocks that share a hyperplane near H.  By uniqueness
of the kink form (`symerm.parametrization.kinks`), with u_j = |t_j| v_j, the sum of u_j over a block
is 0, except for one block, which stays on H if the jump there is not 0; constant neurons may form
blocks with sum 0 and kinks near infinity, or stay constant.  Every such stratum passes through
theta.  What is left to fix are affine functions: a block on H with both orientations contributes
a z_H with a free in R^q; a block with sum 0 and both orientations a z, where a and the hyperplane z
are both free.  So each stratum is a smooth family over the set of (X, Y) with X Y = M, where the
columns of X in R^(q x k) are the a, the rows of Y in R^(k x p') the normals modulo those of the
blocks that stay.  `_product_fibre` is the local dimension of this set.

On a box an affine neuron v act(l) has all its parameters free and contributes a column s v and a
row w, s its slope.  If its hyperplane touches the box, it may as well form blocks there.  Whether
a hyperplane then crosses is an open condition on the offset, which enters into constants only and
so is free: the strata have the same dimension.  If (w, b) = 0, the answer can be an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat

from symerm.arithmetic.linalg import rank, row_reduce
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.functional_dimension import functional_dimension
from symerm.parametrization.hyperplane_groups import HyperplaneGroup, NeuronGroups, group_neurons
from symerm.parametrization.kinks import Box

__all__ = ["FibreDimension", "fibre_dimension"]

Vector = tuple[Fraction, ...]
#: Most neurons of one hyperplane whose blocks are listed, and most strata that are compared.
_LARGEST_GROUP, _MOST_STRATA = 10, 20_000


@dataclass(frozen=True)
class FibreDimension:
    """The dimension at a network of the set of all parameters with the same function.

    Attributes
    ----------
    lower, upper : int
        Bounds; equal if the dimension is known.
    first_order : int
        Number of parameters minus functional dimension.
    reason : str
        Why this is known.
    """

    lower: int
    upper: int
    first_order: int
    reason: str

    @property
    def dimension(self) -> int | None:
        """The dimension, or None if the bounds differ."""
        return self.lower if self.lower == self.upper else None


@dataclass(frozen=True)
class _Option:
    """What the neurons of one hyperplane can do in a stratum.

    `freedom` counts parameters minus conditions on jumps; `fixed` are normals n for which every
    function <n, x> a is free; `products` are pairs (a, n) that are free both.
    """

    freedom: int
    fixed: tuple[Sequence[Fraction | int], ...] = ()
    products: tuple[tuple[Vector, Vector], ...] = ()


def fibre_dimension(network: ShallowNetwork, *, box: Box | None = None) -> FibreDimension:
    """The dimension at a network of the fibre through it, on R^p or on a box.

    Parameters
    ----------
    network : ShallowNetwork
        Activation relu or leaky.
    box : p pairs of Fractions, optional

    Raises
    ------
    InputError
        If the box does not fit.
    UnsupportedError
        If the activation is not piecewise linear.

    Examples
    --------
    |x| as max(x, 0) + max(-x, 0): only the two scalings keep it, though to first order the kinks
    may also move apart.

    >>> one, zero = Fraction(1), Fraction(0)
    >>> absolute = ShallowNetwork(((one,), (-one,)), (zero, zero), ((one,), (one,)), (zero,))
    >>> found = fibre_dimension(absolute)
    >>> found.dimension, found.first_order
    (2, 3)
    """
    rank_found = functional_dimension(network, box=box)
    first_order = rank_found.parameters - rank_found.dimension
    if rank_found.locally_constant:
        return FibreDimension(
            first_order, first_order, first_order,
            "parameters minus functional dimension, which is constant near the network",
        )
    neurons = group_neurons(network, box=box)
    lower = _strata_dimension(network, neurons)
    if lower is None:
        return FibreDimension(
            network.width - len(neurons.zero), first_order, first_order,
            "too many neurons share a hyperplane to compare all ways; scalings of neurons below, "
            "first order above",
        )
    if not neurons.zero:
        return FibreDimension(
            lower, lower, first_order, "the largest over all ways to share hyperplanes"
        )
    lower += sum(_zero_neuron(network, j, on_box=box is not None) for j in neurons.zero)
    return FibreDimension(
        lower, first_order, first_order,
        "neurons with w = 0, b = 0; the upper bound is that of first order",
    )


def _zero_neuron(network: ShallowNetwork, j: int, *, on_box: bool) -> int:
    """How many directions a neuron with w = 0, b = 0 has at least, without changing the function.

    w = 0 with b and v free changes a constant only; v = 0 leaves w and b free; and on a box a ReLU
    neuron that is never active has all parameters free.
    """
    p, q = network.input_dimension, network.output_dimension
    if on_box and not network.activation.negative_slope:
        return p + 1 + q
    return 1 + q if any(network.output_weights[j]) else max(1 + q, 1 + p)


def _strata_dimension(network: ShallowNetwork, neurons: NeuronGroups) -> int | None:
    """The largest dimension of a stratum, or None if there are too many to compare."""
    p, q = network.input_dimension, network.output_dimension
    gamma = network.activation.negative_slope
    strata = [_Option(0)]
    for group in neurons.groups:
        options = _options(group, gamma)
        if options is None or len(strata) * len(options) > _MOST_STRATA:
            return None
        found: dict[tuple[object, object], _Option] = {}
        for stratum in strata:
            for option in options:
                _keep(found, _joined(stratum, option, p))
        strata = list(found.values())
    return max(_stratum_dimension(stratum, p, q) for stratum in strata)


def _joined(one: _Option, other: _Option, p: int) -> _Option:
    """Two options together; of the fixed normals only the span matters."""
    fixed = row_reduce((*one.fixed, *other.fixed))[0] if other.fixed else one.fixed
    # If the fixed normals span everything, products add no linear function.
    products = () if len(fixed) == p else (*one.products, *other.products)
    return _Option(one.freedom + other.freedom, fixed, products)


def _keep(found: dict[tuple[object, object], _Option], option: _Option) -> None:
    """Of the options that differ only in their freedom keep the freest."""
    key = option.fixed, option.products
    if key not in found or found[key].freedom < option.freedom:
        found[key] = option


def _options(group: HyperplaneGroup, gamma: Fraction) -> list[_Option] | None:
    """All ways to part the neurons of a hyperplane into blocks."""
    size = len(group.neurons)
    everyone = (1 << size) - 1
    q = len(group.outputs[0])
    if not group.crosses and not group.touches:
        return [_free_neurons(group, range(size), gamma)]
    if size > _LARGEST_GROUP:
        return None
    moving: list[list[_Option]] = [[_Option(0)]]
    for mask in range(1, everyone + 1):
        moving.append(_moving(group, mask, moving, gamma))
    found: dict[tuple[object, object], _Option] = {}
    for mask in range(everyone + 1):
        staying = [j for j in range(size) if not mask >> j & 1]
        if not group.crosses:
            rest = _free_neurons(group, staying, gamma)
        elif any(group.total_jump):
            # Blocks that move have sum zero, so this one has the jump of H and is not empty.
            both = _both(group, staying)
            rest = _Option(len(staying) * (1 + q) - q, (group.normal,) if both else ())
        elif staying:
            continue
        else:
            rest = _Option(0)
        for option in moving[mask]:
            _keep(
                found,
                _Option(
                    rest.freedom + option.freedom, rest.fixed, rest.products + option.products
                ),
            )
    return list(found.values())


def _moving(
    group: HyperplaneGroup,
    mask: int,
    smaller: Sequence[Sequence[_Option]],
    gamma: Fraction,
) -> list[_Option]:
    """All ways to part a set of neurons into blocks with sum zero, each on a moving hyperplane."""
    p, q = len(group.normal), len(group.outputs[0])
    first = mask & -mask
    found: dict[tuple[object, object], _Option] = {}
    others = mask ^ first
    part = others
    while True:
        block = part | first
        members = [j for j in range(len(group.neurons)) if block >> j & 1]
        if not any(map(sum, zip(*(group.jumps[j] for j in members), strict=True))):
            pairs = (_affine_pair(group, members, gamma),) if _both(group, members) else ()
            freedom = p + len(members) * (1 + q) - q
            for option in smaller[mask ^ block]:
                products = tuple(sorted((*option.products, *pairs)))
                _keep(found, _Option(freedom + option.freedom, (), products))
        if not part:
            return list(found.values())
        part = (part - 1) & others


def _both(group: HyperplaneGroup, members: Sequence[int]) -> bool:
    return len({group.scales[j] > 0 for j in members}) == 2


def _affine_pair(
    group: HyperplaneGroup, members: Sequence[int], gamma: Fraction
) -> tuple[Vector, Vector]:
    """(a, n) for a block with sum zero, whose function is a z = a (<n, x> + o).

    For t > 0 the slope is gamma below the hyperplane, for t < 0 it is 1: the sum of the
    contributions gamma t v and t v is (1 + gamma) times the sum of u_j over t > 0.
    """
    a = [
        (1 + gamma) * sum((group.jumps[j][k] for j in members if group.scales[j] > 0), Fraction(0))
        for k in range(len(group.outputs[0]))
    ]
    return tuple(a), tuple(map(Fraction, group.normal))


def _free_neurons(group: HyperplaneGroup, members: Sequence[int], gamma: Fraction) -> _Option:
    """Neurons that stay affine on the domain."""
    p, q = len(group.normal), len(group.outputs[0])
    if group.touches and not any(group.normal):
        # On R^p they stay constant.
        return _Option(len(members) * (1 + q))
    slopes = group.slopes(gamma)
    products = [
        (
            tuple(slopes[j] * v for v in group.outputs[j]),
            tuple(group.scales[j] * n for n in group.normal),
        )
        for j in members
        if slopes[j]
    ]
    return _Option(len(members) * (p + 1 + q), (), tuple(sorted(products)))


def _stratum_dimension(stratum: _Option, p: int, q: int) -> int:
    """The local dimension of a stratum's part of the fibre.

    The functions <n, x> a of the fixed normals take up their span; the factors (a, n) of the
    products, q + p each, must keep the product X Y modulo that span.
    """
    basis, pivots = row_reduce(stratum.fixed)
    k = len(stratum.products)
    columns = [a for a, _ in stratum.products]
    rows = [_modulo(n, basis, pivots) for _, n in stratum.products]
    free = p - len(pivots)
    # A column is q parameters and a row modulo the span p', of which the set X Y = M keeps some.
    return (
        stratum.freedom
        - q * len(pivots)
        - k * (q + free)
        + _product_fibre(columns, rows, q, free)
    )


def _modulo(vector: Vector, basis: Sequence[Vector], pivots: Sequence[int]) -> Vector:
    """The vector modulo the span of a reduced basis, in the coordinates without pivots."""
    reduced = list(vector)
    for row, pivot in zip(basis, pivots, strict=True):
        factor = vector[pivot]
        reduced = [x - factor * y for x, y in zip(reduced, row, strict=True)]
    return tuple(x for i, x in enumerate(reduced) if i not in pivots)


def _product_fibre(columns: Sequence[Vector], rows: Sequence[Vector], q: int, p: int) -> int:
    """The dimension at (X, Y) of the set of (X', Y') with X' Y' = X Y = M.

    Parameters
    ----------
    columns : k columns of X, q Fractions each
    rows : k rows of Y, p Fractions each

    Notes
    -----
    For a given X' of rank a whose image holds that of M, the Y' form an affine space of dimension
    (k - a) p; such X' form a manifold of dimension k a + (a - rank M)(q - a): the image, then a
    surjection onto it.  Near (X, Y) ranks do not fall, and rank M >= a + rank Y' - k, so that
    rank X <= a <= min(q, k, rank M + k - rank Y).  Each such a occurs arbitrarily near: change X on
    a complement of the image of Y only, keep Y, and there all Y' are free as above.
    """
    k = len(columns)
    if not k:
        return 0
    rank_x, rank_y = rank(columns), rank(rows)
    rank_m = _product_rank(columns, rows) if p else 0
    return max(
        k * a + (a - rank_m) * (q - a) + (k - a) * p
        for a in range(rank_x, min(q, k, rank_m + k - rank_y) + 1)
    )


def _product_rank(columns: Sequence[Vector], rows: Sequence[Vector]) -> int:
    left = fmpq_mat([[fmpq(x.numerator, x.denominator) for x in column] for column in columns])
    right = fmpq_mat([[fmpq(x.numerator, x.denominator) for x in row] for row in rows])
    return int((left.transpose() * right).rank())
