"""What ``print(net)`` writes, read back where it says all: layers one after the other. No torch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.reading.layers import KINDS
from engine.reading.values import ReadingError

_OPENS = re.compile(r"^(?P<kind>[A-Za-z_]\w*)\($")
_PART = re.compile(r"^\s*\((?P<name>[\w.-]+)\): (?P<rest>.*)$")
_LAYER = re.compile(r"^(?P<kind>[A-Za-z_]\w*)\((?P<given>.*)\)$")
_TIMES = re.compile(r"^\d+ x ")


def is_printed(text: str) -> bool:
    """Whether the text is nothing but such a picture of a network."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(len(lines) > 2 and _OPENS.match(lines[0].strip()) and lines[-1].strip() == ")"
                and all(_PART.match(line) or line.strip() == ")" for line in lines[1:]))


def network_code(text: str) -> str:
    """The picture as code on the same lines. Raises ReadingError where it does not say what ``forward`` does."""
    return "\n".join(_lines(text)) + "\n"


def _lines(text: str) -> Iterator[str]:
    is_first = True
    for number, line in enumerate(text.splitlines(), 1):
        part = _PART.match(line)
        rest = part["rest"] if part else line.strip()
        opened, whole = _OPENS.match(rest), _LAYER.match(rest)
        if not rest or rest == ")":
            yield rest and ("]))" if line.rstrip() == ")" else "]))),")
            continue
        if _TIMES.match(rest) or (part and not part["name"].isidentifier() and not part["name"].isdigit()):
            raise ReadingError("Repeated layers are written in short here: paste the code that makes them",
                               line=number)
        kind = (opened or whole or {"kind": rest})["kind"]
        if opened and kind != "Sequential":
            raise ReadingError("What print(net) writes does not say what “forward” of {kind} does: paste the class",
                               line=number, kind=kind)
        if not opened and (kind not in KINDS or whole is None):
            raise ReadingError("What print(net) writes does not say what {kind} is: paste its code", line=number,
                               kind=kind)
        name = f'"{part["name"]}", ' if part else ""
        if opened:
            yield ("net = " if is_first else f"({name}") + "nn.Sequential(dict(["
        else:
            yield f"({name}nn.{kind}({_given(whole['given'] if whole else '')})),"
        is_first = False


def _given(text: str) -> str:
    """Arguments as Python writes them: ``padding=same`` has no quotes there."""
    return re.sub(r"=(same|valid|reflect|replicate|circular|zeros|nearest|bilinear)\b", r"='\1'", text)
