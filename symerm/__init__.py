"""Exact global training of small neural networks, with certificates that anyone can check.

A problem with exact data goes in; a verdict with a certificate that an independent checker
accepts comes out::

    problem -> arrangement -> cases -> bounds and search -> verdict -> certificate -> report

The names below are the public interface.  Each is loaded from its module when it is first used,
so that importing the package costs nothing.

Examples
--------
>>> import symerm
>>> data = symerm.Dataset.from_rows([0, 1, 2], [0, 2, 1])
>>> problem = symerm.Problem(data, symerm.Architecture(1))
>>> problem.dataset.size
3
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symerm.attainability import decide
    from symerm.attainability.escape import Escape
    from symerm.attainability.verdict import Progress, Verdict
    from symerm.certificates import certificate_text
    from symerm.errors import (
        BudgetExceeded,
        CertificateError,
        InputError,
        SymermError,
        UnsupportedError,
    )
    from symerm.landscape.classification import classify_against
    from symerm.landscape.targets import parse_target
    from symerm.lastlayer.analysis import analyse_last_layer
    from symerm.networks.serialization import network_from_json, network_to_json
    from symerm.networks.shallow import ShallowNetwork
    from symerm.parametrization.degeneracy import degeneracy
    from symerm.parametrization.equality import compare_networks
    from symerm.parametrization.minimal import minimal_network
    from symerm.problem.architecture import Activation, Architecture, parse_activation
    from symerm.problem.catalogue import catalogue, load_dataset
    from symerm.problem.dataset import Dataset
    from symerm.problem.problem import Problem
    from symerm.problem.reading import open_dataset, read_dataset

__all__ = [
    "Activation",
    "Architecture",
    "BudgetExceeded",
    "CertificateError",
    "Dataset",
    "Escape",
    "InputError",
    "Problem",
    "Progress",
    "ShallowNetwork",
    "SymermError",
    "UnsupportedError",
    "Verdict",
    "analyse_last_layer",
    "catalogue",
    "certificate_text",
    "classify_against",
    "compare_networks",
    "decide",
    "degeneracy",
    "load_dataset",
    "minimal_network",
    "network_from_json",
    "network_to_json",
    "open_dataset",
    "parse_activation",
    "parse_target",
    "read_dataset",
]

__version__ = "0.1.0"

_HOME = {
    "symerm.attainability": ("decide",),
    "symerm.attainability.escape": ("Escape",),
    "symerm.attainability.verdict": ("Progress", "Verdict"),
    "symerm.certificates": ("certificate_text",),
    "symerm.errors": (
        "BudgetExceeded",
        "CertificateError",
        "InputError",
        "SymermError",
        "UnsupportedError",
    ),
    "symerm.landscape.classification": ("classify_against",),
    "symerm.landscape.targets": ("parse_target",),
    "symerm.lastlayer.analysis": ("analyse_last_layer",),
    "symerm.networks.serialization": ("network_from_json", "network_to_json"),
    "symerm.networks.shallow": ("ShallowNetwork",),
    "symerm.parametrization.degeneracy": ("degeneracy",),
    "symerm.parametrization.equality": ("compare_networks",),
    "symerm.parametrization.minimal": ("minimal_network",),
    "symerm.problem.architecture": ("Activation", "Architecture", "parse_activation"),
    "symerm.problem.catalogue": ("catalogue", "load_dataset"),
    "symerm.problem.dataset": ("Dataset",),
    "symerm.problem.problem": ("Problem",),
    "symerm.problem.reading": ("open_dataset", "read_dataset"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'symerm' has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
