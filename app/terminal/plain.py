"""Text of files as a terminal may show it. No Qt."""

from __future__ import annotations


def plain(text: str) -> str:
    """In one line, and without signs that a terminal takes for orders: a note or a name may be anybody's."""
    return "".join(letter if letter.isprintable() or letter == "\u00a0" else " " if letter.isspace() else "?"
                   for letter in text)
