"""How many configurations of N neurons there are, up to permutations and the mirror image.

A configuration is a multiset of classes of neurons without a kink inside and a sequence of
multisets of neurons that share a kink.  Generating functions of all of them and of those that are
their own mirror image give the number of orbits by Burnside's lemma.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb

from hypothesis import strategies as st

from symerm.landscape.configurations import configurations
from symerm.theorems.instance import Instance, instances
from symerm.theorems.landscape.setting import TESTS
from symerm.theorems.statement import Finding, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["CONFIGURATION_COUNT"]

#: Classes that are their own mirror image, and pairs of the others.
_OUTER = {"relu": (6, 7), "leaky": (6, 8)}
_INNER = 4


def _multisets(kinds: int, size: int) -> int:
    return comb(size + kinds - 1, size) if kinds else int(size == 0)


def _sequences(kinds: int, size: int) -> int:
    """Sequences of non-empty multisets with `size` members in all."""
    if not size:
        return 1
    return sum(
        _multisets(kinds, first) * _sequences(kinds, size - first) for first in range(1, size + 1)
    )


def _all(width: int, fixed: int, pairs: int) -> int:
    return sum(
        _sequences(_INNER, k) * _multisets(fixed + 2 * pairs, width - k) for k in range(width + 1)
    )


def _symmetric(width: int, fixed: int, pairs: int) -> int:
    """Pairs of neurons that are mirror images, and outer neurons that are their own."""
    total = 0
    for alone in range(width % 2, width + 1, 2):
        rest = (width - alone) // 2
        # Half of the kinks, half of those in the middle, and pairs outside.
        total += _multisets(fixed, alone) * sum(
            _sequences(_INNER, half)
            * _multisets(_INNER // 2, middle)
            * _multisets(pairs, rest - half - middle)
            for half in range(rest + 1)
            for middle in range(rest - half + 1)
        )
    return total


def _count(width: int, fixed: int, pairs: int) -> Fraction:
    return Fraction(_all(width, fixed, pairs) + _symmetric(width, fixed, pairs), 2)


def _without_mirror(width: int, fixed: int, pairs: int) -> Fraction:
    return Fraction(_all(width, fixed, pairs))


def _half(width: int, fixed: int, pairs: int) -> Fraction:
    return Fraction(_all(width, fixed, pairs), 2)


def _claim(formula: Callable[[int, int, int], Fraction]) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        width, activation = instance["width"], instance["activation"]
        listed = list(configurations(width, activation))
        stated = formula(width, *_OUTER[activation])
        return holds_if(
            len(set(listed)) == len(listed) == stated,
            f"{activation}, N = {width}: {len(listed)} listed, formula {stated}",
        )

    return claim


CONFIGURATION_COUNT = Theorem(
    id="configuration-count",
    title="The number of configurations of N neurons",
    source=Source(DERIVED, "for the enumeration of critical points of a width"),
    statement="Let f classes of neurons without a kink inside be their own mirror image and 2 p "
    "not (ReLU: f = 6, p = 7; leaky: f = 6, p = 8). With A(z) = 1/((1 − z)^(f + 2 p) "
    "(2 − (1 − z)^(−4))) and S(z) = 1/((1 − z)^f (1 − z²)^(p + 2) (2 − (1 − z²)^(−4))) the number "
    "of configurations of N neurons up to permutations and the mirror is the coefficient of z^N "
    "in (A + S)/2: for the ReLU 15, 175, 1599, ..",
    latex=r"Let $f$ classes of neurons without a kink inside $(T_0, T_1)$ be their own mirror "
    r"image and $2 p$ not (ReLU: $f = 6$, $p = 7$; leaky: $f = 6$, $p = 8$). The number of "
    r"configurations of $N$ neurons up to permutations and the mirror is the coefficient of "
    r"$z^N$ in $\frac12 (A + S)$ with $A(z) = (1 - z)^{-f - 2 p} (2 - (1 - z)^{-4})^{-1}$ and "
    r"$S(z) = (1 - z)^{-f} (1 - z^2)^{-p - 2} (2 - (1 - z^2)^{-4})^{-1}$.",
    claim=_claim(_count),
    instances=instances(
        width=st.integers(1, 3), activation=st.sampled_from(["relu", "leaky"])
    ),
    status=Status("proved-up-to", "by enumeration; for all N by Burnside's lemma, in words", 4),
    proofs=("proofs/cheridito_jentzen_rossmannek_2021/configurations.py",),
    tests=(f"{TESTS}test_landscape_configuration_count.py",),
    expense=10,
    mutants=(
        Mutant("no-mirror", "mirror images count twice", claim=_claim(_without_mirror)),
        Mutant("half", "half of all, as if none were its own mirror image", claim=_claim(_half)),
    ),
)
