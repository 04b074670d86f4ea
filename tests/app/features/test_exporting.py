"""What the dialogs of exports offer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.window import dialogs
from app.window.window import MainWindow
from engine.export.formats import CODE, WITH_WEIGHTS
from engine.export.weight_files import WEIGHTS
from engine.formats import Format
from tests.app.windows import opened


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", torch=False) as window:
        yield window


def test_kinds_of_files_as_a_dialog_takes_them():
    rows = [Format(".safetensors", "Weights"), Format(".pt", "PyTorch state dict")]
    assert dialogs.filters_of(rows) == "Weights (*.safetensors);;PyTorch state dict (*.pt)"


@pytest.mark.parametrize(("action", "suggestion", "rows"), [
    ("export_latest", "lenet.safetensors", WITH_WEIGHTS), ("export_code", "lenet.py", CODE)])
def test_a_dialog_offers_every_kind_of_file(window, monkeypatch, action, suggestion, rows):
    asked = []
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given[2:]))
    window.commands[action].trigger()
    assert asked == [(Path(suggestion), rows)]


def test_weights_of_every_kind_can_be_opened(window, monkeypatch):
    asked = []
    monkeypatch.setattr(dialogs, "open_paths", lambda *given: asked.append(given[-1]) or [])
    window.commands["load_weights"].trigger()
    patterns = asked[0].removeprefix("Weights (").removesuffix(")").split()
    assert "*.pth" in patterns and patterns == [f"*{suffix}" for each in WEIGHTS for suffix in each.readable]
