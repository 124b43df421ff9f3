"""A spaCy pipeline as a system: ``spacy:NAME`` or ``spacy:FOLDER``; its ``doc.ents`` are the entities."""

from __future__ import annotations

from dragoman.problems import error
from dragoman.redaction import redact
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems.label_mapping import TypeMap
from dragoman.systems.protocol import Options, Reply, System, seen
from dragoman.systems.provenance import of_model


def load(rest: str, options: Options) -> System:
    """Load an installed pipeline or one in a folder; nothing is downloaded.

    Raises:
        DragomanError: E801 if spaCy is not installed or the pipeline cannot be loaded, E501 for a map to a type that
            the benchmark does not have.

    """
    types = TypeMap.of(options.benchmark, options.label_map)
    try:
        import spacy  # noqa: PLC0415 - an extra
    except ImportError as cause:
        raise error("E801", "spaCy is not installed.", "Install dragoman[spacy].") from cause
    try:
        pipeline = spacy.load(rest)
    except Exception as cause:  # loading may raise anything, depending on the folder
        hint = "Give the name of an installed pipeline or the folder of a saved one."
        raise error(
            "E801", f"the pipeline {rest[:200]!r} cannot be loaded: {redact(str(cause))[:500]}", hint
        ) from cause

    def predict(document: Document) -> Reply:
        entities = pipeline(document.text).ents
        return types.reply((span.start_char, span.end_char, span.label_) for span in entities)

    card = options.card or SystemCard(name=f"spacy:{rest}"[-120:], layers=["entities"])
    code = types.in_code(of_model(rest, pipeline.path, ("spacy",)))
    return System(predict, card, code=code, given=seen)
