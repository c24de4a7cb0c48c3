"""The names of a zip's files, whose encoding a zip need not say.

A name without the flag for UTF-8 is in the code page of the machine that packed it
(PKWARE's APPNOTE.TXT, appendix D); zipfile takes it for code page 437. macOS and many tools write
UTF-8 without the flag.
"""

from collections.abc import Iterator
from zipfile import ZipInfo

UTF8_FLAG = 0x800
CODE_PAGES = ("cp850", "cp852", "cp1252", "cp1250", "cp932", "gb18030", "cp949", "cp866")
"""What Windows packs names with: Western and Central Europe, Japan, China, Korea, Russia."""


def decode_name(info: ZipInfo) -> str:
    """Return a file's name; one that is UTF-8 without saying so is decoded again."""
    raw = _encode_again(info)
    if raw is None:
        return info.filename
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return info.filename


def list_spellings(info: ZipInfo) -> Iterator[str]:
    """Yield what a file's name may be in other code pages; nothing where it is certain."""
    raw = _encode_again(info)
    if raw is None or raw.isascii():
        return
    for code_page in CODE_PAGES:
        try:
            yield raw.decode(code_page)
        except UnicodeDecodeError:
            continue


def _encode_again(info: ZipInfo) -> bytes | None:
    """Return a name's bytes; None where its flag says that they are UTF-8."""
    if info.flag_bits & UTF8_FLAG:
        return None
    try:
        return info.filename.encode("cp437")
    except UnicodeEncodeError:
        return None
