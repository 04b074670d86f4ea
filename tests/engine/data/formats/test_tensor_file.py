"""A person's own arrays: shapes, kinds of numbers, and files that hold something else."""

from __future__ import annotations

import pickle
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.data.errors import DataError
from engine.data.formats import array_files
from engine.data.formats.tensor_outline import holds_weights
from engine.data.sources import source_for
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
    assert len(data.test) == 4 and data.test.inputs.min() == 1 and data.spec.classes == ("0", "1", "2", "3", "5")
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
    "other lengths": ({"x": FLOATS, "y": LABELS[:7]}, "length of “x” is 20, that of “y” 7: there must be a target"),
    "scalars": ({"x": np.float32(3), "y": np.int64(3)}, "“x” is a single value, where one for"),
    "a scalar target": ({"x": FLOATS, "y": np.int64(3)}, "“y” is a single value, where one for"),
    "nothing": ({"x": np.ones((20, 0)), "y": LABELS}, "“x” is empty"),
    "no target": ({"x": FLOATS, "y": np.ones((20, 0))}, "“y” is empty"),
    "nothing to validate": ({"x": FLOATS, "y": LABELS, "x_val": FLOATS[:0], "y_val": LABELS[:0]}, "“x_val” is empty"),
    "two": ({"x": FLOATS[:2], "y": LABELS[:2]}, "only 2 examples to learn from: at least 3"),
    "not a number": ({"x": NAN, "y": LABELS}, "1 of its examples hold values that are no numbers .* number 7"),
    "infinite targets": ({"x": FLOATS, "y": np.full(20, np.inf)}, "20 of its targets hold values that are no numbers"),
    "too large for float32": ({"x": FLOATS.astype(np.float64) + 1e39, "y": LABELS},
                              r"60 numbers of its examples are too large for float32, such as 1e\+39"),
    "a target too large for float32": ({"x": FLOATS, "y": np.where(LABELS, 0.5, -1e39)},
                                       r"5 numbers of its targets .*-1e"),
    "one class": ({"x": FLOATS, "y": LABELS * 0 + 2}, "all examples are of one class, 2"),
    "below 0": ({"x": FLOATS, "y": LABELS - 1}, "the labels go from -1 to 2"),
    "ids": ({"x": FLOATS, "y": np.arange(20) + 10**6}, "“y” has 20 different whole numbers for 20 examples: nearly a"),
    "ids that all parts have": ({"x": FLOATS, "y": np.arange(20), "x_test": FLOATS, "y_test": np.arange(20)},
                                "“y” has 20 different whole numbers for 20 examples"),
    "counts": ({"x": FLOATS, "y": np.arange(1, 21, dtype=np.uint8)}, "nearly a class for each"),
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
        with pytest.raises(DataError, match=f"only {train} examples? to learn from: at least {3 - bool(test)} are"):
            described(saved(tmp_path, **arrays))


def test_ten_thousand_classes_are_the_most(tmp_path: Path) -> None:
    for count, fits in ((10_000, True), (10_001, False)):
        arrays = {"x": np.zeros((2 * count, 1), np.float32), "y": np.arange(2 * count) % count}
        if fits:
            assert described(saved(tmp_path, **arrays)).num_classes == 10_000
        else:
            with pytest.raises(DataError, match=r"“y” has 10.001 different labels: more than 10.000 cannot be classes"):
                described(saved(tmp_path, **arrays))


@pytest.mark.parametrize(("stored", "shape"), [
    ((20, 4, 9, 3), (4, 9, 3)), ((20, 5, 9, 3), (3, 5, 9)), ((20, 5, 9, 1), (1, 5, 9)), ((20, 5, 9, 2), (5, 9, 2)),
    ((20, 5), (5,)), ((20,), (1,)), ((20, 2, 3, 4, 5), (2, 3, 4, 5)),
])  # fmt: skip
def test_where_channels_stand(stored: tuple[int, ...], shape: tuple[int, ...], tmp_path: Path) -> None:
    assert described(saved(tmp_path, x=np.zeros(stored, np.uint8), y=LABELS)).sample_shape == shape


def test_labels_may_stand_in_a_column_or_be_yes_and_no(tmp_path: Path) -> None:
    assert described(saved(tmp_path, x=FLOATS, y=LABELS[:, None])).num_classes == 4
    assert described(saved(tmp_path, x=FLOATS, y=LABELS > 1)).num_classes == 2


# -- parts, labels and channels ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [("val_{}", "test_{}"), ("{}_valid", "{}_test"), ("validation_{}", "testing_{}"),
                                   ("{}_dev", "TEST_{}")])
def test_validation_and_test_parts_are_used(names: tuple[str, str], tmp_path: Path) -> None:
    parts = {"{}": 20, names[0]: 6, names[1]: 5}
    arrays = {}
    for place, (form, count) in enumerate(parts.items()):
        arrays[form.format("images")] = np.full((count, 9, 9), place, np.uint8)
        arrays[form.format("labels")] = np.arange(count) % 3
    data = load_data(saved(tmp_path, **arrays))
    for place, (part, count) in enumerate(zip((data.train, data.validation, data.test), parts.values(), strict=True)):
        assert len(part) == count and part.inputs.unique().tolist() == [place]
    assert data.spec.examples == 31 and data.spec.sample_shape == (1, 9, 9)


def test_a_validation_part_alone_leaves_the_test_part_to_be_set_aside(tmp_path: Path) -> None:
    data = load_data(saved(tmp_path, train_x=FLOATS, train_y=LABELS, val_x=FLOATS[:4], val_y=LABELS[:4]))
    assert (len(data.train), len(data.validation), len(data.test)) == (17, 4, 3)
    with pytest.raises(DataError, match="its validation examples are 1 float32, the others"):
        load_data(saved(tmp_path, x=FLOATS, y=LABELS, x_val=FLOATS[:4, :1], y_val=LABELS[:4]))


@pytest.mark.parametrize(("labels", "classes", "note"), [
    (LABELS + 1, ("1", "2", "3", "4"), "The labels go from 1 to 4: they are 4 classes"),
    (LABELS + 5, ("5", "6", "7", "8"), "The labels go from 5 to 8: they are 4 classes"),
    (LABELS % 2 * 2 - 1, ("-1", "1"), "The labels go from -1 to 1: they are 2 classes"),
    (LABELS % 2 * 2 + 1, ("1", "3"),
     "Only 2 of the labels from 1 to 3 are there, and these are the classes: 1, 3"),
    (np.array([0, 1, 5, 9])[LABELS], ("0", "1", "5", "9"),
     "Only 4 of the labels from 0 to 9 are there, and these are the classes: 0, 1, 5, 9"),
    ((LABELS % 3 + 1) * 10, ("10", "20", "30"),
     "Only 3 of the labels from 10 to 30 are there, and these are the classes: 10, 20, 30"),
    (LABELS + 10**6, tuple(str(10**6 + label) for label in range(4)),
     "The labels go from 1000000 to 1000003: they are 4 classes"),
    (LABELS, ("0", "1", "2", "3"), None),
])  # fmt: skip
def test_labels_that_are_not_counted_from_0_are_as_many_classes(labels: np.ndarray, classes: tuple[str, ...],
                                                                note: str | None, tmp_path: Path) -> None:
    data = load_data(saved(tmp_path, x=FLOATS, y=labels, x_test=FLOATS[:4], y_test=labels[:4]))
    assert data.spec.classes == classes and data.spec.output_shape == (len(classes),)
    names = [classes[label] for label in data.test.targets.tolist()]
    assert names == [str(label) for label in labels[:4].tolist()]
    assert [str(each) for each in data.report.notes] == ([note] if note else [])


def test_classes_are_those_of_all_parts(tmp_path: Path) -> None:
    data = load_data(saved(tmp_path, x=FLOATS, y=LABELS + 1, x_test=FLOATS[:1], y_test=np.array([6])))
    assert data.spec.classes == ("1", "2", "3", "4", "6") and data.test.targets.tolist() == [4]
    data = load_data(saved(tmp_path, x=FLOATS, y=LABELS + 1, x_test=FLOATS[:1], y_test=np.array([0])))
    assert data.spec.classes == ("0", "1", "2", "3", "4") and data.test.targets.tolist() == [0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint16, np.int32])
def test_images_of_other_numbers_have_their_channel_too(dtype: type, tmp_path: Path) -> None:
    images = (RANDOM.random((20, 9, 9)) * 200).astype(dtype)
    data = load_data(saved(tmp_path, x=images, y=LABELS))
    assert data.spec.sample_shape == (1, 9, 9) and data.train.inputs.dtype == torch.float32
    assert [str(note) for note in data.report.notes] == ["Examples of 9×9 are taken as images with one channel"]
    last = (RANDOM.random((20, 9, 7, 3)) * 200).astype(dtype)
    data = load_data(saved(tmp_path, x=last, y=LABELS))
    assert data.spec.sample_shape == (3, 9, 7)
    assert np.array_equal(load_data(saved(tmp_path, images=images[:, :5], labels=LABELS)).spec.sample_shape, (1, 5, 9))


@pytest.mark.parametrize("shape", [(20, 30, 4), (20, 5, 5), (20, 9, 7)])
def test_series_stay_what_they_are(shape: tuple[int, ...], tmp_path: Path) -> None:
    data = load_data(saved(tmp_path, x=RANDOM.random(shape), y=LABELS))
    assert data.spec.sample_shape == shape[1:] and data.report.notes == ()


# -- bounds ------------------------------------------------------------------------------------------------------------


def test_an_archive_that_unpacks_to_too_much_is_refused_by_what_it_says(tmp_path: Path,
                                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "FREE_BYTES", 2**20)
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((20, 2**20), np.uint8), y=LABELS)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"x unpacks to 21.MB from 20.\d.kB, which real data do not"):
            load_data(spec_of(tmp_path / "a.npz"))
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", [".npz", ".pt"])
def test_what_does_not_fit_into_memory_is_refused_before_it_is_read(suffix: str, tmp_path: Path,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    spec = saved(tmp_path, suffix, x=np.zeros((20, 10)), y=LABELS)  # stored in 8 bytes, learned from in 4
    size = 12 * (20 * 10 + 20)
    monkeypatch.setattr(array_files, "MOST_BYTES", size)
    assert len(load_data(spec).train)
    monkeypatch.setattr(array_files, "MOST_BYTES", size - 1)
    (tmp_path / "again").mkdir()
    with pytest.raises(DataError, match=r"does not fit into memory: its arrays take 2.64.kB, where 2.64.kB is "):
        load_data(saved(tmp_path / "again", suffix, x=np.zeros((20, 10)), y=LABELS))


def with_header(folder: Path, header: bytes, body: bytes = b"") -> DataSpec:
    """An .npz file whose x has this header."""
    length = len(header) + 1
    with zipfile.ZipFile(folder / "a.npz", "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + length.to_bytes(2, "little") + header + b"\n" + body)
        archive.writestr("y.npy", b"")
    return spec_of(folder / "a.npz")


@pytest.mark.parametrize(("header", "reason"), [
    (b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 4)}", "does not fit into memory"),
    (b"{'descr': '<f4', 'fortran_order': False, 'shape': (7, 4)}", "is damaged"),
    (b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4)}", "is damaged"),
    (b"{'descr': '|O', 'fortran_order': False, 'shape': (3,)}", "holds Python objects"),
    (b"{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (3,)}", "holds Python objects"),
    (b"{'descr': 'odd', 'fortran_order': False, 'shape': (3,)}", "is damaged"), (b"__import__('os')", "is damaged"),
    (b"(" * 5000, "is damaged"),
])  # fmt: skip
def test_no_header_is_believed(header: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"a\.npz.*{reason}"):
        load_data(with_header(tmp_path, header, bytes(16)))


# -- weights are no data -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "is_weights"), [
    ({"x": torch.ones(4, 2), "y": torch.arange(4)}, False), ({"train_images": torch.ones(4, 2)}, False),
    ((torch.ones(4, 2), torch.arange(4)), False), ({"fc.weight": torch.ones(4, 2), "fc.bias": torch.ones(4)}, True),
    ({"state_dict": {"fc.weight": torch.ones(2)}, "epoch": 3}, True), (torch.nn.Linear(2, 2), True),
    ({"epoch": 3}, False), ([1, 2], False), ({"model": torch.nn.Linear(2, 2)}, True),
    ({"w": torch.eye(3).to_sparse()}, True),
])  # fmt: skip
def test_a_file_of_weights_is_not_taken_for_data(content: Any, is_weights: bool, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "a.pt")
    assert holds_weights(tmp_path / "a.pt") is is_weights
    assert (source_for(tmp_path / "a.pt") is None) is is_weights
    assert not holds_weights(tmp_path / "none.pt") and source_for(tmp_path / "none.pt") is not None


@pytest.mark.parametrize(("x", "y", "note"), [
    ((20, 5), np.eye(4, dtype="f4")[LABELS], "“y” holds decimals that look like classes"),
    ((20, 5), LABELS.astype("f4"), "“y” holds decimals that look like classes"),
    ((20, 5), LABELS + 0.5, None), ((20, 5), np.arange(20.0), None), ((20, 3, 9, 7), LABELS, None),
    ((20, 16, 16, 2), LABELS, "Examples of 16×16×2 are taken as 16 channels of 16×2"),
    ((20, 16, 16, 13), LABELS, "Examples of 16×16×13 are taken as 16 channels of 16×13"),
    ((20, 20, 3), LABELS, "Examples of 20×3 are taken as images with one channel"),
])  # fmt: skip
def test_what_may_be_meant_otherwise_is_said(x: tuple[int, ...], y: Any, note: str | None, tmp_path: Path) -> None:
    said = [str(each) for each in load_data(saved(tmp_path, x=np.zeros(x, np.uint8), y=y)).report.notes]
    assert [each for each in said if note is None or note not in each] == [] and len(said) == (note is not None)


def test_a_class_that_only_another_part_has_is_said(tmp_path: Path) -> None:
    x = np.zeros((20, 5), "f4")
    data = load_data(saved(tmp_path, x_train=x, y_train=LABELS, x_test=x, y_test=LABELS + 1))
    assert [str(note) for note in data.report.notes] == [
        "No training example is of these classes, which cannot be learned: 4"]
