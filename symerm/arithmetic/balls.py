"""Balls of real numbers: rational bounds, square roots, Krawczyk's test, signs of matrices.

Krawczyk's operator K(X) = x - C g(x) + (1 - C J(X))(X - x) of a function g with Jacobian J maps a
box X around x into its interior only if g has one and only one zero in X (Krawczyk 1969; Rump
2010, theorem 13.2).  Floats propose the preconditioner C; everything decided is in balls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

from flint import arb, arb_mat

from symerm.arithmetic.flint_rationals import to_flint

__all__ = [
    "ball",
    "ball_bounds",
    "ball_square",
    "krawczyk_contracts",
    "matrix_sign",
    "square_root_bounds",
]


def ball(value: Fraction, radius: Fraction = Fraction(0)) -> Any:
    """The ball of a rational centre with a radius of at least the given one.

    Examples
    --------
    >>> ball(Fraction(1, 3), Fraction(1, 10)).contains(arb(0.4))
    True
    """
    middle = arb(to_flint(value))
    return middle if radius == 0 else arb(middle, arb(to_flint(radius)).upper())


def ball_bounds(value: Any) -> tuple[Fraction, Fraction]:
    """Rational bounds of a finite ball.

    Examples
    --------
    >>> ball_bounds(arb(2))
    (Fraction(2, 1), Fraction(2, 1))
    """
    return _exact(value.lower()), _exact(value.upper())


def ball_square(value: Any) -> Any:
    """The squares of the numbers in a ball; the product with itself reaches far below 0, too.

    Examples
    --------
    >>> wide = arb(0, 1)
    >>> 1 + ball_square(wide) > 0, 1 + wide * wide > 0
    (True, False)
    """
    low, high = value.abs_lower(), value.abs_upper()
    return (low * low).union(high * high)


def square_root_bounds(square: Fraction) -> tuple[Fraction, Fraction]:
    """Bounds of a square root, of relative width below 2^-60.

    Examples
    --------
    >>> low, high = square_root_bounds(Fraction(2))
    >>> low**2 <= 2 <= high**2, high - low < Fraction(1, 2**60)
    (True, True)
    """
    if square == 0:
        return Fraction(0), Fraction(0)
    shift = max(0, 128 - square.numerator.bit_length() + square.denominator.bit_length())
    shift += shift % 2
    floor = isqrt((square.numerator << shift) // square.denominator)
    unit = Fraction(1, 2 ** (shift // 2))
    return floor * unit, (floor + 1) * unit


def krawczyk_contracts(
    value: Sequence[Any], jacobian: Sequence[Sequence[Any]], radius: Fraction
) -> bool:
    """Whether Krawczyk's operator maps a cube into its interior: it holds one zero exactly.

    Parameters
    ----------
    value : k balls
        The function at the centre.
    jacobian : k rows of k balls
        Its Jacobian over the cube.
    radius : Fraction
        Half the side of the cube.

    Examples
    --------
    x^2 - 2 on [1.4, 1.43]:

    >>> x, radius = Fraction(283, 200), Fraction(3, 200)
    >>> krawczyk_contracts([ball(x) ** 2 - 2], [[2 * ball(x, radius)]], radius)
    True
    >>> krawczyk_contracts([ball(x) ** 2 - 3], [[2 * ball(x, radius)]], radius)
    False
    """
    import numpy as np

    size = len(value)
    if size == 0:
        return True
    middle = np.array([[_float(entry) for entry in row] for row in jacobian])
    if not np.isfinite(middle).all():
        return False
    try:
        inverse = np.linalg.inv(middle)
    except np.linalg.LinAlgError:
        return False
    if not np.isfinite(inverse).all():
        return False
    preconditioner = arb_mat([[arb(float(entry)) for entry in row] for row in inverse])
    step = preconditioner * arb_mat([[entry] for entry in value])
    rest = preconditioner * arb_mat([list(row) for row in jacobian])
    bound = arb(to_flint(radius))
    for i in range(size):
        spread = sum((abs((1 if i == k else 0) - rest[i, k]) for k in range(size)), arb(0))
        if not abs(step[i, 0]) + spread * bound < bound:
            return False
    return True


def matrix_sign(matrix: Sequence[Sequence[Any]]) -> int:
    """1 if all symmetric matrices in the balls are positive definite, -1 if none is semidefinite.

    0 if neither was proved.

    Examples
    --------
    >>> matrix_sign([[arb(2), arb(1)], [arb(1), arb(2)]])
    1
    >>> matrix_sign([[arb(1), arb(2)], [arb(2), arb(1)]])
    -1
    """
    import numpy as np

    size = len(matrix)
    rows = [list(row) for row in matrix]
    for k in range(size):
        pivot = rows[k][k]
        if not pivot > 0:
            break
        for i in range(k + 1, size):
            factor = rows[i][k] / pivot
            for m in range(k + 1, size):
                rows[i][m] = rows[i][m] - factor * rows[k][m]
    else:
        return 1
    middle = np.array([[_float(entry) for entry in row] for row in matrix])
    if not np.isfinite(middle).all():
        return 0
    _, vectors = np.linalg.eigh((middle + middle.T) / 2)
    vector = [arb(float(entry)) for entry in vectors[:, 0]]
    value = sum(
        (x * y * matrix[i][k] for i, x in enumerate(vector) for k, y in enumerate(vector)), arb(0)
    )
    return -1 if value < 0 else 0


def _exact(value: Any) -> Fraction:
    mantissa, exponent = value.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _float(value: Any) -> float:
    if isinstance(value, arb):
        return float(value.mid())
    try:
        return int(value.p) / int(value.q)
    except OverflowError:
        return math.inf
