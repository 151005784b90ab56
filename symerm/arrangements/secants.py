"""The dimension of the set of outputs: the join of a line with a secant of the ReLU cone.

F_d(S) = { 1 c^T + sum_j x_j v_j^T : x_j in C(S) } (Lim, Michalek, Qi 2022) is a finite union of
images of cells, one per d-tuple of activation patterns, and the dimension of such an image is the
largest rank of the Jacobian on it.  That depends on the tuple only through V_j = col(D_Pj (S 1)).
One output: it is dim(R1 + V_1 + .. + V_d), because scales of v_j may be moved into x_j and the
image is a sum of a line and cones that span the V_j.
More outputs: the rank at an exhibited rational point is a lower bound; counting parameters and
determinantal varieties give an upper bound.  Where they agree the dimension is proved.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from operator import mul

from symerm.arithmetic.linalg import primitive, rank, row_reduce
from symerm.arrangements.patterns import ActivationPattern, activation_patterns, data_forms
from symerm.arrangements.relu_cone import pattern_matrix
from symerm.errors import InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Architecture

__all__ = ["SecantDimension", "hidden_spaces", "join_secant_dimension"]

Rows = Sequence[Sequence[Fraction | int]]
Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class SecantDimension:
    """Proved bounds on the dimension of F_d(S) in R^(n x q).

    Attributes
    ----------
    lower : int
        Rank of the Jacobian of (weights) -> (outputs) at `network`, so a lower bound.
    upper : int
        An upper bound for all pattern tuples: by exhaustive search for one output, by counting
        for more.
    expected : int
        The value expected of inputs in general position: parameters minus scalings, but no more
        than the variety of the matrices 1 c^T + (a matrix of rank d).  For one output and both
        biases it is min(n, d(p + 1) + 1).
    network : ShallowNetwork
        An exact network with this rank, no preactivation on a boundary.
    """

    lower: int
    upper: int
    expected: int
    network: ShallowNetwork

    @property
    def dimension(self) -> int | None:
        """The dimension if the bounds agree, else None."""
        return self.lower if self.lower == self.upper else None


def hidden_spaces(
    inputs: Rows, architecture: Architecture, *, limit: int | None = None
) -> dict[Matrix, ActivationPattern]:
    """The spans of the cones of the ReLU cone, each with one pattern that has it.

    Returns
    -------
    dict
        From the reduced basis (primitive integer rows in R^n) of the column space of D_P (S 1)
        to an activation pattern P.

    Raises
    ------
    InputError, UnsupportedError, BudgetExceeded
        As `symerm.arrangements.relu_cone.relu_cone`.
    """
    spaces: dict[Matrix, ActivationPattern] = {}
    for pattern in activation_patterns(inputs, hidden_bias=architecture.hidden_bias, limit=limit):
        matrix = pattern_matrix(
            inputs,
            pattern.active,
            hidden_bias=architecture.hidden_bias,
            activation=architecture.activation,
        )
        basis, _ = row_reduce(tuple(zip(*matrix, strict=True)))
        spaces.setdefault(tuple(map(primitive, basis)), pattern)
    return spaces


def join_secant_dimension(
    inputs: Rows,
    architecture: Architecture,
    *,
    outputs: int = 1,
    limit: int | None = None,
    effort: int = 2000,
) -> SecantDimension:
    """Bounds on the dimension of the outputs F_d(S) of all networks of an architecture.

    Parameters
    ----------
    inputs : n rows of p rationals
    architecture : Architecture
        Width d, a piecewise-linear activation, and which biases are trained.
    outputs : int
        Number q of outputs.
    limit : int, optional
        Largest number of activation patterns.
    effort : int
        Largest number of search nodes and of pattern tuples examined.

    Raises
    ------
    InputError
        If the inputs differ in length or `outputs` is not positive.
    UnsupportedError
        If the activation is not piecewise linear.
    BudgetExceeded
        If there are more than `limit` patterns.

    Notes
    -----
    Chambers suffice, as every face lies in the closure of one.  For one output the dimension is
    submodular in the set of patterns: a pattern never gains more than it would have gained
    earlier.  Branch and bound with this bound is exhaustive, so the bounds agree unless the
    effort ran out.  For more outputs the Jacobian has polynomial entries and the open cells are
    Zariski dense, so a random point has the largest rank of its tuple except on a thin set; the
    bounds do not rely on it.

    Examples
    --------
    >>> points = [(0,), (1,), (2,), (4,), (5,), (7,), (9,)]
    >>> join_secant_dimension(points, Architecture(2)).dimension
    5
    >>> join_secant_dimension(points, Architecture(2), outputs=2).dimension
    8
    """
    if isinstance(outputs, bool) or not isinstance(outputs, int) or outputs < 1:
        raise InputError(f"the number of outputs must be a positive integer, not {outputs!r}")
    width, bias = architecture.width, int(architecture.output_bias)
    spaces = hidden_spaces(inputs, architecture, limit=limit)
    constant: Matrix = ((1,) * len(inputs),) if bias else ()
    widest = max(map(len, spaces))

    def count(span: int, sizes: Sequence[int]) -> int:
        """At most the dimension of the outputs in one span, neurons from spaces of some sizes."""
        free = sum(size + outputs - 1 for size in sizes if size)
        return bias * outputs + min(free, _determinantal(span - bias, outputs, len(sizes)))

    best, most = _largest_span(constant, list(spaces), width, effort)
    network = _interior_network(inputs, [spaces[s] for s in best], architecture, outputs)
    lower = jacobian_rank(inputs, network, architecture)
    upper = count(most, [widest] * width)
    columns = len(inputs[0]) + int(architecture.hidden_bias)
    expected = count(len(inputs), [columns] * width)
    open_upper = lower
    # A larger space comes first: for most data the first tuples have the largest rank.
    ordered = sorted(spaces, key=len, reverse=True)
    for examined, chosen in enumerate(combinations_with_replacement(ordered, width)):
        if lower >= upper:
            break
        if examined == effort:
            open_upper = upper
            break
        span = rank([*constant, *(row for space in chosen for row in space)])
        bound = min(upper, count(span, [len(space) for space in chosen]))
        if bound <= lower:
            continue
        trial = _interior_network(inputs, [spaces[s] for s in chosen], architecture, outputs)
        reached = jacobian_rank(inputs, trial, architecture)
        if reached > lower:
            lower, network = reached, trial
        if bound > reached:
            open_upper = max(open_upper, bound)
    return SecantDimension(lower, min(upper, max(lower, open_upper)), expected, network)


def jacobian_rank(inputs: Rows, network: ShallowNetwork, architecture: Architecture) -> int:
    """The exact rank of the Jacobian of the outputs in the trained weights of a network.

    Parameters
    ----------
    inputs : n rows of p rationals
        None of them on a boundary of a neuron.
    network : ShallowNetwork
    architecture : Architecture
        Says which biases are trained.
    """
    count, outputs = len(inputs), network.output_dimension
    forms = data_forms(inputs, hidden_bias=architecture.hidden_bias)
    tangents: list[list[Fraction]] = []

    def add(column: Sequence[Fraction], row: Sequence[Fraction | int]) -> None:
        tangents.append([x * v for x in column for v in row])

    units = [tuple(int(i == k) for i in range(outputs)) for k in range(outputs)]
    if architecture.output_bias:
        for unit in units:
            add([Fraction(1)] * count, unit)
    preactivations = [network.preactivations(tuple(map(Fraction, row))) for row in inputs]
    for j, weights in enumerate(network.output_weights):
        values = [row[j] for row in preactivations]
        slopes = [Fraction(1) if z > 0 else network.activation.negative_slope for z in values]
        for column in zip(*forms, strict=True):
            add(list(map(mul, slopes, column)), weights)
        for unit in units:
            add(list(map(mul, slopes, values)), unit)
    return rank(tangents)


def _determinantal(rows: int, columns: int, size: int) -> int:
    """The dimension of the variety of matrices of rank at most `size`."""
    size = min(size, rows, columns)
    return size * (rows + columns - size)


def _largest_span(
    constant: Matrix, spaces: Sequence[Matrix], width: int, effort: int
) -> tuple[list[Matrix], int]:
    """`width` spaces of large span together with `constant`, and an upper bound for all choices.

    The span of the result has the dimension of the bound unless the effort ran out.
    """
    everything = rank([*constant, *(row for space in spaces for row in space)])
    best: list[Matrix] = []
    best_size = -1
    left = effort

    def extend(
        rows: Matrix, size: int, chosen: list[Matrix], candidates: Sequence[Matrix]
    ) -> bool:
        """Search all extensions of a choice; whether the search was exhaustive."""
        nonlocal best, best_size, left
        if size > best_size:
            best, best_size = chosen, size
        free = width - len(chosen)
        if free == 0 or best_size == everything:
            return True
        left -= 1
        if left < 0:
            return False
        gains = sorted(
            ((rank([*rows, *space]) - size, space) for space in candidates), reverse=True
        )
        for k, (gain, space) in enumerate(gains):
            if size + sum(g for g, _ in gains[k : k + free]) <= best_size:
                return True
            rest = [other for _, other in gains[k + 1 :]]
            if not extend((*rows, *space), size + gain, [*chosen, space], rest):
                return False
        return True

    exhaustive = extend(constant, rank(constant), [], spaces)
    # A space may be repeated when fewer than `width` already span the most.
    padded = best + [spaces[-1]] * (width - len(best))
    if exhaustive:
        return padded, best_size
    return padded, min(everything, rank(constant) + width * max(map(len, spaces)))


def _interior_network(
    inputs: Rows,
    patterns: Sequence[ActivationPattern],
    architecture: Architecture,
    outputs: int,
) -> ShallowNetwork:
    """A network with these patterns at a pseudo-random point of their open cells."""
    source = random.Random(0)
    forms = data_forms(inputs, hidden_bias=architecture.hidden_bias)
    neurons = []
    for pattern in patterns:
        witness = (*pattern.weights, pattern.bias)[: len(forms[0])]
        change = [source.randint(-999, 999) for _ in witness]
        stretch = 1
        for form in forms:
            # A zero form has no sign to keep.
            if any(form):
                value = abs(sum(map(mul, form, witness)))
                stretch = max(stretch, int(abs(sum(map(mul, form, change))) / value) + 1)
        neurons.append([stretch * w + c for w, c in zip(witness, change, strict=True)])
    dimension = len(inputs[0])
    zero = Fraction(0)
    return ShallowNetwork(
        tuple(tuple(neuron[:dimension]) for neuron in neurons),
        tuple(neuron[dimension] if architecture.hidden_bias else zero for neuron in neurons),
        tuple(
            tuple(Fraction(source.randint(1, 999)) for _ in range(outputs)) for _ in neurons
        ),
        (zero,) * outputs,
        architecture.activation,
    )
