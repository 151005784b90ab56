"""Classifications as text and JSON: golden texts, and descents that can be replayed.

The texts are made from classifications with reasons and curves of this file's own, so that they
test the report and not the analysis.
"""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.arithmetic.rationals import parse_rational
from symerm.landscape import (
    Classification,
    CriticalEnclosure,
    NoCriticalPoint,
    classify,
    classify_empirical,
    parse_target,
    true_loss,
)
from symerm.landscape.classification import classify_against
from symerm.landscape.verdicts import VERDICTS, descend, point_on_curve
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.serialization import network_from_json
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU, Activation
from symerm.problem.dataset import Dataset
from symerm.reports.landscape import classification_to_json, format_classification

UNIT = Fraction(0), Fraction(1)
LINE = parse_target("x", UNIT)
QUADRATIC = Activation("quadratic")


def network_of(neurons, constant, activation=RELU):
    w, b, v = zip(*neurons, strict=True) if neurons else ((), (), ())
    return ShallowNetwork(
        tuple((Fraction(x),) for x in w),
        tuple(map(Fraction, b)),
        tuple((Fraction(x),) for x in v),
        (Fraction(constant),),
        activation,
    )


def reworded(found, **changes):
    return replace(found, **{"reason": "as said in this test", "descent": None} | changes)


def along(found, loss, direction, **options):
    """The classification with a descent along a direction of this file."""
    network = found.network
    options.setdefault("order", 1)
    bend = options.pop("bend", None)
    return reworded(
        found,
        descent=descend(
            network,
            loss,
            network_from_parameters(network, list(map(Fraction, direction))),
            bend=None if bend is None else network_from_parameters(
                network, list(map(Fraction, bend))
            ),
            **options,
        ),
    )


def on_line(network):
    return true_loss(network, LINE)


def text_of(found, **options):
    return format_classification(found, source="net.json", against="x on [0, 1]", **options)


def golden(text):
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def test_a_global_minimum():
    found = reworded(classify(network_of([(1, 1, 1)], -1), LINE))
    assert text_of(found) == golden("""
verdict     global-minimum
reason      as said in this test
loss        0
function    x
against     x on [0, 1]
network     net.json: width 1, relu
neurons     1: type-1-active, kink -1
gradient    0
""")


def test_a_local_minimum_of_data():
    data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    found = reworded(classify_empirical(network_of([(1, -3, 1)], 1), data))
    assert format_classification(found, source="a.json", against="d.csv: 3 points") == golden("""
verdict     local-minimum
reason      as said in this test
loss        2
against     d.csv: 3 points
network     a.json: width 1, relu
neurons     1: inactive, kink 3
gradient    0
""")


def test_a_saddle_with_a_descent_of_second_order():
    """Two kinks move with c: the loss changes by -(7/48) h^3 eps^2, h = 1/3."""
    zigzag = network_of([(1, "-1/3", "2/3"), (-1, "2/3", "-2/3")], "1/2")
    found = along(
        classify(zigzag, LINE), on_line, (0, 0, "-1/2", "-1/4", 0, -1, "1/3"),
        order=2, coefficient=Fraction(-7, 1296),
    )
    found = replace(
        found,
        reason="a reason of many words that is longer than a line of the report and is broken "
        "between words, so that the text stays in its column",
    )
    assert text_of(found) == golden("""
verdict     saddle
reason      a reason of many words that is longer than a line of the report and is broken
            between words, so that the text stays in its column
loss        1/972 ~ 0.001028806584
function    piecewise(x < 1/3: 2/3*x + 1/18, x < 2/3: 4/3*x - 1/6, else: 2/3*x + 5/18)
against     x on [0, 1]
network     net.json: width 2, relu
neurons     1: type-2-active, kink 1/3
            2: type-2-active, kink 2/3
gradient    0
descent     along eps times (b1 -1/2, b2 -1/4, v2 -1, c 1/3)
            the loss changes by -7/1296 eps^2 + higher orders (second variation -7/648)
samples     eps 1/4: loss 15571/15925248 ~ 0.0009777555740
            eps 1/8: loss 487031/509607936 ~ 0.0009556974403
            eps 1/16: loss 16430911/16307453952 ~ 0.001007570590
            eps 1/32: loss 534058703/521838526464 ~ 0.001023417544
""")


def test_a_network_that_is_not_critical():
    found = along(
        classify(network_of([(1, "-1/3", 0)], "1/2"), LINE), on_line, (0, 0, 1, 0),
        coefficient=Fraction(-10, 81),
    )
    nowhere = NoCriticalPoint("nothing is near")
    assert text_of(found, nearby=nowhere, pictures=["p.svg"]) == golden("""
verdict     not-critical
reason      as said in this test
loss        1/12 ~ 0.08333333333
function    1/2
against     x on [0, 1]
network     net.json: width 1, relu
neurons     1: type-2-active, flat, kink 1/3
gradient    (0, 0, -10/81, 0)
descent     along eps times (v1 1)
            the loss changes by -10/81 eps + higher orders
samples     eps 1: loss 19/324 ~ 0.05864197531
            eps 1/2: loss 5/108 ~ 0.04629629630
            eps 1/4: loss 19/324 ~ 0.05864197531
            eps 1/8: loss 5/72 ~ 0.06944444444
critical    none proved nearby: nothing is near
plot        p.svg
""")


def test_a_curve_with_a_bend_and_a_box():
    """x^2 from the flat neuron 0: v = eps, w = eps, c follows with eps^3."""
    square = parse_target("x^2", (Fraction(-1), Fraction(1)))
    network = network_of([(0, 0, 0)], "1/3", QUADRATIC)
    found = along(
        classify(network, square), lambda other: true_loss(other, square), (1, 0, 1, 0),
        bend=(0, 0, 0, "-1/3"), power=3, order=3, coefficient=Fraction(-16, 45),
    )
    box = CriticalEnclosure(
        network, Fraction(1, 2**100), (Fraction(1, 8), Fraction(1, 7)),
        (Fraction(0), Fraction(1, 2)), "undecided", "no signs",
    )
    assert format_classification(found, source="n", against="x^2", nearby=box) == golden("""
verdict     saddle
reason      as said in this test
loss        8/45 ~ 0.1777777778
function    1/3
against     x^2
network     n: width 1, quadratic
neurons     1: degenerate, flat
gradient    0
descent     along eps times (w1 1, v1 1)
            plus eps^3 times (c -1/3)
            the loss changes by -16/45 eps^3 + higher orders
samples     eps 1: loss 0
            eps 1/2: loss 49/360 ~ 0.1361111111
            eps 1/4: loss 441/2560 ~ 0.172265625
            eps 1/8: loss 261121/1474560 ~ 0.1770840115
critical    undecided at distance between 0.125 and 0.1428571429, loss ~ 0.25
            no signs
""")


def test_an_undecided_network():
    found = reworded(classify(network_of([], "1/2"), LINE), verdict="undecided")
    assert text_of(found) == golden("""
verdict     undecided
reason      as said in this test
loss        1/12 ~ 0.08333333333
function    1/2
against     x on [0, 1]
network     net.json: width 0, relu
gradient    0
""")


def test_names_of_many_inputs_and_outputs():
    network = ShallowNetwork(
        ((Fraction(1), Fraction(2)),) * 2, (Fraction(-1),) * 2,
        ((Fraction(1), Fraction(3)), (Fraction(0), Fraction(0))), (Fraction(1), Fraction(0)),
    )
    data = Dataset.from_rows([[0, 0], [1, 0], [0, 1]], [[0, 1], [1, 1], [2, 0]])
    found = along(
        classify_empirical(network, data), lambda other: other.loss(data.inputs, data.outputs),
        (0, "-1/8", 0, 0, "-1/8", 0, "-1/9", "-1/2", 0, 0, -1, 0), coefficient=Fraction(-1),
    )
    lines = format_classification(found, source="n", against="d").splitlines()
    assert "neurons     1: type-2-active" in lines
    assert "            2: type-2-active, flat" in lines
    assert "descent     along eps times (w1,2 -1/8, b1 -1/8, v1,1 -1/9, v1,2 -1/2, c1 -1)" in lines
    assert not any(line.startswith("function") for line in lines)


def test_long_networks_are_summarised():
    network = network_of(
        [*((1, Fraction(-k, 16), 1) for k in range(15)), (1, -5, 0), (0, 0, 0)], Fraction(1, 10**30)
    )
    found = classify(network, LINE)
    lines = text_of(found).splitlines()
    types = "1 type-1-active, 14 type-2-active, 1 inactive flat, 1 degenerate flat"
    assert f"neurons     {types}" in lines
    (gradient,) = (line for line in lines if line.startswith("gradient"))
    square = sum(float(x) ** 2 for x in found.gradient)
    assert gradient.startswith("gradient    52 entries, squared length ~ ")
    assert float(gradient.split()[-1]) == pytest.approx(square, rel=1e-9)
    assert "function    15 pieces (--json prints them)" in lines
    (loss,) = (line for line in lines if line.startswith("loss"))
    assert loss.startswith("loss        ~ ")
    assert float(loss.split()[-1]) == pytest.approx(float(found.loss), rel=1e-9)
    assert max(map(len, lines)) <= 96
    assert len(lines) < 25
    # Nothing is left out of the JSON.
    document = classification_to_json(found)
    assert (len(document["neurons"]), len(document["gradient"])) == (17, 52)
    assert parse_rational(document["loss"]) == found.loss
    assert parse_target(document["function"], UNIT) == found.realised


def test_one_long_polynomial_is_left_to_the_json():
    found = classify(network_of([], Fraction(1, 10**400)), LINE)
    assert "function    --json prints it" in text_of(found).splitlines()


@st.composite
def instances(draw):
    """A network with a target or a dataset of up to two outputs."""
    small = st.builds(Fraction, st.integers(-4, 4), st.sampled_from((1, 1, 2, 3)))
    activation = draw(st.sampled_from((RELU, Activation("leaky", Fraction(1, 3)), QUADRATIC)))
    d = draw(st.integers(0, 3))
    q = draw(st.integers(1, 2))

    def vectors(count, size):
        return draw(st.tuples(*[st.tuples(*[small] * size)] * count))

    network = ShallowNetwork(
        vectors(d, 1), tuple(x for (x,) in vectors(d, 1)), vectors(d, q), vectors(1, q)[0],
        activation,
    )
    if q == 1 and draw(st.booleans()):
        texts = ("x", "x^2", "abs(x)", "0", "piecewise(x < 1/2: 1, else: x)")
        return network, parse_target(draw(st.sampled_from(texts)), (Fraction(-1), Fraction(1)))
    count = draw(st.integers(1, 4))
    return network, Dataset(vectors(count, 1), vectors(count, q))


def saddles():
    """Critical points with curves of all kinds."""
    squares = [(0, 1, 0), (1, "-1/2", 0), (0, 0, 0), (0, 0, 3)]
    hinges = [(0, 1, 0), (0, 0, 0), (-1, 0, -1), (1, -1, 2)]
    return [
        *((network_of([neuron], "1/2", QUADRATIC), LINE) for neuron in squares),
        *((network_of([neuron], "1/2"), LINE) for neuron in hinges),
        (network_of([(0, 1, 0)], "1/3", QUADRATIC),
         parse_target("x^2", (Fraction(-1), Fraction(1)))),
    ]


def replay(network, against):
    found = classify_against(network, against)
    document = json.loads(json.dumps(classification_to_json(found)))
    assert document["verdict"] in VERDICTS
    assert parse_rational(document["loss"]) == found.loss
    assert tuple(map(parse_rational, document["gradient"])) == found.gradient
    assert [(n["type"], n["flat"]) for n in document["neurons"]] == [
        (neuron.type.value, not any(v))
        for neuron, v in zip(found.neurons, network.output_weights, strict=True)
    ]
    for j, entry in enumerate(document["neurons"]):
        w, b = network.hidden_weights[j], network.hidden_biases[j]
        expected = -b / w[0] if len(w) == 1 and w[0] else None
        assert entry["kink"] == (None if expected is None else str(expected))
    assert ("function" in document) == (not isinstance(against, Dataset))
    descent = document["descent"]
    if descent is None:
        assert found.descent is None
        return None
    direction = network_from_json(descent["direction"])
    bend = None if descent["bend"] is None else network_from_json(descent["bend"])
    assert (descent["bend_power"] is None) == (bend is None)
    power = descent["bend_power"] or 2
    twice = 2 * parse_rational(descent["coefficient"])
    assert parse_rational(descent["second_variation"]) == (twice if descent["order"] == 2 else 0)
    assert twice < 0
    steps = [parse_rational(sample["eps"]) for sample in descent["samples"]]
    assert steps == sorted(steps, reverse=True)
    assert len(steps) >= 4
    for eps, sample in zip(steps, descent["samples"], strict=True):
        other = point_on_curve(network, direction, bend, eps, power=power)
        by_hand = [
            x + eps * y + eps**power * z
            for x, y, z in zip(
                parameter_vector(network), parameter_vector(direction),
                parameter_vector(bend) if bend else [0] * len(parameter_vector(network)),
                strict=True,
            )
        ]
        assert list(parameter_vector(other)) == by_hand
        if isinstance(against, Dataset):
            value = other.loss(against.inputs, against.outputs)
        else:
            value = true_loss(other, against)
        assert parse_rational(sample["loss"]) == value < found.loss
    return descent


@settings(max_examples=50)
@given(instances())
def test_printed_descents_can_be_replayed(instance):
    network, against = instance
    descent = replay(network, against)
    if classify_against(network, against).verdict in ("saddle", "not-critical"):
        assert descent is not None


@pytest.mark.parametrize("instance", saddles(), ids=range(9))
def test_curves_of_saddles_can_be_replayed(instance):
    descent = replay(*instance)
    assert descent is not None


def test_some_curve_has_a_bend():
    descents = [replay(*instance) for instance in saddles()]
    assert any(descent["bend"] is not None for descent in descents)
    assert {descent["order"] for descent in descents} >= {2, 3, 4}


def test_the_json_of_a_search_nearby():
    found = classify(network_of([(1, "-1/3", 0)], "1/2"), LINE)
    assert "critical_point" not in classification_to_json(found)
    document = classification_to_json(found, nearby=NoCriticalPoint("nothing is near"))
    assert document["critical_point"] is None
    assert document["critical_point_reason"] == "nothing is near"
    box = CriticalEnclosure(
        found.network, Fraction(1, 8), (Fraction(1, 3), Fraction(2)),
        (Fraction(0), Fraction(1, 2)), "saddle", "so",
    )
    assert classification_to_json(found, nearby=box)["critical_point"] == {
        "distance": ["1/3", "2"],
        "loss": ["0", "1/2"],
        "radius": "1/8",
        "verdict": "saddle",
        "network": {
            "activation": "relu", "hidden_weights": [[1]], "hidden_biases": ["-1/3"],
            "output_weights": [[0]], "output_biases": ["1/2"],
        },
        "reason": "so",
    }


def test_the_keys_of_the_contract():
    found = classify(network_of([(1, "-1/3", 0)], "1/2"), LINE)
    assert isinstance(found, Classification)
    document = classification_to_json(found)
    assert list(document)[:6] == ["verdict", "loss", "gradient", "neurons", "reason", "descent"]
    assert {"direction", "second_variation"} <= set(document["descent"])
    shape = {"activation", "hidden_weights", "hidden_biases", "output_weights", "output_biases"}
    assert set(document["descent"]["direction"]) == shape
