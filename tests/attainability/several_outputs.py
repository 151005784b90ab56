"""Problems with several outputs where a minimiser exists, and a second way to their minimum."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from oracles.brute_force import cells
from search_cases import ACTIVATIONS, coordinates, problem_of

from symerm.attainability.verdict import Verdict

TOLERANCE = Fraction(1, 10**9)


@st.composite
def one_neuron_problems(draw, *, max_size=6):
    dimension, outputs = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    size = draw(st.integers(1, max_size))
    rows = st.lists(coordinates, min_size=dimension, max_size=dimension)
    inputs = draw(st.lists(rows, min_size=size, max_size=size))
    if draw(st.booleans()):
        inputs[-1] = inputs[0]
    entries = st.lists(coordinates, min_size=outputs, max_size=outputs)
    responses = draw(st.lists(entries, min_size=size, max_size=size))
    return problem_of(
        inputs, responses, 1, draw(st.sampled_from(ACTIVATIONS)),
        hidden_bias=draw(st.booleans()), output_bias=draw(st.booleans()),
    )


def random_rows(seed, size, dimension, outputs, *, repeats=0):
    """Integer inputs and responses between -9 and 9, the first inputs repeated at the end."""
    source = random.Random(seed)
    inputs = [[source.randint(-9, 9) for _ in range(dimension)] for _ in range(size)]
    inputs += inputs[:repeats]
    return inputs, [[source.randint(-9, 9) for _ in range(outputs)] for _ in inputs]


def realised_rows(seed, size, dimension, outputs, width, *, slope=0):
    """Responses of a random network with small weights."""
    source = random.Random(seed)

    def vector(count):
        return [Fraction(source.randint(-4, 4), source.randint(1, 3)) for _ in range(count)]

    inputs = [[source.randint(-6, 6) for _ in range(dimension)] for _ in range(size)]
    hidden = [(vector(dimension), vector(1)[0], vector(outputs)) for _ in range(width)]
    responses = [[Fraction(0)] * outputs for _ in range(size)]
    for a, b, v in hidden:
        for k, s in enumerate(inputs):
            z = b + sum(x * y for x, y in zip(a, s, strict=True))
            z = z if z > 0 else slope * z
            responses[k] = [y + z * x for y, x in zip(responses[k], v, strict=True)]
    return inputs, responses


def least_loss(problem) -> float:
    """The minimum for one neuron in floats, cell by cell and face by face.

    On a simplicial cone of hidden vectors the best one in the interior is an eigenvector; all
    independent sets of rays of all cells are tried, on the data as they are given.
    """
    architecture, data = problem.architecture, problem.dataset
    slope = float(architecture.activation.negative_slope)
    targets = np.array([[float(t) for t in row] for row in data.outputs])
    centre = np.eye(data.size) - float(architecture.output_bias) / data.size
    targets = centre @ targets
    best = 0.0
    for cell in cells([tuple(row) for row in data.inputs], hidden_bias=architecture.hidden_bias):
        if not cell.rays:
            continue
        values = np.array([[float(z) for z in ray.values] for ray in cell.rays]).T
        hidden = centre @ np.where(values > 0, values, slope * values)
        lengths = np.linalg.norm(hidden, axis=0)
        hidden = hidden[:, lengths > 1e-9] / lengths[lengths > 1e-9]
        for count in range(1, len(data.inputs[0]) + 2):
            for chosen in combinations(range(hidden.shape[1]), count):
                part = hidden[:, chosen]
                gram = part.T @ part
                if np.linalg.cond(gram) > 1e10:
                    continue
                moments = part.T @ targets
                vectors = np.linalg.eig(np.linalg.solve(gram, moments @ moments.T))[1].real
                for vector in vectors.T:
                    signed = vector * np.sign(vector[np.abs(vector).argmax()])
                    if signed.min() < -1e-9:
                        continue
                    image = part @ signed
                    explained = np.square(targets.T @ image).sum() / (image @ image)
                    best = max(best, float(explained))
    return float(np.square(targets).sum()) - best


def verdict_of(problem, result) -> Verdict:
    """The verdict that a result stands for."""
    exact = result.upper if result.lower == result.upper else None
    return Verdict(
        problem, "attained", result.lower, result.upper, exact, result.network, proof=result.proof
    )


