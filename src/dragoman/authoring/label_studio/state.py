"""State on the server: what each task says that it is, which annotation counts, and what became of its labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from dragoman import files
from dragoman.authoring.label_studio import controls
from dragoman.authoring.label_studio.file_kinds import Kind
from dragoman.authoring.label_studio.label_fields import Draft
from dragoman.authoring.label_studio.region_reader import Aside, Read, decode
from dragoman.authoring.label_studio.regions import encode
from dragoman.languages import short_tag
from dragoman.problems import DragomanError, Problem
from dragoman.redaction import plain_json
from dragoman.schema.records import Document

PREFIX = "Dragoman"
LONGEST_TITLE = 50
"""Longest title of a project, in characters, by Label Studio's own rule."""


class TaskData(msgspec.Struct):
    """Data of a task that a push made: what it was made from, and the bytes of that as text.

    A task of a comparison is about one point of its document; see
    :mod:`dragoman.authoring.label_studio.comparison_tasks`.
    """

    text: str
    document: str
    kind: str
    base: str
    sha256: str
    point: str = ""
    bare: bool = False
    """Whether no labels came along: an annotation that is there was submitted on the page."""

    @property
    def key(self) -> str:
        """What the task is about: a document, or a point of it."""
        return f"{self.document} {self.point}".rstrip()


@dataclass(frozen=True)
class Side:
    """Labels of one origin that are pushed: those to be edited, or a named suggestion."""

    draft: Draft
    name: str = ""


@dataclass(frozen=True)
class Annotation:
    """An annotation, by its id and that of the user who gave it (of an imported one: who imported it)."""

    number: int
    by: int | None
    results: Any


@dataclass(frozen=True)
class Task:
    """A task as it is on the server.

    Attributes:
        number: its id there.
        data: what it says of itself.
        annotations: those that were not skipped, the push's too, in the order in which they were last changed.
        predictions: results of each prediction.
        drafts: how many there are that nobody submitted: what is in them is neither pulled nor counted.

    """

    number: int
    data: TaskData
    annotations: tuple[Annotation, ...]
    predictions: tuple[Any, ...]
    drafts: int = 0

    @property
    def results(self) -> Any:
        """Results that count: of the newest annotation, else of the first prediction."""
        return self.annotations[-1].results if self.annotations else self.predictions[0] if self.predictions else []

    @property
    def waits(self) -> bool:
        """Whether it was pushed without labels and nobody has submitted any annotation."""
        return self.data.bare and not self.annotations

    @property
    def seen(self) -> int:
        """How many regions of what counts are marked as seen."""
        results = self.results if isinstance(self.results, list) else []
        marked = {r.get("id") for r in results if isinstance(r, dict) and r.get("from_name") == controls.SEEN}
        return len({name for name in marked if isinstance(name, str)})

    @property
    def base(self) -> bytes:
        """The file's bytes as they were pushed; none for a document without labels."""
        return self.data.base.encode()


def title(kind: str, language: str) -> str:
    """Title of the project of a kind of files and a language, as ``Dragoman gold (ko)``.

    Raises:
        DragomanError: E304 when it is longer than Label Studio takes.

    """
    made = f"{PREFIX} {kind} ({short_tag(language)})"
    if len(made) > LONGEST_TITLE:
        what = f"{made!r} is too long a title."
        raise DragomanError(Problem(code="E304", what=what, hint="Choose a shorter --name."))
    return made


@dataclass(frozen=True)
class Item:
    """Something to push, which becomes a task.

    Attributes:
        document: the document.
        base: bytes of the file of labels.
        sides: labels; one without a name becomes the annotation, others become predictions. Without any, nothing is
            annotated until somebody submits.
        notes: what else the task shows.
        point: the point of the document that it is about, if it is not about the whole.

    """

    document: Document
    base: bytes
    sides: list[Side]
    notes: dict[str, Any] = field(default_factory=dict)
    point: str = ""

    def data(self, kind: str) -> TaskData:
        """Make the data of its task, as a kind of file."""
        base, digest = self.base.decode(), files.sha256(self.base)
        return TaskData(self.document.text, self.document.id, kind, base, digest, self.point, bare=not self.sides)

    @property
    def key(self) -> str:
        """What it is about: a document, or a point of it."""
        return self.data("").key


def new_task(item: Item, kind: str) -> dict[str, Any]:
    """Make a task to import, of a kind of file."""
    text = item.document.text
    task: dict[str, Any] = {"data": _about(item.document) | item.notes | msgspec.to_builtins(item.data(kind))}
    task["annotations"] = [{"result": encode(side.draft, text)} for side in item.sides if not side.name]
    task["predictions"] = [
        {"model_version": side.name, "result": encode(side.draft, text)} for side in item.sides if side.name
    ]
    return task


def _about(document: Document) -> dict[str, str]:
    """Say what the document is, its time in two tiers with what shows it: relative dates are resolved by it."""
    tiers = {
        "published": (document.published, document.published_evidence, "on the page"),
        "published_external": (
            document.published_external,
            document.published_external_evidence,
            f"from outside, {document.published_external_status or 'not checked'}",
        ),
    }
    said = {
        name: f"{name}: {time or 'unknown'}" + (f" ({tier}: {evidence or 'no evidence given'})" if time else "")
        for name, (time, evidence, tier) in tiers.items()
    }
    return {"headline": document.title or "(no title)", **said}


def parse_task(raw: dict[str, Any]) -> Task | Problem:
    """Read a task of the server, or say why no push made it."""
    number = raw["id"]
    try:
        data = msgspec.convert(raw.get("data"), TaskData)
        files.canonical_json(data)  # no half characters anywhere
        same = files.sha256(data.base.encode()) == data.sha256
    except (msgspec.ValidationError, UnicodeEncodeError) as cause:
        return _foreign_task(number, f"its data is not that of a push: {cause}.")
    if not same:
        return _foreign_task(number, "what it holds of the pushed file was changed.")
    annotations = [a for a in _objects(raw.get("annotations")) if not a.get("was_cancelled")]
    annotations.sort(key=lambda a: (str(a.get("updated_at") or a.get("created_at") or ""), _number(a.get("id")) or 0))
    predictions = _objects(raw.get("predictions"))
    return Task(
        number,
        data,
        tuple(
            Annotation(_number(a.get("id")) or 0, _user(a.get("completed_by")), a.get("result", []))
            for a in annotations
        ),
        tuple(p.get("result", []) for p in predictions),
        len(raw["drafts"]) if isinstance(raw.get("drafts"), list) else 0,
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [inner for inner in value if isinstance(inner, dict)] if isinstance(value, list) else []


def _number(value: Any) -> int | None:
    return value if type(value) is int else None


def _user(value: Any) -> int | None:
    """Id of a user, whom some releases give whole."""
    return _number(value.get("id") if isinstance(value, dict) else value)


def _foreign_task(number: int, why: str) -> Problem:
    hint = "Leave it, or delete it on the server and push again."
    return Problem(code="E726", what=why, hint=hint, path=f"task {number}")


@dataclass
class Returned:
    """A document as it came back.

    Attributes:
        data: bytes of its file.
        read: the labels that were read, and the results that were not.
        before: the labels as pushed.
        rejected: problems of labels that the file cannot take.

    """

    data: bytes
    read: Read
    before: Draft
    rejected: list[Problem]


def returned(task: Task, kind: Kind, document: Document) -> Returned:
    """Read a task against its document.

    Raises:
        DragomanError: E726 when the text is another than the document's, or what was pushed cannot be read.

    """
    if task.data.text != document.text:
        problem = _foreign_task(task.number, f"its text is not that of {document.id} here.")
        raise DragomanError(problem)
    if not task.annotations and not task.predictions and task.base:
        raise DragomanError(_foreign_task(task.number, "its annotation was deleted or skipped."))
    try:
        before = kind.read(task.base, document, document.id)
    except DragomanError as cause:
        problem = _foreign_task(task.number, f"what was pushed cannot be read: {cause.problems[0].what}")
        raise DragomanError(problem) from cause
    read = decode(task.results, document.text, before, kind.own)
    data, rejected = kind.returned(read.draft, task.base, document)
    if task.data.bare and task.annotations and not (data or read.aside or rejected):
        data = kind.write(read.draft, task.base, document)  # annotated, and there is nothing
    return Returned(data, read, before, rejected)


def aside_record(task: Task, aside: Aside) -> dict[str, Any]:
    """Put what was set aside in a form for its file."""
    return {
        "task": task.number,
        "document": task.data.document,
        "region": aside.region,
        "code": aside.code,
        "why": aside.why,
        "results": plain_json(aside.results),
    }
