"""Secrets: found in every form in which a server may repeat them, and words that are none left as they are."""

import base64
import json
import subprocess
import sys
from urllib.parse import quote

import pytest

from dragoman import files, redaction

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
        base64.b64encode(KEY.encode()).decode().rstrip("="),
    ],
)
def test_a_registered_secret_is_replaced_in_every_form(form):
    redaction.register(f" {KEY}\n")
    assert redaction.redact(f"a {form} b", {}).strip("ab \"'") == redaction.MASK


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "HF_TOKEN", "LABEL_STUDIO_API_KEY", "Some_Password", "SECRET", "PGPASSWORD", "X_PWD"]
)
def test_what_the_environment_calls_a_secret_is_one(name):
    assert redaction.redact("x abcdefgh y", {name: "abcdefgh"}) == "x [secret] y"
    assert redaction.redact("x abcdefgh y", {name + "S": "abcdefgh", "PATH": "abcdefgh"}) == "x abcdefgh y"


def test_the_password_of_an_address_in_the_environment_is_one():
    environment = {
        "HTTPS_PROXY": "http://me:abcdefgh@proxy.example.org:3128",
        "PWD": "/home/somebody",
        "MONKEY": "bananas1",
    }
    assert redaction.redact("me abcdefgh /home/somebody bananas1", environment) == "me [secret] /home/somebody bananas1"


@pytest.mark.parametrize("word", [None, "", "none", "EMPTY", "  ollama  "])
def test_a_word_in_the_place_of_a_key_is_no_secret(word):
    redaction.register(word)
    assert redaction.redact("none of EMPTY, ollama", {"OPENAI_API_KEY": word or ""}) == "none of EMPTY, ollama"


def test_of_two_secrets_that_begin_alike_nothing_is_left():
    redaction.register("abcdefgh")
    redaction.register("abcdefgh-and-more")
    assert redaction.redact("abcdefgh-and-more, abcdefgh", {}) == "[secret], [secret]"


def test_the_secrets_of_an_address_are_secrets_too():
    redaction.register_address("https://someone:a%2Fpassword@example.org/v1?api-key=0123456789&version=2024-02-01")
    basic = base64.b64encode(b"someone:a/password").decode()
    assert redaction.redact(f"a/password a%2Fpassword {basic} 0123456789 2024-02-01 someone", {}) == (
        "[secret] [secret] [secret] [secret] 2024-02-01 someone"
    )
    redaction.register_address("https://a-token-alone@example.org")
    assert redaction.redact("a-token-alone", {}) == "[secret]"
    with pytest.raises(ValueError, match="IPv6"):
        redaction.register_address("http://[")


def test_no_file_is_written_with_a_secret(tmp_path):
    redaction.register(KEY)
    files.write(tmp_path / "a.json", json.dumps({"said": KEY}).encode())
    assert (tmp_path / "a.json").read_bytes() == b'{"said": "[secret]"}'
    binary = b"\xff" + KEY.encode()
    files.write(tmp_path / "b", binary)
    assert (tmp_path / "b").read_bytes() == binary


def test_what_the_environment_alone_calls_a_secret_stays_in_data(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_KEY", "Pyongyang")
    files.write(tmp_path / "a", b"Pyongyang")
    assert (tmp_path / "a").read_bytes() == b"Pyongyang"


def test_a_value_of_json_is_made_plain_on_every_level():
    redaction.register("abcdefgh")
    assert redaction.plain_json({"abcdefgh": [["\ud83d", 1, None]]}) == {"[secret]": [["\\ud83d", 1, None]]}


@pytest.mark.parametrize("how", ["print(KEY)", "sys.stderr.write(KEY)", "typer.echo(KEY)", "raise KeyError(KEY)"])
def test_whatever_the_command_line_prints_has_no_secret_not_even_a_traceback(how):
    code = (
        f"import sys, typer\nfrom dragoman import redaction\nfrom dragoman.cli import app\nKEY = {KEY!r}\n"
        f"def go():\n    redaction.register(KEY)\n    {how}\n"
        "app.app = go\napp.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert redaction.MASK in done.stdout + done.stderr
    assert "sk-a" not in done.stdout + done.stderr.replace(code, "")
    assert ("Traceback" in done.stderr) == how.startswith("raise")
