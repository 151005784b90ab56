"""The training problem in integers.

Inputs are multiplied by a common denominator D, responses by E, and the slopes of the activation
by the denominator h of the leaky slope g/h, so that every quantity of the search is an integer:
f_i = (D s_i, D), tau_i = E t_i, phi(z) = h z for z > 0 and g z otherwise.  Scaling inputs or the
activation only rescales the neurons; the loss is multiplied by E^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import mul

from symerm.arithmetic.rationals import common_denominator
from symerm.errors import UnsupportedError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation
from symerm.problem.problem import Problem

__all__ = ["ScaledProblem", "scale_problem"]

IntVector = tuple[int, ...]


@dataclass(frozen=True)
class ScaledProblem:
    """Integer data of a training problem with piecewise-linear activation.

    Attributes
    ----------
    forms : n' integer vectors of length m, the distinct inputs as linear forms on the neurons
    targets : n' rows of q integers, the mean responses times `target_scale`
    weights : n' group sizes
    width : int
    input_scale, target_scale : int
        The factors D and E.
    slope_on, slope_off : int
        The slopes h and g; the activation is phi / h.
    activation : Activation
    hidden_bias, output_bias : bool
    scatter : Fraction
        Part of the loss that no network changes, in units of the original loss.
    """

    forms: tuple[IntVector, ...]
    targets: tuple[IntVector, ...]
    weights: IntVector
    width: int
    input_scale: int
    target_scale: int
    slope_on: int
    slope_off: int
    activation: Activation
    hidden_bias: bool
    output_bias: bool
    scatter: Fraction

    @property
    def size(self) -> int:
        """Number n' of distinct inputs."""
        return len(self.forms)

    @property
    def output_dimension(self) -> int:
        """Dimension q of the responses."""
        return len(self.targets[0])

    @cached_property
    def frame(self) -> tuple[IntVector, IntVector]:
        """Centres c_k and heights h_k of the inputs, for float work in (f_k - c_k) / h_k.

        Without hidden bias the centres are zero.
        """
        columns = list(zip(*self.forms, strict=True))[: len(self.forms[0]) - self.hidden_bias]
        centres = tuple(
            sum(column) // len(column) if self.hidden_bias else 0 for column in columns
        )
        heights = tuple(
            max(abs(x - centre) for x in column) or 1
            for column, centre in zip(columns, centres, strict=True)
        )
        return centres, heights

    def in_frame(self, ray: IntVector) -> IntVector:
        """The coefficients of a form in the coordinates (f_k - c_k) / h_k and 1 of the frame."""
        centres, heights = self.frame
        linear = tuple(x * h for x, h in zip(ray, heights, strict=False))
        if not self.hidden_bias:
            return linear
        constant = ray[-1] * self.input_scale + sum(map(mul, ray, centres))
        return (*linear, constant)

    def to_loss(self, scaled: Fraction | int) -> Fraction:
        """The original loss that belongs to a loss of the scaled, collapsed data."""
        return Fraction(scaled) / self.target_scale**2 + self.scatter

    def from_loss(self, loss: Fraction) -> Fraction:
        """The loss of the scaled, collapsed data that belongs to an original loss."""
        return (loss - self.scatter) * self.target_scale**2

    def act(self, value: int) -> int:
        """phi(z) for an integer z."""
        return self.slope_on * value if value > 0 else self.slope_off * value

    def network(
        self,
        neurons: list[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]],
        offset: tuple[Fraction, ...],
    ) -> ShallowNetwork:
        """The network of scaled neurons (u_j, v_j): c + sum_j v_j phi(<f_i, u_j>) = tau_i.

        Missing neurons are filled up with zeros to the width of the problem.

        Parameters
        ----------
        neurons : list of pairs (u_j in Q^m, v_j in Q^q)
        offset : q Fractions
        """
        inputs = len(self.forms[0]) - int(self.hidden_bias)
        outputs = self.output_dimension
        weights, biases, outgoing = [], [], []
        for hidden, output in neurons:
            weights.append(tuple(x * self.input_scale for x in hidden[:inputs]))
            biases.append(hidden[inputs] * self.input_scale if self.hidden_bias else Fraction(0))
            outgoing.append(tuple(v * self.slope_on / self.target_scale for v in output))
        for _ in range(self.width - len(neurons)):
            weights.append((Fraction(0),) * inputs)
            biases.append(Fraction(0))
            outgoing.append((Fraction(0),) * outputs)
        return ShallowNetwork(
            tuple(weights),
            tuple(biases),
            tuple(outgoing),
            tuple(c / self.target_scale for c in offset),
            self.activation,
        )


def scale_problem(problem: Problem) -> ScaledProblem:
    """The integer form of a problem.

    Raises
    ------
    UnsupportedError
        If the activation is not piecewise linear.
    """
    architecture = problem.architecture
    activation = architecture.activation
    if not activation.is_piecewise_linear:
        raise UnsupportedError(
            f"exact search needs a piecewise-linear activation, not {activation.name}; "
            "use relu or leaky:1/10"
        )
    data = problem.dataset.collapsed()
    input_scale = common_denominator(x for row in data.inputs for x in row)
    target_scale = common_denominator(y for row in data.outputs for y in row)
    tail = (input_scale,) if architecture.hidden_bias else ()
    return ScaledProblem(
        forms=tuple((*(int(x * input_scale) for x in row), *tail) for row in data.inputs),
        targets=tuple(tuple(int(y * target_scale) for y in row) for row in data.outputs),
        weights=data.weights,
        width=architecture.width,
        input_scale=input_scale,
        target_scale=target_scale,
        slope_on=activation.negative_slope.denominator,
        slope_off=activation.negative_slope.numerator,
        activation=activation,
        hidden_bias=architecture.hidden_bias,
        output_bias=architecture.output_bias,
        scatter=data.scatter,
    )
