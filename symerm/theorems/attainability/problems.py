"""What the statements on minimisers share: problems as parts of instances, exact projections.

The best output layer for hidden vectors x_1, .., x_d is a projection: the loss is the squared
distance of the responses from span(1, x_1, .., x_d), or from span(x_1, .., x_d) without output
bias.  `distance` computes it by Gram-Schmidt over Q, without the search of the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.rationals import format_rational
from symerm.attainability import Verdict, decide
from symerm.problem.architecture import Architecture
from symerm.problem.problem import Problem
from symerm.theorems.instance import Instance

__all__ = [
    "act",
    "as_instance",
    "as_problem",
    "decided",
    "distance",
    "enclosure",
    "problem_instances",
    "shown",
]

Vector = tuple[Fraction, ...]


def as_instance(problem: Problem, **more: object) -> Instance:
    """A problem as parts of an instance, with further parts.

    Examples
    --------
    >>> from symerm.problem import Dataset
    >>> problem = Problem(Dataset.from_rows([0], [1]), Architecture(2))
    >>> as_problem(as_instance(problem)) == problem
    True
    """
    shape = problem.architecture
    return Instance.of(
        data=problem.dataset, width=shape.width, activation=shape.activation,
        hidden_bias=shape.hidden_bias, output_bias=shape.output_bias, **more,
    )


def as_problem(instance: Instance, *, width: int | None = None) -> Problem:
    """The problem of the parts, with another width if one is given."""
    return Problem(
        instance["data"],
        Architecture(
            instance["width"] if width is None else width, instance["activation"],
            hidden_bias=instance["hidden_bias"], output_bias=instance["output_bias"],
        ),
    )


def problem_instances(
    problems: st.SearchStrategy[Problem], **more: st.SearchStrategy[object]
) -> st.SearchStrategy[Instance]:
    """Instances of a strategy of problems, with further parts drawn independently."""
    return st.builds(as_instance, problems, **more)


def decided(instance: Instance, *, width: int | None = None) -> Verdict:
    """The verdict on the problem of an instance."""
    return decide(as_problem(instance, width=width))


def act(z: Fraction, slope: Fraction) -> Fraction:
    """max(z, slope z) for a slope below 1."""
    return z if z > 0 else slope * z


def distance(
    columns: Sequence[Sequence[Fraction | int]], responses: Sequence[Sequence[Fraction]]
) -> Fraction:
    """The squared distance of the columns of the responses from the span of vectors.

    Parameters
    ----------
    columns : k vectors of length n
    responses : n rows of q numbers

    Examples
    --------
    >>> distance([(1, 1)], [(Fraction(1),), (Fraction(3),)])
    Fraction(2, 1)
    """
    basis: list[list[Fraction]] = []
    for column in columns:
        rest = _orthogonal([Fraction(x) for x in column], basis)
        if any(rest):
            basis.append(rest)
    total = Fraction(0)
    for response in zip(*responses, strict=True):
        rest = _orthogonal([Fraction(t) for t in response], basis)
        total += sum((x * x for x in rest), Fraction(0))
    return total


def _orthogonal(vector: list[Fraction], basis: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    for other in basis:
        square = sum((y * y for y in other), Fraction(0))
        factor = sum((x * y for x, y in zip(vector, other, strict=True)), Fraction(0)) / square
        vector = [x - factor * y for x, y in zip(vector, other, strict=True)]
    return vector


def enclosure(verdict: Verdict) -> tuple[Fraction, Fraction]:
    """Bounds of the infimum, equal if it is known."""
    if verdict.exact is not None:
        return verdict.exact, verdict.exact
    return verdict.lower, verdict.upper


def shown(value: Fraction | Verdict) -> str:
    """A number, or the infimum of a verdict, for one line of evidence."""
    if isinstance(value, Verdict):
        low, high = enclosure(value)
        value_text = shown(low) if low == high else f"[{float(low):.9g}, {float(high):.9g}]"
        return f"infimum {value_text}, {value.verdict}"
    text = format_rational(value)
    return text if len(text) <= 24 else f"{float(value):.9g}"
