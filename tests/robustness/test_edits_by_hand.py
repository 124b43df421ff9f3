"""Each edit on a few words, with what has to come out worked by hand."""

import sys

import pytest

from dragoman.problems import DragomanError
from dragoman.robustness.edit import parse
from dragoman.robustness.edits import catalogue
from dragoman.robustness.letters import final_sound
from dragoman.robustness.shifting import Impossible, Shift, moved_value
from dragoman.robustness.steps import Tally, edited, plan_of


def done(name, text, language="ko-KP", rate=1.0, seed=1, rows=(), **row):
    """Edit a text; give the new row and what was counted."""
    whole = {"id": "d", "language": language, "text": text, **row}
    applied, tally = parse(name, catalogue(), rate=rate, seed=seed), Tally()
    return edited(whole, applied, plan_of([whole, *rows], applied), tally).row, tally


def mention(text, words, type_="PER", number=1, ids=("x",), occurrence=1):
    start = -1
    for _ in range(occurrence):
        start = text.index(words, start + 1)
    span = {"start": start, "end": start + len(words), "text": words}
    return {"id": f"e{number}", **span, "type": type_, "form": "NAM", "entity_ids": list(ids)}


def date(text, words, value, number=1, **more):
    start = text.index(words)
    return {
        "id": f"d{number}",
        "start": start,
        "end": start + len(words),
        "text": words,
        "type": "DATE",
        "value": value,
        **more,
    }


@pytest.mark.parametrize(
    ("north", "south"),
    [
        ("로동자와 녀성은 력사를 안다", "노동자와 여성은 역사를 안다"),
        ("래일 리념과 량심", "내일 이념과 양심"),
        ("1950년대 2024년도", "1950년대 2024년도"),  # a counter after a number is no beginning of a word
        ("조선로동당과 국가련합", "조선노동당과 국가연합"),
        ("라지오와 로케트, 녀석", "라지오와 로케트, 녀석"),  # the law is for Sino-Korean words
        ("로씨야와 윁남, 뽈스까", "러시아와 베트남, 폴란드"),
        ("《조약》이 되였다", "“조약”이 되었다"),
        ("아이였다. 학생이였다. 도시였다. 기여한다", "아이였다. 학생이었다. 도시였다. 기여한다"),
        ("비률과 대렬, 법률, 정렬", "비율과 대열, 법률, 정렬"),
        ("노력하고있는 할수 있다 할수록", "노력하고 있는 할 수 있다 할수록"),
        ("김철동지의 80돐", "김철 동지의 80돌"),
        ("제조로 만든 제품", "제조로 만든 제품"),  # no label says that these syllables are two states
    ],
)
def test_north_to_south(north, south):
    assert done("north-to-south", north)[0]["text"] == south


def test_names_of_two_or_three_syllables_follow_the_law_of_initials_and_others_do_not():
    text = "리철동지와 라울 까스뜨로가 왔다"
    row, tally = done(
        "north-to-south", text, entities=[mention(text, "리철"), mention(text, "라울 까스뜨로", number=2)]
    )
    assert row["text"] == "이철 동지와 라울 카스트로가 왔다"
    assert [each["text"] for each in row["entities"]] == ["이철", "라울 카스트로"]
    assert tally.places == 3


def test_every_loan_has_the_same_final_sound_as_before():
    from dragoman.robustness.edits.north_to_south import LOANS, WORDS

    assert len(LOANS) > 30
    assert all(north != south for north, south in {**LOANS, **WORDS}.items())
    assert [north for north, south in LOANS.items() if final_sound(north) != final_sound(south)] == []
    # ㄹ and other consonants differ in one particle, which has an entry of its own.
    assert [north for north, south in WORDS.items() if final_sound(north) != final_sound(south)] == ["돐"]
    assert WORDS["돐으로"] == "돌로"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("no-vowel-signs", "تُظهِر فشلًا", "تظهر فشلا"),
        ("no-vowel-signs", "آسيان", "آسيان"),
        ("folded-letters", "أكدت مدرسة إلى آسيان", "اكدت مدرسه الي اسيان"),
        ("persian-letters", "في كوريا", "فی کوریا"),
        ("arabic-digits", "عام 2024", "عام ٢٠٢٤"),
        ("typographic-quotes", 'قمة "بريكس" و"كوريا', 'قمة "بريكس" و"كوريا'),  # three marks: one has no partner
        ("typographic-quotes", 'قمة "بريكس"', "قمة “بريكس”"),
        ("no-break-spaces", "قمة بريكس", "قمة\u00a0بريكس"),
        ("tatweel", "سلا", "سـلا"),  # lam and alef are one shape
    ],
)
def test_letters(name, before, after):
    assert done(name, before, language="ar")[0]["text"] == after


def test_decomposed_hangul_and_full_width():
    assert done("decomposed", "각")[0]["text"] == "\u1100\u1161\u11a8"
    assert done("full-width", "2024년 (A)")[0]["text"] == "２０２４년 (Ａ)"


def test_noise_leaves_dates_and_numbers_alone():
    text = "김정은은 2024년 6월에 로씨야를 방문하였다 123"
    start = text.index("2024")
    for name in ("typing-noise", "ocr-noise"):
        row, _ = done(name, text, dates=[date(text, "2024년 6월", "2024-06")])
        assert row["text"] != text
        assert len(row["text"]) == len(text)
        assert row["text"][start : start + 8] == "2024년 6월"
        assert row["text"].endswith("123")


def test_an_edit_for_another_language_does_nothing():
    row, tally = done("tatweel", "로동자")
    assert (row["text"], tally.edited, tally.places) == ("로동자", [], 0)


def test_a_label_is_never_cut():
    text = "에네르기가"  # its Southern form is a syllable shorter
    row, tally = done("north-to-south", text, entities=[mention(text, "에네")])
    assert row["text"] == text
    assert tally.unable == {"a label begins or ends inside": 1}


@pytest.mark.parametrize(
    ("value", "shift", "moved"),
    [
        ("2024-06-18", Shift(years=10), "2034-06-18"),
        ("2024-06", Shift(months=8), "2025-02"),
        ("2024-12-31", Shift(days=1), "2025-01-01"),
        ("2024-02-29", Shift(years=4), "2028-02-29"),
        ("2021/2025", Shift(years=10), "2031/2035"),
        ("195X", Shift(years=20), "197X"),
        ("2024-Q1", Shift(years=1), "2025-Q1"),
        ("2024-06-18T15:00", Shift(days=1), "2024-06-19T15:00"),
        ("PRESENT_REF", Shift(days=9), "PRESENT_REF"),
        ("P10Y", Shift(months=1), "P10Y"),
        ("XXXX-12", Shift(years=1), "XXXX-12"),
    ],
)
def test_values_move(value, shift, moved):
    assert moved_value(value, shift) == moved


@pytest.mark.parametrize(
    ("value", "shift"),
    [
        ("2024-02-29", Shift(years=1)),
        ("2024-01-31", Shift(months=1)),
        ("2024-06", Shift(days=1)),
        ("2024", Shift(months=1)),
        ("195X", Shift(years=5)),
        ("XXXX-12", Shift(months=1)),
        ("9999-12-31", Shift(days=1)),
        ("19XX", Shift(years=10)),
    ],
)
def test_what_would_not_stay_of_its_granularity_does_not_move(value, shift):
    with pytest.raises(Impossible):
        moved_value(value, shift)


def test_dates_move_in_words_and_values_alike():
    text = "2024년 6월에 시작하여 17일 끝났다. 2021-2025, 1950년대"
    dates = [
        date(text, "2024년 6월", "2024-06"),
        date(text, "17일", "2024-07-17", 2, ref="published", earliest="2024-07-17", latest="2024-07-17"),
        date(text, "2021-2025", "2021/2025", 3),
        date(text, "1950년대", "195X", 4),
    ]
    row, tally = done("shift-dates:years=10", text, dates=dates, published="2024-07-20")
    assert row["text"] == "2034년 6월에 시작하여 17일 끝났다. 2031-2035, 1960년대"
    assert [each["value"] for each in row["dates"]] == ["2034-06", "2034-07-17", "2031/2035", "196X"]
    assert (row["dates"][1]["earliest"], row["published"]) == ("2034-07-17", "2034-07-20")
    assert tally.changed == {"dates": 4}


def test_days_move_within_their_month_or_not_at_all():
    text = "17일에"
    for days, moved, words in ((3, "2024-07-20", "20일에"), (20, "2024-07-17", "17일에")):
        # In twenty days it is August, and so is the document time of the 20th, but not of the 1st.
        row, _ = done(
            f"shift-dates:years=0,days={days}", text, dates=[date(text, "17일", "2024-07-17")], published="2024-07-01"
        )
        assert (row["text"], row["dates"][0]["value"]) == (words, moved)


def test_an_arabic_range_and_a_weekday_move():
    text = "من 18 إلى 19 يونيو، اليوم الثلاثاء"
    dates = [
        date(text, "18 إلى 19 يونيو", "2024-06-18/2024-06-19"),
        date(text, "اليوم الثلاثاء", "XXXX-WXX-2", 2, value_external="2024-06-25"),
    ]
    row, _ = done("shift-dates:years=0,days=1", text, "ar", dates=dates, published="2024-06-25")
    assert row["text"] == "من 19 إلى 20 يونيو، اليوم الأربعاء"
    assert [each["value"] for each in row["dates"]] == ["2024-06-19/2024-06-20", "XXXX-WXX-3"]


@pytest.mark.parametrize("words", ["50년대", "24년 6월", "주체113(2024)년"])
def test_words_that_cannot_be_read_keep_the_whole_document_as_it_is(words):
    text = f"{words}에 2020년 7월"
    value = "195X" if "대" in words else "2024-06" if "월" in words else "2024"
    dates = [date(text, words, value), date(text, "2020년 7월", "2020-07", 2)]
    row, tally = done("shift-dates:years=10", text, dates=dates)
    assert row["text"] == text
    assert not tally.edited
    assert len(tally.unable) == 1


def test_months_of_the_levant_and_years_of_juche():
    text = "في يونيو مايو"
    row, _ = done("levant-months", text, "ar", dates=[date(text, "يونيو", "2024-06")])
    assert row["text"] == "في حزيران مايو"
    text = "2024년 6월과 1950년대, 2020년"
    dates = [date(text, "2024년 6월", "2024-06"), date(text, "1950년대", "195X", 2)]
    row, _ = done("juche-years", text, dates=dates)
    assert row["text"] == "주체113(2024)년 6월과 1950년대, 2020년"
    assert row["dates"][0]["text"] == "주체113(2024)년 6월"


@pytest.mark.parametrize(
    ("words", "value", "hijri"),
    [
        # The first of Muharram 1446 was 7 July 2024, and Dhu al-Hijja 1445 began on 7 June (Umm al-Qura).
        ("18 يونيو 2024", "2024-06-18", "12 ذي الحجة 1445 هـ"),
        ("من 18 إلى 19 يونيو", "2024-06-18/2024-06-19", "من 12 إلى 13 ذي الحجة"),
        ("٧ يوليو ٢٠٢٤", "2024-07-07", "١ محرم ١٤٤٦ هـ"),
        ("الثلاثاء 18 يونيو", "2024-06-18", "الثلاثاء 12 ذي الحجة"),
        ("6 إلى 7 يوليو", "2024-07-06/2024-07-07", "6 إلى 7 يوليو"),  # two months there
        ("يونيو 2024", "2024-06", "يونيو 2024"),
        ("18 يونيو 1890", "1890-06-18", "18 يونيو 1890"),  # before the table begins
    ],
)
def test_days_of_the_hijri_calendar(words, value, hijri):
    pytest.importorskip("hijridate")
    text = f"عقدت القمة في {words}، وانتهت"
    row, tally = done("hijri-dates", text, "ar", dates=[date(text, words, value)])
    assert row["text"] == f"عقدت القمة في {hijri}، وانتهت"
    assert (row["dates"][0]["value"], row["dates"][0]["text"]) == (value, hijri)
    assert sum(tally.unable.values()) == (hijri == words)


def test_without_the_table_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "hijridate", None)
    text = "في 18 يونيو 2024"
    with pytest.raises(DragomanError, match=r"E751.*dragoman\[edits\]"):
        done("hijri-dates", text, "ar", dates=[date(text, "18 يونيو 2024", "2024-06-18")])


def test_a_person_keeps_one_name_in_all_its_spellings():
    text = "سيرغي لافروف ثم سيرجي لافروف ثم لافروف"
    entities = [
        mention(text, "سيرغي لافروف"),
        mention(text, "سيرجي لافروف", number=2),
        mention(text, "لافروف", number=3, occurrence=3),
    ]
    row, _ = done("rename", text, "ar", entities=entities)
    first, second, third = (each["text"] for each in row["entities"])
    assert first == second
    assert first.split()[1] == third
    assert "لافروف" not in row["text"]


def test_a_korean_name_gives_way_to_one_with_the_same_final_sound():
    for name in ("최선희", "김정은", "리철"):
        text = f"{name}동지가 왔다"
        new = done("rename", text, entities=[mention(text, name)])[0]["entities"][0]["text"]
        assert (len(new), final_sound(new)) == (len(name), final_sound(name))
        assert new != name


def test_a_name_without_a_donor_stays_and_is_counted():
    text = "총련은 라울 까스뜨로 루쓰를 만났다"
    entities = [mention(text, "총련", "ORG"), mention(text, "라울 까스뜨로 루쓰", number=2, ids=("y",))]
    row, tally = done("rename", text, entities=entities)
    assert row["text"] == text
    assert tally.unable == {"no donor": 2}


def renamed(text, names, language="ko-KP", seed=1):
    """Rename what is labelled; give the new surfaces in order, and the new text."""
    entities = [mention(text, words, type_, number, (f"x{number}",)) for number, (words, type_) in enumerate(names, 1)]
    row, _ = done("rename", text, language, entities=entities, seed=seed)
    return [each["text"] for each in row["entities"]], row["text"]


@pytest.mark.parametrize("seed", range(5))
def test_bodies_and_offices_stay_what_they_are_and_are_of_another_state_or_field(seed):
    text = "조선로동당과 로씨야외무성 대변인, 로씨야외무상, 조로수뇌상봉"
    names = [("조선로동당", "ORG"), ("로씨야외무성 대변인", "ROLE"), ("로씨야외무상", "ROLE"), ("조로", "GPE")]
    (party, speaker, minister, pair), new = renamed(text, names, seed=seed)
    assert party.endswith("당")
    assert not party.startswith("조선")
    assert "로동" not in party
    assert speaker.endswith("성 대변인")
    assert speaker.removesuffix("성 대변인") == minister.removesuffix("상")  # one state and one field for both
    assert "외무" not in speaker
    assert pair == party[0] + minister[0]  # what two states are called together follows
    assert new.endswith("수뇌상봉")
    for word, old in ((party, "당"), (pair, "로"), (speaker, "인")):
        assert final_sound(word) == final_sound(old)


def test_a_name_that_was_cut_off_is_cut_as_much():
    text = "중화인민공화국과 중국, 중화인민공"
    (whole, short, cut), _ = renamed(text, [("중화인민공화국", "GPE"), ("중국", "GPE"), ("중화인민공", "GPE")])
    # The last one begins where the first does, so that the label on it is put there by hand.
    assert whole.startswith(short)
    assert whole.startswith(cut)


def test_arabic_bodies_keep_gender_and_article():
    text = "وزيرة الخارجية الروسية ووزير خارجية كوريا الشمالية في الآسيان"
    names = [("وزيرة الخارجية الروسية", "ROLE"), ("وزير خارجية كوريا الشمالية", "ROLE"), ("الآسيان", "ORG")]
    (one, two, union), _ = renamed(text, names, "ar")
    first, field, adjective = one.split()
    assert (first, field[:2], field[-1], adjective[:2], adjective[-2:]) == ("وزيرة", "ال", "ة", "ال", "ية")
    assert two.split()[1] == field.removeprefix("ال")
    assert two == f"وزير {field.removeprefix('ال')} قبرص الشمالية"
    assert union in ("الإيكواس", "الكوميسا", "الميركوسور", "البريكس")
    assert "روسي" not in one


def test_who_is_renamed_gets_a_new_id_and_others_keep_theirs():
    text = "최선희와 수령은 총련에 갔다"
    entities = [mention(text, "최선희", ids=("a",)), {**mention(text, "수령", "PER", 2, ("a",)), "form": "NOM"},
                mention(text, "총련", "ORG", 3, ("b",))]  # fmt: skip
    claim = {"id": "c1", "content": [[0, 3]], "about": ["a", "b"],
             "claimants": [{"role": "MENTION", "mention": "e1", "entity_ids": ["a"]}]}  # fmt: skip
    row, tally = done("rename", text, entities=entities, claims=[claim])
    assert [each["entity_ids"] for each in row["entities"]] == [["renamed-001"], ["renamed-001"], ["b"]]
    assert row["claims"][0]["about"] == ["b", "renamed-001"]
    assert row["claims"][0]["claimants"][0]["entity_ids"] == ["renamed-001"]
    assert tally.changed == {"entities": 2, "claims": 1}


def test_the_placebo_exchanges_bodies_as_well():
    text = "중국공산당과 일본자민당"
    entities = [mention(text, "중국공산당", "ORG"), mention(text, "일본자민당", "ORG", 2, ("y",))]
    row, _ = done("swap-names", text, entities=entities)
    assert row["text"] == "일본자민당과 중국공산당"
    text = "중국과 조로"  # 조로 could not be what they are called together then
    assert (
        done("swap-names", text, entities=[mention(text, "중국", "GPE"), mention(text, "조로", "GPE", 2, ("y",))])[0][
            "text"
        ]
        == text
    )


def test_every_word_stands_in_one_row_of_a_language():
    from dragoman.robustness.name_parts import GROUPS

    for groups in GROUPS.values():
        for group in groups:
            forms = [form for row in group.rows for form in row]
            assert len(forms) == len({*forms})
        free = [form for group in groups if not group.after for row in group.rows for form in row]
        assert len(free) == len({*free})


def test_the_placebo_takes_its_names_from_the_corpus():
    text = "최선희와 김영희가 왔다"
    entities = [mention(text, "최선희", ids=("a",)), mention(text, "김영희", number=2, ids=("b",))]
    assert done("swap-names", text, entities=entities)[0]["text"] == "김영희와 최선희가 왔다"


def test_lines_are_shuffled_after_the_first():
    text = "제목\n하나\n둘"
    row, _ = done("shuffle-lines", text, entities=[mention(text, "하나")])
    assert row["text"] == "제목\n둘\n하나"
    assert row["entities"][0]["start"] == 5


def test_two_pages_are_joined_with_the_labels_of_both():
    one, two = "최선희가 왔다", "어제 김철이 갔다\n리철도"
    rows = [{"id": "two", "language": "ko", "text": two, "published": "2024-01-02", "entities": [mention(two, "김철")],
             "dates": [date(two, "어제", "2024-01-01", ref="published")],
             "claims": [{"id": "c1", "content": [[8, 10]], "parent": None, "dates": ["d1"],
                         "claimants": [{"role": "MENTION", "mention": "e1"}]}]}]  # fmt: skip
    own = {"entities": [mention(one, "최선희")], "dates": [], "claims": []}
    row, tally = done("join-pages", one, "ko", rows=rows, published="2024-01-02", **own)
    assert row["text"] == "최선희가 왔다\n어제 김철이 갔다\n리철도"
    assert [(each["id"], each["start"], each["text"]) for each in row["entities"]] == [
        ("e1", 0, "최선희"),
        ("e2", 11, "김철"),
    ]
    assert (row["dates"][0]["id"], row["dates"][0]["start"], row["dates"][0]["ref"]) == ("d1", 8, "published")
    (claim,) = row["claims"]
    assert (claim["content"][0]["start"], claim["content"][0]["end"]) == (16, 18)
    assert (claim["claimants"][0]["mention"], claim["dates"]) == ("e2", ["d1"])
    assert tally.added == {"entities": 1, "dates": 1, "claims": 1}
    # Reckoned from another day, yesterday would be another day.
    row, tally = done("join-pages", one, "ko", rows=rows, published="2024-05-05", **own)
    assert (row["text"], len(tally.unable)) == (one, 1)


def test_a_teaser_is_cut_and_what_lay_behind_is_dropped():
    text = "제목\n평양에서 김철이 연설한 소식 리철"
    entities = [mention(text, "평양", "GPE"), mention(text, "리철", number=2)]
    claim = {"id": "c1", "content": [{"start": 3, "end": len(text), "text": text[3:]}], "claimants": []}
    row, tally = done("cut-teaser", text, entities=entities, claims=[claim], kind="related_item")
    assert text.startswith(row["text"])
    assert len(row["text"]) < len(text)
    assert [each["text"] for each in row["entities"]] == ["평양"]
    assert row["claims"][0]["content"][0]["text"] == row["text"][3:]
    assert (+tally.dropped, +tally.changed) == ({"entities": 1}, {"claims": 1})


def test_a_chain_gets_one_more_link():
    text = "제목\n로씨야측은 지지를 표명하였다."
    entities = [mention(text, "로씨야", "GPE")]
    claim = {"id": "c1", "content": [{"start": 10, "end": 13, "text": text[10:13]}], "act": "support", "parent": None}
    claim["claimants"] = [{"role": "MENTION", "mention": "e1", "entity_ids": ["x"]}]
    row, tally = done("deeper-chain", text, entities=entities, claims=[claim])
    assert row["text"] == "제목\n지평선통신에 의하면 로씨야측은 지지를 표명하였다."
    inner, outer = row["claims"]
    assert (inner["parent"], inner["level"], outer["parent"], outer["level"]) == (outer["id"], 1, None, 0)
    assert outer["content"][0]["text"] == "로씨야측은 지지를 표명하였다"
    assert outer["cue"][0]["text"] == "의하면"
    assert row["entities"][1]["text"] == "지평선통신"
    assert tally.added == {"entities": 1, "claims": 1}


def test_the_author_of_a_line_keeps_it_out_of_a_report():
    text = "제목\n아세안은 발전한다."
    claim = {"id": "c1", "content": [[3, 12]], "claimants": [{"role": "AUTHOR", "entity_ids": []}]}
    row, _ = done("deeper-chain", text, entities=[], claims=[claim])
    assert row["text"] == text


def test_the_speaker_gives_way_to_another_person_of_the_corpus():
    text, other = "لافروف: قال لافروف إن", "قال بوتين"
    entities = [mention(text, "لافروف"), mention(text, "لافروف", number=2, occurrence=2)]
    claim = {"id": "c1", "content": [[8, 11]], "claimants": [{"role": "MENTION", "mention": "e2", "entity_ids": ["x"]}]}
    rows = [{"id": "o", "language": "ar", "text": other, "entities": [mention(other, "بوتين", ids=("y",))]}]
    row, _ = done("other-speaker", text, "ar", entities=entities, claims=[claim], rows=rows)
    assert row["text"] == "بوتين: قال بوتين إن"
    assert [each["entity_ids"] for each in row["entities"]] == [["y"], ["y"]]
    assert row["claims"][0]["claimants"][0]["entity_ids"] == ["y"]


def test_a_cue_gives_way_to_another_of_the_same_act():
    text = "일본을 규탄"
    claim = {"id": "c1", "content": [[0, 2]], "cue": [[4, 6]], "act": "blame", "claimants": []}
    assert done("other-cue", text, claims=[claim])[0]["text"] in ("일본을 비난", "일본을 단죄")
    claim["act"] = "assert"
    assert done("other-cue", text, claims=[claim])[0]["text"] == text


@pytest.mark.parametrize(
    "written", ["renam", "shift-dates:weeks=1", "shift-dates:years", "rename:x=1", "shift-dates:years=1_0"]
)
def test_what_is_no_edit_is_refused(written):
    with pytest.raises(DragomanError, match="E750"):
        parse(written, catalogue())


@pytest.mark.parametrize("rate", [0.0, -1.0, 1.5, float("nan")])
def test_a_rate_is_a_share(rate):
    with pytest.raises(DragomanError, match="E206"):
        parse("rename", catalogue(), rate=rate)
