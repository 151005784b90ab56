"""One neuron on a line: its hidden vectors run along a curve of segments.

Between two data points the hidden vector is affine in the kink, so up to positive factors and
constants a neuron is a point of cone(x, y), x and y the hidden vectors of kinks of one facing at
neighbouring points.  The infimum is the least distance from these cones, in closed form.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from symerm.theorems.attainability.problems import (
    act,
    decided,
    distance,
    problem_instances,
    shown,
)
from symerm.theorems.generators.attainability import line_problems
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Finding, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["SEGMENTS"]


def segment_loss(
    first: list[Fraction], second: list[Fraction], response: list[Fraction]
) -> Fraction:
    """The least squared distance from span(1) + the cone of two vectors, or its negative."""
    n = len(response)
    mean = sum(response, Fraction(0)) / n

    def centred(vector: list[Fraction]) -> list[Fraction]:
        middle = sum(vector, Fraction(0)) / n
        return [x - middle for x in vector]

    def dot(x: list[Fraction], y: list[Fraction]) -> Fraction:
        return sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0))

    u, v, t = centred(first), centred(second), [y - mean for y in response]
    levels = [dot(t, t)]
    levels += [dot(t, t) - dot(x, t) ** 2 / dot(x, x) for x in (u, v) if any(x)]
    gram = dot(u, u) * dot(v, v) - dot(u, v) ** 2
    if gram:
        a = (dot(v, v) * dot(u, t) - dot(u, v) * dot(v, t)) / gram
        b = (dot(u, u) * dot(v, t) - dot(u, v) * dot(u, t)) / gram
        if a * b >= 0:
            levels.append(dot(t, t) - a * dot(u, t) - b * dot(v, t))
    return min(levels)


def line_infimum(
    instance: Instance, *, cones: bool = True, left: bool = True, signs: bool = True
) -> Finding:
    """The infimum of one neuron from the segments of the curve of neurons."""
    data, slope = instance["data"], instance["activation"].negative_slope
    points = sorted({s for (s,) in data.inputs})
    response = [t for (t,) in data.outputs]

    def ramp(kink: Fraction, facing: int) -> list[Fraction]:
        return [act(facing * (s - kink), slope) for (s,) in data.inputs]

    levels = []
    for facing in (1, -1) if left else (1,):
        for low, high in pairwise([points[0] - 1, *points, points[-1] + 1]):
            ends = [ramp(low, facing), ramp(high, facing)]
            if not cones:
                levels += [segment_loss(end, end, response) for end in ends]
            elif signs:
                levels.append(segment_loss(ends[0], ends[1], response))
            else:
                ones = [Fraction(1)] * len(response)
                levels.append(distance([ones, *ends], [(t,) for t in response]))
    verdict, found = decided(instance), min(levels)
    return holds_if(verdict.exact == found, f"{shown(verdict)}; segments {shown(found)}")


SEGMENTS = Theorem(
    id="one-neuron-on-a-line",
    title="One neuron on a line: a curve of segments",
    source=Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    statement="With one input, one output, one neuron and both biases the infimum is the least "
    "squared distance of the responses from the sets span(1) ± cone(x, y), x and y hidden vectors "
    "of kinks of one facing at neighbouring points (or one beyond the outermost).",
    latex=r"Let $p = q = d = 1$, $s_1 < \dots < s_n$, $s_0 < s_1$ and $s_{n+1} > s_n$. The "
    r"infimum of the loss is the least squared distance of $t$ from the sets $\mathbb{R} "
    r"\mathbf{1} \pm \operatorname{cone}(\sigma(\pm(S - s_i \mathbf{1})), "
    r"\sigma(\pm(S - s_{i+1} \mathbf{1})))$, $0 \le i \le n$.",
    claim=line_infimum,
    instances=problem_instances(
        st.one_of(
            line_problems(outputs=(1, 1), size=(2, 6), width=(1, 1)),
            line_problems(outputs=(1, 1), size=(3, 3), width=(1, 1)),
        )
    ),
    status=Status("tested", "between two points the hidden vector is affine in the kink"),
    tests=("tests/theorems/test_attainability_segments.py",),
    mutants=(
        Mutant("kinks-at-points", "only kinks at data points are tried",
               claim=lambda i: line_infimum(i, cones=False)),
        Mutant("right-facing", "only right-facing kinks are tried",
               claim=lambda i: line_infimum(i, left=False)),
        Mutant("spans", "the span of the two vectors instead of their cone",
               claim=lambda i: line_infimum(i, signs=False)),
    ),
    expense=2,
)
