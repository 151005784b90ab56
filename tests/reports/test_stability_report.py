"""Nearest parametrizations and pathologies as texts: rounding, marks, other formats."""

from __future__ import annotations

import html.parser
from fractions import Fraction

from symerm.parametrization.balanced import BalancedNetwork, BalancedNeuron
from symerm.parametrization.nearest import nearest_parametrization
from symerm.parametrization.pathologies import PATHOLOGIES, PathologyCheck, check_pathology
from symerm.reports.pathologies import format_pathologies, pathologies_to_json
from symerm.reports.stability import format_nearest, nearest_to_json
from symerm.reports.stability_plots import draw_pathologies

ONE = Fraction(1)


def one_neuron(direction, square, sign=1):
    return BalancedNetwork(2, 1, (BalancedNeuron(direction, (sign * ONE,), Fraction(square)),))


def test_long_numbers_are_rounded_and_marked():
    odd = Fraction(10**12 + 39, 10**12 + 61)
    found = nearest_parametrization(one_neuron((ONE, odd), 2), one_neuron((ONE, odd / 2), 3, -1))
    text = format_nearest(found)
    assert "|Phi - Gamma| = sqrt(2) + sqrt(3) at c1 of neuron 1" in text
    assert "sqrt(3), ~0.8660254" in text
    document = nearest_to_json(found, width=Fraction(1, 100))
    assert document["distance"]["exact"] == "sqrt(2) + sqrt(3)"
    low, high = (Fraction(document["distance"][end]) for end in ("lower", "upper"))
    assert low < high <= low + Fraction(1, 100)
    assert float(low) < 2**0.5 + 3**0.5 < float(high)


def test_every_format_has_every_line():
    found = nearest_parametrization(one_neuron((ONE, ONE), 1), one_neuron((ONE, ONE), 4))
    latex, page = (format_nearest(found, style=style) for style in ("latex", "html"))
    for word in ("function distance", "parameter distance", "ratio", "bound", "optimal"):
        assert word in latex
        assert word in page
    assert r"\textasciicircum{}(1/2)" in latex
    html.parser.HTMLParser().feed(page)
    assert page.count("<p>") == page.count("</p>") == 5


def test_a_rate_that_failed_would_be_seen():
    good = check_pathology(PATHOLOGIES[1], 3)
    bad = PathologyCheck(
        3, good.function_distance, good.gradient_distance, good.parameter_distance, False, True
    )
    lines = format_pathologies([[], [bad], [good], [], []]).splitlines()
    assert ["2", "3", "1/3", "1", "NO"] in [line.split() for line in lines]
    assert ["3", "3", "1/3", "1", "yes"] in [line.split() for line in lines]
    document = pathologies_to_json([[], [bad], [good], [], []])
    assert document["pathologies"][1]["values"][0]["as_stated"] is False


def test_the_picture_has_every_family_and_the_bound():
    axes = draw_pathologies().axes[0]
    labels = [line.get_label() for line in axes.lines]
    assert [label.rsplit(" (", 1)[0] for label in labels[1:]] == [p.name for p in PATHOLOGIES]
    # On log axes the bound has slope 1/2, and every family is above it in the end.
    (x0, x1), (y0, y1) = axes.lines[0].get_data()
    assert abs((y1 / y0) / (x1 / x0) ** 0.5 - 1) < 1e-9
    for line in axes.lines[1:]:
        x, y = line.get_xdata()[-1], line.get_ydata()[-1]
        assert y > (8 * x) ** 0.5
