"""The seminorm W1,inf and the supremum norm of two-layer networks.

|h|_{W1,inf} is the largest absolute entry of D h over the cells; jumps across kinks are at most
twice as large; it vanishes for constants only, and parameters that converge need not converge in
it (Berner, Elbraechter, Grohs 2019, section 1).  Both norms are compared with values in all cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product

from hypothesis import strategies as st

from symerm.arithmetic.linalg import solve
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.function_distance import function_distance
from symerm.parametrization.kinks import kink_form
from symerm.parametrization.seminorm import sobolev_seminorm
from symerm.parametrization.sup_norm import sup_norm
from symerm.theorems.generators.basic import activations, rationals
from symerm.theorems.generators.parametrization import degenerate_networks
from symerm.theorems.instance import Instance, instances
from symerm.theorems.parametrization.cells import decisive_points
from symerm.theorems.parametrization.stability import bias_free
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import BERNER, DERIVED, Source

__all__ = ["DISCONTINUITY", "JUMP_BOUND", "SEMINORM", "SUPREMUM", "VANISHING"]

Vector = tuple[Fraction, ...]
_EQUALITY = ("proofs/berner_elbraechter_grohs_2019/equality.py",)
_STABILITY = ("proofs/berner_elbraechter_grohs_2019/inverse_stability.py",)
_TESTS = ("tests/theorems/test_parametrization_seminorm.py",)
_ZERO, _ONE = Fraction(0), Fraction(1)


@st.composite
def _folds(draw: st.DrawFn) -> ShallowNetwork:
    """c + v act(z) + v act(-z), with a ridge, or c + v act(z) - v act(-z), which is affine."""
    p = draw(st.integers(1, 2))
    weights = draw(st.tuples(*[rationals(bound=1, denominators=(1,))] * p))
    bias = draw(rationals(bound=1, denominators=(2,)))
    value, constant = draw(rationals(bound=1)), draw(rationals(bound=3, denominators=(1,)))
    sign = draw(st.sampled_from((1, -1)))
    return ShallowNetwork(
        (weights, tuple(-w for w in weights)),
        (bias, -bias),
        ((value,), (sign * value,)),
        (constant,),
        draw(activations()),
    )


def _slopes(network: ShallowNetwork) -> Iterator[Fraction]:
    """Difference quotients along all axes in all cells."""
    p = network.input_dimension
    points = decisive_points(network)
    for start in range(0, len(points), p + 1):
        base, *others = points[start : start + p + 1]
        value = network(base)
        for k, point in enumerate(others):
            step = point[k] - base[k]
            yield from (
                (y - x) / step for x, y in zip(value, network(point), strict=True)
            )


def _compared(kind: str) -> Claim:
    def claim(instance: Instance) -> Finding:
        network: ShallowNetwork = instance["network"]
        value = sobolev_seminorm(kink_form(network)).value
        if kind == "all":
            expected = max(map(abs, _slopes(network)))
        elif kind == "signed":
            expected = max(_slopes(network))
        else:
            products = [
                [abs(v * w) for w in weights for v in outputs]
                for weights, outputs in zip(
                    network.hidden_weights, network.output_weights, strict=True
                )
            ]
            expected = max(sum(column, _ZERO) for column in zip(*products, strict=True))
        return holds_if(value == expected, f"seminorm {value}, by cells {expected}")

    return claim


SEMINORM = Theorem(
    id="seminorm-of-cells",
    title="The seminorm is a maximum over cells",
    source=Source(BERNER, "section 1, the seminorm of the theorem; with biases and leaky slopes"),
    statement="|h|_{W1,inf} is the largest absolute difference quotient along an axis within a "
    "cell of the neurons' hyperplanes.",
    latex=r"$|h|_{W^{1,\infty}} = \max_C \max_{k,i} |\partial_i h_k|_C|$ over the cells $C$ of the "
    r"hyperplanes of the neurons, on which $D h$ is constant.",
    claim=_compared("all"),
    instances=instances(network=degenerate_networks(forms=4)),
    status=Status("proved", "a network is affine on every cell"),
    proofs=_EQUALITY,
    tests=_TESTS,
    mutants=(
        Mutant("signed", "the largest derivative, with its sign", claim=_compared("signed")),
        Mutant("no-cancelling", "the sum of |v| |w| over all neurons", claim=_compared("sum")),
    ),
)


def _jumps(factor: Fraction) -> Claim:
    def claim(instance: Instance) -> Finding:
        form = kink_form(instance["network"])
        value = sobolev_seminorm(form).value
        largest = max(
            (abs(jump * n) for kink in form.kinks for jump in kink.jump for n in kink.normal),
            default=_ZERO,
        )
        return holds_if(largest <= factor * value, f"seminorm {value}, largest jump {largest}")

    return claim


JUMP_BOUND = Theorem(
    id="seminorm-bounds-jumps",
    title="Jumps are at most twice the seminorm",
    source=Source(BERNER, "a step of its theorem on inverse stability"),
    statement="Across every kink the derivative jumps by at most 2 |h|_{W1,inf} in every entry.",
    latex=r"$\|\delta_H n_H^{\top}\|_\infty \le 2\, |h|_{W^{1,\infty}}$ for every kink $H$ of $h$.",
    claim=_jumps(2 * _ONE),
    instances=instances(network=degenerate_networks(forms=4)),
    status=Status("proved", "both sides of a kink are cells"),
    proofs=_STABILITY,
    tests=_TESTS,
    mutants=(
        Mutant("once", "at most |h|", claim=_jumps(_ONE)),
        Mutant("three-halves", "at most 3/2 |h|", claim=_jumps(_ONE * 3 / 2)),
    ),
)


def _vanishes(*, constants: bool) -> Claim:
    """|h| = 0 exactly for constants, or only for zero."""

    def claim(instance: Instance) -> Finding:
        network: ShallowNetwork = instance["network"]
        value = sobolev_seminorm(kink_form(network)).value
        values = {network(point) for point in decisive_points(network)}
        trivial = len(values) == 1 and (constants or not any(next(iter(values))))
        return holds_if((value == 0) == trivial, f"seminorm {value}, {len(values)} values")

    return claim


def _no_kinks(instance: Instance) -> Finding:
    form = kink_form(instance["network"])
    value = sobolev_seminorm(form).value
    return holds_if((value == 0) == (not form.kinks), f"seminorm {value}, {len(form.kinks)} kinks")


VANISHING = Theorem(
    id="seminorm-vanishes-for-constants",
    title="The seminorm vanishes exactly for constants",
    source=Source(BERNER, "section 1; for bias-free networks it is a norm"),
    statement="|h|_{W1,inf} = 0 exactly if h is constant.",
    latex=r"$|h|_{W^{1,\infty}} = 0$ if and only if $h$ is constant.",
    claim=_vanishes(constants=True),
    instances=instances(network=st.one_of(degenerate_networks(width=(1, 2)), _folds())),
    status=Status("proved", "the network is continuous and affine on cells"),
    proofs=_EQUALITY,
    tests=_TESTS,
    mutants=(
        Mutant("zero", "exactly if h = 0", claim=_vanishes(constants=False)),
        Mutant("no-kinks", "exactly if h has no kinks", claim=_no_kinks),
    ),
)


def _turned(distance: str) -> Claim:
    """act(x1 + x2) against act(x1 + (1 + t) x2)."""

    def claim(instance: Instance) -> Finding:
        t = instance["t"]
        value = function_distance(bias_free((1, 1, 1)), bias_free((1, 1 + t, 1))).seminorm.value
        expected = {"true": 1 + t, "one": _ONE, "small": abs(t)}[distance]
        return holds_if(value == expected, f"parameters {t} apart, functions {value}")

    return claim


DISCONTINUITY = Theorem(
    id="seminorm-not-continuous",
    title="The realization map is not continuous in the seminorm",
    source=Source(DERIVED, "the other direction of the question of Berner, Elbrächter, Grohs"),
    statement="For t > 0 the functions act(x₁ + x₂) and act(x₁ + (1 + t) x₂) are exactly 1 + t "
    "apart in W1,inf, while their parameters are t apart.",
    latex=r"For $t > 0$, $|\rho(x_1 + x_2) - \rho(x_1 + (1 + t) x_2)|_{W^{1,\infty}} = 1 + t$, "
    r"although the parameters differ by $t$ only.",
    hypotheses=(
        Hypothesis("positive", "t > 0", lambda instance: instance["t"] > 0),
    ),
    claim=_turned("true"),
    instances=instances(t=rationals(bound=1, denominators=(1, 2, 3, 10, 1000))),
    status=Status("proved", "between the kinks one neuron alone is active"),
    proofs=("proofs/berner_elbraechter_grohs_2019/pathologies.py",),
    tests=_TESTS,
    mutants=(
        Mutant("any-t", "t of any sign", without=("positive",)),
        Mutant("one", "they are 1 apart", claim=_turned("one")),
        Mutant("continuous", "they are t apart", claim=_turned("small")),
    ),
)


def _vertices(
    network: ShallowNetwork, *, sides: bool = True, kinks: bool = True
) -> Iterator[Vector]:
    """The vertices in [-1, 1]^p of the neurons' hyperplanes and the sides."""
    p = network.input_dimension
    walls = []
    if kinks:
        walls += [
            (weights, -bias)
            for weights, bias in zip(network.hidden_weights, network.hidden_biases, strict=True)
        ]
    if sides:
        walls += [
            (tuple(_ONE if i == k else _ZERO for i in range(p)), end)
            for k in range(p)
            for end in (-_ONE, _ONE)
        ]
    for chosen in combinations(walls, p):
        matrix = [row for row, _ in chosen]
        point = solve(matrix, [end for _, end in chosen])
        if point is not None and all(-1 <= x <= 1 for x in point):
            yield tuple(map(Fraction, point))
    if not kinks or not sides:
        yield from product((-_ONE, _ONE), repeat=p) if sides else [(_ZERO,) * p]


def _largest_value(*, sides: bool = True, kinks: bool = True) -> Claim:
    def claim(instance: Instance) -> Finding:
        network: ShallowNetwork = instance["network"]
        box = ((-_ONE, _ONE),) * network.input_dimension
        value = sup_norm(kink_form(network, box)).value
        largest = max(
            abs(y)
            for point in _vertices(network, sides=sides, kinks=kinks)
            for y in network(point)
        )
        return holds_if(value == largest, f"supremum {value}, at vertices {largest}")

    return claim


SUPREMUM = Theorem(
    id="supremum-at-vertices",
    title="The supremum on a box is taken at a vertex",
    source=Source(DERIVED),
    statement="On [−1, 1]^p the supremum of |h| is the largest value at the vertices of the "
    "arrangement of the neurons' hyperplanes and the sides of the box.",
    latex=r"$\sup_{[-1,1]^p} |h|$ is the largest $|h_k(x)|$ over the vertices $x$ in $[-1,1]^p$ of "
    r"the hyperplanes of the neurons and the sides of the box.",
    claim=_largest_value(),
    instances=instances(network=st.one_of(degenerate_networks(forms=3), _folds())),
    status=Status("proved", "a network is affine on every cell"),
    proofs=_EQUALITY,
    tests=_TESTS,
    mutants=(
        Mutant("corners", "at the corners of the box", claim=_largest_value(kinks=False)),
        Mutant("inner-vertices", "at vertices of the hyperplanes and 0",
               claim=_largest_value(sides=False)),
    ),
)
