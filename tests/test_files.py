"""Files appear whole or not at all."""

import gzip
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from symerm.errors import InputError
from symerm.files import require_writable, write_atomically


def test_the_text_arrives_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_atomically(path, iter(["ü\n", "", "end"]))
    assert path.read_bytes() == "ü\nend".encode()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_a_failure_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def chunks() -> Iterator[str]:
        yield "x" * 100_000
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, chunks())
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_nobody_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    seen = []

    def chunks() -> Iterator[str]:
        yield "x" * 100_000
        seen.append(path.exists())
        yield "y"

    write_atomically(path, chunks())
    assert seen == [False]
    assert path.stat().st_size == 100_001


@pytest.mark.parametrize("name", ["one.gz", "two.gz"])
def test_compressed_text_depends_on_the_text_only(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, ["certificate"], compress=True)
    write_atomically(tmp_path / "reference", ["certificate"], compress=True)
    packed = (tmp_path / name).read_bytes()
    assert gzip.decompress(packed) == b"certificate"
    assert packed == (tmp_path / "reference").read_bytes()
    assert packed[3:8] == bytes(5)  # no name and no time in the header


def test_a_link_keeps_pointing_at_its_file(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    write_atomically(link, ["new"])
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_permissions_are_kept_or_usual(tmp_path: Path) -> None:
    private, fresh = tmp_path / "private", tmp_path / "fresh"
    private.touch(mode=0o600)
    private.chmod(0o600)
    write_atomically(private, ["text"])
    write_atomically(fresh, ["text"])
    usual = tmp_path / "usual"
    usual.write_text("")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert fresh.stat().st_mode == usual.stat().st_mode


def test_a_device_stays_a_device() -> None:
    write_atomically(os.devnull, ["text"])
    assert not Path(os.devnull).is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line() -> None:
    with pytest.raises(InputError, match=r"^/dev/full: cannot be written: No space left"):
        write_atomically("/dev/full", ["text"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "an empty path names no file"),
        (".", "this is a folder; a file name is needed"),
        ("missing/a.json", "missing does not exist"),
        ("file/a.json", "file does not exist"),
        ("x" * 300, "cannot be written: File name too long"),
        ("a\0b", "cannot be written: embedded null byte"),
    ],
)
def test_unusable_paths_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    for call in (require_writable, lambda path: write_atomically(path, ["text"])):
        with pytest.raises(InputError) as caught:
            call(name)
        assert str(caught.value).endswith(message)
        assert "\n" not in str(caught.value)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is writable for the superuser")
def test_missing_permissions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.touch(mode=0o400)
    with pytest.raises(InputError, match="permission denied"):
        require_writable(path)
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        require_writable(tmp_path / "b.json")


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    assert require_writable(path) == path.resolve()
    assert list(tmp_path.iterdir()) == []
