"""LaTeX of networks: structure, fixed examples, and an evaluation of the formulas themselves."""

import re
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_strategies import evaluate, networks, shallow_networks, small, vectors

from symerm.networks import (
    DeepNetwork,
    Layer,
    ShallowNetwork,
    chambers_latex,
    network_latex,
    piecewise_latex,
)
from symerm.networks.latex import rational_latex
from symerm.problem.architecture import RELU, Activation

COMMANDS = {
    "frac", "max", "left", "right", "begin", "end", "text", "le", "ge", "nu", "rho", "quad", "\\",
    ",", " ", "tanh", "operatorname",
}  # fmt: skip


def assert_well_formed(text):
    depth = 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    stack = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert not stack
    assert text.count(r"\left(") == text.count(r"\right)")
    assert set(re.findall(r"\\([A-Za-z]+|.)", text)) <= COMMANDS
    assert not any(part in text for part in ("$", "+ -", "Fraction"))


class Formula:
    """Evaluates sums of rational multiples of variables and of max(.., 0), written in LaTeX."""

    def __init__(self, text, point):
        self.tokens = re.findall(r"\\frac|\\max|\\left|\\right|x_\{\d+\}|x|\d+|[-+(){},]", text)
        assert "".join(self.tokens) == re.sub(r"\s", "", text)
        self.values = {f"x_{{{k}}}": v for k, v in enumerate(point, start=1)} | {"x": point[0]}

    def take(self, *expected):
        for token in expected:
            assert self.tokens.pop(0) == token

    def sum(self):
        total = F(0)
        sign = 1
        if self.tokens[0] == "-":
            self.take("-")
            sign = -1
        while True:
            total += sign * self.product()
            if not self.tokens or self.tokens[0] not in "+-":
                return total
            sign = 1 if self.tokens.pop(0) == "+" else -1

    def product(self):
        result = self.factor()
        while self.tokens and (self.tokens[0].isdigit() or self.tokens[0][0] in "\\x") and (
            self.tokens[0] != r"\right"
        ):
            result *= self.factor()
        return result

    def factor(self):
        token = self.tokens.pop(0)
        if token.isdigit():
            return F(token)
        if token == r"\frac":
            self.take("{")
            numerator = self.sum()
            self.take("}", "{")
            denominator = self.sum()
            self.take("}")
            return numerator / denominator
        if token == r"\max":
            self.take(r"\left", "(")
            argument = self.sum()
            self.take(",", "0", r"\right", ")")
            return max(argument, F(0))
        return self.values[token]


def branches(text):
    """(value, condition) of each line of a cases environment."""
    body = re.fullmatch(r".*?\\begin\{cases\}\n(.*)\n\\end\{cases\}", text, re.DOTALL)
    if not body:
        return [(text.split(" = ", 1)[1], "")]
    pattern = r"(.*) & \\text\{if \} (.*)"
    return [re.fullmatch(pattern, line).groups() for line in body[1].split(" \\\\\n")]


def holds(condition, point):
    for part in condition.split(r",\ ") if condition else []:
        sides = re.split(r" (\\le|\\ge) ", part)
        values = [Formula(side, point).sum() for side in sides[::2]]
        for relation, left, right in zip(sides[1::2], values, values[1:], strict=False):
            if not (left <= right if relation == r"\le" else left >= right):
                return False
    return True


scalar = shallow_networks(activation=st.just(RELU)).map(
    lambda n: ShallowNetwork(
        n.hidden_weights,
        n.hidden_biases,
        tuple(row[:1] for row in n.output_weights),
        n.output_biases[:1],
        n.activation,
    )
)


@given(st.data())
def test_formulas_evaluate_to_the_network(data):
    network = data.draw(scalar)
    point = data.draw(vectors(network.input_dimension))
    value = evaluate(network, point)[1][0]
    text = network_latex(network)
    head, formula = text.split(" = ", 1)
    names = "x" if network.input_dimension == 1 else ", ".join(
        f"x_{{{k + 1}}}" for k in range(network.input_dimension)
    )
    assert head == rf"\nu({names})"
    assert Formula(formula, point).sum() == value
    cases = [branch for branch in branches(chambers_latex(network)) if holds(branch[1], point)]
    assert cases
    assert {Formula(branch[0], point).sum() for branch in cases} == {value}


@given(scalar.filter(lambda n: n.input_dimension == 1), small)
def test_piecewise_cases_evaluate_to_the_network(network, s):
    cases = [branch for branch in branches(piecewise_latex(network)) if holds(branch[1], (s,))]
    assert cases
    assert {Formula(branch[0], (s,)).sum() for branch in cases} == {evaluate(network, (s,))[1][0]}


@given(networks(inputs=st.integers(1, 3)))
def test_structure(network):
    assert_well_formed(network_latex(network))
    assert_well_formed(chambers_latex(network))
    if network.input_dimension == 1:
        assert_well_formed(piecewise_latex(network))
    assert network._repr_latex_() == f"$\\displaystyle {network_latex(network)}$"


def test_several_outputs_stand_in_a_column():
    network = ShallowNetwork(((F(1),),), (F(0),), ((F(1), F(-1, 2)),), (F(0), F(1)))
    assert network_latex(network) == (
        r"\nu(x) = \begin{pmatrix} 0 \\ 1 \end{pmatrix} + "
        r"\begin{pmatrix} 1 \\ -\frac{1}{2} \end{pmatrix} \max\left(x, 0\right)"
    )
    assert piecewise_latex(network, name="f") == (
        "f(x) = \\begin{cases}\n"
        "\\begin{pmatrix} 0 \\\\ 1 \\end{pmatrix} & \\text{if } x \\le 0 \\\\\n"
        "\\begin{pmatrix} x \\\\ -\\frac{1}{2} x + 1 \\end{pmatrix} & \\text{if } 0 \\le x\n"
        "\\end{cases}"
    )


def test_layers_stand_as_matrices():
    network = DeepNetwork((Layer(((F(1), F(2)),), (F(0),)), Layer(((F(3),),), (F(-1),))))
    assert network_latex(network) == (
        r"\nu(x_{1}, x_{2}) = \begin{pmatrix} 3 \end{pmatrix} "
        r"\rho\left(\begin{pmatrix} 1 & 2 \end{pmatrix} "
        r"\begin{pmatrix} x_{1} \\ x_{2} \end{pmatrix}\right) + "
        r"\begin{pmatrix} -1 \end{pmatrix}, \quad \rho(z) = \max(z, 0)"
    )


@pytest.mark.parametrize(
    ("activation", "definition"),
    [
        (Activation("leaky", F(1, 10)), r"\max\left(z, \frac{1}{10} z\right)"),
        (Activation("quadratic"), "z^{2}"),
        (Activation("logistic"), r"\frac{1}{1 + e^{-z}}"),
        (Activation("tanh"), r"\tanh z"),
        (Activation("erf"), r"\operatorname{erf} z"),
    ],
)
def test_other_activations_are_defined_in_the_formula(activation, definition):
    network = ShallowNetwork(((F(2),),), (F(-1),), ((F(-3),),), (F(0),), activation)
    text = network_latex(network)
    assert text == rf"\nu(x) = -3 \rho\left(2 x - 1\right), \quad \rho(z) = {definition}"
    assert_well_formed(text)


def test_constants():
    assert network_latex(ShallowNetwork((), (), (), (F(0),))) == r"\nu = 0"
    assert chambers_latex(ShallowNetwork((), (), (), (F(1, 2),))) == r"\nu = \frac{1}{2}"
    assert rational_latex(F(0)) == "0"
    assert rational_latex(F(1, -(10**5000))) == rf"-\frac{{1}}{{1{'0' * 5000}}}"
