"""Templates of the files that authors complete: the benchmark's table, its pages, its card and its guidelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dragoman import files, languages
from dragoman.release import scheme_file
from dragoman.release.scheme_file import toml

FILL_IN = "FILL IN"
"""Marker of a place that the author has to complete."""


def to_fill_in(root: Path) -> dict[str, int]:
    """Count the lines of a source root that still have to be completed, by file, for the files that go into a
    release.
    """
    places = ("DATASET_CARD.md", "annotations/GUIDELINES.md", "corpus/benchmark.toml", "corpus/sources.toml")
    there = {place: root / place for place in places if (root / place).is_file()}
    counts = {
        place: sum(FILL_IN in line for line in files.read_text(path).splitlines()) for place, path in there.items()
    }
    return {place: number for place, number in counts.items() if number}


def benchmark(name: str, tags: Sequence[str], layers: Sequence[str], sets: Mapping[str, Mapping[str, str]]) -> str:
    """Generate ``corpus/benchmark.toml``."""
    comments = (
        "# What the benchmark is: its name and version, its languages and layers, and its labels.\n"
        "# Labels, a table each: types, forms, acts, modalities, flags, phenomena. One left out is the default.\n"
        "# The order of the labels is that of the class labels of a release: add new ones at the end.\n"
    )
    own = {name: dict(labels) for name, labels in sets.items()}
    return comments + scheme_file.text(scheme_file.Scheme(name, "0.1.0", tuple(tags), tuple(layers), own))


def sources(pages: Iterable[Mapping[str, Any]], times: Iterable[Mapping[str, Any]], dev: Sequence[str]) -> str:
    """Generate ``corpus/sources.toml``."""
    parts = [
        "# The pages: what each file is, how it is cut, and what is known of its time. Pages are never edited.",
        "schema_version = 1",
        "",
        "# A document that no list names is in the default split. A system's author looks at `dev`, never at `test`.",
        "[splits]",
        'default = "test"',
        f"dev = {toml(list(dev))}",
    ]
    for head, tables in (("page", pages), ("time", times)):
        for table in tables:
            written = (
                f"{key} = {toml(value) if not isinstance(value, int) else value}"
                for key, value in table.items()
                if value is not None
            )
            parts += ["", f"[[{head}]]", *written]
    return "\n".join(parts) + "\n"


def card(name: str, tags: Sequence[str], layers: Sequence[str]) -> str:
    """Generate ``DATASET_CARD.md``."""
    spoken = ", ".join(languages.get(tag).name for tag in tags)
    return f"""---
pretty_name: {toml(name)}
license: other
language:
{"".join(f"- {languages.short_tag(tag)}{chr(10)}" for tag in tags)}task_categories:
- token-classification
---
# {name}

{FILL_IN}: what the texts are, whose they are, on what terms they are passed on, and what the labels are for. Languages:
{spoken}. Layers: {", ".join(layers)}. `GUIDELINES.md` lists and defines the labels.

## In numbers

<!-- Counted anew by each `dragoman author release`: until then labels may have changed. -->

<!-- generated: statistics -->
<!-- end of generated: statistics -->

## Agreement

{FILL_IN}: who the annotators were, and whether any of them worked independently.

<!-- generated: agreement -->
<!-- end of generated: agreement -->

## Review

The judgements of native readers, from `dragoman author review take … --card DATASET_CARD.md`.

<!-- generated: review -->
<!-- end of generated: review -->

## Scoring

    dragoman score predictions.jsonl --data THIS_FOLDER --split test
"""


_QUESTIONS = {
    "types": ("What is a mention, and of which type", "Where does a span begin and end? What is not labelled?"),
    "forms": ("Forms of mentions", ""),
    "acts": ("Speech acts", ""),
    "modalities": ("Modality", ""),
    "flags": ("Remarks", ""),
    "phenomena": ("Difficulties", "Those that follow by rule are set by `dragoman author adjudicate`."),
}


def guidelines(name: str, layers: Sequence[str], sets: Mapping[str, Mapping[str, str]]) -> str:
    """Generate ``annotations/GUIDELINES.md``: a heading for each label, to be completed."""
    parts = [
        f"# Guidelines of {name}",
        "",
        "Offsets count characters (Unicode code points). A span is within one line, without spaces at its ends.",
        f"Layers: {', '.join(layers)}. Two people must be able to follow every rule here independently.",
    ]
    for table, (head, question) in _QUESTIONS.items():
        known = sets.get(scheme_file.TABLES[table][0])
        if known:
            parts += [
                "",
                f"## {head}",
                "",
                *([f"{FILL_IN}: {question}"] if question.endswith("?") else [question] if question else []),
            ]
            parts += [
                f"\n### {label}\n\n{line}\n\n{FILL_IN}: two examples, and a counter-example that looks similar."
                for label, line in known.items()
            ]
    if "dates" in layers:
        parts += [
            "",
            "## Dates",
            "",
            f"Types and values are those of TIMEX3 (TimeML 1.2.1). {FILL_IN}: what is not a date.",
        ]
    return "\n".join(parts) + "\n"
