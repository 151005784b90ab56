"""Timings of questions about parametrizations: equality, canonical form, distances.

One question at a time in this process, after the import (median of several runs).  The peer of the
seminorm is plain enumeration of all chambers of the kinks, exact like symerm, with the same exact
arrangement code but without any pruning.  The peer of the supremum norm solves for all vertices of
the arrangement and the box, in exact rationals too.

Run: python benchmarks/parametrization.py
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from typing import Any

from rows import write_rows

from symerm.arithmetic.hyperplanes import affine_chambers
from symerm.arithmetic.linalg import rank, solve
from symerm.networks import ShallowNetwork
from symerm.parametrization.canonical import canonical_network
from symerm.parametrization.equality import compare_networks
from symerm.parametrization.function_distance import difference_form
from symerm.parametrization.kinks import Box, KinkForm
from symerm.parametrization.parameter_distance import parameter_distance
from symerm.parametrization.seminorm import sobolev_seminorm
from symerm.parametrization.sup_norm import sup_norm

ZERO, ONE = Fraction(0), Fraction(1)


def random_network(width: int, inputs: int, seed: int) -> ShallowNetwork:
    """Entries of two decimals between -3 and 3, one output."""
    rng = random.Random(seed)

    def entry() -> Fraction:
        return Fraction(rng.randint(-300, 300), 100)

    return ShallowNetwork(
        tuple(tuple(entry() for _ in range(inputs)) for _ in range(width)),
        tuple(entry() for _ in range(width)),
        tuple((entry(),) for _ in range(width)),
        (entry(),),
    )


def moved(network: ShallowNetwork, seed: int) -> ShallowNetwork:
    """The same function: neurons in another order and scaled."""
    rng = random.Random(seed)
    order = rng.sample(range(network.width), network.width)
    scales = [Fraction(rng.randint(1, 9), rng.randint(1, 9)) for _ in order]
    pairs = list(zip(order, scales, strict=True))
    return ShallowNetwork(
        tuple(tuple(t * w for w in network.hidden_weights[j]) for j, t in pairs),
        tuple(t * network.hidden_biases[j] for j, t in pairs),
        tuple(tuple(v / t for v in network.output_weights[j]) for j, t in pairs),
        network.output_biases,
    )


def difference(width: int, inputs: int, box: Box | None = None) -> KinkForm:
    return difference_form(
        random_network(width, inputs, 1), random_network(width, inputs, 2), box=box
    )


def seminorm_of_all_chambers(form: KinkForm) -> Fraction:
    cells = affine_chambers(
        [kink.normal for kink in form.kinks], [kink.offset for kink in form.kinks], box=form.box
    )
    best = ZERO
    for cell in cells:
        slopes = list(form.matrix[0])
        for kink, sign in zip(form.kinks, cell.signs, strict=True):
            if sign > 0:
                slopes = [
                    a + kink.jump[0] * n for a, n in zip(slopes, kink.normal, strict=True)
                ]
        best = max(best, *map(abs, slopes))
    return best


def supremum_of_all_vertices(form: KinkForm) -> Fraction:
    assert form.box is not None
    planes = [(tuple(map(Fraction, k.normal)), Fraction(k.offset)) for k in form.kinks]
    for axis, ends in enumerate(form.box):
        unit = tuple(Fraction(int(k == axis)) for k in range(form.dimension))
        planes += [(unit, -end) for end in ends]
    best = ZERO
    for chosen in combinations(planes, form.dimension):
        normals = [normal for normal, _ in chosen]
        if rank(normals) < form.dimension:
            continue
        point = solve(normals, [-offset for _, offset in chosen])
        assert point is not None
        if all(low <= x <= high for x, (low, high) in zip(point, form.box, strict=True)):
            best = max(best, abs(form(point)[0]))
    return best


def timed(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """The median wall time, and the answer."""
    times, answer = [], None
    for _ in range(repeat):
        started = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - started)
    return statistics.median(times), answer


def timings() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def add(
        name: str, asked: str, work: Callable[[], Any], repeat: int,
        peer: str = "", other: Callable[[], Any] | None = None,
    ) -> None:  # fmt: skip
        own, answer = timed(work, repeat)
        seconds = None
        if other is not None:
            seconds, expected = timed(other, 1)
            assert answer == expected, (name, answer, expected)
        ratio = None if seconds is None else round(seconds / own, 1)
        found.append(
            {"name": name, "asked": asked, "seconds": own, "peer": peer, "peer_seconds": seconds,
             "ratio": ratio}
        )
        print(name, f"{own:.4g} s", peer, "" if seconds is None else f"{seconds:.4g} s", flush=True)

    wide = random_network(200, 5, 1)
    same = moved(wide, 2)
    add("equality, width 200, p = 5", "1 s", lambda: compare_networks(wide, same).equal, 5)
    add("canonical form, width 200, p = 5", "1 s", lambda: canonical_network(wide), 5)
    chambers, corners = "all chambers", "all vertices"
    form = difference(12, 3)
    add("seminorm, 2 x 12 neurons, p = 3", "5 s", lambda: sobolev_seminorm(form).value, 11,
        chambers, lambda: seminorm_of_all_chambers(form))  # fmt: skip
    more = difference(30, 3)
    add("seminorm, 2 x 30 neurons, p = 3", "", lambda: sobolev_seminorm(more).value, 5,
        chambers, lambda: seminorm_of_all_chambers(more))  # fmt: skip
    flat = difference(100, 2)
    add("seminorm, 2 x 100 neurons, p = 2", "", lambda: sobolev_seminorm(flat).value, 5,
        chambers, lambda: seminorm_of_all_chambers(flat))  # fmt: skip
    for width, inputs in ((200, 3), (30, 5)):
        large = difference(width, inputs)
        add(f"seminorm, 2 x {width} neurons, p = {inputs}", "",
            lambda form=large: sobolev_seminorm(form).value, 1)  # fmt: skip
    cube = difference(12, 3, ((-ONE, ONE),) * 3)
    add("supremum, 2 x 12 neurons, [-1, 1]^3", "", lambda: sup_norm(cube).value, 11,
        corners, lambda: supremum_of_all_vertices(cube))  # fmt: skip
    large_cube = difference(30, 5, ((-ONE, ONE),) * 5)
    add("supremum, 2 x 30 neurons, [-1, 1]^5", "", lambda: sup_norm(large_cube).value, 3)
    for width in (12, 100):
        pair = random_network(width, 5, 1), random_network(width, 5, 2)
        for norm in ("max", "euclidean"):
            for balanced in (False, True):
                how = "balanced" if balanced else "free scaling"
                add(
                    f"parameters, width {width}, p = 5, {norm}, {how}", "",
                    lambda pair=pair, norm=norm, balanced=balanced: parameter_distance(
                        *pair, norm=norm, balanced=balanced
                    ).distance,
                    3 if width < 50 else 1,
                )  # fmt: skip
    return found


def main() -> None:
    write_rows("parametrization", timings())


if __name__ == "__main__":
    main()
