"""Made-up, ordinary person names as replacements for others, by language and origin.

Korean family and given names are common ones, recombined; the Slavic names are common first and family names. Nothing
here was taken from a list of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dragoman.robustness.letters import final_sound

if TYPE_CHECKING:
    from dragoman.languages import Language

KOREAN_FAMILY = "김리박최정강조윤장림한오서신권황안송류홍전고문손배백허남심로하곽성차주우구민진지엄원천"
KOREAN_GIVEN = tuple(
    """
    명수 철호 영길 동혁 상진 태준 광철 금성 성민 경일 은별 춘심 옥란 정화 순애 미향 설송 경옥 복순 수련 기태 만호 대우
    진우 현수 성호 인호 윤희 영애 은주 해주 보라 유나 정미 지혜 순희 남희 경희 미나 은하
    """.split()  # noqa: SIM905 - a list of strings would fill a page
)
SLAVIC_KO = (
    ("이완", "뻬뜨로브"),
    ("니꼴라이", "쎄묘노브"),
    ("안드레이", "꾸즈네쪼브"),
    ("미하일", "쏘꼴로브"),
    ("보리쓰", "로마노브"),
    ("빠웰", "야꼬블레브"),
    ("안똔", "쓰미르노브"),
    ("올레그", "오를로브"),
    ("빅또르", "볼꼬브"),
    ("유리", "끼릴린"),
    ("아르쫌", "고를린"),
    ("이고리", "쎄로브"),
)
SLAVIC_AR = (
    ("إيغور", "بتروف"),
    ("بوريس", "سيميونوف"),
    ("أندريه", "كوزنيتسوف"),
    ("أوليغ", "سوكولوف"),
    ("أنطون", "رومانوف"),
    ("يوري", "ياكوفليف"),
    ("ميخائيل", "سميرنوف"),
    ("كيريل", "أورلوف"),
    ("فيكتور", "فولكوف"),
    ("نيكولاي", "كيريلين"),
    ("رومان", "غورين"),
    ("دينيس", "شاغين"),
)
KOREAN_AR_FAMILY = ("هان", "كانغ", "جانغ", "شين", "هونغ", "سونغ", "بارك", "كوون", "أوه", "ريم")
KOREAN_AR_GIVEN = (
    *(("ميونغ", "سو"), ("تشول", "هو"), ("دونغ", "هيوك"), ("سانغ", "جين"), ("تاي", "جون"), ("غوانغ", "مين")),
    *(("كيونغ", "هي"), ("أون", "جو"), ("إن", "هو"), ("يونغ", "آه")),
)


class Shape(NamedTuple):
    """Properties that a name must share with its replacement.

    Attributes:
        origin: origin of its words by their form, which also determines gender where names are inflected.
        words: number of words.
        finals: final sound of each word, which selects Korean particles; empty for other languages.

    """

    origin: str
    words: int
    finals: tuple[str, ...]


_SLAVIC_AR = re.compile(r".{2,}(?:[وي]ف|ين|سكي)")
_SLAVIC_KO = re.compile(r".*(?:[오노로보도꼬조쪼]브|[뿌깔]?찐|[린닌]|쓰끼)")
_KOREAN_AR = frozenset(
    (*KOREAN_AR_FAMILY, *("كيم", "تشوي", "لي", "ري", "باك", "يو", "فو", "تشا", "جونغ", "جو", "يون", "كو", "نام"))
)
_INITIAL = re.compile(r"\S{1,3}\.")


def words_of(name: str) -> list[str]:
    """Split a name into its words; initials end in a full stop.

    >>> words_of("에스.웨.라브로브"), words_of("فو هو")
    (['에스.', '웨.', '라브로브'], ['فو', 'هو'])

    """
    return re.findall(r"[^\s.]+\.?", name)


def is_initial(word: str) -> bool:
    """Whether a word of a name is an initial, which is compatible with any name."""
    return bool(_INITIAL.fullmatch(word))


def shape(words: Sequence[str], language: Language) -> Shape:
    """Return the properties that a name must share with its replacement."""
    last = words[-1] if words else ""
    if language.tag == "ko":
        slavic = _SLAVIC_KO.fullmatch(last)
        korean = len(words) == 1 and 2 <= len(last) <= 3 and last[0] in KOREAN_FAMILY + "습"
        origin = "slavic" if slavic and len(last) > 1 and not korean else "korean" if korean else "other"
        size = len(last) if origin == "korean" else 0
        return Shape(f"{origin}{size or ''}", len(words), tuple(map(final_sound, words)))
    if _SLAVIC_AR.fullmatch(last):
        return Shape("slavic", len(words), ())
    return Shape("korean" if words and words[0] in _KOREAN_AR else "other", len(words), ())


def persons(language: Language) -> Iterator[tuple[str, ...]]:
    """Yield made-up names as words, with the family name in its usual position, in a fixed order."""
    if language.tag == "ko":
        yield from ((family + given,) for given in KOREAN_GIVEN for family in KOREAN_FAMILY)
        yield from ((family + given[1],) for given in KOREAN_GIVEN for family in KOREAN_FAMILY)
        yield from ((last,) for _, last in SLAVIC_KO)
        yield from ((first, last) for first, _ in SLAVIC_KO for _, last in SLAVIC_KO)
        yield from ((first, middle, last) for first, _ in SLAVIC_KO for middle in PATRONYMS for _, last in SLAVIC_KO)
    elif language.tag == "ar":
        yield from ((last,) for _, last in SLAVIC_AR)
        yield from ((first, last) for first, _ in SLAVIC_AR for _, last in SLAVIC_AR)
        yield from ((family, *given) for given in KOREAN_AR_GIVEN for family in KOREAN_AR_FAMILY)
        yield from ((family, given[0]) for given in KOREAN_AR_GIVEN for family in KOREAN_AR_FAMILY)


PATRONYMS = ("이와노비치", "뻬뜨로비치", "쎄르게예비치", "니꼴라예비치")
