"""Limits of spans: small eps in floats, realised spaces by all cells, and the golden hinge."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from symerm.arithmetic.linalg import primitive, rank
from symerm.arrangements.neuron_curve import neuron_curve
from symerm.attainability import decide
from symerm.attainability.realised import HiddenVectors
from symerm.problem.architecture import Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems import Instance
from symerm.theorems.attainability.line_limits import (
    LIMITS_OF_THREE,
    LIMITS_OF_TWO,
    Curve,
    limit_of,
    limit_space,
)

QUICK = settings(max_examples=30, deadline=None)


def span_at(instance, eps):
    """An orthonormal basis of the span at eps, modulo constants, in extended precision."""
    import mpmath

    points = [mpmath.mpf(float(s)) for s in instance["points"]]
    columns = []
    for facing, kink, speed in zip(
        instance["facings"], instance["kinks"], instance["speeds"], strict=True
    ):
        at = mpmath.mpf(kink.numerator) / kink.denominator + eps * float(speed)
        hidden = [max(facing * (s - at), 0) for s in points]
        columns.append([x - hidden[0] for x in hidden[1:]])
    return mpmath.qr(mpmath.matrix(columns).T)[0][:, : len(columns)]


@pytest.mark.parametrize("theorem", [LIMITS_OF_TWO, LIMITS_OF_THREE], ids=["two", "three"])
def test_small_eps_is_near_the_limit(theorem):
    import mpmath

    @QUICK
    @given(theorem.instances)
    def near(instance):
        space = limit_of(instance)
        if not space:
            return
        with mpmath.workdps(50):
            basis = span_at(instance, mpmath.mpf(10) ** -12)
            for row in space:
                vector = mpmath.matrix([mpmath.mpf(x.numerator) / x.denominator for x in row])
                rest = vector - basis * (basis.T * vector)
                assert mpmath.norm(rest) < mpmath.mpf(10) ** -6 * mpmath.norm(vector)

    near()


@QUICK
@given(LIMITS_OF_THREE.instances)
def test_realised_limits_by_all_cells(instance):
    space = limit_of(instance)
    if not space:
        return
    points = [(s,) for s in instance["points"]]
    whole = [(Fraction(0), *row) for row in space]
    found = HiddenVectors.of(points, Architecture(3)).neurons_in(whole)
    assert len(found) == rank(Curve(instance["points"]).neurons_in(space))


def test_the_path_is_the_curve_of_the_package():
    points = tuple(map(Fraction, (0, 1, 3, 4, 7)))
    path = Curve(points).path
    images = [
        vertex.image for vertex in neuron_curve(tuple((int(s), 1) for s in points), (1, 0)).vertices
    ]
    lines = {primitive([x - image[0] for x in image[1:]]) for image in images}
    lines |= {tuple(-x for x in line) for line in lines}
    assert len(path) == 2 * len(points) - 3 == len(images)
    assert all(primitive(vertex) in lines for vertex in path)


def test_the_golden_hinge():
    """Kinks 1/2 and 3/2 facing right, 2 facing left: the limit is in S5 alone, not realised."""
    points = tuple(map(Fraction, range(6)))
    hinge = Instance.of(
        points=points, facings=(1, 1, -1), kinks=(Fraction(1, 2), Fraction(3, 2), Fraction(2)),
        speeds=(Fraction(0), Fraction(1), Fraction(1, 2)),
    )
    check = LIMITS_OF_THREE.check(hinge)
    assert check.evidence == "the limit is not realised and lies in S5"
    answers = {
        mutant.name: LIMITS_OF_THREE.mutated(mutant).check(hinge).outcome
        for mutant in LIMITS_OF_THREE.mutants
    }
    assert answers == {
        "closed": "fails", "runs-only": "fails", "no-affine-triples": "holds", "no-hinges": "fails"
    }
    # The search agrees: responses that span the limit have infimum 0 and no minimiser.
    columns = [(0, *row) for row in limit_of(hinge)]
    data = Dataset.from_rows(range(6), list(zip(*columns, strict=True)))
    verdict = decide(Problem(data, Architecture(3)))
    assert (verdict.verdict, verdict.exact) == ("not-attained", 0)


def test_merging_kinks_in_floats():
    """Two right-facing kinks around a point: their difference becomes a step of the slope."""
    points = tuple(map(Fraction, range(5)))
    moving = ((1, Fraction(2), Fraction(-1)), (1, Fraction(2), Fraction(1)))
    space = limit_space(points, moving)
    ramp = np.array([0, 0, 1, 2], float)  # max(s - 2, 0) at 1, .., 4, less its value at 0
    wide = np.array([0, 1, 2, 2], float)  # (eps at 2, then 2 eps) / eps
    basis = np.array(space, float)
    for vector in (ramp, wide):
        assert np.linalg.matrix_rank(np.vstack([basis, vector])) == 2
    assert "lies in S1" in LIMITS_OF_TWO.check(
        Instance.of(points=points, facings=(1, 1), kinks=(Fraction(2),) * 2,
                    speeds=(Fraction(-1), Fraction(1)))
    ).evidence
