"""The true loss within a type configuration, as formulas in all parameters.

L = int over [T0, T1] of r^2, r = c + sum_j v_j act(w_j x + b_j) - target.  The kinks t_j = -b_j/w_j
in (T0, T1) and the sides on which neurons are active cut [T0, T1] into pieces on which r is a
polynomial in x, so L, its generalized gradient and its Hessian (Cheridito, Jentzen, Rossmannek
2021) are sums of antiderivatives: one formula for all parameters with the same types and the same
order of kinks.  Where kinks coincide the formula and its first two derivatives still hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from symerm.arrangements.neuron_types import NeuronType
from symerm.landscape.type_configuration import TypeConfiguration

if TYPE_CHECKING:
    import sympy

__all__ = ["SymbolicLoss", "symbolic_loss"]

#: Coefficients of a polynomial in x, the constant first.
Polynomial = list["sympy.Expr"]

#: Types of neurons that count as active on all of [T0, T1], as I_j is closed.
_EVERYWHERE = (NeuronType.DEGENERATE, NeuronType.SEMI_ACTIVE, NeuronType.TYPE_1_ACTIVE)


@dataclass(frozen=True)
class SymbolicLoss:
    """The loss of a type configuration with its first and second derivatives.

    Attributes
    ----------
    configuration : TypeConfiguration
    parameters : tuple of 3N + 1 symbols
        w1, .., b1, .., v1, .., c: the order of `symerm.networks.parameter_vector`.
    ends : tuple of two symbols
        T0 and T1.
    target : tuple of expressions
        Coefficients of the target, the constant first.
    slope : expression
        gamma in max(x, gamma x): 0, a Rational or a symbol.
    conditions : tuple of relations
        The parameters of the configuration; the formulas hold there.
    pieces : tuple of (lower, upper, coefficients)
        The residual r on each piece, as coefficients of a polynomial in x, the constant first.
        Neurons that share a kink still have one piece each, of length zero, so that the formulas
        may be differentiated.
    loss : expression
    gradient : tuple of 3N + 1 expressions
        The generalized gradient, with the activation's slope at 0 taken as 1.
    hessian : sympy matrix or None
        None unless the configuration is `TypeConfiguration.twice_differentiable`.
    """

    configuration: TypeConfiguration
    parameters: tuple[sympy.Symbol, ...]
    ends: tuple[sympy.Symbol, sympy.Symbol]
    target: tuple[sympy.Expr, ...]
    slope: sympy.Expr
    conditions: tuple[sympy.Basic, ...]
    pieces: tuple[tuple[sympy.Expr, sympy.Expr, tuple[sympy.Expr, ...]], ...]
    loss: sympy.Expr
    gradient: tuple[sympy.Expr, ...]
    hessian: sympy.ImmutableMatrix | None


def symbolic_loss(
    configuration: TypeConfiguration, *, target: Sequence[sympy.Expr] | None = None
) -> SymbolicLoss:
    """The loss, its generalized gradient and its Hessian as formulas.

    Parameters
    ----------
    configuration : TypeConfiguration
    target : sequence of sympy expressions, optional
        Coefficients of a polynomial target, the constant first; by default the symbols beta and
        alpha of alpha x + beta.

    Examples
    --------
    >>> from symerm.landscape.type_configuration import PlacedNeuron
    >>> idle = PlacedNeuron(NeuronType.INACTIVE, 0)
    >>> found = symbolic_loss(TypeConfiguration((idle,)))
    >>> found.parameters, found.gradient[:-1]
    ((w1, b1, v1, c), (0, 0, 0))
    >>> found.gradient[-1]
    -alpha*(-T0**2 + T1**2) + 2*(-T0 + T1)*(-beta + c)
    """
    import sympy

    frame = _Frame(configuration)
    coefficients = sympy.symbols("beta alpha", real=True) if target is None else target
    aim = [sympy.sympify(entry) for entry in coefficients]
    residuals = [frame.residual(k, aim) for k in range(len(frame.bounds) - 1)]

    def integrate(polynomials: Sequence[Polynomial]) -> sympy.Expr:
        return sympy.Add(
            *(
                entry * (high ** (k + 1) - low ** (k + 1)) / (k + 1)
                for polynomial, (low, high) in zip(polynomials, pairwise(frame.bounds), strict=True)
                for k, entry in enumerate(polynomial)
            )
        )

    def inner(first: Sequence[Polynomial], second: Sequence[Polynomial]) -> sympy.Expr:
        return integrate([_multiply(p, q) for p, q in zip(first, second, strict=True)])

    tangents = [
        [frame.tangent(number, piece) for piece in range(len(residuals))]
        for number in range(len(frame.parameters))
    ]
    gradient = tuple(2 * inner(tangent, residuals) for tangent in tangents)
    hessian = None
    if configuration.twice_differentiable:
        size = len(frame.parameters)

        def entry(i: int, j: int) -> sympy.Expr:
            curved = [frame.curvature(i, j, piece) for piece in range(len(residuals))]
            return 2 * (
                inner(tangents[i], tangents[j])
                + inner(curved, residuals)
                + frame.kink_term(i, j, residuals)
            )

        upper = {(i, j): entry(i, j) for i in range(size) for j in range(i, size)}
        hessian = sympy.ImmutableMatrix(
            size, size, lambda i, j: upper[min(int(i), int(j)), max(int(i), int(j))]
        )
    return SymbolicLoss(
        configuration,
        tuple(frame.parameters),
        frame.ends,
        tuple(aim),
        frame.slope,
        configuration.conditions(frame.w, frame.b, frame.ends),
        tuple(
            (low, high, tuple(r))
            for (low, high), r in zip(pairwise(frame.bounds), residuals, strict=True)
        ),
        inner(residuals, residuals),
        gradient,
        hessian,
    )


class _Frame:
    """Symbols, pieces and activations of a configuration; parameter i is w, b, v or c."""

    def __init__(self, configuration: TypeConfiguration) -> None:
        import sympy

        self.neurons = configuration.neurons
        self.quadratic = configuration.activation == "quadratic"
        width = len(self.neurons)
        names = [f"{letter}{j}" for letter in "wbv" for j in range(1, width + 1)]
        self.parameters = [sympy.Symbol(name, real=True) for name in [*names, "c"]]
        self.w, self.b, self.v = (self.parameters[k * width : (k + 1) * width] for k in range(3))
        low, high = sympy.symbols("T0 T1", real=True)
        self.ends = (low, high)
        given = configuration.negative_slope
        if configuration.activation != "leaky":
            self.slope = sympy.Integer(0)
        elif given is None:
            self.slope = sympy.Symbol("gamma", positive=True)
        else:
            self.slope = sympy.Rational(given.numerator, given.denominator)
        # Each neuron cuts at its own kink, also where kinks coincide: with one kink for several
        # neurons the formula would hold, but not its second derivatives.
        self.order = configuration.order
        cuts = [] if self.quadratic else [-self.b[j] / self.w[j] for j in self.order]
        self.bounds = [low, *cuts, high]

    def factor(self, neuron: int, piece: int) -> sympy.Expr:
        """The slope of max(z, gamma z) on a piece: 1 or gamma."""
        place = self.neurons[neuron]
        if neuron in self.order:
            right_of_kink = piece > self.order.index(neuron)
            active = right_of_kink == (place.facing > 0)
        else:
            active = place.type in _EVERYWHERE
        return 1 if active else self.slope

    def activated(self, neuron: int, piece: int) -> tuple[Polynomial, Polynomial]:
        """act(z) and act'(z) as polynomials in x, for z = w x + b."""
        z: Polynomial = [self.b[neuron], self.w[neuron]]
        if self.quadratic:
            return _multiply(z, z), [2 * entry for entry in z]
        factor = self.factor(neuron, piece)
        return [factor * entry for entry in z], [factor]

    def residual(self, piece: int, target: Polynomial) -> Polynomial:
        parts = [[self.parameters[-1]], [-entry for entry in target]]
        for j, v in enumerate(self.v):
            parts.append([v * entry for entry in self.activated(j, piece)[0]])
        return _add(parts)

    def split(self, parameter: int) -> tuple[str, int]:
        """The letter of a parameter and its neuron (0 for c)."""
        letter, neuron = divmod(parameter, max(len(self.neurons), 1))
        return ("c" if parameter == len(self.parameters) - 1 else "wbv"[letter]), neuron

    def tangent(self, parameter: int, piece: int) -> Polynomial:
        """The derivative of f in a parameter, with act'(0) = 1."""
        letter, j = self.split(parameter)
        if letter == "c":
            return [1]
        value, slope = self.activated(j, piece)
        if letter == "v":
            return value
        return _multiply([0, self.v[j]] if letter == "w" else [self.v[j]], slope)

    def curvature(self, first: int, second: int, piece: int) -> Polynomial:
        """The second derivative of f inside a piece."""
        letters, j = self._pair(first, second)
        if letters not in ("wv", "bv", "ww", "wb", "bb"):
            return []
        power: Polynomial = [0] * letters.count("w") + [1]
        if letters[1] == "v":
            return _multiply(power, self.activated(j, piece)[1])
        return [2 * self.v[j] * entry for entry in power] if self.quadratic else []

    def kink_term(
        self, first: int, second: int, residuals: Sequence[Polynomial]
    ) -> sympy.Expr:
        """(1 - gamma) v r(t) t^k / |w|: what a moving kink adds to half the Hessian."""
        import sympy

        letters, j = self._pair(first, second)
        if self.quadratic or letters not in ("ww", "wb", "bb") or j not in self.order:
            return 0
        kink = -self.b[j] / self.w[j]
        # r is continuous: the piece on either side gives the same value.
        value = sympy.Add(*(c * kink**k for k, c in enumerate(residuals[self.order.index(j)])))
        size = self.neurons[j].facing * self.w[j]
        return (1 - self.slope) * self.v[j] * value * kink ** letters.count("w") / size

    def _pair(self, first: int, second: int) -> tuple[str, int]:
        """The two letters in the order w, b, v of parameters of one neuron, or "" otherwise."""
        (one, j), (two, k) = self.split(first), self.split(second)
        if "c" in (one, two) or j != k:
            return "", 0
        return "".join(sorted(one + two, key="wbv".index)), j


def _multiply(first: Polynomial, second: Polynomial) -> Polynomial:
    import sympy

    size = len(first) + len(second) - 1 if first and second else 0
    return [
        sympy.Add(
            *(entry * second[k - i] for i, entry in enumerate(first) if 0 <= k - i < len(second))
        )
        for k in range(size)
    ]


def _add(parts: Sequence[Polynomial]) -> Polynomial:
    import sympy

    return [
        sympy.Add(*(part[k] for part in parts if k < len(part)))
        for k in range(max(map(len, parts)))
    ]
