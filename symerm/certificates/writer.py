"""Writing certificates: canonical JSON, one step a line, no times and no paths.

The head holds the data, the architecture, the claim and the best network; the steps are the proof
tree in depth-first order.  Equal verdicts give equal text, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.attainability.proofs import ConeTreeProof, NonnegativeProof
from symerm.attainability.verdict import Verdict
from symerm.errors import CertificateError

__all__ = ["certificate_text"]

_FORMAT = "symerm-certificate/1"


def certificate_text(verdict: Verdict) -> Iterator[str]:
    """The text of the certificate of a verdict, in pieces.

    Raises
    ------
    CertificateError
        If the verdict carries no proof or no network.

    Examples
    --------
    >>> from symerm.attainability import decide
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> verdict = decide(Problem(Dataset.from_rows([0, 1], [2, 3]), Architecture(1)))
    >>> "".join(certificate_text(verdict)).endswith('"steps":[\\n]}\\n')
    True
    """
    head = _dump(_head(verdict))
    yield f'{head[:-1]},"steps":['
    separator = "\n"
    for step in _steps(verdict.proof):
        yield separator + _dump(step)
        separator = ",\n"
    yield "\n]}\n"


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _head(verdict: Verdict) -> dict[str, Any]:
    if verdict.minimiser is None:
        raise CertificateError("a verdict without a network has no certificate")
    architecture, dataset = verdict.problem.architecture, verdict.problem.dataset
    network = verdict.minimiser
    return {
        "format": _FORMAT,
        "method": _method(verdict.proof),
        "architecture": {
            "activation": architecture.activation.name,
            "hidden_bias": architecture.hidden_bias,
            "output_bias": architecture.output_bias,
            "width": architecture.width,
        },
        "claim": {
            "verdict": verdict.verdict,
            "lower": format_rational(verdict.lower),
            "upper": format_rational(verdict.upper),
        },
        "data": {
            "inputs": _matrix(dataset.inputs),
            "outputs": _matrix(dataset.outputs),
            "input_names": list(dataset.input_names),
            "output_names": list(dataset.output_names),
        },
        "network": {
            "hidden_weights": _matrix(network.hidden_weights),
            "hidden_biases": [format_rational(x) for x in network.hidden_biases],
            "output_weights": _matrix(network.output_weights),
            "output_biases": [format_rational(x) for x in network.output_biases],
        },
    }


def _matrix(rows: Any) -> list[list[str]]:
    return [[format_rational(x) for x in row] for row in rows]


def _method(proof: Any) -> str:
    if isinstance(proof, NonnegativeProof):
        return "nonnegative"
    if isinstance(proof, ConeTreeProof):
        return "one-output"
    raise CertificateError("the verdict carries no proof")


def _steps(proof: Any) -> Iterator[list[Any]]:
    if not isinstance(proof, ConeTreeProof):
        return
    for root in proof.roots:
        for node in root.walk():
            if node.split is not None:
                yield ["s", *node.split]
                continue
            if node.merged is not None:
                yield ["m", *node.merged]
                continue
            if node.leaf is None:
                raise CertificateError("a case of the proof is open")
            leaf = node.leaf
            yield [
                "d", leaf.scale, list(leaf.fit), list(leaf.residuals), list(leaf.mixtures)
            ]
