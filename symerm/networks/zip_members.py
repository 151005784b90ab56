"""The members of a zip archive that nobody vouches for.

A zip archive states the unpacked size of every member, and the statement may be a lie: a few
kilobytes of deflated zeros become gigabytes.  So the members are counted before the directory is
parsed, the stated sizes are added up before anything is unpacked, and no more bytes than stated
are ever unpacked.  Members that are encrypted, repeated or packed by rarer methods are refused.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from symerm.errors import InputError
from symerm.networks.tensors import MAX_TENSORS, clip_name

__all__ = ["MAX_UNPACKED_SIZE", "ZipMembers"]

#: Most bytes that all members of an archive may take when unpacked.
MAX_UNPACKED_SIZE = 64 * 2**20
#: A torch archive has a few members besides its storages.
_MAX_MEMBERS = MAX_TENSORS + 100
#: What the standard library raises for a damaged, encrypted or unknown archive.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError,
    OverflowError, RuntimeError, ValueError,
)  # fmt: skip
_DIRECTORY_ENTRY = b"PK\x01\x02"


class ZipMembers:
    """Read access to the members of an archive.

    Parameters
    ----------
    content : bytes
        The archive.

    Raises
    ------
    InputError
        If it is no zip archive, or breaks a limit or a rule of the module.

    Examples
    --------
    >>> packed = io.BytesIO()
    >>> with zipfile.ZipFile(packed, "w") as archive:
    ...     archive.writestr("model/version", "3")
    >>> members = ZipMembers(packed.getvalue())
    >>> members.names, members.read("model/version")
    (('model/version',), b'3')
    """

    def __init__(self, content: bytes) -> None:
        if content.count(_DIRECTORY_ENTRY) > _MAX_MEMBERS:
            raise InputError(f"the archive has more than {_MAX_MEMBERS} members")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except _DAMAGE as error:
            raise InputError(f"the archive is damaged: {clip_name(str(error))}") from None
        infos = self._archive.infolist()
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) < len(infos):
            raise InputError("the archive has two members of one name")
        if sum(info.file_size for info in infos) > MAX_UNPACKED_SIZE:
            raise InputError(f"the archive unpacks to more than {MAX_UNPACKED_SIZE} bytes")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members, in the order of the archive's directory."""
        return tuple(self._infos)

    def read(self, name: str) -> bytes:
        """The unpacked content of a member.

        Raises
        ------
        InputError
            If there is no such member, or it cannot be unpacked or is not of its stated size.
        """
        info = self._infos.get(name)
        if info is None:
            raise InputError(f"the archive has no member {clip_name(name)}")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(f"the member {clip_name(name)} is packed by an unknown method")
        try:
            with self._archive.open(info) as stream:
                # One byte more reaches the end, where the checksum is compared.
                content = stream.read(info.file_size + 1)
        except _DAMAGE as error:
            raise InputError(
                f"the member {clip_name(name)} cannot be unpacked: {clip_name(str(error))}"
            ) from None
        if len(content) != info.file_size:
            raise InputError(f"the member {clip_name(name)} is cut off")
        return content
