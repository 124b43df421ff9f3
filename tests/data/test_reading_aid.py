"""The reading aid has an English line for every line of every document, and in their order."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from dragoman.authoring.adjudication import read_documents

ROOT = Path(__file__).resolve().parents[2]
NOT_ENGLISH = re.compile(r"[\u0600-\u06ff\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


class Line(msgspec.Struct, forbid_unknown_fields=True):
    document: str
    line: int
    en: str


def test_every_line_of_every_document_has_an_english_line():
    lines = msgspec.json.Decoder(Line).decode_lines((ROOT / "annotations" / "reading" / "reading.jsonl").read_bytes())
    expected = [
        (name, number)
        for name, document in read_documents(ROOT).items()
        for number, _ in enumerate(document.text.split("\n"))
    ]
    assert [(line.document, line.line) for line in lines] == expected
    assert len({name for name, _ in expected}) == 43
    for line in lines:
        assert line.en == line.en.strip() != ""
        assert not NOT_ENGLISH.search(line.en)
