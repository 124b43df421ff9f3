"""Whether the labels of tasks fit the labelling page of a project, by Label Studio's own judgement."""

from __future__ import annotations

from typing import Any

from dragoman.problems import Problem, error

MAX_SHOWN = 300
"""Characters of a complaint that are shown."""


def unfit(config: str, tasks: list[dict[str, Any]]) -> list[Problem]:
    """Compare tasks with a labelling configuration: the server itself takes labels that its page does not have.

    Args:
        config: the project's configuration, as XML.
        tasks: tasks as they are imported.

    Returns:
        E724 for each task with a region that the page does not offer.

    Raises:
        DragomanError: E728 when the configuration cannot be read, E722 without label-studio-sdk.

    """
    try:
        from label_studio_sdk.label_interface.interface import LabelInterface  # noqa: PLC0415 - an extra
    except ImportError as cause:
        raise error("E722", "label-studio-sdk is not installed.", "Install dragoman[annotate].") from cause
    try:
        page: Any = LabelInterface(config)
    except Exception as cause:  # whatever somebody wrote into the project's settings
        what = f"the project's labelling configuration cannot be read: {str(cause)[:MAX_SHOWN]}"
        raise error("E728", what, "Give the project the file that dragoman author annotate config writes.") from cause
    problems = []
    for task in tasks:
        for side in (*task["annotations"], *task["predictions"]):
            complaints = page.validate_prediction({"model_version": "-", "result": side["result"]}, return_errors=True)
            if complaints:
                problems.append(_problem(str(task["data"]["document"]), complaints))
    return problems


def _problem(document: str, complaints: list[str]) -> Problem:
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return Problem(
        code="E724",
        what=f"{document}: the project's page does not offer what is pushed: {complaints[0][:MAX_SHOWN]}{more}.",
        hint="Give the project the file that dragoman author annotate config writes, in its settings.",
        path=document,
    )
