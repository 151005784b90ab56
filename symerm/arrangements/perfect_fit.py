"""When can responses be fitted perfectly?

Two different questions about the set F_d(S) of outputs: does it have interior points in R^(n x q),
and is it everything?  A full-dimensional F_d is a union of images of cells and may well leave
open sets of responses unfitted: one neuron on three points of a line has outputs of dimension 3,
but never (0, 1, 0).  Since F_d is closed for one output, there "almost every response" means
"every response".  A response is fitted by any d hidden vectors that span R^n together with 1, so
d >= n - 1 suffices for distinct inputs with both biases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import primitive, rank
from symerm.arrangements.patterns import data_forms
from symerm.arrangements.secants import SecantDimension, hidden_spaces, join_secant_dimension
from symerm.problem.architecture import Architecture

__all__ = ["PerfectFit", "generic_perfect_fit", "largest_collinear_subset"]

Rows = Sequence[Sequence[Fraction | int]]


@dataclass(frozen=True)
class PerfectFit:
    """Which responses T in R^(n x q) are outputs of a network.

    Attributes
    ----------
    image : SecantDimension
    full_dimensional : bool or None
        Whether the fitted responses have interior points, dim F_d = n q; None if the bounds on
        the dimension leave it open.  True does not mean that almost every response is fitted.
    every_response : bool or None
        Whether every response is fitted; None if neither is proved.
    reason : str
        The proof for `every_response` in one line, or what is missing.
    """

    image: SecantDimension
    full_dimensional: bool | None
    every_response: bool | None
    reason: str


def generic_perfect_fit(
    inputs: Rows,
    architecture: Architecture,
    *,
    outputs: int = 1,
    limit: int | None = None,
    effort: int = 2000,
) -> PerfectFit:
    """Whether the fitted responses have interior points, and whether all are fitted.

    Parameters
    ----------
    inputs : n rows of p rationals
    architecture : Architecture
    outputs : int
        Number q of outputs.
    limit, effort : int
        As for `symerm.arrangements.secants.join_secant_dimension`.

    Raises
    ------
    InputError, UnsupportedError, BudgetExceeded
        As `join_secant_dimension`.

    Notes
    -----
    Proofs that every response is fitted: d hidden vectors span R^n together with 1; or the
    forms (s_i, 1) are linearly independent, so that C(S) is the non-negative orthant (ReLU) or R^n
    (leaky), and each output column needs one neuron, or two for a ReLU without output bias.
    Proofs that some response is not: equal inputs; dim F_d < n q; a single ReLU without output
    bias has outputs of one sign; a single neuron is monotone along a line, against (0, 1, 0);
    along a line every neuron has at most one kink, and on d + 3 inputs of the line values that
    go up and down in turn need d + 1 kinks.

    Examples
    --------
    >>> line = [(k,) for k in range(4)]
    >>> fit = generic_perfect_fit(line, Architecture(1))
    >>> fit.image.dimension, fit.full_dimensional, fit.every_response
    (3, False, False)
    >>> fit = generic_perfect_fit([*line, (4,)], Architecture(2))
    >>> fit.image.dimension, fit.full_dimensional, fit.every_response
    (5, True, False)
    >>> generic_perfect_fit(line, Architecture(3)).every_response
    True
    """
    image = join_secant_dimension(
        inputs, architecture, outputs=outputs, limit=limit, effort=effort
    )
    total = len(inputs) * outputs
    full = True if image.lower == total else False if image.upper < total else None
    every, reason = _every_response(inputs, architecture, outputs, image, limit)
    return PerfectFit(image, full, every, reason)


def largest_collinear_subset(inputs: Rows) -> int:
    """The largest number of distinct inputs on one line.

    Examples
    --------
    >>> largest_collinear_subset([(0, 0), (1, 1), (3, 3), (0, 1), (0, 0)])
    3
    """
    points = sorted({tuple(map(Fraction, row)) for row in inputs})
    largest = min(len(points), 1)
    for k, base in enumerate(points):
        # Later points are lexicographically larger: one primitive direction for each line.
        directions: dict[tuple[int, ...], int] = {}
        for other in points[k + 1 :]:
            direction = primitive(x - y for x, y in zip(other, base, strict=True))
            directions[direction] = directions.get(direction, 1) + 1
        largest = max([largest, *directions.values()])
    return largest


def _every_response(
    inputs: Rows,
    architecture: Architecture,
    outputs: int,
    image: SecantDimension,
    limit: int | None,
) -> tuple[bool | None, str]:
    """Whether every response is fitted, and why."""
    count, width = len(inputs), architecture.width
    relu = architecture.activation.negative_slope == 0
    constant = [(1,) * count] if architecture.output_bias else []
    if len(set(data_forms(inputs))) < count:
        return False, "equal inputs always have equal outputs"
    if image.upper < count * outputs:
        return False, f"the outputs have dimension at most {image.upper} < {count * outputs}"
    rows = [row for space in hidden_spaces(inputs, architecture, limit=limit) for row in space]
    if width >= count - len(constant) and rank([*constant, *rows]) == count:
        return True, f"{count - len(constant)} hidden vectors span all responses"
    if rank(data_forms(inputs, hidden_bias=architecture.hidden_bias)) == count:
        per_output = 2 if relu and not constant else 1
        if width >= per_output * outputs:
            return True, f"independent inputs: {per_output} hidden vectors fit a column exactly"
    if width == 1 and relu and not constant and count > 1:
        return False, "one ReLU without output bias has outputs of one sign"
    collinear = largest_collinear_subset(inputs)
    if width == 1 and collinear >= 3:
        return False, "one neuron is monotone along a line with three inputs"
    if collinear >= width + 3:
        return False, (
            f"responses that go up and down in turn on {collinear} collinear inputs need more "
            f"than {width} kinks"
        )
    return None, "not decided: no spanning argument, dimension or line settles it"
