"""A person's own blocks as files: one block to a file, kept in a folder, passed on to others."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from engine.blocks.custom import Custom
from engine.experiment.experiment import read_file, read_json
from engine.experiment.older import ALIKE, with_room_inside
from engine.files import WriteError, reason_of_os_error, write_text
from engine.formats import Format
from engine.graph.json import FileError, read_model
from engine.messages import Message

FORMAT, VERSION = "layerloom block", 2
BLOCK = Format(".loomblock", "Blocks")
MAX_BYTES = 16 * 2**20


class OwnBlock(NamedTuple):
    """A block in the person's folder, or why its file cannot be read."""

    path: Path
    block: Custom | None
    problem: Message | None


def save_block(block: Custom, path: Path) -> None:
    """Write a block file. Raises WriteError; the old file survives."""
    content = {"format": FORMAT, "version": VERSION, "block": block.model_dump(mode="json")}
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def load_block(path: Path) -> Custom:
    """Read a block file. Raises FileError, in words and naming the file."""
    return read_file(path, MAX_BYTES, _from_json)


def _from_json(text: str) -> Custom:
    raw = read_json(text, FORMAT, VERSION)
    block = read_model(Custom, raw.get("block"), "block")
    return with_room_inside(block) if raw["version"] <= ALIKE else block


def keep_block(block: Custom, folder: Path) -> Path:
    """Save into the person's folder under the block's own name; one of the same name is replaced. Raises WriteError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError("{path} could not be made: {reason}", path=folder, reason=reason_of_os_error(error)) from error
    path = folder / f"{block.stem}{BLOCK.suffix}"
    save_block(block, path)
    return path


def own_blocks(folder: Path) -> list[OwnBlock]:
    """Every block in the folder, by name; a file that cannot be read says why."""
    try:
        paths = sorted(Path(entry.path) for entry in os.scandir(folder) if entry.name.endswith(BLOCK.suffix))
    except OSError:
        return []
    return [_read(path) for path in paths]


def _read(path: Path) -> OwnBlock:
    try:
        return OwnBlock(path, load_block(path), None)
    except FileError as error:
        return OwnBlock(path, None, error.message)
