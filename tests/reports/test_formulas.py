"""Formulas that are read back give the numbers they were made of."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.reports.formulas import combination_formula, eps_formula, network_formulas

SMALL = st.builds(Fraction, st.integers(-20, 20), st.integers(1, 9))
LAURENT = st.builds(lambda *x: RationalFunction.of(x, [0, 1]), SMALL, SMALL, SMALL, SMALL)
QUOTIENTS = st.builds(
    lambda top, bottom: RationalFunction.of(top, [1, *map(abs, bottom)]),
    st.lists(SMALL, min_size=2, max_size=3), st.lists(SMALL, min_size=1, max_size=2),
)
FUNCTIONS = LAURENT | QUOTIENTS
EPS = Fraction(3, 7)


def value(formula: str, **names: Fraction) -> Fraction:
    """A formula, computed in rationals."""
    exact = re.sub(r"(?<![\w.])\d+(\.\d+)?(E[+-]?\d+)?", r"F('\g<0>')", formula)
    scope = {"F": Fraction, "relu": lambda z: max(z, Fraction(0)), **names}
    return Fraction(eval(exact.replace("^", "**"), scope))


@given(FUNCTIONS)
def test_a_function_is_read_back(function) -> None:
    text, rounded = eps_formula(function)
    assert not rounded
    assert value(text, eps=EPS) == function(EPS)


@given(st.lists(FUNCTIONS | SMALL, max_size=3), FUNCTIONS | SMALL, st.lists(
    SMALL, min_size=3, max_size=3))
def test_a_combination_is_read_back(factors, constant, places) -> None:
    names = ["x", "y", "z"][: len(factors)]
    text, rounded = combination_formula(factors, names, constant)
    assert not rounded
    at = dict(zip(names, places, strict=False))

    def number(factor: Fraction | RationalFunction) -> Fraction:
        return factor(EPS) if isinstance(factor, RationalFunction) else factor

    expected = number(constant) + sum(
        number(factor) * at[name] for factor, name in zip(factors, names, strict=True)
    )
    assert value(text, eps=EPS, **at) == expected


@given(st.lists(st.tuples(SMALL, SMALL, SMALL, st.booleans()), max_size=6), SMALL, SMALL)
def test_a_network_is_read_back_without_its_unused_neurons(neurons, offset, place) -> None:
    zero = Fraction(0)
    neurons = [(a, b, zero if off else v) for a, b, v, off in neurons]
    lines = list(network_formulas(
        [[a] for a, _, _ in neurons], [b for _, b, _ in neurons], [[v] for _, _, v in neurons],
        [offset], activation="relu", inputs=["x"], outputs=["y"],
    ))
    used = [j for j, (a, b, v) in enumerate(neurons, 1) if v != 0 and (a != 0 or b != 0)]
    hidden = {}
    for line in lines[1 : len(used) + 1]:
        name, _, formula = line.partition(" = ")
        hidden[name] = value(formula, x=place)
    assert list(hidden) == [f"h{j}" for j in used]
    assert value(lines[0].removeprefix("y = "), **hidden) == offset + sum(
        v * max(a * place + b, zero) for a, b, v in neurons
    )
    idle = set()
    for line in lines[len(used) + 1 :]:
        assert line.endswith(" unused")
        for part in line.removesuffix(" unused").split(", "):
            first, _, last = part.partition("..")
            idle |= set(range(int(first[1:]), int((last or first)[1:]) + 1))
    assert idle == set(range(1, len(neurons) + 1)) - set(used)


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ([], "h1..h40 unused"),
        ([1, 2], "h3..h40 unused"),
        ([1, 4, 38], "h2, h3, h5..h37, h39, h40 unused"),
    ],
)
def test_many_unused_neurons_take_one_line(used, expected) -> None:
    outgoing = [[Fraction(j in used)] for j in range(1, 41)]
    lines = list(network_formulas(
        [[Fraction(1)]] * 40, [Fraction(0)] * 40, outgoing, [Fraction(0)],
        activation="relu", inputs=["x"], outputs=["y"],
    ))
    assert len(lines) == len(used) + 2
    assert lines[-1] == expected


def test_long_coefficients_are_rounded_and_marked() -> None:
    long = Fraction(1, 3**40)
    text, rounded = eps_formula(RationalFunction.of([-long, 2], [0, 1]))
    assert rounded
    assert re.fullmatch(r"-8\.22526\d+E-20/eps \+ 2", text)
    lines = list(network_formulas(
        [[RationalFunction.of([long])]], [RationalFunction(())], [[Fraction(1)]],
        [Fraction(0)], activation="relu", inputs=["x"], outputs=["y"],
    ))
    assert lines[0] == "y = h1"
    assert lines[1].startswith("h1 ~ relu(8.22526")
