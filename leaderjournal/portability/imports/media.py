"""Photos, videos, sounds and other files of an export, which a day cannot hold."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from leaderjournal.portability.imports.details import read_first_line, read_line
from leaderjournal.portability.imports.rules import LeftBehind
from leaderjournal.portability.imports.uploads import Upload

_ENDINGS = {
    "photos": "apng avif bmp gif heic heif jpeg jpg png raw svg tif tiff webp",
    "videos": "3gp avi m4v mkv mov mp4 mpeg mpg webm",
    "sounds": "aac aiff amr caf flac m4a mp3 oga ogg opus wav wma",
    "files": "doc docx odt pdf ppt pptx rtf xls xlsx",
}
KINDS = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}


def get_media_kind(name: str) -> str:
    """Return which kind of media a file is, by the ending of its name; `files` for any other."""
    return KINDS.get(name.rpartition(".")[2].lower(), "files")


class MediaCount:
    """Counts the media that entries name, and those that lie in the export beside them."""

    def __init__(self) -> None:
        self._named: Counter[str] = Counter()

    def add(self, kind: str, media: Any) -> None:
        """Count a list of media of one kind; anything but a list counts as none."""
        if isinstance(media, list) and media:
            self._named[kind] += len(media)

    def add_files(self, names: Any) -> None:
        """Count a list of files by their names, which are texts or fields of objects."""
        for one in names if isinstance(names, list) else ():
            name = read_first_line(one, "filename", "name", "path") or read_line(one)
            self._named[get_media_kind(name)] += 1

    def list_left_behind(self, upload: Upload) -> Iterator[LeftBehind]:
        """Yield how many media of each kind there are.

        A file may be named without being in the export, and be in it without being named.
        """
        found = Counter(
            KINDS[ending]
            for member in (upload.list_members() if upload.is_zip else ())
            if (ending := member.base_name.rpartition(".")[2].lower()) in KINDS
        )
        for kind, number in sorted((self._named | found).items()):
            yield LeftBehind(kind, number)
