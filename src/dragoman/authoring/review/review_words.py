"""Interface texts of the review page by language, and descriptions of labels and their values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from dragoman import files
from dragoman.languages import short_tag
from dragoman.problems import DragomanError, Problem, error
from dragoman.schema.records import Record

_FOLDER = resources.files("dragoman.authoring.review") / "words"


class WordsFile(Record, kw_only=True):
    """A file of interface texts: ``page`` by name, and ``values`` of labels, each of which may be missing."""

    language: str
    page: dict[str, str]
    values: dict[str, str] = {}


@dataclass(frozen=True)
class Words:
    """Interface texts of one language."""

    language: str
    page: dict[str, str]
    values: dict[str, str]

    def value(self, value: str) -> str:
        """Return the description of a label's value; the value itself if there is none."""
        return self.values.get(value, value)


def languages() -> list[str]:
    """Return the languages of the bundled interface texts."""
    return sorted(each.name.removesuffix(".toml") for each in _FOLDER.iterdir() if each.name.endswith(".toml"))


def shipped(language: str) -> str:
    """Return the bundled file of interface texts of a language."""
    return (_FOLDER / f"{language}.toml").read_text("utf-8")


def read_words(language: str, path: Path | None = None) -> Words:
    """Read the interface texts of a language.

    Args:
        language: BCP 47 tag.
        path: a file of interface texts; None for the bundled one.

    Raises:
        DragomanError: E501 if there are no texts in that language; E204 and E203 for missing and unknown texts in a
            file; or as :func:`dragoman.files.read_toml`.

    """
    if path is None:
        tag = short_tag(language)
        if tag not in languages():
            hint = f"Give --interface ({', '.join(languages())}), or --words with `author review words` translated."
            raise error("E501", f"there are no words of the page in {language[:40]!r}.", hint)
        return _checked(_parsed(tag), f"{tag}.toml")
    return _checked(_convert(files.read_toml(path), str(path)), str(path))


def _parsed(language: str) -> WordsFile:
    return _convert(tomllib.loads(shipped(language)), f"{language}.toml")


def _convert(table: dict[str, Any], name: str) -> WordsFile:
    try:
        return msgspec.convert(table, WordsFile)
    except msgspec.ValidationError as cause:
        what, _, where = str(cause).partition(" - at `")
        raise error("E202", f"{what}.", file=name, path=where.rstrip("`").removeprefix("$.")) from cause


def _checked(read: WordsFile, name: str) -> Words:
    wanted = _parsed("en").page
    problems = [
        Problem(code="E204", what=f"there is no word for {key!r}.", hint=f"In English: {wanted[key]}", file=name)
        for key in wanted
        if not read.page.get(key)
    ]
    problems += [
        Problem(code="E203", what=f"{key[:80]!r} is no word of the page.", file=name)
        for key in read.page
        if key not in wanted
    ]
    if problems:
        raise DragomanError(problems)
    return Words(read.language, read.page, read.values)
