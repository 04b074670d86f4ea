"""Which data, and how it is prepared: frozen values. No torch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticKnownError

from engine.data.fetching.folder import Files
from engine.data.options.options import Augment, EmnistPart, Known, Options, Synthetic, Task
from engine.data.options.table import Table
from engine.data.sources import SOURCES, Source, source_for, why_no_data
from engine.data.sources.base import Expected
from engine.files import why_not_named
from engine.layers.base import OptionError, Shape, reason_of


def _registered(id: object) -> object:
    """As a Literal of all ids would have it, sentence and all."""
    if isinstance(id, str) and id in SOURCES:
        return id
    *first, last = map(repr, SOURCES)
    raise PydanticKnownError("literal_error", {"expected": f"{', '.join(first)} or {last}"})


DatasetId = Annotated[str, BeforeValidator(_registered)]
_OF_THE_SOURCE = frozenset({"dataset", "path", "emnist", "table", "synthetic"})  # a change of these is another source
_OWN = ("path", "known", "emnist", "table", "synthetic")  # what another data set does not take over
LARGEST = 1024  # pixels: height and width that images are resized to at most


class DataSpec(BaseModel):
    """A data set and its preparation: resize, normalise, split. Where the files lie is the user's setting, not ours."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    dataset: DatasetId = Field("digits", title="Data")
    path: str = Field(
        "", max_length=4096, title="File", description="Your own file, or folder of images; for your own data only."
    )
    emnist: EmnistPart = Field("balanced", title="EMNIST part", description="Which characters, and how many.")
    resize: Annotated[int, Field(ge=1, le=LARGEST)] | None = Field(
        None, title="Resize", description="Height and width of every image.", json_schema_extra={"empty": "as it is"}
    )
    channels: Literal[1, 3] | None = Field(
        None, title="Channels",
        description="1 makes images grey, 3 gives grey ones three equal channels.",
        json_schema_extra={"empty": "as they are"},
    )
    normalize: bool = Field(
        False, title="Normalise",
        description="Shift and scale pixels to mean 0, deviation 1 (over the training images).",
    )
    validation: float = Field(
        0.1, ge=0, lt=1, title="Validation share",
        description="Share of the training images set aside to judge the network while it learns. 0: it learns from "
        "all of them, and the last epoch is the result.",
    )
    swap: bool = Field(
        False, title="Swap parts",
        description="Learn from what comes as test data, and test on the other: where their names were mixed up.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, title="Split seed",
                      description="Which examples are set aside, and which numbers are made.")  # fmt: skip
    augment: Augment = Field(Augment(), title="Augmentation", description="How training images vary at random.")
    table: Table = Field(Table(), title="Table", description="How the columns of a table are used.")
    synthetic: Synthetic = Field(Synthetic(), title="Made data", description="The rule that numbers are made by.")
    known: Known | None = Field(None, title="Found", description="What was found in the file when it was last read.",
                                json_schema_extra={"empty": "not read yet"})  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _with_presets(cls, options: Any) -> Any:
        """What is not said is the data set's own usual value."""
        if not isinstance(options, dict):
            return options
        source = SOURCES.get(str(options.get("dataset")))
        presets = source.presets if source is not None else {}
        return {**options, **{name: {**preset, **options.get(name, {})} for name, preset in presets.items()
                              if isinstance(options.get(name, {}), dict)}}

    # -- what is known of it ------------------------------------------------------------------------------------

    @property
    def source(self) -> Source:
        """Where the data come from."""
        return SOURCES[self.dataset]

    @property
    def files(self) -> Files:
        """What is downloaded."""
        return self.source.files(self)

    @property
    def is_known(self) -> bool:
        """Whether shapes and classes are certain; if not, ``described`` (engine/data/spec/reading.py) finds out."""
        return not self.source.takes_path or self.known is not None

    @property
    def _known_or_expected(self) -> Known | Expected:
        return self.known if self.known is not None else self.source.expected(self)

    @property
    def stored_shape(self) -> Shape:
        """Shape of one example as stored, without batch."""
        return self._known_or_expected.sample_shape

    @property
    def is_image(self) -> bool:
        """Whether examples are images: only these are resized, change channels and vary."""
        return self.source.is_image(self)

    @property
    def sample_shape(self) -> Shape:
        """Shape of one example as the network sees it, without batch; a guess unless ``is_known``."""
        if not self.is_image:
            return self.stored_shape
        channels, height, width = self.stored_shape
        return (self.channels or channels, self.resize or height, self.resize or width)

    @property
    def task(self) -> Task:
        """Whether classes or numbers are to be learned."""
        return self._known_or_expected.task

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the outputs; none where numbers are learned or nothing is known."""
        return self._known_or_expected.classes

    @property
    def num_classes(self) -> int:
        """How many classes there are to tell apart; 0 where numbers are learned or nothing is known."""
        return len(self.classes)

    @property
    def output_shape(self) -> Shape:
        """Shape the network must give for one example: (classes,), or that of the target; () while unknown."""
        if self.task == "classification":
            return (self.num_classes,) if self.classes else ()
        return self._known_or_expected.output_shape

    @property
    def examples(self) -> int:
        """How many examples there are in all parts together; 0 while unknown."""
        return self._known_or_expected.examples

    # -- other data ---------------------------------------------------------------------------------------------

    def with_options(self, **options: object) -> DataSpec:
        """The same data with other options; a part such as ``augment`` may be a dict of what is to differ.

        Another data set, file or table forgets what is known of the old one. Raises OptionError, in words.
        """
        mine = dict(self)
        if options.get("dataset", self.dataset) != self.dataset:
            mine = {name: value for name, value in mine.items() if name not in _OWN}
        for name, value in options.items():
            part = mine.get(name)
            if isinstance(part, Options) and isinstance(value, dict):
                options[name] = part.with_options(**value)
        changed = {name for name in _OF_THE_SOURCE & options.keys() if options[name] != getattr(self, name)}
        if changed and "known" not in options:
            mine["known"] = None
        try:
            return DataSpec.model_validate({**mine, **options})
        except ValidationError as error:
            raise OptionError("{reason}", reason=reason_of(error, DataSpec)) from error

    def with_dataset(self, dataset: str, path: str = "") -> DataSpec:
        """Other data for a network that was drawn for these; of a person's own file ``chosen`` finds out the rest.

        Images keep the size that they are seen at, and channels that were asked for; what belongs to the old data only
        is forgotten. What is chosen already stays as it is.
        """
        if (dataset, path) == (self.dataset, self.path):
            return self
        other = self.with_options(dataset=dataset, path=path, resize=None)
        return other.in_place_of(self) if other.is_known else other

    def with_file(self, path: Path) -> DataSpec:
        """A person's own file or folder instead. Raises OptionError where it can be no data."""
        source = source_for(path)
        if source is None:
            raise OptionError("{reason}", reason=why_no_data(path))
        if (reason := why_not_named(path.absolute())) is not None:
            raise OptionError("{reason}", reason=reason)
        return self.with_dataset(source.id, str(path.absolute()))

    def in_place_of(self, before: DataSpec) -> DataSpec:
        """These for a network that was drawn for others: resized only where images would have another size."""
        if (self.dataset, self.path) == (before.dataset, before.path):
            return self
        if not self.is_image:
            return self.with_options(resize=None, channels=None, augment=Augment())
        size = before.square
        return self.with_options(resize=None if self.stored_shape[1:] == (size, size) else size)

    @property
    def square(self) -> int | None:
        """Height and width that images are seen at; None where they differ or are a guess, or too large to be kept."""
        height, width = self.sample_shape[1:] if self.is_image and (self.is_known or self.resize) else (0, 0)
        return height if height == width and 1 <= height <= LARGEST else None
