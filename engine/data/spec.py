"""Which data, and how it is prepared: frozen values. No torch."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.layers.base import OptionError, Shape, reason_of

DatasetId = Literal["digits", "mnist", "fashion-mnist"]


class Dataset(NamedTuple):
    """One row of what is known about a data set before it is loaded."""

    title: str
    shape: Shape  # channels × height × width as stored
    classes: tuple[str, ...]
    examples: int
    folder: str = ""  # torchvision's folder inside the data folder; empty: comes with the program
    about: str = ""
    download: str = ""  # what getting it costs; said while it is not here


_DIGITS = tuple("0123456789")
DATASETS: dict[DatasetId, Dataset] = {
    "digits": Dataset("Digits", (1, 8, 8), _DIGITS, 1797, about="1 797 handwritten digits; comes with the program."),
    "mnist": Dataset("MNIST", (1, 28, 28), _DIGITS, 70_000, "MNIST", "70 000 handwritten digits.",
                     "11 MB to download."),
    "fashion-mnist": Dataset(
        "Fashion-MNIST", (1, 28, 28),
        ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        70_000, "FashionMNIST", "70 000 pictures of clothes.", "30 MB to download.",
    ),
}  # fmt: skip


class DataSpec(BaseModel):
    """A data set and its preparation: resize, normalise, split. Where the files lie is the user's setting, not ours."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    dataset: DatasetId = Field("digits", title="Data")
    resize: Annotated[int, Field(ge=1, le=1024)] | None = Field(
        None, title="Resize", description="Height and width of every image; empty: as it is."
    )
    normalize: bool = Field(
        False, title="Normalise",
        description="Shift and scale pixels to mean 0, deviation 1 (over the training images).",
    )
    validation: float = Field(
        0.1, gt=0, lt=1, title="Validation share",
        description="Share of the training images set aside to judge the network while it learns.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, title="Split seed", description="Which images are set aside.")

    @property
    def info(self) -> Dataset:
        """What is known about the data set."""
        return DATASETS[self.dataset]

    @property
    def sample_shape(self) -> Shape:
        """Shape of one example as the network sees it, without batch."""
        channels, *size = self.info.shape
        return (channels, self.resize, self.resize) if self.resize else (channels, *size)

    @property
    def num_classes(self) -> int:
        """How many classes there are to tell apart."""
        return len(self.info.classes)

    def with_options(self, **options: object) -> DataSpec:
        """The same data with other options. Raises OptionError, in words."""
        try:
            return DataSpec.model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, DataSpec)) from error
