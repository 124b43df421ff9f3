"""Edits: their description, and their syntax on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from dragoman.problems import error
from dragoman.robustness import readers

if TYPE_CHECKING:
    from dragoman.checks import Level
    from dragoman.robustness.draft import Draft

Kind = Literal["text", "dates", "names", "page", "claims"]
Expectation = Literal["invariance", "direction"]
Options = Mapping[str, int]
Row = dict[str, Any]
"""A document with its labels as plain values, in the form of a row of the data set or of a line of a submission."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A rule that edits the text of a document, with its labels adjusted.

    The two expectations are those of CheckList (Ribeiro et al. 2020): under an *invariance* labels are unchanged, so
    that scores should not change; under a *direction* values of labels change with the text, and so should a system's.

    Attributes:
        name: its name, lower case with hyphens.
        kind: what it edits.
        summary: what it does, one sentence.
        source: source of the rule: a standard, a paper, a practice.
        expect: ``invariance`` or ``direction``, as above.
        change: edits one document by calling the methods of its draft.
        languages: tags of the supported languages; empty for any.
        rate: default share of the places that are edited, in (0, 1].
        options: integer options with their defaults.
        prepare: called with all documents first, which it may iterate several times; its result is ``draft.plan`` in
            ``change``. None if documents are edited independently. Whatever it retains of the documents takes memory.
        rewrites_names: whether names of the registry that no mention has are rewritten, too, like texts.
        forgets_names: whether names that no mention has any longer are removed from the registry.
        page_text: edits a line of a page that is in no document's text, such as a date line.
        text_form: Unicode form of the edited texts; ``as-is`` if it is that of the original.
        lifts: levels of checking that edited texts do not pass by design, each with the reason.
        needs: package of an extra that it requires; empty for none.

    """

    name: str
    kind: Kind
    summary: str
    source: str
    expect: Expectation
    change: Callable[[Draft], None]
    languages: tuple[str, ...] = ()
    rate: float = 1.0
    options: Options = field(default_factory=dict)
    prepare: Callable[[Iterable[Row], Applied], Any] | None = None
    rewrites_names: bool = False
    forgets_names: bool = False
    page_text: Callable[[str, Options], str] | None = None
    text_form: str = "as-is"
    lifts: Mapping[Level, str] = field(default_factory=dict)
    needs: str = ""

    @property
    def ready(self) -> bool:
        """Whether the package that it requires is installed."""
        return not self.needs or find_spec(self.needs) is not None

    def to_dict(self) -> dict[str, Any]:
        """Describe it as plain values, as in ``dragoman perturb --list --json``."""
        return {
            "name": self.name,
            "kind": self.kind,
            "languages": list(self.languages),
            "expect": self.expect,
            "summary": self.summary,
            "source": self.source,
            "rate": self.rate,
            "options": dict(self.options),
            "text_form": self.text_form,
            "lifts": {str(level): why for level, why in self.lifts.items()},
            "needs": self.needs,
            "read": msgspec.to_builtins(readers.counts().get(self.name, {})),
        }


@dataclass(frozen=True)
class Applied:
    """An edit with its options, rate and seed, which make it reproducible."""

    edit: Edit
    options: Options
    rate: float
    seed: int

    @property
    def label(self) -> str:
        """Its form on the command line."""
        given = [f"{name}={value}" for name, value in self.options.items() if value != self.edit.options[name]]
        return ":".join([self.edit.name, ",".join(given)] if given else [self.edit.name])

    def to_dict(self) -> dict[str, Any]:
        """Return name, options, rate and seed as plain values."""
        return {"name": self.edit.name, "options": dict(self.options), "rate": self.rate, "seed": self.seed}


def parse(written: str, known: Mapping[str, Edit], *, seed: int = 1, rate: float | None = None) -> Applied:
    """Parse an edit from its form on the command line: ``shift-dates`` or ``shift-dates:years=4,days=0``.

    Args:
        written: name, and options after a colon.
        known: all edits by name.
        seed: seed of its random choices.
        rate: share of places that are edited, in (0, 1]; the edit's default if None.

    Raises:
        DragomanError: E750 for an unknown name or option, E206 for a rate outside (0, 1] or an option out of range.

    """
    name, _, rest = written.partition(":")
    if name not in known:
        from rapidfuzz import process  # noqa: PLC0415 - only a wrong name needs it

        near = process.extractOne(name, list(known), score_cutoff=60)
        hint = f"Did you mean {near[0]}?" if near else "See dragoman perturb --list."
        raise error("E750", f"there is no edit {name[:80]!r}.", hint)
    edit = known[name]
    if rate is not None and not 0 < rate <= 1:
        raise error("E206", f"a rate of {rate} is not above 0 and at most 1.", "Give a share, as 0.1.")
    options = dict(edit.options)
    for part in rest.split(",") if rest else ():
        key, _, value = part.partition("=")
        if key not in options or not value.removeprefix("-").isascii() or not value.removeprefix("-").isdigit():
            hint = f"Options: {', '.join(f'{k}=N' for k in options)}." if options else "It has no options."
            raise error("E750", f"{part[:80]!r} is no option of {name}.", hint)
        if len(value) > MAX_DIGITS or abs(int(value)) > MAX_OPTION:
            raise error("E206", f"{part[:80]} is out of range.", f"At most {MAX_OPTION:,}.")
        options[key] = int(value)
    return Applied(edit, options, edit.rate if rate is None else rate, seed)


MAX_OPTION = 100_000
"""Largest absolute value of an option."""
MAX_DIGITS = 12
"""Maximum number of its characters; ``int`` refuses thousands of digits."""
