"""The hidden neurons of a point of a secant variety, and of a path towards a boundary stratum.

On a piece the activation is linear, so a neuron with activations sum c_k sign_k image_k, c >= 0,
is the same combination of the rays of the piece.  The coordinates of a root give each neuron's c:
those of its axis; for two pieces with common generators f, g and coordinates d, p, q of the pairs
(f,g), (f,f), (g,g) the parts (d + p) f + q g and p f + (q + d) g; and for joined segments the
same after scaling their ends such that u1 - u2 = v1 - v2.  Towards a stratum the coordinates of
the items outside its box carry a factor eps, so that the neurons are polynomials in eps.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import fmpq, fmpq_poly

from symerm.arithmetic.linalg import nullspace, primitive, solve
from symerm.attainability.secant_problem import Limit, SecantProblem
from symerm.attainability.secant_roots import Root, segment_scales
from symerm.errors import CertificateError

__all__ = ["NeuronPath", "neuron_paths", "realised_neurons"]

#: The coefficients of 1, eps, eps^2, .. of each of the m parameters of a neuron.
NeuronPath = tuple[tuple[Fraction, ...], ...]
Coordinates = Sequence[Sequence[fmpq_poly]]
#: The coefficient of each vertex of a neuron.
Shares = dict[int, fmpq_poly]


def realised_neurons(problem: SecantProblem, point: Limit) -> list[tuple[Fraction, ...]]:
    """The hidden neurons of a tuple, in the units of the forms.

    Parameters
    ----------
    problem : SecantProblem
    point : Limit
        Without a box.

    Returns
    -------
    d vectors of Q^m

    Raises
    ------
    CertificateError
        If the point has a box.

    Examples
    --------
    >>> from symerm.attainability.refit import refitted_network
    >>> from symerm.attainability.scaled import scale_problem
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> data = Dataset.from_rows([0, 1, 2, 3], [[0, 0], [0, 1], [1, 3], [2, 3]])
    >>> scaled = scale_problem(Problem(data, Architecture(2)))
    >>> problem = SecantProblem.of(scaled)
    >>> ones = tuple((1,) * size for size in problem.tables[0].root.shape)
    >>> point = Limit(0, ones, None, problem.loss(0, ones, None))
    >>> network = refitted_network(scaled, realised_neurons(problem, point))
    >>> network.loss(data.inputs, data.outputs) == scaled.to_loss(point.loss)
    True
    """
    if point.box is not None:
        raise CertificateError("a limit on a boundary stratum has no neurons")
    return [
        tuple(row[0] if row else Fraction(0) for row in path)
        for path in neuron_paths(problem, point)
    ]


def neuron_paths(problem: SecantProblem, limit: Limit) -> list[NeuronPath]:
    """The hidden neurons, in the units of the forms, of a path that tends to a limit.

    Without a box they are constant.  For eps > 0 the signs of their values at the inputs do not
    change, and common powers of eps of all parameters of a neuron are divided out.

    Parameters
    ----------
    problem : SecantProblem
    limit : Limit

    Returns
    -------
    d neurons of m polynomials
    """
    root = problem.tables[limit.root].root
    coordinates = [
        [
            fmpq_poly([c] if limit.box is None or item in limit.box[axis] else [0, c])
            for item, c in enumerate(part)
        ]
        for axis, part in enumerate(limit.coordinates)
    ]
    shares = _shares(problem, root, coordinates)
    return [
        _path(problem, _home(problem, piece, share), share)
        for piece, share in zip(root.pieces, shares, strict=True)
    ]


def _home(problem: SecantProblem, piece: int, share: Shares) -> int:
    """The piece of a neuron; another one for a vertex that is not in it."""
    pieces = problem.pieces.pieces
    if set(share) <= {k for k, _ in pieces[piece]}:
        return piece
    return next(m for m, other in enumerate(pieces) if set(share) <= {k for k, _ in other})


def _shares(problem: SecantProblem, root: Root, coordinates: Coordinates) -> list[Shares]:
    """The vertices of each neuron with their coefficients."""
    if root.shared:
        return _sharing(root, coordinates)
    found: list[Shares] = []
    places = []
    for items, weights in zip(root.axes, coordinates, strict=True):
        places.append(len(found))
        if len(items[0]) == 1:
            found.append({
                item[0][0]: weight for item, weight in zip(items, weights, strict=True)
            })
        elif len(items) == 1:
            found.extend({vertex: weights[0]} for vertex, _ in items[0])
        else:
            found.extend(_joined(problem, items, weights))
    for first, second, side in root.hinges:
        i, j = places[first], places[second]
        pieces = root.pieces[i], root.pieces[j]
        found[i], found[j] = _hinged(problem, pieces, side, found[i], found[j])
    return found


def _hinged(
    problem: SecantProblem, pieces: tuple[int, int], side: int, first: Shares, second: Shares
) -> tuple[Shares, Shares]:
    """Two neurons on segments u, v and v, x, of which one is given on z, v with z = x - u."""
    a, b = (dict(problem.pieces.pieces[k]) for k in pieces)
    (v,) = a.keys() & b.keys()
    (u,), (x,) = a.keys() - {v}, b.keys() - {v}
    (z,) = (second if side == 0 else first).keys() - {v}
    inner = problem.forms.inner
    (relation,) = nullspace([[inner[i][j] for j in (u, x, z)] for i in (u, x, z)])
    of_u, of_x, of_z = map(abs, primitive(relation))
    real = first[u] if side == 0 else second[x]
    if not real:
        # The product is that of the vertices z and v.
        return {v: fmpq_poly([1])}, {z: fmpq_poly([1])}
    if side == 0:
        return first, {
            v: first[u] * second[v] * of_z + second[z] * first[v] * of_u,
            x: first[u] * second[z] * of_x,
        }
    return {
        u: first[z] * second[x] * of_u,
        v: first[v] * second[x] * of_z + first[z] * second[v] * of_x,
    }, second


def _sharing(root: Root, coordinates: Coordinates) -> list[Shares]:
    """Two neurons on pieces with two common generators."""
    (f, _), (g, _) = root.axes[0][0]
    apart, both_f, both_g = coordinates[0]
    total = apart + both_f + both_g
    parts = (apart + both_f, both_g), (both_f, both_g + apart)
    found = []
    for items, (keep, *others), (of_f, of_g) in zip(
        root.axes[1:], coordinates[1:], parts, strict=True
    ):
        shares = {f: keep * of_f, g: keep * of_g}
        shares.update(
            (item[0][0], total * weight)
            for item, weight in zip(items[1:], others, strict=True)
        )
        found.append(shares)
    return found


def _joined(
    problem: SecantProblem, items: Sequence[Sequence[tuple[int, int]]],
    weights: Sequence[fmpq_poly],
) -> list[Shares]:
    """Two neurons on parallel segments."""
    _, (u1, v1), (u2, v2) = items
    a1, a2, b1, b2 = segment_scales(items, problem.forms)
    apart, first, second = weights
    # The coordinates of the products of the scaled ends, all times a1 a2 b1 b2.
    first, second = first * (a2 * b2), second * (a1 * b1)
    if items[0] == (u1, v2):
        apart = apart * (a2 * b1)
        shares = (first + apart, second), (first, second + apart)
    else:
        apart = apart * (a1 * b2)
        shares = (first, second + apart), (first + apart, second)
    (x1, x2), (y1, y2) = shares
    return [{u1[0]: x1 * a1, u2[0]: x2 * a2}, {v1[0]: y1 * b1, v2[0]: y2 * b2}]


def _path(problem: SecantProblem, piece: int, shares: Shares) -> NeuronPath:
    """The parameters of a neuron, given the coefficients of its piece's vertices."""
    found = [fmpq_poly()] * len(problem.scaled.forms[0])
    vertices, rays = problem.pieces.pieces[piece], problem.pieces.piece_rays[piece]
    for (vertex, _), ray in zip(vertices, rays, strict=True):
        share = shares.get(vertex)
        if share is None or not share:
            continue
        parameters = solve(problem.scaled.forms, ray)
        if parameters is None:
            raise CertificateError("a ray of a piece has no neuron")
        found = [
            x + share * fmpq(a.numerator, a.denominator)
            for x, a in zip(found, parameters, strict=True)
        ]
    rows = [[Fraction(int(c.p), int(c.q)) for c in x.coeffs()] for x in found]
    shift = min(
        (next(k for k, c in enumerate(row) if c) for row in rows if row), default=0
    )
    return tuple(tuple(row[shift:]) for row in rows)
