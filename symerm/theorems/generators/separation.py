"""Strategies for the separation of ball indicators: radii, weights, values of a feature.

Radii and weights lie on and around the ranges that the theorem of Safran, Lee (2021) uses: |x| in
[0.9, 2.1], lambda in [1, 2], xi in [0.45, 0.472].  The ends of these ranges are drawn often, since
constants are decided there.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.theorems.generators.basic import points

__all__ = [
    "ball_radii",
    "feature_values",
    "heavy_scales",
    "input_norms",
    "near_unit_vectors",
    "separating_weights",
]

_ENDS = (
    Fraction(9, 10), Fraction(21, 10), Fraction(2), Fraction(1), Fraction(0),
    Fraction(20), Fraction(200),
)  # fmt: skip


def _grid(low: int, high: int, denominator: int) -> st.SearchStrategy[Fraction]:
    return st.integers(low, high).map(lambda numerator: Fraction(numerator, denominator))


def input_norms() -> st.SearchStrategy[Fraction]:
    """Norms |x| of an input: the range [0.9, 2.1], its ends, 0, and far out.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(input_norms(), lambda norm: Fraction(9, 10) < norm < 1)
    Fraction(19, 20)
    """
    return st.one_of(_grid(18, 42, 20), st.sampled_from(_ENDS), _grid(0, 60, 10))


def ball_radii() -> st.SearchStrategy[Fraction]:
    """Radii lambda of balls: in [1, 2] above all, some smaller and larger ones.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(ball_radii(), lambda radius: radius > 2) > 2
    True
    """
    return st.one_of(_grid(10, 20, 10), st.sampled_from((Fraction(1), Fraction(2))), input_norms())


def separating_weights() -> st.SearchStrategy[Fraction]:
    """Weights xi: in [0.45, 0.472] above all, some that separate no ball or a very large one.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(separating_weights(), lambda weight: weight > 1)
    Fraction(2, 1)
    """
    others = tuple(
        Fraction(text) for text in ("0", "2/5", "43/100", "12/25", "49/100", "1/2", "1", "2", "3")
    )
    return st.one_of(
        _grid(450, 472, 1000), st.sampled_from((Fraction(59, 125), *others)), _grid(40, 60, 100)
    )


def feature_values() -> st.SearchStrategy[Fraction]:
    """Values z of a feature, strictly between -1 and 1.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(feature_values(), lambda value: abs(value) > Fraction(19, 20))
    Fraction(99, 100)
    """
    return st.one_of(
        _grid(-10, 10, 20), _grid(-19, 19, 20),
        st.sampled_from((Fraction(99, 100), Fraction(-99, 100), Fraction(4, 5))),
    )


def near_unit_vectors() -> st.SearchStrategy[tuple[Fraction, ...]]:
    """Inputs with small entries, many of them with |x| = 1.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(near_unit_vectors(), lambda x: len(x) > 1 and sum(c * c for c in x) == 1)
    (Fraction(3, 5), Fraction(4, 5))
    """
    unit = (
        (Fraction(3, 5), Fraction(4, 5)), (Fraction(-1),),
        (Fraction(2, 3), Fraction(-2, 3), Fraction(1, 3)), (Fraction(0), Fraction(1)),
    )
    return st.one_of(st.sampled_from(unit), st.integers(1, 3).flatmap(points))


def heavy_scales() -> st.SearchStrategy[Fraction]:
    """Scales a of the heavy-tailed law; its paper leaves the value open.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(heavy_scales(), lambda scale: scale < 1)
    Fraction(1, 2)
    """
    return st.sampled_from((Fraction(1), Fraction(1, 2), Fraction(2), Fraction(3, 2)))
