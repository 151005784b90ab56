"""Case tables in every format: golden files, LaTeX that compiles, formulas that have their values.

The golden files in ``case_tables`` are what the tables looked like when they were read through;
``python tests/reports/test_landscape_cases.py`` writes them anew.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    standard_transformations,
)

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.landscape.case_table import case_table, stated_table
from symerm.reports.case_formulas import AffineTarget, level_number, level_value
from symerm.reports.formula_styles import render_formulas
from symerm.reports.landscape_cases import format_cases
from symerm.reports.landscape_cases_json import cases_to_json
from symerm.reports.slope_formulas import (
    approximate_root,
    exact_root,
    quotient,
    root_formula,
    rooted_sum,
)

FOLDER = Path(__file__).parent / "case_tables"
TENTH = Fraction(1, 10)
TARGET = AffineTarget(Fraction(-2), Fraction(1, 3), (Fraction(-3, 2), Fraction(5)))
GOLDEN = {
    "relu-3.txt": (3, "relu", None, None, "text"),
    "relu-2.tex": (2, "relu", None, None, "latex"),
    "relu-2.html": (2, "relu", None, None, "html"),
    "relu-7.txt": (7, "relu", None, None, "text"),
    "leaky-3.txt": (3, "leaky", None, None, "text"),
    "leaky-2.tex": (2, "leaky", None, None, "latex"),
    "leaky-tenth-2.txt": (2, "leaky", TENTH, TARGET, "text"),
    "leaky-nice-2.txt": (2, "leaky", Fraction(9, 16), TARGET, "text"),
    "quadratic-1.txt": (1, "quadratic", None, None, "text"),
    "quadratic-2.tex": (2, "quadratic", None, TARGET, "latex"),
}


def written(name: str) -> str:
    width, activation, slope, target, style = GOLDEN[name]
    table = case_table(width, activation)
    return format_cases(table, slope=slope, target=target, style=style) + "\n"


@pytest.mark.parametrize("name", GOLDEN)
def test_tables_are_as_they_were_read_through(name) -> None:
    assert written(name) == (FOLDER / name).read_text("utf-8")


def has_booktabs() -> bool:
    if shutil.which("pdflatex") is None or shutil.which("kpsewhich") is None:
        return False
    return subprocess.run(
        ["kpsewhich", "booktabs.sty"], capture_output=True, check=False
    ).returncode == 0


@pytest.mark.skipif(not has_booktabs(), reason="needs pdflatex and booktabs")
def test_latex_compiles(tmp_path) -> None:
    tables = [
        format_cases(case_table(width, activation), slope=slope, target=target, style="latex")
        for width, activation, slope, target in [
            (3, "relu", None, None), (9, "relu", None, TARGET), (3, "leaky", None, TARGET),
            (3, "leaky", TENTH, TARGET), (12, "leaky", None, None), (2, "quadratic", None, TARGET),
        ]
    ]
    text = "\\newpage\n".join(f"{table}\n" for table in tables)
    (tmp_path / "table.tex").write_text(
        "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n"
        f"{text}\\end{{document}}\n"
    )
    ended = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"],
        cwd=tmp_path, capture_output=True, check=False,
    )
    assert ended.returncode == 0, ended.stdout.decode(errors="replace")[-2000:]
    assert b"Missing" not in ended.stdout


class Balanced(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag, attributes) -> None:
        self.stack.append(tag)
        self.rows += tag == "tr"

    def handle_endtag(self, tag) -> None:
        assert self.stack.pop() == tag


def test_html_is_balanced_and_has_every_row() -> None:
    table = case_table(3, "leaky")
    parser = Balanced()
    parser.feed(format_cases(table, style="html"))
    assert parser.stack == []
    assert parser.rows == len(table.rows) + 1


# --- Formulas and their values

NAMES = {name: sp.Symbol(name, positive=True) for name in ("alpha", "gamma", "W", "a_i", "T")}


def value(formula: str) -> sp.Expr:
    """A formula of the tables as an expression."""
    return parse_expr(
        formula.replace("|T|", "T"),
        local_dict={**NAMES, "sqrt": sp.sqrt},
        transformations=(*standard_transformations, convert_xor, implicit_multiplication),
    )


def expression(function: RationalFunction) -> sp.Expr:
    gamma = NAMES["gamma"]
    above, below = (
        sum((sp.Rational(a.numerator, a.denominator) * gamma**k for k, a in enumerate(part)),
            sp.Integer(0))
        for part in (function.numerator, function.denominator)
    )
    return above / below


NUMBERS = st.fractions(-4, 4, max_denominator=6)
FUNCTIONS = st.builds(
    RationalFunction.of,
    st.lists(NUMBERS, min_size=1, max_size=3).filter(any),
    st.lists(NUMBERS, min_size=1, max_size=3).filter(any),
)


@given(FUNCTIONS, st.lists(st.sampled_from(["alpha", "alpha^2"]), max_size=1),
       st.lists(st.sampled_from(["W", "a_i"]), max_size=2, unique=True))
def test_quotients_have_their_values(function, factors, divisors) -> None:
    found = value(quotient(factors, function, None, divisors))
    expected = expression(function)
    for name in factors:
        expected *= value(name)
    for name in divisors:
        expected /= NAMES[name]
    assert sp.cancel(found - expected) == 0


@given(st.lists(st.fractions(Fraction(1, 50), 50, max_denominator=50), min_size=1, max_size=4))
def test_sums_of_roots_have_their_values(squares) -> None:
    functions = [RationalFunction.of([square]) for square in squares]
    expected = sum(sp.sqrt(sp.Rational(s.numerator, s.denominator)) for s in squares)
    assert sp.expand(value(rooted_sum(functions, None)) - expected) == 0
    for function, square in zip(functions, squares, strict=True):
        found = value(root_formula(function, None))
        assert found**2 == sp.Rational(square.numerator, square.denominator)
        close = approximate_root(square)
        assert abs(close**2 - square) < Fraction(1, 2**180)
        assert (exact_root(square) is None) != (close**2 == square)


def test_roots_of_large_numbers_are_shown_without_factoring_them() -> None:
    large = Fraction(10**200 + 1, 10**200)
    assert root_formula(RationalFunction.of([large]), None).startswith("sqrt(1000")
    assert "sqrt(1 + gamma)" in rooted_sum([RationalFunction.of([1, 1])], None)


@pytest.mark.parametrize("slope", [TENTH, Fraction(9, 16), Fraction(1, 3), Fraction(99, 100)])
def test_losses_of_leaky_rows_are_integrals_of_their_functions(slope) -> None:
    table = stated_table(5, "leaky")
    document = cases_to_json(table, slope=slope, target=TARGET)
    length = float(TARGET.interval[1] - TARGET.interval[0])
    scale = float(TARGET.slope) ** 2 * length**3
    for row, shown in zip(table.rows, document["rows"], strict=True):
        if row.residual is None:
            assert shown["loss"]["of_target"] == "0"
            continue
        lengths = [float(value(text)) for text in shown["lengths"]]
        total = sum(lengths)
        assert float(value(shown["total_length"])) == pytest.approx(total)
        # Integrate the square of s_i (m_i - x) over each piece.
        contrast = 1 - float(slope) if row.residual.facings else 1.0
        loss = 0.0
        for each in lengths:
            size, steep = length * each / total, float(TARGET.slope) * contrast / (total * each)
            loss += steep**2 * size**3 / 12
        found = shown["loss"]
        assert float(found["decimal_of_target"]) == pytest.approx(loss)
        assert float(found["decimal"]) * scale == pytest.approx(loss)
        formula = value(found["formula"]).subs(
            {NAMES["W"]: total, NAMES["alpha"]: float(TARGET.slope), NAMES["T"]: length}
        )
        assert float(formula) == pytest.approx(loss)
        if found["of_target"] is not None:
            assert float(Fraction(found["of_target"])) == pytest.approx(loss)
        number = level_number(row.residual, slope, TARGET).removeprefix("~ ")
        assert float(Fraction(number)) == pytest.approx(loss, rel=1e-5)


def test_losses_fall_with_the_number_of_kinks() -> None:
    levels = [
        level_value(row.residual, None)[0] for row in stated_table(20, "relu").rows[1:]
    ]
    assert all(a > b for a, b in pairwise(levels))
    assert levels[-1] == 0


def test_symbolic_losses_for_a_target_keep_the_symbol() -> None:
    row = case_table(1, "leaky").rows[1]
    text = level_number(row.residual, None, TARGET)
    expected = sp.Rational(2197, 2) / 12 * (1 - NAMES["gamma"]) ** 2 / NAMES["W"] ** 4
    assert sp.cancel(value(text) - expected) == 0
    assert level_value(row.residual, None) == (None, None)


# --- The JSON object


def test_json_lists_every_critical_configuration() -> None:
    table = case_table(2, "relu")
    document = json.loads(json.dumps(cases_to_json(table)))
    assert list(document) == [
        "width", "activation", "target", "derived", "rows", "configurations", "critical"
    ]
    counts = document["configurations"]
    assert (counts["walked"], counts["critical"]) == (175, 78)
    assert counts["walked"] == counts["critical"] + sum(
        each["configurations"] for each in counts["dropped"]
    )
    assert len(document["critical"]) == 78
    for entry in document["critical"]:
        assert len(entry["neurons"]) + sum(map(len, entry["kinks"])) == 2
    by_row = [entry["row"] for entry in document["critical"]]
    assert [by_row.count(k) for k in range(1, 6)] == [
        row["configurations"] for row in document["rows"]
    ]
    (zigzag,) = [e for e in document["critical"] if e["row"] == 3]
    assert zigzag["kinks"] == [
        [{"type": "type-2-active, facing right", "output_weight": "non-flat"}],
        [{"type": "type-2-active, facing left", "output_weight": "non-flat"}],
    ]
    assert "$" not in json.dumps(document)


def test_json_of_a_stated_table_has_no_configurations() -> None:
    document = cases_to_json(case_table(8, "leaky"), slope=TENTH)
    assert document["activation"] == "leaky:1/10"
    assert not document["derived"]
    assert document["configurations"] is None
    assert document["critical"] == []
    assert [row["mirror_image_differs"] for row in document["rows"]][:4] == [
        False, True, False, False
    ]


# --- Formulas in sentences


@pytest.mark.parametrize(
    ("text", "latex", "html"),
    [
        ("50% of $q_(i-1) < q_12$", r"50\% of $q_{i-1} < q_{1}2$",
         "50% of q<sub>i-1</sub> &lt; q<sub>1</sub>2"),
        ("$a -> b <- c$", r"$a \to b \gets c$", "a &rarr; b &larr; c"),
        ("$alpha mid$ & $T0$", r"$\alpha \,\mathrm{mid}$ \& $T_{0}$", "&alpha; mid &amp; "
         "T<sub>0</sub>"),
        ("<b>", r"\textless{}b\textgreater{}", "&lt;b&gt;"),
    ],
)
def test_formulas_in_sentences(text, latex, html) -> None:
    assert render_formulas(text, style="text") == text.replace("$", "")
    assert render_formulas(text, style="latex") == latex
    assert render_formulas(text, style="html") == html


def test_every_reason_is_a_sentence_with_closed_formulas() -> None:
    for activation in ("relu", "leaky", "quadratic"):
        for entry in case_table(2, activation).derivations:
            for text in (*entry.refusals, *(case.reason for case in entry.cases)):
                assert text.count("$") % 2 == 0
                assert text


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in GOLDEN:
        (FOLDER / name).write_text(written(name), "utf-8")
