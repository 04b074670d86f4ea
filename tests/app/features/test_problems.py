"""Problems and the inspector: what is said of each problem and how, what is shown of what is selected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.features.documents import Documents
from app.features.inspecting import Inspecting
from app.features.previewing import Previewing
from app.features.problems import Problems
from app.window.window import MainWindow
from engine.blocks.custom import Custom
from engine.graph.graph import Edge, Graph
from engine.layers.activation import Tanh
from engine.layers.convolution import Conv2d
from engine.layers.linear import Linear
from engine.line.line import build_line
from engine.units import grouped
from tests.app.windows import CTRL, brought, lent, shared
from tests.seen import texts


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, torch=False) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:lenet") as window:
        yield window


@pytest.fixture
def told(window, monkeypatch) -> list[tuple[str, str, list[str], int]]:
    """What is said over the canvas: words, tone, buttons, and how long it stays."""
    found: list[tuple[str, str, list[str], int]] = []
    monkeypatch.setattr(window.page.notice, "show_message", lambda text, tone="info", actions=(), timeout_ms=0: (
        found.append((text, tone, [words for words, _ in actions], timeout_ms))))
    return found


def edit(window: MainWindow, line: str) -> None:
    window.page.edit("Other", build_line(Graph(), line)[0])


# -- from one problem to the next -------------------------------------------------------------------------------------


def test_where_nothing_is_wrong_it_says_so_for_a_while(window, told):
    window.feature(Problems).step(1)
    [(text, tone, buttons, stays)] = told
    assert (text, tone, buttons) == ("Nothing is wrong", "ok", []) and 1000 < stays < 10_000


def test_each_problem_is_said_with_its_place_its_tone_and_what_mends_it(window, told):
    edit(window, "input 1x28x28, conv 6 40x40, flatten, linear 10; relu; tanh")
    problems = window.page.problems
    assert {problem.severity for problem in problems} >= {"error"} and len(problems) >= 2
    window.commands["previous_problem"].trigger()
    for _ in (*problems, "once round"):
        window.commands["next_problem"].trigger()
    order = [len(problems) - 1, *range(len(problems)), 0]
    for (text, tone, buttons, stays), index in zip(told, order, strict=True):
        problem = problems[index]
        begun = f"{index + 1}/{len(problems)}  " + (f"{problem.node}: " if problem.node else "")
        assert text.startswith(begun) and stays == 0 and len(text) > len(begun) + 5
        assert tone == ("error" if problem.severity == "error" else "info")
        assert buttons == [str(repair.text) for repair in problem.repairs[:1]]


def too_large(graph: Graph, name: str) -> Graph:
    return graph.with_layer(name, graph.nodes[name].layer.with_options(kernel_size=99))


def press(window: MainWindow) -> None:
    [button] = window.page.notice.buttons
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.page.notice.text.text() == "The network has changed: that is not needed any more"


def test_the_button_of_a_problem_mends_no_other_layer_with_the_same_problem(window):
    page, line = window.page, "input 1x28x28, conv 6 3x3, linear 10"
    edit(window, line)
    graph = page.level.graph
    [end] = [name for name in graph.nodes if graph.nodes[name].layer.kind() == "Linear"]
    other = graph.with_node(replace(graph.nodes[end], name="other")).with_edge(Edge("conv1", "other"))
    page.edit("Other", other)
    words = {problem.node: [str(repair.text) for repair in problem.repairs[:1]] for problem in page.problems}
    assert words[end] == words["other"] == ["Insert Flatten"]
    window.commands["next_problem"].trigger()
    page.edit("Delete", other.without([page.scene.selected_names()[0]]))
    before = page.document.experiment
    press(window)
    assert page.document.experiment is before and any("other" in words for problem in page.problems)


def test_the_button_of_a_problem_mends_nothing_at_another_level(window):
    page = window.page
    page.scene.select(["conv2", "act2"])
    page.make_block("Stem")
    [block] = page.scene.selected_names()
    page.go((block,))
    page.edit("Wrong", too_large(page.level.graph, "conv2"))
    window.commands["next_problem"].trigger()
    said = [button.text() for button in page.notice.buttons]
    [inside] = page.level.problems
    page.go(())
    assert not page.notice.isVisible()
    page.edit("Right", page.level.graph.without([block]))
    page.edit("Wrong", too_large(page.level.graph, "conv1"))
    assert said == [str(problem.repairs[0].text) for problem in page.problems if problem.node == "conv1"]
    before = page.document.experiment
    page.repair(inside.repairs[0])
    assert page.document.experiment is before
    assert page.notice.text.text() == "The network has changed: that is not needed any more"


def test_a_problem_of_the_whole_network_names_no_layer(window, told):
    document = window.page.document
    spec = document.experiment.data.with_options(dataset="linear")
    document.edit("numbers", replace(document.experiment, data=spec))
    feature, page = window.feature(Problems), window.page
    for _ in page.problems:
        feature.step(1)
    for (text, *_), problem in zip(told, page.problems, strict=True):
        words = text.split("  ", 1)[1]
        assert words.startswith(f"{problem.node}: ") is (problem.node is not None) and not words.startswith("None")
    assert any(problem.node is None for problem in page.problems)


def test_the_button_mends_and_the_next_problem_is_counted_anew(window):
    edit(window, "input 1x28x28, conv 6 5x5, linear 10")
    page = window.page
    window.feature(Problems).step(1)
    before, [button] = page.document.experiment.graph, page.notice.buttons
    button.click()
    assert page.document.experiment.graph != before
    window.commands["start"].trigger()
    window.feature(Problems).step(1)
    assert window.page is None


def test_inside_a_block_its_own_problems_come_first(window, told):
    inner = build_line(Graph(), "input, conv 6 99x99, relu")[0]
    graph = build_line(Graph(), "input 1x28x28, relu, flatten, linear 10")[0]
    window.page.edit("Block", graph.with_layer("act1", Custom(label="Own", graph=inner)))
    page = window.page
    page.open("act1")
    assert page.level.problems
    window.feature(Problems).step(1)
    assert page.level.path == ("act1",) and page.scene.selected_names() == [page.level.problems[0].node]
    assert told[-1][0].startswith(f"1/{len(page.level.problems)}  conv1: ")
    page.go(())
    window.feature(Problems).step(1)
    assert page.level.path == () and told[-1][0].startswith("1/")


def test_the_tab_counts_what_is_more_than_a_hint(window):
    bottom = window.places.bottom
    index = next(index for index in range(bottom.count()) if bottom.tabText(index).startswith("Problems"))
    assert bottom.tabText(index) == "Problems"
    edit(window, "input 1x28x28, conv 6 40x40, flatten, linear 10")
    count = sum(problem.severity != "hint" for problem in window.page.problems)
    assert count and bottom.tabText(index) == f"Problems  {count}"
    window.page.document.undo()
    assert bottom.tabText(index) == "Problems"


def test_the_list_mends_and_leads(window):
    edit(window, "input 1x28x28, conv 6 5x5, linear 10")
    page, panel = window.page, brought(window, Problems)
    problem = next(problem for problem in page.problems if problem.repairs and problem.node)
    panel.node_requested.emit(problem.node)
    assert page.scene.selected_names() == [problem.node]
    panel.repair_requested.emit(problem.repairs[0])
    mended = page.document.experiment.graph
    page.document.undo()
    window.places.inspector.repair_requested.emit(problem.repairs[0])
    assert page.document.experiment.graph == mended == problem.repairs[0].apply(build_line(
        Graph(), "input 1x28x28, conv 6 5x5, linear 10")[0])


# -- the inspector ----------------------------------------------------------------------------------------------------


def test_the_inspector_shows_the_one_layer_that_is_selected(window):
    page, inspector = window.page, window.places.inspector
    page.scene.select(["conv1"])
    assert "Conv 2d" in texts(inspector)
    page.scene.select([])
    assert "Conv 2d" not in texts(inspector)
    nothing = texts(inspector)
    page.scene.select(["conv1"])
    page.scene.select(["conv1", "fc1"])
    assert "Conv 2d" not in texts(inspector) != nothing and "2" in " ".join(texts(inspector))
    page.scene.select(["fc1"])
    assert "Linear" in texts(inspector)
    window.commands["start"].trigger()
    window.show_selection()
    window.turn_to(0)
    page.edit("Delete", page.level.graph.healed("fc1"))
    assert page.scene.selected_names() == [] and "Linear" not in texts(inspector)


def test_the_inspector_says_what_is_wrong_with_the_layer_and_no_other(window):
    edit(window, "input 1x28x28, conv 6 40x40, flatten, linear 10")
    page, inspector = window.page, window.places.inspector
    page.scene.select(["conv1"])
    words = " ".join(texts(inspector))
    assert "40×40" in words and "28×28" in words
    page.scene.select(["fc1"])
    assert "larger than" not in " ".join(texts(inspector))


def test_costs_follow_the_recipe_and_are_gone_where_nothing_is_learned(window):
    page, places = window.page, window.places
    document = page.document
    assert "61 706" in texts(places.costs)
    before = texts(places.costs)
    recipe = document.experiment.recipe.with_options(batch_size=document.experiment.recipe.batch_size * 2)
    document.edit("larger", replace(document.experiment, recipe=recipe))
    assert texts(places.costs) != before
    document.undo()
    assert texts(places.costs) == before
    edit(window, "input 1x28x28, flatten, relu")
    assert "61 706" not in texts(places.costs)


def test_keys_lead_into_the_name_and_into_the_palette(window):
    window.page.scene.select(["conv1"])
    QTest.keyClick(window.page.view, Qt.Key.Key_F2)
    field = QApplication.focusWidget()
    assert window.places.inspector.isAncestorOf(field) and field.text() == "conv1"
    window.page.view.setFocus()
    window.page.rename_requested.emit()
    assert QApplication.focusWidget() is field
    window.page.view.setFocus()
    QTest.keyClick(window.page.view, Qt.Key.Key_Slash)
    assert window.places.palette.isAncestorOf(QApplication.focusWidget())


def test_what_is_asked_in_the_inspector_happens_on_the_page(window):
    page, inspector = window.page, window.places.inspector
    inspector.node_requested.emit("fc2")
    assert page.scene.selected_names() == ["fc2"]
    inner = build_line(Graph(), "input, relu, tanh")[0]
    page.edit("Block", page.level.graph.with_layer("act1", Custom(label="Own", graph=inner)))
    inspector.inside_requested.emit("act1")
    assert page.level.path == ("act1",)
    page.go(())
    page.scene.select(["act1"])
    inspector.dissolve_requested.emit("act1")
    assert not any(isinstance(node.layer, Custom) for node in page.level.graph.nodes.values())
    window.places.palette.layer_activated.emit("Tanh")
    assert sum(isinstance(node.layer, Tanh) for node in page.level.graph.nodes.values()) == 2
    window.places.top.device_chosen.emit("cpu")
    assert page.document.experiment.recipe.device == "cpu"
    window.feature(Inspecting).editing.name_refused.emit("That is taken")
    page.scene.select(["fc2"])
    inspector.rename_requested.emit("fc2", "fc1")
    assert "fc2" in page.level.graph.nodes and any("fc1" in text for text in texts(inspector))


# -- what would be ----------------------------------------------------------------------------------------------------


def test_a_preview_of_the_same_is_none_and_ends_the_one_before(window):
    page, preview = window.page, window.feature(Previewing)
    preview.preview(page, page.level.graph.with_layer("fc2", Linear(out_features=33)))
    assert preview.is_on
    preview.preview(page, page.level.graph.moved({}))
    assert not preview.is_on
    preview.preview(page, page.level.graph.with_layer("fc2", Linear(out_features=33)))
    preview.preview(page, page.level.graph.with_layer("fc1", Linear(out_features=33)))
    faces = {name: page.scene.cards[name].face for name in ("fc1", "fc2")}
    assert [face.change for face in faces.values()] == ["changed", ""]
    assert faces["fc2"].count == f"{grouped(84 * 121)} → {grouped(84 * 34)}", "what follows from the new one"
    preview.end()
    assert all(not card.face.change for card in page.scene.cards.values())


def test_another_tab_does_not_show_what_is_tried_here(window):
    page, preview = window.page, window.feature(Previewing)
    window.feature(Documents).open("gallery:mlp")
    costs = texts(window.places.costs)
    preview.preview(page, page.level.graph.with_layer("fc2", Linear(out_features=33)))
    assert texts(window.places.costs) == costs and page.scene.cards["fc2"].face.change == "changed"
    preview.end()
    assert texts(window.places.costs) == costs and page.scene.cards["fc2"].face.change == ""
    window.places.inspector.layer_tried.emit("fc1", None)
    window.places.inspector.layer_tried.emit("nobody", Tanh())
    assert not preview.is_on


def test_inside_a_block_the_whole_network_is_what_would_be(window):
    inner = build_line(Graph(), "input, conv 6 5x5 p2, relu")[0]
    graph = build_line(Graph(), "input 1x28x28, relu, flatten, linear 10")[0]
    page = window.page
    page.edit("Block", graph.with_layer("act1", Custom(label="Own", graph=inner)))
    page.open("act1")
    page.scene.select(["conv1"])
    before = texts(window.places.costs)
    tried = page.level.graph.nodes["conv1"].layer.with_options(out_channels=8)
    window.places.inspector.layer_tried.emit("conv1", tried)
    assert page.scene.cards["conv1"].face.count == "156 → 208"
    old, new = 156 + 28 * 28 * 6 * 10 + 10, 208 + 28 * 28 * 8 * 10 + 10
    assert any(f"{old:_}".replace("_", " ") in text.replace("\xa0", " ") and f"{new:_}".replace(
        "_", " ") in text.replace("\xa0", " ") for text in texts(window.places.costs))
    assert "156 → 208" in texts(window.places.inspector)
    window.places.inspector.layer_tried.emit("conv1", None)
    assert texts(window.places.costs) == before and page.scene.cards["conv1"].face.count == "156"


def test_inside_a_block_that_is_made_from_its_parameters_only_the_level_is_shown(window):
    page, preview = window.page, window.feature(Previewing)
    edit(window, "input 1x28x28, residual 4, flatten, linear 10")
    page.open("residual1")
    costs = texts(window.places.costs)
    preview.preview(page, page.level.graph.with_layer("conv2", page.level.graph.nodes["conv2"].layer.with_options(
        kernel_size=5, padding=2)))
    assert page.scene.cards["conv2"].face.change == "changed" and texts(window.places.costs) == costs
    assert page.scene.cards["conv1"].face.change == ""
    preview.end()


def test_a_repair_of_a_level_and_of_the_network_are_shown_where_they_would_be(window):
    page, preview = window.page, window.feature(Previewing)
    edit(window, "input 1x28x28, conv 6 5x5, linear 10")
    repair = next(problem.repairs[0] for problem in page.problems if problem.repairs)
    preview.preview_repair(page, repair)
    assert preview.is_on
    preview.preview_repair(page, None)
    assert not preview.is_on
    page.scene.repair_previewed.emit(repair)
    assert preview.is_on
    page.scene.repair_previewed.emit(None)
    assert not preview.is_on


def typed(window: MainWindow, field: str, text: str) -> None:
    """Typed over what a field of the inspector holds, and not entered."""
    inspector = window.places.inspector
    editor = next(each for each in inspector.findChildren(QLineEdit) if each.isVisible()
                  and each.accessibleName() == field)
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)


@pytest.mark.parametrize("act", ["paste", "next problem", "code"])
@pytest.mark.parametrize(("field", "text", "name", "channels"), [
    ("Output channels", "11", "conv1", 11), ("Name", "stem", "stem", 6),
])  # fmt: skip
def test_what_is_typed_counts_whatever_comes_next(window, act, field, text, name, channels):
    page = window.page
    if act == "next problem":
        page.edit("Wrong", page.level.graph.with_layer("conv2", Conv2d(out_channels=16, kernel_size=99)))
    before = page.scene.graph.nodes
    page.scene.select(["conv1"])
    typed(window, field, text)
    if act == "paste":  # it was read meanwhile
        page.view.reader = lambda _text, done, _failed: done(build_line(Graph(), "relu")[0])
        QApplication.clipboard().setText("nn.ReLU()")
        page.view.paste()
    elif act == "next problem":
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F8)
    else:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
        code = QApplication.clipboard().text()
        assert f"self.{name} = nn.Conv2d(1, {channels}," in code
    assert page.scene.graph.nodes[name].layer.out_channels == channels
    [chosen] = page.scene.selected_names()
    [pasted] = page.scene.graph.nodes.keys() - before.keys() - {"stem"} or [""]
    assert chosen == {"paste": pasted, "next problem": "conv2", "code": name}[act]


@pytest.mark.parametrize("key", [(Qt.Key.Key_Minus, CTRL), (Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)])
@pytest.mark.parametrize("text", ["11", "wrong"])
def test_to_look_elsewhere_keeps_nothing_of_what_is_tried(window, key, text):
    page, before = window.page, window.page.document.experiment
    page.scene.select(["conv1"])
    typed(window, "Output channels", text)
    editor = QApplication.focusWidget()
    QTest.keyClick(editor, *key)
    assert QApplication.focusWidget() is editor and editor.text() == text
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert page.document.experiment is before and not page.document.history.undo_text


def test_one_goes_on_with_a_comment_whatever_is_asked_for_meanwhile(window):
    page = window.page
    page.scene.select(["conv1", "act1"])
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_C)
    writing = QApplication.focusWidget()
    QTest.keyClicks(writing, "first ")
    graph = page.document.experiment.graph
    for id in ("zoom_in", "theme_light", "next_problem", "copy_code", "fit"):
        window.commands[id].trigger()
        assert QApplication.focusWidget() is writing
    QTest.keyClicks(writing, "half")
    assert page.document.experiment.graph is graph
    QTest.keyClick(writing, Qt.Key.Key_Return)
    assert [frame.text for frame in page.document.experiment.graph.frames] == ["first half"]


def test_who_types_on_when_another_layer_is_shown_changes_nothing_of_it(window):
    """A paste was read meanwhile, and what is pasted is selected."""
    page = window.page
    page.scene.select(["conv1"])
    typed(window, "Kernel size", "3")
    page.view.reader = lambda _text, done, _failed: done(build_line(Graph(), "linear 10")[0])
    QApplication.clipboard().setText("nn.Linear(10)")
    page.view.paste()
    graph = page.document.experiment.graph
    assert graph.nodes["conv1"].layer.kernel_size in (3, (3, 3))
    for _ in range(3):
        QTest.keyClicks(QApplication.focusWidget() or page.view, "3")
    assert page.document.experiment.graph is graph


@pytest.mark.parametrize("is_mended", [True, False])
def test_what_was_said_of_a_problem_goes_with_it(window, is_mended):
    page = window.page
    page.edit("Wrong", page.level.graph.with_layer("conv2", Conv2d(out_channels=16, kernel_size=99)))
    window.commands["next_problem"].trigger()
    said = page.notice.text.text()
    assert "conv2" in said and page.notice.isVisible()
    if is_mended:
        page.document.undo()
    else:
        page.edit("Other", page.level.graph.with_marks(["conv1"], label="blue"))
    assert page.notice.isVisible() != is_mended
