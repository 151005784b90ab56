"""When a network is a local minimum of the empirical loss (derived here).

L(theta) = sum_i r_i^2, r_i = f(s_i) - t_i, f = c + sum_j v_j act(<w_j, s> + b_j), with one output,
act(z) = max(z, gamma z), 0 <= gamma < 1, finitely many points s_i of R^p.  Write u = (w, b) and
psi(u) = sum_i r_i act(<w, s_i> + b), with the residuals of theta.

Theorem.  theta is a local minimum of L if and only if
(i)   sum_i r_i = 0,
(ii)  psi(u_j) = 0 for all j,
(iii) for v_j != 0: v_j psi'(u_j; y) >= 0 for every direction y, psi' the one-sided derivative,
(iv)  for v_j = 0: psi is identically zero near u_j.
Moreover (ii) follows from (iii) and (iv).

Proof.  (f' is the network theta', near theta.)
Necessity.  (i) and (ii) are derivatives in c and v_j, (iii) one-sided derivatives in u_j.  If
v_j = 0 and psi(u') != 0 for some u' near u_j, then sum_i act(<w', s_i> + b')^2 > 0 and
v' = -tau psi(u')/(that sum) lowers L for every 0 < tau < 2: f did not depend on u_j.
Sufficiency.  L' - L = |f' - f|^2 + 2 <r, f' - f> >= 2 <r, f' - f>, which by (i) and (ii) is
2 sum_j v'_j psi(u'_j).  psi is piecewise linear, so psi(u_j + y) = psi(u_j) + psi'(u_j; y) =
psi'(u_j; y) for small y.  By (iv) the terms with v_j = 0 are zero; by (iii) the others are at least
0, as v'_j has the sign of v_j.
(ii) is implied: psi is positively homogeneous, so psi'(u; u) = psi(u) and psi'(u; -u) = -psi(u).
For v_j != 0 both must have the sign of v_j or be 0.  Under (iv) psi(u_j) = 0.

For (iii) and (iv) finitely many y are enough: psi'(u_j; .) is linear on the cones into which the
hyperplanes <., (s_i, 1)> = 0 with <w_j, s_i> + b_j = 0 cut the space, so it is at least 0 (is 0) if
that holds on generators of these cones.

What is proved: the algebraic steps, for any number of points, neurons and inputs.  Besides, the
theorem is tried: for one input, four points and two neurons, with many coincidences, the conditions
are decided exactly; where they fail the descent of the proof is followed to a smaller loss, and
where they hold no smaller loss is found among random networks nearby.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from random import Random

import sympy
from steps import gamma, prove

Pair = tuple[Fraction, Fraction]
#: A neuron (w, b, v); a network is its neurons and c.
Neuron = tuple[Fraction, Fraction, Fraction]
Network = tuple[tuple[Neuron, ...], Fraction]

ZERO = Fraction(0)
#: Scales of perturbations.
_SCALES = tuple(Fraction(1, 2**k) for k in (10, 10, 16, 24))


def steps_of_the_proof() -> None:
    """Identities for one point and one neuron: sums over points and neurons are linear."""
    r, change, v, v_new, act, act_new, c, c_new = sympy.symbols("r d v v' a a' c c'", real=True)
    prove(
        "(r + f' - f)^2 - r^2 = (f' - f)^2 + 2 r (f' - f), and r (f' - f) is"
        " (c' - c) r + sum_j (v'_j r act'_j - v_j r act_j)",
        (r + change) ** 2 - r**2 - change**2 - 2 * r * change,
        r * (c_new + v_new * act_new - c - v * act)
        - ((c_new - c) * r + v_new * r * act_new - v * r * act),
    )
    psi, square, tau = sympy.symbols("psi S tau", positive=True)
    step = -tau * psi / square
    prove(
        "v_j = 0: v' = -tau psi/S with S = sum_i act'^2 changes L by -tau (2 - tau) psi^2/S",
        step**2 * square + 2 * step * psi + tau * (2 - tau) * psi**2 / square,
    )
    n, total = sympy.symbols("n sum", positive=True)
    prove(
        "c' = c - mean of r changes L by -(sum r)^2/n",
        n * (total / n) ** 2 - 2 * (total / n) * total + total**2 / n,
    )
    z, eps = sympy.symbols("z epsilon", positive=True)  # eps < 1
    values = {1: z, -1: -gamma * z}
    prove(
        "act((1 +- eps) z) = (1 +- eps) act(z): psi'(u; u) = psi(u) and psi'(u; -u) = -psi(u)",
        *[
            (1 + turn * eps) * value - value - turn * eps * value
            for value in values.values()
            for turn in (1, -1)
        ],
    )


def hessian_in_a_pattern() -> None:
    """Within a pattern act(z) = slope z: second derivatives of (c + sum_j v_j act(z_j) - t)^2.

    One input s and two neurons: L is a sum over the points, and more inputs add more rows of the
    same form.
    """
    s, c, t = sympy.symbols("s c t", real=True)
    w, b, v, slope = (sympy.symbols(f"{name}1 {name}2", real=True) for name in ("w", "b", "v", "g"))
    z = [w[j] * s + b[j] for j in range(2)]
    r = c - t + sum(v[j] * slope[j] * z[j] for j in range(2))
    parameters = [*w, *b, *v, c]
    jacobian = [r.diff(theta) for theta in parameters]
    hessian = sympy.hessian(r**2, parameters)
    # f is bilinear: only (w_j, v_j) and (b_j, v_j) have second derivatives.
    curved = sympy.zeros(7, 7)
    for j in range(2):
        for k, entry in ((j, slope[j] * s), (2 + j, slope[j])):
            curved[k, 4 + j] = curved[4 + j, k] = entry
    prove(
        "the Hessian within a pattern is 2 J^T J + 2 r d^2f, and d^2f has the entries act' s and"
        " act' for (w_j, v_j) and (b_j, v_j) only",
        *[
            hessian[i, k] - 2 * jacobian[i] * jacobian[k] - 2 * r * curved[i, k]
            for i in range(7)
            for k in range(7)
        ],
    )


def act(z: Fraction, slope: Fraction) -> Fraction:
    return z if z > 0 else slope * z


def function(network: Network, s: Fraction, slope: Fraction) -> Fraction:
    neurons, c = network
    return c + sum((v * act(w * s + b, slope) for w, b, v in neurons), ZERO)


def psi(u: Pair, points: list[Fraction], r: tuple[int, ...], slope: Fraction) -> Fraction:
    return sum(
        (entry * act(u[0] * s + u[1], slope) for s, entry in zip(points, r, strict=True)), ZERO
    )


def one_sided(
    u: Pair, y: Pair, points: list[Fraction], r: tuple[int, ...], slope: Fraction
) -> Fraction:
    """psi'(u; y)."""
    total = ZERO
    for s, entry in zip(points, r, strict=True):
        z, dz = u[0] * s + u[1], y[0] * s + y[1]
        total += entry * (act(dz, slope) if z == 0 else dz if z > 0 else slope * dz)
    return total


def generators(u: Pair, points: list[Fraction]) -> Iterator[Pair]:
    """Directions that span all cones on which psi'(u; .) is linear, for one input.

    The cones lie between the lines y_1 s + y_2 = 0.  With one line they are half-planes, for which
    the normal (s, 1) is needed; without any the coordinates do.
    """
    kinks = {s for s in points if u[0] * s + u[1] == 0}
    basis = [y for s in kinks for y in ((Fraction(1), -s), (s, Fraction(1)))]
    for y in basis or [(Fraction(1), ZERO), (ZERO, Fraction(1))]:
        yield y
        yield -y[0], -y[1]


def failure(
    network: Network, points: list[Fraction], r: tuple[int, ...], slope: Fraction
) -> tuple[str, int, Pair] | None:
    """A condition that fails, with the neuron and the direction; None if all hold."""
    if sum(r):
        return "i", 0, (ZERO, ZERO)
    for j, (w, b, v) in enumerate(network[0]):
        for y in generators((w, b), points):
            derivative = one_sided((w, b), y, points, r, slope)
            if v * derivative < 0:
                return "iii", j, y
            if v == 0 and derivative != 0:
                return "iv", j, y
    return None


def loss(
    network: Network, other: Network, points: list[Fraction], r: tuple[int, ...], slope: Fraction
) -> Fraction:
    """The loss of another network, for the responses for which `network` has the residuals r."""
    return sum(
        (
            (function(other, s, slope) - function(network, s, slope) + entry) ** 2
            for s, entry in zip(points, r, strict=True)
        ),
        ZERO,
    )


def descended(
    network: Network,
    points: list[Fraction],
    r: tuple[int, ...],
    slope: Fraction,
    failed: tuple[str, int, Pair],
    eps: Fraction,
) -> Network:
    """The network of the proof at distance of order eps."""
    neurons, c = network
    condition, j, y = failed
    if condition == "i":
        return neurons, c - eps * Fraction(sum(r), len(r))
    w, b, v = neurons[j]
    w, b = w + eps * y[0], b + eps * y[1]
    if condition == "iv":
        v = -eps * psi((w, b), points, r, slope)  # tau = eps S < 2 for small eps
    return (*neurons[:j], (w, b, v), *neurons[j + 1 :]), c


def tried(slope: Fraction, seed: int) -> tuple[int, int, bool]:
    """Numbers of minima and of others among random networks, and whether the theorem held."""
    random = Random(seed)
    minima = others = 0

    def number(choices: tuple[int, ...]) -> Fraction:
        return Fraction(random.choice(choices))

    for _ in range(60):
        points = [Fraction(k) for k in sorted(random.sample(range(-2, 4), 4))]
        neurons = []
        for _ in range(2):
            w = number((-1, 0, 1, 2))
            kink = random.choice([*points, Fraction(5), Fraction(1, 2)])
            b = -w * kink if w else number((-1, 0, 1))
            neurons.append((w, b, number((-1, 0, 1))))
        network = tuple(neurons), number((-1, 0, 1))
        by_failure: dict[str, list[tuple[int, ...]]] = {}
        for r in product(range(-2, 3), repeat=4):
            if any(r):
                failed = failure(network, points, r, slope)
                by_failure.setdefault(failed[0] if failed else "", []).append(r)
        for condition, residuals in sorted(by_failure.items()):
            r = random.choice(residuals)
            start = loss(network, network, points, r, slope)
            if condition:
                others += 1
                failed = failure(network, points, r, slope)
                assert failed is not None
                steps = (Fraction(1, 2**k) for k in range(6, 60))
                if not any(
                    loss(network, descended(network, points, r, slope, failed, eps), points, r,
                         slope) < start
                    for eps in steps
                ):
                    return minima, others, False
            else:
                minima += 1
                for _ in range(40):
                    other = nearby(network, random)
                    if loss(network, other, points, r, slope) < start:
                        return minima, others, False
    return minima, others, True


def nearby(network: Network, random: Random) -> Network:
    """A random network so close that no preactivation that is not 0 changes its sign."""

    def moved(value: Fraction) -> Fraction:
        scale = random.choice((ZERO, *_SCALES))
        return value + scale * random.randint(-8, 8)

    neurons, c = network
    return tuple(tuple(map(moved, neuron)) for neuron in neurons), moved(c)


def main() -> None:
    steps_of_the_proof()
    hessian_in_a_pattern()
    for slope in (ZERO, Fraction(1, 3)):
        minima, others, held = tried(slope, 1)
        prove(
            f"slope {slope}: {others} descents were followed, and none was found near {minima}"
            " minima",
            held and minima > 20 and others > 20,
        )


if __name__ == "__main__":
    main()
