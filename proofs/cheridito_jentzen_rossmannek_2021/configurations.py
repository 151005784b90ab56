"""The number of configurations of N neurons on an interval, up to permutations and the mirror.

A neuron without a kink inside (T0, T1) belongs to one of o classes; f of them are their own mirror
image and the others come in p pairs, o = f + 2 p.  One with a kink inside faces right or left and
is flat or not: four classes, none its own mirror image.  A configuration is a multiset of outer
classes and a sequence of non-empty multisets of inner classes, one per kink.  With the generating
functions

    A(z) = 1/((1 - z)^o (2 - (1 - z)^(-4))),
    S(z) = 1/((1 - z)^f (1 - z^2)^p (1 - z^2)^2 (2 - (1 - z^2)^(-4)))

of all configurations and of those that are their own mirror image, (A + S)/2 counts them up to the
mirror (Burnside's lemma).  ReLU: f = 6, p = 7; leaky slopes: f = 6, p = 8.

What is proved: the formula by enumeration for N <= 4, from the classes and their mirror images
alone, and the argument above for all N: a sequence of multisets that equals its mirror image is
fixed by its first half and a middle multiset that is its own mirror image, empty if there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import sympy
from steps import prove

#: (f, p) by activation.
CLASSES = {"ReLU": (6, 7), "leaky": (6, 8)}
INNER = 4
LARGEST = 4
z = sympy.Symbol("z")


def all_configurations(fixed: int, pairs: int) -> sympy.Expr:
    return 1 / ((1 - z) ** (fixed + 2 * pairs) * (2 - (1 - z) ** -INNER))


def symmetric_configurations(fixed: int, pairs: int) -> sympy.Expr:
    middle = (1 - z**2) ** (INNER // 2)
    return 1 / ((1 - z) ** fixed * (1 - z**2) ** pairs * middle * (2 - (1 - z**2) ** -INNER))


def coefficients(function: sympy.Expr) -> list[int]:
    series = sympy.Poly(sympy.series(function, z, 0, LARGEST + 1).removeO(), z)
    return [int(series.coeff_monomial(z**k)) for k in range(LARGEST + 1)]


def sequences(size: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Sequences of non-empty multisets of inner classes with `size` members in all."""
    if not size:
        yield ()
    for first in range(1, size + 1):
        for group in combinations_with_replacement(range(INNER), first):
            for rest in sequences(size - first):
                yield (group, *rest)


def enumerated(width: int, fixed: int, pairs: int) -> int:
    """The orbits under the mirror, which exchanges 0, 1 with 2, 3 inside and pairs outside."""
    outer = fixed + 2 * pairs

    def turned(k: int) -> int:
        return k if k < fixed else k + pairs if k < fixed + pairs else k - pairs

    found = 0
    for inside in range(width + 1):
        rests = list(combinations_with_replacement(range(outer), width - inside))
        images = [tuple(sorted(map(turned, rest))) for rest in rests]
        for kinks in sequences(inside):
            mirror = tuple(tuple(sorted((k + 2) % INNER for k in g)) for g in reversed(kinks))
            found += sum(
                (kinks, rest) <= (mirror, image) for rest, image in zip(rests, images, strict=True)
            )
    return found


def main() -> None:
    for name, (fixed, pairs) in CLASSES.items():
        a = coefficients(all_configurations(fixed, pairs))
        s = coefficients(symmetric_configurations(fixed, pairs))
        counts = [(x + y) // 2 for x, y in zip(a, s, strict=True)]
        prove(
            f"{name}: (A + S)/2 counts the configurations of N = 1, .., {LARGEST} neurons:"
            f" {', '.join(map(str, counts[1:]))}",
            *[(x + y) % 2 == 0 for x, y in zip(a, s, strict=True)],
            *[enumerated(n, fixed, pairs) == counts[n] for n in range(1, LARGEST + 1)],
        )


if __name__ == "__main__":
    main()
