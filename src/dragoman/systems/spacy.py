"""A spaCy pipeline as a system: ``spacy:NAME`` or ``spacy:FOLDER``; its ``doc.ents`` are the entities."""

from __future__ import annotations

from typing import Any

from dragoman.problems import error
from dragoman.redaction import redact
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems.label_mapping import entity
from dragoman.systems.protocol import Options, System, seen
from dragoman.systems.provenance import of_model


def load(rest: str, options: Options) -> System:
    """Load a pipeline that is installed or lies in a folder; nothing is downloaded.

    Raises:
        DragomanError: E801 when spaCy is not installed or the pipeline cannot be loaded.

    """
    try:
        import spacy  # noqa: PLC0415 - an extra
    except ImportError as cause:
        raise error("E801", "spaCy is not installed.", "Install dragoman[spacy].") from cause
    try:
        pipeline = spacy.load(rest)
    except Exception as cause:  # whatever lies in the folder
        hint = "Give the name of an installed pipeline or the folder of a saved one."
        raise error(
            "E801", f"the pipeline {rest[:200]!r} cannot be loaded: {redact(str(cause))[:500]}", hint
        ) from cause

    def predict(document: Document) -> dict[str, Any]:
        entities = pipeline(document.text).ents
        made = [entity(span.start_char, span.end_char, span.label_) for span in entities]
        return {"entities": [each for each in made if each is not None]}

    card = options.card or SystemCard(name=f"spacy:{rest}"[-120:], layers=["entities"])
    code = of_model(rest, pipeline.path, ("spacy",))
    return System(predict, card, code=code, given=seen)
