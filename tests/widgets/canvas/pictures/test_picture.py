"""Still pictures of networks: one knows each by what its blocks are made of."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from engine.analysis.analysis import analyze
from engine.experiment.experiment import load_experiment
from widgets.canvas.pictures.picture import MARGIN, picture
from widgets.look import theme

SIZE = QSize(260, 136)
LARGE = ("vgg11", "nin", "googlenet", "resnet18", "densenet", "alexnet")


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    theme.apply(qapp, theme.DARK)


def drawn(id: str) -> QImage:
    experiment = load_experiment(f"gallery:{id}")
    return picture(analyze(experiment.graph, experiment.data.sample_shape), SIZE).toImage()


def runs(image: QImage, color: QColor) -> int:
    """The most separate stretches of a colour in one line of the picture."""
    most = 0
    for y in range(image.height()):
        line = [abs(QColor(image.pixel(x, y)).hue() - color.hue()) < 12
                and QColor(image.pixel(x, y)).saturation() > 120 for x in range(image.width())]
        most = max(most, sum(b and not a for a, b in zip([False, *line], line, strict=False)))
    return most


def test_the_large_networks_are_told_apart():
    pictures = {id: drawn(id) for id in LARGE}
    for one, other in combinations(LARGE, 2):
        a, b = pictures[one], pictures[other]
        differs = sum(a.pixel(x, y) != b.pixel(x, y) for x in range(0, 260, 2) for y in range(0, 136, 2))
        assert differs > 0.08 * 130 * 68, (one, other)


def test_branches_are_seen_inside_of_blocks():
    blue = theme.category_color("convolution")
    assert runs(drawn("googlenet"), blue) >= 6, "three branches of convolutions, in several columns"
    assert runs(drawn("resnet18"), blue) <= 4


@pytest.mark.parametrize("id", LARGE)
def test_nothing_is_cut(id: str) -> None:
    image, ground = drawn(id), QColor(theme.DARK.canvas).rgb()
    edge = MARGIN // 2
    assert all(image.pixel(x, y) == ground for x in range(260) for y in (*range(edge), *range(136 - edge, 136)))
    assert all(image.pixel(x, y) == ground for y in range(136) for x in (*range(edge), *range(260 - edge, 260)))
