"""Nearest parametrizations as text, tables and JSON: distances, ratio, bound and neurons.

Parameters in N* are roots of rationals.  A text shows a number exactly where that is short, else
rounded after ``~``; the JSON object has every number exactly, as the pair of a rational p and a
signed square s that stands for p + sign(s) sqrt(|s|), and rational bounds of a stated width.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.arithmetic.surds import Surd
from symerm.networks.serialization import network_to_json
from symerm.parametrization.balanced import BalancedNeuron
from symerm.parametrization.nearest import Gap, Nearest
from symerm.parametrization.restricted_set import from_restricted_set
from symerm.parametrization.stability import PAPER_CONSTANT, StabilityVerdict, stability_verdict
from symerm.reports.tables import escape_text, format_table

__all__ = ["format_nearest", "nearest_to_json"]

#: Longest exact number in a text, in characters.
_LONGEST = 24
_WIDTH = Fraction(1, 10**20)
_HEADER = ("neuron", "of G", "difference", "at", "a", "c")


def nearest_to_json(
    found: Nearest, *, lifted: bool = False, width: Fraction = _WIDTH
) -> dict[str, Any]:
    """The object that ``symerm nearest --json`` prints.

    Parameters
    ----------
    found : Nearest
    lifted : bool
        Whether the networks were lifted from ones with biases; then Phi is given as such, too.
    width : Fraction
        Largest width of the bounds.

    Examples
    --------
    >>> from symerm.parametrization.nearest import nearest_parametrization
    >>> from symerm.parametrization.stability import extremal_pair
    >>> document = nearest_to_json(nearest_parametrization(*extremal_pair(2, 4)))
    >>> document["function_distance"], document["distance"]["exact"], document["bound"]["attained"]
    ('2', '4', True)
    """
    verdict = stability_verdict(found)
    rational = found.phi.rational_network()
    document = {
        "function_distance": format_rational(found.function_distance),
        "distance": {
            **_gap_json(found.gap, width),
            "neuron": found.widest + 1,
            "entry": found.gap.entry,
        },
        "ratio": None if not found.function_distance else _gap_json(_ratio(found), width),
        "bound": {
            "constant": str(verdict.constant),
            "holds": verdict.holds,
            "attained": verdict.is_extremal,
            "published_constant": str(PAPER_CONSTANT),
        },
        "apart": {
            "gamma": [i + 1 for i in found.gamma_apart],
            "phi": [i + 1 for i in found.phi_apart],
        },
        "phi": {
            "network": None if rational is None else network_to_json(rational),
            "neurons": [
                {
                    "of": number + 1,
                    "direction": list(map(format_rational, neuron.direction)),
                    "outputs": list(map(format_rational, neuron.outputs)),
                    "square": format_rational(neuron.square),
                    "bounds": [list(map(format_rational, pair)) for pair in bounds],
                }
                for number, neuron, bounds in zip(
                    found.neurons, found.phi.neurons, found.phi.enclosure(width), strict=True
                )
            ],
        },
    }
    if lifted:
        document["phi_with_biases"] = network_to_json(from_restricted_set(found.phi))
    return document


def format_nearest(found: Nearest, *, style: str = "text") -> str:
    """The distances, the bound and the neurons of Phi, as text, LaTeX or HTML.

    Parameters
    ----------
    found : Nearest
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> from symerm.parametrization.nearest import nearest_parametrization
    >>> from symerm.parametrization.stability import extremal_pair
    >>> print(format_nearest(nearest_parametrization(*extremal_pair(3, 1))))
    function distance   |g - R(Gamma)| = 1 in the seminorm W1,inf
    parameter distance  |Phi - Gamma| = 2 at a1 of neuron 1
    ratio               |Phi - Gamma| / |g - R(Gamma)|^(1/2) = 2
    bound               2, attained: the best constant for d = 3, m = 1 (published: 4)
    optimal             neurons 1 of Gamma and 1 of Phi are all at least that far apart
    <BLANKLINE>
    neuron  of G  difference  at  a                   c
         1     1           2  a1  -1, 1/1000, 1/1000  -1
    """
    verdict = stability_verdict(found)
    rows = [
        (
            str(number + 1),
            str(found.neurons[number] + 1),
            _shown_gap(found.gaps[number]),
            found.gaps[number].entry,
            *_parameters(neuron),
        )
        for number, neuron in enumerate(found.phi.neurons)
    ]
    lines = list(_lines(found, verdict))
    table = format_table(_HEADER, rows, style=style)
    if style == "text":
        size = max(len(name) for name, _ in lines)
        return "\n".join([*(f"{name:<{size}}  {text}" for name, text in lines), "", table])
    before, after = ("<p>", "</p>") if style == "html" else (r"\noindent ", r"\par")
    shown = [escape_text(f"{name}: {text}", style=style) for name, text in lines]
    return "\n".join([*(f"{before}{line}{after}" for line in shown), table])


def _lines(found: Nearest, verdict: StabilityVerdict) -> Sequence[tuple[str, str]]:
    width, inputs = found.gamma.width, found.gamma.input_dimension
    gap = found.gap
    lines = [
        (
            "function distance",
            f"|g - R(Gamma)| = {_shown(Surd(found.function_distance))} in the seminorm W1,inf",
        ),
        (
            "parameter distance",
            f"|Phi - Gamma| = {_shown_gap(gap)}"
            + (f" at {gap.entry} of neuron {found.widest + 1}" if gap.squared else ""),
        ),
    ]
    if verdict.ratio_squared is None:
        lines.append(("ratio", "the functions are equal"))
    else:
        ratio = _shown_gap(_ratio(found))
        lines.append(("ratio", f"|Phi - Gamma| / |g - R(Gamma)|^(1/2) = {ratio}"))
    lines.append((
        "bound",
        f"{verdict.constant}{', attained' if verdict.is_extremal else ''}: the best constant for "
        f"d = {inputs}, m = {width} (published: {PAPER_CONSTANT})",
    ))
    ours, theirs = (
        ", ".join(str(i + 1) for i in apart) for apart in (found.gamma_apart, found.phi_apart)
    )
    lines.append((
        "optimal",
        f"neurons {ours} of Gamma and {theirs} of Phi are all at least that far apart",
    ))
    return lines


def _ratio(found: Nearest) -> Gap:
    """|Phi - Gamma| / sqrt(eps) is the difference of the roots divided by it."""
    eps = found.function_distance
    return Gap(found.gap.entry, found.gap.first / eps, found.gap.second / eps)


def _shown_gap(gap: Gap) -> str:
    exact = _gap_formula(gap)
    if len(exact) <= _LONGEST:
        return exact
    return _rounded(*gap.bounds(_WIDTH))


def _gap_formula(gap: Gap) -> str:
    if gap.exact is not None:
        return str(gap.exact)
    low, high = sorted((gap.first, gap.second))
    sign = "+" if low < 0 else "-"
    return f"{Surd.root(high)} {sign} {Surd.root(abs(low))}"


def _shown(value: Surd) -> str:
    exact = str(value)
    if len(exact) <= _LONGEST:
        return exact
    return _rounded(*value.bounds(_WIDTH))


def _rounded(low: Fraction, high: Fraction) -> str:
    return f"~{format_decimal((low + high) / 2, digits=7)}"


def _parameters(neuron: BalancedNeuron) -> tuple[str, str]:
    entries = [_shown(Surd.root(square)) for square in neuron.entry_squares]
    inputs = len(neuron.direction)
    return ", ".join(entries[:inputs]), ", ".join(entries[inputs:])


def _gap_json(gap: Gap, width: Fraction) -> dict[str, Any]:
    low, high = gap.bounds(width)
    return {
        "exact": _gap_formula(gap),
        "squared": _surd_json(gap.squared),
        "lower": format_rational(low),
        "upper": format_rational(high),
    }


def _surd_json(value: Surd) -> dict[str, str]:
    return {
        "rational": format_rational(value.rational),
        "signed_square": format_rational(value.square),
    }
