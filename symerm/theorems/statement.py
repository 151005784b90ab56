"""What a theorem is: hypotheses and claim as exact checks, how far it is proved, wrong variants.

A check of an instance is *not applicable* if a hypothesis fails there, and otherwise *holds* or
*fails*, with numbers as evidence.  A mutant is the same theorem with a hypothesis dropped or the
claim changed; it is wrong, and an instance must show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from symerm.display import RichDisplay, Table
from symerm.errors import InputError
from symerm.theorems.instance import Instance
from symerm.theorems.works import Source

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "Check",
    "Claim",
    "Finding",
    "Hypothesis",
    "Mutant",
    "Status",
    "Theorem",
    "fails",
    "holds",
    "holds_if",
]

Outcome = Literal["holds", "fails", "not-applicable"]
StatusKind = Literal["proved", "proved-up-to", "tested", "literature"]

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Finding:
    """What a claim comes to on one instance: whether it holds, and the numbers behind it."""

    holds: bool
    evidence: str


def holds(evidence: str) -> Finding:
    """The claim holds."""
    return Finding(True, evidence)


def fails(evidence: str) -> Finding:
    """The claim fails."""
    return Finding(False, evidence)


def holds_if(condition: bool, evidence: str) -> Finding:
    """The claim holds exactly if the condition does.

    Examples
    --------
    >>> holds_if(1 + 1 == 2, "1 + 1 = 2")
    Finding(holds=True, evidence='1 + 1 = 2')
    """
    return Finding(bool(condition), evidence)


Claim = Callable[[Instance], Finding]


@dataclass(frozen=True)
class Hypothesis:
    """One assumption of a theorem.

    Attributes
    ----------
    name : str
        A short name, such as ``"distinct-inputs"``; mutants name what they drop.
    text : str
        The assumption in words.
    test : callable
        Instance -> bool, exact.
    """

    name: str
    text: str
    test: Callable[[Instance], bool]


@dataclass(frozen=True)
class Mutant:
    """A wrong variant of a theorem.

    Attributes
    ----------
    name : str
    change : str
        What is different, in words.
    without : tuple of str
        Names of the hypotheses that are dropped.
    claim : callable or None
        The claim instead of the theorem's, or None to keep it.
    instances : strategy or None
        Instances instead of the theorem's; only where those of the theorem are restricted on
        purpose.
    """

    name: str
    change: str
    without: tuple[str, ...] = ()
    claim: Claim | None = None
    instances: SearchStrategy[Instance] | None = None


@dataclass(frozen=True)
class Status:
    """How far a theorem is proved.

    Attributes
    ----------
    kind : str
        ``"proved"``: by a script here, for all sizes; ``"proved-up-to"``: by a script here, by
        exhaustion or symbolically for sizes up to `size`; ``"tested"``: only tried on instances
        here; ``"literature"``: proved elsewhere, and tried on instances here.
    note : str
        What the proof rests on, or why it stops at `size`.
    size : int or None

    Examples
    --------
    >>> Status("proved-up-to", "the determinant is expanded", 6).summary
    'proved up to size 6'
    """

    kind: StatusKind
    note: str = ""
    size: int | None = None

    def __post_init__(self) -> None:
        if (self.kind == "proved-up-to") != (self.size is not None):
            raise InputError("a status has a size exactly if it is proved-up-to")

    @property
    def summary(self) -> str:
        """The kind in words."""
        return {
            "proved": "proved",
            "proved-up-to": f"proved up to size {self.size}",
            "tested": "tested on instances",
            "literature": "from the literature, tested",
        }[self.kind]


@dataclass(frozen=True)
class Check(RichDisplay):
    """The outcome of a theorem on one instance."""

    outcome: Outcome
    evidence: str

    def _display(self) -> Table:
        """Outcome and evidence, for notebooks."""
        return Table([("outcome", self.outcome), ("evidence", self.evidence)])


@dataclass(frozen=True, kw_only=True)
class Theorem(RichDisplay):
    """A statement with everything needed to try it.

    Attributes
    ----------
    id : str
        Lower-case words joined by ``-``.
    title : str
    source : Source
    statement : str
        The statement in words and Unicode, for the terminal.
    latex : str
        The same in LaTeX (amsmath, amssymb), without an environment.
    hypotheses : tuple of Hypothesis
    claim : callable
        Instance -> Finding, exact; called only where the hypotheses hold.
    instances : strategy of Instance
        Covers instances inside and outside the hypotheses, so that dropping one is noticed.
    status : Status
    proofs, tests : tuple of str
        Paths from the top of the repository.
    mutants : tuple of Mutant
    expense : int
        By how much the number of instances of a profile is divided: 1 for checks of
        milliseconds, 10 for checks of about a second.

    Raises
    ------
    InputError
        If the id is no slug, names repeat, or a mutant changes nothing.
    """

    id: str
    title: str
    source: Source
    statement: str
    latex: str
    hypotheses: tuple[Hypothesis, ...] = ()
    claim: Claim
    instances: SearchStrategy[Instance]
    status: Status
    proofs: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    mutants: tuple[Mutant, ...] = field(default=())
    expense: int = 1

    def __post_init__(self) -> None:
        names = [hypothesis.name for hypothesis in self.hypotheses]
        variants = [mutant.name for mutant in self.mutants]
        for name in (self.id, *names, *variants):
            if not _SLUG.fullmatch(name):
                raise InputError(f"{name!r} is no id: use lower-case words joined by '-'")
        for group in (names, variants):
            if len(set(group)) < len(group):
                raise InputError(f"theorem {self.id}: a name is used twice in {', '.join(group)}")
        if self.expense < 1:
            raise InputError(f"theorem {self.id}: expense must be at least 1")
        for mutant in self.mutants:
            unknown = set(mutant.without) - set(names)
            if unknown:
                raise InputError(
                    f"theorem {self.id}: mutant {mutant.name} drops {sorted(unknown)[0]!r}, "
                    "which is no hypothesis"
                )
            if not mutant.without and mutant.claim is None:
                raise InputError(f"theorem {self.id}: mutant {mutant.name} changes nothing")

    @property
    def entries(self) -> list[tuple[str, str]]:
        """Everything about the theorem in words; an empty name continues the entry above."""
        note = f": {self.status.note}" if self.status.note else ""
        groups = (
            ("theorem", [self.id]),
            ("title", [self.title]),
            ("source", [str(self.source)]),
            ("statement", [self.statement]),
            ("hypotheses", [f"{each.name}: {each.text}" for each in self.hypotheses]),
            ("status", [self.status.summary + note]),
            ("proofs", self.proofs),
            ("tests", self.tests),
            ("mutants", [f"{each.name}: {each.change}" for each in self.mutants]),
        )
        return [("" if k else name, text) for name, texts in groups for k, text in enumerate(texts)]

    def _display(self) -> Table:
        """All of the theorem, for notebooks."""
        return Table(self.entries)

    def check(self, instance: Instance) -> Check:
        """Whether the theorem holds on an instance.

        Examples
        --------
        >>> from symerm.theorems.registry import find_theorem
        >>> from fractions import Fraction
        >>> lifting = find_theorem("activation-lifting")
        >>> lifting.check(Instance.of(z=(Fraction(1), Fraction(2)), slope=Fraction(0)))
        Check(outcome='holds', evidence='act(1) + act(2) = 3, act(3) = 3')
        """
        for hypothesis in self.hypotheses:
            if not hypothesis.test(instance):
                return Check("not-applicable", f"not satisfied: {hypothesis.text}")
        finding = self.claim(instance)
        return Check("holds" if finding.holds else "fails", finding.evidence)

    def mutated(self, mutant: Mutant) -> Theorem:
        """The wrong variant as a theorem of its own."""
        return replace(
            self,
            id=f"{self.id}-{mutant.name}",
            statement=f"{self.statement} (changed: {mutant.change})",
            hypotheses=tuple(h for h in self.hypotheses if h.name not in mutant.without),
            claim=mutant.claim or self.claim,
            instances=self.instances if mutant.instances is None else mutant.instances,
            mutants=(),
        )
