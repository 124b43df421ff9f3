"""Every language has the full page; documents share one by language and script."""

import sys
import unicodedata
from pathlib import Path

import msgspec
import pytest
import regex

from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import config, file_kinds, page_languages, push_items, sync

ROOT = Path(__file__).parents[3]
DOCUMENTS = list(read_documents(ROOT).values())


def test_scripts_are_those_of_unicode():
    """All letters of the listed scripts run right to left, and no others do but those of no one script."""
    listed = {}
    for script in sorted(page_languages.RIGHT_TO_LEFT_SCRIPTS):
        try:
            listed[script] = regex.compile(rf"\p{{sc={script}}}")
        except regex.error:  # a script that is newer than the library's Unicode, or a style of another (Aran)
            continue
    assert len(listed) >= len(page_languages.RIGHT_TO_LEFT_SCRIPTS) - 3
    letters = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)).startswith("L")]
    any_script = regex.compile("|".join(pattern.pattern for pattern in listed.values()))
    shared = regex.compile(r"[\p{sc=Zyyy}\p{sc=Zinh}]")
    for letter in letters:
        turned = unicodedata.bidirectional(letter) in {"R", "AL"}
        if turned or any_script.match(letter):
            assert turned, f"{letter!a} runs left to right"
            assert any_script.match(letter) or shared.match(letter), f"{letter!a} is of no listed script"


def test_languages_are_those_of_the_cldr():
    babel = pytest.importorskip("babel")
    locales = [babel.Locale.parse(name) for name in babel.localedata.locale_identifiers()]
    tags = {"-".join(filter(None, (x.language, x.script))): x.text_direction for x in locales if x.territory is None}
    assert len(tags) > 100
    assert {tag for tag in tags if page_languages.right_to_left(tag)} == {tag for tag in tags if tags[tag] == "rtl"}


@pytest.mark.parametrize(
    ("tag", "page"),
    [
        ("ko-KP", "ko"),
        ("ar", "ar"),
        ("AR-EG", "ar"),
        ("az-arab-IR", "az-Arab"),
        ("zh-cmn-Hant-TW", "zh-Hant"),
        ("de-1996", "de"),
        ("x-own", "x"),
        ("", ""),
    ],
)
def test_what_a_page_depends_on(tag, page):
    assert page_languages.page_language(tag) == page


@pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
def test_documents_of_any_language_get_the_full_page(stub, speaker, tmp_path):
    wanted = {"he-IL": "rtl", "fr": "ltr", "az-Arab": "rtl", "az-Latn": "ltr"}
    made = {
        f"d{n}": msgspec.structs.replace(document, id=f"d{n}", language=language)
        for n, (document, language) in enumerate(zip(DOCUMENTS, wanted, strict=False))
    }
    found = push_items.of_documents(made)
    sync.push(speaker, file_kinds.DOCUMENTS, found, config=config.make, progress=lambda work, _: iter(work))
    pages = {project["title"]: project["label_config"] for project in stub.projects}
    assert set(pages) == {f"Dragoman documents ({name})" for name in ("he", "fr", "az-Arab", "az-Latn")}
    body = config.make("ko").split("<Style>", 2)[2]
    for title, page in pages.items():
        assert page.split("<Style>", 2)[2] == body
        assert ("direction:rtl" in page) == (title.rpartition("(")[2] in ("he)", "az-Arab)"))
    outcome = sync.pull(speaker, file_kinds.DOCUMENTS, made, tmp_path, progress=lambda work, _: iter(work))
    assert {name: sorted(done) for name, done in outcome.done.items()} == {"unchanged": list(made)}
