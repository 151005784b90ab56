"""The parametrization in N* of a function g that is nearest to given parameters Gamma.

On N* the parametrizations of g are the orders of the neurons of one of them, so that the nearest
in maximum norm is a bottleneck assignment of neurons.  Parameters are signed roots of rationals;
(x - y)^2 = x^2 + y^2 - 2 x y is then a quadratic surd, and surds are compared exactly.  The
distance comes with neurons A of Gamma and B of g, |A| + |B| = m + 1, all at least that far
apart: no order brings Gamma and g nearer (after Berner, Elbraechter, Grohs 2019, Theorem 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.surds import Surd, signed_root_bounds
from symerm.display import RichDisplay, Table, enumeration, number_text
from symerm.errors import InputError
from symerm.parametrization.assignment import bottleneck_assignment
from symerm.parametrization.balanced import BalancedNetwork, BalancedNeuron, gradient_distance
from symerm.parametrization.restricted_set import require_restricted
from symerm.parametrization.seminorm import DEFAULT_LIMIT

__all__ = ["Gap", "Nearest", "nearest_parametrization", "neuron_gap"]


@dataclass(frozen=True)
class Gap:
    """The largest difference of the parameters of two neurons.

    Attributes
    ----------
    entry : str
        ``a1``, .. for an input weight, ``c1``, .. for an output weight.
    first, second : Fraction
        The signed squares x |x| of the two parameters.
    """

    entry: str
    first: Fraction
    second: Fraction

    @property
    def squared(self) -> Surd:
        """The square of the difference."""
        return _squared_difference(self.first, self.second)

    @property
    def exact(self) -> Surd | None:
        """The difference itself where it is a quadratic surd, else None."""
        low, high = sorted((self.first, self.second))
        try:
            return Surd.root(high) - Surd.root(low)
        except ArithmeticError:
            return None

    def bounds(self, width: Fraction) -> tuple[Fraction, Fraction]:
        """Rational bounds of the difference, at most `width` > 0 apart."""
        low, high = sorted((self.first, self.second))
        upper, lower = (signed_root_bounds(x, width / 2) for x in (high, low))
        return max(upper[0] - lower[1], Fraction(0)), upper[1] - lower[0]


@dataclass(frozen=True)
class Nearest(RichDisplay):
    """The nearest parametrization Phi of g.

    Attributes
    ----------
    gamma, phi : BalancedNetwork
        Both in N* and of one width m.
    neurons : tuple of m int
        Neuron i of Phi is neuron neurons[i] of the network that gave g; both counted from 0.
    gaps : tuple of m Gap
        The largest difference in each neuron.
    widest : int
        The neuron with the largest of these, |Phi - Gamma|.
    gamma_apart, phi_apart : tuples of int
        Neurons of Gamma and of Phi, m + 1 in number, of which no two are nearer than that.
    function_distance : Fraction
        |g - R(Gamma)|_{W1,inf}.
    """

    gamma: BalancedNetwork
    phi: BalancedNetwork
    neurons: tuple[int, ...]
    gaps: tuple[Gap, ...]
    widest: int
    gamma_apart: tuple[int, ...]
    phi_apart: tuple[int, ...]
    function_distance: Fraction

    @property
    def gap(self) -> Gap:
        """The largest difference of all: |Phi - Gamma| in maximum norm."""
        return self.gaps[self.widest]

    @property
    def ratio_squared(self) -> Surd | None:
        """|Phi - Gamma|^2 / |g - R(Gamma)|_{W1,inf}; None if the functions are equal."""
        if not self.function_distance:
            return None
        return self.gap.squared / self.function_distance

    def _display(self) -> Table:
        """The matching and both distances, neurons counted from 1, for notebooks."""
        exact = self.gap.exact
        gap = f"root of {self.gap.squared}" if exact is None else str(exact)
        order = enumeration([str(j + 1) for j in self.neurons])
        return Table(
            [
                ("distance of the parameters", f"{gap}, in neuron {self.widest + 1}"),
                ("distance of the functions", number_text(self.function_distance)),
                ("neurons of the target, in order", order),
            ]
        )


def neuron_gap(first: BalancedNeuron, second: BalancedNeuron) -> Gap:
    """Where two neurons differ most.

    Examples
    --------
    >>> one = Fraction(1)
    >>> neurons = [BalancedNeuron((one, one / 2), (one,), square) for square in (one, 2 * one)]
    >>> gap = neuron_gap(*neurons)
    >>> gap.entry, gap.exact
    ('a1', Surd(rational=Fraction(-1, 1), square=Fraction(2, 1)))
    """
    names = [f"a{k}" for k in range(1, len(first.direction) + 1)]
    names += [f"c{k}" for k in range(1, len(first.outputs) + 1)]
    gaps = [
        Gap(name, x, y)
        for name, x, y in zip(names, first.entry_squares, second.entry_squares, strict=True)
    ]
    return max(gaps, key=lambda gap: gap.squared)


def nearest_parametrization(
    gamma: BalancedNetwork, target: BalancedNetwork, *, limit: int = DEFAULT_LIMIT
) -> Nearest:
    """The parametrization of g = R(target) in N* nearest to gamma in maximum norm.

    Parameters
    ----------
    gamma, target : BalancedNetwork
        In N*, with the same numbers of inputs and outputs; the narrower one is filled up with
        zero neurons.
    limit : int
        Largest number of cells of the search for the function distance.

    Raises
    ------
    InputError
        If a network is not in N* or the dimensions differ.
    BudgetExceeded
        If that search needs more cells.

    Examples
    --------
    >>> one, half = Fraction(1), Fraction(1, 2)
    >>> u, w = (one, half), (half, one)
    >>> gamma = BalancedNetwork(2, 1, (BalancedNeuron(u, (one,), one),))
    >>> target = BalancedNetwork(
    ...     2, 1, (BalancedNeuron(w, (one,), one), BalancedNeuron(u, (one,), 2 * one)))
    >>> found = nearest_parametrization(gamma, target)
    >>> found.neurons, found.gap.squared == 1, found.function_distance
    ((1, 0), True, Fraction(3, 2))
    """
    for name, network in (("Gamma", gamma), ("G", target)):
        try:
            require_restricted(network)
        except InputError as error:
            raise InputError(f"{name}: {error.message}") from None
    distance = gradient_distance(gamma, target, limit=limit)
    width = max(gamma.width, target.width)
    gamma, target = gamma.padded(width), target.padded(width)
    if not width:
        raise InputError("both networks have no neurons; nothing is to be compared")
    gaps = [[neuron_gap(x, y) for y in target.neurons] for x in gamma.neurons]
    found = bottleneck_assignment([[gap.squared for gap in row] for row in gaps])
    chosen = tuple(gaps[i][k] for i, k in enumerate(found.columns))
    position = {column: row for row, column in enumerate(found.columns)}
    return Nearest(
        gamma,
        BalancedNetwork(
            target.input_dimension,
            target.output_dimension,
            tuple(target.neurons[k] for k in found.columns),
        ),
        found.columns,
        chosen,
        max(range(width), key=lambda i: chosen[i].squared),
        found.rows_apart,
        tuple(sorted(position[column] for column in found.columns_apart)),
        distance,
    )


def _squared_difference(first: Fraction, second: Fraction) -> Surd:
    """(x - y)^2 for signed squares of x and y."""
    return Surd(abs(first) + abs(second), -4 * first * second)
