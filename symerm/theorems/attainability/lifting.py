"""act(z1) + act(z2) = act(z1 + z2) for equal signs: two neurons of one direction merge.

For act(z) = max(z, gamma z) with 0 <= gamma < 1 the left side is never smaller.  It is what lets
neurons that share an activation pattern be added, so that a best approximation needs few of them.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.rationals import format_rational
from symerm.theorems.generators.basic import rationals, slopes
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["LIFTING"]


def _act(z: Fraction, slope: Fraction) -> Fraction:
    return z if z > 0 else slope * z


def _merge(instance: Instance) -> Finding:
    (first, second), slope = instance["z"], instance["slope"]
    apart, merged = _act(first, slope) + _act(second, slope), _act(first + second, slope)
    text = (
        f"act({format_rational(first)}) + act({format_rational(second)}) = "
        f"{format_rational(apart)}, act({format_rational(first + second)}) = "
        f"{format_rational(merged)}"
    )
    return holds_if(apart == merged, text)


def _merge_reflected(instance: Instance) -> Finding:
    first, second = instance["z"]
    return _merge(Instance.of(z=(first, -second), slope=instance["slope"]))


LIFTING = Theorem(
    id="activation-lifting",
    title="Two neurons of one direction merge",
    source=Source(DERIVED, "after Lim, Michalek, Qi 2019"),
    statement="act(z1) + act(z2) = act(z1 + z2) if z1 and z2 have no opposite signs, "
    "for act(z) = max(z, γ z), 0 ≤ γ < 1.",
    latex=r"Let $\sigma(z) = \max(z, \gamma z)$ with $0 \le \gamma < 1$. If $z_1 z_2 \ge 0$, then "
    r"$\sigma(z_1) + \sigma(z_2) = \sigma(z_1 + z_2)$.",
    hypotheses=(
        Hypothesis(
            "equal-signs", "z1 and z2 have no opposite signs",
            lambda instance: instance["z"][0] * instance["z"][1] >= 0,
        ),
    ),
    claim=_merge,
    instances=instances(z=st.tuples(rationals(), rationals()), slope=slopes()),
    status=Status("proved", "by cases of the two signs"),
    proofs=("proofs/lim_michalek_qi_2019/lifting.py",),
    tests=("tests/theorems/test_lifting.py",),
    mutants=(
        Mutant("any-signs", "the signs may be opposite", without=("equal-signs",)),
        Mutant("reflected", "the second neuron is reflected", claim=_merge_reflected),
    ),
)
