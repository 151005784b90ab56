"""Degeneracies of a network as text, LaTeX, HTML or JSON.

A table of the hidden neurons, one row each: the hyperplane z = 0, the side on which the neuron is
active, its state on the domain and its balance.  Then what was found, one row per property, in
words.  Neurons are counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.display import box_text
from symerm.parametrization.deep_degeneracy import DeepDegeneracy
from symerm.parametrization.degeneracy import Degeneracy, WidthBounds
from symerm.parametrization.fibre import FibreDimension
from symerm.parametrization.functional_dimension import FunctionalDimension
from symerm.parametrization.hyperplane_groups import HyperplaneGroup
from symerm.reports.parametrization import domain_to_json, hyperplane_text
from symerm.reports.report_lines import counted
from symerm.reports.tables import format_table

__all__ = ["deep_degeneracy_to_json", "degeneracy_to_json", "format_deep", "format_degeneracy"]

_NEURONS = ("neuron", "hyperplane", "active side", "on the domain", "norm of v to (w,b)")
_FINDINGS = ("property", "finding")
_NONE = "none"
#: Longest list of neurons or hyperplanes that is written out.
_LONGEST = 12


def degeneracy_to_json(found: Degeneracy) -> dict[str, Any]:
    """The object that ``symerm degeneracy --json`` prints for a two-layer network.

    Neurons are counted from 1; numbers that may be fractions are texts.

    Examples
    --------
    >>> from symerm.networks.shallow import ShallowNetwork
    >>> from symerm.parametrization.degeneracy import degeneracy
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one,),), (one,), ((2 * one,),), (one,))
    >>> document = degeneracy_to_json(degeneracy(network))
    >>> document["functional_dimension"]["dimension"], document["fibre"]["dimension"]
    (3, 1)
    """
    places = {
        j: (group, scale)
        for group in found.groups.groups
        for j, scale in zip(group.neurons, group.scales, strict=True)
    }
    neurons = []
    for j, neuron in enumerate(found.neurons):
        group, scale = places.get(j, (None, Fraction(0)))
        bent = group is not None and any(group.normal)
        neurons.append(
            {
                "neuron": j + 1,
                "hyperplane": _hyperplane(group) if group is not None and bent else None,
                "facing": (1 if scale > 0 else -1) if bent else 0,
                "state": neuron.state,
                "dead": neuron.dead,
                "zero_output": neuron.zero_output,
                "input_norm": format_rational(neuron.input_norm),
                "output_norm": format_rational(neuron.output_norm),
                "ratio": None if neuron.ratio is None else format_rational(neuron.ratio),
            }
        )
    functional, fibre, width = found.functional, found.fibre, found.width
    return {
        "inputs": found.network.input_dimension,
        "outputs": found.network.output_dimension,
        "activation": found.network.activation.name,
        "domain": domain_to_json(found.box),
        "neurons": neurons,
        "dead": _numbers(found.dead),
        "zero_output": _numbers(found.zero_output),
        "unbalanced": _numbers(found.unbalanced),
        "same_hyperplane": [_group(group) for group in found.shared],
        "parallel": [[_group(group) for group in groups] for groups in found.parallel],
        "cancelling": [_group(group) for group in found.cancelling],
        "width": {
            "width": found.network.width,
            "kinks": width.kinks,
            "minimal": width.lower if width.lower == width.upper else None,
            "lower": width.lower,
            "upper": width.upper,
        },
        "functional_dimension": {
            "dimension": functional.dimension,
            "kink_part": functional.kink_part,
            "affine_part": functional.affine_part,
            "parameters": functional.parameters,
            "generic": functional.generic,
            "largest_nearby": functional.largest_nearby,
            "locally_constant": functional.locally_constant,
            "not_smooth": _numbers(functional.not_smooth),
        },
        "fibre": {
            "dimension": fibre.dimension,
            "lower": fibre.lower,
            "upper": fibre.upper,
            "first_order": fibre.first_order,
            "reason": fibre.reason,
        },
    }


def deep_degeneracy_to_json(found: DeepDegeneracy) -> dict[str, Any]:
    """The object that ``symerm degeneracy --json`` prints for a network of more layers.

    Hidden neurons are pairs [layer, neuron], counted from 1.
    """
    lower, upper = found.fibre_bounds
    return {
        "inputs": found.network.input_dimension,
        "outputs": found.network.output_dimension,
        "activation": found.network.activation.name,
        "domain": domain_to_json(found.box),
        "widths": list(found.network.widths),
        "never_active": [[i + 1, j + 1] for i, j in found.never_active],
        "always_active": [[i + 1, j + 1] for i, j in found.always_active],
        "zero_output": [[i + 1, j + 1] for i, j in found.zero_output],
        "functional_dimension": {
            "dimension": found.jacobian.rank,
            "parameters": found.parameters,
            "chambers": found.jacobian.chambers,
            "skipped_chambers": found.jacobian.skipped,
            "points": found.jacobian.points,
        },
        "fibre": {
            "dimension": lower if lower == upper else None,
            "lower": lower,
            "upper": upper,
            "scalings": found.scalings,
        },
    }


def format_degeneracy(found: Degeneracy, *, style: str = "text") -> str:
    """The tables of a two-layer network as text, LaTeX or HTML.

    Examples
    --------
    >>> from symerm.networks.shallow import ShallowNetwork
    >>> from symerm.parametrization.degeneracy import degeneracy
    >>> one = Fraction(1)
    >>> network = ShallowNetwork(((one,),), (one,), ((2 * one,),), (one,))
    >>> print(format_degeneracy(degeneracy(network)).splitlines()[1])
         1  x + 1 = 0   > 0          kink                            2
    """
    rows = [["-"] * len(_NEURONS) for _ in found.neurons]
    for group in found.groups.groups:
        for j, scale in zip(group.neurons, group.scales, strict=True):
            if any(group.normal):
                rows[j][1] = hyperplane_text(group)
                rows[j][2] = "> 0" if scale > 0 else "< 0"
    for j, neuron in enumerate(found.neurons):
        rows[j][0] = str(j + 1)
        rows[j][3] = neuron.state.replace("-", " ")
        if neuron.ratio is not None:
            rows[j][4] = format_rational(neuron.ratio)
    return _tables(_NEURONS, rows, _findings(found), style)


def format_deep(found: DeepDegeneracy, *, style: str = "text") -> str:
    """The table of a network of more layers as text, LaTeX or HTML."""
    lower, upper = found.fibre_bounds
    jacobian = found.jacobian
    if lower == upper:
        fibre = f"dimension {lower}: the scalings of hidden neurons, and to first order no others"
    else:
        fibre = (
            f"dimension between {lower} (scalings of hidden neurons) and {upper} (parameters minus "
            "functional dimension); which, is not decided"
        )
    skipped = ""
    if jacobian.skipped:
        skipped = (
            f"; {counted(jacobian.skipped, 'chamber')} left out, where a preactivation vanishes "
            "and the network is not differentiable in its parameters"
        )
    return _tables(
        (),
        [],
        [
            ("domain", box_text(found.box, found.network.input_dimension)),
            ("never active", _places(found.never_active)),
            ("always active", _places(found.always_active)),
            ("zero output weights", _places(found.zero_output)),
            (
                "functional dimension",
                f"{jacobian.rank} of {counted(found.parameters, 'parameter')}, the rank of the "
                f"Jacobian at {counted(jacobian.points, 'point')} in "
                f"{counted(jacobian.chambers, 'chamber')}{skipped}",
            ),
            ("fibre", fibre),
        ],
        style,
    )


def _tables(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    findings: Sequence[tuple[str, str]],
    style: str,
) -> str:
    if style == "text":
        width = max(len(name) for name, _ in findings)
        lines = [f"{name:<{width}}  {text}" for name, text in findings]
        return "\n".join([*([format_table(header, rows), ""] if rows else []), *lines])
    shown = [format_table(header, rows, style=style)] if rows else []
    return "\n\n".join([*shown, format_table(_FINDINGS, findings, style=style)])


def _findings(found: Degeneracy) -> list[tuple[str, str]]:
    p = found.network.input_dimension
    return [
        ("domain", box_text(found.box, p)),
        ("dead neurons", _neurons(found.dead)),
        ("zero output weights", _neurons(found.zero_output)),
        ("same hyperplane", _listed(_facing(group) for group in found.shared)),
        ("parallel hyperplanes", _parallel(found, p)),
        ("cancelling kinks", _listed(_facing(group) for group in found.cancelling)),
        ("balance", _balance(found)),
        ("width", _width(found.width, found.network.width)),
        ("functional dimension", _functional(found.functional)),
        ("fibre", _fibre(found.fibre)),
    ]


def _parallel(found: Degeneracy, dimension: int) -> str:
    if dimension == 1 and found.parallel:
        return "all, as always with one input"
    return _listed(
        _listed((hyperplane_text(group) for group in groups), between=", ")
        for groups in found.parallel
    )


def _balance(found: Degeneracy) -> str:
    ratios = [
        (neuron.ratio, j + 1) for j, neuron in enumerate(found.neurons) if neuron.ratio is not None
    ]
    if not found.unbalanced:
        return "every neuron is balanced"
    text = f"{counted(len(found.unbalanced), 'neuron')} not balanced"
    if ratios:
        (low, first), (high, last) = min(ratios), max(ratios)
        text += (
            f"; largest entry of v to that of (w,b) from {format_rational(low)} (neuron {first}) "
            f"to {format_rational(high)} (neuron {last})"
        )
    return text


def _width(bounds: WidthBounds, width: int) -> str:
    kinks = f"the function has {counted(bounds.kinks, 'kink')}"
    if bounds.lower < bounds.upper:
        return (
            f"{width}; minimal width between {bounds.lower} and {bounds.upper}, {kinks}: symerm "
            "minimal searches on"
        )
    extra = width - bounds.upper
    saved = f"{counted(extra, 'neuron')} can be saved" if extra else "minimal"
    return f"{width}; minimal width {bounds.upper}, {kinks}: {saved}"


def _functional(functional: FunctionalDimension) -> str:
    text = (
        f"{functional.dimension} of {counted(functional.parameters, 'parameter')}; almost all "
        f"networks of this width have {functional.generic}"
    )
    if functional.not_smooth:
        names = _neurons(functional.not_smooth)
        return f"{text}; not differentiable in the weights of {names}, which are left out"
    if functional.locally_constant:
        return f"{text}; constant near the network"
    return f"{text}; up to {functional.largest_nearby} near the network"


def _fibre(fibre: FibreDimension) -> str:
    if fibre.dimension is None:
        return f"dimension between {fibre.lower} and {fibre.upper}: {fibre.reason}"
    text = f"dimension {fibre.dimension}: {fibre.reason}"
    excess = fibre.first_order - fibre.dimension
    if excess:
        text += (
            f"; parameters minus functional dimension is {fibre.first_order}, so the kernel of the "
            f"derivative is larger by {excess}"
        )
    return text


def _hyperplane(group: HyperplaneGroup) -> dict[str, Any]:
    return {"normal": list(group.normal), "offset": group.offset}


def _group(group: HyperplaneGroup) -> dict[str, Any]:
    return {
        "hyperplane": _hyperplane(group),
        "along": _numbers(group.along),
        "against": _numbers(group.against),
    }


def _facing(group: HyperplaneGroup) -> str:
    sides = [
        f"{_neurons(side)} ({sign})"
        for side, sign in ((group.along, "> 0"), (group.against, "< 0"))
        if side
    ]
    return f"{hyperplane_text(group)}: {', '.join(sides)}"


def _numbers(neurons: Iterable[int]) -> list[int]:
    return [j + 1 for j in neurons]


def _neurons(neurons: Sequence[int]) -> str:
    return _listed((str(j + 1) for j in neurons), between=", ")


def _places(places: Sequence[tuple[int, int]]) -> str:
    return _listed((f"{j + 1} in hidden layer {i + 1}" for i, j in places), between=", ")


def _listed(texts: Iterable[str], *, between: str = "; ") -> str:
    """A list in words; of a long one the beginning."""
    shown = list(texts)
    if len(shown) > _LONGEST:
        shown[_LONGEST:] = [f"and {len(shown) - _LONGEST} more"]
    return between.join(shown) or _NONE
