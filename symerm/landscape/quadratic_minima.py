"""Critical points of the true loss for the activation x^2: local minimum or saddle.

f = c + sum_j v_j <a_j, (x, 1)>^2 with a_j = (w_j, b_j) is linear in the matrix sum_j v_j a_j a_j^T,
and <r, f' - f> is the sum over the neurons of v'_j a'_j^T R a'_j - v_j a_j^T R a_j with the
symmetric matrix R = int r (x, 1)(x, 1)^T.  A critical point has a_j^T R a_j = 0, and R a_j = 0
where v_j is not zero.  R = 0: f is the best of all quadratic functions.  Otherwise a flat neuron
gives a descent, and v_j R positive semidefinite for all j a local minimum; what is left is decided
by a quadratic form in the w_j, so that no case stays open (derived here; the case of affine
targets is that of Cheridito, Jentzen, Rossmannek 2021).
"""

from __future__ import annotations

from fractions import Fraction

from symerm.arithmetic.flint_rationals import from_flint
from symerm.arithmetic.symmetric import inertia
from symerm.landscape.neuron_terms import CurveOfDescent
from symerm.landscape.true_loss import Hidden, TrueLoss
from symerm.landscape.true_minima import LocalVerdict

__all__ = ["moment_matrix", "quadratic_verdict"]

_ZERO, _ONE = Fraction(0), Fraction(1)
Pair = tuple[Fraction, Fraction]
Matrix = tuple[Pair, Pair]


def moment_matrix(loss: TrueLoss) -> Matrix:
    """R = int r (x, 1)(x, 1)^T, in the order (w, b)."""
    mass, first, second = (from_flint(sums[-1]) for sums in loss.moments)
    return (second, first), (first, mass)


def quadratic_verdict(loss: TrueLoss) -> LocalVerdict:
    """The verdict for a network with activation x^2 and zero gradient.

    The verdict is ``"global-minimum"`` if R = 0.

    Examples
    --------
    >>> from symerm.arithmetic.piecewise_polynomials import PiecewisePolynomial
    >>> from symerm.networks.shallow import ShallowNetwork
    >>> from symerm.problem.architecture import Activation
    >>> one, zero = Fraction(1), Fraction(0)
    >>> line = PiecewisePolynomial((zero, one), ((zero, one),))
    >>> flat = ShallowNetwork(
    ...     ((zero,),), (one,), ((zero,),), (one / 2,), Activation("quadratic")
    ... )
    >>> quadratic_verdict(TrueLoss(flat, line)).verdict
    'saddle'
    """
    matrix = moment_matrix(loss)
    if not any(map(any, matrix)):
        return LocalVerdict(
            "global-minimum", "the function is the best quadratic approximation of the target"
        )
    for number, neuron in enumerate(loss.hidden):
        if neuron.flat:
            return LocalVerdict(
                "saddle",
                f"neuron {number + 1} is flat, and the residual is not orthogonal to the squares "
                "of all neurons near it",
                _flat_descent(loss, number, neuron, matrix),
            )
    for number, neuron in enumerate(loss.hidden):
        vector = _negative_vector(matrix, 1 if neuron.output > 0 else -1)
        if vector is not None and neuron.weight == 0 and neuron.bias == 0:
            return LocalVerdict(
                "saddle",
                f"neuron {number + 1} is degenerate and can turn against the residual",
                CurveOfDescent(
                    _direction(loss, number, vector), 2, 2 * neuron.output * _form(matrix, vector)
                ),
            )
    # R has a kernel that holds all a_j, and int r = 0: it is diag(s, 0), or no a_j is left.
    return _constant_neurons(loss, matrix[0][0])


def _constant_neurons(loss: TrueLoss, second: Fraction) -> LocalVerdict:
    """No flat neuron, int r = int x r = 0, s = int x^2 r, and w_j = 0 where v_j s < 0.

    With b_j and v_j moving too, the change of the loss is Q(w) + O(|w|^2 (|w| + |dv| + |db|)) with
    Q(w) = 2 s sum v_j w_j^2 + (|T|^3/3) (sum v_j b_j w_j)^2, for the best c: a minimum if Q is
    positive definite where s v_j < 0 for some j, a saddle if it is negative somewhere.  If it is
    only semidefinite, shrinking b against w lowers the loss in third order.
    """
    hidden = loss.hidden
    against = [j for j, h in enumerate(hidden) if second * h.output < 0]
    if not against:
        return LocalVerdict(
            "local-minimum",
            "v_j R is positive semidefinite for all neurons, R = int r (x, 1)(x, 1)^T",
        )
    start, stop = loss.interval
    cube = (stop - start) ** 3 / 3
    diagonal = [2 * second * h.output for h in hidden]
    shares = [h.output * h.bias for h in hidden]
    first = against[0]
    step = [_ZERO] * len(hidden)
    if shares[first] == 0:
        step[first] = _ONE
    elif len(against) > 1:
        # Two neurons keep the slope of f.
        step[against[1]] = _ONE
        step[first] = -shares[against[1]] / shares[first]
    else:
        total = sum(
            (g * g / d for j, (g, d) in enumerate(zip(shares, diagonal, strict=True))
             if j != first), _ZERO
        )
        factor = cube * shares[first] / (1 + cube * total)
        step = [-factor * g / d for g, d in zip(shares, diagonal, strict=True)]
        step[first] = _ONE
    slope = sum((g * w for g, w in zip(shares, step, strict=True)), _ZERO)
    bend = sum((h.output * w * w for h, w in zip(hidden, step, strict=True)), _ZERO)
    value = 2 * second * bend + cube * slope * slope
    words = f"{len(against)} neuron{'s' * (len(against) > 1)} with v s < 0, s = int x^2 r"
    if value > 0:
        return LocalVerdict(
            "local-minimum",
            f"{words}; 2 s sum v w^2 + (|T|^3/3) (sum v b w)^2 is positive definite in w",
        )
    middle = (start + stop) / 2
    width = len(hidden)
    direction = [*step, *[_ZERO] * (2 * width), -2 * slope * middle]
    if value < 0:
        return LocalVerdict(
            "saddle", f"{words}; the second variation is negative in w and c",
            CurveOfDescent(tuple(direction), 2, value),
        )
    # The slope is not zero, as s v_j < 0 for the first.  With b_j (1 - M eps) the term of order 3
    # is -(2/3) |T|^3 slope (M slope - P mid), P = sum v w^2.
    shrink = bend * middle / slope + 1
    for j, h in enumerate(hidden):
        direction[width + j] = -shrink * h.bias
        direction[-1] += 2 * shrink * h.output * h.bias**2
    return LocalVerdict(
        "saddle",
        f"{words}; the second variation is zero in a direction, and the third order is not",
        CurveOfDescent(tuple(direction), 3, -2 * cube * slope * slope),
    )


def _flat_descent(loss: TrueLoss, number: int, neuron: Hidden, matrix: Matrix) -> CurveOfDescent:
    a = neuron.weight, neuron.bias
    image = _apply(matrix, a)
    square = _fourth_moment(loss, a)
    if any(image):
        size = image[0] ** 2 + image[1] ** 2
        scale = square / (2 * size)
        step = scale * image[0], scale * image[1]
        return CurveOfDescent(
            _direction(loss, number, step, output=-_ONE), 2, square - 4 * scale * size
        )
    vector = next(
        h
        for sign in (1, -1)
        for h in (_negative_vector(matrix, sign),)
        if h is not None
    )
    value = _form(matrix, vector)
    output = -_ONE if value > 0 else _ONE
    if not square:
        return CurveOfDescent(
            _direction(loss, number, vector, output=output), 3, -2 * abs(value)
        )
    return CurveOfDescent(
        _direction(loss, number, vector),
        4,
        -value * value / square,
        _direction(loss, number, (_ZERO, _ZERO), output=output * abs(value) / square),
        2,
    )


def _negative_vector(matrix: Matrix, sign: int) -> Pair | None:
    """A vector h with sign h^T R h < 0, if there is one."""
    found = inertia([[sign * entry for entry in row] for row in matrix])
    return None if found.direction is None else (found.direction[0], found.direction[1])


def _apply(matrix: Matrix, vector: Pair) -> Pair:
    first, second = (row[0] * vector[0] + row[1] * vector[1] for row in matrix)
    return first, second


def _form(matrix: Matrix, vector: Pair) -> Fraction:
    image = _apply(matrix, vector)
    return image[0] * vector[0] + image[1] * vector[1]


def _fourth_moment(loss: TrueLoss, a: Pair) -> Fraction:
    """The integral of (w x + b)^4."""
    start, stop = loss.interval
    if a[0] == 0:
        return a[1] ** 4 * (stop - start)
    low, high = (a[0] * x + a[1] for x in (start, stop))
    return (high**5 - low**5) / (5 * a[0])


def _direction(
    loss: TrueLoss, number: int, vector: Pair, *, output: Fraction = _ZERO
) -> tuple[Fraction, ...]:
    width = loss.network.width
    entries = [_ZERO] * (3 * width + 1)
    entries[number], entries[width + number], entries[2 * width + number] = *vector, output
    return tuple(entries)
