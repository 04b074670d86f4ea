"""Parts of a DataSpec with fields of their own: variations of images, made numbers, what a file holds. No torch."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.layers.base import OptionError, Shape, reason_of

Task = Literal["classification", "regression"]
EmnistPart = Literal["balanced", "letters", "digits", "byclass", "bymerge", "mnist"]
Share = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[float, Field(ge=-1e6, le=1e6)]
Rows = Annotated[int, Field(ge=1, le=1_000_000)]


class Options(BaseModel):
    """A frozen set of options, as forms edit it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True,
                              defer_build=True)

    def with_options(self, **options: object) -> Self:
        """The same with other options. Raises OptionError, in words."""
        try:
            return type(self).model_validate({**dict(self), **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, type(self))) from error


class Augment(Options):
    """How training images vary at random, anew each time they are seen; validation and test images never do."""

    crop: int = Field(
        0, ge=0, le=256, title="Crop margin",
        description="Add this many black pixels around, then cut out the old size at a random place.",
    )  # fmt: skip
    flip: bool = Field(False, title="Flip", description="Mirror every second image, left to right.")
    flip_vertical: bool = Field(
        False, title="Flip upside down", description="Mirror every second image, top to bottom."
    )
    rotate: float = Field(0, ge=0, le=180, title="Rotate", description="Turn by up to this many degrees, either way.")
    brightness: Share = Field(0, title="Brightness", description="Change it by up to this share.")
    contrast: Share = Field(0, title="Contrast", description="Change it by up to this share.")
    saturation: Share = Field(0, title="Saturation", description="Change how strong colours are by up to this share.")
    erase: Share = Field(
        0, title="Erase", description="Share of the images in which a rectangle is painted over with the mean colour."
    )

    @property
    def is_active(self) -> bool:
        """Whether anything varies."""
        return self != Augment()


class Synthetic(Options):
    """Numbers that are made by a known rule, so that what is learned can be held beside it."""

    inputs: Annotated[int, Field(ge=1, le=10_000)] = Field(
        2, title="Inputs", description="Numbers in one example (linear)."
    )
    weight: Number | tuple[Number, ...] = Field(
        (2.0, -3.4), title="True weight", description="One number for every input, or one for each (linear).",
    )
    bias: Number = Field(4.2, title="True bias", description="What is added (linear).")
    coefficients: Annotated[tuple[Number, ...], Field(min_length=1, max_length=30)] = Field(
        (5.0, 1.2, -3.4, 5.6), title="Coefficients", description="Of xⁿ/n!, from n = 0 on (polynomial)."
    )
    degree: int = Field(
        3, ge=0, le=30, title="Degree", description="The network sees xⁿ/n! for n = 0 … degree (polynomial)."
    )
    noise: float = Field(0.01, ge=0, le=1e6, title="Noise", description="Deviation of what is added at random.")
    rows: Rows = Field(1000, title="Training rows", description="How many examples there are to learn from.")
    validation_rows: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        1000, title="Validation rows", description="How many judge it while it learns. 0: the last epoch is the result."
    )
    test_rows: Rows = Field(1000, title="Test rows", description="How many judge it at the end.")

    @property
    def weights(self) -> tuple[float, ...]:
        """The true weight of each input. Raises OptionError where their number is not that of the inputs."""
        if not isinstance(self.weight, tuple):
            return (self.weight,) * self.inputs
        if len(self.weight) != self.inputs:
            raise OptionError("There are {inputs} inputs, but {count} true weights: type one for each, or one for all",
                              inputs=self.inputs, count=len(self.weight))
        return self.weight


class Fingerprint(Options):
    """What tells a person's files apart from the same ones after a change."""

    files: int = Field(0, ge=0, title="Files", description="How many there are.")
    bytes: int = Field(0, ge=0, title="Bytes", description="How large they are together.")
    newest: int = Field(0, title="Changed", description="When the last of them was written, in ns.")
    mark: str = Field("", max_length=64, title="Mark",
                      description="Of the contents of one, of names and sizes of several.")  # fmt: skip


class Known(Options):
    """What inspecting a person's file found, kept so that a network can be checked without reading it again."""

    sample_shape: Shape = Field(title="Shape", description="Of one example as stored.")
    task: Task = Field("classification", title="Task", description="Whether classes or numbers are learned.")
    classes: tuple[str, ...] = Field((), title="Classes", description="Their names, in the order of the outputs.")
    output_shape: Shape = Field((), title="Targets", description="Shape of one target, where numbers are learned.")
    examples: int = Field(0, ge=0, title="Examples", description="How many there are, in all parts together.")
    stored: Literal["uint8", "float32"] = Field("float32", title="Stored as", description="Bytes 0 … 255, or numbers.")
    fingerprint: Fingerprint | None = Field(None, title="Fingerprint", description="Of the files when they were read.",
                                            json_schema_extra={"empty": "not known"})
