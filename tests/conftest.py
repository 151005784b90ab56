"""Hypothesis profiles and the fixtures of the command line.

The profiles are dev (default), ci (the same examples on every run) and nightly (many).  This is
the only conftest.py: fixtures that several folders need stand here.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("nightly", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; its exit code, standard output and standard error."""
    from symerm.cli.main import main

    def call(*argv: object) -> tuple[int, str, str]:
        code = main([str(part) for part in argv])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def solver(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stand-in in the place of the solver and of the certificate's writer."""
    from stand_in import Solver

    import symerm.attainability
    import symerm.certificates

    fake = Solver()
    monkeypatch.setattr(symerm.attainability, "decide", fake.decide, raising=False)
    monkeypatch.setattr(
        symerm.certificates, "certificate_text", fake.certificate_text, raising=False
    )
    return fake
