"""Examples of the data, pictures and typed rows as a network gets them: against PIL, torch and numpy by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from engine import DataSpec, Experiment, Recipe, load_data
from engine.data.errors import DataError
from engine.inspect.samples.pictures import from_picture, from_pixels, sized
from engine.inspect.samples.sample import SampleError, UnreadSampleError, input_shape
from engine.inspect.samples.splits import from_split
from engine.inspect.samples.typed import from_text
from tests.engine.cases import chain, experiment

RAMP = np.add.outer(np.arange(40), 3 * np.arange(60)).astype(np.uint8)  # 40×60, every grey
COLOURS = np.stack([RAMP, 255 - RAMP, np.roll(RAMP, 7)], 2)


def own(shape: tuple[int, ...], *rows: tuple[str, str, dict[str, object]]) -> Experiment:
    """A network with an Input of its own."""
    made = chain(*rows or [("flatten", "Flatten", {})])
    return replace(experiment(), graph=made.with_layer("input", made.nodes["input"].layer.with_options(shape=shape)))


# -- of the data -------------------------------------------------------------------------------------------------------


def test_digits_are_scikit_learns_as_they_are_judged() -> None:
    images = torch.from_numpy(load_digits().images).float()  # 0 … 16
    made = from_split(experiment(), "test", 5)
    alike = (images - made.x[0, 0] * 16).abs().amax((1, 2)) < 0.05
    assert alike.sum() == 1 and load_digits().target[alike.numpy()][0] == int(made.target)
    assert made.place == ("test", 5) and str(made.title) == f"test example 5: {int(made.target)}"
    assert made.stored.dtype == torch.uint8 and torch.equal(made.stored[None] / 255, made.x)


@pytest.mark.parametrize("options", [{}, {"normalize": True}, {"resize": 12, "channels": 3, "normalize": True}])
def test_a_picture_of_the_data_is_prepared_as_they_are(options: dict[str, object], tmp_path: Path) -> None:
    base = experiment(data=DataSpec().with_options(augment={"rotate": 30}, **options))
    data = load_data(base.data)
    made = from_split(base, "validation", 2)
    stored = data.validation.inputs[2:3]
    plain = stored
    if "resize" in options:
        plain = torch.nn.functional.interpolate(stored, (12, 12), mode="bilinear", antialias=True).repeat(1, 3, 1, 1)
    plain = plain.float() / 255
    if base.data.normalize:
        plain = (plain - torch.tensor(data.mean).view(-1, 1, 1)) / torch.tensor(data.std).view(-1, 1, 1)
    assert torch.allclose(made.x, plain, atol=1e-6) and tuple(made.x.shape[1:]) == base.data.sample_shape
    assert torch.equal(from_pixels(base, stored[0, 0].numpy()).x, made.x)
    Image.fromarray(stored[0, 0].numpy()).save(tmp_path / "one.png")
    assert torch.equal(from_picture(base, tmp_path / "one.png").x, made.x)


@pytest.mark.parametrize(("part", "index", "said"), [
    ("test", 9999, "no test example 9999: there are"), ("train", -1, "no training example -1"),
    ("all", 0, "no part “all”"),
])
def test_an_example_that_is_not_there(part: str, index: int, said: str) -> None:
    with pytest.raises(SampleError, match=said):
        from_split(experiment(), part, index)


def test_a_network_with_another_input_takes_no_example_of_the_data() -> None:
    with pytest.raises(SampleError, match="is 1×8×8, but the network takes 1×3×3"):
        from_split(own((1, 3, 3)), "test", 0)


def test_real_mnist(mnist_root: Path) -> None:
    base = experiment(data=DataSpec(dataset="mnist", resize=96))
    made = from_split(base, "test", 0, mnist_root)
    assert int(made.target) == 7  # the file's first test picture
    stored = load_data(base.data, mnist_root).test.inputs[0, 0].numpy()
    wanted = Image.fromarray(stored).resize((96, 96), Image.Resampling.BILINEAR)
    assert torch.equal(made.x[0, 0], torch.from_numpy(np.array(wanted)) / 255)
    assert torch.equal(from_pixels(base, stored).x, made.x)  # without the data
    assert torch.equal(from_pixels(base, 255 - stored, inverted=True).x, made.x)


# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(10, 20), (33, 7), (8, 8), (400, 300), (1, 1), (3000, 2)])
def test_a_picture_of_another_size_is_seen_whole_in_its_proportions(size: tuple[int, int]) -> None:
    pixels = np.full(size, 40, np.uint8)
    made = from_pixels(experiment(), pixels)
    assert made.x.shape == (1, 1, 8, 8) and (made.stored == 40).all()  # its edge's colour goes on
    pixels[size[0] // 2, size[1] // 2] = 255
    scale = min(8 / size[0], 8 / size[1])
    tall, wide = (max(1, round(side * scale)) for side in size)
    by_pil = np.array(Image.fromarray(pixels).resize((wide, tall), Image.Resampling.BILINEAR)).astype(int)
    top, left = (8 - tall) // 2, (8 - wide) // 2
    shown = from_pixels(experiment(), pixels).stored[0, top:top + tall, left:left + wide].numpy().astype(int)
    assert np.abs(shown - by_pil).max() <= 2


def test_grey_colour_and_transparency() -> None:
    grey, colour = own((1, 40, 60)), own((3, 40, 60))
    by_pil = np.array(Image.fromarray(COLOURS).convert("L"))
    assert torch.equal(from_pixels(grey, COLOURS).stored[0], torch.from_numpy(by_pil))
    assert torch.equal(from_pixels(colour, RAMP).x, torch.from_numpy(RAMP / np.float32(255)).expand(1, 3, 40, 60))
    assert torch.equal(from_pixels(colour, COLOURS).stored, torch.from_numpy(COLOURS.transpose(2, 0, 1).copy()))
    half = np.dstack([COLOURS, np.where(RAMP > 99, 255, 0).astype(np.uint8)])
    assert torch.equal(from_pixels(colour, half).stored[:, RAMP <= 99], torch.full((3, int((RAMP <= 99).sum())), 255))
    drawing = np.dstack([np.full((40, 60, 3), 255, np.uint8), RAMP])  # white on nothing
    assert torch.equal(from_pixels(grey, drawing).stored[0], torch.from_numpy(RAMP))


@pytest.mark.parametrize(("pixels", "said"), [
    (np.zeros((4, 4), np.float32), "4×4 float32"), (np.zeros(4, np.uint8), "H×W"),
    (np.zeros((4, 4, 7), np.uint8), "4×4×7"),
    (np.zeros((0, 4), np.uint8), "empty"), (np.broadcast_to(np.uint8(0), (9000, 9000)), "too large: 9000×9000"),
])
def test_pixels_that_are_no_picture(pixels: np.ndarray, said: str) -> None:
    with pytest.raises(SampleError, match=said):
        from_pixels(experiment(), pixels)


@pytest.mark.parametrize("shape", [(4,), (2, 8, 8), (16, 8)])
def test_a_network_that_takes_no_pictures(shape: tuple[int, ...]) -> None:
    with pytest.raises(SampleError, match="A picture cannot be looked at: the network takes"):
        from_pixels(own(shape), RAMP)


def saved(path: Path, mode: str) -> Path:
    """The ramp in one of PIL's modes, as a file."""
    if mode == "I;16":
        Image.fromarray(RAMP.astype(np.uint16) * 257).save(path)
    elif mode == "turned":
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(np.rot90(RAMP).copy()).save(path, exif=exif)
    elif mode == "frames":
        Image.fromarray(RAMP).save(path, save_all=True, append_images=[Image.fromarray(255 - RAMP)])
    elif mode == "CMYK":
        Image.fromarray(RAMP).convert("RGB").convert(mode).save(path)
    else:
        Image.fromarray(RAMP).convert(mode).save(path)
    return path


@pytest.mark.parametrize(("mode", "suffix"), [
    ("L", "png"), ("P", "png"), ("LA", "png"), ("RGBA", "png"), ("RGB", "bmp"), ("CMYK", "tiff"), ("I;16", "png"),
    ("1", "png"),
    ("turned", "png"), ("frames", "gif"), ("L", "webp"),
])
def test_files_of_every_mode(mode: str, suffix: str, tmp_path: Path) -> None:
    made = from_picture(own((1, 40, 60)), saved(tmp_path / f"one.{suffix}", mode))
    wanted = np.array(Image.fromarray(RAMP).convert("1").convert("L")) if mode == "1" else RAMP
    assert np.abs(made.stored[0].numpy().astype(int) - wanted).max() <= (10 if suffix == "webp" else 1)
    assert made.title == f"one.{suffix}" and made.place is None and made.target is None


@pytest.mark.parametrize(("content", "said"), [
    (b"", "cannot be read as a picture"), (b"text", "cannot be read as a picture"), ("cut", "damaged or cut short"),
    ("huge", "too large|pixels, which cannot be in"), (None, "cannot be read as a picture"),
])
def test_files_that_are_no_picture(content: bytes | str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    if content == "cut":
        saved(path, "RGB")
        path.write_bytes(path.read_bytes()[:-60])
    elif content == "huge":
        Image.new("1", (20_000, 20_000)).save(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(UnreadSampleError, match=said) as error:
        from_picture(own((1, 40, 60)), path)
    assert "one.png" in str(error.value)


def test_a_folder_of_pictures_is_stretched_as_it_was_read(tmp_path: Path) -> None:
    for number in range(6):
        path = tmp_path / f"{number % 2}" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.roll(COLOURS, number, 1)[: 30 + number]).save(path)
    spec = DataSpec().with_dataset("folder", str(tmp_path)).with_options(resize=16, normalize=True)
    base = Experiment(chain(("flatten", "Flatten", {})), load_data(spec).spec, Recipe())
    whole = torch.cat([from_split(base, part, index).x for part in ("train", "validation", "test")
                       for index in range(len(getattr(load_data(base.data), part)))])
    for path in sorted(tmp_path.rglob("*.png")):
        assert (whole == from_picture(base, path).x).all(dim=(1, 2, 3)).sum() == 1


def test_numbers_between_the_least_and_the_most_of_float_images(tmp_path: Path) -> None:
    images = np.linspace(-1, 3, 10 * 16, dtype=np.float32).reshape(10, 1, 4, 4)
    np.savez(tmp_path / "own.npz", x=images, y=np.arange(10) % 2, x_test=images, y_test=np.arange(10) % 2)
    spec = load_data(DataSpec().with_file(tmp_path / "own.npz").with_options(validation=0.0)).spec
    made = from_pixels(Experiment(chain(("flatten",
    "Flatten", {})), spec), np.arange(16, dtype=np.uint8).reshape(4, 4) * 17)
    assert torch.allclose(made.x.flatten(), torch.linspace(-1, 3, 16), atol=1e-6)


def test_resizing_keeps_what_has_the_size() -> None:
    pixels = torch.from_numpy(RAMP)[None]
    assert sized(pixels, 40, 60) is pixels and sized(pixels, 7, 9, stretched=True).shape == (1, 7, 9)


# -- typed -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "text", "several"), [
    ((4,), "[1, 2, 3, 4]", False), ((4,), "[[1, 2, 3, 4]]", False), ((1, 2, 2), "[[1, 2], [3, 4]]", False),
    ((1, 2, 2), "torch.arange(1., 5).reshape(1, 2, 2)", False),
    ((1, 2, 2), "torch.arange(1., 5).reshape(1, 1, 2, 2)", False),
    ((2,), "[[1, 2], [3, 4]]", True), ((1, 2), "[[1, 2], [3, 4]]", True),
])  # fmt: skip
def test_a_missing_batch_or_channel_is_added(shape: tuple[int, ...], text: str, several: bool) -> None:
    made = from_text(own(shape), text, several=several)
    assert made.x.shape[1:] == shape and made.x.flatten().tolist() == [1, 2, 3, 4] and made.title == text
    if several:
        with pytest.raises(SampleError, match="These are 2 examples"):
            from_text(own(shape), text)


@pytest.mark.parametrize(("text", "said"), [("[1, 2, 3]", "This is 3, but the network takes 1×2×2"),
("5", "This is 1, but"),
                                            ("torch.ones(2, 3)", "2×3")])
def test_another_shape_says_both(text: str, said: str) -> None:
    with pytest.raises(SampleError, match=said):
        from_text(own((1, 2, 2)), text)


TABLE = "size,town,rooms,price\n" + "".join(
    f"{10 + 7 * index},{('Ulm', 'Bonn', 'Köln')[index % 3]},{'' if index == 4 else index % 5 + 0.5},{index * 3.7 + 1}\n"
    for index in range(40))


@pytest.fixture
def table(tmp_path: Path) -> Experiment:
    """A network for a table with numbers, a category, gaps."""
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    spec = DataSpec().with_file(tmp_path / "t.csv").with_options(
        table={"missing_numbers": "category", "missing_categories": "always", "kinds": (("town", "category"),)})
    return Experiment(chain(("fc", "Linear", {"out_features": 1})), load_data(spec).spec, Recipe(loss="mse"))


def by_hand(base: Experiment, size: float | None, town: str, rooms: float | None) -> list[float]:
    """Gaps filled by the training rows' means, numbers standardised by their deviations; one-hot, sorted."""
    rows = load_data(base.data).unscaled.train
    made = []
    for value, column in ((size, rows[:, 0]), (rooms, rows[:, 5])):
        there = column[~np.isnan(column)]
        made.append(((there.mean() if value is None else value) - there.mean()) / there.std())
    return [made[0], *(float(town == name) for name in ("Bonn", "Köln", "Ulm", "")), made[1], float(rooms is None)]


@pytest.mark.parametrize(("text", "row"), [
    ("24, Bonn, 3.5", (24, "Bonn", 3.5)), ("[24, Bonn, 3.5]", (24, "Bonn", 3.5)),
    ("size=24, town=Ulm, rooms=2", (24, "Ulm", 2)),
    ("town = Köln", (None, "Köln", None)), ("24; ; NA", (24, "", None)), ("24 Bonn 3.5", (24, "Bonn", 3.5)),
    ("24, Bonn, 3.5, 99", (24, "Bonn", 3.5)), ("24, , ", (24, "", None)), ("Town: Ulm, SIZE=5", (5, "Ulm", None)),
])  # fmt: skip
def test_a_row_of_a_table_is_prepared_as_its_rows_are(text: str, row: tuple[float, str, float],
                                                      table: Experiment) -> None:
    assert load_data(table.data).report.features == ("size", "town=Bonn", "town=Köln", "town=Ulm", "town=missing",
    "rooms",
                                                     "rooms is missing")
    assert np.allclose(from_text(table, text).x[0].numpy(), by_hand(table, *row), atol=1e-6)


def test_rows_typed_again_are_the_datas_own(table: Experiment) -> None:
    seen = [from_split(table, "train", index).x for index in range(len(load_data(table.data).train))]
    typed = [from_text(table, line.rpartition(",")[0]).x for line in TABLE.splitlines()[1:]]
    assert all(any(torch.allclose(one, other, atol=1e-6) for other in typed) for one in seen)


def test_torchs_writing_is_what_the_network_gets_of_a_table_too(table: Experiment) -> None:
    assert torch.equal(from_text(table, "torch.arange(7.)").x, torch.arange(7.)[None])


@pytest.mark.parametrize(("text", "said"), [
    ("1, 2", "2 values were typed, but there are 3 columns: size, town, rooms"), ("big, Ulm, 3", "“big” is no number"),
    ("1, Rom, 3", "“Rom” is no value of “town”"), ("size=3, 4", "“4” names no column"),
    ("colour=red", "1 values|names no column"),
    ("1e99, Ulm, 3", "is no number a network can take"),
])  # fmt: skip
def test_what_no_row_of_the_table_can_have(text: str, said: str, table: Experiment) -> None:
    with pytest.raises(SampleError, match=said):
        from_text(table, text)


def test_data_that_are_gone(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        from_split(experiment(data=DataSpec().with_dataset("table", str(tmp_path / "gone.csv"))), "test", 0)


def test_the_shape_that_a_network_takes() -> None:
    assert input_shape(experiment()) == (1, 8, 8) and input_shape(own((4,))) == (4,)
