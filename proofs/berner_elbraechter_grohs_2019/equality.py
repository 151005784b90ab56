"""Two-layer networks realise the same function exactly if their kink forms agree.

act(z) = max(z, gamma z) with 0 <= gamma < 1.  A neuron v act(t z) with t != 0 is a multiple of
max(z, 0) and a linear map, so a network is f = sum_H delta_H max(z_H, 0) + A x + c over distinct
hyperplanes.  At a point of H off the other hyperplanes (a finite union of proper subspaces of H
does not fill it, within a box neither) the second difference along the normal is delta_H times
a positive number; hence f determines every delta_H.  What is left is affine, and an affine map is
determined by its values at the vertices of a simplex within the domain.
"""

from __future__ import annotations

import sympy
from steps import prove

z, t, h = sympy.symbols("z t h", positive=True)
gamma = sympy.Symbol("gamma", nonnegative=True)


def act(argument: sympy.Expr, sign: int) -> sympy.Expr:
    """act of an argument whose sign is given."""
    return argument if sign > 0 else gamma * argument


def relu(argument: sympy.Expr, sign: int) -> sympy.Expr:
    return argument if sign > 0 else sympy.Integer(0)


def neurons() -> None:
    """The two facings of a neuron, on both sides of its hyperplane."""
    for facing, share, words in (
        (1, gamma, "act(t z) = (1 - gamma) t max(z, 0) + gamma t z for t > 0"),
        (-1, sympy.Integer(1), "act(-t z) = (1 - gamma) t max(z, 0) - t z for t > 0"),
    ):
        prove(
            words,
            *(
                act(facing * t * side * z, facing * side)
                - (1 - gamma) * t * relu(side * z, side)
                - share * facing * t * side * z
                for side in (1, -1)
            ),
        )


def jumps() -> None:
    """Second differences along a normal n; h is the step times |n|^2."""
    prove(
        "on H the second difference of max(z_H, 0) is |n|^2 times the step",
        relu(h, 1) + relu(-h, -1) - 2 * relu(sympy.Integer(0), 1) - h,
    )
    other, step = sympy.symbols("o e", positive=True)
    # o is |z| at the point and e < o the change of z along the step.
    prove(
        "off H' the second difference of max(z_H', 0) is zero for small steps",
        *(
            relu(side * other + step, side)
            + relu(side * other - step, side)
            - 2 * relu(side * other, side)
            for side in (1, -1)
        ),
    )
    normal, point = sympy.symbols("n1:5"), sympy.symbols("x1:5")
    moved = [x + h * n for x, n in zip(point, normal, strict=True)]
    prove(
        "z moves by |n|^2 times the step along its own normal",
        sum(n * (y - x) for n, x, y in zip(normal, point, moved, strict=True))
        - h * sum(n**2 for n in normal),
    )


def affine_maps() -> None:
    """An affine map on p inputs that vanishes at a point and at p neighbours is zero."""
    for p in range(1, 6):
        centre, sides = sympy.symbols(f"c1:{p + 1}"), sympy.symbols(f"l1:{p + 1}", positive=True)
        points = [list(centre)]
        for k in range(p):
            points.append([c + sides[k] * int(i == k) for i, c in enumerate(centre)])
        matrix = sympy.Matrix([[*point, 1] for point in points])
        determinant = sympy.expand(matrix.det()) ** 2 - sympy.prod(sides) ** 2
        prove(f"{p + 1} points determine an affine map of {p} inputs", determinant)


def domains() -> None:
    """A hyperplane that does not cross the inside of the domain leaves no kink there."""
    prove("for z > 0 a neuron is linear with slope 1", act(z, 1) - z)
    prove("for z < 0 a neuron is linear with slope gamma", act(-z, -1) + gamma * z)


def facings() -> None:
    """Equal functions may face different sides, on the same kinks."""
    x = sympy.Symbol("x", real=True)
    for low, words in ((-1, "x < 0"), (0, "0 < x < 1"), (1, "x > 1")):
        signs = 1 if low >= 0 else -1, 1 if low >= 1 else -1
        prove(
            f"max(x, 0) - max(x - 1, 0) = max(-x, 0) - max(1 - x, 0) + 1 for {words}",
            relu(x, signs[0]) - relu(x - 1, signs[1])
            - relu(-x, -signs[0]) + relu(1 - x, -signs[1]) - 1,
        )


def main() -> None:
    neurons()
    jumps()
    affine_maps()
    domains()
    facings()


if __name__ == "__main__":
    main()
