"""A small prover for the method "secants": it tries the rules one after the other on each cell."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, product
from math import prod
from types import SimpleNamespace
from typing import Any

from symerm.certificates import checker
from symerm.certificates.checker import Cell, Invalid, Malformed, Pieces, Problem, Root

LINE_4 = ([[0], [1], [2], [3]], [[0, 0], [0, 1], [1, 3], [2, 3]])  # not attained, infimum 0
LARGE_GAP = ([[0], [1], [2], [3], [4]], [[-2, -9], [-9, -7], [-9, 3], [0, 3], [-5, 2]])
HELD = ([[0], [1], [3], [4]], [[-3, 4], [-4, -1], [-4, 2], [2, 2]])  # attained
GOLDEN = ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 0], [-1, 0], [0, 1]])  # without biases


def free_lines() -> Any:
    """In the place of a file: work that nobody counts."""
    return SimpleNamespace(rate=1, spend=lambda *amounts: None)


def problem_of(
    inputs: Any, outputs: Any, width: int = 2, *, slope: Any = 0, hidden_bias: bool = True,
    output_bias: bool = True,
) -> Problem:
    rows = [[[Fraction(x) for x in row] for row in table] for table in (inputs, outputs)]
    architecture = "", Fraction(slope), hidden_bias, output_bias, width
    return Problem(*rows, architecture, free_lines())


def set_levels(space: Pieces, goal: Any, low: Any = None, top: Any = None) -> None:
    """The goal of "p", the lower level if it needs a proof, and the top level."""
    space.goal, space.least = goal, low is not None
    space.levels = [x for x in (low or goal, top) if x is not None]


def random_image(problem: Problem, source: random.Random) -> list[Fraction]:
    """The activations of a random neuron, centred if there is an output bias."""
    u = [source.randint(-9, 9) for _ in problem.forms[0]]
    z = [sum(x * y for x, y in zip(form, u, strict=True)) for form in problem.forms]
    image = [Fraction(problem.on * x if x > 0 else problem.off * x) for x in z]
    total = sum(problem.weights)
    mean = sum(w * x for w, x in zip(problem.weights, image, strict=True)) / total
    return [x - mean * problem.output_bias for x in image]


def start(root: Root, goal: tuple[int, int]) -> Cell:
    if not hasattr(root.space, "goal"):
        set_levels(root.space, goal)
    slots = [
        ([a], [{k * root.strides[a]: 1} for k in range(size)]) for a, size in enumerate(root.shape)
    ]
    return Cell(root, slots, root.form(goal), True)


def holds(action: Any, *arguments: Any) -> bool:
    try:
        return action(*arguments) is not False
    except (Invalid, Malformed):
        return False


def boxes(root: Root, axes: Any) -> Any:
    """All boxes of one or two items on each axis."""
    sides = [
        [list(side) for m in (1, 2) for side in combinations(range(root.shape[a]), m)]
        for a in axes
    ]
    return product(*sides)


def retreat(cell: Cell) -> list[Any]:
    return [["m", *move] for move in cell.root.retreats if holds(cell.retreats, *move)][:1]


def low_level(cell: Cell) -> bool:
    return not cell.root.space.least or holds(cell.above, cell.root.levels()[0], [])


def close(cell: Cell, kind: str, depth: int = 12, retreats_first: bool = False) -> list[Any]:
    """Steps that close a cell, the first rule that holds in each; AssertionError if none does."""
    root = cell.root
    if not all(cell.sizes):
        return []
    if retreats_first and retreat(cell):
        return retreat(cell)
    if cell.bounded():
        return [["p"]]
    if not retreats_first and retreat(cell):
        return retreat(cell)
    if kind == "attained" and cell.pure and low_level(cell):
        for s, (axes, _) in enumerate(cell.slots):
            places = cell.coordinates(s)
            for what in [[]] + [
                [n for n, k in enumerate(places) if k // root.strides[a] % root.shape[a] != item]
                for a in axes for item in range(root.shape[a])
            ]:
                if holds(cell.close, "r", [s, what]):
                    return [["r", s, what]]
    if kind == "level" and len(cell.slots) == 1 and low_level(cell):
        for box in boxes(root, cell.slots[0][0]):
            if holds(cell.close, "n", [0, list(box)]):
                return [["n", 0, list(box)]]
    assert depth > 0, "no proof found"
    assert max(cell.sizes) > 1, "no proof found"
    if len(cell.slots) > 1 and prod_dead(cell):
        chosen = list(range(len(cell.slots)))
        return [["w", *chosen], *close(cell.merge(chosen), kind, depth - 1, retreats_first)]
    # the longest edge: the pair of generators with the least product coefficient
    best = min(
        ((s, i, j) for s, size in enumerate(cell.sizes) for i, j in combinations(range(size), 2)),
        key=lambda place: gain(cell, *place),
    )
    parts = cell.split(*best, 1, 1)
    return [["b", *best, 1, 1]] + [
        step for part in parts for step in close(part, kind, depth - 1, retreats_first)
    ]


def prod_dead(cell: Cell) -> bool:
    return any(
        cell.root.pair(cell.root.den, x, x) == 0
        for x in checker.tensors([gens for _, gens in cell.slots])
    )


def gain(cell: Cell, s: int, i: int, j: int) -> Any:
    """Cosine of two generators' products, roughly: small ones are far from each other."""
    step = prod(cell.sizes[s + 1 :])
    best = Fraction(2)
    den, lists = cell.root.den, [gens for _, gens in cell.slots]
    for n in range(len(cell.form)):
        if n // step % cell.sizes[s] == i:
            points = checker.tensors(lists)
            x, y = points[n], points[n + (j - i) * step]
            a, b, c = (cell.root.pair(den, *z) for z in ((x, x), (y, y), (x, y)))
            if a and b:
                best = min(best, Fraction(c * abs(c), a * b))
    return best


def proof(
    problem: Problem, kind: str, lower: Any, goal: Any, top: Any = None, depth: int = 12,
    retreats_first: bool = False, refine: Any = (),
) -> list[Any]:
    """The steps after the head that close all roots."""
    space = Pieces(problem)
    for step in refine:
        space.refine(step)
    levels = [
        None if x is None else space.at((Fraction(x) - problem.scatter) * problem.unit**2)
        for x in (goal, lower, top)
    ]
    set_levels(space, *levels)
    return [
        step for root in space.roots()
        for step in close(start(root, space.goal), kind, depth, retreats_first)
    ]


def random_point(cell: Cell, source: random.Random) -> dict[int, int]:
    """The tensor of random non-negative combinations of the generators of all slots."""
    lists = []
    for _, gens in cell.slots:
        point: dict[int, int] = {}
        for g in gens:
            factor = source.choice([0, 1, 2, 5, 30])
            for k, x in g.items():
                point[k] = point.get(k, 0) + factor * x
        lists.append([{k: x for k, x in point.items() if x} or dict(gens[0])])
    return checker.tensors(lists)[0]
