"""Language rules: what they must find, and above all what they must leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dragoman import languages
from dragoman.checks import level4_language
from dragoman.checks.level1_schema import RegistryFile
from dragoman.schema.records import Date, Document, Entity, Labels, SourceEntity

KO = ["김정은", "조로친선", "자강도", "로씨야", "조선", "타이", "최선희", "이딸리아", "평양", "로동신문", "함경남도"]
AR = ["كوريا", "بوتين", "لافروف", "فيتنام", "روسيا", "بكين", "وارسو", "الولايات المتحدة", "آسيان", "فرنسا", "لبنان"]


def found(text, type_="GPE", form="NAM", language_="ko-KP", names=(), ids=("x",), beside=()):
    """Codes that the rules find in a text that is one mention from end to end."""
    document = Document(id="p.article-1", page="p", kind="article", language=language_, text=text)
    short = language_.partition("-")[0]
    entry = SourceEntity("x", "GPE", {short: list(names)})
    labels = Labels(document.id, [], [Entity("e1", 0, len(text), text, type_, form, list(ids)), *beside])
    registry = RegistryFile(Path("entities.json"), [entry])
    return [fault.code for _, fault in level4_language.faults(labels, document, registry)]


@pytest.mark.parametrize("registered", [True, False])
@pytest.mark.parametrize("name", [*KO, "조로"])
def test_korean_names_that_end_like_particles_are_left_alone(name, registered):
    names = [*KO, "조로"] if registered else [other for other in KO if other != name]
    assert level4_language.stripped(name, set(names), languages.get("ko")) is None
    assert found(name, names=names) == []


@pytest.mark.parametrize("registered", [True, False])
@pytest.mark.parametrize("name", AR)
def test_arabic_names_that_begin_like_proclitics_are_left_alone(name, registered):
    names = AR if registered else [other for other in AR if other != name]
    assert level4_language.stripped(name, set(names), languages.get("ar")) is None
    assert found(name, language_="ar", names=names) == []


@pytest.mark.parametrize(
    "end", ["은", "는", "이", "가", "을", "를", "의", "에서", "로", "와", "들", "들과는", "이며", "에게서"]
)
def test_a_particle_after_a_name_is_found(end):
    assert level4_language.stripped(f"로씨야{end}", set(KO), languages.get("ko")) == "로씨야"
    assert found(f"로씨야{end}", names=KO) == ["E504"]
    # Not where somebody is registered by just that name.
    assert found(f"로씨야{end}", names=[*KO, f"로씨야{end}"]) == []


@pytest.mark.parametrize("start", ["و", "ف", "ب", "ك", "ل", "ول", "وب", "فب"])
def test_a_proclitic_before_a_name_is_found(start):
    assert level4_language.stripped(f"{start}روسيا", set(AR), languages.get("ar")) == "روسيا"
    assert found(f"{start}روسيا", language_="ar", names=AR) == ["E504"]
    assert found(f"{start}روسيا", language_="ar", names=[*AR, f"{start}روسيا"]) == []


def test_the_swallowed_alif_is_found():
    assert level4_language.stripped("للآسيان", set(AR), languages.get("ar")) == "آسيان"
    assert level4_language.stripped("وللولايات المتحدة", set(AR), languages.get("ar")) == "الولايات المتحدة"
    assert level4_language.stripped("الآسيان", set(AR), languages.get("ar")) is None  # a written ال stays


def test_what_is_no_particle_is_left_alone():
    for text in ("로씨야련방", "조선로동당", "조선반도", "평양시", "자강도당"):
        assert found(text, names=KO) == []
    for text in ("روسيات", "الكوريتين", "وزارة", "كوريا الشمالية", "فيتنامية"):
        assert level4_language.stripped(text, set(AR), languages.get("ar")) is None


@pytest.mark.parametrize("text", ["김정은동지", "김정은 동지", "라브로브선생", "존경하는 라브로브", "람바떼각하"])
def test_honorifics_of_persons(text):
    assert found(text, "PER") == ["E504"]
    assert found(text, "ORG") == []


def test_titles_of_respect_and_the_name_that_is_one():
    assert found("السيد لافروف", "PER", language_="ar") == ["E504"]
    assert found("السيد البدوي", "PER", language_="ar", names=["السيد البدوي"]) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("《2020》", ["E504"]),
        ("《봄", ["E504"]),
        ("전람회 《봄》", []),
        ("《봄》전람회", []),
        ('قمة "بريكس"', []),
        ('"بريكس"', ["E504"]),
        ('بريكس"', ["E504"]),
        ("الحوار “الأول” بين", []),
        ("에스.웨.라브로브", []),
        ("(조선)", ["E504"]),
        ("조선,", ["E504"]),
    ],
)
def test_brackets_and_marks_at_edges(text, codes):
    assert found(text, "EVENT", language_="ar" if text.isascii() or "\u0600" < text[1] < "\u0700" else "ko-KP") == codes


def test_deictics_and_adjectives():
    assert found("우리 나라", form="DEI") == []
    assert found("우리 나라") == ["E503"]
    assert found("우리 나라", "LOC", "DEI") == ["E503"]
    assert found("우리 나라 외무상", "ROLE") == []
    assert found("بلادنا", language_="ar") == ["E503"]
    assert found("이딸리아", form="ADJ") == ["E503"]
    assert found("الروسي", form="ADJ", language_="ar") == []
    assert found("الروسي", language_="ar") == ["E503"]
    assert found("الروسية", language_="ar") == ["E503"]
    assert found("السعودية", language_="ar", names=["السعودية"]) == []
    assert found("الخارجية", "ORG", language_="ar") == []
    assert found("كوريا", language_="ar") == []


def test_who_may_stand_for_nobody():
    assert found("쌍방", form="NOM", ids=()) == []
    assert found("조선", ids=()) == ["E503"]


def test_nesting():
    def inner(start, text, type_, form="NAM", ids=("y",)):
        return Entity("e2", start, start + len(text), text, type_, form, list(ids))

    assert found("بحر الصين", "LOC", language_="ar", beside=[inner(4, "الصين", "GPE")]) == ["E503"]
    assert found("로씨야외무성", "ORG", beside=[inner(0, "로씨야", "GPE")]) == []
    assert found("외무성 제1부상", "ROLE", beside=[inner(4, "제1부상", "ROLE")]) == ["E503"]
    assert found("조선로동당", "ORG", beside=[inner(2, "로동당", "ORG", ids=("x",))]) == ["E503"]
    # A pair with a mention of one of the two, and a common noun with its own name in it, are another matter.
    assert found("두 나라", form="NOM", ids=("x", "y"), beside=[inner(0, "두", "GPE")]) == []
    assert found("الحكومة الجديدة", "ORG", "NOM", "ar", beside=[inner(0, "الحكومة", "ORG", ids=("x",))]) == []


@pytest.mark.parametrize(
    ("text", "tag", "codes"),
    [
        ("2020년 9월초", "ko-KP", []),
        ("1950년대부터", "ko-KP", ["E504"]),
        ("10월 3일부터 5일", "ko-KP", []),
        ("2018년이후", "ko-KP", []),
        ("11월 1일에", "ko-KP", ["E504"]),
        ("오늘", "ko-KP", []),
        ("3년간", "ko-KP", []),
        ("18 إلى 19 يونيو", "ar", []),
        ("عام 2023", "ar", []),
        ("في عام 2023", "ar", ["E504"]),
        ("لعام 2023", "ar", ["E504"]),
        ("منذ 2023", "ar", ["E504"]),
        ("في المستقبل", "ar", []),
        ("فبراير 2024", "ar", []),
        ("كانون الثاني 2024", "ar", []),
    ],
)
def test_edges_of_dates(text, tag, codes):
    document = Document(id="p.article-1", page="p", kind="article", language=tag, text=text)
    labels = Labels(document.id, [], dates=[Date("d1", 0, len(text), text, "DATE", "2020")])
    registry = RegistryFile(Path("entities.json"))
    assert [fault.code for _, fault in level4_language.faults(labels, document, registry)] == codes
