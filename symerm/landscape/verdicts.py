"""What is said of a network as a point of the loss landscape, and the descent that proves a saddle.

A critical point is a local minimum or a saddle (Cheridito, Jentzen, Rossmannek 2021: a saddle is
critical and not a local extremum).  A saddle comes with a curve theta + eps d + eps^m e along
which the loss falls: its expansion loss + coefficient eps^order + .. is exact, and so are the
samples, each of which lies strictly below the loss at the critical point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arrangements.neuron_types import NeuronType
from symerm.display import Cell, RichDisplay, Table, enumeration, number_text, point_text
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork

__all__ = ["VERDICTS", "Classification", "Descent", "Neuron", "descend", "point_on_curve"]

#: The verdicts of a classification.
VERDICTS = ("global-minimum", "local-minimum", "saddle", "not-critical", "undecided")

#: Samples of a descending curve that are recorded.
_SAMPLES = 4
#: Values of eps that are tried before a curve is refused.
_TRIALS = 110
#: Below this eps is squared: numbers of thousands of digits need an eps of their kind.
_FINE = Fraction(1, 2**200)


@dataclass(frozen=True)
class Neuron:
    """The part of a hidden neuron in a classification.

    Attributes
    ----------
    type : NeuronType
    flat : bool
        Whether its output weights are all zero.
    kink : Fraction or None
        -b/w, for one input and w not zero.
    """

    type: NeuronType
    flat: bool
    kink: Fraction | None


@dataclass(frozen=True)
class Descent:
    """A curve of networks theta + eps direction + eps^power bend whose loss falls from theta.

    Attributes
    ----------
    direction : ShallowNetwork
        The tangent of the curve at theta.
    bend : ShallowNetwork or None
        Its part of higher order, where no straight line was found to descend.
    power : int
        The power of eps at which the bend enters, at least 2.
    order : int
        The loss is loss(theta) + coefficient eps^order + o(eps^order) for eps > 0.
    coefficient : Fraction
        Negative.
    samples : tuple of (eps, loss)
        Decreasing eps > 0 with exact losses below loss(theta).
    """

    direction: ShallowNetwork
    bend: ShallowNetwork | None
    power: int
    order: int
    coefficient: Fraction
    samples: tuple[tuple[Fraction, Fraction], ...]

    @property
    def second_variation(self) -> Fraction:
        """The second derivative of the loss in eps at 0+; 0 if the loss falls in another order."""
        return 2 * self.coefficient if self.order == 2 else Fraction(0)


@dataclass(frozen=True)
class Classification(RichDisplay):
    """A network as a point of a loss landscape.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`.
    network : ShallowNetwork
    loss : Fraction
    gradient : tuple of Fractions
        The generalized gradient in the order of `symerm.networks.parameter_vector`.
    neurons : tuple of Neuron
    reason : str
        Why the verdict holds, in words; for ``undecided``, what is missing.
    descent : Descent or None
        Given with ``saddle`` and ``not-critical``.
    realised : PiecewisePolynomial or None
        The realised function on the interval, for the true loss.
    """

    verdict: str
    network: ShallowNetwork
    loss: Fraction
    gradient: tuple[Fraction, ...]
    neurons: tuple[Neuron, ...]
    reason: str
    descent: Descent | None = None
    realised: PiecewisePolynomial | None = None

    def _display(self) -> Table:
        """The verdict in short, for notebooks."""
        types = [
            f"{neuron.type.value}, flat" if neuron.flat else neuron.type.value
            for neuron in self.neurons
        ]
        rows: list[tuple[str, Cell]] = [
            ("verdict", self.verdict),
            ("reason", self.reason),
            ("loss", number_text(self.loss)),
            ("network", self.network._cell()),
            ("neurons", enumeration(types, between="; ")),
        ]
        if self.descent is not None:
            eps, value = self.descent.samples[-1]
            power = "eps" if self.descent.order == 1 else f"eps^{self.descent.order}"
            leading = number_text(self.descent.coefficient)
            rows.append(("descent", f"leading term of the change: {power} times {leading}"))
            rows.append((f"loss at eps = {point_text([eps])}", number_text(value)))
        return Table(rows)


def point_on_curve(
    network: ShallowNetwork,
    direction: ShallowNetwork,
    bend: ShallowNetwork | None,
    eps: Fraction,
    *,
    power: int = 2,
) -> ShallowNetwork:
    """The network theta + eps direction + eps^power bend."""
    point = [
        value + eps * change if change else value
        for value, change in zip(
            parameter_vector(network), parameter_vector(direction), strict=True
        )
    ]
    if bend is not None:
        step = eps**power
        point = [
            x + step * y if y else x for x, y in zip(point, parameter_vector(bend), strict=True)
        ]
    return network_from_parameters(network, point)


def descend(
    network: ShallowNetwork,
    loss: Callable[[ShallowNetwork], Fraction],
    direction: ShallowNetwork,
    *,
    order: int,
    coefficient: Fraction,
    bend: ShallowNetwork | None = None,
    power: int = 2,
) -> Descent:
    """The descent along a curve, checked at exact samples.

    Parameters
    ----------
    network : ShallowNetwork
        The point theta.
    loss : function
        The exact loss.
    direction, bend, power, order, coefficient
        As in `Descent`.

    Raises
    ------
    ArithmeticError
        If the coefficient is not negative or no small eps gives a smaller loss: the curve was
        computed wrongly, and no verdict must rest on it.
    """
    if coefficient >= 0:
        raise ArithmeticError(f"a descent needs a negative coefficient, not {coefficient}")
    start = loss(network)
    samples: list[tuple[Fraction, Fraction]] = []
    eps = Fraction(1)
    for _ in range(_TRIALS):
        value = loss(point_on_curve(network, direction, bend, eps, power=power))
        if value < start:
            samples.append((eps, value))
            if len(samples) == _SAMPLES:
                return Descent(direction, bend, power, order, coefficient, tuple(samples))
            eps /= 2
        else:
            samples.clear()
            eps = eps / 4 if eps > _FINE else eps * eps
    raise ArithmeticError("the loss does not fall along the curve that was computed")
