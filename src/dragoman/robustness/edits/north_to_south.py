"""North Korean spelling converted to South Korean: initial ㄹ and ㄴ, loan names, endings, spaces and quotation marks.

Rules of the South Korean *Hangul orthography* (한글 맞춤법, notice 2017-12): articles 10 to 12 (initial ㄴ and ㄹ, 률
and 렬), 16 (어 after ㅣ), 42 (bound nouns are separated by a space); loan names by the *Loanword orthography*
(외래어 표기법). The initial sound law concerns only Sino-Korean words, so it is applied to words that begin with a
known root, and to names of two or three syllables. A name is replaced only by one with the same final sound, so that
particles remain correct.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dragoman.robustness.draft import Draft, Replacement
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import Syllable, final_sound, syllable

ROOTS = tuple(
    """
    로동 로력 로인 로조 로선 로골 로련 로획 력사 력량 력학 력대 련합 련대 련방 련맹 련계 련속 련관 련락 련습 련일
    련이어 리념 리상 리익 리유 리해 리론 리행 리용 리득 리성 리탈 리별 령도 령역 령토 령해 령공 령수 령사 량강 량국
    량심 량측 량자 량호 량적 량식 량면 례식 례외 례의 례년 례사 류학 류례 류출 류입 류통 류사 류의 륙군 륙지 륙상
    륙성 률동 락관 락원 락후 락선 랭전 랭각 랭정 래년 래일 래왕 래방 래빈 론의 론평 론거 론쟁 론리 론설 론문 록음
    록화 록색 루적 루설 림업 림시 림박 립장 립법 립증 녀성 녀사 녀자 녀인 년간 년도 년대 년말 년초 년례 념원 념두
    뉴대
    """.split()  # noqa: SIM905 - a list of a hundred strings would fill a page
)
"""Roots that are written in the North with the initial ㄹ or ㄴ of their Chinese character."""
INSIDE = ("련합", "련방", "련맹", "로동당", "로동자", "로동신문", "력사", "련대")
"""Roots that have their Southern initial also inside of a compound, since they are words."""
LOANS = {
    "로씨야": "러시아",
    "윁남": "베트남",
    "뽈스까": "폴란드",
    "꾸바": "쿠바",
    "이딸리아": "이탈리아",
    "꼴롬비아": "콜롬비아",
    "에짚트": "이집트",
    "메히꼬": "멕시코",
    "웽그리아": "헝가리",
    "벌가리아": "불가리아",
    "로므니아": "루마니아",
    "체스꼬": "체코",
    "뛰르끼예": "튀르키예",
    "수리아": "시리아",
    "니까라과": "니카라과",
    "쏘련": "소련",
    "쏘베트사회주의공화국련맹": "소비에트사회주의공화국연방",
    "유럽동맹": "유럽연합",
    "빠리": "파리",
    "뿌찐": "푸틴",
    "라브로브": "라브로프",
    "쎄르게이": "세르게이",
    "윅또로비치": "빅토로비치",
    "알렉싼드르": "알렉산드르",
    "마쩨고라": "마체고라",
    "쥬가노브": "주가노프",
    "겐나지": "겐나디",
    "까스뜨로": "카스트로",
    "루쓰": "루스",
    "곤쌀루": "곤살루",
    "로뻬스": "로페스",
    "습근평": "시진핑",
    "파쑈": "파쇼",
    "에네르기": "에너지",
    "뜨락또르": "트랙터",
    "콤퓨터": "컴퓨터",
    "뻐스": "버스",
}
"""Loanwords and foreign names, each with its Southern form."""
WORDS = {"일군들": "일꾼들", "뒤받침": "뒷받침", "돐으로": "돌로", "돐": "돌"}
MARKS = {"《": "“", "》": "”", "〈": "‘", "〉": "’"}
# 어 for 여 only after unambiguous stems: 기여 and 도시였다 contain nouns.
_ENDINGS = re.compile(r"(?:(?<=[되쥐뛰])|(?<=[보빛지]내))[여였]|(?<=[하으내주오]시)였|(?<=이)였")
_APART = re.compile(
    r"(?<=[가-힣])(?=동지(?:[가-힣]|\s|$))|(?<=고)(?=있[다는었으지])|(?<=[할될볼갈올줄])(?=수 (?:있|없))"
    r"|(?<=[가-힣])(?=사이[의에] )|(?<=[가-힣])(?=주재 )|(?<=[는한된던할될])(?=것(?:이|은|을|으로|에|과|도|만|이다)?\b)"
)
_WORD_START = r"(?<![가-힣\d])"
_RATIO = re.compile(r"(?<=[가-힣])[률렬]")
_NAME = re.compile(r"[가-힣]{2,3}")
_LAW = {"ㅑ", "ㅕ", "ㅖ", "ㅛ", "ㅠ", "ㅣ"}
_PHRASE = re.compile("|".join(sorted((*LOANS, *WORDS), key=len, reverse=True)))
_ROOT = re.compile(f"{_WORD_START}(?:{'|'.join(ROOTS)})|(?<=[가-힣])(?:{'|'.join(INSIDE)})")


def initial(char: str) -> str:
    """Return the South Korean form of a syllable at the beginning of a Sino-Korean word (articles 10 to 12).

    >>> "".join(map(initial, "로력녀랭")), initial("가")
    ('노역여냉', '가')

    """
    parts = syllable(char)
    if parts is None or parts.initial not in "ㄹㄴ":
        return char
    new = "ㅇ" if parts.vowel in _LAW else "ㄴ"
    return str(Syllable(new, parts.vowel, parts.coda))


def change(draft: Draft) -> None:
    """Apply the rules, words before letters, so that entries of words take precedence."""
    for rule in (_words, _initials, _letters, _spaces):
        for start, end, new in rule(draft):
            if draft.chosen():
                draft.replace(start, end, new)
    touched = [(start, end) for start, end, _ in draft.replacements]
    for entity in draft.labels("entities"):
        tags = entity.get("phenomena") or []
        if "dprk_spelling" in tags and any(s < entity["end"] and entity["start"] < e for s, e in touched):
            entity["phenomena"] = [tag for tag in tags if tag != "dprk_spelling"]
            draft.changed["entities"] += 1


def _words(draft: Draft) -> Iterator[Replacement]:
    for match in _PHRASE.finditer(draft.text):
        yield Replacement(*match.span(), LOANS.get(match.group()) or WORDS[match.group()])
    for entity in draft.labels("entities"):
        # Russia's syllable in a pair of states; elsewhere these two syllables may be the end of a noun and a particle.
        if draft.text[entity["start"] : entity["end"]] == "조로":
            yield Replacement(entity["start"], entity["end"], "조러")


def _initials(draft: Draft) -> Iterator[Replacement]:
    text = draft.text
    places = {match.start() for match in _ROOT.finditer(text)}
    names = [entity for entity in draft.labels("entities") if entity.get("type") == "PER"]
    places |= {name["start"] for name in names if _NAME.fullmatch(text[name["start"] : name["end"]])}
    for at in sorted(places):
        yield Replacement(at, at + 1, initial(text[at]))
    for match in _RATIO.finditer(text):
        before = syllable(text[match.start() - 1])
        if before is not None and before.coda in ("", "ㄴ"):
            yield Replacement(*match.span(), "율" if match.group() == "률" else "열")


def _letters(draft: Draft) -> Iterator[Replacement]:
    text = draft.text
    for match in _ENDINGS.finditer(text):
        # The copula after a noun that ends in a consonant; 아이였다 is already correct.
        copula = text[match.start() - 1] == "이"
        if not copula or final_sound(text[: match.start() - 1]) in ("closed", "ㄹ"):
            yield Replacement(*match.span(), "어" if match.group() == "여" else "었")
    yield from (Replacement(at, at + 1, MARKS[char]) for at, char in enumerate(text) if char in MARKS)


def _spaces(draft: Draft) -> Iterator[Replacement]:
    yield from (Replacement(match.start(), match.start(), " ") for match in _APART.finditer(draft.text))


EDIT = Edit(
    name="north-to-south",
    kind="text",
    languages=("ko",),
    summary="Spells North Korean texts as the South does: initials, loan names, endings, spaces, quotation marks.",
    source="한글 맞춤법, articles 10 to 12, 16 and 42, notice 2017-12; 외래어 표기법, notice 2017-14",
    expect="invariance",
    change=change,
    rewrites_names=True,
)
