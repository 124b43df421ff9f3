"""A small spaCy tagger, trained from nothing on the few documents of ``dev``: what a flat tagger learns from so little.

Each character is a token, so that names inside Korean and Arabic words can be found; of nested entities the outermost
is learned, since a flat tagger knows no others. There are no pretrained vectors. It is trained when the first document
comes, always in the same way (one seed, one thread), and nothing is saved. Documents of ``dev`` are left out: it has
seen their labels.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import dragoman
from dragoman.schema.records import Document

SEED = 1
EPOCHS = 40
_WIDTH, _DEPTH, _WINDOW = 64, 4, 2
_DROPOUT = 0.1


class Characters:
    """Tokenizer that makes each character a token; spaces between words are tokens too."""

    def __init__(self, vocab: Any) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Any:
        """Cut a text into characters."""
        from spacy.tokens import Doc  # noqa: PLC0415 - an extra, loaded when it is first needed

        return Doc(self.vocab, words=list(text), spaces=[False] * len(text))

    def to_bytes(self, **_: Any) -> bytes:
        """Give its state, of which there is none."""
        return b""

    def from_bytes(self, _data: bytes, **__: Any) -> Characters:
        """Take its state, of which there is none."""
        return self


def outermost(document: Document) -> list[tuple[int, int, str]]:
    """Spans that no other one holds or crosses, the longest first where they do; in the order of the text."""
    chosen: list[tuple[int, int, str]] = []
    for entity in sorted(document.entities, key=lambda e: (e.start - e.end, e.start, e.type)):
        if all(entity.end <= start or end <= entity.start for start, end, _ in chosen):
            chosen.append((entity.start, entity.end, entity.type))
    return sorted(chosen)


@cache
def _seen() -> frozenset[str]:
    return frozenset(document.id for document in dragoman.load().split("dev"))


@cache
def trained() -> Any:
    """Train the pipeline on dev."""
    import spacy  # noqa: PLC0415 - an extra, loaded when it is first needed
    from spacy.training import Example  # noqa: PLC0415

    spacy.util.fix_random_seed(SEED)
    pipeline = spacy.blank("xx")
    pipeline.tokenizer = Characters(pipeline.vocab)
    embed = {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": _WIDTH, "depth": _DEPTH}
    embed |= {"embed_size": 2000, "window_size": _WINDOW, "maxout_pieces": 2, "subword_features": False}
    model = {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "hidden_width": 64}
    model |= {"extra_state_tokens": False, "maxout_pieces": 2, "use_upper": True, "nO": None, "tok2vec": embed}
    pipeline.add_pipe("ner", config={"model": model})
    examples = [
        Example.from_dict(pipeline.make_doc(document.text), {"entities": outermost(document)})
        for document in dragoman.load().split("dev")
    ]
    optimizer = pipeline.initialize(lambda: examples)
    for _ in range(EPOCHS):
        for example in examples:
            pipeline.update([example], sgd=optimizer, drop=_DROPOUT)
    return pipeline


def predict(document: Document) -> dict[str, Any] | None:
    """Label the entities of a document that is not of dev."""
    if document.id in _seen():
        return None
    found = trained()(document.text).ents
    return {"entities": [{"start": e.start_char, "end": e.end_char, "type": e.label_, "form": "NAM"} for e in found]}
