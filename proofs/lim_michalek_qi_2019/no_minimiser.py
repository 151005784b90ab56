"""No network of width 2 fits any of the four problems, so their infimum 0 is not attained.

If T = 1 c^T + x_1 v_1^T + x_2 v_2^T with the outputs x_1, x_2 of two hidden neurons, and the
columns t_1, t_2 of T are linearly independent modulo 1, then x_1 and x_2 span the same plane
modulo 1.  So x = gamma 1 + alpha t_1 + beta t_2 must hold for two neurons with linearly
independent (alpha, beta).  (Without output bias: gamma = 0, and nothing is taken modulo 1.)
It holds for at most one (alpha, beta) up to a factor:

- On a line a neuron is a positive multiple of (s - z)_+ or (z - s)_+ with z in a gap between
  neighbouring points, or affine on all points: finitely many systems of linear equations.
- In the plane problem five points lie on a line, and a neuron of the plane is one of that line
  there (or constant); t_2 vanishes on it, and the equations leave only alpha = 0.
- On the unit vectors without biases gamma = 0 and x = (alpha, -alpha, beta) has no negative entry,
  so alpha = 0.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import sympy
from families import FAMILIES, Family
from steps import prove

alpha, beta, gamma, z = sympy.symbols("alpha beta gamma z", real=True)


def neurons(points: list[sympy.Integer]) -> list[tuple[sympy.Matrix, tuple]]:
    """The values of all neurons on increasing points, up to factors and added constants.

    Each is linear in the kink z, with the closed interval in which z lies.
    """
    found = [(sympy.Matrix(points), (-sympy.oo, sympy.oo))]
    for gap in pairwise(points):
        right = [s - z if s >= gap[1] else 0 for s in points]
        left = [z - s if s <= gap[0] else 0 for s in points]
        found += [(sympy.Matrix(right), gap), (sympy.Matrix(left), gap)]
    return found


def directions(points: list[sympy.Integer], columns: sympy.Matrix) -> sympy.Matrix:
    """The (alpha, beta) of all neurons in the span of 1 and two columns, one per row."""
    rows = []
    span = gamma * sympy.ones(len(points), 1) + columns * sympy.Matrix([alpha, beta])
    for vector, (lower, upper) in neurons(points):
        for solution in sympy.solve(list(span - vector), [alpha, beta, gamma, z], dict=True):
            kink = solution.get(z, lower)
            row = [solution.get(alpha, alpha), solution.get(beta, beta)]
            if lower <= kink <= upper:
                rows.append(row)
    return sympy.Matrix(rows) if rows else sympy.zeros(1, 2)


def independent(columns: sympy.Matrix, *, modulo_constants: bool) -> bool:
    """Whether the columns are linearly independent, alone or modulo the constant vectors."""
    if modulo_constants:
        columns = columns.row_join(sympy.ones(columns.rows, 1))
    return columns.rank() == columns.cols


def line_problem(family: Family) -> list[sympy.Expr]:
    """What must vanish for all (alpha, beta) to be multiples of one: the 2 x 2 minors."""
    points = [sympy.Integer(s) for (s,) in family.inputs]
    found = directions(points, sympy.Matrix(family.outputs))
    return [
        found.extract(list(pair), [0, 1]).det() for pair in combinations(range(found.rows), 2)
    ]


def plane_problem(family: Family) -> list[sympy.Expr]:
    """What must vanish for alpha to be zero: alpha of every neuron of the axis in the span."""
    axis = [k for k, (_, height) in enumerate(family.inputs) if height == 0]
    points = [sympy.Integer(family.inputs[k][0]) for k in axis]
    first = sympy.Matrix(family.outputs).extract(axis, [0])
    return list(directions(points, first.row_join(sympy.zeros(len(axis), 1))).col(0))


def orthant_problem(family: Family) -> list[sympy.Expr]:
    """What must vanish for alpha to be zero: the sum of two entries that are not negative."""
    general = sympy.Matrix(family.outputs) * sympy.Matrix([alpha, beta])
    return [general[0] + general[1]]


ARGUMENTS = (plane_problem, line_problem, line_problem, orthant_problem)
for family, argument in zip(FAMILIES, ARGUMENTS, strict=True):
    biased = argument is not orthant_problem
    if not independent(sympy.Matrix(family.outputs), modulo_constants=biased):
        raise SystemExit(f"FAILED {family.dataset}: the columns of T are dependent")
    prove(f"{family.dataset}: not attained with width 2", *argument(family))
