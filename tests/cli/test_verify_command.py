"""``symerm verify`` passes everything to the checker and its answer back."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest


class Checker(ModuleType):
    """Prints what it is told to, and remembers its arguments and the data that it saw."""

    answer, code = "VALID attained 5/2 5/2", 0
    argv: list[str]
    data = ""

    def main(self, argv: list[str]) -> int:
        self.argv = argv
        if len(argv) > 1:
            self.data = Path(argv[1]).read_text("utf-8")
        print(f"12 steps\n{self.answer}")
        return self.code


@pytest.fixture
def checker(monkeypatch: pytest.MonkeyPatch) -> Checker:
    fake = Checker("symerm.certificates.checker")
    monkeypatch.setitem(sys.modules, "symerm.certificates.checker", fake)
    return fake


ANSWERS = [
    ("VALID attained 5/2 5/2", 0, ("VALID", "attained", "5/2", "5/2", None)),
    ("VALID undecided 0 1/3", 0, ("VALID", "undecided", "0", "1/3", None)),
    ("INVALID step 3: wrong sign", 1, ("INVALID", None, None, None, "step 3: wrong sign")),
    ("MALFORMED not JSON", 2, ("MALFORMED", None, None, None, "not JSON")),
]


@pytest.mark.parametrize(("answer", "code", "parts"), ANSWERS)
def test_the_answer_and_the_exit_code_pass(run, checker, answer, code, parts) -> None:
    checker.answer, checker.code = answer, code
    assert run("verify", "c.json") == (code, f"12 steps\n{answer}\n", "")
    assert checker.argv == ["c.json"]
    status, out, err = run("verify", "c.json", "--json")
    assert (status, err) == (code, "")
    keys = ("answer", "verdict", "lower", "upper", "reason")
    assert json.loads(out) == dict(zip(keys, parts, strict=True))


def test_data_come_from_a_file_or_the_bundle(run, checker, tmp_path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("x,y\n1,2\n")
    assert run("verify", "c.json", path)[0] == 0
    assert checker.data == "x,y\n1,2\n"
    assert run("verify", "c.json", "dataset:nile")[0] == 0
    assert checker.data.startswith("year,flow\n1871,1120\n")


def test_a_name_is_never_an_option_of_the_checker(run, checker) -> None:
    assert run("verify", "--", "-c.json")[0] == 0
    assert checker.argv == ["./-c.json"]


def test_an_unknown_bundled_dataset_is_bad_input(run, checker) -> None:
    code, out, err = run("verify", "c.json", "dataset:nil")
    assert (code, out) == (2, "")
    assert err == "symerm: error: there is no bundled dataset 'nil'; did you mean nile?\n"
