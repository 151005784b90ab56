"""One logistic neuron on the line: the training problem in its normal form.

Networks c + v sigma(a s + b) with a != 0 take at the distinct inputs s_1 < .. < s_n the values
c' + v' u_i with the *shape* u_i = (sigma_i - sigma_1)/(sigma_n - sigma_1), u_1 = 0, u_n = 1.  With
the weights w_i (copies), centred responses d_i and Q = sum w_i d_i^2 the best (c', v') has the loss
G(u) = Q - N^2/D, N = sum w_i d_i u_i, D = sum w_i (u_i - ubar)^2, and dG/du_i = -2 v w_i r_i with
the residuals r_i = d_i - v (u_i - ubar), v = N/D.  Since tanh z = 2 sigma(2 z) - 1, networks with
tanh realise the same functions.  docs/smooth.md has the proofs.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from symerm.errors import UnsupportedError
from symerm.problem.problem import Problem

__all__ = ["SMOOTH", "ShapeProblem", "shape_problem"]

#: The activations that are decided here.
SMOOTH = ("logistic", "tanh")

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class ShapeProblem:
    """Distinct inputs on [0, 1] and centred responses of size one.

    Attributes
    ----------
    places : n Fractions, increasing from 0 to 1
    deviations : n Fractions d_i, sum w_i d_i = 0, the largest of absolute value 1 (or all 0)
    weights : n ints
    origin, length : Fraction
        The inputs are origin + length * places.
    mean, unit : Fraction
        The mean responses are mean + unit * deviations.
    scatter : Fraction
        What no function can fit; the loss is scatter + unit^2 G.
    """

    places: Vector
    deviations: Vector
    weights: tuple[int, ...]
    origin: Fraction
    length: Fraction
    mean: Fraction
    unit: Fraction
    scatter: Fraction

    @property
    def size(self) -> int:
        """Number n of distinct inputs."""
        return len(self.places)

    @cached_property
    def square(self) -> Fraction:
        """Q, the level of the constant functions."""
        pairs = zip(self.weights, self.deviations, strict=True)
        return sum((w * d * d for w, d in pairs), Fraction(0))

    def level(self, shape: Vector) -> Fraction:
        """G at a rational shape.

        Examples
        --------
        >>> from symerm.problem import Architecture, Dataset
        >>> shape_problem(Problem(Dataset.from_rows([0, 1, 2], [0, 2, 1]), Architecture(1))).level(
        ...     (Fraction(0), Fraction(1), Fraction(1)))
        Fraction(1, 2)
        """
        top, bottom = self.fit_terms(shape)
        return self.square - top * top / bottom

    def fit_terms(self, shape: Vector) -> tuple[Fraction, Fraction]:
        """N and D at a rational shape."""
        rows = list(zip(self.weights, self.deviations, shape, strict=True))
        top = sum((w * d * u for w, d, u in rows), Fraction(0))
        first = sum((w * u for w, _, u in rows), Fraction(0))
        second = sum((w * u * u for w, _, u in rows), Fraction(0))
        return top, second - first * first / sum(self.weights)

    def coefficients(self, shape: Vector) -> tuple[Fraction, Fraction]:
        """The best c and v, in the units of the responses, for a rational shape."""
        top, bottom = self.fit_terms(shape)
        slope = top / bottom
        middle = sum((w * u for w, u in zip(self.weights, shape, strict=True)), Fraction(0))
        return self.mean - self.unit * slope * middle / sum(self.weights), self.unit * slope

    def to_loss(self, level: Fraction) -> Fraction:
        """The sum of squared errors that belongs to a value of G."""
        return self.scatter + self.unit**2 * level

    def to_level(self, loss: Fraction) -> Fraction:
        """The value of G that belongs to a sum of squared errors."""
        return (loss - self.scatter) / self.unit**2

    def reversed(self) -> ShapeProblem:
        """The problem for the mirrored inputs: the shapes become 1 - u_(n+1-i)."""
        return ShapeProblem(
            tuple(1 - x for x in reversed(self.places)), self.deviations[::-1],
            self.weights[::-1], self.origin + self.length, -self.length,
            self.mean, self.unit, self.scatter,
        )


def shape_problem(problem: Problem) -> ShapeProblem:
    """The normal form of a training problem with one input and one output.

    Raises
    ------
    UnsupportedError
        If the width or the dimensions are larger than one, or a bias is missing.
    """
    data, architecture = problem.dataset, problem.architecture
    name = architecture.activation.name
    if architecture.width != 1 or data.input_dimension != 1 or data.output_dimension != 1:
        raise UnsupportedError(
            f"{name} is decided for width 1, one input and one output; "
            "use relu or leaky:1/10 for larger problems"
        )
    if not (architecture.hidden_bias and architecture.output_bias):
        raise UnsupportedError(f"{name} is decided with hidden and output bias only")
    groups = data.collapsed()
    inputs = [row[0] for row in groups.inputs]
    means = [row[0] for row in groups.outputs]
    origin, length = inputs[0], inputs[-1] - inputs[0] or Fraction(1)
    total = sum((w * t for w, t in zip(groups.weights, means, strict=True)), Fraction(0))
    mean = total / sum(groups.weights)
    unit = max(abs(t - mean) for t in means) or Fraction(1)
    return ShapeProblem(
        tuple((s - origin) / length for s in inputs),
        tuple((t - mean) / unit for t in means),
        groups.weights, origin, length, mean, unit, groups.scatter,
    )
