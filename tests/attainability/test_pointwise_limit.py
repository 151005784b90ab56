"""The limit of an escape: its loss is the limit of the losses, and the samples tend to it."""

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from symerm.attainability import decide
from symerm.attainability.pointwise_limit import limit_at, limit_pieces
from symerm.attainability.verdict import Verdict
from symerm.problem import Architecture, Dataset, Problem, parse_activation
from symerm.problem.catalogue import load_dataset


def random_problem(seed: int) -> Problem:
    random = Random(seed)
    n = random.randint(4, 6)
    data = Dataset.from_rows(
        sorted(random.sample(range(-4, 9), n)),
        [[random.randint(-9, 9), random.randint(-9, 9)] for _ in range(n)],
    )
    activation = parse_activation(random.choice(["relu", "leaky:1/10"]))
    return Problem(data, Architecture(2, activation, output_bias=random.random() < 0.7))


def escapes() -> list[Verdict]:
    known = [Problem(load_dataset(f"counterexample-{k}"), Architecture(2)) for k in (2, 3)]
    verdicts = [decide(problem) for problem in [*known, *map(random_problem, range(60))]]
    return [verdict for verdict in verdicts if verdict.escape is not None]


@pytest.fixture(scope="module")
def found() -> list[Verdict]:
    verdicts = escapes()
    assert len(verdicts) >= 5
    return verdicts


def test_the_loss_of_the_limit_is_the_limit_of_the_loss(found) -> None:
    for verdict in found:
        data = verdict.problem.dataset
        loss = Fraction(0)
        for (s,), target in zip(data.inputs, data.outputs, strict=True):
            limit = limit_at(verdict.escape, s)
            assert None not in limit
            loss += sum((x - t) ** 2 for x, t in zip(limit, target, strict=True))
        assert loss == verdict.escape.limit


def test_the_pieces_are_affine_and_approached_by_the_samples(found) -> None:
    for verdict in found:
        escape, data = verdict.escape, verdict.problem.dataset
        places = [s for (s,) in data.inputs]
        pieces = limit_pieces(escape, min(places), max(places))
        assert pieces[0].lower == min(places)
        assert pieces[-1].upper == max(places)
        assert all(one.upper == two.lower for one, two in pairwise(pieces))
        for piece in pieces:
            for share in (Fraction(1, 7), Fraction(1, 2), Fraction(5, 7)):
                s = piece.lower + share * (piece.upper - piece.lower)
                values = [
                    (1 - share) * x + share * y
                    for x, y in zip(piece.after_lower, piece.before_upper, strict=True)
                ]
                assert tuple(values) == limit_at(escape, s)
                distances = [
                    max(abs(x - y) for x, y in zip(network((s,)), values, strict=True))
                    for _, network, _ in escape.samples
                ]
                # Once the kinks have passed s, the distance falls like eps.
                assert distances[4] <= distances[3] / 9 <= distances[2] / 80


def test_the_limit_jumps_so_that_no_network_has_it(found) -> None:
    for verdict in found:
        places = [s for (s,) in verdict.problem.dataset.inputs]
        pieces = limit_pieces(verdict.escape, min(places), max(places))
        sides = [(piece.lower, piece.after_lower) for piece in pieces]
        sides += [(piece.upper, piece.before_upper) for piece in pieces]
        assert any(limit_at(verdict.escape, x) != side for x, side in sides)


def test_beyond_the_data_an_output_may_diverge() -> None:
    verdict = decide(Problem(load_dataset("counterexample-2"), Architecture(2)))
    assert limit_at(verdict.escape, Fraction(3)) == (2, None)
    beyond = limit_pieces(verdict.escape, Fraction(2), Fraction(3))
    assert [piece.after_lower for piece in beyond] == [(2, None)]
