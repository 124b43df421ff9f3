"""Boilerplate left in a text by scrapers: lines of a site's navigation between the lines of an article.

Boilerplate removal and its errors: Kohlschütter et al. (2010). The lines were written for this purpose, in typical
style, and name no person.
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit

FRAMES = {
    "ko": ("련관기사 더보기", "앞페지로 돌아가기", "인쇄하기 | 보내기", "첫페지 목록 검색"),
    "ar": ("اقرأ أيضا", "شارك هذا الخبر", "اشترك في النشرة البريدية", "الرئيسية | من نحن | اتصل بنا"),
    "en": ("Read also", "Share this article", "Subscribe to our newsletter", "Home | About | Contact"),
}


def change(draft: Draft) -> None:
    """Add the number of lines in option ``lines``, each after a different line of the text, possibly the last one."""
    known = FRAMES.get(draft.language.tag)
    if known is None:
        draft.unable["no boilerplate in this language"] += 1
        return
    lines = range(draft.text.count("\n") + 1)
    for number in draft.random.sample(lines, min(draft.options["lines"], len(lines))):
        draft.add_line(number, draft.random.choice(known), "boilerplate")


EDIT = Edit(
    name="add-boilerplate",
    kind="page",
    languages=tuple(FRAMES),
    summary="Adds lines of a site's frame between the lines of a text.",
    source="Kohlschütter et al. 2010",
    expect="invariance",
    change=change,
    options={"lines": 2},
)
