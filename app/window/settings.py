"""What the program remembers between starts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from engine.graph.grid import Flow
from engine.runs.naming import MOST_KEPT

Workspace = Literal["build", "train", "inside"]
WORKSPACES: tuple[Workspace, ...] = get_args(Workspace)
RECENT = 8
CODE = 1000  # sources remembered as agreed to
_PANELS: Mapping[Workspace, str] = {"build": "panels", "train": "panels_train", "inside": "panels_inside"}


class PanelState(NamedTuple):
    """How a panel was left: its size where a person has dragged it, and whether it is folded."""

    size: int | None = None
    folded: bool = False


class Settings:
    """A small typed face on QSettings, in one readable file."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)) / "Layerloom"
        self._store = QSettings(str(self.folder / "settings.ini"), QSettings.Format.IniFormat)

    def _words(self, key: str) -> list[str]:
        found = self._store.value(key, [], list)
        return [str(each) for each in found] if isinstance(found, list) else []

    @property
    def recent(self) -> list[str]:
        """Files opened or saved last, newest first, that are still there."""
        return [path for path in self._words("recent") if Path(path).exists()]

    def remember(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        rest = [other for other in self.recent if other != str(path)]
        self._store.setValue("recent", [str(path), *rest][:RECENT])

    def last_folder(self, kind: str) -> Path | None:
        """Where files of this kind were last, if that is known."""
        value = str(self._store.value(f"folders/{kind}", ""))
        return Path(value) if value else None

    def set_last_folder(self, kind: str, folder: Path) -> None:
        """Files of this kind are here now."""
        self._store.setValue(f"folders/{kind}", str(folder.absolute()))

    @property
    def theme(self) -> str:
        """“dark”, “light” or “system”."""
        return str(self._store.value("theme", "system"))

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def data_root(self) -> Path | None:
        """Where data sets lie, if the person chose a folder."""
        value = self._store.value("data_root", "")
        return Path(str(value)) if value else None

    @data_root.setter
    def data_root(self, folder: Path) -> None:
        self._store.setValue("data_root", str(folder))

    @property
    def allowed_code(self) -> list[str]:
        """Digests of sources that the person agreed to run."""
        return self._words("allowed_code")

    @allowed_code.setter
    def allowed_code(self, digests: list[str]) -> None:
        self._store.setValue("allowed_code", list(dict.fromkeys(digests))[-CODE:])

    @property
    def blocks(self) -> Path:
        """Where the person's own blocks are kept."""
        return self.folder / "blocks"

    @property
    def palette(self) -> list[str]:
        """How the palette's categories are arranged."""
        return self._words("palette")

    @palette.setter
    def palette(self, arrangement: list[str]) -> None:
        self._store.setValue("palette", arrangement)

    @property
    def shortcuts(self) -> dict[str, list[str]]:
        """Keys that a person has given to commands, by the command's id; the others have their own."""
        return _keys_in(str(self._store.value("shortcuts", "{}")))

    @shortcuts.setter
    def shortcuts(self, keys: Mapping[str, Sequence[str]]) -> None:
        self._store.setValue("shortcuts", json.dumps(keys))

    @property
    def minimap(self) -> bool:
        """Whether the minimap is there."""
        return str(self._store.value("minimap", "true")) == "true"

    @minimap.setter
    def minimap(self, on: bool) -> None:
        self._store.setValue("minimap", "true" if on else "false")

    @property
    def workspace(self) -> Workspace:
        """How the rooms are arranged."""
        value = self._store.value("workspace", "build")
        return next((each for each in WORKSPACES if each == value), "build")

    @workspace.setter
    def workspace(self, workspace: Workspace) -> None:
        self._store.setValue("workspace", workspace)

    @property
    def panels(self) -> dict[str, PanelState]:
        """How the panels around the canvas were left, where one builds."""
        return self.panels_in("build")

    @panels.setter
    def panels(self, states: Mapping[str, PanelState]) -> None:
        self.set_panels_in("build", states)

    def panels_in(self, workspace: Workspace) -> dict[str, PanelState]:
        """How the panels of a workspace were left."""
        return _panels_in(str(self._store.value(_PANELS[workspace], "{}")))

    def set_panels_in(self, workspace: Workspace, states: Mapping[str, PanelState]) -> None:
        """So they are left now."""
        self._store.setValue(_PANELS[workspace], json.dumps(
            {side: state._asdict() for side, state in states.items()}))

    @property
    def recent_commands(self) -> list[str]:
        """What was run from the list of commands last, newest first."""
        return self._words("recent_commands")

    def remember_command(self, id: str) -> None:
        """Put a command at the head of the recent ones."""
        rest = [other for other in self.recent_commands if other != id]
        self._store.setValue("recent_commands", [id, *rest][:RECENT])

    @property
    def snap(self) -> bool:
        """Whether cards that are moved snap to others."""
        return str(self._store.value("snap", "true")) == "true"

    @snap.setter
    def snap(self, on: bool) -> None:
        self._store.setValue("snap", "true" if on else "false")

    @property
    def doctor(self) -> bool:
        """Whether layers are examined while they learn."""
        return str(self._store.value("doctor", "true")) == "true"

    @doctor.setter
    def doctor(self, on: bool) -> None:
        self._store.setValue("doctor", "true" if on else "false")

    @property
    def flow(self) -> Flow:
        """Where new networks go on."""
        return "right" if self._store.value("flow", "down") == "right" else "down"

    @flow.setter
    def flow(self, flow: Flow) -> None:
        self._store.setValue("flow", flow)

    @property
    def wraps(self) -> bool:
        """Whether a long network is laid out in several columns, or lines."""
        return str(self._store.value("wrap", "true")) == "true"

    @wraps.setter
    def wraps(self, on: bool) -> None:
        self._store.setValue("wrap", "true" if on else "false")

    @property
    def geometry(self) -> QByteArray | None:
        """Where the window was."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    @property
    def runs(self) -> Path:
        """Where runs are kept."""
        return self.folder / "runs"

    @property
    def runs_view(self) -> dict[str, Any]:
        """How the table of runs and their curves are looked at."""
        return _mapping_in(str(self._store.value("runs_view", "{}")))

    @runs_view.setter
    def runs_view(self, view: Mapping[str, Any]) -> None:
        self._store.setValue("runs_view", json.dumps(dict(view)))

    @property
    def runs_limit(self) -> int:
        """Bytes that all runs may take: above it, what old ones can be without goes."""
        value = self._store.value("runs_limit_gb", MOST_KEPT / 1e9)
        try:
            return max(0, round(float(str(value)) * 1e9))
        except (ValueError, OverflowError):
            return MOST_KEPT

    @runs_limit.setter
    def runs_limit(self, most: int) -> None:
        self._store.setValue("runs_limit_gb", most / 1e9)

    @property
    def recovery(self) -> Path:
        """Where unsaved work waits, should the program be killed."""
        return self.folder / "recovery"


def _mapping_in(text: str) -> dict[str, Any]:
    """What a value of the file says by name; what cannot be read there counts for nothing."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _keys_in(text: str) -> dict[str, list[str]]:
    """What the file says about keys."""
    return {id: [key for key in keys if isinstance(key, str)] for id, keys in _mapping_in(text).items()
            if isinstance(keys, list)}


def _panels_in(text: str) -> dict[str, PanelState]:
    """What the file says about panels; a size is a whole number, whatever somebody has written there."""
    states = {side: state for side, state in _mapping_in(text).items() if isinstance(state, dict)}
    return {side: PanelState(size if type(size := state.get("size")) is int else None, state.get("folded") is True)
            for side, state in states.items()}
