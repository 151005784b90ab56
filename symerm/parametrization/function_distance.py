"""The distance of the functions of two networks: W^{1,inf} seminorm and supremum norm, exactly.

|f - g|_{W^{1,inf}} is the essential supremum of the largest absolute entry of D(f - g), the
distance with respect to which parametrizations are inverse stable (Berner, Elbraechter, Grohs
2019).  For two layers the difference has a kink form, and only hyperplanes across which its
gradient jumps cut the domain; networks of more layers are compared cell by cell.
"""

from __future__ import annotations

from dataclasses import dataclass

from symerm.display import RichDisplay, Table, box_text, number_text, point_text
from symerm.errors import InputError
from symerm.networks.deep import DeepNetwork
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.deep_distance import deep_distances, difference_cells
from symerm.parametrization.equality import as_two_layers
from symerm.parametrization.kink_networks import kink_form_in
from symerm.parametrization.kinks import Box, KinkForm, check_box
from symerm.parametrization.seminorm import DEFAULT_LIMIT, Seminorm, sobolev_seminorm
from symerm.parametrization.sup_norm import SupNorm, sup_norm

__all__ = ["FunctionDistance", "difference_form", "function_distance"]

Network = ShallowNetwork | DeepNetwork


@dataclass(frozen=True)
class FunctionDistance(RichDisplay):
    """Both norms of h = f - g on R^p or on a box.

    Attributes
    ----------
    dimension, outputs : int
        p and q.
    box : Box or None
        None is R^p.
    kinks : tuple of (normal, offset), or None
        The kinks of h, in the order of the signs of the seminorm; None for deep networks.
    seminorm : Seminorm
    supremum : SupNorm
    """

    dimension: int
    outputs: int
    box: Box | None
    kinks: tuple[tuple[tuple[int, ...], int], ...] | None
    seminorm: Seminorm
    supremum: SupNorm

    def _display(self) -> Table:
        """Both norms and where they are reached, for notebooks."""
        steepest, largest = self.seminorm, self.supremum
        rows = [
            ("domain", box_text(self.box, self.dimension)),
            (
                "largest slope of f - g",
                f"{number_text(steepest.value)}, around {point_text(steepest.point)}"
                if steepest.point
                else number_text(steepest.value),
            ),
        ]
        if largest.value is None:
            where = point_text(largest.direction or ())
            rows.append(("largest value of |f - g|", f"infinite, in the direction {where}"))
        elif largest.point:
            where = point_text(largest.point)
            text = f"{number_text(largest.value)}, at {where}"
            rows.append(("largest value of |f - g|", text))
        else:
            rows.append(("largest value of |f - g|", number_text(largest.value)))
        return Table(rows)


def function_distance(
    first: Network, second: Network, *, box: Box | None = None, limit: int = DEFAULT_LIMIT
) -> FunctionDistance:
    """The seminorm and the supremum norm of the difference of two networks' functions.

    Parameters
    ----------
    first, second : ShallowNetwork or DeepNetwork
        Activations relu or leaky, not necessarily the same.
    box : p pairs of Fractions, optional
        By default the functions are compared on R^p.
    limit : int
        Largest number of cells in each search.

    Raises
    ------
    InputError
        If the numbers of inputs or outputs differ, or the box does not fit.
    UnsupportedError
        If an activation is not piecewise linear.
    BudgetExceeded
        If a search needs more cells.

    Examples
    --------
    >>> from fractions import Fraction
    >>> one, zero = Fraction(1), Fraction(0)
    >>> ramp = ShallowNetwork(((one,),), (zero,), ((one,),), (zero,))
    >>> late = ShallowNetwork(((one,),), (-one,), ((one,),), (zero,))
    >>> found = function_distance(ramp, late)
    >>> str(found.seminorm.value), str(found.supremum.value), str(found.supremum.point[0])
    ('1', '1', '1')
    """
    dimension = _common_shape(first, second, box)
    shallow = as_two_layers(first), as_two_layers(second)
    if shallow[0] is None or shallow[1] is None:
        cells = difference_cells(_as_deep(first), _as_deep(second), dimension, box=box, limit=limit)
        seminorm, supremum = deep_distances(cells, dimension)
        return FunctionDistance(
            dimension, first.output_dimension, box, None, seminorm, supremum
        )
    form = difference_form(shallow[0], shallow[1], box=box)
    return FunctionDistance(
        dimension,
        form.outputs,
        box,
        tuple((kink.normal, kink.offset) for kink in form.kinks),
        sobolev_seminorm(form, limit=limit),
        sup_norm(form, limit=limit),
    )


def difference_form(
    first: ShallowNetwork, second: ShallowNetwork, *, box: Box | None = None
) -> KinkForm:
    """The kink form of f - g; a network without neurons is a constant on any R^p.

    Raises
    ------
    InputError
        If the numbers of inputs or outputs differ, or the box does not fit.
    UnsupportedError
        If an activation is not piecewise linear.

    Examples
    --------
    >>> from fractions import Fraction
    >>> one, zero = Fraction(1), Fraction(0)
    >>> ramp = ShallowNetwork(((one,),), (zero,), ((one,),), (zero,))
    >>> difference_form(ramp, ShallowNetwork((), (), (), (one,))).offset
    (Fraction(-1, 1),)
    """
    dimension = _common_shape(first, second, box)
    return kink_form_in(dimension, first, box) - kink_form_in(dimension, second, box)


def _as_deep(network: Network) -> DeepNetwork:
    return network if isinstance(network, DeepNetwork) else DeepNetwork.from_shallow(network)


def _common_shape(first: Network, second: Network, box: Box | None) -> int:
    """The number of inputs; networks whose first layer is empty take any."""
    outputs = first.output_dimension, second.output_dimension
    if outputs[0] != outputs[1]:
        raise InputError(f"the networks have {outputs[0]} and {outputs[1]} outputs")
    sizes = {n.input_dimension for n in (first, second) if _takes_inputs(n)}
    if len(sizes) > 1:
        raise InputError(
            f"the networks have {first.input_dimension} and {second.input_dimension} inputs"
        )
    dimension = sizes.pop() if sizes else len(box or ())
    if box is not None:
        check_box(box, dimension)
    return dimension


def _takes_inputs(network: Network) -> bool:
    if isinstance(network, DeepNetwork):
        return network.layers[0].width > 0
    return network.width > 0
