"""Local minima of the empirical loss with one output, by first-order conditions.

For act(z) = max(z, gamma z) theta is a local minimum exactly if sum r_i = 0,
v_j psi'(u_j; y) >= 0 for all directions y where v_j != 0, and psi vanishes near u_j = (w_j, b_j)
where v_j = 0.  For one input the directions (1, -s) and (s, 1) of the inputs s with a kink of the
neuron, and their negatives, are enough: psi'(u_j; .) is linear on the cones between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from hypothesis import strategies as st

from symerm.landscape.empirical_minima import classify_empirical
from symerm.networks.gradients import network_from_parameters, parameter_vector
from symerm.theorems.generators.basic import rationals
from symerm.theorems.generators.landscape_data import critical_on_data
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.data_terms import residuals, term, value
from symerm.theorems.landscape.setting import (
    PIECEWISE_LINEAR,
    TESTS,
    changed,
    neurons,
    show,
    with_parts,
)
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["EMPIRICAL_MINIMA"]

Pair = tuple[Fraction, Fraction]
_PROOF = ("proofs/cheridito_jentzen_rossmannek_2021/empirical.py",)
_TESTS = (f"{TESTS}test_landscape_empirical.py",)
_SOURCE = Source(DERIVED, "for finitely many points, after Cheridito, Jentzen, Rossmannek")
_ZERO = Fraction(0)
#: So small that the terms of first order decide, for numbers of the size drawn here.
_TINY = Fraction(1, 2**40)


def _directions(instance: Instance, w: Fraction, b: Fraction) -> Iterator[Pair]:
    """Generators of the cones on which psi'(u; .) is linear, for one input."""
    kinks = {s for (s,) in instance["dataset"].inputs if w * s + b == 0}
    basis = [y for s in sorted(kinks) for y in ((Fraction(1), -s), (s, Fraction(1)))]
    for y in basis or [(Fraction(1), _ZERO), (_ZERO, Fraction(1))]:
        yield y
        yield -y[0], -y[1]


def _one_sided(instance: Instance, w: Fraction, b: Fraction, y: Pair) -> Fraction:
    """psi'((w, b); y)."""
    gamma = instance["network"].activation.negative_slope
    total = _ZERO
    for (s,), (r,) in zip(instance["dataset"].inputs, residuals(instance), strict=True):
        z, dz = w * s + b, y[0] * s + y[1]
        total += r * (dz if z > 0 or (z == 0 and dz > 0) else gamma * dz)
    return total


Violation = tuple[int | None, Pair]


def _violation(
    instance: Instance, *, near: bool = True, signed: bool = True, rest: bool = True
) -> Violation | None:
    """A neuron and a direction for which a condition fails, (None, ..) for the sum of residuals."""
    if sum(r for (r,) in residuals(instance)):
        return None, (_ZERO, _ZERO)
    for j, (w, b, v) in enumerate(neurons(instance["network"])):
        if not v and not near:
            if any(term(instance, (w,), b)):
                return j, (w, b)
            continue
        for y in _directions(instance, w, b) if v == 0 or rest else ():
            slope = _one_sided(instance, w, b, y)
            if (v == 0 and slope) or (v and (v if signed else 1) * slope < 0):
                return j, y
    return None


def _descends(instance: Instance, violation: Violation) -> bool:
    """Whether the step of the proof lowers the loss."""
    network, dataset = instance["network"], instance["dataset"]
    j, (dw, db) = violation
    rows, constant = neurons(network), network.output_biases[0]
    if j is None:
        constant -= sum(r for (r,) in residuals(instance)) / dataset.size
    else:
        w, b, v = rows[j]
        w, b = w + _TINY * dw, b + _TINY * db
        if v == 0:
            values = [network.activation(w * s + b) for (s,) in dataset.inputs]
            (at_new,) = term(instance, (w,), b)
            v = -at_new / sum(z * z for z in values)
        rows[j] = w, b, v
    return value(changed(network, rows, constant), dataset) < value(network, dataset)


def _minimal(
    *, near: bool = True, signed: bool = True, rest: bool = True
) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        network, dataset = instance["network"], instance["dataset"]
        found = _violation(instance, near=near, signed=signed, rest=rest)
        verdict = classify_empirical(network, dataset).verdict
        if found is not None:
            good = verdict in ("saddle", "not-critical") and _descends(instance, found)
            which = "the sum of residuals" if found[0] is None else f"neuron {found[0] + 1}"
            return holds_if(good, f"{verdict}; a condition fails for {which}")
        start = value(network, dataset)
        point = [
            x + _TINY * y
            for x, y in zip(parameter_vector(network), instance["step"], strict=False)
        ]
        nearby = value(network_from_parameters(network, point), dataset)
        return holds_if(
            verdict in ("local-minimum", "global-minimum") and nearby >= start,
            f"{verdict}; the conditions hold; nearby L' - L = {show(nearby - start)}",
        )

    return claim


_STEPS = st.tuples(*[rationals(bound=2, denominators=(1,))] * 10)

EMPIRICAL_MINIMA = Theorem(
    id="empirical-local-minima",
    title="Local minima of the empirical loss with one output",
    source=_SOURCE,
    statement="One output, max(x, γ x): θ is a local minimum exactly if Σ r_i = 0, "
    "v_j ψ'(u_j; y) ≥ 0 for every y wherever v_j ≠ 0, and ψ = 0 near u_j wherever v_j = 0, with "
    "u_j = (w_j, b_j) and the one-sided derivative ψ'(u; y).",
    latex=r"Let $\sigma(x) = \max(x, \gamma x)$, $0 \le \gamma < 1$, and let there be one output. "
    r"$\theta$ is a local minimum of $L$ if and only if $\sum_i r_i = 0$, $v_j\, \psi'(u_j; y) "
    r"\ge 0$ for every $y$ and every $j$ with $v_j \ne 0$, and $\psi = 0$ near $u_j$ for every $j$ "
    r"with $v_j = 0$, where $u_j = (w_j, b_j)$.",
    hypotheses=(
        PIECEWISE_LINEAR,
        Hypothesis(
            "one-output", "there is one output, and here one input",
            lambda instance: instance["dataset"].output_dimension == 1
            and instance["dataset"].input_dimension == 1,
        ),
    ),
    claim=_minimal(),
    instances=st.builds(
        lambda instance, step: with_parts(instance, step=step), critical_on_data(), _STEPS
    ),
    status=Status("proved", "for any number of points, neurons and inputs"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant(
            "flat-itself", "ψ(u_j) = 0 is enough where v_j = 0", claim=_minimal(near=False)
        ),
        Mutant(
            "unsigned", "ψ'(u_j; y) ≥ 0, whatever the sign of v_j", claim=_minimal(signed=False)
        ),
        Mutant("flat-only", "neurons with v_j ≠ 0 need nothing", claim=_minimal(rest=False)),
    ),
)
