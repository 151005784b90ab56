"""The critical point nearest to a network within its cell of activation patterns, exactly.

For one output and act(z) = max(z, gamma z) the outputs on the data are linear in
u_j = v_j (w_j, b_j) and c as long as no preactivation changes its sign, so that the loss is a
convex quadratic there (Laurent and von Brecht 2018): its critical points with v_j != 0 solve the
normal equations.  Minima often lie on walls, where some neurons vanish at some inputs: those that
are met on the way to the solution are kept, or else preactivations that are small are set to
zero, the fewest first.  The result is classified exactly: a wrong guess costs time, not truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat

from symerm.arithmetic.flint_rationals import from_flint, to_flint
from symerm.arithmetic.linalg import nullspace, solve
from symerm.landscape.empirical_minima import classify_empirical
from symerm.landscape.verdicts import Classification
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset

__all__ = ["MAX_UNKNOWNS", "critical_point_in_cell"]

#: Most unknowns of the normal equations: hidden weights, hidden biases and the output bias.
MAX_UNKNOWNS = 200
#: Preactivations below this share of |(w, b)| |(s, 1)| may be set to zero, most per network.
_SMALL = Fraction(1, 20)
_MOST_WALLS = 30
#: Most walls that are met on the way.
_MOST_STEPS = 100

Vector = tuple[Fraction, ...]
Wall = tuple[int, int]


def critical_point_in_cell(network: ShallowNetwork, dataset: Dataset) -> Classification | None:
    """The critical point with the network's activation pattern, or on its nearest walls.

    Parameters
    ----------
    network : ShallowNetwork
        One output, activation relu or leaky.
    dataset : Dataset

    Returns
    -------
    Classification or None
        Of a network with the same output weights; None if none was found, or there are more than
        `MAX_UNKNOWNS` unknowns.

    Examples
    --------
    >>> from symerm.networks.serialization import network_from_json
    >>> data = Dataset.from_rows([0, 1, 2, 3], [0, 0, 1, 2])
    >>> trained = network_from_json({
    ...     "activation": "relu", "hidden_weights": [["0.99"]], "hidden_biases": ["-0.98"],
    ...     "output_weights": [[1]], "output_biases": ["0.01"]})
    >>> found = critical_point_in_cell(trained, data)
    >>> found.verdict, found.network.hidden_biases
    ('global-minimum', (Fraction(-1, 1),))
    """
    if network.width * (network.input_dimension + 1) + 1 > MAX_UNKNOWNS:
        return None
    values = [network.preactivations(point) for point in dataset.inputs]
    for moved in _candidates(network, dataset, values):
        found = classify_empirical(moved, dataset)
        if found.verdict != "not-critical":
            return found
    return None


def _candidates(
    network: ShallowNetwork, dataset: Dataset, values: Sequence[Vector]
) -> Iterator[ShallowNetwork]:
    met = _active_set(network, dataset, values)
    if met is not None:
        yield met
    for walls in _wall_sets(network, dataset, values):
        moved = _least_squares(network, dataset, values, walls)
        if moved is not None and _keeps(moved, dataset, values, walls):
            yield moved


def _active_set(
    network: ShallowNetwork, dataset: Dataset, values: Sequence[Vector]
) -> ShallowNetwork | None:
    """Towards the minimum of the quadratic, keeping to every wall that is met."""
    walls = {(i, j) for i, row in enumerate(values) for j, z in enumerate(row) if z == 0}
    here = values
    for _ in range(_MOST_STEPS):
        moved = _least_squares(network, dataset, values, frozenset(walls))
        if moved is None:
            return None
        there = [moved.preactivations(point) for point in dataset.inputs]
        hits = [
            (old / (old - new), i, j)
            for i, (before, after) in enumerate(zip(here, there, strict=True))
            for j, (old, new) in enumerate(zip(before, after, strict=True))
            if (i, j) not in walls and old * new <= 0
        ]
        if not hits:
            return moved
        step = min(hits)[0]
        walls.update((i, j) for share, i, j in hits if share == step)
        here = [
            tuple(x + step * (y - x) for x, y in zip(before, after, strict=True))
            for before, after in zip(here, there, strict=True)
        ]
    return None


def _wall_sets(
    network: ShallowNetwork, dataset: Dataset, values: Sequence[Vector]
) -> Iterator[frozenset[Wall]]:
    """The inputs and neurons whose preactivation is set to zero: none, the smallest, .."""
    sizes = []
    for i, (point, row) in enumerate(zip(dataset.inputs, values, strict=True)):
        length = 1 + sum((x * x for x in point), Fraction(0))
        for j, value in enumerate(row):
            own = network.hidden_biases[j] ** 2 + sum(
                (x * x for x in network.hidden_weights[j]), Fraction(0)
            )
            share = value * value / (own * length) if own else Fraction(1)
            if share < _SMALL**2:
                sizes.append((share, i, j))
    sizes.sort()
    exact = frozenset((i, j) for share, i, j in sizes if share == 0)
    yield exact
    chosen = set(exact)
    for _, i, j in sizes[len(exact) : len(exact) + _MOST_WALLS]:
        chosen.add((i, j))
        yield frozenset(chosen)


def _least_squares(
    network: ShallowNetwork,
    dataset: Dataset,
    values: Sequence[Vector],
    walls: frozenset[Wall],
) -> ShallowNetwork | None:
    """The minimum of the quadratic of the cell on some walls, nearest to the network."""
    gamma = network.activation.negative_slope
    forms = [(*point, Fraction(1)) for point in dataset.inputs]
    outputs = [v for (v,) in network.output_weights]
    moving = [j for j, v in enumerate(outputs) if v]
    bases: list[tuple[Vector, ...]] = []
    for j in moving:
        rows = [forms[i] for i, neuron in sorted(walls) if neuron == j]
        bases.append(nullspace(rows, columns=len(forms[0])))
        if not bases[-1]:
            return None
    columns = [
        (j, vector) for j, basis in zip(moving, bases, strict=True) for vector in basis
    ]
    # The products of all inputs with all basis vectors in one go, then the slopes of the cell.
    inner = fmpq_mat([list(map(to_flint, form)) for form in forms]) * fmpq_mat(
        [list(map(to_flint, vector)) for _, vector in columns] or [[fmpq(0)] * len(forms[0])]
    ).transpose()
    on = [to_flint(v) for v in outputs]
    off = [to_flint(gamma * v) for v in outputs]
    zero, one = fmpq(0), fmpq(1)
    matrix = fmpq_mat(
        [
            [
                *(
                    zero if (i, j) in walls
                    else inner[i, k] * (on[j] if values[i][j] > 0 else off[j])
                    for k, (j, _) in enumerate(columns)
                ),
                one,
            ]
            for i in range(len(forms))
        ]
    )
    target = fmpq_mat([[to_flint(t)] for (t,) in dataset.outputs])
    gram = _rows(matrix.transpose() * matrix)
    moment = [row[0] for row in _rows(matrix.transpose() * target)]
    solution = solve(gram, moment)
    if solution is None:
        return None
    solution = _nearest(network, columns, solution, nullspace(gram))
    weights = list(network.hidden_weights)
    biases = list(network.hidden_biases)
    for j in moving:
        own = [Fraction(0)] * len(forms[0])
        for (neuron, vector), entry in zip(columns, solution, strict=False):
            if neuron == j:
                own = [x + entry * y for x, y in zip(own, vector, strict=True)]
        weights[j], biases[j] = tuple(own[:-1]), own[-1]
    return ShallowNetwork(
        tuple(weights),
        tuple(biases),
        network.output_weights,
        (solution[-1],),
        network.activation,
    )


def _nearest(
    network: ShallowNetwork,
    columns: Sequence[tuple[int, Vector]],
    solution: Vector,
    kernel: Sequence[Vector],
) -> Vector:
    """The solution of the normal equations nearest to the network in (w_j, b_j)_j and c."""
    if not kernel:
        return solution

    def spread(vector: Vector) -> dict[tuple[int, int], Fraction]:
        entries: dict[tuple[int, int], Fraction] = {(-1, 0): vector[-1]}
        for (j, basis), factor in zip(columns, vector, strict=False):
            for k, x in enumerate(basis):
                entries[j, k] = entries.get((j, k), Fraction(0)) + factor * x
        return entries

    start = spread(solution)
    current = {(-1, 0): network.output_biases[0]}
    for j in {j for j, _ in columns}:
        for k, x in enumerate((*network.hidden_weights[j], network.hidden_biases[j])):
            current[j, k] = x
    moves = [spread(vector) for vector in kernel]
    gap = {key: current[key] - start[key] for key in current}
    gram = [
        [sum((a[key] * b[key] for key in current), Fraction(0)) for b in moves] for a in moves
    ]
    moment = [sum((a[key] * gap[key] for key in current), Fraction(0)) for a in moves]
    shares = solve(gram, moment)
    if shares is None:
        raise ArithmeticError("the normal equations of a projection have a solution")
    return tuple(
        x + sum((s * vector[k] for s, vector in zip(shares, kernel, strict=True)), Fraction(0))
        for k, x in enumerate(solution)
    )


def _keeps(
    moved: ShallowNetwork,
    dataset: Dataset,
    values: Sequence[Vector],
    walls: frozenset[Wall],
) -> bool:
    """Whether all other preactivations have kept their signs."""
    return all(
        (i, j) in walls or (new > 0) - (new < 0) == (old > 0) - (old < 0)
        for i, (point, row) in enumerate(zip(dataset.inputs, values, strict=True))
        for j, (new, old) in enumerate(zip(moved.preactivations(point), row, strict=True))
    )


def _rows(matrix: fmpq_mat) -> list[list[Fraction]]:
    return [
        [from_flint(matrix[i, j]) for j in range(matrix.ncols())]
        for i in range(matrix.nrows())
    ]
