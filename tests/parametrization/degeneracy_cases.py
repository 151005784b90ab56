"""Degenerate networks, and oracles for ranks and for local dimensions of fibres."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise, product

import sympy
from hypothesis import strategies as st
from parametrization_cases import activations, network_of, neurons_of, vectors

F = Fraction


@st.composite
def degenerate(draw, *, inputs=(1, 3), outputs=(1, 3), width=(1, 5), zero_neurons=True):
    """Networks of few hyperplanes, shared by neurons of both orientations, and constant neurons."""
    p, q = draw(st.integers(*inputs)), draw(st.integers(*outputs))
    form = vectors(p + 1)
    constant = st.sampled_from([F(-1), F(1), F(2)]).map(lambda b: (*[F(0)] * p, b))
    pool = draw(st.lists(st.one_of(form, form, form, constant), min_size=1, max_size=3))
    if not zero_neurons:
        pool = [row if any(row) else (*[F(0)] * p, F(1)) for row in pool]
    neurons = []
    for _ in range(draw(st.integers(*width))):
        *weights, bias = draw(st.sampled_from(pool))
        scale = draw(st.sampled_from([F(1), F(1), F(-1), F(2), F(-1, 2)]))
        neurons.append((tuple(scale * w for w in weights), scale * bias, draw(vectors(q))))
    return network_of(neurons, draw(vectors(q)), draw(activations))


def moved(network, amounts):
    """The network with all parameters moved by multiples of 2^-40."""
    eps = F(1, 2**40)
    amounts = iter(amounts)

    def row(values):
        return tuple(x + eps * next(amounts) for x in values)

    neurons = [(row(w), row((b,))[0], row(v)) for w, b, v in neurons_of(network)]
    return network_of(neurons, row(network.output_biases), network.activation)


def jacobian_rows(network, point):
    """The derivatives of the outputs in all parameters by the rule for one neuron, plain loops."""
    gamma = network.activation.negative_slope
    outputs = range(len(network.output_biases))
    rows = [[] for _ in outputs]
    for weights, bias, out in neurons_of(network):
        z = bias + sum(w * x for w, x in zip(weights, point, strict=True))
        slope = F(1) if z > 0 else gamma
        for k in outputs:
            rows[k] += [out[k] * slope * x for x in (*point, F(1))]
            rows[k] += [slope * z if i == k else F(0) for i in outputs]
    for k in outputs:
        rows[k] += [F(int(i == k)) for i in outputs]
    return rows


def points_on_the_line(network, box):
    """Two points in every gap between kinks on a line or an interval."""
    kinks = {-b / w[0] for w, b, _ in neurons_of(network) if w[0]}
    if box is None:
        ends = (min(kinks, default=F(0)) - 1, max(kinks, default=F(0)) + 1)
    else:
        ((low, high),) = box
        ends, kinks = (low, high), {x for x in kinks if low < x < high}
    return [
        ((a + share * (b - a)),)
        for a, b in pairwise(sorted({*ends, *kinks}))
        for share in (F(1, 3), F(2, 3))
    ]


def set_partitions(items):
    if not items:
        yield []
        return
    first, *rest = items
    for partition in set_partitions(rest):
        yield [[first], *partition]
        for k in range(len(partition)):
            yield [*partition[:k], [first, *partition[k]], *partition[k + 1 :]]


def local_dimension(polynomials, symbols):
    """The dimension at 0 of a complex variety, by its tangent cone.

    Lazard's method: a Groebner basis of the homogenised polynomials, in an order that puts powers
    of the new variable first, gives the lowest terms of the ideal's elements.
    """
    polynomials = [f for f in map(sympy.expand, polynomials) if f != 0]
    if not polynomials:
        return len(symbols)
    extra = sympy.Symbol("homogenising")
    homogeneous = [sympy.Poly(f, *symbols).homogenize(extra).as_expr() for f in polynomials]
    basis = sympy.groebner(homogeneous, extra, *symbols, order="grlex")
    supports = [
        {i for i, power in enumerate(g.monoms(order="grlex")[0][1:]) if power} for g in basis.polys
    ]
    assert all(supports), "the origin is not on the variety"
    size = len(symbols)
    return next(
        d
        for d in range(size, -1, -1)
        for free in combinations(range(size), d)
        if not any(support <= set(free) for support in supports)
    )


def side(weights, bias, box):
    """-1, 0, 1 for a neuron's sign on the domain (0: a kink inside), and whether that is stable."""
    if box is None:
        return (0, True) if any(weights) else ((1 if bias > 0 else -1), False)
    values = [
        bias + sum(w * x for w, x in zip(weights, corner, strict=True)) for corner in product(*box)
    ]
    if min(values) < 0 < max(values):
        return 0, True
    return (1 if min(values) >= 0 else -1), 0 not in values


def fibre_by_groebner(network, box=None):
    """The local dimension of the fibre from polynomial equations, without output biases.

    All set partitions of the neurons are tried: the neurons of a block keep a common hyperplane,
    on which either their jumps cancel or nothing changes; or they stay affine on the domain.  No
    neuron may have w = 0, b = 0.
    """
    neurons = neurons_of(network)
    p, q, m = network.input_dimension, network.output_dimension, len(neurons)
    gamma = sympy.Rational(*network.activation.negative_slope.as_integer_ratio())
    start = [
        [sympy.Rational(*x.as_integer_ratio()) for x in (*w, b, *v)] for w, b, v in neurons
    ]
    shift = [[sympy.Symbol(f"s{j}_{i}") for i in range(p + 1 + q)] for j in range(m)]
    now = [[a + s for a, s in zip(*pair, strict=True)] for pair in zip(start, shift, strict=True)]
    form0, form = ([row[: p + 1] for row in table] for table in (start, now))
    out0, out = ([row[p + 1 :] for row in table] for table in (start, now))
    lead = [next(i for i in range(p + 1) if row[i] != 0) for row in form0]
    faces = [1 if row[i] > 0 else -1 for row, i in zip(form0, lead, strict=True)]
    sides = [side(w, b, box) for w, b, _ in neurons]

    def minors(one, other):
        return [one[a] * other[b] - one[b] * other[a] for a, b in combinations(range(p + 1), 2)]

    def jump(block, forms, outs):
        return [
            sum(faces[j] * forms[j][lead[j]] * outs[j][k] for j in block) for k in range(q)
        ]

    # The linear part on one side of all hyperplanes, or where the affine neurons are affine.
    slopes = []
    for (sign, _), face in zip(sides, faces, strict=True):
        positive = sign > 0 if sign else face < 0
        slopes.append((1 if positive else gamma) if sign else (1 if face < 0 else gamma))
    linear = [
        sum(slopes[j] * (form[j][i] * out[j][k] - form0[j][i] * out0[j][k]) for j in range(m))
        for i in range(p)
        for k in range(q)
    ]
    best = -1
    for partition in set_partitions(list(range(m))):
        if any(any(minors(form0[b[0]], form0[j])) for b in partition for j in b):
            continue
        choices = []
        for block in partition:
            sign, stable = sides[block[0]]
            common = [e for j in block[1:] for e in minors(form[block[0]], form[j])]
            staying = [e for j in block for e in minors(form0[block[0]], form[j])]
            before, after = jump(block, form0, out0), jump(block, form, out)
            options = []
            if not any(before) and not (sign and stable):
                options.append(("moves", common + after))
            if sign and box is None:
                options.append(("stays", [form[j][i] for j in block for i in range(p)]))
            elif sign and len(block) == 1:
                options.append(("stays", []))
            elif any(before):
                options.append(
                    ("kink", staying + [x - y for x, y in zip(after, before, strict=True)])
                )
            choices.append(options)
        for choice in product(*choices):
            bent = [
                block[0] for block, (kind, _) in zip(partition, choice, strict=True)
                if kind == "kink"
            ]
            if any(not any(minors(form0[i], form0[j])) for i, j in combinations(bent, 2)):
                continue
            equations = linear + [e for _, part in choice for e in part]
            best = max(best, local_dimension(equations, [s for row in shift for s in row]))
    return best
