"""Bounds on charts: signs of coefficients, or convexity at the stratum."""

from __future__ import annotations

from typing import Any

from flint import fmpz_mat

from symerm.attainability.chart_tensors import exact_polynomial
from symerm.attainability.chart_view import ChartView
from symerm.attainability.convex_bounds import convex_product
from symerm.attainability.secant_charts import Chart
from symerm.attainability.vector_polynomials import MASK, form_polynomial, monomial

__all__ = ["chart_above"]


def chart_above(
    chart: Chart, view: ChartView, form: fmpz_mat, floats: Any
) -> tuple[Any, ...] | None:
    """How a form is proved non-negative on a chart: () by coefficients, or None.

    By convexity if all monomials with the generator of the radius that is off the stratum have
    non-negative coefficients: on the stratum the form is quadratic in each group.
    """
    negative = view.negative(floats)
    if not negative[0]:
        found = form_polynomial(form, exact_polynomial(chart))
        return () if min(found.values(), default=0) >= 0 else None
    near = [k for k, (_, t) in enumerate(chart.radius) if t == 0]
    if not near:
        return None
    sizes = tuple(map(len, chart.groups))
    off = monomial(sizes, [(len(sizes) - 1, 1 - near[0], MASK)])
    if any(key & off for key in negative[0]):
        return None
    first = exact_polynomial(chart, "first")
    how = convex_product(
        chart.groups[:-1], first.rows, view.polynomial("first")[1], form, floats
    )
    if how is None:
        return None
    found = form_polynomial(form, exact_polynomial(chart))
    return (how,) if all(x >= 0 for key, x in found.items() if key & off) else None
