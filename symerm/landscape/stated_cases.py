"""The critical points for an affine target as a theorem states them, for any width.

ReLU: Cheridito, Jentzen, Rossmannek (2021), Theorem on affine targets: non-global local minima
and saddles with constant f, and for each even n saddles with n equally spaced kinks of
alternating facing.  Leaky ReLU max(x, gamma x): for each n two families U and D of saddles whose
pieces have lengths proportional to 1, sqrt(gamma), sqrt(1 + gamma).  x^2: saddles with constant
f.  All other critical points are global minima.  Nothing is computed here; the tables that
`symerm.landscape.case_table` derives are compared with these.
"""

from __future__ import annotations

from symerm.landscape.case_rows import CaseRow
from symerm.landscape.configurations import NeuronClass
from symerm.landscape.slope_field import GAMMA, ONE, minus
from symerm.landscape.zigzags import Zigzag

__all__ = ["stated_rows"]

_CONSTANT = Zigzag((), (ONE,), ONE)
_REASON = ("by the theorem",)
_IDLE = (
    NeuronClass("inactive", "flat"),
    NeuronClass("inactive", "non-flat"),
    NeuronClass("semi-inactive at T0", "alpha v > 0"),
    NeuronClass("semi-inactive at T1", "alpha v < 0"),
)
_BAD = (
    NeuronClass("degenerate", "flat"),
    NeuronClass("semi-active", "flat"),
    NeuronClass("semi-inactive at T0", "alpha v < 0"),
    NeuronClass("semi-inactive at T0", "flat"),
    NeuronClass("semi-inactive at T1", "alpha v > 0"),
    NeuronClass("semi-inactive at T1", "flat"),
)
_CONSTANT_FLAT = tuple(
    NeuronClass(name, "flat") for name in ("degenerate", "inactive, w = 0", "semi-active")
)
_PARABOLAS = (
    NeuronClass("constant", "flat"),
    NeuronClass("degenerate", "flat"),
    NeuronClass("degenerate", "non-flat"),
    NeuronClass("sloped", "flat"),
)


def stated_rows(width: int, activation: str) -> tuple[CaseRow, ...]:
    """The rows of the theorem's table, that of the global minima last.

    Parameters
    ----------
    width : int
        At least one.
    activation : str
        ``"relu"``, ``"leaky"`` or ``"quadratic"``.

    Examples
    --------
    >>> [(row.kind, row.verdict) for row in stated_rows(2, "relu")]
    [('constant', 'local-minimum'), ('constant', 'saddle'), ('zigzag', 'saddle'), \
('target', 'global-minimum')]
    """
    if activation == "relu":
        others = _IDLE if width > 1 else ()
        rows = [
            CaseRow("constant", _CONSTANT, "local-minimum", (), _IDLE, _REASON),
            CaseRow("constant", _CONSTANT, "saddle", _BAD, others, _REASON),
            *(
                _zigzag_row(
                    Zigzag(_alternating(n, 1), (ONE,) * (n + 1), ONE), width,
                    tuple(sorted((*_IDLE, *_BAD))),
                )
                for n in range(2, width + 1, 2)
            ),
        ]  # fmt: skip
    elif activation == "leaky":
        rows = [CaseRow("constant", _CONSTANT, "saddle", _CONSTANT_FLAT, (), _REASON)]
        for n in range(1, width + 1):
            # For odd n the families U and D are mirror images.
            for first in (1, -1) if n % 2 == 0 else (1,):
                rows.append(_zigzag_row(_leaky_zigzag(n, first), width, _CONSTANT_FLAT))
    else:
        rows = [CaseRow("constant", _CONSTANT, "saddle", _PARABOLAS, (), _REASON)]
    if activation != "quadratic" or width > 1:
        rows.append(CaseRow("target", None, "global-minimum", (), (), _REASON))
    return tuple(rows)


def _alternating(count: int, first: int) -> tuple[int, ...]:
    return tuple(first * (-1) ** i for i in range(count))


def _zigzag_row(residual: Zigzag, width: int, allowed: tuple[NeuronClass, ...]) -> CaseRow:
    # With a neuron for each kink there is none left that may be idle.
    others = allowed if width > len(residual.facings) else ()
    return CaseRow("zigzag", residual, "saddle", (), others, _REASON)


def _leaky_zigzag(count: int, first: int) -> Zigzag:
    """The family U (first kink facing right) or D."""
    facings = _alternating(count, first)
    inner = (ONE + GAMMA,) * (count - 1)
    start = ONE if first > 0 else GAMMA
    end = GAMMA if facings[-1] > 0 else ONE
    return Zigzag(facings, (start, *inner, end), minus(ONE, GAMMA) * first)
