"""Likely mislabelled examples of a k-fold run: those that were made wrong on purpose are found, others hardly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import engine
from engine import DataSpec, Experiment, build_module, load_data, open_run, record
from engine.data.cache import LOADED
from engine.data.spec.correcting import relabelled
from engine.data.spec.reading import described
from engine.data.tensors.splitting import folded
from engine.messages import LayerloomError
from engine.runs.continuing import begun_anew, is_same_network
from engine.runs.opened import RunError
from engine.runs.suspects import Suspects, suspecting, suspects
from engine.training.control import Control
from engine.training.events import MemberStarted
from engine.training.series import fit_series
from engine.units import grouped
from resources import folder as resource
from tests.engine.cases import experiment

FOLDS = 3


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Experiment, np.ndarray, set[int]]:
    """Digits of which 4 % are labelled wrong, trained in three folds: the run, the truth, which are wrong."""
    place = tmp_path_factory.mktemp("noisy")
    with np.load(resource("data") / "digits.npz") as file:
        images, truth = file["images"], file["labels"].astype(np.int64)
    rng = np.random.default_rng(0)
    wrong = rng.choice(len(truth), round(0.04 * len(truth)), replace=False)
    labels = truth.copy()
    labels[wrong] = (truth[wrong] + rng.integers(1, 10, len(wrong))) % 10
    np.savez(place / "d.npz", x=images, y=labels)
    data = described(DataSpec(dataset="tensors", path=str(place / "d.npz"), validation=0.2))
    made = experiment(data=data, folds=FOLDS, epochs=12, batch_size=32)
    list(record(fit_series(made), made, place / "run"))
    return place / "run", made, truth, set(wrong.tolist())


@pytest.fixture(scope="module")
def found(noisy: tuple[Path, Experiment, np.ndarray, set[int]]) -> Suspects:
    return suspects(noisy[0])


def test_most_wrong_labels_are_found_and_few_right_ones(
        noisy: tuple[Path, Experiment, np.ndarray, set[int]], found: Suspects) -> None:
    _, made, truth, wrong = noisy
    data = load_data(made.data)
    assert data.test.places is not None
    there = wrong - set(data.test.places.tolist())
    listed = [each.id.number for each in found.found]
    hits = there & set(listed)
    assert found.count == len(listed) and found.judged == found.total == len(data.train) + len(data.validation)
    assert len(hits) / len(there) > 0.8 and len(hits) / len(listed) > 0.85  # measured: 0.85 and 0.93
    assert set(listed[:20]) <= there, "the likeliest are wrong indeed"
    right = [each.label == str(truth[each.id.number]) for each in found.found if each.id.number in hits]
    assert sum(right) / len(right) > 0.9, "and what is suggested is what they are"


def test_numbers_are_those_of_plain_torch_on_the_examples_that_a_fold_has_not_learned(
        noisy: tuple[Path, Experiment, np.ndarray, set[int]], found: Suspects) -> None:
    run, made, _, _ = noisy
    data = load_data(made.data)
    probabilities = {}
    for fold, member in enumerate(open_run(run).members):
        mine = folded(data, FOLDS, fold)
        module = build_module(made).eval()
        module.load_state_dict(member.best_weights())
        with torch.no_grad():
            out = module(mine.validation.inputs.float() / 255).softmax(1)
        assert mine.validation.places is not None
        for place, label, row in zip(mine.validation.places.tolist(), mine.validation.targets.tolist(), out,
                                     strict=True):
            probabilities[place] = fold + 1, str(label), row
    assert len(probabilities) == found.total
    for each in found.found:
        fold, label, row = probabilities[each.id.number]
        assert (each.fold, each.given) == (fold, label) and each.suggested == str(int(row.argmax()))
        assert each.confidence == pytest.approx(float(row[int(label)]), abs=1e-5)
        assert each.margin == pytest.approx(float(row[int(label)] - row.max()), abs=1e-5)
        assert each.picture.width == 8 and len(each.picture.pixels) == 64
    assert [each.margin for each in found.found] == sorted(each.margin for each in found.found)


def test_scripts_have_it_by_its_name_and_may_ask_for_few(noisy: tuple[Path, Experiment, np.ndarray, set[int]],
                                                         found: Suspects) -> None:
    few = engine.suspects(str(noisy[0]), most=3)
    assert few.found == found.found[:3] and few.count == found.count


def test_it_says_how_far_it_is_and_can_be_left(noisy: tuple[Path, Experiment, np.ndarray, set[int]]) -> None:
    steps = suspecting(noisy[0])
    seen = [next(steps) for _ in range(3)]
    steps.close()
    assert seen[-1].total == 1527 and seen[-1].done >= seen[0].done
    assert list(steps) == []


def test_corrected_data_are_another_run_whose_folds_begin_anew(noisy: tuple[Path, Experiment, np.ndarray, set[int]],
                                                               found: Suspects, tmp_path: Path) -> None:
    run, made, _, _ = noisy
    data = made.data
    for each in found.found[:5]:
        data = relabelled(data, [each.id], each.label)
    corrected = replace(made, data=data, recipe=made.recipe.with_options(epochs=1))
    assert not is_same_network(run, corrected)
    going = begun_anew(run, corrected, lambda: tmp_path / "next")
    assert going.about.weights is None and "anew" in str(going.changes[0]), "one fold has learned what judges another"
    single = replace(corrected, recipe=corrected.recipe.with_options(folds=0))
    assert begun_anew(run, single, lambda: tmp_path / "one").about.weights is not None
    list(record(fit_series(going.experiment), going.experiment, going.folder))
    again = suspects(tmp_path / "next")
    assert again.total == found.total and open_run(tmp_path / "next").experiment.data.corrections == data.corrections


# -- what is not as it should be --------------------------------------------------------------------------------------


@pytest.fixture
def copied(noisy: tuple[Path, Experiment, np.ndarray, set[int]], tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(noisy[0], tmp_path / "run")
    yield tmp_path / "run"


def test_folds_that_are_missing_or_without_weights_are_said(copied: Path) -> None:
    shutil.rmtree(copied / "1-fold 1 of 3")
    (copied / "2-fold 2 of 3" / "best.safetensors").write_bytes(b"torn")
    found = suspects(copied)
    assert found.judged == 509 and {each.fold for each in found.found} == {3}
    first, second = map(str, found.notes[:2])
    assert first.startswith("Fold 2 is left out:") and second.startswith(f"509 of {grouped(1527)} examples are judged")
    shutil.rmtree(copied / "3-fold 3 of 3")
    with pytest.raises(RunError, match=r"No fold of .* has come to weights yet"):
        suspects(copied)


def test_a_series_that_was_stopped_is_judged_as_far_as_it_came(tmp_path: Path) -> None:
    made, control = experiment(folds=4, epochs=1), Control()
    for event in record(fit_series(made, control), made, tmp_path / "run"):
        if isinstance(event, MemberStarted) and event.index == 2:
            control.stop()
    found = suspects(tmp_path / "run")
    assert 0 < found.judged < found.total
    assert any(f"of {grouped(1527)} examples are judged" in str(note) for note in found.notes)


@pytest.mark.parametrize(("place", "says"), [
    ("nothing", "is not a run"), ("run/1-fold 1 of 3", "is one of several folds: name the folder that they lie in")])
def test_a_folder_that_is_no_k_fold_run_is_said(place: str, says: str, copied: Path) -> None:
    with pytest.raises(RunError, match=says):
        suspects(copied.parent / place)


def test_a_run_without_folds_is_told_what_is_needed(tmp_path: Path) -> None:
    made = experiment(epochs=1)
    list(record(engine.fit(made), made, tmp_path / "run"))
    with pytest.raises(RunError, match=r"is no k-fold run: .* Set K-fold in the recipe and train"):
        suspects(tmp_path / "run")


def test_data_that_changed_since_are_no_ground_to_judge_on(noisy: tuple[Path, Experiment, np.ndarray, set[int]],
                                                           tmp_path: Path) -> None:
    kept = tmp_path / "kept.npz"
    path = Path(noisy[1].data.path)
    shutil.copyfile(path, kept)
    try:
        np.savez(path, x=np.zeros((40, 1, 8, 8), np.uint8), y=np.arange(40) % 10)
        LOADED.clear()
        with pytest.raises(RunError, match=r"has changed since it was read.*The folds in"):
            suspects(noisy[0])
        path.unlink()
        with pytest.raises(LayerloomError, match=str(path)):
            suspects(noisy[0])
    finally:
        shutil.copyfile(kept, path)
        LOADED.clear()


# -- tables -----------------------------------------------------------------------------------------------------------


def table(folder: Path, targets: list[str]) -> DataSpec:
    rng = np.random.default_rng(1)
    a = np.linspace(-2, 2, len(targets))
    rows = [f"{value},{noise},{target}" for value, noise, target in
            zip(a, rng.normal(size=len(a)), targets, strict=True)]
    (folder / "t.csv").write_text("\n".join(["a,b,y", *rows]))
    return described(DataSpec(dataset="table", path=str(folder / "t.csv")))


def test_of_a_table_too(tmp_path: Path) -> None:
    a = np.linspace(-2, 2, 200)
    names = ["high" if value > 0 else "low" for value in a]
    names[10], names[180] = "high", "low"
    made = experiment(("fc", "Linear", {"out_features": 2}), data=table(tmp_path, names), folds=3, epochs=12, lr=0.2)
    list(record(fit_series(made), made, tmp_path / "run"))
    found = suspects(tmp_path / "run")
    tested = load_data(made.data).test.places
    assert tested is not None
    wanted = [number for number in (10, 180) if number not in tested.tolist()]
    assert wanted and [each.id.number for each in found.found][: len(wanted)] in (wanted, wanted[::-1])
    assert found.found[0].numbers and not found.found[0].picture.width


def test_numbers_are_suspect_where_the_residual_is_large(tmp_path: Path) -> None:
    a, rng = np.linspace(-2, 2, 200), np.random.default_rng(2)
    y = 3 * a + 10 + rng.normal(scale=0.1, size=200)
    y[50] += 8
    made = experiment(("fc", "Linear", {"out_features": 1}), data=table(tmp_path, [f"{value:.5f}" for value in y]),
                      folds=3, epochs=50, lr=0.4, loss="mse")
    list(record(fit_series(made), made, tmp_path / "run"))
    found = suspects(tmp_path / "run")
    tested = load_data(made.data).test.places
    assert tested is not None and 50 not in tested.tolist()
    worst = found.found[0]
    assert worst.id.number == 50 and worst.margin > 10 and found.classes == ()
    residual = float(worst.was) - float(worst.label)
    assert worst.was == pytest.approx(y[50], abs=1e-4) and float(worst.given) == pytest.approx(y[50], rel=1e-3)
    assert residual == pytest.approx(8, abs=1) and worst.margin == pytest.approx(abs(residual) / found.spread, rel=1e-3)
