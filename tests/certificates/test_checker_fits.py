"""The head ["fit", ..]: exact fits in the limit that no network has (Lemma 22)."""

from __future__ import annotations

import random
import sys
from fractions import Fraction
from itertools import combinations
from operator import mul
from pathlib import Path
from typing import Any

import pytest
from certificate_tools import Parts, answer, mutants, parse
from secant_tools import GOLDEN, problem_of

sys.path.insert(0, str(Path(__file__).parents[1] / "attainability"))
from search_cases import problem_of as case_of

from symerm.arrangements.neuron_pieces import neuron_pieces
from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.scaled import scale_problem
from symerm.attainability.secant_fit import realised_fit
from symerm.attainability.secant_problem import SecantProblem
from symerm.certificates.checker import Pieces, limit_loss

# Data, the root of a limit without loss, and the limit.
FITS = {
    "golden": (*GOLDEN, [2, [[1, 1], [1, 1]], [[0, 1], [0, 1]]]),
    "counterexample 1": (
        [[-2, 0], [-1, 0], [0, 0], [1, 0], [2, 0], [1, 1]],
        [[2, 0], [1, 0], [0, 0], [-2, 0], [-4, 0], [0, 1]],
        [18, [[0, 1, 7], [1, 7, 7]], [[1, 0, 1], [0, 1, 1]]],
    ),
    "counterexample 2": (
        [[-2], [-1], [0], [1], [2]], [[-2, 1], [-1, 0], [0, 0], [1, 0], [2, 1]],
        [12, [[9, 1], [1, 9]], [[1, 0], [0, 1]]],
    ),
    "counterexample 3": (
        [[0], [1], [2], [3]], [[0, 0], [0, 1], [1, 3], [2, 3]],
        [8, [[23, 72], [36, 23]], [[1, 0], [0, 1]]],
    ),
}
REFUSED = "INVALID the fit is not one that no network has"


def certificate_of(inputs: Any, outputs: Any, limit: Any, width: int = 2, *, bias: bool = True,
                   lower: Any = 0) -> Parts:
    """A certificate with the constant network zero and the limit alone."""
    def texts(rows: Any) -> list[list[str]]:
        return [[str(x) for x in row] for row in rows]

    size, count = len(inputs[0]), len(outputs[0])
    return Parts({
        "architecture": {
            "activation": "relu", "hidden_bias": bias, "output_bias": bias, "width": width},
        "claim": {"lower": str(lower), "upper": str(lower), "verdict": "not-attained"},
        "data": {
            "input_names": [f"x{k}" for k in range(size)], "inputs": texts(inputs),
            "output_names": [f"y{k}" for k in range(count)], "outputs": texts(outputs)},
        "format": "symerm-certificate/1", "method": "secants",
        "network": {
            "hidden_biases": ["0"] * width, "hidden_weights": [["0"] * size] * width,
            "output_biases": ["0"] * count, "output_weights": [["0"] * count] * width},
    }, [["fit", *limit]])


def named(name: str) -> Parts:
    inputs, outputs, limit = FITS[name]
    return certificate_of(inputs, outputs, limit, bias=name != "golden")


@pytest.mark.parametrize("name", FITS)
def test_limits_that_no_network_has(name: str, tmp_path: Path) -> None:
    parts = named(name)
    assert answer(tmp_path, parts.text()) == "VALID not-attained 0 0"
    parts.steps.append(["p"])
    assert answer(tmp_path, parts.text()).endswith("there are steps after every case is closed")
    for verdict, good in (("undecided", True), ("attained", False)):
        parts = named(name)
        parts.head["claim"]["verdict"] = verdict
        assert answer(tmp_path, parts.text()).startswith("VALID") == good
    parts = named(name)
    parts.head["claim"].update(lower="1/1000", upper="1")
    assert answer(tmp_path, parts.text()) == REFUSED


def test_a_limit_with_a_loss_is_no_fit(tmp_path: Path) -> None:
    parts = named("counterexample 3")
    parts.steps[0][2] = [[23, 72], [36, 24]]
    parts.head["claim"]["upper"] = "1"
    assert answer(tmp_path, parts.text()) == REFUSED
    for wrong in (["fit"], ["fit", 8], [*named("golden").steps[0], 0], ["fit", 99, [[1]], [[0]]]):
        parts.steps[0] = wrong
        assert answer(tmp_path, parts.text()).startswith("MALFORMED")


def test_the_scatter_remains(tmp_path: Path) -> None:
    """Points that are there twice, with responses on both sides of those of the limit."""
    inputs, outputs, limit = FITS["counterexample 3"]
    twice = [*inputs, *inputs]
    noisy = [[x + s, y] for s in (1, -1) for x, y in outputs]
    # The weights do not change the limit: it has no loss with any.
    assert answer(tmp_path, certificate_of(twice, noisy, limit, lower=8).text()) == (
        "VALID not-attained 8 8")
    parts = certificate_of(twice, noisy, limit, lower=8)
    parts.head["claim"].update(lower="9", upper="9")
    assert answer(tmp_path, parts.text()) == REFUSED
    parts.head["claim"].update(lower="7", upper="15/2")
    assert answer(tmp_path, parts.text()).endswith("exceeds the claimed upper bound")


def vectors_of(inputs: Any) -> list[list[Fraction]]:
    """The vertices' vectors, centred: their products with the unit vectors."""
    units = [[int(i == k) for k in range(len(inputs))] for i in range(len(inputs))]
    return [list(row) for row in Pieces(problem_of(inputs, units)).cross]


def units_without_loss(inputs: Any, outputs: Any) -> list[Any]:
    """Products of vertices, as limits, whose span holds the responses."""
    problem, found = problem_of(inputs, outputs), []
    space = Pieces(problem)
    for index, root in enumerate(space.roots()):
        for k in root.alive:
            items = [k // s % n for s, n in zip(root.strides, root.shape, strict=True)]
            c = [[int(x == y) for x in range(n)] for y, n in zip(items, root.shape, strict=True)]
            limit = [index, c, [[0] * n for n in root.shape]]
            found += [limit] if limit_loss(problem, space, limit) == 0 else []
    return found


def test_fits_of_networks_are_refused(tmp_path: Path) -> None:
    """Responses in the plane of two vertices: their product is the limit, and it is a network.

    If the responses are sums of both alone, no neuron spans them, but their rank is not the width.
    """
    inputs = [[0], [1], [2], [4], [5]]
    vertices, refused, unspanned = vectors_of(inputs), 0, 0
    for pair in combinations(vertices, 2):
        for outputs in ([[x, y] for x, y in zip(*pair, strict=True)],
                        [[x + y, 2 * x + 2 * y] for x, y in zip(*pair, strict=True)]):
            problem = problem_of(inputs, outputs)
            space = Pieces(problem)
            for limit in units_without_loss(inputs, outputs)[:2]:
                parts = certificate_of(inputs, outputs, limit)
                assert answer(tmp_path, parts.text()) == REFUSED
                refused += 1
                unspanned += not space.fitted(problem, space.pieces)
    assert refused > 20
    assert unspanned > 5


@pytest.mark.parametrize(("seed", "width"), [(0, 2), (1, 2), (2, 3)])
def test_neurons_in_the_space_of_the_responses(seed: int, width: int) -> None:
    """As found by the search, which has another method, for responses of networks and others."""
    source, answers = random.Random(seed), []
    for n in range(24):
        dimension, size = source.choice([(1, 5), (1, 6), (2, 5), (2, 6), (3, 6)])
        inputs = [[source.randint(-3, 3) for _ in range(dimension)] for _ in range(size)]
        if n % 2:
            neurons = [[source.randint(-3, 3) for _ in range(dimension + 1)] for _ in range(width)]
            outputs = [[max(0, sum(map(mul, a, [*row, 1]))) for a in neurons] for row in inputs]
        else:
            outputs = [[source.randint(-1, 1) for _ in range(width)] for _ in range(size)]
        biases = {"hidden_bias": bool(n % 2 or n % 4), "output_bias": source.random() < 0.6}
        problem = problem_of(inputs, outputs, width, **biases)
        space = Pieces(problem)
        scaled = scale_problem(case_of(inputs, outputs, width, **biases))
        pieces = neuron_pieces(
            scaled.forms, (scaled.slope_on, scaled.slope_off), modulo_constants=scaled.output_bias
        )
        forms = ExteriorForms.of(scaled, pieces.images)
        if not any(map(any, forms.responses)):
            continue
        found = realised_fit(SecantProblem(scaled, pieces, forms, ()))
        assert space.fitted(problem, space.pieces) == (found is not None)
        answers.append(found is not None)
    assert 4 < sum(answers) < len(answers) - 4


@pytest.mark.parametrize("name", ["golden", "counterexample 3"])
def test_mutants_prove_what_is_true(name: str, tmp_path: Path) -> None:
    parts, seen = named(name), 0
    original = parts.copy().head
    for text in mutants(parts):
        if answer(tmp_path, text).startswith("VALID"):
            head = parse(text).head
            if all(head[key] == original[key] for key in ("data", "architecture")):
                seen += 1
                lower, upper = (Fraction(head["claim"][key]) for key in ("lower", "upper"))
                assert lower <= 0 <= upper
                assert head["claim"]["verdict"] in ("not-attained", "undecided")
    assert seen > 0
