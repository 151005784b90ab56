"""Classifications of networks as text and JSON: verdict, level, function, types, descent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.landscape.critical_points import CriticalEnclosure, NoCriticalPoint
from symerm.landscape.targets import format_target
from symerm.landscape.verdicts import Classification, Descent
from symerm.networks.gradients import parameter_vector
from symerm.networks.serialization import network_to_json
from symerm.reports.report_lines import exact_and_decimal, exact_or_decimal, report_line

__all__ = ["classification_to_json", "format_classification"]

#: Longest function that is shown in a text, in characters.
_LONGEST_FUNCTION = 300
#: Neurons and gradient entries that are shown one by one.
_MANY = 12


def classification_to_json(
    found: Classification, *, nearby: CriticalEnclosure | NoCriticalPoint | None = None
) -> dict[str, Any]:
    """The object that ``symerm classify --json`` prints; all numbers are exact texts.

    Parameters
    ----------
    found : Classification
    nearby : CriticalEnclosure or NoCriticalPoint, optional
        What was found by a search for a critical point.

    Examples
    --------
    >>> from symerm.landscape import classify, parse_target
    >>> from symerm.networks import network_from_json
    >>> network = network_from_json({
    ...     "activation": "relu", "hidden_weights": [[1]], "hidden_biases": [-2],
    ...     "output_weights": [[3]], "output_biases": ["1/2"]})
    >>> document = classification_to_json(
    ...     classify(network, parse_target("x", (Fraction(0), Fraction(1)))))
    >>> document["verdict"], document["loss"], document["neurons"]
    ('local-minimum', '1/12', [{'type': 'inactive', 'flat': False, 'kink': '2'}])
    """
    document: dict[str, Any] = {
        "verdict": found.verdict,
        "loss": format_rational(found.loss),
        "gradient": list(map(format_rational, found.gradient)),
        "neurons": [
            {
                "type": neuron.type.value,
                "flat": neuron.flat,
                "kink": None if neuron.kink is None else format_rational(neuron.kink),
            }
            for neuron in found.neurons
        ],
        "reason": found.reason,
        "descent": None if found.descent is None else _descent(found.descent),
    }
    if found.realised is not None:
        document["function"] = format_target(found.realised)
    if isinstance(nearby, CriticalEnclosure):
        document["critical_point"] = _enclosure_json(nearby)
    elif nearby is not None:
        document.update(critical_point=None, critical_point_reason=nearby.reason)
    return document


def _descent(descent: Descent) -> dict[str, Any]:
    return {
        "direction": network_to_json(descent.direction),
        "second_variation": format_rational(descent.second_variation),
        "bend": None if descent.bend is None else network_to_json(descent.bend),
        "bend_power": None if descent.bend is None else descent.power,
        "order": descent.order,
        "coefficient": format_rational(descent.coefficient),
        "samples": [
            {"eps": format_rational(eps), "loss": format_rational(loss)}
            for eps, loss in descent.samples
        ],
    }


def _enclosure_json(enclosure: CriticalEnclosure) -> dict[str, Any]:
    return {
        "distance": [format_rational(bound) for bound in enclosure.distance],
        "loss": [format_rational(bound) for bound in enclosure.loss],
        "radius": format_rational(enclosure.radius),
        "verdict": enclosure.verdict,
        "network": network_to_json(enclosure.centre),
        "reason": enclosure.reason,
    }


def format_classification(
    found: Classification,
    *,
    source: str,
    against: str,
    nearby: CriticalEnclosure | NoCriticalPoint | None = None,
    pictures: Sequence[str] = (),
) -> str:
    """The report that ``symerm classify`` prints.

    Parameters
    ----------
    found : Classification
    source : str
        The network as the user named it.
    against : str
        The target with its interval, or the data.
    nearby : CriticalEnclosure or NoCriticalPoint, optional
        What was found by a search for a critical point.
    pictures : sequence of str
        The paths that pictures were written to.

    Examples
    --------
    >>> from symerm.landscape import classify, parse_target
    >>> from symerm.networks import network_from_json
    >>> network = network_from_json({
    ...     "activation": "relu", "hidden_weights": [[1]], "hidden_biases": [-2],
    ...     "output_weights": [[3]], "output_biases": ["1/2"]})
    >>> found = classify(network, parse_target("x", (Fraction(0), Fraction(1))))
    >>> print(format_classification(found, source="net.json", against="x on [0, 1]"))
    verdict     local-minimum
    reason      affine target: every neuron is inactive, or semi-inactive at T0 with alpha v > 0 or
                at T1 with alpha v < 0; not global, as the infimum is 0
    loss        1/12 ~ 0.08333333333
    function    1/2
    against     x on [0, 1]
    network     net.json: width 1, relu
    neurons     1: inactive, kink 2
    gradient    0
    """
    lines = [report_line("verdict", found.verdict), *_wrapped("reason", found.reason)]
    lines.append(report_line("loss", exact_and_decimal(found.loss)))
    if found.realised is not None:
        text = format_target(found.realised)
        if len(text) > _LONGEST_FUNCTION:
            count = len(found.realised.pieces)
            text = f"{count} pieces (--json prints them)" if count > 1 else "--json prints it"
        lines += _wrapped("function", text)
    lines.append(report_line("against", against))
    network = found.network
    lines.append(
        report_line("network", f"{source}: width {network.width}, {network.activation.name}")
    )
    lines += _neurons(found)
    lines += _wrapped("gradient", _gradient(found))
    if found.descent is not None:
        lines += _descent_lines(found.descent)
    if isinstance(nearby, CriticalEnclosure):
        lines += _enclosure_lines(nearby)
    elif nearby is not None:
        lines += _wrapped("critical", f"none proved nearby: {nearby.reason}")
    lines += [report_line("plot", path) for path in pictures]
    return "\n".join(lines)


def _neurons(found: Classification) -> Iterator[str]:
    rows = []
    for number, neuron in enumerate(found.neurons, start=1):
        words = [neuron.type.value]
        if neuron.flat:
            words.append("flat")
        if neuron.kink is not None:
            words.append(f"kink {exact_or_decimal(neuron.kink)}")
        rows.append((number, ", ".join(words), (neuron.type.value, neuron.flat)))
    if len(rows) <= _MANY:
        for place, (number, text, _) in enumerate(rows):
            yield report_line("neurons" if place == 0 else "", f"{number}: {text}")
        return
    counts: dict[tuple[str, bool], int] = {}
    for _, _, kind in rows:
        counts[kind] = counts.get(kind, 0) + 1
    text = ", ".join(
        f"{count} {name}{' flat' if flat else ''}" for (name, flat), count in counts.items()
    )
    yield from _wrapped("neurons", text)


def _gradient(found: Classification) -> str:
    if not any(found.gradient):
        return "0"
    if len(found.gradient) <= _MANY:
        return f"({', '.join(map(exact_or_decimal, found.gradient))})"
    square = sum((entry * entry for entry in found.gradient), Fraction(0))
    return f"{len(found.gradient)} entries, squared length ~ {format_decimal(square)}"


def _descent_lines(descent: Descent) -> Iterator[str]:
    yield from _wrapped("descent", f"along eps times {_step(descent.direction)}")
    if descent.bend is not None:
        yield from _wrapped("", f"plus eps^{descent.power} times {_step(descent.bend)}")
    leading = f"{exact_or_decimal(descent.coefficient)} eps^{descent.order}".removesuffix("^1")
    text = f"the loss changes by {leading} + higher orders"
    if descent.order == 2:
        text += f" (second variation {exact_or_decimal(descent.second_variation)})"
    yield from _wrapped("", text)
    for place, (eps, loss) in enumerate(descent.samples):
        text = f"eps {exact_or_decimal(eps)}: loss {exact_and_decimal(loss)}"
        yield report_line("samples" if place == 0 else "", text)


def _step(direction: Any) -> str:
    """The parameters that change, by name: w, b, v with the neuron's number, and c."""
    width = direction.width
    inputs, outputs = direction.input_dimension, direction.output_dimension
    names = [
        *(_name("w", j, k, inputs) for j in range(width) for k in range(inputs)),
        *(f"b{j + 1}" for j in range(width)),
        *(_name("v", j, k, outputs) for j in range(width) for k in range(outputs)),
        *(f"c{k + 1}" if outputs > 1 else "c" for k in range(outputs)),
    ]
    moved = [
        f"{name} {exact_or_decimal(entry)}"
        for name, entry in zip(names, parameter_vector(direction), strict=True)
        if entry
    ]
    if len(moved) > _MANY:
        return f"a direction in {len(moved)} parameters (--json prints it)"
    return f"({', '.join(moved)})"


def _name(letter: str, neuron: int, entry: int, count: int) -> str:
    return f"{letter}{neuron + 1}" if count == 1 else f"{letter}{neuron + 1},{entry + 1}"


def _enclosure_lines(enclosure: CriticalEnclosure) -> Iterator[str]:
    low, high = enclosure.distance
    yield from _wrapped(
        "critical",
        f"{enclosure.verdict} at distance between {format_decimal(low)} and "
        f"{format_decimal(high)}, loss ~ {format_decimal(sum(enclosure.loss, Fraction(0)) / 2)}",
    )
    yield from _wrapped("", enclosure.reason)



def _wrapped(name: str, text: str) -> Iterator[str]:
    """The entry over lines of bounded length."""
    from textwrap import wrap

    for place, line in enumerate(wrap(text, 84, break_long_words=False) or [""]):
        yield report_line(name if place == 0 else "", line)
