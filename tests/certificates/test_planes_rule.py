"""The checker's rule for planes of two neurons: each condition violated alone, and all mutants."""

import random
import sys
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from certificate_tools import answer, dump, mutants, parse

sys.path.insert(0, str(Path(__file__).parents[1] / "attainability"))
from oracles.numeric import exact_loss, minimise
from plane_cases import LARGE_GAP
from search_cases import certificate, problem_of

from symerm.attainability import decide
from symerm.certificates import checker

SECOND = ([-2, -1, 0, 1, 2], [[-2, 1], [-1, 0], [0, 0], [1, 0], [2, 1]])
HELD = ([0, 1, 3, 4], [[-3, 4], [-4, -1], [-4, 2], [2, 2]])


@cache
def made(kind: str) -> str:
    """The text of a certificate with each kind of proof."""
    rows = {"level": LARGE_GAP, "fit": SECOND, "attained": HELD}[kind]
    return certificate(decide(problem_of(*rows, 2)))


def level():
    parts = parse(made("level"))
    assert parts.steps[0][0] == "level"
    assert any(step[0] == "n" for step in parts.steps)
    return parts


def fit():
    parts = parse(made("fit"))
    assert parts.steps[0][0] == "fit"
    assert len(parts.steps) == 1
    return parts


def attained():
    parts = parse(made("attained"))
    assert parts.steps[0] == ["attained"]
    return parts


def bounds():
    parts = attained()
    parts.steps[0] = ["bounds"]
    parts.head["claim"]["verdict"] = "undecided"
    return parts


def claim(parts, **changes):
    parts.head["claim"].update({key: str(value) for key, value in changes.items()})
    return parts.text()


def place_of(parts, kind):
    return next(k for k, step in enumerate(parts.steps) if step[0] == kind)


@pytest.mark.parametrize(("parts", "verdict"), [
    (level(), "not-attained"), (fit(), "not-attained"), (attained(), "attained"),
    (bounds(), "undecided"),
])
def test_accepted(parts, verdict, tmp_path):
    assert answer(tmp_path, parts.text()).startswith(f"VALID {verdict} ")
    assert answer(tmp_path, claim(parts.copy(), verdict="undecided")).startswith("VALID undecided")
    others = {"attained", "not-attained"} - {verdict}
    for other in others:
        line = answer(tmp_path, claim(parts.copy(), verdict=other))
        assert line == f"INVALID the bounds do not prove the verdict {other}"


# ---------------------------------------------------------------- the claim


def test_a_level_proves_its_bounds_and_no_more(tmp_path):
    lower, upper = (Fraction(level().head["claim"][key]) for key in ("lower", "upper"))
    goal = Fraction(level().steps[0][1])
    assert lower < upper < goal
    line = answer(tmp_path, claim(level(), lower=upper + (goal - upper) / 1000,
                                  upper=goal))
    assert line.endswith("the stratum is below the claim")
    line = answer(tmp_path, claim(level(), lower=goal + 1, upper=goal + 2))
    assert line == "INVALID the level is not above the stratum"
    line = answer(tmp_path, claim(level(), upper=lower))
    assert line == "INVALID the network's loss exceeds the claimed upper bound"
    assert answer(tmp_path, claim(level(), lower=0)).startswith("VALID not-attained 0 ")


def test_the_level_is_above_the_stratum(tmp_path):
    parts = level()
    upper = Fraction(parts.head["claim"]["upper"])
    for value in (upper, upper / 2):
        parts.steps[0][1] = str(value)
        assert answer(tmp_path, parts.text()) == "INVALID the level is not above the stratum"
    # Above the least realised loss elsewhere, no steps prove it.
    parts.steps[0][1] = "1000"
    assert answer(tmp_path, parts.text()).startswith("INVALID step")


@pytest.mark.parametrize("stratum", [
    [-1, 1, 1], [21, 1, 1], [0, 1, 1], [2, 1, 1], [19, 0, 1], [19, 1, 0], [19, -1, 1],
])
def test_the_stratum_exists(stratum, tmp_path):
    for parts in (level(), fit()):
        parts.steps[0][-3:] = stratum
        assert answer(tmp_path, parts.text()) == "MALFORMED the stratum does not exist"


def test_the_first_step(tmp_path):
    for parts in (level(), fit(), attained(), bounds()):
        head = parts.steps[0]
        for step in ([*head, 1], head[:-1] or ["x"], ["p"], ["level"], ["fit"], ["attained", 1]):
            parts.steps[0] = step
            assert not answer(tmp_path, parts.text()).startswith("VALID")


# ---------------------------------------------------------------- steps


def test_every_cell_is_closed(tmp_path):
    for parts in (level(), attained(), bounds()):
        short = parts.copy()
        short.steps.pop()
        line = answer(tmp_path, short.text())
        assert line.endswith("the proof ends before every case is closed")
        parts.steps.append(["p"])
        assert answer(tmp_path, parts.text()) == (
            "INVALID there are steps after every case is closed"
        )


def test_coefficients_are_not_negative(tmp_path):
    # Undo a split, and its two parts: the parts were needed.
    for kind, parts in (("t", level()), ("b", attained())):
        at = place_of(parts, kind)
        while parts.steps[at + 1] != ["p"] or parts.steps[at + 2] != ["p"]:
            at = next(k for k in range(at + 1, len(parts.steps)) if parts.steps[k][0] == kind)
        parts.steps[at : at + 3] = [["p"]]
        assert answer(tmp_path, parts.text()).endswith("a coefficient is negative")


def test_a_corner_is_not_below_the_claim(tmp_path):
    # All responses on one segment's plane: the corner itself is the only exact fit.
    inputs = range(6)
    rows = [[max(x - 1, 0), max(x - 2, 0)] for x in inputs]
    parts = parse(certificate(decide(problem_of(inputs, rows, 2))))
    assert answer(tmp_path, parts.text()) == "VALID attained 0 0"
    parts.head["method"] = "planes"
    parts.head["claim"].update(lower="1/100", upper="1/100", verdict="undecided")
    parts.steps = [["bounds"]] + [["p"]] * 40
    parts.head["network"]["output_biases"] = ["1/60", "1/60"]
    assert answer(tmp_path, parts.text()).startswith("INVALID step")
    curve = curve_of(inputs, rows)
    refused = 0
    for cell in (cell for cell in curve.cells() if len(cell) == 2):
        try:
            checker.corner(curve, cell, curve.at(Fraction(1, 100)), None, None)
        except checker.Invalid:
            refused += 1
    assert refused == 1


def test_each_of_the_nine_coefficients_counts():
    """At some level just one coefficient of a box is negative: the box is not closed."""
    seen, source = Counter(), random.Random(2)
    lines = SimpleNamespace(step=lambda: ["p"])
    pairs = [(0, 0), (0, 1), (1, 1)]
    for _ in range(12):
        rows = [[source.randint(-9, 9) for _ in range(2)] for _ in range(5)]
        curve = curve_of(range(5), rows)
        for cell in (cell for cell in curve.cells() if len(cell) == 4):
            first, second = cell[:2], cell[2:]
            forms = {
                (i, j, k, m): [
                    sum(part) for part in zip(
                        curve.product((first[i], second[k]), (first[j], second[m])),
                        curve.product((first[i], second[m]), (first[j], second[k])), strict=True,
                    )
                ]
                for i, j in pairs for k, m in pairs
            }
            for den, num in forms.values():
                # Just above the level at which this coefficient vanishes.
                goal = (curve.square - Fraction(num, den or 1)) / curve.unit + Fraction(1, 10**6)
                a, b = curve.at(goal)
                negative = [c for c, (x, y) in forms.items() if a * x < b * y]
                try:
                    checker.box(curve, cell, (a, b), None, lines)
                    assert not negative
                except checker.Invalid:
                    assert negative
                    if len(negative) == 1:
                        seen[negative[0]] += 1
    assert len(seen) == 9


@pytest.mark.parametrize(("kind", "step"), [
    ("t", ["t", 0, 0, 1, 1]), ("t", ["t", 1, 0, 1, 1]), ("t", ["t", 0, 3, 1, 1]),
    ("t", ["t", -1, 1, 1, 1]), ("t", ["t", 0, 1, 0, 1]), ("t", ["t", 0, 1, 1, -1]),
    ("t", ["t", 0, 1, 1]), ("t", ["b", 0, 1, 1]), ("t", ["q"]), ("t", ["p", 1]),
    ("b", ["b", 2, 1, 1]), ("b", ["b", -1, 1, 1]), ("b", ["b", 0, 0, 1]), ("b", ["b", 0, 1, -1]),
    ("b", ["b", 0, 1]), ("b", ["t", 0, 1, 1, 1]), ("b", ["n", 1, 1, 1, 2, 1, 1]),
    ("n", ["n", 33, 7, 33, 7, 1, 1]), ("n", ["n", 25, 36, 33, 7, 1, 1]),
    ("n", ["n", 33, 0, 25, 36, 1, 1]), ("n", ["n", 33, 7, 0, 36, 1, 1]),
    ("n", ["n", 33, 7, 25, 36, 0, 1]), ("n", ["n", 33, 7, 25, 36, 1, -1]),
    ("n", ["n", 33, 7, 25, 36, 1]), ("n", ["n", 33, 7, 25, 36, 1, "1"]),
])
def test_steps_that_are_none(kind, step, tmp_path):
    parts = attained() if kind == "b" else level()
    parts.steps[place_of(parts, kind)] = step
    assert answer(tmp_path, parts.text()).startswith("MALFORMED step ")


def test_a_region_slopes_to_its_stratum(tmp_path):
    parts = level()
    at = place_of(parts, "n")
    step = parts.steps[at]
    # Narrower or lower regions leave planes below the level outside.
    for changed in (
        [*step[:1], step[1] + step[3], step[2] + step[4], *step[3:]],
        [*step[:5], 1, 1 << 40],
    ):
        parts.steps[at] = changed
        assert answer(tmp_path, parts.text()).endswith("a coefficient is negative")
    # Wide ones hold planes from which the loss falls away from the stratum.
    parts.steps[at] = ["n", 10**6, 1, 1, 10**6, 1 << 20, 1]
    assert answer(tmp_path, parts.text()).endswith("a slope is not positive")


def test_a_region_is_the_first_step_of_its_triangle(tmp_path):
    parts = level()
    at = place_of(parts, "n")
    parts.steps[at:at] = [["t", 0, 2, 1, 1]]
    assert answer(tmp_path, parts.text()).endswith("not a step of this proof")


def test_regions_only_with_a_level(tmp_path):
    # Without a level nothing says that the stratum itself is above the claim.
    for head in (["bounds"], ["attained"]):
        parts = level()
        parts.steps[0] = head
        parts.head["claim"].update(verdict="undecided", upper="1000")
        assert not answer(tmp_path, parts.text()).startswith("VALID")


def test_strata_above_the_network(tmp_path):
    parts = level()
    parts.steps = [["attained"]] + [["p"]] * 60
    parts.head["claim"].update(verdict="attained", upper="1000", lower="0")
    line = answer(tmp_path, parts.text())
    assert line == "INVALID a stratum may have a loss below that of the network"


# ---------------------------------------------------------------- exact fits


def test_an_exact_fit_is_exact(tmp_path):
    parts = fit()
    line = "INVALID the fit is not one that no network has"
    assert answer(tmp_path, claim(fit(), lower="1/1000000", upper=1)) == line
    parts.steps[0][2] += 1
    assert answer(tmp_path, parts.text()) == line


def test_an_exact_fit_is_not_realised(tmp_path):
    """The stratum of rho_2 holds planes of rho_2 and a kink that faces left."""
    inputs, source = range(5), fit()
    count = len(inputs)
    for y0, y1, good in ((1, 3, True), (2, 3, True), (1, 1, False), (3, 1, False)):
        rows = [
            [max(x - 1, 0), y0 * x - y1 * max(x - 2, 0)] for x in inputs
        ]
        found = set()
        for index in range(21):
            parts = source.copy()
            parts.head["data"]["inputs"] = [[str(x)] for x in inputs]
            parts.head["data"]["outputs"] = [[str(y) for y in row] for row in rows]
            parts.head["network"]["output_weights"] = [["0"] * 2] * 2
            for y in ((y0, y1), (y1, y0)):
                parts.steps = [["fit", index, *y]]
                found.add(answer(tmp_path, parts.text()))
        assert ("VALID not-attained 0 0" in found) == good, (count, y0, y1)
        verdict = decide(problem_of(inputs, rows, 2))
        assert (verdict.verdict == "not-attained") == good


def test_an_exact_fit_has_responses_of_rank_two(tmp_path):
    parts = fit()
    # Only one direction: many planes fit it, and networks do.
    parts.head["data"]["outputs"] = [[str(x), str(2 * x)] for (x, _) in SECOND[1]]
    for index in range(21):
        for y in ((1, 1), (1, 2), (2, 1)):
            parts.steps = [["fit", index, *y]]
            assert not answer(tmp_path, parts.text()).startswith("VALID")


def curve_of(inputs, rows, activation="relu", *, output_bias=True):
    parts = parse(certificate(decide(problem_of(
        inputs, rows, 2, activation, output_bias=output_bias
    ))))
    data = parts.head["data"]
    lines = SimpleNamespace(spend=lambda *_: None, rate=1)
    problem = checker.Problem(
        checker.matrix(data["inputs"], ""), checker.matrix(data["outputs"], ""),
        checker.parse_architecture(parts.head["architecture"]), lines,
    )
    return checker.Curve(problem)


def test_degenerate_strata_prove_nothing(tmp_path, monkeypatch):
    # Neighbours lie on both sides of a vertex, so real data have no such stratum.
    zero = [[0] * 3 for _ in range(3)]
    monkeypatch.setattr(checker.Curve, "tables", lambda curve, cell: (zero, zero))
    for parts in (level(), fit()):
        assert answer(tmp_path, parts.text()) == "INVALID the stratum's plane is degenerate"


# ---------------------------------------------------------------- compactness, hypotheses, work


def test_cones_that_meet_are_not_compact():
    curve = object.__new__(checker.Curve)
    curve.spend, curve.bits = (lambda *_: None), 1

    def compact(*vectors):
        curve.inner = [[sum(x * y for x, y in zip(a, b, strict=True)) for b in vectors]
                       for a in vectors]
        curve.energy = curve.inner
        return curve.compact([[(k, 1)] for k in range(4)])

    x, y, z, w = (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)
    assert compact(x, y, z, w)
    # x + y lies in the second cone, inside or at an end, with either sign.
    assert not compact(x, y, (1, 1, 0, 0), z)
    assert not compact(x, y, z, (-1, -1, 0, 0))
    assert not compact(x, y, (1, 1, 1, 0), (0, 0, -1, 0))
    assert not compact(x, y, (1, 0, 0, 0), z)
    # The common line misses one of the cones.
    assert compact(x, y, (1, -1, 0, 0), z)
    assert compact(x, y, (1, 1, 1, 0), z)
    # All in one plane: one plane only.
    assert compact(x, y, (1, 1, 0, 0), (1, 2, 0, 0))


@pytest.mark.parametrize(("inputs", "output_bias"), [
    (["0", "0"], True), (["0", "0"], False), (["0", "1"], True),
])
@pytest.mark.parametrize("name", ["relu", "leaky:1/2"])
@pytest.mark.parametrize("head", ["attained", "bounds"])
def test_no_segments_prove_nothing(inputs, output_bias, name, head, tmp_path):
    """Where all activation vectors are proportional there are no cells, but there are networks."""
    parts = fit()
    parts.head["data"].update(
        inputs=[[x] for x in inputs], outputs=[["0", "0"], ["1", "1"]]
    )
    parts.head["architecture"].update(activation=name, output_bias=output_bias)
    parts.head["network"].update(output_biases=["0", "0"], output_weights=[["0", "0"]] * 2)
    parts.head["claim"].update(lower="1000", upper="1000", verdict="undecided")
    parts.steps = [[head]]
    assert answer(tmp_path, parts.text()) == "INVALID the inputs are too few"


def test_one_input_hidden_biases_and_width_two(tmp_path):
    line = "INVALID the rule needs one input, hidden biases and width two"
    parts = attained()
    parts.head["claim"]["upper"] = "1000"
    parts.head["architecture"]["hidden_bias"] = False
    parts.head["network"]["hidden_biases"] = ["0", "0"]
    assert answer(tmp_path, parts.text()) == line
    parts = attained()
    parts.head["architecture"]["width"] = 3
    for key in ("hidden_weights", "hidden_biases", "output_weights"):
        rows = parts.head["network"][key]
        parts.head["network"][key] = [*rows, rows[0]]
    parts.head["claim"]["upper"] = "100000"
    assert answer(tmp_path, parts.text()) == line
    parts = attained()
    data = parts.head["data"]
    data["inputs"] = [[*row, "0"] for row in data["inputs"]]
    data["input_names"] = [*data["input_names"], "another"]
    hidden = parts.head["network"]["hidden_weights"]
    parts.head["network"]["hidden_weights"] = [[*row, "0"] for row in hidden]
    assert answer(tmp_path, parts.text()) == line


@pytest.mark.parametrize("split", [["b", 0, 1], ["t", 0, 1, 1]])
def test_growing_coefficients_are_charged(split, tmp_path, monkeypatch):
    monkeypatch.setattr(checker, "FREE_WORK", 1 << 22)
    parts = bounds()
    parts.head["claim"]["lower"] = "0"
    closing = {"b": [["p"]], "t": []}[split[0]]
    before = [["bounds"], *closing]
    parts.steps = [*before, *[[*split, 10**1000]] * 300, *[["p"]] * 300]
    line = answer(tmp_path, parts.text())
    assert line.endswith("checking takes more work than the length of the text allows")


# ---------------------------------------------------------------- mutation


class Truth:
    """What is known of a problem in other ways: its own decision and a search in floats."""

    def __init__(self) -> None:
        self.known = {}

    def of(self, head):
        key = dump([head["architecture"], head["data"]["inputs"], head["data"]["outputs"]])
        if key not in self.known:
            architecture, data = head["architecture"], head["data"]
            inputs, outputs = (
                [[Fraction(x) for x in row] for row in data[name]]
                for name in ("inputs", "outputs")
            )
            problem = problem_of(
                inputs, outputs, architecture["width"], architecture["activation"],
                hidden_bias=architecture["hidden_bias"], output_bias=architecture["output_bias"],
            )
            slope = problem.architecture.activation.negative_slope
            found = minimise(
                inputs, outputs, 2, output_bias=architecture["output_bias"],
                negative_slope=float(slope), starts=5, steps=60,
            )
            loss = exact_loss(found, inputs, outputs, negative_slope=slope)
            self.known[key] = decide(problem), loss
        return self.known[key]

    def holds(self, text) -> bool:
        head = parse(text).head
        decision, loss = self.of(head)
        claimed = head["claim"]
        lower, upper = Fraction(claimed["lower"]), Fraction(claimed["upper"])
        good = lower <= loss and lower <= decision.upper and decision.lower <= upper
        if decision.verdict != "undecided" and claimed["verdict"] != "undecided":
            good = good and decision.verdict == claimed["verdict"]
        return good


@pytest.mark.parametrize("kind", ["level", "fit", "attained"])
def test_a_sample_of_mutants(kind, tmp_path):
    judge(kind, 500, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["level", "fit", "attained"])
def test_every_mutant(kind, tmp_path):
    judge(kind, None, tmp_path)


def judge(kind, sample, folder):
    texts, truth, count = mutants(parse(made(kind))), Truth(), Counter()
    if sample is not None:
        texts = random.Random(kind).sample(texts, min(sample, len(texts)))
    for text in texts:
        word = answer(folder, text).split(" ", 1)[0]
        count[word] += 1
        if word == "VALID":
            assert truth.holds(text), text
    print(f"\n{kind}: {dict(count)}")
    assert min(count["INVALID"], count["MALFORMED"], count["VALID"]) > 0
