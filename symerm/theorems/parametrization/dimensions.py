"""The functional dimension of a network and the dimension of its fibre.

The rank of the Jacobian at one simplex of points in every chamber (Grigsby, Lindsey, Meyerhoff,
Wu 2022) is compared with the closed formula, with its largest value m (p + q) + q, and with what
the scalings of neurons leave free; proofs/berner_elbraechter_grohs_2019/functional_dimension.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.networks.gradients import parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.fibre import fibre_dimension
from symerm.parametrization.functional_dimension import intersection
from symerm.parametrization.hyperplane_groups import group_neurons
from symerm.parametrization.jacobian_rank import jacobian_rank
from symerm.theorems.generators.parametrization import degenerate_networks
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["FIBRE", "FUNCTIONAL_DIMENSION", "GENERIC_DIMENSION", "LARGEST_DIMENSION"]

Vector = tuple[Fraction, ...]
_AFTER = Source(DERIVED, "after Grigsby, Lindsey, Meyerhoff, Wu 2022, who define the dimension")
_PROOF = ("proofs/berner_elbraechter_grohs_2019/functional_dimension.py",)
_TESTS = ("tests/theorems/test_parametrization_dimensions.py",)


def _formula(*, ranks: bool = True, two_sided: bool = True, constants: bool = False) -> Claim:
    """The closed formula; `ranks`: r_H and not the number of neurons of H."""

    def claim(instance: Instance) -> Finding:
        network: ShallowNetwork = instance["network"]
        p, q = network.input_dimension, network.output_dimension
        kinks = 0
        lines: list[Sequence[Fraction | int]] = [(0,) * p + (1,)]
        outputs: list[Vector] = []
        for group in group_neurons(network).groups:
            if not any(group.normal):
                slopes = group.slopes(network.activation.negative_slope)
                outputs += [v for s, v in zip(slopes, group.outputs, strict=True) if s]
                continue
            kinks += q + p * (rank(group.outputs) if ranks else len(group.outputs))
            sides = [
                [v for t, v in zip(group.scales, group.outputs, strict=True) if sign * t > 0]
                for sign in (1, -1)
            ]
            if two_sided and all(sides):
                lines.append(group.form)
                outputs += intersection(*sides)
        affine = q * (p + 1) - (q - rank(outputs)) * (p + 1 - rank(lines))
        expected = kinks + (q if constants else affine)
        found = jacobian_rank(network).rank
        return holds_if(expected == found, f"formula {expected}, rank of the Jacobian {found}")

    return claim


def _not_zero(instance: Instance) -> bool:
    return not group_neurons(instance["network"]).zero


_NO_ZERO = Hypothesis("no-zero-neurons", "no neuron has w = 0 and b = 0", _not_zero)

FUNCTIONAL_DIMENSION = Theorem(
    id="functional-dimension-formula",
    title="The functional dimension in closed form",
    source=_AFTER,
    statement="The derivatives of a network in its parameters span a space of dimension Σ_H "
    "(q + p r_H) + q (p + 1) − (q − dim B)(p + 1 − dim L): r_H is the rank of the outputs on H; 1 "
    "and the forms of hyperplanes with neurons of both orientations span L; outputs common to "
    "both orientations, and those of constant neurons of slope not 0, span B. Neurons with w = 0, "
    "b = 0 are left out.",
    latex=r"The functional dimension of a network without neurons $w = 0$, $b = 0$ on "
    r"$\mathbb{R}^p$ is $\sum_H (q + p\, r_H) + q (p + 1) - (q - \dim B)(p + 1 - \dim L)$, where "
    r"$r_H$ is the rank of the output weights on $H$, $L$ is spanned by $1$ and the forms $z_H$ of "
    r"hyperplanes with both orientations, and $B$ by $V_H^+ \cap V_H^-$ and the output weights of "
    r"constant neurons of slope not zero.",
    hypotheses=(_NO_ZERO,),
    claim=_formula(),
    instances=instances(network=degenerate_networks(forms=3)),
    status=Status("proved", "functions with distinct kinks are independent modulo affine ones"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("count-neurons", "the number of neurons of H for r_H", claim=_formula(ranks=False)),
        Mutant(
            "one-orientation", "orientations do not matter", claim=_formula(two_sided=False)
        ),
        Mutant("only-constants", "no affine functions but constants", claim=_formula(
            constants=True
        )),
    ),
)


def _largest(network: ShallowNetwork) -> int:
    p, q = network.input_dimension, network.output_dimension
    return network.width * (p + q) + q


def _dimension(instance: Instance, *, parameters: bool = False) -> Finding:
    network = instance["network"]
    expected = len(parameter_vector(network)) if parameters else _largest(network)
    found = jacobian_rank(network).rank
    return holds_if(found == expected, f"rank {found}, expected {expected}")


GENERIC_DIMENSION = Theorem(
    id="functional-dimension-generic",
    title="The generic functional dimension",
    source=_AFTER,
    statement="If neurons have non-zero weights and outputs and lie on distinct hyperplanes, the "
    "functional dimension is m (p + q) + q.",
    latex=r"If $w_j \ne 0$, $v_j \ne 0$ for all $j$ and the hyperplanes of the $m$ neurons are "
    r"distinct, the functional dimension on $\mathbb{R}^p$ is $m (p + q) + q$.",
    hypotheses=(
        Hypothesis(
            "weights", "all weights w are non-zero",
            lambda instance: all(map(any, instance["network"].hidden_weights)),
        ),
        Hypothesis(
            "outputs", "all outputs v are non-zero",
            lambda instance: all(map(any, instance["network"].output_weights)),
        ),
        Hypothesis(
            "distinct", "the hyperplanes are distinct",
            lambda instance: all(
                len(group.neurons) == 1
                for group in group_neurons(instance["network"]).groups
                if any(group.normal)
            ),
        ),
    ),
    claim=_dimension,
    instances=instances(
        network=st.one_of(
            degenerate_networks(width=(1, 3), forms=5), degenerate_networks(width=(1, 2))
        )
    ),
    status=Status("proved", "the formula, for one neuron on each hyperplane"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("constant-neurons", "weights may be zero", without=("weights",)),
        Mutant("zero-outputs", "outputs may be zero", without=("outputs",)),
        Mutant("shared-hyperplanes", "hyperplanes may coincide", without=("distinct",)),
        Mutant(
            "all-parameters", "the dimension is the number of parameters",
            claim=lambda instance: _dimension(instance, parameters=True),
        ),
    ),
)


def _at_most(less: int = 0, *, biases: bool = True) -> Claim:
    def claim(instance: Instance) -> Finding:
        network = instance["network"]
        bound = _largest(network) - less - (0 if biases else network.output_dimension)
        found = jacobian_rank(network).rank
        return holds_if(found <= bound, f"rank {found}, bound {bound}")

    return claim


LARGEST_DIMENSION = Theorem(
    id="functional-dimension-bound",
    title="The largest functional dimension",
    source=_AFTER,
    statement="The functional dimension is at most m (p + q) + q.",
    latex=r"The functional dimension of a network of width $m$ is at most $m (p + q) + q$.",
    claim=_at_most(),
    instances=instances(network=degenerate_networks(forms=4)),
    status=Status("proved", "one relation for each neuron (Euler's)"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("never-reached", "the bound is never reached", claim=_at_most(1)),
        Mutant("no-output-biases", "output biases do not count", claim=_at_most(biases=False)),
    ),
)


def _fibre(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        network: ShallowNetwork = instance["network"]
        free = len(parameter_vector(network)) - jacobian_rank(network).rank
        found = fibre_dimension(network)
        text = (
            f"scalings {network.width}, fibre {found.lower} to {found.upper}, parameters minus "
            f"rank {free}"
        )
        if kind == "bounds":
            return holds_if(network.width <= found.lower <= found.upper <= free, text)
        expected = free if kind == "first order" else network.width
        return holds_if(found.lower == found.upper == expected, text)

    return claim


FIBRE = Theorem(
    id="fibre-dimension",
    title="The dimension of the fibre",
    source=Source(DERIVED),
    statement="The set of parameters with the same function has at a network without neurons w = "
    "0, b = 0 a dimension of at least m, the scalings, and at most the number of parameters minus "
    "the functional dimension.",
    latex=r"Let no neuron have $w = 0$, $b = 0$. The fibre $\{\theta' : \nu_{\theta'} = "
    r"\nu_\theta\}$ has at $\theta$ a dimension between $m$ and $N - \dim T$, where $N$ is the "
    r"number of parameters and $\dim T$ the functional dimension.",
    hypotheses=(_NO_ZERO,),
    claim=_fibre("bounds"),
    instances=instances(network=degenerate_networks()),
    status=Status("proved", "scalings below, the implicit function theorem above"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant(
            "first-order", "it is the number of parameters minus the functional dimension",
            claim=_fibre("first order"),
        ),
        Mutant("scalings-only", "it is m always", claim=_fibre("scalings")),
    ),
)
