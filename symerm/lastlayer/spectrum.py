r"""Certified eigenvalues of symmetric ball matrices, and whether a kernel matrix is definite.

Let B = Q^T K Q in balls for any rational Q.  With d the diagonal of B and r_i the sums of |B_ij|,
j != i, diag(d - r) <= B <= diag(d + r), as a diagonally dominant matrix is semidefinite; so the
sorted d - r and d + r enclose the eigenvalues of B (Weyl).  Those of K differ by factors between
the extreme eigenvalues of Q^T Q (Ostrowski 1959).  Floats propose Q, again on the block of tiny
eigenvalues until these are resolved.  An eigenvalue is zero only by an exact rank law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx

from symerm.arithmetic.balls import ball_bounds
from symerm.errors import InputError
from symerm.lastlayer.kernels import Kernel, kernel_balls
from symerm.lastlayer.rank_law import FeatureSpan, feature_span

__all__ = ["KernelSpectrum", "definiteness", "eigenvalue_bounds", "kernel_spectrum"]

Bounds = tuple[Fraction, Fraction]

#: Eigenvalues below this part of the largest are resolved in a block of their own.
_TINY = 2.0**-26
#: Eigenvalues closer than this, relative to their size, are not separated.
_GAP = 2.0**-20
#: Rotations by more are left to floats: those of first order are no rotations then.
_WIDEST = 2.0**-4
_SWEEPS = 20


@dataclass(frozen=True)
class KernelSpectrum:
    """The eigenvalues of a kernel matrix, enclosed.

    Attributes
    ----------
    kernel : Kernel
    span : FeatureSpan
        The exact rank law.
    bounds : tuple of n pairs of Fractions
        Lower and upper bounds of the eigenvalues, ascending; exact zeros first.
    verdict : str
        ``"positive-definite"``, ``"singular"`` or ``"undecided"`` (at this precision).
    reason : str
    bits : int
        The working precision that was used.
    """

    kernel: Kernel
    span: FeatureSpan
    bounds: tuple[Bounds, ...]
    verdict: str
    reason: str
    bits: int

    @property
    def smallest(self) -> Bounds:
        """Bounds of the smallest eigenvalue."""
        return self.bounds[0]

    @property
    def smallest_positive(self) -> Bounds:
        """Bounds of the smallest eigenvalue that is not zero by the rank law."""
        return self.bounds[len(self.bounds) - max(self.span.rank, 1)]


def kernel_spectrum(
    gram: Sequence[Sequence[Fraction]], kernel: Kernel, *, bits: int = 128, limit: int = 2048
) -> KernelSpectrum:
    """Enclose the eigenvalues of a kernel matrix and decide whether it is definite.

    The precision is doubled until the sign of every eigenvalue is certain or the limit is reached.

    Parameters
    ----------
    gram : n rows of n Fractions
        Inner products, from `symerm.lastlayer.kernels.gram_matrix`.
    kernel : Kernel
    bits : int
        Working precision of the first attempt.
    limit : int
        Largest precision.

    Raises
    ------
    InputError
        If the Gram matrix is not square and symmetric.

    Examples
    --------
    >>> from symerm.lastlayer.kernels import gram_matrix
    >>> pair = gram_matrix([(1,), (2,)])
    >>> flat = kernel_spectrum(pair, Kernel("arccos1"))
    >>> flat.verdict, flat.smallest
    ('singular', (Fraction(0, 1), Fraction(0, 1)))
    >>> kernel_spectrum(pair, Kernel("sincos")).verdict
    'positive-definite'
    """
    size = len(gram)
    if not size or any(len(row) != size for row in gram) or any(
        gram[i][j] != gram[j][i] for i in range(size) for j in range(i)
    ):
        raise InputError("a Gram matrix is square and symmetric")
    span = feature_span(gram, kernel.kind)
    bits = min(bits, limit)
    while True:
        with ctx.workprec(bits):
            bounds = eigenvalue_bounds(kernel_balls(gram, kernel))
        zeros = size - span.rank
        bounds = ((Fraction(0), Fraction(0)),) * zeros + bounds[zeros:]
        if all(low > 0 for low, _ in bounds[zeros:]) or 2 * bits > limit:
            break
        bits *= 2
    verdict, reason = definiteness(bounds, span, bits=bits)
    repeated = _repeated(gram)
    if repeated:
        reason += f"; points that repeat others: {repeated}"
    return KernelSpectrum(kernel, span, bounds, verdict, reason, bits)


def _repeated(gram: Sequence[Sequence[Fraction]]) -> int:
    """How many points equal one before them: |x - y|^2 = 0."""
    return sum(
        any(row[i] + gram[j][j] == 2 * row[j] for j in range(i)) for i, row in enumerate(gram)
    )


def definiteness(
    bounds: Sequence[Bounds], span: FeatureSpan | None = None, *, bits: int
) -> tuple[str, str]:
    """The verdict on a semidefinite matrix with these eigenvalues, and its reason.

    Examples
    --------
    >>> definiteness([(Fraction(-1, 9), Fraction(1, 9))], bits=64)[0]
    'undecided'
    """
    if span is not None and not span.full:
        return "singular", f"rank {span.rank} of {len(bounds)} by the exact law: {span.law}"
    if bounds[0][0] > 0:
        return "positive-definite", f"a positive lower bound of all eigenvalues at {bits} bits"
    if span is not None:
        return "positive-definite", f"by the exact law: {span.law}; not seen at {bits} bits"
    return "undecided", f"the enclosure of the smallest eigenvalue holds 0 at {bits} bits"


def eigenvalue_bounds(matrix: Any) -> tuple[Bounds, ...]:
    """Bounds of all eigenvalues of the symmetric matrices in a ball matrix, ascending.

    Parameters
    ----------
    matrix : arb_mat of n rows and columns

    Returns
    -------
    tuple of n pairs of Fractions

    Examples
    --------
    >>> bounds = eigenvalue_bounds(arb_mat([[2, 1], [1, 2]]))
    >>> [low <= value <= high for (low, high), value in zip(bounds, (1, 3))]
    [True, True]
    """
    size = matrix.nrows()
    vectors = _proposed_vectors(matrix)
    near = vectors.transpose() * vectors - _identity(size)
    defect = max(
        (ball_bounds(_row_sum(near, i))[1] for i in range(size)), default=Fraction(0)
    )
    if defect >= 1:
        # Far from orthogonal: say nothing but what the rows of the matrix itself say.
        vectors, defect = _identity(size), Fraction(0)
    turned = vectors.transpose() * matrix * vectors
    low, high = [], []
    for i in range(size):
        radius = _row_sum(turned, i, without=i)
        low.append(ball_bounds(turned[i, i] - radius)[0])
        high.append(ball_bounds(turned[i, i] + radius)[1])
    # lambda_k(B) = theta lambda_k(K) with 1 - defect <= theta <= 1 + defect.
    return tuple(
        (
            a / (1 + defect) if a > 0 else a / (1 - defect),
            b / (1 - defect) if b > 0 else b / (1 + defect),
        )
        for a, b in zip(sorted(low), sorted(high), strict=True)
    )


def _row_sum(matrix: Any, i: int, *, without: int = -1) -> Any:
    return sum((abs(matrix[i, j]) for j in range(matrix.ncols()) if j != without), arb(0))


def _identity(size: int) -> Any:
    return arb_mat([[int(i == j) for j in range(size)] for i in range(size)])


def _proposed_vectors(matrix: Any) -> Any:
    """Approximate orthonormal eigenvectors, also those of eigenvalues far below the largest."""
    import numpy as np

    size = matrix.nrows()
    middle = np.array([[float(entry) for entry in row] for row in matrix.tolist()])
    scale = float(np.abs(middle).max()) if size else 0.0
    if not np.isfinite(scale) or scale == 0.0:
        return _identity(size)
    values, floats = np.linalg.eigh((middle + middle.T) / (2 * scale))
    vectors = arb_mat([[arb(float(entry)) for entry in row] for row in floats])
    top = float(np.abs(values).max())
    tiny = [k for k in range(size) if abs(values[k]) < _TINY * top]
    vectors = _refined(matrix, vectors, tiny)
    if not tiny:
        return vectors
    # The block of the tiny eigenvalues, resolved relative to its own size.
    turned = vectors.transpose() * matrix * vectors
    block = arb_mat([[turned[i, j] for j in tiny] for i in tiny])
    norm = max(abs(entry).mid() for entry in block.entries())
    noise = max(entry.rad() for entry in block.entries())
    if not norm > 64 * noise:
        return vectors
    inner = _proposed_vectors(_symmetric(block / norm)) if len(tiny) > 1 else _identity(1)
    chosen = arb_mat([[vectors[i, k] for k in tiny] for i in range(size)]) * inner
    for i in range(size):
        for position, k in enumerate(tiny):
            vectors[i, k] = chosen[i, position]
    return _orthonormal(vectors.mid())


def _symmetric(matrix: Any) -> Any:
    """The symmetric part of the midpoints."""
    return ((matrix + matrix.transpose()) / 2).mid()


def _refined(matrix: Any, vectors: Any, tiny: list[int]) -> Any:
    """Turn pairs of vectors by first-order rotations until they hardly mix.

    Pairs of nearly equal eigenvalues are left alone, and so are pairs of tiny ones: their
    differences are still noise.
    """
    size = matrix.nrows()
    inside = set(tiny)
    middle = _symmetric(matrix)
    before = None
    for _ in range(_SWEEPS):
        vectors = _orthonormal(vectors)
        turned = (vectors.transpose() * middle * vectors).mid()
        diagonal = [turned[i, i] for i in range(size)]
        step = _identity(size)
        largest = arb(0)
        for j in range(size):
            for i in range(j):
                gap = diagonal[j] - diagonal[i]
                wide = abs(gap) > _GAP * abs(diagonal[j]).max(abs(diagonal[i]))
                if wide and not (i in inside and j in inside):
                    angle = (turned[i, j] / gap).mid()
                    if abs(angle) > _WIDEST:
                        continue
                    step[i, j], step[j, i] = angle, -angle
                    largest = largest.max(abs(angle)).mid()
        vectors = (vectors * step).mid()
        if before is not None and not largest < before / 2:
            break
        before = largest
    return _orthonormal(vectors)


def _orthonormal(vectors: Any) -> Any:
    """One step of Newton and Schulz: the defect of orthogonality is squared."""
    gram = (vectors.transpose() * vectors).mid()
    return (vectors * (_identity(vectors.nrows()) * 3 - gram) / 2).mid()
