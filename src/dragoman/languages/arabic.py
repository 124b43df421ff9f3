"""Arabic: conjunctions, prepositions and the article are written together with the next word; short vowels are rarely
written.
"""

from __future__ import annotations

from dragoman.languages import Language

_PROCLITICS = "[وف]?[بكل]?"
_ARTICLE = "ال"
# لل is the preposition لـ contracted with the article.
_FUSED_ARTICLE = "[وف]?لل"
_ADJECTIVE_ENDINGS = "ة|ين|ون|ان|تين|تان|ات"
_MONTHS = (
    *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو"),
    *("يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
)
_WEEKDAYS = ("اثنين", "ثلاثاء", "أربعاء", "خميس", "جمعة", "سبت", "أحد")
_TATWEEL = "\u0640"
_HARAKAT = map(chr, (*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670))


def _any_alef(words: tuple[str, ...]) -> str:
    """Match words with any form of initial alef, since its hamza is often omitted."""
    return "|".join(f"[اأإ]{word[1:]}" if word[0] in "اأإ" else word for word in words)


LANGUAGE = Language(
    tag="ar",
    name="Arabic",
    own_name="العربية",
    script="Arab",
    direction="rtl",
    fonts=("Noto Naskh Arabic", "Amiri", "Noto Sans Arabic", "serif"),
    large=True,
    proclitics=_PROCLITICS,
    article=_ARTICLE,
    fused_article=_FUSED_ARTICLE,
    titles=r"(?:السيدة?|معالي|فخامة|سعادة|سمو|جلالة)\s",
    deictics=frozenset({"نحن", "بلادنا", "بلدنا", "وطننا"}),
    adjective=rf".*ي(?:ا|{_ADJECTIVE_ENDINGS})?",
    definite_adjective=rf"{_ARTICLE}\w+ي(?:{_ADJECTIVE_ENDINGS})?",
    date_hint=(
        rf"(?<!\d)(?:19|20)\d\d(?!\d)|\d{{1,2}}\s+(?:{_any_alef(_MONTHS)})"
        rf"|\b(?:أمس|غدا|(?:ال|لل)(?:يوم|آن|{_any_alef(_WEEKDAYS)}))\b|مؤخر[اً]+|حاليا|الماضي\b|الجاري\b|الراهن|الحالي"
        r"|\bمستقبلا|\bسابقا|سنوي[اً]+"
    ),
    date_preposition=(r"[وف]?(?:في|منذ|حتى|خلال|قبل|بعد|من|إلى)\s+(?:\D*\s)?\d.*|[وفبكل](?:عام|شهر|يوم)\s+\d.*"),
    months=_MONTHS,
    weekdays=tuple(f"{_ARTICLE}{day}" for day in _WEEKDAYS),
    ignored_marks=frozenset((_TATWEEL, *_HARAKAT)),
    letter_folding=dict(zip("أإآٱىیةکؤئ", "ااااييهكوي", strict=True)),
)
