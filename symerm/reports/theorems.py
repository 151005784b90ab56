"""Theorems and their regression as text, LaTeX, HTML and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symerm.display import latex_text
from symerm.reports.report_lines import counted, report_line
from symerm.reports.tables import escape_text, format_table
from symerm.theorems.regression import Options, Record
from symerm.theorems.statement import Check, Theorem

__all__ = [
    "check_to_json",
    "format_check",
    "format_regression",
    "format_theorem",
    "format_theorems",
    "regression_to_json",
    "theorem_to_json",
]


def format_theorems(theorems: Sequence[Theorem], *, style: str = "text") -> str:
    """The list: id, work, status, number of mutants and title.

    Examples
    --------
    >>> from symerm.theorems import find_theorem
    >>> print(format_theorems([find_theorem("activation-lifting")]))
    theorem             source        status  mutants  title
    activation-lifting  derived here  proved        2  Two neurons of one direction merge
    """
    rows = [
        [
            theorem.id, theorem.source.work.citation, theorem.status.summary,
            str(len(theorem.mutants)), theorem.title,
        ]
        for theorem in theorems
    ]
    return format_table(["theorem", "source", "status", "mutants", "title"], rows, style=style)


def format_theorem(theorem: Theorem, *, style: str = "text") -> str:
    """Everything about one theorem, as text, LaTeX or HTML."""
    if style == "latex":
        return "\n".join(_latex_statement(theorem))
    if style == "html":
        cells = [
            f"<tr><th>{escape_text(name, style='html')}</th>"
            f"<td>{escape_text(text, style='html')}</td></tr>"
            for name, text in theorem.entries
        ]
        return "\n".join(["<table>", *cells, "</table>"])
    return "\n".join(report_line(name, text) for name, text in theorem.entries)


def _latex_statement(theorem: Theorem) -> list[str]:
    title, source = latex_text(theorem.title), latex_text(str(theorem.source))
    return [
        rf"\paragraph{{{title}}} \emph{{({source}; {latex_text(theorem.status.summary)})}}",
        theorem.latex,
    ]


def theorem_to_json(theorem: Theorem) -> dict[str, Any]:
    """The object that ``symerm theorems show ID --json`` prints.

    Examples
    --------
    >>> from symerm.theorems import find_theorem
    >>> theorem_to_json(find_theorem("activation-lifting"))["status"]["kind"]
    'proved'
    """
    return {
        "id": theorem.id,
        "title": theorem.title,
        "source": {
            "work": theorem.source.work.key,
            "citation": theorem.source.work.citation,
            "statement": theorem.source.statement or None,
        },
        "statement": theorem.statement,
        "latex": theorem.latex,
        "hypotheses": [{"name": h.name, "text": h.text} for h in theorem.hypotheses],
        "status": {
            "kind": theorem.status.kind,
            "size": theorem.status.size,
            "note": theorem.status.note or None,
        },
        "proofs": list(theorem.proofs),
        "tests": list(theorem.tests),
        "mutants": [
            {"name": mutant.name, "change": mutant.change} for mutant in theorem.mutants
        ],
    }


def format_check(theorem: Theorem, check: Check, *, style: str = "text") -> str:
    """The outcome of one theorem on one instance."""
    if style == "text":
        return f"{report_line('theorem', theorem.id)}\n" + "\n".join(
            [report_line("outcome", check.outcome), report_line("evidence", check.evidence)]
        )
    header = ["theorem", "outcome", "evidence"]
    return format_table(header, [[theorem.id, check.outcome, check.evidence]], style=style)


def check_to_json(theorem: Theorem, check: Check) -> dict[str, Any]:
    """The object that ``symerm theorems test ID --instance FILE --json`` prints."""
    return {"id": theorem.id, "outcome": check.outcome, "evidence": check.evidence}


def format_regression(
    records: Sequence[Record], options: Options, *, style: str = "text"
) -> str:
    """A row per theorem, and what falsified theorems and surviving mutants came to.

    Examples
    --------
    >>> from symerm.theorems import find_theorem
    >>> from symerm.theorems.regression import try_all
    >>> options = Options(examples=10, mutants=True)
    >>> records = [try_all(find_theorem("activation-lifting"), options)]
    >>> print(format_regression(records, options).splitlines()[-1])
    1 theorem: 1 holds; 2 mutants: 2 refuted; seed 0
    """
    header = ["theorem", "tried", "applicable", "result"]
    if options.mutants:
        header.append("mutants refuted")
    rows = []
    for record in records:
        row = [record.id, str(record.trial.tried), str(record.trial.applicable), record.result]
        if options.mutants:
            total = len(record.mutants)
            row.append(f"{total - len(record.survivors)} of {total}")
        rows.append(row)
    lines = [*_failures(records), _summary(records, options)]
    table = format_table(header, rows, style=style)
    if style == "latex":
        notes = [escape_text(line, style=style) + r"\par" for line in lines]
        return "\n".join([table, r"\par\medskip", *notes])
    if style == "html":
        return "\n".join([table, *(f"<p>{escape_text(line, style=style)}</p>" for line in lines)])
    return "\n".join([table, "", *lines])


def _failures(records: Sequence[Record]) -> list[str]:
    lines = []
    for record in records:
        if record.trial.complaint is not None:
            lines.append(record.trial.complaint)
        lines.extend(
            f"{record.id}: mutant {name} survived {trial.applicable} instances; the strategy has "
            "a hole"
            for name, trial in record.mutants
            if not trial.falsified
        )
    return lines


def _summary(records: Sequence[Record], options: Options) -> str:
    results = [record.result for record in records]
    counts = [
        f"{results.count(kind)} {word}"
        for kind, word in (
            ("holds", "holds" if results.count("holds") == 1 else "hold"),
            ("falsified", "falsified"), ("vacuous", "vacuous"),
        )
        if kind in results
    ]
    text = f"{counted(len(records), 'theorem')}: {', '.join(counts) or 'none tried'}"
    if options.mutants:
        total = sum(len(record.mutants) for record in records)
        refuted = total - sum(len(record.survivors) for record in records)
        text += f"; {counted(total, 'mutant')}: {refuted} refuted"
    return f"{text}; seed {options.seed}"


def regression_to_json(records: Sequence[Record], options: Options) -> dict[str, Any]:
    """The object that ``symerm theorems test --json`` prints."""
    return {
        "profile": options.profile,
        "examples": options.examples,
        "seed": options.seed,
        "passed": bool(records) and all(record.passed for record in records),
        "theorems": [
            {
                "id": record.id,
                "result": record.result,
                "tried": record.trial.tried,
                "applicable": record.trial.applicable,
                "evidence": record.trial.evidence,
                "instance": None
                if record.trial.instance is None
                else record.trial.instance.to_json(),
                "mutants": [
                    {
                        "name": name,
                        "refuted": trial.falsified,
                        "tried": trial.tried,
                        "evidence": trial.evidence,
                        "instance": None
                        if trial.instance is None
                        else trial.instance.to_json(),
                    }
                    for name, trial in record.mutants
                ],
            }
            for record in records
        ],
    }
