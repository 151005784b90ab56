"""Distances of the functions of two networks of any depth, cell by cell.

Both networks are affine on the cells that their layers cut one after the other (Hanin and Rolnick
2019), first those of one network, then of the other within each of these.  The seminorm is a
maximum over all cells, the supremum over their vertices; it is finite exactly if the difference
is constant along every direction in which some cell is unbounded.  All cells are enumerated.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from operator import mul

from symerm.arithmetic.linalg import primitive
from symerm.arithmetic.splitting import SplitCone, split_cone
from symerm.errors import BudgetExceeded, UnsupportedError
from symerm.networks.deep import DeepNetwork, Layer
from symerm.parametrization.cells import domain_cone, interior_point, vertices, weight
from symerm.parametrization.kinks import Box
from symerm.parametrization.seminorm import DEFAULT_LIMIT, Seminorm
from symerm.parametrization.sup_norm import SupNorm

__all__ = ["deep_distances", "difference_cells"]

Vector = tuple[Fraction, ...]
#: Rows (w_1, .., w_p, c) of an affine map.
Rows = tuple[Vector, ...]

_ZERO = Fraction(0)


def difference_cells(
    first: DeepNetwork,
    second: DeepNetwork,
    dimension: int,
    *,
    box: Box | None = None,
    limit: int = DEFAULT_LIMIT,
) -> list[tuple[SplitCone, Rows]]:
    """Cells that cover R^p or the box, each with the affine map of f - g on it.

    Parameters
    ----------
    first, second : DeepNetwork
        With equal numbers of outputs, each with p inputs or without neurons in its first layer.
    dimension : int
        p
    box : p pairs of Fractions, optional
    limit : int
        Largest number of cells; one with many corners counts as several.

    Raises
    ------
    UnsupportedError
        If an activation is not piecewise linear.
    BudgetExceeded
        If there are more cells.

    Examples
    --------
    >>> zero, one = Fraction(0), Fraction(1)
    >>> ramp = DeepNetwork((Layer(((one,),), (zero,)), Layer(((one,),), (zero,))))
    >>> line = DeepNetwork((Layer(((one,),), (zero,)),))
    >>> [rows for _, rows in difference_cells(ramp, line, 1)]
    [((Fraction(0, 1), Fraction(0, 1)),), ((Fraction(-1, 1), Fraction(0, 1)),)]
    """
    whole = domain_cone(dimension, box)
    cells: list[tuple[SplitCone, Rows]] = []
    for cone, rows in _pieces(first, whole, dimension, limit, limit):
        room = limit - len(cells)
        for part, others in _pieces(second, cone, dimension, room, limit):
            cells.append(
                (
                    part,
                    tuple(
                        tuple(a - b for a, b in zip(one, other, strict=True))
                        for one, other in zip(rows, others, strict=True)
                    ),
                )
            )
    return cells


def deep_distances(
    cells: list[tuple[SplitCone, Rows]], dimension: int
) -> tuple[Seminorm, SupNorm]:
    """The W^{1,inf} seminorm and the supremum norm of a function given cell by cell.

    Parameters
    ----------
    cells : non-empty list of pairs
        From `difference_cells`.
    dimension : int
        Number p of inputs.

    Examples
    --------
    The distance of |x| from | |x| - 1 | on [-2, 2]:

    >>> zero, one = Fraction(0), Fraction(1)
    >>> fold = Layer(((one,), (-one,)), (zero, zero))
    >>> again = Layer(((one, one), (-one, -one)), (-one, one))
    >>> end = Layer(((one, one),), (zero,))
    >>> once, twice = DeepNetwork((fold, end)), DeepNetwork((fold, again, end))
    >>> cells = difference_cells(once, twice, 1, box=((-2 * one, 2 * one),))
    >>> seminorm, supremum = deep_distances(cells, 1)
    >>> str(seminorm.value), str(supremum.value)
    ('2', '1')
    """
    steepest = _steepest(cells, dimension)
    for cone, rows in cells:
        for direction in (*(ray for ray in cone.rays if ray[-1] == 0), *cone.lines):
            if any(sum(map(mul, row, direction)) for row in rows):
                growing = tuple(map(Fraction, direction[:-1]))
                return steepest, SupNorm(None, None, None, None, growing, len(cells))
    best = SupNorm(None, None, None, None, None, len(cells))
    for cone, rows in cells:
        for vertex in vertices(cone):
            for output, row in enumerate(rows):
                value = sum(map(mul, row, vertex), row[-1])
                if best.value is None or abs(value) > best.value:
                    best = SupNorm(abs(value), value, output, vertex, None, len(cells))
    return steepest, best


def _steepest(cells: list[tuple[SplitCone, Rows]], dimension: int) -> Seminorm:
    if dimension == 0:
        return Seminorm(_ZERO, _ZERO, None, None, (), None, len(cells))
    best, place = _ZERO, (0, 0, cells[0][0])
    for cone, rows in cells:
        for output, row in enumerate(rows):
            for axis, slope in enumerate(row[:-1]):
                if abs(slope) > abs(best):
                    best, place = slope, (output, axis, cone)
    output, axis, cone = place
    return Seminorm(abs(best), best, output, axis, interior_point(cone), None, len(cells))


def _pieces(
    network: DeepNetwork, whole: SplitCone, dimension: int, room: int, limit: int
) -> Iterator[tuple[SplitCone, Rows]]:
    """The cells that a network cuts a cell into, with its affine map on each."""
    if not network.activation.is_piecewise_linear:
        raise UnsupportedError(
            f"function distances need the activation relu or leaky, not {network.activation.name}"
        )
    gamma = network.activation.negative_slope
    identity = tuple(
        tuple(Fraction(int(i == k)) for i in range(dimension + 1)) for k in range(dimension)
    )
    cells: list[tuple[SplitCone, Rows]] = [(whole, identity)]
    for layer in network.hidden_layers:
        refined: list[tuple[SplitCone, Rows]] = []
        spent = 0
        for cone, rows in cells:
            parts: list[tuple[SplitCone, Rows]] = [(cone, ())]
            for form in _compose(layer, rows, dimension):
                cut: list[tuple[SplitCone, Rows]] = []
                for part, done in parts:
                    below, above = split_cone(part, primitive(form))
                    if above is not None:
                        cut.append((above, (*done, form)))
                    if below is not None or above is None:
                        scaled = tuple(gamma * a for a in form)
                        cut.append((below or part, (*done, scaled)))
                parts = cut
                if spent + len(parts) > room:
                    raise BudgetExceeded(
                        f"the two networks cut the inputs into more than {limit} cells; raise the "
                        "limit or use a smaller box"
                    )
            refined.extend(parts)
            spent += sum(weight(part) for part, _ in parts)
        cells = refined
    for cone, rows in cells:
        yield cone, _compose(network.layers[-1], rows, dimension)


def _compose(layer: Layer, rows: Rows, dimension: int) -> Rows:
    """The layer's affine map after the affine map `rows`."""
    result = []
    for weights, bias in zip(layer.weights, layer.biases, strict=True):
        total = [_ZERO] * dimension + [bias]
        for w, row in zip(weights, rows, strict=True):
            if w:
                total = [x + w * y for x, y in zip(total, row, strict=True)]
        result.append(tuple(total))
    return tuple(result)
