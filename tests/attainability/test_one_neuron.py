"""Width one and several outputs: enclosures against enumeration, numerics and one output."""

import random
import time
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import numeric
from oracles.brute_force import minimum_of
from search_cases import checked, problem_of
from several_outputs import TOLERANCE, least_loss, one_neuron_problems, random_rows, verdict_of

from symerm.arithmetic.symmetric import is_semidefinite
from symerm.arrangements.fan import Fan
from symerm.attainability.neuron_cones import bisecting_form, cone_form
from symerm.attainability.one_neuron import solve_one_neuron
from symerm.attainability.proofs import NeuronTreeProof, NonnegativeProof
from symerm.attainability.scaled import scale_problem
from symerm.errors import UnsupportedError
from symerm.problem.catalogue import load_dataset
from symerm.problem.problem import Problem

VARIANTS = [
    (activation, hidden, output)
    for activation in ("relu", "leaky:1/3")
    for hidden in (True, False)
    for output in (True, False)
]


def solved(problem, *, tolerance=TOLERANCE, **options):
    result = solve_one_neuron(
        scale_problem(problem), tolerance=tolerance, deadline=options.pop("deadline", None),
        **options,
    )
    data, network = problem.dataset, result.network
    assert network.loss(data.inputs, data.outputs) == result.upper
    assert problem.architecture.hidden_bias or not any(network.hidden_biases)
    assert problem.architecture.output_bias or not any(network.output_biases)
    assert 0 <= result.lower <= result.upper
    if result.complete:
        assert result.upper - result.lower <= tolerance * result.upper
        answer = checked(verdict_of(problem, result))
        assert answer.split()[:2] == ["VALID", "attained"]
    return result


@settings(max_examples=60)
@given(one_neuron_problems())
def test_the_enclosure_holds_the_enumerated_minimum(problem):
    result = solved(problem)
    assert result.complete
    truth = least_loss(problem)
    size = sum(float(t) ** 2 for row in problem.dataset.outputs for t in row) + 1e-3
    assert float(result.lower) - truth <= 1e-8 * size
    assert float(result.upper) - truth <= 1e-8 * size


@settings(max_examples=40)
@given(one_neuron_problems(), st.data())
def test_no_random_neuron_is_below_the_lower_bound(problem, data):
    result = solved(problem)
    scaled = scale_problem(problem)
    whole = [data.draw(st.integers(-20, 20)) for _ in scaled.forms[0]]
    image = np.array([float(scaled.act(sum(x * y for x, y in zip(form, whole, strict=True))))
                      for form in scaled.forms])
    targets = np.array(scaled.targets, dtype=float)
    roots = np.sqrt(np.array(scaled.weights))[:, None]
    columns = [image] + ([np.ones(len(image))] if scaled.output_bias else [])
    design = roots * np.array(columns).T
    fit = np.linalg.lstsq(design, roots * targets)[0]
    loss = float(np.square(roots * targets - design @ fit).sum()) / scaled.target_scale**2
    assert loss + float(scaled.scatter) >= float(result.lower) * (1 - 1e-8) - 1e-8


@pytest.mark.parametrize(("activation", "hidden", "output"), VARIANTS)
@pytest.mark.parametrize("shape", [(1, 12, 2), (2, 9, 2), (3, 7, 3)], ids=str)
def test_multi_start_descent_agrees(shape, activation, hidden, output):
    dimension, size, outputs = shape
    inputs, responses = random_rows(sum(shape), size, dimension, outputs, repeats=2)
    problem = problem_of(
        inputs, responses, 1, activation, hidden_bias=hidden, output_bias=output
    )
    result = solved(problem)
    assert result.complete
    data = problem.dataset
    slope = problem.architecture.activation.negative_slope
    options = {"hidden_bias": hidden, "output_bias": output, "negative_slope": slope}
    assert numeric.refute(result.lower, data.inputs, data.outputs, 1, starts=8, **options) is None
    found = numeric.minimise(data.inputs, data.outputs, 1, starts=40, **options).loss
    # Descent may miss the minimum by a little.
    assert found == pytest.approx(float(result.upper), rel=2e-3)


@pytest.mark.parametrize(("activation", "hidden", "output"), VARIANTS)
@pytest.mark.parametrize("seed", range(4))
def test_one_output_is_exact_and_agrees_with_enumeration(seed, activation, hidden, output):
    inputs, responses = random_rows(seed, 7, 1 + seed % 2, 1, repeats=1)
    problem = problem_of(
        inputs, responses, 1, activation, hidden_bias=hidden, output_bias=output
    )
    result = solved(problem)
    assert result.lower == result.upper == minimum_of(problem).loss


def test_proportional_outputs_are_one_output():
    inputs, responses = random_rows(5, 9, 2, 1)
    single = solved(problem_of(inputs, responses, 1))
    triple = solved(problem_of(inputs, [[3 * y, -4 * y, 0] for (y,) in responses], 1))
    assert triple.lower == triple.upper == 25 * single.upper


def test_rotated_outputs_have_the_same_infimum():
    inputs, responses = random_rows(6, 8, 2, 2)
    turned = [[(3 * x + 4 * y) / Fraction(5), (3 * y - 4 * x) / Fraction(5)] for x, y in responses]
    first, second = (solved(problem_of(inputs, rows, 1)) for rows in (responses, turned))
    assert max(first.lower, second.lower) <= min(first.upper, second.upper)


def test_duplicated_rows_double_the_loss():
    inputs, responses = random_rows(7, 8, 2, 2)
    once = solved(problem_of(inputs, responses, 1))
    twice = solved(problem_of(inputs * 2, responses * 2, 1))
    assert max(2 * once.lower, twice.lower) <= min(2 * once.upper, twice.upper)


def test_a_realised_response_has_infimum_zero():
    inputs = [[x, y] for x in range(-2, 3) for y in range(2)]
    responses = [[1 + 2 * max(x - y, 0), -3 * max(x - y, 0)] for x, y in inputs]
    result = solved(problem_of(inputs, responses, 1))
    assert result.upper == 0
    assert isinstance(result.proof, NonnegativeProof)


def test_constant_responses_and_inputs():
    assert solved(problem_of([0, 1, 2], [[4, 5]] * 3, 1)).upper == 0
    same = solved(problem_of([1, 1, 1], [[0, 0], [3, 0], [0, 3]], 1))
    assert same.lower == same.upper == 12
    zero = solved(problem_of([0, 0], [[1, 2], [3, 4]], 1, hidden_bias=False, output_bias=False))
    assert zero.lower == zero.upper == 30


def test_an_infimum_at_a_data_point_is_exact():
    exact = 0
    for seed in range(10):
        inputs, responses = random_rows(seed, 8, 1, 2)
        problem = problem_of(inputs, responses, 1)
        result = solved(problem)
        ((weight,),), (bias,) = result.network.hidden_weights, result.network.hidden_biases
        if (-bias / weight,) in problem.dataset.inputs:
            exact += 1
            assert result.lower == result.upper
        assert float(result.upper) == pytest.approx(least_loss(problem))
    assert 0 < exact < 10


def test_tolerance_is_met_far_beyond_floats():
    inputs, responses = random_rows(8, 8, 2, 3)
    problem = problem_of(inputs, responses, 1)
    wide = solved(problem, tolerance=Fraction(1, 1000))
    fine = solved(problem, tolerance=Fraction(1, 10**40))
    assert wide.lower <= fine.lower <= fine.upper <= wide.upper
    assert fine.lower < fine.upper


@pytest.mark.parametrize("scale", [Fraction(10) ** 200, Fraction(1, 10**200)])
def test_extreme_scales(scale):
    inputs, responses = random_rows(9, 7, 1, 2)
    plain = solved(problem_of(inputs, responses, 1))
    large = solved(problem_of(
        [[scale * x for x in row] for row in inputs],
        [[scale * y for y in row] for row in responses], 1,
    ))
    assert max(plain.lower, large.lower / scale**2) <= min(plain.upper, large.upper / scale**2)


def test_linnerud():
    problem = Problem(load_dataset("linnerud"), problem_of([0], [0], 1).architecture)
    result = solved(problem)
    assert result.complete
    assert float(result.upper) == pytest.approx(7095.914109402095)
    assert numeric.refute(result.lower, problem.dataset.inputs, problem.dataset.outputs, 1,
                          starts=6) is None


def test_cases_closed_for_a_larger_loss_are_closed_again():
    # An entry of a form may turn negative when the loss to prove is lowered.
    source = random.Random(543)
    dimension, size = source.choice([1, 2, 2, 3]), source.randint(4, 9)
    outputs = source.choice([1, 2, 3])
    inputs = [[source.randint(-5, 5) for _ in range(dimension)] for _ in range(size)]
    responses = [[source.randint(-5, 5) for _ in range(outputs)] for _ in range(size)]
    problem = problem_of(inputs, responses, 1, "leaky:1/10")
    for digits in (3, 9, 15):
        assert solved(problem, tolerance=Fraction(1, 10**digits)).complete


def test_a_stopped_search_has_valid_bounds():
    inputs, responses = random_rows(10, 25, 2, 2)
    problem = problem_of(inputs, responses, 1)
    full = solved(problem)
    at_once = solved(problem, deadline=time.monotonic())
    assert not at_once.complete
    assert not at_once.interrupted
    assert at_once.lower <= full.lower

    def stop(lower, loss, waiting, closed):
        assert 0 <= lower <= 1
        assert waiting > 0
        raise KeyboardInterrupt

    halted = solved(problem, progress=stop)
    assert halted.interrupted
    assert not halted.complete
    assert isinstance(halted.proof, NeuronTreeProof)
    assert 0 < halted.lower <= full.upper <= halted.upper
    assert checked(verdict_of(problem, halted)).startswith("VALID attained")


def test_results_are_deterministic():
    inputs, responses = random_rows(11, 10, 2, 2)
    problem = problem_of(inputs, responses, 1)
    first, second = solved(problem), solved(problem)
    assert (first.lower, first.upper, first.network) == (second.lower, second.upper, second.network)


def test_wider_networks_are_refused():
    with pytest.raises(UnsupportedError):
        solve_one_neuron(
            scale_problem(problem_of([0, 1], [0, 1], 2)), tolerance=TOLERANCE, deadline=None
        )


@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 5))
def test_semidefiniteness_agrees_with_eigenvalues(seed, size, rank):
    source = np.random.default_rng(seed)
    factor = source.integers(-4, 5, size=(size, rank))
    matrix = factor @ factor.T
    assert is_semidefinite(matrix.tolist())
    matrix[0, -1] += 1
    matrix = matrix + matrix.T
    assert is_semidefinite(matrix.tolist()) == (np.linalg.eigvalsh(matrix).min() > -1e-9)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_bisection_halves_the_angle(dimension):
    inputs, responses = random_rows(12, 6, dimension, 2)
    problem = scale_problem(problem_of(inputs, responses, 1))
    fan = Fan(problem.forms, affine=True)
    cone = fan.roots()[0]
    undecided = cone_form(problem, fan, cone)[1]
    while undecided:
        cone = fan.cut(cone, undecided[0])[0]
        undecided = cone_form(problem, fan, cone)[1]
    widths = []
    for _ in range(5 * dimension):
        form, _ = cone_form(problem, fan, cone)
        live = [k for k in range(len(cone.rays)) if form.gram[k][k]]
        cosines = [
            form.gram[j][k] / (form.gram[j][j] * form.gram[k][k]) ** 0.5
            for j in live for k in live
        ]
        widths.append(min(cosines))
        cone = fan.cut_by(cone, bisecting_form(problem, fan, cone, form, live))[0]
    assert widths[-1] > 0.9
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(widths))
