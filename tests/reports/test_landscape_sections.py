"""Lines, curves and planes have the losses that the networks on them have."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from landscape_points import LINE, POINTS, SYMMETRIC, loss_by_values, network, point

from symerm.errors import InputError, UnsupportedError
from symerm.landscape.empirical_minima import classify_empirical
from symerm.landscape.targets import parse_target
from symerm.landscape.true_classification import classify
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.reports.landscape_planes import plane_section
from symerm.reports.landscape_sections import (
    LossChange,
    back_reach,
    descent_reach,
    descent_section,
    fall_section,
    lines_around,
    parameter_direction,
    parameter_name,
)

#: Boole's rule is exact for these.
QUADRATIC_AT_MOST = [name for name in POINTS if name not in ("quadratic, order 4", "relu, order 4")]
DESCENTS = [name for name in POINTS if point(name)[0].descent is not None]
MINIMA = [name for name in POINTS if point(name)[0].verdict.endswith("minimum")]


def moved(change: LossChange, *steps: tuple[Fraction, ShallowNetwork]) -> ShallowNetwork:
    """theta plus multiples of directions, entry by entry."""
    entries = list(parameter_vector(change.network))
    for factor, direction in steps:
        for k, entry in enumerate(parameter_vector(direction)):
            entries[k] += factor * entry
    return network_from_parameters(change.network, entries)


def test_every_verdict_is_among_the_points() -> None:
    assert {point(name)[0].verdict for name in POINTS} >= {
        "global-minimum", "local-minimum", "saddle", "not-critical"
    }
    assert {point(name)[0].descent.order for name in DESCENTS} == {1, 2, 3, 4}


@pytest.mark.parametrize("name", sorted(set(DESCENTS) & set(QUADRATIC_AT_MOST)))
def test_a_descent_has_the_losses_of_its_networks(name: str) -> None:
    found, reference = point(name)
    change = LossChange(found, reference)
    for eps, value in descent_section(change, descent_reach(change))[::7]:
        steps = [(eps, found.descent.direction)]
        if found.descent.bend is not None:
            steps.append((eps**found.descent.power, found.descent.bend))
        assert found.loss + value == loss_by_values(moved(change, *steps), reference)


@pytest.mark.parametrize("name", DESCENTS)
def test_a_descent_is_shown_from_its_start_past_its_lowest_point(name: str) -> None:
    change = LossChange(*point(name))
    reach = descent_reach(change)
    points = descent_section(change, reach)
    assert (0, 0) in points
    assert points[-1][0] == reach
    straight = change.descent.bend is None
    assert points[0][0] == -back_reach(change, reach) <= 0
    assert (points[0][0] < 0) is straight
    ahead = [(value, eps) for eps, value in points if eps > 0]
    lowest, at = min(ahead)
    assert lowest < 0
    assert at < reach
    # The loss is back at its start, or has not fallen for long.
    assert ahead[-1][0] >= 0 or at <= reach / 2


@pytest.mark.parametrize("name", DESCENTS)
def test_the_leading_term_is_the_slope_with_logarithms(name: str) -> None:
    change = LossChange(*point(name))
    falls = fall_section(change, descent_reach(change))
    descent = change.descent
    eps, fall = falls[0]
    assert float(fall / (-descent.coefficient * eps**descent.order)) == pytest.approx(1, rel=0.2)
    assert [eps for eps, _ in falls] == sorted({eps for eps, _ in falls})


@pytest.mark.parametrize("name", MINIMA)
def test_lines_around_a_minimum_stay_above_it(name: str) -> None:
    found, reference = point(name)
    change = LossChange(found, reference)
    lines = lines_around(change)
    assert lines == lines_around(LossChange(found, reference))
    assert lines[0].name.startswith("$c")
    names = [line.name for line in lines if line.name]
    count = len(parameter_vector(found.network))
    assert sorted(names) == sorted(parameter_name(found.network, k) for k in range(count))
    for line in lines:
        assert min(value for _, value in line.points) == 0
        assert dict(line.points)[Fraction(0)] == 0
    # The output bias alone is convex, with the length of the interval or the number of points.
    if isinstance(reference, Dataset):
        size = Fraction(reference.size)
    else:
        size = reference.knots[-1] - reference.knots[0]
    if found.network.output_dimension == 1:
        assert all(value == size * eps**2 for eps, value in lines[0].points)


def test_a_point_called_a_minimum_by_mistake_does_not_stop_the_drawing() -> None:
    found, reference = point("fit of data")
    wrong = replace(found, verdict="local-minimum", descent=None)
    lines = lines_around(LossChange(wrong, reference))
    assert any(value < 0 for line in lines for _, value in line.points)


@pytest.mark.parametrize("name", QUADRATIC_AT_MOST)
def test_a_plane_has_the_losses_of_its_networks(name: str) -> None:
    found, reference = point(name)
    change = LossChange(found, reference)
    if len(parameter_vector(found.network)) < 2:
        with pytest.raises(UnsupportedError, match="one parameter has no plane"):
            plane_section(change)
        return
    plane = plane_section(change)
    rows = {t: dict(zip(plane.first, row, strict=True))
            for t, row in zip(plane.second, plane.changes, strict=True)}
    assert rows[Fraction(0)][Fraction(0)] == 0
    assert list(plane.first) == sorted(plane.first)
    assert list(plane.second) == sorted(plane.second)
    assert plane.lowest == min(map(min, plane.changes)) <= 0
    assert plane.highest > 0
    first, second = (direction_of(change, label) for label in plane.names)
    for t in plane.second[::9]:
        for s in plane.first[::9]:
            theta = moved(change, (s, first), (t, second))
            assert found.loss + rows[t][s] == loss_by_values(theta, reference)
    if found.descent is None:
        assert plane.path == ()
    else:
        assert plane.path[0] == (0, 0)
        assert plane.lowest < 0
        for s, t in plane.path[::13]:
            theta = moved(change, (s, first), (t, second))
            assert change(theta) == change.along_descent(s)


def direction_of(change: LossChange, label: str) -> ShallowNetwork:
    """The direction that a label of an axis names."""
    if "direction $d$" in label:
        return change.descent.direction
    if "bend" in label:
        return change.descent.bend
    names = {
        parameter_name(change.network, k): k for k in range(len(parameter_vector(change.network)))
    }
    return parameter_direction(change.network, names[label.partition(" of ")[2]])


@pytest.mark.parametrize("name", ["quadratic, order 4", "relu, order 4"])
def test_a_curve_lies_in_the_plane_of_its_direction_and_bend(name: str) -> None:
    change = LossChange(*point(name))
    plane = plane_section(change)
    power, reach = change.descent.power, plane.path[-1][0]
    assert all(t == s**power for s, t in plane.path)
    # The last point of the path, in the plane.
    theta = moved(
        change, (reach, change.descent.direction), (reach**power, change.descent.bend)
    )
    assert change(theta) == change.along_descent(reach)
    assert plane.second[0] < 0 < reach**power < plane.second[-1]
    with pytest.raises(InputError, match="leave the second direction out"):
        plane_section(change, second=parameter_direction(change.network, 0))


def test_another_second_direction() -> None:
    found, reference = point("two kinks")
    change = LossChange(found, reference)
    second = network([0, 1], [0, 0], [1, 0], 0)
    plane = plane_section(change, second=second)
    t = plane.second[0]
    s = plane.first[-1]
    theta = moved(change, (s, found.descent.direction), (t, second))
    assert found.loss + plane.changes[0][-1] == loss_by_values(theta, reference)
    with pytest.raises(InputError, match="parallel to the first"):
        plane_section(change, second=found.descent.direction)
    with pytest.raises(InputError, match="same shape"):
        plane_section(change, second=network([1], [0], [0], 0))


def test_a_minimum_and_a_given_direction_span_a_plane() -> None:
    two = ShallowNetwork((), (), (), (Fraction(2), Fraction(3)))
    data = Dataset.from_rows([0, 1], [[1, 3], [3, 3]])
    change = LossChange(classify_empirical(two, data), data)
    for k in (0, 1):
        plane = plane_section(change, second=parameter_direction(two, k))
        assert plane.names[0] == f"$s$, change of {parameter_name(two, 1 - k)}"
        corner = 2 * (plane.first[-1] ** 2 + plane.second[-1] ** 2)
        assert plane.changes[-1][-1] == corner


@pytest.mark.parametrize(
    ("name", "other", "word"),
    [("dead", parse_target("x + 1", (Fraction(0), Fraction(1))), "target"),
     ("fit of data", POINTS["two outputs"][1], None)],
)
def test_another_reference_is_refused(name: str, other: object, word: str | None) -> None:
    found, _ = point(name)
    with pytest.raises(InputError, match=f"give the {word}" if word else "outputs"):
        LossChange(found, other)


def test_there_is_no_descent_from_a_minimum() -> None:
    with pytest.raises(InputError, match=r"local-minimum\) has no descent"):
        descent_reach(LossChange(*point("dead")))


small = st.fractions(min_value=-2, max_value=2, max_denominator=4)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(small, small, small), min_size=1, max_size=3), small,
    st.sampled_from(["relu", "leaky:1/3", "quadratic"]),
    st.sampled_from([LINE, *(parse_target(g, SYMMETRIC) for g in ("abs(x) - x^2", "1/2"))]),
)
def test_sections_of_any_network(neurons, constant, activation, target) -> None:
    theta = network(*map(list, zip(*neurons, strict=True)), constant, activation)
    found = classify(theta, target)
    assume(found.descent is not None)
    change = LossChange(found, target)
    reach = descent_reach(change)
    points = descent_section(change, reach)
    assert min(value for eps, value in points if eps > 0) < 0
    eps, value = points[len(points) // 3]
    steps = [(eps, found.descent.direction)]
    if found.descent.bend is not None:
        steps.append((eps**found.descent.power, found.descent.bend))
    assert found.loss + value == loss_by_values(moved(change, *steps), target)
