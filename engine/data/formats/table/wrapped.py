"""What people put around a number: quotation marks, and signs of footnotes behind it."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"=?(?P<mark>['\"`])(?P<in>.+)(?P=mark)|‘(?P<in1>.+)'|[“„«](?P<in2>.+)[”“»]")
_FOOTNOTE = re.compile(r"(?<=[\w%.)°])\s*(?:[*†‡§¶]+|[ᵃ-ᶻ]+|\[(?:\d{1,3}|[A-Za-z]|note \d{1,3})\]|\([a-z*†‡]\))+")
_NEARLY = re.compile(r"[<>≤≥~≈±'#*\[({]*\s*[-+]?\d[\d.,]*\s*(?:[⁰¹²³⁴-⁹⁺⁻]|\([^)]*\)|\[[^]]*\]|[×x·]\s?10|\^[-+]?\d+|"
                     r"[*†‡§¶!?#'′″\])}])*(?:±.*)?")
_DIGITS = re.compile(r"[\d.,]+")


def unquoted(text: str) -> str | None:
    """What stands between quotation marks that are part of the text; None: there are none."""
    found = _QUOTED.fullmatch(text)
    return None if found is None else (found["in"] or found["in1"] or found["in2"]).strip()


def without_footnote(text: str) -> str:
    """The text without signs behind it that lead to a footnote: 5*, 7†, 3[1], 4 (a). 10² may as well be a power."""
    for found in _FOOTNOTE.finditer(text):
        if found.end() == len(text):
            return text[: found.start()]
    return text


def is_nearly_number(text: str) -> bool:
    """Whether it is a number but for signs around it that may change it: 10², 10^2, 4 (5), <0.05, 1±0.1, #5."""
    return _NEARLY.fullmatch(text) is not None and _DIGITS.fullmatch(text) is None
