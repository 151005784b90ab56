"""Values of the true loss for affine targets: critical values, and how small it gets.

One neuron with max(x, gamma x) that is active on all of [T0, T1] is affine there.  One neuron with
x^2 comes as close to alpha x + beta as one likes, (x + B)^2/(2 B) for large B, but does not reach
it; the difference of two squares does.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU as RELU_ACTIVATION
from symerm.problem.architecture import Activation
from symerm.theorems.generators.basic import activations, nonzero_rationals, rationals
from symerm.theorems.generators.landscape import (
    global_minima,
    leaky_saddles,
    perturbed,
    quadratic_saddles,
    relu_minima,
    relu_saddles,
)
from symerm.theorems.generators.line_networks import (
    affine_targets,
    fitted_networks,
    intervals,
    line_instance,
    line_network,
    line_networks,
)
from symerm.theorems.instance import Instance, instances
from symerm.theorems.landscape.setting import (
    CRITICAL,
    QUADRATIC,
    RELU,
    SLOPED,
    TESTS,
    affine,
    loss_at,
    show,
    with_parts,
)
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import CHERIDITO, DERIVED, Source

__all__ = [
    "AFFINE_REALISED",
    "CRITICAL_VALUES",
    "QUADRATIC_ESCAPE",
    "QUADRATIC_NOT_ATTAINED",
    "QUADRATIC_REALISED",
]

_PROOFS = "proofs/cheridito_jentzen_rossmannek_2021/"
_TESTS = (f"{TESTS}test_landscape_infima.py",)
_SQUARE = Activation("quadratic")
_ONE = Fraction(1)


def _loss(instance: Instance, network: ShallowNetwork) -> Fraction:
    return loss_at(with_parts(instance, network=network))


def _realised(*, shift: bool = True) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        beta, alpha = instance["target"]
        w, b, gamma = instance["w"], instance["b"], instance["slope"]
        v = alpha / w
        activation = Activation("leaky", gamma) if gamma else RELU_ACTIVATION
        network = line_network([(w, b, v)], beta - v * b if shift else beta, activation)
        found = _loss(instance, network)
        return holds_if(found == 0, f"w = {show(w)}, b = {show(b)}, v = {show(v)}: L = {found}")

    return claim


AFFINE_REALISED = Theorem(
    id="affine-target-realised",
    title="One neuron realises an affine target",
    source=Source(DERIVED, "after Cheridito, Jentzen, Rossmannek, whose other minima it leaves"),
    statement="max(x, γ x), 0 ≤ γ < 1: if w ≠ 0 and w x + b ≥ 0 on [T0, T1], the network with the "
    "neuron (w, b, α/w) and c = β − α b/w is the target on [T0, T1]. So the infimum of L is 0 and "
    "attained for every width N ≥ 1.",
    latex=r"Let $\sigma(x) = \max(x, \gamma x)$ with $0 \le \gamma < 1$. If $w \ne 0$ and "
    r"$w x + b \ge 0$ on $[T_0, T_1]$, then $\beta - \alpha b/w + (\alpha/w)\, \sigma(w x + b) = "
    r"\alpha x + \beta$ on $[T_0, T_1]$. So $\min L = 0$ for every width $N \ge 1$.",
    hypotheses=(
        Hypothesis(
            "active", "w x + b ≥ 0 on [T0, T1]",
            lambda instance: all(
                instance["w"] * end + instance["b"] >= 0 for end in instance["interval"]
            ),
        ),
    ),
    claim=_realised(),
    instances=instances(
        w=nonzero_rationals(bound=2), b=rationals(),
        slope=st.sampled_from([Fraction(0), Fraction(1, 3)]),
        interval=intervals(), target=affine_targets(sloped=False),
    ),
    status=Status("proved", "for all w and b"),
    proofs=(f"{_PROOFS}invariance.py",),
    tests=_TESTS,
    mutants=(
        Mutant("kink-inside", "w x + b may change its sign", without=("active",)),
        Mutant("no-shift", "c = β", claim=_realised(shift=False)),
    ),
)


def escape(instance: Instance, *, centred: bool = True) -> ShallowNetwork:
    """v = eps, w = 1, b = alpha/(2 eps) - mid, and the best c."""
    alpha, constant, length, middle = affine(instance)
    eps = instance["eps"]
    far = alpha / (2 * eps)
    b = far - middle if centred else far
    # (x + b)^2 = (x - mid)^2 + 2 far (x - mid) + far^2, and (x - mid)^2 has the mean |T|^2/12.
    return line_network([(_ONE, b, eps)], constant - eps * (far**2 + length**2 / 12), _SQUARE)


def _escapes(
    *, power: int = 5, constant: int = 180, centred: bool = True
) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        _, _, length, _ = affine(instance)
        found = _loss(instance, escape(instance, centred=centred))
        stated = instance["eps"] ** 2 * length**power / constant
        return holds_if(
            found == stated, f"ε = {show(instance['eps'])}: L = {show(found)}, {show(stated)}"
        )

    return claim


QUADRATIC_ESCAPE = Theorem(
    id="quadratic-escape",
    title="One quadratic neuron comes as close to a line as one likes",
    source=Source(DERIVED, "after Cheridito, Jentzen, Rossmannek on the quadratic activation"),
    statement="x², N = 1: for ε ≠ 0 the network v = ε, w = 1, b = α/(2 ε) − mid, "
    "c = α mid + β − α²/(4 ε) − ε |T|²/12 has the loss ε² |T|⁵/180. So inf L = 0, and b goes to "
    "infinity.",
    latex=r"For $\sigma(x) = x^2$, $N = 1$ and $\varepsilon \ne 0$ the network with "
    r"$v = \varepsilon$, $w = 1$, $b = \alpha/(2 \varepsilon) - \mathrm{mid}$ and $c = \alpha\,"
    r"\mathrm{mid} + \beta - \alpha^2/(4 \varepsilon) - \varepsilon |T|^2/12$ has the loss "
    r"$\varepsilon^2 |T|^5/180$.",
    claim=_escapes(),
    instances=instances(
        eps=nonzero_rationals(denominators=(1, 10, 1000)), interval=intervals(),
        target=affine_targets(),
    ),
    status=Status("proved", "for all ε and intervals"),
    proofs=(f"{_PROOFS}quadratic.py",),
    tests=_TESTS,
    mutants=(
        Mutant("length", "the loss is ε² |T|⁴/180", claim=_escapes(power=4)),
        Mutant("constant", "the loss is ε² |T|⁵/80", claim=_escapes(constant=80)),
        Mutant("off-centre", "b = α/(2 ε)", claim=_escapes(centred=False)),
    ),
)


def _positive(instance: Instance) -> Finding:
    value = loss_at(instance)
    return holds_if(value > 0, f"L = {show(value)}")


def _above_saddles(instance: Instance) -> Finding:
    alpha, _, length, _ = affine(instance)
    value, level = loss_at(instance), alpha**2 * length**3 / 12
    return holds_if(value >= level, f"L = {show(value)}, level of the saddles {show(level)}")


@st.composite
def _quadratic_networks(draw: st.DrawFn) -> Instance:
    """Any, realising the target, critical, or escaping."""
    square = activations("quadratic")
    kind = draw(st.sampled_from(["any", "global", "saddle", "escape"]))
    if kind == "any":
        return draw(line_networks(
            width=(0, 2), activation=square, target=affine_targets(sloped=False)))
    if kind == "global":
        return draw(global_minima(activation=square, sloped=False))
    if kind == "saddle":
        return draw(quadratic_saddles())
    interval, target = draw(intervals()), draw(affine_targets(sloped=False))
    eps = draw(nonzero_rationals(bound=2, denominators=(1, 10)))
    network = escape(Instance.of(eps=eps, interval=interval, target=target))
    if target[1] == 0:
        network = line_network([(Fraction(0), _ONE, eps)], target[0] - eps, _SQUARE)
    return line_instance(network, interval, target)


QUADRATIC_NOT_ATTAINED = Theorem(
    id="quadratic-not-attained",
    title="One quadratic neuron does not reach a line",
    source=Source(DERIVED, "after Cheridito, Jentzen, Rossmannek on the quadratic activation"),
    statement="x², α ≠ 0, N ≤ 1: L > 0 for every network.",
    latex=r"For $\sigma(x) = x^2$, $\alpha \ne 0$ and $N \le 1$, $L(\theta) > 0$ for every "
    r"$\theta$.",
    hypotheses=(
        QUADRATIC,
        SLOPED,
        Hypothesis("one-neuron", "N ≤ 1", lambda instance: instance["network"].width <= 1),
    ),
    claim=_positive,
    instances=_quadratic_networks(),
    status=Status("proved", "v w² = 0 and 2 v w b = α exclude each other"),
    proofs=(f"{_PROOFS}quadratic.py",),
    tests=_TESTS,
    mutants=(
        Mutant("two-neurons", "N may be 2 or more", without=("one-neuron",)),
        Mutant("any-slope", "α may be 0", without=("sloped-target",)),
        Mutant("bounded", "L ≥ α² |T|³/12", claim=_above_saddles),
    ),
)


def _difference(*, half: bool = True, shift: bool = True) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        beta, alpha = instance["target"]
        far = instance["far"]
        v = alpha / (2 * far) if half else alpha / far
        constant = beta - v * far**2 if shift else beta
        network = line_network([(_ONE, far, v), (_ONE, Fraction(0), -v)], constant, _SQUARE)
        found = _loss(instance, network)
        return holds_if(found == 0, f"B = {show(far)}, v = {show(v)}: L = {show(found)}")

    return claim


QUADRATIC_REALISED = Theorem(
    id="quadratic-realised",
    title="Two quadratic neurons realise a line",
    source=Source(DERIVED, "after Cheridito, Jentzen, Rossmannek on the quadratic activation"),
    statement="x², N ≥ 2: v (x + B)² − v x² + β − v B² = α x + β with v = α/(2 B), B ≠ 0, so that "
    "the infimum 0 is attained.",
    latex=r"For $B \ne 0$ and $v = \alpha/(2 B)$, $v (x + B)^2 - v x^2 + \beta - v B^2 = "
    r"\alpha x + \beta$. So for $\sigma(x) = x^2$ and $N \ge 2$ the infimum $0$ is attained.",
    claim=_difference(),
    instances=instances(
        far=nonzero_rationals(), interval=intervals(), target=affine_targets(sloped=False)
    ),
    status=Status("proved", "an identity of polynomials"),
    proofs=(f"{_PROOFS}quadratic.py",),
    tests=_TESTS,
    mutants=(
        Mutant("double", "v = α/B", claim=_difference(half=False)),
        Mutant("no-shift", "c = β", claim=_difference(shift=False)),
    ),
)


def _values(*, odd: bool = False, power: int = 4, narrow: bool = False) -> Callable[
    [Instance], Finding
]:
    """0, and alpha^2 |T|^3/(12 (n + 1)^4) for even n <= N, n = 0 among them."""

    def claim(instance: Instance) -> Finding:
        alpha, _, length, _ = affine(instance)
        width = instance["network"].width
        most = width // 2 if narrow else width
        counts = range(1, most + 1, 2) if odd else range(0, most + 1, 2)
        stated = {alpha**2 * length**3 / (12 * Fraction(n + 1) ** power) for n in counts}
        found = loss_at(instance)
        return holds_if(
            found in stated | {Fraction(0)}, f"N = {width}: L = {show(found)}, of "
            f"{show(*sorted(stated))}"
        )

    return claim


CRITICAL_VALUES = Theorem(
    id="relu-critical-values",
    title="The critical values for the ReLU and an affine target",
    source=Source(CHERIDITO, "the classification for affine targets, its levels"),
    statement="ReLU, α ≠ 0, N ≥ 1: at a critical point L is 0 or α² |T|³/(12 (n + 1)⁴) with an "
    "even n, 0 ≤ n ≤ N.",
    latex=r"For the ReLU, $\alpha \ne 0$ and $N \ge 1$, the loss at a critical point is $0$ or "
    r"$\alpha^2 |T|^3 / (12 (n + 1)^4)$ with an even $n$, $0 \le n \le N$.",
    hypotheses=(
        RELU,
        SLOPED,
        CRITICAL,
        Hypothesis("neurons", "N ≥ 1", lambda instance: instance["network"].width > 0),
    ),
    claim=_values(),
    instances=st.one_of(
        relu_saddles(), relu_minima(), perturbed(relu_saddles()), leaky_saddles(),
        fitted_networks(target=affine_targets()),
    ),
    status=Status("proved", "by the classification"),
    proofs=(f"{_PROOFS}spacing.py", f"{_PROOFS}local_minima.py"),
    tests=_TESTS,
    mutants=(
        Mutant("not-critical", "at any point", without=("critical",)),
        Mutant("leaky", "for leaky slopes too", without=("relu",)),
        Mutant("odd", "n is odd", claim=_values(odd=True)),
        Mutant("square", "the values fall with (n + 1)²", claim=_values(power=2)),
        Mutant("narrow", "2 n ≤ N", claim=_values(narrow=True)),
    ),
)
