"""Critical points with kinks are saddles: an exact descent, a second variation, the inertia.

Moving the kinks so that the residual alternates again gives other lengths l'_k and the loss
L (|T|/sum_k l_k^2/l'_k)^2, which is smaller by Cauchy and Schwarz.  To second order the loss falls
along a direction that is not zero on two pieces only.  With one neuron per kink the Hessian has
n negative, n zero and n + 1 positive eigenvalues.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import solve
from symerm.arithmetic.symmetric import inertia
from symerm.errors import InputError
from symerm.landscape.true_hessian import true_hessian
from symerm.theorems.generators.landscape import leaky_saddles, perturbed, relu_saddles
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.kinks import HAS_KINKS, NOT_THE_TARGET, kinks_of, kinks_or_not
from symerm.theorems.landscape.setting import (
    CRITICAL,
    PIECEWISE_LINEAR,
    SLOPED,
    TESTS,
    changed,
    loss_at,
    neurons,
    residual,
    show,
    true_loss_of,
    with_parts,
)
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["KINK_DESCENT", "KINK_INERTIA", "KINK_SECOND_VARIATION"]

_PROOF = ("proofs/cheridito_jentzen_rossmannek_2021/saddle.py",)
_TESTS = (f"{TESTS}test_landscape_kink_saddles.py",)
_SOURCE = Source(DERIVED, "after the classification of Cheridito, Jentzen, Rossmannek")
_HYPOTHESES = (PIECEWISE_LINEAR, SLOPED, CRITICAL, NOT_THE_TARGET, HAS_KINKS)


@st.composite
def _moving(draw: st.DrawFn) -> Instance:
    """A network and positive numbers in the ratio of new lengths, often the old ones."""
    instance = draw(kinks_or_not())
    count = kinks_of(instance).count + 1
    parts = draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    lengths = tuple(Fraction(part) for part in parts)
    if draw(st.integers(0, 3)) == 0:
        lengths = tuple(kinks_of(instance).lengths)
    return with_parts(instance, parts=lengths)


def _new_lengths(instance: Instance) -> list[Fraction]:
    start, stop = instance["interval"]
    parts = instance["parts"]
    return [(stop - start) * part / sum(parts) for part in parts]


def _moved(instance: Instance) -> Instance:
    """The kinks at their new places, the output weights at each of them scaled, r of mean 0."""
    kinks, new = kinks_of(instance), _new_lengths(instance)
    start, stop = instance["interval"]
    old = kinks.lengths
    ratio = (stop - start) / sum(x**2 / y for x, y in zip(old, new, strict=True))
    rows = neurons(instance["network"])
    place = start
    for i, group in enumerate(kinks.groups):
        place += new[i]
        factor = ratio * (1 / new[i] + 1 / new[i + 1]) / (1 / old[i] + 1 / old[i + 1])
        for j in group:
            w, _, v = rows[j]
            rows[j] = w, -w * place, v * factor
    network = changed(instance["network"], rows)
    mean = residual(with_parts(instance, network=network)).integral() / (stop - start)
    return with_parts(
        instance, network=changed(network, rows, network.output_biases[0] - mean)
    )


def _descent(*, power: int = 2, inverse: bool = False) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        start, stop = instance["interval"]
        pairs = list(zip(kinks_of(instance).lengths, _new_lengths(instance), strict=True))
        if inverse:
            pairs = [(y, x) for x, y in pairs]
        factor = (stop - start) / sum(x**2 / y for x, y in pairs)
        before, after = loss_at(instance), loss_at(_moved(instance))
        return holds_if(
            after == before * factor**power and after < before,
            f"L = {show(before)}, L' = {show(after)}, factor {show(factor)}",
        )

    return claim


KINK_DESCENT = Theorem(
    id="kink-descent",
    title="Moving the kinks lowers the loss by an exact factor",
    source=_SOURCE,
    statement="Let θ be critical for α x + β, α ≠ 0, with f ≠ target and kinks inside, l_k the "
    "lengths of the pieces. For any other lengths l'_k > 0 with the same sum |T| there is a "
    "network with these kinks, the output weights scaled kink by kink, that has the loss "
    "L (|T|/Σ l_k²/l'_k)² < L. So θ is no local minimum.",
    latex=r"Let $\theta$ be critical for $\alpha x + \beta$, $\alpha \ne 0$, with $f_\theta$ not "
    r"the target and kinks inside, and let $l_k$ be the lengths of the pieces. For all other "
    r"lengths $l_k' > 0$ of sum $|T|$ the network with these kinks, output weights scaled by one "
    r"factor at each kink, and a suitable $c$ has the loss $L \cdot \bigl(|T| / \sum_k l_k^2/l_k'"
    r"\bigr)^2 < L$.",
    hypotheses=(
        *_HYPOTHESES,
        Hypothesis(
            "other-lengths", "the new lengths are not the old ones",
            lambda instance: _new_lengths(instance) != kinks_of(instance).lengths,
        ),
    ),
    claim=_descent(),
    instances=_moving(),
    status=Status("proved", "for every n, every slope and any number of neurons per kink"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("not-critical", "θ need not be critical", without=("critical",)),
        Mutant("same-lengths", "the lengths may be the old ones", without=("other-lengths",)),
        Mutant("power", "the factor is not squared", claim=_descent(power=1)),
        Mutant("inverse", "old and new lengths are exchanged", claim=_descent(inverse=True)),
    ),
)


def _direction(instance: Instance) -> list[Fraction] | None:
    """df with mean 0 and slopes l_1/l_0, l_0/l_1 on the pieces 0 and 1, and 0 elsewhere.

    Kinks move by the speeds that give the steps of df, and one output weight per kink changes so
    that the slopes are right; None if no weights do that or f has no kink at some q_i.
    """
    kinks, rows = kinks_of(instance), neurons(instance["network"])
    gamma = instance["network"].activation.negative_slope
    l0, l1 = kinks.lengths[:2]
    count, width = kinks.count, len(rows)
    slopes = [l1 / l0, l0 / l1, *[Fraction(0)] * (count - 1)]
    steps = [-(l0 + l1) / 2, -l0 / 2, *[Fraction(0)] * count][:count]
    facings = [1 if rows[group[0]][0] > 0 else -1 for group in kinks.groups]
    sides = [
        [Fraction(1) if (k > i) == (facing > 0) else gamma for i, facing in enumerate(facings)]
        for k in range(count + 1)
    ]
    weights = solve(sides, slopes)
    jumps = [sum((rows[j][0] * rows[j][2] for j in g), Fraction(0)) for g in kinks.groups]
    if weights is None or not all(jumps):
        return None
    direction = [Fraction(0)] * (3 * width + 1)
    at_start = -l1 / 2
    for i, (group, facing) in enumerate(zip(kinks.groups, facings, strict=True)):
        # J = (1 - gamma) sum v |w| and df jumps by -J times the speed.
        speed = -steps[i] / ((1 - gamma) * facing * jumps[i])
        for j in group:
            direction[width + j] = -rows[j][0] * speed
        direction[2 * width + group[0]] = weights[i] / rows[group[0]][0]
        near = weights[i] * (kinks.places[0] - kinks.places[i + 1]) - jumps[i] * speed
        at_start -= sides[0][i] * near
    direction[-1] = at_start
    return direction


def _variation(
    *, second: bool = True, equal: bool = False, sign: int = 1
) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        direction = _direction(instance)
        if direction is None:
            return holds_if(False, "no weights realise the direction")
        lengths = kinks_of(instance).lengths
        l0, l1 = lengths[:2]
        stated = -l0 * l1 * (l0 + l1) / 24
        if second and len(lengths) > 2:
            stated -= l0**2 * l1 * lengths[2] / (8 * (l1 + lengths[2]))
        if equal:
            stated = -Fraction(7, 48) * l0**3
        numbers = [j for group in kinks_of(instance).groups for j in group]
        hessian = true_hessian(true_loss_of(instance), numbers)
        width = instance["network"].width
        part = [direction[k * width + j] for k in range(3) for j in numbers] + direction[-1:]
        form = sum(
            (x * y * entry for x, row in zip(part, hessian, strict=True) if x
             for y, entry in zip(part, row, strict=True) if y),
            Fraction(0),
        )
        return holds_if(
            form / 2 == sign * stated,
            f"lengths {show(*lengths)}: second variation {show(form / 2)}, formula "
            f"{show(sign * stated)}",
        )

    return claim


KINK_SECOND_VARIATION = Theorem(
    id="kink-second-variation",
    title="A direction with negative second variation next to one kink",
    source=_SOURCE,
    statement="In the situation of kink-descent there is a direction d in which the realised "
    "function changes by df, of mean 0 with slopes l_1/l_0 and l_0/l_1 on the first two pieces "
    "and 0 on the others, and L(θ + ε d) = L + κ ε² + o(ε²) with κ = −l_0 l_1 (l_0 + l_1)/24 − "
    "l_0² l_1 l_2/(8 (l_1 + l_2)) < 0, the last term only for n ≥ 2. For equal lengths l "
    "κ = −(7/48) l³.",
    latex=r"In the same situation there is a direction $d$ in which $f$ changes to first order by "
    r"a function of mean $0$ with slopes $l_1/l_0$ and $l_0/l_1$ on the first two pieces and $0$ "
    r"on the others, and $L(\theta + \varepsilon d) = L + \kappa \varepsilon^2 + o(\varepsilon^2)$ "
    r"with $\kappa = -\frac{l_0 l_1 (l_0 + l_1)}{24} - \frac{l_0^2 l_1 l_2}{8 (l_1 + l_2)} < 0$, "
    r"the last term only for $n \ge 2$. For equal lengths $l$, $\kappa = -\frac{7}{48} l^3$.",
    hypotheses=_HYPOTHESES,
    claim=_variation(),
    instances=kinks_or_not(),
    status=Status("proved", "for every n and every slope"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("not-critical", "θ need not be critical", without=("critical",)),
        Mutant("one-kink", "the term with l_2 is left out", claim=_variation(second=False)),
        Mutant("equal", "κ = −(7/48) l_0³ always", claim=_variation(equal=True)),
        Mutant("sign", "κ has the opposite sign", claim=_variation(sign=-1)),
    ),
)


@st.composite
def _one_per_kink(draw: st.DrawFn) -> Instance:
    """Mostly with the neurons of a kink joined into one and the others left out."""
    critical = st.one_of(relu_saddles(kinks=(2, 4)), leaky_saddles(kinks=(1, 2, 3)))
    instance = draw(st.one_of(critical, critical, perturbed(critical)))
    if draw(st.integers(0, 3)) == 0:
        return instance
    rows, joined = neurons(instance["network"]), []
    for group in kinks_of(instance).groups:
        w, b, _ = rows[group[0]]
        joined.append((w, b, sum((rows[j][0] * rows[j][2] for j in group), Fraction(0)) / w))
    return with_parts(instance, network=changed(instance["network"], joined))


def _twice_differentiable(instance: Instance) -> bool:
    try:
        true_hessian(true_loss_of(instance))
    except InputError:
        return False
    return True


def _signs(negative: int, zero: int, positive: int) -> Callable[[Instance], Finding]:
    """(n + negative, n + zero, n + positive) eigenvalues."""

    def claim(instance: Instance) -> Finding:
        n = kinks_of(instance).count
        found = inertia(true_hessian(true_loss_of(instance)))
        return holds_if(
            (found.negative, found.zero, found.positive) == (n + negative, n + zero, n + positive),
            f"n = {n}: {found.negative} negative, {found.zero} zero, {found.positive} positive",
        )

    return claim


def _simple(instance: Instance) -> bool:
    groups = kinks_of(instance).groups
    return all(len(group) == 1 for group in groups) and (
        len(groups) == instance["network"].width
    )


KINK_INERTIA = Theorem(
    id="kink-inertia",
    title="The inertia of the Hessian at a saddle with kinks",
    source=_SOURCE,
    statement="Let θ be critical for α x + β, α ≠ 0, with f ≠ target and n ≥ 1 kinks inside. If "
    "each neuron has its own kink inside, so that N = n, the Hessian has n negative, n zero and "
    "n + 1 positive eigenvalues.",
    latex=r"Let $\theta$ be critical for $\alpha x + \beta$, $\alpha \ne 0$, with $f_\theta$ not "
    r"the target and $n \ge 1$ kinks inside. If each neuron has its own kink inside, so that "
    r"$N = n$, then the Hessian has $n$ negative, $n$ zero and $n + 1$ positive eigenvalues.",
    hypotheses=(
        *_HYPOTHESES,
        Hypothesis(
            "twice-differentiable", "the loss is twice differentiable at θ", _twice_differentiable
        ),
        Hypothesis("one-per-kink", "each neuron has its own kink inside", _simple),
    ),
    claim=_signs(0, 0, 1),
    instances=_one_per_kink(),
    status=Status("proved", "for every n and every slope"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("crowded", "neurons may share kinks or have none", without=("one-per-kink",)),
        Mutant("swapped", "n + 1 negative and n positive", claim=_signs(1, 0, 0)),
        Mutant("one-descent", "n − 1 negative and n + 2 positive", claim=_signs(-1, 0, 2)),
    ),
)
