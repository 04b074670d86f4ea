"""Every layer's output, from one pass through a compiled network."""

from __future__ import annotations

from typing import Any

from torch import Tensor, fx


class Watched(fx.Interpreter):
    """Runs a network call by call and keeps what each layer gives; inside blocks, too.

    ``outputs`` holds them by dotted place (``block1.conv2``), in the order in which they are computed: those of a block
    before the block's own. A repeated block's copies have their numbers in the place.
    """

    def __init__(self, module: fx.GraphModule, prefix: str = "", outputs: dict[str, Tensor] | None = None) -> None:
        super().__init__(module, garbage_collect_values=True)
        self.extra_traceback = False
        self.outputs: dict[str, Tensor] = {} if outputs is None else outputs
        self.prefix, self._place = prefix, ""

    def run_node(self, n: fx.Node) -> Any:
        """One call; a layer may take several, of which the last counts."""
        layer = n.meta.get("layer")
        self._place = self.prefix + (layer or n.name)
        if self._works_in_place(n):
            self._save(*self.fetch_args_kwargs_from_env(n)[0])
        value = self.called(n)
        if layer is not None and isinstance(value, Tensor):
            place = self.prefix + layer
            self.outputs.pop(place, None)  # what comes again comes last
            self.outputs[place] = value
        return value

    def called(self, n: fx.Node) -> Any:
        """What one call gives."""
        return super().run_node(n)

    def _works_in_place(self, n: fx.Node) -> bool:
        """Whether the call overwrites what it reads."""
        if n.op == "call_module":
            inner = self.fetch_attr(str(n.target))
            return bool(getattr(inner, "inplace", False))
        return bool(n.kwargs.get("inplace")) or (n.op == "call_method" and str(n.target).endswith("_"))

    def _save(self, *overwritten: Any) -> None:
        """Copies of outputs that lie where something is about to be written."""
        places = {value.untyped_storage().data_ptr() for value in overwritten if isinstance(value, Tensor)}
        for place, value in self.outputs.items():
            if value.untyped_storage().data_ptr() in places:
                self.outputs[place] = value.detach().clone()

    def call_module(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A layer, or a block, into which it looks; hooks of a block's own module are not called."""
        inner = self.fetch_attr(target)
        if isinstance(inner, fx.GraphModule):
            return self.inside(inner, f"{self._place}.").run(*args)
        return self.layer(inner, args, kwargs)

    def inside(self, block: fx.GraphModule, prefix: str) -> Watched:
        """What runs a block."""
        return Watched(block, prefix, self.outputs)

    def layer(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a layer that is a module gives."""
        return module(*args, **kwargs)


def watched(module: fx.GraphModule, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """What the network gives for B×…, and every layer's output by its dotted place."""
    run = Watched(module)
    output: Tensor = run.run(x)
    return output, run.outputs
