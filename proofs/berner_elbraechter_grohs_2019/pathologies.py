"""The five pathologies with their exact rates, for all k >= 1.

act(z) = max(z, 0), distances of parameters in the maximum norm, |h| the seminorm W1,inf or, in the
first family, the supremum over (-1, 1)^2.  Every kink of g needs a neuron whose weights are a
multiple of its normal.  Where g has as many kinks as there are neurons, with linearly independent
normals, each kink has one neuron (l a, c/l), l > 0: a neuron facing the other way would change the
linear part by c a, and no sum of some of these vanishes.
"""

from __future__ import annotations

from itertools import product

import sympy
from steps import nonnegative, prove

k, more = sympy.Symbol("k", positive=True), sympy.Symbol("n", nonnegative=True)
scale = sympy.Symbol("l", positive=True)
ROOT = sympy.sqrt(2)


def at_most_one(expression: sympy.Expr) -> bool:
    """Whether |expression| <= 1 for all k >= 1."""
    for difference in (1 - expression, 1 + expression):
        numerator, denominator = sympy.fraction(sympy.cancel(difference.subs(k, 1 + more)))
        if not (nonnegative(numerator) and nonnegative(denominator)):
            return False
    return True


def exploding_gradient() -> None:
    first, second = sympy.Matrix([k, 0]), sympy.Matrix([k, -1 / k**2])
    prove(
        "exploding gradient: act is 1-Lipschitz, so |g| <= k |<(k,0) - (k,-1/k^2), x>| <= 1/k on"
        " [-1, 1]^2, with equality at (1, 1)",
        k * (first - second).dot(sympy.Matrix([1, 1])) - 1 / k,
        k * (first.dot(sympy.Matrix([1, 1])) - second.dot(sympy.Matrix([1, 1]))) - 1 / k,
    )
    gradients = [k * first, -k * second, k * first - k * second]
    prove(
        "exploding gradient: where one neuron is active an entry is k^2, and none is larger",
        gradients[0][0] - k**2,
        all(at_most_one(entry / k**2) for gradient in gradients for entry in gradient),
    )
    prove(
        "exploding gradient: each kink has one neuron with |c| |a| = k^2, so max(|c|, |a|) >= k,"
        " with equality for the weights as given",
        sympy.Matrix.hstack(first, second).det() + 1 / k,
        at_most_one(second[1] / k),
    )


def unbalanced() -> None:
    prove(
        "complete unbalancedness: |g| = 1/k; a = (0, l) is at least 1 from (1, 0), and (0, 1) with"
        " c = 1/k exactly 1 from (1, 0) with c = 0",
        at_most_one(1 / k),
    )


def redundant() -> None:
    prove(
        "redundant directions: R(Gamma) - g = -(1/k) act(x_2); the kink of x_2 needs a neuron"
        " (0, l), at least 1 from (1, 0)",
        (1 + 1) - 2 == 0,
    )
    prove(
        "redundant directions: (1, 0) with c = 2 and (0, 1) with c = 1/k are exactly 1 away",
        2 - 1 == 1,
        at_most_one(1 - 1 / k),
    )


def opposite() -> None:
    directions = [(1, 0), (0, 1), (-1, -1)]
    prove(
        "opposite weights, a sum of zero: act(z) - act(-z) = z, so R(Gamma) = <sum a_i, x> = 0",
        *[sympy.Integer(sum(column)) for column in zip(*directions, strict=True)],
    )
    v = (1, -1)
    # |a - l v| >= |a_1 v_2 - a_2 v_1|/(|v_1| + |v_2|) in the maximum norm: the minor of a - l v.
    distances = [sympy.Rational(abs(a[0] * v[1] - a[1] * v[0]), 2) for a in directions]
    prove(
        "opposite weights, a sum of zero: a neuron for the kink of x_1 - x_2 is at least 1/2 from"
        " every a_i and every -a_i",
        min(distances) == sympy.Rational(1, 2),
    )
    half, quarter = sympy.Rational(1, 2), sympy.Rational(1, 4)
    moved = [(half, -half), (quarter, 5 * quarter), (-3 * quarter, -3 * quarter)]
    z = sympy.Symbol("z", real=True)
    # With z = x_1 - x_2: (1 + 2/k) act(z/2) - act(-z/2) = z/2 + act(z)/k on both sides of z = 0.
    prove(
        "opposite weights, a sum of zero: moved by at most 1/2, and c_1 by 2/k <= 1/2 for k >= 4,"
        " the neurons realise g",
        (1 + 2 / k) * z / 2 - z / 2 - z / k,
        *[sympy.Integer(sum(column)) for column in zip(*moved, strict=True)],
        max(
            abs(p - q)
            for a, b in zip(directions, moved, strict=True)
            for p, q in zip(a, b, strict=True)
        ) == half,
    )


def balanced() -> None:
    weights = [
        sympy.Matrix([k, k, 1 / k]), sympy.Matrix([-k, k, 1 / k]),
        sympy.Matrix([0, -ROOT * k, 1 / (ROOT * k)]),
    ]
    outputs = [k, k, ROOT * k]
    total = sum((c * a for a, c in zip(weights, outputs, strict=True)), sympy.zeros(3, 1))
    prove(
        "opposite weights, balanced: R(Gamma) - g = sum c_i <a_i, x> = 3 x_3, |R(Gamma) - g| = 3",
        *(total - sympy.Matrix([0, 0, 3])),
    )
    prove(
        "opposite weights, balanced: c_i is an entry of a_i up to its sign, and none is larger",
        *[
            c in {abs(entry) for entry in a}
            and all(at_most_one(sympy.simplify(entry / c)) for entry in a)
            for a, c in zip(weights, outputs, strict=True)
        ],
    )
    prove(
        "opposite weights, balanced: det(a_1, a_2, a_3) = 3 sqrt(2) k, so a parametrization of g"
        " has the neurons (-l a_i, c_i/l)",
        sympy.Matrix.hstack(*weights).det() - 3 * ROOT * k,
    )
    prove(
        "opposite weights, balanced: one of the neurons 1, 2 meets -l a_1 or -l a_2, whose second"
        " entry is k (1 + l) away and whose c is k |1 - 1/l| away",
        *[
            weights[i][1] + scale * weights[j][1] - k * (1 + scale)
            for i, j in product((0, 1), repeat=2)
        ],
        # k (1 + l) rises, k (1/l - 1) falls with l; they are equal at l = sqrt(2) - 1.
        k * (1 + (ROOT - 1)) - ROOT * k,
        sympy.radsimp(k * (1 / (ROOT - 1) - 1)) - ROOT * k,
    )
    # 1 -> 3, 3 -> 1, 2 -> 2 with these l.
    choice = {(0, 2): 2 - ROOT, (2, 0): sympy.Rational(1, 2), (1, 1): ROOT - 1}
    gaps = []
    for (i, j), value in choice.items():
        gaps += list(weights[i] + value * weights[j])
        gaps.append(outputs[i] - outputs[j] / value)
    prove(
        "opposite weights, balanced: one order with suitable l is sqrt(2) k away: entries p k and"
        " q/k with |p|, |q| <= sqrt(2), k >= 1",
        all(
            bool(abs(sympy.radsimp(sympy.simplify(gap / k))) <= ROOT)
            if sympy.simplify(gap / k).is_number
            else bool(abs(sympy.radsimp(sympy.simplify(gap * k))) <= ROOT)
            for gap in gaps
        ),
    )


def other_direction() -> None:
    """From parameters to functions: not continuous in W1,inf, Lipschitz on [-1, 1]^p."""
    t = sympy.Symbol("t", positive=True)
    # Between the kinks of act(x_1 + x_2) and act(x_1 + (1 + t) x_2) one of them is active alone.
    gradients = [(0, -t), (1, 1), (-1, -(1 + t))]
    prove(
        "act(x_1 + x_2) and act(x_1 + (1 + t) x_2) differ by 1 + t in W1,inf for all t > 0",
        gradients[2][1] + (1 + t),
        all(
            nonnegative((1 + t - sign * sympy.sympify(entry)).subs(t, more))
            for gradient in gradients
            for entry in gradient
            for sign in (1, -1)
        ),
    )
    p, m, size, r = sympy.symbols("p m M r", nonnegative=True)
    # |v act(z) - v' act(z')| <= |v - v'| |z| + |v'| |z - z'|; |z| <= (p + 1) M and
    # |z - z'| <= (p + 1) r.
    prove(
        "parameters r apart and of size M: values on [-1, 1]^p at most r (2 m (p + 1) M + 1) apart",
        m * (r * (p + 1) * size + size * (p + 1) * r) + r - r * (2 * m * (p + 1) * size + 1),
    )
    v, w, z, y = sympy.symbols("v w z y", real=True)
    prove(
        "v z - w y = (v - w) z + w (z - y), for the activations z and y",
        (v * z - w * y) - ((v - w) * z + w * (z - y)),
    )


def main() -> None:
    exploding_gradient()
    unbalanced()
    redundant()
    opposite()
    balanced()
    other_direction()


if __name__ == "__main__":
    main()
