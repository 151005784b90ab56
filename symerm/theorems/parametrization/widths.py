"""The fewest neurons with which a function is realised.

With n kinks, jumps delta_H and the linear part M_S left over when the neurons of the kinks in S
face against their normals, the least width is n + min |E| + 2 r on R^p, where rank(M_S modulo the
normals of E) <= r, and n + min rank M_S on a box (docs of `symerm.parametrization.minimal`; lemmas
in proofs/berner_elbraechter_grohs_2019/minimal_width.py).  For one kink each this is Subset Sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.canonical import canonical_network
from symerm.parametrization.kink_networks import linear_remainder
from symerm.parametrization.kinks import KinkForm, kink_form
from symerm.parametrization.minimal import minimal_network
from symerm.theorems.generators.parametrization import (
    degenerate_networks,
    equal_pairs,
    network_pairs,
)
from symerm.theorems.instance import Instance, instances
from symerm.theorems.parametrization.cells import same_values
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["BOX_WIDTH", "INVARIANT_WIDTH", "SUBSET_SUM", "WIDTH"]

_PROOF = ("proofs/berner_elbraechter_grohs_2019/minimal_width.py",)
_TESTS = ("tests/theorems/test_parametrization_widths.py",)
_ZERO, _ONE = Fraction(0), Fraction(1)


@st.composite
def _with_linear_part(draw: st.DrawFn, *, outputs: tuple[int, int] = (1, 2)) -> ShallowNetwork:
    """A network on R^2 with few kinks, and a linear map, rarely along one of their normals."""
    network = draw(
        degenerate_networks(inputs=(2, 2), outputs=outputs, width=(1, 3), forms=2, constant=False)
    )
    small = st.integers(-2, 2).map(Fraction)
    weights = draw(st.tuples(small, small))
    values = tuple(draw(small) for _ in range(network.output_dimension))
    return replace(
        network,
        hidden_weights=(*network.hidden_weights, weights, tuple(-w for w in weights)),
        hidden_biases=(*network.hidden_biases, _ZERO, _ZERO),
        output_weights=(*network.output_weights, values, tuple(-v for v in values)),
    )


def _subsets(count: int) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(range(count), k) for k in range(count + 1))


def _facings(form: KinkForm, free: bool) -> Iterator[tuple[int, ...]]:
    return _subsets(len(form.kinks)) if free else iter(((),))


def _one_output(*, free: bool = True, parallel: bool = True, rest: int = 2) -> Claim:
    """n if some M_S is 0, n + 1 if some M_S is a multiple of a normal, else n + rest."""

    def claim(instance: Instance) -> Finding:
        network: ShallowNetwork = instance["network"]
        form = kink_form(network)
        extra = rest
        for turned in _facings(form, free):
            matrix = linear_remainder(form, network.activation, turned)
            if not any(matrix[0]):
                extra = 0
                break
            if parallel and any(rank([matrix[0], kink.normal]) == 1 for kink in form.kinks):
                extra = min(extra, 1)
        expected, width = len(form.kinks) + extra, minimal_network(network).width
        return holds_if(
            expected == width, f"{len(form.kinks)} kinks; formula {expected}, found {width}"
        )

    return claim


WIDTH = Theorem(
    id="minimal-width-formula",
    title="The minimal width for one output",
    source=Source(DERIVED, "agrees with Dereich and Kassing 2021, as far as known"),
    statement="A function with one output and n kinks on R^p needs n neurons if for some set S of "
    "kinks that face against their normals the linear part M_S that is left is 0; n + 1 if some "
    "M_S is a multiple of the normal of a kink; else n + 2.",
    latex=r"Let $f$ have one output, kinks $H = 1, \dots, n$ with normals $n_H$ and jumps "
    r"$\delta_H$, and let $M_S = A - \tfrac{\gamma}{1-\gamma} \sum_H \delta_H n_H^{\top} + "
    r"\tfrac{1+\gamma}{1-\gamma} \sum_{H \in S} \delta_H n_H^{\top}$. The least width is $n$ if "
    r"$M_S = 0$ for some $S$, $n+1$ if not so but $M_S \in \mathbb{R}\, n_H^{\top}$ for some $S$ "
    r"and $H$, and $n+2$ otherwise.",
    claim=_one_output(),
    instances=instances(
        network=st.one_of(
            degenerate_networks(outputs=(1, 1), forms=3), _with_linear_part(outputs=(1, 1))
        )
    ),
    status=Status("proved", "what the neurons on one hyperplane contribute, for every slope"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("fixed-facings", "neurons face along normals only", claim=_one_output(free=False)),
        Mutant("never-one-more", "n or n + 2 only", claim=_one_output(parallel=False)),
        Mutant("one-more-is-enough", "n + 1 is always enough", claim=_one_output(rest=1)),
    ),
)


def _on_box(*, free: bool = True, factor: int = 1) -> Claim:
    """n + factor min_S rank M_S."""

    def claim(instance: Instance) -> Finding:
        network: ShallowNetwork = instance["network"]
        low = instance["low"]
        box = ((low, low + 2),) * network.input_dimension
        form = kink_form(network, box)
        least = min(
            rank(linear_remainder(form, network.activation, turned))
            for turned in _facings(form, free)
        )
        expected = len(form.kinks) + factor * least
        width = minimal_network(network, box=box).width
        return holds_if(
            expected == width,
            f"{len(form.kinks)} kinks in the box, least rank {least}; found {width}",
        )

    return claim


BOX_WIDTH = Theorem(
    id="minimal-width-on-a-box",
    title="The minimal width on a box",
    source=Source(DERIVED),
    statement="On a box a function with n kinks needs n + min_S rank M_S neurons, for any number "
    "of outputs: off the kinks one neuron adds any linear map of rank one.",
    latex=r"On a box the least width of a function with $n$ kinks is "
    r"$n + \min_S \operatorname{rank} M_S$, with $M_S \in \mathbb{R}^{q \times p}$ as on "
    r"$\mathbb{R}^p$ and $S$ any set of kinks.",
    claim=_on_box(),
    instances=instances(
        network=st.one_of(degenerate_networks(forms=3), _with_linear_part()),
        low=st.sampled_from((-_ONE, _ZERO)),
    ),
    status=Status("proved", "a neuron with bias -min <a, x> is linear on the box"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("fixed-facings", "neurons face along normals only", claim=_on_box(free=False)),
        Mutant("two-for-a-rank", "two neurons for each rank, as on R^p", claim=_on_box(factor=2)),
    ),
)


def _least(instance: Instance) -> Finding:
    first, second = instance["networks"]
    widths = [minimal_network(network).width for network in (first, second)]
    return holds_if(
        widths[0] == widths[1] <= min(first.width, second.width),
        f"minimal widths {widths[0]} and {widths[1]} of networks of width {first.width} and "
        f"{second.width}",
    )


def _merged_is_minimal(instance: Instance) -> Finding:
    first = instance["networks"][0]
    width, merged = minimal_network(first).width, canonical_network(first).width
    return holds_if(width == merged, f"minimal width {width}, after merging {merged}")


def _kinks_are_enough(instance: Instance) -> Finding:
    first = instance["networks"][0]
    width, kinks = minimal_network(first).width, len(kink_form(first).kinks)
    return holds_if(width == kinks, f"minimal width {width}, {kinks} kinks")


def _equal_functions(instance: Instance) -> bool:
    return same_values(*instance["networks"])[0]


INVARIANT_WIDTH = Theorem(
    id="minimal-width-of-functions",
    title="No equal function has a smaller network",
    source=Source(DERIVED),
    statement="The minimal width depends on the function alone, and no network that realises the "
    "function is narrower.",
    latex=r"If two networks realise the same function, their minimal widths are equal and at most "
    r"the width of either network.",
    hypotheses=(
        Hypothesis("equal-functions", "the networks realise the same function", _equal_functions),
    ),
    claim=_least,
    instances=instances(
        networks=st.one_of(
            equal_pairs(), equal_pairs(base=_with_linear_part()), network_pairs()
        ).filter(lambda pair: pair[0].width and pair[1].width)
    ),
    status=Status("proved", "every network needs a neuron on each kink, and the rest by ranks"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("other-functions", "the functions may differ", without=("equal-functions",)),
        Mutant(
            "merging-is-enough", "merging neurons of one direction gives the minimal width",
            claim=_merged_is_minimal,
        ),
        Mutant("kinks-are-enough", "one neuron for each kink is enough", claim=_kinks_are_enough),
    ),
)


def _sum_network(instance: Instance) -> ShallowNetwork:
    """sum a_j max(x - j, 0) - t x, the linear part as two opposite neurons."""
    weights, target = instance["weights"], instance["target"]
    values = [Fraction(a) for a in weights]
    return ShallowNetwork(
        (*((_ONE,) for _ in values), (_ONE,), (-_ONE,)),
        (*(Fraction(-j) for j in range(1, len(values) + 1)), _ZERO, _ZERO),
        (*((a,) for a in values), (Fraction(-target),), (Fraction(target),)),
        (_ZERO,),
    )


def _subset_sum(sums: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        weights, target = instance["weights"], instance["target"]
        if sums == "subsets":
            found = {sum(weights[j] for j in chosen) for chosen in _subsets(len(weights))}
        elif sums == "first":
            found = {sum(weights[:j]) for j in range(len(weights) + 1)}
        else:
            found = {-sum(weights[j] for j in chosen) for chosen in _subsets(len(weights))}
        width = minimal_network(_sum_network(instance)).width
        return holds_if(
            (width == len(weights)) == (target in found),
            f"weights {', '.join(map(str, weights))}, target {target}: width {width}",
        )

    return claim


SUBSET_SUM = Theorem(
    id="minimal-width-subset-sum",
    title="Deciding the minimal width contains Subset Sum",
    source=Source(DERIVED),
    statement="For non-zero integers a_j, Σ a_j max(x − j, 0) − t x is realised with n ReLU "
    "neurons exactly if some of the a_1, .., a_n have the sum t.",
    latex=r"For $a_1, \dots, a_n \in \mathbb{Z} \setminus \{0\}$ the function "
    r"$\sum_j a_j \max(x - j, 0) - t x$ is realised by $n$ ReLU neurons if and only if "
    r"$\sum_{j \in S} a_j = t$ for some $S \subseteq \{1, \dots, n\}$.",
    claim=_subset_sum("subsets"),
    instances=instances(
        weights=st.lists(
            st.integers(-4, 4).filter(bool), min_size=1, max_size=4
        ).map(tuple),
        target=st.integers(-6, 6),
    ),
    status=Status("proved", "turning a neuron leaves a_j (x − j); one neuron for each kink"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("first-ones", "the sums of the first a_j only", claim=_subset_sum("first")),
        Mutant("sign", "the sum is −t", claim=_subset_sum("negative")),
    ),
)
