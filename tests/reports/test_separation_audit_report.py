"""Reports of the separation audit: bounds rounded outwards, every format, the picture."""

import itertools
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.rationals import parse_rational
from symerm.reports.separation_audit import (
    format_audit,
    format_enclosure,
    separation_audit_to_json,
)
from symerm.reports.separation_audit_plot import draw_audit, write_audit_plot
from symerm.separation.audit import TOPICS, SeparationAudit, audit_separation


@pytest.fixture(scope="module")
def audit() -> SeparationAudit:
    return audit_separation()


@given(st.fractions(-10, 10), st.fractions(0, 1))
def test_enclosures_are_rounded_outwards(low: Fraction, width: Fraction) -> None:
    text = format_enclosure((low, low + width))
    if width == 0:
        assert parse_rational(text) <= low
        return
    first, second = text.strip("[]").split(", ")
    assert parse_rational(first) <= low
    assert low + width <= parse_rational(second)


def test_the_text_has_every_claim_in_short_lines(audit: SeparationAudit) -> None:
    text = format_audit(audit)
    assert max(map(len, text.splitlines())) <= 96
    flat = " ".join(text.split())
    for title in TOPICS.values():
        assert title in text
    for claim in audit.claims:
        assert " ".join(claim.statement.split()) in flat
        assert claim.how in flat
    assert "as described in our notes" in flat
    assert "[0.47166274483868252465, 0.47166274483868252466]" in text
    assert "\N{NO-BREAK SPACE}" not in text


def test_html_escapes_and_has_a_row_for_each_claim(audit: SeparationAudit) -> None:
    text = format_audit(audit, style="html")
    assert text.count("<tr>") == len(audit.claims) + len(TOPICS)
    assert "erf(&lt;u, x&gt; + b)" in text
    assert "<u," not in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles_without_overfull_lines(audit: SeparationAudit, tmp_path: Path) -> None:
    body = format_audit(audit, style="latex")
    document = "\\documentclass{article}\\begin{document}\n" + body + "\n\\end{document}\n"
    (tmp_path / "audit.tex").write_text(document)
    ended = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "audit.tex"],
        cwd=tmp_path, capture_output=True, check=False,
    )
    assert ended.returncode == 0
    assert b"Overfull" not in ended.stdout


def test_json_has_the_bounds_exactly(audit: SeparationAudit) -> None:
    document = separation_audit_to_json(audit)
    assert list(document) == ["decided", "claims", "weights", "slope", "vectors", "density"]
    assert len(document["claims"]) == len(audit.claims)
    slope = document["slope"]
    assert list(map(parse_rational, slope["smallest"])) == list(audit.slope.smallest)
    assert (slope["status"], slope["sign"], slope["bound"]) == ("proved", -1, "1/600")
    pieces = [tuple(map(parse_rational, piece)) for piece in slope["pieces"]]
    assert pieces[0][0] == Fraction(9, 10)
    assert pieces[-1][1] == Fraction(21, 10)
    assert all(left[1] == right[0] for left, right in itertools.pairwise(pieces))
    assert parse_rational(document["vectors"]["size_margin"]) == audit.vectors.size_margin


def test_the_picture_shows_the_signs(audit: SeparationAudit) -> None:
    band, means, densities = draw_audit(audit).axes
    assert len(band.collections) == 1
    curves = [line for line in means.lines if len(line.get_xdata()) > 2]
    dashed = [line for line in curves if line.get_linestyle() == "--"]
    assert len(dashed) == 3
    assert all(min(line.get_ydata()) > 0 for line in dashed)
    full = [line for line in curves if line not in dashed]
    assert all(max(line.get_ydata()) > 0 > min(line.get_ydata()) for line in full)
    assert len([line for line in densities.lines if len(line.get_xdata()) > 2]) == 5


def test_equal_audits_give_equal_files(audit: SeparationAudit, tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        write_audit_plot(audit, str(tmp_path / name))
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
