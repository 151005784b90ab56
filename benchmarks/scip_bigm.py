"""The peer: global training for one output as a mixed-integer program, solved by SCIP.

For q = 1 the output weights are signs sigma_j, so the problem is one convex mixed-integer
program for each number of positive signs 0..d (neurons are interchangeable):

    minimise   sum_i r_i^2
    subject to r_i  = t_i - c - sum_j sigma_j x_ij
               z_ij = <a_j, s_i> + b_j,    -M <= z_ij <= M
               x_ij >= z_ij,  0 <= x_ij <= M u_ij,  x_ij <= z_ij + M (1 - u_ij),  u_ij binary

With |z_ij| <= M these say x_ij = max(z_ij, 0).  **The bound M.**  The program is exact if and
only if some global minimiser has |z_ij| <= M for all i, j.  A bound from the data alone (Cramer's
rule and Hadamard's inequality on bases of generators) is of the order of 10^9 or more here, which
is useless with feasibility tolerances of 1e-6.  So M is `factor` times the range of the outputs,
with the factor of each random problem the least power of two that a known exact minimiser
respects: valid by inspection of that minimiser, and kinder to SCIP than any bound that it could
have found itself.  For problems
without such a factor the result is an upper bound only.

The best value of the sign vectors done so far is given to the next ones as an objective limit.

Run: python scip_bigm.py [NAME ...] [--time-limit SECONDS] [--output FILE]
with an interpreter that has PySCIPOpt.  One JSON object comes out.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from problems import FACTORS, RANDOM, problem
from pyscipopt import Model, quicksum

#: For problems whose exact minimiser is not known beforehand.
DEFAULT_FACTOR = 16


def solve(
    inputs: list[list[int]],
    outputs: list[int],
    signs: list[int],
    *,
    big: float,
    time_limit: float,
    cutoff: float,
) -> dict[str, Any]:
    """The optimum for one vector of output signs.

    Returns
    -------
    dict
        status (as SCIP says it), best (loss found, or None), bound (proved lower bound), nodes.
    """
    model = Model()
    model.hideOutput()
    model.setParam("limits/time", time_limit)
    model.setParam("limits/gap", 1e-6)
    model.setParam("parallel/maxnthreads", 1)
    low, high = min(outputs), max(outputs)
    dimension, width = len(inputs[0]), len(signs)
    weights = [
        [model.addVar(f"a{j}_{k}", lb=None, ub=None) for k in range(dimension)]
        for j in range(width)
    ]
    biases = [model.addVar(f"b{j}", lb=None, ub=None) for j in range(width)]
    bias = model.addVar("c", lb=low - width * big, ub=high + width * big)
    loss = model.addVar("loss", lb=0, ub=min(cutoff, sum((t - low) ** 2 for t in outputs)))
    residuals = []
    for i, (point, target) in enumerate(zip(inputs, outputs, strict=True)):
        values = []
        for j in range(width):
            z = model.addVar(f"z{i}_{j}", lb=-big, ub=big)
            x = model.addVar(f"x{i}_{j}", lb=0, ub=big)
            u = model.addVar(f"u{i}_{j}", vtype="B")
            model.addCons(
                z == quicksum(s * a for s, a in zip(point, weights[j], strict=True)) + biases[j]
            )
            model.addCons(x >= z)
            model.addCons(x <= big * u)
            model.addCons(x <= z + big * (1 - u))
            values.append(x)
        residual = model.addVar(f"r{i}", lb=None, ub=None)
        fitted = quicksum(sign * x for sign, x in zip(signs, values, strict=True))
        model.addCons(residual == target - bias - fitted)
        residuals.append(residual)
    model.addCons(quicksum(r * r for r in residuals) <= loss)
    model.setObjective(loss, "minimize")
    model.optimize()
    found = model.getNSols() > 0
    return {
        "signs": signs,
        "status": model.getStatus(),
        "best": model.getObjVal() if found else None,
        "bound": model.getDualbound(),
        "nodes": model.getNTotalNodes(),
    }


def run(name: str, time_limit: float) -> dict[str, Any]:
    """All sign vectors of one problem; the time limit is for all of them together."""
    data = problem(name)
    inputs, outputs, width = data["inputs"], data["outputs"], data["width"]
    factor = FACTORS.get(name, DEFAULT_FACTOR)
    big = float(factor * (max(outputs) - min(outputs)))
    started, processor = time.perf_counter(), time.process_time()
    best, bound, parts, solved = float("inf"), float("inf"), [], True
    # Mixed signs first: they tend to hold the optimum, and a good limit early helps the others.
    for positive in sorted(range(width + 1), key=lambda k: (abs(2 * k - width), -k)):
        left = time_limit - (time.perf_counter() - started)
        if left <= 0:
            solved, bound = False, 0.0
            break
        signs = [1] * positive + [-1] * (width - positive)
        part = solve(
            inputs, outputs, signs, big=big, time_limit=left, cutoff=best * (1 + 1e-6) + 1e-6
        )
        parts.append(part)
        # Infeasible means: nothing better than the objective limit.
        solved = solved and part["status"] in ("optimal", "gaplimit", "infeasible")
        if part["best"] is not None:
            best = min(best, part["best"])
        if part["status"] != "infeasible":
            bound = min(bound, part["bound"])
    return {
        "name": name,
        "big_m": big,
        "big_m_known_valid": name in FACTORS,
        "seconds": round(time.perf_counter() - started, 3),
        "cpu_seconds": round(time.process_time() - processor, 3),
        "solved": solved,
        "loss": best,
        "bound": min(bound, best),
        "nodes": sum(part["nodes"] for part in parts),
        "parts": parts,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Time SCIP on the benchmark problems.")
    parser.add_argument("names", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--time-limit", type=float, default=300.0, help="seconds for each problem")
    parser.add_argument("--output", type=Path, help="write the JSON to a file")
    options = parser.parse_args()
    results = []
    for name in options.names or RANDOM:
        results.append(run(name, options.time_limit))
        last = results[-1]
        print(f"{name}: {last['loss']:.6f} in {last['seconds']:.2f} s", file=sys.stderr, flush=True)
    model = Model()
    version = f"{model.getMajorVersion()}.{model.getMinorVersion()}.{model.getTechVersion()}"
    report = {
        "peer": "SCIP, big-M formulation, all sign vectors, one thread",
        "versions": {
            "SCIP": version,
            "PySCIPOpt": metadata.version("pyscipopt"),
            "python": platform.python_version(),
        },
        "total_seconds": round(sum(result["seconds"] for result in results), 3),
        "total_cpu_seconds": round(sum(result["cpu_seconds"] for result in results), 3),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "results": results,
    }
    text = json.dumps(report, indent=1) + "\n"
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
