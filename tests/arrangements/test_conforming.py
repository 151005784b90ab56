"""Pieces that meet in common faces: the rule, the intersections, and what stays covered."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from flint import fmpz_mat

from symerm.arithmetic.linalg import solve
from symerm.arrangements.conforming import conforming
from symerm.arrangements.neuron_pieces import NeuronPieces, neuron_pieces

RELU, LEAKY = (1, 0), (3, 1)
#: Six inputs in the plane; affine functions are reached from several sides.
PLANE = ((-3, 1), (-2, -4), (-1, 2), (0, 3), (2, -1), (4, 4))
#: Without hidden bias: two pieces cross in a ray inside both of them.
CROSSING = ((-4, 0, -2), (-4, 2, -2), (-2, -2, -3), (-1, -2, -1), (0, 0, -2), (4, -1, 0))


def random_inputs(dimension, count, seed):
    rng, inputs = random.Random(seed), set()
    while len(inputs) < count:
        inputs.add(tuple(rng.randint(-4, 4) for _ in range(dimension)))
    return sorted(inputs)


def with_bias(inputs):
    return tuple((*row, 1) for row in inputs)


def found_of(inputs, slopes=RELU, *, hidden_bias=True, modulo_constants=True) -> NeuronPieces:
    forms = with_bias(inputs) if hidden_bias else tuple(inputs)
    return neuron_pieces(forms, slopes, modulo_constants=modulo_constants)


def reduced(vector, modulo_constants):
    size, total = (len(vector), sum(vector)) if modulo_constants else (1, 0)
    return [size * x - total for x in vector]


def columns_of(piece, images, modulo_constants):
    return [[s * x for x in reduced(images[k], modulo_constants)] for k, s in piece]


def shares_in(piece, images, vector, modulo_constants):
    """The coefficients of a vector on the vertices of a piece, or None."""
    columns = columns_of(piece, images, modulo_constants)
    return solve(list(zip(*columns, strict=True)), reduced(vector, modulo_constants))


def relations(columns):
    """The linear relations of minimal support, each once up to factors: chosen, coefficients."""
    found = []
    nullity = len(columns) - fmpz_mat(columns).rank()
    for size in range(2, len(columns) + 1):
        for chosen in combinations(range(len(columns)), size) if nullity else ():
            if not any(set(old) <= set(chosen) for old, _ in found):
                basis, rank = fmpz_mat([columns[i] for i in chosen]).transpose().nullspace()
                if rank:
                    found.append((chosen, [int(row[0]) for row in basis.tolist()]))
    return found


def conforms(pieces, images, modulo_constants) -> bool:
    """Whether all relations of minimal support with signs + on P, - on Q are common vertices."""
    for first, second in combinations(dict.fromkeys(pieces), 2):
        owners = [(v, part) for part, piece in enumerate((first, second)) for v in piece]
        columns = columns_of([v for v, _ in owners], images, modulo_constants)
        for chosen, factors in relations(columns):
            parts = [owners[i] for i in chosen]
            signs = [{x > 0 for x, (_, q) in zip(factors, parts, strict=True) if q == part}
                     for part in (0, 1)]
            if max(map(len, signs)) == 1 and (
                len(parts) > 2 or parts[0][0][0] != parts[1][0][0]
            ):
                return False
    return True


def follow(found, steps, modulo_constants):
    """The rule of Lemma 13, step by step."""
    images, pieces = list(found.images), list(found.pieces)
    for step in steps:
        piece = pieces[step.piece]
        assert sum(c > 0 for c in step.coefficients) >= 2
        assert min(step.coefficients) >= 0
        v = [
            sum(c * s * images[k][i] for c, (k, s) in zip(step.coefficients, piece, strict=True))
            for i in range(len(images[0]))
        ]
        index, sign = len(images), 1
        for k, image in enumerate(images):
            factor = shares_in(((k, 1),), images, v, modulo_constants)
            if factor is not None:
                index, sign = k, (1 if factor[0] > 0 else -1)
                v = [sign * x for x in image]
        if index == len(images):
            images.append(tuple(v))
        after = []
        for old in pieces:
            shares = shares_in(old, images, v, modulo_constants)
            for turn in (1, -1):
                if shares and all(turn * x >= 0 for x in shares) and sum(map(bool, shares)) >= 2:
                    for i, share in enumerate(shares):
                        if share:
                            part = sorted([*old[:i], (index, turn * sign), *old[i + 1 :]])
                            after.append(tuple((k, s * part[0][1]) for k, s in part))
                    break
            else:
                after.append(old)
        pieces = after
    return tuple(images), tuple(pieces)


def check_neurons(found, slopes, modulo_constants):
    """The neurons of each piece have its vertices, or all their negatives, as activations."""
    on, off = slopes
    for piece, rays in zip(found.pieces, found.piece_rays, strict=True):
        turns = {1, -1}
        for (k, sign), ray in zip(piece, rays, strict=True):
            activation = [(on if z > 0 else off) * z for z in ray]
            target = reduced(found.images[k], modulo_constants)
            turns &= {
                turn for turn in turns
                if reduced(activation, modulo_constants) == [turn * sign * x for x in target]
            }
        assert turns
        for column in zip(*rays, strict=True):
            assert min(column) >= 0 or max(column) <= 0


def check_cover(found, result, forms, slopes, modulo_constants, seed):
    """Activations of random neurons, up to sign, are in pieces before and after."""
    rng = random.Random(seed)
    for _ in range(10):
        weights = [Fraction(rng.randint(-9, 9), rng.randint(1, 5)) for _ in forms[0]]
        values = [sum(w * x for w, x in zip(weights, form, strict=True)) for form in forms]
        activation = [slopes[0] * z if z > 0 else slopes[1] * z for z in values]
        for family in (found, result.pieces):
            shares = (
                shares_in(piece, family.images, activation, modulo_constants)
                for piece in family.pieces
            )
            assert any(y is not None and (min(y) >= 0 or max(y) <= 0) for y in shares)


@pytest.mark.parametrize("count", [4, 5, 7])
def test_one_input_needs_nothing(count):
    found = found_of(random_inputs(1, count, count))
    result = conforming(found, modulo_constants=True)
    assert result.complete
    assert result.refinements == ()
    assert result.pieces == found
    assert result.largest == tuple(range(len(found.pieces)))


@pytest.mark.parametrize(
    ("dimension", "count", "slopes", "hidden_bias", "modulo_constants", "seed"),
    [
        (2, 4, RELU, True, True, 1),
        (2, 5, RELU, True, True, 1),
        (2, 5, RELU, True, True, 3),
        (2, 5, LEAKY, True, True, 4),
        (2, 5, LEAKY, False, True, 1),
        (2, 4, RELU, True, False, 1),
        (2, 5, RELU, True, False, 3),
        (3, 5, LEAKY, False, False, 3),
        (3, 5, RELU, False, True, 3),
    ],
)
def test_refined_pieces(dimension, count, slopes, hidden_bias, modulo_constants, seed):
    inputs = [row for row in random_inputs(dimension, count, seed) if hidden_bias or any(row)]
    constants = {"modulo_constants": modulo_constants}
    found = found_of(inputs, slopes, hidden_bias=hidden_bias, **constants)
    result = conforming(found, **constants)
    assert result.complete
    new = result.pieces
    assert conforms(new.pieces, new.images, modulo_constants)
    assert conforms(found.pieces, found.images, modulo_constants) == (not result.refinements)
    again = follow(found, result.refinements, modulo_constants)
    assert (new.images, new.pieces) == again
    assert (new.simplices, new.rays) == (found.simplices, found.rays)
    check_neurons(new, slopes, modulo_constants)
    forms = with_bias(inputs) if hidden_bias else inputs
    check_cover(found, result, forms, slopes, modulo_constants, seed)
    assert result == conforming(found, **constants)


def test_affine_functions_from_several_sides():
    found = found_of(PLANE)
    result = conforming(found, modulo_constants=True)
    assert result.complete
    assert result.refinements
    assert result.pieces.images == found.images, "all of them at vertices"
    assert conforms(result.pieces.pieces, found.images, True)
    again = follow(found, result.refinements, True)
    assert (result.pieces.images, result.pieces.pieces) == again
    check_neurons(result.pieces, RELU, True)
    check_cover(found, result, with_bias(PLANE), RELU, True, 0)
    # New vertices alone have no way to do this.
    plain = conforming(found, modulo_constants=True, reuse=False)
    assert not plain.complete
    assert (plain.pieces, plain.refinements) == (found, ())


def test_largest_pieces_are_enough():
    result = conforming(found_of(PLANE), modulo_constants=True)
    pieces = result.pieces.pieces
    kept = [set(pieces[i]) for i in result.largest]
    assert len(kept) < len(pieces)
    for piece in pieces:
        both = set(piece), {(k, -s) for k, s in piece}
        assert any(part <= other for part in both for other in kept)
    for one, other in permutations(kept, 2):
        assert not one <= other
        assert not {(k, -s) for k, s in one} <= other


@pytest.mark.parametrize("reuse", [False, True])
def test_a_crossing_inside_two_cones(reuse):
    found = found_of(CROSSING, LEAKY, hidden_bias=False)
    result = conforming(found, modulo_constants=True, reuse=reuse)
    assert result.complete
    (step,) = result.refinements
    assert len(found.pieces[step.piece]) == 3
    assert min(step.coefficients) > 0
    assert len(result.pieces.images) == len(found.images) + 1
    assert len(result.pieces.pieces) == len(found.pieces) + 4, "two are cut into three"
    again = follow(found, result.refinements, True)
    assert (result.pieces.images, result.pieces.pieces) == again
    check_neurons(result.pieces, LEAKY, True)
    check_cover(found, result, CROSSING, LEAKY, True, 0)


def test_limit():
    found = found_of(random_inputs(2, 4, 1))
    whole = conforming(found, modulo_constants=True)
    needed = len(whole.refinements)
    assert needed > 1
    assert conforming(found, modulo_constants=True, most=needed) == whole
    less = conforming(found, modulo_constants=True, most=needed - 1)
    assert not less.complete
    assert len(less.refinements) < needed
    # What was done is a beginning.
    assert less.refinements == whole.refinements[: len(less.refinements)]


def test_three_inputs_stop_at_the_limit():
    found = found_of(random_inputs(3, 5, 0))
    result = conforming(found, modulo_constants=True, most=40)
    assert not result.complete
    assert 0 < len(result.refinements) <= 40
    again = follow(found, result.refinements, True)
    assert (result.pieces.images, result.pieces.pieces) == again
    check_neurons(result.pieces, RELU, True)


def test_no_pieces():
    found = found_of([(0,)])
    result = conforming(found, modulo_constants=True)
    assert result.complete
    assert result.largest == ()
