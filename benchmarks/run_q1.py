"""Side-by-side timings for one output: symerm against SCIP and plain enumeration.

Each problem is solved by symerm in a process of its own (single process, no workers): time to
decide and to write the certificate, peak memory of the process, then time and peak memory of the
stand-alone checker in another process.  Peers run again in the same session when asked to;
otherwise their recorded results are shown and marked as recorded.

Run: python benchmarks/run_q1.py [--random | --large] [--scip PYTHON] [--enumerate]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from problems import FACTORS, LARGE, RANDOM, problem

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
CHECKER = HERE.parent / "symerm" / "certificates" / "checker.py"


def measured(command: list[str]) -> tuple[int, str, float, float]:
    """Run a command: exit code, standard output, wall seconds, peak memory in MiB.

    The child's own resource usage is read: the figure for all children together would be the
    maximum over everything that ran before.
    """
    with tempfile.TemporaryFile("w+") as output:
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, cwd=HERE)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        # ru_maxrss is in KiB on Linux and in bytes on macOS.
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return child.returncode, output.read(), seconds, usage.ru_maxrss / unit


def solve_here(name: str, certificate: str, time_limit: float) -> dict[str, Any]:
    """Solve one problem with symerm in this process and write its certificate."""
    try:
        from symerm.attainability import decide
        from symerm.certificates import certificate_text
        from symerm.problem import Architecture, Dataset, Problem
    except ImportError as error:
        return {"name": name, "missing": str(error)}
    data = problem(name)
    dataset = Dataset.from_rows(data["inputs"], data["outputs"])
    started, processor = time.perf_counter(), time.process_time()
    verdict = decide(Problem(dataset, Architecture(data["width"])), time_limit=time_limit)
    decided = time.perf_counter()
    with open(certificate, "w", encoding="utf-8") as file:
        file.writelines(certificate_text(verdict))
    written, spent = time.perf_counter(), time.process_time() - processor
    network, largest = verdict.minimiser, Fraction(0)
    if network is not None:
        # With output weights scaled to +-1 these are the values that the big-M has to cover.
        largest = max(
            abs(z * v[0])
            for point in dataset.inputs
            for z, v in zip(network.preactivations(point), network.output_weights, strict=True)
        )
    spread = max(data["outputs"]) - min(data["outputs"])
    return {
        "name": name,
        "verdict": verdict.verdict,
        "exact": None if verdict.exact is None else str(verdict.exact),
        "lower": float(verdict.lower),
        "upper": float(verdict.upper),
        "decide_seconds": round(decided - started, 4),
        "certificate_seconds": round(written - decided, 4),
        "cpu_seconds": round(spent, 4),
        "big_m_covers_minimiser": name in FACTORS and largest <= FACTORS[name] * spread,
        "statistics": {key: str(value) for key, value in verdict.statistics.items()},
    }


def solve(name: str, time_limit: float) -> dict[str, Any]:
    """Solve and check one problem, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = Path(folder) / "certificate.json"
        code, text, _, peak = measured(
            [
                sys.executable,
                str(HERE / "run_q1.py"),
                "--solve",
                name,
                "--certificate",
                str(certificate),
                "--time-limit",
                str(time_limit),
            ]
        )
        if code != 0:
            return {"name": name, "missing": f"ended with exit code {code}"}
        result: dict[str, Any] = json.loads(text)
        if "missing" in result:
            return result
        result["peak_memory_mib"] = round(peak, 1)
        result["certificate_bytes"] = certificate.stat().st_size
        _, text, seconds, peak = measured([sys.executable, str(CHECKER), str(certificate)])
        result["check_seconds"] = round(seconds, 4)
        result["check_peak_memory_mib"] = round(peak, 1)
        result["checker_says"] = (text.strip().splitlines() or ["nothing"])[-1]
        return result


def peer(script: str, python: str, names: list[str], time_limit: float, file: Path) -> None:
    """Run a peer on some problems and record its results."""
    command = [python, str(HERE / script), *names, "--time-limit", str(time_limit)]
    code, _, _, _ = measured([*command, "--output", str(file)])
    if code != 0:
        raise SystemExit(f"{script} ended with exit code {code}; does {python} have its packages?")


def recorded(file: Path) -> dict[str, dict[str, Any]]:
    """A peer's results by problem name; empty when it has not been run."""
    if not file.exists():
        return {}
    return {entry["name"]: entry for entry in json.loads(file.read_text("utf-8"))["results"]}


def agreement(value: float | None, ours: dict[str, Any], solved: bool) -> str:
    """How a peer's float optimum compares with the exact one (six digits, for the eye only)."""
    if ours.get("exact") is None or value is None:
        return "-"
    exact = float(Fraction(ours["exact"]))
    if abs(value - exact) <= 1e-5 * max(1.0, exact):
        return "same" if solved else "same, unproved"
    return f"{value:.6g}, unproved" if not solved else f"DIFFERS: {value:.6g}"


def table(
    ours: list[dict[str, Any]],
    scip: dict[str, dict[str, Any]],
    plain: dict[str, dict[str, Any]],
    remarks: list[str],
) -> str:
    """The Markdown table of all results."""
    lines = [
        "# Global training for one output: symerm and peers",
        "",
        *remarks,
        "",
        "| problem | infimum | symerm s | certificate kB | check s | peak MiB | checker | SCIP s "
        "| SCIP optimum | SCIP / symerm | enumeration s | enumeration optimum |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | --- | ---: | ---: | --- |",
    ]
    sums = {"symerm": 0.0, "SCIP": 0.0, "enumeration": 0.0}
    processor = {"symerm": 0.0, "SCIP": 0.0}
    for result in ours:
        name = result["name"]
        cells = [name]
        seconds = None
        if "missing" in result:
            cells += ["-"] * 6
        else:
            seconds = result["decide_seconds"] + result["certificate_seconds"]
            infimum = result["exact"] or f"[{result['lower']:.9g}, {result['upper']:.9g}]"
            cells += [
                infimum if len(infimum) <= 24 else f"{float(Fraction(infimum)):.9g} (exact known)",
                f"{seconds:.3f}",
                f"{result['certificate_bytes'] / 1000:.1f}",
                f"{result['check_seconds']:.3f}",
                f"{result['peak_memory_mib']:.0f}",
                " ".join(result["checker_says"].split()[:2]),
            ]
        theirs = scip.get(name)
        if theirs:
            cells += [
                ("" if theirs["solved"] else "> ") + f"{theirs['seconds']:.2f}",
                agreement(theirs["loss"], result, theirs["solved"]),
                "-" if seconds is None else f"{theirs['seconds'] / seconds:.3g}",
            ]
        else:
            cells += ["-"] * 3
        other = plain.get(name)
        if other:
            cells += [
                f"{other['seconds']:.2f}"
                if other["solved"]
                else f"about {other['estimated_seconds']:.0f}",
                agreement(other["loss"], result, other["solved"]),
            ]
        else:
            cells += ["-"] * 2
        lines.append("| " + " | ".join(cells) + " |")
        if name in RANDOM:
            sums["symerm"] += seconds or 0.0
            sums["SCIP"] += theirs["seconds"] if theirs else 0.0
            sums["enumeration"] += other["estimated_seconds"] if other else 0.0
            processor["symerm"] += result.get("cpu_seconds", 0.0)
            processor["SCIP"] += theirs["cpu_seconds"] if theirs else 0.0
    random = [result for result in ours if result["name"] in RANDOM]
    if len(random) == len(RANDOM):
        lines += ["", "Totals of the ten random problems:"]
        lines += [f"- {name}: {total:.2f} s" for name, total in sums.items() if total]
        if sums["symerm"] and all("missing" not in result for result in random):
            lines += [
                f"- {name} / symerm: {sums[name] / sums['symerm']:.3g}"
                for name in ("SCIP", "enumeration")
                if sums[name]
            ]
            if processor["SCIP"]:
                ratio = processor["SCIP"] / processor["symerm"]
                lines.append(f"- SCIP / symerm in processor time: {ratio:.3g}")
            larger = [r["name"] for r in random if not r["big_m_covers_minimiser"]]
            lines.append(
                "- big-M, beyond the minimisers of complete enumeration, also covers symerm's: "
                + (f"all but {', '.join(larger)}" if larger else "all")
            )
    targets = [
        (result["name"], LARGE[result["name"]], result)
        for result in ours
        if LARGE.get(result["name"]) is not None and "missing" not in result
    ]
    if targets:
        lines += ["", "Targets (time to decide and write the certificate; peak memory 1 GiB):"]
        for name, target, result in targets:
            total = result["decide_seconds"] + result["certificate_seconds"]
            met = (
                result["exact"] is not None
                and total <= (target or 0)
                and result["peak_memory_mib"] <= 1024
            )
            lines.append(
                f"- {name}: {total:.2f} s, target {target:g} s, check {result['check_seconds']:.2f}"
                f" s: {'met' if met else 'not met'}"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", default=[], metavar="NAME")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--random", action="store_true", help="the ten random problems only")
    which.add_argument("--large", action="store_true", help="the large problems only")
    parser.add_argument("--scip", metavar="PYTHON", help="run SCIP again with this interpreter")
    parser.add_argument("--enumerate", action="store_true", help="run plain enumeration again")
    parser.add_argument("--time-limit", type=float, default=120.0, help="seconds for each problem")
    parser.add_argument("--solve", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--certificate", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.solve:
        print(json.dumps(solve_here(options.solve, options.certificate, options.time_limit)))
        return
    names = options.names or [
        *(() if options.large else RANDOM),
        *(() if options.random else LARGE),
    ]
    RESULTS.mkdir(exist_ok=True)
    scip_file, plain_file = RESULTS / "scip.json", RESULTS / "enumeration.json"
    # The records are always of the same problems, whatever is asked of symerm.
    if options.scip:
        peer("scip_bigm.py", options.scip, [*RANDOM], options.time_limit, scip_file)
    if options.enumerate:
        everything = [*RANDOM, *LARGE]
        peer("arora_enumeration.py", sys.executable, everything, options.time_limit, plain_file)
    ours = []
    for name in names:
        ours.append(solve(name, options.time_limit))
        print(json.dumps(ours[-1]), file=sys.stderr, flush=True)
    missing = {result["missing"] for result in ours if "missing" in result}
    remarks = [
        f"Python {platform.python_version()}; one process; "
        f"SCIP {'measured in this run' if options.scip else 'as recorded'}, "
        f"enumeration {'measured in this run' if options.enumerate else 'as recorded'}.",
        *(f"Not measured: {reason}." for reason in sorted(missing)),
    ]
    text = table(ours, recorded(scip_file), recorded(plain_file), remarks)
    print(text, end="")
    if len(missing) == 0:
        suffix = "random" if options.random else "large" if options.large else "all"
        target = RESULTS / f"q1-{'some' if options.names else suffix}.md"
        target.write_text(text, encoding="utf-8")
        target.with_suffix(".json").write_text(json.dumps(ours, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
