"""The functional dimension of a two-layer network, and the dimension of its fibre.

nu = c + sum_j v_j act(<w_j, x> + b_j) with act(z) = max(z, gamma z), 0 <= gamma < 1; T is the span
of the derivatives in all parameters, functions of x.  With h the indicator of z > 0 for a
hyperplane H = { z = 0 }, they are A + h B with A, B in R^q (x) Aff, Aff the affine functions:

1. for neurons of H with outputs V_P (active for z > 0) and V_N (for z < 0) they are all
   (gamma a + b) + (1 - gamma) h (a - b), a in U_P, b in U_N, with U = V (x) Aff + R^q (x) z; the
   affine ones have a = b and are (1 + gamma) a;
2. so T has dimension sum_H (q + p r_H) + q (p + 1) - (q - dim B)(p + 1 - dim L), where L is spanned
   by 1 and the z of hyperplanes with both orientations, B by the V_P n V_N there, and an affine
   neuron adds its z to L, its v to B;
3. a neuron adds p + q at most (Euler's relation), so m (p + q) + q is the largest value.

The fibre is a family of sets { X Y = M }, X of size q x k, Y of size k x p, rank M = r.  The part
where X has rank a is a manifold of dimension D(a) = k a + (a - r)(q - a) + (k - a) p.  The kernel
of (dX, dY) -> dX Y + X dY is larger than D(rank X) by (q - rank X)(k - rank X - rank Y + r), which
is not negative: so far can first order be in error.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, product

import sympy
from steps import prove

gamma = sympy.Symbol("gamma")
_names = count()


def generic(size: int) -> list[sympy.Expr]:
    """Numbers without relations."""
    return [sympy.Symbol(f"g{next(_names)}") for _ in range(size)]


def one_hyperplane() -> None:
    """Statement 1, on both sides of H."""
    a, b, t, z, v = sympy.symbols("a b t z v")
    for h in (0, 1):
        along = 1 if h else gamma  # act' for t > 0
        against = gamma if h else 1  # act' for t < 0
        prove(
            f"h = {h}: act' is gamma + (1 - gamma) h or 1 - (1 - gamma) h",
            along - (gamma + (1 - gamma) * h),
            against - (1 - (1 - gamma) * h),
        )
        prove(
            f"h = {h}: derivatives of both kinds add up to (gamma a + b) + (1 - gamma) h (a - b)",
            along * a + against * b - ((gamma * a + b) + (1 - gamma) * h * (a - b)),
        )
        prove(
            f"h = {h}: for a = b the sum is (1 + gamma) a, the same on both sides",
            along * a + against * a - (1 + gamma) * a,
        )
        prove(
            f"h = {h}: v act'(l) l = v act(l), a relation between the derivatives of a neuron",
            v * along * t * z - v * (along * t * z),
        )


@dataclass(frozen=True)
class Group:
    """Neurons on one hyperplane: a list of outputs for each orientation, None for affine ones."""

    along: tuple[int, ...] = ()
    against: tuple[int, ...] = ()
    affine: tuple[int, ...] = ()


def span_dimension(groups: list[Group], p: int, q: int) -> tuple[int, int]:
    """dim T from the coefficients of all derivatives, and from the formula.

    Outputs are coordinate vectors e_i, i < q, or zero, i >= q; the forms z and gamma are generic.
    """
    size, blocks = p + 1, len(groups) + 1
    rows: list[list[sympy.Expr]] = []

    def add(output: list[sympy.Expr], form: list[sympy.Expr], place: int, sign: int) -> None:
        """output (x) act' form: coefficients of 1 and of h for the group at `place`."""
        row = [sympy.Integer(0)] * (q * size * blocks)
        constant = {1: gamma, -1: sympy.Integer(1), 0: sympy.Integer(1)}[sign]
        for (k, x), (i, y) in product(enumerate(output), enumerate(form)):
            row[k * size + i] = constant * x * y
            row[(place * q + k) * size + i] += sign * (1 - gamma) * x * y
        rows.append(row)

    units = [[sympy.Integer(int(i == k)) for i in range(size)] for k in range(size)]
    outs = [row[:q] for row in sympy.eye(max(q, 1)).tolist()]
    none = [sympy.Integer(0)] * q
    for k in range(q):
        add(outs[k], units[p], 0, 0)
    lines, inner, kinks = [units[p]], set[int](), 0
    for place, group in enumerate(groups, start=1):
        form = generic(size)
        for sign, members in ((1, group.along), (-1, group.against), (0, group.affine)):
            for i in members:
                for unit in units:
                    add(outs[i] if i < q else none, unit, place, sign)
                for k in range(q):
                    add(outs[k], form, place, sign)
        one, two = ({i for i in side if i < q} for side in (group.along, group.against))
        if group.along or group.against:
            kinks += q + p * len(one | two)
        if group.along and group.against:
            lines.append(form)
            inner |= one & two
        if group.affine:
            lines.append(form)
            inner |= {i for i in group.affine if i < q}
    # Generic numbers: a pseudo-random specialisation gives a lower bound of the rank, and the
    # formula, an upper bound by the proof above, is reached.
    values = {
        symbol: sympy.Integer((7919 * (n + 3)) % 1009 + 2)
        for n, symbol in enumerate(sorted(sympy.Matrix(rows).free_symbols, key=str))
    }
    values[gamma] = sympy.Rational(2, 7)
    found = sympy.Matrix(rows).subs(values).rank()
    missing = (q - len(inner)) * (size - sympy.Matrix(lines).subs(values).rank())
    return found, kinks + q * size - missing


def formula() -> None:
    """Statement 2 for all groups of up to two neurons, alone and in pairs, p, q <= 2."""
    for p, q in product((1, 2), repeat=2):
        outputs = range(q + 1)
        groups = [
            *(Group(along=(i,)) for i in outputs),
            *(Group(along=(i, j)) for i in outputs for j in outputs if i <= j),
            *(Group(along=(i,), against=(j,)) for i in outputs for j in outputs),
            *(Group(affine=(i,)) for i in outputs),
        ]
        pairs = [span_dimension([group], p, q) for group in groups]
        pairs += [
            span_dimension([one, two], p, q)
            for one, two in zip(groups, groups[1:] + groups[:1], strict=True)
        ]
        prove(
            f"p = {p}, q = {q}: dim T is the formula, for {len(pairs)} arrangements of neurons",
            all(found == expected for found, expected in pairs),
        )
    q, p, beta, lam = sympy.symbols("q p beta lambda")
    prove(
        "dim (R^q (x) L + B (x) Aff) = q (p + 1) - (q - dim B)(p + 1 - dim L)",
        q * lam + beta * (p + 1) - beta * lam - (q * (p + 1) - (q - beta) * (p + 1 - lam)),
    )


def largest() -> None:
    """Statement 3."""
    p, q, m = sympy.symbols("p q m")
    prove(
        "m neurons with a relation each and the output bias: at most m (p + q) + q",
        m * ((p + 1) + q - 1) + q - (m * (p + q) + q),
    )
    prove(
        "distinct hyperplanes, no zero output: the formula gives m (p + q) + q",
        m * (q + p) + q * (p + 1) - q * p - (m * (p + q) + q),
    )
    prove(
        "what is left of N = m (p + 1 + q) + q parameters are the m scalings",
        m * (p + 1 + q) + q - (m * (p + q) + q) - m,
    )


def moved_kinks() -> None:
    """|x| = max(x, 0) + max(-x, 0): kinks that move apart keep it to first order only."""
    x, s = sympy.symbols("x s", positive=True)
    # nu_s = max(x + s, 0) + max(-x + s, 0) - s, s > 0, at x > s and at 0 < x < s; nu_s is even.
    outside, inside = (x + s) - s, (x + s) + (s - x) - s
    prove("max(x + s, 0) + max(-x + s, 0) - s = |x| for |x| >= s", outside - x)
    prove("and exceeds |x| by s - |x| where |x| < s", inside - x - (s - x))
    prove(
        "the squared distance in L^2 is 2 s^3/3 = o(s^2)",
        2 * sympy.integrate((inside - x) ** 2, (x, 0, s)) - sympy.Rational(2, 3) * s**3,
    )


def products() -> None:
    """D(a), and the kernel of the derivative of (X, Y) -> X Y."""
    q, k, p, a, w, r = sympy.symbols("q k p a w r")
    dimension = k * a + (a - r) * (q - a) + (k - a) * p
    image, surjection, solutions = (a - r) * ((q - r) - (a - r)), k * a, (k - a) * p
    prove("D(a): image over that of M, surjection onto it, Y", image + surjection + solutions
          - dimension)
    kernel = k * (q + p) - (q * w + a * p - a * w)
    prove(
        "the kernel exceeds D(a) by (q - a)(k - a - w + r)",
        kernel - dimension - (q - a) * (k - a - w + r),
    )
    # The image of (dX, dY) -> dX Y + X dY is R^q (x) rows(Y) + im X (x) R^p.
    cases = [
        (sizes, rank_x, rank_y, shift)
        for sizes in product((1, 2), (1, 2, 3), (1, 2))
        for rank_x in range(min(sizes[0], sizes[1]) + 1)
        for rank_y in range(min(sizes[1], sizes[2]) + 1)
        for shift in range(sizes[1])
    ]
    prove(
        f"its rank is q w + a p - a w, at {len(cases)} normal forms with q, p <= 2, k <= 3",
        all(
            derivative_rank(sizes, a, w, shift) == sizes[0] * w + a * sizes[2] - a * w
            for sizes, a, w, shift in cases
        ),
    )


def derivative_rank(
    sizes: tuple[int, int, int], rank_x: int, rank_y: int, shift: int
) -> int:
    """The rank of (dX, dY) -> dX Y + X dY.

    X has ones on its diagonal; so has Y, after a cyclic shift of the k coordinates in between.
    """
    q, k, p = sizes
    x = sympy.zeros(q, k)
    for i in range(rank_x):
        x[i, i] = 1
    y = sympy.zeros(k, p)
    for i in range(rank_y):
        y[(i - shift) % k, i] = 1
    rows = []
    for i, j in product(range(q), range(k)):
        unit = sympy.zeros(q, k)
        unit[i, j] = 1
        rows.append(list(unit * y))
    for j, i in product(range(k), range(p)):
        unit = sympy.zeros(k, p)
        unit[j, i] = 1
        rows.append(list(x * unit))
    return int(sympy.Matrix(rows).rank())


def main() -> None:
    one_hyperplane()
    formula()
    largest()
    moved_kinks()
    products()


if __name__ == "__main__":
    main()
