"""Dependent triples of neurons on the line with output bias: no two of them need to meet.

*Affine triples.* Modulo constants rho(z) - lambda(z) is a multiple of s for every z, so that
neurons s + e.., rho(z + ..) and lambda(z + ..) have a wedge that vanishes to second order.  What
is left is span(s, rho(z), y):

- z inside a gap: y = x rho_2 + t [s > z] or -x lambda_{n-1} + t [s > z], t of either sign;
- z = s_i: y = x rho_2 - u rho_j + w rho_k or -x lambda_{n-1} - u rho_j + w rho_k with
  {j, k} = {i - 1, i + 1} and x, u, w >= 0 (theory notes, section 5).

For leaky slopes an affine neuron can also leave towards rho_{n-1} and -lambda_2.  Modulo s these
are -(-lambda_{n-1}) and -rho_2, and the same spaces arise with j and k, or the signs of t,
exchanged.

*Hinged triples.* A right-facing kink in the first gap has the direction rho_2 + q s.  With one in
the second gap and lambda_3 it is dependent for one place of the second kink.  If the left-facing
kink leaves s_3 to the right, towards lambda_4, the spaces tend to span(x, lambda_3, y0 lambda_4 +
y1 lambda_2), x on the segment of s and rho_2 (docs/completeness.md, Theorem 1, S3 to S5).
"""

from __future__ import annotations

from collections.abc import Iterator

from symerm.attainability.realised import HiddenVectors, IntVector, Pencil
from symerm.attainability.strata_families import Family, LinePoints, normal_line

__all__ = ["affine_triples", "dependent_triples", "hinged_triples"]


def dependent_triples(vectors: HiddenVectors) -> list[Family]:
    """The strata of width three next to three neurons that depend on each other but not in pairs.

    Parameters
    ----------
    vectors : HiddenVectors
        One input, both biases.
    """
    return [*affine_triples(vectors), *hinged_triples(vectors)]


def affine_triples(vectors: HiddenVectors) -> list[Family]:
    """The strata of width three in which an affine neuron and two opposite kinks meet.

    Parameters
    ----------
    vectors : HiddenVectors
        One input, both biases.

    Examples
    --------
    >>> from symerm.problem.architecture import Architecture
    >>> vectors = HiddenVectors.of([(k,) for k in range(5)], Architecture(3))
    >>> affine_triples(vectors)[0].words
    'a right- and a left-facing kink meet between 1 and 2 beside an affine neuron'
    """
    points = LinePoints(vectors)
    return [*_in_gaps(vectors, points), *_at_points(vectors, points)]


def hinged_triples(vectors: HiddenVectors) -> list[Family]:
    """The strata next to kinks in two neighbouring gaps at an end and an opposite one beside them.

    There are two for the ReLU, and two more with both facings exchanged for leaky slopes.  For the
    ReLU a left-facing kink in the first gap, or a right-facing one in the last, has one direction.

    Parameters
    ----------
    vectors : HiddenVectors
        One input, both biases, at least five points.

    Examples
    --------
    >>> from symerm.problem.architecture import Architecture
    >>> vectors = HiddenVectors.of([(k,) for k in range(6)], Architecture(3))
    >>> for family in hinged_triples(vectors):
    ...     print(family.symbols)
    span(lambda_3, x in (s, rho_2), y0*lambda_4 + y1*lambda_2)
    span(rho_4, x in (s, lambda_5), y0*rho_3 + y1*rho_5)
    """
    points = LinePoints(vectors)
    last = points.size - 1
    ways = [("right", False), ("left", True)]
    if vectors.slopes[1]:
        ways += [("left", False), ("right", True)]
    return [_hinged(vectors, points, facing, last if end else 0) for facing, end in ways]


def _hinged(vectors: HiddenVectors, points: LinePoints, facing: str, end: int) -> Family:
    """Kinks of a facing in the first two gaps from an end, 0 or n - 1, and an opposite one."""
    first, second, third, fourth = (abs(end - k) for k in range(4))
    x_side, z_side = (points.ramp, points.fall)
    x_name, z_name, other = "rho", "lambda", "left"
    if facing == "left":
        x_side, z_side = z_side, x_side
        x_name, z_name, other = z_name, x_name, "right"
    middle = tuple(map(sum, zip(x_side(first), x_side(second), strict=True)))
    gaps = "last" if end else "first"
    return Family(
        kind="hinged triple",
        words=f"{facing}-facing kinks in the {gaps} two gaps and a {other}-facing one at "
        f"{points.coordinate(third)} become dependent",
        symbols=f"span({z_name}_{third + 1}, x in (s, {x_name}_{second + 1}), "
        f"y0*{z_name}_{fourth + 1} + y1*{z_name}_{second + 1})",
        dimension=2,
        pencil=Pencil(
            (z_side(third), middle), tuple(-x for x in z_side(second)), z_side(fourth)
        ),
        sample="x with its kink in the middle of its segment",
        forms=frozenset({(
            "hinge", normal_line(vectors, z_side(third)),
            frozenset(normal_line(vectors, v) for v in (points.affine(), x_side(second))),
        )}),
        segment=(x_side(first), x_side(second)),
    )


def _ends(points: LinePoints) -> list[tuple[IntVector, IntVector, str]]:
    """How an affine neuron leaves s: towards rho_2, or towards -lambda_{n-1}."""
    fall = points.fall(points.size - 2)
    return [
        (points.ramp(1), points.ramp(1), "rho_2"),
        (tuple(-x for x in fall), fall, f"lambda_{points.size - 1}"),
    ]


def _in_gaps(vectors: HiddenVectors, points: LinePoints) -> Iterator[Family]:
    """An affine neuron with a right- and a left-facing kink that meet inside a gap.

    Modulo s and rho(z) the step is a positive multiple of rho_2 in the first of the gaps, and a
    negative one of lambda_{n-1} in the last.  With the other end as the place to which the affine
    neuron leaves, y is then a combination of the neighbours of s: two neurons merge at s and the
    third is rho(z).  These are left to the merging pairs.
    """
    line = points.affine()
    for i in range(1, points.size - 2):
        low, high = points.coordinate(i), points.coordinate(i + 1)
        rho = tuple(x + y for x, y in zip(points.ramp(i), points.ramp(i + 1), strict=True))
        step = points.back([points.unit * int(k > i) for k in range(points.size)])
        gap = frozenset(
            normal_line(vectors, vector)
            for k in (i, i + 1) for vector in (points.ramp(k), points.fall(k))
        )
        for (towards, bare, name), turn in (
            (end, turn) for end in _ends(points) for turn in (1, -1)
        ):
            sign = "-" if (turn > 0) == (towards == bare) else "+"
            at_end = (i, towards == bare) in {(1, False), (points.size - 3, True)}
            if at_end and (vectors.slopes[1] or sign == ("-" if towards == bare else "+")):
                continue
            # Turn 1: the span of y0 towards - y1 step.
            yield Family(
                kind="affine triple",
                words=f"a right- and a left-facing kink meet between {low} and {high} "
                f"beside an affine neuron",
                symbols=f"span(s, rho(z), y0*{name} {sign} y1*[s > z])",
                dimension=2,
                pencil=Pencil(
                    (line, rho), tuple(turn * x for x in step), towards
                ),
                sample=f"z halfway between {low} and {high}",
                forms=frozenset({(
                    "gap", turn, normal_line(vectors, bare), gap
                )}),
                segment=(points.ramp(i), points.ramp(i + 1)),
            )


def _at_points(vectors: HiddenVectors, points: LinePoints) -> Iterator[Family]:
    """An affine neuron with a right- and a left-facing kink that meet at a data point.

    Modulo s and rho_i what is left of y is x rho_2 - u rho_j + w rho_k or, at the other
    end, -x lambda_{n-1} - u rho_j + w rho_k, with {j, k} = {i - 1, i + 1}: the right-facing
    kink moves towards j, the left-facing one towards k.  The case x = 0 is a merging pair.
    """
    line = points.affine()
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
