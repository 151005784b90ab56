r"""Kernels K(x, y) = E act(<w, x>) act(<w, y>) of Gaussian weights w, in closed form.

Each depends on |x|^2, |y|^2 and <x, y> only.  With t the angle of x and y (Cho, Saul 2009):
degree 0: (pi - t)/(2 pi); degree 1: |x||y| (sin t + (pi - t) cos t)/(2 pi); degree 2: |x|^2|y|^2
(3 sin t cos t + (pi - t)(1 + 2 cos^2 t))/(2 pi).  NTK: <x, y> times degree 0, plus degree 1.  erf:
(2/pi) asin(2<x, y>/sqrt((1 + 2|x|^2)(1 + 2|y|^2))) (Williams 1997).  sin z + cos z:
exp(-|x - y|^2/2).  A Gaussian bias is a weight of the additional input 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from flint import arb, arb_mat, fmpq

from symerm.arithmetic.rationals import parse_rational
from symerm.errors import InputError, UnsupportedError
from symerm.lastlayer.features import lifted
from symerm.problem.architecture import Activation

__all__ = [
    "KERNELS",
    "Kernel",
    "activation_kernel",
    "gram_matrix",
    "kernel_balls",
    "kernel_entry",
    "parse_kernel",
]

#: Names of kernels; that of a leaky activation is ``leaky:SLOPE``.
KERNELS = ("arccos0", "arccos1", "arccos2", "ntk", "erf", "sincos", "quadratic", "leaky:1/10")

Rows = Sequence[Sequence[Fraction | int]]
Gram = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class Kernel:
    """A kernel with a closed form.

    Attributes
    ----------
    kind : str
        A name of `KERNELS`, without a slope.
    slope : Fraction
        The negative slope of the kind ``leaky``, else 0.
    """

    kind: str
    slope: Fraction = Fraction(0)

    @property
    def name(self) -> str:
        """The name, as ``leaky:1/10``."""
        return f"leaky:{self.slope}" if self.kind == "leaky" else self.kind


def parse_kernel(name: str) -> Kernel:
    """The kernel of a name.

    Raises
    ------
    InputError
        If there is no such kernel, or a slope is not in (0, 1).

    Examples
    --------
    >>> parse_kernel("leaky:0.1")
    Kernel(kind='leaky', slope=Fraction(1, 10))
    """
    kind, _, slope = name.partition(":")
    if kind == "leaky" and slope:
        value = parse_rational(slope)
        if 0 < value < 1:
            return Kernel(kind, value)
        raise InputError(f"the slope of {name} must lie strictly between 0 and 1")
    if name in KERNELS:
        return Kernel(name)
    raise InputError(f"unknown kernel {name!r} (use {', '.join(KERNELS)})")


def activation_kernel(activation: Activation) -> Kernel:
    """The kernel of an activation's features.

    Raises
    ------
    UnsupportedError
        If it has no closed form (tanh and logistic).

    Examples
    --------
    >>> activation_kernel(Activation("relu")).name
    'arccos1'
    """
    if activation.kind == "leaky":
        return Kernel("leaky", activation.negative_slope)
    known = {"relu": "arccos1", "erf": "erf", "quadratic": "quadratic"}
    if activation.kind not in known:
        raise UnsupportedError(
            f"the kernel of {activation.name} has no closed form; use erf or relu"
        )
    return Kernel(known[activation.kind])


def gram_matrix(inputs: Rows, *, bias: bool = False) -> tuple[tuple[Fraction, ...], ...]:
    """The inner products <x_i, x_j>, with 1 added for a bias.

    Examples
    --------
    >>> [list(map(int, row)) for row in gram_matrix([(1, 2), (0, 1)], bias=True)]
    [[6, 3], [3, 2]]
    """
    rows = lifted(inputs, bias=bias)
    return tuple(
        tuple(sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0)) for y in rows)
        for x in rows
    )


@dataclass(frozen=True)
class _Functions:
    """What the closed forms need, in balls or as symbols."""

    sqrt: Callable[[Any], Any]
    sin: Callable[[Any], Any]
    asin: Callable[[Any], Any]
    exp: Callable[[Any], Any]
    angle: Callable[[Any, Any, Any], Any]
    pi: Any
    number: Callable[[Fraction], Any]


def kernel_balls(gram: Gram, kernel: Kernel) -> Any:
    """The kernel matrix in balls, at the working precision of python-flint.

    Parameters
    ----------
    gram : n rows of n Fractions
        Inner products, from `gram_matrix`; points themselves may be irrational.
    kernel : Kernel

    Returns
    -------
    arb_mat of n rows and columns, symmetric

    Examples
    --------
    >>> kernel_balls(gram_matrix([(1,), (-1,)]), Kernel("arccos1"))[0, 0].contains(arb(0.5))
    True
    """
    functions = _ball_functions()
    size = len(gram)
    matrix = arb_mat(size, size)
    for i in range(size):
        for j in range(i + 1):
            matrix[i, j] = matrix[j, i] = _closed_form(
                functions, kernel, gram[i][i], gram[j][j], gram[i][j]
            )
    return matrix


def kernel_entry(kernel: Kernel, xx: Any, yy: Any, xy: Any) -> Any:
    """K(x, y) as a sympy expression of |x|^2, |y|^2 and <x, y>.

    Parameters
    ----------
    kernel : Kernel
    xx, yy, xy : Fraction, int or sympy expression
        xx and yy positive, unless they are numbers.

    Examples
    --------
    >>> kernel_entry(Kernel("arccos1"), 1, 1, Fraction(1, 2))
    (sqrt(3)/2 + pi/3)/(2*pi)
    """
    import sympy

    def number(value: Any) -> Any:
        if isinstance(value, (int, Fraction)):
            return sympy.Rational(value.numerator, value.denominator)
        return value

    functions = _Functions(
        sympy.sqrt, sympy.sin, sympy.asin, sympy.exp,
        lambda a, b, c: sympy.acos(c / sympy.sqrt(a * b)), sympy.pi, number,
    )
    return _closed_form(functions, kernel, number(xx), number(yy), number(xy))


def _ball_functions() -> _Functions:
    def number(value: Any) -> Any:
        return arb(fmpq(value.numerator, value.denominator))

    def angle(xx: Fraction, yy: Fraction, xy: Fraction) -> Any:
        # The area under the root is exact: parallel points have the angle 0 or pi exactly.
        return arb.atan2(number(xx * yy - xy * xy).sqrt(), number(xy))

    return _Functions(arb.sqrt, arb.sin, arb.asin, arb.exp, angle, arb.pi(), number)


def _closed_form(f: _Functions, kernel: Kernel, xx: Any, yy: Any, xy: Any) -> Any:
    """The formulas of the module's docstring."""
    forms: dict[str, Callable[..., Any]] = {
        "erf": _erf, "sincos": _sincos, "quadratic": _quadratic,
        "ntk": _ntk, "leaky": partial(_leaky, slope=kernel.slope),
        **{f"arccos{k}": partial(_arc_cosine, degree=k) for k in (0, 1, 2)},
    }
    return forms[kernel.kind](f, xx, yy, xy)


def _arc_cosine(f: _Functions, xx: Any, yy: Any, xy: Any, *, degree: int) -> Any:
    if xx == 0 or yy == 0:
        # The activation vanishes at 0; the step too, by convention.
        return f.number(Fraction(0))
    rest = f.pi - f.angle(xx, yy, xy)
    if degree == 0:
        return rest / (2 * f.pi)
    area = f.sqrt(f.number(xx * yy - xy * xy))
    if degree == 1:
        return (area + rest * f.number(xy)) / (2 * f.pi)
    return (3 * area * f.number(xy) + rest * f.number(xx * yy + 2 * xy * xy)) / (2 * f.pi)


def _ntk(f: _Functions, xx: Any, yy: Any, xy: Any) -> Any:
    step, ramp = (_arc_cosine(f, xx, yy, xy, degree=k) for k in (0, 1))
    return f.number(xy) * step + ramp


def _leaky(f: _Functions, xx: Any, yy: Any, xy: Any, *, slope: Fraction) -> Any:
    """max(z, c z) = (1 - c) max(z, 0) + c z, and E max(<w, x>, 0) <w, y> = <x, y>/2."""
    ramp = _arc_cosine(f, xx, yy, xy, degree=1)
    return f.number((1 - slope) ** 2) * ramp + f.number(slope) * f.number(xy)


def _erf(f: _Functions, xx: Any, yy: Any, xy: Any) -> Any:
    root = f.sqrt(f.number((1 + 2 * xx) * (1 + 2 * yy)))
    return 2 * f.asin(f.number(2 * xy) / root) / f.pi


def _sincos(f: _Functions, xx: Any, yy: Any, xy: Any) -> Any:
    return f.exp(f.number(2 * xy - xx - yy) / 2)


def _quadratic(f: _Functions, xx: Any, yy: Any, xy: Any) -> Any:
    return f.number(xx * yy + 2 * xy * xy)
