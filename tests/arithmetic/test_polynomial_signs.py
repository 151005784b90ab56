"""Signs of polynomials on an interval: known roots, sympy, dense samples."""

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from symerm.arithmetic.polynomial_signs import negative_point, sign_after, sign_changes
from symerm.arithmetic.polynomials import evaluate, multiply, scale, trim
from symerm.errors import InputError

ONE = Fraction(1)
ROOTS = st.fractions(-3, 3, max_denominator=7)
#: Quadratics without rational roots: two real ones, none, and none but nearly one.
QUADRATICS = [
    (-2 * ONE, 0 * ONE, ONE),
    (ONE, 0 * ONE, ONE),
    (ONE / 4 + ONE / 10**6, -ONE, ONE),
    (ONE / 4 - ONE / 10**6 / 3, -ONE, ONE),
]
INTERVALS = st.tuples(ROOTS, ROOTS).filter(lambda ends: ends[0] < ends[1])
COEFFICIENTS = st.lists(st.fractions(-9, 9, max_denominator=4), max_size=6).map(trim)


def product(leading, roots, quadratics):
    p = (Fraction(leading),)
    for root in roots:
        p = multiply(p, (-root, ONE))
    for quadratic in quadratics:
        p = multiply(p, quadratic)
    return p


def samples(p, lower, upper):
    """Rational points between the real roots as sympy isolates them, and many others."""
    x = sympy.Symbol("x")
    poly = sympy.Poly([sympy.Rational(str(a)) for a in reversed(p)] or [0], x)
    points = {lower, upper}
    if poly.degree() > 0:
        # Isolating intervals of different roots are disjoint or share an end.
        for (a, b), _ in poly.intervals(eps=sympy.Rational(1, 10**9)):
            step = Fraction(1, 10**8)
            points |= {Fraction(str(a)) - step, Fraction(str(b)) + step}
    points |= {lower + (upper - lower) * k / 60 for k in range(61)}
    inside = sorted(point for point in points if lower <= point <= upper)
    return [(a + b) / 2 for a, b in pairwise(inside)] + inside[1:-1]


@given(COEFFICIENTS, INTERVALS)
@example(trim([ONE, -3 * ONE, 2 * ONE]), (0 * ONE, ONE))
@settings(max_examples=60)
def test_a_negative_point_is_found_exactly_if_there_is_one(p, ends):
    lower, upper = ends
    for q in (p, scale(p, -ONE)):
        point = negative_point(q, lower, upper)
        if point is None:
            assert all(evaluate(q, s) >= 0 for s in samples(q, lower, upper))
        else:
            assert lower < point < upper
            assert evaluate(q, point) < 0


@given(
    st.sampled_from([1, -2, ONE / 3]),
    st.lists(ROOTS, max_size=3),
    st.lists(ROOTS, max_size=2),
    st.lists(st.sampled_from(QUADRATICS), max_size=2),
    INTERVALS,
)
@settings(max_examples=80)
def test_signs_of_products_of_known_factors(leading, simple, double, quadratics, ends):
    lower, upper = ends
    p = product(leading, [*simple, *double, *double], quadratics)
    point = negative_point(p, lower, upper)
    if point is None:
        assert all(evaluate(p, s) >= 0 for s in samples(p, lower, upper))
    else:
        assert lower < point < upper
        assert evaluate(p, point) < 0
    # The roots of the first and the last quadratic are irrational; two of the same cancel.
    irrational = [
        float(root)
        for quadratic in (QUADRATICS[0], QUADRATICS[3])
        if quadratics.count(quadratic) == 1
        for root in sympy.Poly(
            [sympy.Rational(str(a)) for a in reversed(quadratic)], sympy.Symbol("x")
        ).all_roots()
    ]
    assume(all(abs(root - end) > 1e-9 for root in irrational for end in map(float, ends)))
    if any(lower < root < upper for root in irrational):
        with pytest.raises(InputError, match="irrational"):
            sign_changes(p, lower, upper)
    else:
        odd = {root for root in simple if simple.count(root) % 2}
        assert sign_changes(p, lower, upper) == tuple(
            sorted(root for root in odd if lower < root < upper)
        )


@given(COEFFICIENTS, ROOTS)
def test_the_sign_to_the_right(p, x):
    value = evaluate(p, x + Fraction(1, 10**30))
    assert sign_after(p, x) == (value > 0) - (value < 0)


def test_ends_are_outside():
    x = (0 * ONE, ONE)
    assert negative_point(x, 0 * ONE, ONE) is None
    assert sign_changes(x, 0 * ONE, ONE) == sign_changes(x, -ONE, 0 * ONE) == ()
    cube = multiply(x, multiply(x, x))
    assert negative_point(cube, 0 * ONE, ONE) is None
    assert negative_point(cube, -ONE, 0 * ONE) is not None
    assert sign_changes(cube, 0 * ONE, ONE) == sign_changes(cube, -ONE, 0 * ONE) == ()


@pytest.mark.parametrize("degree", [1, 2, 3, 6])
def test_a_tiny_negative_stretch_is_found(degree):
    """Between two roots at a distance of 10^-40, next to an end or inside."""
    tiny = Fraction(1, 10**40)
    base = Fraction(2, 7)
    roots = [base, base + tiny][:degree]
    rest = [Fraction(k + 2) for k in range(degree - 2)]
    p = product((-1) ** len(rest), [*roots, *rest], [])
    if degree == 1:
        p = scale(p, -ONE)
        assert negative_point(p, ONE / 4, base + tiny) > base
    else:
        for lower in (base, 0 * ONE):
            assert base < negative_point(p, lower, ONE) < base + tiny


def test_the_error_is_one_line_and_names_the_interval():
    with pytest.raises(InputError) as caught:
        sign_changes((-2 * ONE, 0 * ONE, 0 * ONE, ONE), 0 * ONE, 2 * ONE)
    assert str(caught.value) == (
        "x^3 - 2 changes sign at an irrational point between 0 and 2; breakpoints must be rational"
    )


@pytest.mark.parametrize(
    ("ends", "irrational"),
    [((-2, 2), True), ((0, 2), True), ((-2, 0), True), ((-1, 1), False), ((2, 3), False)],
)
@pytest.mark.parametrize("power", [1, 2, 3])
def test_irrational_roots_of_a_quadratic_and_its_powers(ends, irrational, power):
    lower, upper = map(Fraction, ends)
    p = product(-1, [], [QUADRATICS[0]] * power)
    if irrational and power != 2:
        with pytest.raises(InputError, match="irrational"):
            sign_changes(p, lower, upper)
    else:
        assert sign_changes(p, lower, upper) == ()
