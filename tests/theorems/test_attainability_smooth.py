"""One sigmoid: isotonic regressions by brute force, shapes and losses in mpmath."""

from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symerm.attainability import decide
from symerm.attainability.smooth_networks import loss_bounds
from symerm.attainability.smooth_verdict import unattained_radius
from symerm.problem.architecture import Activation, Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem
from symerm.theorems.attainability.problems import as_instance, as_problem, decided
from symerm.theorems.attainability.smooth import (
    AFFINE_RESPONSES,
    FEW_INPUTS,
    OPEN_SET,
    STEP_OF_THREE,
    STEPS,
    is_affine,
    is_step,
    pooled,
    pooled_loss,
)
from symerm.theorems.attainability.smooth_shapes import (
    BOXES,
    CHARTS,
    LEVELS,
    TANH,
    level_by_distance,
    shapes_of,
)
from symerm.theorems.generators.attainability import integer_datasets

QUICK = settings(max_examples=25, deadline=None)


def one_sigmoid(inputs, responses, kind="logistic"):
    data = Dataset.from_rows(inputs, responses)
    return Problem(data, Architecture(1, Activation(kind)))


@QUICK
@given(st.lists(st.integers(-4, 4).map(Fraction), min_size=1, max_size=6).map(tuple))
def test_pooling_against_all_partitions(responses):
    """The increasing regression is the best of the step functions with rising means."""
    n, best = len(responses), None
    for mask in range(2 ** (n - 1)):
        cuts = [0, *(k + 1 for k in range(n - 1) if mask >> k & 1), n]
        blocks = [responses[a:b] for a, b in pairwise(cuts)]
        means = [sum(block, Fraction(0)) / len(block) for block in blocks]
        if all(a <= b for a, b in pairwise(means)):
            loss = sum((t - m) ** 2 for block, m in zip(blocks, means, strict=True) for t in block)
            best = loss if best is None else min(best, loss)
    assert pooled_loss(responses) == best
    assert all(a < b for (a, _), (b, _) in pairwise(pooled(responses)))


@pytest.mark.parametrize("kind", ["logistic", "tanh"])
def test_golden_valley(kind):
    problem = one_sigmoid([0, 1, 2], [0, 2, 1], kind)
    verdict = decide(problem)
    assert (verdict.verdict, verdict.exact) == ("not-attained", Fraction(1, 2))
    assert STEP_OF_THREE.check(as_instance(problem)).outcome == "holds"
    assert STEPS.check(as_instance(problem)).outcome == "holds"
    assert unattained_radius(problem) == Fraction(13, 64)
    still = as_instance(problem, change=(Fraction(13, 64), Fraction(-13, 64), Fraction(13, 64)))
    assert OPEN_SET.check(still).outcome == "holds"
    flat = as_instance(problem, change=(Fraction(0), Fraction(-1), Fraction(1)))
    assert OPEN_SET.check(flat).outcome == "not-applicable"
    assert not OPEN_SET.claim(flat).holds


@QUICK
@given(STEPS.instances)
def test_no_network_of_a_grid_is_below_the_step(instance):
    problem = as_problem(instance)
    if STEPS.check(instance).outcome == "not-applicable":
        return
    low = float(decided(instance).exact)
    s = np.array([float(x) for (x,) in problem.dataset.inputs])
    t = np.array([float(y) for (y,) in problem.dataset.outputs])
    t = t - t.mean()
    best = t @ t
    for a in (0.5, 2, 8, 40):
        for z in np.linspace(s.min() - 1, s.max() + 1, 121):
            x = 0.5 * (1 + np.tanh(a * (s - z) / 2))
            x = x - x.mean()
            if x @ x > 1e-9:
                best = min(best, t @ t - (x @ t) ** 2 / (x @ x))
    assert low < best + 1e-9
    assert best < low + 0.3 * (1 + t @ t)


def test_affine_and_few_responses():
    four = as_instance(one_sigmoid([0, 1, 2, 4], [1, 3, 5, 9]))
    assert is_affine(four["data"])
    assert AFFINE_RESPONSES.check(four).outcome == "holds"
    three = as_instance(one_sigmoid([0, 1, 2], [1, 3, 5]))
    assert AFFINE_RESPONSES.check(three).outcome == "not-applicable"
    assert FEW_INPUTS.check(three).outcome == "holds"
    weak = as_instance(one_sigmoid([0, 1, 2], [1, 1, 5]))
    assert FEW_INPUTS.check(weak).outcome == "not-applicable"
    assert decided(weak).verdict == "not-attained"
    assert not is_step(tuple(map(Fraction, (0, 1, 2))))


@QUICK
@given(FEW_INPUTS.instances)
def test_fits_in_mpmath(instance):
    if FEW_INPUTS.check(instance).outcome == "not-applicable":
        return
    network, problem = decided(instance).minimiser, as_problem(instance)
    low, high = loss_bounds(problem, network)
    with mpmath.workdps(50):
        def mp(x):
            return mpmath.mpf(x.numerator) / x.denominator

        (a,), b = network.hidden_weights[0], network.hidden_biases[0]
        (v,), (c,) = network.output_weights[0], network.output_biases
        tanh = network.activation.kind == "tanh"
        total = mpmath.mpf(0)
        for (s,), (t,) in zip(problem.dataset.inputs, problem.dataset.outputs, strict=True):
            z = mp(a) * mp(s) + mp(b)
            value = mpmath.tanh(z) if tanh else 1 / (1 + mpmath.exp(-z))
            total += (mp(c) + mp(v) * value - mp(t)) ** 2
        assert mp(low) - mpmath.mpf(10) ** -30 <= total <= mp(high) + mpmath.mpf(10) ** -30


@QUICK
@given(CHARTS.instances)
def test_shapes_in_mpmath(instance):
    """The flat chart at 50 digits; the theorem compares balls."""
    if CHARTS.check(instance).outcome == "not-applicable":
        return
    with mpmath.workdps(50):
        def mp(x):
            return mpmath.mpf(x.numerator) / x.denominator

        r, b = mp(instance["steepness"]), mp(instance["bias"])
        sigma = [1 / (1 + mpmath.exp(-2 * r * mp(x) - b)) for x in instance["places"]]
        k = r * (1 - 2 * sigma[0])
        for x, value in list(zip(instance["places"], sigma, strict=True))[1:-1]:
            u = (value - sigma[0]) / (sigma[-1] - sigma[0])
            chart = (r * mpmath.coth(r) - k) / (r * mpmath.coth(r * mp(x)) - k)
            assert mpmath.almosteq(u, chart, 1e-35)


@QUICK
@given(LEVELS.instances)
def test_levels_in_floats(instance):
    data = instance["data"]
    problem = shapes_of(data)
    shape = (Fraction(0), *instance["numbers"][: problem.size - 2], Fraction(1))
    place = dict(zip(sorted(set(data.inputs)), shape, strict=True))
    columns = np.array([[1.0, float(place[s])] for s in data.inputs])
    targets = np.array([float(t) for (t,) in data.outputs])
    errors = targets - columns @ np.linalg.lstsq(columns, targets, rcond=None)[0]
    assert np.isclose(errors @ errors, float(level_by_distance(data, shape)))
    assert LEVELS.claim(instance).holds


@QUICK
@given(BOXES.instances)
def test_boxes_hold(instance):
    """Every corner of the box obeys the bound, not only the shape that was drawn."""
    assert BOXES.claim(instance).holds
    mirrored = tuple(
        (name, tuple(-x for x in value) if name == "offsets" else value)
        for name, value in instance.parts
    )
    assert BOXES.claim(type(instance)(mirrored)).holds


@QUICK
@given(TANH.instances, integer_datasets(inputs=(1, 1), outputs=(1, 1), size=(3, 3)))
def test_verdicts_for_tanh_and_logistic_agree(instance, data):
    assert TANH.claim(instance).holds
    answers = {
        kind: decide(Problem(data, Architecture(1, Activation(kind))))
        for kind in ("logistic", "tanh")
    }
    assert answers["tanh"].verdict == answers["logistic"].verdict
    assert answers["tanh"].exact == answers["logistic"].exact
