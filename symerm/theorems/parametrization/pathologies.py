"""The five pathologies: functions converge, parameters do not, with exact rates for every k.

Berner, Elbraechter, Grohs 2019, section 2; the exact parameter distances are derived in
proofs/berner_elbraechter_grohs_2019/pathologies.py.  Each check computes the function distance
from the networks, proves that no parametrization of g_k is nearer than stated, and exhibits one
that is not farther.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from symerm.arithmetic.surds import Surd
from symerm.networks.shallow import ShallowNetwork
from symerm.parametrization.kinks import kink_form
from symerm.parametrization.pathologies import PATHOLOGIES
from symerm.parametrization.rigid_fibre import kink_distance, rigid_distance_is_below
from symerm.parametrization.seminorm import sobolev_seminorm
from symerm.parametrization.sup_norm import sup_norm
from symerm.theorems.instance import Instance, instances
from symerm.theorems.parametrization.cells import same_values
from symerm.theorems.parametrization.stability import bias_free
from symerm.theorems.statement import Claim, Finding, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import BERNER, Source

__all__ = [
    "EXPLODING",
    "OPPOSITE_BALANCED",
    "OPPOSITE_ZERO",
    "REDUNDANT",
    "UNBALANCED",
]

_ONE = Fraction(1)
_ROOT = Surd.root(2)

Rate = Callable[[Fraction], Any]


def _pairing(number: int, k: int) -> tuple[tuple[int, Surd], ...]:
    """The parametrization of the proof: for each neuron of Gamma one of g, and its scale."""
    if number == 4:
        short = _ROOT - _ONE  # the third neuron of g has c = 1 here, not sqrt(2) k
        return (2, short / k), (1, short), (0, Surd(_ONE / 2))
    return tuple((j, Surd(_ONE)) for j in range(PATHOLOGIES[number].target(k).width))


def _reached(number: int, k: int) -> Surd:
    """The distance of Gamma from (t a_j, c_j/t), t > 0, in that order: g is realised."""
    parameters, target = PATHOLOGIES[number].parameters(k), PATHOLOGIES[number].target(k)
    gaps = []
    for weights, output, (j, scale) in zip(
        parameters.weights, parameters.outputs, _pairing(number, k), strict=True
    ):
        assert scale > 0
        (value,) = target.output_weights[j]
        gaps += [
            abs(x - scale * y) for x, y in zip(weights, target.hidden_weights[j], strict=True)
        ]
        gaps.append(abs(output - value / scale))
    return max(gaps)


def _moved(gamma: ShallowNetwork, target: ShallowNetwork, k: int) -> Surd | None:
    """The distance of the parametrization of the proof, for opposite weights with a sum of zero."""
    half = Fraction(1, 2)
    rows = ((half, -half), (half / 2, 5 * half / 2), (-3 * half / 2, -3 * half / 2))
    outputs = (1 + Fraction(2, k), _ONE, _ONE)
    phi = bias_free(
        *((*row, output) for row, output in zip(rows, outputs, strict=True)),
        *((-row[0], -row[1], -1) for row in rows),
    )
    if not same_values(phi, target)[0]:
        return None
    pairs = zip(
        (*gamma.hidden_weights, *gamma.output_weights),
        (*phi.hidden_weights, *phi.output_weights),
        strict=True,
    )
    return Surd(max(abs(x - y) for a, b in pairs for x, y in zip(a, b, strict=True)))


def _distance(number: int, k: int, stated: Surd) -> tuple[bool, str]:
    """Whether the distance of Gamma to the parametrizations of g is as stated."""
    parameters, target = PATHOLOGIES[number].parameters(k), PATHOLOGIES[number].target(k)
    if target.width == len(parameters.outputs):
        below = rigid_distance_is_below(parameters, target, stated)
        reached = _reached(number, k)
        return not below and reached == stated, (
            f"some Φ {'is' if below else 'is not'} nearer than {stated}, one is {reached} away"
        )
    gamma = parameters.function_network()
    lower, moved = kink_distance(gamma, target), _moved(gamma, target, k)
    return Surd(lower) == stated == moved, f"distance at least {lower}, reached {moved}"


def _claim(
    number: int, function: Rate, parameter: Rate, norm: str = "seminorm"
) -> Claim:
    pathology = PATHOLOGIES[number]

    def claim(instance: Instance) -> Finding:
        k = instance["k"]
        network, target = pathology.parameters(k).function_network(), pathology.target(k)
        if norm == "seminorm":
            value = sobolev_seminorm(kink_form(network) - kink_form(target)).value
        else:
            square = ((-_ONE, _ONE),) * 2
            found = sup_norm(kink_form(network, square) - kink_form(target, square)).value
            assert found is not None  # bounded, as the square is
            value = found
        stated = parameter(Fraction(k))
        right, text = _distance(
            number, k, stated if isinstance(stated, Surd) else Surd(Fraction(stated))
        )
        return holds_if(
            right and value == function(Fraction(k)), f"k = {k}: functions {value} apart; {text}"
        )

    return claim


def _pathology(
    name: str, title: str, statement: str, latex: str, claim: Claim,
    mutants: tuple[Mutant, ...], *, least: int = 1,
) -> Theorem:
    return Theorem(
        id=f"pathology-{name}",
        title=title,
        source=Source(
            BERNER, f"section 2, on {title[0].lower()}{title[1:]}; the exact distance derived here"
        ),
        statement=statement,
        latex=latex,
        claim=claim,
        instances=instances(k=st.integers(least, 60)),
        status=Status("proved", "symbolically in k"),
        proofs=("proofs/berner_elbraechter_grohs_2019/pathologies.py",),
        tests=("tests/theorems/test_parametrization_pathologies.py",),
        mutants=mutants,
    )


EXPLODING = _pathology(
    "exploding-gradient", "Exploding gradients",
    "From Γ = 0 with two neurons, g_k = k act(k x₁) − k act(k x₁ − x₂/k²) is exactly 1/k away in "
    "the supremum over (−1, 1)², while every parametrization of g_k is exactly k or more away.",
    r"For $\Gamma = 0 \in \mathcal{N}_{(2,2,1)}$ and $g_k = k \rho(k x_1) - k \rho(k x_1 - "
    r"x_2/k^2)$, $\|g_k - \mathcal{R}(\Gamma)\|_{L^\infty((-1,1)^2)} = 1/k$ and "
    r"$\min \{\|\Phi - \Gamma\|_\infty : \mathcal{R}(\Phi) = g_k\} = k$.",
    _claim(0, lambda k: 1 / k, lambda k: k, norm="sup"),
    (
        Mutant("rate-of-functions", "the functions are 1/k² apart",
               claim=_claim(0, lambda k: 1 / k**2, lambda k: k, norm="sup")),
        Mutant("rate-of-parameters", "the parameters are k² apart",
               claim=_claim(0, lambda k: 1 / k, lambda k: k * k, norm="sup")),
        Mutant("seminorm", "1/k in the seminorm W1,inf, not the supremum",
               claim=_claim(0, lambda k: 1 / k, lambda k: k)),
    ),
)

UNBALANCED = _pathology(
    "unbalanced", "Complete unbalancedness",
    "From Γ with the neuron a = (1, 0), c = 0, the function (1/k) act(x₂) is exactly 1/k away in "
    "W1,inf, while the nearest of its parametrizations is exactly 1 away.",
    r"For $\Gamma = [(1, 0), 0] \in \mathcal{N}_{(2,1,1)}$ and $g_k = \tfrac1k \rho(x_2)$, "
    r"$|g_k - \mathcal{R}(\Gamma)|_{W^{1,\infty}} = 1/k$ and $\min \|\Phi - \Gamma\|_\infty = 1$.",
    _claim(1, lambda k: 1 / k, lambda k: _ONE),
    (
        Mutant("parameters-converge", "the parameters are 1/k apart, too",
               claim=_claim(1, lambda k: 1 / k, lambda k: 1 / k)),
        Mutant("twice-as-far", "the parameters are 2 apart",
               claim=_claim(1, lambda k: 1 / k, lambda k: 2 * _ONE)),
        Mutant("rate-of-functions", "the functions are 1/k² apart",
               claim=_claim(1, lambda k: 1 / k**2, lambda k: _ONE)),
    ),
)

REDUNDANT = _pathology(
    "redundant-directions", "Redundant directions",
    "From Γ with a₁ = a₂ = (1, 0), c = (1, 1), the function 2 act(x₁) + (1/k) act(x₂) is exactly "
    "1/k away in W1,inf, the nearest of its parametrizations exactly 1.",
    r"For $\Gamma = [((1,0),(1,0)), (1,1)] \in \mathcal{N}_{(2,2,1)}$ and $g_k = 2 \rho(x_1) + "
    r"\tfrac1k \rho(x_2)$, $|g_k - \mathcal{R}(\Gamma)|_{W^{1,\infty}} = 1/k$ and "
    r"$\min \|\Phi - \Gamma\|_\infty = 1$.",
    _claim(2, lambda k: 1 / k, lambda k: _ONE),
    (
        Mutant("parameters-converge", "the parameters are √(2/k) apart, as inverse stability asks",
               claim=_claim(2, lambda k: 1 / k, lambda k: Surd.root(2 / k))),
        Mutant("half", "the parameters are 1/2 apart",
               claim=_claim(2, lambda k: 1 / k, lambda k: _ONE / 2)),
        Mutant("one-more", "the functions are 1 + 1/k apart",
               claim=_claim(2, lambda k: 1 + 1 / k, lambda k: _ONE)),
    ),
)

OPPOSITE_ZERO = _pathology(
    "opposite-weights-zero", "Opposite weights with a sum of zero",
    "Let Γ have a = (1, 0), (0, 1), (−1, −1) with c = 1 and their opposites with c = −1; its "
    "function is 0. From it (1/k) act(x₁ − x₂), k ≥ 4, is exactly 1/k away in W1,inf, and its "
    "nearest parametrization exactly 1/2.",
    r"For $\Gamma$ with $a = (1,0), (0,1), (-1,-1)$, $c = 1$, and their opposites with $c = -1$, "
    r"and $g_k = \tfrac1k \rho(x_1 - x_2)$, $k \ge 4$: $|g_k - \mathcal{R}(\Gamma)|_{W^{1,\infty}} "
    r"= 1/k$ and $\min \|\Phi - \Gamma\|_\infty = \tfrac12$.",
    _claim(3, lambda k: 1 / k, lambda k: _ONE / 2),
    (
        Mutant("parameters-converge", "the parameters are 1/k apart, too",
               claim=_claim(3, lambda k: 1 / k, lambda k: 1 / k)),
        Mutant("one", "the parameters are 1 apart",
               claim=_claim(3, lambda k: 1 / k, lambda k: _ONE)),
        Mutant("twice-the-functions", "the functions are 2/k apart",
               claim=_claim(3, lambda k: 2 / k, lambda k: _ONE / 2)),
    ),
    least=4,
)

OPPOSITE_BALANCED = _pathology(
    "opposite-weights-balanced", "Opposite weights, balanced",
    "Let Γ have a = (k, k, 1/k), (−k, k, 1/k), (0, −√2 k, 1/(√2 k)) and c = (k, k, √2 k), and g "
    "the weights −a. The functions are exactly 3 apart in W1,inf, the parameters exactly √2 k.",
    r"For balanced $\Gamma$ with $a = (k, k, \tfrac1k), (-k, k, \tfrac1k), (0, -\sqrt2 k, "
    r"\tfrac1{\sqrt2 k})$, $c = (k, k, \sqrt2 k)$ and $g_k$ with the weights $-a_i$: "
    r"$|g_k - \mathcal{R}(\Gamma)|_{W^{1,\infty}} = 3$, $\min \|\Phi - \Gamma\|_\infty = "
    r"\sqrt2\, k$.",
    _claim(4, lambda k: 3 * _ONE, lambda k: k * _ROOT),
    (
        Mutant("only-k", "the parameters are k apart",
               claim=_claim(4, lambda k: 3 * _ONE, lambda k: k)),
        Mutant("twice-k", "the parameters are 2 k apart",
               claim=_claim(4, lambda k: 3 * _ONE, lambda k: 2 * k)),
        Mutant("functions-converge", "the functions are 3/k apart",
               claim=_claim(4, lambda k: 3 / k, lambda k: k * _ROOT)),
    ),
)
