"""The derived cases against Groebner bases of the original equations."""

import itertools
from fractions import Fraction

import pytest
import sympy as sp
from configuration_networks import NICE_SLOPE, exact_roots, kinks
from critical_equations import basis, c, polynomials, t, v

from symerm.landscape.configurations import Configuration, configurations
from symerm.landscape.derivation import derive


def as_neurons(configuration: Configuration) -> list[tuple[int, int, bool]]:
    return [
        (each.facing, place, each.flat)
        for place, group in enumerate(configuration.kinks, start=1) for each in group
    ]


def inside_only(width: int, activation: str) -> list[Configuration]:
    return [each for each in configurations(width, activation) if not each.outer]


@pytest.mark.parametrize("width", [1, 2])
def test_relu_kinks_by_groebner_bases(width) -> None:
    for each in inside_only(width, "relu"):
        found = basis(as_neurons(each), sp.Integer(0))
        cases = derive(each, "relu").cases
        if not cases:
            assert_no_critical_point(found, each)
        elif cases[0].residual is None:
            # f is the target, on both sides of the kink.
            for symbol_, (facing, _, _) in zip(v, as_neurons(each), strict=False):
                assert found.contains(symbol_ - facing)
            assert found.contains(c - t[0])
        else:
            (case,) = cases
            places = kinks(exact_roots(case.residual, Fraction(0)))
            for symbol_, place in zip(t, places, strict=False):
                assert found.contains(symbol_ - sp.Rational(place.numerator, place.denominator))
            assert found.contains(c - sp.Rational(1, 2))


def test_one_leaky_neuron_by_groebner_bases_for_symbolic_slope() -> None:
    gamma = sp.Symbol("gamma")
    for each in inside_only(1, "leaky"):
        found = basis(as_neurons(each), gamma)
        cases = derive(each, "leaky").cases
        if not cases:
            # A flat neuron with c = 1/2: no t in (0, 1) for any gamma in (0, 1), as all
            # coefficients have one sign in t/(1 - t) and gamma/(1 - gamma).
            assert found.contains(c - sp.Rational(1, 2))
            equation = polynomials(as_neurons(each), gamma)[0][1].subs(c, sp.Rational(1, 2))
            for symbol_ in (t[0], gamma):
                equation = equation.subs(symbol_, symbol_ / (1 + symbol_))
            numerator = sp.Poly(sp.numer(sp.together(equation)), t[0], gamma)
            assert len({sp.sign(a) for a in numerator.coeffs()}) == 1
            continue
        # The squares of the two pieces are as 1 : gamma or gamma : 1.
        first, second = (
            sum(sp.Rational(a.numerator, a.denominator) * gamma**k
                for k, a in enumerate(square.numerator))
            for square in cases[0].residual.squares
        )
        assert found.contains(sp.expand(second * t[0] ** 2 - first * (1 - t[0]) ** 2))
        assert found.contains(c - sp.Rational(1, 2))


@pytest.mark.slow
def test_two_leaky_neurons_by_groebner_bases() -> None:
    gamma = sp.Rational(NICE_SLOPE.numerator, NICE_SLOPE.denominator)
    for each in inside_only(2, "leaky"):
        neurons = as_neurons(each)
        cases = derive(each, "leaky").cases
        if cases and cases[0].residual is not None:
            (case,) = cases
            roots = exact_roots(case.residual, NICE_SLOPE)
            # Any signs of the roots solve the equations; the kinks in order need equal signs.
            places = [
                kinks(tuple(s * r for s, r in zip(signs, roots, strict=True)))
                for signs in itertools.product((1, -1), repeat=len(roots))
                if sum(s * r for s, r in zip(signs, roots, strict=True))
            ]
            count = len(case.residual.facings)
            inside = {tuple(p) for p in places if sorted({*p, 0, 1}) == [0, *p, 1]}
            assert inside == {tuple(kinks(roots))}
            others = sp.prod([
                sum((i + 2) * (t[i] - sp.Rational(p[i].numerator, p[i].denominator))
                    for i in range(count))
                for p in {tuple(p) for p in places}
            ])
            assert basis(neurons, gamma, others).exprs == [1]
        elif cases:
            assert basis(neurons, gamma).contains(c - t[0])
        else:
            assert_no_critical_point(basis(neurons, gamma), each)


def assert_no_critical_point(found, configuration: Configuration) -> None:
    """Solutions with kinks outside the interval or out of order are no critical points."""
    if found.exprs != [1]:
        assert ordered_solutions(found, len(configuration.kinks)) == [], configuration


def ordered_solutions(found, count: int) -> list[tuple[sp.Expr, ...]]:
    solutions = sp.solve(found.exprs, [*found.gens], dict=True)
    places = [tuple(solution[t[i]] for i in range(count)) for solution in solutions]
    return [
        p for p in places
        if all(value.is_real for value in p) and list(p) == sorted(p) and p[0] > 0 and p[-1] < 1
    ]


@pytest.mark.parametrize("width", [1, 2])
def test_quadratic_critical_points_by_groebner_bases(width) -> None:
    s, z = sp.symbols("s z")
    ws, bs, vs = (sp.symbols(f"{name}1:{width + 1}") for name in "wbv")
    bias = sp.Symbol("c")
    residual = bias - s + sum(
        vj * (wj * s + bj) ** 2 for vj, wj, bj in zip(vs, ws, bs, strict=True)
    )
    half = sp.Rational(1, 2)

    def moment(k: int) -> sp.Expr:
        return sp.expand(sp.integrate(sp.expand(s**k * residual), (s, -half, half)))

    loss = sp.expand(sp.integrate(sp.expand(residual**2), (s, -half, half)))
    unknowns = [bias, *ws, *bs, *vs]
    equations = [sp.diff(loss, symbol_) for symbol_ in unknowns]
    # L = -r_1 at critical points, so that r_1 = 0 are the global minima.
    rest = [*equations, 1 - z * moment(1)]
    forced = [bias + sum(vj * bj**2 for vj, bj in zip(vs, bs, strict=True))]
    for wj, bj, vj in zip(ws, bs, vs, strict=True):
        forced += [wj * bj, vj * wj, vj * bj]
    y = sp.Symbol("y")
    for polynomial in forced:
        found = sp.groebner([*rest, 1 - y * polynomial], y, z, *unknowns, order="grevlex")
        assert found.exprs == [1]
    assert sp.groebner(rest, z, *unknowns, order="grevlex").exprs != [1]


def test_the_equations_of_the_oracle_are_those_of_the_loss() -> None:
    equations, _ = polynomials([(1, 1, False), (-1, 2, False)], sp.Integer(0))
    values = {c: sp.Rational(1, 2), v[0]: sp.Rational(2, 3), v[1]: -sp.Rational(2, 3),
              t[0]: sp.Rational(1, 3), t[1]: sp.Rational(2, 3)}
    assert [e.subs(values) for e in equations] == [0] * len(equations)
