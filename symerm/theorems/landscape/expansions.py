"""How the true loss changes from one network to another, exactly and for any distance.

L' - L = |f' - f|^2 + 2 int r (f' - f), and int r (f' - f) is a sum over the neurons of
v'_j psi(w'_j, b'_j) - v_j psi(w_j, b_j) plus (c' - c) int r, psi(w, b) = int r act(w x + b).  So
neurons can be looked at one by one, and there is no local maximum.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.theorems.generators.basic import activations, rationals
from symerm.theorems.generators.landscape import relu_minima, relu_saddles
from symerm.theorems.generators.line_networks import fitted_networks, line_networks, line_neurons
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.setting import (
    TESTS,
    activated,
    changed,
    loss_at,
    neurons,
    psi,
    residual,
    show,
    with_parts,
)
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import CHERIDITO, DERIVED, Source

__all__ = ["FLAT_DESCENT", "LOCAL_EXPANSION", "NO_LOCAL_MAXIMUM"]

_PROOF = ("proofs/cheridito_jentzen_rossmannek_2021/local_minima.py",)
_TESTS = (f"{TESTS}test_landscape_expansions.py",)
_ALL = activations("relu", "leaky", "quadratic")


@st.composite
def _with_step(draw: st.DrawFn) -> Instance:
    instance = draw(line_networks(activation=_ALL, width=(1, 3)))
    return with_parts(instance, step=draw(rationals(bound=2)))


def _convex(*, factor: int = 2, output: bool = False) -> Callable[[Instance], Finding]:
    """L(c + eps) + L(c - eps) - 2 L(c) = 2 eps^2 |T|; or the same for the first v."""

    def claim(instance: Instance) -> Finding:
        width, eps = instance["network"].width, instance["step"]
        start, stop = instance["interval"]
        direction = [Fraction(0)] * (3 * width + 1)
        direction[2 * width if output else -1] = Fraction(1)
        found = (
            loss_at(instance, direction, eps)
            + loss_at(instance, direction, -eps)
            - 2 * loss_at(instance)
        )
        stated = factor * eps**2 * (stop - start)
        return holds_if(
            found == stated if not output else found > 0,
            f"L(c + ε) + L(c - ε) - 2 L(c) = {show(found)} at ε = {show(eps)}, "
            f"|T| = {show(stop - start)}",
        )

    return claim


NO_LOCAL_MAXIMUM = Theorem(
    id="no-local-maximum",
    title="The true loss has no local maximum",
    source=Source(CHERIDITO, "on the absence of local maxima"),
    statement="L(c + ε) + L(c − ε) − 2 L(c) = 2 ε² |T| for all parameters, so that L grows by "
    "ε² |T| in one of the directions ±ε of c at least, ε ≠ 0.",
    latex=r"For all parameters and every $\varepsilon \ne 0$, with $c$ the output bias, "
    r"$L(c + \varepsilon) + L(c - \varepsilon) - 2 L(c) = 2 \varepsilon^2 (T_1 - T_0) > 0$. "
    r"So $L$ has no local maximum.",
    hypotheses=(Hypothesis("step", "ε ≠ 0", lambda instance: instance["step"] != 0),),
    claim=_convex(),
    instances=_with_step(),
    status=Status("proved", "for all parameters and any target"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("constant", "ε² |T| in place of 2 ε² |T|", claim=_convex(factor=1)),
        Mutant(
            "output-weight", "L is strictly convex in every output weight v_j",
            claim=_convex(output=True),
        ),
    ),
)


@st.composite
def _two_networks(draw: st.DrawFn) -> Instance:
    """A network, with int r = 0 and psi_j = 0 or not, and neurons and bias of another."""
    instance = draw(
        st.one_of(fitted_networks(), relu_saddles(), relu_minima(), line_networks(width=(1, 3)))
    )
    network = instance["network"]
    kind = draw(st.sampled_from(["given", "centred", "shifted"]))
    if kind != "given":
        start, stop = instance["interval"]
        mean = residual(instance).integral() / (stop - start)
        shift = -mean if kind == "centred" else draw(rationals(bound=1))
        network = changed(network, neurons(network), network.output_biases[0] + shift)
    others = tuple(draw(line_neurons(instance["interval"])) for _ in range(network.width))
    return with_parts(instance, network=network, others=others, bias=draw(rationals(bound=2)))


def _expansion(
    *, factor: int = 2, old: bool = False, square: bool = True
) -> Callable[[Instance], Finding]:
    """L' - L = |f' - f|^2 + 2 sum_j v'_j psi(w'_j, b'_j)."""

    def claim(instance: Instance) -> Finding:
        r = residual(instance)
        after = with_parts(
            instance, network=changed(instance["network"], instance["others"], instance["bias"])
        )
        step = residual(after) - r
        terms = sum(
            (
                new[2] * psi(instance, r, *(before[:2] if old else new[:2]))
                for new, before in zip(
                    instance["others"], neurons(instance["network"]), strict=True
                )
            ),
            Fraction(0),
        )
        stated = factor * terms + ((step * step).integral() if square else 0)
        found = loss_at(after) - loss_at(instance)
        return holds_if(found == stated, f"L' - L = {show(found)}, formula {show(stated)}")

    return claim


def _terms_vanish(instance: Instance) -> bool:
    r = residual(instance)
    return not any(psi(instance, r, w, b) * v for w, b, v in neurons(instance["network"]))


LOCAL_EXPANSION = Theorem(
    id="local-expansion",
    title="The change of the loss is a square plus one term for each neuron",
    source=Source(DERIVED, "a lemma behind the classification of Cheridito, Jentzen, Rossmannek"),
    statement="If ∫ r = 0 and v_j ψ(w_j, b_j) = 0 for all j, as at every critical point, then "
    "L(θ') − L(θ) = |f' − f|² + 2 Σ v'_j ψ(w'_j, b'_j) for all θ', with ψ(w, b) = ∫ r act(w x + b) "
    "and r the residual at θ.",
    latex=r"Let $\psi(w, b) = \int r\, \sigma(w x + b)$ with the residual $r$ at $\theta$. If "
    r"$\int r = 0$ and $v_j \psi(w_j, b_j) = 0$ for all $j$, then $L(\theta') - L(\theta) = "
    r"\|f' - f\|^2 + 2 \sum_j v_j' \psi(w_j', b_j')$ for all $\theta'$.",
    hypotheses=(
        Hypothesis(
            "mean-zero", "∫ r = 0", lambda instance: residual(instance).integral() == 0
        ),
        Hypothesis("terms-vanish", "v_j ψ(w_j, b_j) = 0 for all j", _terms_vanish),
    ),
    claim=_expansion(),
    instances=_two_networks(),
    status=Status("proved", "for any width, activation and target"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("mean", "∫ r need not be zero", without=("mean-zero",)),
        Mutant("terms", "ψ(w_j, b_j) need not be zero", without=("terms-vanish",)),
        Mutant("constant", "the sum has no factor 2", claim=_expansion(factor=1)),
        Mutant("old-neurons", "ψ is taken at the old (w_j, b_j)", claim=_expansion(old=True)),
        Mutant("first-order", "|f' − f|² is left out", claim=_expansion(square=False)),
    ),
)


@st.composite
def _flat_first(draw: st.DrawFn) -> Instance:
    """The first neuron is flat, mostly, and is sent elsewhere."""
    instance = draw(st.one_of(fitted_networks(), line_networks(width=(1, 3), activation=_ALL)))
    network = instance["network"]
    rows = neurons(network)
    if draw(st.integers(0, 2)):
        rows[0] = (*rows[0][:2], Fraction(0))
    w, b, _ = draw(line_neurons(instance["interval"]))
    return with_parts(instance, network=changed(network, rows), moved=(w, b))


def _moved_first(instance: Instance, v: Fraction) -> Instance:
    rows = neurons(instance["network"])
    rows[0] = (*instance["moved"], v)
    return with_parts(instance, network=changed(instance["network"], rows))


def _flat(*, part: Fraction = Fraction(1), gain: int = 1) -> Callable[[Instance], Finding]:
    """v' = -psi/S lowers L by psi^2/S, S = int act(w' x + b')^2."""

    def claim(instance: Instance) -> Finding:
        w, b = instance["moved"]
        value = psi(instance, residual(instance), w, b)
        square = (activated(instance, w, b) ** 2).integral()
        found = loss_at(_moved_first(instance, -part * value / square)) - loss_at(instance)
        stated = -gain * value**2 / square
        return holds_if(
            found == stated, f"ψ = {show(value)}, S = {show(square)}, L' - L = {show(found)}"
        )

    return claim


FLAT_DESCENT = Theorem(
    id="flat-neuron-descent",
    title="A flat neuron lowers the loss wherever ψ is not zero",
    source=Source(DERIVED, "a lemma behind the classification of Cheridito, Jentzen, Rossmannek"),
    statement="If v_1 = 0, moving (w_1, b_1, v_1) to (w', b', −ψ(w', b')/S), with "
    "S = ∫ act(w' x + b')² > 0, lowers L by exactly ψ(w', b')²/S.",
    latex=r"If $v_1 = 0$ and $S = \int \sigma(w' x + b')^2 > 0$, then moving $(w_1, b_1, v_1)$ to "
    r"$(w', b', -\psi(w', b')/S)$ lowers $L$ by exactly $\psi(w', b')^2/S$.",
    hypotheses=(
        Hypothesis(
            "flat", "v_1 = 0", lambda instance: neurons(instance["network"])[0][2] == 0
        ),
        Hypothesis(
            "active", "act(w' x + b') is not zero on the interval",
            lambda instance: any(activated(instance, *instance["moved"]).pieces[0])
            or len(activated(instance, *instance["moved"]).pieces) > 1,
        ),
    ),
    claim=_flat(),
    instances=_flat_first(),
    status=Status("proved", "for any width, activation and target"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("not-flat", "v_1 may be any number", without=("flat",)),
        Mutant("half-step", "v' is −ψ/(2 S)", claim=_flat(part=Fraction(1, 2))),
        Mutant("gain", "the loss falls by 2 ψ²/S", claim=_flat(gain=2)),
    ),
)
