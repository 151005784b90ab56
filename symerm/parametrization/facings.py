"""The search for the facings of neurons that leave the least linear rest.

For a set E of kinks with two neurons and a number r, is there a set S of kinks whose neurons face
against their normals such that M_S (`symerm.parametrization.kink_networks`) has a rank of at most r
modulo the normals of E?  For r = 0 this is a subset-sum problem of matrices, for r > 0 all subsets
are tried; ranks and functionals that exclude all S at once come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from symerm.arithmetic.linalg import Number, nullspace, rank
from symerm.arithmetic.subset_ranks import subset_of_rank
from symerm.arithmetic.subset_sums import subset_with_sum
from symerm.errors import BudgetExceeded
from symerm.parametrization.kink_networks import linear_remainder, turning_factor
from symerm.parametrization.kinks import KinkForm
from symerm.problem.architecture import Activation

__all__ = ["Exclusion", "FacingSearch", "Layout"]

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]

#: What preparing one search costs, in partial sums.
_PREPARATION = 1000


@dataclass(frozen=True)
class Exclusion:
    """No choice S of facings gives M_S modulo the normals of some kinks a rank of at most r.

    Attributes
    ----------
    doubled : tuple of int
        The kinks E, with linearly independent normals.
    rank : int
        The number r.
    functional : q rows of p Fractions, or None
        For r = 0: F with F n_H = 0 for H in E that refutes all S at once, by its values
        -kappa delta_H^T F n_H at the kinks and <F, M_S> for empty S, the target; see
        `symerm.arithmetic.subset_sums.refutes`.
    examined : int
        Without a functional: the partial sums examined, or as many as would have taken the same
        time.  Zero if the rank of M_S on vectors orthogonal to all normals, or modulo E and all
        jumps, is larger than r; it is the same for all S.
    """

    doubled: tuple[int, ...]
    rank: int
    functional: Matrix | None
    examined: int


@dataclass(frozen=True)
class Layout:
    """Facings and doubled kinks, and the number of neurons beside one per kink."""

    flipped: frozenset[int]
    doubled: tuple[int, ...]
    extra: int


class FacingSearch:
    """The search for facings S, for one set E of doubled kinks and one rank r after the other."""

    def __init__(self, form: KinkForm, activation: Activation, limit: int) -> None:
        self._form = form
        self._activation = activation
        self._left = limit
        self._rest = linear_remainder(form, activation)
        self._hints: dict[frozenset[int], Matrix] = {}
        distinct: dict[tuple[int, ...], int] = {}
        for k, kink in enumerate(form.kinks):
            distinct.setdefault(kink.normal, k)
        self._distinct = tuple(distinct.values())
        self._rank = rank(list(distinct))
        self._rank_outside = rank(_times(self._rest, self._kernel(self._distinct)))
        self._left_kernel = nullspace(
            [kink.jump for kink in form.kinks], columns=form.outputs
        )

    def completed(self, flipped: frozenset[int], doubled: tuple[int, ...]) -> Layout:
        """The layout with as many linear neurons as it needs; its facings are tried first."""
        if flipped not in self._hints:
            self._hints[flipped] = linear_remainder(self._form, self._activation, flipped)
        left = rank(_times(self._hints[flipped], self._kernel(doubled)))
        return Layout(flipped, doubled, len(doubled) + (2 if self._form.box is None else 1) * left)

    def level(self, extra: int) -> tuple[Layout | None, list[Exclusion], bool]:
        """A layout with so many neurons beside one per kink, or what excludes them.

        The last entry tells whether the exclusions leave no case open.
        """
        exclusions, complete = [], True
        for doubled, bound in self._pairs(extra):
            try:
                found = self._facings(doubled, bound)
            except BudgetExceeded:
                complete = False
                if self._left < _PREPARATION:
                    break
                continue
            if isinstance(found, Exclusion):
                exclusions.append(found)
            else:
                return Layout(found, doubled, extra), [], True
        return None, exclusions, complete

    def _pairs(self, extra: int) -> Iterator[tuple[tuple[int, ...], int]]:
        """The largest sets E with each r: what they exclude is excluded for all subsets too."""
        if self._form.box is not None:
            yield (), extra
            return
        for bound in range(extra // 2, -1, -1):
            size = min(extra - 2 * bound, self._rank)
            for doubled in combinations(self._distinct, size):
                if rank([self._form.kinks[k].normal for k in doubled]) == size:
                    yield doubled, bound

    def _facings(self, doubled: tuple[int, ...], bound: int) -> frozenset[int] | Exclusion:
        self._spend(_PREPARATION)
        kernel = self._kernel(doubled)
        for flipped, rest in self._hints.items():
            if rank(_times(rest, kernel)) <= bound:
                return flipped
        base = _times(self._rest, kernel)
        if max(self._rank_outside, rank(_times(self._left_kernel, _transposed(base)))) > bound:
            return Exclusion(doubled, bound, None, 0)
        kappa = turning_factor(self._activation)
        turned = [
            [[kappa * jump * n for n in normal] for jump in kink.jump]
            for kink, normal in zip(
                self._form.kinks,
                _times([kink.normal for kink in self._form.kinks], kernel),
                strict=True,
            )
        ]
        grant = self._left // 2
        functional = None
        try:
            if bound == 0:
                answer = subset_with_sum(
                    [[-entry for row in item for entry in row] for item in turned],
                    [entry for row in base for entry in row],
                    limit=grant,
                )
                subset, examined = answer.subset, answer.examined
                if answer.functional is not None:
                    functional = _lifted(answer.functional, kernel)
            else:
                subset, examined = subset_of_rank(base, turned, bound, limit=grant)
        except BudgetExceeded:
            self._left -= grant
            raise
        self._left -= examined
        if subset is not None:
            return frozenset(subset)
        return Exclusion(doubled, bound, functional, examined if functional is None else 0)

    def _spend(self, amount: int) -> None:
        if amount > self._left:
            raise BudgetExceeded("the limit of the search for facings is reached")
        self._left -= amount

    def _kernel(self, doubled: Sequence[int]) -> Matrix:
        """A basis of the vectors orthogonal to the normals of some kinks."""
        normals = [self._form.kinks[k].normal for k in doubled]
        return nullspace(normals, columns=self._form.dimension)


def _times(matrix: Sequence[Sequence[Number]], vectors: Sequence[Sequence[Number]]) -> Matrix:
    """The inner product of every row with every vector."""
    return tuple(
        tuple(
            sum((Fraction(x) * y for x, y in zip(row, vector, strict=True)), Fraction(0))
            for vector in vectors
        )
        for row in matrix
    )


def _transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def _lifted(values: Vector, kernel: Matrix) -> Matrix:
    """The functional on matrices M with the given values on the entries of M times the kernel."""
    width = len(kernel)
    rows = [values[k : k + width] for k in range(0, len(values), width)]
    return _times(rows, _transposed(kernel))
