"""Exact fits of few points: n distinct points need n - 1 neurons, or n without output bias.

Along a direction that separates the points, the functions 1 and (x - x_k)_+ for all points but the
last are triangular in the responses, so any responses are fitted; leaky activations need the same
number.  Without output bias the first function is a neuron that is active everywhere.
"""

from __future__ import annotations

from fractions import Fraction

from symerm.arithmetic.linalg import solve
from symerm.attainability.scaled import ScaledProblem
from symerm.networks.shallow import ShallowNetwork

__all__ = ["interpolate"]

Vector = tuple[Fraction, ...]


def interpolate(problem: ScaledProblem) -> ShallowNetwork | None:
    """A network that fits all distinct inputs exactly, if the width is enough for any responses.

    Returns None if there is no hidden bias or n - 1 (n without output bias) exceeds the width.
    """
    needed = problem.size - int(problem.output_bias)
    if not problem.hidden_bias or needed > problem.width:
        return None
    direction = _separating(problem)
    size = problem.size
    position = [
        sum(x * y for x, y in zip(form, direction, strict=True)) for form in problem.forms
    ]
    order = sorted(range(size), key=position.__getitem__)
    scale = problem.forms[0][-1]
    hidden: list[Vector] = []
    if not problem.output_bias:
        hidden.append(_shifted(direction, Fraction(1 - position[order[0]], scale)))
    hidden.extend(
        _shifted(direction, Fraction(-position[i], scale)) for i in order[:-1]
    )
    # Forward substitution fails for the leaky activation, so the square system is solved.
    design = []
    for form in problem.forms:
        row = [Fraction(1)] if problem.output_bias else []
        for neuron in hidden:
            z = sum((x * y for x, y in zip(form, neuron, strict=True)), Fraction(0))
            row.append(problem.slope_on * z if z > 0 else problem.slope_off * z)
        design.append(row)
    columns = []
    for k in range(problem.output_dimension):
        solution = solve(design, [Fraction(row[k]) for row in problem.targets])
        if solution is None:
            return None
        columns.append(solution)
    rows = list(zip(*columns, strict=True))
    offset = rows.pop(0) if problem.output_bias else (Fraction(0),) * problem.output_dimension
    return problem.network(list(zip(hidden, rows, strict=True)), tuple(offset))


def _shifted(direction: tuple[int, ...], bias: Fraction) -> Vector:
    return (*(Fraction(x) for x in direction[:-1]), bias)


def _separating(problem: ScaledProblem) -> tuple[int, ...]:
    """An integer direction (bias zero) with different values at all distinct inputs.

    The powers of a large number order the inputs lexicographically.
    """
    size = len(problem.forms[0]) - 1
    spread = 1 + 2 * max(abs(x) for form in problem.forms for x in form)
    return (*(spread ** (size - 1 - k) for k in range(size)), 0)
