"""When two networks realise the same function, and the changes that keep it.

Jumps of the gradient on hyperplanes, a linear part and a constant determine a function
(identifiability; proofs/berner_elbraechter_grohs_2019/equality.py).  Reordering and positive
rescaling of neurons keep it, and so do neurons of opposite weights whose linear parts cancel.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kink_networks import kink_form_in
from symerm.parametrization.kinks import KinkForm
from symerm.theorems.generators.basic import rationals
from symerm.theorems.generators.parametrization import degenerate_networks, network_pairs
from symerm.theorems.instance import Instance, instances
from symerm.theorems.parametrization.cells import same_values
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import BERNER, DERIVED, Source

__all__ = ["EQUALITY", "OPPOSITE_WEIGHTS", "SYMMETRIES"]

Vector = tuple[Fraction, ...]
_PROOF = ("proofs/berner_elbraechter_grohs_2019/equality.py",)
_TESTS = ("tests/theorems/test_parametrization_equality.py",)


def _forms(instance: Instance) -> tuple[KinkForm, KinkForm]:
    first, second = instance["networks"]
    dimension = max(first.input_dimension, second.input_dimension)
    return kink_form_in(dimension, first), kink_form_in(dimension, second)


def _criterion(*, jumps: bool = True, linear: bool = True, constant: bool = True) -> Claim:
    """The functions are equal exactly if the chosen parts of their kink forms agree."""

    def claim(instance: Instance) -> Finding:
        first, second = _forms(instance)
        agree = (
            (not jumps or first.kinks == second.kinks)
            and (not linear or first.matrix == second.matrix)
            and (not constant or first.offset == second.offset)
        )
        equal, text = same_values(*instance["networks"])
        return holds_if(agree == equal, f"forms {'agree' if agree else 'differ'}; {text}")

    return claim


def _unsummed(instance: Instance) -> Finding:
    """The jumps of single neurons, not their sums."""
    lists = [
        sorted(
            (
                tuple(x / abs(lead) for x in (*weights, bias)),
                tuple(abs(lead) * v for v in outputs),
            )
            for weights, bias, outputs in zip(
                network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
            )
            for lead in [next((w for w in weights if w), None)]
            if lead is not None
        )
        for network in instance["networks"]
    ]
    agree = lists[0] == lists[1] and (
        instance["networks"][0].output_biases == instance["networks"][1].output_biases
    )
    equal, text = same_values(*instance["networks"])
    return holds_if(agree == equal, f"neurons {'agree' if agree else 'differ'}; {text}")


EQUALITY = Theorem(
    id="function-equality",
    title="Equal functions have equal kink forms",
    source=Source(DERIVED, "known as identifiability of shallow networks"),
    statement="Two networks of two layers on R^p realise the same function exactly if, on every "
    "hyperplane z = 0, the sums of the jumps (1 − γ)|t| v of their neurons v act(t z) agree, and "
    "so do their linear parts and constants.",
    latex=r"Let $f = \sum_H \delta_H \max(z_H, 0) + A x + c$ and $g = \sum_H \delta'_H \max(z_H, 0)"
    r" + A' x + c'$ on $\mathbb{R}^p$ over distinct hyperplanes $z_H = 0$. Then $f = g$ if and "
    r"only if $\delta_H = \delta'_H$ for all $H$, $A = A'$ and $c = c'$.",
    claim=_criterion(),
    instances=instances(networks=network_pairs()),
    status=Status("proved", "second differences at generic points of a hyperplane"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("no-constants", "constants need not agree", claim=_criterion(constant=False)),
        Mutant("no-linear-part", "linear parts need not agree", claim=_criterion(linear=False)),
        Mutant("no-jumps", "jumps need not agree", claim=_criterion(jumps=False)),
        Mutant("jumps-of-neurons", "jumps of neurons, not their sums, agree", claim=_unsummed),
    ),
)


def _changed(instance: Instance, *, output_power: int = -1, with_bias: bool = True) -> Finding:
    """(w, b, v) -> (t w, t b, v / t), in another order."""
    network: ShallowNetwork = instance["network"]
    order = sorted(range(network.width), key=lambda j: instance["order"][j])
    neurons = []
    for j in order:
        t = instance["factors"][j]
        neurons.append(
            (
                tuple(t * w for w in network.hidden_weights[j]),
                (t if with_bias else 1) * network.hidden_biases[j],
                tuple(v * t**output_power for v in network.output_weights[j]),
            )
        )
    other = replace(
        network,
        hidden_weights=tuple(weights for weights, _, _ in neurons),
        hidden_biases=tuple(bias for _, bias, _ in neurons),
        output_weights=tuple(outputs for _, _, outputs in neurons),
    )
    equal, text = same_values(network, other)
    return holds_if(equal, text)


SYMMETRIES = Theorem(
    id="neuron-symmetries",
    title="Reordering and positive rescaling of neurons",
    source=Source(BERNER, "on the symmetries of the realization map, with biases and leaky slopes"),
    statement="Reordering neurons and replacing (w, b, v) by (t w, t b, v/t) with t > 0 do not "
    "change the function.",
    latex=r"For $\sigma(z) = \max(z, \gamma z)$ and $t > 0$, $\; v\, \sigma(\langle w, x \rangle "
    r"+ b) = \tfrac{v}{t}\, \sigma(\langle t w, x \rangle + t b)$; hence networks that arise from "
    r"each other by such rescalings and by permutations of neurons realise the same function.",
    hypotheses=(
        Hypothesis(
            "positive-factors", "all factors t are positive",
            lambda instance: all(t > 0 for t in instance["factors"]),
        ),
    ),
    claim=_changed,
    instances=instances(
        network=degenerate_networks(forms=3),
        order=st.permutations(range(4)).map(tuple),
        factors=st.tuples(*[st.sampled_from([Fraction(k) / 2 for k in (2, 1, 4, 6, -2, -1)])] * 4),
    ),
    status=Status("proved", "act is positively homogeneous"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("any-factors", "factors may be negative", without=("positive-factors",)),
        Mutant(
            "outputs-too", "outputs are multiplied by t",
            claim=lambda instance: _changed(instance, output_power=1),
        ),
        Mutant(
            "bias-stays", "the bias is not rescaled",
            claim=lambda instance: _changed(instance, with_bias=False),
        ),
    ),
)


def _inserted(instance: Instance, sign: int = -1) -> Finding:
    """The network with v act(z_i) and sign v act(-z_i) added for all forms z_i."""
    network: ShallowNetwork = instance["network"]
    outputs: Vector = instance["output"][: network.output_dimension]
    rows, values = [], []
    for form in instance["forms"]:
        form = (*form[: network.input_dimension], form[-1])
        rows += [form, tuple(-x for x in form)]
        values += [outputs, tuple(sign * v for v in outputs)]
    other = replace(
        network,
        hidden_weights=(*network.hidden_weights, *(row[:-1] for row in rows)),
        hidden_biases=(*network.hidden_biases, *(row[-1] for row in rows)),
        output_weights=(*network.output_weights, *values),
    )
    equal, text = same_values(network, other)
    return holds_if(equal, text)


@st.composite
def _form_families(draw: st.DrawFn) -> tuple[Vector, ...]:
    """Two to four forms (w_1, w_2, b) on R^2, or R^1 without w_2; often of sum zero."""
    small = rationals(bound=2, denominators=(1, 2))
    forms = draw(st.lists(st.tuples(small, small, small), min_size=1, max_size=3))
    last = [-sum(column, Fraction(0)) for column in zip(*forms, strict=True)]
    for place in draw(st.sampled_from(((), (), (), (0,), (2,)))):
        last[place] += 1
    return (*forms, tuple(last))


def _sum(instance: Instance, place: int) -> Fraction:
    return sum((form[place] for form in instance["forms"]), Fraction(0))


OPPOSITE_WEIGHTS = Theorem(
    id="opposite-weights-add-nothing",
    title="Opposite weights with sum zero realise zero",
    source=Source(BERNER, "behind its examples with opposite weights; with biases, leaky slopes"),
    statement="If the forms z_1, .., z_k on R^p have the sum 0, then neurons v act(z_i) and "
    "−v act(−z_i), i = 1, .., k, add nothing to a network.",
    latex=r"For $\sigma(z) = \max(z, \gamma z)$ and affine forms $z_1 + \dots + z_k = 0$ one has "
    r"$\sum_i v\,(\sigma(z_i) - \sigma(-z_i)) = (1 + \gamma)\, v \sum_i z_i = 0$.",
    hypotheses=(
        Hypothesis(
            "weights-sum", "the weights of the forms have the sum 0",
            lambda instance: all(
                not _sum(instance, k) for k in range(instance["network"].input_dimension)
            ),
        ),
        Hypothesis(
            "biases-sum", "the biases of the forms have the sum 0",
            lambda instance: not _sum(instance, -1),
        ),
    ),
    claim=_inserted,
    instances=instances(
        network=degenerate_networks(width=(1, 2)),
        forms=_form_families(),
        output=st.tuples(rationals(bound=2), rationals(bound=2)),
    ),
    status=Status("proved", "act(z) − act(−z) = (1 + γ) z on both sides of z = 0"),
    proofs=("proofs/berner_elbraechter_grohs_2019/minimal_width.py",),
    tests=_TESTS,
    mutants=(
        Mutant("any-weights", "the weights may have any sum", without=("weights-sum",)),
        Mutant("any-biases", "the biases may have any sum", without=("biases-sum",)),
        Mutant(
            "equal-signs", "both neurons of a pair have the output v",
            claim=lambda instance: _inserted(instance, sign=1),
        ),
    ),
)

