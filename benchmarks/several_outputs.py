"""Side-by-side timings for several outputs: symerm, its checker, and z3.

Each problem is decided by symerm in a process of its own, without workers: time from the data as
lists to the written certificate after the import, peak memory, the same by the command line with
all that it loads, and time and peak memory of the stand-alone checker.  The queries of z3 run
again when asked for; otherwise the recorded ones are shown.

Run: python benchmarks/several_outputs.py [NAME ...] [--z3 PYTHON]
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from run_q1 import CHECKER, HERE, RESULTS, measured
from several_problems import PEER, TARGETS, problem

Entry = dict[str, Any]


def solve_here(name: str, certificate: str, time_limit: float) -> Entry:
    """Decide one problem in this process and write its certificate."""
    from symerm.attainability import decide
    from symerm.certificates import certificate_text
    from symerm.problem import Architecture, Dataset, Problem

    data = problem(name)
    dataset = Dataset.from_rows(data["inputs"], data["outputs"])
    started, processor = time.perf_counter(), time.process_time()
    verdict = decide(Problem(dataset, Architecture(data["width"])), time_limit=time_limit)
    decided = time.perf_counter()
    with open(certificate, "w", encoding="utf-8") as file:
        file.writelines(certificate_text(verdict))
    written, spent = time.perf_counter(), time.process_time() - processor
    return {
        "name": name, "verdict": verdict.verdict, "reason": verdict.reason,
        "lower": str(verdict.lower), "upper": str(verdict.upper),
        "decide_seconds": round(decided - started, 4),
        "certificate_seconds": round(written - decided, 4), "cpu_seconds": round(spent, 4),
        "statistics": {key: str(value) for key, value in verdict.statistics.items()},
    }


def write_csv(data: Entry, path: Path) -> list[str]:
    """Write a problem as a table; the options that name its columns."""
    inputs = [f"x{k}" for k in range(1, len(data["inputs"][0]) + 1)]
    outputs = [f"y{k}" for k in range(1, len(data["outputs"][0]) + 1)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*inputs, *outputs])
        for x, y in zip(data["inputs"], data["outputs"], strict=True):
            writer.writerow([*x, *y])
    return ["--inputs", ",".join(inputs), "--outputs", ",".join(outputs)]


def solve(name: str, time_limit: float) -> Entry:
    """Decide and check one problem, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, table = Path(folder) / "certificate.json", Path(folder) / "data.csv"
        limit = ["--time-limit", str(time_limit)]
        written = ["--certificate", str(certificate)]
        own = [sys.executable, str(HERE / "several_outputs.py"), name, "--solve"]
        code, text, _, peak = measured([*own, *written, *limit])
        if code != 0:
            raise SystemExit(f"{name} ended with exit code {code}; is symerm installed?")
        result: Entry = json.loads(text)
        result["peak_memory_mib"] = round(peak, 1)
        result["certificate_bytes"] = certificate.stat().st_size
        _, text, seconds, peak = measured([sys.executable, str(CHECKER), str(certificate)])
        result["check_seconds"] = round(seconds, 4)
        result["check_peak_memory_mib"] = round(peak, 1)
        result["checker_says"] = text.strip().splitlines()[-1]
        data = problem(name)
        command = [sys.executable, "-m", "symerm", "check", str(table), *write_csv(data, table)]
        command += ["--width", str(data["width"]), "--json", *written, *limit]
        code, text, seconds, _ = measured(command)
        if code not in (0, 3) or json.loads(text)["verdict"] != result["verdict"]:
            raise SystemExit(f"{name}: the command line differs, exit code {code}")
        result["command_seconds"] = round(seconds, 4)
        return result


# ------------------------------------------------------------------------- the peer


def levels(result: Entry) -> dict[str, str]:
    """What z3 is asked: a loss one per cent above the infimum, and one that no network has.

    Nothing where there is no verdict to compare with.
    """
    if result["verdict"] == "undecided":
        return {}
    lower, upper = Fraction(result["lower"]), Fraction(result["upper"])
    asked = {"minimise": "0"}
    asked["reach"] = str(_simple(upper * Fraction(101, 100)) if upper else Fraction(1, 100))
    if upper:
        asked["exclude"] = str(_simple(lower * Fraction(99, 100)))
    elif result["verdict"] == "not-attained":
        asked["exclude"] = "0"
    return asked


def _simple(level: Fraction) -> Fraction:
    """A nearby number with a small denominator, which is kinder to z3."""
    return level.limit_denominator(1000)


def ask(python: str, name: str, query: str, level: str, time_limit: float) -> Entry:
    """One query in a process of its own, which is ended if it does not end by itself."""
    command = [python, str(HERE / "z3_queries.py"), name, query, level]
    command += ["--time-limit", str(time_limit)]
    started = time.perf_counter()
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=time_limit + 15, check=False
        )
    except subprocess.TimeoutExpired:
        return {
            "name": name, "query": query, "level": level, "answer": "unknown", "value": None,
            "reason": "did not end", "seconds": round(time.perf_counter() - started, 3),
        }
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SystemExit(f"z3_queries.py: {last}; does {python} have z3-solver?")
    found: Entry = json.loads(done.stdout)
    return found


def has_z3(python: str) -> bool:
    """Whether an interpreter has z3."""
    done = subprocess.run([python, "-c", "import z3"], capture_output=True, check=False)
    return done.returncode == 0


# ------------------------------------------------------------------------- tables


def table(ours: list[Entry], queries: list[Entry], remark: str) -> str:
    """The Markdown page of all results."""
    lines = [
        "# Several outputs: does a minimiser exist?", "", remark, "",
        "| problem | verdict | infimum | decide s | command s | target s | certificate kB "
        "| check s | peak MiB | check peak MiB |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for result in ours:
        lower, upper = (float(Fraction(result[end])) for end in ("lower", "upper"))
        infimum = f"{upper:.9g}" if upper - lower <= 1e-8 * upper else f"{lower:.4g} to {upper:.6g}"
        seconds = result["decide_seconds"] + result["certificate_seconds"]
        target = TARGETS[result["name"]]
        lines.append("| " + " | ".join([
            result["name"], result["verdict"], infimum, f"{seconds:.3f}",
            f"{result['command_seconds']:.3f}", "-" if target is None else f"{target:g}",
            f"{result['certificate_bytes'] / 1000:.1f}", f"{result['check_seconds']:.3f}",
            f"{result['peak_memory_mib']:.0f}", f"{result['check_peak_memory_mib']:.0f}",
        ]) + " |")
    lines += [
        "", "Time to decide includes writing the certificate, not the imports; the command's time "
        "is that of the whole process.",
        "Every certificate was accepted by the checker, whose time includes the start of Python.",
    ]
    for result in ours:
        if not result["checker_says"].startswith(f"VALID {result['verdict']}"):
            raise SystemExit(f"{result['name']}: {result['checker_says']}")
        if result["verdict"] == "undecided":
            lines.append(f"- {result['name']}: undecided, {result['reason']}.")
    if not queries:
        return "\n".join(lines) + "\n"
    spent = {
        result["name"]: result["decide_seconds"] + result["certificate_seconds"] for result in ours
    }
    lines += [
        "", "## z3", "",
        "`minimise`: the least loss; `reach`: is there a network with at most this loss (1 per "
        "cent above the infimum)?",
        "`exclude`: one with less (1 per cent below it; for infimum 0: one with loss 0)?  z3's "
        "time / symerm's for the whole decision.", "",
        "| problem | query | level | answer | s | z3 / symerm |",
        "| --- | --- | --- | --- | ---: | ---: |",
    ]
    for each in queries:
        seconds = spent.get(each["name"])
        more = "more than " if each["answer"] == "unknown" else ""
        ratio = f"{more}{each['seconds'] / seconds:.0f}" if seconds else "-"
        level = "-" if each["query"] == "minimise" else each["level"]
        answer = each["answer"] + (f" ({each['reason']})" if each["reason"] else "")
        answer += f", {each['value']}" if each["value"] else ""
        lines.append(
            f"| {each['name']} | {each['query']} | {level} | {answer} | {each['seconds']:.2f} "
            f"| {ratio} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--z3", metavar="PYTHON", help="run z3 again with this interpreter")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each problem")
    parser.add_argument("--solve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--certificate", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.solve:
        print(json.dumps(solve_here(options.names[0], options.certificate, options.time_limit)))
        return
    ours = []
    for name in options.names or TARGETS:
        ours.append(solve(name, options.time_limit))
        print(json.dumps(ours[-1]), file=sys.stderr, flush=True)
    record = RESULTS / "z3.json"
    queries = json.loads(record.read_text("utf-8"))["queries"] if record.exists() else []
    remark = f"Python {platform.python_version()}; one process; "
    if options.z3 and has_z3(options.z3):
        queries = []
        for result in ours:
            if result["name"] not in PEER:
                continue
            for query, level in levels(result).items():
                queries.append(ask(options.z3, result["name"], query, level, options.time_limit))
                print(json.dumps(queries[-1]), file=sys.stderr, flush=True)
        remark += f"z3 measured in this run, limit {options.time_limit:g} s."
        if not options.names:
            report = {"time_limit": options.time_limit, "queries": queries}
            record.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    else:
        if options.z3:
            print(f"{options.z3} has no z3-solver; skipped", file=sys.stderr)
        names = {result["name"] for result in ours}
        queries = [each for each in queries if each["name"] in names]
        remark += "z3 as recorded." if queries else "z3 not measured."
    text = table(ours, queries, remark)
    print(text, end="")
    if not options.names:
        (RESULTS / "several-outputs.md").write_text(text, "utf-8")
        (RESULTS / "several-outputs.json").write_text(json.dumps(ours, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
