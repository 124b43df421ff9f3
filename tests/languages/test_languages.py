"""Descriptors of languages are complete, stand alone, and are all that the package knows of a language."""

import ast
import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import regex

from dragoman import languages
from dragoman.annotations import Coded
from dragoman.measures import clitics
from dragoman.measures.pair import Pair
from dragoman.reading.read import read_lines
from dragoman.reading.target import Target
from dragoman.reports.html import page
from dragoman.reports.sources import from_reference
from dragoman.schema.submission import Submission

SOURCE = Path(languages.__file__).parents[1]
OF_A_LANGUAGE = {
    "authoring/starting/suggested_profile.py": "signs by which a date line of a page that nobody described is guessed",
    "robustness/donors.py": "names that take the place of names",
    "robustness/letters.py": "letters that look alike, for noise",
    "robustness/renaming.py": "particles after names, which follow the last letter",
    "robustness/name_parts.py": "endings of names and offices, which say what may stand in their place",
    "robustness/shifting.py": "dates written anew",
}
"""Modules whose matter is words of a language that no other module needs; so are all edits (robustness/edits)."""
FILES = [
    pytest.param(path, id=name)
    for path in sorted(SOURCE.rglob("*.py"))
    if (name := path.relative_to(SOURCE).as_posix()).partition("/")[0] not in ("languages", "data")
    and name not in OF_A_LANGUAGE
    and not name.startswith("robustness/edits/")
]
PATTERNS = [
    *("enclitics", "proclitics", "article", "fused_article", "honorifics", "titles", "adjective"),
    *("definite_adjective", "date_hint", "date_enclitic", "date_preposition", "free_spacing"),
]


def test_each_file_of_the_room_is_a_language():
    assert [each.tag for each in languages.all()] == ["ar", "en", "ko"]
    assert len(list(Path(languages.__file__).parent.glob("[!_]*.py"))) == len(languages.all())


@pytest.mark.parametrize("language", languages.all(), ids=lambda each: each.tag)
def test_a_descriptor_is_complete(language):
    assert re.fullmatch(r"[a-z]{2,3}", language.tag)
    assert re.fullmatch(r"[A-Z][a-z]{3}", language.script)
    assert language.name
    assert languages.direction(language.own_name) == language.direction
    assert language.fonts[-1] in ("serif", "sans-serif")
    assert len(set(language.months)) == 12
    assert len(set(language.weekdays)) == 7
    assert language.own_state <= language.deictics
    for name in PATTERNS:
        regex.compile(getattr(language, name))
    # What stands at an edge of a name may always be nothing.
    assert language.before_name.fullmatch("")
    assert language.after_name.fullmatch("")
    for letter, shared in language.letter_folding.items():
        assert letter != shared
        assert shared not in language.letter_folding
    assert hash(language) == hash(dataclasses.replace(language))


def test_names_and_weekdays_are_those_of_the_cldr():
    babel = pytest.importorskip("babel")
    for language in languages.all():
        locale = babel.Locale.parse(language.tag)
        assert (language.own_name, language.name) == (locale.get_display_name(), locale.get_display_name("en"))
        assert language.direction == locale.character_order.replace("left-to-right", "ltr").replace(
            "right-to-left", "rtl"
        )
        assert language.months == tuple(locale.months["stand-alone"]["wide"][n] for n in range(1, 13))
        assert language.weekdays == tuple(locale.days["stand-alone"]["wide"][n] for n in range(7))


@pytest.mark.parametrize("tag", [None, "", "und", "nb-NO", "x-own", "<&>", "ko-Latn"])
def test_an_unknown_language_has_no_rules_and_can_be_shown(tag):
    language = languages.get(tag)
    assert not any(getattr(language, name) for name in PATTERNS)
    assert language.name == (tag or "unknown")
    assert languages.appearance("Oslo", tag).direction == "ltr"
    assert languages.appearance("", tag).direction == "ltr"


@pytest.fixture
def made_up():
    """A language that exists in this process alone: names end in -xu, and are preceded by wa-."""
    made = languages.Language(
        tag="qaa", name="Xuwan", own_name="XUWA", direction="ltr", fonts=("Xu Sans", "serif"), word_break="break-all",
        enclitics="xu", proclitics="wa",
    )  # fmt: skip
    languages.register(made)
    yield made
    del languages._described()[made.tag]


@pytest.mark.parametrize(
    ("language", "credit"), [("qaa-KP", 2), (None, 2), ("ko", 0), ("nb", 0)], ids=["own", "unknown", "other", "bare"]
)
def test_a_language_that_was_registered_is_scored(made_up, language, credit):
    line = {"id": "d", "text": "waBern Bernxu"}
    gold, pred = (
        read_lines([msgspec.convert({**line, "entities": entities}, Submission)], Target())
        for entities in (
            [{"start": 2, "end": 6, "type": "GPE"}, {"start": 7, "end": 11, "type": "GPE"}],
            [{"start": 0, "end": 6, "type": "GPE"}, {"start": 7, "end": 13, "type": "GPE"}],
        )
    )
    pair = Pair(dataclasses.replace(gold, languages=Coded.of([language])), pred)
    assert clitics.clitic(pair).credit.sum() == credit
    assert clitics.clitic(Pair(gold, pred)).credit.sum() == 2


def test_a_language_that_was_registered_is_shown(made_up, tmp_path):
    line = {"id": "d", "language": "qaa", "text": "Bern", "entities": [{"start": 0, "end": 4, "type": "GPE"}]}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(line) + "\n")
    html = page(path, from_reference(path))
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1]
    (document,) = json.loads(data)["documents"]
    assert document["direction"] == "ltr"
    assert document["style"] == {"fontFamily": '"Xu Sans",serif', "wordBreak": "break-all"}


@pytest.mark.parametrize(
    ("tag", "short", "described"),
    [
        ("ko-KP", "ko", True),
        ("ar", "ar", True),
        ("AR-EG", "ar", True),
        ("ar-Arab-EG", "ar-Arab", True),
        ("ar-Latn", "ar-Latn", False),
        ("az-arab-IR", "az-Arab", False),
        ("zh-cmn-Hant-TW", "zh-Hant", False),
        ("de-1996", "de", False),
        ("x-own", "x", False),
        ("", "", False),
    ],
)
def test_a_tag_is_shortened_to_language_and_script(tag, short, described):
    assert languages.short_tag(tag) == short
    assert (languages.get(tag) in languages.all()) == described


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("کابل پایتخت افغانستان است", "fa"),
        ("کابل د افغانستان پلازمېنه ده", "ps"),
        ("ירושלים היא בירת ישראל", "he"),
        ("اسلام آباد پاکستان کا دارالحکومت ہے", "ur"),
        ("ދިވެހިރާއްޖެ", "dv"),
        ("ܣܘܪܝܝܐ", None),
        ("BBC World Service: اسلام آباد پاکستان کا دارالحکومت ہے", "en"),
        ("2024", "ar"),
    ],
)
def test_text_runs_right_to_left(text, tag):
    assert languages.direction(text, tag) == "rtl"
    assert languages.appearance(text, tag).direction == "rtl"


@pytest.mark.parametrize(
    ("text", "tag"), [("평양", "ko-KP"), ("Misr", "ar"), ("Tel Aviv (תל אביב)", None), ("東京", "ja"), ("2024", None)]
)
def test_text_runs_left_to_right(text, tag):
    assert languages.direction(text, tag) == "ltr"
    assert languages.appearance(text, tag).direction == "ltr"


def test_the_direction_is_the_one_that_the_cldr_says():
    babel = pytest.importorskip("babel")
    locales = [babel.Locale.parse(name) for name in babel.localedata.locale_identifiers()]
    named = {locale: locale.get_display_name() for locale in locales if locale.territory is None}
    judged = {locale: name for locale, name in named.items() if name and locale.text_direction in ("ltr", "rtl")}
    assert len(judged) > 200
    wrong = {str(locale) for locale, name in judged.items() if languages.direction(name) != locale.text_direction}
    assert not wrong


def test_nothing_loads_a_language_before_one_is_asked_for(tmp_path):
    path = tmp_path / "labels.jsonl"
    gold = '{"id": "d", "entities": [{"start": 0, "end": 4, "type": "A"}]}\n'
    path.write_text(gold)
    (tmp_path / "other.jsonl").write_text(gold.replace("4", "5"))
    code = (
        "import sys, dragoman; from pathlib import Path; from dragoman.cli.app import app; "
        f"app(['score', {str(tmp_path / 'other.jsonl')!r}, '--reference', {str(path)!r}, '--no-intervals'], "
        "standalone_mode=False); print(*(m for m in sys.modules if m.startswith('dragoman.languages.')), 'end')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "end"


def strings(tree):
    """Strings of a module but for those that stand alone, as docstrings do."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone)
    return [node for node in constants if isinstance(node.value, str)]


@pytest.mark.parametrize("path", FILES)
def test_no_other_module_lists_languages(path):
    source = path.read_text("utf-8")
    letters = regex.compile(r"(?!\p{P})[\p{Script=Hangul}\p{Script=Arabic}]")
    tags = {each.tag for each in languages.all()} | {"fa", "he", "ur", "fr", "ja", "zh", "ru"}
    tree = ast.parse(source)
    for node in strings(tree):
        # As it is written: an escape stands for a character by its number, as properties of Unicode do.
        if letters.search(node.value):
            assert not letters.search(ast.get_source_segment(source, node)), f"line {node.lineno}: a language's letters"
    for node in ast.walk(tree):
        listed = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
        found = [part.value for part in listed if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        found = [value for value in found if value.partition("-")[0] in tags]
        assert len(found) < 2, f"line {node.lineno}: a list of languages: {found}"
    compared = (node.comparators[0] for node in ast.walk(tree) if isinstance(node, ast.Compare))
    told_apart = {node.value for node in compared if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not told_apart & (tags - {"en"})


def test_no_template_of_the_report_lists_languages():
    for path in (SOURCE / "report" / "templates").rglob("*.*"):
        assert not re.search(r":lang\(|\b(ar|fa|he)\|(fa|he|ur)\b", path.read_text("utf-8")), path
