"""Reports on degeneracies: every case in words, in every format."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from symerm.networks import DeepNetwork, Layer, ShallowNetwork
from symerm.parametrization.deep_degeneracy import deep_degeneracy
from symerm.parametrization.degeneracy import degeneracy
from symerm.problem.architecture import RELU
from symerm.reports.degeneracy import (
    deep_degeneracy_to_json,
    degeneracy_to_json,
    format_deep,
    format_degeneracy,
)


def network(forms, outputs):
    return ShallowNetwork(
        tuple(tuple(map(F, form[:-1])) for form in forms),
        tuple(F(form[-1]) for form in forms),
        tuple(tuple(map(F, row)) for row in outputs),
        (F(0),) * len(outputs[0]),
        RELU,
    )


def finding(found, name):
    """The words for a property."""
    lines = format_degeneracy(found).splitlines()
    (line,) = (line for line in lines if line.startswith(name + "  "))
    return line[len(name):].strip()


MIXED = network(
    [(1, 0, 0), (2, 0, 0), (-1, 0, 0), (0, 1, -5), (1, 0, 1), (0, 0, -1), (0, 0, 0)],
    [(1,), ("-1/2",), (3,), (1,), (1,), (2,), (1,)],
)


def test_every_property_in_words():
    found = degeneracy(MIXED)
    assert finding(found, "domain") == "R^2"
    assert finding(found, "dead neurons") == "6, 7"
    assert finding(found, "zero output weights") == "none"
    assert finding(found, "same hyperplane") == "x1 = 0: 1, 2 (> 0), 3 (< 0)"
    assert finding(found, "parallel hyperplanes") == "x1 = 0, x1 + 1 = 0"
    assert finding(found, "cancelling kinks") == "none"
    assert finding(found, "balance") == (
        "5 neurons not balanced; largest entry of v to that of (w,b) from 1/5 (neuron 4) to 3 "
        "(neuron 3)"
    )
    assert finding(found, "width").startswith("7; minimal width 3, the function has 3 kinks: 4 ")
    assert finding(found, "functional dimension").endswith(
        "not differentiable in the weights of 7, which are left out"
    )
    assert finding(found, "fibre").startswith("dimension between ")


def test_rows_of_the_table():
    rows = [line.split("  ") for line in format_degeneracy(degeneracy(MIXED)).splitlines()[1:8]]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert cells[0] == ["1", "x1 = 0", "> 0", "kink", "1"]
    assert cells[1] == ["2", "x1 = 0", "> 0", "kink", "1/4"]
    assert cells[2] == ["3", "x1 = 0", "< 0", "kink", "3"]
    assert cells[5] == ["6", "-", "-", "never active", "2"]
    assert cells[6] == ["7", "-", "-", "zero", "-"]


def test_a_network_without_degeneracy():
    found = degeneracy(network([(1, 0), (1, -1)], [(1,), (-1,)]))
    assert finding(found, "domain") == "R"
    assert finding(found, "balance") == "every neuron is balanced"
    assert finding(found, "width") == "2; minimal width 2, the function has 2 kinks: minimal"
    assert finding(found, "functional dimension") == (
        "5 of 7 parameters; almost all networks of this width have 5; constant near the network"
    )
    assert finding(found, "fibre") == (
        "dimension 2: parameters minus functional dimension, which is constant near the network"
    )


def test_the_excess_of_the_kernel_is_named():
    found = degeneracy(network([(1, 0), (-1, 0)], [(1,), (1,)]), box=((F(-1), F(3, 2)),))
    assert finding(found, "domain") == "[-1, 3/2]"
    assert finding(found, "fibre") == (
        "dimension 2: the largest over all ways to share hyperplanes; parameters minus functional "
        "dimension is 3, so the kernel of the derivative is larger by 1"
    )


def test_cancelling_kinks_and_long_lists():
    pair = degeneracy(network([(1, 0), (2, 0)], [(2,), (-1,)]))
    assert finding(pair, "cancelling kinks") == "x = 0: 1, 2 (> 0)"
    many = degeneracy(network([(1, k) for k in range(15)], [(0,)] * 15))
    assert finding(many, "zero output weights").endswith(", 12, and 3 more")


def test_networks_without_neurons_have_no_table():
    found = degeneracy(ShallowNetwork((), (), (), (F(1),)))
    assert format_degeneracy(found).startswith("domain ")
    assert format_degeneracy(found, style="html").count("<table>") == 1
    assert degeneracy_to_json(found)["neurons"] == []


def test_json_counts_from_one_and_keeps_exact_numbers():
    document = degeneracy_to_json(degeneracy(MIXED, box=((F(-1, 2), F(1)),) * 2))
    assert document["domain"] == [["-1/2", "1"]] * 2
    assert [entry["neuron"] for entry in document["neurons"]] == list(range(1, 8))
    assert document["neurons"][1]["ratio"] == "1/4"
    assert document["neurons"][6]["ratio"] is None
    assert document["same_hyperplane"] == [
        {"hyperplane": {"normal": [1, 0], "offset": 0}, "along": [1, 2], "against": [3]}
    ]
    assert document["dead"] == [4, 6, 7]
    fibre = document["fibre"]
    assert fibre["lower"] <= fibre["upper"] <= fibre["first_order"]
    assert (fibre["dimension"] is None) == (fibre["lower"] < fibre["upper"])


def deep():
    first = Layer(((F(1),), (F(1),)), (F(0), F(-2)))
    second = Layer(((F(1), F(1)), (F(-1), F(0))), (F(-3), F(0)))
    return DeepNetwork((first, second, Layer(((F(1), F(0)),), (F(0),))))


def test_deep_networks():
    found = deep_degeneracy(deep())
    text = format_deep(found)
    assert "never active          2 in hidden layer 2" in text
    assert "zero output weights   2 in hidden layer 2" in text
    assert "left out, where a preactivation vanishes" in text
    assert f"dimension between {found.scalings} (scalings" in text
    document = deep_degeneracy_to_json(found)
    assert document["widths"] == [2, 2]
    assert document["never_active"] == [[2, 2]]
    assert document["fibre"]["dimension"] is None


def test_a_deep_network_whose_fibre_is_known():
    found = deep_degeneracy(DeepNetwork.from_shallow(network([(1, 0), (1, -1)], [(1,), (-1,)])))
    assert deep_degeneracy_to_json(found)["fibre"]["dimension"] == 2
    assert "fibre                 dimension 2: the scalings of hidden neurons" in format_deep(found)


@pytest.mark.parametrize("style", ["latex", "html"])
def test_markup_is_escaped(style):
    text = format_degeneracy(degeneracy(MIXED), style=style)
    assert ("> 0" in text) is False
    assert {"latex": r"\textgreater{} 0", "html": "&gt; 0"}[style] in text
    assert {"latex": r"R\textasciicircum{}2", "html": "R^2"}[style] in text
    assert text.count({"latex": r"\begin{tabular}", "html": "<table>"}[style]) == 2
