"""Strategies for training problems: with and without a minimiser, degenerate, in general position.

Problems without a minimiser are images of small ones (Lim, Michalek, Qi 2019, and smaller ones of
the same kind): an affine bijection of the inputs or of the responses changes neither that the
infimum is 0 nor that no network reaches it.  Points in general position are affine images of
points (t, t^2, ..) on the moment curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.problem.architecture import RELU, Activation, Architecture
from symerm.problem.catalogue import load_dataset
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.generators.basic import (
    activations,
    datasets,
    nonzero_rationals,
    points,
    positive_rationals,
    rationals,
)

__all__ = [
    "attainable_problems",
    "bias_free_flaws",
    "degenerate_datasets",
    "general_position_datasets",
    "integer_datasets",
    "integer_points",
    "invertible_matrices",
    "line_problems",
    "unattainable_problems",
]

Matrix = tuple[tuple[Fraction, ...], ...]


def integer_points(dimension: int, *, bound: int = 4) -> st.SearchStrategy[tuple[Fraction, ...]]:
    """Points with integer coordinates of absolute value at most `bound`.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(integer_points(2), lambda point: point[1] < -1)
    (Fraction(0, 1), Fraction(-2, 1))
    """
    return points(dimension, entries=_integers(bound))


def _integers(bound: int) -> st.SearchStrategy[Fraction]:
    return st.integers(-bound, bound).map(Fraction)


def integer_datasets(
    *,
    inputs: tuple[int, int] = (1, 2),
    outputs: tuple[int, int] = (1, 2),
    size: tuple[int, int] = (1, 5),
    distinct: bool = False,
    bound: int = 4,
) -> st.SearchStrategy[Dataset]:
    """Datasets with small integer entries, whose problems are decided quickly.

    Parameters
    ----------
    inputs, outputs, size : tuple of two int
        Least and largest dimension of the inputs and outputs, and number of points.
    distinct : bool
        Whether all inputs differ.
    bound : int
        Of the absolute values.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(integer_datasets(inputs=(1, 1)), lambda data: data.size == 2).inputs
    ((Fraction(0, 1),), (Fraction(0, 1),))
    """
    return datasets(
        inputs=inputs, outputs=outputs, size=size, distinct=distinct, entries=_integers(bound)
    )


@st.composite
def invertible_matrices(
    draw: st.DrawFn, size: int, *, bound: int = 2
) -> Matrix:
    """Invertible integer matrices with small entries, as rows.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(invertible_matrices(1), lambda matrix: True)
    ((Fraction(1, 1),),)
    """
    lower = [[draw(st.integers(-bound, bound)) if j < i else int(i == j) for j in range(size)]
             for i in range(size)]
    upper = [[draw(st.integers(-bound, bound)) if j > i else int(i == j) for j in range(size)]
             for i in range(size)]
    scales = [draw(st.sampled_from([1, -1, 2])) for _ in range(size)]
    return tuple(
        tuple(
            Fraction(sum(lower[i][k] * scales[k] * upper[k][j] for k in range(size)))
            for j in range(size)
        )
        for i in range(size)
    )


def line_problems(
    *,
    outputs: tuple[int, int] = (1, 2),
    size: tuple[int, int] = (2, 5),
    width: tuple[int, int] = (1, 2),
    activation: st.SearchStrategy[Activation] | None = None,
) -> st.SearchStrategy[Problem]:
    """Problems with one input, distinct integer inputs and both biases.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(line_problems(), lambda problem: True).dataset.inputs
    ((Fraction(0, 1),), (Fraction(1, 1),))
    """
    return st.builds(
        lambda data, d, act: Problem(data, Architecture(d, act)),
        integer_datasets(inputs=(1, 1), outputs=outputs, size=size, distinct=True),
        st.integers(*width),
        activations() if activation is None else activation,
    )


@st.composite
def degenerate_datasets(
    draw: st.DrawFn, *, outputs: tuple[int, int] = (1, 2)
) -> Dataset:
    """Datasets with repeated inputs or with all inputs on one line of the plane.

    Examples
    --------
    >>> from hypothesis import find
    >>> data = find(degenerate_datasets(), lambda data: True)
    >>> data.size - len(set(data.inputs))
    1
    """
    kind = draw(st.sampled_from(["repeated", "collinear", "both"]))
    p = 2 if kind != "repeated" else draw(st.integers(1, 2))
    origin, direction = draw(integer_points(p, bound=2)), draw(
        integer_points(p, bound=2).filter(any)
    )
    if kind == "repeated":
        rows = draw(st.lists(integer_points(p), min_size=1, max_size=4))
    else:
        places = draw(st.lists(st.integers(-4, 4), min_size=3, max_size=4, unique=True))
        rows = [tuple(o + t * e for o, e in zip(origin, direction, strict=True)) for t in places]
    if kind != "collinear":
        rows.append(draw(st.sampled_from(rows)))
    q = draw(st.integers(*outputs))
    responses = [draw(integer_points(q)) for _ in rows]
    return Dataset(tuple(rows), tuple(responses))


@st.composite
def general_position_datasets(
    draw: st.DrawFn,
    *,
    inputs: tuple[int, int] = (1, 2),
    outputs: tuple[int, int] = (1, 2),
    size: tuple[int, int] = (1, 6),
) -> Dataset:
    """Datasets of which no p + 1 inputs lie in one hyperplane of Q^p.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(general_position_datasets(inputs=(2, 2)), lambda data: data.size == 3).inputs[2]
    (Fraction(2, 1), Fraction(4, 1))
    """
    p, q = draw(st.integers(*inputs)), draw(st.integers(*outputs))
    places = draw(
        st.lists(st.integers(0, 6), min_size=size[0], max_size=size[1], unique=True)
    )
    matrix, shift = draw(invertible_matrices(p)), draw(integer_points(p, bound=2))
    rows = [
        _affine(matrix, shift, [Fraction(t) ** k for k in range(1, p + 1)]) for t in places
    ]
    return Dataset(
        tuple(rows), tuple(draw(integer_points(q)) for _ in rows)
    )


def attainable_problems(
    *, width: tuple[int, int] = (1, 2), size: tuple[int, int] = (1, 5)
) -> st.SearchStrategy[Problem]:
    """Problems for which a theorem says that a minimiser exists.

    One output, one neuron, few points, or responses on a line; ReLU or leaky, both biases.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(attainable_problems(), lambda problem: problem.dataset.output_dimension == 2
    ...      ).architecture.width
    1
    """
    one_output = integer_datasets(outputs=(1, 1), size=size)
    shapes = st.integers(*width)

    def problems(
        data: st.SearchStrategy[Dataset], d: st.SearchStrategy[int]
    ) -> st.SearchStrategy[Problem]:
        return st.builds(
            lambda rows, k, act: Problem(rows, Architecture(k, act)), data, d, activations()
        )

    on_line = st.builds(
        lambda data, start, direction: Dataset(
            data.inputs,
            tuple(
                tuple(m + t * w for m, w in zip(start, direction, strict=True))
                for (t,) in data.outputs
            ),
        ),
        one_output, integer_points(2, bound=2), integer_points(2, bound=2),
    )
    return st.one_of(
        problems(one_output, shapes),
        problems(integer_datasets(outputs=(2, 2), size=size), st.just(1)),
        problems(on_line, shapes),
        problems(degenerate_datasets(outputs=(1, 1)), shapes),
    )


@cache
def _flawed() -> tuple[Dataset, ...]:
    """Small datasets on a line whose infimum 0 two neurons do not attain."""
    return (
        load_dataset("counterexample-3"),
        load_dataset("counterexample-2"),
        Dataset.from_rows(range(5), [[0, 0], [0, 0], [0, 1], [1, 2], [2, 2]]),
    )


@st.composite
def unattainable_problems(draw: st.DrawFn, *, positive: bool | None = None) -> Problem:
    """Problems with one input, two outputs and two ReLU neurons whose infimum is not attained.

    Parameters
    ----------
    positive : bool, optional
        Whether the infimum is positive; without it one problem in four is of that kind.

    Examples
    --------
    >>> from hypothesis import find
    >>> from symerm.attainability import decide
    >>> problem = find(unattainable_problems(), lambda problem: True)
    >>> problem.dataset.size, decide(problem).verdict
    (5, 'not-attained')
    """
    scale, shift = draw(nonzero_rationals(bound=3)), draw(rationals(bound=3))
    if draw(st.integers(0, 3)) == 3 if positive is None else positive:
        data = Dataset.from_rows(
            range(5), [[-2, -9], [-9, -7], [-9, 3], [0, 3], [-5, 2]]
        )
        a, b = draw(st.sampled_from([(1, 0), (0, 1), (3, 4), (1, -1)]))
        matrix: Matrix = ((Fraction(a), Fraction(-b)), (Fraction(b), Fraction(a)))
    else:
        data = draw(st.sampled_from(_flawed()))
        matrix = draw(invertible_matrices(2))
    moved = draw(integer_points(2, bound=2))
    return Problem(
        Dataset(
            tuple((scale * s + shift,) for (s,) in data.inputs),
            tuple(_affine(matrix, moved, row) for row in data.outputs),
        ),
        Architecture(2),
    )


@st.composite
def bias_free_flaws(draw: st.DrawFn) -> Problem:
    """Problems without any bias, three inputs of Q^3 and width 2, whose infimum 0 is not attained.

    The responses span a plane that meets the non-negative orthant in one ray only.

    Examples
    --------
    >>> from hypothesis import find
    >>> problem = find(bias_free_flaws(), lambda problem: True)
    >>> problem.architecture.output_bias, problem.dataset.size
    (False, 3)
    """
    inputs = draw(invertible_matrices(3, bound=1))
    scales = [draw(positive_rationals(bound=2)) for _ in range(3)]
    mixing = draw(invertible_matrices(2, bound=1))
    golden = [(1, 0), (-1, 0), (0, 1)]
    rows = [
        _affine(mixing, (Fraction(0),) * 2, [scale * x for x in golden[k]])
        for scale, k in zip(scales, draw(st.permutations(range(3))), strict=True)
    ]
    return Problem(
        Dataset(inputs, tuple(rows)),
        Architecture(2, RELU, hidden_bias=False, output_bias=False),
    )


def _affine(
    matrix: Matrix, shift: Sequence[Fraction], point: Sequence[Fraction]
) -> tuple[Fraction, ...]:
    return tuple(
        sum((a * x for a, x in zip(row, point, strict=True)), start)
        for row, start in zip(matrix, shift, strict=True)
    )


def affinely_independent(rows: Sequence[Sequence[Fraction]]) -> bool:
    """Whether no point is an affine combination of the others.

    Examples
    --------
    >>> affinely_independent([(0, 0), (1, 0), (0, 1)]), affinely_independent([(0,), (1,), (2,)])
    (True, False)
    """
    return rank([(*row, Fraction(1)) for row in rows]) == len(rows)
