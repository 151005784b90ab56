"""The table of the five pathologies: families, both rates, and exact values at some numbers.

A row holds what inverse stability needs and the family lacks, Gamma, g_k, the distance of the
functions and that of Gamma to all parametrizations of g_k.  A second table holds both distances
at given k; they are computed from the networks, not from the formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.parametrization.pathologies import PATHOLOGIES, Pathology, PathologyCheck
from symerm.reports.formula_styles import render_formulas
from symerm.reports.tables import markup_table

__all__ = ["format_pathologies", "pathologies_to_json"]

Checks = Sequence[Sequence[PathologyCheck]]

_HEADER = (
    "#", "pathology", "violated assumption", "(d, m, D)", "Gamma", "$g_k$",
    "function distance", "parameter distance",
)  # fmt: skip
_VALUES = ("#", "k", "function distance", "parameter distance", "as stated")
_NOTES = (
    "$act(z) = max(z, 0)$. Function distance: that of $g_k$ and the function of Gamma in the "
    "seminorm W1,inf, in row 1 the supremum over $(-1, 1)^2$, as the seminorm is $k^2$ there.",
    "Parameter distance: of Gamma to the nearest parametrization of $g_k$ in the same "
    "architecture, in maximum norm.",
)


def pathologies_to_json(checks: Checks) -> dict[str, Any]:
    """The object that ``symerm cases pathologies --json`` prints.

    Parameters
    ----------
    checks : one sequence of PathologyCheck for each of `PATHOLOGIES`

    Examples
    --------
    >>> document = pathologies_to_json([[] for _ in PATHOLOGIES])
    >>> document["pathologies"][1]["parameter_distance"]
    '1'
    """
    return {
        "pathologies": [
            {
                "name": pathology.name,
                "violated": _plain(pathology.assumption),
                "architecture": list(pathology.architecture),
                "gamma": _plain(pathology.gamma_formula),
                "target": _plain(pathology.target_formula),
                "norm": pathology.norm,
                "function_distance": _plain(pathology.function_rate),
                "parameter_distance": _plain(pathology.parameter_rate),
                "exact_from": pathology.exact_from,
                "values": [
                    {
                        "k": check.k,
                        "function_distance": format_rational(check.function_distance),
                        "gradient_distance": format_rational(check.gradient_distance),
                        "parameter_distance": str(check.parameter_distance),
                        "as_stated": check.holds,
                    }
                    for check in found
                ],
            }
            for pathology, found in zip(PATHOLOGIES, checks, strict=True)
        ]
    }


def format_pathologies(checks: Checks, *, style: str = "text") -> str:
    """The table of families and that of values, as text, LaTeX or HTML.

    Parameters
    ----------
    checks : one sequence of PathologyCheck for each of `PATHOLOGIES`
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> print(format_pathologies([[] for _ in PATHOLOGIES]).splitlines()[2][:26])
    2  complete unbalancedness
    """
    rows = [
        (
            str(number), pathology.name, pathology.assumption, str(pathology.architecture),
            pathology.gamma_formula, pathology.target_formula, pathology.function_rate,
            _parameter_rate(pathology),
        )
        for number, pathology in enumerate(PATHOLOGIES, start=1)
    ]  # fmt: skip
    values = [
        (
            str(number), str(check.k), f"${format_rational(check.function_distance)}$",
            f"${check.parameter_distance}$".replace("*", " "), "yes" if check.holds else "NO",
        )
        for number, found in enumerate(checks, start=1)
        for check in found
    ]
    parts = [_table(_HEADER, rows, style)]
    if values:
        parts.append(_table(_VALUES, values, style))
    before, after = ("<p>", "</p>") if style == "html" else ("", "")
    notes = [
        f"{before}{render_formulas(note, style=style)}{after}" for note in _NOTES
    ]
    return ("\n" if style == "html" else "\n\n").join([*parts, *notes])


def _parameter_rate(pathology: Pathology) -> str:
    if pathology.exact_from == 1:
        return pathology.parameter_rate
    return f"{pathology.parameter_rate} (at least, for $k < {pathology.exact_from}$)"


def _plain(text: str) -> str:
    return text.replace("$", "")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], style: str) -> str:
    first, *shown = (
        [render_formulas(cell, style=style) for cell in row] for row in (header, *rows)
    )
    return markup_table(first, shown, style=style, columns="r" + "l" * (len(header) - 1))
