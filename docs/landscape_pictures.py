"""Draw the pictures of critical points in docs/images.

Takes a few seconds:

    .venv/bin/python docs/landscape_pictures.py
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from symerm.landscape.targets import parse_target
from symerm.landscape.true_classification import classify
from symerm.networks import ShallowNetwork
from symerm.problem.architecture import RELU, Activation
from symerm.reports.landscape_plots import write_classification_plot, write_plane_plot

IMAGES = Path(__file__).parent / "images"



def network(
    weights: list[int], biases: list[str], outputs: list[str], constant: str, activation: Activation
) -> ShallowNetwork:
    return ShallowNetwork(
        tuple((Fraction(w),) for w in weights),
        tuple(map(Fraction, biases)),
        tuple((Fraction(v),) for v in outputs),
        (Fraction(constant),),
        activation,
    )


saddle = network([1, -1], ["-1/3", "2/3"], ["2/3", "-2/3"], "1/2", RELU)
minimum = network([1, -1], ["-1", "0"], ["-1", "1"], "1/2", RELU)
flat = network([0], ["1"], ["0"], "1/5", Activation("quadratic"))
line = parse_target("x", (Fraction(0), Fraction(1)))
power = parse_target("x^4", (Fraction(-1), Fraction(1)))
for name, point, target in (
    ("saddle", saddle, line), ("local_minimum", minimum, line), ("flat_saddle", flat, power)
):
    found = classify(point, target)
    write_classification_plot(found, target, str(IMAGES / f"{name}.png"))
    if found.verdict == "saddle":
        write_plane_plot(found, target, str(IMAGES / f"{name}_plane.png"))
