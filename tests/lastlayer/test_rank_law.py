"""Rank laws against exact ranks of wide feature matrices; labels, certificates, rays."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from clouds import HEXAGON, exact_rank, flawed_cloud
from hypothesis import given
from hypothesis import strategies as st

from symerm.errors import InputError, UnsupportedError
from symerm.lastlayer.features import feature_matrix, gaussian_layer
from symerm.lastlayer.fitting import fit_last_layer
from symerm.lastlayer.kernels import gram_matrix
from symerm.lastlayer.rank_law import best_loss, data_lines, feature_span, ray_loss
from symerm.networks.deep import DeepNetwork, Layer
from symerm.problem.architecture import RELU, parse_activation

WIDE = 40


def wide_features(points, features: str, seed: int) -> list[list[Fraction]]:
    """Features of random integer neurons by their definitions."""
    rng = random.Random(seed)
    dimension = len(points[0])
    rows: list[list[Fraction]] = [[] for _ in points]
    for _ in range(WIDE):
        weight = [rng.randint(-999, 999) for _ in range(dimension)]
        shift = [rng.randint(-9, 9) for _ in range(dimension)]
        for row, point in zip(rows, points, strict=True):
            z = sum((w * x for w, x in zip(weight, point, strict=True)), Fraction(0))
            if features in ("relu", "arccos1"):
                row.append(max(z, Fraction(0)))
            elif features == "leaky":
                row.append(max(z, z / 7))
            elif features == "arccos0":
                row.append(Fraction(int(z > 0)))
            elif features == "arccos2":
                row.append(max(z, Fraction(0)) ** 2)
            elif features == "quadratic":
                row.append(z * z)
            else:
                assert features == "ntk"
                # Derivatives in the outer and, along a direction, in the inner weights.
                row.append(max(z, Fraction(0)))
                inner = sum((s * x for s, x in zip(shift, point, strict=True)), Fraction(0))
                row.append(inner * int(z > 0))
    return rows


@pytest.mark.parametrize("seed", range(45))
@pytest.mark.parametrize(
    "features", ["relu", "leaky", "arccos0", "arccos2", "ntk", "quadratic"]
)
def test_the_law_is_the_rank_of_wide_features(features: str, seed: int) -> None:
    points = flawed_cloud(seed)
    rows = wide_features(points, features, seed)
    span = feature_span(gram_matrix(points), features)
    assert span.rank == exact_rank(rows)
    # Not only the dimension: the space itself.
    both = [[*a, *b] for a, b in zip(rows, span.basis, strict=True)]
    assert exact_rank(both) == span.rank


@pytest.mark.parametrize("seed", range(20))
def test_with_a_bias_only_repeated_points_agree(seed: int) -> None:
    points = flawed_cloud(seed)
    for features in ("relu", "leaky", "ntk", "arccos0", "arccos2", "erf", "sincos", "logistic"):
        assert feature_span(gram_matrix(points, bias=True), features).rank == len(set(points))


@pytest.mark.parametrize("seed", range(20))
def test_odd_features_do_not_tell_a_point_from_its_antipode(seed: int) -> None:
    points = flawed_cloud(seed)
    classes = {max(p, tuple(-x for x in p)) for p in points if any(p)}
    gram = gram_matrix(points)
    assert feature_span(gram, "tanh").rank == feature_span(gram, "erf").rank == len(classes)
    both_or_zero = any(tuple(-x for x in p) in points for p in points)
    assert feature_span(gram, "logistic").rank == len(classes) + both_or_zero
    assert feature_span(gram, "sincos").rank == len(set(points))


@pytest.mark.parametrize("seed", range(10))
def test_the_best_loss_is_that_of_wide_features_and_proved(seed: int) -> None:
    points = flawed_cloud(seed)
    rng = random.Random(seed)
    responses = [(Fraction(rng.randint(-5, 5)), Fraction(rng.randint(-5, 5))) for _ in points]
    best = best_loss(feature_span(gram_matrix(points), "relu"), responses)
    layer = gaussian_layer(len(points[0]), WIDE, seed=seed, bias=False)
    features = feature_matrix(points, layer)
    assert best.loss == fit_last_layer(features, responses).loss
    for k, column in enumerate(best.columns):
        for r in range(WIDE):
            assert sum(x[r] * c for x, c in zip(features, column.residual, strict=True)) == 0
        wanted = [row[k] for row in responses]
        assert sum(c * y for c, y in zip(column.residual, wanted, strict=True)) == column.loss


def test_antipodal_pairs_have_the_rank_of_the_notes() -> None:
    pairs = [(1, 0), (0, 1), (1, 1), (1, 2)]
    points = [(s * x, s * y) for x, y in pairs for s in (1, -1)]
    span = feature_span(gram_matrix(points), "relu")
    assert (span.rank, span.lines, span.two_sided, span.directions) == (4 + 2, 4, 4, 2)


def test_the_hexagon() -> None:
    span = feature_span(HEXAGON, "relu")
    assert (span.rank, span.lines, span.directions) == (5, 3, 2)
    labels = [((-1) ** k,) for k in range(6)]
    fit = best_loss(span, labels)
    assert (fit.loss, fit.columns[0].residual) == (6, tuple(y for (y,) in labels))


@given(
    st.integers(0, 44),
    st.lists(st.integers(-3, 3), min_size=4, max_size=4),
    st.integers(0, 3),
)
def test_labels_that_satisfy_the_conditions_are_fitted(seed, beta, shift) -> None:
    """Homogeneous on rays, and y+ - y- = <beta, u> on two-sided lines with one beta."""
    points = flawed_cloud(seed)
    labels = []
    for point in points:
        # |t| times an even function of the direction, plus a linear function.
        norm = max(map(abs, point))
        even = norm * (1 + shift * abs(point[0] / norm)) if norm else 0
        labels.append((even + sum(b * x for b, x in zip(beta, point, strict=False)),))
    assert best_loss(feature_span(gram_matrix(points), "relu"), labels).fits


@pytest.mark.parametrize("seed", range(10))
def test_no_deep_network_without_bias_beats_the_rays(seed: int) -> None:
    points = flawed_cloud(seed)
    rng = random.Random(seed)
    responses = [(Fraction(rng.randint(-5, 5)),) for _ in points]
    gram = gram_matrix(points)
    bound = ray_loss(gram, responses)
    assert bound.loss <= best_loss(feature_span(gram, "relu"), responses).loss

    def layer(rows: int, columns: int) -> Layer:
        return Layer(
            tuple(tuple(Fraction(rng.randint(-3, 3)) for _ in range(columns))
                  for _ in range(rows)),
            (Fraction(0),) * rows,
        )

    network = DeepNetwork((layer(3, len(points[0])), layer(3, 3), layer(1, 3)), RELU)
    outputs = [network(point) for point in points]
    assert bound.loss <= sum(
        (a - b) ** 2 for x, y in zip(outputs, responses, strict=True)
        for a, b in zip(x, y, strict=True)
    )
    # The residual is orthogonal to every positively homogeneous function of degree one.
    residual = bound.columns[0].residual
    assert sum(value[0] * r for value, r in zip(outputs, residual, strict=True)) == 0


def test_a_ray_with_equal_labels() -> None:
    gram = gram_matrix([(1, 1), (2, 2)])
    assert ray_loss(gram, [(1,), (1,)]).loss == Fraction(1, 5)
    assert best_loss(feature_span(gram, "relu"), [(1,), (1,)]).loss == Fraction(1, 5)


def test_only_points_at_zero() -> None:
    gram = gram_matrix([(0, 0), (0, 0)])
    assert data_lines(gram).zeros == (0, 1)
    assert feature_span(gram, "relu").rank == feature_span(gram, "erf").rank == 0
    assert best_loss(feature_span(gram, "relu"), [(1,), (2,)]).loss == 5
    assert ray_loss(gram, [(1,), (2,)]).loss == 5
    assert feature_span(gram, "logistic").rank == 1


def test_wrong_requests_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="no rank law"):
        feature_span(HEXAGON, "softplus")
    with pytest.raises(InputError, match="1 responses for 6 points"):
        best_loss(feature_span(HEXAGON, "relu"), [(1,)])


def test_leaky_features_of_the_command_line_have_the_law_of_the_relu() -> None:
    points = flawed_cloud(3)
    layer = gaussian_layer(
        len(points[0]), WIDE, bias=False, activation=parse_activation("leaky:1/3")
    )
    span = feature_span(gram_matrix(points), "leaky")
    assert fit_last_layer(feature_matrix(points, layer), [(0,)] * len(points)).rank == span.rank
