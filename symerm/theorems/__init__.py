"""Theorems as executable objects: hypotheses, claim, instances, proof status, wrong variants.

A `Theorem` says what is assumed and what is claimed, each as an exact check on one `Instance`.
`try_theorem` lets Hypothesis look for an instance that falsifies it; `try_mutant` does the same
for a variant that is known to be wrong, which shows that the search could have found a fault.
`all_theorems` lists what this project touches; anyone can state a theorem of their own.

Examples
--------
>>> from symerm.theorems import find_theorem
>>> str(find_theorem("activation-lifting").source)
'derived here: after Lim, Michalek, Qi 2019'
"""

from symerm.theorems.instance import Instance, instances
from symerm.theorems.registry import all_theorems, find_theorem
from symerm.theorems.statement import (
    Check,
    Finding,
    Hypothesis,
    Mutant,
    Status,
    Theorem,
    fails,
    holds,
    holds_if,
)
from symerm.theorems.trial import Trial, try_mutant, try_theorem
from symerm.theorems.works import Source, Work

__all__ = [
    "Check",
    "Finding",
    "Hypothesis",
    "Instance",
    "Mutant",
    "Source",
    "Status",
    "Theorem",
    "Trial",
    "Work",
    "all_theorems",
    "fails",
    "find_theorem",
    "holds",
    "holds_if",
    "instances",
    "try_mutant",
    "try_theorem",
]
