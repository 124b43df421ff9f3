"""A simple, slow reference scorer: every measure of the catalogue on lines of gold and predictions.

It is written from the definitions alone (:mod:`definitions`), enumerates all matchings, and shares no code with the
package but the grammar of dates and the clitics of languages. If several matchings are equally good and a score depends
on which is chosen, it returns all possible scores.
"""

from fractions import Fraction
from itertools import islice, product

from definitions import (
    World,
    b_cubed,
    best_pairings,
    ceaf_e,
    characters,
    close,
    days,
    dice,
    exact,
    f_counts,
    id_set,
    interval_credit,
    jaccard,
    lea,
    line_of,
    linked_ids,
    matchings,
    millionths,
    muc,
    overlap,
    overlap_and_type,
    partial,
    same_claimants,
    scores,
    strict,
    value,
    value_string,
    written,
)

from dragoman import languages
from dragoman.measures.clitics import Rules

LAYERS = ("entities", "dates", "claims")
MAX_PAIRINGS = 200
"""Cluster measures of claims are skipped if there are more equally good matchings of the whole."""


class Naive:
    """Scores one submission against gold.

    Args:
        gold: lines of gold, ``offices`` among their fields.
        pred: lines of the predictions.
        registry: ids of known entities; empty without a registry.

    """

    def __init__(self, gold, pred, registry):
        self.registry = registry
        self.lines = pred
        there = {line["id"]: line for line in pred}
        self.pairs = [(line, there.get(line["id"], {})) for line in gold]
        self.rules = Rules.of(languages.all())

    def scored(self, layer):
        return [(g, p) for g, p in self.pairs if g.get(layer) is not None]

    def attempted(self, layer):
        return not self.lines or any(line.get(layer) is not None for line in self.lines)

    def counts(self):
        """Return all possible summed counts of each measure except cluster measures, None if it is not applicable."""
        found = {}
        for layer in LAYERS:
            taken = bool(self.scored(layer)) and self.attempted(layer)
            for name, counted in getattr(self, layer)().items():
                found[f"{layer}.{name}"] = counted() if taken else None
        return {**found, **self.pages()}

    def f(self, layer, credit):
        sides = zip(*((g[layer], p.get(layer) or []) for g, p in self.scored(layer)), strict=True)
        return {tuple(f_counts(*sides, credit))}

    def entities(self):
        return {
            "strict": lambda: self.f("entities", strict),
            "exact": lambda: self.f("entities", exact),
            "type": lambda: self.f("entities", overlap_and_type),
            "partial": lambda: self.f("entities", partial),
            "clitic": self.clitic,
            "linked": self.linked,
        }

    def clitic(self):
        total = [0, 0, 0]
        for g, p in self.scored("entities"):
            if g.get("text") is None:
                continue

            def credit(a, b, text=g["text"]):
                before = text[min(a["start"], b["start"]) : max(a["start"], b["start"])]
                after = text[min(a["end"], b["end"]) : max(a["end"], b["end"])]
                return int(bool(overlap_and_type(a, b)) and self.rules.allow(before, after))

            total = [
                x + y for x, y in zip(total, f_counts([g["entities"]], [p.get("entities") or []], credit), strict=True)
            ]
        return {tuple(total)} if any(g.get("text") is not None for g, _ in self.scored("entities")) else None

    def linked(self):
        if not self.both_have(self.links):
            return None
        return self.f("entities", lambda a, b: int(exact(a, b) and self.links(a) == self.links(b)))

    def links(self, entity):
        return linked_ids(entity, self.registry) if self.registry else id_set(entity)

    def both_have(self, ids):
        """Whether gold has ids, and predictions have ids or no mentions."""
        mentions = [e for _, p in self.pairs for e in p.get("entities") or []]
        known = any(id_set(e) for g, _ in self.pairs for e in g.get("entities") or [])
        return known and (not mentions or any(map(ids, mentions)))

    def dates(self):
        return {
            "exact": lambda: self.f("dates", exact),
            "strict": lambda: self.f("dates", strict),
            "relaxed": lambda: self.f("dates", overlap),
            "type": lambda: self.f("dates", overlap_and_type),
            "value": lambda: self.f("dates", value),
            "value_string": lambda: self.f("dates", value_string),
            "interval": lambda: self.f("dates", interval_credit),
        }

    def claims(self):
        return {
            "content": lambda: self.of_claims(lambda _g, _p, similar: {(len(best_pairings(similar)[0]),)}),
            "soft": lambda: self.of_claims(self.soft),
            "attributed": lambda: self.of_claims(self.attributed),
            "cue": lambda: self.accuracy(self.cue),
            "chain": self.chain,
            "polarity": lambda: self.attribute("polarity"),
            "modality": lambda: self.attribute("modality"),
            "act": lambda: self.attribute("act"),
        }

    def of_claims(self, credit):
        numbers = [
            sum(len(side.get("claims") or []) for side in sides) for sides in zip(*self.scored("claims"), strict=True)
        ]
        found = self.summed([credit(g, p, close(g["claims"], p.get("claims") or [])) for g, p in self.scored("claims")])
        return {(*each, *numbers) for each in found}

    def summed(self, parts):
        """Return all sums of tuples, with one tuple from each set."""
        found = {None}
        for part in parts:
            found = {
                each if before is None else tuple(x + y for x, y in zip(before, each, strict=True))
                for before in found
                for each in part
            }
        return found

    def soft(self, _gold, _pred, similar):
        return {(sum(millionths(similar[pair]) for pair in best_pairings(similar)[0]),)}

    def attributed(self, gold, pred, similar):
        world = World(gold, self.registry)
        right = [(i, j) for i, j in similar if same_claimants(world, gold, gold["claims"][i], pred, pred["claims"][j])]
        return {(max(map(len, matchings(right))),)}

    def accuracy(self, judge, asked=lambda _claim: True):
        """Return correct and matched of the matchings with the most pairs, then similarity, then correct pairs."""
        parts = []
        for g, p in self.scored("claims"):
            golds, preds = g["claims"], p.get("claims") or []

            def right(pair, golds=golds, preds=preds):
                return int(judge(golds[pair[0]], preds[pair[1]]))

            parts.append(
                {
                    (sum(map(right, pairing)), sum(asked(golds[i]) for i, _ in pairing))
                    for pairing in best_pairings(close(golds, preds), right)
                }
            )
        return self.summed(parts)

    def cue(self, a, b):
        golds, preds = a.get("cue"), b.get("cue")
        return not (characters(golds) | characters(preds)) or 2 * dice(golds, preds) >= 1

    def attribute(self, name):
        if not any(claim.get(name) for _, p in self.pairs for claim in p.get("claims") or []):
            return {(0, 0)}
        return self.accuracy(
            lambda a, b: a.get(name) is not None and a[name] == b.get(name), lambda a: a.get(name) is not None
        )

    def chain(self):
        parts = []
        for g, p in self.scored("claims"):
            golds, preds = g["claims"], p.get("claims") or []
            found = set()
            for pairing in best_pairings(close(golds, preds)):
                partner = dict(pairing)
                lines = [(line_of(golds, i), line_of(preds, j)) for i, j in pairing]
                found.add((sum([partner.get(x) for x in a] == b for a, b in lines), len(pairing)))
            parts.append({max(found)})
        return self.summed(parts)

    def pages(self):
        segmented = [(g["segments"], p.get("segments") or []) for g, p in self.pairs if g.get("segments")]
        found = dict.fromkeys(("pages.segments", "pages.boundaries", "pages.published", "pages.published_overlap"))
        if segmented and any(p.get("segments") for _, p in self.pairs):
            right = sum(self.line(line, given) for lines, given in segmented for line in lines)
            found["pages.segments"] = {(right, sum(len(lines) for lines, _ in segmented))}
            found["pages.boundaries"] = {tuple(f_counts(*zip(*segmented, strict=True), exact))}
        timed = [(g, p) for g, p in self.pairs if g.get("published") or g.get("published_external")]
        if timed and any(p.get("published") for _, p in self.pairs):
            tiers = ("published", "published_external")

            def right(g, p):
                answers = {written(g.get("published"))} | {written(g[t]) for t in tiers if g.get(t)}
                return int(written(p.get("published")) in answers)

            found["pages.published"] = {(sum(right(g, p) for g, p in timed), len(timed))}
            lengths = [
                max(right(g, p) * 1_000_000, *(jaccard(days_of(g.get(t)), days_of(p.get("published"))) for t in tiers))
                for g, p in timed
                if any(days_of(g.get(t)) is not None for t in tiers)
            ]
            found["pages.published_overlap"] = {(sum(lengths), len(lengths))}
        return found

    def line(self, line, given):
        same = [other for other in given if exact(line, other)]
        return int(len(same) == 1 and same[0].get("kind") == line.get("kind"))

    def clusters(self, layer):
        """Return all possible recall, precision and F1 of each cluster measure; None if it is not applicable."""
        if not (self.scored(layer) and self.attempted(layer)):
            return None
        if layer == "entities":
            sides = [self.entity_clusters(), self.entity_clusters(pred=True)] if self.both_have(id_set) else None
            return sides and [self.cluster_scores(*sides)]
        parts = [best_pairings(close(g["claims"], p.get("claims") or [])) for g, p in self.scored("claims")]
        chosen = list(islice(product(*parts), MAX_PAIRINGS + 1))
        if len(chosen) > MAX_PAIRINGS:
            return []
        return [self.cluster_scores(*self.claim_clusters(pairings)) for pairings in chosen]

    def cluster_scores(self, key, response):
        measures = {"muc": muc, "b_cubed": b_cubed, "ceaf_e": ceaf_e, "lea": lea}
        found = {name: scores(measure, key, response) for name, measure in measures.items()}
        f1 = [found[name][2] for name in ("muc", "b_cubed", "ceaf_e")]
        return {**found, "conll": None if None in f1 else sum(f1, Fraction(0)) / 3}

    def entity_clusters(self, *, pred=False):
        names = {}
        for at, pair in enumerate(self.scored("entities")):
            for mention in pair[pred].get("entities") or []:
                if id_set(mention):
                    place = at, mention["start"], mention["end"]
                    names[place] = names.get(place, frozenset()) | id_set(mention)
        return grouped(names)

    def claim_clusters(self, pairings):
        names = [{}, {}]
        for at, (pair, pairing) in enumerate(zip(self.scored("claims"), pairings, strict=True)):
            partner = {j: i for i, j in pairing}
            for side, line in enumerate(pair):
                claims = line.get("claims") or []
                for number, claim in enumerate(claims):
                    alike = [c for c in claims if characters(c["content"]) == characters(claim["content"])]
                    name = frozenset(c["cluster"] for c in alike if c.get("cluster"))
                    # A matched claim is identified by the number of the gold claim, any other by its own.
                    place = (
                        (at, 0, number)
                        if not side
                        else (at, 0, partner[number])
                        if number in partner
                        else (at, 1, number)
                    )
                    names[side][place] = name or place
        return [grouped(each) for each in names]


def grouped(names):
    """Return clusters as sets of members, from the cluster name of each member."""
    clusters = {}
    for member, name in names.items():
        clusters.setdefault(name, set()).add(member)
    return [frozenset(members) for members in clusters.values()]


def days_of(time):
    return days({"value": time, "type": "DATE"}) if time else None
