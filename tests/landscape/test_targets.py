"""The grammar of targets: meaning, round trips, errors with columns, hostile texts."""

import time
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.errors import InputError
from symerm.landscape.target_syntax import MAX_EXPONENT, MAX_LENGTH, MAX_NESTING
from symerm.landscape.targets import MAX_DEGREE, format_target, parse_target, target_latex

UNIT = Fraction(0), Fraction(1)
WIDE = Fraction(-3, 2), Fraction(5)
NUMBERS = st.fractions(-9, 9, max_denominator=7)


def polynomial(*coefficients, interval=WIDE):
    return PiecewisePolynomial.of(interval, [coefficients])


@st.composite
def functions(draw):
    inner = draw(st.lists(st.fractions(*WIDE, max_denominator=9), max_size=4, unique=True))
    knots = sorted({*WIDE, *inner})
    size = len(knots) - 1
    pieces = draw(st.lists(st.lists(NUMBERS, max_size=4), min_size=size, max_size=size))
    return PiecewisePolynomial.of(knots, pieces)


# Random texts with their meaning: a text, its degree, and the value at a point.


def _numeral(value):
    return f"{value.numerator}/{value.denominator}" if value.denominator > 1 else str(value)


@st.composite
def _piecewise(draw, children):
    bounds = sorted(draw(st.lists(NUMBERS, min_size=1, max_size=3, unique=True)))
    values = draw(st.lists(children, min_size=len(bounds) + 1, max_size=len(bounds) + 1))
    relation = draw(st.sampled_from(["<", " <= ", "< "]))
    cases = [
        f"x{relation}{_numeral(bound)}: {value[0]}"
        for bound, value in zip(bounds, values, strict=False)
    ]

    def meaning(x):
        return next(
            (v[2](x) for b, v in zip(bounds, values, strict=False) if x < b), values[-1][2](x)
        )

    text = f"piecewise({', '.join(cases)}, else: {values[-1][0]})"
    return text, max(value[1] for value in values), meaning


def _grow(children):
    pairs = st.tuples(children, children)
    low = children.filter(lambda child: child[1] <= 1)
    low_pairs = st.tuples(low, low)
    return st.one_of(
        pairs.map(lambda p: (f"{p[0][0]} + {p[1][0]}", max(p[0][1], p[1][1]),
                             lambda x: p[0][2](x) + p[1][2](x))),
        pairs.map(lambda p: (f"({p[0][0]}) -({p[1][0]})", max(p[0][1], p[1][1]),
                             lambda x: p[0][2](x) - p[1][2](x))),
        pairs.map(lambda p: (f"({p[0][0]})*({p[1][0]})", p[0][1] + p[1][1],
                             lambda x: p[0][2](x) * p[1][2](x))),
        pairs.map(lambda p: (f"({p[0][0]})({p[1][0]})", p[0][1] + p[1][1],
                             lambda x: p[0][2](x) * p[1][2](x))),
        children.map(lambda c: (f"-({c[0]})^2", 2 * c[1], lambda x: -(c[2](x) ** 2))),
        children.map(lambda c: (f"2({c[0]}) / - 4", c[1], lambda x: -c[2](x) / 2)),
        low.map(lambda c: (f"abs({c[0]})", c[1], lambda x: abs(c[2](x)))),
        low.map(lambda c: (f"relu( {c[0]} )", c[1], lambda x: max(c[2](x), Fraction(0)))),
        low_pairs.map(lambda p: (f"max({p[0][0]}, {p[1][0]})", max(p[0][1], p[1][1]),
                                 lambda x: max(p[0][2](x), p[1][2](x)))),
        low_pairs.map(lambda p: (f"min({p[0][0]},{p[1][0]},1)", max(p[0][1], p[1][1]),
                                 lambda x: min(p[0][2](x), p[1][2](x), Fraction(1)))),
        _piecewise(children),
    )


LEAVES = st.one_of(
    st.just(("x", 1, lambda x: x)),
    st.just(("2x", 1, lambda x: 2 * x)),
    NUMBERS.map(lambda c: (_numeral(c), 0, lambda x: c)),
    st.decimals(-99, 99, places=3).map(lambda c: (str(c), 0, lambda x: Fraction(c))),
    st.just(("-1.5e-1", 0, lambda x: Fraction(-3, 20))),
)


@given(st.recursive(LEAVES, _grow, max_leaves=6))
@settings(max_examples=150)
def test_a_text_means_what_it_says(expression):
    text, degree, meaning = expression
    assume(degree <= 8)
    target = parse_target(text, WIDE)
    assert target.degree <= degree
    # At knots the value of a jump is a matter of sides; between them the function decides.
    for a, b in pairwise(target.knots):
        for x in ((a + b) / 2, a + (b - a) / 7):
            assert target(x) == meaning(x)
    assert parse_target(format_target(target), WIDE) == target


@given(functions())
def test_what_is_written_is_read_back(target):
    text = format_target(target)
    assert parse_target(text, WIDE) == target
    assert parse_target(text.replace(" ", ""), WIDE) == target
    assert parse_target(text.replace("<", "<=").replace("^", "**"), WIDE) == target
    assert format_target(parse_target(text, WIDE)) == text


@pytest.mark.parametrize(
    ("text", "coefficients"),
    [
        ("2*x + 1", (1, 2)),
        ("-2*x + 1/3", (Fraction(1, 3), -2)),
        ("-x^2", (0, 0, -1)),
        ("(-x)**2", (0, 0, 1)),
        ("2x^2", (0, 0, 2)),
        ("3(x-1)(x+1)", (-3, 0, 3)),
        ("x(x-1)", (0, -1, 1)),
        ("2 x (x)", (0, 0, 2)),
        ("6/2/3*x", (0, 1)),
        ("x/2*4", (0, 2)),
        ("1 - 2 - 3", (-4,)),
        ("x - -1", (1, 1)),
        ("2*-x", (0, -2)),
        ("+x", (0, 1)),
        ("-+x - + - 1", (1, -1)),
        ("0.1 + .2 + 3.", (Fraction(33, 10),)),
        ("1e3x - 2.5E-1", (Fraction(-1, 4), 1000)),
        ("x/(1 + 2^3)", (0, Fraction(1, 9))),
        ("(x+1)^0 + 0^0", (2,)),
        ("x/(x - x + 2)", (0, Fraction(1, 2))),
        ("\tx\n+ 1 ", (1, 1)),
        ("x - x", ()),
        ("max(1, 2, 3)", (3,)),
        ("piecewise(else: x)", (0, 1)),
    ],
)
def test_polynomials(text, coefficients):
    assert parse_target(text, WIDE) == polynomial(*coefficients)


def test_functions_with_breakpoints():
    hat = parse_target("relu(x) - 2relu(x - 1) + relu(x - 2)", WIDE)
    assert hat == PiecewisePolynomial.of([WIDE[0], 0, 1, 2, WIDE[1]], [[], [0, 1], [2, -1], []])
    assert parse_target("max(0, 1 - abs(x - 1))", WIDE) == hat
    assert parse_target("relu(min(x, 2 - x))", WIDE) == hat
    assert parse_target("abs(x^2 - 1)", UNIT) == polynomial(1, 0, -1, interval=UNIT)


def test_cases_outside_the_interval_are_dropped():
    text = "piecewise(x < -9: 1/7, x <= -3/2: 2, x < 0: x, x < 5: x^2, x < 6: 8, else: 9)"
    assert parse_target(text, WIDE) == PiecewisePolynomial.of(
        [WIDE[0], 0, WIDE[1]], [[0, 1], [0, 0, 1]]
    )
    assert parse_target(text, (Fraction(7), Fraction(8))) == polynomial(
        9, interval=(Fraction(7), Fraction(8))
    )


def test_a_case_is_computed_where_it_applies():
    """abs(x^2 - 2) has no rational breakpoint, and none at all up to 1."""
    target = parse_target("piecewise(x < 1: abs(x^2 - 2), else: 0)", (Fraction(0), Fraction(2)))
    assert target == PiecewisePolynomial.of([0, 1, 2], [[2, 0, -1], []])
    nested = "piecewise(x < 1: piecewise(x < 1/2: 0, else: x), x < 3/2: 2, else: abs(x))"
    assert parse_target(nested, UNIT) == PiecewisePolynomial.of(
        [0, Fraction(1, 2), 1], [[], [0, 1]]
    )


def test_hundreds_of_pieces_are_quick():
    start = time.process_time()
    text = " + ".join(f"{k % 7 + 1}*relu(x - {k}/500)" for k in range(500))
    target = parse_target(text, UNIT)
    assert len(target.pieces) == 500
    assert parse_target(format_target(target), UNIT) == target
    envelope = parse_target(f"max({', '.join(f'{k}x - {k * k}/600' for k in range(300))})", UNIT)
    assert len(envelope.pieces) == 300
    assert time.process_time() - start < 5


ERRORS = [
    ("2*y + 1", "unknown name 'y' at column 3; use x"),
    ("sin(x)", "unknown name 'sin' at column 1; use abs, max, min, relu or piecewise"),
    ("__import__(x)", "unknown name '__import__' at column 1"),
    ("__import__('os').system('x')", "unexpected character \"'\" at column 12"),
    ("lambda: x", "unknown name 'lambda' at column 1"),
    ("x.real", "unexpected character '.' at column 2"),
    ("x2", "unknown name 'x2' at column 1"),
    ("0x10", "unknown name 'x10' at column 2"),
    ("1_000", "unknown name '_000' at column 2"),
    ("inf", "unknown name 'inf'"),
    ("nan", "unknown name 'nan'"),
    ("", "it is empty; write a polynomial in x such as 2*x + 1"),
    (" \n", "it is empty"),
    ("x\0", "unexpected character '\\x00' at column 2"),
    ("\u0663x", "at column 1; use numbers"),
    ("2\uff12x", "at column 2; use numbers"),
    ("x\u00b2", "at column 2; use numbers"),
    ("x \u2212 1", "at column 3; use numbers"),
    ("x +", "the end stands where a number, x or '(' should"),
    ("* x", "'*' at column 1 stands where a number"),
    ("x = 1", "unexpected character '=' at column 3"),
    ("x, 1", "unexpected ',' at column 2"),
    ("(x", "the end stands where ')' should close the '(' at column 1"),
    ("x)", "the ')' at column 2 closes no parenthesis"),
    ("()", "')' at column 2 stands where a number"),
    ("2 3", "'3' at column 3 follows a factor; write an operator between"),
    ("3.14.15", "'.15' at column 5 follows a factor"),
    ("(x)2", "'2' at column 4 follows a factor"),
    ("1/2x", "'x' at column 4 follows a divisor, which has two readings"),
    ("x/2(x - 1)", "'(' at column 4 follows a divisor"),
    ("x^2x", "'x' at column 4 follows a factor"),
    ("2^3(x)", "'(' at column 4 follows a factor"),
    ("1/x", "the divisor at column 3 is not constant"),
    ("1/abs(x - 1/2)", "the divisor at column 3 is not constant"),
    ("1/(x - x)", "the divisor at column 4 is zero"),
    ("x/0", "the divisor at column 3 is zero"),
    ("x^-1", "the exponent behind '^' at column 2 must be a whole number from 0 to 50"),
    ("x^x", "the exponent behind '^' at column 2"),
    ("x**1.5", "the exponent behind '**' at column 2"),
    ("x^(2)", "the exponent behind '^' at column 2"),
    ("x^2^2", "'^' at column 4 follows an exponent; write parentheses"),
    ("x^51", "from 0 to 50"),
    ("(x^7)^8", "the degree at column 2 becomes 56; at most 50"),
    ("x^30*x^21", "the degree at column 6 becomes 51"),
    ("1e999999", "the number at column 1: the exponent of 1e999999 is beyond 1000"),
    ("x + 1e9999999999999", "the number at column 5: the exponent"),
    ("1e-999999", "beyond 1000"),
    ("9" * 2001, "longer than 2000 characters"),
    ("(1e1000)^4", "become longer than 10000 bits"),
    ("abs", "should open the arguments of abs"),
    ("abs x", "'x' at column 5 stands where '(' should open the arguments of abs"),
    ("abs(x, 1)", "abs at column 1 takes one argument, not 2"),
    ("max(x)", "max at column 1 takes two or more arguments, separated by commas, not 1"),
    ("max()", "')' at column 5 stands where a number"),
    ("x < 1", "unexpected '<' at column 3; conditions stand in piecewise("),
    ("1 + abs(x^2 - 1/2)", "abs at column 5: x^2 - 1/2 changes sign at an irrational point"),
    ("max(x^3, 1/2)", "max at column 1: x^3 - 1/2 changes sign"),
    ("piecewise(x)", "')' at column 12 stands where '<' or '<=' should"),
    ("piecewise(x < 1: 2)", "')' at column 19 stands where ',' should separate the cases"),
    ("piecewise(x < 1/2: 2, 3)", "'3' at column 23 stands where 'x <' or 'else:' should"),
    ("piecewise(x > 1: 2, else: 3)", "unexpected character '>' at column 13"),
    ("piecewise(x < x: 2, else: 3)", "the bound at column 15 is not constant"),
    ("piecewise(x < 1 2, else: 3)", "'2' at column 17"),
    ("piecewise(x < 1, else: 3)", "',' at column 16 stands where ':' should follow the condition"),
    ("piecewise(x < 1: 2, else 3)", "'3' at column 26 stands where ':' should"),
    ("piecewise(else: 3, x < 1: 2)", "',' at column 18 stands where ')' should close"),
    (
        "piecewise(x < 1/2: 1, x < 1/2: 2, else: 3)",
        "the bound 1/2 at column 27 must be larger than the one before it, 1/2",
    ),
    ("else", "unknown name 'else'"),
]


@pytest.mark.parametrize(("text", "message"), ERRORS, ids=[repr(text)[:30] for text, _ in ERRORS])
def test_errors_are_one_line_and_name_the_column(text, message):
    with pytest.raises(InputError) as caught:
        parse_target(text, UNIT)
    said = str(caught.value)
    assert said.startswith("the target ")
    assert message in said
    assert "\n" not in said
    assert len(said) < 300


def test_the_example_of_an_error():
    with pytest.raises(InputError) as caught:
        parse_target("2*y + 1", UNIT)
    assert str(caught.value) == "the target '2*y + 1': unknown name 'y' at column 3; use x"


HOSTILE = {
    "long": "x" * (MAX_LENGTH + 1),
    "deep": "(" * 9000 + "x" + ")" * 9000,
    "one too deep": "(" * (MAX_NESTING + 1) + "x" + ")" * (MAX_NESTING + 1),
    "deep calls": "abs(" * 4000,
    "deep cases": "piecewise(else:" * 1300,
    "huge exponent": "x^" + "9" * 10_000,
    "tower": "2" + "^9" * 9000,
    "squares": "(" * 49 + "x + 1" + ")^2" * 49,
    "big product": "*".join(["1e1000"] * 2000),
    "big sum of powers": "+".join(["(x+1)^40/3e99"] * 1400),
    "long product": "(x+1)^50" + "*1" * 9000,
    "many roots": "abs(" + "*".join(f"(x^2-2x+{k}/7)" for k in range(25)) + ")",
    "big roots": "abs((12345678901234567890123456789x^5+1e300x-1)^9+1/7)",
    "many pieces": "abs(" * 49
    + "piecewise(" + "".join(f"x<{k}/400:x^{k % 7}-{k}," for k in range(1, 400)) + "else:x)"
    + ")" * 49,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_refused_quickly(name):
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        parse_target(HOSTILE[name], UNIT)
    assert time.process_time() - start < 5
    assert len(str(caught.value)) < 300


def test_what_is_just_allowed():
    x = polynomial(0, 1)
    assert parse_target("(" * MAX_NESTING + "x" + ")" * MAX_NESTING, WIDE) == x
    assert parse_target("-" * (MAX_LENGTH - 1) + "x", WIDE) == -x
    assert parse_target(f"x^{MAX_EXPONENT}", WIDE).degree == MAX_DEGREE
    assert parse_target("x^" + "0" * 5000 + "2", WIDE) == x * x
    assert parse_target("1e1000*1e-1000", WIDE) == polynomial(1)


PARTS = [
    "x", "2", "0", "1/2", "1e2", " ", "+", "-", "*", "/", "^", "**", "^2", "(", ")", ",", ":", "<",
    "<=", "abs(", "max(", "min(", "relu(", "piecewise(", "x < 1/2: ", "else: ", "y", ".", "\u00b2",
]


@given(st.lists(st.sampled_from(PARTS), max_size=9).map("".join) | st.text(max_size=9))
@settings(max_examples=400)
def test_any_text_is_read_or_refused(text):
    with suppress(InputError):
        assert parse_target(text, UNIT).interval == UNIT


def test_an_empty_interval_is_refused():
    with pytest.raises(InputError, match=r"the interval \[1, 1\] is empty"):
        parse_target("x", (Fraction(1), Fraction(1)))


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("0", "f(x) = 0"),
        ("-1", "f(x) = -1"),
        ("x", "f(x) = x"),
        ("-x^2 + 3/2*x", r"f(x) = -x^{2} + \frac{3}{2} x"),
        ("-2x^12 - x + 1/3", r"f(x) = -2 x^{12} - x + \frac{1}{3}"),
        (
            "abs(x - 1/2)",
            "f(x) = \\begin{cases}\n"
            "-x + \\frac{1}{2} & \\text{if } 0 \\le x < \\frac{1}{2} \\\\\n"
            "x - \\frac{1}{2} & \\text{if } \\frac{1}{2} \\le x \\le 1\n"
            "\\end{cases}",
        ),
    ],
)
def test_latex(text, latex):
    assert target_latex(parse_target(text, UNIT)) == latex
    assert target_latex(parse_target(text, UNIT), name="g") == "g" + latex[1:]
