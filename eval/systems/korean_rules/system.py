"""Korean baseline: a gazetteer, morphological analysis and short lists of suffixes, titles and cue verbs.

`predict` answers for Korean documents and gives None for others. Nothing here is a list of entities: names come from
CLDR and from the gold of `dev` (see `gazetteer.py` beside this folder), types from generic suffixes, titles and
surnames. Proper nouns that nothing else explains are taken for places (GPE), the most frequent kind.

Spelling: names are looked up with tense and aspirated initials folded into plain ones, so that 꾸바 finds 쿠바. A name
that is only found so must be a proper noun to kiwipiepy too.
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

_NOMINAL = frozenset({"NNP", "NNG", "XSN", "XPN", "SN", "SL", "SH", "NR", "XR"})
_HEADS = {  # what the last part of a compound says about its type
    "ORG": "위원회|련맹|연맹|련합|연합|동맹|기구|협회|회사|은행|대학|통신사|통신|신문|방송|인민군|부대|사령부|국회|의회"
    "|행정부|정부|외무성|외교부|국방성|국방부|국무성|국무부|대사관|대표부|총국|연단|당|련대|리사회|이사회|법원|재단",
    "EVENT": "회의|대회|회담|총회|축전|전람회|박람회|경기대회|전쟁|훈련|선거|토론회|연습|경축행사|강습",
    "DOC": "조약|협정|협약|의정서|헌장|선언|공동성명|공동선언|합의서|헌법|결의|공보|백서|법전",
    "FAC": "비행장|공항|발전소|기지|궁전|묘|기념비|기념탑|경기장|공장|병원|박물관|극장|호텔|려관|회관",
    "LOC": "반도|대륙|산맥|해협|제도|군도|지대|수역|수로|만|섬",
    "ROLE": "대통령|총리|수상|외무상|외교부장|부상|대사|대표|대변인|위원장|부위원장|총비서|비서|서기장|총서기|국왕|의장"
    "|회장|원장|국장|사무총장|대리대사|특사|회원|주석|총장|사령관|장관|국방상|대표단장|단장|부총리|소장|연구사|교수",
}
_HEAD_OF = {head: kind for kind, heads in _HEADS.items() for head in heads.split("|")}
_UNKNOWN_COMPOUND = 5  # syllables from which one morpheme is a compound that the analyser does not know
_MINISTRY = regex.compile(r"(?:외무|내무|국방|재정|무역|보건|교육|문화|대외경제)(?:성|부)")
_SURNAMES = frozenset(
    "김리이박최정조강윤장림임오한신서권황안송류유홍전고문손배백허남심로노하곽차주우구민진지엄채원천방공현함변염"
)
_ADDRESS = "(?:동지|선생|각하|녀사|씨)"
_ROLE = regex.compile(rf"(?:{'|'.join(sorted(_HEADS['ROLE'].split('|'), key=len, reverse=True))})(?=들|\s|$)")
_CONNECTIVE = regex.compile(
    r"(?:이로부터|또한|그러나|그리고|따라서|하지만|한편|특히|그러므로|그런데|이와 함께|더우기)\s+,?"
)
_CUES: tuple[tuple[str, str, str, str], ...] = (  # verb stems, what may end the content before them, act, modality
    ("평하|말하|언급하|밝히|강조하|주장하|전하|보도하|지적하|언명하|선언하|발표하|설명하|확언하|단언하|덧붙이|표명하|피력하",
     "고|라고|하면서|는것을|것을|데 대하여|을|를", "assert", "fact"),
    ("지지하|찬동하|환영하|찬양하|평가하", "고|을|를", "support", "fact"),
    ("규탄하|비난하|단죄하|배격하|반대하|성토하|경고하", "고|을|를", "blame", "fact"),
    ("감사하|사의를 표하|감사를 드리", "에 대하여|을|를", "thank", "fact"),
    ("요구하|촉구하|호소하|제기하|제의하|주문하", "을것을|할것을|것을|고|을|를", "demand", "deontic"),
    ("결정하|결의하|약속하|다짐하|확약하|공약하", "기로|것을|고|을|를", "commit", "intention"),
    ("합의하|동의하", "기로|데 대하여|을|를", "agree", "intention"),
    ("부인하|부정하", "고|것을|을|를", "deny", "fact"),
    ("기대하|희망하|바라|축원하|기원하|념원하", "기를|것을|을|를", "wish", "future"),
)  # fmt: skip
_STRIPPED = frozenset({"고", "을", "를", "에 대하여", "데 대하여"})  # of other endings the last syllable goes at most
_PLACE = regex.compile(r".*?에서 (?:(?:진행된|진행되는|열린|개최된|있은) .{0,40}?에서 )?", regex.DOTALL)
_NEGATIVE = regex.compile(r"(?:지 ?(?:않|못)|(?<!\w)(?:아니|안 )|(?<!\w)못 ?하|없)\w*$")


class Token(NamedTuple):
    """A morpheme with the place where it stands in the document."""

    form: str
    tag: str
    start: int
    end: int


@cache
def _kiwi() -> Any:
    from kiwipiepy import Kiwi  # noqa: PLC0415 - the model is loaded when it is first needed

    return Kiwi(num_workers=1)


def analyse(text: str) -> list[Token]:
    """Morphemes of a text, line by line; characters that a UTF-8 text cannot hold count as spaces."""
    tokens = []
    for line in regex.finditer(r"[^\r\n]+", text):
        clean = "".join(" " if "\ud800" <= char <= "\udfff" or char == "\0" else char for char in line.group())
        for item in _kiwi().tokenize(clean):
            start, end = line.start() + item.start, line.start() + item.start + item.len
            if start < end <= line.end():
                tokens.append(Token(item.form, item.tag, start, end))
    return tokens


def chains(text: str, tokens: list[Token]) -> Iterator[list[Token]]:
    """Longest runs of nominal morphemes with nothing between them.

    A hyphen joins two proper nouns; what is analysed as a determiner is part of a run when it is glued into one.
    """
    run: list[Token] = []
    for i, token in enumerate(tokens):
        after = tokens[i + 1] if i + 1 < len(tokens) else Token("", "", -1, -1)
        hyphen = run and text[token.start : token.end] in {"-", "–"} and run[-1].tag == "NNP" == after.tag
        determiner = run and token.tag == "MM" and after.start == token.end and after.tag in _NOMINAL
        part = token.tag in _NOMINAL or hyphen or determiner
        if run and (token.start != run[-1].end or not part):
            yield run
            run = []
        if token.tag in _NOMINAL or (part and run):
            run.append(token)
    if run:
        yield run


class Entities:
    """Finds the entities of one document."""

    def __init__(self, text: str, tokens: list[Token], gazetteer: Any) -> None:
        self.text = text
        self.tokens = tokens
        self.gazetteer = gazetteer
        self.found: list[Any] = []

    def _add(self, start: int, end: int, kind: str, form: str = "NAM", ids: tuple[str, ...] | None = None) -> None:
        if ids is None:
            ids = (f"ko:{shared.fold('ko', self.text[start:end]).replace(' ', '')}",) if form == "NAM" else ()
        self.found.append(shared.Found(start, end, kind, form, ids))

    def all(self) -> list[Any]:
        """Entities: names first, then compounds around them, then persons, then what is left of the proper nouns."""
        self._names()
        runs = list(chains(self.text, self.tokens))
        starts = [run[0].start for run in runs]
        for i, run in enumerate(runs):
            before = runs[i - 1] if i and self.text[runs[i - 1][-1].end : run[0].start] == " " else None
            starts[i] = self._compound(run, starts[i - 1] if before and self._institution(before) else None)
        self._abbreviations()
        self._brackets()
        self._roles_and_persons(runs, starts)
        for match in regex.finditer(r"(?<!\w)우리(?: 나라)?(?=[^\w\s]|[은는가의와를도에]|\s|$)", self.text):
            self._add(*match.span(), "GPE", "DEI", ())
        covered = [(e.start, e.end) for e in self.found if e.type == "PER" or e.form == "ABR" or self._tight(e)]
        for token in self.tokens:
            inside = any(
                start <= token.start < end and (token.end <= end or start == token.start) for start, end in covered
            )
            if token.tag == "NNP" and token.end - token.start > 1 and not inside:
                person = token.end - token.start == 3 and self.text[token.start] in _SURNAMES and not self._glued(token)
                self._add(token.start, token.end, "PER" if person else "GPE")
        return self.found

    def _tight(self, found: Any) -> bool:
        """Whether a find is from the gazetteer or is one morpheme, so that no proper noun is left inside."""
        return (
            not found.ids
            or not found.ids[0].startswith("ko:")
            or any((t.start, t.end) == (found.start, found.end) for t in self.tokens)
        )

    def _glued(self, token: Token) -> bool:
        return any(t.start == token.end and t.tag in _NOMINAL for t in self.tokens) or (
            token.start > 0 and self.text[token.start - 1].isalnum()
        )

    def _names(self) -> None:
        """Gazetteer names that begin with a morpheme and end with one, or inside a proper noun, the longest first."""
        folded = shared.fold("ko", self.text)
        ends = sorted({t.end for t in self.tokens})
        after = 0
        for token in self.tokens:
            if token.start < after:
                continue
            long = token.tag == "NNP" or token.end - token.start >= _UNKNOWN_COMPOUND
            inside = range(token.start + 3, token.end) if long else ()
            near = [e for e in ends if token.start < e <= token.start + self.gazetteer.longest]
            hit = self.gazetteer.at(folded, token.start, {*near, *inside})
            if hit is None:
                continue
            end, name = hit
            exact = name.source == "dev" or self.text[token.start : end] in shared.territories("ko")
            if end - token.start > 1 and (token.tag == "NNP" or (exact and token.tag in {"NNG", "SL"})):
                self._add(token.start, end, name.type, name.form, name.ids)
                after = end

    def _has_name(self, start: int, end: int) -> bool:
        return any(t.tag == "NNP" and start <= t.start < end for t in self.tokens) or any(
            start <= e.start and e.end <= end for e in self.found
        )

    def _institution(self, run: list[Token]) -> bool:
        """Whether a run is a country or an organisation as a whole, so that what follows may belong to it."""
        return any(e.end == run[-1].end and e.type in {"GPE", "ORG"} for e in self.found) or (
            run[-1].tag == "NNP" and len(run) == 1
        )

    def _compound(self, run: list[Token], left: int | None) -> int:
        """Label the longest beginning of a run that ends in a head, if it has a name in it or is a ministry.

        Args:
            run: the run.
            left: where the institution before it begins, if there is one.

        Returns:
            Where the compound begins: with the institution before it, if that belongs to it.

        """
        start = run[0].start
        for token in reversed(run):
            surface = self.text[start : token.end]
            head = _head(surface)
            ministry = _MINISTRY.fullmatch(surface) is not None
            named = self._has_name(start, token.end - len(head or "")) or (ministry and left is None)
            if head is None or (not named and (left is None or _HEAD_OF[head] != "ORG")):
                continue
            start = start if named or left is None else left
            self._add(start, token.end, _HEAD_OF[head])
            ordinal = regex.search(r"제\d+(?:차|회)\s?$", self.text[:start])
            if ordinal:
                self._add(ordinal.start(), token.end, _HEAD_OF[head])
            return start
        return start

    def _abbreviations(self) -> None:
        """Label proper nouns in brackets right after a compound like it, there and wherever they are used."""
        by_end = {e.end: e for e in self.found if e.type in {"ORG", "DOC", "EVENT"}}
        for match in regex.finditer(r"(?<=\w)\(([\p{Hangul}A-Z]{2,8})\)", self.text):
            full = by_end.get(match.start())
            if full is None or not any(t.start == match.start(1) and t.tag in {"NNP", "SL"} for t in self.tokens):
                continue
            for token in self.tokens:
                if self.text.startswith(match[1], token.start) and token.tag in {"NNP", "NNG", "SL"}:
                    end = token.start + len(match[1])
                    self.found = [e for e in self.found if (e.start, e.end) != (token.start, end)]
                    self._add(token.start, end, full.type, "ABR", full.ids)

    def _brackets(self) -> None:
        """Label titles in angle brackets that end in the head of a document or a newspaper."""
        for match in regex.finditer(r"《([^《》\n]{2,60})》", self.text):
            head = _head(match[1])
            if head is not None and _HEAD_OF[head] in {"DOC", "ORG"}:
                self._add(*match.span(1), _HEAD_OF[head])

    def _roles_and_persons(self, runs: list[list[Token]], starts: list[int]) -> None:
        """Titles after an institution, and proper nouns beside a title or a form of address."""
        for i, run in enumerate(runs):
            start, end = run[0].start, run[-1].end
            previous = runs[i - 1] if i and self.text[runs[i - 1][-1].end : start] == " " else None
            title = _ROLE.match(self.text[start:end])
            if title and previous and self._has_name(starts[i - 1], previous[-1].end):
                self._add(starts[i - 1], start + title.end(), "ROLE")
            address = regex.match(
                rf"(?!\p{{Hangul}}*(?:{_ROLE.pattern}))(?:\p{{Hangul}}+ )?\p{{Hangul}}{{2,6}}? ?(?={_ADDRESS})",
                self.text[start:],
            )
            after_title = i > 0 and previous is not None and _ROLE.match(self.text[runs[i - 1][0].start : start])
            if run[0].tag != "NNP" or not (after_title or address):
                continue
            before = runs[i - 1][0].start
            if after_title and not any(e.type == "ROLE" and e.start <= before < e.end for e in self.found):
                self._add(before, start - 1, "ROLE", "NOM")
            person = start + len(address.group().rstrip()) if address else run[0].end
            if not any(e.start <= start and person <= e.end and e.type in {"PER", "GPE", "LOC"} for e in self.found):
                self._add(start, person, "PER")


def _head(surface: str) -> str | None:
    """Longest head that a compound ends in, if it is not all there is."""
    heads = [head for head in _HEAD_OF if surface.endswith(head) and (surface != head or _MINISTRY.fullmatch(head))]
    return max(heads, key=len, default=None)


class Claims:
    """Finds the claims of one document, sentence by sentence."""

    def __init__(self, text: str, tokens: list[Token], title: str | None) -> None:
        self.text = text
        self.tokens = tokens
        self.title = title

    def all(self) -> list[dict[str, Any]]:
        """Return reported claims where a cue verb ends a sentence, else what a sentence in the present tense states."""
        claims = []
        for start, end in shared.sentences(self.text):
            claim = self._reported(start, end) or self._authored(start, end) or self._headline(start, end)
            if claim:
                claims.append(claim)
        return claims

    def _claim(self, content: tuple[int, int], claimants: list[dict[str, Any]], **rest: Any) -> dict[str, Any] | None:
        start, end = shared.trimmed(self.text, *content)
        if end - start < 4 or self.text.startswith("다음과 같", start):
            return None
        polarity = "negative" if _NEGATIVE.search(self.text[start:end]) else "positive"
        cue = rest.pop("cue", [])
        fragment = shared.fragment(self.text, start, end)
        return {"content": [fragment], "claimants": claimants, "cue": cue, "polarity": polarity} | rest

    def _reported(self, start: int, end: int) -> dict[str, Any] | None:
        for stems, objects, act, modality in _CUES:
            cue = regex.search(
                rf"(?P<content>(?:다|{objects}))\s(?:높이\s|적극\s|강력히\s|전적으로\s)?(?P<cue>[가-힣]{{0,2}}(?:{_shortened(stems)})"
                rf"[가-힣]{{0,6}}다)[.\s”»》]*$",
                self.text[start:end],
            )
            if cue is None:
                continue
            claimants, content_start = self._subject(start, start + cue.start())
            content_end = start + cue.end("content")
            for particle in sorted(objects.split("|"), key=len, reverse=True):
                if cue["content"] == particle and particle in _STRIPPED:
                    content_end -= len(particle)
                elif cue["content"] == particle and particle[-1] in "로를을고":
                    content_end -= 1
            if act in {"demand", "commit", "agree"}:
                content_start = self._after_setting(content_start, content_end)
            if act == "demand" and cue["content"] in {"을", "를"} and self.text[content_end - 1] != "것":
                content_start = self._after_clause(content_start, content_end)
            fragment = shared.fragment(self.text, *(start + at for at in cue.span("cue")))
            return self._claim((content_start, content_end), claimants, cue=[fragment], act=act, modality=modality)
        return None

    def _authored(self, start: int, end: int) -> dict[str, Any] | None:
        """Sentence that ends in a present-tense, modal or continuing predicate, without an opening connective."""
        start, end = shared.trimmed(self.text, start, end)
        sentence = self.text[start:end]
        past = regex.search(r"(?:였|었|았|했|됐|렸|쳤|졌|났|갔)다$", sentence) and not regex.search(r"왔다$", sentence)
        if not sentence.endswith("다") or past or "《" in sentence[:1]:
            return None
        opening = _CONNECTIVE.match(sentence)
        modality = (
            "future" if sentence.endswith("것이다") else
            "deontic" if regex.search(r"야 ?(?:한다|할것이다)$", sentence) else
            "possible" if regex.search(r"수 ?있다$", sentence) else "fact"
        )  # fmt: skip
        content = (start + (opening.end() if opening else 0), end)
        return self._claim(content, [{"role": "AUTHOR"}], act="assert", modality=modality)

    def _headline(self, start: int, end: int) -> dict[str, Any] | None:
        """Claim of a headline: with a verb in it, it states something even where it is no sentence."""
        verbs = any(t.tag in {"VV", "VA", "XSV", "XSA"} and start <= t.start < end for t in self.tokens)
        if start == 0 and self.title and self.text[start:end] == self.title.strip() and verbs:
            return self._claim((start, end), [{"role": "AUTHOR"}], act="assert", modality="fact")
        return None

    def _subject(self, start: int, end: int) -> tuple[list[dict[str, Any]], int]:
        """Claimants before the first topic particle, or else the first subject particle, and where these end."""
        inside = [i for i, t in enumerate(self.tokens) if start <= t.start and t.end <= end]
        for tags, forms in ((("JX",), {"은", "는"}), (("JKS",), {"이", "가", "께서"})):
            for i in inside:
                particle = self.tokens[i]
                if particle.tag not in tags or particle.form not in forms or i == 0:
                    continue
                spans = self._conjuncts(i - 1, start)
                if spans:
                    mentions = [{"role": "MENTION", "mention": list(span)} for span in spans]
                    return mentions, particle.end
        return [{"role": "AUTHOR"}], start

    def _conjuncts(self, last: int, start: int) -> list[tuple[int, int]]:
        """Noun phrases before a particle, joined by 와, 과 or a comma: the last one backwards, a word of each."""
        spans: list[tuple[int, int]] = []
        i = last
        while i >= 0 and self.tokens[i].start >= start:
            end = self.tokens[i].end
            first = i
            while first >= 0 and (self.tokens[first].tag in _NOMINAL or self.tokens[first].tag == "NP"):
                first -= 1
            if first == i:
                break
            stop = i
            while stop > first + 1 and self.tokens[stop].form == "들":
                stop -= 1
            span_start = max(self.tokens[first + 1].start, start)
            end = self.tokens[stop].end
            spans.append((span_start, end))
            if first >= 0 and self.tokens[first].form in {"와", "과", ",", "및"}:
                i = first - 1
                continue
            break
        return sorted(set(spans))

    def _after_setting(self, start: int, end: int) -> int:
        """Start of what is decided or demanded, behind the place where that was done (…에서)."""
        place = _PLACE.match(self.text, start, end)
        return place.end() if place and end - place.end() >= 8 else start

    def _after_clause(self, start: int, end: int) -> int:
        """Start of a noun phrase that is demanded, behind the clauses and the addressee (…에) before it."""
        ends = [
            t.end
            for t in self.tokens
            if start <= t.start
            and t.end < end
            and self.text[t.end].isspace()
            and ((t.tag == "EC" and t.form in {"고", "며", "으며"}) or (t.tag == "JKB" and t.form in {"에", "에게"}))
        ]
        return max(ends, default=start)


def _shortened(stems: str) -> str:
    """Stems as they stand before endings: 하 is also 한, 하였, 했; a vowel stem may take a final consonant."""
    forms = []
    for stem in stems.split("|"):
        forms.append(stem)
        if stem[-1] == "하":
            forms += [stem[:-1] + "한", stem[:-1] + "했"]
        elif (ord(stem[-1]) - 0xAC00) % 28 == 0:
            forms += [stem[:-1] + chr(ord(stem[-1]) + 4)]  # 바라 and 바란다
    return "|".join(forms)


def build(dev: Iterable[Document]) -> Callable[[Document], dict[str, Any] | None]:
    """Make the system from documents with gold; each document is answered without its own."""
    gazetteers = shared.Gazetteers("ko", dev)
    rules = dates.Rules(shared).all()

    def system(document: Document) -> dict[str, Any] | None:
        if document.language.split("-")[0] != "ko":
            return None
        text = document.text
        tokens = analyse(text)
        entities = Entities(text, tokens, gazetteers.without(document)).all()
        found = shared.find_dates(text, rules, shared.anchor(document.published))
        result: dict[str, Any] = shared.answer(text, entities, found, Claims(text, tokens, document.title).all())
        return result

    return system


@cache
def _system() -> Callable[[Document], dict[str, Any] | None]:
    return build(shared.dev_documents())


def predict(document: Document) -> dict[str, Any] | None:
    """Answer one document; None where it is not Korean."""
    if document.language.split("-")[0] != "ko":
        return None
    return _system()(document)
