"""Networks of any depth: scalings between layers, neurons that do nothing, bounds of the fibre.

For t > 0, act(t z) = t act(z): a hidden neuron's weights and bias may be multiplied by t and its
outgoing weights divided by t.  So the fibre { theta' : nu_theta' = nu_theta } contains the orbit of
these scalings; it lies in a level set of values at finitely many points.  A ReLU neuron that is
never active, and any neuron without outgoing weights, may be removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from symerm.networks.deep import DeepNetwork, Layer
from symerm.parametrization.deep_degeneracy import deep_degeneracy
from symerm.parametrization.deep_distance import deep_distances, difference_cells
from symerm.problem.architecture import RELU
from symerm.theorems.generators.basic import activations
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["DEEP_FIBRE", "DEEP_REMOVAL", "DEEP_SCALINGS", "deep_network", "rescaled", "without"]

Place = tuple[int, int]
_TESTS = ("tests/theorems/test_parametrization_deep.py",)
_AFTER = Source(DERIVED, "after Berner, Elbrächter, Grohs 2019, who treat two layers")


def deep_network(instance: Instance) -> DeepNetwork:
    """The network of the parts `layers`, pairs of rows of weights and biases, and `activation`."""
    return DeepNetwork(
        tuple(Layer(weights, biases) for weights, biases in instance["layers"]),
        instance["activation"],
    )


def rescaled(
    network: DeepNetwork, place: Place, inward: Fraction, outward: Fraction
) -> DeepNetwork:
    """The weights and bias of a hidden neuron times `inward`, its outgoing ones times `outward`."""
    number, j = place
    layers = list(network.layers)
    layers[number] = Layer(
        tuple(
            tuple(inward * w for w in row) if i == j else row
            for i, row in enumerate(layers[number].weights)
        ),
        tuple(inward * b if i == j else b for i, b in enumerate(layers[number].biases)),
    )
    after = layers[number + 1]
    layers[number + 1] = Layer(
        tuple(
            tuple(outward * w if i == j else w for i, w in enumerate(row)) for row in after.weights
        ),
        after.biases,
    )
    return DeepNetwork(tuple(layers), network.activation)


def without(network: DeepNetwork, places: Sequence[Place]) -> DeepNetwork:
    """The network without some hidden neurons, of no layer all."""
    layers = []
    for number, layer in enumerate(network.layers):
        kept = [j for j in range(layer.width) if (number, j) not in places]
        before = [i for i in range(layer.input_dimension) if (number - 1, i) not in places]
        layers.append(
            Layer(
                tuple(tuple(layer.weights[j][i] for i in before) for j in kept),
                tuple(layer.biases[j] for j in kept),
            )
        )
    return DeepNetwork(tuple(layers), network.activation)


def _place(instance: Instance) -> Place:
    network = deep_network(instance)
    places = [(n, j) for n, layer in enumerate(network.hidden_layers) for j in range(layer.width)]
    which: int = instance["which"]
    return places[which % len(places)]


def _compared(instance: Instance, other: DeepNetwork) -> Finding:
    """The two functions cell by cell on R^p, and at a point."""
    network, point = deep_network(instance), instance["point"]
    p = network.input_dimension
    slope, size = deep_distances(difference_cells(network, other, p), p)
    here, there = network(point), other(point)
    equal = slope.value == 0 and size.value == 0 and here == there
    at = ", ".join(map(str, point))
    return holds_if(
        equal,
        f"largest slope of the difference {slope.value}, largest value "
        f"{'infinite' if size.value is None else size.value}; at ({at}) "
        f"{', '.join(map(str, here))} and {', '.join(map(str, there))}",
    )


def _scaled(*, inverse: bool = True) -> Claim:
    def claim(instance: Instance) -> Finding:
        t = instance["factor"]
        other = rescaled(
            deep_network(instance), _place(instance), t, 1 / t if inverse else Fraction(1)
        )
        return _compared(instance, other)

    return claim


_weights = st.integers(-2, 2).map(Fraction)


@st.composite
def _layers(draw: st.DrawFn, widths: Sequence[int]) -> Any:
    return tuple(
        (
            tuple(tuple(draw(_weights) for _ in range(before)) for _ in range(width)),
            tuple(draw(_weights) for _ in range(width)),
        )
        for before, width in pairwise(widths)
    )


@st.composite
def _networks(draw: st.DrawFn) -> Instance:
    """Networks with two or three hidden layers, or with one."""
    p, q = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    hidden = draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))
    return Instance.of(
        layers=draw(_layers([p, *hidden, q])),
        activation=draw(activations()),
        which=draw(st.integers(0, 5)),
        factor=draw(st.sampled_from([Fraction(1, 2), Fraction(2), Fraction(3), Fraction(-1)])),
        point=tuple(draw(_weights) for _ in range(p)),
    )


DEEP_SCALINGS = Theorem(
    id="deep-scalings",
    title="Scalings between the layers of a deep network",
    source=_AFTER,
    statement="The function of a ReLU or leaky network of any depth does not change if the weights "
    "and the bias of a hidden neuron are multiplied by t > 0 and its outgoing weights by 1/t.",
    latex=r"Let $t > 0$. The function $A_k \circ \sigma \circ A_{k-1} \circ \dots \circ \sigma "
    r"\circ A_1$ does not change if row $j$ of $(W_i\ b_i)$, $i < k$, is multiplied by $t$ and "
    r"column $j$ of $W_{i+1}$ by $1/t$.",
    hypotheses=(Hypothesis("positive", "t is positive", lambda i: i["factor"] > 0),),
    claim=_scaled(),
    instances=_networks(),
    status=Status("proved", "act(t z) = t act(z) for t ≥ 0"),
    proofs=("proofs/lim_michalek_qi_2019/lifting.py",),
    tests=_TESTS,
    mutants=(
        Mutant("any-sign", "t may be negative", without=("positive",)),
        Mutant("one-sided", "the outgoing weights stay", claim=_scaled(inverse=False)),
    ),
)


def _removed(*, always: bool = False) -> Claim:
    def claim(instance: Instance) -> Finding:
        network = deep_network(instance)
        return _compared(instance, without(network, _idle(network, always=always)))

    return claim


def _idle(network: DeepNetwork, *, always: bool = False) -> tuple[Place, ...]:
    """Neurons that do nothing; of a layer that has no other one stays."""
    found = deep_degeneracy(network)
    places = set(found.never_active) | set(found.zero_output)
    if always:
        places |= set(found.always_active)
    kept = []
    for number, layer in enumerate(network.hidden_layers):
        here = sorted(place for place in places if place[0] == number)
        kept += here[1:] if len(here) == layer.width else here
    return tuple(kept)


DEEP_REMOVAL = Theorem(
    id="deep-idle-neurons",
    title="Neurons of a deep network that do nothing",
    source=_AFTER,
    statement="The function of a ReLU network of any depth does not change if hidden neurons that "
    "are never active on the domain, and those without outgoing weights, are removed together, of "
    "no layer all.",
    latex=r"Let $\sigma(z) = \max(z, 0)$. The function of a network of any depth on "
    r"$\mathbb{R}^p$ does not change if hidden neurons whose preactivation is $\le 0$ everywhere, "
    r"and hidden neurons whose column of $W_{i+1}$ is zero, are removed together, but not all of "
    r"one layer.",
    hypotheses=(
        Hypothesis("relu", "the activation is the ReLU", lambda i: i["activation"] == RELU),
    ),
    claim=_removed(),
    instances=_networks(),
    status=Status("tested", "their values, or the weights of these, are zero"),
    tests=_TESTS,
    mutants=(
        Mutant("leaky", "also for a leaky ReLU", without=("relu",)),
        Mutant("always-active", "always active neurons as well", claim=_removed(always=True)),
    ),
)


def _fibre(*, shift: int = 0, equal: bool = False) -> Claim:
    def claim(instance: Instance) -> Finding:
        network = deep_network(instance)
        found = deep_degeneracy(network)
        lower, upper = found.fibre_bounds
        most = min(sum(network.widths), upper)
        good = lower + shift <= most and (not equal or lower == upper)
        return holds_if(
            good,
            f"{lower} scalings, {found.parameters} parameters − rank {found.jacobian.rank} = "
            f"{upper}; {sum(network.widths)} hidden neurons",
        )

    return claim


DEEP_FIBRE = Theorem(
    id="deep-fibre-bounds",
    title="Bounds of the fibre of a deep network",
    source=_AFTER,
    statement="The dimension s of the orbit under scalings of hidden neurons and the functional "
    "dimension r of a ReLU or leaky network with N parameters have s ≤ N − r, and s is at most the "
    "number of hidden neurons.",
    latex=r"Let $s$ be the dimension of the orbit of $\theta$ under positive scalings of hidden "
    r"neurons and $r$ the rank of the derivatives of the values of the network in its $N$ "
    r"parameters, on the cells where it is differentiable. Then $s \le N - r$ and $s \le m_1 + "
    r"\dots + m_{k-1}$.",
    claim=_fibre(),
    instances=_networks(),
    status=Status("tested", "the tangent vectors of scalings are in the kernel of the Jacobian"),
    tests=_TESTS,
    mutants=(
        Mutant("no-other-symmetries", "s = N − r: there are no other symmetries",
               claim=_fibre(equal=True)),
        Mutant("off-by-one", "s < N − r", claim=_fibre(shift=1)),
    ),
)
