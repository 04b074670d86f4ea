"""What is known of the runs in a folder, kept beside them: opening a thousand then reads one file. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, get_args

from engine.files import WriteError, write_text
from engine.runs.book.entry import PARTS, Entry, Kind, State
from engine.runs.opened import json_in, name_inside
from engine.runs.texts import UNREADABLE, message_read, message_stored

INDEX = ".book.json"  # in the folder of all runs
VERSION = 5  # of the lines, and of the words in them: of another they are made anew, but for their numbers
MOST = 20_000  # lines
MOMENT = 4_000_000  # bytes
_PLAIN = {"network", "number", "kind", "state", "title", "measure", "is_larger_better", "best_epoch", "epochs",
          "planned", "params", "seed", "device", "size", "star", "note", "goes_on", "course"}
_USUAL = {each.name: each.default for each in fields(Entry)}
_CHOICES = {"kind": get_args(Kind), "state": get_args(State)}
LARGEST, MOST_DIGITS = 2**63, 9  # of whole numbers; of a run's


class Line(NamedTuple):
    """An entry, and what its folder was like when it was made."""

    mark: str
    entry: Entry


class Index(NamedTuple):
    """All lines of a folder, by the name of the run's folder; ``numbers`` stay also where a run is gone."""

    lines: Mapping[str, Line] = {}
    numbers: Mapping[str, int] = {}  # the highest of each network
    given: Mapping[str, str] = {}  # the number of each, also where its line is of another version


def read_index(place: Path) -> Index:
    """As far as it can be read."""
    raw = json_in(place / INDEX)
    lines: dict[str, Line] = {}
    for name, line in _items(raw.get("lines")) if raw.get("version") == VERSION else ():
        with suppress(*UNREADABLE):
            lines[name] = Line(str(line["mark"]), _read(line, place / name))
    numbers = {name: value for name, value in _items(raw.get("numbers"))
               if type(value) is int and 0 <= value < LARGEST}
    given = {name: value for name, value in _items(raw.get("given"))
             if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < MOST_DIGITS}
    return Index(lines, numbers, given)


def is_short(place: Path) -> bool:
    """Whether it is read in a moment: some thousand runs."""
    try:
        return (place / INDEX).stat().st_size < MOMENT
    except (OSError, ValueError):
        return False


def write_index(place: Path, index: Index) -> None:
    """Where it cannot be written it is made anew each time."""
    lines = {name: {"mark": line.mark, **_stored(line.entry)} for name, line in list(index.lines.items())[-MOST:]}
    content = {"version": VERSION, "numbers": dict(index.numbers), "given": dict(index.given), "lines": lines}
    with suppress(WriteError, ValueError):  # in ASCII a name that is no text is still the folder's
        write_text(place / INDEX, json.dumps(content, allow_nan=False))


def _items(raw: object) -> list[tuple[str, Any]]:
    return list(raw.items()) if isinstance(raw, dict) else []


# -- a line ------------------------------------------------------------------------------------------------------------


def _stored(entry: Entry) -> dict[str, Any]:
    """What is as usual is left out."""
    found: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(entry, name)) != _USUAL[name]}
    found["begun"] = entry.begun.isoformat()
    found["numbers"] = {part: _finite(named) for part, named in entry.numbers.items()}
    if not math.isnan(entry.seconds):
        found["seconds"] = entry.seconds
    for name in ("versions", "facts"):
        if values := getattr(entry, name):
            found[name] = dict(values)
    if entry.base is not None:
        found["base"] = str(entry.base)
    if entry.changed is not None:
        found["changed"] = [message_stored(words) for words in entry.changed]
    if entry.trouble is not None:
        found["trouble"] = message_stored(entry.trouble)
    if entry.reason is not None:
        found["reason"] = message_stored(entry.reason)
    if entry.members:
        found["members"] = [{**_stored(member), "folder": member.folder.name} for member in entry.members]
    return found


def _finite(named: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in named.items() if math.isfinite(value)}


def _read(raw: Mapping[str, Any], folder: Path) -> Entry:
    """Raises one of UNREADABLE, also where anything is of another kind than it was written."""
    plain = {name: _expected(name, raw[name]) for name in _PLAIN if name in raw and name != "network"}
    changed, base = raw.get("changed"), raw.get("base")
    entry = Entry(folder, _expected("network", raw["network"]), _moment(raw["begun"]), **plain)
    return replace(
        entry, numbers={part: _floats(raw["numbers"][part]) for part in PARTS if part in raw["numbers"]},
        seconds=_float(raw["seconds"]) if "seconds" in raw else math.nan,
        versions={str(name): str(text) for name, text in raw.get("versions", {}).items()},
        facts={str(name): value if isinstance(value, str) else _float(value)
               for name, value in raw.get("facts", {}).items()},
        base=Path(base) if base else None,
        changed=None if changed is None else tuple(map(message_read, changed)),
        trouble=message_read(raw["trouble"]) if "trouble" in raw else None,
        reason=message_read(raw["reason"]) if "reason" in raw else None,
        members=tuple(_read(member, folder / name_inside(member["folder"])) for member in raw.get("members", ())),
    )  # fmt: skip


def _expected(name: str, value: Any) -> Any:
    """The same if it is what an entry has there. Raises ValueError."""
    kind = {"network": str, "seed": int}.get(name) or type(_USUAL[name])
    if type(value) is not kind or value not in _CHOICES.get(name, (value,)):
        raise ValueError(name)
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(name)
    return value


def _moment(text: str) -> datetime:
    """As it is here, like all others: else they could not be put in order. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError(text)
    return moment


def _floats(raw: Mapping[str, Any]) -> dict[str, float]:
    return {str(name): _float(value) for name, value in raw.items()}


def _float(value: Any) -> float:
    """Raises ValueError, OverflowError."""
    if type(value) not in (int, float):
        raise ValueError(value)
    return float(value)
