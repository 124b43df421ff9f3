"""What people fill in: the table of a benchmark, its pages, its card and its guidelines, as they begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dragoman import files, languages
from dragoman.release import scheme_file
from dragoman.release.scheme_file import toml

FILL_IN = "FILL IN"
"""What marks a place that waits for its author's words."""


def to_fill_in(root: Path) -> dict[str, int]:
    """Count the lines of a source root that still wait for their author's words, by file; what goes into a release."""
    places = ("DATASET_CARD.md", "annotations/GUIDELINES.md", "corpus/benchmark.toml", "corpus/sources.toml")
    there = {place: root / place for place in places if (root / place).is_file()}
    counts = {
        place: sum(FILL_IN in line for line in files.read_text(path).splitlines()) for place, path in there.items()
    }
    return {place: number for place, number in counts.items() if number}


def benchmark(name: str, tags: Sequence[str], layers: Sequence[str], sets: Mapping[str, Mapping[str, str]]) -> str:
    """Write ``corpus/benchmark.toml``."""
    comments = (
        "# What the benchmark is: its name and version, its languages and layers, and its labels.\n"
        "# Labels, a table each: types, forms, acts, modalities, flags, phenomena. One left out is the default.\n"
        "# The order of the labels is that of the class labels of a release: add new ones at the end.\n"
    )
    own = {name: dict(labels) for name, labels in sets.items()}
    return comments + scheme_file.text(scheme_file.Scheme(name, "0.1.0", tuple(tags), tuple(layers), own))


def sources(pages: Iterable[Mapping[str, Any]], times: Iterable[Mapping[str, Any]], dev: Sequence[str]) -> str:
    """Write ``corpus/sources.toml``."""
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
    """Write ``DATASET_CARD.md``."""
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
{spoken}. Layers: {", ".join(layers)}. Which labels there are and what each is says `GUIDELINES.md`.

## In numbers

<!-- Counted anew by each `dragoman author release`: until then labels may have changed. -->

<!-- generated: statistics -->
<!-- end of generated: statistics -->

## Agreement

{FILL_IN}: who labelled, and whether anybody labelled without seeing the labels of somebody else.

<!-- generated: agreement -->
<!-- end of generated: agreement -->

## Review

What native readers say of the labels, from `dragoman author review take … --card DATASET_CARD.md`.

<!-- generated: review -->
<!-- end of generated: review -->

## Scoring

    dragoman score predictions.jsonl --data THIS_FOLDER --split test
"""


_QUESTIONS = {
    "types": ("What is a mention, and of which type", "Where does a span begin and end? What is not labelled?"),
    "forms": ("How something is mentioned", ""),
    "acts": ("What somebody does in saying something", ""),
    "modalities": ("How what is said is held", ""),
    "flags": ("Remarks", ""),
    "phenomena": ("Difficulties", "Those that follow by rule are set by `dragoman author adjudicate`."),
}


def guidelines(name: str, layers: Sequence[str], sets: Mapping[str, Mapping[str, str]]) -> str:
    """Write ``annotations/GUIDELINES.md``: a heading for each label, to be filled in."""
    parts = [
        f"# Guidelines of {name}",
        "",
        "Offsets count characters (Unicode code points); a span lies in one line, and has no space at its edges.",
        f"Layers: {', '.join(layers)}. Every rule here is one that two people can follow without asking each other.",
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
                f"\n### {label}\n\n{line}\n\n{FILL_IN}: two examples, and one that looks like it and is not."
                for label, line in known.items()
            ]
    if "dates" in layers:
        parts += [
            "",
            "## Dates",
            "",
            f"Types and values are those of TIMEX3 (TimeML 1.2.1). {FILL_IN}: what is no date.",
        ]
    return "\n".join(parts) + "\n"
