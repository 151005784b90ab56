"""Draw docs/images/nile.png: the Nile's flow with the proved optimal fits of widths 1, 2 and 3.

Takes about ten seconds:

    .venv/bin/python docs/nile_picture.py
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt

from symerm import Architecture, Problem, decide, load_dataset
from symerm.arithmetic.rationals import format_decimal
from symerm.networks import piecewise_linear_function

STYLES = {1: ("tab:orange", "--"), 2: ("tab:green", "-."), 3: ("tab:red", "-")}

data = load_dataset("nile")
years = [row[0] for row in data.inputs]
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
axes.plot([float(x) for x in years], [float(row[0]) for row in data.outputs], "o",
          color="0.6", markersize=3.5)
for width, (colour, line) in STYLES.items():
    verdict = decide(Problem(data, Architecture(width)))
    if verdict.minimiser is None or verdict.exact is None:
        raise SystemExit(f"no minimiser was found for width {width}")
    form = piecewise_linear_function(verdict.minimiser)
    kinks = [x for x in form.kinks if years[0] < x < years[-1]]
    corners = [years[0], *kinks, years[-1]]
    name = "1 neuron" if width == 1 else f"{width} neurons"
    axes.plot([float(x) for x in corners], [float(form(x)[0]) for x in corners],
              color=colour, linestyle=line,
              label=f"{name}: {format_decimal(verdict.exact, digits=7)}")
    axes.plot([float(x) for x in kinks], [float(form(x)[0]) for x in kinks], "s",
              color=colour, markersize=4)
axes.set(xlabel="year", ylabel="flow of the Nile ($10^8$ m³)", ylim=(400, 1600))
axes.spines[["top", "right"]].set_visible(False)
axes.legend(title="global minimum of the sum of squares", frameon=False)
figure.savefig(Path(__file__).parent / "images" / "nile.png", dpi=110)
