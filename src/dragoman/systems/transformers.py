"""A Hugging Face token-classification model as a system: ``hf:MODEL`` or ``hf:FOLDER``.

Code in a model's repository is never run, and weights are read as safetensors only. Long texts are read in overlapping
windows if the tokenizer is a fast one.
"""

from __future__ import annotations

import threading
from pathlib import Path

from dragoman.problems import error
from dragoman.redaction import redact
from dragoman.redirects import staying_on_the_hub
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems.label_mapping import TypeMap
from dragoman.systems.protocol import Options, Reply, System, seen
from dragoman.systems.provenance import of_model

OVERLAP = 64
"""Maximum number of tokens shared by consecutive windows of a long text."""


def load(rest: str, options: Options) -> System:
    """Load a model from a folder or the Hub's cache, or from the Hub if it is reachable.

    Raises:
        DragomanError: E801 if transformers or torch is not installed or the model cannot be loaded, E501 for a map to a
            type that the benchmark does not have.

    """
    types = TypeMap.of(options.benchmark, options.label_map)
    try:
        import torch  # noqa: F401, PLC0415 - extras; without it the pipeline fails with another message
        from transformers import (  # noqa: PLC0415
            AutoModelForTokenClassification,
            AutoTokenizer,
            TokenClassificationPipeline,
        )
    except ImportError as cause:
        raise error("E801", f"{cause.name} is not installed.", "Install dragoman[hf] and torch.") from cause
    try:
        with staying_on_the_hub():
            tokenizer = AutoTokenizer.from_pretrained(rest, trust_remote_code=False)
            model = AutoModelForTokenClassification.from_pretrained(rest, trust_remote_code=False, use_safetensors=True)
    except Exception as cause:  # loading may raise anything, depending on the folder
        hint = "Give a token-classification model with safetensors and without code of its own."
        raise error("E801", f"the model {rest[:200]!r} cannot be loaded: {redact(str(cause))[:500]}", hint) from cause
    longest = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", 512))
    tokenizer.model_max_length = longest
    windows = {"stride": min(OVERLAP, longest // 4)} if tokenizer.is_fast else {}
    pipeline = TokenClassificationPipeline(
        model=model, tokenizer=tokenizer, device="cpu", aggregation_strategy="simple", **windows
    )
    lock = threading.Lock()  # pipelines are not thread-safe

    def predict(document: Document) -> Reply:
        with lock:
            spans = pipeline(document.text)
        return types.reply((int(each["start"]), int(each["end"]), str(each["entity_group"])) for each in spans)

    card = options.card or SystemCard(name=f"hf:{rest}"[-120:], layers=["entities"])
    code = of_model(rest, Path(rest), ("transformers", "torch"), getattr(model.config, "_commit_hash", None))
    return System(predict, card, code=types.in_code(code), given=seen)
