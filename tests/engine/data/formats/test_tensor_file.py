"""A person's own arrays: shapes, kinds of numbers, and files that hold something else."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.data.errors import DataError
from engine.data.spec.reading import described
from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches
from engine.data.tensors.loading import load_data

RANDOM = np.random.default_rng(0)
LABELS = np.arange(20) % 4
CPU = torch.device("cpu")


def spec_of(path: Path, **options: object) -> DataSpec:
    return DataSpec.model_validate({"dataset": "tensors", "path": str(path), **options})


def saved(folder: Path, suffix: str = ".npz", **arrays: Any) -> DataSpec:
    path = folder / f"own{suffix}"
    if suffix == ".npz":
        np.savez(path, **arrays)
    else:
        torch.save({name: torch.from_numpy(np.asarray(value)) for name, value in arrays.items()}, path)
    return spec_of(path)


@pytest.mark.parametrize("suffix", [".npz", ".pt", ".pth"])
@pytest.mark.parametrize(("stored", "shape"), [((20, 3, 9, 7), (3, 9, 7)), ((20, 9, 7), (1, 9, 7)),
                                               ((20, 9, 7, 3), (3, 9, 7))])
def test_bytes_are_images(suffix: str, stored: tuple[int, ...], shape: tuple[int, ...], tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, stored, dtype=np.uint8)
    spec = saved(tmp_path, suffix, x=images, y=LABELS)
    found = described(spec)
    assert (found.sample_shape, found.classes, found.examples) == (shape, ("0", "1", "2", "3"), 20)
    data = load_data(spec)
    assert data.spec == found and data.train.inputs.dtype == torch.uint8 and data.train.targets.dtype == torch.int64
    x, _ = Batches(data.train, data, CPU).take(torch.arange(2))
    assert tuple(x.shape[1:]) == shape and x.max() <= 1
    order = np.random.default_rng(0).permutation(20)
    expected = images[order[:3]].reshape(3, *stored[1:])
    ours = data.test.inputs.numpy()
    assert np.array_equal(ours.transpose(0, 2, 3, 1) if stored[-1] == 3 else ours.reshape(expected.shape), expected)
    assert [str(note) for note in data.report.notes] == (
        ["Images are stored with their channels last: they were turned to 3×9×7"] if stored[-1] == 3 else [])


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, np.bool_])
def test_other_numbers_become_float32_and_are_not_scaled(dtype: Any, tmp_path: Path) -> None:
    values = (RANDOM.normal(size=(20, 5)) * 100).astype(dtype)
    data = load_data(saved(tmp_path, inputs=values, labels=LABELS.astype(np.uint8)))
    x, y = Batches(data.train, data, CPU).take(torch.arange(len(data.train)))
    assert x.dtype == torch.float32 and torch.equal(x, data.train.inputs)
    order = np.random.default_rng(0).permutation(20)
    assert np.array_equal(data.test.inputs, values[order[:3]].astype(np.float32))
    assert y.tolist() == LABELS[order[5:]].tolist()


@pytest.mark.parametrize(("targets", "shape"), [(RANDOM.normal(size=20), (1,)), (RANDOM.normal(size=(20, 3)), (3,)),
                                                (RANDOM.normal(size=(20, 1, 4, 4)).astype(np.float16), (1, 4, 4))])
def test_decimal_targets_are_regression(targets: np.ndarray, shape: tuple[int, ...], tmp_path: Path) -> None:
    data = load_data(saved(tmp_path, ".pt", x=np.zeros((20, 2), np.float32), targets=targets))
    assert data.spec.task == "regression" and data.spec.output_shape == shape
    assert tuple(data.train.targets.shape[1:]) == shape and data.train.targets.dtype == torch.float32


@pytest.mark.parametrize("names", [("x_test", "y_test"), ("test_x", "test_y"), ("X_test", "Y_test")])
def test_a_test_part_is_kept(names: tuple[str, str], tmp_path: Path) -> None:
    test = {names[0]: np.ones((4, 3), np.float32), names[1]: np.full(4, 5)}
    data = load_data(saved(tmp_path, x_train=np.zeros((20, 3), np.float32), y_train=LABELS, **test))
    assert len(data.test) == 4 and data.test.inputs.min() == 1 and data.spec.num_classes == 6
    assert len(data.train) + len(data.validation) == 20 and data.spec.examples == 24


@pytest.mark.filterwarnings("ignore")  # torch's own, of what it will no longer have
def test_a_pair_of_tensors_and_those_that_are_no_plain_ones(tmp_path: Path) -> None:
    x, y = torch.rand(20, 6), torch.from_numpy(LABELS)
    torch.save((x, y), tmp_path / "a.pt")
    assert len(load_data(spec_of(tmp_path / "a.pt")).train)
    for odd, what in ((x.to_sparse(), "sparse"), (x.to_sparse_csr(), "sparse"),
                      (torch.quantize_per_tensor(x, 0.1, 0, torch.qint8), "quantised"),
                      (x.to("meta"), "without values")):
        torch.save((odd, y), tmp_path / "odd.pt")
        with pytest.raises(DataError, match=rf"odd\.pt: x is a .*{what}"):
            load_data(spec_of(tmp_path / "odd.pt"))
    torch.save({"x": x.bfloat16().requires_grad_(), "y": y}, tmp_path / "b.pt")
    data = load_data(spec_of(tmp_path / "b.pt"))
    assert data.train.inputs.dtype == torch.float32 and not data.train.inputs.requires_grad


def test_normalise_is_by_feature_or_channel(tmp_path: Path) -> None:
    for shape in ((40, 3), (40, 3, 11), (40, 3, 5, 4)):
        values = RANDOM.normal(size=shape).astype(np.float32) * 5 + 100
        spec = saved(tmp_path, x=values, y=np.arange(40) % 4).with_options(normalize=True)
        data = load_data(spec)
        x, _ = Batches(data.train, data, CPU).take(torch.arange(len(data.train)))
        each = x.transpose(0, 1).flatten(1)
        assert len(data.mean) == 3
        assert each.mean(1).abs().max() < 1e-4 and (each.std(1, correction=0) - 1).abs().max() < 1e-4


def test_decimal_images_are_resized_and_change_channels(tmp_path: Path) -> None:
    spec = saved(tmp_path, x=RANDOM.random((20, 1, 8, 8)), y=LABELS).with_options(resize=4, channels=3, normalize=True)
    data = load_data(spec)
    x, _ = Batches(data.train, data, CPU).take(torch.arange(4))
    assert tuple(x.shape) == (4, 3, 4, 4) == (4, *data.spec.sample_shape)
    assert torch.equal(x[:, 0], x[:, 1]) and len(data.mean) == 3


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("ran",)


FLOATS = np.zeros((20, 3), np.float32)
NAN = FLOATS.copy()
NAN[7, 1] = np.nan
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no targets": ({"x": FLOATS}, "holds no array “y”"),
    "no inputs": ({"pictures": FLOATS, "y": LABELS}, "holds no array “x”: .* There are: .*pictures|holds no array “x”"),
    "other lengths": ({"x": FLOATS, "y": LABELS[:7]}, "has 7 targets for 20 examples"),
    "scalars": ({"x": np.float32(3), "y": np.int64(3)}, "has 1 targets for 1 examples|examples are empty"),
    "nothing": ({"x": FLOATS[:0], "y": LABELS[:0]}, "its examples are empty"),
    "two": ({"x": FLOATS[:2], "y": LABELS[:2]}, "only 2 examples"),
    "not a number": ({"x": NAN, "y": LABELS}, "1 of its examples hold values that are no numbers .* number 7"),
    "infinite targets": ({"x": FLOATS, "y": np.full(20, np.inf)}, "20 of its targets hold values that are no numbers"),
    "too large for float32": ({"x": FLOATS.astype(np.float64) + 1e300, "y": LABELS}, "no numbers"),
    "one class": ({"x": FLOATS, "y": LABELS * 0 + 2}, "all examples are of one class, 2"),
    "below 0": ({"x": FLOATS, "y": LABELS - 1}, "the labels go from -1 to 2"),
    "ids": ({"x": FLOATS, "y": LABELS + 10**6}, "the labels go from 1000000"),
    "one-hot": ({"x": FLOATS, "y": np.eye(4, dtype=np.int64)[LABELS]}, "one whole number for each example"),
    "text": ({"x": np.array(["a"] * 20), "y": LABELS}, "its examples are <U1, not numbers"),
    "complex": ({"x": FLOATS + 1j, "y": LABELS}, "its examples are complex"),
    "objects": ({"x": np.array([{}] * 20), "y": LABELS}, "holds Python objects, which could run code"),
    "other test": ({"x": FLOATS, "y": LABELS, "x_test": FLOATS[:, :2], "y_test": LABELS}, "its test examples are 2"),
    "other test targets": ({"x": FLOATS, "y": LABELS, "x_test": FLOATS, "y_test": FLOATS[:, 0]}, "of another kind"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_arrays_are_sentences(case: str, tmp_path: Path) -> None:
    arrays, reason = BAD[case]
    with pytest.raises(DataError, match=reason):
        described(saved(tmp_path, **arrays))


def test_a_pt_file_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"x": Evil()}, tmp_path / "a.pt")
    (tmp_path / "b.pt").write_bytes(pickle.dumps({"x": Evil()}))
    for name, reason in (("a.pt", "holds Python objects, which could run code"), ("b.pt", "PyTorch did not write")):
        with pytest.raises(DataError, match=reason):
            described(spec_of(tmp_path / name))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("suffix", [".npz", ".pt"])
@pytest.mark.parametrize("content", [b"", b"no archive at all", b"PK\x03\x04 no archive either"])
def test_a_damaged_file_is_a_sentence(suffix: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / f"a{suffix}").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.(npz|pt) (is damaged|holds|cannot be used as data)"):
        described(spec_of(tmp_path / f"a{suffix}"))


def test_a_cut_file_is_a_sentence(tmp_path: Path) -> None:
    path = Path(saved(tmp_path, x=FLOATS, y=LABELS).path)
    whole = path.read_bytes()
    for cut in range(10, len(whole), 97):
        path.write_bytes(whole[:cut])
        with pytest.raises(DataError):
            described(spec_of(path))


def test_other_files_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", FLOATS)
    with pytest.raises(DataError, match=r"not an \.npz, \.pt or \.pth file"):
        described(spec_of(tmp_path / "a.npy"))
    (tmp_path / "a.npz").write_bytes((tmp_path / "a.npy").read_bytes())
    with pytest.raises(DataError, match="damaged"):
        described(spec_of(tmp_path / "a.npz"))
    torch.save(torch.zeros(3), tmp_path / "b.pt")
    with pytest.raises(DataError, match="save a dict with x and y"):
        described(spec_of(tmp_path / "b.pt"))


@pytest.mark.parametrize(("train", "test", "enough"), [(3, 0, True), (2, 0, False), (2, 1, True), (1, 1, False)])
def test_three_examples_are_the_least(train: int, test: int, enough: bool, tmp_path: Path) -> None:
    arrays = {"x": FLOATS[:train], "y": FLOATS[:train, 0]}
    if test:
        arrays |= {"x_test": FLOATS[:test], "y_test": FLOATS[:test, 0]}
    if enough:
        assert described(saved(tmp_path, **arrays)).examples == train + test
    else:
        with pytest.raises(DataError, match=f"has only {train} examples: at least 3 are needed"):
            described(saved(tmp_path, **arrays))


def test_ten_thousand_classes_are_the_most(tmp_path: Path) -> None:
    for most, fits in ((9_999, True), (10_000, False)):
        labels = np.where(LABELS == 3, most, 0)
        if fits:
            assert described(saved(tmp_path, x=FLOATS, y=labels)).num_classes == 10_000
        else:
            with pytest.raises(DataError, match="the labels go from 0 to 10000"):
                described(saved(tmp_path, x=FLOATS, y=labels))


@pytest.mark.parametrize(("stored", "shape"), [
    ((20, 4, 9, 3), (4, 9, 3)), ((20, 5, 9, 3), (3, 5, 9)), ((20, 5, 9, 1), (1, 5, 9)), ((20, 5, 9, 2), (5, 9, 2)),
    ((20, 5), (5,)), ((20,), (1,)), ((20, 2, 3, 4, 5), (2, 3, 4, 5)),
])  # fmt: skip
def test_where_channels_stand(stored: tuple[int, ...], shape: tuple[int, ...], tmp_path: Path) -> None:
    assert described(saved(tmp_path, x=np.zeros(stored, np.uint8), y=LABELS)).sample_shape == shape


def test_labels_may_stand_in_a_column_or_be_yes_and_no(tmp_path: Path) -> None:
    assert described(saved(tmp_path, x=FLOATS, y=LABELS[:, None])).num_classes == 4
    assert described(saved(tmp_path, x=FLOATS, y=LABELS > 1)).num_classes == 2
