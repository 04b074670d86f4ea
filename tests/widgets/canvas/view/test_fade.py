"""From one level to the next."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QVariantAnimation

from engine.graph.graph import Graph
from widgets.canvas.view.fade import Fade


def test_a_level_fades_into_the_next_and_is_gone(stage, qtbot, monkeypatch):
    monkeypatch.setattr("widgets.canvas.view.fade.duration", lambda _widget: 80)
    for inwards in (True, False, True):
        stage.view.fade(QPointF(100, 100), inwards)
    port = stage.view.viewport()
    [fade] = [each for each in port.findChildren(Fade) if each.isVisible()]
    assert fade.geometry() == port.rect()
    before = port.grab().toImage()
    stage.show(Graph())
    fade.findChild(QVariantAnimation).setCurrentTime(79)
    nearly = port.grab().toImage()
    qtbot.waitUntil(lambda: not port.findChildren(Fade), timeout=5000)
    after = port.grab().toImage()
    assert after != before and after.size() == nearly.size()
    assert all(abs(after.pixelColor(x, y).lightness() - nearly.pixelColor(x, y).lightness()) < 9
               for x in range(0, after.width(), 7) for y in range(0, after.height(), 7)), "it gets paler all the time"
    monkeypatch.setattr("widgets.canvas.view.fade.duration", lambda _widget: 0)
    stage.view.fade(None, False)
    assert not port.findChildren(Fade), "a desktop without animations shows none"
