"""The printed analysis of the last layer: true bounds, every part in its place."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from symerm.lastlayer.analysis import analyse_last_layer
from symerm.problem.architecture import parse_activation
from symerm.problem.dataset import Dataset
from symerm.reports.lastlayer import format_last_layer, last_layer_to_json

DATA = Dataset.from_rows([(1, 0), (0, 1), (2, 1), (1, 1)], [1, 0, 2, 5])


def test_printed_bounds_hold_the_proved_ones() -> None:
    analysis = analyse_last_layer(DATA, width=3)
    text = format_last_layer(analysis, source="d.csv", seed=0)
    low, high = re.search(r"smallest eigenvalue between (\S+) and (\S+)", text).groups()
    assert Fraction(low) <= analysis.spectrum.smallest[0]
    assert analysis.spectrum.smallest[1] <= Fraction(high)
    bound, eigenvalue = re.search(r"<= (\S+), eigenvalue >= (\S+)", text).groups()
    assert Fraction(bound) >= analysis.chernoff.bound
    assert Fraction(eigenvalue) <= analysis.chernoff.smallest


def test_the_parts_of_the_report() -> None:
    bare = Dataset.from_rows([1, 2, -1], [1, 1, 0])
    text = format_last_layer(
        analyse_last_layer(bare, width=4, bias=False, steps=2), source="d.csv", seed=0
    )
    names = [line[:12].strip() for line in text.split("\n\n")[0].splitlines()]
    assert [name for name in names if name] == [
        "data", "layer", "rank", "all labels", "y", "any width", "any depth", "kernel", "descent",
    ]
    assert "L + rank{u} = 1 + 1 = 2" in text
    assert "loss at least 1/5 without biases" in text


def test_undecided_is_said() -> None:
    far = Dataset.from_rows([100000, 200000, 300000], [1, 2, 4])
    analysis = analyse_last_layer(far, width=3, activation=parse_activation("logistic"))
    text = format_last_layer(analysis, source="d.csv", seed=0)
    assert "fitted by the last layer alone: undecided" in text
    document = last_layer_to_json(analysis, seed=0)
    assert document["fits"] is document["outputs"][0]["loss"] is None


@pytest.mark.parametrize(("width", "fits"), [(2, False), (12, True)])
def test_widths_are_sound(width: int, fits: bool) -> None:
    analysis = analyse_last_layer(DATA, width=width, seed=4)
    rules = {row.rule.split(",")[0]: row for row in analysis.widths}
    assert ("the first neurons of this layer" in rules) == fits
    assert rules["one direction"].width == 4
    if fits:
        least = rules["the first neurons of this layer"].width
        assert analyse_last_layer(DATA, width=least, seed=4).fit.fits
        assert not analyse_last_layer(DATA, width=least - 1, seed=4).fit.fits
