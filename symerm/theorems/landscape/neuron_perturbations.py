"""Which types of neurons small changes of (w, b) lead to.

The lines b = -w T0 and b = -w T1 cut the plane of the neurons x -> w x + b.  Open faces are stable:
inactive neurons, kinks inside, and kinks outside with w x + b > 0.  A neuron on a line may go to
either side of it, and the degenerate one everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from hypothesis import strategies as st

from symerm.arrangements.interval_types import (
    interval_type,
    interval_type_graph,
    perturbations,
    type_label,
)
from symerm.arrangements.neuron_types import NeuronType, neuron_type
from symerm.theorems.generators.basic import rationals
from symerm.theorems.generators.line_networks import intervals, line_neurons
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.setting import TESTS, show
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import CHERIDITO, Source

__all__ = ["NEURON_PERTURBATIONS"]

#: What the types that are not open may become, besides themselves.
REACHED: dict[str, set[str]] = {
    "semi-active": {"type-1-active, w > 0", "type-1-active, w < 0"},
    "semi-inactive at T0": {"inactive", "type-2-active, facing left"},
    "semi-inactive at T1": {"inactive", "type-2-active, facing right"},
    "type-1-active, kink at T0": {"type-1-active, w > 0", "type-2-active, facing right"},
    "type-1-active, kink at T1": {"type-1-active, w < 0", "type-2-active, facing left"},
}
_TINY = Fraction(1, 2**40)


def type_name(w: Fraction, b: Fraction, interval: tuple[Fraction, Fraction]) -> str:
    """The type, with the facing of an inner kink and the place of one at an end."""
    kind = neuron_type(w, b, interval)
    if kind is NeuronType.TYPE_2_ACTIVE:
        return f"{kind.value}, facing {'right' if w > 0 else 'left'}"
    for end, place in zip(interval, ("T0", "T1"), strict=True):
        if w and w * end + b == 0:
            joint = " at " if kind is NeuronType.SEMI_INACTIVE else ", kink at "
            return f"{kind.value}{joint}{place}"
    if kind is NeuronType.TYPE_1_ACTIVE:
        return f"{kind.value}, w {'>' if w > 0 else '<'} 0"
    return str(kind.value)


def _claim(table: Mapping[str, set[str]], *, free: bool = True) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        (w, b), (dw, db), interval = instance["neuron"], instance["move"], instance["interval"]
        before = type_name(w, b, interval)
        after = type_name(w + _TINY * dw, b + _TINY * db, interval)
        allowed = {before} | table.get(before, set())
        good = after in allowed or (free and before == "degenerate")
        graph = interval_type_graph(interval)
        reached = perturbations(graph, interval_type(w, b, interval))
        listed = {type_label(graph, node) for node in reached}
        if before != "degenerate":
            good = good and listed == allowed
        return holds_if(good, f"({show(w, b)}) is {before}, nearby {after}")

    return claim


@st.composite
def _moves(draw: st.DrawFn) -> Instance:
    interval = draw(intervals())
    w, b, _ = draw(line_neurons(interval))
    kind = draw(st.sampled_from(["any", "end", "degenerate"]))
    if kind == "end":
        b = -w * draw(st.sampled_from(interval))
    elif kind == "degenerate":
        w, b = Fraction(0), Fraction(0)
    move = draw(st.tuples(rationals(bound=2), rationals(bound=2)))
    return Instance.of(neuron=(w, b), move=move, interval=interval)


def _without(name: str) -> dict[str, set[str]]:
    return {key: reached - {name} for key, reached in REACHED.items()}


NEURON_PERTURBATIONS = Theorem(
    id="neuron-perturbations",
    title="Which types a neuron can turn into",
    source=Source(CHERIDITO, "on the types of neurons; what they turn into derived here"),
    statement="A small change of (w, b) keeps the type of a neuron, or turns it from semi-active "
    "into type-1-active; from semi-inactive at T0 (T1) into inactive or a kink inside facing left "
    "(right); from type-1-active with the kink at T0 (T1) into type-1-active with the kink outside "
    "or a kink inside facing right (left); or from degenerate into anything.",
    latex=r"A small change of $(w, b)$ keeps the type of a neuron, or turns it from semi-active "
    r"into type-1-active, from semi-inactive at $T_0$ ($T_1$) into inactive or into a kink inside "
    r"facing left (right), from type-1-active with the kink at $T_0$ ($T_1$) into type-1-active "
    r"with the kink outside or into a kink inside facing right (left), or from degenerate into any "
    r"type.",
    hypotheses=(
        Hypothesis("moves", "(w, b) changes", lambda instance: any(instance["move"])),
    ),
    claim=_claim(REACHED),
    instances=_moves(),
    status=Status("proved", "by enumeration of the 13 faces of three lines"),
    proofs=("proofs/cheridito_jentzen_rossmannek_2021/neuron_types.py",),
    tests=(f"{TESTS}test_landscape_neuron_perturbations.py",),
    mutants=(
        Mutant("closed", "no type turns into another one", claim=_claim({})),
        Mutant(
            "no-right-kinks", "no kink that faces right enters the interval",
            claim=_claim(_without("type-2-active, facing right")),
        ),
        Mutant(
            "degenerate", "degenerate neurons stay degenerate", claim=_claim(REACHED, free=False)
        ),
    ),
)
