"""Rows of timings beside a peer, written as JSON and as a table."""

from __future__ import annotations

import json
import platform
from typing import Any

from run_q1 import RESULTS


def write_rows(name: str, results: list[dict[str, Any]]) -> None:
    """Write NAME.json and NAME.md into the folder of results."""
    RESULTS.joinpath(f"{name}.json").write_text(
        json.dumps({"machine": platform.platform(), "python": platform.python_version(),
                    "rows": results}, indent=1) + "\n",
        encoding="utf-8",
    )
    lines = [
        "| what | asked | symerm | peer | peer's time | ratio |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in results:
        other = "" if row["peer_seconds"] is None else f"{row['peer_seconds']:.3g} s"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:g}"
        lines.append(
            f"| {row['name']} | {row['asked']} | {row['seconds']:.3g} s | {row['peer']} | {other} "
            f"| {ratio} |"
        )
    RESULTS.joinpath(f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
