"""The local term of a neuron against differences of psi and the faces of its arrangement."""

from fractions import Fraction as F

import empirical_oracle as oracle
import pytest
from empirical_cases import LEAKY, critical_cases, networks_with_data, small
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.covectors import faces
from symerm.arithmetic.linalg import rank
from symerm.landscape.empirical_loss import EmpiricalLoss
from symerm.landscape.empirical_neuron import local_terms
from symerm.networks import ShallowNetwork
from symerm.problem.architecture import RELU
from symerm.problem.dataset import Dataset

kinked = st.sampled_from([RELU, LEAKY])


def psi(network, inputs, targets, neuron):
    """sum_i act(<a, (s_i, 1)>) r_i by a loop."""
    total = [F(0)] * network.output_dimension
    for point, target in zip(inputs, targets, strict=True):
        z = oracle.act(network.activation, oracle.hidden(neuron[:-1], neuron[-1], point))
        for k, (y, t) in enumerate(zip(oracle.outputs(network, point), target, strict=True)):
            total[k] += z * (y - t)
    return tuple(total)


def cases():
    return st.one_of(
        networks_with_data(activation=kinked), critical_cases(activation=kinked)
    )


def terms_of(case):
    network, inputs, targets = case
    return local_terms(EmpiricalLoss.at(network, Dataset(inputs, targets)))


@given(cases(), st.lists(small, min_size=3, max_size=3))
def test_term_is_the_difference_of_psi(case, numbers):
    network, inputs, targets = case
    for j, term in enumerate(terms_of(case)):
        neuron = (*network.hidden_weights[j], network.hidden_biases[j])
        direction = numbers[: len(neuron)]
        eps = F(1, 2**200)
        moved = [a + eps * x for a, x in zip(neuron, direction, strict=True)]
        start = psi(network, inputs, targets, neuron)
        after = psi(network, inputs, targets, moved)
        assert term.at(neuron) == start
        assert term(direction) == tuple(
            (y - x) / eps for x, y in zip(start, after, strict=True)
        )


@given(cases())
def test_a_term_vanishes_unless_some_direction_changes_it(case):
    for term in terms_of(case):
        if term.vanishes:
            assert not any(any(term(line)) for line in term.lines)
            assert not any(any(value) for _, value in term.rays)
            with pytest.raises(ValueError, match="vanishes"):
                term.direction_of_change()
        else:
            direction, value = term.direction_of_change()
            assert any(value)
            assert value == term(direction)
            # A function that is linear on cells is fixed by lines and rays.
            assert any(any(term(line)) for line in term.lines) or any(
                any(value) for _, value in term.rays
            )


@given(cases())
def test_rays_are_the_faces_of_one_dimension_more(case):
    for term in terms_of(case):
        size = len(term.matrix[0])
        assert len(term.lines) == size - rank(term.forms)
        if not term.zeros:
            assert term.rays == ()
            continue
        found = {
            tuple(
                (z > 0) - (z < 0)
                for z in (
                    sum(a * x for a, x in zip(form, ray, strict=True)) for form in term.forms
                )
            )
            for ray, _ in term.rays
        }
        expected = {
            face.signs for face in faces(term.forms) if face.dimension == len(term.lines) + 1
        }
        assert found == expected
        assert all(value == term(ray) for ray, value in term.rays)


def test_rays_of_a_line_by_sums_are_the_rays_by_intersections():
    """One input: the quick way for many points is the general one."""
    data = Dataset.from_rows([0, "1/3", 1, 2, 5], [[3, 1], [-1, 0], ["2/5", 1], [-2, 2], [1, 7]])
    for activation in (RELU, LEAKY):
        network = ShallowNetwork(
            ((F(0),),), (F(0),), ((F(1), F(2)),), (F(1, 2), F(0)), activation
        )
        (term,) = local_terms(EmpiricalLoss.at(network, data))
        general = {ray: term(ray) for ray in term._rays()}
        assert len(general) == 10
        assert dict(term.rays) == general


def test_a_change_off_all_units_is_found():
    """psi' vanishes on the axes and on the forms but not between: the residuals of a hat."""
    inputs = tuple((F(x), F(y)) for x in (-1, 0, 1) for y in (-1, 0, 1))
    hat = {-1: 1, 0: -2, 1: 1}
    network = ShallowNetwork(((F(0), F(0)),), (F(0),), ((F(0),),), (F(0),))
    targets = tuple((F(hat[x] * hat[y]),) for x, y in ((int(p[0]), int(p[1])) for p in inputs))
    (term,) = local_terms(EmpiricalLoss.at(network, Dataset(inputs, targets)))
    assert not any(any(term(unit)) for unit in term.units)
    direction, value = term.direction_of_change()
    assert any(value)
    assert value == psi(network, inputs, targets, direction)


def test_neurons_of_one_pattern_share_their_term():
    network = ShallowNetwork(
        ((F(1),), (F(2),), (F(-1),)), (F(0),) * 3, ((F(1),),) * 3, (F(0),)
    )
    terms = local_terms(EmpiricalLoss.at(network, Dataset.from_rows([-1, 1], [0, 1])))
    assert terms[0] is terms[1]
    assert terms[0].signs == tuple(-sign for sign in terms[2].signs)
