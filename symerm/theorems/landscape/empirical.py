"""The empirical loss at a network: its expansion, flat neurons and its Hessian.

L(theta) = sum_i |r_i|^2 with r_i = f(s_i) - t_i; psi(u) = sum_i act(<w, s_i> + b) r_i for
u = (w, b), with the residuals of theta.  The loss of another network is that of theta plus a square
plus terms of the neurons; within an activation pattern it is a polynomial in the parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.landscape.pattern_loss import PatternLoss
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.dataset import Dataset
from symerm.theorems.generators.basic import activations, networks, rationals
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.data_terms import residuals, term, value
from symerm.theorems.landscape.setting import TESTS, show, with_parts
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["EMPIRICAL_EXPANSION", "EMPIRICAL_FLAT", "EMPIRICAL_HESSIAN"]

_PROOF = ("proofs/cheridito_jentzen_rossmannek_2021/empirical.py",)
_TESTS = (f"{TESTS}test_landscape_empirical.py",)
_SOURCE = Source(DERIVED, "for finitely many points, after Cheridito, Jentzen, Rossmannek")
_ZERO = Fraction(0)


@st.composite
def _pairs(draw: st.DrawFn) -> Instance:
    """A network, a dataset of its dimensions and another network of its shape."""
    act = activations("relu", "leaky", "quadratic")
    network = draw(networks(width=(1, 3), activation=act))
    p, q = network.input_dimension, network.output_dimension
    inputs = draw(st.lists(st.tuples(*[rationals(bound=2)] * p), min_size=1, max_size=4))
    outputs = [draw(st.tuples(*[rationals(bound=2)] * q)) for _ in inputs]
    size = len(parameter_vector(network))
    other = draw(st.lists(rationals(bound=2), min_size=size, max_size=size))
    return Instance.of(
        network=network, dataset=Dataset(tuple(inputs), tuple(outputs)),
        other=network_from_parameters(network, other),
    )


def _expansion(
    *, factor: int = 2, square: bool = True, old: bool = True
) -> Callable[[Instance], Finding]:
    """|f' - f|^2 + 2 <c' - c, sum r> + 2 sum_j (v'_j . psi(u'_j) - v_j . psi(u_j))."""

    def claim(instance: Instance) -> Finding:
        network, dataset, other = instance["network"], instance["dataset"], instance["other"]
        rows = residuals(instance)

        def terms(net: ShallowNetwork) -> Fraction:
            total = sum(
                (
                    c * entry
                    for row in rows
                    for c, entry in zip(net.output_biases, row, strict=True)
                ),
                _ZERO,
            )
            for weights, bias, outgoing in zip(
                net.hidden_weights, net.hidden_biases, net.output_weights, strict=True
            ):
                at_new = term(instance, weights, bias)
                total += sum((v * x for v, x in zip(outgoing, at_new, strict=True)), _ZERO)
            return total

        stated = factor * (terms(other) - (terms(network) if old else 0))
        if square:
            stated += sum(
                (
                    (y - z) ** 2
                    for point in dataset.inputs
                    for y, z in zip(other(point), network(point), strict=True)
                ),
                _ZERO,
            )
        found = value(other, dataset) - value(network, dataset)
        return holds_if(found == stated, f"L' - L = {show(found)}, formula {show(stated)}")

    return claim


EMPIRICAL_EXPANSION = Theorem(
    id="empirical-expansion",
    title="The change of the empirical loss is a square plus terms of the neurons",
    source=_SOURCE,
    statement="L(θ') − L(θ) = Σ |f'(s_i) − f(s_i)|² + 2 ⟨c' − c, Σ r_i⟩ + "
    "2 Σ_j (⟨v'_j, ψ(u'_j)⟩ − ⟨v_j, ψ(u_j)⟩) with ψ(u) = Σ act(⟨w, s_i⟩ + b) r_i.",
    latex=r"Let $\psi(w, b) = \sum_i \sigma(\langle w, s_i \rangle + b)\, r_i$ with the residuals "
    r"$r_i$ of $\theta$. Then $L(\theta') - L(\theta) = \sum_i |f'(s_i) - f(s_i)|^2 + 2 \langle "
    r"c' - c, \sum_i r_i \rangle + 2 \sum_j \bigl(\langle v_j', \psi(u_j') \rangle - \langle v_j, "
    r"\psi(u_j) \rangle\bigr)$ for all $\theta$, $\theta'$.",
    claim=_expansion(),
    instances=_pairs(),
    status=Status("proved", "for any number of points, inputs, outputs and neurons"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("constant", "the terms have no factor 2", claim=_expansion(factor=1)),
        Mutant("first-order", "the square is left out", claim=_expansion(square=False)),
        Mutant("not-subtracted", "the terms at θ are left out", claim=_expansion(old=False)),
    ),
)


def _first_moved(instance: Instance, output: list[Fraction]) -> ShallowNetwork:
    """The first neuron replaced by that of the other network, with other output weights."""
    network, other = instance["network"], instance["other"]
    return ShallowNetwork(
        other.hidden_weights[:1] + network.hidden_weights[1:],
        other.hidden_biases[:1] + network.hidden_biases[1:],
        (tuple(output), *network.output_weights[1:]),
        network.output_biases,
        network.activation,
    )


@st.composite
def _flat_pairs(draw: st.DrawFn) -> Instance:
    instance = draw(_pairs())
    network = instance["network"]
    if not draw(st.integers(0, 2)):
        return instance
    outputs = ((_ZERO,) * network.output_dimension, *network.output_weights[1:])
    return with_parts(instance, network=ShallowNetwork(
        network.hidden_weights, network.hidden_biases, outputs, network.output_biases,
        network.activation))


def _square(instance: Instance) -> Fraction:
    """S = sum_i act(<w', s_i> + b')^2."""
    other, dataset = instance["other"], instance["dataset"]
    return sum(
        (other.activation(other.preactivations(point)[0]) ** 2 for point in dataset.inputs), _ZERO
    )


def _flat(*, part: int = 1, gain: int = 1) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        other, dataset = instance["other"], instance["dataset"]
        at_new = term(instance, other.hidden_weights[0], other.hidden_biases[0])
        square = _square(instance)
        moved = _first_moved(instance, [-x / (part * square) for x in at_new])
        found = value(moved, dataset) - value(instance["network"], dataset)
        stated = -gain * sum((x * x for x in at_new), _ZERO) / square
        return holds_if(
            found == stated, f"ψ = {show(*at_new)}, S = {show(square)}, L' - L = {show(found)}"
        )

    return claim


EMPIRICAL_FLAT = Theorem(
    id="empirical-flat-neuron",
    title="A flat neuron lowers the empirical loss wherever ψ is not zero",
    source=_SOURCE,
    statement="If v_1 = 0, moving (w_1, b_1, v_1) to (w', b', −ψ(w', b')/S), with "
    "S = Σ act(⟨w', s_i⟩ + b')² > 0, lowers L by exactly |ψ(w', b')|²/S. So ψ = 0 near the flat "
    "neurons of a local minimum.",
    latex=r"If $v_1 = 0$ and $S = \sum_i \sigma(\langle w', s_i \rangle + b')^2 > 0$, then moving "
    r"$(w_1, b_1, v_1)$ to $(w', b', -\psi(w', b')/S)$ lowers $L$ by exactly "
    r"$|\psi(w', b')|^2/S$. So $\psi = 0$ near the flat neurons of a local minimum.",
    hypotheses=(
        Hypothesis(
            "flat", "v_1 = 0", lambda instance: not any(instance["network"].output_weights[0])
        ),
        Hypothesis("active", "S > 0", lambda instance: _square(instance) > 0),
    ),
    claim=_flat(),
    instances=_flat_pairs(),
    status=Status("proved", "for any number of points, inputs, outputs and neurons"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("not-flat", "v_1 may be any vector", without=("flat",)),
        Mutant("half-step", "v' = −ψ/(2 S)", claim=_flat(part=2)),
        Mutant("gain", "the loss falls by 2 |ψ|²/S", claim=_flat(gain=2)),
    ),
)


def _second(*, curved: bool = True, factor: int = 4) -> Callable[[Instance], Finding]:
    """2 sum_i |J_i d|^2 + 4 sum_i <r_i, sum_j dv_j act' dz_ij> (and 4 v_j dz^2 more for x^2)."""

    def claim(instance: Instance) -> Finding:
        network, dataset = instance["network"], instance["dataset"]
        move, act = instance["other"], network.activation
        rows, form, reach = residuals(instance), _ZERO, Fraction(1)
        for point, row in zip(dataset.inputs, rows, strict=True):
            change = list(move.output_biases)
            for j, (z, dz) in enumerate(
                zip(network.preactivations(point), move.preactivations(point), strict=True)
            ):
                if z and dz:
                    reach = min(reach, abs(z / dz) / 3)
                quadratic = act.kind == "quadratic"
                slope = 2 * z if quadratic else Fraction(1) if z >= 0 else act.negative_slope
                for k, r in enumerate(row):
                    v, dv = network.output_weights[j][k], move.output_weights[j][k]
                    change[k] += dv * act(z) + v * slope * dz
                    if curved:
                        form += r * (factor * dv * slope * dz + (4 * v * dz**2 if quadratic else 0))
            form += 2 * sum(x * x for x in change)
        # Within the pattern L is a polynomial of degree at most 6 in the length of the step.
        start, direction = parameter_vector(network), parameter_vector(move)

        def at(eps: Fraction) -> Fraction:
            point = [x + eps * y for x, y in zip(start, direction, strict=True)]
            return value(network_from_parameters(network, point), dataset)

        even = [at(k * reach) + at(-k * reach) - 2 * at(_ZERO) for k in (1, 2, 3)]
        even = [x * weight for x, weight in zip(even, (270, -27, 2), strict=True)]
        found = sum(even, _ZERO) / (180 * reach**2)
        matrix = PatternLoss.exact(network, dataset).hessian
        package = sum(
            (x * y * Fraction(int(entry.p), int(entry.q))
             for x, line in zip(direction, matrix, strict=True)
             for y, entry in zip(direction, line, strict=True)),
            _ZERO,
        )
        return holds_if(
            found == form == package,
            f"dᵀ H d = {show(form)}, from seven exact losses {show(found)}",
        )

    return claim


def _inside_pattern(instance: Instance) -> bool:
    network, dataset = instance["network"], instance["dataset"]
    return not network.activation.is_piecewise_linear or all(
        all(network.preactivations(point)) for point in dataset.inputs
    )


EMPIRICAL_HESSIAN = Theorem(
    id="empirical-hessian",
    title="The Hessian of the empirical loss within an activation pattern",
    source=_SOURCE,
    statement="If no preactivation z_ij = ⟨w_j, s_i⟩ + b_j is zero, the second derivative of L "
    "along d is 2 Σ |J_i d|² + 4 Σ ⟨r_i, dv_j⟩ act'(z_ij) dz_ij, with the Jacobian J_i of f(s_i) "
    "and dz_ij = ⟨dw_j, s_i⟩ + db_j (for x²: plus 4 Σ ⟨r_i, v_j⟩ dz_ij²).",
    latex=r"If no preactivation $z_{ij} = \langle w_j, s_i \rangle + b_j$ is zero, then $d^\top "
    r"\nabla^2 L\, d = 2 \sum_i |J_i d|^2 + 4 \sum_{i, j} \langle r_i, dv_j \rangle\, "
    r"\sigma'(z_{ij})\, dz_{ij}$ with the Jacobian $J_i$ of $f(s_i)$ and $dz_{ij} = \langle dw_j, "
    r"s_i \rangle + db_j$; for $\sigma(x) = x^2$ there is $4 \sum_{i, j} \langle r_i, v_j \rangle "
    r"dz_{ij}^2$ in addition.",
    hypotheses=(
        Hypothesis("no-kink-on-data", "no preactivation is zero", _inside_pattern),
    ),
    claim=_second(),
    instances=_pairs(),
    status=Status("proved", "for any number of points, inputs, outputs and neurons"),
    proofs=(*_PROOF, "proofs/cheridito_jentzen_rossmannek_2021/gradient_and_hessian.py"),
    tests=_TESTS,
    mutants=(
        Mutant("gauss-newton", "the terms with r_i are left out", claim=_second(curved=False)),
        Mutant("half", "2 in place of 4", claim=_second(factor=2)),
        Mutant("on-kinks", "preactivations may be zero", without=("no-kink-on-data",)),
    ),
)
