"""Minimisers that form a continuum, found exactly: tuples in a space of one dimension more.

Let all neurons of a root lie in a space V of dimension d + 1 modulo constants, and let T_V, the
responses projected on it, have rank less than d.  A span U of d neurons in V is the kernel of a
covector xi, and its loss is |T - T_V|^2 + |xi(T_V)|^2 / |xi|^2: it is least, and rational, for all
U that contain the columns of T_V.  Those are a projective space of covectors, in which the
rational ones are dense, and each neuron is where its piece meets the kernel.  A local search ends
somewhere on this continuum; nearby there is an exact minimiser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from symerm.arithmetic.linalg import nullspace, primitive, row_reduce, solve
from symerm.attainability.secant_roots import Root, segment_scales
from symerm.attainability.secant_search import SecantGuess
from symerm.attainability.secant_tables import RootTables

if TYPE_CHECKING:
    from symerm.attainability.secant_problem import SecantProblem

__all__ = ["flat_minimum"]

Array = NDArray[np.float64]
Signed = tuple[int, int]

#: The sizes of denominators that are tried.
_SIZES = (4, 32, 10**3, 10**5, 10**8)
#: How far the loss of a guess may be from that of the continuum, relatively: only a filter.
_NEAR = 1e-6
#: Coordinates that are taken for zero, as a share of the largest.
_SMALL = 1e-6


def flat_minimum(
    problem: SecantProblem, guess: SecantGuess
) -> tuple[tuple[tuple[int, ...], ...], Fraction] | None:
    """An exact minimiser of a root near a guess, if its minimisers are a continuum of this kind.

    Parameters
    ----------
    problem : SecantProblem
    guess : SecantGuess
        A realised one.

    Returns
    -------
    coordinates and loss, or None
        The loss is the exact minimum over all spans in V, scaled as in `ScaledProblem`.
    """
    table = problem.tables[guess.root]
    root, forms = table.root, problem.forms
    if root.shared or guess.box is not None:
        return None
    guess = replace(guess, coordinates=tuple(map(tuple, _balanced(guess, table))))
    vertices = sorted({
        k for items, row in zip(root.axes, guess.coordinates, strict=True)
        for item, w in zip(items, row, strict=True) if w for k, _ in item
    })
    # The first vertices that span what all of them span.
    _, pivots = row_reduce([[forms.inner[i][j] for j in vertices] for i in vertices])
    basis = [vertices[k] for k in pivots]
    if len(basis) != problem.scaled.width + 1:
        return None
    gram = [[forms.inner[i][j] for j in basis] for i in basis]
    cross = [list(forms.cross[k]) for k in basis]
    energy = Fraction(0)
    for column in zip(*cross, strict=True):
        solution = solve(gram, column)
        assert solution is not None
        energy += sum(x * y for x, y in zip(solution, column, strict=True))
    loss = (forms.square - energy) / forms.total
    share = float(loss * forms.total / forms.square)
    if abs(guess.share - share) > _NEAR * max(share, 1e-9):
        return None
    covectors = nullspace([list(column) for column in zip(*cross, strict=True)])
    if len(covectors) < 2:
        return None
    weights = _nearest(problem, root, guess, basis, covectors)
    if weights is None:
        return None
    for size in _SIZES:
        rounded = [Fraction(float(x)).limit_denominator(size) for x in weights]
        normal = [
            sum((c * row[k] for c, row in zip(rounded, covectors, strict=True)), Fraction(0))
            for k in range(len(basis))
        ]
        values: dict[int, Fraction] = {
            k: sum(
                (z * forms.inner[b][k] for z, b in zip(normal, basis, strict=True)), Fraction(0)
            )
            for k in vertices
        }
        coordinates = _coordinates(problem, root, guess, values)
        if coordinates is not None and problem.loss(guess.root, coordinates, None) == loss:
            return coordinates, loss
    return None


def _balanced(guess: SecantGuess, table: RootTables) -> list[list[float]]:
    """The coordinates without those that are small in the lengths of the items."""
    found = []
    for row, lengths in zip(guess.coordinates, table.items, strict=True):
        shares = [w * float(np.exp(x)) for w, x in zip(row, lengths, strict=True)]
        largest = max(shares)
        found.append([
            w if share > _SMALL * largest else 0.0 for w, share in zip(row, shares, strict=True)
        ])
    return found


def _nearest(
    problem: SecantProblem, root: Root, guess: SecantGuess, basis: Sequence[int],
    covectors: Sequence[Sequence[Fraction]],
) -> Array | None:
    """The coefficients of the covector whose kernel is closest to the guess."""
    inner = np.array([[float(x) for x in row] for row in problem.forms.inner])
    scale = np.sqrt(np.diag(inner))
    inner /= np.outer(scale, scale)
    rows = []
    for neuron in _float_neurons(problem, root, guess):
        row = sum((c * scale[k] * inner[k, basis] for k, c in neuron), np.zeros(len(basis)))
        rows.append(row / np.linalg.norm(row))
    normals = np.array([[float(x) for x in row] for row in covectors]) * scale[basis]
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    _, _, right = np.linalg.svd(np.array(rows) @ normals.T)
    found = right[-1] * scale[basis].max()
    sizes = np.linalg.norm(
        np.array([[float(x) for x in row] for row in covectors]) * scale[basis], axis=1
    )
    found = found / sizes
    largest = np.abs(found).max()
    return found / largest if np.isfinite(found).all() and largest > 0 else None


def _float_neurons(
    problem: SecantProblem, root: Root, guess: SecantGuess
) -> list[list[tuple[int, float]]]:
    found: list[list[tuple[int, float]]] = []
    for items, weights in zip(root.axes, guess.coordinates, strict=True):
        if len(items) == 1:
            found.extend([(k, float(s))] for k, s in items[0])
        elif len(items[0]) == 1:
            found.append([
                (item[0][0], item[0][1] * w) for item, w in zip(items, weights, strict=True)
            ])
        else:
            (a1, a2, b1, b2), first = segment_scales(items, problem.forms), _forward(items)
            apart, p1, p2 = weights
            p1, p2 = p1 * a2 * b2, p2 * a1 * b1
            apart *= a2 * b1 if first else a1 * b2
            x = (p1 + apart, p2) if first else (p1, p2 + apart)
            z = (p1, p2 + apart) if first else (p1 + apart, p2)
            _, (u1, v1), (u2, v2) = items
            found.append([(u1[0], u1[1] * x[0] * a1), (u2[0], u2[1] * x[1] * a2)])
            found.append([(v1[0], v1[1] * z[0] * b1), (v2[0], v2[1] * z[1] * b2)])
    return found


def _forward(items: Sequence[Sequence[Signed]]) -> bool:
    """Whether the first item of joined segments is (u1, v2), not (u2, v1)."""
    return items[0][0] == items[1][0]


def _coordinates(
    problem: SecantProblem, root: Root, guess: SecantGuess, values: dict[int, Fraction]
) -> tuple[tuple[int, ...], ...] | None:
    """The coordinates of the tuple in the kernel of a covector, if there is one in the root."""
    found = []
    for items, weights in zip(root.axes, guess.coordinates, strict=True):
        if len(items) == 1:
            if any(values[k] for k, _ in items[0]):
                return None
            part: list[Fraction] | None = [Fraction(1)]
        elif len(items[0]) == 1:
            part = _in_kernel([item[0] for item in items], weights, values)
        elif all(weights):
            part = _joined(problem, items, values)
        else:
            return None
        if part is None or not any(part):
            return None
        unit = lcm(*(x.denominator for x in part))
        found.append(primitive([int(x * unit) for x in part]))
    return tuple(found)


def _in_kernel(
    vertices: Sequence[Signed], weights: Sequence[float], values: dict[int, Fraction]
) -> list[Fraction] | None:
    """Coefficients near the weights with value zero, changed at one vertex only."""
    found = [Fraction(w).limit_denominator(1000) for w in weights]
    heights = [
        s * values[k] if w else Fraction(0) for (k, s), w in zip(vertices, weights, strict=True)
    ]
    if not any(heights):
        return found
    order = sorted(range(len(found)), key=lambda k: -weights[k] * abs(float(heights[k])))
    for k in order:
        if not heights[k]:
            continue
        rest = sum(
            (x * h for i, (x, h) in enumerate(zip(found, heights, strict=True)) if i != k),
            Fraction(0),
        )
        solved = -rest / heights[k]
        if solved >= 0:
            return [solved if i == k else x for i, x in enumerate(found)]
    return None


def _joined(
    problem: SecantProblem, items: Sequence[Sequence[Signed]], values: dict[int, Fraction]
) -> list[Fraction] | None:
    """The coordinates of two neurons on parallel segments, both of value zero."""
    _, (u1, v1), (u2, v2) = items
    a1, a2, b1, b2 = segment_scales(items, problem.forms)
    shares = []
    for (first, a), (second, b) in (((u1, a1), (u2, a2)), ((v1, b1), (v2, b2))):
        # The heights of the scaled ends.
        x, y = a * first[1] * values[first[0]], b * second[1] * values[second[0]]
        if x * y >= 0:
            return None
        shares.append(y / (y - x))
    s, t = shares
    if _forward(items):
        apart, p1, p2 = s - t, t, 1 - s
        factor = a2 * b1
    else:
        apart, p1, p2 = t - s, s, 1 - t
        factor = a1 * b2
    if apart < 0:
        return None
    return [apart / factor, p1 / (a2 * b2), p2 / (a1 * b1)]
