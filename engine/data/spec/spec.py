"""Which data, and how it is prepared: frozen values. No torch."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.data.spec.datasets import DATASETS, EMNIST, Dataset, DatasetId, EmnistSplit, Task
from engine.data.spec.options import Augment, Known, Options, Synthetic
from engine.data.spec.table_options import Table
from engine.layers.base import OptionError, Shape, reason_of

__all__ = ["DATASETS", "Augment", "DataSpec", "Dataset", "DatasetId", "Known", "Synthetic", "Table"]

_PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "polynomial": {"synthetic": {"noise": 0.1, "rows": 100, "validation_rows": 100, "test_rows": 100}},
    "house-prices": {"table": {"target": "SalePrice", "kinds": [["Id", "ignore"]], "task": "regression",
                               "log_target": True, "missing_categories": "always"}},
}  # fmt: skip
"""Options that a data set begins with, where they are not the usual ones."""

_OF_THE_SOURCE = frozenset({"dataset", "path", "emnist", "table", "synthetic"})  # a change of these is another source
_OWN = ("path", "known", "table", "synthetic")  # what another data set does not take over


class DataSpec(BaseModel):
    """A data set and its preparation: resize, normalise, split. Where the files lie is the user's setting, not ours."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    dataset: DatasetId = Field("digits", title="Data")
    path: str = Field(
        "", max_length=4096, title="File", description="Your own file, or folder of images; for your own data only."
    )
    emnist: EmnistSplit = Field("balanced", title="EMNIST part", description="Which characters, and how many.")
    resize: Annotated[int, Field(ge=1, le=1024)] | None = Field(
        None, title="Resize", description="Height and width of every image; empty: as it is."
    )
    channels: Literal[1, 3] | None = Field(
        None, title="Channels",
        description="1 makes images grey, 3 gives grey ones three equal channels; empty: as it is.",
    )
    normalize: bool = Field(
        False, title="Normalise",
        description="Shift and scale pixels to mean 0, deviation 1 (over the training images).",
    )
    validation: float = Field(
        0.1, gt=0, lt=1, title="Validation share",
        description="Share of the training images set aside to judge the network while it learns.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, title="Split seed",
                      description="Which examples are set aside, and which numbers are made.")  # fmt: skip
    augment: Augment = Field(Augment(), title="Augmentation", description="How training images vary at random.")
    table: Table = Field(Table(), title="Table", description="How the columns of a table are used.")
    synthetic: Synthetic = Field(Synthetic(), title="Made data", description="The rule that numbers are made by.")
    known: Known | None = Field(None, title="Found", description="What was found in the file when it was last read.")

    @model_validator(mode="before")
    @classmethod
    def _with_presets(cls, options: Any) -> Any:
        """What is not said is the data set's own usual value."""
        if not isinstance(options, dict):
            return options
        presets = _PRESETS.get(str(options.get("dataset")), {})
        return {**options, **{name: {**preset, **options.get(name, {})} for name, preset in presets.items()
                              if isinstance(options.get(name, {}), dict)}}

    # -- what is known of it ------------------------------------------------------------------------------------

    @property
    def info(self) -> Dataset:
        """What is known about the data set, of EMNIST about its part."""
        info = DATASETS[self.dataset]
        if self.dataset == "emnist":
            classes, examples = EMNIST[self.emnist]
            return info._replace(classes=classes, examples=examples)
        return info

    @property
    def is_known(self) -> bool:
        """Whether shapes and classes are certain; if not, ``described`` (engine/data/sources/describe.py) finds out."""
        return not self.info.takes_path or self.known is not None

    @property
    def stored_shape(self) -> Shape:
        """Shape of one example as stored, without batch."""
        if self.known is not None:
            return self.known.sample_shape
        if self.dataset == "linear":
            return (self.synthetic.inputs,)
        return (self.synthetic.degree + 1,) if self.dataset == "polynomial" else self.info.shape

    @property
    def is_image(self) -> bool:
        """Whether examples are images: only these are resized, change channels and vary."""
        return self.info.is_image and len(self.stored_shape) == 3

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
        if self.known is not None:
            return self.known.task
        return self.info.task if self.table.task == "auto" or self.dataset != "table" else self.table.task

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of the outputs; none where numbers are learned or nothing is known."""
        return self.known.classes if self.known is not None else self.info.classes

    @property
    def num_classes(self) -> int:
        """How many classes there are to tell apart; 0 where numbers are learned or nothing is known."""
        return len(self.classes)

    @property
    def output_shape(self) -> Shape:
        """Shape the network must give for one example: (classes,), or that of the target; () while unknown."""
        if self.task == "classification":
            return (self.num_classes,) if self.classes else ()
        if self.known is not None:
            return self.known.output_shape
        return (1, 6, 7) if self.dataset == "edges" else (1,)

    @property
    def examples(self) -> int:
        """How many examples there are in all parts together; 0 while unknown."""
        if self.known is not None:
            return self.known.examples
        made = self.synthetic
        is_rows = self.dataset in ("linear", "polynomial")
        return made.rows + made.validation_rows + made.test_rows if is_rows else self.info.examples

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

    def with_dataset(self, dataset: DatasetId) -> DataSpec:
        """Other data, resized so that a network goes on seeing images of the size it was drawn for."""
        before, after = self.sample_shape, self.with_options(dataset=dataset, resize=None, channels=None)
        if not (self.is_image and after.is_image) or before[1:] == after.sample_shape[1:]:
            return after
        return after.with_options(resize=before[1])
