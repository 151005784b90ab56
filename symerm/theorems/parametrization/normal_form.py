"""The canonical form of a network: what it decides, and where it is a normal form of functions.

Positive scalings leave one neuron with primitive integer weights, and sorting ends the order.  So
forms with all neurons kept agree exactly on orbits of the symmetries.  After merging, functions
have one form if hyperplanes are distinct and no choice of facings leaves the same linear part.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.canonical import canonical_network
from symerm.parametrization.hyperplane_groups import group_neurons
from symerm.parametrization.kinks import kink_form
from symerm.theorems.generators.basic import activations, nonzero_rationals, rationals
from symerm.theorems.generators.parametrization import (
    degenerate_networks,
    equal_pairs,
    network_pairs,
)
from symerm.theorems.instance import Instance, instances
from symerm.theorems.parametrization.cells import same_values
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["CANONICAL_FUNCTION", "CANONICAL_ORBIT"]

_TESTS = ("tests/theorems/test_parametrization_normal_form.py",)
Vector = tuple[Fraction, ...]
Pair = tuple[ShallowNetwork, ShallowNetwork]


def _same_neuron(one: tuple[Vector, Vector], two: tuple[Vector, Vector], signs: bool) -> bool:
    """Whether (t u, v / t) is the other neuron for some t, positive unless `signs`."""
    for mine, other, power in ((one[0], two[0], 1), (one[1], two[1], -1)):
        lead = next((k for k, x in enumerate(mine) if x), None)
        if lead is not None:
            t = (other[lead] / mine[lead]) ** power if other[lead] else Fraction(0)
            if not t or (t < 0 and not signs):
                return False
            return all(t * x == y for x, y in zip(one[0], two[0], strict=True)) and all(
                x == t * y for x, y in zip(one[1], two[1], strict=True)
            )
    return not any((*two[0], *two[1]))


def _same_orbit(first: ShallowNetwork, second: ShallowNetwork, *, signs: bool = False) -> bool:
    """Whether an order and scalings turn one network into the other, by trying all orders."""
    if first.width != second.width or first.output_biases != second.output_biases:
        return False
    ours, theirs = (
        [
            ((*weights, bias), outputs)
            for weights, bias, outputs in zip(
                network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
            )
        ]
        for network in (first, second)
    )
    fitting = [[_same_neuron(one, two, signs) for two in theirs] for one in ours]
    return any(
        all(fitting[i][k] for i, k in enumerate(order))
        for order in permutations(range(len(theirs)))
    )


def _orbit(instance: Instance, *, signs: bool = False) -> Finding:
    first, second = instance["networks"]
    forms = [canonical_network(network, keep_redundant=True) for network in (first, second)]
    agree, related = forms[0] == forms[1], _same_orbit(first, second, signs=signs)
    return holds_if(
        agree == related,
        f"forms {'agree' if agree else 'differ'}, orbits {'agree' if related else 'differ'}",
    )


def _functions(instance: Instance) -> Finding:
    first, second = instance["networks"]
    forms = [canonical_network(network, keep_redundant=True) for network in (first, second)]
    equal, text = same_values(first, second)
    agree = forms[0] == forms[1]
    return holds_if(agree == equal, f"forms {'agree' if agree else 'differ'}; {text}")


CANONICAL_ORBIT = Theorem(
    id="canonical-form-of-orbits",
    title="Canonical forms agree exactly on orbits",
    source=Source(DERIVED),
    statement="With all neurons kept, two networks have the same canonical form exactly if a "
    "permutation of neurons and positive scalings turn one into the other.",
    latex=r"Let $\operatorname{can}(\theta)$ have primitive integer rows $(w_j, b_j)$ in "
    r"lexicographic order. Then $\operatorname{can}(\theta) = \operatorname{can}(\theta')$ if and "
    r"only if $\theta'$ arises from $\theta$ by a permutation of neurons and scalings "
    r"$(t_j w_j, t_j b_j, v_j / t_j)$, $t_j > 0$.",
    claim=_orbit,
    instances=instances(
        networks=st.one_of(
            network_pairs(), equal_pairs(base=degenerate_networks(width=(1, 3), forms=3))
        ).filter(lambda pair: pair[0].width <= 4 and pair[1].width <= 4)
    ),
    status=Status("tested", "all orders are tried"),
    tests=_TESTS,
    mutants=(
        Mutant("functions", "exactly if the functions are equal", claim=_functions),
        Mutant(
            "any-scalings", "scalings of either sign",
            claim=lambda instance: _orbit(instance, signs=True),
        ),
    ),
)


@st.composite
def _turned_pairs(draw: st.DrawFn) -> Pair:
    """act(z) - act(z + s) and the same facing the other way, on one to two inputs."""
    p = draw(st.integers(1, 2))
    weights = draw(st.tuples(*[rationals(bound=1, denominators=(1,))] * p).filter(any))
    bias, shift = draw(rationals(bound=2)), draw(nonzero_rationals(bound=2, denominators=(1,)))
    act, v = draw(activations()), draw(nonzero_rationals(bound=2, denominators=(1,)))
    rows, opposite = (weights, weights), tuple(-w for w in weights)
    biases = (bias, bias + shift)
    outputs = ((v,), (-v,))
    constant = -(1 + act.negative_slope) * shift * v
    return (
        ShallowNetwork(rows, biases, outputs, (Fraction(0),), act),
        ShallowNetwork(
            (opposite, opposite), tuple(-b for b in biases), outputs, (constant,), act
        ),
    )


def _distinct(network: ShallowNetwork) -> bool:
    merged = canonical_network(network)
    return all(len(group.neurons) == 1 for group in group_neurons(merged).groups)


def _independent(network: ShallowNetwork) -> bool:
    kinks = kink_form(network).kinks
    return rank(
        [[jump * n for jump in kink.jump for n in kink.normal] for kink in kinks]
    ) == len(kinks) if kinks else True


def _one_form(instance: Instance) -> Finding:
    forms = [canonical_network(network) for network in instance["networks"]]
    return holds_if(
        forms[0] == forms[1],
        f"canonical widths {forms[0].width} and {forms[1].width}, forms "
        f"{'agree' if forms[0] == forms[1] else 'differ'}",
    )


CANONICAL_FUNCTION = Theorem(
    id="canonical-form-of-functions",
    title="Where functions have one canonical form",
    source=Source(DERIVED, "identifiability up to symmetries"),
    statement="Let the merged neurons of two networks lie on distinct hyperplanes, and let the "
    "matrices δ_H n_H^T of the jumps be linearly independent. If the networks realise the same "
    "function, they have the same canonical form.",
    latex=r"Let the merged neurons of $\theta$ and $\theta'$ lie on distinct hyperplanes, and let "
    r"the jumps $\delta_H n_H^{\top}$ be linearly independent. If $\nu_\theta = \nu_{\theta'}$, "
    r"then $\operatorname{can}(\theta) = \operatorname{can}(\theta')$.",
    hypotheses=(
        Hypothesis(
            "equal-functions", "the networks realise the same function",
            lambda instance: same_values(*instance["networks"])[0],
        ),
        Hypothesis(
            "distinct-hyperplanes", "merged neurons lie on distinct hyperplanes",
            lambda instance: all(map(_distinct, instance["networks"])),
        ),
        Hypothesis(
            "independent-jumps", "the matrices δ_H n_H^T are linearly independent",
            lambda instance: _independent(instance["networks"][0]),
        ),
    ),
    claim=_one_form,
    instances=instances(
        networks=st.one_of(
            equal_pairs(),
            equal_pairs(base=degenerate_networks(width=(2, 4), forms=4, constant=False)),
            network_pairs(),
            _turned_pairs(),
        ).filter(lambda pair: pair[0].width and pair[1].width)
    ),
    status=Status(
        "proved", "turning neurons changes the linear part by a combination of independent jumps"
    ),
    proofs=("proofs/berner_elbraechter_grohs_2019/minimal_width.py",),
    tests=_TESTS,
    mutants=(
        Mutant("other-functions", "the functions may differ", without=("equal-functions",)),
        Mutant(
            "shared-hyperplanes", "neurons may lie on one hyperplane",
            without=("distinct-hyperplanes",),
        ),
        Mutant(
            "dependent-jumps", "jumps may be linearly dependent", without=("independent-jumps",)
        ),
    ),
)
