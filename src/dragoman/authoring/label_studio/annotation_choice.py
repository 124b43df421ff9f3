"""Choice of a task's annotation: the newest, or that of a given annotator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dragoman.authoring.label_studio.client import Server
from dragoman.authoring.label_studio.state import Annotation, Task
from dragoman.problems import DragomanError, Problem, error
from dragoman.text import visible


class Annotators:
    """The users of a server, fetched only when a name is needed.

    Args:
        server: the server.
        wanted: email address of the annotator whose annotations are taken; None for the newest annotation.

    Raises:
        DragomanError: E730 if the server has no user with that address, or any error of the server.

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
        """Return the email address of an annotation's author; the user's number if the server does not tell."""
        if self._known is None:
            try:
                self._known = self._server.users()
            except DragomanError:  # the name is only used in a warning
                self._known = {}
        return (
            visible(self._known.get(annotation.by, f"user {annotation.by}"))
            if annotation.by is not None
            else "somebody"
        )

    def counting(self, tasks: Iterable[tuple[str, Task]]) -> Iterator[tuple[str, Task | None, list[Problem]]]:
        """Iterate over tasks with the annotation that is taken.

        Returns:
            Document, the task with its annotations, of which the last is taken (None if the wanted annotator has none),
            and W720 if there are several.

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
        """Report that a task has several annotations, and which one is taken."""
        *others, last = task.annotations
        names = ", ".join(dict.fromkeys(self.name(annotation) for annotation in others))
        what = (
            f"{len(task.annotations)} annotations: annotation {last.number} of {self.name(last)}, the newest, counts; "
            f"older ones by {names} do not."
        )
        hint = "Choose an annotator's with --annotator, or delete the others on the server."
        return Problem(code="W720", what=what, hint=hint, file=document, path=f"task {task.number}")
