"""Bounds for two neurons and responses of rank two: bivectors outside a double cone.

On bivectors the form Q_g of a loss g below the second eigenvalue of T T^t has one negative
eigenvalue, for the bivector b of the responses' plane: {Q_g < 0} is a double cone around b, and
h >= g on all combinations of some vectors W_k with coefficients >= 0 if they stay outside.  For
one half of the double cone that is proved by a z in it with Q_g(z, W_k) >= 0 for all k.  The
search is for the combination w of den(w, b) = 1 that is shortest in the positive part of Q_g: a
non-negative least-squares problem (docs/secants.md, Lemma 25).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from math import exp, log
from typing import Any

import numpy as np
from flint import fmpz_mat
from numpy.typing import NDArray
from scipy.optimize import nnls

from symerm.attainability.exterior import ExteriorForms
from symerm.attainability.secant_tables import RootTables

__all__ = ["LightCone", "below_second_eigenvalue"]

Array = NDArray[Any]
_DIGITS = 1e13


class LightCone:
    """The double cone of a goal on the coordinates of a root.

    Parameters
    ----------
    table : RootTables
    forms : ExteriorForms
    goal : integers (a, b)
        The form is a den - b num; it has to be `below_second_eigenvalue`.
    """

    def __init__(self, table: RootTables, forms: ExteriorForms, goal: tuple[int, int]) -> None:
        self.table, (a, b) = table, goal
        wedges = table.root.wedges()
        g = forms.responses
        i, j = next(
            (i, j) for i, j in combinations(range(len(g)), 2) if g[i][i] * g[j][j] != g[i][j] ** 2
        )
        self.square = g[i][i] * g[j][j] - g[i][j] ** 2
        cross = forms.cross
        self.heights = [
            s * t * (cross[k][i] * cross[m][j] - cross[k][j] * cross[m][i])
            for (k, s), (m, t) in wedges
        ]
        #: Q_g(b, x) / den(b, x)
        self.slope = a - b * forms.square
        den, num = table.forms
        self.form = a * den - b * num
        # Floats in units of wedges of length one and b of length one.
        lengths = [log(row[k]) / 2 if row[k] else None for k, row in enumerate(table.den)]
        longest = max(x for x in lengths if x is not None)
        unit = log(self.square) / 2
        self.lengths = np.array([
            0.0 if x is None else exp(max(x - longest, -600.0)) for x in lengths
        ])
        self.ratio = exp(longest - unit)
        cosines = np.array([
            0.0 if x is None else (1 if h > 0 else -1) * exp(log(abs(h)) - x - unit) if h else 0.0
            for h, x in zip(self.heights, lengths, strict=True)
        ])
        share = float(Fraction(a, b) / forms.square)
        self.gap = 1.0 - share
        self.cosines = cosines
        outer = share * table.den_float - table.num_float + self.gap * np.outer(cosines, cosines)
        spectrum, basis = np.linalg.eigh(outer)
        self.factor = basis * np.sqrt(np.maximum(spectrum, 0.0))

    def separates(
        self, rows: Array, exact: Callable[[], Sequence[Sequence[int]]]
    ) -> list[list[Any]] | None:
        """Vectors [y, s] that prove a bound on all combinations of some vectors, or None.

        Parameters
        ----------
        rows : N x K array
            The vectors in units of wedges of length one, each up to a positive factor.
        exact : callable
            The same in integers, asked for only where floats propose a proof.
        """
        norms = np.sqrt(np.maximum(np.einsum("ij,ij->i", rows @ self.factor, rows @ self.factor)
                                   + (rows @ self.cosines) ** 2, 1e-300))
        scaled = rows / norms[:, None]
        heights = scaled @ self.cosines
        images = scaled @ self.factor
        floats = []
        for sign in (1.0, -1.0):
            if (sign * heights).max() <= 0:
                continue
            system = np.vstack([images.T, sign * heights])
            right = np.zeros(len(system))
            right[-1] = 1.0
            try:
                shares, _ = nnls(system, right)
            except RuntimeError:
                return None
            height = sign * float(heights @ shares)
            if height <= 0:
                return None
            shares = shares / height
            length = float(np.square(images.T @ shares).sum())
            if length <= self.gap * (1 + 1e-9):
                return None
            part = (self.gap / length) ** 0.75
            floats.append((part * (scaled.T @ shares), sign * (1.0 - part)))
        # Without heights b itself is a witness.
        found: list[list[Any]] = [] if floats else [[[0] * rows.shape[1], 1]]
        for coordinates, of_plane in floats:
            y = [
                round(float(x / length) * _DIGITS) if length else 0
                for x, length in zip(coordinates, self.lengths, strict=True)
            ]
            found.append([y, round(Fraction(of_plane) * Fraction(self.ratio) * int(_DIGITS))])
        return found if self._proved(found, exact()) else None

    def _proved(self, vectors: Sequence[Sequence[Any]], exact: Sequence[Sequence[int]]) -> bool:
        """The conditions of the lemma in integers."""
        heights = [
            sum(x * h for x, h in zip(row, self.heights, strict=True) if x) for row in exact
        ]
        sides = []
        for y, s in vectors:
            image = [int(x) for x, in (self.form * fmpz_mat([[x] for x in y])).tolist()]
            height = sum(x * h for x, h in zip(y, self.heights, strict=True))
            total = height + s * self.square
            square = sum(x * z for x, z in zip(y, image, strict=True)) + self.slope * s * (
                height + total
            )
            if total == 0 or square > 0:
                return False
            normal = [
                x + s * self.slope * h for x, h in zip(image, self.heights, strict=True)
            ]
            if any(
                sum(x * z for x, z in zip(row, normal, strict=True) if x) < 0 for row in exact
            ):
                return False
            sides.append(total)
        return all(
            any(sign * x > 0 for x in sides)
            for sign in (1, -1) if any(sign * h > 0 for h in heights)
        )


def below_second_eigenvalue(forms: ExteriorForms, goal: tuple[int, int]) -> bool:
    """Whether the goal is positive and below the second of two eigenvalues of the responses.

    That is where the form has one negative eigenvalue on bivectors.
    """
    if fmpz_mat(forms.responses).rank() != 2:
        return False
    a, b = goal
    g, size = forms.responses, len(forms.responses)
    product = sum(
        g[i][i] * g[j][j] - g[i][j] ** 2 for i, j in combinations(range(size), 2)
    )
    total = forms.square
    return a < b * total and 2 * a > b * total and a * a - a * b * total + b * b * product > 0
