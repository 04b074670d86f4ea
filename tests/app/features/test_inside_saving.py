"""What is seen inside as files: the numbers are those of a pass in plain torch, the pictures hold what is seen."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from torch import nn

from app.features.inside import Inside, PageInside
from app.features.layer_in_hand import LayerInHand
from app.features.probing import Probing
from app.window import dialogs
from app.window.window import MainWindow
from engine.messages import Message, say
from engine.network.building import build_module
from tests.app.windows import lent, shared
from tests.seen import colors

SEEN_MS = 20_000
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    """It looks inside for all tests of the file."""
    bot = QtBot(request)
    with shared(request) as window, lent(window, bot, "gallery:lenet-digits"):
        window.commands["workspace_inside"].trigger()
        bot.waitUntil(lambda: now(window).seen is not None, timeout=SEEN_MS)
        yield window
        window.commands["workspace_build"].trigger()


@pytest.fixture
def window(one_window, qtbot) -> MainWindow:
    """An example in hand, and the first layer's maps in front."""
    inside = one_window.feature(Inside)
    one_window.page.notice.clear()
    one_window.feature(LayerInHand).panel.show_page("maps")
    one_window.feature(Probing).hold_example("validation", 0)
    inside.choose("conv1", None)

    def is_there() -> bool:
        seen = now(one_window).seen
        return (seen is not None and seen.sample.place == ("validation", 0) and seen.layer is not None
                and seen.question.card == "conv1" and seen.layer.wanted.page == "maps")

    qtbot.waitUntil(is_there, timeout=SEEN_MS)
    return one_window


@pytest.fixture
def asked(monkeypatch, tmp_path) -> list[str]:
    """The names that were suggested; a file of this name, in the test's folder, is chosen."""
    names = list[str]()

    def choose(_parent, _title, suggestion, _formats):
        names.append(suggestion.name)
        return tmp_path / suggestion.name

    monkeypatch.setattr(dialogs, "save_path", choose)
    return names


def now(window: MainWindow) -> PageInside:
    return window.feature(Inside).of(window.page)


def said(window: MainWindow) -> str:
    return window.page.notice.text.text() if window.page.notice.isVisible() else ""


def saved(window: MainWindow, qtbot, file: Path) -> Path:
    qtbot.waitUntil(lambda: file.name in said(window), timeout=SEEN_MS)
    return file


def actions(widget: QWidget) -> dict[str, QAction]:
    """What the menu on the right button holds."""
    return {action.text(): action for action in widget.actions()}


def hooked(module: nn.Module, x: torch.Tensor) -> dict[str, np.ndarray]:
    """Each layer's output, by hooks in plain torch."""
    found = dict[str, np.ndarray]()
    for name, part in module.named_children():
        part.register_forward_hook(lambda _part, _x, y, name=name: found.__setitem__(name, y.detach().numpy()))
    module.eval()
    with torch.no_grad():
        found["answer"] = module(x).numpy()
    return found


@pytest.mark.parametrize("page", ["maps", "gradients"])
def test_the_outputs_of_all_layers_are_those_of_torch(page: str, window, qtbot, asked, tmp_path) -> None:
    window.feature(LayerInHand).panel.show_page(page)
    qtbot.waitUntil(lambda: (now(window).seen.layer.gradients is not None) is (page == "gradients"), timeout=SEEN_MS)
    window.commands["save_outputs"].trigger()
    assert asked == ["lenet-digits-outputs.npz"]
    arrays = np.load(saved(window, qtbot, tmp_path / asked[0]))
    experiment, sample = window.page.document.experiment, now(window).seen.sample
    module = build_module(experiment)
    expected = hooked(module, sample.x)
    assert set(expected) > {"conv1", "answer"}
    for name, each in expected.items():
        np.testing.assert_allclose(arrays[name], each, atol=1e-5)
    np.testing.assert_array_equal(arrays["x"], sample.x.numpy())
    assert any(name.startswith("gradients/") for name in arrays) is (page == "gradients")
    if page == "gradients":
        nn.functional.cross_entropy(module(sample.x), sample.target).backward()
        np.testing.assert_allclose(arrays["gradients/weights/conv1.weight"], module.conv1.weight.grad, atol=1e-5)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_the_canvas_is_saved_with_what_lies_beside_its_cards(suffix: str, window, monkeypatch, tmp_path) -> None:
    path = tmp_path / f"seen{suffix}"
    monkeypatch.setattr(dialogs, "save_path", lambda *_: path)
    window.commands["save_inside"].trigger()
    assert said(window) == f"Saved seen{suffix}"
    if suffix == ".svg":
        root = ElementTree.parse(path).getroot()
        images = [each.get("{http://www.w3.org/1999/xlink}href") for each in root.iter(f"{SVG}image")]
        maps = sum(len(item.tiles()) for item in now(window).outputs.items.values() if item.shown.kind == "maps")
        assert len(images) >= maps > 20 and len(set(images)) > 20  # each is a map of its own, not the whole strip
        assert "conv1" in " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    elif suffix == ".png":
        assert len(colors(QImage(str(path)))) > 50


def test_the_picture_of_the_canvas_can_be_pasted_elsewhere(window) -> None:
    window.commands["copy_inside"].trigger()
    image = QGuiApplication.clipboard().image()
    items = now(window).outputs.items
    assert image.height() > 400 and len(colors(image)) > 50 and "conv1" in items


def press(window: MainWindow, page: str, kind: str) -> None:
    """The layer's page in front, and the entry of its menu for it."""
    panel = window.feature(LayerInHand).panel
    panel.show_page(page)
    part = {"maps": panel.maps.maps.grid, "kernels": panel.kernels.maps.grid, "gradients": panel.gradients.histogram,
            "steps": panel.steps.picture, "why": panel.why.explained.picture}[page]
    actions(part)[f"Save {kind}…"].trigger()


def seen_of(window: MainWindow, qtbot, page: str) -> None:
    """``conv1`` in hand, its unit in the middle, and this page of it seen."""
    inside = window.feature(Inside)
    inside.choose("conv1", (2, 3, 4))
    window.feature(LayerInHand).panel.show_page(page)

    def is_there() -> bool:
        seen = now(window).seen
        layer = seen.layer if seen is not None else None
        return (layer is not None and seen.question.card == "conv1" and layer.wanted.page == page
                and layer.wanted.unit == (2, 3, 4))

    qtbot.waitUntil(is_there, timeout=SEEN_MS)


@pytest.mark.parametrize("page", ["maps", "kernels", "gradients", "steps", "why"])
def test_every_page_is_saved_as_numbers(page: str, window, qtbot, asked, tmp_path) -> None:
    seen_of(window, qtbot, page)
    press(window, page, "numbers")
    assert asked == [f"lenet-digits-conv1-{page}.npz"]
    arrays = np.load(saved(window, qtbot, tmp_path / asked[0]))
    experiment, sample = window.page.document.experiment, now(window).seen.sample
    module = build_module(experiment).eval()
    output = module.conv1(sample.x)
    if page == "maps":
        np.testing.assert_allclose(arrays["output"], output[0].detach(), atol=1e-5)
    elif page == "kernels":
        np.testing.assert_array_equal(arrays["weight"], module.conv1.weight.detach())
    elif page == "gradients":
        nn.functional.cross_entropy(module(sample.x), sample.target).backward()
        found = [arrays[name] for name in arrays if arrays[name].shape == module.conv1.weight.shape]
        assert any(np.allclose(each, module.conv1.weight.grad, atol=1e-5) for each in found)
    elif page == "steps":
        assert arrays["value"] == pytest.approx(output[0, 2, 3, 4].item(), abs=1e-5)
        added = sum(float(arrays[name].sum()) for name in arrays if name.startswith("part")
                    and name.endswith(".products"))
        assert added + module.conv1.bias[2].item() == pytest.approx(float(arrays["value"]), abs=1e-5)
    else:
        assert arrays["heat"].shape == tuple(sample.x.shape[2:]) and arrays["heat"].max() > 0


@pytest.mark.parametrize(("page", "suffix"), [("maps", ".svg"), ("kernels", ".png"), ("why", ".svg")])
def test_pages_are_saved_as_pictures(page: str, suffix: str, window, qtbot, monkeypatch, tmp_path) -> None:
    seen_of(window, qtbot, page)
    path, names = tmp_path / f"page{suffix}", list[str]()
    monkeypatch.setattr(dialogs, "save_path", lambda _parent, _title, suggestion, _formats: (
        names.append(suggestion.name), path)[1])
    window.commands["save_layer_picture"].trigger()
    assert names == [f"lenet-digits-conv1-{page}.png"] and said(window) == f"Saved page{suffix}"
    if suffix == ".svg":
        assert ElementTree.parse(path).getroot().find(f".//{SVG}image") is not None
    else:
        assert len(colors(QImage(str(path)))) > 10


def test_the_probe_is_saved_as_picture_and_as_numbers(window, qtbot, asked, tmp_path) -> None:
    panel, sample = window.feature(Probing).panel, now(window).seen.sample
    actions(panel.pad)["Save picture…"].trigger()
    actions(panel.answers.bars)["Save numbers…"].trigger()
    assert asked == ["lenet-digits-input.png", "lenet-digits-answer.npz"]
    arrays = np.load(saved(window, qtbot, tmp_path / asked[1]))
    assert QImage(str(tmp_path / asked[0])).height() >= panel.pad.height()
    answer = torch.from_numpy(arrays["answer"])
    np.testing.assert_allclose(arrays["probabilities"], answer.softmax(1), atol=1e-6)
    assert list(arrays["classes"]) == [str(digit) for digit in range(10)]
    np.testing.assert_array_equal(arrays["x"], sample.x)


@pytest.mark.parametrize("command", ["save_outputs", "save_layer_picture"])
def test_a_full_disk_is_said_and_nothing_is_left(command: str, window, qtbot, asked, tmp_path, monkeypatch) -> None:
    def is_full(*_args: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", is_full)
    window.commands[command].trigger()
    qtbot.waitUntil(lambda: "no space left on device" in said(window), timeout=SEEN_MS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("reason", [None, say("The network cannot be made")])
def test_where_nothing_was_seen_that_is_said(reason: Message | None, window, asked) -> None:
    now(window).seen, now(window).wrong = None, reason
    for id in ("save_outputs", "save_inside", "copy_inside", "save_layer_picture", "save_layer_numbers"):
        window.page.notice.clear()
        window.commands[id].trigger()
        assert said(window) == (str(reason) if reason else "There is nothing to save yet: nothing was seen")
    assert asked == []
