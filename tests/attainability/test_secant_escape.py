"""Escapes to strata of secant varieties: exact losses, growth, limits, words."""

import random
import re
from fractions import Fraction
from itertools import pairwise

import pytest
from test_secant_networks import IN_LINE, LINE, PLANE, SPACE, secants_of

from symerm.arithmetic.linalg import rank
from symerm.attainability.pointwise_limit import limit_at, limit_pieces
from symerm.attainability.refit import refitted_network
from symerm.attainability.secant_escape import secant_escape
from symerm.attainability.secant_networks import neuron_paths
from symerm.attainability.secant_problem import Limit
from symerm.attainability.secant_strata import describe_stratum
from symerm.attainability.secant_tables import dead_boxes, degrees
from symerm.attainability.verdict import Verdict
from symerm.errors import CertificateError
from symerm.networks.serialization import network_to_json
from symerm.reports.plots import draw_verdict
from symerm.reports.text import format_verdict
from symerm.reports.verdict_json import verdict_to_json

LONG = [*LINE, [6]]
CASES = [
    (LINE, 2, "relu", {}), (LONG, 3, "relu", {}), (LINE, 3, "leaky:1/10", {}),
    (LINE, 3, "relu", {"output_bias": False}), (PLANE, 2, "relu", {}),
    (PLANE, 2, "leaky:1/10", {"hidden_bias": False}), (IN_LINE, 2, "relu", {}),
    (SPACE, 2, "relu", {"hidden_bias": False, "output_bias": False}),
]


def strata(secants, count, source):
    """Random points of random boundary strata with their losses."""
    patches = [
        (k, box) for k, table in enumerate(secants.tables)
        for box in dead_boxes(table.root.shape, table.dead)
        if any(
            d == 1 and not dead
            for d, dead in zip(degrees(table.root.shape, box), table.dead, strict=True)
        )
    ]
    for _ in range(count):
        k, box = source.choice(patches)
        coordinates = tuple(
            tuple(source.choice([1, 2, 7, 30]) for _ in range(size))
            for size in secants.tables[k].root.shape
        )
        loss = secants.loss(k, coordinates, box)
        if loss is not None:
            yield Limit(k, coordinates, box, loss)


@pytest.mark.parametrize(("inputs", "width", "activation", "biases"), CASES)
def test_the_losses_of_the_family_fall_to_the_stratum(inputs, width, activation, biases):
    problem, secants = secants_of(inputs, width, activation, seed=3, **biases)
    data, seen, rising = problem.dataset, 0, 0
    for limit in strata(secants, 30, random.Random(2)):
        try:
            escape = secant_escape(secants, limit)
        except CertificateError:
            rising += 1
            continue
        seen += 1
        assert escape.limit == escape.loss.limit == secants.scaled.to_loss(limit.loss)
        assert len(escape.samples) >= 4
        steps = [eps for eps, _, _ in escape.samples]
        assert all(x > y > 0 for x, y in pairwise(steps))
        losses = [loss for _, _, loss in escape.samples]
        assert all(x > y > escape.limit for x, y in pairwise(losses))
        hidden, biases_of, outgoing, offset = escape.family
        for eps, network, loss in escape.samples:
            assert network.loss(data.inputs, data.outputs) == loss == escape.loss(eps)
            assert network.hidden_weights == tuple(tuple(x(eps) for x in row) for row in hidden)
            assert network.hidden_biases == tuple(x(eps) for x in biases_of)
            assert network.output_weights == tuple(tuple(x(eps) for x in row) for row in outgoing)
            assert network.output_biases == tuple(x(eps) for x in offset)
        if not problem.architecture.output_bias:
            assert not any(escape.samples[0][1].output_biases)
        assert all(x.order >= 0 for row in hidden for x in row if x)
        # Where the neurons become dependent and the limit is better, output weights must grow.
        assert any(x.order < 0 for row in outgoing for x in row)
        # The loss is a polynomial, and not better than the best one for the hidden neurons.
        assert escape.loss.denominator == (1,)
        _, network, loss = escape.samples[0]
        scaled = secants.scaled
        fitted = refitted_network(scaled, [
            [x / scaled.input_scale for x in (*row, *([b] if scaled.hidden_bias else []))]
            for row, b in zip(network.hidden_weights, network.hidden_biases, strict=True)
        ])
        assert fitted.loss(data.inputs, data.outputs) <= loss
        assert escape.stratum["description"]
        assert "grow like 1/eps" in escape.rate
    assert seen >= 1
    assert seen + rising >= 4


def test_the_neurons_that_are_named_become_dependent():
    for inputs, width, activation, biases in CASES:
        _, secants = secants_of(inputs, width, activation, **biases)
        scaled = secants.scaled
        for limit in strata(secants, 6, random.Random(5)):
            paths = neuron_paths(secants, limit)
            stratum = describe_stratum(scaled, paths)
            neurons = [[row[0] if row else Fraction(0) for row in path] for path in paths]
            values = [
                [sum(x * f for x, f in zip(u, form, strict=True)) for form in scaled.forms]
                for u in neurons
            ]
            images = [[scaled.slope_off * min(z, 0) + scaled.slope_on * max(z, 0) for z in row]
                      for row in values]
            if scaled.output_bias:
                images = [[x - row[0] for x in row] for row in images]
            assert rank(images) < width
            merging = [
                (i, j) for i in range(width) for j in range(i) if rank([images[i], images[j]]) < 2
            ]
            assert (stratum["kind"] == "merging neurons") == bool(merging)


def test_words():
    _, line = secants_of(LINE, 3)
    one, more = Fraction(1), Fraction(1, 9)

    def words(secants, *paths):
        return describe_stratum(secants.scaled, paths)

    right = ((one,), (-3 * one,))
    found = words(line, right, ((one,), (-3 * one, more)), ((one, -more), (-3 * one,)))
    # The forms of the inputs are doubled, so that the constant one counts double as well.
    assert found["description"] == "three right-facing kinks merge at the data point 3"
    assert found["neuron 1"] == "tends to right-facing kink at 3"
    found = words(line, ((one,), (-2 * one,)), ((one,), (-2 * one,)), right)
    assert found["description"] == "two right-facing kinks merge at 2"
    _, plane = secants_of(PLANE, 2)
    flat = ((one,), (), ())
    found = words(plane, flat, ((one,), (Fraction(0), more), ()))
    assert found["description"] == (
        "two neurons merge at the hyperplane through (0, 0) and (0, 1)"
    )
    assert found["neuron 1"] == (
        "tends to one active at 2 of 4 inputs, its hyperplane through (0, 0) and (0, 1)"
    )
    with pytest.raises(CertificateError, match="independent"):
        words(plane, flat, ((), (one,), ()))


def first_escape(inputs, width, activation="relu", **biases):
    problem, secants = secants_of(inputs, width, activation, seed=3, **biases)
    for limit in strata(secants, 200, random.Random(4)):
        try:
            return problem, secant_escape(secants, limit)
        except CertificateError:
            continue
    raise AssertionError("no stratum has an escape")


@pytest.mark.parametrize("activation", ["relu", "leaky:1/10"])
def test_the_pointwise_limit_of_three_neurons_and_its_picture(activation):
    problem, escape = first_escape(LONG, 3, activation)
    data = problem.dataset
    values = [limit_at(escape, s) for (s,) in data.inputs]
    assert sum(
        (x - t) ** 2 for row, target in zip(values, data.outputs, strict=True)
        for x, t in zip(row, target, strict=True)
    ) == escape.limit
    pieces = limit_pieces(escape, data.inputs[0][0], data.inputs[-1][0])
    assert all(one.upper == two.lower for one, two in pairwise(pieces))
    verdict = Verdict(
        problem, "not-attained", Fraction(0), escape.limit, escape=escape, reason="a stratum"
    )
    labels = draw_verdict(verdict).axes[0].get_legend_handles_labels()[1]
    assert "limit, which no network has" in labels
    assert len([label for label in labels if label.startswith("eps = ")]) == 3
    report = format_verdict(verdict, source="line")
    assert escape.stratum["description"] in report
    assert "h3 " in report


def test_the_document_of_an_escape_with_two_inputs():
    problem, escape = first_escape(PLANE, 2, hidden_bias=False)
    verdict = Verdict(
        problem, "not-attained", Fraction(0), escape.limit, escape=escape, reason="a stratum"
    )
    document = verdict_to_json(verdict)["escape"]
    family = document["family"]
    assert family.pop("activation") == "relu"
    for eps, network, loss in escape.samples:
        network_rows = network_to_json(network)
        for name, entries in family.items():
            assert in_eps(entries, eps) == in_eps(network_rows[name], eps)
        assert in_eps(document["loss"], eps) == loss
    draw_verdict(verdict)


def in_eps(entry, eps):
    """A document with its expressions in eps computed."""
    if isinstance(entry, list):
        return [in_eps(part, eps) for part in entry]
    exact = re.sub(r"\d+", r"F(\g<0>)", str(entry)).replace("^F", "^")
    exact = re.sub(r"\^\((\d+)\)", r"**\1", exact)
    return Fraction(eval(exact, {"F": Fraction, "eps": eps}))


def test_only_strata_have_escapes():
    _, secants = secants_of(PLANE, 2)
    shape = secants.tables[0].root.shape
    ones = tuple((1,) * size for size in shape)
    with pytest.raises(CertificateError, match="stratum"):
        secant_escape(secants, Limit(0, ones, None, secants.loss(0, ones, None)))
