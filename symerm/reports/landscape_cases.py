"""Case tables of critical points as text, LaTeX, HTML or JSON.

One line per realised function and verdict, with the level of the loss and the number of
configurations; below the table stand for each line its neurons, its conditions and the reason
for the verdict, then the notation and how the table came about.  Formulas are exact; for a
numeric slope surds are shown with decimals after ``~``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from symerm.arithmetic.rationals import format_decimal, format_rational
from symerm.landscape.case_rows import CaseRow
from symerm.landscape.case_table import DERIVED_WIDTH, CaseTable
from symerm.landscape.zigzags import Zigzag
from symerm.reports.case_formulas import (
    AffineTarget,
    case_formulas,
    has_equal_pieces,
    length_formulas,
    level_number,
    level_value,
    neuron_words,
    piece_slopes,
)
from symerm.reports.formula_styles import render_formulas
from symerm.reports.slope_formulas import quotient, rooted_sum
from symerm.reports.tables import format_table

__all__ = ["format_cases"]

#: How neurons realise the target.
_TARGET_NEURONS = {
    "target": ("any that realise the target",),
    "target-affine": (
        "one or more with $v != 0$ that are affine on $[T0, T1]$ and not constant",
        "any number of others",
    ),
    "target-hinges": (
        "two or more with $v != 0$ and both facings at some kink",
        "any number of others, but none as in the row above",
    ),
    "target-parabolas": (
        "two or more with $v != 0$ and zeros of $w x + b$ at different places",
        "any number of others",
    ),
}
#: More kinks than these are shown by their number and the facings of the first and the last.
_MANY = 6
_SIDES = {1: "right", -1: "left"}
_ARROWS = {1: "$->$", -1: "$<-$"}


def format_cases(
    table: CaseTable,
    *,
    slope: Fraction | None = None,
    target: AffineTarget | None = None,
    style: str = "text",
) -> str:
    """The table with its notes, as text, LaTeX or HTML.

    Parameters
    ----------
    table : CaseTable
    slope : Fraction, optional
        A number for gamma in a table for leaky slopes.
    target : AffineTarget, optional
        Show the levels for this target as well.
    style : ``"text"``, ``"latex"`` or ``"html"``
        LaTeX needs the package booktabs.

    Examples
    --------
    >>> from symerm.landscape.case_table import case_table
    >>> print(*format_cases(case_table(1, "quadratic")).splitlines()[2:4], sep="\\n")
    #  realised function  kinks  loss              verdict  cases
    1  alpha mid + beta   none   alpha^2 |T|^3/12  saddle       4
    """
    header, rows = _cells(table, slope, target, style)
    notes = [
        (f"{number} {label}:", note)
        for number, row in enumerate(table.rows, start=1)
        for label, note in _row_notes(row, table, slope)
    ]
    end = [*_notation(table, slope), *_origin(table)]

    def shown(text: str) -> str:
        return render_formulas(text, style=style)

    cells = [list(map(shown, row)) for row in rows]
    title = shown(_title(table, slope, target))
    if style == "text":
        return "\n".join(
            [title, "", format_table(header, cells), "",
             *(f"{label} {shown(note)}" for label, note in notes), "", *map(shown, end)]
        )
    mark = r"\noindent\emph{%s} %s" if style == "latex" else "<p><i>%s</i> %s</p>"
    lines = [mark % (label, shown(note)) for label, note in notes]
    if style == "latex":
        lines += [r"\medskip", *(rf"\noindent {shown(line)}" for line in end)]
        return "\n\n".join([_booktabs(header, cells, title), *lines])
    lines += [f"<p>{shown(line)}</p>" for line in end]
    body = [_html_line("th", header), *(_html_line("td", row) for row in cells)]
    return "\n".join(["<table>", f"<caption>{title}</caption>", *body, "</table>", *lines])


def _booktabs(header: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> str:
    columns = "rll" + "l" * (len(header) - 4) + "r"
    return "\n".join(
        [
            r"% needs \usepackage{booktabs}",
            rf"\noindent {title}\par\medskip",
            rf"{{\small\tabcolsep=3pt\noindent\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
            r"\toprule",
            " & ".join(render_formulas(name, style="latex") for name in header) + r" \\",
            r"\midrule",
            *(" & ".join(row) + r" \\" for row in rows),
            r"\bottomrule",
            r"\end{tabular}\par}\medskip",
        ]
    )


def _html_line(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def _title(table: CaseTable, slope: Fraction | None, target: AffineTarget | None) -> str:
    name = {
        "relu": "$max(x, 0)$",
        "leaky": f"$max(x, {'gamma' if slope is None else format_rational(slope)} x)$"
        + (", $0 < gamma < 1$" if slope is None else ""),
        "quadratic": "$x^2$",
    }[table.activation]
    neurons = "neuron" if table.width == 1 else "neurons"
    return (
        f"Critical points of {table.width} {neurons} with the activation {name} for the target "
        f"$alpha x + beta$ on $[T0, T1]$, $alpha != 0${_values(target)}"
    )


def _values(target: AffineTarget | None) -> str:
    """The parameters of the target in a title."""
    if target is None:
        return ""
    alpha, beta, *ends = map(
        format_rational, (target.slope, target.constant, *target.interval)
    )
    return f"; here $alpha = {alpha}$, $beta = {beta}$ on $[{', '.join(ends)}]$"


def _cells(
    table: CaseTable, slope: Fraction | None, target: AffineTarget | None, style: str
) -> tuple[list[str], list[list[str]]]:
    header = ["#", "realised function", "kinks", "loss", "verdict"]
    if target is not None:
        header.insert(4, "for this target")
    if table.derived:
        header.append("cases")
    rows = []
    for number, row in enumerate(table.rows, start=1):
        realised, loss = case_formulas(row.residual, slope)
        cells = [
            str(number), realised, _facings(row.residual, style), loss, row.verdict,
        ]
        if target is not None:
            cells.insert(4, f"${level_number(row.residual, slope, target)}$")
        if table.derived:
            cells.append(str(row.configurations))
        rows.append(cells)
    return header, rows


def _facings(residual: Zigzag | None, style: str) -> str:
    """The facings of the kinks, as arrows where there are some."""
    if residual is None:
        return "any"
    if not residual.facings:
        return "none"
    sides = [(_SIDES if style == "text" else _ARROWS)[facing] for facing in residual.facings]
    if len(sides) > _MANY:
        return f"{len(sides)}: {sides[0]} {sides[1]} .. {sides[-1]}"
    return " ".join(sides)


def _row_notes(
    row: CaseRow, table: CaseTable, slope: Fraction | None
) -> Iterator[tuple[str, str]]:
    yield "neurons", "; ".join(_neurons(row))
    special = list(_special(row, slope))
    if special:
        yield "where", "; ".join(special)
    if table.derived:
        yield "reason", "; or ".join(row.reasons)


def _neurons(row: CaseRow) -> Iterator[str]:
    """What the neurons are."""
    if row.kind == "zigzag":
        yield "one or more at each $q_i$, not all of them flat, all with the facing above"
    if row.required:
        yield f"one or more {', '.join(neuron_words(row.required))}"
    if row.allowed:
        others = "other " if row.required or row.kind == "zigzag" else ""
        yield f"any number of {others}{', '.join(neuron_words(row.allowed))}"
    elif row.residual is not None:
        yield "no others"
    yield from _TARGET_NEURONS.get(row.kind, ())


def _special(row: CaseRow, slope: Fraction | None) -> Iterator[str]:
    """What holds for this row besides what `_notation` says."""
    residual = row.residual
    if row.kind in ("target-affine", "target-hinges"):
        yield "the $v |w|$ at each kink add up to 0, and all slopes to $alpha$"
    elif row.kind == "target-parabolas":
        yield "$sum v w^2 = 0$ and $2 sum v w b = alpha$"
    if residual is None or not residual.facings:
        return
    if has_equal_pieces(residual):
        count = len(residual.squares)
        yield f"$q_i = T0 + i |T|/{count}$"
        yield f"$sum v w = {quotient(['alpha'], Fraction(2, count), None)}$ at each $q_i$"
    else:
        yield ", ".join(f"${each}$" for each in length_formulas(residual, slope))
        yield f"$W = {rooted_sum(residual.squares, slope)}$"
    exact, close = level_value(residual, slope)
    if exact is None and close is not None:
        yield f"loss $~ {format_decimal(close, digits=7)} alpha^2 |T|^3$"
    if row.mirrored:
        yield "also the mirror image"


def _notation(table: CaseTable, slope: Fraction | None) -> Iterator[str]:
    yield (
        "A neuron $v act(w x + b)$ is flat if $v = 0$; $c$ is the output bias, "
        "$mid = (T0 + T1)/2$, $|T| = T1 - T0$."
    )
    yield "In all rows whose loss is not 0, $c = alpha mid + beta$."
    zigzags = [row.residual for row in table.rows if row.kind == "zigzag"]
    if zigzags:
        yield (
            "The kinks $q_1 < .. < q_n$ split $[T0, T1]$ into pieces $i = 0, .., n$ with midpoints "
            "$m_i$; a kink faces right if $w > 0$."
        )
    if any(residual is not None and not has_equal_pieces(residual) for residual in zigzags):
        yield (
            "With $W = a_0 + .. + a_n$ the pieces have the lengths $|T| a_i/W$, "
            f"$s_i = {piece_slopes(slope)}$, and "
            "$sum v w = (alpha/W) (1/a_(i-1) + 1/a_i)$ at each $q_i$."
        )
    yield "For $alpha = 0$ every critical point is a global minimum."
    if all(row.residual is not None for row in table.rows):
        yield "No network realises the target, and the infimum 0 is not attained."


def _origin(table: CaseTable) -> Iterator[str]:
    if not table.derived:
        yield (
            f"Not derived: for more than {DERIVED_WIDTH} neurons this is the table of the theorem "
            "on affine targets."
        )
        return
    symmetries = (
        "the order and the scaling of neurons"
        if table.activation == "quadratic"
        else "the order of neurons, their positive scaling and the mirror $x -> T0 + T1 - x$"
    )
    yield (
        f"Derived: {len(table.derivations)} configurations were walked, counted up to "
        f"{symmetries}; {len(table.critical)} are critical. The rows agree with the theorem on "
        "affine targets."
    )
    counts: dict[str, int] = {}
    for reasons, count in table.refusals:
        counts[reasons[-1]] = counts.get(reasons[-1], 0) + count
    for reason, count in counts.items():
        yield f"{count} not critical: {reason}."
