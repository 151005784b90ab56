"""Affine symmetries of a set of points.

An affine map that permutes the inputs acts on the neurons (a, b) and permutes the coordinates of
all activation vectors, so it maps the ReLU cone and its secants to themselves: cases that it
exchanges need to be treated once.  Such a map is known from the images of an affine basis, and
the images of the other points are then forced.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from math import perm

from symerm.arithmetic.linalg import row_reduce, solve
from symerm.arrangements.faces import central_symmetry
from symerm.arrangements.patterns import data_forms

__all__ = ["affine_symmetries"]


def affine_symmetries(
    inputs: Sequence[Sequence[Fraction | int]], *, hidden_bias: bool = True, limit: int = 5000
) -> tuple[tuple[int, ...], ...]:
    """The permutations of distinct inputs that come from affine maps.

    Parameters
    ----------
    inputs : n distinct rows of p rationals
    hidden_bias : bool
        Without hidden bias only linear maps act on the neurons.
    limit : int
        Largest number of images of a basis that are tried.  If there are more, only the identity
        and the reflection in a centre are returned, where there is one.

    Returns
    -------
    tuple of permutations, sorted
        Input i goes to the place of input permutation[i]; the identity comes first.

    Raises
    ------
    InputError
        If there are no inputs or they differ in length.

    Examples
    --------
    >>> affine_symmetries([(0,), (1,), (3,), (4,)])
    ((0, 1, 2, 3), (3, 2, 1, 0))
    >>> len(affine_symmetries([(0, 0), (0, 1), (1, 0), (1, 1)]))
    8
    """
    forms = data_forms(inputs, hidden_bias=hidden_bias)
    count = len(forms)
    identity = tuple(range(count))
    # The pivots of the transposed matrix are a basis among the forms.
    _, basis = row_reduce(tuple(zip(*forms, strict=True)))
    if perm(count, len(basis)) > limit:
        mirror = central_symmetry(inputs, hidden_bias=hidden_bias)
        return tuple(sorted({identity, *([] if mirror is None else [mirror])}))
    columns = tuple(zip(*(forms[i] for i in basis), strict=True))
    # A single input at the origin, without hidden bias, has an empty basis.
    shares = [(solve(columns, form) or ()) if columns else () for form in forms]
    place = {form: i for i, form in enumerate(forms)}
    found = []
    for chosen in permutations(range(count), len(basis)):
        images: list[int] = []
        for share in shares:
            image = place.get(tuple(
                sum((c * forms[i][k] for c, i in zip(share, chosen, strict=True)), Fraction(0))
                for k in range(len(forms[0]))
            ))
            if image is None:
                break
            images.append(image)
        if sorted(images) == list(identity):
            found.append(tuple(images))
    return tuple(sorted(found))
