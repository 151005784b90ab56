"""Several outputs and the activation z^2: the form of second order and what it decides."""

from fractions import Fraction as F

import empirical_oracle as oracle
import pytest
from empirical_cases import LEAKY, QUADRATIC, critical_cases, small
from hypothesis import assume, given
from hypothesis import strategies as st

from symerm.landscape.empirical_cells import neuron_form, piecewise_symmetry
from symerm.landscape.empirical_form import second_order_form, unpack
from symerm.landscape.empirical_loss import EmpiricalLoss, direction_network
from symerm.landscape.empirical_minima import classify_empirical
from symerm.landscape.empirical_neuron import local_terms
from symerm.landscape.empirical_quadratic import _critical_networks, _neuron_form
from symerm.networks import ShallowNetwork
from symerm.problem.architecture import RELU
from symerm.problem.dataset import Dataset

kinked = st.sampled_from([RELU, LEAKY])


def one_neuron(w, b, v, c, activation=RELU):
    return ShallowNetwork(
        ((*map(F, w),),), (F(b),), ((*map(F, v),),), tuple(map(F, c)), activation
    )


def with_residuals(network, inputs, residuals):
    """Inputs and targets at which the network has these residuals."""
    points = tuple(tuple(map(F, point)) for point in inputs)
    return points, tuple(
        tuple(y - F(r) for y, r in zip(oracle.outputs(network, point), row, strict=True))
        for point, row in zip(points, residuals, strict=True)
    )


def classify(network, case):
    """Classified, descents recomputed and minima attacked."""
    result = classify_empirical(network, Dataset(*case))
    if result.descent is not None:
        assert oracle.same_descent(result, *case)
    if result.verdict in ("local-minimum", "global-minimum"):
        assert oracle.lower(network, *case, 1, tries=40) is None
    return result


@given(critical_cases(activation=kinked, outputs=st.integers(1, 2)), st.data())
def test_form_is_the_second_coefficient_of_the_loss(case, data):
    """On lines, and on the cells where the first-order term is zero."""
    network, inputs, targets = case
    result = classify_empirical(network, Dataset(inputs, targets))
    assume(result.verdict != "not-critical")
    loss = EmpiricalLoss.at(network, Dataset(inputs, targets))
    terms = local_terms(loss)
    forms = [neuron_form(loss, j, term) for j, term in enumerate(terms)]
    cells = [
        data.draw(st.sampled_from((form.lines, *form.rays, *form.faces))) for form in forms
    ]
    ones = ((F(1),) * len(loss.forms),)
    matrix = second_order_form(loss, ones, forms, cells)
    coordinates = data.draw(st.tuples(*[small] * len(matrix)))
    (shift,), hidden, output = unpack(loss, 1, forms, cells, coordinates)
    assume(
        all(cell.contains(hidden[form.number]) for form, cell in zip(forms, cells, strict=True))
    )
    value = sum(
        x * y * entry
        for x, row in zip(coordinates, matrix, strict=True)
        for y, entry in zip(coordinates, row, strict=True)
    )
    direction = direction_network(network, bias=shift, hidden=hidden, output=output)
    assert oracle.expansion(network, direction, None, inputs, targets, 2) == [
        loss.value, 0, value
    ]


@pytest.mark.parametrize(
    ("size", "verdict"),
    [("1/100", "local-minimum"), ("1/2", "local-minimum"), ("3/5", "saddle"), ("4", "saddle")],
)
def test_best_fit_of_rank_one(size, verdict):
    """v = (1, 0) and residuals t (-1, 2, -1) of the other output at -1, 1, 2.

    With the bias moved by b and v turned by u into the second output, the first output and the
    second follow by least squares: Q = b^2 / 6 + 2 u^2 + 2 t b u, so t^2 <= 1/3 decides.
    """
    t = F(size)
    network = one_neuron((1,), 0, (1, 0), (0, 0))
    case = with_residuals(network, [(-1,), (1,), (2,)], [(0, -t), (0, 2 * t), (0, -t)])
    result = classify(network, case)
    assert result.verdict == verdict
    if verdict == "saddle":
        assert result.descent.order == 2
        assert "1 neuron moves (1)" in result.reason


def test_two_neurons_on_one_ray():
    """The same fit with the neuron split in two: they can part without changing the first output.

    One neuron alone descends only for t^2 > 1/3, both together for all t.
    """
    network = ShallowNetwork(
        ((F(1),), (F(2),)), (F(0), F(0)), ((F(1), F(0)), (F(1), F(0))), (F(0), F(0))
    )
    t = F(1, 1000)
    case = with_residuals(network, [(-1,), (1,), (2,)], [(0, -t), (0, 2 * t), (0, -t)])
    result = classify(network, case)
    assert result.verdict == "saddle"
    assert "2 neurons move (1, 2)" in result.reason


def test_two_neurons_of_one_pattern_as_a_group():
    """q = 3 and a fit of rank two: the kernel is that of GL_2, as the residuals are small."""
    network = ShallowNetwork(
        ((F(1),), (F(0),)),
        (F(0), F(1)),
        ((F(1), F(0), F(0)), (F(0), F(1), F(0))),
        (F(0), F(0), F(0)),
        LEAKY,
    )
    t = F(1, 100)
    inputs = [(1,), (2,), (3,), (4,), (-1,), (-2,)]
    line = [(0, 0, t * x) for x in (1, -3, 3, -1, 0, 0)]
    assert classify(network, with_residuals(network, inputs, line)).verdict == "local-minimum"


def test_neurons_positive_and_negative_at_all_inputs():
    """At the corners of a cube 2 + x and -2 - y are of one class under the leaky activation.

    Residuals t z in a third output: the neurons can be tilted by z and turned, at the price
    8 (dx^2 + dv^2) - 16 t dx dv for the first, gamma^2 and gamma in their places for the second.
    """
    network = ShallowNetwork(
        ((F(1), F(0), F(0)), (F(0), F(-1), F(0))),
        (F(2), F(-2)),
        ((F(1), F(0), F(0)), (F(0), F(1), F(0))),
        (F(0), F(0), F(0)),
        LEAKY,
    )
    corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    for t, verdict in ((F(1, 10), "local-minimum"), (F(1, 2), "saddle"), (F(2), "saddle")):
        case = with_residuals(network, corners, [(0, 0, t * corner[2]) for corner in corners])
        result = classify(network, case)
        assert result.verdict == verdict
    assert "(1)" in result.reason


def test_a_kink_without_first_order_term():
    """The residual at the kink is orthogonal to v: moving both in turn lowers the loss."""
    network = one_neuron((1,), -1, (1, 0), (0, 0))
    case = with_residuals(network, [(-1,), (0,), (1,), (2,)], [(0, 1), (0, -2), (0, 1), (0, 0)])
    result = classify(network, case)
    assert result.verdict == "saddle"
    assert "neuron moves" in result.reason


def test_limits_are_stated(monkeypatch):
    network = one_neuron((1,), 0, (1, 0), (0, 0))
    t = F(1, 2)
    case = with_residuals(network, [(-1,), (1,), (2,)], [(0, -t), (0, 2 * t), (0, -t)])
    module = "symerm.landscape.empirical_second_order"
    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.MAX_PARAMETERS", 1)
        few = classify_empirical(network, Dataset(*case))
        assert few.verdict == "undecided"
        assert "more than 1 parameters" in few.reason
    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.MAX_PRODUCTS", 0)
        assert "too many cells" in classify_empirical(network, Dataset(*case)).reason
    assert classify_empirical(network, Dataset(*case)).verdict == "local-minimum"


def test_wide_networks_are_tried_neuron_by_neuron():
    t = F(4)
    single = one_neuron((1,), 0, (1, 0), (0, 0))
    case = with_residuals(single, [(-1,), (1,), (2,)], [(0, -t), (0, 2 * t), (0, -t)])
    width = 40
    wide = ShallowNetwork(
        ((F(1),),) * width,
        (F(0),) * width,
        ((F(1, width), F(0)),) * width,
        (F(0), F(0)),
    )
    result = classify(wide, case)
    assert result.verdict == "saddle"
    assert "1 neuron moves" in result.reason


@given(critical_cases(activation=st.just(QUADRATIC)))
def test_quadratic_networks(case):
    network, inputs, targets = case
    result = classify(network, (inputs, targets))
    assert result.verdict != "not-critical"


def test_quadratic_by_hand():
    """f = x^2 + c at -1, 0, 1 with residuals t (1, -2, 1): R = diag(2 t, 0)."""
    inputs = [(-1,), (0,), (1,)]
    rise, fall = [(1,), (-2,), (1,)], [(-1,), (2,), (-1,)]

    def verdict(b, v, residuals, w=0):
        network = one_neuron((w,), b, (v,), (0,), QUADRATIC)
        return classify(network, with_residuals(network, inputs, residuals))

    assert verdict(1, 1, rise).verdict == "local-minimum"
    # (8 - 4 t) w^2 in second order.
    assert verdict(1, 1, fall).verdict == "local-minimum"
    assert verdict(1, 1, [(3 * r[0],) for r in fall]).verdict == "saddle"
    # In between dv or db makes the coefficient of w^2 negative.
    tie = verdict(1, 1, [(2 * r[0],) for r in fall])
    assert (tie.verdict, tie.descent.order) == ("saddle", 3)
    assert verdict(0, 1, rise).verdict == "local-minimum"
    assert verdict(0, 1, fall).verdict == "saddle"
    assert verdict(0, -1, rise).verdict == "saddle"
    # Flat: dv of second order, or of first order along a direction with a^T R x not zero.
    flat = verdict(1, 0, rise)
    assert (flat.verdict, flat.descent.order) == ("saddle", 4)
    assert flat.descent.bend is not None
    assert verdict(0, 0, rise).verdict == "saddle"
    # Residuals orthogonal to all quadratic functions need a fourth point.
    network = one_neuron((1,), 2, (1,), (0,), QUADRATIC)
    orthogonal = with_residuals(
        network, [(-1,), (0,), (1,), (2,)], [(1,), (-3,), (3,), (-1,)]
    )
    result = classify(network, orthogonal)
    assert result.verdict == "global-minimum"
    assert "any width" in result.reason


def test_flat_quadratic_neuron_with_a_mixed_direction():
    """R has no diagonal entry: r = x y at the corners of a square, a = (1, 0)."""
    network = one_neuron((1, 0), 0, (0,), (0,), QUADRATIC)
    corners = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    result = classify(network, with_residuals(network, corners, [(1,), (-1,), (-1,), (1,)]))
    assert (result.verdict, result.descent.order) == ("saddle", 2)
    zero = one_neuron((0, 0), 1, (0,), (0,), QUADRATIC)
    result = classify(zero, with_residuals(zero, corners, [(1,), (-1,), (-1,), (1,)]))
    assert (result.verdict, result.descent.order) == ("saddle", 4)


def test_third_order():
    """w = b = 0 and v orthogonal to all residuals: the Hessian vanishes on (w, b, v)."""
    network = one_neuron((0,), 0, (-1, 1), (-1, 0), QUADRATIC)
    case = with_residuals(network, [(-1,), (-2,)], [(-1, -1), (1, 1)])
    result = classify(network, case)
    assert (result.verdict, result.descent.order) == ("saddle", 3)
    assert "third order" in result.reason


def test_constant_quadratic_neuron_and_the_output_bias():
    """w = 0: v b^2 and c move together through critical networks with the same outputs."""
    network = one_neuron((0,), 3, (1,), (0,), QUADRATIC)
    case = with_residuals(
        network, [(0,), (1,), (-1,), (2,)], [(F(-1, 10),), (F(1, 5),), (0,), (F(-1, 10),)]
    )
    assert classify(network, case).verdict == "local-minimum"


def test_what_stays_undecided():
    """Three points in the plane: one neuron makes z_i^2 + const in many ways without symmetry."""
    network = one_neuron((0, -2), 2, (0, 1), (3, -1), QUADRATIC)
    case = with_residuals(
        network,
        [(-2, -2), (1, 2), (1, 1)],
        [(F(1, 800), 0), (F(-9, 800), 0), (F(1, 100), 0)],
    )
    result = classify_empirical(network, Dataset(*case))
    assert result.verdict == "undecided"
    assert result.descent is None
    assert "kernel of dimension 2, of which 1 come from symmetries" in result.reason
    assert oracle.lower(network, *case, 1, tries=40) is None


def test_neurons_with_equal_terms_may_help_in_higher_order():
    """Two flat neurons of one pattern make small outputs of any kind out of larger moves.

    Without them the third neuron would be at a local minimum; replaced by the space of their
    outputs they let the form of second order take negative values.
    """
    network = ShallowNetwork(
        ((F(3),), (F(6),), (F(1),)),
        (F(-1), F(-2), F(-1)),
        ((F(0),) * 3, (F(0),) * 3, (F(1), F(1), F(-2))),
        (F(0),) * 3,
        LEAKY,
    )
    residuals = [(1, -9, -10), (-3, 3, 6), (2, 6, 4), (3, 9, 6), (-3, -9, -6)]
    case = with_residuals(
        network,
        [(2,), (2,), (1,), (0,), (-2,)],
        [[F(x, 300) for x in row] for row in residuals],
    )
    result = classify(network, case)
    assert result.verdict == "undecided"
    assert "negative in a direction of some cell's span" in result.reason
    alone = ShallowNetwork(
        network.hidden_weights[2:],
        network.hidden_biases[2:],
        network.output_weights[2:],
        network.output_biases,
        LEAKY,
    )
    assert classify(alone, case).verdict == "local-minimum"


@given(critical_cases(activation=kinked))
def test_tangents_of_the_group_keep_the_outputs(case):
    """Up to a constant, which the output bias takes back, and without a term of first order."""
    network, inputs, targets = case
    loss = EmpiricalLoss.at(network, Dataset(inputs, targets))
    assume(classify_empirical(network, Dataset(inputs, targets)).verdict != "not-critical")
    forms = [
        neuron_form(loss, j, term)
        for j, term in enumerate(local_terms(loss))
        if term.slope or max(term.signs) >= 0
    ]
    points = [(*row, F(1)) for row in loss.data.inputs]
    block = len(points[0]) + network.output_dimension
    chosen = [form.chambers[-1] for form in forms]
    _, tangents = piecewise_symmetry(loss, ((F(1),) * len(points),), forms, chosen)
    for tangent in tangents:
        changes = [[F(0)] * len(points) for _ in range(network.output_dimension)]
        for m, (form, cell) in enumerate(zip(forms, chosen, strict=True)):
            part = tangent[m * block : (m + 1) * block]
            moves = cell.outputs(part[: len(points[0])], points)
            for k, row in enumerate(changes):
                for i, move in enumerate(moves):
                    row[i] += move * network.output_weights[form.number][k]
                    row[i] += form.values[i] * part[len(points[0]) + k]
        assert all(len(set(row)) == 1 for row in changes)


def test_constant_quadratic_neurons_are_no_manifold():
    """Residuals of x^2 alone: E = ker R holds (0, w, b), with outputs in the span of 1, y, y^2.

    Near constant neurons the outputs change by 1 and y in first order, y^2 takes the second.
    """
    inputs = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    residuals = [((1, -2, 1)[x + 1] if y == 0 else 0,) for x, y in inputs]

    def tangents(weight):
        network = ShallowNetwork(
            ((F(0), F(weight)), (F(0), F(0))),
            (F(1), F(2)),
            ((F(-1),), (F(-1),)),
            (F(0),),
            QUADRATIC,
        )
        loss = EmpiricalLoss.at(
            network, Dataset(*with_residuals(network, inputs, residuals))
        )
        nothing = ((F(0),) * 3,) * 3
        return _critical_networks(loss, [_neuron_form(loss, j, nothing) for j in (0, 1)])

    assert tangents(0) is None
    # Seven parameters c, w_j, b_j, v_j and a span of dimension three.
    assert len(tangents(1)) == 4
