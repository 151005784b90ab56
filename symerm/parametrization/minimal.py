"""Networks of minimal width: the fewest hidden neurons with which a function is realised.

Let the function have the kinks H = 1, .., n.  A neuron bends along one hyperplane, so every
network has a neuron on each kink, and hyperplanes with one neuron are kinks.  If S are the kinks
whose single neuron faces against n_H and E those with two neurons, the others must realise a
linear map that agrees with M_S (`symerm.parametrization.kink_networks`) modulo the normals of E.
So the width is n + min |E| + 2 r over S, E, r with rank(M_S modulo n_H, H in E) <= r on R^p, and
n + min_S rank M_S on a box, where one neuron adds a rank-one map.  For one output and r = 0 this
contains Subset Sum; what the searches prove is kept as the proof of minimality.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symerm.arithmetic.linalg import rank
from symerm.display import Cell, RichDisplay, Table
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.facings import Exclusion, FacingSearch
from symerm.parametrization.hyperplane_groups import group_neurons
from symerm.parametrization.kink_networks import kink_form_in, network_of_form
from symerm.parametrization.kinks import Box, KinkForm, kink_form

__all__ = ["DEFAULT_LIMIT", "MinimalNetwork", "minimal_network"]

#: Default of the largest number of partial sums that a search for facings examines.
DEFAULT_LIMIT = 30_000_000


@dataclass(frozen=True)
class MinimalNetwork(RichDisplay):
    """A network with few neurons and what is known about networks with fewer.

    Attributes
    ----------
    network : ShallowNetwork
        It realises the function.
    form : KinkForm
        The kinks on which every network with this function has a neuron.
    flipped, doubled : tuples of int
        The kinks whose neurons face against their normals, and those with two neurons.
    lower_bound : int
        No network with this function has fewer neurons.
    exclusions : tuple of Exclusion
        If the lower bound is larger than the number of kinks: what excludes one neuron less than
        the lower bound, for every largest pair of E and r.
    undecided : str or None
        Why it is not known whether fewer neurons suffice; None if the network is minimal.
    """

    network: ShallowNetwork
    form: KinkForm
    flipped: tuple[int, ...]
    doubled: tuple[int, ...]
    lower_bound: int
    exclusions: tuple[Exclusion, ...]
    undecided: str | None

    @property
    def width(self) -> int:
        """Number of hidden neurons of the network."""
        return self.network.width

    @property
    def is_minimal(self) -> bool:
        """Whether it is proved that no network with this function has fewer neurons."""
        return self.width == self.lower_bound

    def _display(self) -> Table:
        """The network and what is known of its width, for notebooks."""
        rows: list[tuple[str, Cell]] = [
            ("width", f"{self.width}, minimal" if self.is_minimal else str(self.width)),
            ("lower bound", str(self.lower_bound)),
            ("kinks", str(len(self.form.kinks))),
            ("network", self.network._cell()),
        ]
        if self.undecided is not None:
            rows.append(("undecided", self.undecided))
        return Table(rows)


def minimal_network(
    network: ShallowNetwork, *, box: Box | None = None, limit: int = DEFAULT_LIMIT
) -> MinimalNetwork:
    """A network of minimal width with the same function and activation.

    Parameters
    ----------
    network : ShallowNetwork
        Activation relu or leaky.
    box : p pairs of Fractions, optional
        Where the functions are to agree; None is R^p.
    limit : int
        Bound of the work, in partial sums of the searches for facings.

    Raises
    ------
    InputError
        If the box does not fit.
    UnsupportedError
        If the activation is not piecewise linear.

    Examples
    --------
    max(x, 0) - max(-x, 0) is the identity, which one neuron realises on a box but not on R:

    >>> from fractions import Fraction
    >>> one, zero = Fraction(1), Fraction(0)
    >>> pair = ShallowNetwork(((one,), (-one,)), (zero, zero), ((one,), (-one,)), (zero,))
    >>> minimal_network(pair).width, minimal_network(pair, box=((-one, one),)).width
    (2, 1)
    """
    form = kink_form(network, box)
    search = FacingSearch(form, network.activation, limit)
    best = min(
        (search.completed(*hint) for hint in _hints(network, form)), key=lambda found: found.extra
    )
    exclusions: tuple[Exclusion, ...] = ()
    lowest = 0
    for extra in range(best.extra):
        found, excluded, complete = search.level(extra)
        if found is not None:
            best = found
            break
        if complete:
            exclusions, lowest = tuple(excluded), extra + 1
    result = network_of_form(
        form, network.activation, flipped=best.flipped, doubled=best.doubled
    )
    if not (kink_form_in(form.dimension, result, box) - form).is_zero:
        raise ArithmeticError("the network that was built realises another function")
    count = len(form.kinks)
    if result.width < count + lowest:
        raise ArithmeticError("the network that was built has fewer neurons than was excluded")
    return MinimalNetwork(
        result,
        form,
        tuple(sorted(best.flipped)),
        best.doubled,
        count + lowest,
        exclusions,
        None if result.width == count + lowest else
        f"the search for facings reached its limit of {limit} partial sums; raise the limit",
    )


def _hints(
    network: ShallowNetwork, form: KinkForm
) -> Iterator[tuple[frozenset[int], tuple[int, ...]]]:
    """Facings and doubled kinks like the network's own, which is often nearly minimal."""
    index = {(kink.normal, kink.offset): k for k, kink in enumerate(form.kinks)}
    flipped, doubled = set(), list[int]()
    for group in group_neurons(network, box=form.box).crossing:
        k = index.get((group.normal, group.offset))
        if k is None:
            continue
        sides = [
            [jump for t, jump in zip(group.scales, group.jumps, strict=True) if side * t > 0]
            for side in (1, -1)
        ]
        along, against = (any(map(sum, zip(*jumps, strict=True))) for jumps in sides)
        if along and against:
            if rank([form.kinks[j].normal for j in [*doubled, k]]) > len(doubled):
                doubled.append(k)
        elif against:
            flipped.add(k)
    yield frozenset(flipped), ()
    yield frozenset(), ()
    if form.box is None:
        yield frozenset(flipped), tuple(doubled)
