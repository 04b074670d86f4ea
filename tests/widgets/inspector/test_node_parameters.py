"""The inspector's weights section, by mouse and keyboard: how weights begin and learn, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import engine.blocks  # noqa: F401 - fills the registry
from engine.analysis.analysis import analyze
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import DEFAULTS, INIT_TITLES, Init, NodeParameters, ValueEdit
from engine.layers.base import LAYERS
from tests.in_front import in_front
from tests.seen import label_with, texts
from widgets.inspector.doors import Doors
from widgets.inspector.init_form import STARTER, FormulaEditor, InitForm
from widgets.inspector.inspector import Inspector
from widgets.inspector.name_edit import NameEdit
from widgets.inspector.node_parameters import BY_RECIPE, NodeParametersForm
from widgets.look import theme
from widgets.parts.scroll import ScrollPanel

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
LEFT = Qt.MouseButton.LeftButton


class Stage(QWidget):
    """The section as narrow as in the inspector, with a field to go on to."""

    def __init__(self) -> None:
        super().__init__()
        self.form, self.elsewhere = NodeParametersForm(self), QLineEdit(self)
        layout = QVBoxLayout(self)
        layout.addWidget(self.form)
        layout.addWidget(self.elsewhere)
        layout.addStretch()
        self.resize(300, 600)


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    stage = Stage()
    in_front(qtbot, stage)
    stage.form.show_node(DEFAULTS, None, ("fc1", "fc2"))
    yield stage


def choose(qtbot: QtBot, form: InitForm, kind: str) -> None:
    """By keyboard, from the first kind downwards."""
    editor = form.rows["kind"].editor
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_Home)
    for _ in range(list(INIT_TITLES).index(kind)):
        editor.setFocus()
        qtbot.keyClick(editor, Qt.Key.Key_Down)
    editor.setFocus()


def retype(qtbot: QtBot, editor: QWidget, text: str) -> None:
    qtbot.mouseClick(editor, LEFT)
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, text)


def shown(form: InitForm) -> list[str]:
    return [name for name, row in form.rows.items() if row.editor.isVisible()]


@pytest.mark.parametrize("kind", INIT_TITLES)
def test_a_kind_shows_only_the_numbers_that_it_reads(qtbot: QtBot, stage: Stage, kind: str) -> None:
    choose(qtbot, stage.form.weight, kind)
    value = stage.form.value.weight
    assert value.kind == kind
    assert shown(stage.form.weight) == ["kind", *value.fields]
    assert shown(stage.form.bias) == ["kind"]
    assert stage.form.weight.rows["kind"].editor.currentText() == INIT_TITLES[kind]


def test_numbers_are_part_of_the_whole(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_node(NodeParameters(bias=Init(kind="constant"), lr_multiplier=2), None)
    seen: list[tuple[object, str]] = []
    stage.form.parameters_changed.connect(lambda value, part: seen.append((value, part)))
    retype(qtbot, stage.form.bias.rows["value"].editor, "5")
    assert seen == [(NodeParameters(bias=Init(kind="constant", value=5), lr_multiplier=2), "bias.value")]
    retype(qtbot, stage.form.learning.rows["decay_multiplier"].editor, "0")
    assert seen[-1] == (NodeParameters(bias=Init(kind="constant", value=5), lr_multiplier=2, decay_multiplier=0),
                        "decay_multiplier")


def test_limits_that_cross_are_refused_in_words(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_node(NodeParameters(weight=Init(kind="uniform")), None)
    row = stage.form.weight.rows["low"]
    with qtbot.assertNotEmitted(stage.form.parameters_changed):
        retype(qtbot, row.editor, "7")
    assert row.error.isVisible()
    assert "must not be above" in row.error.text()
    qtbot.keyClick(row.editor, Qt.Key.Key_Escape)
    assert not row.error.isVisible()
    assert stage.form.value.weight == Init(kind="uniform")


def test_a_formula_begins_as_a_good_one_and_is_ready_to_be_typed_over(qtbot: QtBot, stage: Stage) -> None:
    editor = stage.form.weight.rows["kind"].editor
    editor.setFocus()
    with qtbot.waitSignal(stage.form.parameters_changed):
        qtbot.keyClicks(editor, "F")  # a list goes to what begins with the letter
    formula = stage.form.weight.rows["formula"].editor
    assert stage.form.value.weight == Init(kind="formula", formula=STARTER)
    assert formula.hasFocus()
    text = "w = uniform(-10, 10); w * (abs(w) >= 5)"
    qtbot.keyClicks(formula, text)
    assert stage.form.value.weight.formula == text
    assert not stage.form.weight.rows["formula"].error.isVisible()


def test_a_formula_that_is_wrong_says_so_when_the_hands_rest(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_node(NodeParameters(weight=Init(kind="formula", formula=STARTER)), None)
    row = stage.form.weight.rows["formula"]
    retype(qtbot, row.editor, "0.1 * norm")
    assert not row.error.isVisible()
    qtbot.waitUntil(row.error.isVisible, timeout=FormulaEditor.patience + 1000)
    assert "does not know “norm”" in row.error.text()
    assert row.editor.property("bad")
    assert stage.form.value.weight.formula == STARTER
    qtbot.keyClicks(row.editor, "al(0, 1)")
    assert not row.error.isVisible()
    assert stage.form.value.weight.formula == "0.1 * normal(0, 1)"


def test_a_wrong_formula_is_not_called_wrong_while_one_types_but_at_enter(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_node(NodeParameters(weight=Init(kind="formula", formula=STARTER)), None)
    row = stage.form.weight.rows["formula"]
    retype(qtbot, row.editor, "0.1 * (w")
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert row.error.isVisible()
    assert "character 7: '(' was never closed" in row.error.text()
    qtbot.keyClicks(row.editor, " + 1")
    assert not row.error.isVisible()
    qtbot.keyClicks(row.editor, ")")
    assert stage.form.value.weight.formula == "0.1 * (w + 1)"
    assert not row.error.isVisible()


def test_a_wrong_formula_stays_to_be_mended_when_it_is_left(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_node(NodeParameters(weight=Init(kind="formula", formula=STARTER)), None)
    row = stage.form.weight.rows["formula"]
    retype(qtbot, row.editor, "0.1 *")
    qtbot.keyClick(row.editor, Qt.Key.Key_Tab)
    assert row.error.isVisible()
    assert "ends too early" in row.error.text()
    assert row.editor.text() == "0.1 *"
    assert stage.form.value.weight.formula == STARTER
    stage.form.restore()  # as when another layer is selected
    assert row.editor.text() == STARTER
    assert not row.error.isVisible()


def test_a_frozen_layer_has_no_use_for_multipliers(qtbot: QtBot, stage: Stage) -> None:
    switch = stage.form.learning.rows["trainable"].editor
    with qtbot.waitSignal(stage.form.parameters_changed) as changed:
        qtbot.mouseClick(switch, LEFT, pos=QPoint(8, switch.height() // 2))
    assert changed.args == [NodeParameters(trainable=False), "trainable"]
    assert switch.text() == "off: frozen"
    assert not stage.form.learning.rows["lr_multiplier"].editor.isEnabled()
    qtbot.mouseClick(switch, LEFT, pos=QPoint(8, switch.height() // 2))
    assert stage.form.learning.rows["lr_multiplier"].editor.isEnabled()


def test_weights_of_another_layer_are_chosen_and_given_back(qtbot: QtBot, stage: Stage) -> None:
    shares = stage.form.shares
    shares.setFocus()
    with qtbot.waitSignal(stage.form.shares_changed) as changed:
        qtbot.keyClick(shares, Qt.Key.Key_Down)
    assert changed.args == ["fc1"]
    stage.form.show_node(DEFAULTS, "fc1", ("fc1", "fc2"))
    assert shares.hasFocus()
    assert not stage.form.weight.isVisible()
    assert not stage.form.learning.isVisible()
    with qtbot.waitSignal(stage.form.shares_changed) as changed:
        qtbot.keyClick(shares, Qt.Key.Key_Up)
    assert changed.args == [""]
    stage.form.show_node(DEFAULTS, None, ("fc1", "fc2"))
    assert stage.form.weight.isVisible()
    assert not stage.form.shared.isVisible()


def test_the_owner_is_one_click_away(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_node(DEFAULTS, "fc1", ())
    QApplication.processEvents()
    label: QLabel = stage.form.shared
    assert label.isVisible()
    before = label.fontMetrics().horizontalAdvance("Uses the weights of ")
    with qtbot.waitSignal(stage.form.node_requested) as asked:
        qtbot.mouseMove(label, QPoint(before + 6, label.height() // 2 + 2))
        qtbot.mouseClick(label, LEFT, pos=QPoint(before + 6, label.height() // 2 + 2))
    assert asked.args == ["fc1"]


def test_an_owner_that_is_no_candidate_any_more_is_still_shown(stage: Stage) -> None:
    stage.form.show_node(DEFAULTS, "old", ("fc1",))
    assert stage.form.shares.currentText() == "old"
    stage.form.show_node(DEFAULTS, None, ())
    assert stage.form.shares.currentText() == "no other layer"
    assert not stage.form.shares.isEnabled()
    assert "same shapes" in stage.form.shares.toolTip()


def test_values_set_by_hand_are_counted_and_forgotten(qtbot: QtBot, stage: Stage) -> None:
    edits = (ValueEdit(key="weight", index=(0, 1), value=2.0), ValueEdit(key="bias", index=(3,), value=1.0))
    stage.form.show_node(NodeParameters(edits=edits), None)
    assert "2 values set by hand" in texts(stage.form)
    with qtbot.waitSignal(stage.form.parameters_changed) as changed:
        qtbot.mouseClick(stage.form.forget, LEFT)
    assert changed.args == [NodeParameters(), "edits"]
    assert not stage.form.forget.isVisible()


# -- in the inspector ---------------------------------------------------------------------------------------------


@pytest.fixture
def inspector(qtbot: QtBot) -> Inspector:
    return in_front(qtbot, Inspector(), 300, 900)


def show(inspector: Inspector, kind: str, shape: tuple[int, ...] = (4, 8, 8), parameters: NodeParameters = DEFAULTS,
         candidates: tuple[str, ...] = (), **options: object) -> None:
    node = Node("it", LAYERS[kind](**options), parameters=parameters)
    graph = Graph.of([Node("input", LAYERS["Input"]()), node], [Edge("input", "it")])
    report = analyze(graph, shape)
    inspector.show_node(node, report.nodes["it"], None, (), 1, candidates)
    QApplication.processEvents()


def section(inspector: Inspector) -> NodeParametersForm:
    return inspector.findChild(NodeParametersForm)


@pytest.mark.parametrize(("kind", "options", "weights", "biases"), [
    ("Conv2d", {"out_channels": 3}, True, True), ("Conv2d", {"out_channels": 3, "bias": False}, True, False),
    ("BatchNorm2d", {}, False, True), ("Residual", {"num_channels": 4}, True, True),
])
def test_the_section_shows_what_the_layer_has(inspector: Inspector, kind: str, options: dict[str, object],
                                              weights: bool, biases: bool) -> None:
    show(inspector, kind, **options)
    form = section(inspector)
    assert (form.isVisible(), form.weight.isVisible(), form.bias.isVisible()) == (True, weights, biases)
    assert form.bias.rows["kind"].label.text() == ("Initial biases" if weights else "Initial values")


def test_a_layer_without_weights_has_no_such_section(inspector: Inspector) -> None:
    show(inspector, "ReLU")
    assert not section(inspector).isVisible()


def test_the_section_stays_while_a_mistake_is_typed_and_goes_with_the_layer(inspector: Inspector) -> None:
    show(inspector, "Conv2d", out_channels=3)
    show(inspector, "Conv2d", out_channels=3, kernel_size=50)  # larger than its input: nothing is known
    assert section(inspector).isVisible()
    inspector.show_node(Node("other", LAYERS["ReLU"]()), None, None, ())
    assert not section(inspector).isVisible()
    inspector.show_node(Node("third", LAYERS["Linear"](), parameters=NodeParameters(trainable=False)), None, None, ())
    assert section(inspector).isVisible()


def test_edits_carry_the_name_of_the_node(qtbot: QtBot, inspector: Inspector) -> None:
    show(inspector, "Linear", (5,), candidates=("fc1",), out_features=3)
    editor = section(inspector).learning.rows["lr_multiplier"].editor
    inspector.findChild(ScrollPanel).ensureWidgetVisible(editor)
    with qtbot.waitSignal(inspector.parameters_changed) as changed:
        retype(qtbot, editor, "5")
    assert changed.args == ["it", NodeParameters(lr_multiplier=5), "lr_multiplier"]
    shares = section(inspector).shares
    shares.setFocus()
    with qtbot.waitSignal(inspector.shares_changed) as changed:
        qtbot.keyClick(shares, Qt.Key.Key_Down)
    assert changed.args == ["it", "fc1"]


def test_typing_is_forgotten_with_the_node(qtbot: QtBot, inspector: Inspector) -> None:
    show(inspector, "Linear", (5,), out_features=3)
    editor = section(inspector).learning.rows["lr_multiplier"].editor
    retype(qtbot, editor, "x")
    inspector.forget_typing()
    assert editor.text() == "1"
    assert not editor.property("bad")


def test_blocks_and_code_have_their_doors(qtbot: QtBot, inspector: Inspector) -> None:
    doors = inspector.findChild(Doors)
    show(inspector, "Residual", num_channels=4)
    for button, signal in ((doors.inside, inspector.inside_requested), (doors.dissolve, inspector.dissolve_requested)):
        with qtbot.waitSignal(signal) as asked:
            qtbot.mouseClick(button, LEFT)
        assert asked.args == ["it"]
    assert not doors.code.isVisible()
    inspector.show_node(Node("mine", LAYERS["Code"]()), None, None, ())
    assert not doors.inside.isVisible()
    with qtbot.waitSignal(inspector.code_requested) as asked:
        qtbot.mouseClick(doors.code, LEFT)
    assert asked.args == ["mine"]
    show(inspector, "Conv2d", out_channels=3)
    assert not doors.isVisible()
    assert not inspector.findChild(ScrollPanel).horizontalScrollBar().isVisible()


def test_the_tab_key_goes_from_top_to_bottom(qtbot: QtBot, inspector: Inspector) -> None:
    for kind in ("Residual", "Linear", "Residual"):
        show(inspector, kind, (4, 8, 8) if kind == "Residual" else (5,))
        inspector.findChild(NameEdit).setFocus()
        places = []
        while not places or places[-1] < section(inspector).learning.mapTo(inspector, QPoint(0, 1)).y():
            focus = QApplication.focusWidget()
            place = focus.mapTo(inspector, QPoint(0, 0))
            places.append(place.y())
            qtbot.keyClick(focus, Qt.Key.Key_Tab)
            assert len(places) < 20
        assert places == sorted(places)
        assert len(places) >= 6


@pytest.mark.parametrize(("kind", "weights"), [("Linear", "As in recipe"), ("Conv2d", "As in recipe"),
                                               ("Residual", "As in recipe"), ("ConvTranspose2d", "PyTorch's own")])
def test_weights_that_the_recipe_fills_do_not_claim_to_begin_as_pytorch_lets_them(inspector: Inspector, kind: str,
                                                                                  weights: str) -> None:
    show(inspector, kind, shape=(16,) if kind == "Linear" else (4, 8, 8))
    form = section(inspector)
    assert form.weight.rows["kind"].editor.currentText() == weights
    assert form.bias.rows["kind"].editor.currentText() == "PyTorch's own"
    assert form.weight.value == Init()


def test_what_the_recipe_fills_is_what_the_inspector_says() -> None:
    from engine.network.initialization import DENSE

    assert tuple(f"nn.{layer.__name__}" for layer in DENSE) == BY_RECIPE


# -- where everything stands ----------------------------------------------------------------------------------------


def box(part: QWidget, within: QWidget) -> QRect:
    return QRect(part.mapTo(within, QPoint()), part.size())


def test_a_formula_has_a_line_of_its_own_below_the_kind(stage: Stage) -> None:
    stage.form.show_node(NodeParameters(weight=Init(kind="formula", formula=STARTER)), None)
    for _ in range(2):
        QApplication.processEvents()
    rows = stage.form.weight.rows
    formula, kind, label = (box(part, stage) for part in (rows["formula"].editor, rows["kind"].editor,
                                                          rows["kind"].label))
    assert (formula.left(), formula.right()) == (label.left(), kind.right())
    assert 0 < formula.top() - kind.bottom() < 12
    assert not rows["formula"].label.isVisible()
    font = rows["formula"].editor.font()
    assert (font.family(), font.pixelSize()) == (theme.mono_font(12).family(), 12)
    stage.form.show_node(NodeParameters(weight=Init(kind="uniform")), None)
    for _ in range(2):
        QApplication.processEvents()
    for name in ("low", "high"):
        assert rows[name].label.isVisible() and rows[name].label.indent() == 12
        assert box(rows[name].editor, stage).left() == box(rows["kind"].editor, stage).left()
        assert rows[name].editor.accessibleName() == f"Initial weights: {rows[name].label.text()}"
    assert rows["kind"].label.indent() != 12


def test_only_a_formula_that_is_chosen_by_hand_takes_the_keyboard(qtbot: QtBot, stage: Stage) -> None:
    kind, formula = (stage.form.weight.rows[name].editor for name in ("kind", "formula"))
    choose(qtbot, stage.form.weight, "constant")
    assert kind.hasFocus()
    stage.elsewhere.setFocus()
    stage.form.show_node(NodeParameters(weight=Init(kind="formula", formula=STARTER)), None)
    assert stage.elsewhere.hasFocus() and formula.selectedText() == ""
    stage.form.show_node(DEFAULTS, None)
    kind.setFocus()
    qtbot.keyClicks(kind, "F")
    assert formula.hasFocus() and formula.selectedText() == STARTER
    qtbot.keyClicks(formula, "normal(0, 2)")
    kind.setFocus()
    qtbot.keyClick(kind, Qt.Key.Key_Up)
    kind.setFocus()
    qtbot.keyClick(kind, Qt.Key.Key_Down)
    assert stage.form.value.weight.formula == "normal(0, 2)", "what was typed once is not begun anew"


def test_the_section_from_top_to_bottom(stage: Stage) -> None:
    edits = (ValueEdit(key="weight", index=(0, 1), value=2.0),)
    stage.form.show_node(NodeParameters(edits=edits), None, ("fc1",))
    for _ in range(2):
        QApplication.processEvents()
    form = stage.form
    parts = [label_with(form, "Weights"), form.shares, form.weight, form.bias, form.learning, form.forget]
    boxes = [box(part, stage) for part in parts]
    assert all(one.bottom() < other.top() for one, other in pairwise(boxes))
    label, count = label_with(form, "Shared with"), label_with(form, "1 value set by hand")
    assert box(label, stage).center().y() == pytest.approx(box(form.shares, stage).center().y(), abs=2)
    assert box(label, stage).right() < box(form.shares, stage).left() == box(
        form.weight.rows["kind"].editor, stage).left(), "in line with the forms below"
    assert box(count, stage).left() == box(label, stage).left()
    assert box(form.forget, stage).right() == box(form.shares, stage).right()
    assert form.forget.width() == form.forget.sizeHint().width()
    assert label.property("role") == count.property("role") == "dim" and label.buddy() is form.shares
    assert "counted once" in form.shares.toolTip() and form.shares.toolTip() == label.toolTip()
    assert form.shares.isEnabled() and form.shares.accessibleName() == "Shared with"
    assert "begin like the others" in form.forget.toolTip()


def test_a_long_name_of_an_owner_wraps_and_is_no_markup(stage: Stage, qtbot: QtBot) -> None:
    name = "a_<b>_" + "very_long_name_" * 8
    stage.form.show_node(DEFAULTS, name, ())
    for _ in range(2):
        QApplication.processEvents()
    label = stage.form.shared
    assert "&lt;b&gt;" in label.text() and label.text().startswith("Uses the weights of <a href=")
    assert stage.width() == 300 and label.height() > 2 * label.fontMetrics().lineSpacing()
    with qtbot.waitSignal(stage.form.node_requested) as asked:
        label.linkActivated.emit(name)
    assert asked.args == [name]
    assert [stage.form.shares.itemText(index) for index in range(stage.form.shares.count())] == [
        "no other layer", name]


def test_frozen_weights_say_so_at_their_multipliers(stage: Stage) -> None:
    rows = stage.form.learning.rows
    own = [rows[name].editor.toolTip() for name in ("lr_multiplier", "decay_multiplier")]
    stage.form.show_node(NodeParameters(trainable=False), None)
    for name in ("lr_multiplier", "decay_multiplier"):
        assert "frozen" in rows[name].editor.toolTip() and not rows[name].editor.isEnabled()
    assert rows["trainable"].editor.text() == "off: frozen"
    stage.form.show_node(NodeParameters(), None)
    assert [rows[name].editor.toolTip() for name in ("lr_multiplier", "decay_multiplier")] == own
    assert rows["trainable"].editor.text() == "on"


def test_before_there_is_something_to_show_there_is_nothing(qtbot: QtBot) -> None:
    form = NodeParametersForm()
    qtbot.addWidget(form)
    assert form.stops() == [] and form.value == DEFAULTS and form.findChildren(QLabel) == []
    form.restore()
    form.show_node(DEFAULTS, None)
    assert [type(stop).__name__ for stop in form.stops()[:2]] == ["ChoiceEditor", "QLabel"]
    assert form.stops()[-1] is form.forget and len(form.stops()) > 8


def test_typing_is_dropped_in_every_part(qtbot: QtBot, stage: Stage) -> None:
    stage.form.show_node(NodeParameters(weight=Init(kind="constant"), bias=Init(kind="constant")), None)
    editors = [stage.form.weight.rows["value"].editor, stage.form.bias.rows["value"].editor,
               stage.form.learning.rows["lr_multiplier"].editor]
    before = [editor.text() for editor in editors]
    for editor in editors:
        retype(qtbot, editor, "x")
    stage.form.restore()
    assert [editor.text() for editor in editors] == before
