"""State on the server: what each task says that it is, which annotation counts, and what became of its labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from dragoman import files
from dragoman.build.label_studio.drafts import Draft
from dragoman.build.label_studio.kinds import Kind
from dragoman.build.label_studio.reading import Aside, Read, decode
from dragoman.build.label_studio.regions import encode
from dragoman.problems import DragomanError, Problem
from dragoman.schema.records import Document

PREFIX = "Dragoman"
LONGEST_TITLE = 50
"""Longest title of a project, in characters, by Label Studio's own rule."""


class TaskData(msgspec.Struct):
    """Data of a task of ours: what it was made from, and the bytes of that as text."""

    text: str
    document: str
    kind: str
    base: str
    sha256: str


@dataclass(frozen=True)
class Side:
    """Labels of one origin that are pushed: those to be edited, or a named suggestion."""

    draft: Draft
    name: str = ""


@dataclass
class Task:
    """A task as it is on the server.

    Attributes:
        number: its id there.
        data: what it says of itself.
        results: of the annotation that counts: the newest that was not skipped, else what was suggested.
        annotated: whether anybody, or the push, gave an annotation.
        annotations: how many there are.
        suggested: whether there is a prediction.

    """

    number: int
    data: TaskData
    results: Any
    annotated: bool
    annotations: int
    suggested: bool

    @property
    def base(self) -> bytes:
        """The file's bytes as they were pushed; none for a document without labels."""
        return self.data.base.encode()


def title(kind: str, language: str) -> str:
    """Title of the project of a kind of files and a language, as ``Dragoman gold (ko)``.

    Raises:
        DragomanError: E304 when it is longer than Label Studio takes.

    """
    made = f"{PREFIX} {kind} ({language.partition('-')[0]})"
    if len(made) > LONGEST_TITLE:
        what = f"{made!r} is too long a title."
        raise DragomanError(Problem(code="E304", what=what, mend="Choose a shorter --name."))
    return made


def new_task(document: Document, kind: str, base: bytes, sides: list[Side], notes: dict[str, Any]) -> dict[str, Any]:
    """Make a task to import.

    Args:
        document: the document.
        kind: name of the kind of file.
        base: the file's bytes.
        sides: labels; one without a name becomes the annotation, others become predictions.
        notes: further data that the task shows.

    """
    data = TaskData(document.text, document.id, kind, base.decode(), files.sha256(base))
    task: dict[str, Any] = {"data": notes | msgspec.to_builtins(data)}
    task["annotations"] = [{"result": encode(side.draft, document.text)} for side in sides if not side.name]
    task["predictions"] = [
        {"model_version": side.name, "result": encode(side.draft, document.text)} for side in sides if side.name
    ]
    return task


def understood(raw: dict[str, Any]) -> Task | Problem:
    """Read a task of the server, or say why it is none of ours."""
    number = raw["id"]
    try:
        data = msgspec.convert(raw.get("data"), TaskData)
    except msgspec.ValidationError as cause:
        return _stranger(number, f"its data is not that of a push: {cause}.")
    if files.sha256(data.base.encode()) != data.sha256:
        return _stranger(number, "what it holds of the pushed file was changed.")
    given = [a for a in raw.get("annotations") or () if isinstance(a, dict) and not a.get("was_cancelled")]
    given.sort(key=lambda a: (str(a.get("updated_at") or a.get("created_at") or ""), str(a.get("id"))))
    suggested = [p for p in raw.get("predictions") or () if isinstance(p, dict)]
    chosen = given[-1] if given else suggested[0] if suggested else {}
    return Task(number, data, chosen.get("result", []), bool(given), len(given), bool(suggested))


def _stranger(number: int, why: str) -> Problem:
    mend = "Leave it, or delete it on the server and push again."
    return Problem(code="E726", what=why, mend=mend, path=f"task {number}")


@dataclass
class Returned:
    """A document as it came back.

    Attributes:
        data: bytes of its file.
        read: the labels that were read, and the results that were not.
        before: the labels as pushed.
        lacking: problems of labels that the file cannot take.

    """

    data: bytes
    read: Read
    before: Draft
    lacking: list[Problem]


def returned(task: Task, kind: Kind, document: Document) -> Returned:
    """Read a task against its document.

    Raises:
        DragomanError: E726 when the text is another than the document's, or what was pushed cannot be read.

    """
    if task.data.text != document.text:
        problem = _stranger(task.number, f"its text is not that of {document.id} here.")
        raise DragomanError(problem)
    if not task.annotated and not task.suggested and task.base:
        raise DragomanError(_stranger(task.number, "its annotation was deleted or skipped."))
    try:
        before = kind.read(task.base, document, document.id)
    except DragomanError as cause:
        problem = _stranger(task.number, f"what was pushed cannot be read: {cause.problems[0].what}")
        raise DragomanError(problem) from cause
    read = decode(task.results, document.text, before)
    data, lacking = kind.returned(read.draft, task.base, document)
    return Returned(data, read, before, lacking)


def aside_record(task: Task, aside: Aside) -> dict[str, Any]:
    """Put what was set aside in a form for its file."""
    return {
        "task": task.number,
        "document": task.data.document,
        "region": aside.region,
        "code": aside.code,
        "why": aside.why,
        "results": aside.results,
    }
