"""Timings of exact last-layer fits and of certified spectra beside floating point.

One problem at a time in this process, after the import.  The peer is NumPy: matrix_rank and lstsq
of the same features, eigvalsh of the same kernel matrix.  It is much faster and proves nothing; the
table says where its rank or its smallest eigenvalue is wrong.

Run: python benchmarks/lastlayer.py
"""

from __future__ import annotations

import json
import platform
import random
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from flint import ctx

from symerm.lastlayer.features import feature_matrix, gaussian_layer
from symerm.lastlayer.fitting import fit_last_layer
from symerm.lastlayer.kernels import gram_matrix, kernel_balls, parse_kernel
from symerm.lastlayer.rank_law import feature_span
from symerm.lastlayer.spectrum import kernel_spectrum
from symerm.reports.tables import format_table

RESULTS = Path(__file__).parent / "results"
FITS = [(50, 100, 2), (100, 200, 5), (200, 400, 5), (200, 100, 5), (300, 600, 10)]
SPECTRA = [
    (20, 1, "arccos1"), (50, 1, "arccos1"), (50, 1, "erf"), (50, 1, "sincos"), (50, 5, "ntk"),
    (100, 2, "arccos1"), (150, 5, "arccos1"),
]


def points(count: int, dimension: int, seed: int) -> list[tuple[Fraction, ...]]:
    """Distinct points of two decimals between -1 and 1."""
    rng = random.Random(seed)
    found: set[tuple[Fraction, ...]] = set()
    while len(found) < count:
        found.add(tuple(Fraction(rng.randint(-100, 100), 100) for _ in range(dimension)))
    return sorted(found)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def fit_case(n: int, m: int, p: int) -> dict[str, Any]:
    """Exact rank, loss and shortest weights, beside NumPy's."""
    data = points(n, p, n + m)
    rng = random.Random(n)
    labels = [(Fraction(rng.randint(-9, 9)),) for _ in data]
    features, drawing = timed(lambda: feature_matrix(data, gaussian_layer(p, m, seed=1)))
    fit, exact = timed(lambda: fit_last_layer(features, labels))
    floats = np.array([[float(x) for x in row] for row in features])
    wanted = np.array([[float(x) for x in row] for row in labels])
    rank, peer = timed(
        lambda: (np.linalg.lstsq(floats, wanted, rcond=None), np.linalg.matrix_rank(floats))[1]
    )
    return {
        "n": n, "m": m, "p": p, "rank": fit.rank, "features_s": drawing, "exact_s": exact,
        "numpy_s": peer, "numpy_rank": int(rank),
    }


def spectrum_case(n: int, p: int, name: str) -> dict[str, Any]:
    """Certified eigenvalues, beside eigvalsh."""
    gram = gram_matrix(points(n, p, n), bias=True)
    kernel = parse_kernel(name)
    spectrum, certified = timed(lambda: kernel_spectrum(gram, kernel))
    with ctx.workprec(64):
        floats = np.array([[float(x) for x in row] for row in kernel_balls(gram, kernel).tolist()])
    values, peer = timed(lambda: np.linalg.eigvalsh(floats))
    assert feature_span(gram, kernel.kind).rank == n
    low, high = map(float, spectrum.smallest)
    return {
        "n": n, "p": p, "kernel": name, "certified_s": certified, "bits": spectrum.bits,
        "smallest": [low, high], "numpy_s": peer, "numpy_smallest": float(values[0]),
    }


def main() -> None:
    fits = [fit_case(*case) for case in FITS]
    spectra = [spectrum_case(*case) for case in SPECTRA]
    tables = [
        format_table(
            ["n", "m", "p", "rank", "features", "exact fit", "NumPy", "NumPy's rank"],
            [
                [str(f["n"]), str(f["m"]), str(f["p"]), str(f["rank"]),
                 *(f"{f[key]:.2f} s" for key in ("features_s", "exact_s", "numpy_s")),
                 str(f["numpy_rank"])]
                for f in fits
            ],
        ),
        format_table(
            ["n", "p", "kernel", "certified", "bits", "smallest", "NumPy", "NumPy's smallest"],
            [
                [str(s["n"]), str(s["p"]), s["kernel"], f"{s['certified_s']:.2f} s",
                 str(s["bits"]), f"{s['smallest'][0]:.4g}", f"{s['numpy_s']:.4f} s",
                 f"{s['numpy_smallest']:.4g}"]
                for s in spectra
            ],
        ),
    ]
    text = "\n\n".join(tables)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "lastlayer.md").write_text(f"```\n{text}\n```\n", "utf-8")
    record = {
        "machine": platform.machine(), "python": platform.python_version(), "fits": fits,
        "spectra": spectra,
    }
    (RESULTS / "lastlayer.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
