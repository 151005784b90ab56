"""Piecewise polynomials: values, algebra, integrals and signs against independent ways."""

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.errors import InputError

NUMBERS = st.fractions(-5, 5, max_denominator=4)
START, END = Fraction(-2), Fraction(5, 2)
POINTS = st.fractions(START, END, max_denominator=12)
SIDES = ("left", "right")


@st.composite
def raw(draw, degree=3):
    """Knots and coefficients, neither merged nor trimmed."""
    inner = draw(st.lists(POINTS, max_size=4, unique=True))
    knots = sorted({START, END, *inner})
    pieces = draw(
        st.lists(
            st.lists(NUMBERS, max_size=degree + 1),
            min_size=len(knots) - 1,
            max_size=len(knots) - 1,
        )
    )
    return knots, pieces


def functions(degree=3):
    return raw(degree).map(lambda data: PiecewisePolynomial.of(*data))


def look_up(data, x, side):
    """The one-sided value, straight from the definition."""
    for (a, b), piece in zip(pairwise(data[0]), data[1], strict=True):
        if a < x < b or (x == a and (side == "right" or a == START)) or (
            x == b and (side == "left" or b == END)
        ):
            return sum((c * x**k for k, c in enumerate(piece)), Fraction(0))
    raise AssertionError(x)


def places(*functions):
    """All knots and a point between each two of them."""
    knots = sorted({knot for f in functions for knot in f.knots})
    return sorted({*knots, *((a + b) / 2 for a, b in pairwise(knots))})


@given(raw(), POINTS)
def test_values_are_those_of_the_definition(data, x):
    f = PiecewisePolynomial.of(*data)
    for side in SIDES:
        for place in (x, *data[0]):
            assert f(place, side=side) == look_up(data, place, side)
    assert f.interval == (START, END)
    assert f.is_continuous == all(
        look_up(data, t, "left") == look_up(data, t, "right") for t in data[0]
    )


@given(raw(), st.lists(POINTS, max_size=3))
def test_equal_functions_are_equal_objects(data, extra):
    f = PiecewisePolynomial.of(*data)
    pieces = f.refine(extra)
    assert {piece.lower for piece in pieces} | {END} == {*f.knots, *extra, START, END}
    again = PiecewisePolynomial.of(
        [START, *(piece.upper for piece in pieces)],
        [[*piece.coefficients, 0, 0] for piece in pieces],
    )
    assert again == f
    assert hash(again) == hash(f)
    assert all(p != q for p, q in pairwise(f.pieces))
    assert f != f + 1
    bump = PiecewisePolynomial.of([START, END - Fraction(1, 99), END], [[], [1]])
    assert f != f + bump
    assert f + bump - bump == f


@given(functions(), functions(), functions(), NUMBERS)
@settings(max_examples=50)
def test_ring_laws(f, g, h, number):
    assert f + g == g + f
    assert (f + g) + h == f + (g + h)
    assert f * g == g * f
    assert (f * g) * h == f * (g * h)
    assert f * (g + h) == f * g + f * h
    assert f - f == f * 0
    assert number - f == -(f - number)
    assert number * f == f * number
    assert f**3 == f * f * f
    assert f**0 == f * 0 + 1
    assert (f * g).degree <= max(f.degree + g.degree, -1)
    for x in places(f, g):
        for side in SIDES:
            a, b = f(x, side=side), g(x, side=side)
            assert (f + g)(x, side=side) == a + b
            assert (f - g)(x, side=side) == a - b
            assert (f * g)(x, side=side) == a * b
            assert (f * number)(x, side=side) == a * number
            assert (number - f)(x, side=side) == number - a


def test_degrees():
    assert PiecewisePolynomial.of([0, 1], [[0, 0]]).degree == -1
    assert PiecewisePolynomial.of([0, 1, 2], [[7], [0, 0, 3]]).degree == 2


@given(raw(), POINTS, POINTS)
@settings(max_examples=30)
def test_integrals_are_those_of_sympy(data, a, b):
    x = sympy.Symbol("x")
    f = PiecewisePolynomial.of(*data)
    low, high = min(a, b), max(a, b)
    wanted = wanted_moment = sympy.Integer(0)
    for (lower, upper), piece in zip(pairwise(data[0]), data[1], strict=True):
        term = sum((sympy.Rational(str(c)) * x**k for k, c in enumerate(piece)), sympy.Integer(0))
        left, right = max(lower, low), min(upper, high)
        if left < right:
            wanted += sympy.integrate(
                term, (x, sympy.Rational(str(left)), sympy.Rational(str(right)))
            )
        wanted_moment += sympy.integrate(
            x**2 * term, (x, sympy.Rational(str(lower)), sympy.Rational(str(upper)))
        )
    assert f.integral(low, high) == Fraction(str(wanted)) == -f.integral(high, low)
    assert f.moment(2) == Fraction(str(wanted_moment))


@given(functions(), functions())
@settings(max_examples=20)
def test_integrals_are_those_of_mpmath(f, g):
    with mpmath.workdps(30):
        product = f * g
        knots = [mpmath.mpf(t.numerator) / t.denominator for t in product.knots]

        def piece(p):
            return lambda x: mpmath.polyval(
                [mpmath.mpf(c.numerator) / c.denominator for c in reversed(p)] or [0], x
            )

        numeric = sum(
            mpmath.quad(piece(p), [a, b])
            for (a, b), p in zip(pairwise(knots), product.pieces, strict=True)
        )
        exact = product.integral()
        assert abs(numeric - mpmath.mpf(exact.numerator) / exact.denominator) < mpmath.mpf("1e-20")


@given(functions(), POINTS, st.integers(0, 4))
def test_the_fundamental_theorem(f, x, k):
    primitive = f.antiderivative()
    assert primitive.is_continuous
    assert primitive(START) == 0
    assert primitive(x) == f.integral(upper=x)
    assert primitive.derivative() == f
    power = PiecewisePolynomial.of([START, END], [[*([0] * k), 1]])
    assert f.moment(k) == (power * f).integral()


@given(functions(), POINTS, POINTS)
def test_restriction(f, a, b):
    low, high = min(a, b), max(a, b)
    if low == high:
        with pytest.raises(InputError, match="not an interval"):
            f.restrict(low, high)
        return
    g = f.restrict(low, high)
    assert g.interval == (low, high)
    assert g.integral() == f.integral(low, high)
    for x in places(g):
        if low < x < high:
            assert all(f(x, side=side) == g(x, side=side) for side in SIDES)
    assert f.restrict(START, END) == f


@given(functions(degree=1), functions(degree=1), NUMBERS)
def test_lattice_operations_of_affine_pieces(f, g, number):
    upper, lower = f.maximum(g), f.minimum(g)
    assert upper + lower == f + g
    assert upper - lower == abs(f - g)
    assert (f - number).positive_part() == f.maximum(number) - number
    for x in places(upper, lower, abs(f), f.minimum(number)):
        for side in SIDES:
            a, b = f(x, side=side), g(x, side=side)
            assert upper(x, side=side) == max(a, b)
            assert lower(x, side=side) == min(a, b)
            assert abs(f)(x, side=side) == abs(a)
            assert f.positive_part()(x, side=side) == max(a, 0)
            assert f.minimum(number)(x, side=side) == min(a, number)


@given(functions(), st.lists(POINTS, min_size=1, max_size=3))
@settings(max_examples=50)
def test_absolute_values_of_products_of_known_roots(f, roots):
    p = f * 0 + 1
    for root in roots:
        p = p * PiecewisePolynomial.of([START, END], [[-root, 1]])
    p = p * (f * f + 1)
    size = abs(p)
    assert size * size == p * p
    assert size.sign_on_interval().nonnegative
    assert set(size.knots) <= {*p.knots, *roots}


@given(functions(degree=4))
@settings(max_examples=60)
def test_signs_have_witnesses_and_dense_samples_agree(f):
    signs = f.sign_on_interval()
    assert (signs.nonnegative, signs.nonpositive) == (
        signs.negative_at is None,
        signs.positive_at is None,
    )
    grid = [x for a, b in pairwise(places(f)) for x in (a, (2 * a + b) / 3, (a + 2 * b) / 3, b)]
    values = [f(x, side=side) for x in grid for side in SIDES]
    for witness, sign in ((signs.negative_at, -1), (signs.positive_at, 1)):
        if witness is None:
            assert all(sign * value <= 0 for value in values)
        else:
            assert witness not in f.knots
            assert sign * f(witness) > 0
    assert (f * f).sign_on_interval().nonnegative
    assert (-(f * f)).sign_on_interval().nonpositive


def test_a_dip_in_one_of_many_pieces_is_found():
    count = 400
    knots = [Fraction(k, count) for k in range(count + 1)]
    x = PiecewisePolynomial.of([0, 1], [[0, 1]])
    teeth = PiecewisePolynomial.of(knots, [[k % 2, k] for k in range(count)])
    assert teeth.sign_on_interval().nonnegative
    place = Fraction(2, 3)
    dip = (x - place) * (x - place) - Fraction(1, 10**12)
    f = teeth * 0 + dip
    assert abs(f.sign_on_interval().negative_at - place) < Fraction(1, 10**6)
    assert (dip + Fraction(1, 10**12)).sign_on_interval().nonnegative
    cubic = (dip + Fraction(1, 10**12)) * (x + 1)
    assert cubic.sign_on_interval().nonnegative
    assert abs((dip * (x + 1)).sign_on_interval().negative_at - place) < Fraction(1, 10**6)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: PiecewisePolynomial.of([0], []), "at least two knots"),
        (lambda: PiecewisePolynomial.of([0, 1], []), "one piece between"),
        (lambda: PiecewisePolynomial.of([0, 1, 1], [[1], [2]]), "1 is followed by 1"),
        (lambda: PiecewisePolynomial.of([0, 1], [[1]])(2), r"2 lies outside .* \[0, 1\]"),
        (lambda: PiecewisePolynomial.of([0, 1], [[1]]).integral(-1), "-1 lies outside"),
        (lambda: PiecewisePolynomial.of([0, 1], [[1]]).restrict(0, 2), "2 lies outside"),
        (lambda: PiecewisePolynomial.of([0, 1], [[1]]) ** -1, "negative"),
        (
            lambda: PiecewisePolynomial.of([0, 1], [[1]]) + PiecewisePolynomial.of([0, 2], [[1]]),
            r"on \[0, 1\] and on \[0, 2\]",
        ),
        (lambda: abs(PiecewisePolynomial.of([0, 2], [[-2, 0, 1]])), "irrational"),
        (
            lambda: PiecewisePolynomial.of([0, 2], [[0, 0, 0, 1]]).maximum(2),
            "irrational point between 0 and 2",
        ),
    ],
)
def test_errors(call, text):
    with pytest.raises(InputError, match=text):
        call()


def test_an_irrational_crossing_outside_a_piece_does_no_harm():
    f = PiecewisePolynomial.of([0, 1, 2], [[-2, 0, 1], [1]])
    assert abs(f) == PiecewisePolynomial.of([0, 1, 2], [[2, 0, -1], [1]])
