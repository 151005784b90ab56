"""Reports and pictures of a run of the separation show its numbers."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from symerm.reports.separation_plots import draw_separation_run, write_separation_plot
from symerm.reports.separation_run import format_separation_run, separation_run_to_json
from symerm.separation.runs import separation_run
from symerm.separation.two_spheres import TwoSpheres


@pytest.fixture(scope="module", params=[True, False], ids=["baseline", "alone"])
def run(request):
    return separation_run(
        TwoSpheres(2), radius=Fraction(5, 4), width=30, samples=200, steps=12,
        baseline=request.param,
    )


def test_the_text_has_the_numbers(run) -> None:
    text = format_separation_run(run)
    last = run.strong.curve[-1]
    assert f"  12  {last.train_risk:.4f}" in text
    (strong,) = [line for line in text.splitlines() if line.startswith("strong network ")]
    assert strong.split()[2] == f"{last.test.risk:.4f}"
    assert f"constant {run.inside:.4f}" in text
    assert f"{run.constant_risk:.4f}" in text
    assert ("one hidden layer" in text) == (run.baseline is not None)
    assert ("no bound for its class" in text) == (run.baseline is not None)
    assert "proves nothing" in text
    rows = [line.split() for line in text.splitlines() if line[:5] in ("1.25 ", "1.50 ")]
    assert [row[1] for row in rows] == ["1", "0"]
    assert rows[0][2] == f"{run.strong_profile.mean[20]:.3f}"


def test_json_has_every_number_and_can_be_read(run) -> None:
    document = json.loads(json.dumps(separation_run_to_json(run)))
    assert list(document) == [
        "law", "dimension", "radius", "samples", "fresh_samples", "seed", "exact", "constant",
        "strong", "baseline", "profile",
    ]  # fmt: skip
    assert document["exact"] is False
    assert document["radius"] == "5/4"
    assert [point["step"] for point in document["strong"]["curve"]] == [0, 1, 2, 5, 10, 12]
    assert document["strong"]["test_risk"] == run.strong.curve[-1].test.risk
    assert (document["baseline"] is None) == (run.baseline is None)
    if run.baseline is not None:
        assert document["baseline"]["test_risk"] == run.baseline_test.risk
    profile = document["profile"]
    assert len(profile["strong"]["mean"]) == len(profile["radii"]) == 49
    assert (profile["baseline"] is None) == (run.baseline is None)


def test_endings_are_told(run) -> None:
    assert "all steps done" in format_separation_run(run)
    stopped = separation_run(
        TwoSpheres(2), radius=Fraction(1), width=5, samples=9, steps=3, time_limit=0
    )
    assert format_separation_run(stopped).count("stopped by the time limit") == 2


def test_markup_has_all_tables(run) -> None:
    latex = format_separation_run(run, style="latex")
    assert latex.count(r"\begin{tabular}") == latex.count(r"\end{tabular}") == 3
    page = format_separation_run(run, style="html")
    assert page.count("<table>") == 3
    assert "|x| &lt;= 5/4" in page


def test_the_picture_shows_curves_and_profiles(run, tmp_path) -> None:
    curves, profiles = draw_separation_run(run).axes
    drawn = {line.get_label(): line for line in curves.lines}
    fresh = drawn["strong network, fresh data"]
    assert list(fresh.get_ydata()) == [point.test.risk for point in run.strong.curve]
    assert list(drawn["best constant"].get_ydata()) == [run.constant_risk] * 2
    assert ("one hidden layer, as trained" in drawn) == (run.baseline is not None)
    (strong,) = [line for line in profiles.lines if line.get_label() == "strong network"]
    assert list(strong.get_ydata()) == list(run.strong_profile.mean)
    target = profiles.lines[0]
    assert list(target.get_xdata())[1] == 1.25
    write_separation_plot(run, str(tmp_path / "run.svg"))
    assert (tmp_path / "run.svg").read_text().startswith("<?xml")
