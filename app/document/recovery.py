"""Unsaved work survives a killed process: it is written aside while one works and opened at the next start."""

from __future__ import annotations

import json
import logging
import os
import sys
import uuid
from pathlib import Path
from weakref import WeakKeyDictionary

from app.document.disk import Mark
from app.document.document import Document
from engine.experiment.experiment import from_json, to_json
from engine.files import WriteError, read_text, reason_of_os_error, write_text
from engine.messages import LayerloomError

log = logging.getLogger(__name__)
MOST = 2**27  # bytes of a copy: a network may have 2**26


class Recovery:
    """Copies of dirty documents in one folder, named by process, so that other windows' copies are left alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: WeakKeyDictionary[Document, Path] = WeakKeyDictionary()

    def keep(self, document: Document, place: int = 0) -> str | None:
        """Write the copy of a dirty document, which stands at that place, and remove that of a clean one.

        Why not, where it fails.
        """
        if not document.dirty:
            self.drop(document)
            return None
        path = self._files.setdefault(document, self._new_path())
        origin = str(document.path) if document.path else ""
        held = document.mark.content if document.mark is not None else None
        text = json.dumps({"name": document.name, "path": origin, "held": held, "place": place,
                           "loom": to_json(document.experiment)})
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_text(path, text)
        except (OSError, WriteError) as error:
            log.warning("unsaved work could not be copied to %s", self._folder, exc_info=True)
            if isinstance(error, OSError):
                return reason_of_os_error(error)
            return str(dict(error.message.values)["reason"])
        return None

    def drop(self, document: Document) -> None:
        """The document was saved, or closed on purpose."""
        path = self._files.pop(document, None)
        if path is not None:
            _quietly(path.unlink)

    def recovered(self) -> list[Document]:
        """What processes that are gone left behind, as it stood; their copies become this process's."""
        mine = set(self._files.values())
        found = sorted(self._folder.glob("*-*-*.json")) if self._folder.is_dir() else []
        taken = [(_process(path), *one) for path in found if path not in mine
                 and not _belongs_to_a_living_process(path) and (one := self._take(path)) is not None]
        return [document for *_, document in sorted(taken, key=lambda one: one[:2])]

    def _take(self, path: Path) -> tuple[int, Document] | None:
        """With its place."""
        found = _read(path)
        if found is None:
            _quietly(lambda: path.replace(path.with_suffix(".damaged")))
            return None
        copy = self._new_path()
        if _quietly(lambda: path.replace(copy)):
            self._files[found[1]] = copy
        return found

    def _new_path(self) -> Path:
        return self._folder / f"{os.getpid()}-{_birth(os.getpid())}-{uuid.uuid4().hex[:8]}.json"


def _quietly(act: object) -> bool:
    """A folder that cannot be written must not keep the program from starting or closing."""
    try:
        act()  # type: ignore[operator]
    except OSError:
        log.warning("the recovery folder cannot be changed", exc_info=True)
        return False
    return True


def _read(path: Path) -> tuple[int, Document] | None:
    """A copy, with its place."""
    try:
        raw = json.loads(read_text(path, MOST))
        document = Document(from_json(raw["loom"]), raw["name"], Path(raw["path"]) if raw["path"] else None)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, LayerloomError):
        log.warning("%s could not be recovered", path, exc_info=True)
        return None
    document.mark_unsaved()
    if isinstance(raw.get("held"), str):  # what the file held then: it may have been changed since
        document.mark = Mark(raw["held"])
    place = raw.get("place")  # earlier versions did not write it
    return place if isinstance(place, int) else 0, document


def _process(path: Path) -> list[str]:
    """Number and birth of the process whose copy it is."""
    return path.stem.split("-", 2)[:2]


def _belongs_to_a_living_process(path: Path) -> bool:
    process, birth = _process(path)
    return process.isdigit() and _is_alive(int(process)) and _birth(int(process)) == birth


def _birth(process: int) -> str:
    """When the process began, in the system's own count: numbers are given again, births are not. “0”: unknown."""
    if not sys.platform.startswith("linux"):
        return "0"
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "0"
    state, *rest = stat.rpartition(")")[2].split()
    return "0" if state == "Z" else rest[18]  # a zombie has ended


def _is_alive(process: int) -> bool:
    if os.name == "nt":
        # Signal 0 would end the process there.
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, process)  # type: ignore[attr-defined]
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)  # type: ignore[attr-defined]
        return bool(handle)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
