"""Networks as sympy expressions.

A network with one input and activation max(z, gamma z) is one `Piecewise` per output, with the
exact kinks as breakpoints; a network with any number of inputs is one closed expression per
output, built from Max as the layers are.  Both are equal to the network at every real point.
All coefficients are sympy Rationals: nothing is parsed from text and nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from symerm.errors import InputError, UnsupportedError
from symerm.networks.deep import DeepNetwork, Layer
from symerm.networks.piecewise import PiecewiseLinearFunction, piecewise_linear_function
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation

if TYPE_CHECKING:
    import sympy

__all__ = ["closed_expressions", "input_symbols", "piecewise_expressions"]


def input_symbols(count: int) -> tuple[sympy.Symbol, ...]:
    """The real symbols x, or x1, .., xp for more than one input.

    Examples
    --------
    >>> input_symbols(1), input_symbols(3)
    ((x,), (x1, x2, x3))
    """
    import sympy

    names = ["x"] if count == 1 else [f"x{k}" for k in range(1, count + 1)]
    return tuple(sympy.Symbol(name, real=True) for name in names)


def piecewise_expressions(
    network: ShallowNetwork | DeepNetwork | PiecewiseLinearFunction,
    *,
    variable: sympy.Symbol | None = None,
) -> tuple[sympy.Expr, ...]:
    """One sympy Piecewise per output of a network with one input.

    Parameters
    ----------
    network : ShallowNetwork, DeepNetwork or PiecewiseLinearFunction
    variable : sympy.Symbol, optional
        The input; by default the real symbol x.

    Returns
    -------
    tuple of q expressions
        Neighbouring pieces have different slopes; an affine output is a plain expression.

    Raises
    ------
    UnsupportedError, BudgetExceeded
        As `symerm.networks.piecewise.piecewise_linear_function`.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one,), (2 * one,)), (one, -one), ((one,), (-one,)), (one,))
    >>> piecewise_expressions(network)[0]
    Piecewise((1, x <= -1), (x + 2, x <= 1/2), (3 - x, True))
    """
    import sympy

    form = (
        network
        if isinstance(network, PiecewiseLinearFunction)
        else piecewise_linear_function(network)
    )
    s = variable if variable is not None else input_symbols(1)[0]
    expressions = []
    for k in range(form.output_dimension):
        branches = [
            (
                _rational(piece.slope[0]) * s + _rational(piece.intercept[0]),
                True if piece.upper is None else sympy.Le(s, _rational(piece.upper)),
            )
            for piece in form.component(k).pieces()
        ]
        # Built unevaluated: the branches are in canonical form, and sympy's own simplification
        # of the conditions takes time quadratic in their number.
        expressions.append(
            branches[0][0]
            if len(branches) == 1
            else sympy.Piecewise(*branches, evaluate=False)
        )
    return tuple(expressions)


def closed_expressions(
    network: ShallowNetwork | DeepNetwork, *, variables: Sequence[sympy.Symbol] | None = None
) -> tuple[sympy.Expr, ...]:
    """One closed sympy expression per output, for any activation, depth and number of inputs.

    Parameters
    ----------
    network : ShallowNetwork or DeepNetwork
    variables : sequence of p sympy.Symbol, optional
        By default `input_symbols`.

    Raises
    ------
    InputError
        If the number of variables is not the number of inputs.

    Notes
    -----
    Common subexpressions are shared in memory, but printing a deep network repeats them.

    Examples
    --------
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one, -one),), (one / 2,), ((3 * one,),), (one,))
    >>> closed_expressions(network)[0]
    3*Max(0, x1 - x2 + 1/2) + 1
    """
    deep = network if isinstance(network, DeepNetwork) else DeepNetwork.from_shallow(network)
    size = deep.input_dimension
    symbols = input_symbols(size) if variables is None else tuple(variables)
    if len(symbols) != size:
        raise InputError(f"the network has {size} inputs but {len(symbols)} variables are given")
    activate = _symbolic_activation(deep.activation)
    values: list[sympy.Expr] = _affine(deep.layers[0], symbols)
    for layer in deep.layers[1:]:
        values = _affine(layer, [activate(value) for value in values])
    return tuple(values)


def _affine(layer: Layer, values: Sequence[sympy.Expr]) -> list[sympy.Expr]:
    import sympy

    return [
        sympy.Add(
            *(_rational(w) * value for w, value in zip(row, values, strict=True)), _rational(bias)
        )
        for row, bias in zip(layer.weights, layer.biases, strict=True)
    ]


def _symbolic_activation(activation: Activation) -> Callable[[sympy.Expr], sympy.Expr]:
    import sympy

    if activation.is_piecewise_linear:
        gamma = _rational(activation.negative_slope)

        def maximum(z: sympy.Expr) -> sympy.Expr:
            # Unevaluated unless constant: sympy would try to compare the arguments.
            return sympy.Max(gamma * z, z, evaluate=bool(z.is_number))

        return maximum
    if activation.kind == "quadratic":
        return lambda z: z**2
    if activation.kind == "logistic":
        return lambda z: 1 / (1 + sympy.exp(-z))
    if activation.kind == "tanh":
        return lambda z: sympy.tanh(z)
    if activation.kind == "erf":
        return lambda z: sympy.erf(z)
    raise UnsupportedError(f"the activation {activation.name} has no symbolic form")


def _rational(value: Fraction) -> sympy.Rational:
    import sympy

    return sympy.Rational(value.numerator, value.denominator)
