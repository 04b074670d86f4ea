"""Random variations: torchvision as the oracle of each, chance, speed of a whole batch, and only where asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils._python_dispatch import TorchDispatchMode

from engine.data.fetching.torchvision_import import torchvision
from engine.data.formats.arrays import Arrays
from engine.data.options.options import Augment
from engine.data.spec.spec import DataSpec
from engine.data.tensors.augment import Chance, brightened, contrasted, cropped, erased, rotated, saturated, vary
from engine.data.tensors.batches import Batches, in_channels, resized
from engine.data.tensors.data import Data
from engine.data.tensors.loading import load_data
from engine.data.tensors.steps import steps, steps_of
from tests.engine.cases import divided, made_data

CPU = torch.device("cpu")
FILL = torch.zeros(3, 1, 1)


def photographs(count: int = 6, height: int = 11, width: int = 16) -> torch.Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def transforms() -> Any:
    torchvision()
    from torchvision.transforms import functional

    return functional


def test_rotation_is_torchvisions(transforms: Any) -> None:
    x, degrees = photographs(), torch.tensor([0.0, 30, -45, 90, 180, 7.5])
    bilinear = transforms.InterpolationMode.BILINEAR
    expected = torch.stack([transforms.rotate(image, float(angle), bilinear)
                            for image, angle in zip(x, degrees, strict=True)])
    assert torch.allclose(rotated(x, degrees), expected, atol=1e-4)


@pytest.mark.parametrize(("ours", "theirs"), [
    (brightened, "adjust_brightness"), (contrasted, "adjust_contrast"), (saturated, "adjust_saturation"),
])  # fmt: skip
def test_colours_are_torchvisions(ours: Any, theirs: str, transforms: Any) -> None:
    x, factors = photographs(), torch.tensor([0.0, 0.3, 0.9, 1.0, 1.4, 2.0])
    expected = torch.stack([getattr(transforms, theirs)(image, float(factor))
                            for image, factor in zip(x, factors, strict=True)])
    assert torch.allclose(ours(x, factors), expected, atol=2e-3)  # torchvision rounds its luma


def test_crops_are_torchvisions(transforms: Any) -> None:
    x, top, left = photographs(), torch.tensor([0, 1, 2, 3, 4, 0]), torch.tensor([4, 3, 0, 1, 2, 0])
    wide = transforms.pad(x, [2, 2, 2, 2])
    expected = torch.stack([transforms.crop(image, int(t), int(le), 11, 16)
                            for image, t, le in zip(wide, top, left, strict=True)])
    assert torch.equal(cropped(x, 2, top, left), expected)


def test_a_flip_mirrors_half_of_the_images() -> None:
    torch.manual_seed(0)
    x = photographs(400, 2, 3)
    for option, dim in (("flip", -1), ("flip_vertical", -2)):
        varied = vary(x, Augment.model_validate({option: True}), FILL)
        mirrored = (varied == x.flip(dim)).all((1, 2, 3)).logical_not().logical_or((x == x.flip(dim)).all((1, 2, 3)))
        same = (varied == x).all((1, 2, 3))
        assert torch.equal(mirrored, same) and 150 < same.sum() < 250


def test_erasing_paints_one_rectangle_of_the_right_size() -> None:
    torch.manual_seed(0)
    x, fill = photographs(400, 20, 24), torch.tensor([2.0, 3.0, 4.0]).view(3, 1, 1)
    varied = erased(x, 0.25, fill, Chance())
    painted = (varied == fill).all(1)
    changed = painted.any((1, 2))
    assert 70 < changed.sum() < 130
    assert torch.equal(varied.permute(0, 2, 3, 1)[~painted], x.permute(0, 2, 3, 1)[~painted])
    for mask in painted[changed]:
        rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
        tall, broad = len(rows), len(columns)
        assert mask.sum() == tall * broad == (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
        assert 0.01 < tall * broad / 480 < 0.4
    assert len({tuple(mask.flatten().tolist()) for mask in painted[changed]}) > 60


ALL = Augment(flip=True, flip_vertical=True, crop=2, rotate=20, brightness=0.3, contrast=0.3, saturation=0.3, erase=0.5)


def test_everything_together_stays_an_image_and_follows_the_seed() -> None:
    x = photographs(64)
    torch.manual_seed(3)
    one = vary(x, ALL, FILL)
    assert one.shape == x.shape and one.min() >= 0 and one.max() <= 1 + 1e-6 and torch.isfinite(one).all()
    torch.manual_seed(3)
    assert torch.equal(vary(x, ALL, FILL), one)
    assert not torch.equal(vary(x, ALL, FILL), one)
    differences = (one - x).abs().sum((1, 2, 3))
    assert len(set(differences.tolist())) == 64  # each its own


def test_images_are_not_changed_in_place() -> None:
    x = photographs()
    before = x.clone()
    vary(x, ALL, FILL)
    assert torch.equal(x, before)


@pytest.fixture
def varied() -> Data:
    return made_data(60, DataSpec(normalize=True, resize=12, augment=ALL))


def test_only_training_batches_that_ask_for_it_vary(varied: Data) -> None:
    index = torch.arange(20)
    still = Batches(varied.train, varied, CPU)
    assert torch.equal(still.take(index)[0], still.take(index)[0])
    moving = Batches(varied.train, varied, CPU, augment=True)
    x, labels = moving.take(index)
    assert not torch.equal(x, moving.take(index)[0])
    assert x.shape == still.take(index)[0].shape and torch.equal(labels, still.take(index)[1])
    assert x.is_contiguous(memory_format=torch.channels_last)
    assert moving.sample_shape == (1, 12, 12)


def test_asking_for_the_shape_draws_no_random_numbers(varied: Data) -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    assert Batches(varied.train, varied, CPU, augment=True).sample_shape == (1, 12, 12)
    assert torch.equal(torch.rand(3), expected)


def test_erased_places_are_zero_after_normalising() -> None:
    data = made_data(200, DataSpec(normalize=True, augment=Augment(erase=1)))
    x, _ = Batches(data.train, data, CPU, augment=True).take(torch.arange(100))
    assert ((x.abs() < 1e-6).sum((1, 2, 3)) >= 1).all()


@pytest.mark.parametrize("dataset", ["linear", "edges"])
def test_what_is_no_image_does_not_vary(dataset: str) -> None:
    data = load_data(DataSpec.model_validate({"dataset": dataset, "augment": ALL}))
    x, _ = Batches(data.train, data, CPU, augment=True).take(torch.tensor([0]))
    assert torch.equal(x, data.train.inputs[:1])


class Operations(TorchDispatchMode):
    """Counts what torch is asked to do."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.count += 1
        return func(*args, **(kwargs or {}))


def test_a_batch_varies_as_one_whatever_its_size() -> None:
    counts = []
    for size in (1, 256):
        with Operations() as done:
            vary(torch.rand(size, 3, 32, 32), ALL, FILL)
        counts.append(done.count)
    assert counts[0] == counts[1] > 20


# -- channels ---------------------------------------------------------------------------


def test_grey_is_pils_and_colour_is_three_times_the_same() -> None:
    colour = np.random.default_rng(0).integers(0, 256, (50, 9, 9, 3), dtype=np.uint8)
    x = torch.from_numpy(colour.transpose(0, 3, 1, 2).copy())
    expected = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in colour])
    assert np.array_equal(in_channels(x, 1)[:, 0], expected)
    assert (in_channels(x.float(), 1)[:, 0] - torch.from_numpy(expected).float()).abs().max() <= 1
    grey = x[:, :1]
    assert torch.equal(in_channels(grey, 3), torch.cat([grey] * 3, 1))
    assert in_channels(x, 3) is x and torch.equal(in_channels(torch.cat([x, grey], 1), 3), x)
    assert torch.equal(in_channels(x[:, :2], 3), torch.cat([grey] * 3, 1)) and in_channels(x[:, :2], 1).shape[1] == 1


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("stored", [1, 3])
def test_batches_have_the_channels_that_are_asked_for(channels: int, stored: int) -> None:
    data = made_data(80, DataSpec(normalize=True, resize=12))
    grey = data.train.inputs
    images = torch.cat([grey.roll(number, -1) for number in range(stored)], 1).numpy()
    made = divided(data.spec.with_options(channels=channels), Arrays(images, data.train.targets.numpy()))
    x, _ = Batches(made.train, made, CPU).take(torch.arange(len(made.train)))
    assert tuple(x.shape[1:]) == (channels, 12, 12) and len(made.mean) == len(made.std) == channels
    small = divided(made.spec.with_options(resize=None), Arrays(images, data.train.targets.numpy()))
    plain = Batches(small.train, small, CPU).take(torch.arange(len(small.train)))[0]
    assert plain.mean((0, 2, 3)).abs().max() < 1e-3 and (plain.std((0, 2, 3)) - 1).abs().max() < 1e-2


# -- what each transform does -----------------------------------------------------------


def test_steps_show_every_transform_of_one_image() -> None:
    spec = DataSpec(resize=16, channels=3, normalize=True, augment=Augment(flip=True, crop=2, erase=0.1))
    data = load_data(spec)
    made = steps_of(data, 5)
    assert [str(step.title) for step in made] == ["As stored", "Three channels", "Resized", "Crop margin", "Flip",
                                                  "Erase", "Normalised"]
    stored, three, large, crop, flip, erase, normalised = (step.array for step in made)
    assert np.array_equal(stored, data.train.inputs[5]) and np.array_equal(three, np.repeat(stored, 3, 0))
    assert large.shape == (3, 16, 16) and large.dtype == np.uint8
    assert np.array_equal(flip, crop[..., ::-1]) and (erase != flip).any()
    assert normalised.dtype == np.float32
    assert all((a.array == b.array).all() for a, b in zip(made, steps_of(data, 5), strict=True))


def test_without_transforms_there_is_only_what_is_stored(tmp_path: Path) -> None:
    assert [str(step.title) for step in steps(DataSpec(), 0, tmp_path)] == ["As stored"]
    x, = steps(DataSpec(dataset="linear"), 3, tmp_path)
    assert x.array.shape == (2,)
    still, normalised = steps(DataSpec(normalize=True), 0, tmp_path)
    data = load_data(DataSpec(normalize=True))
    assert np.array_equal(normalised.array, Batches(data.train, data, CPU).take(torch.tensor([0]))[0][0])
    assert still.array.dtype == np.uint8
    with pytest.raises(IndexError):
        steps(DataSpec(), 10_000, tmp_path)


def test_steps_leave_the_global_generator_alone() -> None:
    data = load_data(DataSpec(augment=ALL))
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    steps_of(data, 1)
    assert torch.equal(torch.rand(3), expected)


def test_numbers_of_any_size_are_not_cut_off(tmp_path: Path) -> None:
    x = 5 * torch.randn(40, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    np.savez(tmp_path / "own.npz", x=x.numpy(), y=np.arange(40) % 2)
    spec = DataSpec(dataset="tensors", path=str(tmp_path / "own.npz"),
                    augment=Augment(brightness=0.1, contrast=0.1, saturation=0.1))
    data = load_data(spec)
    seen = Batches(data.train, data, CPU, augment=True).take(torch.arange(len(data.train)))[0]
    change = (seen - data.train.inputs).abs()
    assert 0.05 < float(change.mean()) < 1 and float(seen.max()) > 10
    assert float(torch.tensor(np.stack([step.array for step in steps_of(data, 0)])).max()) > 5


def test_decimals_are_made_smaller_by_means() -> None:
    """Every number counts: none is jumped over."""
    one = torch.zeros(1, 1, 8, 8)
    one[0, 0, 0, 0] = 1.0
    assert resized(one, 2).sum().item() > 0.02 and resized(torch.full((1, 2, 8, 8), 3.5), 2).unique().item() == 3.5
