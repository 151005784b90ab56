"""One entry for both losses, and whether a local minimum of a dataset is global."""

from __future__ import annotations

from dataclasses import replace

from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
from symerm.arithmetic.rationals import format_rational
from symerm.errors import InputError, SymermError
from symerm.landscape.empirical_minima import classify_empirical
from symerm.landscape.true_classification import classify
from symerm.landscape.verdicts import Classification
from symerm.networks.deep import DeepNetwork
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.architecture import Architecture
from symerm.problem.dataset import Dataset
from symerm.problem.problem import Problem

__all__ = ["classify_against", "require_two_layers", "with_global_verdict"]

#: What `classify_empirical` says of a local minimum, and the search answers.
_OPEN = "; whether another network has a smaller loss was not decided"


def classify_against(
    network: ShallowNetwork, against: PiecewisePolynomial | Dataset
) -> Classification:
    """`classify` against a target, `classify_empirical` against a dataset."""
    if isinstance(against, Dataset):
        return classify_empirical(network, against)
    return classify(network, against)


def require_two_layers(network: ShallowNetwork | DeepNetwork) -> ShallowNetwork:
    """The network, if it has the form of two layers.

    Raises
    ------
    InputError
        If it is given by a list of layers.
    """
    if isinstance(network, DeepNetwork):
        count = len(network.layers)
        raise InputError(
            f"the network is given by {count} layers; a network of two layers, with the keys "
            "hidden_weights, hidden_biases, output_weights and output_biases, is needed"
        )
    return network


def with_global_verdict(
    found: Classification, dataset: Dataset, *, time_limit: float
) -> Classification:
    """The classification after a search for the global infimum of the network's architecture.

    Parameters
    ----------
    found : Classification
        Of a network for the dataset; only a local minimum is looked at again.
    dataset : Dataset
    time_limit : float
        Seconds of search.

    Returns
    -------
    Classification
        ``global-minimum`` if the loss is the infimum; the reason says what was proved.

    Examples
    --------
    >>> from fractions import Fraction
    >>> data = Dataset.from_rows([0, 1, 2], [0, 2, 1])
    >>> zero, one = Fraction(0), Fraction(1)
    >>> mean = ShallowNetwork(((one,),), (-3 * one,), ((one,),), (one,))
    >>> found = classify_empirical(mean, data)
    >>> with_global_verdict(found, data, time_limit=10).reason.split("; ")[-1]
    'not global: the infimum for width 1 is 1/2'
    """
    # The solver takes long to load.
    from symerm.attainability import decide

    if found.verdict != "local-minimum":
        return found
    network = found.network
    known = found.reason.removesuffix(_OPEN)
    try:
        best = decide(
            Problem(dataset, Architecture(network.width, network.activation)),
            time_limit=time_limit,
        )
    except SymermError as error:
        return replace(found, reason=f"{known}; global or not was not decided: {error}")
    if best.upper < found.loss:
        bound = best.exact if best.exact is not None else best.upper
        relation = "is" if best.exact is not None else "is at most"
        words = f"not global: the infimum for width {network.width} {relation} "
        return replace(found, reason=f"{known}; {words}{format_rational(bound)}")
    if best.lower >= found.loss:
        return replace(
            found,
            verdict="global-minimum",
            reason=f"{known}; global: the loss is the infimum for width {network.width}",
        )
    return replace(
        found,
        reason=f"{known}; global or not was not decided within the time limit",
    )
