r"""What notebooks show of an object: one small table, in HTML, LaTeX and plain text.

Front ends ask an object for ``_repr_html_``, ``_repr_latex_`` or ``_repr_mimebundle_``; all come
from the `Table` that its ``_display`` returns.  Numbers are exact where they are short.  A decimal
stands after ``=`` if it is exact and after an approximation sign if not; decimals of bounds are
rounded outwards.  Texts are shown as they are: nothing in them is markup, only a `Formula` is.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from typing import Any, TypeVar

from symerm.arithmetic.rationals import format_decimal, format_rational

__all__ = [
    "Cell",
    "Formula",
    "RichDisplay",
    "Table",
    "bounds_text",
    "box_text",
    "enumeration",
    "interval_text",
    "latex_text",
    "listing",
    "number_text",
    "point_text",
]

#: Longest exact number beside a decimal, and within a point, in characters.
_LONGEST, _LONGEST_ENTRY = 24, 12
#: Most rows of a listing and most entries of an enumeration.
_MOST_ROWS, _MOST_ENTRIES = 12, 8

_Item = TypeVar("_Item")

# MathJax looks for formulas between these characters, but not across elements.
_HTML = str.maketrans({c: f"<span>{c}</span>" for c in "$\\"})
_MINUS = "−"
_PLACES = {"<super>": "^", "<sub>": "_"}
#: A letter with a bar above.
_BAR = re.compile("(\\w)\u0304")
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "…": r"\dots{}",
        _MINUS: "$-$",
        **{
            sign: f"$\\{name}$"
            for sign, name in (
                ("≈", "approx"), ("≤", "le"), ("≥", "ge"), ("≠", "ne"), ("×", "times"),
                ("∞", "infty"), ("→", "to"), ("∈", "in"), ("√", "surd"), ("·", "cdot"),
                ("∫", "int"), ("∧", "wedge"), ("±", "pm"), ("⋯", "cdots"),
                ("⟨", "langle"), ("⟩", "rangle"),
            )
        },
        "\n": " ",
        **{c: f"\\{c}" for c in "&%$#_{}"},
    }
)


@dataclass(frozen=True)
class Formula:
    """A cell that is the inside of a LaTeX formula."""

    latex: str


#: What stands in a cell.
Cell = str | Formula


@dataclass(frozen=True)
class Table:
    r"""A table of texts and formulas.

    Attributes
    ----------
    rows : sequence of rows of cells
        All of one length.
    header : names of the columns; none for rows of a name and what it stands for
    caption : str
    omitted : int
        Number of further rows that are not shown.

    Examples
    --------
    >>> table = Table([("loss < 1", Formula(r"\frac{1}{12}"))], caption="A&B")
    >>> print(table.text())
    A&B
    loss < 1  \frac{1}{12}
    >>> print(table.html().splitlines()[1])
    <caption>A&amp;B</caption>
    >>> print(table.latex())
    A\&B
    <BLANKLINE>
    \begin{tabular}{lp{0.75\linewidth}}
    loss \textless{} 1 & $\displaystyle \frac{1}{12}$ \\
    \end{tabular}
    """

    rows: Sequence[Sequence[Cell]]
    header: Sequence[str] = ()
    caption: str = ""
    omitted: int = 0

    def html(self) -> str:
        """The table as an HTML element."""
        lines = ["<table>"]
        if self.caption:
            lines.append(f"<caption>{_html(self.caption)}</caption>")
        if self.header:
            lines.append(_html_row(self.header, len(self.header)))
        lines += [_html_row(row, 0 if self.header else 1) for row in self.rows]
        if self.omitted:
            span = len(self.rows[0])
            lines.append(f'<tr><td colspan="{span}">{self._rest()}</td></tr>')
        return "\n".join([*lines, "</table>"])

    def text(self) -> str:
        """The table as text with aligned columns; a formula is its LaTeX."""
        lines = [list(map(_text, row)) for row in self.rows]
        if self.header:
            lines.insert(0, list(self.header))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        shown = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        if self.caption:
            shown.insert(0, self.caption)
        return "\n".join([*shown, *([self._rest()] if self.omitted else [])])

    def latex(self) -> str:
        """The table as a LaTeX ``tabular``, after its caption; amsmath is needed for formulas."""
        columns = "l" * len(self.header) or r"lp{0.75\linewidth}"
        lines = [rf"\begin{{tabular}}{{{columns}}}"]
        if self.header:
            lines += [_latex_row(self.header), r"\hline"]
        lines += [_latex_row(row) for row in self.rows]
        if self.omitted:
            lines.append(rf"\multicolumn{{{len(self.rows[0])}}}{{l}}{{{_latex(self._rest())}}} \\")
        lines.append(r"\end{tabular}")
        if self.caption:
            lines[:0] = [_latex(self.caption), ""]
        return "\n".join(lines)

    def _rest(self) -> str:
        return f"… {self.omitted} more"


class RichDisplay:
    """An object that notebooks show as a table."""

    def _display(self) -> Table:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return self._display().html()

    def _repr_latex_(self) -> str:
        return self._display().latex()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """The text that IPython shows where it has no rich display."""
        # IPython would not find an inherited _repr_pretty_ beside the __repr__ of a dataclass.
        return {"text/plain": self._display().text()}


def listing(
    header: Sequence[str],
    items: Sequence[_Item],
    row: Callable[[_Item], Sequence[Cell]],
    *,
    caption: str = "",
) -> Table:
    """A table with one row per item; of many items the first.

    Examples
    --------
    >>> table = listing(["n", "square"], range(100), lambda n: [str(n), str(n * n)])
    >>> len(table.rows), table.omitted
    (12, 88)
    """
    shown = items[:_MOST_ROWS]
    return Table([row(item) for item in shown], header, caption, len(items) - len(shown))


def number_text(value: Fraction) -> str:
    """A number, exact where that is short, and as a decimal.

    Examples
    --------
    >>> number_text(Fraction(5)), number_text(Fraction(19, 800)), number_text(Fraction(1, 3))
    ('5', '19/800 = 0.02375', '1/3 ≈ 0.3333333333')
    >>> number_text(Fraction(10**30 + 1, 10**30))
    '≈ 1.000000000'
    """
    exact, rounded = format_rational(value), format_decimal(value)
    if len(exact) > _LONGEST:
        return f"≈ {rounded}"
    if value.denominator == 1:
        return exact
    return f"{exact} {'=' if Fraction(rounded) == value else '≈'} {rounded}"


def bounds_text(lower: Fraction | None, upper: Fraction) -> str:
    """A number that is known to lie between bounds; without a lower bound, to be at most a number.

    Examples
    --------
    >>> bounds_text(Fraction(1, 2), Fraction(1, 2)), bounds_text(Fraction(0), Fraction(1, 3))
    ('1/2 = 0.5', 'between 0 and 1/3')
    >>> bounds_text(Fraction(10**30, 3), Fraction(10**30 + 1, 3))
    'between 3.333333333E+29 and 3.333333334E+29'
    >>> bounds_text(None, Fraction(10**30, 3))
    'at most 3.333333334E+29'
    """
    if lower == upper:
        return number_text(upper)
    return f"at most {_above(upper)}" if lower is None else interval_text(lower, upper)


def interval_text(lower: Fraction, upper: Fraction) -> str:
    """Two bounds, exact where that is short, else rounded outwards.

    Examples
    --------
    >>> interval_text(Fraction(1, 2), Fraction(10**30, 3))
    'between 1/2 and 3.333333334E+29'
    """
    return f"between {_bound(lower, ROUND_FLOOR)} and {_above(upper)}"


def _above(value: Fraction) -> str:
    return _bound(value, ROUND_CEILING)


def _bound(value: Fraction, rounding: str) -> str:
    exact = format_rational(value)
    return exact if len(exact) <= _LONGEST else format_decimal(value, rounding=rounding)


def point_text(point: Sequence[Fraction]) -> str:
    """The coordinates of a point; of many the first.

    Examples
    --------
    >>> point_text([Fraction(1, 2)]), point_text([Fraction(1), Fraction(10**15, 3)])
    ('1/2', '(1, ≈ 3.333333333E+14)')
    """
    entries = [
        exact if len(exact) <= _LONGEST_ENTRY else f"≈ {format_decimal(value)}"
        for value, exact in ((x, format_rational(x)) for x in point)
    ]
    return entries[0] if len(point) == 1 else f"({enumeration(entries, empty='')})"


def enumeration(texts: Sequence[str], *, between: str = ", ", empty: str = "none") -> str:
    """Texts in a row; of many the first.

    Examples
    --------
    >>> enumeration(["inactive", "active"], between="; "), enumeration([])
    ('inactive; active', 'none')
    >>> enumeration("abcdefghijkl")
    'a, b, c, d, e, f, g, h, … 4 more'
    """
    shown = list(texts[:_MOST_ENTRIES])
    if len(texts) > _MOST_ENTRIES:
        shown.append(f"… {len(texts) - _MOST_ENTRIES} more")
    return between.join(shown) or empty


def box_text(box: Sequence[tuple[Fraction, Fraction]] | None, dimension: int) -> str:
    """A domain: R^p, or a product of intervals.

    Examples
    --------
    >>> box_text(None, 2), box_text([(Fraction(0), Fraction(1, 2))], 1)
    ('R^2', '[0, 1/2]')
    """
    if box is None:
        return "R" if dimension == 1 else f"R^{dimension}"
    return " x ".join(f"[{format_rational(low)}, {format_rational(high)}]" for low, high in box)


def latex_text(text: str) -> str:
    r"""A text in LaTeX: nothing in it is taken for markup, signs stand in math mode.

    Examples
    --------
    >>> print(latex_text("y_0 < 1"))
    y\_0 \textless{} 1
    >>> print(latex_text("ψᵢ ≥ 0 and 50% of x²"))
    $\psi$$_{i}$ $\ge$ 0 and 50\% of x$^{2}$
    """
    barred = _BAR.sub(lambda found: rf"$\bar{{{found[1]}}}$", text.translate(_LATEX))
    return "".join(map(_latex_sign, barred))


def _latex_sign(sign: str) -> str:
    """Greek letters, superscripts and subscripts are known by their names."""
    if sign.isascii():
        return sign
    name = unicodedata.name(sign, "").split()
    if len(name) == 4 and name[0] == "GREEK" and name[2] == "LETTER":
        word = name[3].lower().replace("lamda", "lambda")
        return rf"$\{word.title() if name[1] == 'CAPITAL' else word}$"
    form, *codes = unicodedata.decomposition(sign).split() or [""]
    if form not in _PLACES:
        return sign
    raised = "".join(chr(int(code, 16)) for code in codes).replace(_MINUS, "-")
    return f"${_PLACES[form]}{{{raised}}}$"


def _text(cell: Cell) -> str:
    return cell.latex if isinstance(cell, Formula) else cell


def _html(cell: Cell) -> str:
    if isinstance(cell, Formula):
        return rf"$\displaystyle {html.escape(cell.latex)}$"
    return html.escape(cell).translate(_HTML)


def _latex(cell: Cell) -> str:
    if isinstance(cell, Formula):
        return rf"$\displaystyle {cell.latex}$"
    return latex_text(cell)


def _html_row(cells: Sequence[Cell], heads: int) -> str:
    """A row whose first cells are headings."""
    inner = ""
    for k, cell in enumerate(cells):
        tag = "th" if k < heads else "td"
        inner += f'<{tag} style="text-align:left">{_html(cell)}</{tag}>'
    return f"<tr>{inner}</tr>"


def _latex_row(cells: Sequence[Cell]) -> str:
    return " & ".join(map(_latex, cells)) + r" \\"
