"""The restricted set N*: one parametrization for each function, and room for every network.

Balanced neurons of different directions with positive last two weights (Berner, Elbraechter,
Grohs 2019, section 3).  On it functions have one parametrization up to order, and every network
with biases and width m appears on the slice (x, 1, -1) with width m + 1.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.restricted_set import (
    Membership,
    restricted_membership,
    to_restricted_set,
)
from symerm.problem.architecture import RELU
from symerm.theorems.generators.basic import activations
from symerm.theorems.generators.parametrization import degenerate_networks, restricted_networks
from symerm.theorems.instance import Instance, instances
from symerm.theorems.parametrization.cells import decisive_points, point_text, same_values
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import BERNER, Source

__all__ = ["LIFTING_TO_N", "UNIQUENESS"]

Vector = tuple[Fraction, ...]
Pair = tuple[ShallowNetwork, ShallowNetwork]
_PROOF = ("proofs/berner_elbraechter_grohs_2019/inverse_stability.py",)
_TESTS = ("tests/theorems/test_parametrization_restricted.py",)
_ZERO, _ONE = Fraction(0), Fraction(1)


def _bias_free(rows: list[tuple[Vector, Vector]]) -> ShallowNetwork:
    return ShallowNetwork(
        tuple(weights for weights, _ in rows),
        (_ZERO,) * len(rows),
        tuple(outputs for _, outputs in rows),
        (_ZERO,) * len(rows[0][1]),
        RELU,
    )


def _times(t: Fraction, vector: Vector) -> Vector:
    return tuple(t * x for x in vector)


@st.composite
def _equal_in_some_sense(draw: st.DrawFn) -> Pair:
    """Members of N* in two orders, or with one condition broken; or another member."""
    kind = draw(st.sampled_from(("order", "scaled", "split", "opposite", "other")))
    if kind == "opposite":
        # Neurons of opposite weights with sum 0 realise 0, at any size.
        triangle = ((_ONE, _ZERO), (_ZERO, _ONE), (-_ONE, -_ONE))
        sizes = (_ONE, draw(st.sampled_from((_ONE, 2 * _ONE, 3 * _ONE))))
        first, second = (
            _bias_free(
                [
                    (_times(sign * t, a), (sign * t,))
                    for a in triangle
                    for sign in (1, -1)
                ]
            )
            for t in sizes
        )
        return first, second
    network = draw(restricted_networks())
    rows = list(zip(network.hidden_weights, network.output_weights, strict=True))
    rows = list(draw(st.permutations(rows)))
    if kind == "scaled":
        t = draw(st.sampled_from((2 * _ONE, _ONE / 2)))
        rows[0] = _times(t, rows[0][0]), _times(1 / t, rows[0][1])
    elif kind == "split":
        # s^2 = (3 s / 5)^2 + (4 s / 5)^2
        weights, outputs = rows.pop(0)
        rows += [(_times(t, weights), _times(t, outputs)) for t in (_ONE * 3 / 5, _ONE * 4 / 5)]
    elif kind == "other":
        return network, draw(restricted_networks())
    return network, _bias_free(rows)


def _memberships(instance: Instance) -> list[Membership]:
    return [restricted_membership(network) for network in instance["networks"]]


def _neurons(network: ShallowNetwork) -> list[tuple[Vector, Vector]]:
    """The neurons that are not zero, sorted."""
    rows = zip(network.hidden_weights, network.output_weights, strict=True)
    return sorted(row for row in rows if any(row[0]) or any(row[1]))


def _one_parametrization(instance: Instance) -> Finding:
    first, second = map(_neurons, instance["networks"])
    return holds_if(
        first == second,
        f"{len(first)} and {len(second)} neurons, {len(set(first) & set(second))} in common",
    )


def _in_this_order(instance: Instance) -> Finding:
    first, second = instance["networks"]
    same = first.hidden_weights == second.hidden_weights
    return holds_if(same, f"weights {'agree' if same else 'differ'} in the given order")


UNIQUENESS = Theorem(
    id="restricted-set-uniqueness",
    title="In N* a function has one parametrization",
    source=Source(BERNER, "behind its theorem on inverse stability (function distance 0)"),
    statement="Networks of N* that realise the same function have the same neurons up to their "
    "order, zero neurons excepted.",
    latex=r"Let $\Gamma, \Phi \in \mathcal{N}^*$ be bias-free ReLU networks of one width. If "
    r"$\mathcal{R}(\Gamma) = \mathcal{R}(\Phi)$, then $\Phi$ is $\Gamma$ with its neurons "
    r"reordered.",
    hypotheses=(
        Hypothesis(
            "balanced", "all neurons are balanced",
            lambda instance: not any(found.unbalanced for found in _memberships(instance)),
        ),
        Hypothesis(
            "directions", "no two neurons of a network have the same direction",
            lambda instance: not any(found.same_direction for found in _memberships(instance)),
        ),
        Hypothesis(
            "positive", "the last two weights of every neuron are positive",
            lambda instance: not any(found.not_positive for found in _memberships(instance)),
        ),
        Hypothesis(
            "equal-functions", "the networks realise the same function",
            lambda instance: same_values(*instance["networks"])[0],
        ),
    ),
    claim=_one_parametrization,
    instances=instances(networks=_equal_in_some_sense()),
    status=Status("proved", "kinks lie on different hyperplanes, and jumps are products s² v uᵀ"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("unbalanced", "neurons need not be balanced", without=("balanced",)),
        Mutant("same-direction", "directions may agree", without=("directions",)),
        Mutant("any-signs", "weights may have any signs", without=("positive",)),
        Mutant("one-order", "in the same order", claim=_in_this_order),
    ),
)


def _lifted(extra: int = 1, last: tuple[int, int] = (1, -1)) -> Claim:
    """In N* with `extra` more neurons, and equal at (x, last)."""

    def claim(instance: Instance) -> Finding:
        network: ShallowNetwork = instance["network"]
        lifted = to_restricted_set(network)
        used = sum(not neuron.is_zero for neuron in lifted.neurons)
        member = restricted_membership(lifted).holds
        points = decisive_points(network)
        slice_end = tuple(map(Fraction, last))
        point = next((x for x in points if lifted((*x, *slice_end)) != network(x)), None)
        text = f"width {network.width} becomes {used}"
        if point is not None:
            text += f"; values differ at {point_text(point)}"
        return holds_if(member and used <= network.width + extra and point is None, text)

    return claim


LIFTING_TO_N = Theorem(
    id="restricted-set-lifting",
    title="Every network is a slice of a network of N*",
    source=Source(BERNER, "section 3, on the expressivity of the restricted set"),
    statement="Every ReLU network with biases on R^p and width m agrees on the slice (x, 1, −1) "
    "with a network of N* on R^(p+2) of width m + 1.",
    latex=r"For every ReLU network $\theta$ with biases, of width $m$ on $\mathbb{R}^p$, there is "
    r"$\Gamma \in \mathcal{N}^*$ of width $m + 1$ on $\mathbb{R}^{p+2}$ with "
    r"$\mathcal{R}(\Gamma)(x, 1, -1) = \nu_\theta(x)$ for all $x$.",
    claim=_lifted(),
    instances=instances(network=degenerate_networks(activation=activations("relu"))),
    status=Status("proved", "(a, b) becomes (a, b₁, b₂) with b₁ − b₂ = b and both positive"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("same-width", "width m is enough", claim=_lifted(extra=0)),
        Mutant("other-slice", "on the slice (x, −1, 1)", claim=_lifted(last=(-1, 1))),
        Mutant("both-one", "on the slice (x, 1, 1)", claim=_lifted(last=(1, 1))),
    ),
)
