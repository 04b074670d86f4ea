"""What is known of the runs in a folder, kept beside them: opening a thousand then reads one file. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from engine.files import WriteError, write_text
from engine.runs.book.entry import Entry
from engine.runs.opened import json_in
from engine.runs.texts import UNREADABLE, message_read, message_stored

INDEX = ".book.json"  # in the folder of all runs
VERSION = 4  # of the lines, and of the words in them: of another they are made anew
MOST = 20_000  # lines
_PLAIN = {"network", "number", "kind", "state", "title", "measure", "is_larger_better", "best_epoch", "epochs",
          "planned", "params", "seed", "device", "size", "star", "note", "goes_on", "course"}


class Line(NamedTuple):
    """An entry, and what its folder was like when it was made."""

    mark: str
    entry: Entry


class Index(NamedTuple):
    """All lines of a folder, by the name of the run's folder; ``numbers`` stay also where a run is gone."""

    lines: Mapping[str, Line] = {}
    numbers: Mapping[str, int] = {}  # the highest of each network


def read_index(place: Path) -> Index:
    """As far as it can be read."""
    raw = json_in(place / INDEX)
    if raw.get("version") != VERSION:
        return Index()
    lines: dict[str, Line] = {}
    for name, line in _items(raw.get("lines")):
        with suppress(*UNREADABLE):
            lines[name] = Line(str(line["mark"]), _read(line, place / name))
    return Index(lines, {name: value for name, value in _items(raw.get("numbers")) if type(value) is int})


def write_index(place: Path, index: Index) -> None:
    """Where it cannot be written it is made anew each time."""
    lines = {name: {"mark": line.mark, **_stored(line.entry)} for name, line in list(index.lines.items())[-MOST:]}
    content = {"version": VERSION, "numbers": dict(index.numbers), "lines": lines}
    with suppress(WriteError, ValueError):
        write_text(place / INDEX, json.dumps(content, ensure_ascii=False, allow_nan=False))


def _items(raw: object) -> list[tuple[str, Any]]:
    return list(raw.items()) if isinstance(raw, dict) else []


# -- a line ------------------------------------------------------------------------------------------------------------


def _stored(entry: Entry) -> dict[str, Any]:
    """What is as usual is left out."""
    usual = {each.name: each.default for each in fields(Entry)}
    found: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(entry, name)) != usual[name]}
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
    if entry.members:
        found["members"] = [{**_stored(member), "folder": member.folder.name} for member in entry.members]
    return found


def _finite(named: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in named.items() if math.isfinite(value)}


def _read(raw: Mapping[str, Any], folder: Path) -> Entry:
    plain = {name: raw[name] for name in _PLAIN if name in raw and name != "network"}
    changed, base = raw.get("changed"), raw.get("base")
    entry = Entry(folder, str(raw["network"]), datetime.fromisoformat(raw["begun"]), **plain)
    return replace(
        entry, numbers=dict(raw["numbers"]), seconds=float(raw.get("seconds", math.nan)),
        versions=dict(raw.get("versions", {})), facts=dict(raw.get("facts", {})), base=Path(base) if base else None,
        changed=None if changed is None else tuple(map(message_read, changed)),
        trouble=message_read(raw["trouble"]) if "trouble" in raw else None,
        members=tuple(_read(member, folder / member["folder"]) for member in raw.get("members", ())),
    )  # fmt: skip
