"""What the dialogs of exports offer, which weights are written, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from app.features.documents import Documents
from app.features.exporting import Exporting
from app.window import dialogs
from app.window.window import MainWindow
from engine.export.formats import CODE, WITH_WEIGHTS
from engine.export.weight_files import WEIGHTS
from engine.formats import Format
from engine.messages import say
from engine.network.fitting import Fitted
from engine.runs.pictures import FORMATS as PICTURES
from engine.training.events import EpochEnded, Point
from engine.training.values import Metrics
from engine.writing.source import to_python
from tests.app.windows import opened


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:lenet", torch=False) as window:
        yield window


def test_kinds_of_files_as_a_dialog_takes_them():
    rows = [Format(".safetensors", "Weights"), Format(".pt", "PyTorch state dict")]
    assert dialogs.filters_of(rows) == "Weights (*.safetensors);;PyTorch state dict (*.pt)"


@pytest.mark.parametrize(("action", "suggestion", "rows"), [
    ("export_latest", "lenet.safetensors", WITH_WEIGHTS), ("export_code", "lenet.py", CODE)])
def test_a_dialog_offers_every_kind_of_file(window, monkeypatch, action, suggestion, rows):
    asked = []
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given[2:]))
    window.commands[action].trigger()
    assert asked == [(Path.home() / suggestion, rows)]


def test_weights_of_every_kind_can_be_opened(window, monkeypatch):
    asked = []
    monkeypatch.setattr(dialogs, "open_paths", lambda *given: asked.append(given[-1]) or [])
    window.commands["load_weights"].trigger()
    patterns = asked[0].removeprefix("Weights (").removesuffix(")").split()
    assert "*.pth" in patterns and patterns == [f"*{suffix}" for each in WEIGHTS for suffix in each.readable]


# -- which weights --------------------------------------------------------------------------------------------------


@pytest.fixture
def exported(window, monkeypatch) -> list[tuple[str, object, object, str]]:
    """What is exported instead of being written: file, experiment, weights and what they are called."""
    made: list[tuple[str, object, object, str]] = []
    monkeypatch.setattr(dialogs, "save_path", lambda _parent, _title, suggestion, _filters: suggestion)
    monkeypatch.setattr(window.feature(Exporting), "export", lambda experiment, path, weights, which, *_, of: (
        made.append((path.name, experiment, weights, str(which)))))
    return made


def test_best_and_latest_weights_are_those_of_the_run_until_others_are_loaded(window, exported, monkeypatch):
    document = window.page.document
    drawn = document.experiment
    window.commands["export_best"].trigger()
    assert exported.pop() == ("lenet.safetensors", drawn, None, "Untrained weights, as the seed gives them")
    run = document.begin_run(Path("run"))
    for epoch, weights in enumerate(({"of": "first"}, {"of": "best"}, {"of": "latest"}), 1):
        run.states.hear(EpochEnded(epoch, Metrics(1.0), Metrics(1.0), epoch == 2, weights))
    document.edit("shorter", replace(drawn, recipe=drawn.recipe.with_options(epochs=1)))
    window.commands["export_best"].trigger()
    window.commands["export_latest"].trigger()
    assert exported == [("lenet.safetensors", drawn, run.best, "Best weights, of epoch 2"),
                        ("lenet.safetensors", drawn, run.latest, "Latest weights, of epoch 3")]
    exported.clear()
    document.load_weights({"of": "a file"})
    window.commands["export_latest"].trigger()
    window.commands["export_code"].trigger()
    assert exported == [("lenet.safetensors", document.experiment, document.loaded, "Loaded weights"),
                        ("lenet.py", document.experiment, None, "PyTorch code")]
    exported.clear()
    held = document.experiment
    document.edit_graph("another", held.graph.without(held.graph.order[-1:]))
    window.commands["export_latest"].trigger()
    assert exported.pop()[1:3] == (held, document.loaded), "whose weights they are"
    monkeypatch.setattr(dialogs, "save_path", lambda *_: None)
    for action in ("export_best", "export_code"):
        window.commands[action].trigger()
    assert not exported


def test_weights_are_written_read_again_and_forgotten(window, qtbot, tmp_path, monkeypatch):
    document, said, path = window.page.document, window.page.notice.text.text, tmp_path / "mine.safetensors"
    forget = window.commands["forget_weights"]
    assert not forget.isEnabled()
    monkeypatch.setattr(dialogs, "save_path", lambda *_: path)
    window.commands["export_latest"].trigger()
    qtbot.waitUntil(lambda: path.name in said() or "verified" in said(), timeout=60_000)
    assert said().startswith("Untrained weights, as the seed gives them: ") and path.exists()
    monkeypatch.setattr(dialogs, "open_paths", lambda *_: [path, tmp_path / "another.pt"])
    window.commands["load_weights"].trigger()
    qtbot.waitUntil(lambda: document.loaded is not None, timeout=60_000)
    assert said() == "mine.safetensors fits: training starts from these weights, and export writes them"
    assert set(document.loaded) >= {"conv1.weight", "fc3.bias"} and forget.isEnabled()
    forget.trigger()
    assert document.loaded is None and not forget.isEnabled() and said() == "Training starts from fresh weights"
    window.feature(Documents).open("gallery:mlp")
    window.commands["load_weights"].trigger()  # those of another network
    other = window.page
    qtbot.waitUntil(lambda: other.notice.text.text().startswith("These weights do not fit the network. It has fc1."),
                    timeout=20_000)
    assert other.document.loaded is None and not forget.isEnabled()


@pytest.mark.parametrize(("verified", "tone"), [(True, "ok"), (False, "error")])
def test_what_an_export_came_to_is_said(window, qtbot, monkeypatch, verified, tone):
    said = []
    monkeypatch.setattr(window, "say", lambda message, tone="info", *_, of=None: said.append((str(message), tone)))
    monkeypatch.setattr("engine.export.export.export", lambda *given: SimpleNamespace(
        verified=verified, message=say("{file} was read again", file=given[1].name)))
    monkeypatch.setattr(dialogs, "save_path", lambda *_: Path("a.pt"))
    window.commands["export_best"].trigger()
    qtbot.waitUntil(lambda: bool(said), timeout=60_000)
    assert said == [("Untrained weights, as the seed gives them: a.pt was read again", tone)]


def test_what_is_said_has_its_tone(window, qtbot, tmp_path, monkeypatch):
    said, document = [], window.page.document
    monkeypatch.setattr(window, "say", lambda message, tone="info", *_, of=None: said.append((str(message), tone)))
    window.commands["copy_code"].trigger()
    window.commands["save_curves"].trigger()
    window.commands["forget_weights"].setEnabled(True)
    window.commands["forget_weights"].trigger()
    document.begin_run(tmp_path).states.hear(EpochEnded(1, Metrics(1.0), Metrics(1.0), True, {}))
    monkeypatch.setattr(dialogs, "save_path", lambda *_: tmp_path / "curves.csv")
    window.commands["save_curves"].trigger()
    qtbot.waitUntil(lambda: len(said) == 4, timeout=20_000)
    assert (tmp_path / "curves.csv").exists()
    (tmp_path / "torn.pt").write_bytes(b"?")
    monkeypatch.setattr(dialogs, "open_paths", lambda *_: [tmp_path / "torn.pt"])
    window.commands["load_weights"].trigger()
    qtbot.waitUntil(lambda: len(said) == 5, timeout=60_000)
    document.edit_graph("cut", document.experiment.graph.without(["input"]))
    window.commands["copy_code"].trigger()
    assert said[:4] == [("The PyTorch code is on the clipboard", "ok"),
                        ("There are no curves yet: train first", "info"),
                        ("Training starts from fresh weights", "info"), ("Saved curves.csv", "ok")]
    assert [tone for _, tone in said[4:]] == ["error", "error"] and "torn.pt" in said[4][0]


def test_weights_that_are_read_while_the_network_changes_are_held_against_it_again(window, qtbot, tmp_path,
                                                                                   monkeypatch):
    document, exporting = window.page.document, window.feature(Exporting)
    checked, said = [], []
    monkeypatch.setattr(window, "say", lambda message, tone="info", *_, of=None: said.append((str(message), tone)))
    monkeypatch.setattr("engine.export.bringing.weights_for", lambda experiment, *_: checked.append(
        experiment.graph) or Fitted({"of": "a file"}, {}))
    before = document.experiment.graph
    monkeypatch.setattr("engine.export.weight_files.read_weights", lambda path: path)
    exporting.load(document, tmp_path / "a.pt")
    document.edit_graph("other", before.moved({"fc1": (900.0, 0.0)}))
    qtbot.waitUntil(lambda: document.loaded is not None, timeout=60_000)
    assert checked == [before, document.experiment.graph] and document.loaded == {"of": "a file"}
    assert said == [("a.pt fits: training starts from these weights, and export writes them", "ok")]
    window.feature(Documents).open("gallery:mlp")
    exporting.load(window.page.document, tmp_path / "a.pt")
    gone = window.page.document
    gone.history.mark_clean()
    window.close_page(1)
    exporting.finish()
    qtbot.waitUntil(lambda: len(checked) == 3, timeout=60_000)
    QApplication.processEvents()
    assert gone.loaded is None and len(said) == 1


# -- code and curves ------------------------------------------------------------------------------------------------


def test_code_is_put_on_the_clipboard_or_it_is_said_why_not(window):
    said, clipboard = window.page.notice.text.text, QGuiApplication.clipboard()
    window.commands["copy_code"].trigger()
    document = window.page.document
    source = to_python(document.experiment.graph, document.experiment.data.sample_shape)
    assert clipboard.text() == source and said() == "The PyTorch code is on the clipboard"
    clipboard.setText("before")
    document.edit_graph("cut", document.experiment.graph.without(["input"]))
    window.commands["copy_code"].trigger()
    assert clipboard.text() == "before" and said() != "The PyTorch code is on the clipboard" != ""


def test_curves_are_asked_for_when_there_are_some(window, qtbot, tmp_path, monkeypatch):
    document, said, asked = window.page.document, window.page.notice.text.text, []
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given[1:]))
    window.commands["save_curves"].trigger()
    assert said() == "There are no curves yet: train first"
    run = document.begin_run(tmp_path)
    window.commands["save_curves"].trigger()
    assert not asked
    run.states.hear(Point(0.5, 1.5, 0.5))
    window.commands["save_curves"].trigger()
    assert asked == [("Save the curves", Path.home() / "lenet-curves.png", PICTURES)]
    monkeypatch.setattr(dialogs, "save_path", lambda *_: tmp_path / "no folder" / "curves.csv")
    window.commands["save_curves"].trigger()
    qtbot.waitUntil(lambda: "could not be written" in said(), timeout=20_000)


# -- weights of others ----------------------------------------------------------------------------------------------


def written(path, change=lambda key: key, skip=(), **more):
    """The state dict of lenet with other names, in ones."""
    import torch

    from engine.experiment.experiment import load_experiment
    from engine.network.weights import initial_module

    state = initial_module(load_experiment("gallery:lenet")).state_dict()
    torch.save({change(key): torch.ones_like(value) for key, value in state.items() if key not in skip} | more, path)
    return path


def test_a_checkpoint_of_others_is_loaded_and_told(window, qtbot, tmp_path):
    document, said = window.page.document, window.page.notice.text.text
    window.feature(Exporting).load(document, written(tmp_path / "a.pth", lambda key: f"module.{key}"))
    qtbot.waitUntil(lambda: document.loaded is not None, timeout=60_000)
    assert said() == ("a.pth fits: training starts from these weights, and export writes them. Their names are taken "
                      "without “module.”")
    assert list(document.loaded)[:2] == ["conv1.weight", "conv1.bias"] and document.loaded["fc3.bias"].sum() == 10


def test_an_edited_network_takes_what_fits_and_says_the_rest(window, qtbot, tmp_path):
    document, said = window.page.document, window.page.notice.text.text
    window.feature(Exporting).load(document, written(tmp_path / "a.pt", skip=("fc3.bias", "fc3.weight")))
    qtbot.waitUntil(lambda: document.loaded is not None, timeout=60_000)
    assert said() == ("a.pt: 8 of 10 tensors fit; training starts from these weights, and export writes them. Not in "
                      "the file, and so as before: fc3.weight, fc3.bias")
    assert document.loaded["fc2.bias"].unique().tolist() == [1] and document.loaded["fc3.bias"].shape == (10,)


@pytest.mark.parametrize("takes", [True, False])
def test_other_names_in_the_same_order_are_taken_when_the_person_says_so(window, qtbot, tmp_path, monkeypatch, takes):
    document, asked = window.page.document, []

    def answer(box):
        asked.append((box.text(), box.informativeText()))
        roles = QMessageBox.ButtonRole
        role = roles.AcceptRole if takes else roles.RejectRole
        next(button for button in box.buttons() if box.buttonRole(button) == role).click()

    def exec_(box):
        box.show()
        answer(box)

    monkeypatch.setattr(QMessageBox, "exec", exec_)
    window.feature(Exporting).load(document, written(tmp_path / "a.pt", lambda key: key.replace("conv", "c").replace(
        "fc", "dense")))
    said = window.page.notice.text.text
    qtbot.waitUntil(lambda: document.loaded is not None if takes else "other names" in said(), timeout=60_000)
    [(text, shown)] = asked
    assert text.startswith("a.pt has other names than the network, but layers of the same shapes.")
    assert shown.splitlines()[0] == "c1.weight → conv1.weight" and len(shown.splitlines()) == 10
    assert (document.loaded is not None) is takes
    if takes:
        assert document.loaded["fc1.weight"].unique().tolist() == [1]


def test_what_was_asked_about_is_taken_whatever_the_file_holds_by_now(window, qtbot, tmp_path, monkeypatch):
    import torch

    first, asked = window.page, []
    path = written(tmp_path / "a.pt", lambda key: key.replace("conv", "c").replace("fc", "dense"))
    state = torch.load(path)

    def answer(box):
        asked.append((window.page is first, box.informativeText().splitlines()[0]))
        torch.save({f"other {key}": value * 9 for key, value in state.items()}, path)
        box.show()
        next(button for button in box.buttons() if button.text() == "Take them").click()

    monkeypatch.setattr(QMessageBox, "exec", answer)
    window.feature(Exporting).load(first.document, path)
    window.feature(Documents).open("gallery:mlp")
    qtbot.waitUntil(lambda: first.document.loaded is not None, timeout=60_000)
    assert asked == [(True, "c1.weight → conv1.weight")], "of the network that is in front by then"
    assert {value for tensor in first.document.loaded.values() for value in tensor.unique().tolist()} == {1.0}


def test_what_became_of_weights_is_said_over_their_network(window, qtbot, tmp_path, monkeypatch):
    first, exporting = window.page, window.feature(Exporting)
    exporting.load(first.document, written(tmp_path / "a.pt"))
    window.feature(Documents).open("gallery:mlp")
    qtbot.waitUntil(lambda: first.document.loaded is not None, timeout=60_000)
    assert first.notice.text.text().startswith("a.pt fits") and window.page.notice.text.text() == ""
    (tmp_path / "torn.pt").write_bytes(b"?")
    exporting.load(first.document, tmp_path / "torn.pt")
    qtbot.waitUntil(lambda: "torn.pt" in first.notice.text.text(), timeout=60_000)
    exporting.export(first.document.experiment, tmp_path / "b.safetensors", None, say("Weights"), of=first.document)
    qtbot.waitUntil(lambda: first.notice.text.text().startswith("Weights: "), timeout=60_000)
    assert window.page.notice.text.text() == "" and window.page is not first


def test_weights_go_into_the_selected_layer(window, qtbot, tmp_path, monkeypatch):
    import torch

    page, document = window.page, window.page.document
    torch.save({"weight": torch.full((84, 120), 3.0), "bias": torch.full((84,), 4.0)}, tmp_path / "layer.pt")
    asked = []
    monkeypatch.setattr(dialogs, "open_paths", lambda *given: asked.append(given[1]) or [tmp_path / "layer.pt"])
    window.commands["load_layer_weights"].trigger()
    assert page.notice.text.text() == "Select the one layer that the weights are for" and not asked
    page.scene.select(["fc2"])
    window.commands["load_layer_weights"].trigger()
    qtbot.waitUntil(lambda: document.loaded is not None, timeout=60_000)
    assert asked == ["Load weights into fc2"]
    assert document.loaded["fc2.bias"].unique().tolist() == [4] and len(document.loaded) == 10
    before = document.loaded["fc2.weight"]
    torch.save({"weight": torch.full((120, 400), 5.0), "bias": torch.full((120,), 6.0)}, tmp_path / "layer.pt")
    page.scene.select(["fc1"])
    window.commands["load_layer_weights"].trigger()
    qtbot.waitUntil(lambda: document.loaded["fc1.bias"].unique().tolist() == [6], timeout=60_000)
    assert document.loaded["fc2.weight"] is before  # the other layers keep what they have


def test_weights_for_a_layer_come_into_it_under_its_new_name(window, qtbot, tmp_path, monkeypatch):
    import torch

    page, document = window.page, window.page.document
    torch.save({"weight": torch.full((84, 120), 3.0), "bias": torch.full((84,), 4.0)}, tmp_path / "layer.pt")
    monkeypatch.setattr(dialogs, "open_paths", lambda *_: [tmp_path / "layer.pt"])
    page.scene.select(["fc2"])
    window.commands["load_layer_weights"].trigger()
    document.edit_graph("Rename", document.experiment.graph.renamed("fc2", "middle"))
    qtbot.waitUntil(lambda: document.loaded is not None, timeout=60_000)
    assert document.loaded["middle.bias"].unique().tolist() == [4] and "fc2.bias" not in document.loaded
    document.load_weights(None)
    page.scene.select(["middle"])
    window.commands["load_layer_weights"].trigger()
    document.edit_graph("Delete", document.experiment.graph.without(["middle"]))
    qtbot.waitUntil(lambda: page.notice.text.text() == "The layer that layer.pt was for is gone", timeout=60_000)
    assert document.loaded is None
