"""Tables of text, as apps export them and spreadsheets save them.

Python's csv module reads a table whole or not at all, and says of a wrong quotation mark neither
where it stands nor where the next row begins. Here a row that cannot be read ends where the next
one begins, which is told by its date.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

DELIMITERS = (",", ";", "\t", "|")
LONGEST_HEADER = 10_000
LONGEST_ROW = 200_000
"""Characters: ten times what a day may hold."""

SEPARATOR_LINE = re.compile(r"sep=(.)\n", re.IGNORECASE)
"""What Excel reads as an instruction, and does not count as a row."""

INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number in a spreadsheet; `cells` is None where they cannot be told apart."""

    number: int
    cells: Mapping[str, str] | None


@dataclass(frozen=True)
class Header:
    """A table's first row: its columns' names in small letters, and where the next row begins."""

    names: tuple[str, ...]
    delimiter: str
    end: int

    @cached_property
    def cell(self) -> re.Pattern[str]:
        """A cell with or without quotation marks, and what ends it."""
        delimiter = re.escape(self.delimiter)
        return re.compile(
            rf'(?: *"(?P<quoted>[^"]*+(?:""[^"]*+)*+)" *|(?P<plain>(?! *")[^{delimiter}\n]*+))'
            rf"(?P<end>{delimiter}|\n|\Z)"
        )

    @cached_property
    def loose_cell(self) -> re.Pattern[str]:
        """A cell in which quotation marks stand that were not doubled."""
        delimiter = re.escape(self.delimiter)
        return re.compile(
            rf'(?: *"(?P<quoted>.*?)" *|(?P<plain>(?! *")[^{delimiter}]*+)){delimiter}', re.DOTALL
        )

    def compile_beginning(self, *shapes: tuple[str, str]) -> re.Pattern[str]:
        """Return a pattern for the beginning of a row, given (column, shape of its cell) pairs."""
        wanted = {self.names.index(name): shape for name, shape in shapes if name in self.names}
        any_cell = rf'(?:"(?:[^"\n]|"")*+"|[^"{re.escape(self.delimiter)}\n]*+)'
        cells = [
            rf'(?:"?{wanted[position]}"?)' if position in wanted else any_cell
            for position in range(max(wanted) + 1)
        ]
        end = rf"(?={re.escape(self.delimiter)}|\n|\Z)"
        return re.compile("^" + re.escape(self.delimiter).join(cells) + end, re.MULTILINE)


def normalize_line_ends(text: str) -> str:
    """Return `text` with each line end as a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def find_header(text: str, columns: frozenset[str]) -> Header | None:
    """Return the first row of a table that has `columns`, whatever stands between its cells.

    Names may be in any case and order. None where the first line names other columns.
    """
    start = 0
    if (separator := SEPARATOR_LINE.match(text)) is not None:
        start = separator.end()
    line = text[start : start + LONGEST_HEADER].split("\n", 1)[0]
    if len(line) == LONGEST_HEADER:
        return None
    for delimiter in DELIMITERS:
        header = Header((), delimiter, 0)
        cells = _split_cells(line, 0, header)
        if cells is None:
            continue
        names = tuple(map(_normalize_name, cells.values))
        if columns <= set(names):
            return Header(names, delimiter, min(len(text), start + len(line) + 1))
    return None


def _normalize_name(name: str) -> str:
    return "_".join(INVISIBLE.sub("", name).strip().lower().split())


@dataclass(frozen=True, slots=True)
class _Cells:
    values: Sequence[str]
    end: int


def list_rows(text: str, header: Header, beginning: re.Pattern[str]) -> Iterator[Row]:
    """Yield the rows after a header; `beginning` recognizes where one begins.

    Rows without a word are counted, but not yielded.
    """
    position, number = header.end, 1
    while position < len(text):
        number += 1
        if text[position] == "\n":
            position += 1
            continue
        cells = _split_cells(text, position, header)
        if cells is None or beginning.search(text, position + 1, cells.end) is not None:
            after = beginning.search(text, position + 1)
            row = text[position : None if after is None else after.start()].rstrip("\n")
            end, values = position + len(row) + 1, _repair_cells(row, header)
        else:
            end, values = cells.end, _fit_cells(cells.values, header)
        position = end
        if values is None:
            yield Row(number, None)
        elif any(value.strip() for value in values):
            yield Row(number, dict(zip(header.names, values, strict=False)))


def _split_cells(text: str, position: int, header: Header) -> _Cells | None:
    """Return the cells of the row at `position`; None where a quotation mark stands wrongly."""
    values: list[str] = []
    last = min(len(text), position + LONGEST_ROW)
    while (found := header.cell.match(text, position, last)) is not None:
        quoted = found["quoted"]
        values.append(found["plain"] if quoted is None else quoted.replace('""', '"'))
        position = found.end()
        if found["end"] != header.delimiter:
            return None if position == last < len(text) else _Cells(values, position)
    return None


def _fit_cells(values: Sequence[str], header: Header) -> Sequence[str] | None:
    """Return no more cells than there are columns; None where those beyond hold words."""
    beyond = values[len(header.names) :]
    return None if any(value.strip() for value in beyond) else values[: len(header.names)]


def _repair_cells(row: str, header: Header) -> Sequence[str] | None:
    """Return the cells of a row with wrong quotation marks; None where two readings are possible.

    A mark ends a cell only before a delimiter. Such marks within the last cell are its own, as long
    as none of them could begin another cell.
    """
    values: list[str] = []
    position = 0
    for _ in header.names[1:]:
        found = header.loose_cell.match(row, position, LONGEST_ROW)
        if found is None:
            return None
        values.append(found["plain"] if found["quoted"] is None else found["quoted"])
        position = found.end()
    last = row[position:].strip()
    if len(last) > 1 and last[0] == last[-1] == '"':
        last = last[1:-1]
    elif last.startswith('"') or last.endswith('"'):
        return None
    if f'"{header.delimiter}' in last or f'{header.delimiter}"' in last:
        return None
    return [_unescape(value) for value in (*values, last)]


def _unescape(value: str) -> str:
    return value.replace('\\"', '"').replace('""', '"')
