"""Training the last layer is a linear system: when zero loss is reached.

With fixed hidden weights the loss |y - Phi a|^2 is a least-squares problem in the output weights a,
so zero loss is a matter of the range of the feature matrix Phi: of its rank for all labels at
once (the view of Benson, Damle, Townsend 2020).
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from symerm.arithmetic.linalg import rank
from symerm.lastlayer.fitting import fit_last_layer
from symerm.theorems.generators.basic import rationals
from symerm.theorems.generators.lastlayer import matrices
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Claim, Finding, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import BENSON, Source

__all__ = ["ZERO_LOSS"]

_ZERO, _ONE = Fraction(0), Fraction(1)


def _zero_loss(kind: str) -> Claim:
    """Zero loss for y if and only if y adds nothing to the rank; for all y at rank n."""

    def claim(instance: Instance) -> Finding:
        rows, labels = instance["features"], instance["labels"][: len(instance["features"])]
        size, width = len(rows), len(rows[0])
        units = [tuple(_ONE if i == k else _ZERO for k in range(size)) for i in range(size)]
        every = fit_last_layer(rows, units).fits
        one = fit_last_layer(rows, [(y,) for y in labels]).loss == 0
        found = rank(rows)
        extended = rank([(*row, y) for row, y in zip(rows, labels, strict=True)])
        for_all, for_one = {
            "true": (found == size, extended == found),
            "width": (width >= size, extended == found),
            "columns": (found == width, extended == found),
            "always": (found == size, found == min(size, width)),
        }[kind]
        return holds_if(
            every == for_all and one == for_one,
            f"n = {size}, m = {width}, rank {found}, {extended} with y: "
            f"{'all' if every else 'not all'} labels fitted, y {'fitted' if one else 'not fitted'}",
        )

    return claim


ZERO_LOSS = Theorem(
    id="last-layer-zero-loss",
    title="Zero loss of the last layer is a matter of rank",
    source=Source(BENSON, "the view of its title: the last layer solves a linear system"),
    statement="Training the last layer reaches zero loss for all labels exactly if the n × m "
    "matrix Φ of the features has rank n, and for labels y exactly if y does not add to its rank.",
    latex=r"For $\Phi \in \mathbb{R}^{n \times m}$, $\min_a \|y - \Phi a\| = 0$ for all $y \in "
    r"\mathbb{R}^n$ if and only if $\operatorname{rank} \Phi = n$, and for one $y$ if and only if "
    r"$\operatorname{rank} (\Phi, y) = \operatorname{rank} \Phi$.",
    claim=_zero_loss("true"),
    instances=instances(
        features=matrices(),
        labels=st.tuples(*[rationals(bound=2, denominators=(1,))] * 4),
    ),
    status=Status("literature", "linear algebra; tried against exact least squares"),
    tests=("tests/theorems/test_lastlayer_systems.py",),
    mutants=(
        Mutant("width", "for all labels exactly if m ≥ n", claim=_zero_loss("width")),
        Mutant("columns", "for all labels exactly if the rank is m", claim=_zero_loss("columns")),
        Mutant("full-rank", "for y exactly if Φ has full rank", claim=_zero_loss("always")),
    ),
)
