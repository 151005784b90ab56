"""Verdicts as JSON objects, word for word as in the interface.

Every number that was proved is a text ``p/q``, never a decimal: whoever reads the object gets
exactly what was shown.  The keys and their order are fixed.
"""

from __future__ import annotations

from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.attainability.escape import Escape
from symerm.attainability.smooth_escape import SmoothEscape
from symerm.attainability.verdict import Verdict
from symerm.networks.serialization import network_to_json

__all__ = ["verdict_to_json"]


def verdict_to_json(verdict: Verdict, *, certificate: str | None = None) -> dict[str, Any]:
    """The object that ``symerm check --json`` prints.

    Parameters
    ----------
    verdict : Verdict
    certificate : str, optional
        The path that the certificate was written to, as the user named it.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> problem = Problem(Dataset.from_rows([0, 1], [2, 3]), Architecture(1))
    >>> document = verdict_to_json(
    ...     Verdict(problem, "undecided", Fraction(0), Fraction(1, 2), reason="out of time"))
    >>> document["verdict"], document["infimum"]
    ('undecided', {'lower': '0', 'upper': '1/2', 'exact': None})
    """
    return {
        "verdict": verdict.verdict,
        "infimum": {
            "lower": format_rational(verdict.lower),
            "upper": format_rational(verdict.upper),
            "exact": None if verdict.exact is None else format_rational(verdict.exact),
        },
        "minimiser": None if verdict.minimiser is None else network_to_json(verdict.minimiser),
        "escape": None if verdict.escape is None else _escape(verdict.escape),
        "reason": verdict.reason,
        "certificate": certificate,
        "statistics": dict(verdict.statistics),
    }


def _family(escape: Escape | SmoothEscape) -> dict[str, Any]:
    """The weights and biases as texts in eps."""
    if isinstance(escape, SmoothEscape):
        return dict(escape.family)
    hidden_weights, hidden_biases, output_weights, output_biases = escape.family
    return {
        "hidden_weights": [list(map(str, row)) for row in hidden_weights],
        "hidden_biases": list(map(str, hidden_biases)),
        "output_weights": [list(map(str, row)) for row in output_weights],
        "output_biases": list(map(str, output_biases)),
    }


def _escape(escape: Escape | SmoothEscape) -> dict[str, Any]:
    """The stratum, the family with entries in eps, its loss and rate, and networks of it."""
    return {
        "stratum": dict(escape.stratum),
        "family": {"activation": escape.samples[0][1].activation.name, **_family(escape)},
        "loss": str(escape.loss),
        "rate": escape.rate,
        "samples": [
            {
                "eps": format_rational(eps),
                "network": network_to_json(network),
                "loss": format_rational(loss),
            }
            for eps, network, loss in escape.samples
        ],
    }
