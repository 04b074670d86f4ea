"""Colours of other runs: seen on the panel, and told apart by every kind of colour vision."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from widgets.look import theme
from widgets.look.contrast import contrast
from widgets.plot.run_colors import COUNT, mixed, run_color, told_color

# How linear light is seen with cones that are missing (Machado, Oliveira, Fernandes 2009).
SEEN = {
    "usual": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.41246, 0.35758, 0.18044], [0.21267, 0.71515, 0.07218], [0.01933, 0.11919, 0.95030]])


def lab(color: QColor, cones: str) -> np.ndarray:
    light = np.array(color.getRgbF()[:3])
    light = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
    x, y, z = XYZ @ np.clip(np.array(SEEN[cones]) @ light, 0, 1) / [0.95047, 1, 1.08883]
    f = [np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
@pytest.mark.parametrize(("cones", "least"), [("usual", 18), ("protan", 9), ("deutan", 9), ("tritan", 9)])
def test_no_two_of_them_and_the_accent_look_alike(look: theme.Theme, cones: str, least: float) -> None:
    with theme.painting_as(look):
        colors = [QColor(look.accent), *(run_color(index) for index in range(10))]
        for one, other in combinations(colors, 2):
            assert np.linalg.norm(lab(one, cones) - lab(other, cones)) >= least, (one.name(), other.name())


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_each_stands_out_from_the_panel(look: theme.Theme) -> None:
    with theme.painting_as(look):
        assert len({run_color(index).name() for index in range(COUNT)}) == COUNT >= 10
        assert all(contrast(run_color(index), QColor(look.panel)) >= 3 for index in range(COUNT))
        assert run_color(COUNT) == run_color(0)


def test_a_colour_is_told_or_has_a_place(qapp: QApplication) -> None:
    assert told_color(QColor("#123456")).name() == "#123456" and told_color(3) == run_color(3)
    assert mixed(QColor("#ffffff"), 1.0).name() == "#ffffff"
    assert mixed(QColor("#ffffff"), 0.0).name() == theme.DARK.panel
    assert mixed(QColor("#ffffff"), 0.5).alpha() == 255
