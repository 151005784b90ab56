"""Distances of two networks as text, LaTeX, HTML or JSON.

One table of the distances with the places where they are reached, one of the matched neurons.
Numbers are exact where they are short; irrational ones are shown as formulas in square roots or by
bounds that are rounded outwards.
"""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.arithmetic.surds import Surd
from symerm.display import box_text
from symerm.parametrization.function_distance import FunctionDistance
from symerm.parametrization.kinks import Box
from symerm.parametrization.neuron_matching import Enclosure
from symerm.parametrization.parameter_distance import MatchedNeurons, ParameterDistance
from symerm.reports.parametrization import domain_to_json
from symerm.reports.report_lines import LONGEST_EXACT, exact_and_decimal, exact_or_decimal
from symerm.reports.tables import escape_text, format_table

__all__ = ["distances_to_json", "format_distances"]

_HEADER = ("distance", "value", "where")
_NORMS = {"max": "maximum norm", "euclidean": "Euclidean norm"}


def distances_to_json(
    functions: FunctionDistance | None,
    parameters: ParameterDistance | Enclosure | None,
    *,
    norm: str,
    box: Box | None = None,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """The object that ``symerm distance --json`` prints; rationals are texts.

    Parameters
    ----------
    functions : FunctionDistance or None
        None if the search was given up.
    parameters : ParameterDistance, or Enclosure of the norm of the parameters as they stand
    norm : ``"max"`` or ``"euclidean"``
    box : Box or None
        Where the functions are compared.
    notes : texts
        Reasons for what is missing.

    Examples
    --------
    >>> document = distances_to_json(None, Enclosure(Fraction(1), Fraction(1)), norm="max")
    >>> document["parameters"]["distance"]["lower"], document["seminorm"]
    ('1', None)
    """
    document: dict[str, Any] = {
        "domain": domain_to_json(box), "seminorm": None, "supremum": None,
    }  # fmt: skip
    if functions is not None:
        steepest, largest = functions.seminorm, functions.supremum
        document["seminorm"] = {
            "value": format_rational(steepest.value),
            "derivative": format_rational(steepest.derivative),
            "output": _counted(steepest.output),
            "input": _counted(steepest.coordinate),
            "point": _vector(steepest.point),
            "kinks": None
            if functions.kinks is None
            else [[*normal, offset] for normal, offset in functions.kinks],
            "signs": None if steepest.signs is None else list(steepest.signs),
            "cells": steepest.cells,
        }
        document["supremum"] = {
            "finite": largest.value is not None,
            "value": None if largest.value is None else format_rational(largest.value),
            "difference": None
            if largest.difference is None
            else format_rational(largest.difference),
            "output": _counted(largest.output),
            "point": _vector(largest.point),
            "direction": _vector(largest.direction),
            "cells": largest.cells,
        }
    document["parameters"] = None if parameters is None else _parameters(parameters, norm)
    document["notes"] = list(notes)
    return document


def format_distances(
    functions: FunctionDistance | None,
    parameters: ParameterDistance | Enclosure | None,
    *,
    norm: str,
    notes: Sequence[str] = (),
    style: str = "text",
) -> str:
    """The tables of the distances, as text, LaTeX or HTML.

    Parameters
    ----------
    functions, parameters, norm, notes
        As in `distances_to_json`.
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> print(format_distances(None, Enclosure(Fraction(1), Fraction(1)), norm="max"))
    distance    value  where
    parameters      1  maximum norm, as they stand
    """
    rows = [] if functions is None else _function_rows(functions)
    remarks = list(notes)
    blocks = []
    if isinstance(parameters, ParameterDistance):
        how = "balanced, B reordered" if parameters.balanced else "B reordered and rescaled"
        rows.append(("parameters", _number(parameters.distance), f"{_NORMS[norm]}, {how}"))
        rows.append(("output biases", _number(parameters.output_biases), ""))
        remarks += _remarks(parameters)
        if parameters.neurons:
            header = ["A", "B", "scale of A", "scale of B", "distance"]
            matched = [_matched(pair) for pair in parameters.neurons]
            if not parameters.balanced:  # A stays as it is
                header, *matched = [[*row[:2], *row[3:]] for row in (header, *matched)]
            blocks.append(format_table(header, matched, style=style))
    elif parameters is not None:
        rows.append(("parameters", _number(parameters), f"{_NORMS[norm]}, as they stand"))
    if rows:
        blocks.insert(0, format_table(_HEADER, rows, style=style))
    if style == "text":
        return "\n\n".join([*blocks, *(["\n".join(remarks)] if remarks else [])])
    before, after = ("<p>", "</p>") if style == "html" else ("\n", "")
    return "\n".join(
        [*blocks, *(f"{before}{escape_text(line, style=style)}{after}" for line in remarks)]
    )


def _function_rows(functions: FunctionDistance) -> list[tuple[str, str, str]]:
    steepest, largest = functions.seminorm, functions.supremum
    if functions.box is None:
        domain = f"R^{functions.dimension}" if functions.dimension else "a point"
    else:
        domain = box_text(functions.box, functions.dimension)
    where = ""
    if steepest.output is not None and steepest.coordinate is not None:
        where = (
            f"d/dx{steepest.coordinate + 1} of output {steepest.output + 1} is "
            f"{exact_and_decimal(steepest.derivative)} around {_point(steepest.point)}"
        )
    rows = [(f"seminorm on {domain}", exact_and_decimal(steepest.value), where)]
    if largest.value is None:
        where = f"A - B grows along {_point(largest.direction or ())}"
        rows.append((f"supremum on {domain}", "infinite", where))
    else:
        where = (
            f"output {(largest.output or 0) + 1} of A - B is "
            f"{exact_and_decimal(largest.difference or Fraction(0))} at "
            f"{_point(largest.point or ())}"
        )
        rows.append((f"supremum on {domain}", exact_and_decimal(largest.value), where))
    return rows


def _matched(pair: MatchedNeurons) -> list[str]:
    return [
        "zero" if pair.first is None else str(pair.first + 1),
        "zero" if pair.second is None else str(pair.second + 1),
        *(_scale(scale) for scale in pair.scales),
        _number(pair.distance),
    ]


def _remarks(parameters: ParameterDistance) -> list[str]:
    found = []
    if parameters.padded:
        name, count = "A" if parameters.padded > 0 else "B", abs(parameters.padded)
        found.append(f"{name} was filled up with {count} zero neuron{'s' if count > 1 else ''}")
    if any(scale is None for pair in parameters.neurons for scale in pair.scales):
        found.append(
            "-: the neuron is replaced by the zero neuron, which realises the same function"
        )
    if parameters.first_apart and parameters.distance.upper:
        size = len(parameters.neurons)
        places = (
            (parameters.first_apart, size - max(parameters.padded, 0)),
            (parameters.second_apart, size - max(-parameters.padded, 0)),
        )
        a, b = (_list([k if k < width else None for k in apart]) for apart, width in places)
        found.append(
            f"no order is nearer: {a} of A and {b} of B are mutually at least as far apart as the "
            "farthest pair"
        )
    return found


def _list(neurons: Sequence[int | None]) -> str:
    names = [str(k + 1) for k in neurons if k is not None]
    zeros = len(neurons) - len(names)
    if zeros:
        names.append("zero" if zeros == 1 else f"{zeros} zeros")
    return f"neuron{'s' if len(neurons) > 1 else ''} {', '.join(names)}"


def _parameters(parameters: ParameterDistance | Enclosure, norm: str) -> dict[str, Any]:
    if isinstance(parameters, Enclosure):
        return {"norm": norm, "modulo": "nothing", "distance": _enclosure(parameters)}
    return {
        "norm": norm,
        "modulo": "order" if parameters.balanced else "order and scaling of B",
        "balanced": parameters.balanced,
        "distance": _enclosure(parameters.distance),
        "output_biases": _enclosure(parameters.output_biases),
        "padded": parameters.padded,
        "neurons": [
            {
                "a": _counted(pair.first),
                "b": _counted(pair.second),
                "scale_a": None if pair.scales[0] is None else str(pair.scales[0]),
                "scale_b": None if pair.scales[1] is None else str(pair.scales[1]),
                "distance": _enclosure(pair.distance),
            }
            for pair in parameters.neurons
        ],
        "a_apart": [k + 1 for k in parameters.first_apart],
        "b_apart": [k + 1 for k in parameters.second_apart],
    }


def _enclosure(value: Enclosure) -> dict[str, Any]:
    return {
        "lower": format_rational(value.lower),
        "upper": format_rational(value.upper),
        "exact": value.formula,
    }


def _number(value: Enclosure) -> str:
    if value.lower == value.upper:
        return exact_and_decimal(value.lower)
    if value.formula is not None and len(value.formula) <= LONGEST_EXACT:
        return f"{value.formula} ~ {format_decimal((value.lower + value.upper) / 2)}"
    low = format_decimal(value.lower, rounding=decimal.ROUND_FLOOR)
    high = format_decimal(value.upper, rounding=decimal.ROUND_CEILING)
    return f"between {low} and {high}"


def _scale(scale: Surd | None) -> str:
    if scale is None:
        return "-"
    text = str(scale)
    if len(text) <= LONGEST_EXACT:
        return text
    low, high = scale.bounds(Fraction(1, 10**12))
    return f"~ {format_decimal((low + high) / 2)}"


def _point(point: Sequence[Fraction]) -> str:
    return f"({', '.join(map(exact_or_decimal, point))})"


def _vector(vector: Sequence[Fraction] | None) -> list[str] | None:
    return None if vector is None else [format_rational(x) for x in vector]


def _counted(number: int | None) -> int | None:
    return None if number is None else number + 1
