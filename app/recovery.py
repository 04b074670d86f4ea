"""Unsaved work survives a killed process: it is written aside while one works and offered at the next start."""

from __future__ import annotations

import json
import logging
import os
import uuid
from pathlib import Path

from app.document import Document
from engine.experiment import from_json, to_json
from engine.files import WriteError, write_text
from engine.messages import LayerloomError

log = logging.getLogger(__name__)


class Recovery:
    """Copies of dirty documents in one folder, named by process, so that other windows' copies are left alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[int, Path] = {}

    def keep(self, document: Document) -> None:
        """Write the copy of a dirty document, remove that of a clean one. A full disk is only logged."""
        if not document.dirty:
            self.drop(document)
            return
        path = self._files.setdefault(id(document), self._folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.json")
        origin = str(document.path) if document.path else ""
        text = json.dumps({"name": document.name, "path": origin, "loom": to_json(document.experiment)})
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_text(path, text)
        except (OSError, WriteError):
            log.warning("unsaved work could not be copied to %s", self._folder, exc_info=True)

    def drop(self, document: Document) -> None:
        """The document was saved, or closed on purpose."""
        path = self._files.pop(id(document), None)
        if path is not None:
            path.unlink(missing_ok=True)

    def recovered(self) -> list[Document]:
        """What processes that are gone left behind; their copies become this process's."""
        documents = []
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []:
            if path in self._files.values() or _alive(int(path.name.split("-")[0])):
                continue
            document = _read(path)
            if document is None:
                path.rename(path.with_suffix(".damaged"))
                continue
            mine = path.with_name(f"{os.getpid()}-{uuid.uuid4().hex[:8]}.json")
            path.rename(mine)
            self._files[id(document)] = mine
            documents.append(document)
        return documents


def _read(path: Path) -> Document | None:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        document = Document(from_json(raw["loom"]), raw["name"], Path(raw["path"]) if raw["path"] else None)
    except (OSError, ValueError, KeyError, TypeError, LayerloomError):
        log.warning("%s could not be recovered", path, exc_info=True)
        return None
    document.mark_unsaved()
    return document


def _alive(process: int) -> bool:
    if process == os.getpid():
        return False
    if os.name == "nt":
        # Signal 0 would end the process there: leave such copies alone only while their process may live.
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
