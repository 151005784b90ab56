"""Two-layer networks with exact rational parameters.

nu(s) = c + sum_j v_j act(<a_j, s> + b_j) with a_j in Q^p, b_j in Q and v_j, c in Q^q.  The JSON
form stores every number as a numeral that is read back exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symerm.display import Cell, Formula, Table, listing, point_text
from symerm.errors import InputError
from symerm.problem.architecture import RELU, Activation

__all__ = ["ShallowNetwork"]

Vector = tuple[Fraction, ...]

#: Longest formula that a notebook shows, in characters of LaTeX.
LONGEST_FORMULA = 800


@dataclass(frozen=True)
class ShallowNetwork:
    """A two-layer network with rational parameters.

    Attributes
    ----------
    hidden_weights : d rows a_j of p Fractions
    hidden_biases : d Fractions b_j
    output_weights : d rows v_j of q Fractions
    output_biases : q Fractions c
    activation : Activation
    """

    hidden_weights: tuple[Vector, ...]
    hidden_biases: Vector
    output_weights: tuple[Vector, ...]
    output_biases: Vector
    activation: Activation = RELU

    def __post_init__(self) -> None:
        width = len(self.hidden_biases)
        if len(self.hidden_weights) != width or len(self.output_weights) != width:
            raise InputError(
                f"a network of width {width} needs {width} hidden_weights and output_weights, "
                f"not {len(self.hidden_weights)} and {len(self.output_weights)}"
            )
        if len({len(row) for row in self.hidden_weights}) > 1:
            raise InputError("the rows of hidden_weights have different lengths")
        if any(len(row) != len(self.output_biases) for row in self.output_weights):
            raise InputError("the rows of output_weights and output_biases differ in length")

    @property
    def width(self) -> int:
        """Number of hidden neurons d."""
        return len(self.hidden_biases)

    @property
    def input_dimension(self) -> int:
        """Dimension p of the input (0 for a network without neurons)."""
        return len(self.hidden_weights[0]) if self.hidden_weights else 0

    @property
    def output_dimension(self) -> int:
        """Dimension q of the output."""
        return len(self.output_biases)

    def preactivations(self, point: Vector) -> Vector:
        """The d values <a_j, s> + b_j at a point s.

        Raises
        ------
        InputError
            If the point has the wrong number of coordinates (a network without neurons is
            constant and takes points of any dimension).
        """
        if self.hidden_weights and len(point) != len(self.hidden_weights[0]):
            raise InputError(
                f"the point has {len(point)} coordinates but the network takes "
                f"{len(self.hidden_weights[0])}"
            )
        return tuple(
            sum((a * s for a, s in zip(row, point, strict=True)), bias)
            for row, bias in zip(self.hidden_weights, self.hidden_biases, strict=True)
        )

    def __call__(self, point: Vector) -> Vector:
        """The exact value nu(s) in Q^q at a rational point (rational activations only)."""
        hidden = [self.activation(z) for z in self.preactivations(point)]
        return tuple(
            sum((x * v[k] for x, v in zip(hidden, self.output_weights, strict=True)), bias)
            for k, bias in enumerate(self.output_biases)
        )

    def realize(self, points: tuple[Vector, ...]) -> tuple[Vector, ...]:
        """The output matrix, one row nu(s_i) per point."""
        return tuple(self(point) for point in points)

    def loss(self, inputs: tuple[Vector, ...], outputs: tuple[Vector, ...]) -> Fraction:
        """The sum of squared errors over all points and outputs, exact."""
        return sum(
            (
                (y - t) ** 2
                for point, target in zip(inputs, outputs, strict=True)
                for y, t in zip(self(point), target, strict=True)
            ),
            Fraction(0),
        )

    def _repr_latex_(self) -> str:
        """The network as a formula, or its neurons as a table, for notebooks."""
        cell = self._cell()
        if isinstance(cell, Formula):
            return f"$\\displaystyle {cell.latex}$"
        return self._neurons().latex()

    def _repr_html_(self) -> str | None:
        """The table, if the formula is long: front ends show HTML rather than LaTeX."""
        return None if isinstance(self._cell(), Formula) else self._neurons().html()

    def _cell(self) -> Cell:
        """The formula, or what stands in its place if it is long."""
        from symerm.networks.latex import network_latex

        formula = network_latex(self)
        if len(formula) <= LONGEST_FORMULA:
            return Formula(formula)
        return f"{self.width} neurons, {self.activation.name}; the formula is long"

    def _neurons(self) -> Table:
        constant = point_text(self.output_biases)
        return listing(
            ["neuron", "weights", "bias", "output weights"],
            range(self.width),
            lambda j: [
                str(j + 1),
                point_text(self.hidden_weights[j]),
                point_text(self.hidden_biases[j : j + 1]),
                point_text(self.output_weights[j]),
            ],
            caption=f"{self.width} neurons, {self.activation.name}, output bias {constant}",
        )
