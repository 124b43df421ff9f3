"""Checks of corpus and annotations: six levels, all of which must pass before a release.

1. *schema*: every file is UTF-8 and JSON without repeated keys, has exactly the fields and labels of the schema, and
   lists that represent sets are sorted;
2. *offsets*: every span matches the text at its offsets, has no outer white space and stays within one line; texts are
   those of the pages; quotes of annotation passes are found, with an occurrence exactly where one is needed; a raw pass
   is unchanged, by the hashes in its record;
3. *references*: ids are unique and references resolve, those to entities in the registry; spans do not cross;
   attribution has no cycles, and a reported claim is inside the content of the claim that reports it; derived fields
   have the derived values;
4. *language*: span boundaries, forms and nesting, as far as a rule can decide from the words and the registry;
5. *time*: values are canonical and fit their types, days are those that follow from them, and external knowledge does
   not contradict the page;
6. *across documents*: one id is one entity, clusters are consistent, the registry is sorted and all of it is used,
   every document has a split and gold.

Levels 4 and 6 check the quality of annotation. A raw pass is published unchanged, so for passes they only warn;
everything else is an error. A file with errors at level 1 or 2 is skipped at later levels.
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
    """What was checked, and the findings."""

    material: level1_schema.Material
    findings: Findings


def check(root: Path | str, level: Level = 6) -> Outcome:
    """Check corpus, passes, gold and registry of a source root.

    Args:
        root: a folder with ``corpus/`` and, as far as they exist, ``annotations/passes/``, ``gold/`` and
            ``registry/``.
        level: the highest level to check.

    Raises:
        DragomanError: E701 if there is no corpus.

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
