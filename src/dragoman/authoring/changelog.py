"""The change log's section on the data, generated: every label that changed since the previous release."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dragoman.problems import DragomanError, Problem, error
from dragoman.release.diff import MOVED, RENUMBERED, Difference, difference
from dragoman.release.diff_text import line
from dragoman.release.semver import wanted
from dragoman.text import visible

if TYPE_CHECKING:
    from dragoman.release.content import Release

_HEAD = "## Unreleased\n"
_MARKUP = frozenset("\\`*_[]<>|#")
_MAX = 20


def checked(old: Release, new: Release) -> Difference:
    """Compare a release with the previous one, and check that its version reflects the changes.

    Raises:
        DragomanError: E714 with the changes (the first twenty, and the number of others) if the version was not
            incremented as they require: gold never changes within a version.

    """
    diff = difference(old, new)
    if diff.allowed:
        return diff
    smallest = wanted(old.version, diff.needs)
    what = f"the rows are not those of {old.version}, and the version is {new.version}."
    if diff.needs == "none":
        what = f"the version goes back from {old.version} to {new.version}."
    hint = f"Write version = {smallest!r} or above in corpus/, or take the changes back."
    problems = [Problem(code="E714", what=what, hint=hint)]
    problems += [Problem(code="E714", what=line(change), path=change.where) for change in diff.changes[:_MAX]]
    if len(diff.changes) > _MAX:
        more = len(diff.changes) - _MAX
        problems.append(Problem(code="E714", what=f"and {more} more; dragoman diff names them all."))
    raise DragomanError(problems)


def section(diff: Difference) -> str:
    """Format the section as Markdown: one line per change; derived changes are summarised per document."""
    made = [f"Against {diff.old.version}; rows `{diff.new.fingerprint[:16]}`."]
    follows: dict[tuple[str, str], int] = {}
    where = ""
    for change in diff.changes:
        if change.kind in (RENUMBERED, MOVED):
            follows[change.where, change.kind] = follows.get((change.where, change.kind), 0) + 1
            continue
        if change.where != where:
            where = change.where
            made += [f"- {_safe(where)}"] if where else []
        made.append(f"{'  ' if where else ''}- {_safe(change.kind + line(change)[1:])}")
    words = {RENUMBERED: "ids renumbered", MOVED: "labels moved with their text"}
    made += [f"- {_safe(name)}: {count} {words[kind]}" for (name, kind), count in follows.items()]
    if not diff.changes:
        made.append("- No label changed.")
    return "\n".join(made) + "\n"


def _safe(text: str) -> str:
    return "".join(f"\\{char}" if char in _MARKUP else char for char in visible(text))


def with_section(log: str, diff: Difference) -> str:
    """Insert the section into a change log, replacing an earlier one for the same version.

    It is placed under the heading ``### Data VERSION``, which is created at the top of the unreleased section if
    missing.

    Raises:
        DragomanError: E706 if the log has no unreleased section, or an unterminated generated one.

    """
    version = diff.new.version
    opening, closing = f"<!-- generated: data {version} -->\n", f"<!-- end of generated: data {version} -->\n"
    block = f"{opening}{section(diff)}{closing}"
    before, opened, rest = log.partition(opening)
    if opened:
        _, closed, after = rest.partition(closing)
        if not closed:
            raise error("E706", f"the generated section of {version} does not end.", f"Add a line {closing.strip()!r}.")
        return before + block + after
    heading = f"### Data {version}\n"
    if heading in log:
        return log.replace(heading, heading + block, 1)
    if _HEAD not in log:
        raise error("E706", "the change log has no place for it.", f"Add a line {_HEAD.strip()!r}.")
    return log.replace(_HEAD, f"{_HEAD}\n{heading}{block}", 1)


def data_sections(log: str) -> str:
    """Extract the sections on the data from a change log; empty if there are none."""
    parts = re.split(r"(?m)^(?=#{1,3} )", log)
    return "".join(part.rstrip() + "\n\n" for part in parts if part.startswith("### Data ")).rstrip("\n")
