"""Secrets: found in every form in which a server may repeat them, and words that are none left as they are."""

import json
from urllib.parse import quote

import pytest

from dragoman import redaction

KEY = 'sk-a/b+c="\\1\u00e9'


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(redaction, "_registered", set())


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        json.dumps(KEY),
        json.dumps(KEY, ensure_ascii=False),
        repr(KEY),
        quote(KEY),
        quote(KEY, safe=""),
        KEY.upper(),
    ],
)
def test_a_registered_secret_is_replaced_in_every_form(form):
    redaction.register(f" {KEY}\n")
    assert redaction.redact(f"a {form} b", {}).strip("ab \"'") == redaction.MASK


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "HF_TOKEN", "LABEL_STUDIO_API_KEY", "Some_Password", "SECRET"])
def test_what_the_environment_calls_a_secret_is_one(name):
    assert redaction.redact("x abcdefgh y", {name: "abcdefgh"}) == "x [secret] y"
    assert redaction.redact("x abcdefgh y", {name + "S": "abcdefgh", "PATH": "abcdefgh"}) == "x abcdefgh y"


@pytest.mark.parametrize("word", [None, "", "none", "EMPTY", "  ollama  "])
def test_a_word_in_the_place_of_a_key_is_no_secret(word):
    redaction.register(word)
    assert redaction.redact("none of EMPTY, ollama", {"OPENAI_API_KEY": word or ""}) == "none of EMPTY, ollama"


def test_of_two_secrets_that_begin_alike_nothing_is_left():
    redaction.register("abcdefgh")
    redaction.register("abcdefgh-and-more")
    assert redaction.redact("abcdefgh-and-more, abcdefgh", {}) == "[secret], [secret]"
