"""A second opinion: z3 on statements that the scripts prove with sympy.

z3 decides polynomial formulas over the reals by another method (cylindrical algebraic coverings and
linear arithmetic), written by other people.  Each statement is negated and found unsatisfiable.
Needs z3-solver, which symerm does not: ``pip install z3-solver``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

__all__ = ["STATEMENTS"]

#: Milliseconds for each statement; a statement that takes longer is reported as open.
_LIMIT = 60_000


def _relu(value: Any) -> Any:
    return z3.If(value > 0, value, 0)


def merging() -> Iterator[Any]:
    """act(z1) + act(z2) != act(z1 + z2) with no opposite signs, act(z) = max(z, gamma z)."""
    first, second, slope = z3.Reals("z1 z2 gamma")

    def act(z: Any) -> Any:
        return z3.If(z > 0, z, slope * z)

    yield from (slope >= 0, slope < 1, first * second >= 0)
    yield act(first) + act(second) != act(first + second)


def _fits(
    inputs: list[tuple[int, ...]], outputs: list[tuple[int, ...]], *, biases: bool
) -> Iterator[Any]:
    """Two ReLU neurons with loss 0."""
    hidden = []
    for j in range(2):
        weights = [z3.Real(f"a{j}{k}") for k in range(len(inputs[0]))]
        bias = z3.Real(f"b{j}") if biases else 0
        hidden.append(
            [_relu(sum(a * s for a, s in zip(weights, row, strict=True)) + bias) for row in inputs]
        )
    for k in range(len(outputs[0])):
        constant = z3.Real(f"c{k}") if biases else 0
        out = [z3.Real(f"v{j}{k}") for j in range(2)]
        for i, row in enumerate(outputs):
            yield constant + out[0] * hidden[0][i] + out[1] * hidden[1][i] == row[k]


def without_biases() -> Iterator[Any]:
    """The unit vectors of space with the outputs (1, 0), (-1, 0), (0, 1), fitted exactly."""
    yield from _fits(
        [(1, 0, 0), (0, 1, 0), (0, 0, 1)], [(1, 0), (-1, 0), (0, 1)], biases=False
    )


def four_points() -> Iterator[Any]:
    """The smallest problem without a best network: 0, 1, 2, 3 with two outputs, fitted exactly."""
    yield from _fits(
        [(0,), (1,), (2,), (3,)], [(0, 0), (0, 1), (1, 3), (2, 3)], biases=True
    )


def three_points_isotonic() -> Iterator[Any]:
    """One neuron on 0, 1, 2 with the outputs 0, 2, 1 and a loss below 1/2."""
    a, b, v, c = z3.Reals("a b v c")
    rest = [c + v * _relu(a * s + b) - t for s, t in ((0, 0), (1, 2), (2, 1))]
    yield sum(r * r for r in rest) * 2 < 1


def moved_kinks() -> Iterator[Any]:
    """Pieces with lengths l and l' of one sum, for which the loss factor exceeds 1."""
    old, new = z3.Reals("l0 l1 l2"), z3.Reals("m0 m1 m2")
    yield from (length > 0 for length in (*old, *new))
    yield sum(old) == sum(new)
    # (|T| / sum l_k^2/l'_k)^2 > 1, with the denominators cleared.
    m0, m1, m2 = new
    yield old[0] ** 2 * m1 * m2 + old[1] ** 2 * m0 * m2 + old[2] ** 2 * m0 * m1 < (
        sum(old) * m0 * m1 * m2
    )


def stability_of_one_pair() -> Iterator[Any]:
    """|c a - c' a'| <= e, |a| = |c|, |a'| = |c'| of one sign on a line, and |c - c'|^2 > e."""
    c, d, e = z3.Reals("c d e")
    yield from (c > 0, d > 0, c * c - d * d <= e, d * d - c * c <= e)
    yield (c - d) * (c - d) > e


STATEMENTS: dict[str, Callable[[], Iterator[Any]]] = {
    "two neurons of one direction merge": merging,
    "no two neurons without biases fit the unit vectors with (1, 0), (-1, 0), (0, 1)":
        without_biases,
    "no two neurons fit 0, 1, 2, 3 with (0, 0), (0, 1), (1, 3), (2, 3)": four_points,
    "one neuron on three points has a loss of at least 1/2 for the responses 0, 2, 1":
        three_points_isotonic,
    "moving two kinks never raises the loss": moved_kinks,
    "balanced neurons of one direction are stable with the square root": stability_of_one_pair,
}


def main() -> int:
    """Print a line for each statement; 1 if z3 contradicts one, 3 if it leaves one open."""
    code = 0
    for statement, negation in STATEMENTS.items():
        solver = z3.Solver()
        solver.set("timeout", _LIMIT)
        solver.add(*negation())
        answer = solver.check()
        if answer == z3.unsat:
            print(f"confirmed {statement}")
        elif answer == z3.sat:
            print(f"REFUTED {statement}: {solver.model()}")
            return 1
        else:
            print(f"open {statement}: {solver.reason_unknown()}")
            code = 3
    return code


if __name__ == "__main__":
    raise SystemExit(main())
