"""Window and terminal do the same: the data they end with, the files they take, the numbers they show."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import program
from app.document.document import Document
from app.document.editing import Editing
from app.features.data import Data
from app.features.data_files import DataFiles
from app.features.documents import Documents
from app.features.exporting import Exporting
from app.terminal import cli, console
from app.window import dialogs
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.data.options.options import Augment
from engine.data.options.table import Table
from engine.data.sources import source_for
from engine.data.spec.reading import described
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import LOOM, Experiment, load_experiment, save_experiment
from engine.export.weight_files import WEIGHTS
from engine.runs.continuing import Going
from tests.app.windows import opened
from tests.engine.cases import experiment
from tests.engine.data.data_cases import SUFFIXES, own_file

Taken = Callable[[DataSpec, str], DataSpec]
READABLE = [suffix for each in WEIGHTS for suffix in each.readable]
EITHER_WAY = [str.lower, str.upper]


@pytest.fixture
def in_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Taken]:
    """What the window makes of a choice: a name from the panel's list, or a path."""
    widget = QWidget()
    qtbot.addWidget(widget)
    documents: list[Document] = []
    files = DataFiles(widget, Settings(tmp_path / "settings"), lambda: documents[-1])
    editing = Editing(widget, lambda: None)
    files.described.connect(editing.change_data_of)

    def take(before: DataSpec, choice: str) -> DataSpec:
        document = Document(Experiment(data=before), "net")
        documents.append(document)
        with qtbot.waitSignal(files.described, timeout=20_000):
            if source_for(Path(choice)) is None:
                files.change(before.with_options(dataset=choice), "dataset")
            else:
                files.open(Path(choice))
        return document.experiment.data

    yield take
    files.finish()


@pytest.fixture
def in_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Taken:
    """What ``train --data`` makes of it."""
    trained: list[DataSpec] = []

    def train(going: Going, *_: object, **__: object) -> None:
        trained.append(going.experiment.data)
        raise KeyboardInterrupt

    monkeypatch.setattr(console, "go_on", train)
    monkeypatch.chdir(tmp_path)

    def take(before: DataSpec, choice: str) -> DataSpec:
        save_experiment(replace(experiment(), data=before), tmp_path / "net.loom")
        cli.main(["train", "net.loom", "--data", choice])
        return trained.pop()

    return take


# -- choosing data ----------------------------------------------------------------------------------------------------

GREY = DataSpec(dataset="cifar10", channels=1, resize=28)
VARIED = Augment(rotate=10)
BY_NAME = {
    "grey and small stay so": (GREY, "svhn", DataSpec(dataset="svhn", channels=1, resize=28)),
    "resized only where needed": (GREY, "mnist", DataSpec(dataset="mnist", channels=1)),
    "chosen already": (GREY, "cifar10", GREY),
    "as large as before": (DataSpec(dataset="mnist"), "digits", DataSpec(dataset="digits", resize=28)),
    "enlarged": (DataSpec(dataset="mnist", resize=96), "kmnist", DataSpec(dataset="kmnist", resize=96)),
    "colour comes as it is": (DataSpec(dataset="mnist"), "cifar10", DataSpec(dataset="cifar10", resize=28)),
    "three channels that were asked for": (DataSpec(dataset="fashion-mnist", channels=3), "kmnist",
                                           DataSpec(dataset="kmnist", channels=3)),
    "to images": (DataSpec(dataset="linear"), "mnist", DataSpec(dataset="mnist")),
    "from images": (DataSpec(dataset="mnist", resize=96, channels=3, augment=VARIED), "linear",
                    DataSpec(dataset="linear")),
    "numbers that look like an image": (DataSpec(dataset="edges"), "mnist", DataSpec(dataset="mnist")),
    "what only the old data have": (DataSpec(dataset="emnist", emnist="letters"), "mnist", DataSpec(dataset="mnist")),
    "what is no matter of the data": (DataSpec(dataset="mnist", seed=3, validation=0.25, augment=VARIED), "kmnist",
                                      DataSpec(dataset="kmnist", seed=3, validation=0.25, augment=VARIED)),
}  # fmt: skip


@pytest.mark.parametrize("case", BY_NAME)
def test_another_data_set_is_the_same_for_both(case: str, in_window: Taken, in_terminal: Taken) -> None:
    before, name, after = BY_NAME[case]
    assert in_window(before, name) == after
    assert in_terminal(before, name) == after


def pictures(folder: Path, height: int, width: int) -> Path:
    """A folder of images with two classes."""
    for index in range(6):
        (folder / "ab"[index % 2]).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (width, height), (40 * index, 0, 0)).save(folder / "ab"[index % 2] / f"{index}.png")
    return folder


def arrays(path: Path, *shape: int) -> Path:
    """A file with examples of this shape in two classes."""
    np.savez(path, x=np.zeros((8, *shape), np.uint8), y=np.arange(8) % 2)
    return path


def table(path: Path, *names: str) -> Path:
    path.write_text("\n".join([",".join(names), *(",".join([f"{row}.5"] * len(names)) for row in range(9))]))
    return path


OF_ONES_OWN = {
    "a folder": (DataSpec(dataset="mnist"), lambda at: pictures(at / "many", 40, 40), (3, 28, 28), 28),
    "a folder of that size": (DataSpec(dataset="mnist"), lambda at: pictures(at / "many", 28, 28), (3, 28, 28), None),
    "a folder in grey": (GREY, lambda at: pictures(at / "many", 40, 30), (1, 28, 28), 28),
    "tensors": (GREY, lambda at: arrays(at / "x.npz", 3, 64, 64), (1, 28, 28), 28),
    "tensors of that size": (GREY, lambda at: arrays(at / "x.npz", 1, 28, 28), (1, 28, 28), None),
    "tensors that are no images": (GREY, lambda at: arrays(at / "x.npz", 5), (5,), None),
    "a table": (GREY, lambda at: table(at / "x.csv", "a", "b", "c"), (2,), None),
}  # fmt: skip


@pytest.mark.parametrize("case", OF_ONES_OWN)
def test_ones_own_file_is_the_same_for_both(case: str, in_window: Taken, in_terminal: Taken, tmp_path: Path) -> None:
    before, make, shape, resize = OF_ONES_OWN[case]
    path = str(make(tmp_path))
    found = in_window(before, path)
    assert found == in_terminal(before, path) == in_terminal(before, Path(path).name)
    assert (found.path, found.sample_shape, found.resize, found.is_known) == (path, shape, resize, True)
    assert in_window(found, "mnist") == in_terminal(found, "mnist")


@pytest.mark.parametrize(("height", "width", "resize"), [(40, 40, 40), (40, 30, None), (1200, 1200, None)])
def test_after_ones_own_images_a_size_is_kept_that_can_be(height: int, width: int, resize: int | None,
                                                          in_window: Taken, in_terminal: Taken, tmp_path: Path) -> None:
    before = described(DataSpec().with_file(pictures(tmp_path / "many", height, width)))
    before = before.with_options(resize=None)
    after = DataSpec(dataset="mnist", resize=resize)
    assert in_window(before, "mnist") == after == in_terminal(before, "mnist")


def test_a_guess_is_no_size_to_keep(in_window: Taken, in_terminal: Taken, tmp_path: Path) -> None:
    before = DataSpec(dataset="folder", path=str(tmp_path / "gone"))
    assert before.with_dataset("mnist") == DataSpec(dataset="mnist") == in_window(before, "mnist")
    assert in_terminal(before, "mnist") == DataSpec(dataset="mnist")


@pytest.mark.parametrize(("names", "target", "columns"), [("abc", "b", 2), ("xyz", "", 2)])
def test_of_another_table_the_target_stays_where_it_has_one(names: str, target: str, columns: int, in_window: Taken,
                                                            in_terminal: Taken, tmp_path: Path) -> None:
    before = described(DataSpec().with_file(table(tmp_path / "first.csv", *"abc")).with_options(table={"target": "b"}))
    path = str(table(tmp_path / "second.csv", *names))
    found = in_window(before, path)
    assert found == in_terminal(before, path)
    assert (found.table, found.sample_shape) == (Table(target=target), (columns,))


def test_what_is_typed_of_a_table_must_be_in_it(in_terminal: Taken, tmp_path: Path,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    in_terminal(DataSpec(), str(table(tmp_path / "first.csv", *"abc")))
    assert cli.main(["train", "net.loom", "--data", "first.csv", "--target", "z"]) == 2
    assert "There is no column “z”" in capsys.readouterr().err


# -- kinds of files ---------------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp") as window:
        yield window


def dropped(window: MainWindow, path: Path) -> bool:
    """Whether the window takes what is dragged over it, and then lets go."""
    data, left = QMimeData(), Qt.MouseButton.LeftButton
    data.setUrls([QUrl.fromLocalFile(str(path))])
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, left, Qt.KeyboardModifier.NoModifier)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, left,
                                                  Qt.KeyboardModifier.NoModifier))
    return enter.isAccepted()


def test_every_file_that_the_terminal_takes_can_be_dropped_as_data(window: MainWindow, qtbot: QtBot,
                                                                   tmp_path: Path) -> None:
    for suffix in [way(suffix) for suffix in SUFFIXES for way in EITHER_WAY]:
        made = own_file(tmp_path / f"numbers{suffix.lower()}")
        own = made.rename(tmp_path / f"numbers-{suffix[1:]}{suffix}")
        with qtbot.waitSignal(window.feature(Data).files.described, timeout=20_000) as told:
            assert dropped(window, own)
        assert (told.args[1].path, told.args[1].sample_shape) == (str(own), (2,))


def weights_file(path: Path, window: MainWindow) -> Path:
    """Weights of the window's network, as the suffix says."""
    from engine.export.weight_files import save_weights  # loads torch, as the window does beside itself
    from engine.network.weights import initial_module

    written = path.with_suffix(".safetensors" if path.suffix.lower() == ".safetensors" else ".pt")
    save_weights(initial_module(window.page.document.experiment).state_dict(), written)
    return written.rename(path)


@pytest.mark.parametrize("way", EITHER_WAY)
def test_every_file_of_weights_is_taken_by_both(way: Callable[[str], str], window: MainWindow, qtbot: QtBot,
                                                tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = window.page.document
    save_experiment(document.experiment, tmp_path / "net.loom")
    for suffix in map(way, READABLE):
        path = weights_file(tmp_path / f"weights{suffix}", window)
        assert cli.main(["export", str(tmp_path / "net.loom"), str(tmp_path / "net.py"), "--weights", str(path)]) == 0
        asked: list[Any] = []
        monkeypatch.setattr(dialogs, "open_paths", lambda *given, path=path, asked=asked: asked.append(given) or [path])
        document.loaded = None
        window.commands["load_weights"].trigger()
        qtbot.waitUntil(lambda: document.loaded is not None, timeout=20_000)
        assert f"*{suffix.lower()}" in asked[0][-1]


def test_dropped_weights_are_loaded_unless_they_can_be_data(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    document = window.page.document
    for suffix in READABLE:
        takes = [type(feature) for feature in window.features if feature.opener(Path(f"weights{suffix}")) is not None]
        assert takes == ([Data] if suffix in SUFFIXES else [Exporting])
    assert dropped(window, weights_file(tmp_path / "weights.safetensors", window))
    qtbot.waitUntil(lambda: document.loaded is not None, timeout=20_000)


def test_what_weights_are_read_from_is_said_in_full(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        cli.main(["export", "--help"])
    assert "a .safetensors, .pt, .pth, .bin, .ckpt, .params or .pkl file" in " ".join(capsys.readouterr().out.split())
    assert cli.main(["export", "gallery:mlp", str(tmp_path / "net.py"), "--weights", "a.onnx"]) == 2
    assert "read from .safetensors, .pt, .pth, .bin, .ckpt, .params and .pkl files" in capsys.readouterr().err


@pytest.mark.parametrize("way", EITHER_WAY)
def test_a_network_is_one_however_its_suffix_is_written(way: Callable[[str], str], tmp_path: Path, qtbot: QtBot,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"net{way(LOOM.suffix)}"
    save_experiment(load_experiment("gallery:mlp"), path)
    assert cli.main(["check", str(path)]) == 0
    with opened(qtbot, tmp_path / "layerloom", "", torch=False) as window:
        assert dropped(window, path) and window.page.document.path == path
    asked: list[object] = []
    monkeypatch.setattr(program, "has_display", lambda: False)
    monkeypatch.setattr("app.terminal.headless.main", lambda argv: asked.append(argv) or 0)
    assert program.main(["layerloom", f"gone{path.suffix}"]) == 0 and asked == [[f"gone{path.suffix}"]]


# -- reported numbers -------------------------------------------------------------------------------------------------


def test_of_variants_both_show_each_reported_number(capsys: pytest.CaptureFixture[str], tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["train", "gallery:weight-decay", "--device", "cpu", "--epochs", "2", "--out", "run"]) == 0
    rows = dict(re.findall(r"^(λ = \d: ‖w‖) +\S+ +(\S+)$", capsys.readouterr().out, re.MULTILINE))
    assert list(rows) == ["λ = 0: ‖w‖", "λ = 3: ‖w‖"] and float(rows["λ = 0: ‖w‖"]) > float(rows["λ = 3: ‖w‖"]) > 0


# -- files that are not what they should be --------------------------------------------------------------------------


def test_a_state_dict_that_is_dropped_is_no_data(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    document = window.page.document
    before = document.experiment.data
    for suffix in (".pt", ".pth"):
        document.loaded = None
        assert dropped(window, weights_file(tmp_path / f"w{suffix}", window))
        qtbot.waitUntil(lambda: document.loaded is not None, timeout=20_000)
        assert document.experiment.data == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_what_never_ends_is_refused_by_both(window: MainWindow, tmp_path: Path,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.loom", "a.csv", "a.npz", "a.pt", "a.loomblock"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "round.loom").symlink_to(tmp_path / "round.loom")
    said = window.page.notice.text.text
    for path in (tmp_path / "a.loom", Path("/dev/zero"), tmp_path / "round.loom", tmp_path):
        assert cli.main(["check", str(path)]) == 2
        assert f"{path} could not be read: " in capsys.readouterr().err
        window.feature(Documents).open(str(path))
        assert said().startswith(f"{path} could not be read: ")
    for name in ("a.csv", "a.npz", "a.pt"):
        assert cli.main(["train", "gallery:mlp", "--data", str(tmp_path / name), "--out", str(tmp_path / "run")]) == 2
        assert f"{name} could not be read: it is not a plain file" in capsys.readouterr().err
    assert cli.main(["train", "gallery:mlp", "--data", "/", "--out", str(tmp_path / "run")]) == 2
    assert "/ is the whole disk" in capsys.readouterr().err


def test_weights_under_other_names_are_offered_in_the_terminal(tmp_path: Path,
                                                               capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    from engine.network.weights import initial_module

    weights = initial_module(load_experiment("gallery:softmax")).state_dict()
    torch.save({f"net.{place}": torch.ones_like(value) for place, value in enumerate(weights.values())},
               tmp_path / "a.pt")
    command = ["export", "gallery:softmax", str(tmp_path / "b.pt"), "--weights", str(tmp_path / "a.pt")]
    assert cli.main(command) == 1
    pairs = "".join(f"\n  net.{place} → {key}" for place, key in enumerate(weights))
    assert capsys.readouterr().err == ("error: These weights have other names than the network's, but layers of the "
                                       f"same shapes: --by-order takes them so{pairs}\n")
    assert cli.main([*command, "--by-order"]) == 0
    read = torch.load(tmp_path / "b.pt", weights_only=True)
    assert list(read) == list(weights) and all(value.unique().tolist() == [1] for value in read.values())


def test_a_part_of_the_weights_is_taken_and_told_in_the_terminal(tmp_path: Path,
                                                                 capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    from engine.network.weights import initial_module

    weights = initial_module(load_experiment("gallery:mlp")).state_dict()
    broken = torch.full_like(weights["fc1.bias"], float("nan"))
    torch.save({"state_dict": {"fc1.weight": weights["fc1.weight"], "fc1.bias": broken, "old.w": torch.ones(2)}},
               tmp_path / "a.ckpt")
    assert cli.main(["export", "gallery:mlp", str(tmp_path / "b.pt"), "--weights", str(tmp_path / "a.ckpt")]) == 0
    said = capsys.readouterr()
    assert said.err == (
        "note: a.ckpt: 2 of 4 tensors fit. They are what the file has as “state_dict”. Not all values are numbers (NaN "
        "or infinite): 256 in fc1.bias. Left out: old.w (the network has nothing of this name). Not in the file, and "
        "so as before: fc2.weight, fc2.bias\n")
    assert said.out == ("Not all values are numbers (NaN or infinite): 256 in fc1.bias. b.pt is written and verified: "
                        "read back, its outputs are equal\n")


def test_training_names_an_image_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for index in range(12):
        folder = tmp_path / "pets" / ("cats", "dogs")[index % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 8), 20 * index, np.uint8)).save(folder / f"{index}.png")
    (tmp_path / "pets" / "cats" / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    made = experiment(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 2}), epochs=1)
    save_experiment(made, tmp_path / "net.loom")
    assert cli.main(["train", str(tmp_path / "net.loom"), "--data", str(tmp_path / "pets"), "--out",
                     str(tmp_path / "run")]) == 0
    said = capsys.readouterr().out
    assert "warning: Could not be read and is left out: cats/torn.png (it is" in said
    assert "cats/torn.png" in (tmp_path / "run" / "remarks.jsonl").read_text()


def test_weights_that_are_chosen_as_data_say_where_they_belong(window: MainWindow, qtbot: QtBot, tmp_path: Path,
                                                               capsys: pytest.CaptureFixture[str]) -> None:
    path, before = weights_file(tmp_path / "w.pt", window), window.page.document.experiment.data
    with qtbot.waitSignal(window.feature(Data).files.refused) as told:
        window.feature(Data).files.open(path)
    assert str(told.args[1]) == "w.pt holds weights, not data: File → Load weights… takes it"
    assert window.page.document.experiment.data == before
    with pytest.raises(SystemExit):
        cli.main(["train", "gallery:mlp", "--data", str(path)])
    assert "w.pt holds weights, not data" in capsys.readouterr().err
