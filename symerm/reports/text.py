"""Verdicts as text for people.

Rationals are shown as they are where they are short; longer ones as decimals after ``~``.  The
decimals of bounds are rounded outwards, so that the printed interval contains the proved one.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from fractions import Fraction

from symerm.arithmetic.rationals import format_rational
from symerm.attainability.verdict import Verdict
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem

__all__ = ["format_decimal", "format_verdict"]

#: Longest exact rational that is shown in a text, in characters.
_LONGEST = 24
#: Longest exact factor within a formula.
_LONGEST_FACTOR = 9
_INDENT = 12


def format_decimal(
    value: Fraction, *, digits: int = 10, rounding: str = decimal.ROUND_HALF_EVEN
) -> str:
    """The value with some significant digits, rounded as told, whatever its size.

    Parameters
    ----------
    value : Fraction
    digits : int
        Number of significant digits.
    rounding : str
        A rounding mode of the module `decimal`.

    Examples
    --------
    >>> format_decimal(Fraction(2, 3), digits=3), format_decimal(Fraction(10) ** 400 / 3, digits=3)
    ('0.667', '3.33E+399')
    >>> format_decimal(Fraction(2, 3), digits=3, rounding=decimal.ROUND_FLOOR)
    '0.666'
    """
    context = decimal.Context(
        prec=digits, rounding=rounding, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN
    )
    # Dividing two integers rounds once; rounding them first would round twice.
    quotient = context.divide(decimal.Decimal(value.numerator), decimal.Decimal(value.denominator))
    return str(quotient)


def format_verdict(verdict: Verdict, *, source: str, certificate: str | None = None) -> str:
    """The report that ``symerm check`` prints.

    Parameters
    ----------
    verdict : Verdict
    source : str
        The data as the user named them.
    certificate : str, optional
        The path that the certificate was written to.

    Examples
    --------
    >>> from symerm.problem import Architecture
    >>> problem = Problem(Dataset.from_rows([0, 1], [2, 3]), Architecture(1))
    >>> verdict = Verdict(problem, "undecided", Fraction(0), Fraction(1, 2), reason="out of time")
    >>> print(format_verdict(verdict, source="line.csv"))
    verdict     undecided
    reason      out of time
    infimum     between 0 and 1/2
    data        line.csv: 2 points, inputs x, outputs y
    model       width 1, relu, hidden bias, output bias
    """
    lines = [_entry("verdict", verdict.verdict)]
    if verdict.reason:
        lines.append(_entry("reason", verdict.reason))
    lines.append(_entry("infimum", _infimum(verdict)))
    lines.append(_entry("data", f"{source}: {_data(verdict.problem.dataset)}"))
    lines.append(_entry("model", _model(verdict.problem)))
    if verdict.minimiser is not None:
        name = "minimiser" if verdict.verdict == "attained" else "network"
        body = _network(verdict.minimiser, verdict.problem.dataset)
        lines.extend(_entry(name if k == 0 else "", text) for k, text in enumerate(body))
    if verdict.statistics:
        counts = ", ".join(
            f"{name.replace('_', ' ')} {count}" for name, count in verdict.statistics.items()
        )
        lines.append(_entry("search", counts))
    if certificate is not None:
        lines.append(_entry("certificate", certificate))
    return "\n".join(lines)


def _entry(name: str, text: str) -> str:
    return f"{name:<{_INDENT}}{text}".rstrip()


def _infimum(verdict: Verdict) -> str:
    if verdict.exact is None:
        lower = _bound(verdict.lower, rounding=decimal.ROUND_FLOOR)
        upper = _bound(verdict.upper, rounding=decimal.ROUND_CEILING)
        return f"between {lower} and {upper}"
    exact, rounded = format_rational(verdict.exact), format_decimal(verdict.exact)
    if len(exact) > _LONGEST:
        return f"~ {rounded}"
    return exact if verdict.exact.denominator == 1 else f"{exact} ~ {rounded}"


def _data(dataset: Dataset) -> str:
    points = "1 point" if dataset.size == 1 else f"{dataset.size} points"
    return (
        f"{points}, inputs {', '.join(dataset.input_names)}, "
        f"outputs {', '.join(dataset.output_names)}"
    )


def _model(problem: Problem) -> str:
    architecture = problem.architecture
    hidden = "hidden bias" if architecture.hidden_bias else "no hidden bias"
    output = "output bias" if architecture.output_bias else "no output bias"
    return f"width {architecture.width}, {architecture.activation.name}, {hidden}, {output}"


def _network(network: ShallowNetwork, dataset: Dataset) -> Iterator[str]:
    """One line per output and neuron: nu = c + sum_j v_j act(<a_j, s> + b_j)."""
    hidden = [f"h{j}" for j in range(1, network.width + 1)]
    for k, name in enumerate(dataset.output_names):
        weights = [row[k] for row in network.output_weights]
        relation, text = _combination(weights, hidden, network.output_biases[k])
        yield f"{name} {relation} {text}"
    kind = network.activation.name
    for name, row, bias in zip(hidden, network.hidden_weights, network.hidden_biases, strict=True):
        relation, text = _combination(row, dataset.input_names, bias)
        yield f"{name} {relation} {kind}({text})"


def _combination(
    factors: Sequence[Fraction], names: Sequence[str], constant: Fraction
) -> tuple[str, str]:
    """``2*x - 1/3*y + 5`` without its zero terms, after ``=`` or, where rounded, after ``~``."""
    text, relation = "", "="
    for factor, name in [*zip(factors, names, strict=True), (constant, "")]:
        if factor == 0:
            continue
        size = format_rational(abs(factor))
        if len(size) > _LONGEST_FACTOR:
            size, relation = format_decimal(abs(factor)), "~"
        if name:
            size = name if size == "1" else f"{size}*{name}"
        sign = "-" if factor < 0 else "+"
        text += f" {sign} {size}" if text else f"{sign}{size}".removeprefix("+")
    return relation, text or "0"


def _bound(value: Fraction, *, rounding: str) -> str:
    exact = format_rational(value)
    return exact if len(exact) <= _LONGEST else format_decimal(value, rounding=rounding)
