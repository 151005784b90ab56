"""First and second derivatives of the true loss, against exact values of the loss.

The generalized gradient gives all one-sided derivatives where no neuron with v != 0 is
degenerate; at a degenerate neuron the loss is a parabola in the length of the step.  Differences
of the exact loss at steps 2^-40 and 2^-80 must tend to the formula at first order, with a constant
that is far above all numbers that instances can have.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from symerm.theorems.generators.basic import activations, rationals
from symerm.theorems.generators.landscape import global_minima, relu_saddles
from symerm.theorems.generators.line_networks import fitted_networks, intervals, line_networks
from symerm.theorems.instance import Instance
from symerm.theorems.landscape.setting import (
    TESTS,
    activated,
    active_slope,
    changed,
    loss_at,
    neurons,
    polynomial,
    residual,
    show,
)
from symerm.theorems.statement import Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import CHERIDITO, DERIVED, Source

__all__ = ["DEGENERATE_DERIVATIVE", "DIFFERENTIABLE", "GRADIENT", "HESSIAN"]

_STEPS = (Fraction(1, 2**40), Fraction(1, 2**80))
#: A difference quotient may be off by this multiple of its step.
_SLACK = 2**30
_PROOF = ("proofs/cheridito_jentzen_rossmannek_2021/gradient_and_hessian.py",)
_TESTS = (f"{TESTS}test_landscape_derivatives.py",)


@st.composite
def _with_direction(
    draw: st.DrawFn, source: st.SearchStrategy[Instance]
) -> Instance:
    """An instance and a direction in the order of `parameter_vector`."""
    instance = draw(source)
    size = 3 * instance["network"].width + 1
    entries = rationals(bound=2, denominators=(1,))
    direction = draw(st.lists(entries, min_size=size, max_size=size))
    parts = {name: instance[name] for name in ("network", "interval", "target")}
    return Instance.of(**parts, direction=tuple(direction))


_ALL = activations("relu", "leaky", "quadratic")


def gradient(instance: Instance, *, factor: int = 2, outer: bool = True) -> list[Fraction]:
    """dw_j = 2 v_j int x act' r, db_j = 2 v_j int act' r, dv_j = 2 int act r, dc = 2 int r.

    Without `outer` the factors v_j are forgotten.
    """
    r = residual(instance)
    rows = neurons(instance["network"])
    sides = [active_slope(instance, w, b) * r for w, b, _ in rows]
    outputs = [v if outer else Fraction(1) for _, _, v in rows]
    return [
        *(factor * v * side.moment(1) for v, side in zip(outputs, sides, strict=True)),
        *(factor * v * side.integral() for v, side in zip(outputs, sides, strict=True)),
        *(factor * (activated(instance, w, b) * r).integral() for w, b, _ in rows),
        factor * r.integral(),
    ]


def _tends(values: list[Fraction], limit: Fraction) -> bool:
    return all(
        abs(value - limit) <= _SLACK * eps for value, eps in zip(values, _STEPS, strict=True)
    )


def _slope_claim(formula: Callable[[Instance], list[Fraction]]) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        direction = instance["direction"]
        slope = sum(
            (x * y for x, y in zip(formula(instance), direction, strict=True)), Fraction(0)
        )
        start = loss_at(instance)
        quotients = [(loss_at(instance, direction, eps) - start) / eps for eps in _STEPS]
        return holds_if(
            _tends(quotients, slope),
            f"<gradient, d> = {show(slope)}, (L(θ + ε d) - L(θ))/ε = {show(quotients[-1])} "
            "at ε = 2^-80",
        )

    return claim


def _no_degenerate(instance: Instance) -> bool:
    if instance["network"].activation.kind == "quadratic":
        return True
    return all(w or b or not v for w, b, v in neurons(instance["network"]))


@st.composite
def _degenerate_networks(draw: st.DrawFn) -> Instance:
    """The first neuron degenerate, or not."""
    instance = draw(line_networks(width=(1, 2)))
    network = instance["network"]
    rows = neurons(network)
    if draw(st.integers(0, 3)):
        rows[0] = (Fraction(0), Fraction(0), rows[0][2])
    return Instance.of(
        network=changed(network, rows), interval=instance["interval"], target=instance["target"],
        ray=draw(st.tuples(rationals(bound=2), rationals(bound=2))),
        step=draw(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3)])),
    )


GRADIENT = Theorem(
    id="loss-gradient",
    title="The generalized gradient gives one-sided derivatives",
    source=Source(CHERIDITO, "on the generalized gradient; for x² derived here"),
    statement="If no neuron with v ≠ 0 has w = b = 0, then L has the derivative ⟨g, d⟩ in every "
    "direction d, where g has the entries 2 v_j ∫ x act' r, 2 v_j ∫ act' r, 2 ∫ act r, 2 ∫ r and "
    "act' = 1 on I_j = {w_j x + b_j ≥ 0}, γ elsewhere (for x²: act' = 2 (w_j x + b_j)).",
    latex=r"If no neuron with $v_j \ne 0$ has $w_j = b_j = 0$, then "
    r"$\lim_{\varepsilon \downarrow 0} (L(\theta + \varepsilon d) - L(\theta))/\varepsilon = "
    r"\langle g, d\rangle$ for every $d$, where $g_{w_j} = 2 v_j \int x\,\sigma_j' r$, "
    r"$g_{b_j} = 2 v_j \int \sigma_j' r$, $g_{v_j} = 2 \int \sigma(w_j x + b_j)\, r$, "
    r"$g_c = 2 \int r$, and $\sigma_j' = 1$ where $w_j x + b_j \ge 0$, $\sigma_j' = \gamma$ "
    r"elsewhere.",
    hypotheses=(
        Hypothesis("no-degenerate", "no neuron with v ≠ 0 has w = b = 0", _no_degenerate),
    ),
    claim=_slope_claim(gradient),
    instances=_with_direction(
        st.one_of(
            line_networks(activation=_ALL), _degenerate_networks(), relu_saddles(),
            fitted_networks(),
        )
    ),
    status=Status("proved", "for any width and any continuous target"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("degenerate", "neurons may be degenerate", without=("no-degenerate",)),
        Mutant(
            "half", "the gradient lacks the factor 2",
            claim=_slope_claim(lambda instance: gradient(instance, factor=1)),
        ),
        Mutant(
            "no-outer-weight", "dw and db lack the factor v",
            claim=_slope_claim(lambda instance: gradient(instance, outer=False)),
        ),
    ),
)


def _ray(instance: Instance) -> tuple[list[Fraction], tuple[Fraction, Fraction, Fraction]]:
    """The direction (omega, eta) in the first neuron, and that neuron's (omega, eta, v)."""
    width = instance["network"].width
    omega, eta = instance["ray"]
    direction = [Fraction(0)] * (3 * width + 1)
    direction[0], direction[width] = omega, eta
    return direction, (omega, eta, neurons(instance["network"])[0][2])


def _parabola(linear: bool = False, power: int = 2) -> Callable[[Instance], Finding]:
    """L(eps) = L + 2 eps v int act(omega x + eta) r + eps^2 v^2 int act(omega x + eta)^2."""

    def claim(instance: Instance) -> Finding:
        direction, (omega, eta, v) = _ray(instance)
        r, eps = residual(instance), instance["step"]
        bump = activated(instance, omega, eta)
        tangent = polynomial(instance, eta, omega) if linear else bump
        change = (
            2 * eps * v * (tangent * r).integral() + eps**2 * v**power * (bump * bump).integral()
        )
        found = loss_at(instance, direction, eps) - loss_at(instance)
        return holds_if(
            found == change, f"L(θ + ε d) - L(θ) = {show(found)}, formula {show(change)}"
        )

    return claim


DEGENERATE_DERIVATIVE = Theorem(
    id="degenerate-neuron",
    title="The loss along rays from a degenerate neuron",
    source=Source(CHERIDITO, "on one-sided derivatives; the exact parabola derived here"),
    statement="If w_1 = b_1 = 0, moving (w_1, b_1) to ε (ω, η), ε ≥ 0, changes L by "
    "2 ε v_1 ∫ act(ω x + η) r + ε² v_1² ∫ act(ω x + η)².",
    latex=r"If $w_1 = b_1 = 0$ and $\varepsilon \ge 0$, then moving $(w_1, b_1)$ to "
    r"$\varepsilon (\omega, \eta)$ changes $L$ by $2 \varepsilon v_1 \int \sigma(\omega x + \eta)"
    r"\, r + \varepsilon^2 v_1^2 \int \sigma(\omega x + \eta)^2$.",
    hypotheses=(
        Hypothesis(
            "degenerate", "the first neuron has w = b = 0",
            lambda instance: not any(neurons(instance["network"])[0][:2]),
        ),
    ),
    claim=_parabola(),
    instances=_degenerate_networks(),
    status=Status("proved", "for any width and any continuous target"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("anywhere", "at any neuron", without=("degenerate",)),
        Mutant(
            "two-sided", "the first-order term is linear in (ω, η)", claim=_parabola(linear=True)
        ),
        Mutant("power", "the second-order term has the factor v, not v²", claim=_parabola(power=1)),
    ),
)


def _is_rough(instance: Instance) -> bool:
    """Whether some ray from a degenerate neuron has a derivative that its opposite does not undo.

    Both derivatives come from three exact values of the loss.  For (1, -s) their sum is
    2 v (1 - gamma) H(s), H(s) = int |x - s| r; H'' = 2 r, so that H is zero at finitely many
    points between two knots of r unless it is zero there.
    """
    r = residual(instance)
    places = [
        lower + (upper - lower) * Fraction(k, 8)
        for lower, upper, _ in r.refine()
        for k in range(8)
    ]
    start = loss_at(instance)
    width = instance["network"].width
    for j, (w, b, _) in enumerate(neurons(instance["network"])):
        for s in places if not (w or b) else []:
            slopes = []
            for sign in (1, -1):
                direction = [Fraction(0)] * (3 * width + 1)
                direction[j], direction[width + j] = Fraction(sign), -sign * s
                one, two = (loss_at(instance, direction, Fraction(eps)) - start for eps in (1, 2))
                slopes.append((4 * one - two) / 2)
            if sum(slopes):
                return True
    return False


def _differentiable(*, flat: bool = False, fitting: bool = True) -> Callable[[Instance], Finding]:
    """Rough exactly if some degenerate neuron has v != 0 (or any v, if flat) and r != 0."""

    def claim(instance: Instance) -> Finding:
        r = residual(instance)
        bad = [v for w, b, v in neurons(instance["network"]) if not (w or b) and (v or flat)]
        stated = bool(bad) and (not fitting or any(r.pieces))
        found = _is_rough(instance)
        return holds_if(
            found == stated,
            f"degenerate neurons with v = {show(*bad) or 'none'}, L = {show((r * r).integral())}: "
            f"{'no ' if found else ''}derivative",
        )

    return claim


@st.composite
def _some_degenerate(draw: st.DrawFn) -> Instance:
    minima = global_minima(activation=activations(), sloped=False)
    instance = draw(st.one_of(_degenerate_networks(), minima))
    network = instance["network"]
    if draw(st.integers(0, 2)) == 0:
        rows = [(w, b, v if w or b else Fraction(0)) for w, b, v in neurons(network)]
        network = changed(network, rows)
    return Instance.of(
        network=network, interval=instance["interval"], target=instance["target"]
    )


DIFFERENTIABLE = Theorem(
    id="loss-differentiable",
    title="Where the true loss is differentiable",
    source=Source(CHERIDITO, "on differentiability; derived here for any polynomial target"),
    statement="For max(x, γ x) and a polynomial target L is differentiable at θ exactly if every "
    "neuron with w = b = 0 has v = 0, or f equals the target.",
    latex=r"For $\sigma(z) = \max(z, \gamma z)$, $0 \le \gamma < 1$, and a polynomial target $L$ "
    r"is differentiable at $\theta$ if and only if $v_j = 0$ for every $j$ with $w_j = b_j = 0$, "
    r"or $f_\theta$ equals the target.",
    claim=_differentiable(),
    instances=_some_degenerate(),
    status=Status("proved", "at neurons that are not degenerate by the estimate named there"),
    proofs=_PROOF,
    tests=_TESTS,
    expense=2,
    mutants=(
        Mutant(
            "also-flat", "a degenerate neuron with v = 0 counts as well",
            claim=_differentiable(flat=True),
        ),
        Mutant(
            "never", "a degenerate neuron with v ≠ 0 is always an obstacle",
            claim=_differentiable(fitting=False),
        ),
    ),
)


def hessian_form(
    instance: Instance, *, kinks: bool = True, contrast: bool = True, size: bool = True
) -> Fraction:
    """d^T H d: 2 int (df)^2 + 4 sum_j dv_j int (dw_j x + db_j) act' r plus the moving kinks."""
    network, direction = instance["network"], instance["direction"]
    width, r = network.width, residual(instance)
    tangent = polynomial(instance, direction[-1])
    total = Fraction(0)
    for j, (w, b, v) in enumerate(neurons(network)):
        dw, db, dv = (direction[k * width + j] for k in range(3))
        side = active_slope(instance, w, b)
        move = polynomial(instance, db, dw)
        tangent += side * move * v + activated(instance, w, b) * dv
        total += 4 * dv * (side * move * r).integral()
        start, stop = instance["interval"]
        if network.activation.kind == "quadratic":
            total += 4 * v * (move * move * r).integral()
        elif kinks and v and w and start < -b / w < stop:
            t = -b / w
            gamma = network.activation.negative_slope if contrast else Fraction(0)
            total += 2 * (1 - gamma) * v * r(t) * (dw * t + db) ** 2 / (abs(w) if size else 1)
    return total + 2 * (tangent * tangent).integral()


def _curvature(**change: bool) -> Callable[[Instance], Finding]:
    def claim(instance: Instance) -> Finding:
        direction = instance["direction"]
        form, start = hessian_form(instance, **change), loss_at(instance)
        quotients = [
            (loss_at(instance, direction, eps) + loss_at(instance, direction, -eps) - 2 * start)
            / eps**2
            for eps in _STEPS
        ]
        return holds_if(
            _tends(quotients, form),
            f"dᵀ H d = {show(form)}, second difference quotient {show(quotients[-1])}",
        )

    return claim


def _no_kink_at_ends(instance: Instance) -> bool:
    network = instance["network"]
    if network.activation.kind == "quadratic":
        return True
    return all(not v or not w or -b / w not in instance["interval"] for w, b, v in neurons(network))


def _not_degenerate(instance: Instance) -> bool:
    network = instance["network"]
    return network.activation.kind == "quadratic" or all(w or b for w, b, _ in neurons(network))


@st.composite
def _steep(draw: st.DrawFn) -> Instance:
    """A neuron with its kink at an end of the interval, where the residual is not zero."""
    interval = draw(intervals())
    instance = draw(line_networks(width=(1, 1), target=st.just((Fraction(1), Fraction(2)))))
    ((w, _, v),) = neurons(instance["network"])
    rows = [(w, -w * draw(st.sampled_from(interval)), v)]
    return Instance.of(
        network=changed(instance["network"], rows), interval=interval, target=instance["target"]
    )


HESSIAN = Theorem(
    id="loss-hessian",
    title="The Hessian of the true loss, with moving kinks",
    source=Source(DERIVED, "after the setting of Cheridito, Jentzen, Rossmannek"),
    statement="If no neuron has w = b = 0 and none with v ≠ 0 has its kink at T0 or T1, the second "
    "derivative of L along d is 2 ∫ (df)² + 4 Σ dv_j ∫ (dw_j x + db_j) act' r "
    "+ Σ 2 (1 − γ) v_j r(t_j) (dw_j t_j + db_j)²/|w_j| over the kinks t_j inside.",
    latex=r"If no neuron has $w_j = b_j = 0$ and none with $v_j \ne 0$ has its kink at $T_0$ or "
    r"$T_1$, then $d^\top \nabla^2 L\, d = 2 \int (df)^2 + 4 \sum_j dv_j \int (dw_j x + db_j)"
    r"\sigma_j' r + \sum_{T_0 < t_j < T_1} 2 (1 - \gamma) v_j r(t_j) (dw_j t_j + db_j)^2/|w_j|$.",
    hypotheses=(
        Hypothesis(
            "no-kink-at-ends", "no neuron with v ≠ 0 has its kink at T0 or T1", _no_kink_at_ends
        ),
        Hypothesis("not-degenerate", "no neuron has w = b = 0", _not_degenerate),
    ),
    claim=_curvature(),
    instances=_with_direction(
        st.one_of(line_networks(activation=_ALL), fitted_networks(), _steep())
    ),
    status=Status("proved", "for any width and any continuous target"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("kink-at-end", "kinks may be at T0 or T1", without=("no-kink-at-ends",)),
        Mutant("degenerate", "neurons may have w = b = 0", without=("not-degenerate",)),
        Mutant("still-kinks", "kinks that move add nothing", claim=_curvature(kinks=False)),
        Mutant("no-slope", "the factor 1 − γ is left out", claim=_curvature(contrast=False)),
        Mutant("no-weight", "the division by |w| is left out", claim=_curvature(size=False)),
    ),
)
