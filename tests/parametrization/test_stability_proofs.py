"""The proof scripts of inverse stability once more at numbers, with symerm's networks."""

from __future__ import annotations

import importlib
import random
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
import sympy

from symerm.parametrization.balanced import BalancedNetwork, BalancedNeuron
from symerm.parametrization.nearest import nearest_parametrization
from symerm.parametrization.stability import stability_verdict

FOLDER = Path(__file__).resolve().parents[2] / "proofs" / "berner_elbraechter_grohs_2019"
NAMES = ("steps", "best_constants")


@pytest.fixture
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in NAMES:
        sys.modules.pop(name, None)
    yield {name: importlib.import_module(name) for name in NAMES}
    for name in NAMES:
        sys.modules.pop(name, None)


def test_the_pairs_of_the_proof_are_extremal(scripts):
    tilt = Fraction(1, 500)
    for name, (constant, rows) in scripts["best_constants"].PAIRS.items():
        planar = name.startswith("(2")
        networks = []
        for side in (2, 3):
            neurons = []
            for row in rows:
                square = Fraction(row[side])
                if not square:
                    continue
                first, number = Fraction(row[0]), row[1] * tilt
                direction = (first, number) if first else (tilt, Fraction(1))
                if not planar:
                    direction = (first, number, number)
                sign = Fraction(1 if square > 0 else -1)
                neurons.append(BalancedNeuron(direction, (sign,), abs(square)))
            networks.append(BalancedNetwork(2 if planar else 3, 1, tuple(neurons)))
        verdict = stability_verdict(nearest_parametrization(*networks))
        assert verdict.is_extremal
        squared = sympy.expand(sympy.sympify(constant) ** 2)
        assert abs(float(squared) - float(verdict.ratio_squared)) < 1e-12


def test_false_statements_stop_a_proof(scripts):
    steps = scripts["steps"]
    x = sympy.Symbol("x", nonnegative=True)
    assert steps.nonnegative(x**2 + 3)
    assert not steps.nonnegative(x - 1)
    for claim in (False, x - 2 * x):
        with pytest.raises(SystemExit, match="FAILED nonsense"):
            steps.prove("nonsense", claim)


def test_neighbouring_kinks_at_numbers():
    """x + y <= 1 + sqrt(2) for neighbours, on random sequences of jumps in the plane."""
    source = random.Random(5)
    largest = 0.0
    for _ in range(4000):
        n = source.randint(0, 4)
        tilts = sorted(source.random() for _ in range(n + 1))
        # Before the first of the two: the column of ones stays within [-1, 1].
        sums = [0.0, *(source.choice([-1, 1, source.uniform(-1, 1)]) for _ in range(n))]
        second = sum(
            (after - before) * tilt
            for (before, after), tilt in zip(pairwise(sums), tilts, strict=False)
        )
        if abs(second) > 1:
            continue
        a = min(1 - sums[-1], 2.0)
        b = min(1 - second - tilts[-1] * a, 2.0)
        if b >= 0:
            largest = max(largest, a**0.5 + b**0.5)
    assert 2.3 < largest <= 1 + 2**0.5 + 1e-9
