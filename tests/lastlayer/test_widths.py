"""Widths that suffice: the inequality, its frequency in draws, constructions."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError, UnsupportedError
from symerm.lastlayer.features import feature_matrix, gaussian_layer
from symerm.lastlayer.fitting import fit_last_layer
from symerm.lastlayer.kernels import Kernel, gram_matrix
from symerm.lastlayer.spectrum import kernel_spectrum
from symerm.lastlayer.widths import (
    chernoff_width,
    feature_bound,
    general_position,
    interleaved_network,
)
from symerm.problem.dataset import Dataset

POINTS = [(Fraction(0),), (Fraction(1),), (Fraction(3),)]
coordinate = st.integers(-3, 3)


@pytest.mark.parametrize("kind", ["arccos1", "erf", "sincos", "arccos0"])
def test_the_width_is_the_least_one_of_the_inequality(kind: str) -> None:
    gram = gram_matrix(POINTS, bias=True)
    spectrum = kernel_spectrum(gram, Kernel(kind))
    eta = Fraction(1, 20)
    found = chernoff_width(gram, spectrum, 2, eta=eta)
    with mpmath.workdps(40):
        ratio = found.bound / found.smallest
        needed = mpmath.mpf(ratio.numerator) / ratio.denominator * mpmath.log(3 / 0.05)
        assert found.width == mpmath.ceil(needed)
    assert found.smallest <= spectrum.smallest[1]


@pytest.mark.parametrize("kind", ["arccos1", "leaky"])
def test_the_bound_of_the_features_holds_on_the_sphere(kind: str) -> None:
    rng = np.random.default_rng(0)
    w = rng.standard_normal((5000, 2))
    w *= np.sqrt(2) / np.linalg.norm(w, axis=1, keepdims=True)
    z = np.array([[float(x), 1.0] for (x,) in POINTS]) @ w.T
    features = np.maximum(z, z / 10 if kind == "leaky" else 0)
    bound = float(feature_bound(gram_matrix(POINTS, bias=True), kind, 2))
    largest = (features**2).sum(axis=0).max()
    assert largest <= bound
    assert largest > 0.5 * bound


def test_layers_of_that_width_have_full_rank() -> None:
    points = [(1, 0), (0, 1)]
    gram = gram_matrix(points)
    found = chernoff_width(
        gram, kernel_spectrum(gram, Kernel("arccos1")), 2, eta=Fraction(1, 10)
    )
    ranks = [
        [
            fit_last_layer(
                feature_matrix(points, gaussian_layer(2, m, seed=s, bias=False)), points
            ).rank
            for s in range(60)
        ]
        for m in (1, 2, 4, found.width)
    ]
    assert ranks[-1].count(2) >= 54
    for m, seen in zip((1, 2, 4), ranks, strict=False):
        bound = 2 * np.exp(-m * float(found.smallest / found.bound))
        assert 60 - seen.count(2) <= 60 * bound


def test_a_singular_kernel_speaks_of_its_own_rank() -> None:
    gram = gram_matrix([(1,), (2,), (-1,)])
    found = chernoff_width(gram, kernel_spectrum(gram, Kernel("arccos1")), 1, eta=Fraction(1, 2))
    assert found.rank == 2
    assert found.smallest > 0
    zeros = gram_matrix([(0,), (0,)])
    with pytest.raises(UnsupportedError, match="all features vanish"):
        chernoff_width(zeros, kernel_spectrum(zeros, Kernel("arccos1")), 1, eta=Fraction(1, 2))


def test_wrong_requests_are_refused() -> None:
    gram = gram_matrix(POINTS, bias=True)
    spectrum = kernel_spectrum(gram, Kernel("arccos1"))
    for eta in (Fraction(0), Fraction(1)):
        with pytest.raises(InputError, match="between 0 and 1"):
            chernoff_width(gram, spectrum, 2, eta=eta)
    with pytest.raises(UnsupportedError, match="no width bound"):
        chernoff_width(gram, kernel_spectrum(gram, Kernel("ntk")), 2, eta=Fraction(1, 2))
    close = gram_matrix([(Fraction(k, 1000),) for k in range(8)], bias=True)
    unseen = kernel_spectrum(close, Kernel("sincos"), bits=64, limit=64)
    with pytest.raises(UnsupportedError, match="no positive lower bound"):
        chernoff_width(close, unseen, 2, eta=Fraction(1, 2))


@given(
    st.dictionaries(
        st.tuples(coordinate, coordinate), st.tuples(coordinate, coordinate), min_size=1,
        max_size=7,
    )
)
def test_the_interleaved_network_fits(table) -> None:
    data = Dataset.from_rows(list(table), list(table.values()))
    network = interleaved_network(data)
    assert network.width == len(table)
    assert network.loss(data.inputs, data.outputs) == 0
    assert len(set(network.hidden_weights)) == 1


def test_repeated_inputs_are_fitted_in_the_mean() -> None:
    data = Dataset.from_rows([0, 0, 1], [1, 3, 5])
    assert interleaved_network(data).loss(data.inputs, data.outputs) == 2


def test_general_position() -> None:
    square = [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert general_position([tuple(map(Fraction, p)) for p in square]) is True
    assert general_position([tuple(map(Fraction, p)) for p in [*square, (2, 0)]]) is False
    assert general_position([(Fraction(1), Fraction(2))] * 3) is True
    many = [(Fraction(k), Fraction(k * k)) for k in range(80)]
    assert general_position(many) is None
