"""Kernels in closed form against certified integrals.

K(x, y) = E act(<w, x>) act(<w, y>) over Gaussian w: for max(z, 0)^k and leaky slopes an integral
over a circle, for erf and sin + cos over a line (proofs/benson_damle_townsend_2020/kernel_forms.py;
Cho and Saul 2009, Williams 1997).  Integrals are enclosed in ball arithmetic; the tails of Gaussian
integrals beyond 24 are below 10^-120 and added to the enclosure.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import factorial
from typing import Any

from flint import acb, arb, ctx
from hypothesis import strategies as st

from symerm.arithmetic.balls import ball, ball_bounds
from symerm.lastlayer.kernels import Kernel, kernel_balls
from symerm.theorems.generators.basic import rationals
from symerm.theorems.instance import Instance, instances
from symerm.theorems.statement import Claim, Finding, Hypothesis, Mutant, Status, Theorem, holds_if
from symerm.theorems.works import DERIVED, Source

__all__ = ["ARC_COSINE", "ERF_KERNEL", "LEAKY_KERNEL", "SINCOS_KERNEL", "TANGENT_KERNEL"]

_PROOF = ("proofs/benson_damle_townsend_2020/kernel_forms.py",)
_TESTS = ("tests/theorems/test_lastlayer_kernels.py",)
_BITS = 100
_REACH = 24
#: Both sides are known at least that well, so that a wrong constant shows.
_ACCURACY = Fraction(1, 10**12)

Integrand = Callable[[Any], Any]


def _integral(function: Integrand, low: Any, high: Any) -> Any:
    return acb.integral(lambda z, analytic: function(z), acb(low), acb(high)).real


def _gaussian_mean(function: Integrand) -> Any:
    """E f(s) for a standard normal s and |f| <= 2."""
    total = arb(0)
    for start in range(-_REACH, _REACH, 4):
        total += _integral(
            lambda s: function(s) * (-(s * s) / 2).exp(), arb(start), arb(start + 4)
        )
    return (total + arb(0, arb("1e-120"))) / (2 * arb.pi()).sqrt()


def _angle(xx: Fraction, yy: Fraction, xy: Fraction) -> Any:
    return arb.atan2(ball(xx * yy - xy * xy).sqrt(), ball(xy))


def _compared(closed: Any, integral: Any, what: str) -> Finding:
    """Whether a closed form and an integral, both narrow, may be equal."""
    one, other = ball_bounds(closed), ball_bounds(integral)
    narrow = max(one[1] - one[0], other[1] - other[0]) < _ACCURACY
    return holds_if(
        narrow and one[0] <= other[1] and other[0] <= one[1],
        f"{what}: closed form {float(one[0]):.10f}, integral {float(other[0]):.10f}",
    )


def _entry(instance: Instance, kernel: Kernel) -> Any:
    xx, yy, xy = instance["products"]
    return kernel_balls(((xx, xy), (xy, yy)), kernel)[0, 1]


def _possible(instance: Instance) -> bool:
    xx, yy, xy = instance["products"]
    return bool(xx > 0 and yy > 0 and xy * xy <= xx * yy)


_PRODUCTS = Hypothesis(
    "inner-products", "|x|², |y|² > 0 and ⟨x, y⟩² ≤ |x|² |y|²", _possible
)


@st.composite
def _products(draw: st.DrawFn) -> tuple[Fraction, Fraction, Fraction]:
    """|x|^2, |y|^2 and <x, y> of two points of the plane."""
    entries = rationals(bound=2, denominators=(1, 2))
    x, y = draw(st.tuples(entries, entries)), draw(st.tuples(entries, entries))
    if draw(st.integers(0, 3)) == 0:
        t = draw(entries)
        y = (t * x[0], t * x[1])
    return (
        x[0] * x[0] + x[1] * x[1], y[0] * y[0] + y[1] * y[1], x[0] * y[0] + x[1] * y[1]
    )


def _arc(kind: str) -> Claim:
    """2^k k! |x|^k |y|^k times the mean of (cos u cos(u - t))^k where both are positive."""

    def claim(instance: Instance) -> Finding:
        xx, yy, xy = instance["products"]
        degree = instance["degree"]
        with ctx.workprec(_BITS):
            t = _angle(xx, yy, xy)
            if kind == "other angle":
                t = arb.pi() - t
            half = arb.pi() / 2
            value = _integral(
                lambda u: (u.cos() * (u - acb(t)).cos()) ** degree, t - half, half
            ) / (2 * arb.pi())
            factor = 1 if kind == "no factorial" else 2**degree * factorial(degree)
            size = (ball(xx) * ball(yy)).sqrt() if kind == "norms" else arb(1)
            for _ in range(0 if kind == "norms" else degree):
                size = size * (ball(xx) * ball(yy)).sqrt()
            closed = _entry(instance, Kernel(f"arccos{degree}"))
            return _compared(closed, value * factor * size, f"degree {degree}")

    return claim


ARC_COSINE = Theorem(
    id="kernel-arc-cosine",
    title="The kernels of max(z, 0)^k",
    source=Source(DERIVED, "after Cho and Saul 2009"),
    statement="With t the angle of x and y the kernel of max(z, 0)^k is (π − t)/(2π) for k = 0, "
    "|x||y| (sin t + (π − t) cos t)/(2π) for k = 1, and |x|²|y|² (3 sin t cos t + (π − t)(1 + 2 "
    "cos² t))/(2π) for k = 2.",
    latex=r"For Gaussian $w$ and $t = \angle(x, y)$, $\mathbb{E} \max(\langle w, x \rangle, 0)^k "
    r"\max(\langle w, y \rangle, 0)^k$ is $\frac{\pi - t}{2 \pi}$, $\frac{|x||y|}{2 \pi} (\sin t + "
    r"(\pi - t) \cos t)$, $\frac{|x|^2 |y|^2}{2 \pi} (3 \sin t \cos t + (\pi - t)(1 + 2 \cos^2 t))"
    r"$ for $k = 0, 1, 2$.",
    hypotheses=(_PRODUCTS,),
    claim=_arc("true"),
    instances=instances(products=_products(), degree=st.integers(0, 2)),
    status=Status("proved", "integrals over an arc"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("other-angle", "π − t for t", claim=_arc("other angle")),
        Mutant("no-factorial", "without the moment 2^k k! of |w|", claim=_arc("no factorial")),
        Mutant("norms", "|x||y| for every degree", claim=_arc("norms")),
    ),
)


def _leaky(kind: str) -> Claim:
    """2 |x||y| times the mean over the four arcs of the signs of cos u and cos(u - t)."""

    def claim(instance: Instance) -> Finding:
        xx, yy, xy = instance["products"]
        slope = instance["slope"]
        with ctx.workprec(_BITS):
            t, half = _angle(xx, yy, xy), arb.pi() / 2
            ends = [t - half, half, t + half, 3 * half, t + 3 * half]
            mixed = slope * slope if kind == "mixed" else slope
            weights = [arb(1), ball(mixed), ball(slope * slope), ball(mixed)]
            total = arb(0)
            for weight, low, high in zip(weights, ends, ends[1:], strict=False):
                total += weight * _integral(
                    lambda u: u.cos() * (u - acb(t)).cos(), low, high
                )
            value = total / (2 * arb.pi()) * 2 * (ball(xx) * ball(yy)).sqrt()
            if kind == "half":
                value = value / 2
            return _compared(
                _entry(instance, Kernel("leaky", slope)), value, f"slope {slope}"
            )

    return claim


LEAKY_KERNEL = Theorem(
    id="kernel-leaky",
    title="The kernel of leaky slopes",
    source=Source(DERIVED),
    statement="The kernel of max(z, γ z), 0 < γ < 1, is (1 − γ)² times that of the ReLU plus γ "
    "⟨x, y⟩.",
    latex=r"For $\sigma(z) = \max(z, \gamma z)$, $0 < \gamma < 1$, $\mathbb{E} \sigma(\langle w, x "
    r"\rangle) \sigma(\langle w, y \rangle) = (1 - \gamma)^2 K_1(x, y) + \gamma \langle x, y "
    r"\rangle$ with the kernel $K_1$ of the ReLU.",
    hypotheses=(_PRODUCTS,),
    claim=_leaky("true"),
    instances=instances(
        products=_products(), slope=st.sampled_from([Fraction(1, n) for n in (2, 3, 10)])
    ),
    status=Status("proved", "max(z, γ z) = (1 − γ) max(z, 0) + γ z"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("mixed-signs", "γ² where one factor is negative", claim=_leaky("mixed")),
        Mutant("half", "half of it", claim=_leaky("half")),
    ),
)


def _tangent(kind: str) -> Claim:
    """The mean of [both active] (<x, y> + 2 |x||y| cos u cos(u - t)), or of one part."""

    def claim(instance: Instance) -> Finding:
        xx, yy, xy = instance["products"]
        with ctx.workprec(_BITS):
            t, half = _angle(xx, yy, xy), arb.pi() / 2
            size = 2 * (ball(xx) * ball(yy)).sqrt()
            inner = ball(xy) * (0 if kind == "last layer" else 2 if kind == "twice" else 1)
            value = _integral(
                lambda u: acb(inner) + acb(size) * u.cos() * (u - acb(t)).cos(), t - half, half
            ) / (2 * arb.pi())
            return _compared(_entry(instance, Kernel("ntk")), value, f"⟨x, y⟩ = {xy}")

    return claim


TANGENT_KERNEL = Theorem(
    id="kernel-tangent",
    title="The neural tangent kernel of one hidden layer",
    source=Source(DERIVED, "well known"),
    statement="The kernel of the derivatives of a bias-free ReLU network of one hidden layer, with "
    "output weights of variance one, is ⟨x, y⟩ K₀ + K₁: the kernels of step and ReLU.",
    latex=r"For Gaussian $w$ and $a$ of variance one, $\mathbb{E}\, a^2 [\langle w, x \rangle > 0]"
    r"[\langle w, y \rangle > 0] \langle x, y \rangle + \mathbb{E} \max(\langle w, x \rangle, 0) "
    r"\max(\langle w, y \rangle, 0) = \langle x, y \rangle K_0(x, y) + K_1(x, y)$.",
    hypotheses=(_PRODUCTS,),
    claim=_tangent("true"),
    instances=instances(products=_products()),
    status=Status("proved", "integrals over an arc"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("last-layer-only", "without the derivatives in w", claim=_tangent("last layer")),
        Mutant("both-signs-of-a", "2 ⟨x, y⟩ K₀ + K₁", claim=_tangent("twice")),
    ),
)


def _erf(kind: str) -> Claim:
    """E erf(|x| s) erf(<x, y> s / (|x| (1 + 2 rest)^(1/2))), rest the variance of v given u."""

    def claim(instance: Instance) -> Finding:
        xx, yy, xy = instance["products"]
        with ctx.workprec(_BITS):
            length = ball(xx).sqrt()
            rest = yy - xy * xy / xx
            if kind == "no rest":
                rest = Fraction(0)
            spread = (ball(1 + (1 if kind == "one rest" else 2) * rest)).sqrt()
            mean = ball(xy) / (length * spread)
            value = _gaussian_mean(lambda s: (s * acb(length)).erf() * (s * acb(mean)).erf())
            return _compared(_entry(instance, Kernel("erf")), value, f"⟨x, y⟩ = {xy}")

    return claim


ERF_KERNEL = Theorem(
    id="kernel-erf",
    title="The arcsine kernel of erf",
    source=Source(DERIVED, "after Williams 1997"),
    statement="The kernel of erf is (2/π) arcsin(2⟨x, y⟩/√((1 + 2|x|²)(1 + 2|y|²))).",
    latex=r"$\mathbb{E} \operatorname{erf}(\langle w, x \rangle) \operatorname{erf}(\langle w, y "
    r"\rangle) = \frac{2}{\pi} \arcsin \frac{2 \langle x, y \rangle}{\sqrt{(1 + 2 |x|^2)(1 + 2 "
    r"|y|^2)}}$.",
    hypotheses=(_PRODUCTS,),
    claim=_erf("true"),
    instances=instances(products=_products()),
    status=Status("proved", "up to Price's theorem, a textbook fact"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("no-conditional-variance", "⟨w, y⟩ determined by ⟨w, x⟩", claim=_erf("no rest")),
        Mutant("one-rest", "1 + Var for 1 + 2 Var", claim=_erf("one rest")),
    ),
    expense=2,
)


def _sincos(kind: str) -> Claim:
    """E (sin u + cos u)(sin v + cos v) = E cos(u - v) + E sin(u + v)."""

    def claim(instance: Instance) -> Finding:
        xx, yy, xy = instance["products"]
        square = xx + yy + (2 if kind == "sum" else -2) * xy
        with ctx.workprec(_BITS):
            root = ball(square).sqrt() if square else arb(0)
            shift = root / 2 if kind == "half" else root
            total = ball(xx + yy + 2 * xy).sqrt() if xx + yy + 2 * xy else arb(0)
            value = _gaussian_mean(lambda s: (s * acb(shift)).cos() + (s * acb(total)).sin())
            return _compared(_entry(instance, Kernel("sincos")), value, f"distance² {square}")

    return claim


SINCOS_KERNEL = Theorem(
    id="kernel-sincos",
    title="The kernel of sin + cos is Gaussian",
    source=Source(DERIVED, "in the setting of Benson, Damle, Townsend 2020"),
    statement="The kernel of sin z + cos z is exp(−|x − y|²/2).",
    latex=r"For $\sigma(z) = \sin z + \cos z$, $\mathbb{E} \sigma(\langle w, x \rangle) "
    r"\sigma(\langle w, y \rangle) = \exp(-|x - y|^2 / 2)$.",
    hypotheses=(_PRODUCTS,),
    claim=_sincos("true"),
    instances=instances(products=_products()),
    status=Status("proved", "addition formulas; the odd part vanishes"),
    proofs=_PROOF,
    tests=_TESTS,
    mutants=(
        Mutant("sum", "x + y for x − y", claim=_sincos("sum")),
        Mutant("half", "exp(−|x − y|²/8)", claim=_sincos("half")),
    ),
    expense=2,
)
