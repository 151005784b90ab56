r"""A paper's appendix in LaTeX: statements with status, counterexamples, tables of all cases.

The document needs amsmath, amssymb, array and booktabs.  Everything in it is computed when it is
written: the verdicts on the counterexamples, the strata and the critical points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from symerm.attainability import decide
from symerm.attainability.escape import Escape
from symerm.attainability.strata import strata_table
from symerm.attainability.verdict import Verdict
from symerm.errors import InputError
from symerm.landscape.case_table import case_table
from symerm.parametrization.pathologies import PATHOLOGIES, check_pathology
from symerm.problem.architecture import RELU, Architecture
from symerm.problem.catalogue import catalogue, load_dataset
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.reports.formulas import eps_formula, network_formulas
from symerm.reports.landscape_cases import format_cases
from symerm.reports.pathologies import format_pathologies
from symerm.reports.report_lines import exact_and_decimal
from symerm.reports.strata import format_strata
from symerm.reports.tables import escape_text
from symerm.reports.text import infimum_text
from symerm.reports.theorems import format_theorem
from symerm.theorems.registry import all_theorems
from symerm.theorems.statement import Theorem
from symerm.theorems.works import WORKS

__all__ = ["COUNTEREXAMPLES", "Counterexample", "appendix", "counterexample_latex", "document"]

_PREAMBLE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb,array,booktabs}
\usepackage[margin=2.5cm]{geometry}
\setlength{\emergencystretch}{3em}
\begin{document}
\appendix
"""
_MAX_WIDTH = 6


@dataclass(frozen=True)
class Counterexample:
    """A bundled dataset with an architecture for which no best network exists."""

    dataset: str
    architecture: Architecture


_WITH_BIASES = Architecture(2)
COUNTEREXAMPLES = (
    Counterexample("counterexample-1", _WITH_BIASES),
    Counterexample("counterexample-2", _WITH_BIASES),
    Counterexample("counterexample-3", _WITH_BIASES),
    Counterexample("large-gap", _WITH_BIASES),
    Counterexample("golden", Architecture(2, RELU, hidden_bias=False, output_bias=False)),
)
#: Datasets whose strata are tabulated, for two neurons and two outputs.
_STRATA = ("counterexample-3", "counterexample-2")


def appendix(*, width: int = 3, theorems: Sequence[Theorem] | None = None) -> str:
    r"""The sections of the appendix, to be included with ``\input``.

    Parameters
    ----------
    width : int
        Critical points are tabulated for 1 up to this number of neurons.
    theorems : sequence of Theorem, optional
        Statements to print instead of all.

    Raises
    ------
    InputError
        If the width is not between 1 and 6.
    """
    if not 1 <= width <= _MAX_WIDTH:
        raise InputError(
            f"the appendix has tables for 1 to {_MAX_WIDTH} neurons, not {width}; "
            "for more use symerm cases landscape"
        )
    chosen = all_theorems() if theorems is None else theorems
    return "\n\n".join(
        [
            r"% needs \usepackage{amsmath,amssymb,array,booktabs}",
            *_statements(chosen),
            r"\section{Problems without a best network}",
            *(counterexample_latex(example) for example in COUNTEREXAMPLES),
            r"\section{Boundary strata}",
            *(_strata(name) for name in _STRATA),
            r"\section{Critical points for affine targets}",
            *_landscape(width),
            r"\section{Functions that converge while parameters do not}",
            _wrapped(
                format_pathologies(
                    [[check_pathology(each, 10)] for each in PATHOLOGIES], style="latex"
                ),
                (0, 0.12, 0.12, 0.08, 0.19, 0.19, 0.09, 0.09),
            ),
        ]
    ) + "\n"


def document(sections: str) -> str:
    """A document that holds the sections and compiles with pdflatex."""
    return f"{_PREAMBLE}\n{sections}\n\\end{{document}}\n"


def _statements(theorems: Sequence[Theorem]) -> list[str]:
    parts = [r"\section{Statements and how far they are proved}"]
    for work in WORKS:
        group = [theorem for theorem in theorems if theorem.source.work == work]
        if not group:
            continue
        name = escape_text(work.citation, style="latex")
        parts.append(rf"\subsection{{{name[0].upper()}{name[1:]}}}")
        if work.year is not None:
            parts.append(rf"\emph{{{escape_text(work.title, style='latex')}}}")
        parts.extend(format_theorem(theorem, style="latex") for theorem in group)
    return parts


def counterexample_latex(example: Counterexample) -> str:
    """Data, verdict and escape family of a bundled counterexample.

    Examples
    --------
    >>> text = counterexample_latex(COUNTEREXAMPLES[2])
    >>> "The infimum is 0; it is not attained." in text
    True
    """
    dataset = load_dataset(example.dataset)
    verdict = decide(Problem(dataset, example.architecture))
    titles = {entry.name: entry.title for entry in catalogue()}
    lines = [
        rf"\paragraph{{{escape_text(example.dataset, style='latex')}}} "
        f"{escape_text(titles[example.dataset], style='latex')}. "
        f"{_model(example.architecture)}"
        r"\par\smallskip",
        _data(dataset),
        _answer(verdict),
    ]
    if isinstance(verdict.escape, Escape):
        lines.append(_family(verdict.escape, dataset))
    return "\n\n".join(lines)


def _model(architecture: Architecture) -> str:
    hidden = "with" if architecture.hidden_bias else "without"
    output = "with" if architecture.output_bias else "without"
    return (
        rf"Width {architecture.width}, $\sigma(z) = \max(z, 0)$, {hidden} hidden and {output} "
        "output biases."
    )


def _data(dataset: Dataset) -> str:
    """Points as columns: the datasets have few points."""
    columns = "l" + "r" * dataset.size
    names = [*dataset.input_names, *dataset.output_names]
    rows = [
        " & ".join([f"${_math(name)}$", *(f"${value}$" for value in values)]) + r" \\"
        for name, values in zip(
            names, [*zip(*dataset.inputs, strict=True), *zip(*dataset.outputs, strict=True)],
            strict=True,
        )
    ]
    return "\n".join([rf"\begin{{tabular}}{{{columns}}}", *rows, r"\end{tabular}"])


def _answer(verdict: Verdict) -> str:
    attained = {
        "attained": "it is attained", "not-attained": "it is not attained",
        "undecided": "whether it is attained is not decided",
    }[verdict.verdict]
    shown = infimum_text(verdict).replace("~", r"$\approx$")
    return f"The infimum is {shown}; {attained}."


def _family(escape: Escape, dataset: Dataset) -> str:
    """The networks in eps as a display, their loss and what it tends to."""
    formulas = network_formulas(
        *escape.family, activation=escape.samples[0][1].activation.name,
        inputs=dataset.input_names, outputs=dataset.output_names,
    )
    loss, rounded = eps_formula(escape.loss)
    lines = [*formulas, f"L {'~' if rounded else '='} {loss}"]
    body = " \\\\\n".join(_math(line).replace("=", "&=", 1).replace(r"\approx", r"&\approx", 1)
                          for line in lines)
    limit = exact_and_decimal(escape.limit).replace("~", r"$\approx$")
    return (
        "\\begin{align*}\n" + body + "\n\\end{align*}\n"
        rf"As $\varepsilon$ falls to 0, the loss $L$ falls to {limit}; "
        f"{_sentence(escape.rate)}."
    )


def _sentence(text: str) -> str:
    """A sentence of the text report whose only formulas are in eps."""
    parts = _IN_EPS.split(text)
    return "".join(
        f"${_math(part)}$" if k % 2 else escape_text(part, style="latex")
        for k, part in enumerate(parts)
    )


_IN_EPS = re.compile(r"((?:1/)?\beps(?:\^\d+)?)")
_NAME = re.compile(r"\b([hxy])(\d+)\b")
_POWER = re.compile(r"\^(\d+)")
_EXPONENT = re.compile(r"(\d)E(-?\d+)")


def _math(formula: str) -> str:
    """A formula of the text report in LaTeX's math mode."""
    formula = _EXPONENT.sub(r"\1\\cdot 10^{\2}", formula)
    formula = _POWER.sub(r"^{\1}", formula)
    formula = _NAME.sub(r"\1_{\2}", formula)
    formula = formula.replace("relu(", r"\sigma(").replace("eps", r"\varepsilon ")
    return formula.replace("*", r"\,").replace("~", r"\approx")


def _strata(name: str) -> str:
    dataset = load_dataset(name)
    table = strata_table(dataset.inputs, _WITH_BIASES, outputs=2)
    inputs = ", ".join(f"({', '.join(map(str, row))})" for row in dataset.inputs)
    return "\n\n".join(
        [
            rf"\paragraph{{Two neurons and two outputs at the inputs {inputs}}}"
            r"\mbox{}\par\smallskip",
            _wrapped(
                format_strata(table, inputs=dataset.input_names, style="latex"),
                (0, 0.29, 0.24, 0, 0, 0.18, 0.12),
            ),
        ]
    )


def _landscape(width: int) -> list[str]:
    tables = [("relu", neurons) for neurons in range(1, width + 1)]
    tables += [("leaky", min(width, 2)), ("quadratic", min(width, 2))]
    return [
        rf"\subsection{{{_ACTIVATIONS[name]}, {neurons} {'neuron' if neurons == 1 else 'neurons'}}}"
        "\n" + format_cases(case_table(neurons, name), style="latex")
        for name, neurons in tables
    ]


_ACTIVATIONS = {
    "relu": "ReLU", "leaky": "Leaky ReLU", "quadratic": "Quadratic activation",
}


def _wrapped(text: str, columns: Sequence[float]) -> str:
    """Tables of plain LaTeX in small type, with lines broken in their columns.

    Parameters
    ----------
    text : str
    columns : widths of the columns of the first table, as shares of the line; 0 keeps a column
    """
    cells = "".join(
        rf">{{\raggedright\arraybackslash}}p{{{share}\linewidth}}" if share else "r"
        for share in columns
    )
    text = _TABULAR.sub(lambda found: rf"\begin{{tabular}}{{{cells}}}", text, count=1)
    # A list of vectors in one formula would not be broken.
    text = text.replace("), (", ")$, $(") if "$" in text else text
    text = text.replace(
        r"\begin{tabular}", _SMALL + r"\begin{tabular}"
    )
    return text.replace(r"\end{tabular}", "\\end{tabular}\\par}")


_SMALL = "{\\footnotesize\\tabcolsep=3pt\\renewcommand{\\arraystretch}{1.3}\\noindent\n"
_TABULAR = re.compile(r"\\begin\{tabular\}\{[rl]+\}")
