"""Files written whole or not at all.

Content goes to a temporary file in the folder of its target and takes the target's name in one
step once it is complete, so that no reader ever sees half a file and a failure leaves an older
file as it was.  `require_writable` refuses a path before the work whose result it is to hold.
"""

from __future__ import annotations

import gzip
import io
import os
import secrets
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO, cast

from symerm.errors import InputError

__all__ = ["require_writable", "write_atomically"]


def require_writable(path: str | os.PathLike[str]) -> Path:
    """The file that a path names, after checking that it can be created or replaced.

    Symbolic links are followed, so that a link keeps pointing where it points.  Nothing is left
    behind and no existing file is touched.

    Raises
    ------
    InputError
        If the folder is missing or not writable, or the path is a folder or a file without
        write permission.
    """
    name = os.fspath(path)
    if not name:
        raise InputError("an empty path names no file")
    try:
        target = Path(os.path.realpath(name))
        if target.is_dir():
            raise InputError("this is a folder; a file name is needed", file=name)
        if target.exists() and not os.access(target, os.W_OK):
            raise InputError("cannot be written: permission denied", file=name)
        if not _is_special(target):
            if not target.parent.is_dir():
                raise InputError(f"the folder {target.parent} does not exist", file=name)
            probe = _temporary(target)
            probe.touch(exist_ok=False)
            probe.unlink()
            # The name itself may be too long where the folder is fine.
            with suppress(FileNotFoundError):
                target.stat()
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise _cannot_write(name, error) from None
    return target


def write_atomically(
    path: str | os.PathLike[str], chunks: Iterable[str] | bytes, *, compress: bool = False
) -> None:
    """Write a file that appears, or changes, only when it is complete.

    A device or pipe is written to directly: a rename would put a file in its place.

    Parameters
    ----------
    path : str or path
        A symbolic link is followed and kept.
    chunks : iterable of str, or bytes
        The text in pieces, which becomes UTF-8, or the whole content; what the pieces raise
        leaves the path as it was before.
    compress : bool
        Whether to compress with gzip, with neither time nor name inside: equal texts give equal
        files.

    Raises
    ------
    InputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder, "note.txt"), ["one ", "two"])
    ...     [(entry.name, entry.read_text()) for entry in Path(folder).iterdir()]
    [('note.txt', 'one two')]
    """
    name = os.fspath(path)
    target = require_writable(path)
    if _is_special(target):
        try:
            with open(target, "wb") as raw:
                _write(raw, chunks, compress)
        except OSError as error:
            raise _cannot_write(name, error) from None
        return
    temporary = _temporary(target)
    try:
        # Opened with "x", not by tempfile, so that the file gets the usual permissions.
        with open(temporary, "xb") as raw:
            _write(raw, chunks, compress)
            raw.flush()
            os.fsync(raw.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        os.replace(temporary, target)
    except OSError as error:
        raise _cannot_write(name, error) from None
    finally:
        temporary.unlink(missing_ok=True)


def _is_special(target: Path) -> bool:
    return target.exists() and not target.is_file()


def _temporary(target: Path) -> Path:
    return target.with_name(f".symerm-{secrets.token_hex(8)}.tmp")


def _cannot_write(name: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(f"cannot be written: {reason}", file=name)


def _write(raw: BinaryIO, chunks: Iterable[str] | bytes, compress: bool) -> None:
    with ExitStack() as stack:
        if compress:
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
            raw = cast(BinaryIO, stack.enter_context(packed))
        if isinstance(chunks, bytes):
            raw.write(chunks)
            return
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="\n")
        # Detaching writes out what is buffered and leaves the file open for its owner.
        stack.callback(text.detach)
        text.writelines(chunks)
