"""Boundary strata of a secant variety in words: which neurons merge or become dependent.

At eps = 0 the activations of the neurons are dependent modulo constants.  Two neurons whose
activations become parallel merge; otherwise the smallest dependent sets are named.  A neuron is
described by its kink and facing for one input, else by the data points on its hyperplane.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from symerm.arithmetic.linalg import primitive, rank
from symerm.arithmetic.rationals import format_rational
from symerm.attainability.scaled import ScaledProblem
from symerm.attainability.secant_networks import NeuronPath
from symerm.errors import CertificateError

__all__ = ["describe_stratum"]

_COUNTS = {2: "two", 3: "three", 4: "four"}
#: Data points of a hyperplane that are named.
_NAMED = 4


def describe_stratum(
    scaled: ScaledProblem, paths: Sequence[NeuronPath]
) -> Mapping[str, str | list[str]]:
    """The stratum that paths of neurons tend to, in words and symbols.

    Parameters
    ----------
    scaled : ScaledProblem
    paths : d neurons of m polynomials in eps, in the units of the forms

    Raises
    ------
    CertificateError
        If the activations stay independent.

    Examples
    --------
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2, 3], [[0, 0], [0, 1], [1, 3], [2, 3]])
    >>> scaled = scale_problem(Problem(data, Architecture(2)))
    >>> one, more = Fraction(1), Fraction(1, 9)
    >>> describe_stratum(scaled, [((one,), (-one,)), ((one,), (-one, -more))])["description"]
    'two right-facing kinks merge at the data point 1'
    """
    neurons = [tuple(row[0] if row else Fraction(0) for row in path) for path in paths]
    images = [_activations(scaled, neuron) for neuron in neurons]
    names = [_neuron(scaled, neuron) for neuron in neurons]
    dependent = next(
        (
            part
            for size in range(1, len(images) + 1)
            for part in combinations(range(len(images)), size)
            if rank([images[j] for j in part]) < size
        ),
        None,
    )
    if dependent is None:
        raise CertificateError("the neurons stay independent: their limit is realised")
    if len(dependent) == 2:
        # All that merge with these two.
        first = dependent[0]
        dependent = tuple(
            j for j in range(len(images)) if j == first or rank([images[first], images[j]]) < 2
        )
        kind, words = "merging neurons", _merging(scaled, [neurons[j] for j in dependent])
        if words is None:
            words = f"the activations of {_listed(dependent)} become proportional at the inputs"
            if scaled.output_bias:
                words += ", up to constants"
    else:
        kind = "dependent neurons"
        words = f"the activations of {_listed(dependent)} become linearly dependent at the inputs"
        if scaled.output_bias:
            words += ", up to constants"
    return {
        "kind": kind,
        "description": words,
        **{f"neuron {j + 1}": f"tends to {name}" for j, name in enumerate(names)},
    }


def _activations(scaled: ScaledProblem, neuron: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """The activations at the inputs, centred if there is an output bias."""
    found = []
    for form in scaled.forms:
        value = sum((x * f for x, f in zip(neuron, form, strict=True)), Fraction(0))
        found.append(value * (scaled.slope_on if value > 0 else scaled.slope_off))
    if scaled.output_bias:
        mean = sum(found, Fraction(0)) / len(found)
        found = [x - mean for x in found]
    return tuple(found)


def _merging(scaled: ScaledProblem, neurons: Sequence[Sequence[Fraction]]) -> str | None:
    """How neurons merge that are multiples of each other in the limit, else None."""
    if len({primitive(neuron) for neuron in neurons}) > 1:
        return None
    count = _COUNTS.get(len(neurons), str(len(neurons)))
    kink = _kink(scaled, neurons[0])
    if kink is not None:
        facing, place = kink
        on_data = any(Fraction(form[0], scaled.input_scale) == place for form in scaled.forms)
        point = "the data point " if on_data else ""
        return f"{count} {facing}-facing kinks merge at {point}{format_rational(place)}"
    points = _on_hyperplane(scaled, neurons[0])
    where = f" at the hyperplane through {points}" if points else ""
    return f"{count} neurons merge{where}"


def _kink(
    scaled: ScaledProblem, neuron: Sequence[Fraction]
) -> tuple[str, Fraction] | None:
    """Facing and kink of a neuron with one input, None for more inputs and constant neurons."""
    inputs = len(scaled.forms[0]) - int(scaled.hidden_bias)
    if inputs > 1 or not neuron[0]:
        return None
    place = -neuron[1] / neuron[0] if scaled.hidden_bias else Fraction(0)
    return ("right" if neuron[0] > 0 else "left"), place


def _neuron(scaled: ScaledProblem, neuron: Sequence[Fraction]) -> str:
    kink = _kink(scaled, neuron)
    if kink is not None:
        return f"{kink[0]}-facing kink at {format_rational(kink[1])}"
    active = sum(
        sum(x * f for x, f in zip(neuron, form, strict=True)) > 0 for form in scaled.forms
    )
    words = f"one active at {active} of {scaled.size} inputs"
    points = _on_hyperplane(scaled, neuron)
    return f"{words}, its hyperplane through {points}" if points else words


def _on_hyperplane(scaled: ScaledProblem, neuron: Sequence[Fraction]) -> str:
    """The inputs at which a neuron is zero."""
    inputs = len(scaled.forms[0]) - int(scaled.hidden_bias)
    found = [
        ", ".join(format_rational(Fraction(x, scaled.input_scale)) for x in form[:inputs])
        for form in scaled.forms
        if not sum(x * f for x, f in zip(neuron, form, strict=True))
    ]
    names = [f"({point})" if inputs > 1 else point for point in found]
    if len(names) > _NAMED:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _listed(neurons: Sequence[int]) -> str:
    if len(neurons) == 1:
        return f"neuron {neurons[0] + 1}"
    *rest, last = (str(j + 1) for j in neurons)
    return f"neurons {', '.join(rest)} and {last}"
