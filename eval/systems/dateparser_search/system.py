"""dateparser's `search_dates` as it comes, for Korean and Arabic: the words that it returns, found again in the text.

It gives a moment and no precision. That is taken from its parser's `period` of the same words. It must have a reference
time: where the document's is not known the words are read under two, and only what both give alike is kept.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from dateparser.date import DateDataParser
from dateparser.search import search_dates

from dragoman.schema.records import Document
from dragoman.systems.loading import beside

shared = beside(__file__, "..", "gazetteer.py")

_WRITTEN = {"year": "%Y", "month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d"}


def predict(document: Document) -> dict[str, Any]:
    """Label the dates of a document."""
    language = document.language.split("-")[0]
    bases = shared.bases(shared.anchor(document.published))
    dates, at = [], 0
    for words, _ in search_dates(document.text, languages=[language], settings={"RELATIVE_BASE": bases[0]}) or []:
        start = document.text.find(words, at)
        if start < 0:  # its words are not always the text's: it may have taken white space out
            continue
        at = start + len(words)
        dates.append({"start": start, "end": at, **_date(words, language, bases)})
    return {"dates": dates}


def _date(words: str, language: str, bases: list[dt.datetime]) -> dict[str, str]:
    values = []
    for base in bases:
        data = DateDataParser(languages=[language], settings={"RELATIVE_BASE": base}).get_date_data(words)
        if data.date_obj is None:
            return {"type": "DATE"}
        values.append(f"{data.date_obj:{_WRITTEN.get(data.period, '%Y-%m-%d')}}")
    value = shared.agreed(values)
    return {"type": "DATE"} if value is None else {"type": "DATE", "value": value}
