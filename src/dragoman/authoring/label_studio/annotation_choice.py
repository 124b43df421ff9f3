"""Whose annotation of a task counts: the newest, or that of an annotator who was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dragoman.authoring.label_studio.client import Server
from dragoman.authoring.label_studio.state import Annotation, Task
from dragoman.problems import DragomanError, Problem, error
from dragoman.text import visible


class Annotators:
    """The users of a server, asked for only when somebody has to be named.

    Args:
        server: the server.
        wanted: mail address of the one whose annotations count; by default whoever gave the newest.

    Raises:
        DragomanError: E730 when the server knows nobody of that address, or as the server says.

    """

    def __init__(self, server: Server, wanted: str | None = None) -> None:
        self._server = server
        self._known: dict[int, str] | None = None
        self.wanted = wanted
        self._number: int | None = None
        if wanted is not None:
            numbers = [number for number, mail in server.users().items() if mail.casefold() == wanted.casefold()]
            if not numbers:
                hint = "Write the address with which the annotator logs in."
                raise error("E730", f"the server has no annotator {visible(wanted)!r}.", hint)
            self._number = numbers[0]

    def name(self, annotation: Annotation) -> str:
        """Mail address of whoever gave an annotation; the user's number where the server does not tell."""
        if self._known is None:
            try:
                self._known = self._server.users()
            except DragomanError:  # a warning is worth a number, and no failure
                self._known = {}
        return (
            visible(self._known.get(annotation.by, f"user {annotation.by}"))
            if annotation.by is not None
            else "somebody"
        )

    def counting(self, tasks: Iterable[tuple[str, Task]]) -> Iterator[tuple[str, Task | None, list[Problem]]]:
        """Go through tasks with the annotation that counts.

        Returns:
            Document, the task with the annotations from which the last counts (None where the wanted annotator gave
            none), and W720 where there are several.

        """
        for document, task in tasks:
            counted = task
            if self.wanted is not None:
                counted = replace(task, annotations=tuple(g for g in task.annotations if g.by == self._number))
                if not counted.annotations:
                    yield document, None, []
                    continue
            yield document, counted, [self.several(document, counted)] if len(counted.annotations) > 1 else []

    def several(self, document: str, task: Task) -> Problem:
        """Say that a task has several annotations, and which one counts."""
        *others, last = task.annotations
        names = ", ".join(dict.fromkeys(self.name(annotation) for annotation in others))
        what = (
            f"{len(task.annotations)} annotations: annotation {last.number} of {self.name(last)}, the newest, counts; "
            f"older ones by {names} do not."
        )
        hint = "Choose an annotator's with --annotator, or delete the others on the server."
        return Problem(code="W720", what=what, hint=hint, file=document, path=f"task {task.number}")
