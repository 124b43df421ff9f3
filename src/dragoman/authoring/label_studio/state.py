"""State on the server: the identity of each task, the annotation that is used, and the labels that are pulled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from dragoman import files, json_text
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
"""Maximum length of a project's title, in characters, in Label Studio."""


class TaskData(msgspec.Struct):
    """Data of a pushed task: what it was made from, and the bytes of the pushed file as text.

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
    """Whether it was pushed without labels, so that any annotation was submitted on the page."""

    @property
    def key(self) -> str:
        """The subject of the task: a document, or one of its points."""
        return f"{self.document} {self.point}".rstrip()


@dataclass(frozen=True)
class Side:
    """Labels from one source to push: those to be edited, or a named suggestion."""

    draft: Draft
    name: str = ""


@dataclass(frozen=True)
class Annotation:
    """An annotation, with its id and the id of its user (for an imported one, of the user who imported it)."""

    number: int
    by: int | None
    results: Any


@dataclass(frozen=True)
class Task:
    """A task on the server.

    Attributes:
        number: its id on the server.
        data: its data, as pushed.
        annotations: annotations that were not skipped, including the pushed one, in the order of their last change.
        predictions: results of each prediction.
        drafts: number of drafts that were not submitted; they are neither pulled nor counted.

    """

    number: int
    data: TaskData
    annotations: tuple[Annotation, ...]
    predictions: tuple[Any, ...]
    drafts: int = 0

    @property
    def results(self) -> Any:
        """Results to use: of the newest annotation, else of the first prediction."""
        return self.annotations[-1].results if self.annotations else self.predictions[0] if self.predictions else []

    @property
    def waits(self) -> bool:
        """Whether it was pushed without labels and nobody has submitted any annotation."""
        return self.data.bare and not self.annotations

    @property
    def seen(self) -> int:
        """Number of regions in these results that are marked as seen."""
        results = self.results if isinstance(self.results, list) else []
        marked = {r.get("id") for r in results if isinstance(r, dict) and r.get("from_name") == controls.SEEN}
        return len({name for name in marked if isinstance(name, str)})

    @property
    def base(self) -> bytes:
        """The pushed bytes of the file; empty for a document without labels."""
        return self.data.base.encode()


def title(kind: str, language: str) -> str:
    """Return the title of the project for a kind of files and a language, as in ``Dragoman gold (ko)``.

    Raises:
        DragomanError: E304 if it is longer than Label Studio allows.

    """
    made = f"{PREFIX} {kind} ({short_tag(language)})"
    if len(made) > LONGEST_TITLE:
        what = f"the title {made!r} is too long."
        raise DragomanError(Problem(code="E304", what=what, hint="Choose a shorter --name."))
    return made


@dataclass(frozen=True)
class Item:
    """Something to push; it becomes a task.

    Attributes:
        document: the document.
        base: bytes of the file of labels.
        sides: labels; those without a name become the annotation, the others predictions.
            Without any, the document counts as annotated only after somebody submits it.
        notes: additional data that the task shows.
        point: the point of the document that it is about, or empty for the whole document.

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
        """Its subject: a document, or one of its points."""
        return self.data("").key


def new_task(item: Item, kind: str) -> dict[str, Any]:
    """Make a task to import, for a kind of file."""
    text = item.document.text
    task: dict[str, Any] = {"data": _about(item.document) | item.notes | msgspec.to_builtins(item.data(kind))}
    task["annotations"] = [{"result": encode(side.draft, text)} for side in item.sides if not side.name]
    task["predictions"] = [
        {"model_version": side.name, "result": encode(side.draft, text)} for side in item.sides if side.name
    ]
    return task


def _about(document: Document) -> dict[str, str]:
    """Describe a document with its two creation times and their evidence, which are needed to resolve
    relative dates.
    """
    external = f"from outside, {document.published_external_status or 'not checked'}: "
    times = {
        "published": (document.published, document.published_evidence or "on the page: no evidence given"),
        "published_external": (
            document.published_external,
            external + (document.published_external_evidence or "no evidence given"),
        ),
    }
    said = {
        name: f"{name}: {time or 'unknown'}" + (f" ({evidence})" if time else "")
        for name, (time, evidence) in times.items()
    }
    return {"headline": document.title or "(no title)", **said}


def parse_task(raw: dict[str, Any]) -> Task | Problem:
    """Parse a task of the server, or return the reason why it was not pushed."""
    number = raw["id"]
    try:
        data = msgspec.convert(raw.get("data"), TaskData)
        json_text.canonical(data)  # raises for lone surrogates
        same = files.sha256(data.base.encode()) == data.sha256
    except (msgspec.ValidationError, UnicodeEncodeError) as cause:
        return _foreign_task(number, f"its data are not those of a push: {cause}.")
    if not same:
        return _foreign_task(number, "its copy of the pushed file was changed.")
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
    """Return the id of a user, which some releases give as an object."""
    return _number(value.get("id") if isinstance(value, dict) else value)


def _foreign_task(number: int, why: str) -> Problem:
    hint = "Ignore it, or delete it on the server and push again."
    return Problem(code="E726", what=why, hint=hint, path=f"task {number}")


@dataclass
class Returned:
    """A document as it was pulled.

    Attributes:
        data: bytes of its file.
        read: the labels that were read, and the results that were not.
        before: the labels as pushed.
        rejected: problems of labels that the file cannot represent.

    """

    data: bytes
    read: Read
    before: Draft
    rejected: list[Problem]


def returned(task: Task, kind: Kind, document: Document) -> Returned:
    """Read a task and validate it against its document.

    Raises:
        DragomanError: E726 if the text differs from the document's, or the pushed labels cannot be read.

    """
    if task.data.text != document.text:
        problem = _foreign_task(task.number, f"its text differs from the local text of {document.id}.")
        raise DragomanError(problem)
    if not task.annotations and not task.predictions and task.base:
        raise DragomanError(_foreign_task(task.number, "its annotation was deleted or skipped."))
    try:
        before = kind.read(task.base, document, document.id)
    except DragomanError as cause:
        problem = _foreign_task(task.number, f"the pushed labels cannot be read: {cause.problems[0].what}")
        raise DragomanError(problem) from cause
    read = decode(task.results, document.text, before, kind.own)
    data, rejected = kind.returned(read.draft, task.base, document)
    if task.data.bare and task.annotations and not (data or read.aside or rejected):
        data = kind.write(read.draft, task.base, document)  # annotated as having no labels
    return Returned(data, read, before, rejected)


def aside_record(task: Task, aside: Aside) -> dict[str, Any]:
    """Convert results that were set aside to a record for their file."""
    return {
        "task": task.number,
        "document": task.data.document,
        "region": aside.region,
        "code": aside.code,
        "why": aside.why,
        "results": plain_json(aside.results),
    }
