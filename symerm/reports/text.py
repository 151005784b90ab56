"""Verdicts as text for people.

Rationals are shown as they are where they are short; longer ones as decimals after ``~``.  The
decimals of bounds are rounded outwards, so that the printed interval contains the proved one.
"""

from __future__ import annotations

from collections.abc import Iterator

from symerm.arithmetic.rationals import format_rational
from symerm.attainability.escape import Escape
from symerm.attainability.smooth_escape import SmoothEscape
from symerm.attainability.verdict import Verdict
from symerm.display import interval_text
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.reports.formulas import combination_formula, eps_formula, network_formulas
from symerm.reports.report_lines import exact_and_decimal, report_line

__all__ = ["format_verdict", "infimum_text"]


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
    >>> from fractions import Fraction
    >>> from symerm.problem import Architecture, Problem
    >>> problem = Problem(Dataset.from_rows([0, 1], [2, 3]), Architecture(1))
    >>> verdict = Verdict(problem, "undecided", Fraction(0), Fraction(1, 2), reason="out of time")
    >>> print(format_verdict(verdict, source="line.csv"))
    verdict     undecided
    reason      out of time
    infimum     between 0 and 1/2
    data        line.csv: 2 points, inputs x, outputs y
    model       width 1, relu, hidden bias, output bias
    """
    lines = [report_line("verdict", verdict.verdict)]
    if verdict.reason:
        lines.append(report_line("reason", verdict.reason))
    lines.append(report_line("infimum", infimum_text(verdict)))
    lines.append(report_line("data", f"{source}: {verdict.problem.dataset.summary}"))
    lines.append(report_line("model", verdict.problem.architecture.summary))
    if verdict.minimiser is not None:
        name = "minimiser" if verdict.verdict == "attained" else "network"
        body = _network(verdict.minimiser, verdict.problem.dataset)
        lines.extend(report_line(name if k == 0 else "", text) for k, text in enumerate(body))
    if verdict.escape is not None:
        lines.extend(_escape(verdict.escape, verdict.problem.dataset))
    if verdict.statistics:
        counts = ", ".join(
            f"{name.replace('_', ' ')} {count}" for name, count in verdict.statistics.items()
        )
        lines.append(report_line("search", counts))
    if certificate is not None:
        lines.append(report_line("certificate", certificate))
    if plot is not None:
        lines.append(report_line("plot", plot))
    return "\n".join(lines)


def infimum_text(verdict: Verdict) -> str:
    """The infimum if it is known, else bounds rounded outwards."""
    if verdict.exact is None:
        return interval_text(verdict.lower, verdict.upper)
    return exact_and_decimal(verdict.exact)


def _network(network: ShallowNetwork, dataset: Dataset) -> Iterator[str]:
    return network_formulas(
        network.hidden_weights, network.hidden_biases,
        network.output_weights, network.output_biases,
        activation=network.activation.name,
        inputs=dataset.input_names, outputs=dataset.output_names,
    )


def _escape(escape: Escape | SmoothEscape, dataset: Dataset) -> Iterator[str]:
    """How the infimum is approached: where the family tends to, the family, its loss, samples."""
    yield report_line("escape", f"{escape.stratum['description']}; no network realises the limit")
    places = [name for name in escape.stratum if name not in ("kind", "description")]
    for k, name in enumerate(places):
        entry = escape.stratum[name]
        text = entry if isinstance(entry, str) else ", ".join(entry)
        yield report_line("stratum" if k == 0 else "", f"{name}: {text}")
    for k, line in enumerate(_family(escape, dataset)):
        yield report_line("family" if k == 0 else "", line)
    if isinstance(escape, Escape):
        loss, rounded = eps_formula(escape.loss)
        yield report_line("loss", f"{'~' if rounded else '='} {loss}")
    if escape.limit is not None:
        yield report_line("limit", f"loss {exact_and_decimal(escape.limit)} as eps falls to 0")
    yield report_line("rate", escape.rate)
    # The losses of smooth networks are not rational: what is shown is an upper bound.
    at_most = "at most " if isinstance(escape, SmoothEscape) else ""
    for k, (eps, _, value) in enumerate(escape.samples):
        shown = f"eps {format_rational(eps)}: {at_most}{exact_and_decimal(value)}"
        yield report_line("samples" if k == 0 else "", shown)


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
