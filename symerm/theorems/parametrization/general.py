"""Inverse stability without balance: one output, with a bound that knows the small neurons.

With eps = |g - R(Gamma)|_{W1,inf} and all neurons of Gamma with |c| |a| <= 2 eps at most beta in
size, some Phi with R(Phi) = g has |Phi - Gamma| <= beta + sqrt(2 eps); for two outputs no bound in
beta and eps holds (after Berner, Elbraechter, Grohs 2019; proofs in inverse_stability.py).
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import primitive, rank
from symerm.arithmetic.surds import Surd
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.balanced import balance, gradient_distance
from symerm.parametrization.general_stability import stable_parametrization
from symerm.parametrization.parameter_distance import parameter_distance
from symerm.parametrization.rigid_fibre import (
    Parameters,
    kink_distance,
    rigid_distance_is_below,
)
from symerm.problem.architecture import RELU
from symerm.theorems.generators.parametrization import restricted_pairs
from symerm.theorems.instance import Instance, instances
from symerm.theorems.parametrization.cells import same_values
from symerm.theorems.parametrization.stability import bias_free
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import BERNER, DERIVED, Source

__all__ = ["ONE_OUTPUT", "TWO_OUTPUTS"]

Vector = tuple[Fraction, ...]
Pair = tuple[ShallowNetwork, ShallowNetwork]
_PROOF = ("proofs/berner_elbraechter_grohs_2019/inverse_stability.py",)
_TESTS = ("tests/theorems/test_parametrization_general.py",)
_ZERO, _ONE = Fraction(0), Fraction(1)


@st.composite
def _pairs(draw: st.DrawFn) -> Pair:
    """Unbalanced networks, some reflected; or with weights on one line, or opposite weights."""
    kind = draw(st.sampled_from(("scaled", "scaled", "redundant", "opposite")))
    k = draw(st.sampled_from((1, 10, 1000)))
    small = Fraction(1, k)
    if kind == "redundant":
        return bias_free((1, 0, 1), (1, 0, 1)), bias_free((1, 0, 2), (0, 1, small))
    if kind == "opposite":
        # sum c a = (0, 0, 1/k): turning all neurons changes little.
        rows = ((1, 0, 0), (0, 1, 0), (-1, -1, small))
        return (
            bias_free(*((*a, 1) for a in rows)),
            bias_free(*((*(-x for x in a), 1) for a in rows)),
        )
    gamma, target = draw(restricted_pairs(outputs=(1, 1)))
    factors = [draw(st.sampled_from((_ONE, 2 * _ONE, _ONE / 4))) for _ in gamma.hidden_weights]
    sign = draw(st.sampled_from((1, -1)))
    scaled = [
        (*(sign * t * w for w in weights), output / t)
        for t, weights, (output,) in zip(
            factors, gamma.hidden_weights, gamma.output_weights, strict=True
        )
    ]
    turned = [
        (*(sign * w for w in weights), output)
        for weights, (output,) in zip(target.hidden_weights, target.output_weights, strict=True)
    ]
    return bias_free(*scaled), bias_free(*turned)


def _lines(network: ShallowNetwork) -> list[tuple[int, ...]]:
    normals = [primitive(row) for row in network.hidden_weights if any(row)]
    return [max(normal, tuple(-n for n in normal)) for normal in normals]


def _apart(network: ShallowNetwork) -> bool:
    lines = _lines(network)
    return len(set(lines)) == len(lines)


def _not_opposite(instance: Instance) -> bool:
    gamma, target = instance["networks"]
    ours = {primitive(row) for row in gamma.hidden_weights if any(row)}
    return not any(
        tuple(-n for n in primitive(weights)) in ours
        for weights, outputs in zip(target.hidden_weights, target.output_weights, strict=True)
        if any(weights) and any(outputs)
    )


def _bound(gamma: ShallowNetwork, eps: Fraction, beta_share: Fraction, factor: Fraction) -> Surd:
    """beta_share beta + sqrt(factor eps)."""
    beta = _ZERO
    for weights, (output,) in zip(gamma.hidden_weights, gamma.output_weights, strict=True):
        size = max(map(abs, weights))
        if size * abs(output) <= 2 * eps:
            beta = max(beta, size, abs(output))
    return Surd(beta_share * beta, factor * eps)


def _stays_near(beta_share: Fraction = _ONE, factor: Fraction = 2 * _ONE) -> Claim:
    """Phi as constructed, or a lower bound of the distance where the construction is refused."""

    def claim(instance: Instance) -> Finding:
        gamma, target = instance["networks"]
        eps = gradient_distance(balance(gamma), balance(target))
        bound = _bound(gamma, eps, beta_share, factor)
        if not (_apart(gamma) and _apart(target) and _not_opposite(instance)):
            far = kink_distance(gamma, target) > bound
            if rank(target.hidden_weights) == target.width == gamma.width:
                far = far or not rigid_distance_is_below(Parameters.of(gamma), target, 2 * bound)
            return holds_if(not far, f"bound {bound}, every Φ is {'far' if far else 'not far'}")
        phi = stable_parametrization(gamma, target)
        width = len(phi.weights)
        padded = [
            (*weights, output)
            for weights, (output,) in zip(gamma.hidden_weights, gamma.output_weights, strict=True)
        ]
        padded += [(_ZERO,) * (gamma.input_dimension + 1)] * (width - len(padded))
        distance = max(
            abs(x - y)
            for weights, output, row in zip(phi.weights, phi.outputs, padded, strict=True)
            for x, y in zip((*weights, output), row, strict=True)
        )
        equal, text = same_values(
            Parameters(phi.weights, phi.outputs).function_network(), target
        )
        return holds_if(
            equal and distance <= bound, f"|Φ − Γ| = {distance}, bound {bound}; Φ against g: {text}"
        )

    return claim


ONE_OUTPUT = Theorem(
    id="inverse-stability-one-output",
    title="Inverse stability without balance, for one output",
    source=Source(BERNER, "general form of its theorem, here with √(2ε) for 2√ε"),
    statement="Let g = R(G) have one output, ε = |g − R(Γ)| in W1,inf, let no two weights of Γ and "
    "no two weights of G lie on one line, and no weights of G be opposite to some of Γ. If all "
    "neurons of Γ with |c| |a| ≤ 2ε have |c|, |a| ≤ β, some Φ with R(Φ) = g has |Φ − Γ| ≤ β + "
    "√(2ε).",
    latex=r"Let $D = 1$, $\varepsilon = |g - \mathcal{R}(\Gamma)|_{W^{1,\infty}}$, $g = "
    r"\mathcal{R}(G)$. Suppose that no two non-zero weights of $\Gamma$ and no two of $G$ lie on "
    r"one line, that no weight of $G$ is opposite to one of $\Gamma$, and that $|c_i|, |a_i| \le "
    r"\beta$ wherever $|c_i| |a_i| \le 2 \varepsilon$. Then some $\Phi$ with $\mathcal{R}(\Phi) = "
    r"g$ has $\|\Phi - \Gamma\|_\infty \le \beta + \sqrt{2 \varepsilon}$.",
    hypotheses=(
        Hypothesis(
            "lines", "no two weights of a network lie on one line",
            lambda instance: all(map(_apart, instance["networks"])),
        ),
        Hypothesis("opposite", "no weights of G are opposite to some of Γ", _not_opposite),
    ),
    claim=_stays_near(),
    instances=instances(networks=_pairs()),
    status=Status("proved", "both factors of a product move equally"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("one-line", "weights may lie on one line", without=("lines",)),
        Mutant("opposite-weights", "weights may be opposite", without=("opposite",)),
        Mutant("no-beta", "without β", claim=_stays_near(beta_share=_ZERO)),
        Mutant("root-eps", "β + √ε", claim=_stays_near(factor=_ONE)),
    ),
)


def _two(instance: Instance) -> Pair:
    """c = (M, 0), a = (1/M) u against c = (1, e), a = u, with u = (1, 1)."""
    size, small = instance["size"], instance["slant"]

    def network(t: Fraction, outputs: Vector) -> ShallowNetwork:
        return ShallowNetwork(((t, t),), (_ZERO,), (outputs,), (_ZERO, _ZERO), RELU)

    return network(1 / size, (size, _ZERO)), network(_ONE, (_ONE, small))


def _runs_away(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        size, small = instance["size"], instance["slant"]
        gamma, target = _two(instance)
        eps = gradient_distance(balance(gamma), balance(target))
        distance = parameter_distance(gamma, target).distance.exact
        assert distance is not None  # one neuron: a surd
        least = {
            "true": size * small / (1 + small), "double": 2 * size * small / (1 + small),
            "product": size * small,
        }[kind]
        return holds_if(
            eps == small and distance >= least and distance > Surd.root(4 * eps),
            f"M = {size}, ε = {eps}: distance {distance}, at least {least} is claimed",
        )

    return claim


TWO_OUTPUTS = Theorem(
    id="inverse-stability-two-outputs-fails",
    title="Without balance two outputs have no such bound",
    source=Source(DERIVED, "on the general form of Berner, Elbrächter, Grohs 2019"),
    statement="Let Γ have the neuron a = (1/M)(1, 1), c = (M, 0) and G the neuron (1, 1), (1, e), "
    "0 < e < 1/2. Then β = 0, ε = e, and every parametrization of g is at least M e/(1 + e) away: "
    "more than β + 2√ε if M > 2 (1 + e)/√e.",
    latex=r"Let $\Gamma$ have the neuron $a = \tfrac1M (1, 1)$, $c = (M, 0)$ and $g(x) = (1, e) "
    r"\max(x_1 + x_2, 0)$ with $0 < e < \tfrac12$. Then $\varepsilon = e$, and every $\Phi$ of "
    r"width one with $\mathcal{R}(\Phi) = g$ has $\|\Phi - \Gamma\|_\infty \ge M e / (1 + e)$, "
    r"which exceeds $\beta + 2 \sqrt{\varepsilon}$, $\beta = 0$, for $M^2 e > 4 (1 + e)^2$.",
    hypotheses=(
        Hypothesis(
            "large", "M² e > 4 (1 + e)²",
            lambda instance: instance["size"] ** 2 * instance["slant"]
            > 4 * (1 + instance["slant"]) ** 2,
        ),
        Hypothesis(
            "slant", "0 < e < 1/2", lambda instance: 0 < instance["slant"] < Fraction(1, 2)
        ),
    ),
    claim=_runs_away("true"),
    instances=instances(
        size=st.integers(1, 60).map(Fraction),
        slant=st.sampled_from([Fraction(1, n) for n in (3, 5, 10, 50, 200)]),
    ),
    status=Status("proved", "for all M and e"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("any-size", "for every M", without=("large",)),
        Mutant("twice-as-far", "at least 2 M e/(1 + e) away", claim=_runs_away("double")),
        Mutant("without-denominator", "at least M e away", claim=_runs_away("product")),
    ),
)
