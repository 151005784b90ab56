"""Changes of a network, an interval and a target that keep the true loss or scale it.

Positive scaling of a neuron and permutations keep the function; the gradient follows by the
chain rule.  An affine change of the input and the output turns [T0, T1] and alpha x + beta into
[0, 1] and x, and the mirror image of the interval turns r into -r.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.networks.shallow import ShallowNetwork
from symerm.theorems.generators.basic import activations, nonzero_rationals
from symerm.theorems.generators.landscape import leaky_saddles, perturbed, relu_saddles
from symerm.theorems.generators.line_networks import affine_targets, line_networks
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.setting import (
    PIECEWISE_LINEAR,
    SLOPED,
    TESTS,
    affine,
    changed,
    neurons,
    show,
    true_loss_of,
    with_parts,
)
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["INTERVAL_CHANGE", "PERMUTATION", "REFLECTION", "SCALING"]

_PROOF = ("proofs/cheridito_jentzen_rossmannek_2021/invariance.py",)
_TESTS = (f"{TESTS}test_landscape_symmetries.py",)
_SOURCE = Source(DERIVED, "after the setting of Cheridito, Jentzen, Rossmannek")
_ALL = activations("relu", "leaky", "quadratic")


def _gradients(
    instance: Instance, network: ShallowNetwork
) -> tuple[Fraction, Fraction, tuple[Fraction, ...], tuple[Fraction, ...]]:
    """Losses and gradients of the network of the instance and of another one."""
    before = true_loss_of(instance)
    after = true_loss_of(with_parts(instance, network=network))
    return before.value, after.value, before.gradient, after.gradient


@st.composite
def _scaled(draw: st.DrawFn) -> Instance:
    instance = draw(line_networks(width=(1, 3), activation=_ALL))
    width = instance["network"].width
    return with_parts(instance, scales=tuple(
        draw(st.lists(nonzero_rationals(bound=2), min_size=width, max_size=width))))


def _scaling(*, power: int = 1, covariant: bool = True) -> Callable[[Instance], Finding]:
    """(w, b, v) -> (s w, s b, v/s) keeps L; dw and db are divided by s, dv multiplied."""

    def claim(instance: Instance) -> Finding:
        scales = instance["scales"]
        rows = [
            (s * w, s * b, v / s**power)
            for s, (w, b, v) in zip(scales, neurons(instance["network"]), strict=True)
        ]
        before, after, old, new = _gradients(instance, changed(instance["network"], rows))
        factors = [*(1 / s for s in (*scales, *scales)), *scales, Fraction(1)]
        stated = tuple(x * f if covariant else x for x, f in zip(old, factors, strict=True))
        return holds_if(
            before == after and new == stated,
            f"L = {show(before)}, after scaling by {show(*scales)} L = {show(after)}, gradient "
            f"{'as stated' if new == stated else 'another'}",
        )

    return claim


SCALING = Theorem(
    id="scaling",
    title="Positive scaling of neurons keeps the loss",
    source=_SOURCE,
    statement="max(x, γ x): for s_j > 0 the change (w_j, b_j, v_j) → (s_j w_j, s_j b_j, v_j/s_j) "
    "keeps L, divides dw_j and db_j by s_j and multiplies dv_j by s_j. So it keeps critical "
    "points.",
    latex=r"Let $\sigma(x) = \max(x, \gamma x)$ and $s_j > 0$. The change $(w_j, b_j, v_j) \mapsto "
    r"(s_j w_j, s_j b_j, v_j/s_j)$ keeps $L$, divides the entries $w_j$ and $b_j$ of the "
    r"generalized gradient by $s_j$ and multiplies the entry $v_j$ by $s_j$.",
    hypotheses=(
        PIECEWISE_LINEAR,
        Hypothesis(
            "positive", "all s_j > 0", lambda instance: all(s > 0 for s in instance["scales"])
        ),
    ),
    claim=_scaling(),
    instances=_scaled(),
    status=Status("proved", "for any width and target"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("any-sign", "the s_j may be negative", without=("positive",)),
        Mutant("any-activation", "x² is allowed", without=("piecewise-linear",)),
        Mutant("square", "v_j is divided by s_j²", claim=_scaling(power=2)),
        Mutant("same-gradient", "the gradient stays the same", claim=_scaling(covariant=False)),
    ),
)


@st.composite
def _permuted(draw: st.DrawFn) -> Instance:
    instance = draw(line_networks(width=(2, 3), activation=_ALL))
    order = draw(st.permutations(range(instance["network"].width)))
    return with_parts(instance, order=tuple(order))


def _permutation(*, whole: bool = True, gradient: bool = True) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        order, rows = instance["order"], neurons(instance["network"])
        moved = [
            (rows[k][0], rows[k][1], rows[k if whole else j][2]) for j, k in enumerate(order)
        ]
        before, after, old, new = _gradients(instance, changed(instance["network"], moved))
        width = len(order)
        places = [block * width + k for block in range(3) for k in order]
        stated = tuple(old[k] for k in places) + old[-1:] if gradient else old
        return holds_if(
            before == after and new == stated,
            f"order {', '.join(map(str, order))}: L = {show(before)} and {show(after)}, gradient "
            f"{'as stated' if new == stated else 'another'}",
        )

    return claim


PERMUTATION = Theorem(
    id="permutation",
    title="The order of the neurons does not matter",
    source=_SOURCE,
    statement="Any permutation of the neurons (w_j, b_j, v_j) keeps L, and permutes the entries of "
    "the gradient in the same way.",
    latex=r"Any permutation of the neurons $(w_j, b_j, v_j)$ keeps $L$ and permutes the entries of "
    r"the generalized gradient in the same way.",
    claim=_permutation(),
    instances=_permuted(),
    status=Status("proved", "a sum does not depend on the order"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("hidden-only", "the v_j stay in place", claim=_permutation(whole=False)),
        Mutant("same-gradient", "the gradient stays the same", claim=_permutation(gradient=False)),
    ),
)


def _line_instances() -> st.SearchStrategy[Instance]:
    """Networks with affine targets, critical ones among them."""
    saddles = st.one_of(relu_saddles(), leaky_saddles())
    return st.one_of(
        line_networks(width=(1, 3), target=affine_targets(sloped=False)),
        line_networks(width=(1, 3), target=affine_targets(sloped=False), activation=activations(
            "quadratic")),
        saddles, perturbed(saddles),
    )


def _interval(*, power: int = 3, shifted: bool = True) -> Callable[[Instance], Finding]:
    """x = T0 + |T| u and f = alpha |T| f~ + alpha T0 + beta."""

    def claim(instance: Instance) -> Finding:
        alpha, _, length, _ = affine(instance)
        start, beta = instance["interval"][0], instance["target"][0]
        network = instance["network"]
        size = alpha * length
        rows = [
            (length * w, b + w * start if shifted else b, v / size)
            for w, b, v in neurons(network)
        ]
        constant = (network.output_biases[0] - alpha * start - beta) / size
        unit = Instance.of(
            network=changed(network, rows, constant), interval=(Fraction(0), Fraction(1)),
            target=(Fraction(0), Fraction(1)),
        )
        found, reduced = true_loss_of(instance), true_loss_of(unit)
        critical = [not any(loss.gradient) for loss in (found, reduced)]
        return holds_if(
            found.value == alpha**2 * length**power * reduced.value and critical[0] == critical[1],
            f"L = {show(found.value)}, on [0, 1] against x {show(reduced.value)}, α = "
            f"{show(alpha)}, |T| = {show(length)}",
        )

    return claim


INTERVAL_CHANGE = Theorem(
    id="interval-change",
    title="Every affine target is x on [0, 1]",
    source=_SOURCE,
    statement="α ≠ 0: the change w → |T| w, b → b + w T0, v → v/(α |T|), "
    "c → (c − α T0 − β)/(α |T|) turns α x + β on [T0, T1] into x on [0, 1], and L is α² |T|³ times "
    "the new loss. Critical points are turned into critical points.",
    latex=r"For $\alpha \ne 0$ let $\tilde w = |T| w$, $\tilde b = b + w T_0$, $\tilde v = "
    r"v/(\alpha |T|)$, $\tilde c = (c - \alpha T_0 - \beta)/(\alpha |T|)$. Then $L(\theta) = "
    r"\alpha^2 |T|^3 \tilde L(\tilde\theta)$, where $\tilde L$ is the loss for the target $x$ on "
    r"$[0, 1]$, and $\theta$ is critical if and only if $\tilde\theta$ is.",
    hypotheses=(SLOPED,),
    claim=_interval(),
    instances=_line_instances(),
    status=Status("proved", "substitution in the integral; the change is a linear bijection"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("power", "L is α² |T|² times the new loss", claim=_interval(power=2)),
        Mutant("no-shift", "b stays the same", claim=_interval(shifted=False)),
    ),
)


def _mirror(*, turned: bool = True, centred: bool = True) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        _, constant, _, _ = affine(instance)
        whole = sum(instance["interval"])
        network = instance["network"]
        rows = [(-w, b + w * whole, -v if turned else v) for w, b, v in neurons(network)]
        c = network.output_biases[0]
        image = changed(network, rows, 2 * constant - c if centred else c)
        before, after, old, new = _gradients(instance, image)
        same = (not any(old)) == (not any(new))
        return holds_if(
            before == after and same,
            f"L = {show(before)}, of the mirror image {show(after)}",
        )

    return claim


REFLECTION = Theorem(
    id="reflection",
    title="The mirror image of a network",
    source=_SOURCE,
    statement="For the target α x + β the change w → −w, b → b + w (T0 + T1), v → −v, "
    "c → 2 (α mid + β) − c turns r(x) into −r(T0 + T1 − x). It keeps L and critical points.",
    latex=r"For the target $\alpha x + \beta$ the change $w \mapsto -w$, $b \mapsto b + "
    r"w (T_0 + T_1)$, $v \mapsto -v$, $c \mapsto 2 (\alpha\,\mathrm{mid} + \beta) - c$ turns "
    r"$r(x)$ into $-r(T_0 + T_1 - x)$. It keeps $L$ and the critical points.",
    claim=_mirror(),
    instances=_line_instances(),
    status=Status("proved", "for any width"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("same-outputs", "the v_j stay the same", claim=_mirror(turned=False)),
        Mutant("same-bias", "c stays the same", claim=_mirror(centred=False)),
    ),
)
