"""``symerm separation constants``: options, exit codes, one-line errors."""

import json
import math
from fractions import Fraction

import pytest

GIVEN = ("--c-mass", "9/10", "--density-bound", "3/2", "--tail", "1/2")
BASE = ("separation", "constants", "--dimension", "20", "--eps", "1/10")


def test_given_constants(run) -> None:
    code, out, err = run(*BASE, *GIVEN, "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["assumptions"] is None
    assert Fraction(document["rate"]) == Fraction(9, 10) / (840 * 9**4 * 10**6)
    assert document["radius"] == "3/2"
    assert document["width"] == str(12000**4)


def test_constants_of_a_law_and_a_replacement(run) -> None:
    code, out, _ = run(*BASE, "--law", "two-spheres", "--tail", "2", "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["law"] == "two-spheres"
    assert document["mass"] == "1"
    assert document["tail"] == "2"
    assert 2.4445 < Fraction(document["density_bound"]) < 2.4446


def test_the_scale_reaches_the_law(run) -> None:
    code, out, _ = run(
        "separation", "constants", "--dimension", "2", "--eps", "1/3", "--law", "heavy-tailed",
        "--scale", "2", "--radius", "1", "--delta", "1/7",
    )
    assert code == 0
    assert "heavy-tailed, a = 2" in out
    assert " 1/7" in out


def test_the_sample_depends_on_the_law_by_its_constants_only(run) -> None:
    """On q, c, the radius, eps and delta, and not on the width, the dimension or C."""
    keys = ("samples", "samples_width", "samples_norm", "samples_ratio")

    def sample(*options: str) -> list[str]:
        _, out, _ = run(*BASE, *GIVEN, *options, "--json")
        return [json.loads(out)[key] for key in keys]

    first = sample()
    # (4/eps^2) (4N + sqrt(2 ln(4/delta)))^2, in floats.
    least = 400 * (4 * int(first[2]) + (2 * math.log(400)) ** 0.5) ** 2
    assert math.isclose(int(first[0]), least, rel_tol=1e-12)
    assert Fraction(first[3]) == Fraction(int(first[0]), 10**5)
    assert sample("--dimension", "7", "--c-mass", "1/2", "--width", str(10**18)) == first
    for options in (("--eps", "1/20"), ("--density-bound", "2")):
        assert int(sample(*options)[0]) > int(first[0])


def test_width_and_step_size(run) -> None:
    width = 12000**4 + 1
    code, out, _ = run(*BASE, *GIVEN, "--width", width, "--step-size", "1/1000", "--json")
    document = json.loads(out)
    assert code == 0
    assert (document["width"], document["step_size"]) == (str(width), "1/1000")


@pytest.mark.parametrize("style", ["latex", "html"])
def test_styles(run, style: str) -> None:
    code, out, _ = run(*BASE, *GIVEN, "--format", style)
    assert code == 0
    assert {"latex": r"\begin{tabular}", "html": "<table>"}[style] in out


def test_plot(run, tmp_path) -> None:
    path = tmp_path / "laws.png"
    code, _, _ = run(
        "separation", "constants", "--dimension", "3", "--eps", "1/2", "--law", "two-spheres",
        "--plot", path,
    )
    assert code == 0
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "options",
    [
        (*BASE, *GIVEN, "--eps", "0"), (*BASE, *GIVEN, "--eps", "-1"),
        (*BASE, *GIVEN, "--eps", "2"), (*BASE, *GIVEN, "--delta", "1"),
        (*BASE, *GIVEN, "--delta", "x"), (*BASE, *GIVEN, "--density-bound", "-1"),
        (*BASE, *GIVEN, "--c-mass", "2"), (*BASE, *GIVEN, "--tail", "nan"),
        (*BASE, *GIVEN, "--radius", "3"), (*BASE, *GIVEN, "--dimension", "1"),
        (*BASE, *GIVEN, "--dimension", "2.5"), (*BASE, *GIVEN, "--width", "10000"),
        (*BASE, *GIVEN, "--step-size", "0"), (*BASE, *GIVEN, "--format", "pdf"),
        (*BASE, "--law", "cauchy"), BASE, (*BASE, "--c-mass", "1"),
        (*BASE, "--law", "two-spheres", "--dimension", "2"),
        (*BASE, "--law", "two-spheres", "--dimension", "1"),
        (*BASE, "--law", "heavy-tailed", "--scale", "0"),
        (*BASE, *GIVEN, "--plot", "laws.gif"),
    ],
)  # fmt: skip
def test_bad_options_take_one_line(run, options: tuple[str, ...]) -> None:
    code, out, err = run(*options)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.strip()
