"""Labels that no width can fit: the hexagon with alternating labels, and two points on a ray.

The points r (cos k pi/3, sin k pi/3) have a singular ReLU kernel whose null vector is the
alternating labels, so the best loss is that of zero at every width; points x and c x have labels
(y, c y) only (derived after Benson, Damle, Townsend 2020).
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb, ctx
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.lastlayer.fitting import fit_last_layer
from symerm.lastlayer.kernels import Kernel, gram_matrix, kernel_balls
from symerm.lastlayer.rank_law import best_loss, feature_span, ray_loss
from symerm.lastlayer.spectrum import eigenvalue_bounds
from symerm.theorems.generators.basic import nonzero_rationals, positive_rationals, rationals
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["HEXAGON_EIGENVALUES", "HEXAGON_LOSS", "RAY_LOSS"]

_AFTER = Source(DERIVED, "in the setting of Benson, Damle, Townsend 2020")
_PROOF = ("proofs/benson_damle_townsend_2020/rank_laws.py",)
_TESTS = ("tests/theorems/test_lastlayer_hexagon.py",)
_ZERO, _ONE, _HALF = Fraction(0), Fraction(1), Fraction(1, 2)
_COSINES = (_ONE, _HALF, -_HALF, -_ONE, -_HALF, _HALF)
#: Both sides are known at least that well, so that a wrong constant shows.
_ACCURACY = Fraction(1, 10**30)
#: sin(k pi/3) times 2/sqrt(3).
_SINES = (0, 1, 1, 0, -1, -1)


def _hexagon(square: Fraction) -> tuple[tuple[Fraction, ...], ...]:
    """The inner products of the points of radius r, r^2 = square."""
    return tuple(
        tuple(square * _COSINES[(i - j) % 6] for j in range(6)) for i in range(6)
    )


def _eigenvalues(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        square = instance["square"]
        with ctx.workprec(200):
            found = eigenvalue_bounds(kernel_balls(_hexagon(square), Kernel("arccos1")))
            root, pi = arb(3).sqrt(), arb.pi()
            low, high = arb(5) / 12 - root / (2 * pi), arb(2) / 3 + root / pi
            middle = arb(3) / 4
            values = [arb(0), low, low, middle, middle, high]
            if kind == "multiplicities":
                values = [arb(0), low, middle, middle, middle, high]
            if kind == "half":
                values[-1] = arb(2) / 3 + root / (2 * pi)
            factor = square * square if kind == "fourth power" else square
            expected = [ball_bounds(value * ball(factor)) for value in values]
        narrow = all(high - low < _ACCURACY for low, high in (*found, *expected))
        agree = narrow and all(
            a[0] <= b[1] and b[0] <= a[1] for a, b in zip(found, expected, strict=True)
        )
        texts = ", ".join(f"{float(sum(bounds) / 2):.6f}" for bounds in found)
        return holds_if(agree, f"r² = {square}: eigenvalues {texts}")

    return claim


HEXAGON_EIGENVALUES = Theorem(
    id="hexagon-eigenvalues",
    title="The eigenvalues of the hexagon",
    source=_AFTER,
    statement="The bias-free ReLU kernel of the six points r (cos kπ/3, sin kπ/3) has the "
    "eigenvalues r² times 2/3 + √3/π, 3/4 (twice), 5/12 − √3/(2π) (twice) and 0.",
    latex=r"For $x_k = r (\cos \tfrac{k \pi}{3}, \sin \tfrac{k \pi}{3})$, $k = 0, \dots, 5$, the "
    r"bias-free ReLU kernel has the eigenvalues $r^2 \bigl(\tfrac23 + \tfrac{\sqrt3}{\pi}\bigr)$, "
    r"$\tfrac34 r^2$ (twice), $r^2 \bigl(\tfrac5{12} - \tfrac{\sqrt3}{2 \pi}\bigr)$ (twice) and "
    r"$0$.",
    claim=_eigenvalues("true"),
    instances=instances(square=positive_rationals()),
    status=Status("proved", "with all eigenvectors"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("multiplicities", "3/4 three times, 5/12 − √3/(2π) once",
               claim=_eigenvalues("multiplicities")),
        Mutant("half", "2/3 + √3/(2π)", claim=_eigenvalues("half")),
        Mutant("fourth-power", "r⁴ times these", claim=_eigenvalues("fourth power")),
    ),
)


def _alternating(bias: bool) -> Claim:
    """Features at weights (a, b sqrt(3)) are rational at the hexagon of radius one."""

    def claim(instance: Instance) -> Finding:
        rows = [
            [
                max(a * c + b * Fraction(3, 2) * s + (offset if bias else _ZERO), _ZERO)
                for a, b, offset in instance["neurons"]
            ]
            for c, s in zip(_COSINES, _SINES, strict=True)
        ]
        labels = [(instance["scale"] * (-1) ** k,) for k in range(6)]
        loss = fit_last_layer(rows, labels).loss
        least = best_loss(feature_span(_hexagon(_ONE), "relu"), labels).loss
        whole = 6 * instance["scale"] ** 2
        return holds_if(
            loss == least == whole,
            f"{len(instance['neurons'])} neurons: loss {loss}, any width {least}, |y|² = {whole}",
        )

    return claim


def _third_labels(instance: Instance) -> Finding:
    """Labels with period three, which are not orthogonal to the features."""
    labels = [(instance["scale"] * (1 if k % 3 == 0 else -1),) for k in range(6)]
    loss = best_loss(feature_span(_hexagon(_ONE), "relu"), labels).loss
    whole = 6 * instance["scale"] ** 2
    return holds_if(loss == whole, f"best loss {loss}, |y|² = {whole}")


HEXAGON_LOSS = Theorem(
    id="hexagon-alternating-labels",
    title="Alternating labels on the hexagon",
    source=_AFTER,
    statement="No bias-free ReLU network of any width has a smaller loss than zero on the hexagon "
    "with labels (−1)^k y: the loss is 6 y², although the points are distinct.",
    latex=r"For $x_k = (\cos \tfrac{k \pi}{3}, \sin \tfrac{k \pi}{3})$ and labels $(-1)^k y$, "
    r"$\sum_k ((-1)^k y - f(x_k))^2 \ge 6 y^2$ for bias-free ReLU networks $f$ of any width, with "
    r"equality for $f = 0$.",
    claim=_alternating(bias=False),
    instances=instances(
        neurons=st.lists(
            st.tuples(*[rationals(bound=2, denominators=(1, 2))] * 3), min_size=1, max_size=8
        ).map(tuple),
        scale=nonzero_rationals(bound=2),
    ),
    status=Status("proved", "the labels are orthogonal to all features"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("with-biases", "with biases, too", claim=_alternating(bias=True)),
        Mutant("period-three", "labels 1, −1, −1, 1, −1, −1", claim=_third_labels),
    ),
)


def _ray(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        c = instance["c"]
        first, second = instance["labels"]
        gram = gram_matrix([(_ONE,), (c,)])
        labels = [(first,), (second,)]
        found = ray_loss(gram, labels).loss
        span = best_loss(feature_span(gram, "relu"), labels).loss
        expected = (c * first - second) ** 2
        if kind != "not normed":
            expected /= 1 + c * c if kind == "true" else 1 + c
        return holds_if(
            found == span == expected, f"c = {c}: best loss {found}, formula {expected}"
        )

    return claim


RAY_LOSS = Theorem(
    id="ray-best-loss",
    title="Two points on one ray",
    source=_AFTER,
    statement="At x ≠ 0 and c x, c > 0, with labels y and z bias-free ReLU networks of any width "
    "and depth have the best loss (c y − z)²/(1 + c²): 1/5 for {x, 2x} with labels (1, 1).",
    latex=r"For $x \ne 0$ and $c > 0$ the least loss of bias-free ReLU networks at $x, c x$ with "
    r"labels $y, z$ is $(c y - z)^2 / (1 + c^2)$, for any width and depth.",
    hypotheses=(
        Hypothesis("one-ray", "c > 0", lambda instance: instance["c"] > 0),
    ),
    claim=_ray("true"),
    instances=instances(
        c=nonzero_rationals(bound=3), labels=st.tuples(rationals(bound=2), rationals(bound=2))
    ),
    status=Status("proved", "the distance of (y, z) from the line of (1, c)"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("both-sides", "c < 0, too", without=("one-ray",)),
        Mutant("not-normed", "(c y − z)²", claim=_ray("not normed")),
        Mutant("norm-not-squared", "(c y − z)²/(1 + c)", claim=_ray("sum")),
    ),
)
