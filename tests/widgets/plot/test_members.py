"""The points of one run among several, and its colour."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from widgets.look import theme
from widgets.plot.members import Member, member_color
from widgets.plot.series import Series


def points(series: Series) -> list[tuple[float, float]]:
    return list(zip(series.x.tolist(), series.y.tolist(), strict=True))


def test_points_and_epochs_make_two_curves_for_each_plot() -> None:
    member = Member("decay 0")
    assert (member.title, member.is_shown, member.best, len(member), member.end) == ("decay 0", True, None, 0, 0.0)
    member.add_points([])
    assert len(member) == 0
    member.add_epoch(1, 5, 0.5, 6, 0.6, False)
    assert [points(curve) for curve in member.curves(0)] == [[(1, 5)], [(1, 6)]]
    assert [points(curve) for curve in member.curves(1)] == [[(1, 0.5)], [(1, 0.6)]]
    assert (member.best, len(member), member.end) == (None, 1, 1.0)
    member.add_points([(0.5, 9, 0.1), (1.5, 8, 0.2)])
    assert [points(curve) for curve in member.curves(0)] == [[(0.5, 9), (1.5, 8)], [(1, 6)]], "points come first"
    assert [points(curve) for curve in member.curves(1)] == [[(0.5, 0.1), (1.5, 0.2)], [(1, 0.6)]]
    assert (len(member), member.end) == (3, 1.5)
    member.add_epoch(2, 4, 0.7, 3, 0.8, True)
    member.add_epoch(3, 4, 0.7, 3.5, 0.8, False)
    assert (member.best, len(member), member.end) == (2, 5, 3.0)
    assert points(member.train[0]) == [(1, 5), (2, 4), (3, 4)]


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_eight_colours_come_again(qapp: QApplication, look: theme.Theme) -> None:
    theme.apply(qapp, look)
    colors = [member_color(index).name() for index in range(16)]
    assert len(set(colors[:8])) == 8 and colors[:8] == colors[8:]
    apart = [abs(QColor(color).lightness() - QColor(look.panel).lightness()) for color in colors]
    assert min(apart) > 60
