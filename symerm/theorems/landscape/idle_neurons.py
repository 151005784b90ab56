"""Neurons without a kink inside the interval at the constant f = alpha mid + beta.

Inactive neurons leave a neighbourhood in which the loss depends on c alone, so that the constant
is a local minimum.  A kink at an end of the interval may enter it, and v r(T) decides by its sign
whether the loss falls.  With x^2 a neuron with w = b = 0 and v != 0 descends to second order.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.theorems.generators.basic import activations, rationals
from symerm.theorems.generators.landscape import (
    perturbed,
    quadratic_saddles,
    relu_minima,
    relu_saddles,
)
from symerm.theorems.generators.line_networks import affine_targets, line_networks
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.setting import (
    RELU,
    TESTS,
    affine,
    changed,
    loss_at,
    neurons,
    residual,
    show,
    with_parts,
)
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import CHERIDITO, DERIVED, Source

__all__ = ["DEAD_MINIMUM", "END_KINK", "QUADRATIC_DEGENERATE"]

_PROOF = ("proofs/cheridito_jentzen_rossmannek_2021/local_minima.py",)
_TESTS = (f"{TESTS}test_landscape_expansions.py",)


@st.composite
def _end_kinks(draw: st.DrawFn) -> Instance:
    """A critical network with a neuron whose kink is at an end, mostly, and a distance."""
    instance = draw(st.one_of(relu_minima(), relu_saddles(kinks=(0,)), relu_saddles(kinks=(2,))))
    start, stop = instance["interval"]
    if draw(st.integers(0, 3)):
        v, right = draw(rationals(bound=2)), draw(st.booleans())
        row = (Fraction(1), -stop, v) if right else (Fraction(-1), start, v)
        rows = [*neurons(instance["network"]), row]
        instance = with_parts(instance, network=changed(instance["network"], rows))
    part = draw(st.sampled_from([Fraction(1, 2), Fraction(1, 10), Fraction(3, 4)]))
    return with_parts(instance, distance=part * (stop - start))


def _at_end(instance: Instance) -> int | None:
    """The number of the first neuron that is semi-inactive."""
    start, stop = instance["interval"]
    for j, (w, b, _) in enumerate(neurons(instance["network"])):
        if (w < 0 and w * start + b == 0) or (w > 0 and w * stop + b == 0):
            return j
    return None


def _inwards(*, sign: int = 1, cubic: bool = True, half: bool = False) -> Callable[
    [Instance], Finding
]:
    """L grows by v |w| r(T) d^2 (1 - 2 d/(3 |T|)) + v^2 w^2 d^3/3."""

    def claim(instance: Instance) -> Finding:
        j = _at_end(instance)
        assert j is not None  # a hypothesis
        alpha, _, length, _ = affine(instance)
        rows = neurons(instance["network"])
        w, b, v = rows[j]
        d = instance["distance"]
        rows[j] = w, b + abs(w) * d, v
        after = with_parts(instance, network=changed(instance["network"], rows))
        found = loss_at(after) - loss_at(instance)
        at_kink = alpha * length / 2 * (1 if w < 0 else -1) * sign
        stated = v * abs(w) * at_kink * d**2 * (1 - 2 * d / (3 * length)) / (2 if half else 1)
        if cubic:
            stated += v**2 * w**2 * d**3 / 3
        return holds_if(
            found == stated,
            f"v = {show(v)}, w = {show(w)}, d = {show(d)}: L' - L = {show(found)}, formula "
            f"{show(stated)}",
        )

    return claim


def _constant(instance: Instance) -> bool:
    _, middle, _, _ = affine(instance)
    r = residual(instance)
    beta, alpha = instance["target"]
    return r.pieces == ((middle - beta, -alpha),)


END_KINK = Theorem(
    id="end-kink",
    title="A kink that enters the interval from its end",
    source=Source(DERIVED, "after the classification of Cheridito, Jentzen, Rossmannek"),
    statement="Let f = α mid + β (ReLU) and let the kink of neuron j stand at the end T, w_j x + "
    "b_j ≤ 0 on [T0, T1]. Moving it inside by d ≤ |T|, with the same w_j, changes L by "
    "v |w| r(T) d² (1 − 2 d/(3 |T|)) + v² w² d³/3, where r(T0) = α |T|/2 = −r(T1).",
    latex=r"For the ReLU let $f = \alpha\,\mathrm{mid} + \beta$, let the kink of neuron $j$ stand "
    r"at the end $T$ and $w_j x + b_j \le 0$ on $[T_0, T_1]$. Moving the kink inside by "
    r"$d \le |T|$ changes $L$ by $v_j |w_j|\, r(T)\, d^2 \bigl(1 - \tfrac{2 d}{3 |T|}\bigr) + "
    r"\tfrac13 v_j^2 w_j^2 d^3$, and $r(T_0) = \alpha |T|/2 = -r(T_1)$.",
    hypotheses=(
        Hypothesis("constant", "f = α mid + β", _constant),
        Hypothesis(
            "semi-inactive", "some neuron is semi-inactive",
            lambda instance: _at_end(instance) is not None,
        ),
    ),
    claim=_inwards(),
    instances=_end_kinks(),
    status=Status("proved", "by integration over the piece that the kink crosses"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("any-function", "f may have kinks inside", without=("constant",)),
        Mutant("sign", "r has the opposite sign at the ends", claim=_inwards(sign=-1)),
        Mutant("half", "the first term has a factor 1/2", claim=_inwards(half=True)),
        Mutant("no-square", "the term v² w² d³/3 is left out", claim=_inwards(cubic=False)),
    ),
)


@st.composite
def _dead_networks(draw: st.DrawFn) -> Instance:
    """A local minimum of the ReLU or another network, and changes of its parameters."""
    dead = relu_minima(ends=False)
    instance = draw(st.one_of(dead, perturbed(dead), relu_saddles(kinks=(0,))))
    network = instance["network"]
    if draw(st.integers(0, 3)) == 0:
        shift = draw(rationals(bound=1))
        network = changed(network, neurons(network), network.output_biases[0] + shift)
    width = network.width
    scale = draw(st.sampled_from([Fraction(1, 100), Fraction(1, 10), Fraction(1)]))
    entries = rationals(bound=1, denominators=(1, 2)).map(lambda x: scale * x)
    change = draw(st.lists(entries, min_size=3 * width + 1, max_size=3 * width + 1))
    return with_parts(instance, network=network, direction=tuple(change))


def _stays_dead(instance: Instance, direction: tuple[Fraction, ...]) -> bool:
    width = instance["network"].width
    return all(
        max((w + dw) * t + b + db for t in instance["interval"]) < 0
        for (w, b, _), dw, db in zip(
            neurons(instance["network"]), direction[:width], direction[width : 2 * width],
            strict=True,
        )
    )


def _dead(*, constant: int = 12, strict: bool = False) -> Callable[[Instance], Finding]:
    """L = alpha^2 |T|^3/12 + |T| dc^2 after the change."""

    def claim(instance: Instance) -> Finding:
        alpha, _, length, _ = affine(instance)
        direction = instance["direction"]
        level = alpha**2 * length**3 / constant
        start, found = loss_at(instance), loss_at(instance, direction)
        good = start == level and found == level + length * direction[-1] ** 2
        if strict:
            good = found > start or not any(direction)
        return holds_if(
            good, f"L = {show(start)}, L' = {show(found)}, dc = {show(direction[-1])}"
        )

    return claim


DEAD_MINIMUM = Theorem(
    id="inactive-local-minimum",
    title="Inactive neurons make a local minimum that is not global",
    source=Source(CHERIDITO, "on non-global local minima"),
    statement="ReLU: if every neuron is inactive and c = α mid + β, then L = α² |T|³/12, and "
    "L(θ') = L(θ) + |T| (c' − c)² as long as all neurons stay inactive. For α ≠ 0 and N ≥ 1 the "
    "infimum is 0, so that θ is a local minimum and no global one.",
    latex=r"For the ReLU let every neuron be inactive and $c = \alpha\,\mathrm{mid} + \beta$. Then "
    r"$L(\theta) = \alpha^2 |T|^3/12$, and $L(\theta') = L(\theta) + |T| (c' - c)^2$ for all "
    r"$\theta'$ at which all neurons are inactive. For $\alpha \ne 0$ and $N \ge 1$ the infimum is "
    r"$0$, so that $\theta$ is a local minimum and no global one.",
    hypotheses=(
        RELU,
        Hypothesis(
            "inactive", "all neurons are inactive",
            lambda instance: _stays_dead(instance, (Fraction(0),) * len(instance["direction"])),
        ),
        Hypothesis(
            "centred", "c = α mid + β",
            lambda instance: instance["network"].output_biases[0] == affine(instance)[1],
        ),
        Hypothesis(
            "stay", "all neurons stay inactive",
            lambda instance: _stays_dead(instance, instance["direction"]),
        ),
    ),
    claim=_dead(),
    instances=_dead_networks(),
    status=Status("proved", "f does not depend on inactive neurons"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("leave", "neurons may become active", without=("stay",)),
        Mutant("off-centre", "c may be any number", without=("centred",)),
        Mutant("level", "the level is α² |T|³/3", claim=_dead(constant=3)),
        Mutant("strict", "the local minimum is strict", claim=_dead(strict=True)),
    ),
)


@st.composite
def _turned(draw: st.DrawFn) -> Instance:
    """A network with x^2 whose first neuron is degenerate or constant, and a step of it."""
    square = activations("quadratic")
    anything = line_networks(width=(1, 2), activation=square, target=affine_targets())
    instance = draw(st.one_of(quadratic_saddles(), perturbed(quadratic_saddles()), anything))
    network = instance["network"]
    rows, constant = neurons(network), network.output_biases[0]
    old = rows[0][2] * rows[0][1] ** 2 if rows[0][0] == 0 else Fraction(0)
    b = Fraction(draw(st.sampled_from([0, 0, 1])))
    rows[0] = Fraction(0), b, draw(rationals(bound=2))
    network = changed(network, rows, constant + old - rows[0][2] * b**2)
    return with_parts(
        instance, network=network, eta=draw(rationals(bound=2)),
        eps=draw(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 10)])),
    )


def _quartic(*, sign: int = 1, square: bool = True) -> Callable[[Instance], Finding]:
    """L grows by -v eta alpha |T|^3 eps^2/3 + v^2 eps^4 int (x - mid + eta)^4."""

    def claim(instance: Instance) -> Finding:
        alpha, _, length, middle = affine(instance)
        eps, eta = instance["eps"], instance["eta"]
        rows = neurons(instance["network"])
        v = rows[0][2]
        rows[0] = eps, eps * (eta - middle), v
        after = with_parts(instance, network=changed(instance["network"], rows))
        found = loss_at(after) - loss_at(instance)
        stated = -sign * v * eta * alpha * length**3 * eps**2 / 3
        if square:
            low, high = eta - length / 2, eta + length / 2
            stated += v**2 * eps**4 * (high**5 - low**5) / 5
        return holds_if(
            found == stated,
            f"v = {show(v)}, η = {show(eta)}, ε = {show(eps)}: L' - L = {show(found)}, formula "
            f"{show(stated)}",
        )

    return claim


QUADRATIC_DEGENERATE = Theorem(
    id="quadratic-degenerate-neuron",
    title="A degenerate quadratic neuron descends to second order",
    source=Source(DERIVED, "after the classification of Cheridito, Jentzen, Rossmannek"),
    statement="x²: let f = α mid + β and w_1 = b_1 = 0. Moving (w_1, b_1) to ε (1, η − mid) "
    "changes L by −v_1 η α |T|³ ε²/3 + v_1² ε⁴ ∫ (x − mid + η)⁴, which is negative for small ε if "
    "α v_1 η > 0.",
    latex=r"For $\sigma(x) = x^2$ let $f = \alpha\,\mathrm{mid} + \beta$ and $w_1 = b_1 = 0$. "
    r"Moving $(w_1, b_1)$ to $\varepsilon (1, \eta - \mathrm{mid})$ changes $L$ by $-\tfrac13 "
    r"v_1 \eta\, \alpha |T|^3 \varepsilon^2 + v_1^2 \varepsilon^4 \int (x - \mathrm{mid} + "
    r"\eta)^4$, which is negative for small $\varepsilon$ if $\alpha v_1 \eta > 0$.",
    hypotheses=(
        Hypothesis("constant", "f = α mid + β", _constant),
        Hypothesis(
            "degenerate", "w_1 = b_1 = 0",
            lambda instance: not any(neurons(instance["network"])[0][:2]),
        ),
    ),
    claim=_quartic(),
    instances=_turned(),
    status=Status("proved", "for all intervals and numbers of neurons"),
    proofs=("proofs/cheridito_jentzen_rossmannek_2021/quadratic.py",),
    tests=_TESTS,
    mutants=(
        Mutant("elsewhere", "(w_1, b_1) may be any", without=("degenerate",)),
        Mutant("any-function", "f may be any function", without=("constant",)),
        Mutant("sign", "the sign of the second order is opposite", claim=_quartic(sign=-1)),
        Mutant("no-fourth-order", "the fourth order is left out", claim=_quartic(square=False)),
    ),
)
