"""Sequences: words as vectors, and recurrent networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from engine.layers.base import FLOAT_BYTES, Category, Count, Layer, RankError, Shape, numel, register
from engine.messages import ImpossibleError
from engine.units import shape_text

NUMBER_BYTES = 8  # of a whole number
Words = Annotated[int, Field(ge=1, le=10_000_000)]
PADDING = "A word whose vector stays 0 and does not learn, such as the filling of short texts."
MAX_NORM = "Vectors longer than this are shortened."
NORM = "Which norm measures the length; 2 is the usual one."
FREQUENCY = "Divide each word's gradient by how often it occurs in the batch."
MaxNorm = Annotated[float, Field(gt=0, le=1e6)]
NormType = Annotated[float, Field(ge=1, le=100)]


class _Words(Layer):
    """A table with a vector for each word, known by its number."""

    category: ClassVar[Category] = "sequence"
    stem: ClassVar[str] = "embedding"
    positional: ClassVar[tuple[str, ...]] = ("num_embeddings", "embedding_dim")
    required: ClassVar[tuple[str, ...]] = ("num_embeddings", "embedding_dim")
    example: ClassVar[Shape] = (16,)

    num_embeddings: Words = Field(1000, title="Vocabulary", description="How many words there are: 0 … this − 1.")
    embedding_dim: Count = Field(64, title="Features", description="How many numbers stand for a word.")

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return self.num_embeddings * self.embedding_dim

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        return f"{module}({inputs[0]}.long())"

    def details(self) -> tuple[str, ...]:
        return (f"{self.num_embeddings} → {self.embedding_dim}",)


def _check_padding(padding: int | None, count: int) -> None:
    if padding is not None and not -count <= padding < count:
        raise ImpossibleError("the padding word must be one of the {count} words", count=count)


@register
class Embedding(_Words):
    """A learned vector for each number (torch.nn.Embedding; section 15.1)."""

    title = "Embedding"
    torch = "nn.Embedding"
    meaning = "Looks up a learned vector for each whole number that comes in: words as points in space."
    rule = "every number becomes a vector: a last dimension is added"
    synonyms = ("word vector", "lookup", "token", "vocabulary")
    estimates = True  # the input may be gone once it is whole numbers

    padding_idx: int | None = Field(None, ge=-10_000_000, le=10_000_000, title="Padding word", description=PADDING,
                                    json_schema_extra={"empty": "none"})
    max_norm: MaxNorm | None = Field(
        None, title="Longest", description=MAX_NORM, json_schema_extra={"empty": "none are"}
    )
    norm_type: NormType = Field(2.0, title="Norm", description=NORM)
    scale_grad_by_freq: bool = Field(False, title="By frequency", description=FREQUENCY)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        _check_padding(self.padding_idx, self.num_embeddings)
        return self

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return (*shapes[0], self.embedding_dim)

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(shapes[0]) * NUMBER_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return numel(shapes[0]) * NUMBER_BYTES


@register
class EmbeddingBag(_Words):
    """The mean of the vectors of all words of a text (torch.nn.EmbeddingBag)."""

    title = "Embedding bag"
    torch = "nn.EmbeddingBag"
    meaning = "Looks up a vector for each word and takes their mean: a whole text as one vector."
    rule = "a row of numbers becomes one vector"
    synonyms = ("bag of words", "text", "lookup")
    estimates = True

    max_norm: MaxNorm | None = Field(
        None, title="Longest", description=MAX_NORM, json_schema_extra={"empty": "none are"}
    )
    norm_type: NormType = Field(2.0, title="Norm", description=NORM)
    scale_grad_by_freq: bool = Field(False, title="By frequency", description=FREQUENCY + " Not with “max”.")
    mode: Literal["sum", "mean", "max"] = Field("mean", title="Mode", description="What is taken over the words.")
    padding_idx: int | None = Field(None, ge=-10_000_000, le=10_000_000, title="Padding word", description=PADDING,
                                    json_schema_extra={"empty": "none"})

    @model_validator(mode="after")
    def _possible(self) -> Self:
        _check_padding(self.padding_idx, self.num_embeddings)
        if self.mode == "max" and self.scale_grad_by_freq:
            raise ImpossibleError("“by frequency” does not go with “max”")
        return self

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        if len(shapes[0]) != 1:
            raise RankError("{layer} expects a row of numbers, got {shape}", layer=self.title,
                            shape=shape_text(shapes[0]))
        return (self.embedding_dim,)

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return (2 * numel(shapes[0]) + 3) * NUMBER_BYTES + (numel(output) + 2) * NUMBER_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return self.saves_bytes(shapes, output)


# -- recurrent ------------------------------------------------------------------------------------------------------


class _Recurrent(Layer):
    """One step after the other, with a memory."""

    gates: ClassVar[int] = 1
    category: ClassVar[Category] = "sequence"
    rule: ClassVar[str] = "length × features → length × hidden, or the last step's hidden alone"
    synonyms: ClassVar[tuple[str, ...]] = ("recurrent", "RNN", "time series", "text", "memory")
    positional: ClassVar[tuple[str, ...]] = ("input_size", "hidden_size")
    required: ClassVar[tuple[str, ...]] = ("hidden_size",)
    ours: ClassVar[frozenset[str]] = frozenset({"returns"})
    example: ClassVar[Shape] = (16, 8)
    estimates: ClassVar[bool] = True

    hidden_size: Count = Field(64, title="Hidden units", description="How many numbers it remembers at each step.")
    num_layers: Annotated[int, Field(ge=1, le=64)] = Field(
        1, title="Layers", description="How many are stacked, each reading the one below."
    )
    bias: bool = Field(True, title="Bias", description="Adds learned numbers to each step.")
    dropout: float = Field(
        0.0, ge=0, le=1, title="Dropout", description="Share of values set to 0 between the stacked layers, 0 … 1."
    )
    bidirectional: bool = Field(
        False, title="Both directions", description="A second one reads backwards: twice as many outputs."
    )
    returns: Literal["sequence", "last"] = Field(
        "sequence", title="Returns", description="Every step's output, or the state after the last step only."
    )

    @model_validator(mode="after")
    def _dropout_between(self) -> Self:
        if self.dropout and self.num_layers == 1:
            raise ImpossibleError("dropout works between stacked layers: use 2 layers or more")
        return self

    def _width(self) -> int:
        return self.hidden_size

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        if len(shapes[0]) != 2:
            raise RankError("{layer} expects length×features, got {shape}", layer=self.title,
                            shape=shape_text(shapes[0]))
        width = self._width() * (1 + self.bidirectional)
        return (width,) if self.returns == "last" else (shapes[0][0], width)

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"input_size": shapes[0][1], "batch_first": True}

    def _weights(self, features: int) -> int:
        """Of all layers and directions, biases left aside."""
        width, directions = self._width(), 1 + self.bidirectional
        first = self.gates * self.hidden_size * (features + width)
        more = self.gates * self.hidden_size * (width * directions + width)
        return directions * (first + (self.num_layers - 1) * more)

    def num_params(self, shapes: Sequence[Shape]) -> int:
        biases = 2 * self.gates * self.hidden_size * self.bias * self.num_layers * (1 + self.bidirectional)
        return self._weights(shapes[0][1]) + biases

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        return shapes[0][0] * self._weights(shapes[0][1])

    def _kept_at_a_step(self, features: int) -> int:
        """How many numbers one layer and direction keeps at each step."""
        return self.hidden_size

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        """A copy of the input for each direction, what flows between the layers, and the states of every step."""
        length, features = shapes[0]
        directions, between = 1 + self.bidirectional, self._width() * (1 + self.bidirectional)
        numbers = directions * length * features
        numbers += directions * (length + 1) * self._kept_at_a_step(features)
        more = length * between * (3 if self.dropout else 1) + directions * (length + 1) * self._kept_at_a_step(between)
        return (numbers + (self.num_layers - 1) * more) * FLOAT_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        """A copy of the input, the gates of all steps at once, the states, and what goes to the next layer."""
        length, features = shapes[0]
        directions, width = 1 + self.bidirectional, max(self.hidden_size, self._width())
        steps = self._alive_at_a_step() + 4 * self.bidirectional + (self.num_layers > 1)
        states = 5 * self.num_layers * directions * width
        return (length * (max(features, directions * width) + steps * width) + states) * FLOAT_BYTES

    def _alive_at_a_step(self) -> int:
        """How many numbers for each hidden unit are alive at each step, at the worst moment."""
        return max(2 * self.gates, self.gates + 2)

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        if self.returns == "sequence":
            return f"{module}({inputs[0]})[0]"
        states = f"{module}({inputs[0]}){self._states}"
        return f"{states}[-2:].transpose(0, 1).flatten(1)" if self.bidirectional else f"{states}[-1]"

    _states: ClassVar[str] = "[1]"  # where the states after the last step are in what torch returns

    def details(self) -> tuple[str, ...]:
        parts = [str(self.hidden_size)]
        parts += [f"{self.num_layers} layers"] if self.num_layers > 1 else []
        parts += ["both directions"] if self.bidirectional else []
        return tuple([*parts, "last step"] if self.returns == "last" else parts)

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{shape_text(shapes[0])} → {shape_text(self.output_shape(shapes))}",)


@register
class RNN(_Recurrent):
    """A plain recurrent network (torch.nn.RNN; section 9.4)."""

    title = "RNN"
    torch = "nn.RNN"
    stem = "rnn"
    meaning = "Reads a sequence step by step and remembers what came before, though not for long."

    nonlinearity: Literal["tanh", "relu"] = Field("tanh", title="Activation", description="Applied at each step.")


@register
class LSTM(_Recurrent):
    """Long short-term memory (torch.nn.LSTM; Hochreiter and Schmidhuber 1997; section 10.1)."""

    title = "LSTM"
    torch = "nn.LSTM"
    stem = "lstm"
    meaning = "Reads a sequence step by step; gates decide what to remember, so that it lasts."
    gates = 4
    _states: ClassVar[str] = "[1][0]"

    proj_size: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        0, title="Projection", description="Outputs squeezed to this many numbers; less than the hidden units. 0: not."
    )

    @model_validator(mode="after")
    def _smaller(self) -> Self:
        if self.proj_size >= self.hidden_size:
            raise ImpossibleError("the projection must be smaller than the hidden units")
        return self

    def _width(self) -> int:
        return self.proj_size or self.hidden_size

    def _kept_at_a_step(self, features: int) -> int:
        if self.proj_size:
            return 8 * self.hidden_size + 2 * self.proj_size
        # The library that computes it pads everything to multiples of 16, and keeps about ten such rows.
        units, given = (-(-size // 16) * 16 for size in (self.hidden_size, max(features, self.hidden_size)))
        return 10 * (units + given) + 8

    def _alive_at_a_step(self) -> int:
        return super()._alive_at_a_step() if self.proj_size else 2

    def _weights(self, features: int) -> int:
        projections = self.proj_size * self.hidden_size * self.num_layers * (1 + self.bidirectional)
        return super()._weights(features) + projections


@register
class GRU(_Recurrent):
    """Gated recurrent unit (torch.nn.GRU; Cho et al. 2014; section 10.2)."""

    title = "GRU"
    torch = "nn.GRU"
    stem = "gru"
    meaning = "Reads a sequence step by step with two gates: a lighter LSTM."
    gates = 3

    def _kept_at_a_step(self, features: int) -> int:
        return 7 * self.hidden_size
