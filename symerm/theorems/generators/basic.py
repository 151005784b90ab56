"""Strategies for numbers, activations, datasets and networks, which shrink to readable cases.

Numbers are small fractions that shrink to 0; datasets shrink to few points on a grid and networks
to few neurons with weights 0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Activation
from symerm.problem.dataset import Dataset

__all__ = [
    "activations",
    "datasets",
    "networks",
    "nonzero_rationals",
    "points",
    "positive_rationals",
    "rationals",
    "slopes",
]


def rationals(
    *, bound: int = 5, denominators: tuple[int, ...] = (1, 2, 3)
) -> st.SearchStrategy[Fraction]:
    """Fractions of absolute value at most `bound` with one of the denominators.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(rationals(), lambda value: value > 1)
    Fraction(2, 1)
    """
    return st.sampled_from(denominators).flatmap(
        lambda denominator: st.integers(-bound * denominator, bound * denominator).map(
            lambda numerator: Fraction(numerator, denominator)
        )
    )


def positive_rationals(
    *, bound: int = 5, denominators: tuple[int, ...] = (1, 2, 3)
) -> st.SearchStrategy[Fraction]:
    """Fractions in (0, bound]."""
    return rationals(bound=bound, denominators=denominators).map(abs).filter(bool)


def nonzero_rationals(
    *, bound: int = 5, denominators: tuple[int, ...] = (1, 2, 3)
) -> st.SearchStrategy[Fraction]:
    """Fractions in [-bound, bound] other than 0."""
    return rationals(bound=bound, denominators=denominators).filter(bool)


def slopes() -> st.SearchStrategy[Fraction]:
    """Slopes gamma with 0 <= gamma < 1 of the activation max(z, gamma z); 0 is the ReLU."""
    return st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1, 10), Fraction(2, 3)])


def activations(*kinds: str) -> st.SearchStrategy[Activation]:
    """Activations of the given kinds; without kinds ReLU and leaky.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(activations("leaky"), lambda activation: True).name
    'leaky:1/2'
    """
    choices = []
    for kind in kinds or ("relu", "leaky"):
        if kind == "leaky":
            choices += [Activation("leaky", slope)
                        for slope in (Fraction(1, 2), Fraction(1, 10), Fraction(2, 3))]
        else:
            choices.append(Activation(kind))
    return st.sampled_from(choices)


def points(
    dimension: int, *, entries: st.SearchStrategy[Fraction] | None = None
) -> st.SearchStrategy[tuple[Fraction, ...]]:
    """Points of Q^dimension."""
    chosen = rationals() if entries is None else entries
    return st.tuples(*[chosen] * dimension)


@st.composite
def datasets(
    draw: st.DrawFn,
    *,
    inputs: tuple[int, int] = (1, 2),
    outputs: tuple[int, int] = (1, 2),
    size: tuple[int, int] = (1, 5),
    distinct: bool = False,
    entries: st.SearchStrategy[Fraction] | None = None,
) -> Dataset:
    """Datasets with small rational entries.

    Parameters
    ----------
    inputs, outputs, size : tuple of two int
        Least and largest dimension of the inputs and outputs, and number of points.
    distinct : bool
        Whether all inputs differ.
    entries : strategy of Fraction, optional
        Entries of inputs and outputs.
    """
    p, q = draw(st.integers(*inputs)), draw(st.integers(*outputs))
    rows = draw(
        st.lists(points(p, entries=entries), min_size=size[0], max_size=size[1], unique=distinct)
    )
    responses = [draw(points(q, entries=entries)) for _ in rows]
    return Dataset(tuple(rows), tuple(responses))


@st.composite
def networks(
    draw: st.DrawFn,
    *,
    inputs: tuple[int, int] = (1, 2),
    outputs: tuple[int, int] = (1, 2),
    width: tuple[int, int] = (0, 4),
    activation: st.SearchStrategy[Activation] | None = None,
    entries: st.SearchStrategy[Fraction] | None = None,
) -> ShallowNetwork:
    """Networks with small rational weights; parameters as for `datasets`."""
    p, q, d = (draw(st.integers(*sizes)) for sizes in (inputs, outputs, width))
    act = draw(activations() if activation is None else activation)

    def rows(count: int, dimension: int) -> Any:
        return tuple(draw(points(dimension, entries=entries)) for _ in range(count))

    return ShallowNetwork(
        hidden_weights=rows(d, p),
        hidden_biases=draw(points(d, entries=entries)),
        output_weights=rows(d, q),
        output_biases=draw(points(q, entries=entries)),
        activation=act,
    )
