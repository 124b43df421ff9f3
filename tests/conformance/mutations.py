"""The mutations: for each formula what it would be if it were wrong (:mod:`locate`, :mod:`patterns`)."""

from locate import ANYWHERE, Mutation

SCORES = [
    Mutation("FScore.main", "ratio(2 * A, B)", "ratio(A, B)"),
    Mutation(
        "FScore.finish",
        '{"precision": ratio(A, B), "recall": ratio(A, C), **...}',
        '{"precision": ratio(A, C), "recall": ratio(A, C), **...}',
    ),
    Mutation(
        "FScore.finish",
        '{"precision": ratio(A, B), "recall": ratio(A, C), **...}',
        '{"precision": ratio(A, B), "recall": ratio(A, B), **...}',
    ),
    Mutation("ratio", "np.nan", "0.0"),
    Mutation("FScore.finish", "A / self.full", "A"),
    Mutation("Accuracy.finish", "A / self.full", "A"),
    Mutation("FScore.counts", "A == 1 and B.all()", "A == 1"),
]

SPANS = [
    Mutation("partial", "1 + A.astype(np.int64)", "1 + 0 * A.astype(np.int64)"),
    Mutation("partial", "A.assign((credit, B, C))", "A.assign((np.ones_like(credit), B, C))"),
    Mutation("relaxed", "C.assign((np.ones_like(g), A, B))", "C.assign((A, np.ones_like(g), B))"),
    Mutation("overlap_and_type", "A[B] == C[D]", "(A[B] == C[D]) & (A[B] != NULL)"),
    Mutation("overlap_and_type", "candidates(A, B, of_type=True)", "candidates(A, B, of_type=False)"),
    Mutation("nested", "np.maximum.accumulate(A)[:-1] >= B", "np.maximum.accumulate(A)[:-1] > B"),
    Mutation("overlapping_pairs", "a > 0", "a >= 0"),
    Mutation("overlapping_pairs", 'np.searchsorted(A, B, side="right")', 'np.searchsorted(A, B + 1, side="right")'),
    Mutation("overlapping_pairs", 'np.searchsorted(A, B, side="left")', 'np.searchsorted(A, B - 1, side="left")'),
    Mutation("overlapping_pairs", "np.maximum.accumulate(A) if B else C", "np.sort(A)"),
    Mutation("equal_pairs", "a += B", "a += 0"),
    Mutation("isolated", "~(A.any | B.any)", "~(A.any & B.any)"),
    Mutation("isolated_of_type", "A & ~(B.of_type | C.of_type)", "~(B.of_type | C.of_type)"),
    Mutation("isolated_of_type", "A & ~(B.of_type | C.of_type)", "A & ~(B.of_type & C.of_type)"),
    Mutation("dominant", "~((a.left & b.right) | (a.right & b.left))", "~(a.left & b.left)"),
    Mutation("equal_pairs", 'None if A else np.argsort(B, kind="stable")', "None if A else np.arange(len(B))"),
    Mutation("clitic", "A & (np.abs(a) <= B) & (np.abs(b) <= C)", "A & (np.abs(a) <= B) & (np.abs(b) <= 0)"),
    Mutation("clitic", "a and b", "a or b"),
    Mutation(
        "clitic",
        "A & (np.abs(a) <= B) & (np.abs(b) <= C)",
        "np.ones_like(A) & (np.abs(a) <= B) & (np.abs(b) <= C)",
    ),
]

LINKS = [
    Mutation("links", "JOINER.join(i for i in A if is_known(i, B))", "JOINER.join(i for i in A if i)"),
    Mutation("linked", "equal_pairs((A, B, C, D), (E, F, G, H))", "equal_pairs((A, B, C), (E, F, G))"),
]

ASSIGNMENT = [
    Mutation("assign", "linear_sum_assignment(A, maximize=True)", "linear_sum_assignment(A, maximize=False)"),
    Mutation("assign", "a = a * b + c", "a = a + c"),
    Mutation("assign", "a * int(b.max(initial=0)) + 1", "int(b.max(initial=0))"),
    Mutation("assign", "np.concatenate([a - b, ...])", "np.concatenate([b, ...])"),
    Mutation("assign", "(-a[b] for a in reversed(c))", "(-a[b] for a in c)"),
    Mutation("assign", "a = ~A(b[c], ~d[c])", "a = ~A(b[c], d[c])"),
    Mutation("assign", "(a[1:] != a[:-1]) & (b < c)", "b < c"),
    Mutation("assign", "(a[1:] != a[:-1]) & (b < c)", "a[1:] != a[:-1]"),
    Mutation("Problems", "a > b", "a < 0"),
    Mutation("solve", "A & (a >= b[c])", "A & (a <= b[c])"),
    Mutation("solve", "a[b ^ (1 << c)] + D", "a[b] + D"),
]

DATES = [
    Mutation("value", "canonical(A.external)", "canonical(A.value)"),
    Mutation("value", "equal(canonical(A), ...)", "equal_and_given(canonical(A), ...)"),
    Mutation("canonical", "timex.canonical(A)", "A"),
    Mutation("ordinals", "timex.interval(A, B, C)", "timex.interval(A, None, C)"),
    Mutation("jaccard", "np.minimum(A, B) - np.maximum(C, D) + 1", "np.minimum(A, B) - np.maximum(C, D)"),
    Mutation("jaccard", "np.maximum(A, B) - np.minimum(C, D) + 1", "np.maximum(A, B) - np.minimum(C, D)"),
    Mutation("interval", "np.maximum(jaccard(A, B), jaccard(C, B))", "np.minimum(jaccard(A, B), jaccard(C, B))"),
    Mutation("interval", "a[b & c] = SCALE", "a[b & c] = 0"),
    Mutation("published", "canonical(A.published_external)", "canonical(A.published)"),
    Mutation(
        "published_overlap", "np.maximum(jaccard(A, B), jaccard(C, B))", "np.minimum(jaccard(A, B), jaccard(C, B))"
    ),
    Mutation("kinds", "A == 1", "A >= 1"),
]

CLAIMS = [
    Mutation("near", "4 * a >= b", "4 * a > b"),
    Mutation("near", "4 * a >= b", "2 * a >= b"),
    Mutation("soft", "2 * SCALE * A // B", "SCALE * A // B"),
    Mutation("content", "assign(a, b, (np.ones_like(a), C // D, e))", "assign(a, b, (np.ones_like(a), 0 * C, e))"),
    Mutation("content", "assign(a, b, (np.ones_like(a), C // D, e))", "assign(a, b, (np.ones_like(a), C // D))"),
    Mutation("cue", "(A == 0) & (B == 0)", "A == 0"),
    Mutation("chain", "a &= b[c] == d", "a |= b[c] == d"),
    Mutation("attribute", "A != NULL", "A >= NULL"),
    Mutation("same_claimants", "a[b] == c[d]", "a[b] <= c[d]"),
    Mutation("same_claimants", "a == b", "a >= 1"),
    Mutation("same_claimants", "a | B(...)", "a"),
    Mutation("same_claimants", "a & (~b | c | D)", "a & (~b | D)"),
    Mutation("same_claimants", "a & (~b | c | D)", "~b | c | D"),
    Mutation("same_claimants", "np.lexsort((a, -b, C))", "np.lexsort((a, b, C))"),
]

CLUSTERS = [
    Mutation("muc", "(a - 1) / np.maximum(a, 1)", "a / np.maximum(a, 1)"),
    Mutation("muc", "(a - 1) / a", "np.ones(len(a))"),
    Mutation("b_cubed", "A / B", "(A > 0) / B"),
    Mutation("Partition", "np.where(a == NULL, 0, B)", "np.where(a == NULL, 1, B)"),
    Mutation("ceaf_e", "np.where(a, 2.0 / B, 0.0)", "np.where(a, 1.0 / B, 0.0)"),
    Mutation("ceaf_e", "np.where(a, 2.0 / B, 0.0)", "2.0 / B"),
    Mutation("ceaf_e", "not A.is_gold", "False"),
    Mutation("ceaf_e", "assign(a, b, (c, d))", "assign(a, b, (d, c))"),
    Mutation("ceaf_e", "assign(a, b, (c, d))", "assign(a, b, (c,))"),
    Mutation("lea", "(a == 1) & (b == 1)", "a == 1"),
    Mutation("lea", "(a - 1) / np.maximum(b - 1, 1)", "(a - 1) / b"),
    Mutation("ClusterScore", "np.rint((a + 1) * b) - np.rint(a * b)", "np.rint(b)"),
    Mutation("ClusterScore", "np.where(a + b > 0, ratio(2 * a * b, a + b), 0.0)", "(a + b) / 2"),
    Mutation("ClusterScore", "np.where(np.isnan(a) & np.isnan(b), ...)", "np.where(np.isnan(a) | np.isnan(b), ...)"),
    Mutation(
        "ConllMean",
        'tuple(ClusterScore(a) for a in ("muc", "b_cubed", "ceaf_e"))',
        'tuple(ClusterScore(a) for a in ("muc", "b_cubed", "lea"))',
    ),
    Mutation(ANYWHERE, "(np.diff(A) != 0) | (np.diff(B) != 0) | C", "(np.diff(A) >= 0) | (np.diff(B) != 0) | C"),
    Mutation(ANYWHERE, "JOINER.join(sorted({i for a in b for i in C}))", "min(b)"),
    Mutation(ANYWHERE, "np.where(a == NULL, B, a)", "a"),
    Mutation("numbered", "a[np.argsort(b)] = C", "a[:] = C"),
    Mutation("without_singletons", "A > 1", "A > 0"),
]

STATISTICS = [
    Mutation("sums", "a[-1] <= b", "a[-1] >= 0"),
    Mutation("sums", "A.multinomial(b, c / b, ...)", "A.multinomial(b + 1, c / b, ...)"),
    Mutation("sums", "a[b.integers(...)]", "0 * a[b.integers(...)]"),
    Mutation("sums", "a * (1 - B)", "(a + 0.2) * (1 - B)"),
    Mutation("sums", "A + b.random(...)", "A + 0.0"),
    Mutation("interval", "[(1 - a) / 2, (1 + a) / 2]", "[1 - a, a]"),
    Mutation("interval", "len(a) < 0.9 * len(b)", "not len(a)"),
    Mutation("places", "a > b", "a >= b"),
    Mutation("ranges", "a[b] >= a[c]", "a[b] == a[c]"),
    Mutation("all_permutations", "2**a <= b", "a < 0"),
    Mutation("all_permutations", "(a + 1) / (B + 1)", "a / B"),
    Mutation("extreme", "a + b", "a"),
    Mutation("bootstrap", "a - b", "a"),
    Mutation("bootstrap", "(a + 1) / (B + 1)", "a / B"),
    Mutation("detectable", "POWER", "0.5"),
    Mutation("_needed", "_TWO_SIDED**2", "_TWO_SIDED"),
    Mutation("detectable", "a < MIN_DOCUMENTS", "a < 2"),
    Mutation("holm", "p * (len(a) - b)", "p * len(a)"),
    Mutation("holm", "p * (len(a) - b)", "p * (len(a) - b - 1)"),
    Mutation("holm", "max(a, min(1.0, B))", "max(0.0, min(1.0, B))"),
]

MUTATIONS = [*SCORES, *SPANS, *LINKS, *ASSIGNMENT, *DATES, *CLAIMS, *CLUSTERS, *STATISTICS]
