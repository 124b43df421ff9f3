"""The site in a real browser: complete without script, sortable with it, and harmless whatever is submitted."""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from submitted import lines, submit

from dragoman import files, json_text, load
from dragoman.authoring.publishing.payload import read_payload
from dragoman.leaderboard import isolation, views
from dragoman.leaderboard import site as site_
from dragoman.leaderboard.site import build
from dragoman.locking import only_writer
from dragoman.problems import DragomanError
from dragoman.schema.leaderboard_json import Board
from dragoman.systems.loading import read_card

HOSTILE = {
    "a": '<script>alert("name")</script><img src=x onerror=alert(1)>',
    "b": "\u202etxet desrever\u2066\u2067 end",
    "c": "x" * 120,
    "d": "../../../../etc/passwd\x00\x1b[31m",
    "e": "</style><style>body{display:none}</style>{{ 7 * 7 }}{% raw %}",
    "f": "\"'><svg onload=alert(2)>\u2028\n=1+1",
}
URLS = {
    "a": "javascript:alert(3)",
    "b": "data:text/html,<script>alert(4)</script>",
    "c": "https://example.org/" + "y" * 100_000,
    "d": "https://example.org@evil.example/",
    "e": 'https://example.org/"><script>alert(5)</script>',
    "f": "https://example.org/?a=1&b=2#c",
}


def through(items, _what):
    return items


@pytest.fixture(scope="module")
def site(tmp_path_factory, benchmark, gold):
    runs, out = tmp_path_factory.mktemp("runs"), tmp_path_factory.mktemp("out") / "site"
    submit(runs, "whole", benchmark, gold, name="Whole")
    submit(runs, "some", benchmark, gold, keep=2, layers=("entities", "dates"), name="Some layers")
    for i, (key, name) in enumerate(HOSTILE.items()):
        _hostile(runs, key, name, i, benchmark, gold)
    submit(runs, "pass", benchmark, gold, name="A pass", independent=False)
    submit(runs, "Collide", benchmark, gold, keep=4)
    submit(runs, "collide", benchmark, gold, keep=4)
    broken = submit(runs, "broken", benchmark, gold)
    (broken / "predictions.jsonl").write_text('{"id": "<script>alert(6)</script>\\u202e"}\n')
    build(runs, out, benchmark, through, reports=False)
    return out


def _hostile(runs, key, name, i, benchmark, gold):
    more = {"licence": name, "training_data": (name + " ") * 1000, "authors": [name] * 50, "languages": [name]}
    submit(runs, f"hostile_{key}", benchmark, gold, keep=3 + i, name=name, url=URLS[key], **more)


@pytest.fixture
def watched(page):
    """A page that keeps all that must not happen."""
    bad = []
    page.on("dialog", lambda dialog: (bad.append(("dialog", dialog.message)), dialog.dismiss()))
    page.on("console", lambda message: bad.append(("console", message.text)))
    page.on("pageerror", lambda fault: bad.append(("error", str(fault))))
    page.on("request", lambda request: urlsplit(request.url).scheme == "file" or bad.append(("request", request.url)))
    page.bad = bad
    return page


def pages(site):
    return sorted(site.rglob("*.html"))


def test_no_page_runs_loads_or_says_anything_and_nothing_leaves_its_box(site, watched):
    assert len(pages(site)) == 10 + 12
    for width in (390, 1280):
        watched.set_viewport_size({"width": width, "height": 800})
        for path in pages(site):
            watched.goto(path.as_uri())
            assert watched.locator("h1").is_visible(), path
            wide = watched.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path.name, wide)
    assert watched.bad == []


def test_a_script_that_is_not_ours_is_not_run(site, page, tmp_path):
    html = (site / "index.html").read_text("utf-8")
    assert "<script>" in html
    planted = "<script>document.title = 'run'</script><img src=x onerror=\"document.title='run'\">"
    (tmp_path / "page.html").write_text(html.replace("<main>", "<main>" + planted), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    assert page.get_by_role("button").count() > 2
    assert page.title() == "All – Dragoman leaderboard"


def test_a_style_that_is_not_ours_does_not_apply(site, page, tmp_path):
    for path in pages(site):
        html = path.read_text("utf-8")
        assert "unsafe" not in html.partition("<title>")[0]
        planted = "<main><style>h1 { display: none }</style>"
        (tmp_path / "page.html").write_text(html.replace("<main>", planted, 1), encoding="utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        assert page.locator("h1").is_visible()
        assert page.locator("body").evaluate("each => getComputedStyle(each).maxWidth") == "1760px"


def test_names_are_shown_as_text_in_a_box_of_their_own(site, watched):
    watched.goto((site / "index.html").as_uri())
    shown = watched.locator("tbody th.name bdi").all_inner_texts()
    assert HOSTILE["a"] in shown
    assert "\\u202etxet desrever\\u2066\\u2067 end" in shown
    assert not any("\u202e" in text or "\x1b" in text for text in shown)


def test_links_lead_to_plain_web_addresses_or_to_pages_of_the_site(site, watched):
    outside = []
    for path in pages(site):
        watched.goto(path.as_uri())
        for link in watched.locator("a").all():
            target = link.get_attribute("href")
            if urlsplit(target).scheme:
                outside.append(target)
                assert {"noopener", "nofollow"} <= set(link.get_attribute("rel").split())
                assert watched.get_by_text("example.org", exact=True).is_visible()
            else:
                file, _, anchor = target.partition("#")
                assert (path.parent / file).resolve().is_file(), target
                assert (path.parent / file).resolve().is_relative_to(site.resolve())
                assert not anchor or f'id="{anchor}"' in (path.parent / file).read_text("utf-8")
    assert outside == [URLS["f"]]


def test_runs_that_are_not_ranked_stand_apart_with_the_reason(site, watched):
    watched.goto((site / "index.html").as_uri())
    apart = watched.get_by_role("table", name="Not independent of gold")
    assert apart.locator("tbody th.name bdi").all_inner_texts() == ["A pass"]
    assert apart.locator(".rank").count() == 0
    others = watched.get_by_role("table", name="Runs that are not ranked").inner_text()
    assert "invalid" in others
    assert f"E301 broken/{load().version}/predictions.jsonl" in others


@pytest.mark.parametrize(
    "url",
    [
        "", None, "javascript:alert(1)", "JaVaScRiPt:alert(1)", " https://a.b", "https://a.b\n", "//a.b", "ftp://a.b",
        "https://", "https://user@a.b", "https://a.b\\@c.d", "https://[::1", "https://a\u202eb", "https://p\u0430ypal.com",
        "https://a.b/" + "c" * 3000,
    ],
)  # fmt: skip
def test_what_is_not_a_plain_web_address_is_no_link(url):
    assert views.link(url) is None


def test_a_web_address_is_shown_with_its_host():
    assert views.link("https://example.org:8080/a?b#c") == ("https://example.org:8080/a?b#c", "example.org")


def test_headings_sort_by_their_column_and_back(site, watched):
    watched.goto((site / "entities.html").as_uri())
    first = watched.locator("table.sortable").first
    before = first.locator("tbody th.name").all_inner_texts()
    head = first.locator("thead th.main")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    scores = [float(text) for text in first.locator("tbody td.main .score").all_inner_texts()]
    assert scores == sorted(scores)
    assert first.locator("tbody th.name").all_inner_texts() != before
    first.locator("thead th.rank").get_by_role("button").click()
    assert first.locator("tbody th.name").all_inner_texts() == before


def test_without_script_the_table_is_complete_and_in_order(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "entities.html").as_uri())
    rows = page.locator("table.sortable tbody tr")
    assert rows.count() == 9 + 1  # one stands apart
    assert page.get_by_role("button").count() == 0
    ranks = [int(text.rstrip("=")) for text in page.locator("tbody td.rank").all_inner_texts()]
    assert ranks == sorted(ranks)
    ground = page.locator("body").evaluate_handle("each => getComputedStyle(each)")
    seen = {}
    for choice in ("light", "dark"):
        page.get_by_role("group", name="Colours").get_by_label(choice).check(force=True)
        seen[choice] = ground.evaluate("each => each.backgroundColor")
    assert seen["light"] != seen["dark"]
    context.close()


def test_a_screen_reader_finds_tables_with_names_headings_and_landmarks(site, watched):
    watched.goto((site / "index.html").as_uri())
    tree = watched.locator("body").aria_snapshot()
    for part in ("navigation", "main", 'heading "Leaderboard" [level=1]', "columnheader", "rowheader", "region"):
        assert part in tree
    assert watched.get_by_role("table", name="Closed track: 9").count() == 1
    assert watched.get_by_role("link", name="All 31").get_attribute("aria-current") == "page"


def test_the_same_runs_give_the_same_bytes_and_pages_of_gone_runs_go(site, tmp_path, benchmark, gold):
    runs, out = tmp_path / "runs", tmp_path / "out"
    submit(runs, "one", benchmark, gold, keep=2)
    gone = submit(runs, "two", benchmark, gold, keep=3)
    build(runs, out, benchmark, through, reports=False)
    first = {path: path.read_bytes() for path in out.rglob("*.*")}
    build(runs, out, benchmark, through, reports=False)
    assert {path: path.read_bytes() for path in out.rglob("*.*")} == first
    for path in gone.iterdir():
        path.unlink()
    gone.rmdir()
    build(runs, out, benchmark, through, reports=False)
    assert len(list((out / "systems").iterdir())) == 1


def test_a_place_that_holds_something_else_is_refused(tmp_path, benchmark, gold):
    runs = tmp_path / "runs"
    submit(runs, "one", benchmark, gold)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years of work")
    (tmp_path / "link").symlink_to(tmp_path / "full")
    for place in (tmp_path / "full", tmp_path / "link", tmp_path / "full" / "thesis.txt", runs / "site"):
        with pytest.raises(DragomanError) as caught:
            build(runs, place, benchmark, through, reports=False)
        assert caught.value.problems[0].code == "E829"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["thesis.txt"]


def test_the_site_links_to_a_data_set_that_is_named_and_refuses_what_is_no_name(tmp_path, benchmark, gold):
    submit(tmp_path / "runs", "one", benchmark, gold)
    done = dragoman(tmp_path / "runs", "--out", tmp_path / "site", "--no-reports", "--hub-dataset", "owner/data")
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "site" / "about.html").read_text("utf-8")
    assert 'href="https://huggingface.co/datasets/owner/data/blob/main/GUIDELINES.md"' in page
    assert 'datasets: ["owner/data"]' in (tmp_path / "site" / "README.md").read_text("utf-8")
    with pytest.raises(DragomanError) as caught:
        build(tmp_path / "runs", tmp_path / "other", benchmark, through, reports=False, dataset='a/b"><script>')
    assert caught.value.problems[0].code == "E829"
    assert not (tmp_path / "other").exists()


def test_a_language_that_is_gone_takes_its_page_along(tmp_path, benchmark, gold):
    submit(tmp_path / "runs", "one", benchmark, gold)
    build(tmp_path / "runs", tmp_path / "site", benchmark, through, reports=False)
    there = sorted(path.name for path in (tmp_path / "site").glob("language-*.html"))
    assert there == ["language-ar.html", "language-ko-kp.html"]
    (tmp_path / "site" / "language-xx.html").write_text("old")
    build(tmp_path / "runs", tmp_path / "site", benchmark, through, reports=False)
    assert sorted(path.name for path in (tmp_path / "site").glob("language-*.html")) == there


def test_a_build_that_was_killed_early_is_run_again(tmp_path, benchmark, gold):
    runs, out = tmp_path / "runs", tmp_path / "site"
    submit(runs, "one", benchmark, gold)
    out.mkdir()
    for name in (".lock", ".write-0123456789abcdef.part"):
        (out / name).write_bytes(b"half")
    build(runs, out, benchmark, through, reports=False)
    assert (out / "leaderboard.json").is_file()
    assert not (out / ".lock").exists()


def test_a_site_that_is_half_written_is_not_published_until_it_is_whole(tmp_path, benchmark, gold, monkeypatch):
    runs, out = tmp_path / "runs", tmp_path / "site"
    submit(runs, "one", benchmark, gold)
    build(runs, out, benchmark, through, reports=False)
    assert read_payload(out).contents
    real = files.write

    def ended(path, data):
        if path.suffix == ".html":
            raise KeyboardInterrupt
        return real(path, data)

    monkeypatch.setattr(files, "write", ended)
    with pytest.raises(KeyboardInterrupt):
        build(runs, out, benchmark, through, reports=False)
    monkeypatch.setattr(files, "write", real)
    with pytest.raises(DragomanError, match=r"E747.*\.unfinished"):
        read_payload(out)
    build(runs, out, benchmark, through, reports=False)
    assert read_payload(out).contents


def test_a_place_that_somebody_else_writes_is_refused(tmp_path, benchmark, gold):
    runs, out = tmp_path / "runs", tmp_path / "site"
    submit(runs, "one", benchmark, gold)
    with only_writer(out), pytest.raises(DragomanError) as caught:
        build(runs, out, benchmark, through, reports=False)
    assert caught.value.problems[0].code == "E829"
    assert str(os.getpid()) in str(caught.value)
    assert not list(out.iterdir())


def dragoman(*arguments):
    command = [sys.executable, "-c", "from dragoman.cli import main; main()", "leaderboard", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_writes_site_and_reports(tmp_path, benchmark, gold):
    submit(tmp_path / "runs", "one", benchmark, gold, keep=2)
    done = dragoman(tmp_path / "runs", "--out", tmp_path / "site", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"site": str(tmp_path / "site" / "index.html"), "ranked": 1}
    report = next((tmp_path / "site" / "reports").iterdir())
    assert f"reports/{report.name}" in (tmp_path / "site" / "systems" / report.name).read_text("utf-8")
    card = read_card(tmp_path / "runs" / "one" / benchmark.version / "system.toml")
    html = report.read_text("utf-8")
    assert f"System card of <bdi>{card.name}</bdi>" in html
    assert f"<dt>Licence</dt><dd><bdi>{card.licence}</bdi>" in html


def test_predictions_with_quotes_have_a_report(tmp_path, benchmark, gold):
    folder = submit(tmp_path / "runs", "one", benchmark, gold)
    rows = lines(benchmark)
    quoted = next(row for row in rows if row["entities"])
    for label in quoted["entities"]:
        label["quote"] = label.pop("text", None) or text_of(benchmark, quoted["id"])[label["start"] : label["end"]]
        del label["start"], label["end"]
    (folder / "predictions.jsonl").write_bytes(json_text.lines(rows))
    board = build(tmp_path / "runs", tmp_path / "site", benchmark, through)
    assert not any("E830" in problem for problem in board.entries[0].problems)
    assert [path.stem for path in (tmp_path / "site" / "reports").iterdir()] == [board.entries[0].id]


def text_of(benchmark, name):
    return next(document.text for document in benchmark.documents if document.id == name)


def test_a_report_that_cannot_be_made_is_a_problem_of_its_entry(tmp_path, benchmark, gold, monkeypatch):
    for keep, name in enumerate(("one", "two"), 2):
        submit(tmp_path / "runs", name, benchmark, gold, keep=keep, layers=("entities", "dates"))

    def outcomes(function, paths):
        if function.func is not site_._page:
            return [function(path) for path in paths]
        return [isolation.Failure("its process was killed by SIGSEGV"), *(function(path) for path in paths[1:])]

    monkeypatch.setattr(isolation, "each", outcomes)
    board = build(tmp_path / "runs", tmp_path / "site", benchmark, through)
    first, second = board.entries
    assert (len(first.problems), second.problems) == (1, [])
    assert first.problems[0].startswith(f"E830 {first.folder}: ")
    assert "SIGSEGV" in first.problems[0]
    assert files.read_json(tmp_path / "site" / "leaderboard.json", Board) == board
    assert [path.stem for path in (tmp_path / "site" / "reports").iterdir()] == [second.id]
    assert "SIGSEGV" in (tmp_path / "site" / "systems" / f"{first.id}.html").read_text("utf-8")


def test_the_check_says_what_is_wrong_and_fails(tmp_path, benchmark, gold):
    folder = submit(tmp_path, "one", benchmark, gold)
    done = dragoman(folder, "--check")
    assert (done.returncode, done.stdout) == (0, "No problem found.\n")
    (folder / "\x1b[31m\u202e.py").write_text("")
    done = dragoman(folder, "--check")
    assert done.returncode == 1
    assert "E821" in done.stderr
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr
    done = dragoman(folder, "--check", "--json")
    assert [problem["code"] for problem in json.loads(done.stdout)["problems"]] == ["E821"]
    assert dragoman(folder).returncode == 2
    assert dragoman(tmp_path / "nothing", "--check").returncode == 1


def test_the_check_of_a_pipe_or_of_parquet_ends_and_says_so(tmp_path, benchmark, gold):
    folder = submit(tmp_path, "one", benchmark, gold)
    (folder / "predictions.jsonl").unlink()
    os.mkfifo(folder / "predictions.jsonl")
    done = dragoman(folder, "--check", "--json")
    assert (done.returncode, [each["code"] for each in json.loads(done.stdout)["problems"]]) == (1, ["E822"])
    (folder / "predictions.jsonl").unlink()
    (folder / "predictions.jsonl").write_bytes(b"PAR1 and so on PAR1")
    done = dragoman(folder, "--check", "--json")
    assert (done.returncode, [each["code"] for each in json.loads(done.stdout)["problems"]]) == (1, ["E209"])
