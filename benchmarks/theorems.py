"""The regression of all theorems with all mutants, and how fast the program starts.

The peer of the regression is Hypothesis alone: the same instances drawn without any check, so the
ratio says what the exact checks cost.  The peers of starting are a bare interpreter and ``import
sympy``.

Run: python benchmarks/theorems.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

from rows import write_rows

from symerm.theorems import all_theorems, holds, try_theorem
from symerm.theorems.regression import Options, Record, regress


def started(*arguments: str, repeat: int = 7) -> float:
    """The median time of a process from its start to its end."""
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - begin)
    return sorted(times)[repeat // 2]


def row(name: str, asked: str, seconds: float, peer: str, other: float) -> dict[str, Any]:
    return {
        "name": name, "asked": asked, "seconds": seconds, "peer": peer, "peer_seconds": other,
        "ratio": round(seconds / other, 2),
    }


def drawing() -> float:
    """The time to draw the instances of the profile ci and to check nothing."""
    begin = time.perf_counter()
    for theorem in all_theorems():
        # The hypotheses stay: they decide how many instances are drawn.
        try_theorem(replace(theorem, claim=lambda instance: holds("drawn")), profile="ci")
    return time.perf_counter() - begin


def main() -> None:
    theorems = all_theorems()
    ids = [theorem.id for theorem in theorems]
    begin = time.perf_counter()
    plain = regress(ids, Options("ci"))
    alone = time.perf_counter() - begin
    begin = time.perf_counter()
    records = regress(ids, Options("ci", mutants=True), workers=2)
    both = time.perf_counter() - begin
    mutants = sum(len(record.mutants) for record in records)
    refuted = mutants - sum(len(record.survivors) for record in records)
    instances = sum(record.trial.applicable for record in plain)
    bare, sympy = started("-c", "pass"), started("-c", "import sympy")
    write_rows(
        "theorems",
        [
            row(
                f"{len(ids)} theorems, {instances} instances, one process", "", alone,
                "Hypothesis without checks", drawing(),
            ),
            row(
                f"the same and {mutants} mutants ({refuted} refuted), two workers", "600 s", both,
                "one process, theorems only", alone,
            ),
            row("import symerm", "0.3 s", started("-c", "import symerm"), "python -c pass", bare),
            row("symerm --help", "0.3 s", started("-m", "symerm", "--help"), "import sympy", sympy),
        ],
    )

    def seconds(record: Record) -> float:
        return record.seconds

    for record in sorted(records, key=seconds, reverse=True)[:10]:
        print(f"{record.seconds:6.1f} s  {record.id}")


if __name__ == "__main__":
    main()
