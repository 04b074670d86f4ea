"""Lines of source: what they are about, how long ones are folded, where comments stand."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

LINE = 120
CODE_WIDTH = 64  # comments stand in one column to the right of lines up to this long
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")  # a text, as Python writes it
LISTED = re.compile(r"([\w.]+\(\[)([\w, ]+)(\](?:, \w+=-?\d+)?\))")  # torch.cat([a, b], dim=1)
GLUE = "\0"  # in the place of a space at which no line may end


class Line(NamedTuple):
    """One line of a class, and the nodes that it is about."""

    text: str
    nodes: tuple[str, ...] = ()


def about(name: str, lines: Sequence[str]) -> list[Line]:
    """Lines of one node."""
    return [Line(text, (name,)) for line in lines for text in line.split("\n")]


def fitted(indent: str, lead: str, text: str) -> list[str]:
    """The line; where it is too long, what is in its outermost brackets stands on lines of its own."""
    if len(indent + lead + text) <= LINE:
        return [indent + lead + text]
    if (joined := LISTED.fullmatch(text)) is not None:
        inner = textwrap.wrap(joined[2], LINE - len(indent) - 4, break_long_words=False, break_on_hyphens=False)
        return [indent + lead + joined[1], *(f"{indent}    {line}" for line in inner), indent + joined[3]]
    start = _outermost(text)
    if start is None:
        return folded(indent, lead, f"({text})")
    return folded(indent, lead + text[:start], text[start:])


def _outermost(text: str) -> int | None:
    """Where the bracket opens that closes at the end of the text, or None."""
    if not text.endswith(")"):
        return None
    text, depth = QUOTED.sub(lambda quoted: "_" * len(quoted[0]), text), 0
    for index in range(len(text) - 1, -1, -1):
        depth += (text[index] == ")") - (text[index] == "(")
        if not depth:
            return index
    return None


def folded(indent: str, lead: str, bracketed: str) -> list[str]:
    """The line, or what stands in its brackets on lines of its own where it is too long; what is quoted stays whole."""
    if len(indent + lead + bracketed) <= LINE:
        return [indent + lead + bracketed]
    body, end = bracketed[1:].rsplit(")", 1)
    whole = QUOTED.sub(lambda text: text[0].replace(" ", GLUE), body)
    inner = textwrap.wrap(whole, LINE - len(indent) - 4, break_long_words=False, break_on_hyphens=False)
    return [f"{indent}{lead}(", *(f"{indent}    {line.replace(GLUE, ' ')}" for line in inner), f"{indent}){end}"]


def listed(indent: str, lead: str, parts: Sequence[str]) -> list[str]:
    """A call with these arguments; where it is too long, each on a line of its own."""
    whole = f"{indent}{lead}({', '.join(parts)})"
    if len(whole) <= LINE:
        return [whole]
    inner = (line for part in parts for line in fitted(f"{indent}    ", "", part + ","))
    return [f"{indent}{lead}(", *inner, f"{indent})"]


def commented(body: Sequence[tuple[str, list[str], str]]) -> list[Line]:
    """Lines of nodes with shapes to their right, in one column where they are short enough."""
    width = max((len(code[-1]) for _, code, _ in body if len(code[-1]) <= CODE_WIDTH), default=0)
    lines: list[Line] = []
    for name, code, comment in body:
        written = f"{code[-1]:{width}}  # {comment}" if comment else code[-1]
        if len(written) > LINE:
            lines.append(Line(f"        # {comment}", (name,)))
            written = code[-1]
        lines += about(name, [*code[:-1], written])
    return lines
