"""“evaluate” for Python: of an experiment, a file, a run; its data as they were, and as they are."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine import DataSpec, Experiment, LayerloomError, Recipe, evaluate, load_data, open_run, record, save_experiment
from engine.data.tensors.splitting import folded
from engine.training import fit
from engine.training.events import Event, Finished
from engine.training.series import fit_series
from tests.engine.cases import chain, experiment, of_type


def events(base: Experiment, folder: Path) -> list[Event]:
    return list(record(fit(base), base, folder))


def test_of_a_run_a_file_and_an_experiment(tmp_path: Path) -> None:
    base = experiment(epochs=1)
    end = of_type(events(base, tmp_path / "run"), Finished)[0].summary
    save_experiment(base, tmp_path / "net.loom")
    weights = open_run(tmp_path / "run").best_weights()
    told: list[tuple[int, int]] = []
    ways = (evaluate(tmp_path / "run", progress=lambda done, total: told.append((done, total))),
            evaluate(base, weights), evaluate(str(tmp_path / "net.loom"), tmp_path / "run" / "best.safetensors"),
            evaluate(open_run(tmp_path / "run"), data=load_data(base.data)))
    for found in ways:
        assert (found.accuracy, found.notes) == (end.validation.accuracy, ())
        assert found.loss == pytest.approx(end.validation.loss, rel=1e-6)
    assert told[-1] == (ways[0].examples, ways[0].examples)
    assert evaluate(tmp_path / "run", split="test").loss == pytest.approx(end.test.loss, rel=1e-6)
    assert evaluate("lenet-digits").examples == evaluate("gallery:lenet-digits").examples > 100
    other = evaluate(tmp_path / "run", data=base.data.with_options(seed=7))
    assert other.loss != ways[0].loss and not other.notes


def test_a_run_knows_its_data(tmp_path: Path) -> None:
    base = experiment(epochs=1)
    events(base, tmp_path / "run")
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    data = load_data(base.data)
    assert {part: number for part, (number, _) in about["data"].items()} == {
        "train": len(data.train), "validation": len(data.validation), "test": len(data.test)}
    assert all(len(mark) == 8 for _, mark in about["data"].values())


@pytest.mark.parametrize(("lines", "said"), [
    ([f"{a},{3 * a}\n" for a in range(49)], "have changed since the run: there were "),
    ([f"{a},{3 * a + (a == 17)}\n" for a in range(50)], "examples have other targets than they had"),
    ([f"{a},{3 * (a % 50)}\n".replace("17,", "71,") for a in range(50)], "t.csv has changed since it was read"),
])
def test_data_that_changed_since_are_said(tmp_path: Path, lines: list[str], said: str) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,y\n" + "".join(f"{a},{3 * a}\n" for a in range(50)))
    spec = load_data(DataSpec().with_file(table).with_options(table={"task": "regression"})).spec
    base = Experiment(chain(("fc", "Linear", {"out_features": 1})), spec,
                      Recipe(loss="mse", epochs=1, lr=1e-4, device="cpu"))
    events(base, tmp_path / "run")
    assert evaluate(tmp_path / "run").notes == ()
    table.write_text("a,y\n" + "".join(lines))
    note, = map(str, evaluate(tmp_path / "run").notes)
    assert said in note
    (tmp_path / "run" / "run.json").write_text("{}")  # of an earlier version: the file alone is known
    assert "t.csv has changed since it was read" in str(evaluate(tmp_path / "run").notes[0])


def test_a_fold_has_its_own_examples(tmp_path: Path) -> None:
    base = experiment(epochs=1, folds=3)
    ends = of_type(list(record(fit_series(base), base, tmp_path / "folds")), Finished)
    run = open_run(tmp_path / "folds")
    for number, (member, end) in enumerate(zip(run.members, ends, strict=True)):
        found = evaluate(member.folder)
        assert found.examples == len(folded(load_data(base.data), 3, number).validation) and not found.notes
        assert found.loss == pytest.approx(end.summary.validation.loss, rel=1e-6)
    with pytest.raises(LayerloomError, match="is a series: name one of its runs"):
        evaluate(tmp_path / "folds")
    shutil.rmtree(run.members[0].folder)  # whatever became of the others, and wherever it lies
    alone = run.members[2].folder.rename(tmp_path / "alone")
    for folder, end in ((run.members[1].folder, ends[1]), (alone, ends[2])):
        assert evaluate(folder).loss == pytest.approx(end.summary.validation.loss, rel=1e-6)
    about = json.loads((alone / "run.json").read_text())
    (alone / "run.json").write_text(json.dumps({**about, "title": ""}))
    with pytest.raises(LayerloomError, match="which one is not known"):
        evaluate(alone)


def test_weights_of_another_network_name_the_layers(tmp_path: Path) -> None:
    base = experiment(epochs=1)
    weights = {"fc1.weight": torch.ones(16, 64), "other.weight": torch.ones(3)}
    with pytest.raises(LayerloomError, match=r"fc1\.bias"):
        evaluate(base, weights)
    with pytest.raises(LayerloomError, match="ask for train or test"):
        evaluate(replace(base, data=base.data.with_options(validation=0.0)))
