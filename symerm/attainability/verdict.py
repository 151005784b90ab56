"""What a search returns: the verdict with its certified enclosure, and reports on the way.

The empirical risk is bounded below, so its infimum exists and is *attained* or *not attained*
(Lim, Michalek, Qi 2019, "Best k-layer neural network approximations").  A verdict says which,
with rational bounds lower <= infimum <= upper that are proved.  Where neither is proved within
the budget the verdict is *undecided*; its bounds are proved all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from symerm.attainability.escape import Escape
from symerm.attainability.smooth_escape import SmoothEscape
from symerm.display import Cell, RichDisplay, Table, bounds_text, number_text
from symerm.errors import InputError
from symerm.networks.shallow import ShallowNetwork
from symerm.problem.problem import Problem

__all__ = ["Answer", "Progress", "Verdict"]

Answer = Literal["attained", "not-attained", "undecided"]


@dataclass(frozen=True)
class Progress:
    """The state of a running search.

    Attributes
    ----------
    lower : Fraction or float
        Estimate of the lower bound that the open cases allow; not proved.
    upper : Fraction or float
        Loss of the best network so far, exact.
    open_cases, closed_cases : int
        Cases of the search tree still to be treated, and those done.
    seconds : float
        Time since the search began.
    """

    lower: Fraction | float
    upper: Fraction | float
    open_cases: int
    closed_cases: int
    seconds: float


@dataclass(frozen=True)
class Verdict(RichDisplay):
    """The answer to a training problem.

    Attributes
    ----------
    problem : Problem
    verdict : str
        ``"attained"``, ``"not-attained"`` or ``"undecided"``.
    lower, upper : Fraction
        Proved bounds of the infimum of the sum of squares.
    exact : Fraction or None
        The infimum, where it is rational and known.
    minimiser : ShallowNetwork or None
        An exact minimiser if `exact` is given and attained, else a network whose loss lies
        within the bounds.
    escape : Escape, SmoothEscape or None
        The family of networks along which the loss tends to an infimum that is not attained.
    reason : str or None
        Why the search ended without a decision, or what the verdict rests on.
    statistics : mapping of str to int or str
        Counts of the search for the report.
    interrupted : bool
        Whether the search was interrupted; the bounds hold nevertheless.
    proof : object
        What the certificate is written from.

    Raises
    ------
    InputError
        If the bounds are out of order, or an undecided verdict gives no reason.

    Examples
    --------
    >>> from symerm.problem import Architecture, Dataset
    >>> line = Problem(Dataset.from_rows([0, 1], [2, 3]), Architecture(1))
    >>> Verdict(line, "attained", Fraction(0), Fraction(0), exact=Fraction(0)).gap
    Fraction(0, 1)
    """

    problem: Problem
    verdict: Answer
    lower: Fraction
    upper: Fraction
    exact: Fraction | None = None
    minimiser: ShallowNetwork | None = None
    escape: Escape | SmoothEscape | None = None
    reason: str | None = None
    statistics: Mapping[str, int | str] = field(default_factory=dict)
    interrupted: bool = False
    proof: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.lower > self.upper:
            raise InputError("the lower bound of the infimum exceeds the upper bound")
        if self.exact is not None and not self.lower <= self.exact <= self.upper:
            raise InputError("the exact infimum lies outside its bounds")
        if self.verdict == "undecided" and not self.reason:
            raise InputError("an undecided verdict must give its reason")

    @property
    def gap(self) -> Fraction:
        """Length upper - lower of the enclosure of the infimum."""
        return self.upper - self.lower

    def _display(self) -> Table:
        """The answer in short, for notebooks."""
        rows: list[Sequence[Cell]] = [("verdict", self.verdict)]
        if self.reason:
            rows.append(("reason", self.reason))
        exact = self.exact
        value = bounds_text(self.lower, self.upper) if exact is None else number_text(exact)
        rows.append(("infimum", value))
        rows.extend(self.problem._display().rows)
        if self.minimiser is not None:
            name = "minimiser" if self.verdict == "attained" else "network"
            rows.append((name, self.minimiser._cell()))
        if self.escape is not None:
            rows.append(("escape", f"{self.escape.stratum['description']}; {self.escape.rate}"))
        return Table(rows)
