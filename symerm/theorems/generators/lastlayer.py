"""Strategies for points on few lines through 0, in general position, and feature matrices.

Bias-free features tell points apart by rays and lines, so clouds repeat directions, face both
ways, hold 0 or the same point twice; others have no two points on a line.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.theorems.generators.basic import points as vectors
from symerm.theorems.generators.basic import rationals

__all__ = [
    "antipodal_pairs",
    "clouds_on_lines",
    "labelled_clouds",
    "matrices",
    "points_without_parallels",
]

Vector = tuple[Fraction, ...]
Points = tuple[Vector, ...]

_ZERO, _ONE = Fraction(0), Fraction(1)
_SCALES = (
    (_ONE,), (_ONE, -_ONE), (_ONE, -2 * _ONE), (_ONE, 2 * _ONE), (_ONE, 2 * _ONE, -_ONE),
)
_UNITS = rationals(bound=1, denominators=(1,))
_SMALL = rationals(bound=3, denominators=(1,))


@st.composite
def clouds_on_lines(
    draw: st.DrawFn,
    *,
    inputs: tuple[int, int] = (1, 2),
    lines: tuple[int, int] = (1, 3),
    flaws: bool = True,
) -> Points:
    """Points on lines through 0, on one or both sides.

    Parameters
    ----------
    inputs, lines : tuple of two int
        Least and largest dimension, and number of directions drawn.
    flaws : bool
        Whether 0 or a repeated point may be among them.

    Examples
    --------
    >>> from hypothesis import find
    >>> len(find(clouds_on_lines(), lambda points: len(points) > 1))
    2
    """
    p = draw(st.integers(*inputs))
    points: list[Vector] = []
    for _ in range(draw(st.integers(*lines))):
        direction = draw(vectors(p, entries=_SMALL if draw(st.booleans()) else _UNITS).filter(any))
        points += [
            tuple(t * x for x in direction) for t in draw(st.sampled_from(_SCALES))
        ]
    flaw = draw(st.sampled_from(("none", "none", "zero", "repeated"))) if flaws else "none"
    if flaw == "zero":
        points.append((_ZERO,) * p)
    elif flaw == "repeated":
        points.append(points[0])
    return tuple(points)


@st.composite
def antipodal_pairs(draw: st.DrawFn) -> Points:
    """Three pairs of points u, -t u in the plane: their directions are dependent.

    Examples
    --------
    >>> from hypothesis import find
    >>> len(find(antipodal_pairs(), lambda points: True))
    6
    """
    third = draw(st.sampled_from(((_ONE, _ONE), (_ONE, -2 * _ONE))))
    scales = (_ONE, -draw(st.sampled_from((_ONE, 2 * _ONE))))
    return tuple(
        tuple(t * x for x in u)
        for u in ((_ONE, _ZERO), (_ZERO, _ONE), third)
        for t in scales
    )


@st.composite
def labelled_clouds(draw: st.DrawFn) -> tuple[Points, Vector]:
    """Points on lines, and labels that bias-free ReLU neurons fit, or nearly, or not.

    Examples
    --------
    >>> from hypothesis import find
    >>> points, labels = find(labelled_clouds(), lambda cloud: any(cloud[1]))
    >>> len(points) == len(labels)
    True
    """
    if draw(st.integers(0, 2)) == 0:
        # Three dependent directions on both sides: homogeneous labels of which few are fitted.
        return draw(antipodal_pairs()), draw(vectors(6, entries=_UNITS))
    points = draw(clouds_on_lines())
    size, p = len(points), len(points[0])
    if draw(st.integers(0, 3)) == 0:
        return points, draw(vectors(size, entries=_UNITS))
    labels = [_ZERO] * size
    for _ in range(draw(st.integers(1, 2))):
        weights, output = draw(vectors(p, entries=_UNITS)), draw(_UNITS)
        for i, point in enumerate(points):
            height = sum((w * x for w, x in zip(weights, point, strict=True)), _ZERO)
            labels[i] += output * max(height, _ZERO)
    if draw(st.booleans()):
        labels[draw(st.integers(0, size - 1))] += draw(_UNITS)
    return points, tuple(labels)


@st.composite
def points_without_parallels(
    draw: st.DrawFn, *, inputs: int = 2, size: tuple[int, int] = (1, 5)
) -> Points:
    """Points of which no two lie on one line through 0.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(points_without_parallels(), lambda points: len(points) == 1)[0] != (0, 0)
    True
    """
    points: list[Vector] = []
    for _ in range(draw(st.integers(*size))):
        point = draw(vectors(inputs, entries=_SMALL).filter(any))
        if not any(_parallel(point, other) for other in points):
            points.append(point)
    return tuple(points)


@st.composite
def matrices(
    draw: st.DrawFn,
    *,
    rows: tuple[int, int] = (1, 4),
    columns: tuple[int, int] = (1, 4),
    orthogonal: bool = False,
) -> tuple[Vector, ...]:
    """Feature matrices with small entries, often of less than full rank.

    Parameters
    ----------
    rows, columns : tuple of two int
    orthogonal : bool
        Whether the columns are orthogonal: multiples of those of a rotation of R^4, or fewer rows
        with one entry in each column.

    Examples
    --------
    >>> from hypothesis import find
    >>> rows = find(matrices(orthogonal=True), lambda rows: len(rows) == 4 and len(rows[0]) == 2)
    >>> sum(x * y for x, y in rows)
    Fraction(0, 1)
    """
    n, m = draw(st.integers(*rows)), draw(st.integers(*columns))
    if not orthogonal:
        table = [draw(vectors(m, entries=_UNITS)) for _ in range(n)]
        if n > 1 and draw(st.booleans()):
            table[-1] = table[0]
        return tuple(table)
    m = min(m, n)
    scales = [draw(st.sampled_from((_ZERO, _ONE, 2 * _ONE, _ONE / 2))) for _ in range(m)]
    if n == 4:
        # Quaternion multiplication by (1, 2, 0, 2)/3: four orthonormal columns.
        a, b, c, d = (_ONE / 3, 2 * _ONE / 3, _ZERO, 2 * _ONE / 3)
        full = ((a, -b, -c, -d), (b, a, -d, c), (c, d, a, -b), (d, -c, b, a))
        return tuple(
            tuple(t * x for t, x in zip(scales, row[:m], strict=True)) for row in full
        )
    return tuple(
        tuple(scales[j] if i == j else _ZERO for j in range(m)) for i in range(n)
    )


def _parallel(one: Vector, other: Vector) -> bool:
    return all(
        one[i] * other[j] == one[j] * other[i] for i in range(len(one)) for j in range(i)
    )
