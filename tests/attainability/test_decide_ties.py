"""Problems with ties: strata that are realised in part, continua of minimisers, flat slopes.

Each verdict has a valid certificate and agrees with a search for networks in floats that knows
nothing of strata.
"""

import random
from fractions import Fraction

import pytest
from line_cases import orthogonal
from oracles import several_kinks, two_kinks
from search_cases import problem_of

from symerm.attainability import decide
from symerm.attainability.scaled import scale_problem
from symerm.attainability.secants import SecantProblem, decide_secants
from symerm.certificates import checker
from symerm.certificates.writer import certificate_text

TOLERANCE = Fraction(1, 10**9)
#: The loss does not change to first order away from the stratum that has the infimum.
FLAT_SLOPE = [[2, 0], [-2, 2], [2, 2], [1, 1], [2, -2], [-1, -1]]


def right(kink, size):
    return [max(k - kink, Fraction(0)) for k in range(size)]


def left(kink, size):
    return [max(kink - k, Fraction(0)) for k in range(size)]


def line(size):
    return [[k] for k in range(size)]


def heads(verdict):
    return [step[0] for step in getattr(verdict.proof, "steps", ())]


def checked(problem, path, answer):
    """The verdict, if it is the expected one and its certificate is valid."""
    verdict = decide(problem)
    assert verdict.verdict == answer
    target = path / "c.json"
    target.write_text("".join(certificate_text(verdict)), encoding="utf-8")
    assert checker.check(str(target)).split() == [
        answer, str(verdict.lower), str(verdict.upper)
    ]
    assert verdict.lower <= verdict.upper <= verdict.lower * (1 + 2 * TOLERANCE)
    data = problem.dataset
    if answer == "attained":
        assert verdict.minimiser.loss(data.inputs, data.outputs) == verdict.upper
    else:
        losses = [loss for _, _, loss in verdict.escape.samples]
        assert losses == sorted(losses, reverse=True)
        assert all(loss > verdict.upper for loss in losses)
    return verdict


# -- two neurons: the stratum at a data point, realised in part --------------------------------


def near_tie(seed, size):
    """Small integers next to a right-facing kink at 1 and a left-facing one in the next gap."""
    source = random.Random(f"tie-{seed}")
    kink = Fraction(source.randint(1, 3), 4) + 1
    shares = [
        [source.randint(1, 4) * source.choice([-1, 1]) for _ in range(2)] for _ in range(2)
    ]
    outputs = []
    for x, y in zip(right(1, size), left(kink, size), strict=True):
        row = []
        for a, b in shares:
            source.randint(-6, 6)
            row.append(int(4 * (a * x + b * y)) + source.randint(-1, 1))
        outputs.append(row)
    return outputs


@pytest.mark.parametrize(
    ("seed", "size"), [(0, 5), (2, 5), (3, 5), (5, 5), (0, 6), (2, 6), (3, 6), (5, 6)]
)
def test_minimisers_in_a_stratum_that_other_neurons_realise(seed, size, tmp_path):
    """A right-facing kink at a data point and a left-facing one in the gap after it.

    Their plane is a limit of two right-facing kinks as well: the verdict needs the step `e`.
    """
    problem = problem_of(line(size), near_tie(seed, size), 2)
    verdict = checked(problem, tmp_path, "attained")
    assert "e" in heads(verdict)
    found = two_kinks.search(range(size), problem.dataset.outputs)
    assert verdict.lower <= found.loss
    assert float(found.loss) == pytest.approx(float(verdict.upper), rel=1e-6)
    assert sorted(found.facings) == [-1, 1]
    (at,) = (z for z, facing in zip(found.kinks, found.facings, strict=True) if facing > 0)
    (other,) = (z for z, facing in zip(found.kinks, found.facings, strict=True) if facing < 0)
    assert at == pytest.approx(1, abs=1e-6)
    assert 1 < other < 2
    assert found.sine > 1e-3
    # Modulo constants and the kink at 1 the other neuron is y0 rho_2 - y1 rho_0, y >= 0.
    columns = [right(1, size), right(2, size), [-x for x in right(0, size)]]
    kink = Fraction(other).limit_denominator(10**4)
    rest = [x - left(kink, size)[0] for x in left(kink, size)]
    shares = solved(columns, rest)
    assert shares is not None
    assert shares[1] > 0
    assert shares[2] > 0


def solved(columns, vector):
    """The coefficients of a vector on independent columns, by orthogonalisation, or None."""
    weights, found = [1] * len(vector), []
    for k, column in enumerate(columns):
        others = [c for m, c in enumerate(columns) if m != k]
        normal = orthogonal([*others, column], weights)[-1]
        found.append(
            sum(x * y for x, y in zip(vector, normal, strict=True))
            / sum(x * y for x, y in zip(column, normal, strict=True))
        )
    total = [sum(c * x for c, x in zip(found, row, strict=True))
             for row in zip(*columns, strict=True)]
    return found if total == list(vector) else None


def with_residual(size, first, second, top):
    """Responses first, second and a small one that is orthogonal to both and to constants."""
    source = random.Random(size)
    rest = [Fraction(source.randint(-3, 3)) for _ in range(size)]
    rest = orthogonal([[1] * size, first, second, rest], [1] * size)[-1]
    rest = [x / 20 for x in rest]
    outputs = [[top * x, top * y, z] for x, y, z in zip(first, second, rest, strict=True)]
    return outputs, sum(x * x for x in rest)


@pytest.mark.parametrize("kink", [Fraction(5, 4), Fraction(3, 2), Fraction(2)])
def test_a_plane_of_the_stratum_that_is_realised_has_the_infimum(kink, tmp_path):
    """The best plane of all is that of the first two responses: a minimiser in the stratum."""
    outputs, loss = with_residual(5, right(1, 5), left(kink, 5), 3)
    problem = problem_of(line(5), outputs, 2)
    verdict = checked(problem, tmp_path, "attained")
    assert verdict.upper == loss
    assert two_kinks.search(range(5), problem.dataset.outputs).loss >= verdict.lower


@pytest.mark.parametrize("ratio", [Fraction(3), Fraction(8)])
def test_a_plane_of_the_stratum_that_is_not_realised(ratio, tmp_path):
    """span(rho_1, r rho_2 - s) holds a left-facing kink for r <= 1 only.

    The derivatives of the loss vanish in all directions there: that cannot be proved.
    """
    other = [ratio * x - y for x, y in zip(right(2, 5), right(0, 5), strict=True)]
    outputs, loss = with_residual(5, right(1, 5), other, 3)
    assert_close_to_a_limit(problem_of(line(5), outputs, 2), loss, tmp_path)


def assert_close_to_a_limit(problem, infimum, path):
    """Undecided with bounds that are close to a limit of losses; never `attained`.

    A proof that no network has the infimum would be right as well.
    """
    verdict = decide(problem)
    assert verdict.verdict in ("undecided", "not-attained")
    target = path / "c.json"
    target.write_text("".join(certificate_text(verdict)), encoding="utf-8")
    assert checker.check(str(target)).startswith(verdict.verdict)
    assert infimum * (1 - 2 * TOLERANCE) <= verdict.lower <= infimum
    assert infimum <= verdict.upper <= infimum * (1 + Fraction(1, 10**5))
    found = two_kinks.search(
        [x for (x,) in problem.dataset.inputs], problem.dataset.outputs
    )
    assert found.loss > infimum
    assert float(found.loss) == pytest.approx(float(infimum), rel=1e-2)
    assert found.sine < 0.2


def test_a_slope_that_vanishes_is_undecided_with_close_bounds(tmp_path):
    """A stratum has 40/3, networks come as close as one likes, the best of the tuples has more."""
    assert_close_to_a_limit(problem_of(line(6), FLAT_SLOPE, 2), Fraction(40, 3), tmp_path)


@pytest.mark.slow
def test_the_parts_of_a_flat_slope():
    scaled = scale_problem(problem_of(line(6), FLAT_SLOPE, 2))
    decision = decide_secants(SecantProblem.of(scaled), tolerance=TOLERANCE, steps=20_000)
    assert decision.verdict in ("undecided", "not-attained")
    assert scaled.to_loss(decision.stratum.loss) == pytest.approx(40 / 3, rel=1e-9)
    assert scaled.to_loss(decision.best.loss) >= Fraction(40, 3)
    assert scaled.to_loss(decision.lower) <= Fraction(40, 3)
    assert scaled.to_loss(decision.lower) >= Fraction(40, 3) * (1 - 2 * TOLERANCE)


# -- three neurons -----------------------------------------------------------------------------


def near_three(seed, outputs, size=6):
    """Small integers next to a right-facing kink at 1, a left-facing one after it, another."""
    source = random.Random(f"tie3-{seed}")
    kink = Fraction(source.randint(1, 3), 4) + 1
    far = Fraction(source.randint(5, 4 * (size - 2)), 2) / 2 + 1
    columns = [right(1, size), left(kink, size), right(far, size)]
    shares = [
        [source.randint(1, 4) * source.choice([-1, 1]) for _ in range(3)]
        for _ in range(outputs)
    ]
    return [
        [
            int(8 * sum(a * c[i] for a, c in zip(row, columns, strict=True)))
            + source.randint(-1, 1) for row in shares
        ] for i in range(size)
    ]


def continuum(seed, size=6):
    source = random.Random(f"cont-{size}-{seed}")
    return [[source.randint(-9, 9) for _ in range(2)] for _ in range(size)]


def assert_agrees(outputs, answer, path, *, rel=1e-7, starts=100, steps=200):
    """The verdict agrees with a search by kinks; `rel` is for paths to a stratum."""
    verdict = checked(problem_of(line(6), outputs, 3), path, answer)
    found, _, _ = several_kinks.search(range(6), outputs, 3, grid=4, starts=starts, steps=steps)
    assert found >= verdict.lower
    if answer == "not-attained":
        assert found > verdict.upper
    assert float(found) == pytest.approx(float(verdict.upper), rel=rel)
    return verdict


def test_three_neurons_in_a_stratum_that_others_realise(tmp_path):
    outputs = [[1, 0], [1, 2], [2, 2], [0, 0], [-1, 1], [1, -2]]
    verdict = assert_agrees(outputs, "attained", tmp_path)
    assert "e" in heads(verdict)
    assert verdict.upper == Fraction(5, 3)


def test_a_continuum_of_minimisers(tmp_path):
    """The infimum is rational, and is the loss of the network that is found."""
    assert assert_agrees(continuum(24), "attained", tmp_path).upper == 6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "loss"), [
        (0, Fraction(5, 2)), (11, Fraction(361, 3)), (33, Fraction(50, 3)),
        (38, Fraction(65, 2)), (52, Fraction(5, 3)),
    ],
)
def test_more_continua_of_minimisers(seed, loss, tmp_path):
    verdict = assert_agrees(continuum(seed), "attained", tmp_path, starts=150, steps=2000)
    assert verdict.upper == loss


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "outputs"), [(3, 2), (4, 2), (2, 3)])
def test_more_minimisers_in_strata_that_others_realise(seed, outputs, tmp_path):
    verdict = assert_agrees(
        near_three(seed, outputs), "attained", tmp_path, starts=150, steps=2000
    )
    assert "e" in heads(verdict)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "outputs", "answer"), [
        (0, 2, "attained"), (1, 2, "not-attained"), (2, 2, "attained"), (5, 2, "not-attained"),
        (6, 2, "attained"), (7, 2, "attained"), (0, 3, "attained"), (1, 3, "attained"),
    ],
)
def test_three_neurons_close_to_a_tie(seed, outputs, answer, tmp_path):
    rel = 1e-6 if answer == "attained" else 0.2
    assert_agrees(
        near_three(seed, outputs), answer, tmp_path, rel=rel, starts=150, steps=2000
    )
