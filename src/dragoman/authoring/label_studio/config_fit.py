"""Check that the labels of tasks are valid in the labelling configuration of a project, by Label Studio's own
validator.
"""

from __future__ import annotations

from typing import Any

from dragoman.problems import Problem, error

MAX_SHOWN = 300
"""Characters of a validation error that are shown."""


def unfit(config: str, tasks: list[dict[str, Any]]) -> list[Problem]:
    """Validate tasks against a labelling configuration: the server itself accepts labels that its page does not have.

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
    except Exception as cause:  # the project's settings may contain anything
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
