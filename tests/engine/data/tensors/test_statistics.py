"""What the data tab shows: counts, moments, shapes, samples; and k folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.model_selection import KFold

from engine.data.errors import DataError
from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.data.tensors.loading import load_data
from engine.data.tensors.moments import moments
from engine.data.tensors.samples import samples
from engine.data.tensors.splitting import folded
from engine.data.tensors.statistics import statistics
from tests.engine.cases import made_data


def test_images_are_counted_and_measured() -> None:
    data = load_data(DataSpec())
    found = statistics(data)
    assert [part.name for part in found.parts] == ["train", "validation", "test"]
    for part, split in zip(found.parts, (data.train, data.validation, data.test), strict=True):
        assert part.examples == len(split) == sum(part.counts)
        assert part.counts == tuple(np.bincount(split.targets.numpy(), minlength=10))
        assert (part.inputs, part.inputs_dtype) == ((len(split), 1, 8, 8), "uint8")
        assert (part.targets, part.targets_dtype) == ((len(split),), "int64")
        assert part.bytes == len(split) * (64 + 8)
    grey, = found.channels
    pixels = data.train.inputs.numpy() / 255
    assert grey.name == "grey" and grey[1:] == pytest.approx((pixels.mean(), pixels.std(), pixels.min(), pixels.max()))
    assert (found.targets, dict(found.truth), found.preview, found.skipped, found.notes) == ((), {}, None, (), ())


def test_colours_and_numbers_have_names(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(1000, 0.1, (30, 3, 4, 4)).astype(np.float32)
    np.savez(tmp_path / "a.npz", x=values, y=np.random.default_rng(1).normal(size=(30, 2)))
    data = load_data(DataSpec(dataset="tensors", path=str(tmp_path / "a.npz")))
    found = statistics(data)
    assert [channel.name for channel in found.channels] == ["red", "green", "blue"]
    for index, channel in enumerate(found.channels):
        pixels = data.train.inputs[:, index].double().numpy()
        assert channel[1:] == pytest.approx((pixels.mean(), pixels.std(), pixels.min(), pixels.max()), rel=1e-6)
    assert len(found.targets) == 2 and found.parts[0].counts == ()


def test_made_data_tell_their_truth() -> None:
    found = statistics(load_data(DataSpec(dataset="linear")))
    assert found.truth == {"weight": [2.0, -3.4], "bias": [4.2]}
    assert [channel.name for channel in found.channels] == ["x1", "x2"] and len(found.targets) == 1


def test_a_tables_columns_are_measured_before_they_are_prepared(tmp_path: Path) -> None:
    rows = "\n".join(f"{index if index % 5 else ''},{'ab'[index % 2]},{index * 1.5}" for index in range(40))
    (tmp_path / "a.csv").write_text(f"size,kind,y\n{rows}\n")
    data = load_data(DataSpec(dataset="table", path=str(tmp_path / "a.csv")))
    found = statistics(data)
    assert [channel.name for channel in found.channels] == ["size", "kind=a", "kind=b"]
    assert data.unscaled is not None
    sizes = data.unscaled.train[:, 0]
    assert found.channels[0][1:] == pytest.approx(
        (np.nanmean(sizes), np.nanstd(sizes), np.nanmin(sizes), np.nanmax(sizes)))
    assert found.preview is not None and found.preview.count == 40


def test_samples_are_pictures_with_labels(tmp_path: Path) -> None:
    data = load_data(DataSpec())
    first = samples(data, 5)
    assert len(first) == 5 and first[0][1:] == (1, 8, 8, str(int(data.train.targets[0])))
    assert first[0].pixels == data.train.inputs[0].numpy().tobytes()
    assert samples(load_data(DataSpec(dataset="linear")), 5) == []
    edges, = samples(load_data(DataSpec(dataset="edges")), 5)
    assert (edges.height, edges.width, edges.label) == (6, 8, "") and set(edges.pixels) == {0, 255}
    large = np.random.default_rng(0).integers(0, 256, (20, 4, 300, 600), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", x=large, y=np.arange(20) / 7)
    picture = samples(load_data(DataSpec(dataset="tensors", path=str(tmp_path / "a.npz"))), 1)[0]
    assert picture[1:4] == (3, 64, 128) and len(picture.pixels) == 3 * 64 * 128 and float(picture.label) < 3


# -- folds ------------------------------------------------------------------------------


def numbered(count: int) -> Data:
    data = made_data(count)
    for split in (data.train, data.validation):
        split.targets.copy_(torch.arange(len(split)) + (1000 if split is data.validation else 0))
    return data


@pytest.mark.parametrize(("count", "k"), [(60, 5), (61, 7), (40, 2)])
def test_folds_are_scikit_learns_in_the_seeds_order(count: int, k: int) -> None:
    data = numbered(count)
    together = torch.cat([data.train.targets, data.validation.targets]).numpy()
    order = np.random.default_rng(0).permutation(len(together))
    seen: list[int] = []
    for number, (rest, here) in enumerate(KFold(k).split(order)):
        fold = folded(data, k, number)
        assert fold.train.targets.tolist() == together[order[rest]].tolist()
        assert fold.validation.targets.tolist() == together[order[here]].tolist()
        assert fold.test is data.test
        pixels = fold.train.inputs.numpy() / 255
        assert fold.mean == pytest.approx((pixels.mean(),)) and fold.std == pytest.approx((pixels.std(),))
        seen += fold.validation.targets.tolist()
    assert sorted(seen) == sorted(together.tolist())


@pytest.mark.parametrize(("k", "fold"), [(5, 5), (5, -1)])
def test_there_are_only_k_folds(k: int, fold: int) -> None:
    with pytest.raises(ValueError, match="fold"):
        folded(made_data(60), k, fold)


def test_too_many_folds_are_a_sentence() -> None:
    with pytest.raises(DataError, match="Digits cannot be divided into 99 folds: there are 51 examples"):
        folded(made_data(60), 99, 0)
    with pytest.raises(DataError, match="there are 1 examples"):
        folded(load_data(DataSpec(dataset="edges")), 2, 0)


def test_what_differs_only_by_rounding_has_no_deviation() -> None:
    column = torch.tensor([0.0, 1.0, 0.0, 1.0], dtype=torch.float64)
    values = torch.stack([1000 + 1e-5 * column, 1e-6 + 1e-9 * column, 0 * column, 3 + column], 1)
    mean, std = moments(DataSpec(dataset="linear"), values)
    assert mean == pytest.approx((1000, 1e-6, 0, 3.5), rel=1e-3) and std == pytest.approx((1.0, 5e-10, 1.0, 0.5))
    assert moments(DataSpec(dataset="linear"), column) == ((0.5,), (0.5,))


@pytest.mark.parametrize(("height", "width", "shown"), [(128, 128, (128, 128)), (129, 129, (128, 128)),
                                                       (64, 256, (32, 128)), (256, 1, (128, 1))])
def test_large_images_are_shown_smaller(height: int, width: int, shown: tuple[int, int], tmp_path: Path) -> None:
    images = np.zeros((6, 2, height, width), np.uint8)
    np.savez(tmp_path / "a.npz", x=images, y=np.arange(6) % 2)
    found = samples(load_data(DataSpec(dataset="tensors", path=str(tmp_path / "a.npz"))), 2)
    assert [(sample.height, sample.width, sample.channels) for sample in found] == [(*shown, 3)] * 2
    assert all(len(sample.pixels) == 3 * shown[0] * shown[1] for sample in found)


def test_decimal_images_are_stretched_over_what_a_screen_shows(tmp_path: Path) -> None:
    values = np.array([-1.0, 0.0, 1.0, 3.0], np.float32).reshape(1, 1, 2, 2).repeat(6, 0)
    np.savez(tmp_path / "a.npz", x=values, y=np.linspace(0, 1, 6))
    [first, _] = samples(load_data(DataSpec(dataset="tensors", path=str(tmp_path / "a.npz"))), 2)
    assert list(first.pixels) == [0, 64, 128, 255] and float(first.label) in np.linspace(0, 1, 6)
    np.savez(tmp_path / "b.npz", x=values * 0, y=np.linspace(0, 1, 12).reshape(6, 2))
    [first, _] = samples(load_data(DataSpec(dataset="tensors", path=str(tmp_path / "b.npz"))), 2)
    assert list(first.pixels) == [0] * 4 and first.label == ""


def test_the_least_and_most_of_bytes_are_those_that_occur(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([51, 102, 204] * 4, np.uint8).reshape(12, 1, 1, 1).repeat(4, 3),
             y=np.arange(12) % 2)
    data = load_data(DataSpec(dataset="tensors", path=str(tmp_path / "a.npz")))
    [channel] = statistics(data).channels
    used = data.train.inputs.double() / 255
    assert (channel.least, channel.most) == pytest.approx((0.2, 0.8))
    assert channel.mean == pytest.approx(float(used.mean()))
