"""What the engine measures of real data arrives in the panel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from engine.data.options.options import Augment
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from engine.data.tensors.statistics import statistics
from engine.data.tensors.steps import steps
from widgets.data.panel import DataPanel
from widgets.data.reading import facts_of, pixels_of, steps_of


def test_digits_in_numbers() -> None:
    data = load_data(DataSpec())
    facts = facts_of(statistics(data))
    assert [part.name for part in facts.parts] == ["training", "validation", "test"]
    assert sum(part.examples for part in facts.parts) == 1797
    assert {part.inputs for part in facts.parts} == {(1, 8, 8)}
    assert {part.dtypes for part in facts.parts} == {"uint8 → int64"}
    assert [each.name for each in facts.classes] == list("0123456789")
    assert [sum(each.counts) for each in facts.classes] == np.bincount(np.concatenate(
        [split.targets.numpy() for split in (data.train, data.validation, data.test)])).tolist()
    assert facts.channels[0].name == "grey"
    assert 0.2 < facts.channels[0].mean < 0.4


def test_made_numbers_have_a_target_and_no_classes() -> None:
    facts = facts_of(statistics(load_data(DataSpec(dataset="linear"))))
    assert facts.classes == ()
    assert [channel.name for channel in facts.channels] == ["target", "x1", "x2"]
    assert facts.channels[0].mean == pytest.approx(4.2, abs=0.5)
    assert facts.parts[0].targets == (1,)


def test_a_table_with_its_columns(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "a.csv"
    path.write_text("size,colour,price\n" + "\n".join(
        f"{i}.5,{'red' if i % 3 else ''},{2 * i}" for i in range(1, 40)), encoding="utf-8")
    found = statistics(load_data(DataSpec(dataset="table", path=str(path))))
    panel = DataPanel()
    qtbot.addWidget(panel)
    panel.show_spec(found.spec)
    panel.show_samples([])
    panel.show_facts(facts_of(found))
    panel.show_preview(found.preview)
    panel.show()
    model = panel.table.columns.model()
    assert [model.index(row, 1).data() for row in range(3)] == ["size", "colour", "price"]
    assert [model.index(row, 3).data() for row in range(3)] == ["–", "13", "–"]
    assert panel.tabs.current is panel.table
    assert not panel.tabs.is_there(panel.samples)


def test_broken_images_are_named(tmp_path: Path) -> None:
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        for index in range(6):
            Image.new("RGB", (12, 12), (20 * index, 90, 200)).save(tmp_path / label / f"{index}.png")
        (tmp_path / label / "broken.png").write_bytes(b"no image")
    facts = facts_of(statistics(load_data(DataSpec(dataset="folder", path=str(tmp_path)))))
    assert [each.name for each in facts.classes] == ["cat", "dog"]
    assert sum(sum(each.counts) for each in facts.classes) == 12
    assert any("2 images could not be read" in note and "broken.png" in note for note in facts.notes)
    assert facts.skipped == 2


def test_every_transform_of_a_real_image() -> None:
    spec = DataSpec(resize=16, channels=3, normalize=True, augment=Augment(flip=True))
    shown = steps_of(steps(spec, 0))
    assert shown[0].pixels[1:] == (1, 8, 8)
    assert shown[-1].pixels[1:] == (3, 16, 16)
    assert len({step.title for step in shown}) == len(shown) == 5
    assert all(len(step.pixels[0]) == step.pixels[1] * step.pixels[2] * step.pixels[3] for step in shown)
    flip = next(step for step in shown if step.title == "Flip")
    before = shown[shown.index(flip) - 1]
    rows = np.frombuffer(before.pixels[0], np.uint8).reshape(16, 16, 3)
    assert np.abs(np.frombuffer(flip.pixels[0], np.uint8).reshape(16, 16, 3).astype(int) - rows[:, ::-1]).max() <= 1
    assert "16×16" in flip.note


def test_pixels_are_channels_last_and_numbers_are_stretched() -> None:
    array = np.arange(3 * 2 * 2, dtype=np.uint8).reshape(3, 2, 2)
    assert pixels_of(array) == (bytes([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]), 3, 2, 2)
    assert pixels_of(np.array([[[-1.0, 0.0, 1.0]]], np.float32))[0] == bytes([0, 128, 255])
    assert pixels_of(np.zeros((5, 4, 4), np.float32))[1:] == (1, 4, 4)
