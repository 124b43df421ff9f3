"""Push and pull of labels to and from a server, idempotent and safe to interrupt.

No state is stored locally. Each task contains the bytes of the file that it was made from, so that local and remote
changes can be distinguished at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dragoman import files, json_text
from dragoman.authoring.label_studio.annotation_choice import Annotators
from dragoman.authoring.label_studio.client import Server
from dragoman.authoring.label_studio.config_fit import unfit
from dragoman.authoring.label_studio.file_kinds import Kind
from dragoman.authoring.label_studio.label_changes import Change, difference
from dragoman.authoring.label_studio.state import Item, Task, aside_record, new_task, parse_task, returned, title
from dragoman.languages import short_tag
from dragoman.problems import DragomanError, Problem
from dragoman.redaction import plain_json
from dragoman.schema.records import Document

BATCH = 5
"""Tasks per import."""
TRIES = 3
"""Maximum attempts of an import; before each retry, the tasks on the server are fetched."""

Progress = Callable[[Sequence[Any], str], Iterator[Any]]
Config = Callable[[str, str], str]


@dataclass
class Outcome:
    """What a push or pull did, by the subject of each task, and its problems."""

    done: dict[str, list[str]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    aside: list[dict[str, Any]] = field(default_factory=list)
    aside_file: Path | None = None
    problems: list[Problem] = field(default_factory=list)

    def note(self, what: str, key: str) -> None:
        """Record what was done with a document, or one of its points."""
        self.done.setdefault(what, []).append(key)


def pushed_tasks(server: Server, project: int, outcome: Outcome, name: str) -> dict[str, list[Task]]:
    """Return the pushed tasks of a project by their subject; other tasks are reported as problems."""
    tasks: dict[str, list[Task]] = {}
    problems = []
    for raw in server.tasks(project):
        task = parse_task(raw)
        if isinstance(task, Problem):
            problems.append(task)
        elif task.data.kind == name:
            tasks.setdefault(task.data.key, []).append(task)
    outcome.problems += [p for p in problems if p not in outcome.problems]
    return tasks


def by_language(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Group items by the language of their documents."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(short_tag(item.document.language), []).append(item)
    return groups


def server_bytes(task: Task, kind: Kind, document: Document) -> bytes | None:
    """Return a document's file as the server has it; None if results there would be lost or are unreadable."""
    if task.data.point:  # a decided point counts as changed
        return None if task.annotations else task.base
    try:
        came = returned(task, kind, document)
    except DragomanError:
        return None
    return None if came.read.aside or came.rejected or len(task.annotations) > 1 else came.data


def edited_there(task: Task, kind: Kind, document: Document) -> bool:
    """Tell whether a task differs from what was pushed; also true if it cannot be read."""
    return server_bytes(task, kind, document) != task.base


def push(
    server: Server, kind: Kind, items: Sequence[Item], *, config: Config, progress: Progress, force: bool = False
) -> Outcome:
    """Import documents that are missing on the server, one project per language.

    A document with local changes only is imported again; with changes on both sides, the task is kept and E725 is
    reported, unless ``force``: then the task is deleted, and the changes on the server are lost.

    Args:
        server: the server to push to.
        kind: kind of the items' files.
        items: what to push.
        config: makes the labelling configuration for a language and a text in it.
        progress: wraps iterables to show progress.
        force: replace tasks that were changed on both sides.

    Raises:
        DragomanError: E720 to E728 from the server; E724 if the project's configuration lacks labels that would be
            pushed.

    """
    outcome = Outcome()
    for language, group in by_language(items).items():
        name = title(kind.name, language)
        project = server.project(name)
        if project is None:
            texts = "\n".join(item.document.text for item in group)
            project = server.create_project(
                name, config(language, texts), f"{kind.name}, {language}: made by dragoman author annotate"
            )
        page = server.labelling_config(project)
        present = pushed_tasks(server, project, outcome, kind.name)
        waiting, stale = [], []
        for item in group:
            verdict, old = judge(item, present.get(item.key, []), kind, force=force)
            outcome.note(verdict, item.key)
            stale += old
            if verdict in {"imported", "replaced"}:
                waiting.append(item)
            if verdict == "conflict":
                what = f"{item.key} was changed here and on the server since it was pushed."
                hint = "Pull first, or push with --force to discard the changes on the server."
                outcome.problems.append(Problem(code="E725", what=what, hint=hint, path=item.document.id))
        # Validate against the server's configuration, which may have been changed there.
        problems = unfit(page, [new_task(i, kind.name) for i in waiting])
        if problems:
            raise DragomanError(problems)
        batches = [waiting[at : at + BATCH] for at in range(0, len(waiting), BATCH)]
        for batch in progress(batches, name):
            import_batch(server, project, batch, kind)
        # Import before deleting: if killed in between, the next run finds both and deletes the old ones.
        for number in stale:
            server.delete_task(number)
    return outcome


def judge(item: Item, tasks: list[Task], kind: Kind, *, force: bool) -> tuple[str, list[int]]:
    """Decide what to do with a document, and which of its tasks to delete afterwards."""
    digest = files.sha256(item.base)
    same = [
        task
        for task in tasks
        if task.data.text == item.document.text
        and (task.data.sha256 == digest or server_bytes(task, kind, item.document) == item.base)
    ]
    other = [task for task in tasks if task not in same]
    edited = [task for task in other if edited_there(task, kind, item.document)]
    if edited and not force:
        return "conflict", []
    gone = [task.number for task in other]
    if not same:
        return ("replaced" if tasks else "imported"), gone
    # Duplicates remain from imports whose response was lost: keep those that were edited.
    worked = [task for task in same if edited_there(task, kind, item.document)] or same[:1]
    return "unchanged", gone + [task.number for task in same if task not in worked]


def import_batch(server: Server, project: int, batch: Sequence[Item], kind: Kind) -> None:
    """Import some tasks; after a failure, fetch those that arrived and send the others.

    Raises:
        DragomanError: E720 after repeated failures, or any error of the server.

    """
    missing = list(batch)
    for attempt in range(1, TRIES + 1):
        tasks = [new_task(i, kind.name) for i in missing]
        try:
            server.import_tasks(project, tasks)
        except DragomanError as cause:
            if cause.problems[0].code != "E720" or attempt == TRIES:
                raise
        else:
            return
        present = pushed_tasks(server, project, Outcome(), kind.name)
        missing = [
            item
            for item in missing
            if files.sha256(item.base) not in {t.data.sha256 for t in present.get(item.key, [])}
        ]
        if not missing:
            return


def pull(
    server: Server,
    kind: Kind,
    documents: Mapping[str, Document],
    out: Path,
    *,
    progress: Progress,
    force: bool = False,
    annotator: str | None = None,
) -> Outcome:
    """Fetch annotations into files below ``out``, and report the changes.

    Files are written atomically; temporary files of a killed pull are removed. A file with local changes only is kept;
    with changes on both sides it is kept and E725 is reported, unless ``force``. Unreadable results are written to
    :func:`aside_path`.

    Args:
        server: the server to fetch from.
        kind: kind of the files.
        documents: the corpus, by id.
        out: root of the files; the corpus' own root to change them in place.
        progress: wraps iterables to show progress.
        force: overwrite files that were changed on both sides.
        annotator: email address of the annotator whose annotations are fetched; None for the newest of each task, with
            W720 if there are several.

    Raises:
        DragomanError: E727 if nothing was pushed, E730 for an unknown annotator, E108 if a file cannot be written or
            the folder is locked, or any error of the server.

    """
    outcome = Outcome()
    annotators = Annotators(server, annotator)
    path = aside_path(out, kind)
    files.remove_parts(path.parent)
    fetched = fetch_tasks(server, kind, documents, outcome)
    with files.writing_into(out / kind.folder):
        _take(fetched, kind, documents, out, outcome, annotators, progress, force=force)
        if outcome.aside:
            outcome.aside_file = path
            files.write(path, json_text.pretty(outcome.aside))
        else:
            path.unlink(missing_ok=True)
    return outcome


def _take(
    fetched: Mapping[str, dict[str, list[Task]]],
    kind: Kind,
    documents: Mapping[str, Document],
    out: Path,
    outcome: Outcome,
    annotators: Annotators,
    progress: Progress,
    *,
    force: bool,
) -> None:
    """Write the documents of all projects."""
    for name, tasks in fetched.items():
        for document, task, several in annotators.counting(progress(newest_tasks(tasks), name)):
            outcome.problems += several
            if task is None:
                outcome.note("not annotated", document)
                continue
            if document not in documents:
                what = f"there is no local document {document!r}."
                outcome.problems.append(Problem(code="E726", what=what, path=f"task {task.number}"))
                continue
            pull_document(task, kind, documents[document], out, outcome, force=force)


def fetch_tasks(
    server: Server, kind: Kind, documents: Mapping[str, Document], outcome: Outcome
) -> dict[str, dict[str, list[Task]]]:
    """Return the tasks of a kind by project title.

    Raises:
        DragomanError: E727 if nothing was pushed.

    """
    titles = {title(kind.name, d.language) for d in documents.values()}
    projects = {
        p["title"]: p["id"] for p in sorted(server.projects(), key=lambda p: -p["id"]) if p.get("title") in titles
    }
    if not projects:
        what = f"the server has no project of {kind.name}."
        raise DragomanError(
            Problem(code="E727", what=what, hint=f"Push it first: dragoman author annotate {kind.command}.")
        )
    return {name: pushed_tasks(server, projects[name], outcome, kind.name) for name in sorted(projects)}


def newest_tasks(tasks: Mapping[str, list[Task]]) -> list[tuple[str, Task]]:
    """Return the task of each document to use: the last one."""
    return [(document, max(tasks[document], key=lambda t: t.number)) for document in sorted(tasks)]


def aside_path(out: Path, kind: Kind) -> Path:
    """Return the path of the file for results that could not be read."""
    return out / "annotations" / "label_studio" / f"aside-{kind.name.replace(' ', '-')}.json"


def pull_document(task: Task, kind: Kind, document: Document, out: Path, outcome: Outcome, *, force: bool) -> None:
    """Write one document as pulled, unless that would overwrite local changes."""
    try:
        came = returned(task, kind, document)
    except DragomanError as cause:
        outcome.problems += cause.problems
        return
    outcome.changes += difference(document.id, came.before, came.read.draft)
    for aside in came.read.aside:
        outcome.aside.append(aside_record(task, aside))
        where = f"task {task.number}, region {aside.region}"
        outcome.problems.append(Problem(code=aside.code, what=aside.why, file=document.id, path=where))
    for problem in came.rejected:
        record = {"task": task.number, "document": document.id, "region": problem.path, "code": problem.code}
        outcome.aside.append(record | {"why": problem.what, "results": plain_json(task.results)})
        outcome.problems.append(problem)
    path = kind.path(out, document.id)
    local = files.read_bytes(path) if path.is_file() else None
    if came.data == local or (local is None and not came.data):
        outcome.note("not annotated" if task.waits and local is None else "unchanged", document.id)
    elif local is None or local == task.base or (force and came.data):
        files.write(path, came.data)
        outcome.note("written", document.id)
    elif came.data == task.base:
        outcome.note("changed here only", document.id)
    else:
        outcome.note("conflict", document.id)
        hint = "Pull to another --out and compare, or --force to overwrite the file here."
        what = f"{document.id} was changed here and on the server since it was pushed."
        outcome.problems.append(Problem(code="E725", what=what, hint=hint, file=str(path)))


def status(
    server: Server, kind: Kind, documents: Mapping[str, Document], root: Path, *, annotator: str | None = None
) -> Outcome:
    """Report changes since the push, without writing: local, on the server, or on both sides."""
    outcome = Outcome()
    annotators = Annotators(server, annotator)
    for tasks in fetch_tasks(server, kind, documents, outcome).values():
        newest = newest_tasks(tasks)
        if drafts := [name for name, of in newest if of.drafts]:
            outcome.done.setdefault("draft not submitted", []).extend(drafts)
        for document, task, several in annotators.counting(newest):
            outcome.problems += several
            if task is None:
                outcome.note("not annotated", document)
                continue
            if task.seen:
                outcome.note("with labels marked as seen", f"{document}: {task.seen}")
            if task.data.point:
                outcome.note("decided" if task.annotations else "undecided", document)
                continue
            if document not in documents:
                outcome.note("not in the corpus", document)
                continue
            path = kind.path(root, document)
            local = files.read_bytes(path) if path.is_file() else task.base
            now = server_bytes(task, kind, documents[document])
            here, there = local not in (task.base, now), now not in (task.base, local)
            unlabelled = task.waits and local == task.base
            outcome.note(
                {
                    (False, False): "not annotated" if unlabelled else "in step",
                    (True, False): "changed here",
                    (False, True): "changed on the server",
                }.get((here, there), "changed on both sides"),
                document,
            )
    return outcome
