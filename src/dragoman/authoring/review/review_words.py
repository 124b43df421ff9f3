"""The words of a review, in the language that the page speaks: of the page itself, and for labels and their values."""

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
    """A file of words: ``page`` by name, and ``values`` of labels, which may be left out one by one."""

    language: str
    page: dict[str, str]
    values: dict[str, str] = {}


@dataclass(frozen=True)
class Words:
    """Words of one language."""

    language: str
    page: dict[str, str]
    values: dict[str, str]

    def value(self, value: str) -> str:
        """Word for a value of a label; the value itself where there is none."""
        return self.values.get(value, value)


def languages() -> list[str]:
    """Languages whose words come with the package."""
    return sorted(each.name.removesuffix(".toml") for each in _FOLDER.iterdir() if each.name.endswith(".toml"))


def shipped(language: str) -> str:
    """Text of the file of words of a language that comes with the package."""
    return (_FOLDER / f"{language}.toml").read_text("utf-8")


def read_words(language: str, path: Path | None = None) -> Words:
    """Read the words of a language.

    Args:
        language: BCP 47 tag.
        path: a file of words; by default one that comes with the package.

    Raises:
        DragomanError: E702 where there are no words of that language; E204 and E203 for words that are missing in a
            file or unknown; or as :func:`dragoman.files.read_toml`.

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
