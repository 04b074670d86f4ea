"""The canvas as a file is read back before anybody relies on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.analysis.analysis import analyze
from engine.figures.export import DrawingError
from engine.graph.graph import Graph
from engine.line.line import build_line
from widgets.canvas.pictures.export import save_canvas
from widgets.look import theme


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_what_was_written_and_is_no_picture_is_said(suffix: str, qapp: object, tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    analysis, path = analyze(build_line(Graph(), "input 4, relu")[0]), tmp_path / f"a{suffix}"
    save_canvas(analysis, (), "MNIST", path, theme.DARK)
    monkeypatch.setattr("widgets.canvas.pictures.export.write_bytes", lambda path, _content: path.write_text("?"))
    with pytest.raises(DrawingError, match=f"^a{suffix} is written, but "):
        save_canvas(analysis, (), "MNIST", path, theme.DARK)
