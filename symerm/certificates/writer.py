"""Writing certificates: canonical JSON, one step a line, no times and no paths.

The head holds the data, the architecture, the claim and the best network; the steps are the proof
tree in depth-first order.  Equal verdicts give equal text, byte for byte.  What the checker would
refuse for its size is refused here with the checker's own limits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from symerm.arithmetic.rationals import format_rational
from symerm.attainability.proofs import (
    ConeTreeProof,
    NeuronTreeProof,
    NonnegativeProof,
    ProjectionProof,
    RankProof,
    SecantProof,
)
from symerm.attainability.smooth_verdict import SmoothProof
from symerm.attainability.verdict import Verdict
from symerm.certificates import checker
from symerm.errors import CertificateError
from symerm.networks.shallow import ShallowNetwork

__all__ = ["certificate_text"]


def certificate_text(verdict: Verdict) -> Iterator[str]:
    """The text of the certificate of a verdict, in pieces.

    Raises
    ------
    CertificateError
        If the verdict carries no proof or no network, or is beyond a limit of the checker.

    Examples
    --------
    >>> from symerm.attainability import decide
    >>> from symerm.problem import Architecture, Dataset, Problem
    >>> verdict = decide(Problem(Dataset.from_rows([0, 1], [2, 3]), Architecture(1)))
    >>> "".join(certificate_text(verdict)).endswith('"steps":[\\n]}\\n')
    True
    """
    head = _line(_head(verdict))
    _check_limits(verdict)
    yield f'{head[:-1]},"steps":['
    separator = "\n"
    for step in _steps(verdict.proof):
        yield separator + _line(step)
        separator = ",\n"
    yield "\n]}\n"


def _line(value: Any) -> str:
    """Canonical JSON of what stands on one line of the certificate."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    except ValueError:  # Python refuses to print integers of thousands of digits
        text = _list(value)
    # Room for the end of the first line, a comma and a line end.
    if len(text) + 20 > checker.MAX_LINE:
        raise CertificateError("a line of the certificate would be too long for the checker")
    if sum(map(text.count, "[{,")) > checker.MAX_ENTRIES:
        raise CertificateError("a line of the certificate has too many numbers for the checker")
    return text


def _list(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_list, value))}]"
    return _numeral(Fraction(value)) if isinstance(value, int) else json.dumps(value)


def _numeral(value: Fraction) -> str:
    text = format_rational(value)
    if len(text) > checker.MAX_DIGITS:
        raise CertificateError(
            f"a number of {len(text)} digits is too long for the checker "
            f"(at most {checker.MAX_DIGITS})"
        )
    return text


def _check_limits(verdict: Verdict) -> None:
    """Refuse what the checker refuses before it looks at the proof."""
    dataset, network = verdict.problem.dataset, _network(verdict)
    width, dimension = verdict.problem.architecture.width, dataset.input_dimension + 1
    if width > checker.MAX_WIDTH:
        raise CertificateError(f"the checker takes at most {checker.MAX_WIDTH} neurons")
    trees = (ConeTreeProof, NeuronTreeProof, ProjectionProof)
    if isinstance(verdict.proof, trees) and dimension > checker.MAX_DIMENSION:
        raise CertificateError(f"the checker takes fewer than {checker.MAX_DIMENSION} inputs")
    hidden = [*network.hidden_weights, network.hidden_biases]
    outgoing = [*network.output_weights, network.output_biases]
    for rows, what in (
        (dataset.inputs, "the inputs"),
        (dataset.outputs, "the outputs"),
        (dataset.collapsed().outputs, "the mean responses"),
        (hidden, "the network"),
        (outgoing, "the network"),
    ):
        try:
            checker.common([list(row) for row in rows], what)
        except checker.Malformed as error:
            raise CertificateError(f"{error} for the checker") from None


def _network(verdict: Verdict) -> ShallowNetwork:
    """The best network to show: the minimiser, or the last one of the escape."""
    if verdict.minimiser is not None:
        return verdict.minimiser
    if verdict.escape is None:
        raise CertificateError("a verdict without a network has no certificate")
    return verdict.escape.samples[-1][1]


def _head(verdict: Verdict) -> dict[str, Any]:
    network = _network(verdict)
    architecture, dataset = verdict.problem.architecture, verdict.problem.dataset
    return {
        "format": checker.FORMAT,
        "method": _method(verdict.proof),
        "architecture": {
            "activation": architecture.activation.name,
            "hidden_bias": architecture.hidden_bias,
            "output_bias": architecture.output_bias,
            "width": architecture.width,
        },
        "claim": {
            "verdict": verdict.verdict,
            "lower": _numeral(verdict.lower),
            "upper": _numeral(verdict.upper),
        },
        "data": {
            "inputs": _matrix(dataset.inputs),
            "outputs": _matrix(dataset.outputs),
            "input_names": list(dataset.input_names),
            "output_names": list(dataset.output_names),
        },
        "network": {
            "hidden_weights": _matrix(network.hidden_weights),
            "hidden_biases": [_numeral(x) for x in network.hidden_biases],
            "output_weights": _matrix(network.output_weights),
            "output_biases": [_numeral(x) for x in network.output_biases],
        },
    }


def _matrix(rows: Any) -> list[list[str]]:
    return [[_numeral(x) for x in row] for row in rows]


def _method(proof: Any) -> str:
    if isinstance(proof, NonnegativeProof):
        return "nonnegative"
    if isinstance(proof, ConeTreeProof):
        return "one-output"
    if isinstance(proof, NeuronTreeProof):
        return "one-neuron"
    if isinstance(proof, RankProof):
        return "full-rank" if proof.closed else "rank-bound"
    if isinstance(proof, ProjectionProof):
        return "projections"
    if isinstance(proof, SecantProof):
        return "secants"
    if isinstance(proof, SmoothProof):
        return "smooth"
    raise CertificateError("the verdict carries no proof")


def _steps(proof: Any) -> Iterator[list[Any]]:
    if isinstance(proof, NeuronTreeProof):
        yield from _neuron_steps(proof)
    if isinstance(proof, RankProof):
        yield ["r", _numeral(proof.level), _matrix(proof.factor)]
    if isinstance(proof, SecantProof):
        yield from _secant_steps(proof)
    if isinstance(proof, SmoothProof):
        yield from (_nested(step) for step in proof.steps)
    if isinstance(proof, ProjectionProof):
        yield [
            "w",
            [_numeral(part.bound) for part in proof.parts],
            [list(part.direction) for part in proof.parts],
        ]
        for part in proof.parts:
            yield from _cone_steps(part.tree)
    if isinstance(proof, ConeTreeProof):
        yield from _cone_steps(proof)


def _cone_steps(proof: ConeTreeProof) -> Iterator[list[Any]]:
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


def _secant_steps(proof: SecantProof) -> Iterator[list[Any]]:
    level = [] if proof.level is None else [_numeral(proof.level)]
    for refinement in proof.refinements:
        yield ["refine", *map(_nested, refinement)]
    for step in ((proof.kind, *level, *(proof.limit or ())), *proof.steps):
        yield [_nested(part) for part in step]


def _nested(value: Any) -> Any:
    """Tuples as lists, all the way down."""
    return [_nested(part) for part in value] if isinstance(value, (list, tuple)) else value


def _neuron_steps(proof: NeuronTreeProof) -> Iterator[list[Any]]:
    for root in proof.roots:
        for case in root.walk():
            if case.is_open:
                raise CertificateError("a case of the proof is open")
            if isinstance(case.split, int):
                yield ["s", 0, case.split]
            elif case.split is not None:
                yield ["h", 0, list(case.split)]
            else:
                yield ["c"]
