"""Escape families: exact losses, growth, limits and how they are written."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plane_cases import plane_problems, planes_of

from symerm.attainability.escape import LaurentPolynomial, escape_family
from symerm.attainability.planes import Triangle
from symerm.errors import CertificateError

numbers = st.fractions(-9, 9, max_denominator=5)


def usable(planes):
    return [
        k for k, cell in enumerate(planes.cells)
        if isinstance(cell, Triangle)
        and planes.forms.product(*[cell.plane((2, 3, 0))] * 2)[0]
    ]


@settings(max_examples=30)
@given(plane_problems(largest=7), st.integers(0, 100), st.integers(1, 9), st.integers(1, 9))
def test_every_stratum_has_a_family(problem, choice, y0, y1):
    """Also where the infimum is attained elsewhere: the family is about one stratum plane."""
    planes = planes_of(problem)
    triangles = usable(planes)
    if not triangles:
        return
    index = triangles[choice % len(triangles)]
    if not planes.forms.product(*[planes.cells[index].plane((y0, y1, 0))] * 2)[0]:
        return
    escape = escape_family(planes, index, (y0, y1, 0))
    data = problem.dataset
    assert escape.limit == planes.scaled.to_loss(planes.loss(index, (y0, y1, 0)))
    assert escape.loss.pole == 0
    epsilons = [eps for eps, _, _ in escape.samples]
    assert epsilons == sorted(epsilons, reverse=True)
    assert min(epsilons) > 0
    for eps, network, loss in escape.samples:
        assert network.loss(data.inputs, data.outputs) == loss == escape.loss(eps)
        # The same network from the entries of the family.
        hidden, biases, outgoing, offset = escape.family
        assert network.hidden_weights == tuple(tuple(x(eps) for x in row) for row in hidden)
        assert network.hidden_biases == tuple(x(eps) for x in biases)
        assert network.output_weights == tuple(tuple(x(eps) for x in row) for row in outgoing)
        assert network.output_biases == tuple(x(eps) for x in offset)
        if not problem.architecture.output_bias:
            assert not any(network.output_biases)
    # Without a pole the family would tend to a network.
    assert any(entry.pole for row in escape.family[2] for entry in row) or escape.loss == (
        LaurentPolynomial(
            constant=escape.limit, linear=escape.loss.linear, square=escape.loss.square
        )
    )
    assert escape.loss(Fraction(1, 10**12)) - escape.limit == (
        escape.loss.linear / 10**12 + escape.loss.square / 10**24
    )


def test_only_triangles_have_strata():
    from search_cases import problem_of

    planes = planes_of(problem_of(range(5), [[x * x, x**3] for x in range(5)], 2))
    index = next(k for k, cell in enumerate(planes.cells) if not isinstance(cell, Triangle))
    with pytest.raises(CertificateError, match="stratum"):
        escape_family(planes, index, (1, 1, 0))


@given(numbers, numbers, numbers, numbers, st.fractions(Fraction(1, 9), 9, max_denominator=9))
def test_text_says_the_value(pole, constant, linear, square, eps):
    polynomial = LaurentPolynomial(pole, constant, linear, square)
    text = str(polynomial)
    total = Fraction(0)
    for term in text.replace(" - ", " + -").split(" + "):
        sign = -1 if term.startswith("-") else 1
        body = term.removeprefix("-")
        if body.endswith("/eps"):
            size = body.removesuffix("/eps").strip("()")
            total += sign * Fraction(size) / eps
        elif "eps" in body:
            size, _, power = body.rpartition("*")
            total += sign * Fraction(size or 1) * eps ** (2 if power == "eps^2" else 1)
        else:
            total += sign * Fraction(body)
    expected = pole / eps + constant + linear * eps + square * eps**2
    assert total == polynomial(eps) == expected
