"""Examples left out and relabelled: all others stay where they are, numbers follow, what has changed is left alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine import DataSpec, load_data
from engine.data.cache import LOADED
from engine.data.errors import DataError
from engine.data.options.corrections import ExampleId
from engine.data.sources.digits import FILE, Digits
from engine.data.spec.correcting import excluded, relabelled
from engine.data.spec.reading import described
from engine.data.tensors.data import Data
from engine.data.tensors.identity import identities, identity, place_of, stored_example
from engine.data.tensors.samples import corrected_samples
from engine.data.tensors.splitting import folded
from engine.data.tensors.statistics import statistics
from tests.engine.data.data_cases import mnist_files, own_file

PARTS = ("train", "validation", "test")
Prepared = tuple[DataSpec, Path | None]


def _digits(folder: Path) -> Prepared:
    return DataSpec(seed=3, validation=0.2, normalize=True), None


def _mnist(folder: Path) -> Prepared:
    return DataSpec(dataset="mnist", seed=1, validation=0.2), mnist_files(folder)


def _table(folder: Path) -> Prepared:
    return described(DataSpec(dataset="table", path=str(own_file(folder / "t.csv")), validation=0.25)), None


def _polynomial(folder: Path) -> Prepared:
    return DataSpec(dataset="polynomial"), None


def _images(folder: Path) -> Prepared:
    rng = np.random.default_rng(0)
    for number in range(24):
        place = folder / ("cat" if number % 2 else "dog") / f"{number}.png"
        place.parent.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (9, 9), dtype=np.uint8)).save(place)
    return described(DataSpec(dataset="folder", path=str(folder), validation=0.3, seed=5)), None


SOURCES = [_digits, _mnist, _table, _polynomial, _images]
of_all_sources = pytest.mark.parametrize("prepare", SOURCES, ids=[each.__name__[1:] for each in SOURCES])


def all_ids(data: Data, part: str) -> list[ExampleId]:
    return identities(data, part, range(len(getattr(data, part))))


@of_all_sources
def test_every_other_example_stays_in_its_part(prepare: Callable[[Path], Prepared], tmp_path: Path) -> None:
    spec, root = prepare(tmp_path)
    whole = load_data(spec, root)
    left_out = [all_ids(whole, part)[index] for part, index in (("train", 0), ("train", 4), ("validation", 1),
                                                                 ("test", -1))]
    data = load_data(excluded(spec, left_out), root)
    for part in PARTS:
        assert all_ids(data, part) == [id for id in all_ids(whole, part) if id not in left_out]
    assert [place_of(data, id) for id in left_out] == [None] * 4
    assert all(identity(data, *place_of(data, id)) == id for id in all_ids(data, "train"))
    counts = [sum(part.examples for part in statistics(each).parts) for each in (whole, data)]
    assert counts[0] - counts[1] == whole.spec.examples - data.spec.examples == 4


@of_all_sources
def test_so_it_does_in_folds(prepare: Callable[[Path], Prepared], tmp_path: Path) -> None:
    spec, root = prepare(tmp_path)
    whole = load_data(spec, root)
    left_out = [all_ids(whole, "train")[2], all_ids(whole, "validation")[0]]
    data = load_data(excluded(spec, left_out), root)
    for fold in range(3):
        before, now = folded(whole, 3, fold), folded(data, 3, fold)
        for part in PARTS:
            assert all_ids(now, part) == [id for id in all_ids(before, part) if id not in left_out]
        of_train = now.train.inputs.double() / (255 if now.train.inputs.dtype == torch.uint8 else 1)
        axes = [axis for axis in range(of_train.dim()) if axis != 1]
        assert now.mean == pytest.approx(of_train.mean(axes).tolist(), abs=1e-6)


def test_where_an_example_is_stored_depends_on_no_seed_and_no_share() -> None:
    with np.load(FILE) as file:
        images = file["images"]
    found = set()
    for spec in (DataSpec(), DataSpec(seed=9), DataSpec(validation=0.5, resize=28, normalize=True)):
        data = load_data(spec)
        for part in PARTS:
            for index, id in enumerate(all_ids(data, part)):
                assert np.array_equal(images[id.number], getattr(data, part).inputs[index].numpy())
                found.add(id)
    assert len(found) == len(images)


def test_means_and_deviations_are_those_of_the_rows_that_are_left(tmp_path: Path) -> None:
    spec, _ = _table(tmp_path)
    whole = load_data(spec)
    assert whole.unscaled is not None
    data = load_data(excluded(spec, all_ids(whole, "train")[:3]))
    assert data.unscaled is not None and whole.unscaled is not None
    rows = data.unscaled.rows[data.unscaled.of_train]
    assert np.array_equal(data.unscaled.of_train, whole.unscaled.of_train[3:])
    for part, places in (("train", data.unscaled.of_train), ("test", data.unscaled.of_test)):
        wanted = (data.unscaled.rows[places] - rows.mean(0)) / rows.std(0)
        assert np.allclose(getattr(data, part).inputs.numpy(), wanted, atol=1e-6)
    assert torch.equal(data.train.targets, whole.train.targets[3:])


def test_another_label_changes_nothing_else() -> None:
    spec = DataSpec()
    whole = load_data(spec)
    data = load_data(relabelled(spec, [all_ids(whole, "validation")[5]], "3"))
    targets = whole.validation.targets.clone()
    targets[5] = 3
    assert whole.validation.targets[5] != 3 and torch.equal(data.validation.targets, targets)
    assert torch.equal(data.train.targets, whole.train.targets) and data.train.inputs is whole.train.inputs
    assert data.before is not None and torch.equal(data.before.validation.targets, whole.validation.targets)


@pytest.mark.parametrize("log", [False, True])
def test_a_number_is_given_in_the_unit_of_the_table(log: bool, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("a,price\n" + "".join(f"{row},{100 + row}\n" for row in range(20)))
    spec = described(DataSpec(dataset="table", path=str(path)).with_options(table={"log_target": log}))
    id = all_ids(load_data(spec), "train")[0]
    data = load_data(relabelled(spec, [id], 250.0))
    assert float(data.train.targets[0]) == pytest.approx(math.log(250) if log else 250)
    [(_, stored)] = corrected_samples(data).items()
    assert float(stored.label) == pytest.approx(100 + id.number) and stored.numbers and stored.is_there


def test_nothing_is_read_again_for_a_correction(monkeypatch: pytest.MonkeyPatch) -> None:
    read, times = Digits.read, list[int]()
    monkeypatch.setattr(Digits, "read", lambda *args: times.append(1) or read(*args))
    LOADED.clear()
    whole = load_data(DataSpec())
    spec = excluded(DataSpec(), all_ids(whole, "train")[:2])
    one, other = load_data(spec), load_data(spec.with_options(normalize=True))
    assert times == [1] and one.train.inputs is other.train.inputs, "made once, too"


# -- what has changed since -------------------------------------------------------------------------------------------


def arrays(path: Path, images: np.ndarray, labels: np.ndarray) -> DataSpec:
    np.savez(path, x=images, y=labels)
    LOADED.clear()
    return described(DataSpec(dataset="tensors", path=str(path)))


def test_an_example_that_is_another_by_now_is_left_alone_and_that_is_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (30, 1, 4, 4), dtype=np.uint8), np.arange(30) % 3
    spec = arrays(tmp_path / "d.npz", images, labels)
    ids = [id for part in PARTS for id in all_ids(load_data(spec), part) if id.number in (4, 17, 29)]
    corrected = relabelled(excluded(spec, ids), [id for id in ids if id.number == 4], "2")
    images[17] = 0
    now = arrays(tmp_path / "d.npz", images[:29], labels[:29]).with_options(corrections=corrected.corrections)
    data = load_data(now)
    assert len(data.train) + len(data.validation) + len(data.test) == 29, "neither is left out"
    place = place_of(data, next(id for id in ids if id.number == 4))
    assert place is not None and int(getattr(data, place.part).targets[place.number]) == 2
    assert list(map(str, data.report.notes))[-2:] == [
        "Left as stored, because the data have changed there since: example 17 of the training data",
        "Corrected, but not there any more: example 29 of the training data"]
    assert {id.number: each.is_there for id, each in corrected_samples(data).items()} == {4: True, 17: False, 29: False}


def test_a_file_of_a_folder_is_known_by_its_name_however_it_is_read(tmp_path: Path) -> None:
    spec, _ = _images(tmp_path)
    id = all_ids(load_data(spec), "train")[1]
    small = load_data(excluded(spec, [id]).with_options(resize=5, channels=3))
    assert place_of(small, id) is None and not small.report.notes
    picture = load_data(spec).train.inputs[1, 0].numpy()
    path, = (path for path in tmp_path.rglob("*.png") if np.array_equal(np.asarray(Image.open(path)), picture))
    Image.new("L", (9, 9), 7).save(path)
    LOADED.clear()
    assert "have changed there since" in str(load_data(excluded(described(spec), [id])).report.notes[-1])


# -- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "says"), [
    ("train", "All training examples are excluded: restore some of them"),
    ("validation", "or set no validation share aside"), ("test", "All test examples are excluded")])
def test_nothing_left_of_a_part_is_said(part: str, says: str) -> None:
    with pytest.raises(DataError, match=says):
        load_data(excluded(DataSpec(), all_ids(load_data(DataSpec()), part)))


def test_a_class_of_which_nothing_is_left_is_said() -> None:
    whole = load_data(DataSpec())
    eights = [id for id, label in zip(all_ids(whole, "train"), whole.train.targets.tolist(), strict=True) if label == 8]
    data = load_data(excluded(DataSpec(), eights))
    assert list(map(str, data.report.notes)) == ["No training example of class “8” is left"]
    assert statistics(data).parts[0].counts[8] == 0


def test_a_label_that_cannot_be_is_said_when_it_is_read() -> None:
    id = all_ids(load_data(DataSpec()), "train")[0]
    spec = excluded(DataSpec(), [id])
    wrong = spec.with_options(corrections=(spec.corrections[0].with_options(label="cat"),))
    with pytest.raises(DataError, match=r"There is no class “cat”: there are 0, 1.*Restore that example"):
        load_data(wrong)


@pytest.mark.parametrize(("part", "index", "says"), [("train", 99_999, "There is no train example 99999: there are"),
                                                     ("elsewhere", 0, "There is no part “elsewhere”")])
def test_an_example_that_is_not_there_has_no_place(part: str, index: int, says: str) -> None:
    with pytest.raises(DataError, match=says):
        identity(load_data(DataSpec()), part, index)


def test_data_that_were_put_together_by_hand_know_no_places() -> None:
    data = load_data(DataSpec())
    bare = replace(data, train=replace(data.train, places=None))
    with pytest.raises(DataError, match="It is not known where"):
        identity(bare, "train", 0)
    assert place_of(bare, identity(data, "train", 0)) is None
    assert stored_example(data, ExampleId("train", 0, "ffffffff")) is None


def test_of_an_example_that_is_left_out_the_picture_is_still_there() -> None:
    whole = load_data(DataSpec())
    ids: Sequence[ExampleId] = all_ids(whole, "test")[:2]
    data = load_data(excluded(DataSpec(), ids))
    found = stored_example(data, ids[1])
    assert found is not None and torch.equal(found[0], whole.test.inputs[1]) and found[1] == whole.test.targets[1]
    picture = corrected_samples(data)[ids[1]].picture
    assert picture is not None and picture.pixels == whole.test.inputs[1].numpy().tobytes()
