"""The offline baselines: what they find in made-up sentences, that gold is left out, and that no text breaks them."""

import importlib.util
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.schema import labels
from dragoman.schema.records import Document, Entity
from dragoman.timex import is_canonical, type_fits

pytest.importorskip("babel", reason="the baselines need the extra `baselines`")
pytest.importorskip("dateparser", reason="the baselines need the extra `baselines`")
pytest.importorskip("kiwipiepy", reason="the baselines need the extra `baselines`")

SYSTEMS = Path(__file__).parents[2] / "eval" / "systems"


def load(name):
    spec = importlib.util.spec_from_file_location(f"{name}_under_test", SYSTEMS / name / "system.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MODULES = {name: load(name) for name in ("korean_rules", "arabic_rules")}
LANGUAGES = {"korean_rules": "ko-KP", "arabic_rules": "ar"}


def document(language, text, published=None, number=1, title=None):
    return Document(
        id=f"900.article-{number}",
        page="900",
        kind="article",
        language=language,
        published=published,
        title=title,
        text=text,
    )


def gold(language, text, *entities, number=9):
    """Made-up dev document: each entity as surface, type, form, id."""
    doc = document(language, text, number=number)
    doc.layers_annotated = ["entities"]
    for n, (surface, kind, form, id_) in enumerate(entities, 1):
        start = text.index(surface)
        doc.entities.append(Entity(f"e{n}", start, start + len(surface), surface, kind, form, [id_]))
    return doc


BUILT = {name: module.build([]) for name, module in MODULES.items()}


def entities(name, text, system=None):
    result = (system or BUILT[name])(document(LANGUAGES[name], text))
    return [(e["text"], e["type"], e["form"]) for e in result["entities"]]


def dates(name, text, published=None):
    result = BUILT[name](document(LANGUAGES[name], text, published))
    return [(d["text"], d["type"], d["value"], d["mod"]) for d in result["dates"]]


def claims(name, text, title=None):
    result = BUILT[name](document(LANGUAGES[name], text, title=title))
    return [
        (
            [text[slice(*c["mention"])] if "mention" in c else c["role"] for c in claim["claimants"]],
            [cue["text"] for cue in claim["cue"]],
            claim["content"][0]["text"],
            claim["act"],
        )
        for claim in result["claims"]
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("꾸바와 프랑스가 협정을 맺었다.", {("꾸바", "GPE", "NAM"), ("프랑스", "GPE", "NAM")}),
        ("이딸리아에서 대회가 열리였다.", {("이딸리아", "GPE", "NAM")}),
        ("중국외교부 대변인 김철수가 말하였다.", {
            ("중국", "GPE", "NAM"), ("중국외교부", "ORG", "NAM"), ("중국외교부 대변인", "ROLE", "NAM"),
            ("김철수", "PER", "NAM")}),
        ("제7차 프랑스경제회의가 열리였다.", {
            ("제7차 프랑스경제회의", "EVENT", "NAM"), ("프랑스경제회의", "EVENT", "NAM"), ("프랑스", "GPE", "NAM")}),
        ("우리 나라는 《유럽평화조약》을 지지한다.", {("우리 나라", "GPE", "DEI"), ("유럽평화조약", "DOC", "NAM")}),
    ],
)  # fmt: skip
def test_korean_entities(text, found):
    assert found <= set(entities("korean_rules", text))


def test_korean_abbreviation_in_brackets_takes_the_type_of_what_it_stands_for():
    text = "아메리카국가기구(오아스)의 회의가 열리였다. 오아스는 성장하였다."
    found = [(e["text"], e["type"], e["form"]) for e in BUILT["korean_rules"](document("ko-KP", text))["entities"]]
    assert ("아메리카국가기구", "ORG", "NAM") in found
    assert found.count(("오아스", "ORG", "ABR")) == 2


@pytest.mark.parametrize(
    ("text", "value", "mod"),
    [
        ("2023년 5월 17일에 왔다.", "2023-05-17", None),
        ("지난 9월초에 왔다.", "2023-09", "START"),
        ("지난 3월말에 왔다.", "2024-03", "END"),
        ("7월 2일에 온다.", "2024-07-02", None),
        ("17일에 왔다.", "2024-06-17", None),
        ("28일에 왔다.", "2024-05-28", None),
        ("6월 3일부터 5일까지 진행되였다.", "2024-06-03/2024-06-05", None),
        ("지난해 10월 중순에 왔다.", "2023-10", "MID"),
        ("1970년대에 왔다.", "197X", None),
        ("20세기에 왔다.", "19XX", None),
        ("주체113(2024)년 6월 18일에 왔다.", "2024-06-18", None),
        ("2021-2025년 계획이다.", "2021/2025", None),
        ("2020년 봄에 왔다.", "2020-SP", None),
        ("2020년 상반년에 왔다.", "2020-H1", None),
        ("최근에 왔다.", "PRESENT_REF", None),
        ("오늘의 정세이다.", "PRESENT_REF", None),
        ("어제 왔다.", "2024-06-19", None),
        ("앞으로 온다.", "FUTURE_REF", None),
        ("10년전에 왔다.", "2014", None),
        ("이번 주에 왔다.", "2024-W25", None),
        ("월요일에 왔다.", "2024-06-17", None),
        ("2년동안 있었다.", "P2Y", None),
        ("매년 온다.", "P1Y", None),
    ],
)
def test_korean_dates(text, value, mod):
    assert [(v, m) for _, _, v, m in dates("korean_rules", text, "2024-06-20")] == [(value, mod)]


def test_korean_dates_keep_what_is_unknown_open():
    assert [d[2] for d in dates("korean_rules", "9월에 왔다. 5일에 왔다.")] == ["XXXX-09", "XXXX-XX-05"]
    assert dates("korean_rules", "77돐, 제53차, 20×10") == []


def test_korean_claims():
    assert claims("korean_rules", "전문가들과 언론들은 정세가 긴장해지고있다고 평하였다.") == [
        (["전문가", "언론"], ["평하였다"], "정세가 긴장해지고있다", "assert")
    ]
    assert claims("korean_rules", "우리는 평화를 위한 모든 노력을 적극 지지한다.") == [
        (["우리"], ["지지한다"], "평화를 위한 모든 노력", "support")
    ]
    assert claims("korean_rules", "따라서 평화는 반드시 이룩될것이다.") == [
        (["AUTHOR"], [], "평화는 반드시 이룩될것이다", "assert")
    ]
    assert claims("korean_rules", "그는 도착하였다.") == []
    assert claims("korean_rules", "평화를 지키는 나라", title="평화를 지키는 나라")[0][0] == ["AUTHOR"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("وفرنسا والسودان", {("فرنسا", "GPE", "NAM"), ("السودان", "GPE", "NAM")}),
        ("زيارة للسودان", {("سودان", "GPE", "NAM")}),
        ("قالت وزارة الخارجية الروسية", {("وزارة الخارجية الروسية", "ORG", "NAM"), ("الروسية", "GPE", "ADJ")}),
        ("وصل وزير الخارجية المصري سامي منير", {
            ("وزير الخارجية المصري", "ROLE", "NAM"), ("المصري", "GPE", "ADJ"), ("سامي منير", "PER", "NAM")}),
        ("مؤتمر باريس بين فرنسا واليابان", {("فرنسا", "GPE", "NAM"), ("اليابان", "GPE", "NAM")}),
        ("خطة التعاون بين فرنسا واليابان 2021-2025", {
            ("خطة التعاون بين فرنسا واليابان 2021-2025", "DOC", "NAM")}),
    ],
)  # fmt: skip
def test_arabic_entities(text, found):
    assert found <= set(entities("arabic_rules", text))


def test_arabic_names_are_whole_words():
    assert entities("arabic_rules", "مصرف وهندسة") == []


@pytest.mark.parametrize(
    ("text", "value", "mod"),
    [
        ("في 18 يونيو 2023", "2023-06-18", None),
        ("في ١٨ حزيران ٢٠٢٣", "2023-06-18", None),
        ("يوم الأحد 3 كانون الثاني/يناير 2021", "2021-01-03", None),
        ("من 18 إلى 19 يونيو", "2024-06-18/2024-06-19", None),
        ("بين 30 مايو و2 يونيو 2023", "2023-05-30/2023-06-02", None),
        ("في أواخر مايو الماضي", "2024-05", "END"),
        ("وفي عام 2023", "2023", None),
        ("منتصف عام 2022", "2022", "MID"),
        ("خطة 2021-2025", "2021/2025", None),
        ("خلال العام الماضي", "2023", None),
        ("في الشهر المقبل", "2024-07", None),
        ("الأسبوع الماضي", "2024-W24", None),
        ("الثلاثاء", "2024-06-18", None),
        ("وصل أمس", "2024-06-19", None),
        ("قبل 3 أيام", "2024-06-17", None),
        ("قبل 5 سنوات", "2019", None),
        ("الذي عقد مؤخرا", "PAST_REF", None),
        ("وحاليا", "PRESENT_REF", None),
        ("لمدة ثلاثة أشهر", "P3M", None),
        ("كل عام", "P1Y", None),
        ("تسعينيات القرن الماضي", "199X", None),
        ("القرن العشرين", "19XX", None),
        ("القرن الحادي والعشرين", "20XX", None),
        ("في 15/6/2024", "2024-06-15", None),
    ],
)
def test_arabic_dates(text, value, mod):
    assert [(v, m) for _, _, v, m in dates("arabic_rules", text, "2024-06-20")] == [(value, mod)]


def test_arabic_dates_keep_what_is_unknown_open():
    found = [d[2] for d in dates("arabic_rules", "الثلاثاء. 5 مارس، قبل 3 أيام")]
    assert found == ["XXXX-WXX-2", "XXXX-03-05", "PAST_REF"]
    assert dates("arabic_rules", "كوفيد-19 والذكرى الـ75") == []
    assert dates("arabic_rules", "31 فبراير 2023") == [("فبراير 2023", "DATE", "2023-02", None)]


def test_arabic_claims():
    assert claims("arabic_rules", "أعلنت فرنسا أن المحادثات بدأت. وأضافت أنها مفيدة جدا.") == [
        (["فرنسا"], ["أعلنت"], "المحادثات بدأت", "assert"),
        (["فرنسا"], ["أضافت"], "مفيدة جدا", "assert"),
    ]
    assert claims("arabic_rules", "ورحبت اليابان بالتقدم المحرز، وتم تنفيذ المشاريع.") == [
        (["اليابان"], ["رحبت"], "التقدم المحرز", "support")
    ]
    assert claims("arabic_rules", "وسلطت فرنسا واليابان الضوء على مجالات التعاون.") == [
        (["فرنسا", "اليابان"], ["سلطت", "الضوء"], "مجالات التعاون", "assert")
    ]
    assert claims("arabic_rules", "وقالت فرنسا: “لن نوقع على الاتفاق” في المساء.")[0][2] == "لن نوقع على الاتفاق"
    assert claims("arabic_rules", "وصل الوفد إلى فرنسا.") == []


@pytest.mark.parametrize(
    ("name", "text", "surface"),
    [("korean_rules", "뽈스까당국은 환영하였다.", "뽈스까"), ("arabic_rules", "وصل وفد بولاندا أمس", "بولاندا")],
)
def test_dev_names_are_used_and_a_documents_own_gold_is_not(name, text, surface):
    language, module = LANGUAGES[name], MODULES[name]
    first = gold(language, text, (surface, "LOC", "NAM", "poland"), number=1)
    second = gold(language, f"{text} ", (surface, "LOC", "NAM", "poland"), number=2)

    def label(system, doc):
        return [(e["type"], e["entity_ids"]) for e in system(doc)["entities"] if e["text"] == surface]

    assert label(module.build([second]), first) == [("LOC", ["poland"])]
    assert label(module.build([first]), first) == label(module.build([]), first)
    renamed = document(language, text, number=5)
    assert label(module.build([first]), renamed) == label(module.build([]), renamed)
    assert label(module.build([first]), first) != label(module.build([second]), first)


def test_ids_of_territories_follow_the_gold_of_either_language():
    dev = [gold("ko-KP", "프랑스에서", ("프랑스", "GPE", "NAM", "france"))]
    system = MODULES["arabic_rules"].build(dev)
    found = system(document("ar", "وصل إلى فرنسا واليابان"))["entities"]
    assert [e["entity_ids"] for e in found] == [["france"], ["cldr:JP"]]


def test_common_nouns_of_dev_are_not_names():
    dev = [gold("ar", "وافق المجتمعون", ("المجتمعون", "PER", "NOM", "x"))]
    assert entities("arabic_rules", "قام المجتمعون", MODULES["arabic_rules"].build(dev)) == []


@pytest.mark.parametrize(("name", "other"), [("korean_rules", "ar"), ("arabic_rules", "ko-KP")])
def test_other_languages_are_left_out(name, other):
    assert MODULES[name].predict(document(other, "1")) is None
    assert BUILT[name](document(other, "1")) is None


@pytest.mark.parametrize("name", MODULES)
def test_predict_reads_the_dev_split(name, monkeypatch):
    import dragoman

    asked = []

    class Benchmark:
        def split(self, split):
            asked.append(split)
            return []

    monkeypatch.setattr(dragoman, "load", Benchmark, raising=False)
    module = load(name)
    for _ in range(2):
        assert module.predict(document(LANGUAGES[name], "2023")) is not None
    assert asked == ["dev"]


@pytest.mark.parametrize("name", MODULES)
def test_system_toml(name):
    about = tomllib.loads((SYSTEMS / name / "system.toml").read_text(encoding="utf-8"))
    assert set(about) - {"parameter_count"} == {
        "name", "version", "authors", "licence", "url", "parameters", "training_data", "layers", "languages",
        "offset_unit", "resources", "weights",
    }  # fmt: skip
    assert tuple(about["layers"]) == labels.values(labels.Layer)
    assert about["languages"] == [LANGUAGES[name]]
    assert about["offset_unit"] == "code points"


PIECES = {
    "korean_rules": "조선 중국외교부 대변인 김철수 는 이 지난 9월초 2월 30일 18일부터 19일까지 2021-2025년 1970년대 "
    "수년간 《 》 조약 회의 고 말하였다. 을 지지한다. (꾸바) 제3차 "
    "우리 나라 각하 동지 99월 9999년 0년 오전 25시 😀 é \n -",
    "arabic_rules": "وزير وزارة رئيس فرنسا للسودان الروسية جمهورية قال أعلن أن ورحب بالتقدم سلط الضوء على 30 فبراير "
    "2023 18 إلى 19 يونيو 0 99 قبل 99999 سنة القرن الـ21 الماضي الثلاثاء “ ” : ، . الجانبان بين SOM 😀 ً ـ \n",
}


def texts(name):
    piece = st.sampled_from(PIECES[name].split(" ")) | st.text(max_size=8)
    return st.lists(piece, max_size=25).flatmap(lambda p: st.sampled_from([" ", ""]).map(lambda glue: glue.join(p)))


@pytest.mark.parametrize("name", MODULES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_text_gives_a_valid_answer(name, data):
    text = data.draw(texts(name))
    published = data.draw(
        st.sampled_from([None, "2024", "2024-06", "2024-06-20", "2024-06-18/2024-06-20", "2025/..", "?"])
    )
    doc = document(LANGUAGES[name], text, published, title=text)
    result = BUILT[name](doc)
    assert result == BUILT[name](doc)
    ids = [e["id"] for layer in result.values() for e in layer]
    assert len(set(ids)) == len(ids)
    fragments = [f for c in result["claims"] for f in [*c["content"], *c["cue"]]]
    for item in [*result["entities"], *result["dates"], *fragments]:
        assert 0 <= item["start"] < item["end"] <= len(text)
        assert text[item["start"] : item["end"]] == item["text"]
    for entity in result["entities"]:
        assert entity["type"] in labels.values(labels.EntityType)
        assert entity["form"] in labels.values(labels.EntityForm)
    for date in result["dates"]:
        assert is_canonical(date["value"])
        assert type_fits(date["value"], date["type"])
        assert date["mod"] is None or date["mod"] in labels.values(labels.DateMod)
    for claim in result["claims"]:
        assert claim["act"] in labels.values(labels.Act)
        assert claim["modality"] in labels.values(labels.Modality)
        assert claim["polarity"] in labels.values(labels.Polarity)
        assert claim["claimants"]
        for claimant in claim["claimants"]:
            assert claimant["role"] in labels.values(labels.ClaimantRole)
            if "mention" in claimant:
                start, end = claimant["mention"]
                assert 0 <= start < end <= len(text)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("text", ["", "\n", "\ud800가", "\x00", "١" * 50, "1" * 400 + "년", "가" * 3000, "ا" * 3000])
def test_odd_texts(name, text):
    assert set(BUILT[name](document(LANGUAGES[name], text, "2024-02-31"))) == {"entities", "dates", "claims"}
