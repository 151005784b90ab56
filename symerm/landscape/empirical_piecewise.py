"""First order, and the terms of the neurons, for the activations max(z, gamma z).

L(theta') - L(theta) = |f' - f|^2 + 2 <c' - c, sum r> + 2 sum_j [v'_j.psi(a'_j) - v_j.psi(a_j)].
No one-sided derivative is negative iff sum r = 0, psi(a_j) = 0 and v_j.psi'_j(x) >= 0 for all x,
which the lines and rays of the neuron decide.  Then v'_j.psi'_j(x) >= 0 near neuron j if psi' = 0
on its lines and each ray has psi' = 0 or v_j.psi' > 0 (write x as a combination of lines and rays
of one cell), and for a flat neuron if psi' = 0 identically: if all are such, theta is a local
minimum.  A flat neuron with psi'(x) not zero gives a saddle: dv = -psi'(x) and a large multiple of
x.  For one output v.psi' = 0 is psi' = 0, so these are all cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from symerm.landscape.empirical_cells import neuron_form, piecewise_symmetry
from symerm.landscape.empirical_first_order import output_descent
from symerm.landscape.empirical_loss import Curve, EmpiricalLoss, Finding, direction_network
from symerm.landscape.empirical_neuron import LocalTerm
from symerm.landscape.empirical_second_order import second_order

__all__ = ["piecewise_finding", "piecewise_gradient"]

Vector = tuple[Fraction, ...]
_ZERO = Fraction(0)
#: Neurons that a reason names one by one.
_SHOWN = 6


def piecewise_gradient(loss: EmpiricalLoss, terms: Sequence[LocalTerm]) -> Vector:
    """The generalized gradient, with slope 1 at preactivation zero.

    Parameters
    ----------
    loss : EmpiricalLoss
    terms : the local terms of the neurons

    Returns
    -------
    Fractions in the order of `symerm.networks.parameter_vector`
    """
    hidden, outputs = [], []
    closed: dict[int, list[list[Fraction]]] = {}
    for j, term in enumerate(terms):
        if id(term) not in closed:
            closed[id(term)] = [
                [
                    entry
                    + sum(
                        (
                            form[i] * jump[k]
                            for form, jump in zip(term.forms, term.jumps, strict=True)
                        ),
                        _ZERO,
                    )
                    for i, entry in enumerate(row)
                ]
                for k, row in enumerate(term.matrix)
            ]
        outgoing = loss.network.output_weights[j]
        hidden.append([
            2 * sum(map(mul, outgoing, column), _ZERO)
            for column in zip(*closed[id(term)], strict=True)
        ])
        outputs.append([2 * x for x in term.at(loss.neuron(j))])
    return (
        *(entry for row in hidden for entry in row[:-1]),
        *(row[-1] for row in hidden),
        *(entry for row in outputs for entry in row),
        *(2 * x for x in loss.bias_sum),
    )


def piecewise_finding(loss: EmpiricalLoss, terms: Sequence[LocalTerm]) -> Finding:
    """The verdict on a network with a piecewise-linear activation.

    Parameters
    ----------
    loss : EmpiricalLoss
    terms : the local terms of the neurons
    """
    network = loss.network
    first = output_descent(loss, [term.at(loss.neuron(j)) for j, term in enumerate(terms)])
    if first is not None:
        return first
    if not network.width:
        return Finding("global-minimum", "the best constant: there are no hidden neurons")
    kinds = _kinds(loss, terms)
    for j, found in enumerate(kinds):
        if found.falls is not None:
            x, value = found.falls
            slope = 2 * _dot(network.output_weights[j], value)
            return Finding(
                "not-critical",
                f"moving the hidden parameters of neuron {j + 1} lowers the loss to first order"
                + _kink_words(terms[j]),
                Curve(direction_network(network, hidden={j: x}), 1, slope),
            )
    flat = next(
        (j for j, term in enumerate(terms) if loss.neurons[j].flat and not term.vanishes), None
    )
    open_neuron = next((j for j, found in enumerate(kinds) if found.kind == "unknown"), None)
    if open_neuron is not None:
        return _too_many(terms[open_neuron], open_neuron, flat)
    if flat is not None:
        return _flat_saddle(loss, terms[flat], flat)
    wild = [j for j, found in enumerate(kinds) if found.kind == "mixed"]
    if not wild:
        return _no_term_falls(terms)
    # A ReLU neuron that is negative at all inputs stays without effect.
    numbers = [j for j, term in enumerate(terms) if term.slope or max(term.signs) >= 0]
    mixed = set(wild)
    smooth = [
        j for j in numbers if j in mixed or not (terms[j].zeros or loss.neurons[j].flat)
    ]
    return second_order(
        loss,
        numbers,
        lambda j: neuron_form(loss, j, terms[j]),
        [wild, smooth] if len(smooth) > len(wild) else [wild],
        piecewise_symmetry,
    )


@dataclass(frozen=True)
class _Kind:
    """Whether v'.psi(a') >= 0 near a neuron: "tame", "mixed", "unknown", or it falls."""

    kind: str
    falls: tuple[Sequence[Fraction | int], Vector] | None = None


def _no_term_falls(terms: Sequence[LocalTerm]) -> Finding:
    parts = []
    silent = [j for j, term in enumerate(terms) if term.vanishes]
    if silent:
        parts.append(f"near {_name(silent)} the term <r, v act(w.s + b)> vanishes")
    others = [j for j, term in enumerate(terms) if not term.vanishes]
    if others:
        parts.append(f"near {_name(others)} the term <r, v act(w.s + b)> has a minimum")
    return Finding(
        "local-minimum",
        f"the residuals sum to zero, and {'; '.join(parts)}; so no change of the network works "
        "against the residuals",
    )


def _name(numbers: Sequence[int]) -> str:
    """Neurons by their numbers, counted from one; the first few if they are many."""
    if len(numbers) == 1:
        return f"neuron {numbers[0] + 1}"
    shown = ", ".join(str(j + 1) for j in numbers[:_SHOWN])
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return f"neurons {shown}{more}"


def _kinds(loss: EmpiricalLoss, terms: Sequence[LocalTerm]) -> list[_Kind]:
    known: dict[tuple[int, Vector], _Kind] = {}
    kinds = []
    for j, term in enumerate(terms):
        outgoing = loss.network.output_weights[j]
        if len(outgoing) == 1:
            # Only the sign counts.
            outgoing = (Fraction((outgoing[0] > 0) - (outgoing[0] < 0)),)
        key = id(term), outgoing
        if key not in known:
            known[key] = _kind(term, outgoing)
        kinds.append(known[key])
    return kinds


def _kind(term: LocalTerm, outgoing: Vector) -> _Kind:
    if term.vanishes or not any(outgoing):
        return _Kind("tame")
    for x in term.units:
        value = term(x)
        if _dot(outgoing, value) < 0:
            return _Kind("falls", (x, value))
    tame = True
    for line in term.lines:
        value = term(line)
        slope = _dot(outgoing, value)
        if slope:
            sign = -1 if slope > 0 else 1
            return _Kind("falls", (tuple(sign * x for x in line), tuple(sign * x for x in value)))
        tame = tame and not any(value)
    for ray, change in term.rays:
        slope = _dot(outgoing, change)
        if slope < 0:
            return _Kind("falls", (ray, change))
        tame = tame and (slope > 0 or not any(change))
    if term.flats > term.most_flats:
        return _Kind("unknown")
    return _Kind("tame" if tame else "mixed")


def _kink_words(term: LocalTerm) -> str:
    if not term.zeros:
        return ""
    count = len(term.zeros)
    return (
        f"; its preactivation vanishes at {count} {'input' if count == 1 else 'inputs'}, and the "
        "derivative is one-sided"
    )


def _too_many(term: LocalTerm, number: int, flat: int | None) -> Finding:
    words = (
        f"the preactivation of neuron {number + 1} vanishes at {len(term.zeros)} inputs; "
        f"{term.most_flats} of the {term.flats} intersections of their hyperplanes were looked "
        "through and gave no direction in which the loss falls to first order"
    )
    if flat is not None:
        words += (
            f"; the network is not a local minimum, because neuron {flat + 1} has output weights "
            "zero and its term can take both signs"
        )
    return Finding("undecided", words)


def _flat_saddle(loss: EmpiricalLoss, term: LocalTerm, number: int) -> Finding:
    """dv = -psi'(x) with M x: Q = |psi'|^2 (sum act^2 - 2 M)."""
    x, value = term.direction_of_change()
    neuron = loss.neuron(number)
    energy = sum(
        (
            weight
            * loss.network.activation(sum(map(mul, neuron, point), neuron[-1])) ** 2
            for weight, point in zip(loss.data.weights, loss.data.inputs, strict=True)
        ),
        _ZERO,
    )
    factor = max(1, -(-energy // 1))
    direction = direction_network(
        loss.network,
        hidden={number: [factor * entry for entry in x]},
        output={number: tuple(-entry for entry in value)},
    )
    square = _dot(value, value)
    return Finding(
        "saddle",
        f"the first-order conditions hold; neuron {number + 1} has output weights zero, and moving "
        "its hidden parameters together with them lowers the loss to second order",
        Curve(direction, 2, square * (energy - 2 * factor)),
    )


def _dot(left: Sequence[Fraction | int], right: Sequence[Fraction]) -> Fraction:
    return sum(map(mul, left, right), _ZERO)
