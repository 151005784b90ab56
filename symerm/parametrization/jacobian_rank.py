"""The functional dimension of a network of any depth, as the rank of a Jacobian.

The functional dimension is the largest rank of the Jacobian of theta -> (nu_theta(x_1), ..,
nu_theta(x_n)) over finite sets of points where it is smooth (Grigsby, Lindsey, Meyerhoff, Wu 2022).
Within a chamber, where no preactivation is zero, the derivative in a weight is a backward factor,
constant there, times the activation below, affine in x: all derivatives are affine functions of x,
determined by their values at p + 1 affinely independent points.  So one simplex in every chamber
is decisive: its rank is the dimension of the span of all derivatives, and no point adds to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb, prod

from symerm.arithmetic.hyperplanes import affine_chambers
from symerm.arithmetic.linalg import primitive, rank
from symerm.errors import BudgetExceeded, UnsupportedError
from symerm.networks.chambers import Chamber, network_chambers
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.gradients import realization_jacobian
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.hyperplane_groups import group_neurons
from symerm.parametrization.kinks import Box, check_box

__all__ = ["JacobianRank", "domain_chambers", "jacobian_rank"]

Vector = tuple[Fraction, ...]
#: Rows (n_1, .., n_p, o) of affine forms <n, x> + o.
Forms = Sequence[Sequence[Fraction | int]]


@dataclass(frozen=True)
class JacobianRank:
    """The rank of the Jacobian of a network at a decisive set of points.

    Attributes
    ----------
    rank : int
    points : int
        Number of points, p + 1 for each chamber.
    chambers : int
        Number of chambers of the domain.
    skipped : int
        Chambers on which a preactivation of a deep network vanishes identically; the network is
        not differentiable in its parameters there, and the chamber is left out.
    """

    rank: int
    points: int
    chambers: int
    skipped: int = 0


def jacobian_rank(
    network: ShallowNetwork | DeepNetwork, *, box: Box | None = None, limit: int = 2000
) -> JacobianRank:
    """The rank of the Jacobian at one simplex of points for each chamber of the domain.

    Parameters
    ----------
    network : ShallowNetwork or DeepNetwork
        Activation relu or leaky.  In a two-layer network neurons with w = 0, b = 0 are left out.
    box : p pairs of Fractions, optional
        The domain; None is R^p.
    limit : int
        Largest number of chambers.

    Raises
    ------
    InputError
        If the box does not fit.
    UnsupportedError
        If the activation is not piecewise linear.
    BudgetExceeded
        If there are more than `limit` chambers.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> network = ShallowNetwork(((one,), (one,)), (zero, zero), ((one,), (2 * one,)), (zero,))
    >>> jacobian_rank(network)
    JacobianRank(rank=3, points=4, chambers=2, skipped=0)
    """
    if not network.activation.is_piecewise_linear:
        raise UnsupportedError(
            f"chambers need the activation relu or leaky, not {network.activation.name}"
        )
    if isinstance(network, DeepNetwork):
        return rank_on_chambers(network, domain_chambers(network, box=box, limit=limit))
    network = _without_zero_neurons(network)
    simplices = list(_shallow_simplices(network, box, limit))
    return _rank_on_simplices(network, simplices, len(simplices))


def rank_on_chambers(network: DeepNetwork, chambers: Sequence[Chamber]) -> JacobianRank:
    """The rank of `jacobian_rank` from the chambers of `domain_chambers`."""
    simplices = [
        _simplex(
            chamber.witness,
            [(*n, o) for n, o in zip(chamber.normals, chamber.offsets, strict=True)],
        )
        for chamber in chambers
        if all(all(signs) for signs in chamber.signs)
    ]
    return _rank_on_simplices(network, simplices, len(chambers))


def _rank_on_simplices(
    network: ShallowNetwork | DeepNetwork, simplices: Sequence[Sequence[Vector]], chambers: int
) -> JacobianRank:
    rows = [
        row
        for simplex in simplices
        for point in simplex
        for row in realization_jacobian(network, point)
    ]
    return JacobianRank(
        rank(rows), sum(map(len, simplices)), chambers, chambers - len(simplices)
    )


def _without_zero_neurons(network: ShallowNetwork) -> ShallowNetwork:
    """The network without neurons whose preactivation vanishes everywhere."""
    kept = [
        j
        for j, (row, bias) in enumerate(
            zip(network.hidden_weights, network.hidden_biases, strict=True)
        )
        if bias or any(row)
    ]
    return replace(
        network,
        hidden_weights=tuple(network.hidden_weights[j] for j in kept),
        hidden_biases=tuple(network.hidden_biases[j] for j in kept),
        output_weights=tuple(network.output_weights[j] for j in kept),
    )


def _shallow_simplices(
    network: ShallowNetwork, box: Box | None, limit: int
) -> Iterator[list[Vector]]:
    forms = [group.form for group in group_neurons(network, box=box).crossing]
    walls = _walls(box)
    if not forms:
        yield _simplex(_centre(network.input_dimension, box), walls)
        return
    cells = affine_chambers(
        [form[:-1] for form in forms], [form[-1] for form in forms], box=box, limit=limit
    )
    for cell in cells:
        yield _simplex(cell.witness, [*forms, *walls])


def domain_chambers(
    network: DeepNetwork, *, box: Box | None = None, limit: int = 2000
) -> tuple[Chamber, ...]:
    """The chambers of a network of any depth in the interior of its domain.

    Parameters
    ----------
    network : DeepNetwork
        Activation relu or leaky.
    box : p pairs of Fractions, optional
        The domain, whose sides then bound the chambers; None is R^p.
    limit : int
        Largest number of chambers.

    Raises
    ------
    InputError
        If the box does not fit.
    UnsupportedError
        If the activation is not piecewise linear.
    BudgetExceeded
        If there are more than `limit` chambers.

    Examples
    --------
    >>> one = Fraction(1)
    >>> fold = DeepNetwork((Layer(((one,),), (-one,)), Layer(((one,),), (one,))))
    >>> [chamber.signs for chamber in domain_chambers(fold)]
    [((-1,),), ((1,),)]
    >>> [chamber.signs for chamber in domain_chambers(fold, box=((2 * one, 3 * one),))]
    [((1,),)]
    """
    p = network.input_dimension
    if box is not None:
        check_box(box, p or len(box))
    walls = _walls(box if p else None)
    if not walls:
        try:
            return network_chambers(network, limit=limit)
        except BudgetExceeded:
            raise _too_many(network, limit) from None
    first, *rest = network.layers
    if not rest:
        return (_box_chamber(first, box or (), walls),)
    # The walls of the box are further neurons of the first layer that lead nowhere.
    following = tuple((*row, *(Fraction(0),) * len(walls)) for row in rest[0].weights)
    walled = DeepNetwork(
        (
            Layer(
                (*first.weights, *(wall[:-1] for wall in walls)),
                (*first.biases, *(wall[-1] for wall in walls)),
            ),
            Layer(following, rest[0].biases),
            *rest[1:],
        ),
        network.activation,
    )
    try:
        # The walls cut the space into 3^p blocks, of which the box is one.
        found = network_chambers(walled, limit=limit * 3**p)
    except BudgetExceeded:
        raise _too_many(network, limit) from None
    inside = tuple(
        replace(cell, signs=(cell.signs[0][: first.width], *cell.signs[1:]))
        for cell in found
        if all(sign > 0 for sign in cell.signs[0][first.width :])
    )
    if len(inside) > limit:
        raise _too_many(network, limit)
    return inside


def _box_chamber(layer: Layer, box: Box, walls: Sequence[Vector]) -> Chamber:
    """The box as the only chamber of an affine map."""
    return Chamber(
        (),
        tuple(wall[:-1] for wall in walls),
        tuple(wall[-1] for wall in walls),
        _centre(len(box), box),
        layer.weights,
        layer.biases,
    )


def _too_many(network: DeepNetwork, limit: int) -> BudgetExceeded:
    p = network.input_dimension
    bound = prod(sum(comb(width, k) for k in range(p + 1)) for width in network.widths)
    return BudgetExceeded(
        f"the network has more than {limit} chambers (at most {bound}); raise the limit or take "
        "a smaller network or domain"
    )


def _walls(box: Box | None) -> list[Vector]:
    """The affine forms that are positive inside the box."""
    size = len(box or ())
    walls = []
    for k, (low, high) in enumerate(box or ()):
        for sign, end in ((1, -low), (-1, high)):
            walls.append((*(Fraction(sign * int(i == k)) for i in range(size)), end))
    return walls


def _centre(dimension: int, box: Box | None) -> Vector:
    if box is None:
        return (Fraction(0),) * dimension
    return tuple((low + high) / 2 for low, high in box)


def _simplex(point: Vector, forms: Forms) -> list[Vector]:
    """The point and one more along each axis, with the same signs of all forms, none zero."""
    step = Fraction(1)
    for form in map(primitive, forms):
        value = sum((n * x for n, x in zip(form[:-1], point, strict=True)), Fraction(form[-1]))
        steepest = max(map(abs, form[:-1]))
        # Powers of two keep the numbers short.
        while step * steepest >= abs(value):
            step /= 2
    return [
        point,
        *(
            tuple(x + step * int(i == k) for i, x in enumerate(point))
            for k in range(len(point))
        ),
    ]
