"""All critical points for affine targets: the conditions of the theorem against an analysis.

The conditions speak of types, signs, kinks and sums of v w only; nothing is integrated in them.
The analysis computes the generalized gradient, the loss and the verdict of
`symerm.landscape.true_minima`, which holds for any target and does not know the theorem.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from symerm.arrangements.neuron_types import NeuronType, neuron_type
from symerm.landscape.quadratic_minima import quadratic_verdict
from symerm.landscape.true_minima import local_verdict
from symerm.problem.architecture import RELU as RELU_ACTIVATION
from symerm.theorems.generators.basic import activations, rationals
from symerm.theorems.generators.landscape import (
    global_minima,
    leaky_saddles,
    perturbed,
    quadratic_saddles,
    relu_minima,
    relu_saddles,
)
from symerm.theorems.generators.line_networks import fitted_networks, line_networks
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.kinks import kinks_of
from symerm.theorems.landscape.setting import (
    CRITICAL,
    LEAKY,
    QUADRATIC,
    RELU,
    SLOPED,
    TESTS,
    affine,
    changed,
    loss_at,
    neurons,
    show,
    true_loss_of,
    with_parts,
)
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import CHERIDITO, Source

__all__ = [
    "CONSTANT_TARGET",
    "LEAKY_CLASSIFICATION",
    "QUADRATIC_CLASSIFICATION",
    "RELU_CLASSIFICATION",
]

#: Verdict and level that a theorem states for a critical point with L > 0.
Case = tuple[str, Fraction]

_PROOFS = "proofs/cheridito_jentzen_rossmannek_2021/"
_TESTS = (f"{TESTS}test_landscape_affine_cases.py",)
_KINKED = (f"{_PROOFS}spacing.py", f"{_PROOFS}saddle.py", f"{_PROOFS}local_minima.py")
_EXISTS = Hypothesis("neurons", "N ≥ 1", lambda instance: instance["network"].width > 0)


@st.composite
def _flattened(draw: st.DrawFn, source: st.SearchStrategy[Instance]) -> Instance:
    """The network against a constant target, with that constant as output bias mostly."""
    instance = draw(source)
    beta = draw(rationals(bound=2))
    network = instance["network"]
    if draw(st.booleans()):
        network = changed(network, neurons(network), beta)
    return with_parts(instance, network=network, target=(beta, Fraction(0)))


def _agrees(stated: Callable[[Instance], Case | None]) -> Callable[[Instance], Finding]:
    """The stated case is that of the analysis; None for L = 0 and for points not critical."""

    def claim(instance: Instance) -> Finding:
        loss, case = true_loss_of(instance), stated(instance)
        if any(loss.gradient) or loss.value == 0:
            words = "not critical" if any(loss.gradient) else "L = 0"
            return holds_if(case is None, f"{words}; stated: {_words(case)}")
        decide = local_verdict if loss.network.activation.is_piecewise_linear else quadratic_verdict
        verdict = decide(loss).verdict
        return holds_if(
            case == (verdict, loss.value),
            f"critical, {verdict} at {show(loss.value)}; stated: {_words(case)}",
        )

    return claim


def _words(case: Case | None) -> str:
    return "neither minimum above 0 nor saddle" if case is None else f"{case[0]} at {show(case[1])}"


def _types(instance: Instance) -> list[tuple[NeuronType, Fraction, Fraction]]:
    """The type of each neuron, its w and its v."""
    return [
        (neuron_type(w, b, instance["interval"]), w, v)
        for w, b, v in neurons(instance["network"])
    ]


def _relu_case(
    instance: Instance, *, weak: bool = False, mirrored: bool = False, free: bool = False,
    power: int = 4,
) -> Case | None:
    alpha, constant, length, _ = affine(instance)
    types = _types(instance)
    if instance["network"].output_biases[0] != constant or any(
        kind is NeuronType.TYPE_1_ACTIVE
        or (v and kind in (NeuronType.SEMI_ACTIVE, NeuronType.DEGENERATE))
        for kind, _, v in types
    ):
        return None
    kinks = kinks_of(instance)
    rows = neurons(instance["network"])
    groups = [g for g in kinks.groups if not free or any(rows[j][2] for j in g)]
    n = len(groups)
    if n:
        for i, group in enumerate(groups, start=1):
            w, b, _ = rows[group[0]]
            if n % 2 or -b / w != instance["interval"][0] + i * length / (n + 1):
                return None
            if any((rows[j][0] > 0) != (i % 2 == 1) for j in group):
                return None
            if sum(rows[j][0] * rows[j][2] for j in group) != 2 * alpha / (n + 1):
                return None
        return "saddle", alpha**2 * length**3 / (12 * Fraction(n + 1) ** power)
    turn = -1 if mirrored else 1
    bad = any(
        kind in (NeuronType.SEMI_ACTIVE, NeuronType.DEGENERATE)
        or (
            kind is NeuronType.SEMI_INACTIVE
            and (value < 0 if weak else value <= 0)
        )
        for kind, w, v in types
        for value in (turn * alpha * v * (1 if w < 0 else -1),)
    )
    return "saddle" if bad else "local-minimum", alpha**2 * length**3 / 12


def _relu(**rules: bool) -> Callable[[Instance], Finding]:
    return _agrees(lambda instance: _relu_case(instance, **rules))


def _around(*critical: st.SearchStrategy[Instance]) -> st.SearchStrategy[Instance]:
    """Critical networks, networks near them, and the same against constant targets."""
    either = st.one_of(*critical)
    return st.one_of(
        either, perturbed(either), perturbed(either, kinds=["extra"]), _flattened(either)
    )


RELU_CLASSIFICATION = Theorem(
    id="relu-classification",
    title="All critical points for the ReLU and an affine target",
    source=Source(CHERIDITO, "the classification for affine targets"),
    statement="ReLU, α ≠ 0, N ≥ 1: θ is a local minimum with L > 0 exactly if c = α mid + β and "
    "every neuron is inactive, or semi-inactive at T0 with α v > 0, or at T1 with α v < 0. It is a "
    "saddle exactly if c = α mid + β, no neuron is type-1-active, semi-active ones and degenerate "
    "ones have v = 0, and either there is no kink inside and some neuron is semi-active, "
    "degenerate, semi-inactive at T0 with α v ≤ 0 or at T1 with α v ≥ 0, or the kinks inside are "
    "T0 + i |T|/(n + 1), i = 1..n, n even, with sign(w) = (−1)^(i+1) and Σ v w = 2 α/(n + 1) at "
    "each. L is α² |T|³/12 without kinks and α² |T|³/(12 (n + 1)⁴) with n. All other critical "
    "points have L = 0. (Critical: the generalized gradient is zero; a saddle is critical and no "
    "local extremum.)",
    latex=r"Let $\sigma$ be the ReLU, $\alpha \ne 0$ and $N \ge 1$. (a) $\theta$ is a local "
    r"minimum with $L > 0$ if and only if $c = \alpha\,\mathrm{mid} + \beta$ and every neuron is "
    r"inactive, semi-inactive at $T_0$ with $\alpha v > 0$, or semi-inactive at $T_1$ with "
    r"$\alpha v < 0$. (b) $\theta$ is a saddle if and only if $c = \alpha\,\mathrm{mid} + \beta$, "
    r"no neuron is type-1-active, semi-active and degenerate neurons are flat, and either no kink "
    r"is inside and some neuron is semi-active, degenerate, semi-inactive at $T_0$ with "
    r"$\alpha v \le 0$ or at $T_1$ with $\alpha v \ge 0$, or the kinks inside are $T_0 + i |T| / "
    r"(n+1)$, $1 \le i \le n$, $n$ even, with $\operatorname{sign} w_j = (-1)^{i+1}$ and $\sum_j "
    r"v_j w_j = 2 \alpha/(n+1)$ at each. (c) $L = \alpha^2 |T|^3 / (12 (n+1)^4)$, with $n = 0$ "
    r"without kinks. All other critical points have $L = 0$. (Critical: the generalized gradient "
    r"vanishes; a saddle is critical and no local extremum.)",
    hypotheses=(RELU, SLOPED, _EXISTS),
    claim=_relu(),
    instances=st.one_of(
        _around(relu_minima(), relu_saddles()), relu_saddles(kinks=(0,)),
        _flattened(relu_minima()),
        global_minima(activation=st.just(RELU_ACTIVATION), sloped=False),
    ),
    status=Status("proved", "for every width and interval"),
    proofs=_KINKED,
    tests=_TESTS,
    mutants=(
        Mutant("any-slope", "α may be 0", without=("sloped-target",)),
        Mutant("weak-ends", "α v = 0 at an end is a local minimum as well", claim=_relu(weak=True)),
        Mutant("mirrored", "the signs at T0 and T1 are exchanged", claim=_relu(mirrored=True)),
        Mutant("free-kinks", "flat neurons may have their kinks anywhere", claim=_relu(free=True)),
        Mutant(
            "level", "the level falls with (n + 1)³",
            claim=_agrees(lambda instance: _relu_case(instance, power=3)),
        ),
    ),
)


def _leaky_case(
    instance: Instance, *, idle: bool = False, contrast: bool = True, up: bool = False
) -> Case | None:
    alpha, constant, length, _ = affine(instance)
    gamma = instance["network"].activation.negative_slope
    rows, kinks = neurons(instance["network"]), kinks_of(instance)
    inside = {j for group in kinks.groups for j in group}
    if instance["network"].output_biases[0] != constant or any(
        v or (w and not idle) for j, (w, _, v) in enumerate(rows) if j not in inside
    ):
        return None
    if not inside:
        return "saddle", alpha**2 * length**3 / 12
    if any(len(f) > 1 for f in kinks.facings) or any(
        one == two for one, two in pairwise(kinks.facings)
    ):
        return None
    squares = [Fraction(1), *kinks.squares[1:]] if up else kinks.squares
    scale = squares[0] / kinks.lengths[0] ** 2
    if any(s != scale * x**2 for s, x in zip(squares, kinks.lengths, strict=True)):
        return None
    for i, group in enumerate(kinks.groups):
        jump = alpha / (scale * length) * (1 / kinks.lengths[i] + 1 / kinks.lengths[i + 1])
        if sum(rows[j][0] * rows[j][2] for j in group) != jump:
            return None
    factor = (1 - gamma) ** 2 if contrast else Fraction(1)
    return "saddle", alpha**2 * factor / (12 * scale**2 * length)


def _leaky(**rules: bool) -> Callable[[Instance], Finding]:
    return _agrees(lambda instance: _leaky_case(instance, **rules))


LEAKY_CLASSIFICATION = Theorem(
    id="leaky-classification",
    title="All critical points for leaky slopes and an affine target",
    source=Source(CHERIDITO, "the classification for the leaky ReLU"),
    statement="max(x, γ x), 0 < γ < 1, α ≠ 0, N ≥ 1: the critical points with L > 0 are saddles. "
    "They have c = α mid + β, v = w = 0 for every neuron without a kink inside, and either no kink "
    "inside (L = α² |T|³/12) or n ≥ 1 kinks at which neurons face one way, alternating, with "
    "lengths of the pieces in the ratios of a_0, √(1 + γ), .., √(1 + γ), a_n and "
    "Σ v w = (α/W)(1/a_(i−1) + 1/a_i) at each; L = α² (1 − γ)² |T|³/(12 W⁴). Here a_0 is 1 or √γ "
    "as the first kink faces right or left, a_n is √γ or 1 as the last one does, and W is the sum "
    "of the a_k.",
    latex=r"Let $\sigma(x) = \max(x, \gamma x)$, $0 < \gamma < 1$, $\alpha \ne 0$ and $N \ge 1$. "
    r"The critical points with $L > 0$ are saddles, and they are the following: $c = \alpha\,"
    r"\mathrm{mid} + \beta$, $v_j = w_j = 0$ for neurons without a kink inside, and either no kink "
    r"inside, $L = \alpha^2 |T|^3/12$, or $n \ge 1$ kinks of alternating facings, lengths in the "
    r"ratios of $a_0, \dots, a_n$, with $\sum_j v_j w_j = \frac{\alpha}{W}\bigl("
    r"\frac{1}{a_{i-1}} + \frac{1}{a_i}\bigr)$ at each, $L = \alpha^2 (1-\gamma)^2 |T|^3 / "
    r"(12 W^4)$; $a_0 = 1$ or $\sqrt\gamma$, $a_n = \sqrt\gamma$ or $1$ as the first and last kink "
    r"face right or left, the other $a_k = \sqrt{1 + \gamma}$, and $W = a_0 + \dots + a_n$.",
    hypotheses=(LEAKY, SLOPED, _EXISTS),
    claim=_leaky(),
    instances=st.one_of(
        _around(leaky_saddles()), _flattened(leaky_saddles(kinks=(0,))),
        perturbed(leaky_saddles(), kinds=["extra"]),
        global_minima(activation=activations("leaky"), sloped=False),
    ),
    status=Status("proved", "for every width and slope"),
    proofs=_KINKED,
    tests=_TESTS,
    mutants=(
        Mutant("any-slope", "α may be 0", without=("sloped-target",)),
        Mutant(
            "idle", "flat neurons without a kink inside may have w ≠ 0", claim=_leaky(idle=True)
        ),
        Mutant("contrast", "the level lacks (1 − γ)²", claim=_leaky(contrast=False)),
        Mutant("one-family", "a_0 = 1 for both facings", claim=_leaky(up=True)),
    ),
)


def _quadratic_case(
    instance: Instance, *, anywhere: bool = False, sloped: bool = True, third: int = 12
) -> Case | None:
    alpha, constant, length, middle = affine(instance)
    for w, b, v in neurons(instance["network"]):
        flat = v == 0 and (w == 0 or anywhere or (sloped and b == -w * middle))
        if not flat and (w or b):
            return None
    if instance["network"].output_biases[0] != constant:
        return None
    return "saddle", alpha**2 * length**3 / third


QUADRATIC_CLASSIFICATION = Theorem(
    id="quadratic-classification",
    title="All critical points for x² and an affine target",
    source=Source(CHERIDITO, "the classification for the quadratic activation"),
    statement="x², α ≠ 0, N ≥ 1: the critical points with L > 0 are saddles; they have "
    "c = α mid + β and for each neuron v = w = 0, or v = 0 and b = −w mid, or w = b = 0, and "
    "L = α² |T|³/12.",
    latex=r"Let $\sigma(x) = x^2$, $\alpha \ne 0$ and $N \ge 1$. The critical points with $L > 0$ "
    r"are saddles; they are the points with $c = \alpha\,\mathrm{mid} + \beta$ and, for each "
    r"neuron, $v = w = 0$, or $v = 0$ and $b = -w\,\mathrm{mid}$, or $w = b = 0$; there "
    r"$L = \alpha^2 |T|^3/12$.",
    hypotheses=(QUADRATIC, SLOPED, _EXISTS),
    claim=_agrees(_quadratic_case),
    instances=st.one_of(
        _around(quadratic_saddles()), global_minima(activation=activations("quadratic"))
    ),
    status=Status("proved", "for every width and interval"),
    proofs=(f"{_PROOFS}quadratic.py",),
    tests=_TESTS,
    mutants=(
        Mutant("any-slope", "α may be 0", without=("sloped-target",)),
        Mutant(
            "anywhere", "flat neurons may be any",
            claim=_agrees(lambda instance: _quadratic_case(instance, anywhere=True)),
        ),
        Mutant(
            "constant", "flat neurons have w = 0",
            claim=_agrees(lambda instance: _quadratic_case(instance, sloped=False)),
        ),
        Mutant(
            "level", "L = α² |T|³/3",
            claim=_agrees(lambda instance: _quadratic_case(instance, third=3)),
        ),
    ),
)


def _is_global(instance: Instance) -> Finding:
    value = loss_at(instance)
    return holds_if(value == 0, f"critical with L = {show(value)}")


def _is_flat(instance: Instance) -> Finding:
    outputs = [v for _, _, v in neurons(instance["network"])]
    return holds_if(not any(outputs), f"critical with v = {show(*outputs) or 'none'}")


_LEVEL = st.tuples(rationals(bound=2), st.just(Fraction(0)))

CONSTANT_TARGET = Theorem(
    id="constant-target",
    title="For a constant target every critical point is a global minimum",
    source=Source(CHERIDITO, "on constant targets"),
    statement="If α = 0 and the generalized gradient is zero, then f = β on [T0, T1], so that "
    "L = 0, for max(x, γ x) with 0 ≤ γ < 1 and for x².",
    latex=r"If $\alpha = 0$ and the generalized gradient vanishes at $\theta$, then $f_\theta = "
    r"\beta$ on $[T_0, T_1]$ and $L(\theta) = 0$, for $\sigma(x) = \max(x, \gamma x)$, "
    r"$0 \le \gamma < 1$, and for $\sigma(x) = x^2$.",
    hypotheses=(
        Hypothesis(
            "constant-target", "α = 0", lambda instance: instance["target"][1] == 0
        ),
        CRITICAL,
    ),
    claim=_is_global,
    instances=st.one_of(
        global_minima(sloped=False),
        global_minima(activation=activations("quadratic"), sloped=False),
        _flattened(quadratic_saddles()), fitted_networks(target=_LEVEL),
        _flattened(st.one_of(relu_saddles(), leaky_saddles())),
        line_networks(target=_LEVEL, activation=activations("relu", "leaky", "quadratic")),
        relu_minima(), leaky_saddles(),
    ),
    status=Status("proved", "at α = 0 the numbers h and ∫ x r of all others are 0, so that r = 0"),
    proofs=(*_KINKED, f"{_PROOFS}quadratic.py"),
    tests=_TESTS,
    mutants=(
        Mutant("any-slope", "α may be any number", without=("constant-target",)),
        Mutant("not-critical", "θ need not be critical", without=("critical",)),
        Mutant("all-flat", "moreover all v_j are 0", claim=_is_flat),
    ),
)
