"""How often does no best network exist?  Random problems with one input, decided by proof.

For every number of points n and of outputs q, problems are drawn from fixed seeds and decided by
symerm; each certificate is read by the stand-alone checker.  Two kinds of responses:

- `independent`: integers, independent and uniform from -99 to 99;
- `network`: a random network of the same width, plus noise as above.  Facings and integer kinks
  (first to last input) are uniform, output weights are uniform integers from -9 to 9.

Inputs are n distinct integers, uniform from -99 to 99.  Since every verdict is proved, chance
enters by the sampling only: for k of N problems Wilson's score interval at 95 per cent is

    (k/N + z^2/2N +- z sqrt(k (N - k)/N^3 + z^2/4N^2)) / (1 + z^2/N),   z = 1.959964.

The journal has one line for each problem, so that an interrupted run goes on with --resume.

Run: python benchmarks/frequency.py [--width D] [--resume]
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
KINDS = ("independent", "network")
VERDICTS = ("attained", "not-attained", "undecided")
SEED = "symerm frequency: {kind} n={n} q={q} #{index}"
Z = 1.959964

Entry = dict[str, Any]


def seed(kind: str, size: int, outputs: int, index: int) -> str:
    """The seed of a problem: any width gets the same problems with independent responses.

    Examples
    --------
    >>> seed("independent", 5, 2, 0)
    'symerm frequency: independent n=5 q=2 #0'
    """
    return SEED.format(kind=kind, n=size, q=outputs, index=index)


def draw(
    kind: str, size: int, outputs: int, width: int, index: int
) -> tuple[list[int], list[list[int]]]:
    """Inputs and responses of one problem.

    Examples
    --------
    >>> inputs, responses = draw("network", 6, 3, 2, 0)
    >>> len(set(inputs)), len(responses), len(responses[0])
    (6, 6, 3)
    """
    source = random.Random(seed(kind, size, outputs, index))
    inputs = source.sample(range(-99, 100), size)
    responses = [[source.randint(-99, 99) for _ in range(outputs)] for _ in inputs]
    if kind == "network":
        for _ in range(width):
            facing = source.choice((1, -1))
            kink = source.randint(min(inputs), max(inputs))
            weights = [source.randint(-9, 9) for _ in range(outputs)]
            for x, row in zip(inputs, responses, strict=True):
                height = max(facing * (x - kink), 0)
                row[:] = [t + height * v for t, v in zip(row, weights, strict=True)]
    return inputs, responses


def decide_one(
    kind: str, size: int, outputs: int, width: int, index: int, time_limit: float
) -> Entry:
    """Decide one problem and let the checker read the certificate."""
    from symerm.attainability import decide
    from symerm.certificates import certificate_text, checker
    from symerm.problem import Architecture, Dataset, Problem

    inputs, responses = draw(kind, size, outputs, width, index)
    problem = Problem(Dataset.from_rows(inputs, responses), Architecture(width))
    started = time.process_time()
    verdict = decide(problem, time_limit=time_limit)
    decided = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.json"
        with path.open("w", encoding="ascii") as file:
            file.writelines(certificate_text(verdict))
        read = time.process_time()
        answer = checker.check(str(path))
    if answer.split() != [verdict.verdict, str(verdict.lower), str(verdict.upper)]:
        raise SystemExit(f"the checker contradicts: {seed(kind, size, outputs, index)}: {answer}")
    return {
        "kind": kind, "n": size, "q": outputs, "index": index, "verdict": verdict.verdict,
        "zero": verdict.upper == 0, "reason": verdict.reason,
        "decide": round(decided - started, 4), "check": round(time.process_time() - read, 4),
    }


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Wilson's score interval at 95 per cent for a share of `hits` in `total`.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(1, 10)]
    [0.0179, 0.4042]
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if total == 0:
        return 0.0, 1.0
    share, square = hits / total, Z * Z
    centre = share + square / (2 * total)
    spread = Z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


# ------------------------------------------------------------------------- the run


def planned(options: argparse.Namespace) -> Iterator[tuple[str, int, int, int]]:
    """All problems of the study, thin slices first, so that a part of a run is balanced."""
    counts = {"independent": options.problems, "network": options.network_problems}
    for index in range(max(counts.values())):
        for kind in KINDS:
            if index < counts[kind]:
                for outputs in options.outputs:
                    for size in range(options.smallest, options.largest + 1):
                        yield kind, size, outputs, index


def key(entry: Entry) -> tuple[str, int, int, int]:
    return entry["kind"], entry["n"], entry["q"], entry["index"]


def read_journal(path: Path, head: Entry) -> list[Entry]:
    """The problems that a journal records; a last line that was cut off is not one of them."""
    lines = path.read_text("utf-8").split("\n")[:-1]
    entries = [json.loads(line) for line in lines]
    if not entries or entries[0] != head:
        raise SystemExit(f"{path} belongs to another study; leave out --resume to begin anew")
    return entries[1:]


def run(options: argparse.Namespace, path: Path) -> list[Entry]:
    """Decide what the journal does not have yet."""
    import symerm

    head = {
        "width": options.width, "time_limit": options.time_limit, "symerm": symerm.__version__
    }
    entries = read_journal(path, head) if options.resume and path.exists() else []
    with path.open("w", encoding="utf-8") as journal:
        for entry in (head, *entries):
            journal.write(json.dumps(entry) + "\n")
        journal.flush()
        done = {key(entry) for entry in entries}
        todo = [each for each in planned(options) if each not in done]
        for count, (kind, size, outputs, index) in enumerate(todo, start=1):
            entry = decide_one(kind, size, outputs, options.width, index, options.time_limit)
            entries.append(entry)
            journal.write(json.dumps(entry) + "\n")
            journal.flush()
            if count % 100 == 0:
                print(f"{count} of {len(todo)}", file=sys.stderr, flush=True)
    wanted = set(planned(options))
    return sorted((entry for entry in entries if key(entry) in wanted), key=key)


# ------------------------------------------------------------------------- tables


def row(entries: Iterable[Entry]) -> Entry:
    """Exact counts of verdicts, and the share without a minimiser with its interval."""
    chosen = list(entries)
    counts = Counter(entry["verdict"] for entry in chosen)
    hits, total = counts["not-attained"], len(chosen)
    return {
        "problems": total, **{name: counts[name] for name in VERDICTS},
        "share": hits / total if total else None, "interval": wilson(hits, total),
    }


def summary(options: argparse.Namespace, entries: list[Entry]) -> Entry:
    """All that is reported; verdicts in the order of the seeds, as a, n or u."""
    sizes, outputs = range(options.smallest, options.largest + 1), options.outputs
    letters = {"attained": "a", "not-attained": "n", "undecided": "u"}
    cells, pooled = [], []
    for kind in KINDS:
        mine = [entry for entry in entries if entry["kind"] == kind]
        for q in outputs:
            ours = [entry for entry in mine if entry["q"] == q]
            pooled.append({"kind": kind, "q": q, **row(ours)})
            for n in sizes:
                here = [entry for entry in ours if entry["n"] == n]
                verdicts = "".join(letters[entry["verdict"]] for entry in here)
                cells.append({"kind": kind, "n": n, "q": q, **row(here), "verdicts": verdicts})
        pooled.append({"kind": kind, "q": None, **row(mine)})
        for n in sizes:
            here = [entry for entry in mine if entry["n"] == n]
            cells.append({"kind": kind, "n": n, "q": None, **row(here)})
    spent = {name: sorted(entry[name] for entry in entries) for name in ("decide", "check")}
    return {
        "width": options.width, "sizes": [sizes[0], sizes[-1]], "outputs": outputs,
        "seeds": SEED,
        "time_limit": options.time_limit, "python": platform.python_version(),
        "problems": len(entries),
        "infimum_zero_not_attained": sum(
            entry["zero"] and entry["verdict"] == "not-attained" for entry in entries
        ),
        "undecided_reasons": dict(Counter(
            entry["reason"] for entry in entries if entry["verdict"] == "undecided"
        )),
        "cpu_seconds": {
            name: {"total": round(sum(times), 1), "median": times[len(times) // 2],
                   "largest": times[-1]}
            for name, times in spent.items()
        },
        "pooled": pooled, "cells": cells,
    }


def percent(found: Entry) -> str:
    """A share with its interval, in per cent."""
    if not found["problems"]:
        return "-"
    low, high = found["interval"]
    return f"{100 * found['share']:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def table(found: Entry) -> str:
    """The Markdown page of a summary."""
    smallest, largest = found["sizes"]
    spent = found["cpu_seconds"]
    lines = [
        f"# How often no best network exists: one input, width {found['width']}",
        "",
        f"{found['problems']} random problems with {smallest} to {largest} points, ReLU, both "
        "biases; all certificates accepted by the checker.",
        "Inputs: n distinct integers, uniform from -99 to 99.  Responses: `independent`, integers "
        "uniform from -99 to 99; `network`,",
        f"a random network of width {found['width']} plus the same as noise.  Seeds: "
        f"`{found['seeds']}` (benchmarks/frequency.py).",
        f"Processor time: {spent['decide']['total']:.0f} s to decide (median "
        f"{spent['decide']['median']:.3f} s, largest {spent['decide']['largest']:.2f} s), "
        f"{spent['check']['total']:.0f} s to check.",
        f"Not attained with infimum zero: {found['infimum_zero_not_attained']}.",
        "",
        "## Over all numbers of points",
        "",
        "| responses | q | problems | attained | not attained | undecided | not attained, per cent "
        "(95 per cent interval) |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for each in found["pooled"]:
        if each["problems"]:
            counts = " | ".join(str(each[name]) for name in ("problems", *VERDICTS))
            q = "all" if each["q"] is None else each["q"]
            lines.append(f"| {each['kind']} | {q} | {counts} | {percent(each)} |")
    lines += ["", "Intervals are Wilson's; undecided problems count as not shown to escape."]
    for reason, count in found["undecided_reasons"].items():
        lines.append(f"Undecided, {count}: {reason}.")
    for kind in KINDS:
        cells = {(e["n"], e["q"]): e for e in found["cells"] if e["kind"] == kind}
        if not any(e["problems"] for e in cells.values()):
            continue
        columns = [*found["outputs"], None]
        heads = "".join(f" {'all' if q is None else f'q = {q}'} | per cent |" for q in columns)
        lines += [
            "", f"## By number of points: {kind}", "",
            "Not attained / undecided / all problems, and the share with its interval.", "",
            f"| n |{heads}", "| ---: |" + " ---: |" * (2 * len(columns)),
        ]
        for n in range(smallest, largest + 1):
            parts = []
            for q in columns:
                e = cells[n, q]
                parts += [f"{e['not-attained']} / {e['undecided']} / {e['problems']}", percent(e)]
            lines.append(f"| {n} | " + " | ".join(parts) + " |")
    return "\n".join(lines) + "\n"


def plot(found: Entry, path: Path) -> None:
    """Shares over the number of points, one panel for each kind of responses."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    kinds = [
        kind for kind in KINDS
        if any(e["problems"] for e in found["cells"] if e["kind"] == kind)
    ]
    figure = Figure(figsize=(5 * len(kinds), 3.8), layout="constrained")
    panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    titles = {"independent": "independent responses", "network": "network plus noise"}
    for axes, kind in zip(panels, kinds, strict=True):
        cells = [e for e in found["cells"] if e["kind"] == kind and e["problems"]]
        for q, mark in zip(found["outputs"], "os^Dv", strict=False):
            shares = [(e["n"], 100 * e["share"]) for e in cells if e["q"] == q]
            axes.plot(
                *zip(*shares, strict=True), mark, markersize=4, alpha=0.55, clip_on=False,
                label=f"q = {q}",
            )
        every = [e for e in cells if e["q"] is None]
        axes.errorbar(
            [e["n"] for e in every], [100 * e["share"] for e in every],
            yerr=[
                [100 * (e["share"] - e["interval"][0]) for e in every],
                [100 * (e["interval"][1] - e["share"]) for e in every],
            ],
            fmt="ko", markersize=5, elinewidth=1.2, capsize=2, label="all q, 95 per cent interval",
        )
        pooled = next(e for e in found["pooled"] if e["kind"] == kind and e["q"] is None)
        axes.axhline(
            100 * pooled["share"], color="0.4", linewidth=0.9, linestyle="--", zorder=0,
            label=f"all n, q: {100 * pooled['share']:.1f} per cent",
        )
        axes.set_title(f"{titles[kind]}, {pooled['problems']} problems", fontsize="medium")
        axes.set_xlabel("number of points n")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize="small", ncols=2, loc="upper right")
    panels[0].set_ylabel("problems without a minimiser, per cent")
    panels[0].set_ylim(0, 1.25 * panels[0].get_ylim()[1])
    figure.suptitle(
        f"One input, width {found['width']}: how often no best network exists", fontsize="medium"
    )
    figure.savefig(path, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--width", type=int, default=2, help="hidden neurons (default 2)")
    parser.add_argument("--outputs", type=int, nargs="+", default=[2, 3, 4], metavar="Q")
    parser.add_argument("--smallest", type=int, metavar="N", help="points (default width + 2)")
    parser.add_argument("--largest", type=int, default=20, metavar="N", help="points (default 20)")
    parser.add_argument("--problems", type=int, default=100, help="independent, for each n and q")
    parser.add_argument("--network-problems", type=int, default=30, help="network, likewise")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each problem")
    parser.add_argument("--resume", action="store_true", help="go on with the journal")
    parser.add_argument("--folder", type=Path, default=RESULTS, help="where the results go")
    options = parser.parse_args()
    options.smallest = options.smallest or options.width + 2
    name = f"frequency_d{options.width}"
    try:
        entries = run(options, options.folder / f"{name}.jsonl")
    except KeyboardInterrupt:
        print("interrupted; go on with --resume", file=sys.stderr)
        raise SystemExit(130) from None
    found = summary(options, entries)
    (options.folder / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (options.folder / f"{name}.md").write_text(table(found), "utf-8")
    plot(found, options.folder / f"{name}.png")
    print(table(found), end="")


if __name__ == "__main__":
    main()
