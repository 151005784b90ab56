"""The tables of the guarantee in all styles, and the picture of the laws."""

import shutil
import subprocess
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from symerm.errors import InputError
from symerm.reports.separation_constants import format_guarantee, guarantee_to_json
from symerm.reports.separation_constants_plot import draw_laws, write_laws_plot
from symerm.separation.assumptions import Assumptions, check_assumptions
from symerm.separation.constants import Guarantee, guarantee
from symerm.separation.heavy_tailed import HeavyTailed
from symerm.separation.two_spheres import TwoSpheres


@pytest.fixture(scope="module")
def heavy() -> Assumptions:
    return check_assumptions(HeavyTailed(3, Fraction(3, 2)))


@pytest.fixture(scope="module")
def spheres() -> Assumptions:
    return check_assumptions(TwoSpheres(4))


def of(assumptions: Assumptions, **changes) -> Guarantee:
    mass, density_bound, tail = assumptions.constants
    numbers = {
        "dimension": assumptions.law.dimension, "radius": Fraction(3, 2), "eps": Fraction(1, 10),
        "delta": Fraction(1, 100), "mass": mass, "density_bound": density_bound, "tail": tail,
    }
    return guarantee(**{**numbers, **changes})


def test_text_shows_what_was_computed(heavy: Assumptions) -> None:
    found = of(heavy)
    text = format_guarantee(found, heavy)
    assert "heavy-tailed, a = 3/2" in text
    for number in (
        12000**4, found.steps, found.memory, found.representing.width,
        found.sample.samples, found.sample.representing.width, found.sample.norm_bound,
    ):
        assert str(number) in text.split()
    assert "derived here by uniform convergence and is not the theorem's" in text
    assert "NO" not in text
    assert "does not apply" not in text
    assert "2.07 * 10^16" in text
    assert "$" not in text


def test_bounds_are_rounded_outwards(heavy: Assumptions) -> None:
    text = format_guarantee(of(heavy), heavy)
    for condition in heavy.conditions:
        start = condition.statement.replace("$", "")
        line = next(line for line in text.splitlines() if line.startswith(start))
        low, high = _numbers(line)
        assert low <= condition.bounds[0]
        assert condition.bounds[1] <= high


def _numbers(line: str) -> tuple[Fraction, Fraction]:
    words = line.split()
    middle = words.index("..")
    return Fraction(words[middle - 1]), Fraction(words[middle + 1])


def test_a_missed_condition_is_said(spheres: Assumptions) -> None:
    text = format_guarantee(of(spheres), spheres)
    assert "f(2.05) = 0" in text
    assert "does not apply word for word" in text


def test_given_constants_have_no_table_of_conditions(spheres: Assumptions) -> None:
    text = format_guarantee(of(spheres), None)
    assert text.startswith("quantity")
    assert "law " not in text.splitlines()[1]


def test_exact_objects(heavy: Assumptions) -> None:
    found = of(heavy)
    document = guarantee_to_json(found, heavy)
    assert Fraction(document["rate"]) == found.rate
    assert int(document["steps"]) == found.steps
    assert int(document["least_width"]) == 12000**4
    assert int(document["samples"]) == found.sample.samples
    assert int(document["samples_width"]) == found.sample.representing.width
    assert int(document["samples_norm"]) == found.sample.norm_bound
    assert Fraction(document["samples_ratio"]) == Fraction(found.sample.samples, 10**5)
    assert Fraction(document["years"]) >= found.years
    names = [entry["name"] for entry in document["assumptions"]]
    assert names == ["mass", "positive", "bounded", "tail"]
    assert not any("$" in entry["reason"] + entry["statement"] for entry in document["assumptions"])
    assert guarantee_to_json(found, None)["assumptions"] is None


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


def test_html_is_balanced(heavy: Assumptions) -> None:
    parser = Balanced()
    parser.feed(format_guarantee(of(heavy), heavy, style="html"))
    assert parser.stack == []
    assert parser.rows == 5 + 23


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(tmp_path, heavy: Assumptions, spheres: Assumptions) -> None:
    plane = check_assumptions(TwoSpheres(2))
    tables = [
        format_guarantee(of(heavy), heavy, style="latex"),
        format_guarantee(of(spheres), spheres, style="latex"),
        format_guarantee(of(spheres), plane, style="latex"),
    ]
    (tmp_path / "table.tex").write_text(
        "\\documentclass{article}\\begin{document}\n" + "\n\n".join(tables) + "\\end{document}\n"
    )
    ended = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"],
        cwd=tmp_path, capture_output=True, check=False,
    )
    assert ended.returncode == 0, ended.stdout.decode(errors="replace")[-2000:]
    assert b"Missing" not in ended.stdout


def test_latex_has_formulas(heavy: Assumptions) -> None:
    text = format_guarantee(of(heavy), heavy, style="latex")
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 2
    assert r"$2.07 \cdot 10^{16}$" in text
    assert r"$P(|x| \le 2) \ge C$" in text
    assert r"over $\sqrt{r} |w| \le N$" in text


def test_picture(tmp_path, heavy: Assumptions, spheres: Assumptions) -> None:
    upper, lower = draw_laws([heavy, spheres], 1.5).axes
    labels = [text.get_text() for text in upper.get_legend().get_texts()]
    assert {"heavy-tailed", "two-spheres", "q, heavy-tailed", "q, two-spheres"} <= set(labels)
    for axes, bound in ((lower, "tail"), (upper, "bounded")):
        for each in (heavy, spheres):
            top = float(getattr(each, bound).bounds[1])
            curves = [line for line in axes.lines if len(line.get_xdata()) > 100]
            x, y = curves[0 if each is heavy else 1].get_data()
            inside = (x >= 0.9) & (x <= 2.05)
            assert y[inside].max() <= top * (1 + 1e-9)
    write_laws_plot([heavy], 1.0, str(tmp_path / "laws.svg"))
    assert (tmp_path / "laws.svg").read_text("utf-8").startswith("<?xml")
    with pytest.raises(InputError):
        write_laws_plot([heavy], 1.0, str(tmp_path / "laws.gif"))
