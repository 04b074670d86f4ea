"""An evaluation made for the window: it can be left, tells how far it is, and shows its examples one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.insight import evaluated as module
from app.insight.evaluated import Evaluated, evaluated
from engine import DataSpec, Experiment, Recipe, load_data
from engine.data.tensors.marks import marks_of
from engine.evaluation.values import Progress
from tests.engine.cases import chain, experiment


def judged(base: Experiment, part: str = "validation") -> Evaluated:
    found = evaluated(base, None, part, None, lambda step: None, lambda: False)
    assert found is not None
    return found


def test_it_can_be_left_and_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOLD_EVERY", 0.0)
    told: list[Progress] = []
    assert evaluated(experiment(), None, "train", None, told.append, lambda: len(told) > 3) is None
    assert 0 < told[-1].done < told[-1].total
    assert evaluated(experiment(), None, "train", None, told.append, lambda: True) is None


def test_data_that_have_changed_since_are_said() -> None:
    base, marks = experiment(), marks_of(load_data(DataSpec()))
    for known, said in ((marks, ()), ({**marks, "test": (7, "0")}, ("there were 7 test examples",)),
                        ({**marks, "train": (marks["train"][0], "0")}, ("training examples have other targets",))):
        found = evaluated(base, None, "train", None, lambda step: None, lambda: False, known)
        assert found is not None and len(found.evaluation.notes) == len(said)
        assert all(words in str(note) for words, note in zip(said, found.evaluation.notes, strict=True))


def test_pictures_with_what_they_are_taken_for() -> None:
    found, data = judged(experiment()), load_data(DataSpec())
    of, pictures = found.evaluation, found.pictures
    assert not pictures.are_text
    for right in (True, False):
        index = int(np.flatnonzero((of.true == of.predicted) == right)[0])
        example, true, called = pictures.example(index), int(of.true[index]), int(of.predicted[index])
        assert example.pixels is not None and (example.pixels == data.validation.inputs[index, 0].numpy()).all()
        assert example.caption == (str(true) if right else f"{true}→{called}") and example.is_right == right
        assert example.key == ("validation", index)
        assert example.said.startswith(f"true {true}, predicted {called}, sure by ")


def test_rows_of_a_table_are_as_in_its_file(tmp_path: Path) -> None:
    rows = "".join(f"{place % 7},{place * 3.5},{place * 2}\n" for place in range(40))
    (tmp_path / "t.csv").write_text(f"size,town,y\n{rows}")
    spec = load_data(DataSpec().with_file(tmp_path / "t.csv").with_options(table={"task": "regression"})).spec
    base = Experiment(chain(("fc", "Linear", {"out_features": 1})), spec, Recipe(loss="mse"))
    found, data = judged(base), load_data(spec)
    assert data.unscaled is not None and found.pictures.are_text
    place = int(data.unscaled.of_validation[1])
    example = found.pictures.example(1)
    assert example.pixels is None and example.is_right is None
    assert example.line == f"size {place % 7}  town {place * 3.5:g}"
    assert example.caption.startswith(f"{place * 2}→")
