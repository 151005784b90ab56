"""What a lower bound rests on: the objects that certificates are written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symerm.arrangements.fan import Cone
from symerm.attainability.tree import Node

__all__ = [
    "ConeTreeProof",
    "NeuronCase",
    "NeuronTreeProof",
    "NonnegativeProof",
    "ProjectedBound",
    "ProjectionProof",
    "RankProof",
    "SecantProof",
]

Rows = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class NonnegativeProof:
    """The lower bound is the scatter within groups of equal inputs: a sum of squares."""


@dataclass(frozen=True)
class ConeTreeProof:
    """Every case of a one-output problem is closed by a dual vector.

    Attributes
    ----------
    roots : tuple of Node
        The cases at the root; a node has either a split or a leaf.
    """

    roots: tuple[Node, ...]


@dataclass
class NeuronCase:
    """A cone of neurons in the proof for width one.

    Attributes
    ----------
    cone : Cone
    estimate : float
        Float estimate of the least loss, relative to that of a constant network.
    halvings : int
        Cuts by forms that are not of the data, one after another.
    goal : Fraction or None
        The loss for which the case is closed.
    split : the data point or the linear form that cuts the cone, if it was cut
    children : the parts where the form is non-positive and non-negative
    """

    cone: Cone
    estimate: float
    halvings: int = 0
    goal: Fraction | None = None
    split: int | tuple[int, ...] | None = None
    children: tuple[NeuronCase, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the case is neither cut nor closed."""
        return self.goal is None and not self.children

    def walk(self) -> Iterator[NeuronCase]:
        """This case and all below it, depth first, parents before children."""
        stack = [self]
        while stack:
            case = stack.pop()
            yield case
            stack.extend(reversed(case.children))


@dataclass(frozen=True)
class NeuronTreeProof:
    """On every cone of a width-one problem the loss is bounded by a copositive form.

    Attributes
    ----------
    roots : tuple of NeuronCase
    """

    roots: tuple[NeuronCase, ...]


@dataclass(frozen=True)
class RankProof:
    """A bound for all networks by the rank of their outputs.

    With A the Gram matrix of the responses, centred if there is an output bias, the matrix
    A - level I + factor factor^t is positive semidefinite, and the loss is at least
    (q - d) level - |factor|^2.

    Attributes
    ----------
    level : Fraction
    factor : q rows of r Fractions
    closed : bool
        Whether the inputs are affinely independent with both biases, so that all outputs of that
        rank are realised and a minimiser exists.
    """

    level: Fraction
    factor: tuple[tuple[Fraction, ...], ...]
    closed: bool = True


@dataclass(frozen=True)
class ProjectedBound:
    """A bound for the responses <w, t_i> along a direction w as a problem with one output.

    Attributes
    ----------
    direction : q integers
    bound : Fraction
        What the loss of the one-output problem is at least, without its scatter.
    tree : ConeTreeProof
    """

    direction: tuple[int, ...]
    bound: Fraction
    tree: ConeTreeProof


@dataclass(frozen=True)
class ProjectionProof:
    """Bounds along orthogonal directions: the loss is at least the sum of bound / |w|^2.

    Attributes
    ----------
    parts : tuple of ProjectedBound
        Their directions are not zero and pairwise orthogonal.
    """

    parts: tuple[ProjectedBound, ...]


@dataclass(frozen=True)
class SecantProof:
    """Bounds on the spans of two or more neurons, any numbers of inputs and outputs.

    Attributes
    ----------
    kind : ``"bounds"``, ``"attained"``, ``"level"`` or ``"fit"``
    level : Fraction or None
        For ``"level"``: every tuple of neurons is above it or not stationary.
    limit : (root, coordinates, orders) or None
        For ``"level"`` and ``"fit"``: coordinates of the items of each axis, and the power of eps
        that each carries on the way to the stratum whose loss is approached.
    steps : tuple of tuples
        The steps of all roots in order.
    refinements : tuple of pairs (piece, coefficients)
        The vertices at which pieces are subdivided first.
    """

    kind: str
    level: Fraction | None
    limit: tuple[int, Rows, Rows] | None
    steps: tuple[tuple[object, ...], ...]
    refinements: tuple[tuple[int, tuple[int, ...]], ...] = ()
