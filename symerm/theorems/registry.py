"""The list of all theorems of the project, in the order of the papers."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from symerm.errors import InputError
from symerm.theorems.statement import Theorem

__all__ = ["all_theorems", "find_theorem"]


@cache
def all_theorems() -> tuple[Theorem, ...]:
    """All theorems, in the order of the papers.

    Examples
    --------
    >>> len(all_theorems()) == len({theorem.id for theorem in all_theorems()})
    True
    """
    # Here and not above: the modules of the theorems import this package.
    from symerm.theorems.attainability import ATTAINABILITY_THEOREMS
    from symerm.theorems.landscape import LANDSCAPE_THEOREMS
    from symerm.theorems.lastlayer import LAST_LAYER_THEOREMS
    from symerm.theorems.parametrization import PARAMETRIZATION_THEOREMS
    from symerm.theorems.separation import SEPARATION_THEOREMS

    return (
        *ATTAINABILITY_THEOREMS,
        *LANDSCAPE_THEOREMS,
        *PARAMETRIZATION_THEOREMS,
        *LAST_LAYER_THEOREMS,
        *SEPARATION_THEOREMS,
    )


def find_theorem(name: str) -> Theorem:
    """The theorem with an id.

    Raises
    ------
    InputError
        If there is none; close ids are named.

    Examples
    --------
    >>> find_theorem("activation-lifting").title
    'Two neurons of one direction merge'
    """
    theorems = {theorem.id: theorem for theorem in all_theorems()}
    if name not in theorems:
        close = get_close_matches(name, theorems, n=3)
        hint = f"did you mean {', '.join(close)}?" if close else "see symerm theorems list"
        raise InputError(f"there is no theorem {name[:60]!r}; {hint}")
    return theorems[name]
