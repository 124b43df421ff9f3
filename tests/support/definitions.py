"""A reference implementation of the measures from their definitions: simple, slow, independent of the package.

Items are the dictionaries of a submission's lines. Only what is no measure is taken from the package: the days and the
canonical form of a date's value.
"""

from fractions import Fraction
from functools import cache
from itertools import permutations

from dragoman import timex


def matchings(edges):
    """Return all one-to-one matchings of a bipartite graph, each as a tuple of edges."""
    edges = sorted(edges)

    def extend(index, used_gold, used_predicted):
        if index == len(edges):
            yield ()
            return
        g, p = edges[index]
        yield from extend(index + 1, used_gold, used_predicted)
        if g not in used_gold and p not in used_predicted:
            for rest in extend(index + 1, used_gold | {g}, used_predicted | {p}):
                yield ((g, p), *rest)

    return extend(0, frozenset(), frozenset())


def most(worth):
    """Return the maximum weight of a one-to-one matching; ``worth`` has weights by (gold, predicted)."""
    gold = sorted({g for g, _ in worth})

    @cache
    def best(index, used):
        if index == len(gold):
            return 0
        found = best(index + 1, used)
        for (g, p), credit in worth.items():
            if g == gold[index] and p not in used:
                found = max(found, credit + best(index + 1, used | {p}))
        return found

    return best(0, frozenset())


def f_counts(gold, predicted, credit):
    """Return credit, gold and predicted of two lists of documents, by the best matching in each document."""
    total = [0, 0, 0]
    for golds, preds in zip(gold, predicted, strict=True):
        worth = {(i, j): credit(a, b) for i, a in enumerate(golds) for j, b in enumerate(preds)}
        total[0] += most({pair: value for pair, value in worth.items() if value})
        total[1] += len(golds)
        total[2] += len(preds)
    return total


def shared(a, b):
    return max(0, min(a["end"], b["end"]) - max(a["start"], b["start"]))


def same_span(a, b):
    return (a["start"], a["end"]) == (b["start"], b["end"])


def strict(a, b):
    return int(same_span(a, b) and a.get("type") == b.get("type"))


def exact(a, b):
    return int(same_span(a, b))


def overlap(a, b):
    return int(shared(a, b) > 0)


def overlap_and_type(a, b):
    return int(shared(a, b) > 0 and a.get("type") == b.get("type"))


def partial(a, b):
    return 2 if same_span(a, b) else int(shared(a, b) > 0)


def written(value):
    return None if value is None else timex.canonical(value)


def value(a, b):
    answers = {written(a.get("value"))} | ({written(a["value_external"])} if a.get("value_external") else set())
    return int(shared(a, b) > 0 and written(b.get("value")) in answers)


def value_string(a, b):
    return int(shared(a, b) > 0 and a.get("value") == b.get("value"))


def days(item, field="value"):
    """Return the first to last day as a range of ordinals, None if the value is not a closed interval."""
    if item.get(field) is None:
        return None
    found = timex.interval(item[field], item.get("mod"), item.get("type"))
    if found is None or found.earliest is None or found.latest is None:
        return None
    return range(found.earliest.toordinal(), found.latest.toordinal() + 1)


def jaccard(a, b):
    if a is None or b is None:
        return 0
    common = len(range(max(a.start, b.start), min(a.stop, b.stop)))
    return common * 1_000_000 // (len(a) + len(b) - common)


def interval_credit(a, b):
    if not shared(a, b) or any(a.get(f) is not None and b.get(f) is None for f in ("value", "mod", "type")):
        return 0
    if (
        days(a) is None
        and days(b) is None
        and (written(a.get("value")), a.get("mod"))
        == (
            written(b.get("value")),
            b.get("mod"),
        )
    ):
        return 1_000_000
    return max(jaccard(days(a), days(b)), jaccard(days(a, "value_external"), days(b)))


def is_known(name, registry):
    return name in registry or (name[0] == "Q" and name[1:].isdecimal() and name[1] != "0")


def linked_ids(item, registry):
    return frozenset(name for name in id_set(item) if is_known(name, registry))


# Claims


def characters(fragments):
    return {(i) for start, end in fragments or [] for i in range(start, end)}


def dice(a, b):
    first, second = characters(a), characters(b)
    return Fraction(2 * len(first & second), len(first) + len(second)) if first or second else Fraction(0)


def millionths(number):
    return int(number * 1_000_000)


def close(gold, predicted):
    """Return the similarity of all pairs of claims that reach the threshold, by (gold, predicted)."""
    found = {(i, j): dice(a["content"], b["content"]) for i, a in enumerate(gold) for j, b in enumerate(predicted)}
    return {pair: similarity for pair, similarity in found.items() if similarity >= Fraction(1, 2)}


def best_pairings(similar, right=lambda _pair: 0):
    """Return all matchings with the most pairs, then the largest sum of similarities, then the most correct pairs."""

    def rank(pairing):
        return len(pairing), sum(millionths(similar[p]) for p in pairing), sum(right(p) for p in pairing)

    every = list(matchings(similar))
    top = max(map(rank, every))
    return [pairing for pairing in every if rank(pairing) == top]


ALIASES = {"Q148": "china"}


def id_set(item):
    return frozenset(ALIASES.get(i, i) for i in item.get("entity_ids") or [])


# The referents of a claimant: each possible one is a frozen set of ids, or of the span of a mention without ids.


class World:
    """The gold of a document: its mentions, its offices, and the ids of the registry."""

    def __init__(self, gold_line, registry=frozenset()):
        self.registry = registry
        self.offices = {}
        for office, holder in gold_line.get("offices", ()):
            self.offices.setdefault(office, set()).add(holder)
        # Of mentions with the same span, that whose type is first in the alphabet comes first, then by ids.
        entities = sorted(gold_line.get("entities") or [], key=lambda e: (e.get("type") or "", sorted(id_set(e))))
        self.mentions = [(e["start"], e["end"], id_set(e)) for e in entities]
        # A claimant's span in gold counts as a mention if no other mention is near: once, however many have it.
        spans = {
            tuple(span)
            for claim in gold_line.get("claims") or []
            for who in claim.get("claimants") or []
            if (span := claimant_span(gold_line, who)) and not self.meant(span)
        }
        self.mentions += [(start, end, frozenset()) for start, end in sorted(spans)]
        self.used = {name for _, _, ids in self.mentions for name in ids} | {
            name
            for claim in gold_line.get("claims") or []
            for who in claim.get("claimants") or []
            for name in id_set(who)
        }

    def meant(self, span):
        """Return the gold mentions that a span refers to: the most similar one, and all with the same span."""
        near = [(dice([span], [m[:2]]), m[1] - m[0], -m[0]) for m in self.mentions]
        best = max(near, default=(0, 0, 0))
        return [m for m, rank in zip(self.mentions, near, strict=True) if rank == best and 2 * best[0] >= 1]

    def entity(self, mention):
        """Return the entity of a gold mention; for an office with a single holder this is the holder."""
        start, end, ids = mention
        held = {name: next(iter(h)) for name, h in self.offices.items() if len(h) == 1}
        return frozenset(held.get(name, name) for name in ids) or frozenset({(start, end)})

    def readings(self, things):
        """Return all sets of entities that ids can refer to, if an office may refer to any one of its holders."""
        found = {frozenset()}
        for thing in things:
            found = {each | {choice} for each in found for choice in self.offices.get(thing, {thing})}
        return found

    def own(self, name, line):
        """Return the gold entity that a system's own id refers to, None for none."""
        votes = {}
        entities = sorted(line.get("entities") or [], key=lambda e: (e["start"], e["end"]))
        for mention in entities:
            if name in id_set(mention):
                for each in self.meant((mention["start"], mention["end"])):
                    votes[self.entity(each)] = votes.get(self.entity(each), 0) + 1
        return max(votes, key=votes.get) if votes else None  # the first of equally frequent ones

    def of_ids(self, ids, line, *, own):
        things = set()
        for name in ids:
            if not own or is_known(name, self.registry or self.used):
                things.add(name)
            elif (meaning := self.own(name, line)) is None:
                return set()
            else:
                things |= meaning
        return self.readings(things) if ids else set()

    def referents(self, line, who, *, own):
        found = set()
        if span := claimant_span(line, who):
            for mention in self.meant(span):
                found |= self.readings(self.entity(mention))
        for ids in (id_set(who), id_set(claimant_entity(line, who))):
            found |= self.of_ids(ids, line, own=own)
        return found


def claimant_entity(line, claimant):
    mention = claimant.get("mention")
    return next(e for e in line["entities"] if e["id"] == mention) if isinstance(mention, str) else {}


def claimant_span(line, claimant):
    mention = claimant.get("mention")
    if isinstance(mention, str):
        entity = claimant_entity(line, claimant)
        return entity["start"], entity["end"]
    return None if mention is None else tuple(mention)


def corresponds(world, gold_line, a, predicted_line, b):
    """Whether a gold claimant and a predicted one refer to the same."""
    authors = [(c.get("role") or "MENTION") == "AUTHOR" for c in (a, b)]
    if any(authors):
        return all(authors)
    said = [bool(c.get("mention") or id_set(c)) for c in (a, b)]
    if not any(said):
        return True
    return bool(world.referents(gold_line, a, own=False) & world.referents(predicted_line, b, own=True))


def same_claimants(world, gold_line, a, predicted_line, b):
    golds, preds = a.get("claimants") or [], b.get("claimants") or []
    return len(golds) == len(preds) and any(
        all(corresponds(world, gold_line, x, predicted_line, y) for x, y in zip(golds, order, strict=True))
        for order in permutations(preds)
    )


def line_of(claims, index):
    """Return the positions of a claim's ancestors, the nearest first."""
    places = {claim["id"]: i for i, claim in enumerate(claims)}
    found = []
    while claims[index].get("parent"):
        index = places[claims[index]["parent"]]
        found.append(index)
    return found


# Clusters: K and R are lists of sets of mentions


def parts(cluster, others):
    """Return the partition of a cluster by the clusters of the other side; a mention that it lacks is a part."""
    found = [cluster & other for other in others if cluster & other]
    rest = cluster - frozenset().union(*others)
    return found + [{mention} for mention in rest]


def muc(clusters, others):
    return sum(len(c) - len(parts(c, others)) for c in clusters), sum(len(c) - 1 for c in clusters)


def b_cubed(clusters, others):
    total = Fraction(0)
    for mention in (m for c in clusters for m in c):
        own = next(c for c in clusters if mention in c)
        other = next((c for c in others if mention in c), frozenset())
        total += Fraction(len(own & other), len(own))
    return total, sum(map(len, clusters))


def ceaf_e(clusters, others):
    def similarity(a, b):
        return Fraction(2 * len(a & b), len(a) + len(b))

    small, large = sorted((list(clusters), list(others)), key=len)
    best = max(
        (sum(similarity(a, b) for a, b in zip(small, order, strict=True)) for order in permutations(large, len(small))),
        default=Fraction(0),
    )
    return best, len(clusters)


def links(cluster):
    n = len(cluster)
    return n * (n - 1) // 2


def lea(clusters, others):
    total = Fraction(0)
    for cluster in clusters:
        if len(cluster) == 1:
            resolved = Fraction(int(cluster in others))
        else:
            resolved = Fraction(sum(links(cluster & other) for other in others), links(cluster))
        total += len(cluster) * resolved
    return total, sum(map(len, clusters))


def scores(measure, key, response):
    """Return recall, precision and F1 of a cluster measure, None if undefined."""
    recall, precision = (
        Fraction(top) / bottom if bottom else None for top, bottom in (measure(key, response), measure(response, key))
    )
    if recall is None and precision is None:
        return None, None, None
    r, p = recall or 0, precision or 0
    return recall, precision, Fraction(2) * r * p / (r + p) if r + p else Fraction(0)
