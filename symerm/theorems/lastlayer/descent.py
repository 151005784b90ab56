"""Gradient descent on the last layer: exact residuals, floor, stability, and the limit.

Residuals are r_k = (I - eta Phi Phi^T)^k r_0: a mode shrinks by 1 - eta s^2 in each step, what is
outside the range stays, and from a_0 = 0 the weights tend to the shortest solution; proofs in
proofs/benson_damle_townsend_2020/last_layer_descent.py.  With orthogonal columns the modes are the
columns, so that the formulas can be compared with simulated losses exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import nullspace, rank
from symerm.lastlayer.descent import gradient_descent
from symerm.lastlayer.fitting import fit_last_layer
from symerm.theorems.generators.basic import rationals
from symerm.theorems.generators.lastlayer import matrices
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["LEAST_SQUARES", "LIMIT", "MINIMUM_NORM", "RESIDUALS", "STABILITY"]

Vector = tuple[Fraction, ...]
_AFTER = Source(DERIVED, "in the setting of Benson, Damle, Townsend 2020; textbook linear algebra")
_PROOF = ("proofs/benson_damle_townsend_2020/last_layer_descent.py",)
_TESTS = ("tests/theorems/test_lastlayer_descent.py",)
_ZERO, _ONE = Fraction(0), Fraction(1)
_LABELS = rationals(bound=2, denominators=(1, 2))
_STEPS = st.sampled_from([Fraction(k, 8) for k in (1, 2, 3, 4, 6, 8, 16)])


def _dot(one: Sequence[Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(one, other, strict=True)), _ZERO)


def _columns(rows: Sequence[Vector]) -> list[Vector]:
    return list(zip(*rows, strict=True))


@st.composite
def _problems(
    draw: st.DrawFn, *, orthogonal: bool = False, columns: int = 3
) -> tuple[tuple[Vector, ...], Vector]:
    """A feature matrix that is not zero, and labels."""
    rows = draw(matrices(columns=(1, columns), orthogonal=orthogonal))
    if not any(map(any, rows)):
        rows = ((_ONE, *rows[0][1:]), *rows[1:])
    return rows, draw(st.tuples(*[_LABELS] * len(rows)))


def _orthogonal(instance: Instance) -> bool:
    columns = _columns(instance["problem"][0])
    return not any(_dot(columns[i], columns[j]) for i in range(len(columns)) for j in range(i))


_ORTHOGONAL = Hypothesis("orthogonal", "the columns of Φ are orthogonal", _orthogonal)


def _modes(instance: Instance) -> tuple[list[tuple[Fraction, Fraction]], Fraction]:
    """(s^2, part of |y|^2) of each column that is not zero, and the rest of |y|^2."""
    rows, labels = instance["problem"]
    modes = []
    for column in _columns(rows):
        square = _dot(column, column)
        if square:
            modes.append((square, _dot(column, labels) ** 2 / square))
    return modes, _dot(labels, labels) - sum((part for _, part in modes), _ZERO)


def _losses(instance: Instance, steps: int) -> tuple[Fraction, ...]:
    rows, labels = instance["problem"]
    return gradient_descent(
        rows, [(y,) for y in labels], steps=steps, step=instance["step"], bits=64
    ).losses


def _residuals(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        modes, floor = _modes(instance)
        eta = instance["step"]
        losses = _losses(instance, 4)
        expected = []
        for k in range(5):
            power = k if kind == "single" else 2 * k
            expected.append(
                (_ZERO if kind == "no floor" else floor)
                + sum(
                    (
                        part * (1 - eta * square * (2 if kind == "double" else 1)) ** power
                        for square, part in modes
                    ),
                    _ZERO,
                )
            )
        return holds_if(
            list(losses) == expected,
            f"losses {losses[0]}, {losses[1]}, ..; formula {expected[0]}, {expected[1]}, ..",
        )

    return claim


RESIDUALS = Theorem(
    id="descent-residuals",
    title="Residuals of gradient descent on the last layer",
    source=_AFTER,
    statement="From zero weights with step η the loss after k steps is the floor, the squared "
    "distance of y to the range, plus Σ (1 − η s²)^(2k) |y_s|² over the modes; for orthogonal "
    "columns these are the columns, s their lengths.",
    latex=r"Gradient descent on $\tfrac12 \|y - \Phi a\|^2$ from $a_0 = 0$ has $r_k = (I - \eta "
    r"\Phi \Phi^{\top})^k y$, so $\|r_k\|^2 = \|y - P y\|^2 + \sum_i (1 - \eta s_i^2)^{2k} \langle "
    r"u_i, y \rangle^2$; for orthogonal columns $s_i$ are lengths and $u_i$ directions.",
    hypotheses=(_ORTHOGONAL,),
    claim=_residuals("true"),
    instances=instances(
        problem=st.one_of(_problems(orthogonal=True), _problems()), step=_STEPS
    ),
    status=Status("proved", "in the singular basis, mode by mode"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("any-columns", "columns need not be orthogonal", without=("orthogonal",)),
        Mutant("single-power", "the power k for 2k", claim=_residuals("single")),
        Mutant("no-floor", "without the floor", claim=_residuals("no floor")),
        Mutant("double-step", "1 − 2 η s², the gradient of |y − Φ a|²",
               claim=_residuals("double")),
    ),
)


def _stable(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        modes, floor = _modes(instance)
        losses = _losses(instance, 1)
        eta = instance["step"]
        largest = max(square for square, _ in modes)
        limit = {"true": 2, "one": 1, "four": 4}[kind] / largest
        top = [part for square, part in modes if square == largest]
        others = any(part for square, part in modes if square != largest)
        falls = losses[1] < losses[0]
        return holds_if(
            (eta < limit) == falls if any(top) and not others else eta >= limit or losses[1]
            <= losses[0],
            f"η = {eta}, limit {limit}: losses {losses[0]}, {losses[1]}, floor {floor}",
        )

    return claim


STABILITY = Theorem(
    id="descent-stability",
    title="Which step sizes are stable",
    source=_AFTER,
    statement="If η < 2/s₁², s₁ the largest singular value, no step raises the loss; a residual "
    "that lies in the range in the mode of s₁ falls exactly if η < 2/s₁² (tried for orthogonal "
    "columns, which are the modes).",
    latex=r"If $\eta < 2 / s_1^2$, then $\|r_{k+1}\| \le \|r_k\|$. If the part of $r_0$ in the "
    r"range of $\Phi$ is not zero and lies in the mode of $s_1$, then $\|r_1\| < \|r_0\|$ if and "
    r"only if $\eta < 2/s_1^2$.",
    hypotheses=(_ORTHOGONAL,),
    claim=_stable("true"),
    instances=instances(
        problem=st.one_of(
            _problems(orthogonal=True, columns=1), _problems(orthogonal=True)
        ),
        step=_STEPS,
    ),
    status=Status("proved", "1 − (1 − q)² = q (2 − q)"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("one-over", "exactly if η < 1/s₁²", claim=_stable("one")),
        Mutant("four-over", "exactly if η < 4/s₁²", claim=_stable("four")),
    ),
)


def _solution(instance: Instance) -> tuple[Vector, Fraction]:
    rows, labels = instance["problem"]
    column = fit_last_layer(rows, [(y,) for y in labels]).columns[0]
    return column.weights, column.loss


def _values(rows: Sequence[Vector], weights: Sequence[Fraction]) -> Vector:
    return tuple(_dot(row, weights) for row in rows)


def _least(kind: str) -> Claim:
    """The loss at any weights against the least one; the certificate is the residual."""

    def claim(instance: Instance) -> Finding:
        rows, labels = instance["problem"]
        best, loss = _solution(instance)
        weights = instance["weights"][: len(best)]
        difference = tuple(x - y for x, y in zip(weights, best, strict=True))
        other = [y - z for y, z in zip(labels, _values(rows, weights), strict=True)]
        moved = _values(rows, difference)
        expected = loss + _dot(moved, moved)
        if kind == "weights":
            expected = loss + _dot(difference, difference)
        elif kind == "norms":
            expected = _dot(labels, labels) - _dot(*[_values(rows, weights)] * 2)
        found = _dot(other, other)
        return holds_if(found == expected, f"least loss {loss}, loss {found}, formula {expected}")

    return claim


_WEIGHTS = st.tuples(*[rationals(bound=2, denominators=(1,))] * 4)

LEAST_SQUARES = Theorem(
    id="last-layer-least-squares",
    title="The loss of every last layer",
    source=_AFTER,
    statement="With the best last layer a* the loss at any a is its least value plus "
    "|Φ (a − a*)|².",
    latex=r"$\|y - \Phi a\|^2 = \|y - \Phi a^*\|^2 + \|\Phi (a - a^*)\|^2$ for all $a$, where "
    r"$\Phi^{\top} (y - \Phi a^*) = 0$.",
    claim=_least("true"),
    instances=instances(problem=_problems(columns=4), weights=_WEIGHTS),
    status=Status("proved", "Pythagoras; the residual is orthogonal to the range"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("weights", "|a − a*|² for |Φ (a − a*)|²", claim=_least("weights")),
        Mutant("norms", "the loss is |y|² − |Φ a|²", claim=_least("norms")),
    ),
)


def _shortest(kind: str) -> Claim:
    """Weights with the same values are longer by the length of the difference."""

    def claim(instance: Instance) -> Finding:
        rows, labels = instance["problem"]
        best, loss = _solution(instance)
        kernel = nullspace(rows, columns=len(best))
        shift = tuple(
            sum((c * row[k] for c, row in zip(instance["weights"], kernel, strict=False)), _ZERO)
            for k in range(len(best))
        )
        other = tuple(x + z for x, z in zip(best, shift, strict=True))
        if kind == "first columns":
            # The solution of the first independent columns, as elimination finds it.
            chosen: list[int] = []
            columns = _columns(rows)
            for j, column in enumerate(columns):
                if rank([*(columns[k] for k in chosen), column]) > len(chosen):
                    chosen.append(j)
            part = fit_last_layer(
                [tuple(row[j] for j in chosen) for row in rows], [(y,) for y in labels]
            ).columns[0].weights
            basic = dict(zip(chosen, part, strict=True))
            short = tuple(basic.get(j, _ZERO) for j in range(len(best)))
            return holds_if(
                short == best, f"shortest {_dot(best, best)}, basic {_dot(short, short)}"
            )
        residual = [y - z for y, z in zip(labels, _values(rows, other), strict=True)]
        length = _dot(other, other)
        expected = _dot(best, best) + _dot(shift, shift)
        if kind == "all equal":
            expected = _dot(best, best)
        return holds_if(
            _dot(residual, residual) == loss and length == expected,
            f"|a*|² = {_dot(best, best)}, another solution {length}",
        )

    return claim


MINIMUM_NORM = Theorem(
    id="minimum-norm-interpolation",
    title="The shortest of all best last layers",
    source=_AFTER,
    statement="All best last layers are a* + n with Φ n = 0, where a* lies in the row space of Φ; "
    "|a* + n|² = |a*|² + |n|², so that a* is the shortest.",
    latex=r"If $\Phi n = 0$ then $a^* + n$ has the least loss, too, and $\|a^* + n\|^2 = \|a^*\|^2 "
    r"+ \|n\|^2$ for the solution $a^*$ in the row space of $\Phi$.",
    claim=_shortest("true"),
    instances=instances(problem=_problems(columns=4), weights=_WEIGHTS),
    status=Status("proved", "in the singular basis: the row space is orthogonal to the kernel"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("first-columns", "the solution of the first independent columns is the shortest",
               claim=_shortest("first columns")),
        Mutant("all-equal", "all best last layers have the same length",
               claim=_shortest("all equal")),
    ),
)


def _limit(power: int) -> Claim:
    """|a_k - a*| <= rho^k |a_0 - a*| for simulated weights."""

    def claim(instance: Instance) -> Finding:
        rows, labels = instance["problem"]
        best, _ = _solution(instance)
        run = gradient_descent(rows, [(y,) for y in labels], steps=0, bits=64)
        start = instance["start"][: len(best)]
        weights = start
        for _ in range(3):
            residual = [y - z for y, z in zip(labels, _values(rows, weights), strict=True)]
            gradient = [_dot(column, residual) for column in _columns(rows)]
            weights = tuple(a + run.step * g for a, g in zip(weights, gradient, strict=True))
        gaps = [
            sum(((x - z) ** 2 for x, z in zip(point, best, strict=True)), _ZERO)
            for point in (start, weights)
        ]
        return holds_if(
            gaps[1] <= run.rate**power * gaps[0],
            f"|a₀ − a*|² = {float(gaps[0]):.6f}, |a₃ − a*|² = {float(gaps[1]):.6f}, "
            f"ρ = {float(run.rate):.6f}",
        )

    return claim


LIMIT = Theorem(
    id="descent-limit",
    title="Gradient descent tends to the shortest solution",
    source=_AFTER,
    statement="From zero weights |a_k − a*| ≤ ρ^k |a*|, a* the shortest best last layer and ρ = "
    "max |1 − η s²| over the positive singular values.",
    latex=r"From $a_0 = 0$, $\|a_k - a^*\| \le \rho^k \|a^*\|$ with $\rho = \max_{s_i > 0} |1 - "
    r"\eta s_i^2|$ and the shortest best last layer $a^*$.",
    hypotheses=(
        Hypothesis(
            "from-zero", "the weights start at 0", lambda instance: not any(instance["start"])
        ),
    ),
    claim=_limit(6),
    instances=instances(
        problem=_problems(columns=4),
        start=st.one_of(st.just((_ZERO,) * 4), _WEIGHTS),
    ),
    status=Status("proved", "all a_k lie in the row space"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("any-start", "from any weights", without=("from-zero",)),
        Mutant("twice-as-fast", "ρ^(2k) for ρ^k", claim=_limit(12)),
    ),
)
