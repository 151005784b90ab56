"""Targets of a true loss: piecewise polynomials on an interval, read from a text and written.

The text follows the grammar of `symerm.landscape.target_syntax`; its tree is computed in exact
arithmetic, and no part of it is ever run as code.  What is written by `format_target` is read back
as the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from operator import add

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arithmetic.polynomials import Coefficients, format_polynomial
from symerm.arithmetic.rationals import format_rational
from symerm.errors import InputError
from symerm.landscape.target_syntax import (
    Call,
    Cases,
    Expression,
    Number,
    Power,
    Product,
    Sum,
    Variable,
    parse_expression,
)
from symerm.networks.latex import rational_latex

__all__ = ["MAX_BITS", "MAX_DEGREE", "MAX_WORK", "format_target", "parse_target", "target_latex"]

Interval = tuple[Fraction, Fraction]
Operation = Callable[[PiecewisePolynomial, PiecewisePolynomial], PiecewisePolynomial]

#: Largest degree of a target and of all polynomials on the way to it.
MAX_DEGREE = 50
#: Longest numerator or denominator of a coefficient, in bits.
MAX_BITS = 10_000
#: Largest number of operations on coefficients, weighed by their length.
MAX_WORK = 1_500_000

#: Longest text that an error shows.
_SHOWN = 60

_FUNCTIONS: dict[str, Callable[..., PiecewisePolynomial]] = {
    "abs": PiecewisePolynomial.__abs__,
    "max": PiecewisePolynomial.maximum,
    "min": PiecewisePolynomial.minimum,
    "relu": PiecewisePolynomial.positive_part,
}


def parse_target(text: str, interval: Interval) -> PiecewisePolynomial:
    """The piecewise polynomial that a text describes, on an interval.

    Parameters
    ----------
    text : str
        Numbers as written, ``x``, ``+ - * / ^``, parentheses, ``abs``, ``max``, ``min``, ``relu``
        and ``piecewise(x < 1/2: .., else: ..)``.  A case applies from the bound before it to its
        own; cases outside the interval are left out.
    interval : (Fraction, Fraction)
        The ends T0 < T1.

    Raises
    ------
    InputError
        If the text does not follow the grammar, a divisor is not constant or zero, a breakpoint
        is irrational or a limit is exceeded; the message names the column.

    Examples
    --------
    >>> unit = Fraction(0), Fraction(1)
    >>> parse_target("2x + 0.5", unit).pieces
    ((Fraction(1, 2), Fraction(2, 1)),)
    >>> format_target(parse_target("abs(x - 1/3)", unit))
    'piecewise(x < 1/3: -x + 1/3, else: x - 1/3)'
    >>> parse_target("2*y + 1", unit)
    Traceback (most recent call last):
    symerm.errors.InputError: the target '2*y + 1': unknown name 'y' at column 3; use x
    """
    if interval[0] >= interval[1]:
        raise InputError(
            f"the interval [{format_rational(interval[0])}, {format_rational(interval[1])}] is "
            "empty; give a smaller and a larger end"
        )
    try:
        return _Computation().value(parse_expression(text), interval)
    except InputError as error:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        raise InputError(f"the target {shown!r}: {error.message}") from None


def format_target(target: PiecewisePolynomial) -> str:
    """The function as a text that `parse_target` reads back on the same interval.

    Examples
    --------
    >>> step = PiecewisePolynomial.of([0, 1, 2], [[0, 0, 1], [Fraction(-1, 2)]])
    >>> format_target(step)
    'piecewise(x < 1: x^2, else: -1/2)'
    """
    values = [format_polynomial(p) for p in target.pieces]
    if len(values) == 1:
        return values[0]
    cases = [
        f"x < {format_rational(bound)}: {value}"
        for bound, value in zip(target.knots[1:-1], values, strict=False)
    ]
    return f"piecewise({', '.join(cases)}, else: {values[-1]})"


def target_latex(target: PiecewisePolynomial, *, name: str = "f") -> str:
    r"""The function as a formula in plain amsmath, a ``cases`` environment if it has pieces.

    Examples
    --------
    >>> step = PiecewisePolynomial.of([0, 1, 2], [[0, 0, 1], [Fraction(-1, 2)]])
    >>> print(target_latex(step))
    f(x) = \begin{cases}
    x^{2} & \text{if } 0 \le x < 1 \\
    -\frac{1}{2} & \text{if } 1 \le x \le 2
    \end{cases}
    """
    pieces = target.refine()
    if len(pieces) == 1:
        return f"{name}(x) = {_polynomial_latex(pieces[0].coefficients)}"
    rows = []
    for lower, upper, p in pieces:
        relation = "<" if upper < target.knots[-1] else r"\le"
        condition = rf"{rational_latex(lower)} \le x {relation} {rational_latex(upper)}"
        rows.append(rf"{_polynomial_latex(p)} & \text{{if }} {condition}")
    body = " \\\\\n".join(rows)
    return f"{name}(x) = \\begin{{cases}}\n{body}\n\\end{{cases}}"


def _polynomial_latex(p: Coefficients) -> str:
    text = ""
    for power in range(len(p) - 1, -1, -1):
        if p[power]:
            name = ("", "x")[power] if power < 2 else f"x^{{{power}}}"
            size = abs(p[power])
            factor = "" if size == 1 and power else rational_latex(size)
            term = " ".join(part for part in (factor, name) if part)
            sign = "-" if p[power] < 0 else "+"
            text += f" {sign} {term}" if text else sign.strip("+") + term
    return text or "0"


class _Computation:
    """The value of a tree, with an account of the work that has been done for it."""

    def __init__(self) -> None:
        self._work = 0

    def value(self, node: Expression, interval: Interval) -> PiecewisePolynomial:
        match node:
            case Number(_, number):
                result = PiecewisePolynomial(interval, ((number,),))
            case Variable():
                result = PiecewisePolynomial(interval, ((Fraction(0), Fraction(1)),))
            case Sum(column, terms):
                values = [self.value(term, interval) * sign for sign, term in terms]
                result = self._folded(add, values, cost=1, column=column)
            case Product():
                result = self._product(node, interval)
            case Power():
                result = self._power(node, interval)
            case Call():
                result = self._call(node, interval)
            case Cases():
                result = self._cases(node, interval)
        return result

    def _folded(
        self, operation: Operation, values: Sequence[PiecewisePolynomial], *, cost: int, column: int
    ) -> PiecewisePolynomial:
        """All values in one, by halves: hundreds with one breakpoint each stay cheap.

        The time of the operation grows with the degree to the power `cost`.
        """
        if len(values) == 1:
            return values[0]
        half = len(values) // 2
        left = self._folded(operation, values[:half], cost=cost, column=column)
        right = self._folded(operation, values[half:], cost=cost, column=column)
        self._account(column, max(_size(left), _size(right)) ** cost, left, right)
        return self._checked(operation(left, right), column)

    def _product(self, node: Product, interval: Interval) -> PiecewisePolynomial:
        product: PiecewisePolynomial | None = None
        for exponent, factor in node.factors:
            value = self.value(factor, interval)
            if exponent < 0:
                value = PiecewisePolynomial(interval, ((1 / self._divisor(value, factor),),))
            product = value if product is None else self._times(product, value, factor.column)
        assert product is not None
        return product

    def _divisor(self, value: PiecewisePolynomial, node: Expression) -> Fraction:
        if value.degree > 0 or len(value.pieces) > 1:
            raise InputError(
                f"the divisor at column {node.column} is not constant; divide by numbers only"
            )
        if value.degree < 0:
            raise InputError(f"the divisor at column {node.column} is zero")
        return value.pieces[0][0]

    def _power(self, node: Power, interval: Interval) -> PiecewisePolynomial:
        base = self.value(node.base, interval)
        power = PiecewisePolynomial(interval, ((Fraction(1),),))
        for _ in range(node.exponent):
            power = self._times(power, base, node.column)
        return power

    def _times(
        self, f: PiecewisePolynomial, g: PiecewisePolynomial, column: int
    ) -> PiecewisePolynomial:
        if f.degree + g.degree > MAX_DEGREE:
            raise InputError(
                f"the degree at column {column} becomes {f.degree + g.degree}; at most "
                f"{MAX_DEGREE} is allowed"
            )
        self._account(column, _size(f) * _size(g), f, g)
        return self._checked(f * g, column)

    def _call(self, node: Call, interval: Interval) -> PiecewisePolynomial:
        values = [self.value(argument, interval) for argument in node.arguments]

        def operation(*operands: PiecewisePolynomial) -> PiecewisePolynomial:
            try:
                return _FUNCTIONS[node.name](*operands)
            except InputError as error:
                raise InputError(f"{node.name} at column {node.column}: {error.message}") from None

        # To find roots takes time cubic in the degree.
        if len(values) > 1:
            return self._folded(operation, values, cost=3, column=node.column)
        self._account(node.column, _size(values[0]) ** 3, values[0])
        return self._checked(operation(values[0]), node.column)

    def _cases(self, node: Cases, interval: Interval) -> PiecewisePolynomial:
        lower, upper = interval
        bounds = [self._bound(bound, interval) for bound in node.bounds]
        for (a, b), later in zip(pairwise(bounds), node.bounds[1:], strict=True):
            if a >= b:
                raise InputError(
                    f"the bound {format_rational(b)} at column {later.column} must be larger "
                    f"than the one before it, {format_rational(a)}"
                )
        knots, pieces = [lower], []
        for bound, value in zip([*bounds, upper], node.values, strict=True):
            end = min(bound, upper)
            # Each value is computed where it applies; elsewhere its breakpoints may be irrational.
            if knots[-1] < end:
                for piece in self.value(value, (knots[-1], end)).refine():
                    knots.append(piece.upper)
                    pieces.append(piece.coefficients)
        return PiecewisePolynomial(tuple(knots), tuple(pieces))

    def _bound(self, node: Expression, interval: Interval) -> Fraction:
        bound = self.value(node, interval)
        if bound.degree > 0 or len(bound.pieces) > 1:
            raise InputError(f"the bound at column {node.column} is not constant; write a number")
        return bound.pieces[0][0] if bound.degree == 0 else Fraction(0)

    def _account(self, column: int, operations: int, *operands: PiecewisePolynomial) -> None:
        pieces = sum(len(f.pieces) for f in operands)
        longest = max(map(_bits, operands))
        self._work += pieces * operations * (1 + longest // 500)
        if self._work > MAX_WORK:
            raise InputError(f"the target becomes too large at column {column}; simplify it")

    def _checked(self, f: PiecewisePolynomial, column: int) -> PiecewisePolynomial:
        if _bits(f) > MAX_BITS:
            raise InputError(
                f"the numbers at column {column} become longer than {MAX_BITS} bits; write "
                "shorter ones"
            )
        return f


def _size(f: PiecewisePolynomial) -> int:
    return f.degree + 2


def _bits(f: PiecewisePolynomial) -> int:
    return max(
        (max(c.numerator.bit_length(), c.denominator.bit_length()) for p in f.pieces for c in p),
        default=0,
    )
