"""Decisions made on the pages of a comparison, as lines of ``decisions.jsonl``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec

from dragoman import files
from dragoman.authoring.adjudication import read_decisions
from dragoman.authoring.label_studio import controls
from dragoman.authoring.label_studio.annotation_choice import Annotators
from dragoman.authoring.label_studio.client import Server
from dragoman.authoring.label_studio.comparison_tasks import Pushed
from dragoman.authoring.label_studio.file_kinds import Kind, write_pass
from dragoman.authoring.label_studio.label_fields import Label, checked, spans, view
from dragoman.authoring.label_studio.region_reader import decode
from dragoman.authoring.label_studio.state import Task
from dragoman.authoring.label_studio.sync import Outcome, Progress, fetch_tasks, newest_tasks
from dragoman.problems import DragomanError, Problem
from dragoman.redaction import plain
from dragoman.schema.decision import Decision, Keep
from dragoman.schema.labels import LabelSets, Layer
from dragoman.schema.layers import LAYER_NAMES, by_name
from dragoman.schema.records import Document

_NEEDS = {"a": ("a",), "b": ("b",), "both": ("a", "b"), "none": (), "label": ()}


def pull(
    server: Server,
    kind: Kind,
    documents: Mapping[str, Document],
    path: Path,
    *,
    progress: Progress,
    annotator: str | None = None,
) -> Outcome:
    """Append the decisions made on the server to a file of decisions.

    Existing lines are left as they are; a point with a different decision in the file is reported (E725) and skipped.

    Args:
        server: the server to fetch from.
        kind: the comparison.
        documents: the corpus, by id.
        path: the file of decisions, which may be missing.
        progress: wraps iterables to show progress.
        annotator: as for :func:`dragoman.authoring.label_studio.sync.pull`.

    Returns:
        The points that were ``added``, are ``already there``, ``undecided``, ``not taken`` or in ``conflict``; E731 for
        each decision that is incomplete.

    Raises:
        DragomanError: E727 if nothing was pushed, E730 for an unknown annotator, E108 if the file cannot be written or
            is locked, and errors in the file or of the server.

    """
    with files.writing_into(path.parent):
        return _pull(server, kind, documents, path, progress, annotator)


def _pull(
    server: Server,
    kind: Kind,
    documents: Mapping[str, Document],
    path: Path,
    progress: Progress,
    annotator: str | None,
) -> Outcome:
    outcome = Outcome()
    annotators = Annotators(server, annotator)
    present = {_key(decision): decision for decision in read_decisions(path)}
    lines = []
    for name, tasks in fetch_tasks(server, kind, documents, outcome).items():
        for key, task, several in annotators.counting(progress(newest_tasks(tasks), name)):
            outcome.problems += several
            if task is None or not task.annotations:
                outcome.note("undecided", key)
                continue
            try:
                line, warnings = decided(task, documents.get(task.data.document), kind.own)
            except DragomanError as cause:
                outcome.problems += cause.problems
                outcome.note("not taken", key)
                continue
            outcome.problems += warnings
            for each in line:
                made = msgspec.convert(each, Decision)
                there = present.get(_key(made))
                if there is None:
                    lines.append(each)
                    present[_key(made)] = made
                    outcome.note("added", key)
                elif there == made:
                    outcome.note("already there", key)
                else:
                    outcome.note("conflict", key)
                    what = f"{key} is decided otherwise there."
                    hint = "Take that line out to have the one from the server."
                    outcome.problems.append(Problem(code="E725", what=what, hint=hint, file=str(path)))
    if lines:
        before = files.read_bytes(path) if path.is_file() else b""
        before += b"" if before.endswith(b"\n") or not before else b"\n"
        files.write(path, before + b"".join(json.dumps(n, ensure_ascii=False).encode() + b"\n" for n in lines))
    return outcome


def _key(decision: Decision) -> tuple[str | None, ...]:
    """Return what a decision is about: labels of the passes, or a new label that neither has."""
    new = getattr(decision, by_name(decision.layer).singular) if decision.a is None and decision.b is None else None
    return decision.document, decision.layer, decision.a, decision.b, new and new.id


def decided(
    task: Task, document: Document | None, own: LabelSets | None = None
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Read the decision of a task, and the new labels drawn by an annotator who decided otherwise than by a label.

    Returns:
        The decision, one more for each label that neither pass has, and W721 for changed labels whose change the
        decision discards.

    Raises:
        DragomanError: E726 for a task with another text or structure, E731 for an incomplete decision.

    """
    if document is None or document.text != task.data.text:
        raise DragomanError(_problem(task, "E726", "its text is not that of the document here."))
    try:
        pushed = msgspec.json.decode(task.base, type=Pushed)
        checked(pushed.draft)
        msgspec.convert(pushed.layer, Layer)
        msgspec.convert([label.get("id") for labels in pushed.draft.values() for label in labels], list[str])
    except (msgspec.MsgspecError, RecursionError) as cause:
        raise DragomanError(_problem(task, "E726", f"it is no point of a comparison: {cause}.")) from cause
    try:
        answer = _Answer(pushed, document, task, own)
        line, warnings = answer.line()
        return [line, *answer.added(line["keep"], line["reason"])], warnings
    except _IncompleteError as cause:
        what, hint = cause.args
        raise DragomanError(_problem(task, "E731", what, f"{hint} Then pull again.")) from None


def _problem(task: Task, code: str, what: str, hint: str = "") -> Problem:
    return Problem(code=code, what=what, hint=hint, file=task.data.key, path=f"task {task.number}")


class _IncompleteError(Exception):
    """An incomplete decision: what is missing, and a hint."""


class _Answer:
    """The page of a point with its answers."""

    def __init__(self, pushed: Pushed, document: Document, task: Task, own: LabelSets | None) -> None:
        self.pushed = pushed
        self.document = document
        self.task = task
        self.answers, results = _answers(task.results)
        self.read = decode(results, document.text, pushed.draft, own)

    def line(self) -> tuple[dict[str, Any], list[Problem]]:
        pushed, keep = self.pushed, self.answers.get(controls.KEEP, "")
        if keep not in get_args(Keep):
            raise _IncompleteError("nothing was chosen to keep.", "Choose one.")
        absent = [side for side in _NEEDS[keep] if getattr(pushed, side) is None]
        if absent:
            raise _IncompleteError(f"{keep} is kept, and {absent[0]} has no such label.", "Choose another.")
        made: dict[str, Any] = {"document": self.document.id, "layer": pushed.layer, "a": pushed.a, "b": pushed.b}
        made["keep"] = keep
        if keep == "label":
            made[by_name(pushed.layer).singular] = self.written(self.the_label())
        made["reason"] = reason = self.answers.get(controls.REASON, "")
        if plain(reason) != reason:
            raise _IncompleteError(
                "the reason holds half a character, or a secret such as the token.", "Write it again."
            )
        try:
            msgspec.convert(made, Decision)
        except msgspec.ValidationError as cause:
            raise _IncompleteError(f"the decision is not complete: {cause}.", "Complete it on the page.") from cause
        return made, self.changed(keep)

    def changed(self, keep: str) -> list[Problem]:
        """Warn about labels that were changed on the page although the decision keeps the original."""
        before, after = (view(draft)[self.pushed.layer] for draft in (self.pushed.draft, self.read.draft))
        names = [f"{side}:{getattr(self.pushed, side)}" for side in _NEEDS[keep]]
        hint = "Choose label to keep it as it is now."
        return [
            _problem(self.task, "W721", f"{name} was changed on the page; {keep} keeps it as it was in the pass.", hint)
            for name in names
            if after.get(name) != before[name]
        ]

    def the_label(self) -> Label:
        """Return the only label of the point's layer on the page, besides those that are only referred to."""
        if self.read.aside:
            raise _IncompleteError(f"a label cannot be read: {self.read.aside[0].why}", "Correct it on the page.")
        layer = self.pushed.layer
        context = {label["id"] for label in self.pushed.draft[layer]} - set(self.pushed.own)
        here = [label for label in self.read.draft[layer] if label["id"] not in context]
        if len(here) != 1:
            what = f"the page holds {len(here)} labels where one is to be kept."
            raise _IncompleteError(what, "Delete the others, or draw one.")
        return here[0]

    def added(self, keep: str, reason: str) -> list[dict[str, Any]]:
        """Return decisions for labels drawn on the page that neither pass has; none if the decision itself is
        a label.
        """
        if keep == "label":
            return []
        if self.read.aside:
            raise _IncompleteError(f"a label cannot be read: {self.read.aside[0].why}", "Correct it on the page.")
        pushed = {layer: {label["id"] for label in labels} for layer, labels in self.pushed.draft.items()}
        new = [
            (layer, label)
            for layer in LAYER_NAMES
            for label in self.read.draft[layer]
            if label["id"] not in pushed[layer]
        ]
        places = {(start, end) for start, end, _ in self.pushed.mentions}
        names = {label["id"]: _name(layer, label) for layer, label in new}
        made = []
        for layer, label in new:
            if layer == "entities" and (label["start"], label["end"]) in places:
                continue  # a copy of an existing entity, drawn as the target of a claim's relation
            referring = label | {"id": names[label["id"]]}
            if layer == "claims":
                referring["claimants"] = [
                    c | {"mention": f"new:{names[c['mention']]}"} if self._is_new(c, names, places) else c
                    for c in label["claimants"]
                ]
                if label.get("parent") in names:
                    referring["parent"] = f"new:{names[label['parent']]}"
            line: dict[str, Any] = {"document": self.document.id, "layer": layer, "a": None, "b": None, "keep": "label"}
            line[by_name(layer).singular] = self.written(referring, layer)
            line["reason"] = reason
            try:
                msgspec.convert(line, Decision)
            except msgspec.ValidationError as cause:
                raise _IncompleteError(f"a new label is not complete: {cause}.", "Complete it on the page.") from cause
            made.append(line)
        return made

    def _is_new(self, claimant: Label, names: Mapping[str, str], places: set[tuple[int, int]]) -> bool:
        """Tell whether a claimant is an entity that is added with the claim."""
        mention = claimant.get("mention")
        entity = next((e for e in self.read.draft["entities"] if e["id"] == mention), None)
        return mention in names and entity is not None and (entity["start"], entity["end"]) not in places

    def written(self, label: Label, layer: str | None = None) -> Label:
        """Convert a label to the form of a decision: spans as quotes, references to labels of the passes."""
        layer = layer or self.pushed.layer
        made = label | {"id": label["id"].partition(":")[2] or label["id"]}
        if layer == "claims":
            made["claimants"] = [self.claimant(claimant) for claimant in label["claimants"]]
        try:
            data = write_pass({of: [] for of in LAYER_NAMES} | {layer: [made]}, b"", self.document)
        except DragomanError as cause:
            problem = cause.problems[0]
            raise _IncompleteError(f"{label['id']}: {problem.what}", problem.hint) from cause
        written: Label = json.loads(data)[layer][0]
        return written

    def claimant(self, claimant: Label) -> Label:
        """Resolve a claimant to an entity of the passes: the first one with the same span if the region was redrawn."""
        mention = claimant.get("mention")
        if (
            mention is None
            or str(mention).startswith("new:")
            or mention in {name for _, _, name in self.pushed.mentions}
        ):
            return claimant
        place = next((e["start"], e["end"]) for e in self.read.draft["entities"] if e["id"] == mention)
        names = [name for start, end, name in self.pushed.mentions if (start, end) == place]
        if not names:
            raise _IncompleteError(
                "a claimant is an entity that neither pass has.", "Let it point to an entity of one of them."
            )
        return claimant | {"mention": names[0]}


def _name(layer: str, label: Label) -> str:
    """Make an id for a new label that is unique in the document, whichever page it was drawn on."""
    first, *_, last = [*spans(label), *spans(label)]
    return f"{layer[0]}{first['start']}x{last['end']}"


def _answers(results: Any) -> tuple[dict[str, str], list[Any]]:
    """Separate the answers to the page's questions from the results of regions."""
    answers: dict[str, str] = {}
    others = []
    for result in results if isinstance(results, list) else []:
        if isinstance(result, dict) and result.get("from_name") in (controls.KEEP, controls.REASON):
            value = result.get("value")
            given = value.get("choices", value.get("text")) if isinstance(value, dict) else None
            given = [given] if isinstance(given, str) else given
            if isinstance(given, list) and all(isinstance(part, str) for part in given):
                answers[result["from_name"]] = " ".join(" ".join(given).split())
        else:
            others.append(result)
    return answers, others
