"""The affine pieces of a network: chambers of Q^p, each with its affine map.

Every hidden preactivation of a network with activation max(z, gamma z) is affine on each chamber
of the layers before; its zero set cuts these chambers further.  For one hidden layer the result
is the chambers of the arrangement of the d hyperplanes <a_j, s> + b_j = 0; for k layers it is the
subdivision into activation regions (Hanin and Rolnick 2019).  Chambers are kept as homogenised
cones and cut exactly (`symerm.arithmetic.splitting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.splitting import SplitCone, half_space, split_cone
from symerm.errors import BudgetExceeded, UnsupportedError
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.shallow import ShallowNetwork

__all__ = ["Chamber", "network_chambers"]

Vector = tuple[Fraction, ...]
#: Rows (w_1, .., w_p, c) of an affine map s -> <w, s> + c.
AffineRows = tuple[Vector, ...]


@dataclass(frozen=True)
class Chamber:
    """A full-dimensional closed polyhedron on which a network is affine.

    Attributes
    ----------
    signs : one tuple of -1, 0, 1 per hidden layer, one entry per neuron
        Sign of the preactivation inside; 0 if it vanishes on the whole chamber.
    normals : k rows of p Fractions
        The chamber is { s : <n_i, s> + o_i >= 0 for all i }; no inequality can be left out.
    offsets : k Fractions
    witness : p Fractions
        A point strictly inside.
    matrix : q rows of p Fractions
        The network is s -> matrix s + offset on the chamber.
    offset : q Fractions
    """

    signs: tuple[tuple[int, ...], ...]
    normals: tuple[Vector, ...]
    offsets: Vector
    witness: Vector
    matrix: tuple[Vector, ...]
    offset: Vector

    def contains(self, point: Vector) -> bool:
        """Whether the closed chamber contains the point."""
        return all(value >= 0 for value in _affine(self.normals, self.offsets, point))

    def __call__(self, point: Vector) -> Vector:
        """The value of the chamber's affine map at a point (inside or not)."""
        return _affine(self.matrix, self.offset, point)


def network_chambers(
    network: ShallowNetwork | DeepNetwork, *, limit: int = 20_000
) -> tuple[Chamber, ...]:
    """All chambers of a network's input space, sorted by their signs.

    Parameters
    ----------
    network : ShallowNetwork or DeepNetwork
        With activation max(z, gamma z) and any number p of inputs.
    limit : int
        Largest number of chambers; d neurons give at most sum_{k <= p} C(d, k) in one layer.

    Returns
    -------
    tuple of Chamber
        They cover Q^p and their interiors are disjoint.  The map may be the same on neighbours.

    Raises
    ------
    UnsupportedError
        If the activation is not piecewise linear.
    BudgetExceeded
        If there are more than `limit` chambers.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> norm = ShallowNetwork(((one, zero), (zero, one)), (zero, zero), ((one,), (one,)), (zero,))
    >>> [(chamber.signs[0], *map(str, chamber.matrix[0])) for chamber in network_chambers(norm)]
    [((-1, -1), '0', '0'), ((-1, 1), '0', '1'), ((1, -1), '1', '0'), ((1, 1), '1', '1')]
    """
    deep = network if isinstance(network, DeepNetwork) else DeepNetwork.from_shallow(network)
    if not deep.activation.is_piecewise_linear:
        raise UnsupportedError(
            f"the activation {deep.activation.name} is not piecewise linear; "
            "use relu or leaky:1/10"
        )
    negative_slope = deep.activation.negative_slope
    size = deep.input_dimension
    identity = tuple(
        tuple(Fraction(int(i == k)) for i in range(size + 1)) for k in range(size)
    )
    cells: list[tuple[SplitCone, tuple[tuple[int, ...], ...], AffineRows]] = [
        (half_space(size + 1), (), identity)
    ]
    for layer in deep.hidden_layers:
        refined: list[tuple[SplitCone, tuple[tuple[int, ...], ...], AffineRows]] = []
        for cone, signs, rows in cells:
            forms = _compose(layer, rows, size)
            for part, pattern in _refine(cone, forms, limit - len(refined), limit):
                activated = tuple(
                    form if sign == 1 else _scaled(form, negative_slope)
                    for sign, form in zip(pattern, forms, strict=True)
                )
                refined.append((part, (*signs, pattern), activated))
        cells = refined
    chambers = [
        _chamber(cone, signs, _compose(deep.layers[-1], rows, size)) for cone, signs, rows in cells
    ]
    return tuple(sorted(chambers, key=lambda chamber: chamber.signs))


def _refine(
    cone: SplitCone, forms: Sequence[Vector], room: int, limit: int
) -> list[tuple[SplitCone, tuple[int, ...]]]:
    """Cut one cone by the zero sets of affine forms; each part with the forms' signs on it."""
    parts: list[tuple[SplitCone, tuple[int, ...]]] = [(cone, ())]
    for form in map(primitive, forms):
        cut: list[tuple[SplitCone, tuple[int, ...]]] = []
        for part, pattern in parts:
            below, above = split_cone(part, form)
            if below is not None:
                cut.append((below, (*pattern, -1)))
            if above is not None:
                cut.append((above, (*pattern, 1)))
            if below is None and above is None:
                cut.append((part, (*pattern, 0)))
        parts = cut
        if len(parts) > room:
            raise BudgetExceeded(
                f"the network has more than {limit} chambers; raise the limit or use fewer neurons"
            )
    return parts


def _compose(layer: Layer, rows: AffineRows, size: int) -> AffineRows:
    """The layer's affine map after the affine map `rows` of `size` variables."""
    result = []
    for weights, bias in zip(layer.weights, layer.biases, strict=True):
        total = [Fraction(0)] * size + [bias]
        for weight, row in zip(weights, rows, strict=True):
            if weight and any(row):
                total = [x + weight * y for x, y in zip(total, row, strict=True)]
        result.append(tuple(total))
    return tuple(result)


def _scaled(form: Vector, factor: Fraction) -> Vector:
    # The ReLU's zero is the common case, and products of Fractions are slow.
    return tuple(factor * entry for entry in form) if factor else (factor,) * len(form)


def _chamber(
    cone: SplitCone, signs: tuple[tuple[int, ...], ...], rows: AffineRows
) -> Chamber:
    *point, scale = cone.interior_point
    # The facet at infinity, a multiple of (0, .., 0, 1), says nothing about points.
    facets = sorted(facet for facet in cone.facets if any(facet[:-1]))
    return Chamber(
        signs=signs,
        normals=tuple(tuple(map(Fraction, facet[:-1])) for facet in facets),
        offsets=tuple(Fraction(facet[-1]) for facet in facets),
        witness=tuple(Fraction(x, scale) for x in point),
        matrix=tuple(row[:-1] for row in rows),
        offset=tuple(row[-1] for row in rows),
    )


def _affine(matrix: tuple[Vector, ...], offset: Vector, point: Vector) -> Vector:
    return tuple(
        sum((w * x for w, x in zip(row, point, strict=True)), c)
        for row, c in zip(matrix, offset, strict=True)
    )
