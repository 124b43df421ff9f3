"""Arabic baseline: a gazetteer, head nouns, and reporting verbs with what they take.

`predict` answers for Arabic documents and gives None for others. Nothing here is a list of entities: names come from
CLDR and from the gold of `dev` (see `gazetteer.py` beside this folder); other names are found because a generic head
noun (وزارة, مؤتمر, اتفاقية, وزير …) opens them. The proclitics و ف ب ك ل are no part of a name; after لل the article's
alef is missing, and the name begins with its own first letter. Alef, final yeh and teh marbuta are folded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import regex

from dragoman.schema.records import Document
from dragoman.systems.loading import beside

shared = beside(__file__, "..", "gazetteer.py")
dates = beside(__file__, "dates.py")

_HEADS = {  # head nouns, without article, that open a phrase of a type
    "ORG": "وزارة|حكومة|مجلس|منظمة|اتحاد|حزب|لجنة|مجموعة|صندوق|بنك|جامعة|وكالة|هيئة|برلمان|رابطة|مؤسسة|جيش|سفارة|أمانة",
    "EVENT": "قمة|مؤتمر|اجتماع|حوار|منتدى|دورة|معرض|مهرجان|مباحثات|محادثات|حرب",
    "DOC": "اتفاقية|اتفاق|معاهدة|إعلان|ميثاق|خطة|مذكرة|قرار|إطار|مبادرة|بروتوكول",
    "ROLE": "رئيس|رئيسة|وزير|وزيرة|نائب|سفير|سفيرة|مدير|أمين|متحدث|ملك|أمير|مبعوث|ممثل|مساعد|مستشار|قائد|مندوب",
    "LOC": "شبه|بحر|نهر|جبل|خليج|محيط|مضيق|جزر|جزيرة",
}
_HEAD_OF = {head: kind for kind, heads in _HEADS.items() for head in heads.split("|")}
_PAIRS = regex.compile(r"(?<!\w)[وف]?[بكل]?(?P<name>(?:ال)?(?:جانب|طرف)(?:ان|ين))(?!\w)")  # the two sides
_STATES = "جمهورية|مملكة|سلطنة|إمارة|ولاية|مدينة|محافظة|دولة"
_STOP = frozenset(
    regex.findall(
        r"\w+",
        "في من إلى الى على عن مع بين حول خلال بعد قبل منذ حتى أن إن أنه إنه أنها التي الذي الذين وفي ومن وإلى وعلى "
        "هذا هذه ذلك تلك قد لقد لا لم لن ما كما كان كانت هو هي هم ثم أو أي كل بعض غير عند لدى ضد نحو دون عبر بشأن "
        "أيضا حيث",
    )
)
_CUES = (  # perfect, imperfect without its prefix, what opens the content, act, modality
    ("قال|قول أعلن|علن أكد|ؤكد أضاف|ضيف أوضح|وضح ذكر|ذكر صرح|صرح اعتبر|عتبر كشف|كشف رأى|رى أفاد|فيد بين|بين زعم|زعم",
     "على أن|على|ب|عن", "assert", "fact"),
    ("شدد|شدد أشار|شير لفت|لفت نوه|نوه", "على أن|إلى أن|على|إلى|ب", "assert", "fact"),
    ("رحب|رحب أشاد|شيد أيد|ؤيد ثمن|ثمن دعم|دعم", "ب", "support", "fact"),
    ("أدان|دين استنكر|ستنكر ندد|ندد انتقد|نتقد اتهم|تهم", "ب", "blame", "fact"),
    ("شكر|شكر", "على", "thank", "fact"),
    ("دعا|دعو", "إلى", "demand", "deontic"),
    ("طالب|طالب", "ب", "demand", "deontic"),
    ("حث|حث", "على", "demand", "deontic"),
    ("تعهد|تعهد وعد|عد التزم|لتزم قرر|قرر اعتزم|عتزم", "ب", "commit", "intention"),
    ("اتفق|تفق وافق|وافق توافق|توافق", "على", "agree", "intention"),
    ("نفى|نفي رفض|رفض أنكر|نكر", "", "deny", "fact"),
    ("تمنى|تمنى أمل|أمل", "", "wish", "future"),
)  # fmt: skip
_LIGHT = (  # a verb, what may stand between, and the noun that tells what is done
    ("سلط|سلطت|سلطوا|يسلط|تسلط", "الضوء", "على", "assert", "fact"),
    ("جدد|جددت|جددوا|يجدد|تجدد|أكد|أكدت|أكدوا|أعلن|أعلنت|أبدى|أبدت|أعرب عن|أعربت عن",
     "(?:التزام|استعداد)(?:ه|ها|هم|هما)?", "ب|ل", "commit", "intention"),
    ("جدد|جددت|جددوا|أكد|أكدت|أبدى|أبدت|أعرب عن|أعربت عن", "(?:دعم|تأييد)(?:ه|ها|هم|هما)?", "ل", "support", "fact"),
    ("أعرب|أعربت|أعربوا|أبدى|أبدت|يعرب|تعرب", "عن (?:أمل|ثقت)(?:ه|ها|هم|هما)?", "في|ب", "wish", "future"),
    ("أعرب|أعربت|أعربوا|يعرب|تعرب", "عن (?:شكر|امتنان|تقدير)(?:ه|ها|هم|هما)?", "ل|على", "thank", "fact"),
    ("أعرب|أعربت|أعربوا|يعرب|تعرب", "عن (?:قلق|إدانت|رفض)(?:ه|ها|هم|هما)?", "من|ل|إزاء", "blame", "fact"),
)  # fmt: skip
_NEGATIVE = regex.compile(r"(?:لا|لم|لن|ليس|ليست|عدم)\s")


class Word(NamedTuple):
    """A word of the text, and where it begins without conjunction (و ف)."""

    text: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """Words, with the marks that stand over and under their letters."""
    return [Word(m.group(), m.start(), m.end()) for m in regex.finditer(r"[\p{L}\p{M}ـ]+|\d+", text)]


def _starts(word: str) -> Iterator[int]:
    """Places where a name can begin in a word: at once, after proclitics, after لل."""
    yield 0
    for match in (regex.match(pattern, word) for pattern in ("[وف]", "[بكل]", "[وف][بكل]", "[وف]?لل")):
        if match and match.end() < len(word):
            yield match.end()


class Entities:
    """Finds the entities of one document."""

    def __init__(self, text: str, gazetteer: Any) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self.words = words(text)
        self.found: list[Any] = []

    def _add(self, start: int, end: int, kind: str, form: str = "NAM", ids: tuple[str, ...] | None = None) -> None:
        if ids is None:
            ids = (f"ar:{shared.fold('ar', self.text[start:end]).removeprefix('ال')}",) if form == "NAM" else ()
        self.found.append(shared.Found(start, end, kind, form, ids))

    def all(self) -> list[Any]:
        """Entities: names, states, then phrases that a head noun opens around them, then persons after titles."""
        self._states()
        self._names()
        for match in regex.finditer(r"(?<![A-Za-z])[A-Z]{2,8}(?![A-Za-z])", self.text):
            self._add(*match.span(), "ORG", "ABR", (f"latin:{match.group()}",))
        for match in _PAIRS.finditer(self.text):
            self._add(*match.span("name"), "ORG", "NOM")
        names = sorted(e for e in self.found if e.form != "NOM")
        for i in range(len(self.words)):
            self._phrase(i, names)
        return self.found

    def _covered(self, start: int, end: int) -> bool:
        return any(e.start < end and start < e.end for e in self.found)

    def _states(self) -> None:
        """Label words for kinds of states and towns with the name after them, and its adjective after an article."""
        word = r"[\p{L}\p{M}]+"
        pattern = rf"(?<!\w)(?:[وف]?[بكل]?)(?P<name>(?:{_STATES})\s(?:(?:ال{word}\s)?(?:ال{word})|{word}))(?!\w)"
        for match in regex.finditer(pattern, self.text):
            last = match["name"].split()[1]
            if last not in _STOP:
                self._add(*match.span("name"), "GPE", "NAM", self._ids(match["name"], last))

    def _ids(self, name: str, last: str) -> tuple[str, ...] | None:
        known = self.gazetteer.names.get(shared.fold("ar", name)) or self.gazetteer.names.get(shared.fold("ar", last))
        return known.ids if known else None

    def _names(self) -> None:
        """Gazetteer names, the longest at each place; with the article or without, as they stand."""
        folded = shared.fold("ar", self.text)
        ends = [w.end for w in self.words]
        after = 0
        for i, word in enumerate(self.words):
            if word.start < after:
                continue
            for offset in _starts(word.text):
                start = word.start + offset
                hit = self.gazetteer.at(folded, start, ends[i : i + 8])
                if hit is None:
                    hit = self._without_article(folded, start, ends[i : i + 8], bare=word.text[:offset].endswith("لل"))
                if hit is not None and not self._covered(start, hit[0]):
                    self._add(start, hit[0], hit[1].type, hit[1].form, hit[1].ids)
                    after = hit[0]
                    break

    def _without_article(self, folded: str, start: int, ends: list[int], *, bare: bool) -> Any:
        """Look up a name whose article the gazetteer lacks, or that lost its article after لل."""
        names = self.gazetteer.names
        for end in sorted(ends, reverse=True):
            piece = folded[start:end]
            name = names.get("ال" + piece) if bare else names.get(piece[2:]) if piece.startswith("ال") else None
            if name is not None and len(piece) > 3:
                return end, name
        return None

    def _adjective(self, word: str) -> tuple[str, ...] | None:
        """Ids of the country that a definite adjective belongs to, by CLDR's names of languages."""
        code = _adjectives().get(shared.fold("ar", word))
        return self.gazetteer.territory_ids(code) if code else None

    def _phrase(self, i: int, names: list[Any]) -> None:
        """Label the phrase from a head noun to a name or an adjective of a country, at most five words on."""
        word = self.words[i]
        for offset in _starts(word.text):
            bare = word.text[offset:].removeprefix("ال")
            kind = _HEAD_OF.get(bare)
            if kind:
                break
        else:
            return
        start, definite = word.start + offset, word.text[offset:].startswith("ال")
        end, last, adjective = self._reach(i, names, definite=definite)
        if end is not None:
            end += self._tail(end, kind)
            while last < len(self.words) and self.words[last].end < end:
                last += 1
            if any(e.type == kind and e.start < start and e.end == end for e in self.found):
                return  # the rest of a longer phrase of the same type: the minister in a deputy minister
            if adjective and kind != "LOC":
                self._add(adjective[0].start, adjective[0].end, "GPE", "ADJ", adjective[1])
            if kind == "LOC":
                self.found = [e for e in self.found if not (start <= e.start and e.end <= end)]
            self._add(start, end, kind, "NAM")
        elif kind == "EVENT" and definite and not self._covered(start, word.end):
            self._add(start, word.end, kind, "NOM")
        if kind == "ROLE":
            self._person(last + 1 if end is not None else i + 1, definite=end is None)

    def _reach(self, i: int, names: list[Any], *, definite: bool) -> tuple[int | None, int, Any]:
        """Find the name or adjective that a phrase reaches.

        Returns:
            Where it ends, None if there is none; the index of its last word; the adjective and its ids, or None.

        """
        for j in range(i + 1, min(i + 6, len(self.words))):
            word = self.words[j]
            between = self.text[self.words[j - 1].end : word.start].strip()
            if between.strip(' "“”ـ') or (word.text in _STOP and word.text != "بين"):
                break
            name = next((n for n in names if word.start <= n.start < word.end), None)
            two_sided = any(w.text == "بين" for w in self.words[i:j])
            if name is not None:
                if definite and name.start == word.start and not two_sided:
                    break  # a noun with article takes no genitive
                joined = regex.compile(r"\sو(?=\S)").match(self.text, name.end)
                second = next((n for n in names if joined and two_sided and n.start == joined.end()), name)
                return second.end, j, None
            ids = self._adjective(word.text)
            if ids:
                return word.end, j, (word, ids)
        return None, i, None

    def _tail(self, end: int, kind: str) -> int:
        """Length of what belongs to a phrase after its name: adjectives with article, a span of years, a portfolio."""
        if kind == "ROLE":
            tail = regex.compile(r"\s(?:للشؤون|لشؤون)\s[\p{L}\p{M}]+(?:\sوال\p{L}+ية(?!\w))?").match(self.text, end)
        else:
            tail = regex.compile(
                r"(?:\s(?!الذي|التي)ال\p{L}+(?:ي|ية)(?:\sوال\p{L}+(?:ي|ية))?)?(?!\w)(?:\s\d{4}-\d{4}(?!\d))?"
            ).match(self.text, end)
        return len(tail.group()) if tail else 0

    def _person(self, i: int, *, definite: bool) -> None:
        """Two or three words without article after a title: a name, unless one is a function word or a title."""
        while definite and i < len(self.words) and self.words[i].text.startswith("ال"):
            i += 1
        run: list[Word] = []
        for j in range(i, min(i + 3, len(self.words))):
            word = self.words[j]
            between = self.text[self.words[j - 1].end : word.start]
            if not regex.fullmatch(r"،?\s" if j == i else r"\s", between):
                break
            plain = word.text.removeprefix("و")
            article = regex.match(r"(?:[وف]?[بك]?ال|[وف]?لل)", word.text)
            if word.text in _STOP or article or plain in _HEAD_OF or _VERB.fullmatch(word.text):
                break
            if word.text[0].isdigit() or len(word.text) < 2 or self._covered(word.start, word.end):
                break
            run.append(word)
        if len(run) > 1:
            self._add(run[0].start, run[-1].end, "PER")


@cache
def _adjectives() -> dict[str, str]:
    """Definite adjectives of countries, both genders: from names of languages, and made from names of countries.

    A country's adjective is its name without article and ending, with that of a nisba: مصر, المصري; روسيا, الروسي.
    """
    found = {}
    for name, code in shared.language_names("ar").items():
        folded = shared.fold("ar", name)
        if regex.fullmatch(r"ال\w+يه", folded) and folded != shared.fold("ar", "العربية"):  # many states' language
            found[folded] = found[folded[:-1]] = code
    for name, (code, kind) in shared.territories("ar").items():
        stem = regex.sub(r"(?:يا|ا|ه)$", "", shared.fold("ar", name).removeprefix("ال"))
        if kind == "GPE" and len(stem) > 2 and stem.isalpha():
            found[f"ال{stem}ي"] = found[f"ال{stem}يه"] = code
    return found


def _forms(pairs: str) -> str:
    """Perfect and imperfect forms of verbs in the third person."""
    forms = []
    for pair in pairs.split():
        perfect, imperfect = pair.split("|")
        stem = perfect.removesuffix("ى").removesuffix("ا") if perfect[-1] in "اى" else perfect
        forms += [
            perfect,
            stem + "ت",
            stem + "وا",
            stem + "تا",
            "ي" + imperfect,
            "ت" + imperfect,
            "ي" + imperfect + "ون",
        ]
        forms += ["ت" + imperfect + "ان", "ي" + imperfect + "ان"] + ([perfect + "ا"] if stem == perfect else [])
    return "|".join(sorted(set(forms) - {"بين"}, key=lambda form: (-len(form), form)))


_VERB = regex.compile(rf"[وف]?(?:{'|'.join(_forms(pairs) for pairs, *_ in _CUES)})")
_THAT = r"(?:أن|إن|أنه|إنه|أنها|إنها|أنهم|إنهم|بأن|بأنه|بأنها)"
_BEFORE = r"(?<!\w)[وف]?"


class Cue(NamedTuple):
    """A reporting verb where it stands."""

    start: int
    end: int
    pieces: tuple[tuple[int, int], ...]
    subject: tuple[int, int]
    content: int
    act: str
    modality: str


class Claims:
    """Finds the claims of one document: a reporting verb, who says it, what it takes."""

    def __init__(self, text: str, entities: list[Any]) -> None:
        self.text = text
        self.entities = sorted(entities, key=lambda e: (e.start, -e.end))

    def all(self) -> list[dict[str, Any]]:
        """Claims in the order of the text; a verb without subject takes the claimants of the claim before it."""
        claims: list[dict[str, Any]] = []
        for start, end in shared.sentences(self.text):
            cues = self._cues(start, end)
            for cue, following in zip(cues, [*cues[1:], None], strict=False):
                stop = following.start if following else end
                coordinate = _COORDINATE.search(self.text, cue.content, stop)
                quotation = _QUOTATION.match(self.text, cue.content - 1, end)
                if quotation:
                    stop = quotation.end()
                elif coordinate:
                    stop = coordinate.start()
                content = shared.trimmed(self.text, cue.content, stop)
                if content[1] - content[0] < 4:
                    continue
                claimants = self._claimants(cue, start)
                if not claimants:
                    claimants = claims[-1]["claimants"] if claims else [{"role": "IMPLICIT"}]
                negative = _NEGATIVE.match(self.text[slice(*content)])
                claims.append(
                    {
                        "content": [shared.fragment(self.text, *content)],
                        "claimants": claimants,
                        "cue": [shared.fragment(self.text, *piece) for piece in cue.pieces],
                        "act": cue.act,
                        "modality": cue.modality,
                        "polarity": "negative" if negative else "positive",
                    }
                )
        return claims

    def _cues(self, start: int, end: int) -> list[Cue]:
        """Cues of a sentence, in order; where two overlap the one with more words stays."""
        found = []
        for verbs, noun, opening, act, modality in _LIGHT:
            who = r"(?P<who>(?:[^\s،.]+\s){0,7}?)"
            pattern = rf"{_BEFORE}(?P<verb>{verbs})\s{who}(?P<noun>{noun})\s(?:{_opened(opening)})"
            for match in regex.finditer(pattern, self.text, pos=start, endpos=end):
                pieces = (match.span("verb"), match.span("noun"))
                found.append(Cue(*match.span(), pieces, match.span("who"), match.end(), act, modality))
        for pairs, opening, act, modality in _CUES:
            pattern = rf"{_BEFORE}(?P<verb>{_forms(pairs)})(?!\w)"
            for match in regex.finditer(pattern, self.text, pos=start, endpos=end):
                content = self._content(match.end(), end, opening, act)
                if content:
                    who, at = content
                    found.append(Cue(match.start(), at, (match.span("verb"),), (match.end(), who), at, act, modality))
        kept: list[Cue] = []
        for cue in sorted(found, key=lambda cue: (cue.start, -len(cue.pieces), -cue.end)):
            if not kept or cue.start >= kept[-1].end:
                kept.append(cue)
        return kept

    def _content(self, start: int, end: int, opening: str, act: str) -> tuple[int, int] | None:
        """Where the subject after a verb ends and the content begins: a clause, a quotation, a prepositional phrase.

        A verb of saying or refusing may also take an object, which begins after a known name or a definite word.
        """
        clause = regex.compile(rf"\s(?:(?:على|إلى|عن)\s)?{_THAT}\s").search(self.text, start, min(end, start + 120))
        quote = regex.compile(r"[:،]?\s?[“\"«]").search(self.text, start, min(end, start + 80))
        phrase = None
        name = next((e for e in self.entities if start < e.start <= start + 4 and e.end < end), None)
        if opening:
            pattern = regex.compile(rf"(?<=\s)(?:{_opened(opening)})")
            places = pattern.finditer(self.text, start, min(end, start + 90))
            phrase = next((p for p in places if not any(e.start <= p.start() < e.end for e in self.entities)), None)
        if phrase and name and act == "assert" and phrase.start() > name.end + 1:
            phrase = None  # an object stands between the subject and the phrase
        hits = [(hit.start(), hit.end()) for hit in (clause, phrase) if hit]
        if quote and ":" in quote.group():
            hits.append(quote.span())
        if hits:
            # A clause goes before a phrase that only belongs to the subject.
            return (clause.start(), clause.end()) if clause and act != "support" else min(hits)
        if act not in {"assert", "support", "blame", "deny", "wish", "demand"}:
            return None
        after = name.end if name else (match.end() if (match := _WORD.match(self.text, start, end)) else None)
        return None if after is None or after >= end else (after, after)

    def _claimants(self, cue: Cue, start: int) -> list[dict[str, Any]]:
        """Entities in the subject, the outermost and not inside each other; else its words; else a name before."""
        first, last = shared.trimmed(self.text, *cue.subject)
        inside = [e for e in self.entities if first <= e.start and e.end <= last]
        outer = [e for e in inside if not any(o is not e and o.start <= e.start and e.end <= o.end for o in inside)]
        if outer and outer[0].start - first <= 2:
            joined = [outer[0]]
            for entity in outer[1:]:
                if regex.fullmatch(r"\s?(?:،\s?)?و", self.text[joined[-1].end : entity.start]):
                    joined.append(entity)
            return [{"role": "MENTION", "mention": [e.start, e.end]} for e in joined]
        if first < last:
            # What a conjunction adds is a claimant of its own where it is a known name.
            second = next((e for e in inside if self.text[first : e.start].endswith(" و")), None)
            first_words = set(self.text[first : second.start].split()) if second else set()
            if second is None or first_words & _STOP:
                spans = [(first, first + len(self.text[first:last].split("،")[0]))]
            else:
                spans = [(first, second.start - 2), (second.start, second.end)]
            spans = [span for span in spans if span[0] < span[1]]
            return [{"role": "MENTION", "mention": list(span)} for span in spans]
        earlier = [e for e in self.entities if start <= e.start and e.end <= cue.start]
        before = [e for e in earlier if not self.text[e.end : cue.start].strip(' "“”')]
        return [{"role": "MENTION", "mention": [before[0].start, before[0].end]}] if before else []


_QUOTATION = regex.compile(r"“[^”\n]+”|«[^»\n]+»|(?<!\w)\"[^\"\n]+\"")
_COORDINATE = regex.compile(r"،\s(?:و?(?:تم|جرى|قد|سوف)|كما|فيما|بينما|في حين)\s")  # opens another main clause
_WORD = regex.compile(r"\s(?:ال[\p{L}\p{M}]+)(?:\sال[\p{L}\p{M}]+)*")


def _opened(opening: str) -> str:
    """Pattern of the prepositions that open a content; those of one letter are glued to the next word."""
    return "|".join(rf"{p}(?=\p{{L}}{{3}})" if len(p) == 1 else rf"{p}\s" for p in opening.split("|"))


def build(dev: Iterable[Document]) -> Callable[[Document], dict[str, Any] | None]:
    """Make the system from documents with gold; each document is answered without its own."""
    gazetteers = shared.Gazetteers("ar", dev)
    rules = dates.Rules(shared).all()

    def system(document: Document) -> dict[str, Any] | None:
        if document.language.split("-")[0] != "ar":
            return None
        text = document.text
        entities = Entities(text, gazetteers.without(document)).all()
        found = shared.find_dates(text, rules, shared.anchor(document.published))
        result: dict[str, Any] = shared.answer(text, entities, found, Claims(text, entities).all())
        return result

    return system


@cache
def _system() -> Callable[[Document], dict[str, Any] | None]:
    return build(shared.dev_documents())


def predict(document: Document) -> dict[str, Any] | None:
    """Answer one document; None where it is not Arabic."""
    if document.language.split("-")[0] != "ar":
        return None
    return _system()(document)
