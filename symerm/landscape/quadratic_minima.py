"""Critical points of the true loss for the activation x^2: local minimum or saddle.

f = c + sum_j v_j <a_j, (x, 1)>^2 with a_j = (w_j, b_j) is linear in the matrix sum_j v_j a_j a_j^T,
and <r, f' - f> is the sum over the neurons of v'_j a'_j^T R a'_j - v_j a_j^T R a_j with the
symmetric matrix R = int r (x, 1)(x, 1)^T.  A critical point has a_j^T R a_j = 0, and R a_j = 0
where v_j is not zero.  R = 0: f is the best of all quadratic functions.  Otherwise a flat neuron
gives a descent, and v_j R positive semidefinite for all j a local minimum (derived here; the case
of affine targets is that of Cheridito, Jentzen, Rossmannek 2021).
"""

from __future__ import annotations

from fractions import Fraction

from symerm.arithmetic.symmetric import inertia
from symerm.landscape.neuron_terms import CurveOfDescent
from symerm.landscape.true_hessian import true_hessian
from symerm.landscape.true_loss import Hidden, TrueLoss
from symerm.landscape.true_minima import MAX_HESSIAN_WIDTH, LocalVerdict

__all__ = ["moment_matrix", "quadratic_verdict"]

_ZERO, _ONE = Fraction(0), Fraction(1)
Pair = tuple[Fraction, Fraction]
Matrix = tuple[Pair, Pair]


def moment_matrix(loss: TrueLoss) -> Matrix:
    """R = int r (x, 1)(x, 1)^T, in the order (w, b)."""
    mass, first, second = (Fraction(int(sums[-1].p), int(sums[-1].q)) for sums in loss.moments)
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
    signs = {1 if neuron.output > 0 else -1 for neuron in loss.hidden}
    if all(_negative_vector(matrix, sign) is None for sign in signs):
        return LocalVerdict(
            "local-minimum",
            "v_j R is positive semidefinite for all neurons, R = int r (x, 1)(x, 1)^T",
        )
    for number, neuron in enumerate(loss.hidden):
        sign = 1 if neuron.output > 0 else -1
        vector = _negative_vector(matrix, sign)
        if vector is not None and neuron.weight == 0 and neuron.bias == 0:
            return LocalVerdict(
                "saddle",
                f"neuron {number + 1} is degenerate and can turn against the residual",
                CurveOfDescent(
                    _direction(loss, number, vector), 2, 2 * neuron.output * _form(matrix, vector)
                ),
            )
    if loss.network.width > MAX_HESSIAN_WIDTH:
        return LocalVerdict(
            "undecided", f"the Hessian of more than {MAX_HESSIAN_WIDTH} neurons is not examined"
        )
    hessian = true_hessian(loss)
    found = inertia(hessian)
    if found.direction is not None:
        step = found.direction
        value = sum(
            (x * y * hessian[i][k] for i, x in enumerate(step) for k, y in enumerate(step)), _ZERO
        )
        return LocalVerdict(
            "saddle", "the Hessian has a negative eigenvalue", CurveOfDescent(step, 2, value / 2)
        )
    return LocalVerdict(
        "undecided",
        "v_j R is not positive semidefinite for some neuron, and the Hessian is positive "
        "semidefinite: terms of higher order decide",
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
