"""Dependent triples of ReLU neurons on the line: an affine neuron between two opposite kinks.

Modulo constants rho(z) - lambda(z) = s for every z, so that neurons s + e.., rho(z + ..) and
lambda(z + ..) have a wedge that vanishes to second order.  What is left is span(s, rho(z), y):

- z inside a gap: y = x rho_2 + t [s > z] or -x lambda_{n-1} + t [s > z], t of either sign;
- z = s_i: y = x rho_2 - u rho_j + w rho_k or -x lambda_{n-1} - u rho_j + w rho_k with
  {j, k} = {i - 1, i + 1} and x, u, w >= 0 (theory notes, section 5).
"""

from __future__ import annotations

from collections.abc import Iterator

from symerm.attainability.realised import HiddenVectors, IntVector, Pencil
from symerm.attainability.strata_families import Family, LinePoints, normal_line

__all__ = ["affine_triples"]


def affine_triples(vectors: HiddenVectors) -> list[Family]:
    """The strata of width three in which an affine neuron and two opposite kinks meet.

    Parameters
    ----------
    vectors : HiddenVectors
        One input, ReLU, both biases.

    Examples
    --------
    >>> from symerm.problem.architecture import Architecture
    >>> vectors = HiddenVectors.of([(k,) for k in range(5)], Architecture(3))
    >>> affine_triples(vectors)[0].words
    'a right- and a left-facing kink meet between 1 and 2 beside an affine neuron'
    """
    points = LinePoints(vectors)
    return [*_in_gaps(vectors, points), *_at_points(vectors, points)]


def _ends(points: LinePoints) -> list[tuple[IntVector, IntVector, str]]:
    """How an affine neuron leaves s: towards rho_2, or towards -lambda_{n-1}."""
    fall = points.fall(points.size - 2)
    return [
        (points.ramp(1), points.ramp(1), "rho_2"),
        (tuple(-x for x in fall), fall, f"lambda_{points.size - 1}"),
    ]


def _in_gaps(vectors: HiddenVectors, points: LinePoints) -> Iterator[Family]:
    """An affine neuron with a right- and a left-facing kink that meet inside a gap."""
    line = [form[0] for form in vectors.forms]
    for i in range(1, points.size - 2):
        low, high = points.coordinate(i), points.coordinate(i + 1)
        rho = tuple(x + y for x, y in zip(points.ramp(i), points.ramp(i + 1), strict=True))
        unit = vectors.forms[0][1]
        step = points.back([unit * int(k > i) for k in range(points.size)])
        gap = frozenset(
            normal_line(vectors, vector)
            for k in (i, i + 1) for vector in (points.ramp(k), points.fall(k))
        )
        for (towards, bare, name), turn in (
            (end, turn) for end in _ends(points) for turn in (1, -1)
        ):
            # Turn 1: the span of y0 towards - y1 step.
            yield Family(
                kind="affine triple",
                words=f"a right- and a left-facing kink meet between {low} and {high} "
                f"beside an affine neuron",
                symbols=f"span(s, (s - z)_+, y0*{name} "
                f"{'-' if (turn > 0) == (towards == bare) else '+'} y1*[s > z])",
                dimension=2,
                pencil=Pencil(
                    (tuple(line), rho), tuple(turn * x for x in step), towards
                ),
                sample=f"z halfway between {low} and {high}",
                forms=frozenset({(
                    "gap", turn, normal_line(vectors, bare), gap
                )}),
            )


def _at_points(vectors: HiddenVectors, points: LinePoints) -> Iterator[Family]:
    """An affine neuron with a right- and a left-facing kink that meet at a data point.

    Modulo s and rho_i what is left of y is x rho_2 - u rho_j + w rho_k or, at the other
    end, -x lambda_{n-1} - u rho_j + w rho_k, with {j, k} = {i - 1, i + 1}: the right-facing
    kink moves towards j, the left-facing one towards k.  The case x = 0 is a merging pair.
    """
    line = tuple(form[0] for form in vectors.forms)
    for i in range(1, points.size - 1):
        at = frozenset(
            normal_line(vectors, x) for x in (points.ramp(i), points.fall(i))
        )
        for (towards, bare, name), (j, k) in (
            (end, jk) for end in _ends(points) for jk in ((i - 1, i + 1), (i + 1, i - 1))
        ):
            for used in ((True, True), (True, False), (False, True)):
                zero = (0,) * points.size
                right = points.ramp(j) if used[0] else zero
                left = points.ramp(k) if used[1] else zero
                # rho_1 = s and rho_n = 0 leave nothing of a term, and rho_2 or
                # rho_{n-1} on both ends is a case with one term less.
                if vectors.rank([line, towards, right, left]) < 2 + sum(used):
                    continue
                if used[0]:
                    pencil = Pencil(
                        (line, points.ramp(i)), right,
                        tuple(x + y for x, y in zip(towards, left, strict=True)),
                    )
                else:
                    pencil = Pencil((line, points.ramp(i)), tuple(-x for x in left), towards)
                lead = "y0" if towards == bare else "-y0"
                terms = [f"{lead}*{name}"]
                terms += [f"- y1*rho_{j + 1}"] if used[0] else []
                terms += [f"+ {'y2' if used[0] else 'y1'}*rho_{k + 1}"] if used[1] else []
                moved = (
                    [normal_line(vectors, right)] if used[0] else [],
                    [normal_line(vectors, points.fall(k))] if used[1] else [],
                )
                yield Family(
                    kind="affine triple",
                    words=f"a right- and a left-facing kink meet at {points.coordinate(i)} beside "
                    "an affine neuron",
                    symbols=f"span(s, rho_{i + 1}, {' '.join(terms)})",
                    dimension=sum(used),
                    pencil=pencil,
                    sample="y2 = y0" if all(used) else "",
                    forms=frozenset({(
                        "point", normal_line(vectors, bare), at,
                        frozenset([*moved[0], *moved[1]]),
                    )}),
                )
