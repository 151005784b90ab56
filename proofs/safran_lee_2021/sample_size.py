"""The sample size for minimisers over a ball of output weights: the steps that are formulas.

Quoted: symmetrisation, Talagrand's contraction lemma, the inequalities of Hoeffding and McDiarmid
(Mohri, Rostamizadeh, Talwalkar, *Foundations of machine learning*, 2018).

What is proved: the ball does not depend on the number of neurons; range and Lipschitz constant of
the loss; second moments of random signs; the four constants of the bound; the least n.
"""

from __future__ import annotations

from itertools import product

import sympy
from steps import prove

n, r, V, N, t, eps, delta = sympy.symbols("n r V N t epsilon delta", positive=True)
a, y = sympy.symbols("a y", real=True)


def ball() -> None:
    entry = 2 * V / (r * t)
    prove(
        "r output weights of at most 2V/(r t) have sqrt(r) |w| <= 2V/t, whatever r",
        sympy.sqrt(r) * sympy.sqrt(r * entry**2) - 2 * V / t,
    )


def loss() -> None:
    slope = sympy.diff((a - y) ** 2, a)
    corners = [slope.subs({a: i, y: k}) for i in (0, 1) for k in (0, 1)]
    prove(
        "the slope 2(a - y) of the loss is affine, within [-2, 2] at the corners of [0, 1]^2",
        *(sympy.diff(slope, x, 2) for x in (a, y)),
        sympy.diff(slope, a, y),
        max(corners) == 2,
        min(corners) == -2,
    )


def signs() -> None:
    terms = sympy.symbols("p1:5", real=True)
    mean = sum(
        sum(s * p for s, p in zip(choice, terms, strict=True)) ** 2
        for choice in product((-1, 1), repeat=len(terms))
    ) / sympy.Integer(2) ** len(terms)
    prove(
        "random signs: E (sum s_i p_i)^2 = sum p_i^2, as mixed terms cancel",
        sympy.expand(mean - sum(p**2 for p in terms)),
    )
    prove(
        "Jensen: (1/n) E |sum s_i phi_i| <= (1/n) sqrt(n r) = sqrt(r/n) where |phi_i|^2 <= r",
        sympy.sqrt(n * r) / n - sympy.sqrt(r / n),
    )


def uniform() -> None:
    prove(
        "symmetrisation 2, contraction 2, complexity B sqrt(r/n), B = N/sqrt(r): 4N/sqrt(n)",
        2 * 2 * N / sympy.sqrt(r) * sympy.sqrt(r / n) - 4 * N / sympy.sqrt(n),
    )
    deviation = sympy.sqrt(sympy.log(4 / delta) / (2 * n))
    prove(
        "n terms in [0, 1] (Hoeffding), changes of 1/n (McDiarmid): exp(-2 n s^2) = delta/4",
        sympy.exp(-2 * n * deviation**2) - delta / 4,
    )
    prove(
        "failures: delta/2 for the hidden layer, delta/4 for the ball, delta/4 for w*",
        delta / 2 + delta / 4 + delta / 4 - delta,
    )
    risk, empirical, at_most, best, best_empirical = sympy.symbols("R e m R0 e0")
    gap = 4 * N / sympy.sqrt(n)
    slacks = (
        empirical + gap + deviation - risk,  # uniform
        best_empirical - empirical,  # a minimiser
        best + deviation - best_empirical,  # w*, Hoeffding
        at_most - best,  # the representation
    )
    prove(
        "these inequalities add up to risk <= risk of w* + 4N/sqrt(n) + 2s",
        sum(slacks) - (at_most + gap + 2 * deviation - risk),
    )
    least = 4 / eps**2 * (4 * N + sympy.sqrt(2 * sympy.log(4 / delta))) ** 2
    factor = sympy.sqrt(n) * (gap + 2 * deviation)
    prove(
        "sqrt(n) (4N/sqrt(n) + 2s) = 4N + sqrt(2 ln(4/delta)): the gap falls in n",
        factor**2 - (4 * N + sympy.sqrt(2 * sympy.log(4 / delta))) ** 2,
    )
    prove(
        "the gap is eps/2 at n = (4/eps^2) (4N + sqrt(2 ln(4/delta)))^2",
        (4 * N + sympy.sqrt(2 * sympy.log(4 / delta))) ** 2 / least - (eps / 2) ** 2,
    )


def main() -> None:
    ball()
    loss()
    signs()
    uniform()


if __name__ == "__main__":
    main()
