"""The critical points of one configuration of neurons, derived from the critical equations.

Either r = f - (alpha x + beta) is zero: a global minimum, possible if and only if the jumps v |w|
at each kink cancel and the slopes add up to alpha, a linear system whose solution may force no
v to be zero.  Or r is not zero: then r is a zigzag fixed by the kinks of the neurons that are not
flat (see `symerm.landscape.zigzags`), flat neurons add their equation int act(w x + b) r = 0, and
the verdict comes from `symerm.landscape.case_verdicts`.  Nothing is taken from the classification
of Cheridito, Jentzen, Rossmannek (2021); `symerm.landscape.stated_cases` states that for
comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from symerm.arithmetic.rational_functions import RationalFunction
from symerm.landscape.case_verdicts import constant_verdict, kink_descent
from symerm.landscape.configurations import Configuration, NeuronClass, neuron_signs
from symerm.landscape.parabolas import derive_parabolas
from symerm.landscape.slope_field import GAMMA, ONE, ZERO, row_reduce_functions
from symerm.landscape.zigzags import Infeasible, Zigzag, flat_kink_meets, solve_zigzag

__all__ = ["CriticalCase", "Derivation", "derive"]


@dataclass(frozen=True)
class CriticalCase:
    """Critical points that share a configuration, their realised function and their verdict.

    Attributes
    ----------
    residual : Zigzag or None
        The realised function; None if it is the target.
    verdict : str
        ``"global-minimum"``, ``"local-minimum"`` or ``"saddle"``.
    reason : str
        Formulas stand between dollar signs.
    """

    residual: Zigzag | None
    verdict: str
    reason: str


@dataclass(frozen=True)
class Derivation:
    """What was derived about a configuration.

    Attributes
    ----------
    configuration : Configuration
    cases : tuple of CriticalCase
        Empty if the configuration is not critical.
    refusals : tuple of str
        Which equation fails: for r = 0, for r != 0, or both; formulas between dollar signs.
    """

    configuration: Configuration
    cases: tuple[CriticalCase, ...]
    refusals: tuple[str, ...]


def derive(configuration: Configuration, activation: str) -> Derivation:
    """The critical points of a configuration for a target alpha x + beta with alpha not 0.

    Parameters
    ----------
    configuration : Configuration
    activation : str
        ``"relu"``, ``"leaky"`` (for every slope in (0, 1) at once) or ``"quadratic"``.

    Examples
    --------
    >>> right = NeuronClass("type-2-active, facing right", "non-flat")
    >>> left = NeuronClass("type-2-active, facing left", "non-flat")
    >>> found = derive(Configuration((), ((right,), (left,))), "relu")
    >>> found.cases[0].verdict, found.refusals
    ('saddle', ('$r = 0$ fails: the slopes add up to 0, not to $alpha$',))
    >>> derive(Configuration((), ((right,),)), "relu").refusals[1]
    '$r != 0$ needs a piece of length 0 after a last kink facing right'
    """
    if activation == "quadratic":
        found: list[CriticalCase | Infeasible] = [
            entry if isinstance(entry, Infeasible) else CriticalCase(*entry)
            for entry in derive_parabolas(configuration)
        ]
    else:
        slope = ZERO if activation == "relu" else GAMMA
        found = [_with_target(configuration, slope), _with_zigzag(configuration, activation)]
    return Derivation(
        configuration,
        tuple(entry for entry in found if isinstance(entry, CriticalCase)),
        tuple(entry.reason for entry in found if isinstance(entry, Infeasible)),
    )


def _with_target(
    configuration: Configuration, slope: RationalFunction
) -> CriticalCase | Infeasible:
    """The case f = target."""
    sloped = sum(
        not neuron.flat and _sloped(neuron, slope) for neuron in configuration.outer
    )
    groups = tuple(
        tuple(neuron.facing for neuron in group if not neuron.flat)
        for group in configuration.kinks
    )
    failure = _target_failure(sloped, tuple(group for group in groups if group), slope)
    if failure:
        return Infeasible(f"$r = 0$ fails: {failure}")
    return CriticalCase(None, "global-minimum", "$f$ is the target and $L = 0$")


@cache
def _target_failure(
    sloped: int, groups: tuple[tuple[int, ...], ...], slope: RationalFunction
) -> str:
    """Why weights that are not zero cannot realise x, or nothing.

    The unknowns are the slopes of the neurons that are affine on the interval, then v |w| for
    those with a kink inside.  The jumps at each kink add up to 0; the slopes on the first piece
    are gamma v |w| facing right, -v |w| facing left, and add up to 1.
    """
    facings = [facing for group in groups for facing in group]
    size = sloped + len(facings)
    last = [ONE] * sloped + [slope if facing > 0 else ONE * -1 for facing in facings]
    rows = [[*last, ONE]]
    start = sloped
    for group in groups:
        row = [ONE if start <= j < start + len(group) else ZERO for j in range(size)]
        rows.append([*row, ZERO])
        start += len(group)
    reduced, pivots = row_reduce_functions(rows)
    if size in pivots:
        return "the slopes add up to 0, not to $alpha$"
    if any(not any(row[:pivot] + row[pivot + 1 :]) for row, pivot in zip(reduced, pivots,
                                                                         strict=True)):
        return "a kink that is not flat stands alone"
    return ""


def _sloped(neuron: NeuronClass, slope: RationalFunction) -> bool:
    """Whether a neuron without a kink inside realises an affine function that is not constant."""
    left, right, weight = neuron_signs(neuron)
    return bool(weight) and (max(left, right) > 0 or bool(slope))


def _with_zigzag(
    configuration: Configuration, activation: str
) -> CriticalCase | Infeasible:
    """The case f != target."""
    slope = ZERO if activation == "relu" else GAMMA
    affine = any(_needs_moment(neuron, slope) for neuron in configuration.outer)
    knots: list[frozenset[int]] = []
    flat: list[tuple[int, int]] = []
    for group in configuration.kinks:
        if all(neuron.flat for neuron in group):
            flat.extend((len(knots), neuron.facing) for neuron in group)
        else:
            # At a kink of r the equation of a flat neuron is that of one that is not flat.
            knots.append(frozenset(neuron.facing for neuron in group))
    found = _zigzag(tuple(knots), affine, slope)
    if isinstance(found, Infeasible):
        return found
    if not all(_flat_kink_meets(found, piece, facing, slope) for piece, facing in flat):
        return Infeasible("a flat kink inside a piece has $int r act(w x + b) != 0$")
    if flat:
        raise ArithmeticError("a flat kink inside a piece is critical; its place is not rational")
    if found.facings:
        _kink_descent(found, slope)
        return CriticalCase(
            found, "saddle", "the second variation is negative for a move of the first two kinks "
            "with changes of $v$ and $c$"
        )
    verdict, reason = constant_verdict(dict.fromkeys(configuration.outer), activation)
    return CriticalCase(found, verdict, reason)


#: Few zigzags occur in very many configurations.
@cache
def _zigzag(
    knots: tuple[frozenset[int], ...], affine: bool, slope: RationalFunction
) -> Zigzag | Infeasible:
    return solve_zigzag(knots, affine=affine, slope=slope)


_flat_kink_meets = cache(flat_kink_meets)
_kink_descent = cache(kink_descent)


def _needs_moment(neuron: NeuronClass, slope: RationalFunction) -> bool:
    """Whether the equations of a neuron without a kink inside include int x r = 0.

    Its activation is d (w x + b) on the interval.  For v != 0 the derivative by w is
    2 v d int x r, for v = 0 that by v is 2 d w int x r.  Degenerate neurons have d = 1.
    """
    left, right, weight = neuron_signs(neuron)
    active = max(left, right) > 0 or (left, right, weight) == (0, 0, 0)
    return (active or bool(slope)) and (not neuron.flat or weight != 0)
