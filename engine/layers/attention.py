"""Attention, and the layers of transformers (sections 11.1 to 11.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from engine.layers.base import (
    FLOAT_BYTES,
    Category,
    Count,
    DivisibilityError,
    Layer,
    MismatchError,
    RankError,
    Shape,
    numel,
    register,
)
from engine.units import shape_text

HEADS = "How many attend side by side, each to its own part of the features; must divide them."
DROPOUT = "Share of values set to 0 while training, 0 … 1."
CAUSAL = "Each step sees only those before it, as when a text is written word by word."
NORM_FIRST = "Normalize before each part instead of after it: easier to train when deep."
Heads = Annotated[int, Field(ge=1, le=1024)]
Depth = Annotated[int, Field(ge=1, le=64)]
Share = Annotated[float, Field(ge=0, le=1)]
Eps = Annotated[float, Field(ge=1e-12, le=1)]


class _Attention(Layer):
    """Sequences in, a sequence out; all are length×features."""

    category: ClassVar[Category] = "attention"
    example: ClassVar[Shape] = (16, 8)
    saves: ClassVar[frozenset[str]] = frozenset({"input", "output"})
    estimates: ClassVar[bool] = True

    def _check(self, shapes: Sequence[Shape], heads: int) -> None:
        for shape in shapes:
            if len(shape) != 2:
                raise RankError("{layer} expects length×features, got {shape}", layer=self.title,
                                shape=shape_text(shape))
        if shapes[0][1] % heads:
            raise DivisibilityError("{layer}: {features} features cannot be split among {heads} heads",
                                    layer=self.title, features=shapes[0][1], heads=heads)

    def _check_widths(self, shapes: Sequence[Shape]) -> None:
        for shape in shapes[1:]:
            if shape[1] != shapes[0][1]:
                raise MismatchError("{layer} needs as many features in each input, got {first} and {second}",
                                    layer=self.title, first=shape_text(shapes[0]), second=shape_text(shape))

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return shapes[0]

    def arithmetic(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        return (f"{', '.join(map(shape_text, shapes))} → {shape_text(self.output_shape(shapes))}",)


def attention_numbers(steps: int, keys: int, width: int, heads: int, dropout: float) -> int:
    """How many numbers an attention keeps: queries, keys, values, results, and with dropout every score thrice."""
    kept = width * (2 * steps + 2 * keys) + heads * steps
    return kept + (width * (steps + keys) + 3 * heads * steps * keys if dropout else 0)


def mask(name: str, steps: int, keys: int) -> str:
    """Source of a mask that hides later steps: −∞ above the diagonal."""
    return f'{name}.new_full(({steps}, {keys}), float("-inf")).triu(1)'


@register
class MultiheadAttention(_Attention):
    """softmax(QKᵀ/√d)·V in several heads (torch.nn.MultiheadAttention; Vaswani et al. 2017; section 11.5)."""

    title = "Multi-head attention"
    torch = "nn.MultiheadAttention"
    stem = "attention"
    meaning = "Each step gathers from all steps what suits it. One input attends to itself."
    rule = "as long as the queries; inputs: queries, keys, values (or one for all)"
    synonyms = ("self-attention", "cross-attention", "transformer", "query key value")
    positional = ("embed_dim", "num_heads")
    required = ("num_heads",)
    ours = frozenset({"causal"})
    max_inputs = 3

    num_heads: Heads = Field(2, title="Heads", description=HEADS)
    dropout: Share = Field(0.0, title="Dropout", description=DROPOUT)
    bias: bool = Field(True, title="Bias", description="Adds learned numbers to queries, keys, values and output.")
    causal: bool = Field(False, title="Causal", description=CAUSAL)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        self._check(shapes, self.num_heads)
        if len(shapes) == 3 and shapes[1][0] != shapes[2][0]:
            raise MismatchError("{layer} needs as many keys as values, got {first} and {second}", layer=self.title,
                                first=shape_text(shapes[1]), second=shape_text(shapes[2]))
        return shapes[0]

    def _three(self, shapes: Sequence[Shape]) -> tuple[Shape, Shape, Shape]:
        return shapes[0], shapes[min(1, len(shapes) - 1)], shapes[-1]

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        query, key, value = self._three(shapes)
        other = {name: shape[1] for name, shape in (("kdim", key), ("vdim", value)) if shape[1] != query[1]}
        return {"embed_dim": query[1], **other, "batch_first": True}

    def num_params(self, shapes: Sequence[Shape]) -> int:
        query, key, value = self._three(shapes)
        return query[1] * (2 * query[1] + key[1] + value[1] + 4 * self.bias)

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        query, key, value = self._three(shapes)
        width = query[1]
        projections = width * (2 * numel(query) + numel(key) + numel(value))
        return projections + 2 * query[0] * key[0] * width

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        (steps, width), keys = shapes[0], self._three(shapes)[1][0]
        return attention_numbers(steps, keys, width, self.num_heads, self.dropout) * FLOAT_BYTES

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        # Alone with itself it is computed in one go.
        if len(shapes) == 1 and not self.causal and self.bias and self.num_heads % 2 == 0:
            return 0
        query, key, _ = self._three(shapes)
        return (3 * query[0] + 4 * key[0]) * query[1] * FLOAT_BYTES

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        query, key, value = inputs[0], inputs[min(1, len(inputs) - 1)], inputs[-1]
        options = "need_weights=False"
        if self.causal and shapes:
            options += f", attn_mask={mask(query, shapes[0][0], self._three(shapes)[1][0])}"
        return f"{module}({query}, {key}, {value}, {options})[0]"

    def details(self) -> tuple[str, ...]:
        return f"{self.num_heads} heads", "causal" if self.causal else ""


class _Transformer(_Attention):
    """Options that all transformer layers share."""

    positional: ClassVar[tuple[str, ...]] = ("d_model", "nhead")
    required: ClassVar[tuple[str, ...]] = ("nhead",)
    ours: ClassVar[frozenset[str]] = frozenset({"causal"})
    synonyms: ClassVar[tuple[str, ...]] = ("transformer", "attention", "BERT", "GPT")

    nhead: Heads = Field(2, title="Heads", description=HEADS)
    dim_feedforward: Count = Field(2048, title="Feed-forward", description="Hidden units of the network at each step.")
    dropout: Share = Field(0.1, title="Dropout", description=DROPOUT)
    activation: Literal["relu", "gelu"] = Field("relu", title="Activation", description="In the feed-forward network.")
    layer_norm_eps: Eps = Field(1e-5, title="Epsilon", description="Of the layer norms: nothing divides by 0.")
    norm_first: bool = Field(False, title="Norm first", description=NORM_FIRST)
    bias: bool = Field(True, title="Bias", description="Adds learned numbers in every part.")
    causal: bool = Field(False, title="Causal", description=CAUSAL)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        self._check(shapes, self.nhead)
        self._check_widths(shapes)
        return shapes[-1]

    def inferred(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        return {"d_model": shapes[0][1], "batch_first": True}

    def _layer_params(self, width: int, attentions: int) -> int:
        """Of one layer: attentions, the feed-forward network, and a norm after each."""
        hidden, bias = self.dim_feedforward, self.bias
        feed = hidden * (width + bias) + width * (hidden + bias)
        return attentions * 4 * width * (width + bias) + feed + (attentions + 1) * width * (1 + bias)

    def _layer_work(self, steps: int, sources: Sequence[int], width: int) -> int:
        """Multiply-adds of one layer that attends to sequences of these lengths."""
        work = 2 * steps * width * self.dim_feedforward
        return work + sum(2 * width * width * (steps + keys) + 2 * steps * keys * width for keys in sources)

    def _layer_memory(self, steps: int, sources: Sequence[int], width: int) -> int:
        """How many numbers one layer keeps: the attentions, a norm and a mask after each, the feed-forward network."""
        inside = 3 if self.dropout else 1 + (self.activation == "gelu")
        numbers = steps * (inside * self.dim_feedforward + 4 * width + 4)
        return numbers + sum(attention_numbers(steps, keys, width, self.nhead, self.dropout) + 4 * steps * width
                             for keys in sources)

    def workspace_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        # The feed-forward network before and after its activation, or an attention, and what goes around them.
        longest, width = max(shape[0] for shape in shapes), shapes[0][1]
        return longest * (2 * self.dim_feedforward + 10 * width) * FLOAT_BYTES

    def details(self) -> tuple[str, ...]:
        return f"{self.nhead} heads", str(self.dim_feedforward), "causal" if self.causal else ""


@register
class TransformerEncoderLayer(_Transformer):
    """Self-attention and a feed-forward network (torch.nn.TransformerEncoderLayer; section 11.7)."""

    title = "Transformer encoder layer"
    torch = "nn.TransformerEncoderLayer"
    stem = "encoder"
    meaning = "Lets all steps exchange by attention, then works on each: the brick of BERT and GPT."
    rule = "The shape stays as it is: length × features."

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return self._layer_params(shapes[0][1], 1)

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        steps, width = shapes[0]
        return self._layer_work(steps, [steps], width)

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        steps, width = shapes[0]
        return self._layer_memory(steps, [steps], width) * FLOAT_BYTES

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        if not (self.causal and shapes):
            return f"{module}({inputs[0]})"
        return f"{module}({inputs[0]}, src_mask={mask(inputs[0], shapes[0][0], shapes[0][0])})"


@register
class TransformerDecoderLayer(_Transformer):
    """Self-attention, attention to a memory, feed-forward (torch.nn.TransformerDecoderLayer; section 11.7)."""

    title = "Transformer decoder layer"
    torch = "nn.TransformerDecoderLayer"
    stem = "decoder"
    meaning = "Attends to itself, then to the encoder's output. Inputs: its own sequence, the encoder's."
    rule = "as the first input: length × features"
    min_inputs = 2
    max_inputs = 2

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        super().output_shape(shapes)
        return shapes[0]

    def num_params(self, shapes: Sequence[Shape]) -> int:
        return self._layer_params(shapes[0][1], 2)

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        steps, width = shapes[0]
        return self._layer_work(steps, [steps, shapes[1][0]], width)

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        steps, width = shapes[0]
        return self._layer_memory(steps, [steps, shapes[1][0]], width) * FLOAT_BYTES

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        if not (self.causal and shapes):
            return f"{module}({inputs[0]}, {inputs[1]})"
        return f"{module}({inputs[0]}, {inputs[1]}, tgt_mask={mask(inputs[0], shapes[0][0], shapes[0][0])})"


@register
class Transformer(_Transformer):
    """A whole encoder and decoder (torch.nn.Transformer; Vaswani et al. 2017)."""

    title = "Transformer"
    torch = "nn.Transformer"
    stem = "transformer"
    meaning = "An encoder reads one sequence, a decoder writes another. Inputs: source, target."
    rule = "as the second input: length × features"
    min_inputs = 2
    max_inputs = 2

    num_encoder_layers: Depth = Field(6, title="Encoder layers", description="How many encoder layers are stacked.")
    num_decoder_layers: Depth = Field(6, title="Decoder layers", description="How many decoder layers are stacked.")

    def num_params(self, shapes: Sequence[Shape]) -> int:
        width = shapes[0][1]
        layers = (self.num_encoder_layers * self._layer_params(width, 1)
                  + self.num_decoder_layers * self._layer_params(width, 2))
        return layers + 2 * width * (1 + self.bias)  # and a norm at the end of both

    def mult_adds(self, shapes: Sequence[Shape], output: Shape) -> int:
        (source, width), (target, _) = shapes
        return (self.num_encoder_layers * self._layer_work(source, [source], width)
                + self.num_decoder_layers * self._layer_work(target, [target, source], width))

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        (source, width), (target, _) = shapes
        numbers = (self.num_encoder_layers * self._layer_memory(source, [source], width)
                   + self.num_decoder_layers * self._layer_memory(target, [target, source], width))
        return (numbers + 4 * width * (source + target)) * FLOAT_BYTES

    def expression(self, module: str, inputs: Sequence[str], shapes: Sequence[Shape]) -> str:
        if not (self.causal and shapes):
            return f"{module}({inputs[0]}, {inputs[1]})"
        return f"{module}({inputs[0]}, {inputs[1]}, tgt_mask={mask(inputs[1], shapes[1][0], shapes[1][0])})"

    def details(self) -> tuple[str, ...]:
        return f"{self.num_encoder_layers} + {self.num_decoder_layers} layers", *super().details()
