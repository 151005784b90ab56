"""Points of loss landscapes whose pictures are tested, and their loss computed another way."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import pairwise

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.landscape.empirical_minima import classify_empirical
from symerm.landscape.targets import parse_target
from symerm.landscape.true_classification import classify
from symerm.landscape.verdicts import Classification
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import parse_activation
from symerm.problem.dataset import Dataset

Reference = PiecewisePolynomial | Dataset
UNIT = Fraction(0), Fraction(1)
SYMMETRIC = Fraction(-1), Fraction(1)
LINE = parse_target("x", UNIT)
DATA = Dataset.from_rows([0, 1, 2, 3, 4], [1, 0, 2, 1, 4])


def network(
    weights: list[object],
    biases: list[object],
    outputs: list[object],
    constant: object,
    activation: str = "relu",
) -> ShallowNetwork:
    return ShallowNetwork(
        tuple((Fraction(w),) for w in weights),
        tuple(map(Fraction, biases)),
        tuple((Fraction(v),) for v in outputs),
        (Fraction(constant),),
        parse_activation(activation),
    )


def zigzag(count: int) -> ShallowNetwork:
    """The saddle with equally spaced kinks of alternating facing, against the target x."""
    step = Fraction(1, count + 1)
    signs = [(-1) ** k for k in range(count)]
    return network(
        signs, [-s * (k + 1) * step for k, s in enumerate(signs)],
        [2 * step * s for s in signs], Fraction(1, 2),
    )


#: Networks with their targets or data, by what they are.
POINTS: dict[str, tuple[ShallowNetwork, Reference]] = {
    "dead": (network([1, -1], [-2, -1], [1, 2], "1/2"), LINE),
    "semi-inactive minimum": (network([-1, 1], [0, -1], [1, -1], "1/2"), LINE),
    "flat semi-active": (network([0, 1], [1, -2], [0, 1], "1/2"), LINE),
    "order 3": (network([-1], [0], [0], "1/2"), LINE),
    "two kinks": (zigzag(2), LINE),
    "four kinks": (zigzag(4), LINE),
    "leaky": (network([1], ["-2/3"], [2], "1/2", "leaky:1/4"), LINE),
    "quadratic, order 3": (network([0], [0], [0], "1/2", "quadratic"), LINE),
    "quadratic, order 4": (
        network([0], [1], [0], "1/5", "quadratic"), parse_target("x^4", SYMMETRIC)
    ),
    "relu, order 4": (
        network([1], [0], [0], 0),
        parse_target("piecewise(x < 0: 0, else: 6x^2 - 6x + 1)", SYMMETRIC),
    ),
    "parabola": (
        network([1, -1], ["-1/2", "-1/2"], [1, 1], "1/10"), parse_target("x^2", SYMMETRIC)
    ),
    "jump": (
        network([1], [-1], [0], "1/2"),
        parse_target("piecewise(x < 1: x, else: 2)", (Fraction(0), Fraction(2))),
    ),
    "target": (network([1, -1], [0, 0], [1, -1], 0), LINE),
    "constant": (ShallowNetwork((), (), (), (Fraction(1, 2),)), LINE),
    "flat on data": (network([0], [1], [0], "8/5"), DATA),
    "dead on data": (network([1], [-9], [1], "8/5"), DATA),
    "fit of data": (network([1, -1], [-1, 2], [1, "1/2"], "1/2"), DATA),
    "quadratic on data": (network([1], [-2], ["1/4"], "1/2", "quadratic"), DATA),
    "two inputs": (
        ShallowNetwork(((Fraction(0),) * 2,), (Fraction(0),), ((Fraction(0),),), (Fraction(1, 2),)),
        Dataset.from_rows([[0, 0], [1, 0], [0, 1], [1, 1]], [0, 1, 1, 0]),
    ),
    "two outputs": (
        ShallowNetwork(
            ((Fraction(1),), (Fraction(-1),)), (Fraction(-1), Fraction(2)),
            ((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))), (Fraction(0), Fraction(1)),
        ),
        Dataset.from_rows(
            [0, 1, 2, 3], [[0, 1], [1, 1], [2, 0], [0, 5]], output_names=["one", "$x_$"]
        ),
    ),
}


@cache
def point(name: str) -> tuple[Classification, Reference]:
    found, reference = POINTS[name]
    if isinstance(reference, Dataset):
        return classify_empirical(found, reference), reference
    return classify(found, reference), reference


def loss_by_values(network: ShallowNetwork, reference: Reference) -> Fraction:
    """The loss from values of the network alone.

    For a target by Boole's rule twice as fine as the pieces need it: exact up to degree 5 of the
    squared residual, so for piecewise-linear networks and quadratic networks, targets of degree 2.
    """
    if isinstance(reference, Dataset):
        return network.loss(reference.inputs, reference.outputs)
    start, stop = reference.interval
    kinks = [-b / w for (w,), b in zip(network.hidden_weights, network.hidden_biases, strict=True)
             if w]
    ends = sorted({*reference.knots, *(t for t in kinks if start < t < stop)})
    total = Fraction(0)
    for low, high in pairwise(ends):
        for k, weight in enumerate((7, 32, 12, 32, 7)):
            x = low + (high - low) * Fraction(k, 4)
            goal = reference(x, side="left" if k == 4 else "right")
            total += weight * (high - low) / 90 * (network((x,))[0] - goal) ** 2
    return total
