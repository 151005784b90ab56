"""n - 1 neurons fit any responses at n points of a line, for the ReLU and for leaky activations.

For t_1 < .. < t_n take the functions 1 and act(t - t_k), k = 1..n-1, with act(z) = max(z, gamma z).
Their values at the points are a square matrix with determinant

    (1 - gamma)^(n - 2) (t_2 - t_1) (t_3 - t_2) .. (t_n - t_{n-1}),

so that for n >= 3 it is singular only for gamma = 1, an affine "activation".  For all n: subtract
from each row the one before and divide by the gap; below the first row (1, ..) the column of ones
is zero, and what is left has 1 on and below the diagonal and gamma above it (`row_operations`).
Subtracting once more from each of its rows the one before leaves a triangular matrix with diagonal
1, 1 - gamma, .., 1 - gamma: the rows i and i - 1 differ in the column i only.  The determinant is
expanded for n <= 6 as well.
Distinct points of Q^p are first projected to a line on which they stay distinct.
"""

from __future__ import annotations

import sympy
from steps import prove, relu
from sympy.polys.matrices import DomainMatrix

gamma = sympy.Symbol("gamma", positive=True)
gaps = sympy.symbols("h1:6", positive=True)


def matrix(n: int, slope: sympy.Expr, *, bias: bool = True) -> sympy.Matrix:
    """Values of 1 and act(t - t_k) at n points with the given gaps, t_1 = 0.

    Without output bias the constant is replaced by the neuron act(t - t_1 + 1).
    """
    points = [sympy.Add(*gaps[:k]) for k in range(n)]
    return sympy.Matrix([
        [1 if bias else relu(t + 1, slope)] + [relu(t - s, slope) for s in points[:-1]]
        for t in points
    ])


def determinant(square: sympy.Matrix) -> sympy.Expr:
    """The determinant over the ring of polynomials in the symbols."""
    entries = DomainMatrix.from_Matrix(square)
    return entries.domain.to_sympy(entries.det())


def row_operations() -> None:
    """The entries after the first step: rows i and i - 1, the neuron of t_k, gap h."""
    h, away = sympy.symbols("h away", nonnegative=True)
    slope = 1 / (1 + sympy.Symbol("rest", nonnegative=True))
    for name, factor in (("relu", sympy.Integer(0)), ("leaky", slope)):
        prove(
            f"{name}: rows i and i - 1 differ by the gap for k < i, by gamma times it for k >= i",
            # t_(i-1) - t_k = away >= 0, or t_k - t_i = away >= 0.
            relu(away + h, factor) - relu(away, factor) - h,
            relu(-away, factor) - relu(-away - h, factor) - factor * h,
        )


row_operations()
for n in range(2, 7):
    product = sympy.prod(gaps[: n - 1])
    relu_matrix = matrix(n, sympy.Integer(0))
    prove(
        f"n = {n}: the ReLU matrix is triangular with determinant the product of the gaps",
        *[relu_matrix[i, j] for i in range(n) for j in range(i + 1, n)],
        sympy.prod(relu_matrix.diagonal()) - product,
    )
    claimed = (1 - gamma) ** (n - 2) * product
    prove(
        f"n = {n}: leaky, the determinant is (1 - gamma)^{n - 2} times the product of the gaps",
        determinant(matrix(n, gamma)) - claimed,
        determinant(matrix(n, gamma, bias=False)) - claimed,
    )
