"""Neurons in the space of the responses: which exact fits does a network have?

Let X be the space of the responses (modulo constants if there is an output bias), of dimension d.
A network of d neurons fits if and only if its activation vectors are a basis of X.  The vectors of
a piece that lie in X are a cone { sum c_i g_i : c >= 0, sum c_i r_i = 0 }, with r_i the residual of
g_i modulo X.  A point c inside it is found by non-negative least squares, one generator at a time,
and then all c + e n, n in the kernel of the residuals of the generators with c_i > 0, are in it for
small e: they have its span.  So the activation vectors in X span X if and only if a network fits
(docs/secants.md, Lemma 22).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import mul
from typing import TYPE_CHECKING

from symerm.arithmetic.linalg import nullspace, primitive, rank, row_reduce
from symerm.arithmetic.nnls import solve_nonnegative
from symerm.arrangements.neuron_pieces import SignedVertex
from symerm.attainability.exterior import ExteriorForms

if TYPE_CHECKING:
    from symerm.attainability.secant_problem import SecantProblem

__all__ = ["realised_fit"]

Table = list[list[int]]
Neuron = tuple[int, tuple[int, ...]]


def realised_fit(problem: SecantProblem) -> list[Neuron] | None:
    """Activation vectors that are a basis of the space of the responses.

    Parameters
    ----------
    problem : SecantProblem

    Returns
    -------
    list of pairs (piece, coefficients), or None
        As many neurons as the rank of the responses: the index of a piece and non-negative
        integers, one for each of its generators.  None if there are none.  If the rank is the
        width, a network has no loss but the scatter if and only if there are some; if it is
        larger no network has; if it is smaller there may be others that are not in the space.

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.attainability.secant_problem import SecantProblem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> def fit(outputs):
    ...     data = Dataset.from_rows([0, 1, 2, 3], outputs)
    ...     return realised_fit(SecantProblem.of(scale_problem(Problem(data, Architecture(2)))))
    >>> fit([(0, 0), (1, 0), (2, 1), (3, 2)])
    [(0, (1, 0)), (1, (0, 1))]
    >>> fit([(0, 0), (0, 1), (1, 3), (2, 3)]) is None
    True
    """
    forms = problem.forms
    _, basis = row_reduce(forms.responses)
    found: list[Neuron] = []
    images: list[list[int]] = []
    for index, piece in enumerate(problem.pieces.pieces):
        shadows = [[sign * forms.cross[k][c] for c in basis] for k, sign in piece]
        for coefficients in _inside(_gram(piece, shadows, basis, forms), len(basis)):
            image = [sum(map(mul, coefficients, column)) for column in zip(*shadows, strict=True)]
            if rank([*images, image]) > len(images):
                images.append(image)
                found.append((index, coefficients))
            if len(found) == len(basis):
                return found
    return None if basis else []


def _gram(
    piece: Sequence[SignedVertex], shadows: Table, basis: Sequence[int], forms: ExteriorForms
) -> Table:
    """Inner products of a basis of the responses and the generators of a piece."""
    rows = [
        [forms.responses[b][c] for c in basis] + [shadow[k] for shadow in shadows]
        for k, b in enumerate(basis)
    ]
    for (i, s), shadow in zip(piece, shadows, strict=True):
        rows.append([*shadow, *(s * t * forms.inner[i][j] for j, t in piece)])
    return rows


def _inside(gram: Table, free: int) -> Iterator[tuple[int, ...]]:
    """Non-negative combinations of generators that lie in a space, with all the span of these.

    The first `free` rows and columns of the Gram matrix belong to a basis of the space.
    """
    size = len(gram)
    if rank(gram) == size:
        return
    centre = [Fraction(0)] * (size - free)
    for k in range(free, size):
        rest = [n for n in range(size) if n != k]
        values = solve_nonnegative(
            [[gram[i][j] for j in rest] for i in rest], [-gram[i][k] for i in rest], free=free
        )
        values.insert(k, Fraction(1))
        if not any(sum(map(mul, row, values)) for row in gram):
            centre = [x + y for x, y in zip(centre, values[free:], strict=True)]
    used = [k for k, x in enumerate(centre) if x]
    if not used:
        return
    yield primitive(centre)
    rows = [*range(free), *(free + k for k in used)]
    for vector in nullspace([[gram[i][j] for j in rows] for i in rows]):
        move = dict(zip(used, vector[free:], strict=True))
        # Half of the way to the boundary at most.
        reach = min((-centre[k] / x for k, x in move.items() if x < 0), default=Fraction(2))
        yield primitive([x + reach / 2 * move.get(k, 0) for k, x in enumerate(centre)])
