"""Lists of modules: ``nn.Sequential``, ``nn.ModuleList``, ``nn.ModuleDict``, and what is done with them. No torch."""

from __future__ import annotations

import operator
from typing import Any

from engine.reading.context import Context
from engine.reading.plain import LONGEST
from engine.reading.values import Chain, Class, Instance, Kept, Once, Unknown, in_words, is_module, parts_of


class Containers:
    """Makes lists of modules, looks into them and changes them."""

    METHODS = frozenset(("append", "add_module", "register_module", "extend", "insert", "pop", "values", "items",
                         "keys", "update"))  # fmt: skip

    def __init__(self, context: Context) -> None:
        self.context = context

    def made(self, name: str, given: list[Any]) -> Chain:
        """``nn.Sequential(…)`` and the like. Raises ReadingError."""
        chain = Chain([], calls=name == "Sequential", is_dict=name == "ModuleDict")
        only = self.context.need(given[0]) if len(given) == 1 else None
        only = list(only) if isinstance(only, Once) else only
        if isinstance(only, dict):
            parts = [(self.context.as_name(key), part) for key, part in only.items()]
        elif isinstance(only, (list, tuple)) and all(_is_pair(each) for each in only) and only and (
                name != "ModuleList"):
            parts = [(self.context.as_name(key), part) for key, part in only]
        elif isinstance(only, (list, tuple)):
            if name == "Sequential" and not self.context.exact and isinstance(only, list):
                self.context.note("nn.Sequential takes its layers one by one: write nn.Sequential(*layers)")
            parts = [("", part) for part in only]
        elif isinstance(only, Chain) and name != "Sequential":
            parts = [("", part) for _, part in only.parts]
        else:
            parts = [("", part) for part in given]
        chain.parts = [(key, self._checked(part, key)) for key, part in parts]
        if chain.is_dict:
            chain.parts = [*dict(chain.parts).items()]
        return chain

    def _checked(self, part: Any, key: str = "") -> Any:
        part = self.context.need(part)
        if isinstance(part, Unknown):
            raise self.context.error("“{name}” has no value here: write a number, or give it a default", name=part.name)
        if not is_module(part):
            raise self.context.error("Something in this list is no layer")
        if key and not part.name:
            part.name = key
        return part

    def chain_of(self, owner: Any) -> Chain:
        """The list that a module is. Raises ReadingError."""
        found = owner.inner if isinstance(owner, Instance) else owner
        if not isinstance(found, Chain):
            raise self.context.error("This is no list of layers")
        if isinstance(found, Kept):
            error = self.context.error("“_modules” is changed by hand here: that cannot be read")
            self.context.taint(found.owner, error)
            raise error
        if isinstance(owner, Instance) and owner not in self.context.builder:
            owner.is_changed = True
        return found

    def part_of(self, owner: Any, index: Any) -> Any:
        """One of a list of modules, or some. Raises ReadingError."""
        chain = owner.inner if isinstance(owner, Instance) else owner
        if not isinstance(chain, Chain):
            raise self.context.error("This is no list of layers")
        if isinstance(index, slice):
            if isinstance(owner, Instance) or chain.is_dict:
                raise self.context.error("A part of this list of layers cannot be read: take its layers one by one")
            return Chain([*parts_of(chain)][index], calls=True) if chain.calls else Chain(
                [("", part) for _, part in chain.parts[index]], calls=False)
        if isinstance(index, str) is not chain.is_dict:
            raise self.context.error("There is no {index} in this list of layers", index=in_words(index))
        return chain.parts[self._place(chain, index)][1]

    def _place(self, chain: Chain, index: Any) -> int:
        if isinstance(index, str):
            found = next((place for place, (key, _) in enumerate(chain.parts) if (key or str(place)) == index), None)
            if found is not None:
                return found
        elif type(index) is int and -len(chain.parts) <= index < len(chain.parts):
            return index % len(chain.parts)
        raise self.context.error("There is no {index} in this list of layers", index=in_words(index))

    def put_part(self, owner: Any, index: Any, value: Any) -> None:
        """``net[2] = layer``, ``net.head = layer``. Raises ReadingError."""
        chain = self.chain_of(owner)
        if not is_module(value):
            error = self.context.error("What is put into this list of layers is not known")
            self.context.taint(owner, value.error or error if isinstance(value, Unknown) else error)
            return
        if isinstance(index, str) and all((key or str(place)) != index for place, (key, _) in enumerate(chain.parts)):
            chain.parts.append((index, self._checked(value, index)))
            return
        place = self._place(chain, index)
        chain.parts[place] = (chain.parts[place][0], self._checked(value))

    def delete_part(self, owner: Any, index: Any) -> None:
        """``del net[2]``. Raises ReadingError."""
        chain = self.chain_of(owner)
        if isinstance(index, str):
            place = self._place(chain, index)
            chain.parts = [*parts_of(chain)]
            del chain.parts[place]
            return
        del chain.parts[index if isinstance(index, slice) else self._place(chain, index)]
        chain.parts = [("", part) for _, part in chain.parts]  # torch calls all of them by their numbers anew

    def delete_name(self, owner: Class, name: str) -> None:
        """``del Class.name``. Raises ReadingError."""
        if name not in owner.names:
            raise self.context.error("There is no {index} in {name}", index=name, name=owner.made.name)
        del owner.names[name]
        owner.is_changed = True

    def method(self, owner: Any, name: str, given: list[Any]) -> Any:
        """``append``, ``add_module`` … of a list of modules. Raises ReadingError."""
        chain = owner.inner if isinstance(owner, Instance) else owner
        if isinstance(chain, Chain):
            if name in ("append", "add_module", "register_module", "extend", "insert", "pop", "update"):
                changed = self._changed(self.chain_of(owner), name, given)
                if len(chain.parts) > LONGEST:
                    raise self.context.error("This list is too long")
                return changed
            if name == "values":
                return [part for _, part in chain.parts]
            if name == "items":
                return [(key or str(place), part) for place, (key, part) in enumerate(chain.parts)]
            if name == "keys":
                return [key or str(place) for place, (key, _) in enumerate(chain.parts)]
        raise self.context.error("“.{name}()” of a layer cannot be read here", name=name)

    def _append(self, chain: Chain, part: Any) -> None:
        """Put a part at the end, called by how many there are; as in torch, over one that is called so by then."""
        name = str(len(chain.parts))
        if any(key == name for key, _ in chain.parts):
            self.put_part(chain, name, part)
        else:
            chain.parts.append(("", self._checked(part)))

    def _changed(self, chain: Chain, name: str, given: list[Any]) -> Any:
        if name == "append" and len(given) == 1 and not chain.is_dict:
            self._append(chain, given[0])
            return chain
        if name in ("add_module", "register_module") and len(given) == 2:
            name = self.context.as_name(given[0])
            self.put_part(chain, name, self._checked(given[1], name))
            return None
        if name == "insert" and len(given) == 2 and type(given[0]) is int:
            chain.parts.insert(given[0], ("", self._checked(given[1])))
            return chain
        if name == "pop" and len(given) == 1:
            part = chain.parts[self._place(chain, given[0])][1]
            self.delete_part(chain, given[0])
            return part
        if name in ("extend", "update") and len(given) == 1:
            new = self.context.need(given[0])
            new = list(new) if isinstance(new, Once) else new
            if name == "update" and isinstance(new, (list, tuple, Chain, dict)) and chain.is_dict:
                more = new.parts if isinstance(new, Chain) else new.items() if isinstance(new, dict) else new
                for key, part in list(more):
                    self.put_part(chain, self.context.as_name(key), self._checked(part))
                return None
            if name == "extend" and isinstance(new, (list, tuple, Chain)) and not chain.is_dict:
                for part in [part for _, part in new.parts] if isinstance(new, Chain) else list(new):
                    self._append(chain, part)
                return chain
        raise self.context.error("“.{name}()” of a layer cannot be read here", name=name)


def _is_pair(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and len(value) == 2 and isinstance(value[0], str)


__all__ = ["Containers", "operator"]
