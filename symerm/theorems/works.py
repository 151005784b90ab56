"""The papers whose statements the registry holds, and what is derived in this project."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BENSON", "BERNER", "CHERIDITO", "DERIVED", "LIM", "SAFRAN", "WORKS", "Source", "Work"]


@dataclass(frozen=True)
class Work:
    """A paper, or this project.

    Attributes
    ----------
    key : str
        Its name in lists; also its folder in ``proofs/``, with ``_`` for ``-``.
    authors, title : str
    year : int or None

    Examples
    --------
    >>> LIM.citation
    'Lim, Michalek, Qi 2019'
    """

    key: str
    authors: str
    title: str
    year: int | None = None

    @property
    def citation(self) -> str:
        """Authors and year in one line."""
        return self.authors if self.year is None else f"{self.authors} {self.year}"


@dataclass(frozen=True)
class Source:
    """Where a statement comes from.

    Attributes
    ----------
    work : Work
    statement : str
        Its name there, such as ``"Theorem 2.4"``, or in words; for what is derived here, after
        which work.

    Examples
    --------
    >>> str(Source(LIM, "on best approximations with one output"))
    'Lim, Michalek, Qi 2019: on best approximations with one output'
    >>> str(Source(DERIVED))
    'derived here'
    """

    work: Work
    statement: str = ""

    def __str__(self) -> str:
        return f"{self.work.citation}: {self.statement}" if self.statement else self.work.citation


LIM = Work(
    "lim-michalek-qi-2019", "Lim, Michalek, Qi", "Best k-layer neural network approximations", 2019
)
CHERIDITO = Work(
    "cheridito-jentzen-rossmannek-2021",
    "Cheridito, Jentzen, Rossmannek",
    "Landscape analysis for shallow neural networks: complete classification of critical points "
    "for affine target functions",
    2021,
)
BERNER = Work(
    "berner-elbraechter-grohs-2019",
    "Berner, Elbrächter, Grohs",
    "How degenerate is the parametrization of neural networks with the ReLU activation function?",
    2019,
)
BENSON = Work(
    "benson-damle-townsend-2020",
    "Benson, Damle, Townsend",
    "Over-parametrized neural networks as under-determined linear systems",
    2020,
)
SAFRAN = Work(
    "safran-lee-2021", "Safran, Lee", "Optimization-based separations for neural networks", 2021
)
DERIVED = Work("derived", "derived here", "symerm")

#: All works, in the order of the registry.
WORKS = (LIM, CHERIDITO, BERNER, BENSON, SAFRAN, DERIVED)
