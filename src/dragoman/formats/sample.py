"""The beginning of a file, from which its format is detected: bytes, first lines and first JSON value.

Formats are detected by content; the name is only used if the content is inconclusive (an empty ``.ann``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from dragoman import utf8
from dragoman.formats.item_bounds import check_items
from dragoman.problems import DragomanError

_HEAD = 2**16
_FURTHER = 50
"""Number of records to inspect if the first ones are inconclusive."""
LIMIT = 2**26
"""Maximum number of bytes that are parsed for the first JSON value; converters read no more either."""
_LINE_END = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"PK\x03\x04", "a ZIP archive, or an Office document"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\x1f\x8b", "a gzip file within another"),
    (b"ARROW1", "an Arrow IPC (Feather) file"),
    (b"\xff\xff\xff\xff", "an Arrow IPC stream"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"GGUF", "weights of a model (GGUF)"),
    (b"RIFF", "a sound, a picture or a film"),
    (b"OggS", "a sound"),
    (b"ID3", "a sound"),
    *((b"\x80" + bytes([version]), "a pickle, which is never opened: it can run programs") for version in range(2, 6)),
)
_GIVE_ROOT = (
    "Give the folder with corpus/ and annotations/ in it, or write its gold: dragoman gold --data DIR --out F.jsonl."
)
_OWN: tuple[tuple[frozenset[str], str, str], ...] = (
    (frozenset({"document", "entities", "dates", "claims"}), "a file of annotations/ of a benchmark", _GIVE_ROOT),
    (frozenset({"page", "segments", "documents"}), "a curated page of a benchmark", _GIVE_ROOT),
    (frozenset({"document", "layer", "keep", "reason"}), "decisions of an adjudication", _GIVE_ROOT),
    (
        frozenset({"%FEATURE_STRUCTURES", "%VIEWS"}),
        "a UIMA CAS in JSON",
        "Export it as UIMA CAS XMI, or save it so with cassis: load_cas_from_json(…).to_xmi(…).",
    ),
    (
        frozenset({"id", "paragraphs"}),
        "training data of spaCy 2 in JSON",
        "Convert it to a DocBin: python -m spacy convert FILE.json DIR.",
    ),
    (frozenset({"id", "names", "wikidata"}), "a registry of entities", _GIVE_ROOT),
    (frozenset({"id", "raw", "status", "hash"}), "the log of a run", "Give the run's folder."),
    (frozenset({"counts", "scores", "signature"}), "a result", "Give the predictions; results: dragoman compare."),
)
"""Dragoman's own files that are not labels in a readable format: identifying fields, kind, and hint."""
_HINTS = dict(each[1:] for each in _OWN) | {
    "a ZIP archive, or an Office document": "Unpack it, or export the data as JSON.",
    "a table with commas (CSV)": "Write one JSON document per line, or a token and its tag per row, separated by tabs.",
    "an HTML page": "It may be an error page that was saved in place of the file: look at it in a browser.",
}


@dataclass(frozen=True)
class Sample:
    """The beginning of a file.

    Attributes:
        data: the content of the file.
        name: its name.

    """

    data: bytes
    name: str = ""

    @cached_property
    def head(self) -> str:
        """The first 64 KiB as text, without a byte order mark; invalid UTF-8 is replaced by U+FFFD."""
        return self.data[:_HEAD].decode("utf-8", "replace").removeprefix(_BOM)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the head that are not blank; the last one may be truncated."""
        return [line for line in _LINE_END.split(self.head) if line.strip()]

    @cached_property
    def start(self) -> str:
        """The first line that is not blank."""
        return self.lines[0].strip() if self.lines else ""

    @property
    def is_json(self) -> bool:
        """Whether it is JSON."""
        return self.start[:1] in {"{", "["} and self.value is not None

    @property
    def is_markup(self) -> bool:
        """Whether it begins like XML or HTML."""
        return self.start[:1] == "<"

    @cached_property
    def is_binary(self) -> bool:
        """Whether it has NUL bytes, and neither begins like JSON nor is UTF-16."""
        if "\x00" not in self.head or self.start[:1] == "{":
            return False
        try:
            utf8.check_text(self.data[:_HEAD])
        except DragomanError as cause:
            return cause.problems[0].code != "E103"
        return True

    @cached_property
    def is_line(self) -> bool:
        """Whether the first line is a complete JSON value."""
        return self._values[0] is not msgspec.UNSET

    @cached_property
    def value(self) -> Any:
        """The JSON value of the first line, else of the whole file; None if neither is JSON."""
        return next((value for value in self._values if value is not msgspec.UNSET), None)

    @cached_property
    def _values(self) -> list[Any]:
        """Values of the first line and of the whole file; ``UNSET`` where they are not JSON.

        Raises:
            DragomanError: E106 if they have too many objects.

        """
        raw = self.data[:LIMIT].removeprefix(_BOM.encode()).lstrip()
        line = raw.split(b"\n", 1)[0]
        if raw[:1] in {b"{", b"["}:
            check_items([line], self.name)
        first = _decoded(line)
        if first is msgspec.UNSET and raw[:1] in {b"{", b"["}:
            check_items([raw], self.name)
        return [first, _decoded(raw) if first is msgspec.UNSET and raw[:1] in b"[{" else msgspec.UNSET]

    @cached_property
    def record(self) -> dict[str, Any]:
        """The first JSON object: the value, or the first of a list; empty if there is none."""
        first = self.value[0] if isinstance(self.value, list) and self.value else self.value
        return first if isinstance(first, dict) else {}

    def further(self) -> Iterator[Sample]:
        """Yield the records after the first, each as a sample of its own."""
        if not self.record or self.own:
            return
        if isinstance(self.value, list):
            yield from (Sample(msgspec.json.encode([value]), self.name) for value in self.value[1:_FURTHER])
        elif self.is_line:
            yield from (Sample(line.encode("utf-8", "replace"), self.name) for line in self.lines[1:_FURTHER])

    @cached_property
    def own(self) -> str:
        """Kind of a file of Dragoman's own that is not labels; empty for any other."""
        # A line with these fields is a document whose id has another name.
        known = _OWN[1:] if self.is_line else _OWN
        return next((kind for fields, kind, _ in known if fields <= self.record.keys()), "")

    def first(self, key: str) -> dict[str, Any]:
        """Return the first object of a list in the record."""
        values = self.record.get(key)
        return values[0] if isinstance(values, list) and values and isinstance(values[0], dict) else {}


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return msgspec.UNSET


def seems(sample: Sample) -> tuple[str, str]:
    """Guess the kind of a file that has no known format, with a hint; empty if unknown."""
    kind = _kind(sample)
    return kind, _HINTS.get(kind, "")


def _kind(sample: Sample) -> str:
    magic = next((kind for start, kind in _MAGIC if sample.data.startswith(start)), "")
    if sample.data[257:262] == b"ustar":
        magic = "a tar archive"
    return magic or _text_kind(sample)


def _text_kind(sample: Sample) -> str:
    lower = sample.head[:1024].lower()
    if "<!doctype html" in lower or "<html" in lower:
        return "an HTML page"
    if "<?xml" in lower or (sample.is_markup and lower.rstrip().endswith(">")):
        return "XML of a kind that is not read"
    if sample.is_binary:
        return "a binary file"
    if sample.is_json:
        return _json_kind(sample)
    return "a table with commas (CSV)" if _is_csv(sample.lines[:20]) else ""


def _json_kind(sample: Sample) -> str:
    if sample.own:
        return sample.own
    if isinstance(sample.value, list):
        return "a JSON list of " + ("objects of a kind that is not read" if sample.record else "something else")
    return "a Jupyter notebook" if "nbformat" in sample.record else ""


def _is_csv(lines: list[str]) -> bool:
    """Tell whether the first lines have the same number of fields, at least three, separated by commas or
    semicolons.
    """
    return any(
        len(lines) > 1 and counts[0] >= 2 and len(set(counts)) == 1
        for mark in ",;"
        for counts in ([line.count(mark) for line in lines],)
    )
