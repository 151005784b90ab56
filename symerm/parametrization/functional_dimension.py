"""The functional dimension of a two-layer network, by a closed formula.

It is the dimension of the span T of the derivatives of theta -> nu_theta, functions on the domain
(Grigsby, Lindsey, Meyerhoff and Wu 2022: the largest rank of the Jacobian of values at finitely
many points).  Write Aff for the affine functions on R^p, V_H for the span of the output weights of
the neurons on a hyperplane H, r_H = dim V_H.  Then dim T is the sum over the hyperplanes in the
domain of q + p r_H, plus q (p + 1) - (q - dim B) (p + 1 - dim L), where L is spanned by 1 and the
forms z_H of hyperplanes with neurons of both orientations, B by V_P n V_N for the outputs V_P, V_N
of the two orientations there; an affine neuron v act(t z) of slope s != 0 adds z to L, v to B.

Lemma, with proof.  A neuron v act(l), l = t z, has the derivatives v (x) act'(l) Aff in (w, b) and
R^q (x) act(l) in v.  With h the indicator of z > 0, act'(l) = gamma + (1 - gamma) h for t > 0 and
1 - (1 - gamma) h for t < 0.  So the span S_H of what the neurons of H give is the set of all
(gamma a + b) + (1 - gamma) h (a - b) with a in U_P, b in U_N, where U_P = V_P (x) Aff + R^q (x) z,
or 0 if no neuron has t > 0, and likewise U_N.

1. Functions h_H c_H, c_H in R^q (x) Aff, of distinct H in the domain are independent modulo global
   affine functions: at a point of H in the interior and off the others, the sum has different
   affine pieces on the two sides, by c_H, so c_H = 0.
2. Hence T modulo affine functions is the direct sum of the U_P + U_N = V_H (x) Aff + R^q (x) z,
   each of dimension r_H (p + 1) + q - r_H, since z lies in Aff.
3. An affine element of T is a sum of affine elements of the S_H, of the affine neurons' span and
   of R^q (x) 1.  S_H holds the affine functions with a = b, those of U_P n U_N, because
   gamma a + a = (1 + gamma) a: nothing with one orientation, (V_P n V_N) (x) Aff + R^q (x) z with
   both, as U_P and U_N both contain R^q (x) z and modulo it are V_P, V_N times Aff / z.
4. Together the affine elements are R^q (x) L + B (x) Aff, whose complement in R^q (x) Aff has the
   dimension (q - dim B) (p + 1 - dim L).

At a neuron with w = 0, b = 0, v != 0 nu is not differentiable in (w, b): the one-sided derivatives
are v act(dl), no linear space.  There T is the span of the derivatives in all other parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symerm.arithmetic.linalg import nullspace, rank
from symerm.networks.gradients import parameter_vector
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.hyperplane_groups import HyperplaneGroup, NeuronGroups, group_neurons
from symerm.parametrization.kinks import Box

__all__ = ["FunctionalDimension", "functional_dimension", "intersection"]

Vector = tuple[Fraction, ...]


@dataclass(frozen=True)
class FunctionalDimension:
    """The functional dimension of a two-layer network on a domain.

    Attributes
    ----------
    kink_part : int
        Dimension of T modulo global affine functions.
    affine_part : int
        Dimension of the affine functions in T.
    parameters : int
        Number N of parameters.
    generic : int
        m (p + q) + q for m neurons: the largest value, taken on R^p at almost all parameters.
    largest_nearby : int
        The largest value at parameters arbitrarily near the network, on the domain.
    not_smooth : tuple of int
        Neurons with w = 0, b = 0 and v != 0, whose (w, b) are left out.
    """

    kink_part: int
    affine_part: int
    parameters: int
    generic: int
    largest_nearby: int
    not_smooth: tuple[int, ...] = ()

    @property
    def dimension(self) -> int:
        """dim T."""
        return self.kink_part + self.affine_part

    @property
    def locally_constant(self) -> bool:
        """Whether the functional dimension is the same at all parameters near the network.

        It cannot fall nearby, because ranks cannot, so it is constant if it is largest already.
        """
        return not self.not_smooth and self.dimension == self.largest_nearby


def functional_dimension(
    network: ShallowNetwork, *, box: Box | None = None
) -> FunctionalDimension:
    """The functional dimension of a network on R^p or on a box.

    Parameters
    ----------
    network : ShallowNetwork
        Activation relu or leaky.
    box : p pairs of Fractions, optional

    Raises
    ------
    InputError
        If the box does not fit.
    UnsupportedError
        If the activation is not piecewise linear.

    Notes
    -----
    The ranks of few vectors with p or q entries: fast at any width.

    Examples
    --------
    Two neurons of one kink that face the same way have as many dimensions as one neuron:

    >>> one, zero = Fraction(1), Fraction(0)
    >>> network = ShallowNetwork(((one,), (one,)), (zero, zero), ((one,), (2 * one,)), (zero,))
    >>> found = functional_dimension(network)
    >>> found.dimension, found.generic, found.parameters
    (3, 5, 7)
    """
    neurons = group_neurons(network, box=box)
    # A network without neurons is constant, and takes points of any dimension.
    p = network.input_dimension
    q = network.output_dimension
    gamma = network.activation.negative_slope
    kink_part = sum(q + p * rank(group.outputs) for group in neurons.crossing)
    lines: list[Sequence[Fraction | int]] = [(0,) * p + (1,)]
    directions: list[Vector] = []
    for group in neurons.crossing:
        if group.two_sided:
            lines.append(group.form)
            directions.extend(intersection(*_two_sides(group)))
    for group in neurons.outside:
        for slope, row in zip(group.slopes(gamma), group.outputs, strict=True):
            if slope:
                lines.append(group.form)
                directions.append(row)
    missing = (q - rank(directions)) * (p + 1 - rank(lines))
    return FunctionalDimension(
        kink_part,
        q * (p + 1) - missing,
        len(parameter_vector(network)),
        network.width * (p + q) + q,
        _largest_nearby(neurons, p, q, gamma),
        tuple(j for j in neurons.zero if any(network.output_weights[j])),
    )


def intersection(first: Sequence[Vector], second: Sequence[Vector]) -> tuple[Vector, ...]:
    """Vectors that span the intersection of two spans.

    Examples
    --------
    >>> e = [tuple(Fraction(int(i == k)) for i in range(3)) for k in range(3)]
    >>> [[abs(int(x)) for x in row] for row in intersection(e[:2], e[1:])]
    [[0, 1, 0]]
    """
    if not first or not second:
        return ()
    relations = nullspace(list(zip(*first, *second, strict=True)), columns=len(first) + len(second))
    found = (
        tuple(
            sum((x * row[k] for x, row in zip(relation, first, strict=False)), Fraction(0))
            for k in range(len(first[0]))
        )
        for relation in relations
    )
    return tuple(row for row in found if any(row))


def _two_sides(group: HyperplaneGroup) -> tuple[list[Vector], list[Vector]]:
    """The output weights of the neurons that face along the normal and against it."""
    pairs = list(zip(group.scales, group.outputs, strict=True))
    return [row for t, row in pairs if t > 0], [row for t, row in pairs if t < 0]


def _largest_nearby(neurons: NeuronGroups, p: int, q: int, gamma: Fraction) -> int:
    """The largest functional dimension at parameters near the given ones.

    A neuron adds p + q at most.  Near the given parameters all hyperplanes that cross or touch the
    domain, and those of neurons with (w, b) = 0, cross its interior, distinct and with v != 0: each
    adds p + q.  The others still miss the domain.
    """
    crossing = len(neurons.zero) if p else 0
    affine = 0
    for group in neurons.groups:
        if group.crosses or group.touches:
            crossing += len(group.neurons)
        else:
            affine += sum(map(bool, group.slopes(gamma)))
    # Generic affine neurons v act(l) raise dim B and dim L by one each, up to q and p + 1.
    missing = (q - min(q, affine)) * (p - min(p, affine))
    return crossing * (p + q) + q * (p + 1) - missing
