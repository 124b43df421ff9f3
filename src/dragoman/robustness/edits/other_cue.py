"""The cue of a claim replaced by another one of the same act, with the same syntax.

Cues and acts as in PARC 3.0 (Pareti 2016): verbs of one class of attribution are interchangeable. Korean words take the
same endings (verbs in 하다); Arabic verbs have the same person, gender and number, and take أن like the ones they
replace.
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit

CLASSES: dict[str, tuple[tuple[str, ...], ...]] = {
    "assert": (
        ("평하였다", "언급하였다", "강조하였다", "지적하였다"),
        ("أوضح", "أضاف", "ذكر", "أكد"),
        ("أوضحت", "أضافت", "ذكرت", "أكدت", "أعلنت"),
    ),
    "blame": (("규탄", "비난", "단죄"),),
    "wish": (("기대한다", "희망한다"),),
    "agree": (("합의하였다", "동의하였다"),),
    "commit": (("재확인하였다", "확약하였다"),),
    "demand": (("제기하였다", "요구하였다"),),
}
"""Interchangeable words, by act."""


def change(draft: Draft) -> None:
    """Replace each cue that is a single fragment and belongs to a class of its act."""
    done: dict[tuple[int, int], str] = {}
    for claim in draft.labels("claims"):
        cue = claim.get("cue") or []
        if len(cue) != 1:
            draft.unable["no cue, or one in several parts"] += bool(claim)
            continue
        start, end = (cue[0][0], cue[0][1]) if isinstance(cue[0], list) else (cue[0]["start"], cue[0]["end"])
        words = draft.text[start:end]
        classes = [each for each in CLASSES.get(claim.get("act") or "assert", ()) if words in each]
        if not classes:
            draft.unable["no other cue of the act"] += 1
        elif (start, end) not in done and draft.chosen():
            done[start, end] = draft.random.choice([word for word in classes[0] if word != words])
    acts: dict[tuple[int, int], set[str]] = {}
    for claim in draft.labels("claims"):
        for part in claim.get("cue") or ():
            at = (part[0], part[1]) if isinstance(part, list) else (part["start"], part["end"])
            acts.setdefault(at, set()).add(claim.get("act") or "assert")
    for (start, end), new in done.items():
        if len(acts[start, end]) == 1:  # a cue of two different acts is not replaced
            draft.replace(start, end, new)


EDIT = Edit(
    name="other-cue",
    kind="claims",
    languages=("ko", "ar"),
    summary="Exchanges the cue of a claim for another of the same act.",
    source="Pareti 2016 (PARC 3.0)",
    expect="invariance",
    change=change,
)
