"""Problems, and the checks that every verdict has to pass, for the tests of this folder."""

from __future__ import annotations

import contextlib
import io
import random
import tempfile
import warnings
from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st
from oracles.brute_force import nonnegative_least_squares

from symerm.arrangements.fan import Fan
from symerm.attainability.dual import DualBounds
from symerm.attainability.relaxation import Relaxation
from symerm.attainability.scaled import scale_problem
from symerm.attainability.tree import root_cases, split_slots
from symerm.certificates import checker
from symerm.certificates.writer import certificate_text
from symerm.problem import Architecture, Dataset, Problem, parse_activation

ACTIVATIONS = ["relu", "leaky:1/10", "leaky:1/2", "leaky:99/100"]

#: Zeros and coincidences often, odd denominators now and then.
coordinates = st.one_of(
    st.integers(-3, 3).map(Fraction),
    st.builds(Fraction, st.integers(-20, 20), st.sampled_from([3, 7, 11])),
)


def problem_of(
    inputs, outputs, width, activation="relu", *, hidden_bias=True, output_bias=True
) -> Problem:
    return Problem(
        Dataset.from_rows(inputs, outputs),
        Architecture(width, parse_activation(activation), hidden_bias, output_bias),
    )


@st.composite
def problems(draw, *, max_inputs=2, max_width=2, max_size=6) -> Problem:
    """Small problems with one output; degenerate data is frequent."""
    dimension = draw(st.integers(1, max_inputs))
    size = draw(st.integers(1, max_size))
    rows = st.tuples(*[coordinates] * dimension)
    shape = draw(st.sampled_from(["free", "free", "repeated", "collinear", "one"]))
    if shape == "free":
        inputs = draw(st.lists(rows, min_size=size, max_size=size))
    elif shape == "repeated":
        few = draw(st.lists(rows, min_size=1, max_size=3))
        inputs = draw(st.lists(st.sampled_from(few), min_size=size, max_size=size))
    elif shape == "collinear":
        start, step = draw(rows), draw(rows)
        times = draw(st.lists(coordinates, min_size=size, max_size=size))
        inputs = [tuple(a + t * b for a, b in zip(start, step, strict=True)) for t in times]
    else:
        inputs = [draw(rows)] * size
    width = draw(st.integers(1, max_width))
    activation = draw(st.sampled_from(ACTIVATIONS))
    hidden_bias, output_bias = draw(st.booleans()), draw(st.booleans())
    responses = draw(st.sampled_from(["free", "free", "constant", "realised"]))
    if responses == "free":
        outputs = draw(st.lists(coordinates, min_size=size, max_size=size))
    elif responses == "constant":
        outputs = [draw(coordinates)] * size
    else:
        neurons = draw(st.lists(st.tuples(rows, coordinates), min_size=width, max_size=width))
        act = parse_activation(activation)
        outputs = [
            sum(
                sign * act(sum(a * s for a, s in zip(weights, row, strict=True)) + hidden_bias * b)
                for sign, (weights, b) in zip((1, -1), neurons, strict=False)
            )
            for row in inputs
        ]
    return problem_of(
        inputs, outputs, width, activation, hidden_bias=hidden_bias, output_bias=output_bias
    )


def random_problem(seed, size, dimension, width, activation="relu", **options) -> Problem:
    """Integer data between -9 and 9."""
    generator = random.Random(seed)
    inputs = [[generator.randint(-9, 9) for _ in range(dimension)] for _ in range(size)]
    outputs = [generator.randint(-9, 9) for _ in range(size)]
    return problem_of(inputs, outputs, width, activation, **options)


def certificate(verdict) -> str:
    return "".join(certificate_text(verdict))


def checked(verdict) -> str:
    """The last line that the independent checker prints for a verdict's certificate."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        path = Path(folder) / "certificate.json"
        path.write_text(certificate(verdict), encoding="ascii")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            checker.main([str(path)])
    return printed.getvalue().splitlines()[-1]


def assert_sound(verdict) -> None:
    """The network and the certificate belong to the verdict."""
    problem = verdict.problem
    data, network = problem.dataset, verdict.minimiser
    assert network.width == problem.architecture.width
    assert network.activation == problem.architecture.activation
    if not problem.architecture.hidden_bias:
        assert not any(network.hidden_biases)
    if not problem.architecture.output_bias:
        assert not any(network.output_biases)
    assert network.loss(data.inputs, data.outputs) == verdict.upper
    assert 0 <= verdict.lower <= verdict.upper
    if verdict.verdict == "attained":
        assert verdict.exact == verdict.lower == verdict.upper
    else:
        assert verdict.verdict == "undecided"
        assert verdict.exact is None
        assert verdict.reason
    words = checked(verdict).split()
    assert words[:2] == ["VALID", verdict.verdict]
    assert [_fraction(word) for word in words[2:]] == [verdict.lower, verdict.upper]


def _fraction(word: str) -> Fraction:
    # Fraction() of a text has the interpreter's limit on digits; flint has none.
    from flint import fmpz

    top, _, bottom = word.partition("/")
    return Fraction(int(fmpz(top)), int(fmpz(bottom or "1")))


class Search:
    """The parts of the search for one problem, put together by hand."""

    def __init__(self, problem: Problem) -> None:
        self.scaled = scale_problem(problem)
        self.fan = Fan(self.scaled.forms, self.scaled.hidden_bias)
        self.relaxation = Relaxation(self.scaled, self.fan)
        self.dual = DualBounds(
            self.scaled, self.fan, unit=self.relaxation.unit, mean=self.relaxation.mean
        )

    def roots(self):
        return list(root_cases(self.fan, self.scaled.width))

    def cuts(self, slots):
        """The (slot, data index) pairs at which a case can be split."""
        return [(j, i) for j, (_, cone) in enumerate(slots) for i in self.dual.undecided(cone)]

    def random_case(self, generator, cuts):
        """A case after some random splits."""
        slots = generator.choice(self.roots())
        for _ in range(cuts):
            choices = self.cuts(slots)
            if not choices:
                break
            slots = generator.choice(split_slots(self.fan, slots, *generator.choice(choices)))
        return slots

    def decided(self, slots):
        """All cases without undecided points that a case splits into."""
        choices = self.cuts(slots)
        if not choices:
            return [slots]
        return [
            case
            for child in split_slots(self.fan, slots, *choices[0])
            for case in self.decided(child)
        ]

    def minimum(self, slots) -> Fraction:
        """The least loss of a case, by the oracle on every decided case below it."""
        return min(
            self.best_on([
                [sign * self.scaled.act(z) for z in self.fan.values(ray)]
                for sign, cone in case
                for ray in cone.rays
            ])
            for case in self.decided(slots)
        )

    def best_on(self, columns) -> Fraction:
        """Least loss over the cone of some columns and the line of the output bias."""
        weights, targets = self.scaled.weights, [row[0] for row in self.scaled.targets]
        if self.scaled.output_bias:
            ones = [1] * len(targets)
            columns = [*columns, ones, [-x for x in ones]]
        weighted = [[w * x for w, x in zip(weights, column, strict=True)] for column in columns]
        gram = [[sum(map(_times, row, column)) for column in columns] for row in weighted]
        products = [sum(map(_times, row, targets)) for row in weighted]
        found = nonnegative_least_squares(gram, products)
        square = sum(w * t * t for w, t in zip(weights, targets, strict=True))
        explained = sum(
            (g * Fraction(int(x.p), int(x.q)) for g, x in zip(products, found, strict=True)),
            Fraction(0),
        )
        return square - explained


def _times(x, y):
    return x * y
