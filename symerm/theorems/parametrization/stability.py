"""Inverse stability on N*, its best constants, and what happens outside N*.

For Gamma in N* and g in R(N*) some Phi in N* with R(Phi) = g has |Phi - Gamma| <= s eps^(1/2),
eps = |g - R(Gamma)|_{W1,inf}: with s = 4 (Berner, Elbraechter, Grohs 2019, Theorem 3.1), with
2 sqrt(2), and with the best constants 2, 1 + sqrt(2), 2 sqrt(2), proved in the folder of the paper.
In N* the distance is found by trying all orders; elsewhere it is bounded below by the kinks of g.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

from hypothesis import strategies as st

from symerm.arithmetic.surds import Surd
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.balanced import balance, gradient_distance
from symerm.parametrization.nearest import nearest_parametrization, neuron_gap
from symerm.parametrization.restricted_set import restricted_membership
from symerm.parametrization.rigid_fibre import kink_distance
from symerm.parametrization.stability import extremal_pair
from symerm.problem.architecture import RELU
from symerm.theorems.generators.parametrization import restricted_pairs
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import BERNER, DERIVED, Source

__all__ = ["ATTAINED", "INVERSE_STABILITY", "ROOT_EIGHT", "SHARP_CONSTANTS", "bias_free"]

Pair = tuple[ShallowNetwork, ShallowNetwork]
_FOLDER = "proofs/berner_elbraechter_grohs_2019/"
_TESTS = ("tests/theorems/test_parametrization_stability.py",)
_ONE = Fraction(1)
_TWO, _ONE_AND_ROOT, _ROOT_EIGHT = Surd(2 * _ONE), Surd(_ONE, 2 * _ONE), Surd.root(8)


def bias_free(*neurons: tuple[Fraction | int, ...]) -> ShallowNetwork:
    """A ReLU network with one output and neurons (a_1, .., a_d, c).

    Examples
    --------
    >>> bias_free((1, 1, 2)).output_weights
    ((Fraction(2, 1),),)
    """
    rows = [tuple(map(Fraction, neuron)) for neuron in neurons]
    zero = Fraction(0)
    return ShallowNetwork(
        tuple(row[:-1] for row in rows), (zero,) * len(rows), tuple(row[-1:] for row in rows),
        (zero,), RELU,
    )


@st.composite
def _outside(draw: st.DrawFn) -> Pair:
    """A Gamma that lacks one condition of N*, far from the parametrizations of a near function."""
    k = draw(st.sampled_from((10, 1000, 10_000)))
    kind = draw(st.sampled_from(("unbalanced", "redundant", "opposite")))
    small = (1, 2, Fraction(1, k))
    if kind == "unbalanced":
        return bias_free((1, 1, 0)), bias_free(small)
    if kind == "redundant":
        return bias_free((1, 1, 1), (1, 1, 1)), bias_free((1, 1, 2), small)
    triangle = ((1, 0), (0, 1), (-1, -1))
    gamma = bias_free(
        *((*a, 1) for a in triangle), *((-a, -b, -1) for a, b in triangle)
    )
    return gamma, bias_free(small)


def _distances(instance: Instance) -> tuple[Surd, Fraction]:
    """|Phi - Gamma|^2, or outside N* a lower bound of it, and |g - R(Gamma)|_{W1,inf}."""
    first, second = instance["networks"]
    gamma, target = balance(first), balance(second)
    eps = gradient_distance(gamma, target)
    if not restricted_membership(first).holds:
        return Surd(kink_distance(first, second) ** 2), eps
    width = max(gamma.width, target.width)
    gaps = [
        [neuron_gap(one, two).squared for two in target.padded(width).neurons]
        for one in gamma.padded(width).neurons
    ]
    return min(
        max(gaps[i][k] for i, k in enumerate(order)) for order in permutations(range(width))
    ), eps


def _within(bound_squared: Callable[[Instance, Fraction], Surd]) -> Claim:
    """Whether |Phi - Gamma|^2 is at most a function of eps."""

    def claim(instance: Instance) -> Finding:
        distance, eps = _distances(instance)
        return holds_if(
            distance <= bound_squared(instance, eps), f"|Φ − Γ|² = {distance}, ε = {eps}"
        )

    return claim


def _constant(constant: Surd) -> Claim:
    return _within(lambda instance, eps: constant * constant * eps)


def _table(d: int, m: int) -> Surd:
    """The best constant."""
    if m == 1 or (d, m) == (2, 2):
        return _TWO
    return _ONE_AND_ROOT if (d, m) == (2, 3) or (d > 2 and m == 2) else _ROOT_EIGHT


def _sizes(instance: Instance) -> tuple[int, int]:
    first, second = instance["networks"]
    return first.input_dimension, max(first.width, second.width)


_TARGET = Hypothesis(
    "target", "g has a parametrization in N*, of at most the width of Γ",
    lambda instance: instance["networks"][1].width <= instance["networks"][0].width
    and restricted_membership(balance(instance["networks"][1])).holds,
)
_CONDITIONS = (
    Hypothesis(
        "balanced", "the neurons of Γ are balanced",
        lambda instance: not restricted_membership(instance["networks"][0]).unbalanced,
    ),
    Hypothesis(
        "directions", "no two neurons of Γ have the same direction",
        lambda instance: not restricted_membership(instance["networks"][0]).same_direction,
    ),
    Hypothesis(
        "positive", "the last two weights of every neuron of Γ are positive",
        lambda instance: not restricted_membership(instance["networks"][0]).not_positive,
    ),
    _TARGET,
)
_PAIRS = instances(networks=st.one_of(restricted_pairs(), restricted_pairs(), _outside()))
_WITHOUT = (
    Mutant("unbalanced", "Γ need not be balanced", without=("balanced",)),
    Mutant("same-direction", "directions of Γ may agree", without=("directions",)),
    Mutant("any-signs", "weights of Γ may have any signs", without=("positive",)),
)

INVERSE_STABILITY = Theorem(
    id="inverse-stability",
    title="Inverse stability on the restricted set",
    source=Source(BERNER, "Theorem 3.1"),
    statement="For Γ in N* and a function g of N* some Φ in N* with R(Φ) = g has |Φ − Γ| ≤ "
    "4 |g − R(Γ)|^(1/2): maximum norm of the parameters, seminorm W1,inf of the functions.",
    latex=r"For $\Gamma \in \mathcal{N}^*$ and $g \in \mathcal{R}(\mathcal{N}^*)$ there is "
    r"$\Phi \in \mathcal{N}^*$ with $\mathcal{R}(\Phi) = g$ and $\|\Phi - \Gamma\|_\infty \le 4\, "
    r"|g - \mathcal{R}(\Gamma)|_{W^{1,\infty}}^{1/2}$.",
    hypotheses=_CONDITIONS,
    claim=_constant(Surd(4 * _ONE)),
    instances=_PAIRS,
    status=Status("proved", "with the constant 2√2"),
    proofs=(_FOLDER + "inverse_stability.py",),
    tests=_TESTS,
    mutants=(
        *_WITHOUT,
        Mutant(
            "exponent-one", "|Φ − Γ| ≤ 4 |g − R(Γ)|",
            claim=_within(lambda instance, eps: Surd(16 * eps * eps)),
        ),
    ),
)

ROOT_EIGHT = Theorem(
    id="inverse-stability-two-root-two",
    title="Inverse stability with the constant 2√2",
    source=Source(DERIVED, "after Berner, Elbrächter, Grohs 2019"),
    statement="On N* inverse stability holds with 2√2 for 4, for any number of outputs.",
    latex=r"For $\Gamma \in \mathcal{N}^*$ and $g \in \mathcal{R}(\mathcal{N}^*)$ there is "
    r"$\Phi \in \mathcal{N}^*$ with $\mathcal{R}(\Phi) = g$ and $\|\Phi - \Gamma\|_\infty \le "
    r"2 \sqrt{2}\, |g - \mathcal{R}(\Gamma)|_{W^{1,\infty}}^{1/2}$.",
    hypotheses=_CONDITIONS,
    claim=_constant(_ROOT_EIGHT),
    instances=_PAIRS,
    status=Status("proved", "jumps of the gradient are at most 2ε"),
    proofs=(_FOLDER + "inverse_stability.py",),
    tests=_TESTS,
    mutants=(
        *_WITHOUT,
        Mutant("two", "the constant 2", claim=_constant(_TWO)),
        Mutant("one-and-root-two", "the constant 1 + √2", claim=_constant(_ONE_AND_ROOT)),
    ),
)


def _sharp(table: Callable[[int, int], Surd]) -> Claim:
    def bound(instance: Instance, eps: Fraction) -> Surd:
        constant = table(*_sizes(instance))
        return constant * constant * eps

    return _within(bound)


SHARP_CONSTANTS = Theorem(
    id="inverse-stability-sharp-constants",
    title="The best constants of inverse stability",
    source=Source(DERIVED, "after Berner, Elbrächter, Grohs 2019"),
    statement="On N* with d inputs and width m inverse stability holds with the constant 2 for "
    "m = 1 and (d, m) = (2, 2), 1 + √2 for (2, 3) and for d ≥ 3, m = 2, and 2√2 otherwise.",
    latex=r"On $\mathcal{N}^*$ with $d$ inputs and width $m$, $\|\Phi - \Gamma\|_\infty \le s(d, m)"
    r"\, |g - \mathcal{R}(\Gamma)|_{W^{1,\infty}}^{1/2}$, where $s(d,m) = 2$ for $m = 1$ and "
    r"$(d, m) = (2, 2)$, $s(d,m) = 1 + \sqrt{2}$ for $(d, m) = (2, 3)$ and for $d \ge 3$, $m = 2$,"
    r" and $s(d, m) = 2 \sqrt{2}$ otherwise.",
    hypotheses=_CONDITIONS,
    claim=_sharp(_table),
    instances=_PAIRS,
    status=Status("proved", "orders of the kinks; Hall's theorem"),
    proofs=(_FOLDER + "best_constants.py",),
    tests=_TESTS,
    mutants=(
        Mutant("like-the-plane", "as for d = 2", claim=_sharp(lambda d, m: _table(2, m))),
        Mutant("one-narrower", "as for width m − 1", claim=_sharp(
            lambda d, m: _table(d, max(m - 1, 1))
        )),
    ),
)


def _attained(expected: Callable[[int, int, Fraction], Surd]) -> Claim:
    """The squared ratio of the extremal pair is as expected."""

    def claim(instance: Instance) -> Finding:
        d, m, tilt = instance["inputs"], instance["width"], instance["tilt"]
        found = nearest_parametrization(
            *extremal_pair(d, m, outputs=instance["outputs"], tilt=tilt)
        ).ratio_squared
        return holds_if(
            found == expected(d, m, tilt), f"d = {d}, m = {m}, tilt {tilt}: ratio² = {found}"
        )

    return claim


def _square(d: int, m: int, tilt: Fraction) -> Surd:
    return Surd(4 / (1 + tilt)) if (d, m) == (2, 1) else _table(d, m) * _table(d, m)


ATTAINED = Theorem(
    id="inverse-stability-constants-attained",
    title="Pairs that attain the best constants",
    source=Source(DERIVED, "after Berner, Elbrächter, Grohs 2019"),
    statement="For every number of inputs d and width m, and small tilts t > 0 of directions, "
    "there are Γ and g with the ratio s(d, m); for (2, 1) with 2/√(1 + t).",
    latex=r"For all $d \ge 2$, $m \ge 1$ other than $(2, 1)$ some $\Gamma \in \mathcal{N}^*$ and "
    r"$g \in \mathcal{R}(\mathcal{N}^*)$ have $\min_\Phi \|\Phi - \Gamma\|_\infty = s(d, m)\, |g - "
    r"\mathcal{R}(\Gamma)|_{W^{1,\infty}}^{1/2} > 0$; for $(2, 1)$ the ratio is $2/\sqrt{1 + t}$, "
    r"for every small $t > 0$.",
    claim=_attained(_square),
    instances=instances(
        inputs=st.integers(2, 4),
        width=st.integers(1, 5),
        outputs=st.integers(1, 2),
        tilt=st.sampled_from((Fraction(1, 50), Fraction(1, 1000), Fraction(1, 99))),
    ),
    status=Status("proved", "symbolically in the tilt"),
    proofs=(_FOLDER + "best_constants.py",),
    tests=_TESTS,
    mutants=(
        Mutant(
            "also-one-neuron", "the ratio 2 is attained for (2, 1), too",
            claim=_attained(lambda d, m, tilt: _table(d, m) * _table(d, m)),
        ),
        Mutant(
            "like-the-plane", "as for d = 2",
            claim=_attained(lambda d, m, tilt: _square(2, m, tilt)),
        ),
        Mutant(
            "always-the-largest", "the ratio 2√2 at every width",
            claim=_attained(lambda d, m, tilt: Surd(8 * _ONE)),
        ),
    ),
)
