"""Checks of corpus and annotations: six levels, each of which must pass before anything is released.

1. *schema*: every file is UTF-8 and JSON without repeated keys, has the fields and labels of the schema and no
   others, and lists that stand for sets are in order;
2. *offsets*: spans show their slices, without white space at their edges and within one line; texts are those of the
   pages; quotes of passes are found, with an occurrence exactly where one is needed; a raw pass is what it was when it
   was made, by the hashes of its record;
3. *references*: ids are unique and what is referred to exists, entities in the registry; nothing crosses; attribution
   has no circles, and a report lies in the content of the claim that reports it; what is set by rule follows;
4. *language*: edges, forms and nesting, as far as a rule can tell from the words and the registry;
5. *time*: values are canonical and fit their types, days follow from them, and nothing known from outside contradicts
   what the page proves;
6. *across documents*: one id is one entity, clusters go together, the registry is sorted and all of it is used, every
   document has a split and its gold.

Levels 4 and 6 judge how well somebody labelled. A raw pass is published as it was made, so of passes they only warn;
all else is a hard failure. A file that fails at level 1 or 2 is left alone by the levels after them.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from dragoman.checks import (
    level1_schema,
    level2_offsets,
    level3_references,
    level4_language,
    level5_time,
    level6_documents,
)
from dragoman.checks.findings import LEVELS, NAMES, QUALITY, Finding, Findings, Level
from dragoman.problems import error

__all__ = ["LEVELS", "NAMES", "QUALITY", "Finding", "Findings", "Level", "Outcome", "check", "read"]

_JUDGES = {
    2: level2_offsets.check,
    3: level3_references.check,
    4: level4_language.check,
    5: level5_time.check,
    6: level6_documents.check,
}


class Outcome(NamedTuple):
    """What was judged, and what was found."""

    material: level1_schema.Material
    findings: Findings


def check(root: Path | str, level: Level = 6) -> Outcome:
    """Judge corpus, passes, gold and registry of a source root.

    Args:
        root: a folder with ``corpus/`` and, as far as they exist, ``annotations/passes/``, ``gold/`` and
            ``registry/``.
        level: the last level at which it is judged.

    Raises:
        DragomanError: E701 when there is no corpus at all.

    """
    root = Path(root)
    if not (root / "corpus").is_dir():
        hint = "Give the folder that holds corpus/ and annotations/."
        raise error("E701", "there is no corpus in it.", hint, file=str(root))
    findings = Findings(root)
    read = level1_schema.read(root, findings)
    for number, judge in _JUDGES.items():
        if number <= level:
            judge(read, findings)
    return Outcome(read, findings)
