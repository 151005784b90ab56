"""Looking for an instance that falsifies a theorem, or refutes a wrong variant, with Hypothesis.

Instances outside the hypotheses do not count.  The first one on which the claim fails ends the
search; it is shrunk to a simple one.  A search is reproducible: its seed is given or 0.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from symerm.display import Cell, RichDisplay, Table
from symerm.errors import InputError
from symerm.theorems.instance import Instance
from symerm.theorems.statement import Mutant, Theorem

__all__ = ["PROFILES", "Result", "Trial", "try_mutant", "try_theorem"]

Result = Literal["holds", "falsified", "vacuous"]

#: Instances per theorem of each profile, before `Theorem.expense` divides them.
PROFILES = {"dev": 20, "ci": 100, "nightly": 2000}

#: A mutant may take this many times the instances of its theorem; it stops when it is refuted.
_PATIENCE = 20
_LEAST_MUTANT = 50


@dataclass(frozen=True)
class Trial(RichDisplay):
    """What a search found.

    Attributes
    ----------
    id : str
        Of the theorem, or of the theorem and its mutant.
    tried, applicable : int
        Instances drawn until the end or the first failure, and those with all hypotheses.
    instance : Instance or None
        The shrunk instance on which the claim fails.
    evidence : str
        The numbers of that failure, or of the last instance on which the claim held.
    """

    id: str
    tried: int
    applicable: int
    instance: Instance | None
    evidence: str

    @property
    def falsified(self) -> bool:
        """Whether an instance was found on which the claim fails."""
        return self.instance is not None

    @property
    def vacuous(self) -> bool:
        """Whether no instance satisfied the hypotheses, so that nothing was tried."""
        return self.applicable == 0

    @property
    def result(self) -> Result:
        """``"holds"`` on all applicable instances, ``"falsified"``, or ``"vacuous"``."""
        if self.falsified:
            return "falsified"
        return "vacuous" if self.vacuous else "holds"

    @property
    def complaint(self) -> str | None:
        """Why a theorem does not pass, in one line; None if it holds."""
        if self.falsified:
            return f"{self.id} is falsified: {self.evidence}"
        if self.vacuous:
            return (
                f"{self.id} is vacuous: none of {self.tried} instances satisfies its hypotheses"
            )
        return None

    def _display(self) -> Table:
        """The result and, if it is falsified, the parts of the instance, for notebooks."""
        rows: list[tuple[str, Cell]] = [
            ("theorem", self.id),
            ("result", self.result),
            ("instances", f"{self.tried} tried, {self.applicable} of them with all hypotheses"),
            ("evidence", self.evidence or "none"),
        ]
        for name, part in ({} if self.instance is None else self.instance.to_json()).items():
            (value,) = part.values()
            rows.append((name, value if isinstance(value, str) else json.dumps(value)))
        return Table(rows)


class _Falsified(Exception):
    pass


def try_theorem(
    theorem: Theorem,
    *,
    profile: str = "dev",
    examples: int | None = None,
    seed: int = 0,
    shrink: bool = True,
) -> Trial:
    """Try a theorem on instances that satisfy its hypotheses.

    Parameters
    ----------
    theorem : Theorem
    profile : str
        ``"dev"``, ``"ci"`` or ``"nightly"``: how many instances.
    examples : int, optional
        The number of applicable instances instead of the profile's.
    seed : int
    shrink : bool
        Whether a falsifying instance is made simple.

    Raises
    ------
    InputError
        If there is no such profile, or `examples` is not positive.

    Examples
    --------
    >>> from symerm.theorems.registry import find_theorem
    >>> trial = try_theorem(find_theorem("activation-lifting"), examples=10)
    >>> trial.falsified, trial.applicable
    (False, 10)
    """
    return _search(theorem, _count(theorem, profile, examples), seed, shrink=shrink)


def try_mutant(
    theorem: Theorem,
    mutant: Mutant,
    *,
    profile: str = "dev",
    examples: int | None = None,
    seed: int = 0,
    shrink: bool = False,
) -> Trial:
    """Try to refute a wrong variant; parameters and errors as for `try_theorem`.

    A trial that is not `falsified` means that the instances of the theorem would not have shown
    the fault either.
    """
    count = max(_LEAST_MUTANT, _PATIENCE * _count(theorem, profile, examples))
    return _search(theorem.mutated(mutant), count, seed, shrink=shrink)


def _count(theorem: Theorem, profile: str, examples: int | None) -> int:
    if examples is not None:
        if examples < 1:
            raise InputError(f"the number of examples must be positive, not {examples}")
        return examples
    if profile not in PROFILES:
        raise InputError(f"there is no profile {profile!r}; use {', '.join(PROFILES)}")
    return max(1, PROFILES[profile] // theorem.expense)


def _search(theorem: Theorem, examples: int, seed: int, *, shrink: bool) -> Trial:
    import hypothesis

    tried = applicable = 0
    found: tuple[Instance, str] | None = None
    evidence = ""

    def body(instance: Instance) -> None:
        nonlocal tried, applicable, found, evidence
        check = theorem.check(instance)
        if found is None:  # what Hypothesis draws to shrink a failure is not counted
            tried += 1
            applicable += check.outcome != "not-applicable"
        if check.outcome == "not-applicable":
            hypothesis.reject()
        if check.outcome == "fails":
            found = (instance, check.evidence)
            raise _Falsified
        if found is None:
            evidence = check.evidence

    phases = [hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrink else [])]
    test = hypothesis.settings(
        max_examples=examples,
        phases=phases,
        deadline=None,
        database=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )(hypothesis.seed(seed)(hypothesis.given(theorem.instances)(body)))
    try:
        test()
    except _Falsified:
        assert found is not None
        return Trial(theorem.id, tried, applicable, *found)
    except hypothesis.errors.Unsatisfiable:
        pass  # no instance satisfies the hypotheses: the trial is vacuous
    return Trial(theorem.id, tried, applicable, None, evidence)
