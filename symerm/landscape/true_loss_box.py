"""The true loss over a box of parameters, in ball arithmetic.

All networks of the box must have the types and the order of kinks of its centre, which
`keeps_types` proves; the integrals of `symerm.landscape.true_loss` are then evaluated in balls
and contain the values of every network of the box.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from flint import arb

from symerm.arithmetic.flint_rationals import to_flint
from symerm.arrangements.neuron_types import NeuronType
from symerm.landscape.true_loss import TrueLoss

__all__ = ["TrueLossOnBox"]


@dataclass(frozen=True)
class TrueLossOnBox(TrueLoss):
    """The true loss over a box of parameters, with the types and the order of kinks of a network.

    Attributes
    ----------
    balls : tuple of arb
        In the order of `symerm.networks.parameter_vector`.
    """

    balls: tuple[Any, ...] = ()

    @cached_property
    def scalars(self) -> tuple[tuple[Any, Any, Any], ...]:
        d = self.network.width
        return tuple((self.balls[j], self.balls[d + j], self.balls[2 * d + j]) for j in range(d))

    @cached_property
    def bias_scalar(self) -> Any:
        return self.balls[-1]

    @cached_property
    def knot_scalars(self) -> list[Any]:
        place: dict[Fraction, Any] = {}
        if self.network.activation.is_piecewise_linear:
            place = {
                h.kink: -b / w
                for h, (w, b, _) in zip(self.hidden, self.scalars, strict=True)
                if h.kink is not None
            }
        fixed = set(self.target.knots)
        return [
            arb(to_flint(k)) if k in fixed else place[k] for k in self.knots
        ]

    def keeps_types(self) -> bool:
        """Whether all networks in the box have the types and the order of kinks of the centre."""
        if not self.network.activation.is_piecewise_linear:
            return True
        start, stop = (arb(to_flint(t)) for t in self.interval)
        kinks = [h.kink for h in self.hidden if h.type is NeuronType.TYPE_2_ACTIVE]
        if len(set(kinks)) < len(kinks) or set(kinks) & set(self.target.knots):
            return False
        for h, (w, b, _) in zip(self.hidden, self.scalars, strict=True):
            ends = (w * start + b, w * stop + b)
            if h.type is NeuronType.INACTIVE:
                kept = ends[0] < 0 and ends[1] < 0
            elif h.type in (NeuronType.TYPE_1_ACTIVE, NeuronType.SEMI_ACTIVE):
                kept = ends[0] > 0 and ends[1] > 0
            elif h.type is NeuronType.TYPE_2_ACTIVE:
                kept = (ends[0] < 0 and ends[1] > 0) if h.weight > 0 else (
                    ends[0] > 0 and ends[1] < 0
                )
            else:
                return False
            if not kept:
                return False
        values = self.knot_scalars
        return all(a < b for a, b in pairwise(values))
