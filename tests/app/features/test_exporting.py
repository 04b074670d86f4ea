"""What the dialogs of exports offer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.window import dialogs
from app.window.window import MainWindow
from tests.app.windows import opened


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", torch=False) as window:
        yield window


@pytest.mark.parametrize(("action", "suggestion", "filters"), [
    ("export_latest", "lenet.safetensors", "Weights (*.safetensors);;PyTorch state dict (*.pt)"),
    ("export_code", "lenet.py", "Python (*.py)"),
])  # fmt: skip
def test_a_dialog_offers_every_kind_of_file(window, monkeypatch, action, suggestion, filters):
    asked = []
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given[2:]))
    window.actions_[action].trigger()
    assert asked == [(Path(suggestion), filters)]


def test_weights_of_every_kind_can_be_opened(window, monkeypatch):
    asked = []
    monkeypatch.setattr(dialogs, "open_paths", lambda *given: asked.append(given[-1]) or [])
    window.actions_["load_weights"].trigger()
    assert asked == ["Weights (*.safetensors *.pt *.pth)"]
