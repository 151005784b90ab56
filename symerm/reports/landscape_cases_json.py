"""Case tables of critical points as one JSON object.

The rows of the table with their formulas as texts, then every critical configuration with the
number of its row, and the reasons for which the others are not critical.  Numbers that may be
fractions are texts; ``decimal`` is rounded, everything else is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.landscape.case_rows import CaseRow
from symerm.landscape.case_table import CaseTable
from symerm.landscape.configurations import Configuration, NeuronClass
from symerm.reports.case_formulas import AffineTarget, case_formulas, level_value
from symerm.reports.formula_styles import render_formulas
from symerm.reports.slope_formulas import equal_runs, root_formula, rooted_sum

__all__ = ["cases_to_json"]


def cases_to_json(
    table: CaseTable, *, slope: Fraction | None = None, target: AffineTarget | None = None
) -> dict[str, Any]:
    """The object that ``symerm cases landscape --json`` prints.

    Parameters
    ----------
    table : CaseTable
    slope : Fraction, optional
        A number for gamma in a table for leaky slopes.
    target : AffineTarget, optional

    Examples
    --------
    >>> from symerm.landscape.case_table import case_table
    >>> document = cases_to_json(case_table(2, "relu"))
    >>> document["rows"][2]["loss"]["of_unit_target"], document["configurations"]["critical"]
    ('1/972', 78)
    """
    activation = table.activation
    if activation == "leaky" and slope is not None:
        activation = f"leaky:{format_rational(slope)}"
    return {
        "width": table.width,
        "activation": activation,
        "target": _target(target),
        "derived": table.derived,
        "rows": [_row(row, slope, target) for row in table.rows],
        "configurations": {
            "walked": len(table.derivations),
            "critical": len(table.critical),
            "dropped": [
                {"reasons": [_plain(reason) for reason in reasons], "configurations": count}
                for reasons, count in table.refusals
            ],
        }
        if table.derived
        else None,
        "critical": [
            {**_configuration(entry.configuration), "row": _row_number(table, entry.configuration)}
            for entry in table.critical
        ],
    }


def _target(target: AffineTarget | None) -> dict[str, Any] | None:
    if target is None:
        return None
    return {
        "alpha": format_rational(target.slope),
        "beta": format_rational(target.constant),
        "interval": list(map(format_rational, target.interval)),
    }


def _row(row: CaseRow, slope: Fraction | None, target: AffineTarget | None) -> dict[str, Any]:
    realised, loss = case_formulas(row.residual, slope)
    exact, close = level_value(row.residual, slope)
    residual = row.residual
    document: dict[str, Any] = {
        "kind": row.kind,
        "verdict": row.verdict,
        "reasons": [_plain(reason) for reason in row.reasons],
        "realised_function": _plain(realised),
        "facings": None
        if residual is None
        else [{1: "right", -1: "left"}[facing] for facing in residual.facings],
        "lengths": None
        if residual is None
        else [
            length
            for square, count in equal_runs(residual.squares)
            for length in [root_formula(square, slope)] * count
        ],
        "total_length": None if residual is None else rooted_sum(residual.squares, slope),
        "mirror_image_differs": row.mirrored,
        "loss": {
            "formula": _plain(loss),
            "of_unit_target": None if exact is None else format_rational(exact),
            "decimal": None if close is None else format_decimal(close, digits=15),
        },
        "one_or_more_of": _classes(row.required),
        "any_number_of": _classes(row.allowed),
        "configurations": row.configurations,
    }
    if target is not None:
        document["loss"]["of_target"] = (
            None if exact is None else format_rational(exact * target.scale)
        )
        document["loss"]["decimal_of_target"] = (
            None if close is None else format_decimal(close * target.scale, digits=15)
        )
    return document


def _row_number(table: CaseTable, configuration: Configuration) -> int:
    """The row of a critical configuration, counted from 1."""
    return next(
        number
        for number, row in enumerate(table.rows, start=1)
        if row.holds_for(configuration)
    )


def _configuration(configuration: Configuration) -> dict[str, Any]:
    return {
        "neurons": _classes(configuration.outer),
        "kinks": [_classes(group) for group in configuration.kinks],
    }


def _classes(classes: Sequence[NeuronClass]) -> list[dict[str, str]]:
    return [{"type": neuron.type, "output_weight": neuron.output} for neuron in classes]


def _plain(text: str) -> str:
    return render_formulas(text, style="text")
