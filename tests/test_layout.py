"""The package's metadata, its public names and the files that it ships."""

import configparser
import importlib.metadata
import re
from fnmatch import fnmatch
from pathlib import Path

import symerm

ROOT = Path(__file__).resolve().parents[1]


def metadata() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def requirement_names(text: str) -> list[str]:
    return [re.split(r"[<>=]", line)[0] for line in text.split() if line]


def test_every_public_name_is_there() -> None:
    assert sorted(symerm.__all__) == symerm.__all__
    for name in symerm.__all__:
        assert getattr(symerm, name).__doc__, name
    assert set(symerm.__all__) <= set(dir(symerm))


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(symerm, "no_such_name")


def test_the_installed_version_is_the_one_of_the_package() -> None:
    assert importlib.metadata.version("symerm") == symerm.__version__


def test_every_data_file_is_shipped() -> None:
    shipped = {
        f"{package.replace('.', '/')}/{pattern}"
        for package, patterns in metadata()["options.package_data"].items()
        for pattern in patterns.split()
    }
    files = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "symerm").rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert "symerm/py.typed" in files
    assert [file for file in files if not any(fnmatch(file, each) for each in shipped)] == []


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "symerm").rglob("*.py")}
    assert all((folder / "__init__.py").is_file() for folder in folders)


def test_the_locks_pin_what_the_metadata_asks_for() -> None:
    options = metadata()["options"]
    runtime, full = pins("requirements.txt"), pins("requirements-test.txt")
    assert set(requirement_names(options["install_requires"])) <= set(runtime)
    assert set(requirement_names(metadata()["options.extras_require"]["test"])) <= set(full)
    # One environment serves the demonstration and the tests.
    assert runtime.items() <= full.items()
