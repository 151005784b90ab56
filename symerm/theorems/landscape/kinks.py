"""Where the kinks of a critical point lie, and which critical points with kinks there are.

With an affine target and r != 0 the residual alternates between h and -h at the kinks and the
ends.  The lengths l_k of the pieces are in the ratios of a_0, .., a_n: a_k^2 = 1 + gamma inside,
a_0^2 = 1 or gamma as the first kink faces right or left, a_n^2 = gamma or 1 as the last one does.
With u = a_k/l_k and W = u |T| all numbers of the theorem are rational in u^2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from math import isqrt

from hypothesis import strategies as st

from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import RELU as RELU_ACTIVATION
from symerm.problem.architecture import Activation
from symerm.theorems.generators.basic import activations
from symerm.theorems.generators.landscape import (
    global_minima,
    leaky_saddles,
    perturbed,
    relu_saddles,
    square_slopes,
)
from symerm.theorems.generators.line_networks import affine_targets, intervals
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.setting import (
    CRITICAL,
    PIECEWISE_LINEAR,
    SLOPED,
    TESTS,
    affine,
    kink_groups,
    loss_at,
    neurons,
    residual,
    show,
    true_loss_of,
)
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import CHERIDITO, Source

__all__ = [
    "HAS_KINKS",
    "KINK_RESIDUAL",
    "KINK_SPACING",
    "LEAKY_LEVELS",
    "NOT_THE_TARGET",
    "RELU_LEVELS",
    "Kinks",
    "kinks_of",
    "kinks_or_not",
]

_PROOF = ("proofs/cheridito_jentzen_rossmannek_2021/spacing.py",)
_TESTS = (f"{TESTS}test_landscape_kinks.py",)


@dataclass(frozen=True)
class Kinks:
    """The kinks inside the interval, whether critical or not.

    Attributes
    ----------
    facings : list of sets of signs
        Of w, for the neurons at each kink.
    groups : list of lists of int
        The neurons at each kink.
    places, lengths : lists of Fractions
        The ends and the kinks; the n + 1 lengths between.
    squares : list of Fractions
        a_k^2 as the theorem states them for these facings.
    """

    facings: list[set[int]]
    groups: list[list[int]]
    places: list[Fraction]
    lengths: list[Fraction]
    squares: list[Fraction]

    @property
    def count(self) -> int:
        """The number n of distinct kinks."""
        return len(self.groups)

    @property
    def scale(self) -> Fraction:
        """u^2 = a_k^2/l_k^2, from a piece where a_k is not zero."""
        return next(s / x**2 for s, x in zip(self.squares, self.lengths, strict=True) if s)


def kinks_of(instance: Instance) -> Kinks:
    """The kinks of the network of an instance."""
    start, stop = instance["interval"]
    found = kink_groups(instance)
    rows = neurons(instance["network"])
    facings = [{1 if rows[j][0] > 0 else -1 for j in group} for _, group in found]
    places = [start, *(kink for kink, _ in found), stop]
    gamma = instance["network"].activation.negative_slope
    squares = [
        Fraction(1) if 1 in facings[0] else gamma,
        *[1 + gamma] * (len(found) - 1),
        gamma if 1 in facings[-1] else Fraction(1),
    ] if found else [Fraction(1)]
    return Kinks(
        facings, [group for _, group in found], places,
        [b - a for a, b in pairwise(places)], squares,
    )


NOT_THE_TARGET = Hypothesis(
    "not-the-target", "f is not the target", lambda instance: loss_at(instance) != 0
)
HAS_KINKS = Hypothesis(
    "kinks", "some kink lies inside (T0, T1)", lambda instance: bool(kink_groups(instance))
)


def kinks_or_not() -> st.SearchStrategy[Instance]:
    """Critical networks with kinks, networks near them, and global minima."""
    critical = st.one_of(relu_saddles(kinks=(2, 4)), leaky_saddles(kinks=(1, 2, 3)))
    return st.one_of(critical, critical, perturbed(critical), global_minima(
        activation=activations()))


def _spacing(
    *, equal: bool = False, even: bool = False, right: bool = False
) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        kinks = kinks_of(instance)
        squares = [Fraction(1)] * (kinks.count + 1) if equal else kinks.squares
        relu = instance["network"].activation.kind == "relu"
        good = (
            all(len(facings) == 1 for facings in kinks.facings)
            and all(one != two for one, two in pairwise(kinks.facings))
            and all(
                x**2 * squares[0] == kinks.lengths[0] ** 2 * s
                for x, s in zip(kinks.lengths, squares, strict=True)
            )
            and all(squares)
            and (kinks.count % 2 == 0 or not (relu or even))
            and (not right or 1 in kinks.facings[0])
        )
        facing = " ".join("/".join(map(str, sorted(f))) for f in kinks.facings)
        return holds_if(good, f"lengths {show(*kinks.lengths)}, kinks facing {facing}")

    return claim


_HYPOTHESES = (PIECEWISE_LINEAR, SLOPED, CRITICAL, NOT_THE_TARGET, HAS_KINKS)

KINK_SPACING = Theorem(
    id="kink-spacing",
    title="Kinks of a critical point: equally spaced, or in two families",
    source=Source(CHERIDITO, "on critical points with kinks, for affine targets"),
    statement="Let θ be critical for α x + β, α ≠ 0, with f ≠ target and n ≥ 1 kinks inside. All "
    "neurons at a kink (flat ones too) face one way and facings alternate. The squares of the "
    "lengths of the pieces are in the ratios of 1 (first kink facing right) or γ (left), "
    "1 + γ (n − 1 times), γ (last kink facing right) or 1 (left). ReLU: n is even and the kinks "
    "are equally spaced.",
    latex=r"Let $\theta$ be critical for $\alpha x + \beta$, $\alpha \ne 0$, with $f_\theta$ not "
    r"the target and $n \ge 1$ kinks inside $(T_0, T_1)$. All neurons at a kink face one way, "
    r"facings alternate, and the lengths $l_0, \dots, l_n$ of the pieces satisfy "
    r"$l_0^2 : \dots : l_n^2 = a_0^2 : \dots : a_n^2$ with $a_k^2 = 1 + \gamma$ for $0 < k < n$, "
    r"$a_0^2 \in \{1, \gamma\}$ as the first kink faces right or left, $a_n^2 \in \{\gamma, 1\}$ "
    r"as the last one does. For the ReLU $n$ is even and $l_0 = \dots = l_n$.",
    hypotheses=_HYPOTHESES,
    claim=_spacing(),
    instances=kinks_or_not(),
    status=Status("proved", "for every n and every slope"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("not-critical", "θ need not be critical", without=("critical",)),
        Mutant("target", "f may be the target", without=("not-the-target",)),
        Mutant("equal", "all lengths are equal, for leaky slopes too", claim=_spacing(equal=True)),
        Mutant("even", "n is even for leaky slopes too", claim=_spacing(even=True)),
        Mutant("right", "the first kink always faces right", claim=_spacing(right=True)),
    ),
)


def _alternating(
    *, contrast: bool = True, third: int = 3, relu: bool = False
) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        kinks, r = kinks_of(instance), residual(instance)
        alpha, constant, length, _ = affine(instance)
        network = instance["network"]
        gamma = network.activation.negative_slope
        square, rows = kinks.scale, neurons(network)
        family = 1 if 1 in kinks.facings[0] else -1
        # W^2 = u^2 |T|^2.
        h = family * alpha * (1 - gamma if contrast else 1) / (2 * square * length)
        values = [r(x) for x in kinks.places]
        sums = [sum((rows[j][0] * rows[j][2] for j in g), Fraction(0)) for g in kinks.groups]
        stated = [
            alpha / (square * length) * (1 / one + 1 / two) for one, two in pairwise(kinks.lengths)
        ]
        if relu:
            stated = [2 * alpha / (kinks.count + 1)] * kinks.count
        good = (
            network.output_biases[0] == constant
            and all(value == (-1) ** k * h for k, value in enumerate(values))
            and sums == stated
            and loss_at(instance) == length * h**2 / third
        )
        return holds_if(
            good,
            f"h = {show(h)}, r at ends and kinks: {show(*values)}; sums of v w: {show(*sums)}; "
            f"L = {show(loss_at(instance))}",
        )

    return claim


KINK_RESIDUAL = Theorem(
    id="kink-residual",
    title="The residual alternates: amplitude, jumps, bias and level",
    source=Source(CHERIDITO, "on critical points with kinks, for affine targets"),
    statement="In the situation of kink-spacing let W = a_0 + .. + a_n, and e = 1 if the first "
    "kink faces right, else −1. Then c = α mid + β, r is (−1)^k h at the ends and kinks q_k with "
    "h = e α (1 − γ) |T|/(2 W²), the sum of v w at q_i is (α/W)(1/a_(i−1) + 1/a_i), and "
    "L = |T| h²/3 = α² (1 − γ)² |T|³/(12 W⁴).",
    latex=r"In the situation of the spacing of kinks let $W = a_0 + \dots + a_n$, $e = \pm 1$ as "
    r"the first kink faces right or left, $q_0 = T_0$, $q_{n+1} = T_1$. Then $c = \alpha\,"
    r"\mathrm{mid} + \beta$, $r(q_k) = (-1)^k h$ with $h = e \alpha (1 - \gamma) |T| / (2 W^2)$, "
    r"$\sum_{j : t_j = q_i} v_j w_j = \frac{\alpha}{W} \bigl(\frac{1}{a_{i-1}} + \frac{1}{a_i}"
    r"\bigr)$ and $L = |T| h^2/3 = \alpha^2 (1 - \gamma)^2 |T|^3 / (12 W^4)$.",
    hypotheses=_HYPOTHESES,
    claim=_alternating(),
    instances=kinks_or_not(),
    status=Status("proved", "for every n and every slope"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("not-critical", "θ need not be critical", without=("critical",)),
        Mutant("contrast", "the factor 1 − γ is left out", claim=_alternating(contrast=False)),
        Mutant("half", "L = |T| h²/2", claim=_alternating(third=2)),
        Mutant("relu-sums", "all sums are 2 α/(n + 1)", claim=_alternating(relu=True)),
    ),
)


def _network(
    places: list[Fraction], facings: list[int], sums: list[Fraction], constant: Fraction,
    activation: Activation,
) -> ShallowNetwork:
    """One neuron per kink with |w| = 1."""
    return ShallowNetwork(
        tuple((Fraction(facing),) for facing in facings),
        tuple(-facing * q for facing, q in zip(facings, places, strict=True)),
        tuple((facing * total,) for facing, total in zip(facings, sums, strict=True)),
        (constant,),
        activation,
    )


def _levels(
    ratios: Callable[[Instance], list[Fraction]], first: Callable[[Instance], int],
    *, power: int = 4, contrast: bool = True, half: bool = False, turn: int = -1,
) -> Callable[[Instance], Finding]:
    """The network with kinks in the given ratios is critical and has the level."""

    def claim(instance: Instance) -> Finding:
        alpha, constant, length, _ = affine(instance)
        a = ratios(instance)
        gamma, whole = instance["slope"], sum(a, Fraction(0))
        activation = Activation("leaky", gamma) if gamma else RELU_ACTIVATION
        places = [instance["interval"][0] + length * part / whole for part in accumulate(a[:-1])]
        facings = [first(instance) * turn**i for i in range(len(places))]
        sums = [
            alpha / whole * (1 / one + 1 / two) / (2 if half else 1) for one, two in pairwise(a)
        ]
        network = _network(places, facings, sums, constant, activation)
        found = true_loss_of(Instance.of(
            network=network, interval=instance["interval"], target=instance["target"]))
        stated = alpha**2 * length**3 / (12 * whole**power)
        if contrast:
            stated *= (1 - gamma) ** 2
        return holds_if(
            not any(found.gradient) and found.value == stated,
            f"kinks {show(*places)}: L = {show(found.value)}, level {show(stated)}, largest entry "
            f"of the gradient {show(max(map(abs, found.gradient)))}",
        )

    return claim


@st.composite
def _counts(draw: st.DrawFn, slopes: st.SearchStrategy[Fraction], largest: int) -> Instance:
    return Instance.of(
        kinks=draw(st.integers(1, largest)), first=draw(st.sampled_from([1, -1])),
        slope=draw(slopes), interval=draw(intervals()), target=draw(affine_targets()),
    )


def _relu(
    *, power: int = 4, half: bool = False, turn: int = -1
) -> Callable[[Instance], Finding]:
    return _levels(
        lambda instance: [Fraction(1)] * (instance["kinks"] + 1), lambda _: 1,
        power=power, half=half, turn=turn,
    )


RELU_LEVELS = Theorem(
    id="relu-levels",
    title="A saddle with n equally spaced kinks for every even n",
    source=Source(CHERIDITO, "on saddles for the ReLU"),
    statement="For even n ≥ 2 the ReLU network with kinks T0 + i |T|/(n + 1), i = 1..n, facing "
    "right, left, right, .., with v w = 2 α/(n + 1) for each and c = α mid + β is critical, and "
    "L = α² |T|³/(12 (n + 1)⁴).",
    latex=r"For even $n \ge 2$ the ReLU network with kinks $T_0 + i |T|/(n + 1)$, $i = 1, \dots, "
    r"n$, facing right, left, right, and so on, with $v_i w_i = 2 \alpha/(n + 1)$ and $c = "
    r"\alpha\,\mathrm{mid} + \beta$ is critical, and $L = \alpha^2 |T|^3 / (12 (n + 1)^4)$.",
    hypotheses=(
        Hypothesis("even", "n is even", lambda instance: instance["kinks"] % 2 == 0),
    ),
    claim=_relu(),
    instances=_counts(st.just(Fraction(0)), 8),
    status=Status("proved", "for every even n"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("odd", "n may be odd", without=("even",)),
        Mutant("square", "the level falls with (n + 1)²", claim=_relu(power=2)),
        Mutant("half", "v w = α/(n + 1)", claim=_relu(half=True)),
        Mutant("one-way", "all kinks face right", claim=_relu(turn=1)),
    ),
)


def _root(square: Fraction) -> Fraction:
    return Fraction(isqrt(square.numerator), isqrt(square.denominator))


def _families(*, down: bool = True, middle: bool = True) -> Callable[[Instance], list[Fraction]]:
    def ratios(instance: Instance) -> list[Fraction]:
        gamma, n, first = instance["slope"], instance["kinks"], instance["first"]
        last = first * (-1) ** (n - 1)
        return [
            Fraction(1) if first > 0 or not down else _root(gamma),
            *[_root(1 + gamma) if middle else Fraction(1)] * (n - 1),
            _root(gamma) if last > 0 else Fraction(1),
        ]

    return ratios


def _first(instance: Instance) -> int:
    return int(instance["first"])


LEAKY_LEVELS = Theorem(
    id="leaky-levels",
    title="Two leaky families of critical points for every n",
    source=Source(CHERIDITO, "on saddles for the leaky ReLU"),
    statement="max(x, γ x), 0 < γ < 1: for every n ≥ 1 and either facing of the first kink the "
    "network with alternating facings, lengths in the ratios of a_0, √(1 + γ), .., √(1 + γ), a_n "
    "(a_0 = 1 or √γ, a_n = √γ or 1), v w = (α/W)(1/a_(i−1) + 1/a_i) and c = α mid + β is critical, "
    "and L = α² (1 − γ)² |T|³/(12 W⁴), W = a_0 + .. + a_n.",
    latex=r"Let $0 < \gamma < 1$, $n \ge 1$, $a_0 = 1$ or $\sqrt\gamma$ as the first kink faces "
    r"right or left, $a_1 = \dots = a_{n-1} = \sqrt{1 + \gamma}$, $a_n = \sqrt\gamma$ or $1$ as "
    r"the last one does, and $W = a_0 + \dots + a_n$. The network with alternating facings, "
    r"lengths $|T| a_k/W$, $v_i w_i = \frac{\alpha}{W} \bigl(\frac{1}{a_{i-1}} + \frac{1}{a_i}"
    r"\bigr)$ and $c = \alpha\,\mathrm{mid} + \beta$ is critical, and $L = \alpha^2 "
    r"(1 - \gamma)^2 |T|^3 / (12 W^4)$.",
    claim=_levels(_families(), _first),
    instances=_counts(square_slopes(), 5),
    status=Status("proved", "for every n and every slope"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("one-family", "a_0 = 1 in both families", claim=_levels(
            _families(down=False), _first)),
        Mutant("unit-lengths", "a_k = 1 inside", claim=_levels(_families(middle=False), _first)),
        Mutant("contrast", "the level lacks the factor (1 − γ)²", claim=_levels(
            _families(), _first, contrast=False)),
    ),
)
