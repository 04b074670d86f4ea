"""What layers are watched for while they run: word numbers that no vocabulary has, own code that breaks its word."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from engine.layers.code.running import StoppedCodeError, in_words, is_raised_by
from engine.layers.code.source import CodeError
from engine.messages import LayerloomError
from engine.units import value_text


class VocabularyError(LayerloomError):
    """An Embedding was asked for words that it does not have."""


def guarded(module: nn.Module, name: str, source: str = "") -> nn.Module:
    """The module, which says in words what torch would not; of own code also the ``source``."""
    if isinstance(module, (nn.Embedding, nn.EmbeddingBag)):
        module.register_forward_pre_hook(partial(_expect_words, name))
    elif source:
        module.__class__ = _kept_to_its_word(type(module), name, source)
    return module


def _expect_words(name: str, module: nn.Embedding | nn.EmbeddingBag, inputs: tuple[Any, ...]) -> None:
    """Raise VocabularyError: out of range, the CPU says only that it is, and a GPU ends the whole process's work."""
    words, count = inputs[0], module.num_embeddings
    if words.is_meta or not words.numel() or (words.is_cuda and torch.cuda.is_current_stream_capturing()):
        return
    least, most = (int(value) for value in words.aminmax())
    if least < 0 or most >= count:
        raise VocabularyError("{name} has {count} words, 0 … {last}, but is given the numbers {least} … {most}: make "
                              "its vocabulary larger, or give it data that are word numbers", name=name, count=count,
                              last=count - 1, least=value_text(least), most=value_text(most))


def _kept_to_its_word(kind: type[nn.Module], name: str, source: str) -> type[nn.Module]:
    """A class whose forward returns a tensor each time, and never ends the program. Called as the one it is of."""

    def forward(self: nn.Module, *inputs: Tensor) -> Tensor:
        try:
            output = kind.forward(self, *inputs)
        except (Exception, StoppedCodeError):
            raise  # whoever runs the network puts it in words, with the line
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not is_raised_by(error, source):
                raise
            raise in_words(error, source) from error
        if not isinstance(output, Tensor) or not output.dim() or len(output) != len(inputs[0]):
            found = "nothing" if output is None else f"a {type(output).__name__}"
            raise CodeError("{name}: “forward” must return one tensor with an entry for each example every time, but "
                            "now it returned {kind}", name=name, kind=found)
        return output

    return type(kind.__name__, (kind,), {"forward": forward, "__module__": kind.__module__, "__doc__": kind.__doc__})
