"""Adapters for tokenizers of other libraries: from a text to the offsets of its tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from dragoman.formats.tokens import Token
from dragoman.problems import error
from dragoman.redirects import staying_on_the_hub

Cut = Callable[[str], list[Token]]
"""Tokenises a text: offsets in code points, half-open, sorted, without overlap."""


def cutter(tokenizer: Any) -> Cut:
    """Adapt a tokenizer of any supported library.

    Args:
        tokenizer: a fast tokenizer of ``transformers``; a ``tokenizers.Tokenizer``; a pipeline of spaCy; a function
            from a text to pairs of offsets; or the name of a tokenizer that ``transformers`` loads (extra ``hf``).

    Special tokens, which have no characters, are left out; white space is stripped from tokens; and tokens that share a
    character (byte-level tokens) are merged.

    Raises:
        DragomanError: E209 for any other object, or if the name cannot be loaded.

    """
    if isinstance(tokenizer, str | Path):
        tokenizer = _loaded(str(tokenizer))
    if not callable(tokenizer) and not hasattr(tokenizer, "encode"):
        hint = "Give a tokenizer of transformers, tokenizers or spaCy, or a function from a text to pairs of offsets."
        raise error("E209", f"a {type(tokenizer).__name__} is no tokenizer.", hint)

    def cut(text: str) -> list[Token]:
        try:
            spans = [(int(start), int(end)) for start, end in _offsets(tokenizer, text)]
        except (TypeError, ValueError, AttributeError, NotImplementedError) as cause:
            what = f"the tokenizer gives no offsets: {type(cause).__name__}: {str(cause)[:200]}."
            raise error(
                "E209", what, "Give a fast tokenizer, or a function from a text to pairs of offsets."
            ) from cause
        return _plain(text, spans)

    return cut


def _loaded(name: str) -> Any:
    try:
        from transformers import AutoTokenizer  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415 - extra
    except ImportError as cause:
        raise error("E209", "transformers is not installed.", "Install dragoman[hf].") from cause
    try:
        with staying_on_the_hub():
            return AutoTokenizer.from_pretrained(name, use_fast=True)
    except Exception as cause:  # transformers raises many kinds of errors for unknown files or failed downloads
        what = f"the tokenizer {name[:200]!r} cannot be loaded: {str(cause).splitlines()[0][:200]}."
        raise error("E209", what, "Give the folder of a fast tokenizer, or its name on the Hub.") from cause


def _offsets(tokenizer: Any, text: str) -> Iterable[Any]:
    if hasattr(tokenizer, "is_fast"):  # transformers
        return tokenizer(text, return_offsets_mapping=True, add_special_tokens=False, verbose=False)["offset_mapping"]  # type: ignore[no-any-return]
    if hasattr(tokenizer, "encode") and hasattr(tokenizer, "get_vocab_size"):  # tokenizers
        return tokenizer.encode(text, add_special_tokens=False).offsets  # type: ignore[no-any-return]
    if hasattr(tokenizer, "make_doc"):  # spaCy
        return [(token.idx, token.idx + len(token)) for token in tokenizer.make_doc(text)]
    return tokenizer(text)  # type: ignore[no-any-return]


def _plain(text: str, spans: Iterable[Token]) -> list[Token]:
    made: list[Token] = []
    for low, high in spans:
        inner = text[low:high]
        start = low + len(inner) - len(inner.lstrip())
        end = start + len(inner.strip())
        if start >= end:
            continue
        if not 0 <= start < end <= len(text) or (made and start < made[-1][0]):
            raise error("E209", f"the tokenizer gives {low} to {high}, out of order or beyond the text.", "")
        if made and start < made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made
