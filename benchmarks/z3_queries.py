"""The peer: training with several outputs as a problem of real arithmetic, for z3.

Hidden weights are scaled to first non-zero entry +1 or -1, which loses no function but constants,
and those are in the output bias.  Each activation is split by cases, z >= 0 and y = z or z <= 0
and y = 0, and the loss is the sum of squares of polynomials of degree two in the unknowns.

- `minimise`: the optimiser of z3 is asked for the least loss;
- `reach`: is there a network with a loss of at most a level (one above the infimum)?
- `exclude`: is there a network with a loss below a level, or at it (one that none reaches)?

The levels come from outside, so the last two are given what they are to find or to prove.

Run: python z3_queries.py NAME QUERY [LEVEL] [--time-limit SECONDS]
with an interpreter that has z3-solver.  One JSON object comes out.
"""

from __future__ import annotations

import argparse
import json
import time

import z3
from several_problems import problem


def model(name: str) -> tuple[list[z3.BoolRef], z3.ArithRef]:
    """The constraints of a problem, and its loss."""
    data = problem(name)
    inputs, outputs, width = data["inputs"], data["outputs"], data["width"]
    dimension, columns = len(inputs[0]), len(outputs[0])
    constraints, hidden = [], []
    for j in range(width):
        weights = [z3.Real(f"a_{j}_{k}") for k in range(dimension)]
        bias = z3.Real(f"b_{j}")
        constraints.append(z3.Or([
            z3.And([*(weights[i] == 0 for i in range(k)), weights[k] == sign])
            for k in range(dimension)
            for sign in (1, -1)
        ]))
        values = []
        for i, row in enumerate(inputs):
            z = z3.Sum([x * a for x, a in zip(row, weights, strict=True)]) + bias
            y = z3.Real(f"y_{i}_{j}")
            constraints.append(z3.Or(z3.And(z >= 0, y == z), z3.And(z <= 0, y == 0)))
            values.append(y)
        hidden.append(values)
    squares = []
    for k in range(columns):
        offset = z3.Real(f"c_{k}")
        weights = [z3.Real(f"v_{j}_{k}") for j in range(width)]
        for i, row in enumerate(outputs):
            fit = offset + z3.Sum([hidden[j][i] * weights[j] for j in range(width)])
            squares.append((fit - row[k]) * (fit - row[k]))
    return constraints, z3.Sum(squares)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("query", choices=["minimise", "reach", "exclude"])
    parser.add_argument("level", nargs="?", default="0", help="a rational p/q")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds")
    options = parser.parse_args()
    z3.set_param("memory_max_size", 2048)
    constraints, loss = model(options.name)
    started, processor = time.perf_counter(), time.process_time()
    value = reason = None
    solver: z3.Optimize | z3.Solver
    if options.query == "minimise":
        solver, least = z3.Optimize(), z3.Real("loss")
        solver.add(*constraints, least == loss)
        goal = solver.minimize(least)
    else:
        # The tactic that runs z3's procedure for non-linear real arithmetic.
        solver, goal = z3.SolverFor("QF_NRA"), None
        level = z3.RealVal(options.level)
        strict = options.query == "exclude" and options.level != "0"
        solver.add(*constraints, loss < level if strict else loss <= level)
    solver.set("timeout", int(1000 * options.time_limit))
    answer = str(solver.check())
    if answer == "sat" and goal is not None:
        value = str(goal.value())
    if answer == "unknown":
        reason = solver.reason_unknown()
    print(json.dumps({
        "name": options.name, "query": options.query, "level": options.level, "answer": answer,
        "value": value, "reason": reason, "seconds": round(time.perf_counter() - started, 3),
        "cpu_seconds": round(time.process_time() - processor, 3),
        "z3": z3.get_version_string(),
    }))


if __name__ == "__main__":
    main()
