"""Reports of strata: intervals in words, and neurons as formulas that can be checked."""

from __future__ import annotations

from symerm.attainability.strata import strata_table
from symerm.problem.architecture import Architecture, parse_activation
from symerm.reports.strata import format_strata, strata_to_json


def test_unbounded_intervals_and_leaky_neurons() -> None:
    architecture = Architecture(2, parse_activation("leaky:1/10"))
    table = strata_table([(k,) for k in range(4)], architecture, outputs=2)
    text = format_strata(table, inputs=["age"])
    # The kink at 2 in the gap before: s is realised from rho_3 - lambda_3 = 11/10 s on.
    assert "inside for y1/y0 >= 11/10" in text
    assert "leaky:1/10(age - 2)" in text
    assert "relu" not in text


def test_every_row_of_the_table_has_its_lines_below() -> None:
    table = strata_table([(k,) for k in (0, 1, 3, 4, 6)], Architecture(3), outputs=3)
    lines = format_strata(table, inputs=["x"]).splitlines()
    for number, stratum in enumerate(table.strata, start=1):
        below = [line for line in lines if line.startswith(f"{number}: ")]
        assert [line.split()[1] for line in below] == (
            ["inside"] * (stratum.witness is not None)
            + ["outside"] * (stratum.outside is not None)
        )
    assert "these are all strata" in lines[-2]
    samples = [stratum["sample"] for stratum in strata_to_json(table)["strata"]]
    assert None in samples
    assert "z halfway between 1 and 3" in samples
