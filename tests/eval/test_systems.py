"""Systems on the board: each answers again what is committed, from the text alone, and no text breaks it."""

import datetime as dt
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dragoman
from dragoman import json_text
from dragoman.schema import labels
from dragoman.schema.records import Document, Entity
from dragoman.systems.loading import beside, read_card
from dragoman.systems.protocol import unlabelled

for module in ("babel", "dateparser", "kiwipiepy", "korean_datetime", "mishtar"):
    pytest.importorskip(module, reason="the systems need the extra `baselines`")

EVAL = Path(__file__).resolve().parents[2] / "eval"
NAMES = sorted(path.parent.name for path in EVAL.glob("systems/*/system.toml"))
PASSES = [name for name in NAMES if name.startswith("annotator_")]
ADAPTERS = ["dateparser_search", "kiwi_names", "korean_datetime", "mishtar_chunks", "random_control"]
SOME = {"heideltime_arabic": ["004.article-1"]}
"""Documents that are run again here, of systems that take seconds for each."""

TRAINED = {"spacy_tagger"}
"""Trained anew: another processor rounds otherwise, and some of the labels come out otherwise."""

shared = beside(str(EVAL / "systems" / "passes.py"), "gazetteer.py")


@pytest.fixture(scope="module")
def benchmark():
    return dragoman.load()


def system(name):
    if name == "heideltime_arabic" and shutil.which("java") is None:
        pytest.skip("HeidelTime needs Java: install default-jre-headless")
    return beside(str(EVAL / "systems" / name / "system.py"), "system.py")


def document(language, text, published=None, number=1):
    return Document(
        id=f"900.article-{number}", page="900", kind="article", language=language, published=published, text=text
    )


def dates(name, language, text, published=None):
    answer = system(name).predict(document(language, text, published))
    return [(text[d["start"] : d["end"]], d["type"], d.get("value")) for d in answer["dates"]]


def test_every_system_has_a_run_and_every_run_a_system(benchmark):
    assert sorted(path.name for path in (EVAL / "runs").iterdir()) == NAMES
    for name in NAMES:
        run = EVAL / "runs" / name / benchmark.version
        assert read_card(run / "system.toml") == read_card(EVAL / "systems" / name / "system.toml")


# Language models have no system.py: scripts/language_models.py asks them, which takes minutes.
AGAIN = [name for name in NAMES if (EVAL / "systems" / name / "system.py").is_file()]


@pytest.mark.parametrize("name", AGAIN)
def test_a_system_answers_again_what_is_committed(name, benchmark, monkeypatch):
    path = EVAL / "runs" / name / benchmark.version / "predictions.jsonl"
    committed = {line["id"]: line for line in map(msgspec.json.decode, path.read_bytes().splitlines())}
    module = system(name)
    if name in TRAINED:
        monkeypatch.setattr(module, "EPOCHS", 1)
    predict = module.predict
    for doc in benchmark.documents:
        if doc.id in SOME.get(name, [doc.id]):
            answer = predict(unlabelled(doc))
            again = None if answer is None else msgspec.json.decode(json_text.canonical({"id": doc.id, **answer}))
            there = committed.get(doc.id)
            if name in TRAINED:
                assert (again and again.keys()) == (there and there.keys())
            else:
                assert again == there


def test_only_the_passes_are_not_independent():
    cards = {name: read_card(EVAL / "systems" / name / "system.toml") for name in NAMES}
    assert [name for name, card in cards.items() if not card.independent] == PASSES
    assert len(PASSES) == 3


@pytest.mark.parametrize("name", ["kiwi_names", "random_control"])
def test_labels_are_those_of_dev_and_never_the_documents_own(name, benchmark, monkeypatch):
    dev, asked = benchmark.split("dev"), []

    class Benchmark:
        def split(self, split):
            asked.append(split)
            return dev

    monkeypatch.setattr(dragoman, "load", Benchmark)

    def answer(doc):
        for kept in {"_dev", "_types"} & set(vars(system(name))):
            getattr(system(name), kept).cache_clear()
        return system(name).predict(unlabelled(doc))

    first, other = [d for d in dev if d.language == "ko-KP" and d.entities][:2]
    both = answer(first), answer(other)
    dev = [msgspec.structs.replace(d, entities=[], dates=[], claims=[]) if d.id == first.id else d for d in dev]
    assert answer(first) == both[0]
    assert answer(other) != both[1]
    assert set(asked) == {"dev"}
    monkeypatch.undo()
    dev = benchmark.split("dev")
    assert answer(first) == both[0]


def test_reference_times_share_what_is_known_of_the_document_time():
    assert shared.bases(shared.anchor("2024-06-20")) == [dt.datetime(2024, 6, 20)]  # noqa: DTZ001
    assert {base.year for base in shared.bases(shared.anchor("2024-01-01/2024-08-31"))} == {2024}
    first, second = shared.bases(shared.anchor(None))
    assert (first.year, first.month, first.day) != (second.year, second.month, second.day)


@pytest.mark.parametrize(
    ("values", "value"),
    [
        (["2024-06-19"], "2024-06-19"),
        (["2003-06-19", "2014-06-19"], "XXXX-06-19"),
        (["2003-03-19", "2014-10-19"], "XXXX-XX-19"),
        (["2003-03-04", "2014-10-21"], None),
        (["2003", "2014-06"], None),
        (["2023", "2023"], "2023"),
    ],
)
def test_what_readings_agree_on(values, value):
    assert shared.agreed(values) == value


@pytest.mark.parametrize(
    ("text", "published", "found"),
    [
        ("2020년 7월 3일에 왔다.", None, [("2020년 7월 3일", "DATE", "2020-07-03")]),
        ("지난 6월에 왔다.", "2024-08-20", [("지난 6월", "DATE", "2024-06")]),
        ("7월 3일에 왔다.", None, [("7월 3일", "DATE", "XXXX-07-03")]),
        ("어제 왔다.", "2024-06-20", [("어제", "DATE", "2024-06-19")]),
        ("어제 왔다.", None, [("어제", "DATE", None)]),
        ("최근에 왔다.", None, [("최근", "DATE", "PRESENT_REF")]),
        ("2021년 상반기에 왔다.", None, [("2021년 상반기", "DATE", "2021-H1")]),
        ("7월 3일부터 5일까지 왔다.", "2024-07-01", [("7월 3일부터 5일까지", "DATE", "2024-07-03/2024-07-05")]),
    ],
)
def test_korean_datetime(text, published, found):
    assert dates("korean_datetime", "ko-KP", text, published) == found


def test_dateparser():
    assert dates("dateparser_search", "ar", "في 19 يونيو 2023", None) == [("في 19 يونيو 2023", "DATE", "2023-06-19")]
    assert dates("dateparser_search", "ko-KP", "2000년 7월", None) == [("2000년 7월", "DATE", "2000-07")]
    assert dates("dateparser_search", "ar", "لا شيء هنا", None) == []


def test_heideltime_finds_its_words_in_the_text_whatever_else_is_in_it():
    text = 'قال <TIMEX3 tid="t1" value="2020">أمس</TIMEX3> & 😀 في 19 يونيو 2023\r\n ثم عاد'
    assert ("19 يونيو 2023", "DATE", "2023-06-19") in dates("heideltime_arabic", "ar", text, "2024-06-20")


def test_mishtar_gives_spans():
    text = "وصل في شهر أكتوبر 1973، وقال أحمد بن عقيل الشامي ذلك"
    answer = system("mishtar_chunks").predict(document("ar", text))
    assert [text[d["start"] : d["end"]] for d in answer["dates"]] == ["شهر أكتوبر 1973"]
    assert [text[e["start"] : e["end"]] for e in answer["entities"]] == ["أحمد بن عقيل الشامي"]


def test_kiwi_takes_the_type_of_an_ending_from_the_documents_given():
    types = system("kiwi_names").Types
    doc = document("ko-KP", "김철수위원회")
    doc.entities = [Entity("e1", 0, 6, doc.text, "ORG", "NAM", ["x"])]
    assert types([doc]).of("위원회") == "ORG"
    assert types([]).of("위원회") == "GPE"


PIECES = {
    "ko-KP": "지난 9월초 2월 30일 18일부터 19일까지 2021-2025년 1970년대 최근 오늘 어제 9999년 0년 25시 😀 é \n \r\n -",
    "ar": "في 18 يونيو 2023 30 فبراير 99999 سنة القرن الماضي الثلاثاء “ ” ، . و بن عبد الله 😀 ً ـ \n \r\n < >",
}


@pytest.mark.parametrize("language", PIECES)
@pytest.mark.parametrize("name", ADAPTERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_text_gives_spans_of_it(name, language, data):
    piece = st.sampled_from(PIECES[language].split(" ")) | st.text(st.characters(codec="utf-8"), max_size=6)
    text = " ".join(data.draw(st.lists(piece, max_size=15)))
    published = data.draw(st.sampled_from([None, "2024-06-20", "2024-01-01/2024-08-31", "2024"]))
    answer = system(name).predict(document(language, text, published))
    for item in [entry for layer in (answer or {}).values() for entry in layer if "start" in entry]:
        assert 0 <= item["start"] < item["end"] <= len(text)
        assert item.get("mod") is None or item["mod"] in labels.values(labels.DateMod)
