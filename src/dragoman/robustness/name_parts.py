"""Parts of names of places, organisations and offices, in groups of interchangeable words, by language.

A ministry remains a ministry and an office an office: only its state, region or field is replaced, so that gender and
number, and other statements of the text, remain consistent. Words of a group agree in these; Korean words must also
have the same final sound (enforced by :func:`mapping`). States, regions and fields are real; names of some unions are
made up. Nothing here was taken from a list.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import regex

from dragoman.robustness.letters import final_sound

if TYPE_CHECKING:
    import random


class Group(NamedTuple):
    """Interchangeable rows.

    Attributes:
        rows: the forms of one name: in Korean the short one, then the long one or an abbreviation; in Arabic the noun,
            then its masculine adjective.
        after: regular expression for what must follow; a word with such a condition may occur anywhere in a name.
        before: regular expression for what must precede.

    """

    rows: tuple[tuple[str, ...], ...]
    after: str = ""
    before: str = ""


def _alone(words: str) -> tuple[tuple[str, ...], ...]:
    return tuple((word.replace("_", " "),) for word in words.split())


def _pairs(words: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(form.replace("_", " ") for form in pair.split("/")) for pair in words.split())


GROUPS: dict[str, tuple[Group, ...]] = {
    "ko": (
        # States, with their long names where these are in use.
        Group(
            _pairs(
                """
                조선/조선민주주의인민공화국 중국/중화인민공화국 이란/이란이슬람공화국 수단/수단공화국 예멘/예멘공화국
                레바논/레바논공화국 요르단 가봉/가봉공화국 로씨야 나이제리아 에티오피아 수리아 꾸바
                꼴롬비아 프랑스 이딸리아 타이 일본 미국 영국 대만 가나 탄자니아 에짚트 알제리 라오스 핀란드 스위스
                뻬루 칠레 인디아 캄보쟈
                """
            )
        ),
        # Cities, in North Korean spelling.
        Group(
            _alone(
                """
                평양 심양 장춘 하노이 모스크바 베이징 울란바따르 도꾜 오사까 빠리 로마 베를린 런던 마드리드 뽀르또
                프라하 아테네 하바나 까라까스 리마 델리 방코크 테헤란 베이루트 까이로 야로슬라블리 뚤라
                """
            )
        ),
        Group(_alone("강원도 량강도 자강도 평안북도 함경남도 함경북도 평안남도 황해남도")),
        Group(_alone("황해 경기")),
        Group(_alone("고성 성천 안변 문천 덕천 개천")),
        Group(_alone("금수산 구월산 칠보산")),
        Group(_alone("만수대 을밀대")),
        # Regions, and real or made-up names of unions of their states.
        Group(_pairs("동남아시아/아세안 중앙아시아/아칸 서아시아/아완 동북아시아 서남아시아 아시아 아프리카 아메리카")),
        Group(_alone("유럽 중동 근동")),
        Group(_alone("서방 동방 남방")),
        Group(_alone("조선반도 발칸반도 이베리아반도 인디아반도")),
        # Fields of ministries, parties, chambers and schools.
        Group(_alone("외무 보건 문화 교육 체육 농업 상업 수산 철도"), after="(?=[성상](?:$|[^가-힣]|[회들사]))"),
        Group(_alone("외교 상무 문화 교육 수리"), after="(?=부(?:$|[^가-힣]))"),
        Group(_alone("로동 공산 자민 사회 진보 민주 혁신"), after="(?=당(?:$|[^가-힣]))"),
        Group(_alone("최고 전국 련합"), after="(?=인민회의)"),
        Group(_alone("국무 정무 행정"), after="(?=위원|원(?:$|[^가-힣]))"),
        Group(_alone("내각 행정원 집정원")),
        Group(_alone("인민군 혁명군 해방군"), after="(?=$|[^가-힣])"),
        Group(_alone("출판인쇄 사범 건설 상업"), after="(?=대학)"),
        Group(_alone("의학 약학 수학"), after="(?=연구원)"),
        Group(_alone("제철 제강 비료"), after="(?=련합기업소)"),
        Group(_alone("군민 청년"), after="(?=발전소)"),
    ),
    "ar": (
        # Feminine states without an article, each with its masculine adjective.
        Group(
            _pairs(
                """
                روسيا/روسي أوكرانيا/أوكراني فيتنام/فيتنامي ميانمار/ميانماري تنزانيا/تنزاني كينيا/كيني
                كولومبيا/كولومبي نيجيريا/نيجيري بوليفيا/بوليفي رومانيا/روماني بلغاريا/بلغاري ناميبيا/ناميبي
                زامبيا/زامبي تركيا/تركي إيران/إيراني نيبال/نيبالي
                """
            )
        ),
        # States of which two have the same name.
        Group(_pairs("كوريا/كوري قبرص/قبرصي")),
        Group(_pairs("الولايات_المتحدة/أمريكي الإمارات_المتحدة/إماراتي")),
        # Cities: feminine, without an article.
        Group(
            _alone(
                """
                بيونغ_يانغ موسكو قازان باريس لندن برلين روما مدريد لشبونة براغ وارسو أوسلو هلسنكي مانيلا كانبرا أثينا
                بوخارست صوفيا طوكيو بكين سيول هانوي جاكرتا نيودلهي كوالا_لمبور بوينس_آيرس سان_خوسيه أديس_أبابا
                """
            )
        ),
        Group(_alone("أوراسيا آسيا أفريقيا أوقيانوسيا")),
        Group(_pairs("الغرب/غربي الخليج/خليجي")),
        Group(_alone("الجزيرة_الكورية الجزيرة_الأيبيرية الجزيرة_الإسكندنافية")),
        Group(_alone("الصين_الجنوبي البلطيق_الجنوبي"), before="(?<=بحر )"),
        Group(_alone("الهندي_والهادئ الأطلسي_والجنوبي"), before="(?<=المحيطين )"),
        Group(_alone("فاستوشني بليسيتسك بايكونور")),
        # Unions by their short names, and organisations.
        Group(_alone("آسيان بريكس إيكواس كوميسا ميركوسور")),
        Group(_alone("الأمم_المتحدة الجامعة_العربية")),
        Group(_alone("تاس تسنيم سونا بترا")),
        # Fields of ministries.
        Group(_alone("خارجية ثقافة زراعة تجارة سياحة صحة"), before="(?<=(?:وزارة|وزيرة|وزير) (?:ال)?)"),
    ),
}
"""By language."""
JOINT = {"ko": {"조로": ("조선", "로씨야")}}
"""Pairs of states abbreviated to their first syllables."""
_LEAST_CUT = 4
"""Minimum number of characters of a name that is truncated with its text."""
_ARABIC = r"(?<![\p{L}\p{M}])[وف]?[بكل]?(?:ال|(?<=ل)ل)?"
_ENDING = r"(?=(?:ة|ين|ون|ان|تين|تان|ات)?(?![\p{L}\p{M}]))"
_WHOLE = r"(?![\p{L}\p{M}])"


class Piece(NamedTuple):
    """A part of a name that is in one of the tables."""

    start: int
    end: int
    form: str


class Finder:
    """Finds known words in the names of a language."""

    def __init__(self, tag: str, forms: Iterable[str]) -> None:
        wanted = set(forms)
        groups = GROUPS.get(tag, ())
        rows = [(group, row) for group in groups for row in group.rows]
        self._forms = sorted(wanted, key=len, reverse=True)
        self._next: regex.Pattern[str] | None = None
        if tag == "ko":
            names, inner = set(JOINT["ko"]) & wanted, []
            for group, row in rows:
                for form in {*row} & wanted:
                    if group.after:
                        inner.append(f"{regex.escape(form)}{group.after}")
                    else:
                        names.add(form)
            ways = [*(f"(?<![가-힣]){regex.escape(form)}" for form in _longest(names)), *_longest(inner)]
            self._any = regex.compile(f"(?P<form>{'|'.join(ways) or '(?!)'})")
            self._next = regex.compile(f"(?P<form>{'|'.join(map(regex.escape, _longest(names))) or '(?!)'})")
            return
        ways = []
        for group, row in rows:
            for number, form in enumerate(row):
                if form in wanted:
                    ending = _ENDING if number else _WHOLE
                    ways.append(f"{group.before}{regex.escape(form)}{ending}")
        self._any = regex.compile(f"{_ARABIC}(?P<form>{'|'.join(_longest(ways)) or '(?!)'})")

    def pieces(self, words: str) -> list[Piece]:
        """Return the known parts of a name, in order; for a truncated name a single piece of all of it."""
        found: list[Piece] = []
        at = 0
        while (match := self._after(words, at, found) or self._any.search(words, at)) is not None:
            at = match.end("form")
            found.append(Piece(match.start("form"), at, match["form"]))
        if self._next is not None and len(words) >= _LEAST_CUT and not any(p.end == len(words) for p in found):
            whole = next((form for form in self._forms if form.startswith(words) and form != words), None)
            if whole is not None:
                return [Piece(0, len(words), whole)]
        return found

    def _after(self, words: str, at: int, found: list[Piece]) -> regex.Match[str] | None:
        """Find a name right after another one, as in 조선로씨야."""
        return self._next.match(words, at) if self._next is not None and found else None


def _longest(ways: Iterable[str]) -> list[str]:
    return sorted(ways, key=lambda way: (-len(way), way))


def finder(tag: str) -> Finder:
    """Return a finder of all words in the tables of a language."""
    return Finder(
        tag, [*(form for group in GROUPS.get(tag, ()) for row in group.rows for form in row), *JOINT.get(tag, ())]
    )


@cache
def forms(tag: str) -> frozenset[str]:
    """Return all forms of all words in the tables of a language."""
    return frozenset(form for group in GROUPS.get(tag, ()) for row in group.rows for form in row)


def mapping(
    tag: str,
    names: Iterable[str],
    stands: AbstractSet[str],
    chooser: random.Random,
    chosen: Callable[[tuple[str, ...]], bool],
    *,
    within: bool,
) -> dict[str, str]:
    """Choose a replacement for each known word.

    Args:
        tag: tag of the language.
        names: all labelled names in it.
        stands: those of :func:`forms` that occur in texts in it: a donor has none of them.
        chooser: random number generator.
        chosen: decides whether the words of a row are replaced.
        within: whether donors are words of the names themselves instead.

    Returns:
        New form by form that occurs in a name; words without a donor are left out.

    """
    known = finder(tag)
    used = {piece.form for name in sorted(set(names)) for piece in known.pieces(name)}
    joints = {joint: pair for joint, pair in JOINT.get(tag, {}).items() if joint in used}
    used |= {form for pair in joints.values() for form in pair}
    rows = [row for group in GROUPS.get(tag, ()) for row in group.rows if {*row} & used]
    barred = {form for row in rows if not chosen(row) for form in row}
    while True:
        made = _chosen(tag, used - barred, joints, stands, chooser, within=within)
        halves = {form for pair in joints.values() if not {*pair} <= {*made} for form in pair} - barred
        if not halves & {*made}:
            break
        barred |= halves  # each entity must have one name, also where two are named together
    for joint, pair in joints.items():
        if {*pair} <= {*made}:
            made[joint] = "".join(made[form][0] for form in pair)
    return made


def _chosen(
    tag: str,
    used: set[str],
    joints: Mapping[str, tuple[str, ...]],
    stands: AbstractSet[str],
    chooser: random.Random,
    *,
    within: bool,
) -> dict[str, str]:
    """Choose a donor for each row with a used form: an unused row, or with ``within`` another used one."""
    last = {pair[-1] for pair in joints.values()}
    made: dict[str, str] = {}
    for group in GROUPS.get(tag, ()):
        own = [row for row in group.rows if {*row} & used]
        pairs: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        if within:
            compatible: dict[Hashable, list[tuple[str, ...]]] = {}
            paired = any(row[0] in last for row in own)
            for row in own:
                at = [number for number, form in enumerate(row) if form in used]
                compatible.setdefault((*at, _sounds(tag, row, at, joint=paired)), []).append(row)
            for rows in compatible.values():
                pairs += zip(rows, rows[1:] + rows[:1], strict=True) if len(rows) > 1 else ()
        else:
            free = [row for row in group.rows if not {*row} & used and not stands & {*row}]
            chooser.shuffle(free)
            for row in own:
                at = [number for number, form in enumerate(row) if form in used]
                sounds = _sounds(tag, row, at, joint=row[0] in last)
                donor = next(
                    (
                        each
                        for each in free
                        if len(each) > at[-1] and _sounds(tag, each, at, joint=row[0] in last) == sounds
                    ),
                    None,
                )
                if donor is not None:
                    free.remove(donor)
                    pairs.append((row, donor))
        made.update((old, new) for row, donor in pairs for old, new in zip(row, donor, strict=False) if old in used)
    return made


def _sounds(tag: str, row: tuple[str, ...], at: list[int], *, joint: bool) -> tuple[str, ...]:
    """Return the final sounds of the forms of a row, and of its first syllable if that is used for a pair of states."""
    if tag != "ko":
        return ()
    return (*(final_sound(row[number]) for number in at), *([final_sound(row[0][0])] if joint else []))


def written(found: Iterable[Piece], to: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Return the replacements in a name; the replacement of a truncated name is truncated by as many characters."""
    made = []
    for piece in found:
        new = to[piece.form]
        cut = len(piece.form) - (piece.end - piece.start)
        made.append((piece.start, piece.end, new[: len(new) - cut]))
    return made
