"""The grammar of targets: from a text to a tree, by recursive descent::

    sum     = signed {("+" | "-") product}          product = signed {["*" | "/"] signed}
    signed  = {"+" | "-"} power                     power   = atom [("^" | "**") integer]
    atom    = number | "x" | "(" sum ")" | name "(" sum {"," sum} ")"
            | "piecewise" "(" {"x" ("<" | "<=") sum ":" sum ","} "else" ":" sum ")"

A factor may follow another without ``*`` where that has one reading: ``2x``, ``3(x-1)``, but
neither ``1/2x`` nor ``x^2x``.  Nothing is computed here, and errors name a column of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from symerm.arithmetic.rationals import parse_rational
from symerm.errors import InputError

__all__ = [
    "FUNCTIONS",
    "MAX_EXPONENT",
    "MAX_LENGTH",
    "MAX_NESTING",
    "Call",
    "Cases",
    "Expression",
    "Number",
    "Power",
    "Product",
    "Sum",
    "Variable",
    "parse_expression",
]

#: Longest text that is read, in characters.
MAX_LENGTH = 20_000
#: Deepest nesting of parentheses.
MAX_NESTING = 50
#: Largest exponent.
MAX_EXPONENT = 50

#: The functions with the least and the largest number of arguments, None for any number.
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "abs": (1, 1),
    "max": (2, None),
    "min": (2, None),
    "relu": (1, 1),
}

_NAMES = f"{', '.join(FUNCTIONS)} or piecewise"

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<operator>\*\*|<=|[-+*/^(),:<]))",
    re.ASCII,
)


@dataclass(frozen=True)
class Number:
    """A numeral."""

    column: int
    value: Fraction


@dataclass(frozen=True)
class Variable:
    """The variable x."""

    column: int


@dataclass(frozen=True)
class Sum:
    """A sum of terms, each with a sign +1 or -1."""

    column: int
    terms: tuple[tuple[int, Expression], ...]


@dataclass(frozen=True)
class Product:
    """A product of factors, each with the exponent +1 or -1."""

    column: int
    factors: tuple[tuple[int, Expression], ...]


@dataclass(frozen=True)
class Power:
    """A power with an exponent from 0 to `MAX_EXPONENT`."""

    column: int
    base: Expression
    exponent: int


@dataclass(frozen=True)
class Call:
    """One of `FUNCTIONS` with a number of arguments that it takes."""

    column: int
    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Cases:
    """values[k] up to bounds[k], and the last of the values, one more, behind all bounds."""

    column: int
    bounds: tuple[Expression, ...]
    values: tuple[Expression, ...]


Expression = Number | Variable | Sum | Product | Power | Call | Cases


def parse_expression(text: str) -> Expression:
    """The tree of a text.

    Raises
    ------
    InputError
        If the text does not follow the grammar or exceeds a limit.

    Examples
    --------
    >>> parse_expression("x^2")
    Power(column=1, base=Variable(column=1), exponent=2)
    """
    if len(text) > MAX_LENGTH:
        raise InputError(f"{len(text)} characters are too many; at most {MAX_LENGTH} are read")
    if not text.strip():
        raise InputError("it is empty; write a polynomial in x such as 2*x + 1")
    return _Parser(_tokens(text)).whole()


class _Token(NamedTuple):
    kind: str
    text: str
    column: int

    @property
    def shown(self) -> str:
        return "the end" if self.kind == "end" else f"{self.text!r} at column {self.column}"


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            position = len(text) - len(text[position:].lstrip())
            raise InputError(
                f"unexpected character {text[position]!r} at column {position + 1}; use numbers, "
                "x, + - * / ^ and parentheses"
            )
        kind = str(match.lastgroup)
        tokens.append(_Token(kind, match[kind], match.start(kind) + 1))
        position = match.end()
    return [*tokens, _Token("end", "", end + 1)]


class _Parser:
    """One method for each line of the grammar; each starts at the current token."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._sum()
        token = self._token
        if token.text == ")":
            raise InputError(f"the ')' at column {token.column} closes no parenthesis; remove it")
        if token.text in ("<", "<="):
            raise InputError(
                f"unexpected {token.shown}; conditions stand in "
                "piecewise(x < 1/2: .., else: ..)"
            )
        if token.kind != "end":
            raise InputError(f"unexpected {token.shown}; an operator or the end should stand there")
        return expression

    @property
    def _token(self) -> _Token:
        return self._tokens[self._place]

    def _take(self, *texts: str) -> _Token | None:
        """Pass over the token if it is one of these texts."""
        token = self._token
        if token.text not in texts:
            return None
        self._place += 1
        return token

    def _expect(self, text: str, purpose: str) -> _Token:
        token = self._take(text)
        if token is None:
            raise InputError(f"{self._token.shown} stands where {text!r} should {purpose}")
        return token

    def _sum(self) -> Expression:
        column = self._token.column
        terms = [(1, self._product())]
        while operator := self._take("+", "-"):
            terms.append((1 if operator.text == "+" else -1, self._product()))
        return terms[0][1] if len(terms) == 1 else Sum(column, tuple(terms))

    def _product(self) -> Expression:
        column = self._token.column
        factors = [(1, self._signed())]
        divided = False
        while True:
            if operator := self._take("*", "/"):
                divided = operator.text == "/"
                factors.append((-1 if divided else 1, self._signed()))
            elif self._token.kind in ("number", "name") or self._token.text == "(":
                self._check_one_reading(divided)
                factors.append((1, self._signed()))
            else:
                break
        return factors[0][1] if len(factors) == 1 else Product(column, tuple(factors))

    def _check_one_reading(self, divided: bool) -> None:
        """Whether the factor that follows without an operator can only mean one thing."""
        after_exponent = self._tokens[self._place - 2].text in ("^", "**")
        if self._token.kind == "number" or after_exponent:
            raise InputError(f"{self._token.shown} follows a factor; write an operator between")
        if divided:
            raise InputError(
                f"{self._token.shown} follows a divisor, which has two readings; write * or "
                "parentheses"
            )

    def _signed(self) -> Expression:
        column = self._token.column
        sign = 1
        while operator := self._take("+", "-"):
            sign = sign if operator.text == "+" else -sign
        power = self._power()
        return power if sign > 0 else Sum(column, ((-1, power),))

    def _power(self) -> Expression:
        base = self._atom()
        operator = self._take("^", "**")
        if operator is None:
            return base
        token = self._token
        digits = token.text.lstrip("0") or "0"
        # The length is looked at first: int() refuses numerals of thousands of digits.
        if not (token.text.isdecimal() and len(digits) < 9 and int(digits) <= MAX_EXPONENT):
            raise InputError(
                f"the exponent behind {operator.shown} must be a whole number from 0 to "
                f"{MAX_EXPONENT}"
            )
        self._place += 1
        if again := self._take("^", "**"):
            raise InputError(f"{again.shown} follows an exponent; write parentheses")
        return Power(base.column, base, int(digits))

    def _atom(self) -> Expression:
        token = self._token
        self._place += 1
        if token.kind == "number":
            try:
                return Number(token.column, parse_rational(token.text))
            except InputError as error:
                raise InputError(f"the number at column {token.column}: {error.message}") from None
        if token.text == "x":
            return Variable(token.column)
        if token.text == "(":
            return self._inside(token, self._sum)
        if token.text in FUNCTIONS:
            return self._inside(self._opening(token), lambda: self._call(token))
        if token.text == "piecewise":
            return self._inside(self._opening(token), lambda: self._cases(token))
        if token.kind == "name":
            advice = _NAMES if self._token.text == "(" else "x"
            name = token.text if len(token.text) <= 20 else f"{token.text[:20]}..."
            raise InputError(f"unknown name {name!r} at column {token.column}; use {advice}")
        raise InputError(f"{token.shown} stands where a number, x or '(' should")

    def _opening(self, function: _Token) -> _Token:
        return self._expect("(", f"open the arguments of {function.text}")

    def _inside(self, opening: _Token, content: Callable[[], Expression]) -> Expression:
        """What stands between an opening parenthesis and the closing one."""
        if self._depth == MAX_NESTING:
            raise InputError(
                f"the '(' at column {opening.column} opens level {MAX_NESTING + 1}; at most "
                f"{MAX_NESTING} parentheses may be nested"
            )
        self._depth += 1
        expression = content()
        self._depth -= 1
        self._expect(")", f"close the '(' at column {opening.column}")
        return expression

    def _call(self, function: _Token) -> Expression:
        arguments = [self._sum()]
        while self._take(","):
            arguments.append(self._sum())
        least, most = FUNCTIONS[function.text]
        if len(arguments) < least or (most is not None and len(arguments) > most):
            wanted = "one argument" if most else "two or more arguments, separated by commas"
            raise InputError(
                f"{function.text} at column {function.column} takes {wanted}, not {len(arguments)}"
            )
        return Call(function.column, function.text, tuple(arguments))

    def _cases(self, function: _Token) -> Expression:
        bounds, values = [], []
        while not self._take("else"):
            if not self._take("x"):
                raise InputError(
                    f"{self._token.shown} stands where 'x <' or 'else:' should, as in "
                    "piecewise(x < 1/2: x^2, else: 0)"
                )
            if not self._take("<", "<="):
                raise InputError(f"{self._token.shown} stands where '<' or '<=' should")
            bounds.append(self._sum())
            values.append(self._case_value())
            self._expect(",", "separate the cases; the last one is else: ..")
        values.append(self._case_value())
        return Cases(function.column, tuple(bounds), tuple(values))

    def _case_value(self) -> Expression:
        self._expect(":", "follow the condition")
        return self._sum()
