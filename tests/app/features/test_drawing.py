"""Pictures from the window and from the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.document.page import Page
from app.features.documents import Documents
from app.features.drawing import Drawing
from app.terminal import cli
from app.window import dialogs
from app.window.window import MainWindow
from engine.blocks.custom import Custom
from engine.experiment.experiment import Experiment, load_experiment
from engine.figures.export import DrawingError, check_picture, written_as
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.layers.inputs import Input
from engine.line.line import build_line
from tests.app.windows import lent, shared
from tests.seen import colors
from widgets.canvas.pictures.export import save_canvas
from widgets.look import theme

READY_MS = 60_000
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:lenet") as window:
        yield window


@pytest.fixture
def page(qtbot):
    page = Page(Document(load_experiment("gallery:lenet"), "lenet"))
    qtbot.addWidget(page)
    return page


def save(page: Page, path: Path, look: theme.Theme = theme.DARK, ground: str = "") -> Path:
    save_canvas(page.level.analysis, page.level.problems, page.scene.caption, path, look, ground)
    return path


def words(path: Path) -> str:
    return " ".join("".join(text.itertext()) for text in ElementTree.parse(path).getroot().iter(f"{SVG}text"))


def check_drawing(path: Path) -> None:
    """It can be read back, and something is in it: colours, strokes, a page, or every layer's name."""
    check_picture(path)
    holds = {".png": lambda: len(colors(QImage(str(path)))) > 10,
             ".svg": lambda: len(list(ElementTree.parse(path).getroot().iter(f"{SVG}path"))) > 20,
             ".pdf": lambda: re.search(rb"/MediaBox ?\[ ?0 0 \d{3,}", path.read_bytes()) is not None}
    layers = ("conv1", "conv2", "fc1", "fc2", "fc3")
    assert holds.get(path.suffix, lambda: all(name in path.read_text() for name in layers))()


def test_the_canvas_as_vectors_has_every_card_wire_and_shape(page, tmp_path):
    path = save(page, tmp_path / "net.svg")
    said = words(path)
    assert all(name in said for name in page.level.graph.nodes)
    assert all(wire.text in said for wire in page.scene.wires.values())
    assert "Fashion-MNIST" in said
    assert not list(ElementTree.parse(path).getroot().iter(f"{SVG}image"))


def test_buttons_are_no_part_of_the_picture(page, tmp_path):
    graph = page.level.graph
    page.edit("Break", graph.with_layer("conv2", graph.nodes["conv2"].layer.with_options(kernel_size=40)))
    button = page.scene.cards["conv2"].repair_button
    assert button is not None
    said = words(save(page, tmp_path / "net.svg"))
    assert "window" in said and button.text not in said


def test_frames_are_drawn(page, tmp_path):
    plain = words(save(page, tmp_path / "plain.svg"))
    page.edit("Frame", page.level.graph.with_frames([Frame("Features", ("conv1", "act1"))]))
    assert "Features" in words(save(page, tmp_path / "net.svg")) and "Features" not in plain


@pytest.mark.parametrize(("look", "ground", "color"), [
    (theme.DARK, "", theme.DARK.canvas), (theme.LIGHT, "", theme.LIGHT.canvas), (theme.LIGHT, "#ffffff", "#ffffff")])
def test_it_wears_the_theme_that_is_asked_for(page, tmp_path, look, ground, color):
    before = theme.current()
    image = QImage(str(save(page, tmp_path / "net.png", look, ground)))
    margins = [QRect(0, 0, image.width(), 8), QRect(0, image.height() - 8, image.width(), 8),
               QRect(0, 0, 8, image.height()), QRect(image.width() - 8, 0, 8, image.height())]
    assert [colors(image, margin) for margin in margins] == [{color}] * 4
    assert {look.raised, look.text} <= colors(image)
    assert image.height() > 1000 and image.width() > 1000
    assert theme.current() is before


@pytest.mark.parametrize("kind", written_as("canvas"), ids=lambda kind: kind.suffix)
def test_it_is_written_as_every_kind_of_file_that_is_offered(page, tmp_path, kind):
    check_picture(save(page, tmp_path / f"net{kind.suffix}"))


def test_other_kinds_are_refused(page, tmp_path):
    with pytest.raises(DrawingError, match=r"net\.gif: the canvas is written as \.svg, \.png or \.pdf"):
        save(page, tmp_path / "net.gif")


def test_the_live_canvas_stays_as_it_is(page, tmp_path):
    page.scene.select(["conv1"])
    cards = dict(page.scene.cards)
    save(page, tmp_path / "net.png")
    assert page.scene.selected_names() == ["conv1"] and page.scene.cards == cards


# -- from the window --------------------------------------------------------------------------------------------------


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize(("down", "suffix"), [(0, "svg"), (1, "pdf"), (2, "svg"), (3, "md")])
def test_a_style_is_chosen_by_keys_and_the_file_is_written(window, qtbot, tmp_path, monkeypatch, down, suffix):
    path = tmp_path / f"net.{suffix}"
    monkeypatch.setattr(dialogs, "save_path", lambda *_: path)
    window.commands["export_picture"].trigger()
    menu = window.feature(Drawing).menu
    for _ in range(down):
        QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Saved" in window.page.notice.text.text(), timeout=10_000)
    check_drawing(path)


def test_no_file_is_written_where_none_is_chosen_and_failures_are_said(window, qtbot, tmp_path, monkeypatch):
    drawing, (canvas, _, figure, _) = window.feature(Drawing), window.feature(Drawing).styles()
    monkeypatch.setattr(dialogs, "save_path", lambda *_: None)
    drawing.ask(canvas)
    for style in (canvas, figure):
        window.page.notice.dismiss()
        monkeypatch.setattr(dialogs, "save_path", lambda *_: tmp_path / "missing" / "net.png")
        drawing.ask(style)
        qtbot.waitUntil(lambda: "could not be written" in window.page.notice.text.text(), timeout=10_000)
    assert not (tmp_path / "missing").exists()


def test_a_figure_is_called_by_the_block_one_is_in_or_by_the_network(window, qtbot, tmp_path, monkeypatch):
    called = []
    monkeypatch.setattr("engine.figures.export.draw", lambda _analysis, path, _style, title: called.append(title))
    inner = build_line(Graph(), "input 4, linear 4")[0]
    outer = Graph.of([Node("input", Input()), Node("deep", Custom(graph=inner))], [Edge("input", "deep")])
    graph = Graph.of([Node("input", Input(shape=(4,))), Node("high", Custom(graph=outer))], [Edge("input", "high")])
    window.open(Document(Experiment(graph), "mine"))
    for level, title in (((), "mine"), (("high",), "high"), (("high", "deep"), "deep")):
        window.page.go(level)
        window.feature(Drawing).draw(window.page, tmp_path / "a.svg", "figure")
        qtbot.waitUntil(lambda title=title: called[-1:] == [title], timeout=READY_MS)
    qtbot.waitUntil(lambda: "Saved a.svg" in window.page.notice.text.text(), timeout=READY_MS)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_what_is_drawn_of_a_network_is_offered_and_said_over_it(window, qtbot, tmp_path):
    first, drawing = window.page, window.feature(Drawing)
    drawing.draw(first, tmp_path / "net.md", "table")
    window.commands["export_picture"].trigger()
    menu = QApplication.activePopupWidget()
    assert menu is drawing.menu
    window.feature(Documents).open("gallery:mlp")
    assert QApplication.activePopupWidget() is None
    qtbot.waitUntil(lambda: first.notice.text.text() == "Saved net.md", timeout=READY_MS)
    assert window.page is not first and window.page.notice.text.text() == ""


def test_a_dialog_offers_what_the_style_is_written_as(window):
    canvas, white, figure, table = [dialogs.filters_of(style.formats) for style in window.feature(Drawing).styles()]
    assert canvas == white and canvas.startswith("Vector picture (*.svg);;Picture (*.png);;PDF (*.pdf)")
    assert table.startswith("Markdown (*.md);;LaTeX (*.tex)") and table.endswith(figure)


# -- from the command line --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [
    ["net.svg"], ["net.png", "--style", "figure"], ["net.pdf"], ["net.md"], ["net.tex"],
    ["net.png", "--style", "table"],    ["net.svg", "--style", "canvas"]])  # fmt: skip
def test_export_on_the_command_line(words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["export", "gallery:lenet", *words]) == cli.DONE
    assert f"{words[0]} is written" in capsys.readouterr().out
    check_drawing(tmp_path / words[0])


def test_what_cannot_be_drawn_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words in (["net.md", "--style", "canvas"], ["net.gif", "--style", "figure"], ["missing/net.svg"],
                  ["missing/net.svg", "--style", "canvas"]):
        assert cli.main(["export", "gallery:lenet", *words]) == cli.UNREADABLE
        assert capsys.readouterr().err.startswith("error: ")
    assert not list(tmp_path.iterdir())


def test_bypassed_layers_are_no_part_of_a_figure(tmp_path):
    from engine.analysis.analysis import analyze
    from engine.figures.plan import stations_of

    experiment = load_experiment("gallery:lenet")
    graph = experiment.graph.with_marks(["pool1"], bypassed=True)
    experiment = replace(experiment, graph=graph)
    assert "pool1" not in stations_of(analyze(experiment.graph, experiment.data.sample_shape))
