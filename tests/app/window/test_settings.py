"""What is remembered between starts, and what is made of a file that somebody has written into."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from app.window.settings import CODE, RECENT, PanelState, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path)


def test_at_the_first_start(settings: Settings, tmp_path: Path, own_home: Path) -> None:
    found = (settings.recent, settings.theme, settings.data_root, settings.allowed_code, settings.palette,
             settings.shortcuts, settings.minimap, settings.recent_commands, settings.snap, settings.geometry,
             settings.panels)
    assert found == ([], "system", None, [], [], {}, True, [], True, None, {})
    assert (settings.blocks, settings.runs, settings.recovery) == (
        tmp_path / "blocks", tmp_path / "runs", tmp_path / "recovery")
    assert Settings().folder == own_home / "Layerloom"


def test_everything_is_there_at_the_next_start(settings: Settings, tmp_path: Path) -> None:
    settings.theme, settings.data_root, settings.palette = "dark", tmp_path / "data", ["-basic", "+pooling"]
    settings.shortcuts = {"save": ["Ctrl+S", "F2"], "undo": []}
    settings.geometry = QByteArray(b"here")
    settings.panels = {"left": PanelState(240, False), "bottom": PanelState(None, True)}
    for on in (False, True, False):
        settings.minimap, settings.snap = on, not on
        again = Settings(tmp_path)
        assert (again.minimap, again.snap) == (on, not on)
    assert (again.theme, again.data_root, again.palette) == ("dark", tmp_path / "data", ["-basic", "+pooling"])
    assert again.shortcuts == {"save": ["Ctrl+S", "F2"], "undo": []} and again.geometry == b"here"
    assert again.panels == {"left": (240, False), "bottom": (None, True)}


def test_the_newest_files_and_commands_come_first_and_once(settings: Settings, tmp_path: Path) -> None:
    paths = [tmp_path / f"{index}.loom" for index in range(RECENT + 2)]
    for path in (*paths, paths[5]):
        path.touch()
        settings.remember(path)
        settings.remember_command(path.stem)
    names = ["5", *(str(index) for index in reversed(range(2, RECENT + 2)) if index != 5)]
    assert [Path(path).stem for path in settings.recent] == settings.recent_commands == names
    assert len(names) == RECENT
    paths[7].unlink()
    assert [Path(path).stem for path in settings.recent] == [name for name in names if name != "7"]


def test_the_newest_code_that_was_agreed_to_is_remembered_once(settings: Settings) -> None:
    settings.allowed_code = ["a", "b", "a"]
    assert settings.allowed_code == ["a", "b"]
    settings.allowed_code = [str(index) for index in range(CODE + 5)]
    assert settings.allowed_code == [str(index) for index in range(5, CODE + 5)]


@pytest.mark.parametrize(("written", "keys"), [
    ("not json", {}), ("[" * 100_000, {}), ("[1]", {}), ('{"save": "F2", "undo": ["F3", 4]}', {"undo": ["F3"]})])
def test_keys_that_cannot_be_read_count_for_nothing(written: str, keys: dict[str, list[str]], settings: Settings,
                                                    tmp_path: Path) -> None:
    QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).setValue("shortcuts", written)
    assert Settings(tmp_path).shortcuts == keys


def test_a_place_of_the_window_that_is_none_is_left(settings: Settings, tmp_path: Path) -> None:
    QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).setValue("geometry", "middle")
    assert Settings(tmp_path).geometry is None


@pytest.mark.parametrize(("written", "panels"), [
    ("not json", {}), ("[1]", {}), ("[" * 100_000, {}), ('{"left": 5, "right": null}', {}),
    ('{"left": {"size": "wide", "folded": 1}}', {"left": (None, False)}),
    ('{"left": {"size": true, "folded": true}}', {"left": (None, True)}),
    ('{"left": {"size": NaN}, "bottom": {"size": 1e400}}', {"left": (None, False), "bottom": (None, False)}),
    ('{"right": {"size": -9999999999999999999999}}', {"right": (-9999999999999999999999, False)}),
])  # fmt: skip
def test_panels_that_somebody_has_written_into_the_file(tmp_path: Path, written: str, panels: object) -> None:
    QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).setValue("panels", written)
    assert Settings(tmp_path).panels == panels


def test_panels_are_remembered_for_each_workspace_and_the_older_ones_are_those_of_building(
        settings: Settings, tmp_path: Path) -> None:
    assert settings.workspace == "build" and settings.panels_in("train") == {}
    settings.panels = {"left": PanelState(240, False)}
    settings.set_panels_in("train", {"left": PanelState(300, True)})
    settings.workspace = "train"
    again = Settings(tmp_path)
    assert again.panels_in("build") == again.panels == {"left": (240, False)}
    assert again.panels_in("train") == {"left": (300, True)} and again.workspace == "train"


def test_a_workspace_that_there_is_not_counts_for_nothing(tmp_path: Path) -> None:
    QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).setValue("workspace", "elsewhere")
    assert Settings(tmp_path).workspace == "build"
