r"""Formulas within sentences, written once as text and shown as text, LaTeX or HTML.

A formula stands between dollar signs in the ASCII form that the text output shows, such as
``$alpha^2 |T|^3/(12 W^4)$`` or ``$q_i <= sqrt(1 + gamma)$``.  LaTeX gets math mode with Greek
letters, roots and relations, HTML superscripts, subscripts and entities.  What stands
outside formulas is shown as it is in every style.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from symerm.reports.tables import escape_text

__all__ = ["render_formulas"]

#: Relations as text, in LaTeX and in HTML.
_RELATIONS = {
    "!=": (r"\ne ", "&ne;"), ">=": (r"\ge ", "&ge;"), "<=": (r"\le ", "&le;"),
    "->": (r"\to ", "&rarr;"), "<-": (r"\gets ", "&larr;"), "..": (r"\dots ", "&hellip;"),
    "~": (r"\approx ", "&asymp;"),
}  # fmt: skip
#: Innermost brackets after sqrt, _ or ^, and single letters or digits after _ or ^.
_ROOT = re.compile(r"sqrt\(([^()]*)\)")
_LOWER = re.compile(r"_(?:\(([^()]*)\)|(\w))")
_UPPER = re.compile(r"\^(?:\(([^()]*)\)|(\w))")
_END = re.compile(r"\bT([01])\b")
_WORD = re.compile(r"\b(alpha|beta|gamma|delta|int|sum|max)\b")
_NAME = re.compile(r"((?<=\w) )?\b(mid|act)\b")
_RELATION = re.compile("|".join(map(re.escape, _RELATIONS)))
_ENTITIES = {html.escape(key): entity for key, (_, entity) in _RELATIONS.items()}
_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)))


def render_formulas(text: str, *, style: str) -> str:
    r"""A text with formulas between dollar signs, in a style.

    Parameters
    ----------
    text : str
    style : ``"text"``, ``"latex"`` or ``"html"``

    Examples
    --------
    >>> sentence = "for $gamma <= 1$ at $q_(i-1)$: $sqrt(gamma)/2$"
    >>> render_formulas(sentence, style="text")
    'for gamma <= 1 at q_(i-1): sqrt(gamma)/2'
    >>> print(render_formulas(sentence, style="latex"))
    for $\gamma \le 1$ at $q_{i-1}$: $\sqrt{\gamma }/2$
    >>> render_formulas(sentence, style="html")
    'for &gamma; &le; 1 at q<sub>i-1</sub>: &radic;(&gamma;)/2'
    """
    parts = text.split("$")
    return "".join(
        _FORMULA[style](part) if k % 2 else escape_text(part, style=style)
        for k, part in enumerate(parts)
    )


def _latex(formula: str) -> str:
    formula = _ROOT.sub(r"\\sqrt{\1}", formula)
    formula = _LOWER.sub(lambda m: f"_{{{m[1] or m[2]}}}", formula)
    formula = _UPPER.sub(lambda m: f"^{{{m[1] or m[2]}}}", formula)
    formula = _END.sub(r"T_{\1}", formula)
    formula = _NAME.sub(lambda m: (r"\," if m[1] else "") + rf"\mathrm{{{m[2]}}}", formula)
    formula = _WORD.sub(r"\\\1 ", formula)
    formula = _RELATION.sub(lambda m: _RELATIONS[m[0]][0], formula)
    return f"${' '.join(formula.split())}$"


def _html(formula: str) -> str:
    formula = _ENTITY.sub(lambda m: _ENTITIES[m[0]], html.escape(formula))
    formula = _WORD.sub(lambda m: m[1] if m[1] == "max" else f"&{m[1]};", formula)
    formula = formula.replace("sqrt(", "&radic;(")
    formula = _LOWER.sub(lambda m: f"<sub>{m[1] or m[2]}</sub>", formula)
    formula = _UPPER.sub(lambda m: f"<sup>{m[1] or m[2]}</sup>", formula)
    return _END.sub(r"T<sub>\1</sub>", formula)


_FORMULA: dict[str, Callable[[str], str]] = {"text": str, "latex": _latex, "html": _html}
