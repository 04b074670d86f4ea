"""Keys that the canvas understands itself."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest

from engine.graph import marks
from engine.graph.frames import Frame
from tests.widgets.canvas.desk import LEFT, NONE, skipping


def test_backspace_is_never_a_command_of_the_canvas(stage, qtbot):
    deleted: list[bool] = []
    action = QAction(stage.view)
    action.setShortcuts([QKeySequence("Del"), QKeySequence("Backspace")])
    action.triggered.connect(lambda: deleted.append(True))
    stage.view.addAction(action)
    stage.view.activateWindow()
    stage.view.setFocus()
    with qtbot.waitSignal(stage.view.out_requested):
        QTest.keyClick(stage.view, Qt.Key.Key_Backspace)
    assert deleted == []


def test_enter_and_a_double_click_open_one_card(stage, qtbot):
    stage.scene.select(["fc1", "fc2"])
    with qtbot.assertNotEmitted(stage.scene.open_requested):
        QTest.keyClick(stage.view, Qt.Key.Key_Return)
        QTest.mouseDClick(stage.view.viewport(), LEFT, NONE, QPoint(3, 3))
    stage.scene.select(["fc1"])
    with qtbot.waitSignal(stage.scene.open_requested) as asked:
        QTest.keyClick(stage.view, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert asked.args == ["fc1"]
    with qtbot.waitSignal(stage.scene.open_requested) as asked:
        QTest.mouseDClick(stage.view.viewport(), LEFT, NONE, stage.card("fc3"))
    assert asked.args == ["fc3"]
    port = stage.view.mapFromScene(stage.scene.cards["fc3"].out_point())
    with qtbot.assertNotEmitted(stage.scene.open_requested):
        QTest.mouseDClick(stage.view.viewport(), LEFT, NONE, port)


def test_enter_writes_the_one_frame_that_is_selected(stage):
    stage.show(marks.with_frame(skipping(), Frame("Head", ("fc1", "fc2"))))
    stage.scene.choose({stage.scene.frames.items[0]})
    QTest.keyClick(stage.view, Qt.Key.Key_Return)
    assert stage.view.comments.isVisible() and stage.view.comments.toPlainText() == "Head"
    stage.view.comments.finish()
    stage.scene.select([])
    QTest.keyClick(stage.view, Qt.Key.Key_Return)
    assert not stage.view.comments.isVisible()
