"""Verdicts as text for people.

Rationals are shown as they are where they are short; longer ones as decimals after ``~``.  The
decimals of bounds are rounded outwards, so that the printed interval contains the proved one.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from fractions import Fraction

from symerm.arithmetic.rationals import format_rational
from symerm.attainability.escape import Escape
from symerm.attainability.smooth_escape import SmoothEscape
from symerm.attainability.verdict import Verdict
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.reports.formulas import (
    combination_formula,
    eps_formula,
    format_decimal,
    network_formulas,
)

__all__ = ["format_decimal", "format_verdict"]

#: Longest exact rational that is shown in a text, in characters.
_LONGEST = 24
_INDENT = 12


def format_verdict(
    verdict: Verdict, *, source: str, certificate: str | None = None, plot: str | None = None
) -> str:
    """The report that ``symerm check`` prints.

    Parameters
    ----------
    verdict : Verdict
    source : str
        The data as the user named them.
    certificate : str, optional
        The path that the certificate was written to.
    plot : str, optional
        The path that the picture was written to.

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
    if verdict.escape is not None:
        lines.extend(_escape(verdict.escape, verdict.problem.dataset))
    if verdict.statistics:
        counts = ", ".join(
            f"{name.replace('_', ' ')} {count}" for name, count in verdict.statistics.items()
        )
        lines.append(_entry("search", counts))
    if certificate is not None:
        lines.append(_entry("certificate", certificate))
    if plot is not None:
        lines.append(_entry("plot", plot))
    return "\n".join(lines)


def _entry(name: str, text: str) -> str:
    return f"{name:<{_INDENT}}{text}".rstrip()


def _infimum(verdict: Verdict) -> str:
    if verdict.exact is None:
        lower = _bound(verdict.lower, rounding=decimal.ROUND_FLOOR)
        upper = _bound(verdict.upper, rounding=decimal.ROUND_CEILING)
        return f"between {lower} and {upper}"
    return _number(verdict.exact)


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
    return network_formulas(
        network.hidden_weights, network.hidden_biases,
        network.output_weights, network.output_biases,
        activation=network.activation.name,
        inputs=dataset.input_names, outputs=dataset.output_names,
    )


def _escape(escape: Escape | SmoothEscape, dataset: Dataset) -> Iterator[str]:
    """How the infimum is approached: where the family tends to, the family, its loss, samples."""
    yield _entry("escape", f"{escape.stratum['description']}; no network realises the limit")
    places = [name for name in escape.stratum if name not in ("kind", "description")]
    for k, name in enumerate(places):
        entry = escape.stratum[name]
        text = entry if isinstance(entry, str) else ", ".join(entry)
        yield _entry("stratum" if k == 0 else "", f"{name}: {text}")
    for k, line in enumerate(_family(escape, dataset)):
        yield _entry("family" if k == 0 else "", line)
    if isinstance(escape, Escape):
        loss, rounded = eps_formula(escape.loss)
        yield _entry("loss", f"{'~' if rounded else '='} {loss}")
    if escape.limit is not None:
        yield _entry("limit", f"loss {_number(escape.limit)} as eps falls to 0")
    yield _entry("rate", escape.rate)
    # The losses of smooth networks are not rational: what is shown is an upper bound.
    at_most = "at most " if isinstance(escape, SmoothEscape) else ""
    for k, (eps, _, value) in enumerate(escape.samples):
        shown = f"eps {format_rational(eps)}: {at_most}{_number(value)}"
        yield _entry("samples" if k == 0 else "", shown)


def _family(escape: Escape | SmoothEscape, dataset: Dataset) -> Iterator[str]:
    """The networks of the family."""
    if isinstance(escape, Escape):
        yield from network_formulas(
            *escape.family,
            activation=escape.samples[0][1].activation.name,
            inputs=dataset.input_names, outputs=dataset.output_names,
        )
        return
    a, b, v, c, neuron = escape.parts
    text, rounded = combination_formula([v], [neuron], c)
    yield f"{dataset.output_names[0]} {'~' if rounded else '='} {text}"
    text, rounded = combination_formula([a], dataset.input_names, b)
    yield f"h1 {'~' if rounded else '='} {escape.samples[0][1].activation.name}({text})"


def _number(value: Fraction) -> str:
    """Exact where that is short, with a decimal beside where it is a fraction."""
    exact, rounded = format_rational(value), format_decimal(value)
    if len(exact) > _LONGEST:
        return f"~ {rounded}"
    return exact if value.denominator == 1 else f"{exact} ~ {rounded}"


def _bound(value: Fraction, *, rounding: str) -> str:
    exact = format_rational(value)
    return exact if len(exact) <= _LONGEST else format_decimal(value, rounding=rounding)
