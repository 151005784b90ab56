"""The interface contract: the JSON objects of docs/interface.md are what the commands print."""

import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from symerm.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "interface.md").read_text("utf-8")
#: The form of each command by the words of its heading, and of each name in bold.
SECTIONS = dict(
    re.findall(r"^## symerm ([a-z-]+(?: [a-z]+)?)(.*?)^(?=## )", PAGE, re.M | re.S)
)
COMMANDS = {
    name: json.loads(section.partition("```json\n")[2].partition("```")[0])
    for name, section in SECTIONS.items()
    if "```json\n" in section
}
NAMED = {
    name: json.loads(block)
    for name, block in re.findall(r"^\*\*(\w+)\*\*\n\n```json\n(.*?)^```$", PAGE, re.M | re.S)
}
RATIONAL = re.compile(r"(0|-?[1-9]\d*)(/[1-9]\d*)?")
WORDS = {
    "any": lambda value: True,
    "null": lambda value: value is None,
    "text": lambda value: isinstance(value, str),
    "float": lambda value: type(value) is float and math.isfinite(value),
    "integer": lambda value: type(value) is int,
    "boolean": lambda value: isinstance(value, bool),
    "rational": lambda value: isinstance(value, str) and bool(RATIONAL.fullmatch(value)),
    "number": lambda value: type(value) is int or WORDS["rational"](value),
}


def faults(form: Any, value: Any, where: str = "") -> list[str]:
    """Where a value does not have a form."""
    if isinstance(form, list):
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        return [fault for k, item in enumerate(value)
                for fault in faults(form[0], item, f"{where}[{k}]")]
    if isinstance(form, dict):
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no object"]
        known = {key.rstrip("?"): part for key, part in form.items() if key != ".."}
        needed = {key for key in form if key != ".." and not key.endswith("?")}
        found = [f"{where}: no key {key}" for key in sorted(needed - value.keys())]
        for key, item in value.items():
            part = known.get(key, form.get(".."))
            place = f"{where}.{key}"
            found += [f"{place}: not in the contract"] if part is None else (
                faults(part, item, place))
        return found
    tried: list[str] = []
    for word in form.split(" | "):
        if word in NAMED:
            tried = faults(NAMED[word], value, where)
            if not tried:
                return []
        elif WORDS[word](value) if word in WORDS else value == word:
            return []
    return tried or [f"{where}: {value!r} is not {form}"]


#: Commands whose objects together show most of what a form allows.
CALLS = [
    "check ramp.csv --width 1 --certificate ramp.json",
    "check ramp.csv --width 2 --time-limit 0",
    "check dataset:counterexample-3 --width 2",
    "check valley.csv --width 1 --activation tanh",
    "verify ramp.json ramp.csv",
    "verify ramp.json ramp-changed.csv",
    "verify ramp.csv",
    "strata dataset:counterexample-3 --width 2 --outputs-dim 2",
    "strata ramp.csv --width 1 --outputs-dim 2",
    "classify zigzag.json --target x --interval 0 1",
    "classify zigzag.json --target x^2 --interval -3/2 5",
    "classify trained.json --target x --interval 0 1 --refine",
    "classify zigzag.json --data ramp.csv --refine",
    "cases landscape --width 2",
    "cases landscape --width 1 --activation leaky --target 2*x --interval -3/2 5",
    "cases pathologies",
    "types --interval -3/2 5",
    "types ramp.csv",
    "equal hat.json hat-left.json",
    "equal hat.json tent.json",
    "minimal hat.json",
    "degeneracy degenerate.json --domain 0:1",
    "degeneracy tent.json",
    "distance hat.json hat-left.json --domain 0:1",
    "distance hat.json tent.json",
    "distance hat.json zigzag.json --domain -1:4 --norm euclidean --balanced",
    "nearest stability-gamma.json stability-g.json",
    "nearest hat.json hat-left.json --lift",
    "lastlayer ramp.csv",
    "lastlayer ramp.csv --width 3 --steps 5 --no-hidden-bias",
    "lastlayer ramp.csv --activation logistic",
    "import-torch model.pt --output model.json",
    "datasets",
    "theorems list --source lim-michalek-qi-2019",
    "theorems show activation-lifting",
    "theorems test activation-lifting --mutants --examples 20 --quiet",
    "separation run --dimension 2 --width 20 --samples 100 --steps 5 --quiet",
    "separation run --law two-spheres --width 9 --steps 2 --batch 7 --no-baseline --quiet",
    "separation audit",
    "separation constants --dimension 3 --eps 1/10 --c-mass 1 --density-bound 2 --tail 1",
    "separation constants --dimension 4 --eps 1/3 --law two-spheres",
]
#: Commands whose object depends on the input.
OTHER_FORMS = {"degeneracy tent.json": "deep_degeneracy"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("examples")
    for example in (ROOT / "docs" / "examples").iterdir():
        shutil.copy(example, path)
    return path


def _name(call: str) -> str:
    return next(name for name in COMMANDS if call.startswith(f"{name} ") or call == name)


@pytest.mark.parametrize("call", CALLS)
def test_what_a_command_prints_is_in_the_contract(
    call: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    code = main([*call.split(), "--json"])
    printed = capsys.readouterr()
    assert code in (0, 1, 2, 3), printed.err
    name = _name(call)
    form = NAMED[OTHER_FORMS[call]] if call in OTHER_FORMS else COMMANDS[name]
    assert faults(form, json.loads(printed.out), name) == []


def test_a_changed_object_is_not_in_the_contract(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    main(["check", "dataset:counterexample-3", "--width", "2", "--json"])
    printed = json.loads(capsys.readouterr().out)
    form = COMMANDS["check"]
    assert faults(form, printed) == []
    assert faults(form, printed | {"verdict": "maybe"}) != []
    assert faults(form, printed | {"more": 1}) == [".more: not in the contract"]
    assert faults(form, printed | {"infimum": {"lower": 0.5, "upper": "1"}}) != []
    printed["escape"]["samples"][0].pop("loss")
    assert faults(form, printed) == [".escape.samples[0]: no key loss"]


def test_each_form_is_tried() -> None:
    assert set(map(_name, CALLS)) == COMMANDS.keys()


def test_every_command_is_in_the_contract() -> None:
    from symerm.cli.app import command

    found: list[str] = []
    for name, each in command().commands.items():
        below = getattr(each, "commands", None)
        found += [name] if below is None else [f"{name} {word}" for word in below]
    assert sorted(found) == sorted(SECTIONS)
    assert SECTIONS.keys() - COMMANDS.keys() == {"appendix"}


@pytest.mark.parametrize("name", SECTIONS)
def test_the_options_of_a_command_are_in_the_contract(name: str) -> None:
    from symerm.cli.app import command

    found: Any = command()
    for word in name.split():
        found = found.commands[word]
    options = {option for parameter in found.params for option in parameter.opts}
    listed = re.search(r"^Options: (.*?)\n\n", SECTIONS[name], re.M | re.S)
    assert listed
    assert set(re.findall(r"`(--[\w-]+)`", listed[1])) == {
        option for option in options if option.startswith("--")
    } - {"--help"}
