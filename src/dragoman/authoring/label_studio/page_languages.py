"""Languages of labelling pages: which documents share a page, and in which direction it runs.

A BCP 47 tag may name its script (``az-Arab``); where it does not, the script is the one that the language is usually
written in. Directions of scripts are those of the Unicode Standard (Bidi_Class R and AL of their letters).
"""

from __future__ import annotations

import regex

_SCRIPTS = """
Adlm Arab Aran Armi Avst Chrs Cprt Elym Gara Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero Narb Nbat Nkoo Orkh Ougr
Palm Phli Phlp Phnx Prti Rohg Samr Sarb Sogd Sogo Syrc Thaa Yezi
"""
# Arabic and its varieties, Persian and its neighbours, others in Arabic script; Hebrew; Syriac and Mandaic; Rohingya,
# Maldivian and Mandekan languages in scripts of their own.
_LANGUAGES = """
ar arb arz apc apd acm acq acw aeb afb ajp ary ars ayl fa pes prs ps pbt pbu ur ug sd ks ckb sdh lrc mzn
glk azb pnb lah skr bal bgn bqi brh bej khw hno haz trw
he iw yi ji yih ydd lad jpr jrb arc syr aii cld tru tmr sam mid rhg dv nqo
"""
RIGHT_TO_LEFT_SCRIPTS = frozenset(_SCRIPTS.split())
"""ISO 15924 codes of scripts that run right to left."""
USUALLY_RIGHT_TO_LEFT = frozenset(_LANGUAGES.split())
"""Languages whose usual script runs right to left."""
_TAG = regex.compile(r"(?P<language>[A-Za-z]{2,8})(?:-[A-Za-z]{3}){0,3}(?:-(?P<script>[A-Za-z]{4}))?(?:-.*)?")


def page_language(tag: str) -> str:
    """Shorten a BCP 47 tag to what a page depends on: the language, and the script where the tag names one.

    >>> page_language("ko-KP"), page_language("az-arab-IR")
    ('ko', 'az-Arab')

    """
    found = _TAG.fullmatch(tag)
    if found is None:
        return tag.partition("-")[0].lower()
    language, script = str(found["language"]).lower(), found["script"]
    return f"{language}-{str(script).title()}" if script else language


def right_to_left(tag: str) -> bool:
    """Whether text of a language runs right to left, by the script that its BCP 47 tag names, or else its usual one."""
    language, _, script = page_language(tag).partition("-")
    return script in RIGHT_TO_LEFT_SCRIPTS if script else language in USUALLY_RIGHT_TO_LEFT
