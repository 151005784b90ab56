"""What notebooks show: escaped, exact or labelled as rounded, and LaTeX that compiles."""

import html
import re
import shutil
import subprocess
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symerm
from symerm.attainability.escape import Escape
from symerm.attainability.smooth_escape import SmoothEscape
from symerm.attainability.strata import strata_table
from symerm.display import (
    Formula,
    RichDisplay,
    Table,
    bounds_text,
    box_text,
    number_text,
    point_text,
)
from symerm.landscape import classify, classify_empirical, parse_target
from symerm.landscape.case_table import case_table
from symerm.lastlayer import analyse_last_layer
from symerm.networks import DeepNetwork, ShallowNetwork, network_from_json, network_latex
from symerm.parametrization.balanced import balance
from symerm.parametrization.deep_degeneracy import deep_degeneracy
from symerm.parametrization.degeneracy import degeneracy
from symerm.parametrization.equality import compare_networks
from symerm.parametrization.function_distance import function_distance
from symerm.parametrization.minimal import minimal_network
from symerm.parametrization.nearest import nearest_parametrization
from symerm.parametrization.parameter_distance import parameter_distance
from symerm.theorems.instance import Instance
from symerm.theorems.registry import all_theorems, find_theorem
from symerm.theorems.trial import try_mutant, try_theorem

LONG = Fraction(10**40 + 1, 3)
UNIT = Fraction(0), Fraction(1)
HOSTILE = "<script>alert($x_1$) & 100% \\(#~^{y}\\)</script>"


def network(hidden, biases, outputs, constant):
    return network_from_json(
        {
            "activation": "relu", "hidden_weights": hidden, "hidden_biases": biases,
            "output_weights": outputs, "output_biases": constant,
        }
    )


HAT = network([[1], [1], [1]], [0, -1, -2], [[1], [-2], [1]], [0])
LEFT = network([[-1], ["-1/2"], [-3]], [0, "1/2", 6], [[1], [-4], ["1/3"]], [0])
ZIGZAG = network([[1], [-1]], ["-1/3", "2/3"], [["2/3"], ["-2/3"]], ["1/2"])
WIDE = network([[j, 1] for j in range(60)], [*range(60)], [["1/7"]] * 60, [1])
DEEP = DeepNetwork.from_shallow(HAT)
LIFTING = find_theorem("activation-lifting")
SIGNS = Instance.of(z=(Fraction(1), Fraction(-2)), slope=Fraction(0))
POINTS = symerm.Dataset.from_rows([0, 1, 2], [0, 2, 1])


def escapes():
    """A network of two neurons, and one of a smooth one, that escape."""
    for data, shape in [
        (symerm.load_dataset("counterexample-3"), symerm.Architecture(2)),
        (
            symerm.Dataset.from_rows([0, 1, 2], [0, 0, 1]),
            symerm.Architecture(1, symerm.Activation("logistic")),
        ),
    ]:
        verdict = symerm.decide(symerm.Problem(data, shape))
        yield verdict
        yield verdict.escape


def displayed():
    """At least one object of every class with a display."""
    yield POINTS
    yield symerm.Dataset.from_rows(
        [[0, LONG], [1, 2]], [1, 2], input_names=[HOSTILE, "b"], output_names=["|"]
    )
    yield symerm.load_dataset("nile")
    problem = symerm.Problem(POINTS, symerm.Architecture(1, hidden_bias=False))
    yield problem
    yield symerm.decide(symerm.Problem(POINTS, symerm.Architecture(1)))
    yield symerm.decide(problem, time_limit=0)
    yield symerm.Verdict(
        problem, "undecided", Fraction(0), LONG, minimiser=WIDE, reason=HOSTILE
    )
    yield from escapes()
    yield from (HAT, WIDE, DEEP, DeepNetwork.from_shallow(WIDE))
    yield classify(ZIGZAG, parse_target("x", UNIT))
    yield classify_empirical(ZIGZAG, POINTS)
    yield case_table(3, "relu")
    yield case_table(30, "leaky")
    yield strata_table([(k,) for k in range(4)], symerm.Architecture(2), outputs=2)
    yield degeneracy(WIDE)
    yield degeneracy(HAT, box=(UNIT,))
    yield deep_degeneracy(DEEP)
    yield compare_networks(HAT, LEFT)
    yield compare_networks(HAT, ZIGZAG)
    yield compare_networks(DEEP, DEEP)
    yield minimal_network(HAT)
    yield parameter_distance(HAT, LEFT)
    yield parameter_distance(HAT, LEFT, norm="euclidean")
    yield function_distance(HAT, ZIGZAG)
    yield function_distance(HAT, ZIGZAG, box=(UNIT,))
    first = network([[1, "1/2"]], [0], [[1]], [0])
    second = network([["1/2", 1], [1, "1/2"]], [0, 0], [[1], [2]], [0])
    yield nearest_parametrization(balance(first), balance(second))
    yield analyse_last_layer(POINTS, width=3)
    yield from (LIFTING, LIFTING.check(SIGNS), try_theorem(LIFTING, examples=3))
    yield try_mutant(LIFTING, LIFTING.mutants[0])
    yield find_theorem("bounds-on-boxes-of-shapes")
    yield analyse_last_layer(
        POINTS, width=2, bias=False, activation=symerm.Activation("tanh")
    )


@pytest.fixture(scope="module")
def objects():
    return list(displayed())


class Cells(HTMLParser):
    """The texts of the cells; fails where elements are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        assert tag in ("table", "caption", "tr", "th", "td", "span")
        self.open.append(tag)
        if tag in ("th", "td", "caption"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("table", "tr"):
            self.cells[-1] += data


def shown(thing) -> list[str]:
    return Cells(thing._repr_html_()).cells


def test_every_object_is_a_table_or_a_formula(objects) -> None:
    for thing in objects:
        page = getattr(thing, "_repr_html_", lambda: None)()
        if page is None:
            assert isinstance(thing, ShallowNetwork | DeepNetwork)
            assert thing._repr_latex_().startswith(r"$\displaystyle \nu(")
        else:
            assert len(Cells(page).cells) > 1
            assert page.count("<tr>") <= 16
    assert {Escape, SmoothEscape, symerm.Verdict} <= {type(thing) for thing in objects}


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(objects, tmp_path) -> None:
    body = "\n\n".join(thing._repr_latex_() for thing in objects)
    (tmp_path / "t.tex").write_text(
        "\\documentclass{article}\\usepackage[utf8]{inputenc}\\usepackage{amsmath}"
        f"\\begin{{document}}\n{body}\n\\end{{document}}\n",
        "utf-8",
    )
    ended = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "t.tex"],
        cwd=tmp_path, capture_output=True, check=False,
    )
    assert ended.returncode == 0, ended.stdout.decode(errors="replace")[-2000:]


def test_a_verdict_says_what_was_proved() -> None:
    verdict = symerm.decide(symerm.Problem(POINTS, symerm.Architecture(1)))
    cells = shown(verdict)
    assert cells[:2] == ["verdict", "attained"]
    assert cells[cells.index("infimum") + 1] == "1/2 = 0.5"
    assert cells[cells.index("minimiser") + 1] == (
        rf"$\displaystyle {network_latex(verdict.minimiser)}$"
    )


def test_an_escape_shows_the_family_and_its_losses() -> None:
    escape = next(thing for thing in escapes() if isinstance(thing, Escape))
    cells = shown(escape)
    assert cells[cells.index("loss") + 1] == "2*eps^2"
    assert cells[cells.index("loss at eps = 1/10") + 1] == "1/50 = 0.02"


def test_upper_bounds_of_smooth_losses_are_rounded_up() -> None:
    escape = next(thing for thing in escapes() if isinstance(thing, SmoothEscape))
    cells = shown(escape)
    for eps, _, bound in escape.samples:
        text = cells[cells.index(f"loss at eps = {eps}") + 1]
        assert Fraction(text.removeprefix("at most ")) >= bound


def test_names_of_columns_are_text() -> None:
    data = symerm.Dataset.from_rows([0], [1], input_names=[HOSTILE])
    page = data._repr_html_()
    assert "<script" not in page
    assert HOSTILE in Cells(page).cells
    # No formula begins where the user wrote a dollar sign.
    assert re.findall(r"[^>]\$|[^>]\\", page) == []


def test_only_formulas_are_markup() -> None:
    table = Table([("<b>", Formula("a < b"))], caption="{x}_1")
    assert "<b>" in html.unescape(table.html())
    assert "<b>" not in table.html()
    assert r"$\displaystyle a &lt; b$" in table.html()
    assert r"\{x\}\_1" in table.latex()


def test_text_has_the_same_cells(objects) -> None:
    """What IPython shows in a terminal: HTML without its elements and the spaces that align."""
    from IPython.core.formatters import DisplayFormatter

    formatter = DisplayFormatter()
    for thing in objects:
        if isinstance(thing, RichDisplay):
            cells = [re.sub(r"^\$\\displaystyle (.*)\$$", r"\1", cell) for cell in shown(thing)]
            text = formatter.format(thing)[0]["text/plain"]
            assert "".join(" ".join(cells).split()) == "".join(text.split())


def test_a_theorem_shows_its_parts_and_a_check_its_evidence() -> None:
    cells = shown(LIFTING)
    assert cells[cells.index("statement") + 1] == LIFTING.statement
    assert cells[cells.index("hypotheses") + 1].startswith("equal-signs: ")
    assert cells[cells.index("mutants") + 2 :][:1] == [""]
    assert shown(LIFTING.check(SIGNS)) == [
        "outcome", "not-applicable",
        "evidence", "not satisfied: z1 and z2 have no opposite signs",
    ]


def test_a_trial_shows_the_instance_that_falsifies() -> None:
    trial = try_mutant(LIFTING, LIFTING.mutants[0])
    cells = shown(trial)
    assert cells[:4] == ["theorem", "activation-lifting-any-signs", "result", "falsified"]
    assert cells[cells.index("slope") + 1] == str(trial.instance["slope"])
    held = try_theorem(LIFTING, examples=3)
    counts = f"{held.tried} tried, 3 of them with all hypotheses"
    assert shown(held)[2:6] == ["result", "holds", "instances", counts]


def test_statements_are_ascii_or_accents_in_latex() -> None:
    for theorem in all_theorems():
        rest = {c for c in theorem._repr_latex_() if not c.isascii()}
        assert rest <= set("äö"), theorem.id


def test_long_tables_are_cut_and_say_so() -> None:
    nile = symerm.load_dataset("nile")
    assert shown(nile)[-1] == "… 88 more"
    assert r"\multicolumn{2}{l}{\dots{} 88 more}" in nile._repr_latex_()


def test_long_formulas_become_tables() -> None:
    assert HAT._repr_html_() is None
    assert shown(WIDE)[0] == "60 neurons, relu, output bias 1"
    assert "tabular" in WIDE._repr_latex_()
    assert shown(DeepNetwork.from_shallow(WIDE))[0] == "2 layers, relu"


fractions = st.fractions() | st.fractions().map(lambda x: x * 10**30 + Fraction(1, 10**25))


@given(fractions)
def test_a_decimal_after_an_equals_sign_is_exact(value: Fraction) -> None:
    text = number_text(value)
    assert Fraction(re.split("[=≈]", text)[0].strip() or value) == value
    if "=" in text:
        assert Fraction(text.split("= ")[1]) == value
    elif "≈" in text:
        rounded = Fraction(text.split("≈ ")[1])
        assert rounded != value or len(text) <= 20
        assert abs(rounded - value) <= abs(value) / 10**9


@given(fractions, fractions)
def test_bounds_are_rounded_outwards(first: Fraction, second: Fraction) -> None:
    lower, upper = sorted((first, second))
    text = bounds_text(lower, upper)
    if lower == upper:
        assert text == number_text(lower)
    else:
        low, high = text.removeprefix("between ").split(" and ")
        assert Fraction(low) <= lower < upper <= Fraction(high)
    assert Fraction(bounds_text(None, upper).removeprefix("at most ")) >= upper


def test_points_and_boxes() -> None:
    assert point_text([Fraction(k) for k in range(12)]) == "(0, 1, 2, 3, 4, 5, 6, 7, … 4 more)"
    assert point_text([]) == "()"
    assert point_text([LONG]) == "≈ 3.333333333E+39"
    assert box_text([UNIT, UNIT], 2) == "[0, 1] x [0, 1]"
    assert box_text(None, 1) == "R"
