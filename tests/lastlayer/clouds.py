"""Point clouds for the tests of the last layer."""

from __future__ import annotations

import random
from fractions import Fraction

Points = list[tuple[Fraction, ...]]


def flawed_cloud(seed: int) -> Points:
    """Points with what bias-free features cannot tell apart: rays, antipodes, copies, zero."""
    rng = random.Random(seed)
    dimension = rng.randint(1, 4)
    points: Points = []
    for _ in range(rng.randint(1, 6)):
        direction = [Fraction(rng.randint(-3, 3)) for _ in range(dimension)]
        scales = [Fraction(1)]
        if rng.random() < 0.5:
            scales.append(Fraction(rng.randint(1, 4), rng.randint(1, 3)))
        if rng.random() < 0.6:
            scales.append(-Fraction(rng.randint(1, 4), rng.randint(1, 3)))
        points += [tuple(t * x for x in direction) for t in scales]
    rng.shuffle(points)
    return points


def exact_rank(rows: list[list[Fraction]]) -> int:
    """The rank by plain elimination in Fractions, not by the toolkit's own functions."""
    table = [list(map(Fraction, row)) for row in rows]
    rank = 0
    for column in range(len(table[0])):
        pivot = next((i for i in range(rank, len(table)) if table[i][column]), None)
        if pivot is None:
            continue
        table[rank], table[pivot] = table[pivot], table[rank]
        for i in range(rank + 1, len(table)):
            factor = table[i][column] / table[rank][column]
            if factor:
                table[i] = [a - factor * b for a, b in zip(table[i], table[rank], strict=True)]
        rank += 1
    return rank


#: Inner products of the hexagon's corners (cos k pi/3, sin k pi/3): cos((i - j) pi/3) is rational.
HEXAGON = tuple(
    tuple(
        (Fraction(1), Fraction(1, 2), Fraction(-1, 2), Fraction(-1), Fraction(-1, 2),
         Fraction(1, 2))[(i - j) % 6]
        for j in range(6)
    )
    for i in range(6)
)
