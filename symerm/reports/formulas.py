"""Numbers and networks as formulas for the eye.

A rational is shown as it is where it is short, else as a decimal; a formula that holds a rounded
number stands after ``~`` instead of ``=``.  A factor may be a function of eps, then the formula is
that of a family of networks.  Neurons without influence are named in one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.arithmetic.rationals import format_decimal, format_rational

__all__ = ["combination_formula", "eps_formula", "network_formulas"]

#: Longest exact factor within a formula, in characters.
_LONGEST_FACTOR = 9

Number = Fraction | int
Factor = Fraction | RationalFunction
_ZERO = Fraction(0)


def eps_formula(value: RationalFunction) -> tuple[str, bool]:
    """A rational function of eps, and whether a coefficient in it is rounded.

    Examples
    --------
    >>> eps_formula(RationalFunction.of([Fraction(-1, 3), 0, 0, 1], [0, 1]))
    ('-(1/3)/eps + eps^2', False)
    >>> eps_formula(RationalFunction.of([Fraction(10**9, 10**9 + 1)]))
    ('0.9999999990', True)
    """
    parts, rounded = _terms(value)
    return _sum(parts), rounded


def combination_formula(
    factors: Sequence[Factor], names: Sequence[str], constant: Factor = _ZERO
) -> tuple[str, bool]:
    """A linear combination without its zero terms, and whether a number in it is rounded.

    Examples
    --------
    >>> combination_formula([Fraction(2), Fraction(-1, 3)], ["x", "y"], Fraction(5))
    ('2*x - 1/3*y + 5', False)
    """
    parts, rounded = [], False
    for factor, name in [*zip(factors, names, strict=True), (constant, "")]:
        terms, is_rounded = _terms(factor)
        rounded = rounded or is_rounded
        if not name:
            parts.extend(terms)
        elif len(terms) > 1:
            parts.append(("+", f"({_sum(terms)})*{name}"))
        else:
            parts.extend(
                (sign, name if size == "1" else f"{_factor(size)}*{name}")
                for sign, size in terms
            )
    return _sum(parts), rounded


def network_formulas(
    hidden_weights: Sequence[Sequence[Factor]],
    hidden_biases: Sequence[Factor],
    output_weights: Sequence[Sequence[Factor]],
    output_biases: Sequence[Factor],
    *,
    activation: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
) -> Iterator[str]:
    """One line per output and neuron: nu = c + sum_j v_j act(<a_j, s> + b_j).

    Parameters
    ----------
    hidden_weights : d rows of p factors
    hidden_biases : d factors
    output_weights : d rows of q factors
    output_biases : q factors
    activation : str
        Name of a piecewise-linear activation.
    inputs, outputs : p and q names

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> list(network_formulas([[one], [zero]], [-one, zero], [[2 * one], [zero]], [one],
    ...                       activation="relu", inputs=["x"], outputs=["y"]))
    ['y = 2*h1 + 1', 'h1 = relu(x - 1)', 'h2 unused']
    """
    used: list[int] = []
    unused: list[int] = []
    for j, (row, bias, outgoing) in enumerate(
        zip(hidden_weights, hidden_biases, output_weights, strict=True)
    ):
        # The piecewise-linear activations vanish at zero.
        works = any(map(_nonzero, outgoing)) and any(map(_nonzero, [*row, bias]))
        (used if works else unused).append(j)
    names = [f"h{j + 1}" for j in used]
    for k, name in enumerate(outputs):
        weights = [output_weights[j][k] for j in used]
        text, rounded = combination_formula(weights, names, output_biases[k])
        yield f"{name} {_relation(rounded)} {text}"
    for j, name in zip(used, names, strict=True):
        text, rounded = combination_formula(hidden_weights[j], inputs, hidden_biases[j])
        yield f"{name} {_relation(rounded)} {activation}({text})"
    if unused:
        yield f"{', '.join(_runs(unused))} unused"


def _relation(rounded: bool) -> str:
    return "~" if rounded else "="


def _nonzero(factor: Factor) -> bool:
    return bool(factor)


def _runs(numbers: Sequence[int]) -> Iterator[str]:
    """Names of neurons, runs of three and more shortened to ``h3..h40``."""
    start = 0
    for k in range(1, len(numbers) + 1):
        if k == len(numbers) or numbers[k] != numbers[k - 1] + 1:
            first, last = numbers[start] + 1, numbers[k - 1] + 1
            if last - first > 1:
                yield f"h{first}..h{last}"
            else:
                yield from (f"h{j}" for j in range(first, last + 1))
            start = k


def _terms(factor: Factor) -> tuple[list[tuple[str, str]], bool]:
    """The terms that are not zero, as sign and size, and whether one of them is rounded."""
    if not isinstance(factor, RationalFunction):
        factor = RationalFunction.of([factor])
    powers = factor.laurent_terms()
    return _quotient_term(factor) if powers is None else _power_terms(powers)


def _power_terms(powers: Sequence[tuple[Fraction, int]]) -> tuple[list[tuple[str, str]], bool]:
    """Coefficients with powers of eps as signs and sizes, and whether one is rounded."""
    terms, rounded = [], False
    for coefficient, power in powers:
        if coefficient == 0:
            continue
        size, name = format_rational(abs(coefficient)), f"eps^{abs(power)}".removesuffix("^1")
        if len(size) > _LONGEST_FACTOR:
            size, rounded = format_decimal(abs(coefficient)), True
        if power < 0:
            size = f"{_bracketed(size)}/{name}"
        elif power:
            size = name if size == "1" else f"{size}*{name}"
        terms.append(("-" if coefficient < 0 else "+", size))
    return terms, rounded


def _quotient_term(factor: RationalFunction) -> tuple[list[tuple[str, str]], bool]:
    """A quotient of polynomials as one term."""
    sign = "+" if factor.sign > 0 else "-"
    texts, rounded = [], False
    parts: Sequence[Sequence[Number]] = factor.whole_parts()
    if any(abs(x) >= 10**_LONGEST_FACTOR for part in parts for x in part):
        # With a denominator 1 + .. the rounded numbers are of the sizes that matter.
        parts = factor.numerator, factor.denominator
    for part, turn in zip(parts, (factor.sign, 1), strict=True):
        terms, is_rounded = _power_terms([(Fraction(turn * x), k) for k, x in enumerate(part)])
        rounded = rounded or is_rounded
        texts.append(_sum(terms) if len(terms) == 1 else f"({_sum(terms)})")
    return [(sign, f"{texts[0]}/{texts[1]}")], rounded


def _bracketed(size: str) -> str:
    """A quotient that is to be divided, in brackets."""
    return f"({size})" if "/" in size else size


def _factor(size: str) -> str:
    """What is divided by a function of eps, in brackets."""
    return f"({size})" if "/eps" in size or "/(" in size else size


def _sum(parts: Sequence[tuple[str, str]]) -> str:
    """Terms with their signs, joined; 0 if there are none."""
    text = " ".join(f"{sign} {size}" for sign, size in parts)
    if text.startswith("- "):
        return f"-{text[2:]}"
    return text.removeprefix("+ ") or "0"
