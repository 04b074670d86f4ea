"""Findings as files: pictures that other readers open, and numbers that numpy reads."""

from __future__ import annotations

import io
import math
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from widgets.findings.columns import columns
from widgets.findings.pictures import Bars, Grid, Lines, Picture, Table
from widgets.findings.saving import npz, pictures_npz, pictures_png, pictures_svg, widget_png, widget_svg
from widgets.look import theme

LINES = Lines([0, 1], {"equal": [2.0, 2.0], "Xavier": [2.0, 0.5]}, "step", "loss", title="While it learns")
BARS = Bars(["equal", "Xavier"], [0.1, 0.9], "accuracy")
GRID = Grid([np.eye(3), np.zeros((2, 2), np.int64)], ("kernel",))
TABLE = Table(["layer", "gradient"], [["conv1", 0.5], ["fc1", None]])
ALL: tuple[Picture, ...] = (LINES, BARS, GRID, TABLE)


@pytest.mark.parametrize("look", ["dark", "light"])
def test_a_png_shows_all_of_them_below_each_other(look: str, qapp: QApplication) -> None:
    theme.apply(qapp, theme.THEMES[look])
    whole = Image.open(io.BytesIO(pictures_png(ALL)))
    parts = [Image.open(io.BytesIO(pictures_png([each]))) for each in ALL]
    assert whole.format == "PNG" and {part.width for part in parts} == {whole.width}
    edges = 2 * 2 * 20 * (len(ALL) - 1)  # each alone has both margins
    gaps = 2 * 20 * (len(ALL) - 1)
    assert whole.height == pytest.approx(sum(part.height for part in parts) - edges + gaps, abs=4)
    assert whole.convert("RGB").getpixel((1, 1)) == theme.color("panel").toTuple()[:3]


def test_an_svg_has_its_words_as_text() -> None:
    root = ElementTree.fromstring(pictures_svg(ALL))
    words = {"".join(each.itertext()).strip() for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"While it learns", "Xavier", "loss", "conv1", "kernel"} <= words
    assert root.get("viewBox", "").startswith("0 0 680 ")


def test_a_widget_is_kept_as_it_is(qtbot: QtBot) -> None:
    label = QLabel("Some words")
    qtbot.addWidget(label)
    label.resize(200, 50)
    assert Image.open(io.BytesIO(widget_png(label))).size == (400, 100)
    assert b"Some words" in widget_svg(label)


@pytest.mark.parametrize(("picture", "wanted"), [
    (LINES, {"x": [0, 1], "equal": [2, 2], "Xavier": [2, 0.5]}),
    (BARS, {"names": ["equal", "Xavier"], "values": [0.1, 0.9]}),
    (TABLE, {"layer": ["conv1", "fc1"], "gradient": [0.5, math.nan]}),
    (GRID, {"kernel": np.eye(3), "picture 1": np.zeros((2, 2))}),
    (Lines([0], {"x": [5.0], "": [6.0]}), {"x": [0], "x 2": [5], "y": [6]}),
])
def test_numpy_reads_its_numbers(picture: Picture, wanted: dict[str, object]) -> None:
    with np.load(io.BytesIO(pictures_npz([picture]))) as file:
        assert list(file) == list(wanted)
        for name, values in wanted.items():
            np.testing.assert_array_equal(file[name], np.asarray(values))


def test_of_several_pictures_each_number_is_there() -> None:
    with np.load(io.BytesIO(pictures_npz(ALL))) as file:
        assert list(file) == ["1.x", "1.equal", "1.Xavier", "2.names", "2.values", "3.kernel", "3.picture 1",
                              "4.layer", "4.gradient"]


def test_any_name_will_do() -> None:
    names = ["file", "block.conv1", "a/b", "größe", "arr_0"]
    with np.load(io.BytesIO(npz({name: np.arange(at) for at, name in enumerate(names)}))) as file:
        assert [len(file[name]) for name in names] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("count", "width", "shown"), [(0, 100, 0), (1, 100, 1), (10, 100, 10), (512, 400, 200),
                                                       (512, 3000, 512), (5, 0, 1)])
def test_columns_are_as_many_as_fit_and_none_is_forgotten(count: int, width: float, shown: int) -> None:
    found = columns([float(index % 7) for index in range(count)], 10, width)
    assert len(found) == shown
    assert [at for each in found for at in range(each.first, each.last + 1)] == list(range(count))
    assert all(each.start < each.end or not width for each in found)
    assert not found or (found[0].start == 10 and found[-1].end <= 10 + width + 1e-6)


def test_a_column_shows_what_matters_most_of_those_it_stands_for() -> None:
    values = [0.0, -3.0, math.nan, 1.0, math.nan, math.nan]
    first, second = columns(values, 0, 4)
    assert (first.place, first.value) == (1, -3.0) and (second.place, second.value) == (3, 1.0)
