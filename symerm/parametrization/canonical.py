"""The canonical form of a two-layer network up to permutations and positive scalings of neurons.

act(z) = max(z, gamma z) satisfies act(s z) = s act(z) for s > 0, so (a, b, v) and (s a, s b, v / s)
are the same neuron: one of them has primitive integers (a, b).  Neurons with the same (a, b) add
up, constant ones go into the output bias, and sorting ends the ambiguity.  The function may have
more networks: max(x, 0) - max(x - 1, 0) = max(-x, 0) - max(1 - x, 0) + 1, as the sum of the jumps
vanishes (`symerm.parametrization.kink_networks` has a form of the function).
"""

from __future__ import annotations

from fractions import Fraction

from symerm.arithmetic.linalg import primitive
from symerm.errors import UnsupportedError
from symerm.networks.shallow import ShallowNetwork

__all__ = ["canonical_network"]

Vector = tuple[Fraction, ...]
Neuron = tuple[tuple[int, ...], Vector]


def canonical_network(network: ShallowNetwork, *, keep_redundant: bool = False) -> ShallowNetwork:
    """The canonical form of a network.

    Parameters
    ----------
    network : ShallowNetwork
        Activation relu or leaky.
    keep_redundant : bool
        If True the width stays: no neurons are added up or removed, so that two networks have
        the same form exactly if a permutation and positive scalings turn one into the other.

    Returns
    -------
    ShallowNetwork
        It realises the same function.  Two networks whose neurons lie on distinct hyperplanes
        have the same form if they realise the same function and face the same sides; they do so
        in any case if the vectors of jumps delta_H n_H^T are linearly independent.

    Raises
    ------
    UnsupportedError
        If the activation is not piecewise linear.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> split = ShallowNetwork(((one / 2,), (-one,), (3 * one,)), (one, one, 6 * one),
    ...                        ((one,), (zero,), (one,)), (zero,))
    >>> form = canonical_network(split)
    >>> form.hidden_weights, form.hidden_biases, form.output_weights
    (((Fraction(1, 1),),), (Fraction(2, 1),), ((Fraction(7, 2),),))
    >>> canonical_network(split, keep_redundant=True).width
    3
    """
    if not network.activation.is_piecewise_linear:
        raise UnsupportedError(
            f"the canonical form needs the activation relu or leaky, not {network.activation.name}"
        )
    neurons = [
        _scaled((*weights, bias), output)
        for weights, bias, output in zip(
            network.hidden_weights, network.hidden_biases, network.output_weights, strict=True
        )
    ]
    biases = network.output_biases
    if not keep_redundant:
        sums: dict[tuple[int, ...], Vector] = {}
        for form, output in neurons:
            before = sums.get(form)
            sums[form] = output if before is None else _plus(before, output)
        neurons = []
        for form, output in sums.items():
            if not any(form[:-1]):
                value = network.activation(Fraction(form[-1]))
                biases = _plus(biases, tuple(value * v for v in output))
            elif any(output):
                neurons.append((form, output))
    neurons.sort()
    return ShallowNetwork(
        tuple(tuple(map(Fraction, form[:-1])) for form, _ in neurons),
        tuple(Fraction(form[-1]) for form, _ in neurons),
        tuple(output for _, output in neurons),
        biases,
        network.activation,
    )


def _scaled(form: Vector, output: Vector) -> Neuron:
    """The neuron with primitive integer weights."""
    whole = primitive(form)
    for entry, small in zip(form, whole, strict=True):
        if small:
            return whole, tuple(entry / small * v for v in output)
    # (0, 0, v) and (0, 0, v / s) are the same neuron.
    return whole, tuple(map(Fraction, primitive(output)))


def _plus(first: Vector, second: Vector) -> Vector:
    return tuple(x + y for x, y in zip(first, second, strict=True))
