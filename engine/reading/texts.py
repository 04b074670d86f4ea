"""What a pasted text is: a .loom file, a notebook, code with prompts, magic lines and output among it, or a line.

Lines keep their numbers: what is no code is left empty. No torch.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.messages import Message, say
from engine.reading.fences import unfenced
from engine.reading.printed import is_printed, network_code
from engine.reading.values import ReadingError

SPACES = dict.fromkeys((160, 8194, 8195, 8199, 8239, 12288), " ") | {0xFEFF: "", 0x200B: ""}
MOST_CODE = 200_000  # characters, asked before anything looks at them
MOST_NOTEBOOK = 32 * 2**20  # characters of a file that holds more than code, such as pictures
MOST_OUTPUT, MOST_PARSED = 200, 4_000_000  # pieces of output among code, and characters looked through for them
_IN = re.compile(r"^\s*In\s*\[[\s\d*]*\]:\s?")
_OUT = re.compile(r"^\s*Out\s*\[[\s\d*]*\]:")
_MORE = re.compile(r"^\s*\.{3}:?\s?")
_MAGIC = re.compile(r"^\s*(%|!)|^\s*\?+[\w.]+\s*$|^\s*[\w.]+\?{1,2}\s*$|^#@(save|tab)")
_TIMED = re.compile(r"^(\s*)%(?:time|timeit)\s+(\w.*)$")
_ERROR = re.compile(r"^[\w.]*(Error|Exception|Interrupt|Warning)\b")
_ASSIGNED_MAGIC = re.compile(r"^\s*[\w,][\w, ]*=\s*[!%]")
_CODE = re.compile(r"\bnn\.|^\s*(def|class|import|from|return|for|while|if|elif|else|with|try|except|del|@)\b|self\.|"
                   r"^\s*[A-Za-z_][\w.]*\s*(=(?!=)|\+=)|\btorch\.\w+\(|^\s*@")  # fmt: skip
_OPENS = re.compile(r"^[A-Za-z_]\w*\($")
_PART = re.compile(r"^\s+\([\w.]+\): ")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Written:
    """A text made ready to be read: its code, and where each line of it comes from."""

    code: str
    is_code: bool = False  # whatever its words
    is_loom: bool = False
    skipped: tuple[str, ...] = ()  # what is no code and was left out
    cells: tuple[tuple[int, int], ...] = field(default=())  # of a notebook: cell and line of each line

    def place(self, line: int) -> Message:
        """Where a line stands, for people."""
        if self.cells and 0 < line <= len(self.cells):
            cell, inside = self.cells[line - 1]
            return say("Cell {cell}, line {line}", cell=cell, line=inside)
        return say("Line {line}", line=line)

    def placed(self, error: ReadingError) -> ReadingError:
        """The error with the place as the person sees it: in notebooks by the cell."""
        if not self.cells or error.line is None or not 0 < error.line <= len(self.cells):
            return error
        cell, inside = self.cells[error.line - 1]
        values: dict[str, Any] = {**dict(error.message.values), "cell": cell}
        values.pop("line", None)
        template = error.message.template.removeprefix("Line {line}: ")
        made = ReadingError("Cell {cell}, line {inside}: " + template, **values, inside=inside)
        made.line = inside
        return made


def written(text: str, must_be_code: bool = False) -> Written:
    """What a text is. Raises ReadingError where it is none."""
    is_file = not must_be_code and text[:1000].lstrip().startswith("{")
    _check_length(text, MOST_NOTEBOOK if is_file else MOST_CODE)
    _check_characters(text)
    if is_file:
        notebook = _notebook(text)
        return notebook if notebook is not None else Written(text, is_loom=True)
    lines, left = unfenced(textwrap.dedent(text.translate(SPACES)).splitlines())
    prompted = any(line.lstrip().startswith(">>>") or _IN.match(line) for line in lines)
    if prompted:
        lines = _without_prompts(lines)
    lines, skipped = _without_magic(lines)
    code = "\n".join(lines) + "\n"
    if is_printed(code):
        return Written(network_code(code), is_code=True)
    looks = must_be_code or prompted or any(_CODE.search(line) for line in lines)
    code, more = _without_output(code) if looks else (code, [])
    return Written(code, is_code=prompted or bool(skipped), skipped=(*left, *skipped, *more))


def _check_length(text: str, most: int) -> None:
    if len(text) > most:
        raise ReadingError("This code is too long to be read")


def _check_characters(text: str) -> None:
    if found := _NO_TEXT.search(text):
        raise ReadingError("There are characters here that are no text", line=text.count("\n", 0, found.start()) + 1)


# -- notebooks ---------------------------------------------------------------------------------------------------------


def _notebook(text: str) -> Written | None:
    """The code of a notebook's cells; None where the text is something else. Raises ReadingError."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict) or not (isinstance(raw.get("cells"), list) or "nbformat" in raw):
        return None
    lines, places, skipped = list[str](), list[tuple[int, int]](), list[str]()
    cells = [_code_in(cell) for cell in _cells(raw)]
    _check_length("\n".join(cells), MOST_CODE)
    for number, code in enumerate(cells, 1):
        if re.match(r"\s*%%(?!time|capture|timeit)", code):
            skipped.append(code.strip().splitlines()[0][:40])
            continue
        inside, magic = _without_magic(code.splitlines())
        skipped += magic
        lines += inside
        places += [(number, line) for line in range(1, len(inside) + 1)]
    if not lines:
        raise ReadingError("This notebook has no code")
    return Written("\n".join(lines) + "\n", is_code=True, skipped=tuple(skipped), cells=tuple(places))


def _cells(raw: dict[str, Any]) -> list[dict[str, Any]]:
    cells = raw.get("cells", [])
    return [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]


def _code_in(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    return "".join(each for each in source if isinstance(each, str)) if isinstance(source, list) else str(source)


# -- prompts, magic lines ----------------------------------------------------------------------------------------------


def _without_prompts(lines: list[str]) -> list[str]:
    """What was typed; what an interpreter answered becomes empty."""
    python = any(line.lstrip().startswith(">>>") for line in lines)
    found: list[str] = []
    typed = False
    for line in lines:
        stripped = line.lstrip()
        if python and stripped.startswith(">>>"):
            found.append(stripped[3:].removeprefix(" "))
        elif python:
            found.append(_MORE.sub("", line) if stripped.startswith("...") else "")
        elif _IN.match(line):
            found.append(_IN.sub("", line))
            typed = True
        elif _OUT.match(line):
            found.append("")
            typed = False
        elif typed:
            found.append(_MORE.sub("", line) if _MORE.match(line) else line)
        else:
            found.append("")
    return found


def _without_magic(lines: list[str]) -> tuple[list[str], list[str]]:
    """Lines that only a notebook understands become ``pass``; those inside of brackets and texts stay."""
    found: list[str] = []
    skipped: list[str] = []
    for line in lines:
        is_magic = (_MAGIC.match(line) or _ASSIGNED_MAGIC.match(line)) and not _is_inside(found)
        if is_magic and (timed := _TIMED.match(line)):
            found.append(timed[1] + timed[2])  # what is measured is code
        elif is_magic and not line.lstrip().startswith("#@"):
            skipped.append(line.strip()[:40])
            found.append(line[: len(line) - len(line.lstrip())] + "pass")
        else:
            found.append(line)
    return found, skipped


def _is_inside(lines: list[str]) -> bool:
    """Whether the lines end within brackets or a text."""
    text = "\n".join(lines[-400:])
    if text.count('"""') % 2 or text.count("'''") % 2:
        return True
    tail = re.sub(r"#.*|\"[^\"\n]*\"|'[^'\n]*'", "", text)
    return sum(tail.count(sign) for sign in "([{") > sum(tail.count(sign) for sign in ")]}")


# -- output among code -------------------------------------------------------------------------------------------------


def _without_output(code: str) -> tuple[str, list[str]]:
    """Lines that a program printed below its code become empty; what looks like code stays, right or wrong."""
    lines = _without_trees(code.split("\n"))
    skipped: list[str] = []
    for _ in range(min(MOST_OUTPUT, MOST_PARSED // (len(code) + 1))):
        try:
            ast.parse("\n".join(lines))
        except SyntaxError as error:
            place = (error.lineno or 0) - 1
            if not (0 <= place < len(lines)) or not _is_output(lines, place):
                break
            skipped.append(lines[place].strip()[:40])
            lines[place] = ""
        except (ValueError, RecursionError, MemoryError):
            break
        else:
            break
    return "\n".join(lines), skipped


def _is_output(lines: list[str], place: int) -> bool:
    line = lines[place]
    if not line.strip() or _CODE.search(line) or line.rstrip().endswith((":", "\\", ",", "(", "[", "{")):
        return False
    try:
        ast.parse(line.strip())
    except (SyntaxError, ValueError):
        return not _is_inside([each for each in lines[:place] if each])
    return False


def _without_trees(lines: list[str]) -> list[str]:
    """What ``print(net)`` or an error wrote among code becomes empty."""
    found = _emptied(lines, lambda place: lines[place].startswith("Traceback (most recent call last)"),
                     lambda place: bool(_ERROR.match(lines[place])))
    return _emptied(found, lambda place: bool(_OPENS.match(lines[place].rstrip()) and _PART.match(
        "".join(lines[place + 1 : place + 2]))), lambda place: lines[place].rstrip() == ")")


def _emptied(lines: list[str], begins: Callable[[int], bool], ends: Callable[[int], bool]) -> list[str]:
    """The lines without those from a beginning to the next end; where none follows, without that beginning alone."""
    last = max(filter(ends, range(len(lines))), default=-1)
    found, is_inside = list[str](), False
    for place, line in enumerate(lines):
        is_inside = is_inside or begins(place)
        found.append("" if is_inside else line)
        is_inside = is_inside and place < last and not ends(place)
    return found
