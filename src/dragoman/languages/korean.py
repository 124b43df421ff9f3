"""Korean, in North Korean orthography: particles are attached to nouns, and spacing varies."""

from __future__ import annotations

from dragoman.languages import Language

# Plural, then case and topic particles, then auxiliary ones; or the copula.
_PLURAL = "들?"
_CASES = (
    "은|는|이|가|을|를|의|에|에서|에게|에게서|께|께서|한테|와|과|하고|랑|이랑|로|으로|로서|으로서|로써|으로써|로부터|으로부터"
    "|부터|까지|마다|보다|처럼|만큼|사이"
)
_AUXILIARIES = "은|는|도|만|의|까지|부터"
_COPULAS = "이|인|이며|이고|이다|이였다|였다"
_WEEKDAYS = ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일")

LANGUAGE = Language(
    tag="ko",
    name="Korean",
    own_name="한국어",
    script="Kore",
    direction="ltr",
    fonts=("Noto Sans CJK KR", "Noto Sans KR", "Nanum Gothic", "NanumGothic", "sans-serif"),
    word_break="keep-all",
    enclitics=f"{_PLURAL}(?:{_CASES})?(?:{_AUXILIARIES})?|{_PLURAL}(?:{_COPULAS})",
    honorifics=r"동지|\s*(?:각하|녀사|선생)$|^(?:존경하는|경애하는|친애하는)\s",
    deictics=frozenset({"우리", "우리 나라", "우리나라", "조국", "저희"}),
    own_state=frozenset({"우리 나라", "우리나라"}),
    date_hint=(
        r"주체\d+|\d+년대?|\d+월|(?<!\d)\d{1,2}일|\d+세기|최근|오늘날?|어제|래일|올해|지난해|작년|래년|현재|지금|앞으로"
        rf"|오래전|과거|당시|{'|'.join(_WEEKDAYS)}|오전|오후|해마다|매년"
    ),
    date_enclitic=r".*\d(?:년대?|월|일)(?:에는?|에서|부터|까지|의|은|는|이|가|을|를|에도)",
    months=tuple(f"{month}월" for month in range(1, 13)),
    weekdays=_WEEKDAYS,
    free_spacing=r"\p{Script=Hangul}",
)
