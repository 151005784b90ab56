"""Whether two networks realise the same function, on R^p or on a box, exactly.

Two-layer networks realise the same function exactly if their kink forms agree: the sums of the
jumps on every hyperplane that crosses the domain, the linear parts and the constants.  Deeper
networks are compared piece by piece: their difference is zero if it is on every chamber of
`symerm.networks.chambers`.  Where functions differ a rational point with two values shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from symerm.display import RichDisplay, Table, point_text
from symerm.errors import BudgetExceeded, InputError, UnsupportedError
from symerm.networks.chambers import Chamber, network_chambers
from symerm.networks.deep import DeepNetwork
from symerm.networks.piecewise import Piece, piecewise_linear_function
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.difference import difference_network
from symerm.parametrization.kink_networks import kink_form_in
from symerm.parametrization.kinks import Box, KinkForm, check_box

__all__ = ["Comparison", "as_two_layers", "compare_networks"]

Vector = tuple[Fraction, ...]
Network = ShallowNetwork | DeepNetwork

_ZERO, _ONE = Fraction(0), Fraction(1)

#: Points tried before deep networks are cut into pieces.
_TRIALS = 40


@dataclass(frozen=True)
class Comparison(RichDisplay):
    """The answer to the question whether two networks realise the same function.

    Attributes
    ----------
    equal : bool
    point : p Fractions, or None
        Where the functions differ, if they do.
    values : two rows of q Fractions, or None
        The values of the networks at the point.
    forms : two KinkForm, or None
        For networks of two layers: kinks, linear part and constant of each.
    pieces : int or None
        For deeper networks: on how many pieces the difference was found to be zero.
    """

    equal: bool
    point: Vector | None = None
    values: tuple[Vector, Vector] | None = None
    forms: tuple[KinkForm, KinkForm] | None = None
    pieces: int | None = None

    def _display(self) -> Table:
        """The answer and the point that shows it, for notebooks."""
        rows = [("same function", "yes" if self.equal else "no")]
        if self.point is not None and self.values is not None:
            first, second = map(point_text, self.values)
            rows.append(("values", f"{first} against {second}"))
            rows.append(("at the point", point_text(self.point)))
        if self.forms is not None:
            counts = " and ".join(str(len(form.kinks)) for form in self.forms)
            rows.append(("kinks of the functions", counts))
        if self.pieces is not None:
            rows.append(("pieces compared", str(self.pieces)))
        return Table(rows)


def compare_networks(
    first: Network, second: Network, *, box: Box | None = None, limit: int = 20_000
) -> Comparison:
    """Decide whether two networks realise the same function.

    Parameters
    ----------
    first, second : ShallowNetwork or DeepNetwork
        Activations relu or leaky, not necessarily the same.
    box : p pairs of Fractions, optional
        Where the functions are compared; None is R^p.
    limit : int
        Largest number of pieces into which the inputs are cut for deeper networks.

    Raises
    ------
    InputError
        If the networks differ in their numbers of inputs or outputs, or the box does not fit.
    UnsupportedError
        If an activation is not piecewise linear.
    BudgetExceeded
        If there are more than `limit` pieces.

    Examples
    --------
    max(x, 0) - max(-x, 0) is x, and differs from max(x, 0) only for negative x:

    >>> one, zero = Fraction(1), Fraction(0)
    >>> pair = ShallowNetwork(((one,), (-one,)), (zero, zero), ((one,), (-one,)), (zero,))
    >>> ramp = ShallowNetwork(((one,),), (zero,), ((one,),), (zero,))
    >>> found = compare_networks(pair, ramp)
    >>> found.equal, found.point, found.values
    (False, (Fraction(-1, 1),), ((Fraction(-1, 1),), (Fraction(0, 1),)))
    >>> compare_networks(pair, ramp, box=((zero, one),)).equal
    True
    """
    dimension = _common_dimension(first, second, box)
    shallow = as_two_layers(first), as_two_layers(second)
    if shallow[0] is not None and shallow[1] is not None:
        return _compare_forms(shallow[0], shallow[1], dimension, box)
    for point in _trial_points(dimension, box):
        if first(point) != second(point):
            return Comparison(False, point, (first(point), second(point)))
    if not dimension:
        return Comparison(True, pieces=1)
    difference = difference_network(first, second, dimension=dimension, box=box)
    try:
        if dimension == 1:
            line = piecewise_linear_function(difference, limit=limit).pieces()
            count, points = len(line), _points_on_line(line, box)
        else:
            chambers = network_chambers(difference, limit=limit)
            count, points = len(chambers), _points_in_space(chambers, box)
    except BudgetExceeded:
        raise BudgetExceeded(
            f"the networks cut the inputs into more than {limit} pieces; raise the limit, or "
            "compare them on a smaller box"
        ) from None
    found = next(points, None)
    if found is None:
        return Comparison(True, pieces=count)
    return Comparison(False, found, (first(found), second(found)))


def as_two_layers(network: Network) -> ShallowNetwork | None:
    """The network as one with a single hidden layer, or None if it has more or none.

    Examples
    --------
    >>> one = Fraction(1)
    >>> shallow = ShallowNetwork(((one,),), (one,), ((one, -one),), (one, one))
    >>> as_two_layers(DeepNetwork.from_shallow(shallow)) == shallow
    True
    """
    if isinstance(network, ShallowNetwork):
        return network
    if len(network.layers) != 2:
        return None
    hidden, last = network.layers
    return ShallowNetwork(
        hidden.weights,
        hidden.biases,
        tuple(zip(*last.weights, strict=True)),
        last.biases,
        network.activation,
    )


def _compare_forms(
    first: ShallowNetwork, second: ShallowNetwork, dimension: int, box: Box | None
) -> Comparison:
    forms = kink_form_in(dimension, first, box), kink_form_in(dimension, second, box)
    point = (forms[0] - forms[1]).nonzero_point()
    if point is None:
        return Comparison(True, forms=forms)
    return Comparison(False, point, (first(point), second(point)), forms)


def _common_dimension(first: Network, second: Network, box: Box | None) -> int:
    """The number of inputs; networks without neurons take any number."""
    for network in (first, second):
        if not network.activation.is_piecewise_linear:
            raise UnsupportedError(
                f"equality is decided for the activations relu and leaky, not "
                f"{network.activation.name}"
            )
    if first.output_dimension != second.output_dimension:
        raise InputError(
            f"the networks have {first.output_dimension} and {second.output_dimension} outputs; "
            "equality needs the same number"
        )
    inputs = {n for n in (first.input_dimension, second.input_dimension) if n}
    if len(inputs) > 1:
        raise InputError(
            f"the networks have {first.input_dimension} and {second.input_dimension} inputs; "
            "equality needs the same number"
        )
    dimension = max(inputs, default=0 if box is None else len(box))
    if box is not None:
        check_box(box, dimension)
    return dimension


def _trial_points(dimension: int, box: Box | None) -> Iterator[Vector]:
    """Points that show most differences of deep networks at once; always the same."""
    rng = Random(0)
    for trial in range(_TRIALS):
        reach = Fraction(4) ** (trial % 5)
        sides = box or ((-reach, reach),) * dimension
        yield tuple(low + (high - low) * Fraction(rng.randrange(1, 64), 64) for low, high in sides)


def _points_on_line(pieces: Sequence[Piece], box: Box | None) -> Iterator[Vector]:
    """A point in every piece, inside the box, whose affine map is not zero."""
    for piece in pieces:
        if not any(piece.slope) and not any(piece.intercept):
            continue
        low, high = piece.lower, piece.upper
        if box is not None:
            ((left, right),) = box
            low = left if low is None else max(low, left)
            high = right if high is None else min(high, right)
        if low is None:
            low = (_ZERO if high is None else high) - 3
        if high is None:
            high = low + 3
        if low < high:
            # An affine map that is not zero vanishes at one of two points at most.
            yield next(
                (s,)
                for s in ((2 * low + high) / 3, (low + 2 * high) / 3)
                if any(piece(s))
            )


def _points_in_space(chambers: Sequence[Chamber], box: Box | None) -> Iterator[Vector]:
    """A point in every chamber inside the box whose affine map is not zero."""
    for chamber in chambers:
        inside = box is None or all(
            low < x < high for x, (low, high) in zip(chamber.witness, box, strict=True)
        )
        if not inside or not (any(map(any, chamber.matrix)) or any(chamber.offset)):
            continue
        point = chamber.witness
        direction = next((row for row in chamber.matrix if any(row)), point)
        step = _ONE
        while not (any(chamber(point)) and chamber.contains(point)):
            point = tuple(
                x + step * d for x, d in zip(chamber.witness, direction, strict=True)
            )
            step /= 2
        yield point
