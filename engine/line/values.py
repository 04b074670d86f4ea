"""One step of a line: which layer its words mean, and where its values go. No torch."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple, get_args, get_origin

from engine.layers import LAYERS, Layer
from engine.layers.base import OptionError
from engine.messages import LayerloomError
from engine.search.matching import INSIDE, folded, match
from engine.search.search import best_kind, search
from engine.search.synonyms import ALIASES
from engine.units import joined, readings

LETTERS: dict[str, tuple[str, ...]] = {
    "k": ("kernel_size",), "s": ("stride", "scale_factor"), "p": ("padding", "p", "dropout"), "d": ("dilation",),
    "g": ("groups", "num_groups"), "h": ("num_heads", "nhead"),
}  # fmt: skip
MOST_WORDS = 40  # of one step
FAR = 3  # times as many letters as were typed: such a name was hardly meant
NUMBER = r"[-−]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
SIZES = rf"{NUMBER}(?:[x×*](?:{NUMBER}|none))*"
PARTS = re.compile(rf"(?:{NUMBER}|none)(?:[x×*](?:{NUMBER}|none))*[x×*]?", re.IGNORECASE)  # “3x” is a tuple of one
VALUE = re.compile(rf"(?P<letter>[kspdgh])?(?P<sizes>{SIZES})", re.IGNORECASE)
SAME = re.compile(r"p(same|valid)", re.IGNORECASE)
GROUPED = r"\d{1,3}(?:[\u00a0\u2009\u202f_'’]\d{3})+(?!\S)"
TIMES = re.compile(r"[x×*](\d{1,7})", re.IGNORECASE)
GLUED = re.compile(r"([^\W\d]+)(\d[\dx×.]*)", re.IGNORECASE)
WORDS: dict[str, Any] = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False, "none": None}


class LineError(LayerloomError):
    """The line cannot be read; ``start`` and ``end`` say which columns are meant."""

    def __init__(self, template: str, start: int, end: int, **values: object) -> None:
        super().__init__(template, **values)
        self.start, self.end = start, end


class Token(NamedTuple):
    """A word of the step, and its columns in the line."""

    text: str
    start: int
    end: int


def read_layer(text: str, offset: int = 0, rank: int | None = None) -> tuple[Layer, int]:
    """The layer that a step means, and how often it is there. Raises LineError; columns count from ``offset``.

    Behind a tensor of ``rank`` dimensions beside its channels (None: not known) a name without a number fits it.
    """
    tokens = tokens_of(text, offset)
    kind, options, values = named(tokens)
    if rank is not None and not any(token not in values and any(map(str.isdigit, token.text)) for token in tokens):
        kind = _for_rank(kind, rank)
    times = 1
    if len(tokens) > 1 and (found := TIMES.fullmatch(tokens[-1].text)):
        times = max(1, int(found[1]))
        values = values[:-1]
        if "repeat" in LAYERS[kind].model_fields:
            options, times = {**options, "repeat": times}, 1
    given = Values(LAYERS[kind], options)
    for token in values:
        given.add(token)
    return given.layer(tokens[0].start, tokens[-1].end), times


def tokens_of(text: str, offset: int = 0) -> list[Token]:
    """The words of a step; what is in quotes is one word."""
    found = re.finditer(rf'{GROUPED}|(?:[^\s"]|"(?:\\.|[^"\\])*"?)+', text.replace("　", " "))
    return [Token(_plain(match[0]), offset + match.start(), offset + match.end()) for match in found]


def _plain(word: str) -> str:
    """“1_000” is 1000."""
    return joined(word) if re.fullmatch(GROUPED, word) else word


def is_value(text: str) -> bool:
    """Whether a word is a value by its form alone."""
    return bool("=" in text or VALUE.fullmatch(text) or SAME.fullmatch(text) or TIMES.fullmatch(text))


# -- which layer --------------------------------------------------------------------------------------------------


def named(tokens: Sequence[Token]) -> tuple[str, dict[str, Any], list[Token]]:
    """The kind of layer, the options its name brings, and the words that are its values. Raises LineError."""
    if len(tokens) > MOST_WORDS:
        raise LineError("This is too much for one layer: separate layers by commas", tokens[0].start, tokens[-1].end)
    first = next((i for i, token in enumerate(tokens) if not is_value(token.text)), None)
    if first is None:
        raise LineError("“{text}” has no layer: write its name, such as conv {text}", tokens[0].start, tokens[-1].end,
                        text=" ".join(token.text for token in tokens))
    last = next((i for i, token in enumerate(tokens) if i > first and is_value(token.text)), len(tokens))
    for end in range(last, first, -1):
        words = " ".join(token.text for token in tokens[first:end])
        known = known_name(words)
        if known is not None:
            return *known, [*tokens[:first], *tokens[end:]]
    return _glued(tokens, first, last)


def known_name(words: str) -> tuple[str, dict[str, Any]] | None:
    """The layer of this name as a whole, and the options that the name brings."""
    text = folded(words)
    found = ALIASES.get(text) or ALIASES.get(text.replace(" ", ""))
    if found is not None:
        return found
    kind = best_kind(words)
    return None if kind is None else (kind, {})


def _glued(tokens: Sequence[Token], first: int, last: int) -> tuple[str, dict[str, Any], list[Token]]:
    """A name with its first value written together, such as ``fc10``; or what the search makes of the words."""
    token = tokens[first]
    if (parts := GLUED.fullmatch(token.text)) and (known := known_name(parts[1])):
        value = Token(parts[2], token.start + len(parts[1]), token.end)
        return *known, [*tokens[:first], value, *tokens[first + 1 :]]
    for end in range(last, first, -1):
        words = " ".join(token.text for token in tokens[first:end])
        kind = _likely(words)
        if kind is not None:
            return kind, {}, [*tokens[:first], *tokens[end:]]
    near = search(token.text, limit=1)
    if near and (len(near[0].title) <= FAR * len(token.text) or not token.text.isascii()):
        raise LineError("There is no layer “{text}”. Did you mean {near}?", token.start, token.end, text=token.text,
                        near=near[0].title)
    raise LineError("There is no layer “{text}”: write a name such as conv, relu or linear", token.start, token.end,
                    text=token.text)


def _likely(words: str) -> str | None:
    """The layer whose name begins with the words, where they are long enough to be no accident."""
    text = folded(words)
    if len(text) < 3 and text.isascii():
        return None
    for found in search(text, limit=3):
        names = (found.title, found.kind)
        if any((rank := match(text, folded(name))) is not None and rank < INSIDE for name in names):
            return found.kind
    return None


def _for_rank(kind: str, rank: int) -> str:
    """The same kind of layer for as many dimensions: ``bn`` behind a linear layer is BatchNorm1d."""
    other = f"{kind[:-2]}{max(rank, 1)}d"
    return other if kind.endswith("2d") and other in LAYERS and (rank or kind == "BatchNorm2d") else kind


def rank_behind(layer: Layer, rank: int | None) -> int | None:
    """How many dimensions beside the channels come out, where ``rank`` come in; None: not known."""
    kind, shape = layer.kind(), getattr(layer, "shape", None)
    if kind in ("Input", "Reshape"):
        return len(shape) - 1 if shape else None
    if kind == "Flatten" or (kind == "Linear" and rank is None):
        return 0
    if layer.category in ("sequence", "attention"):
        return 1
    if kind[-2:] in ("2d", "3d") or kind in ("Conv1d", "ConvTranspose1d", "MaxPool1d", "AvgPool1d"):
        return int(kind[-2])
    return 2 if layer.category == "block" and kind != "Custom" else rank


# -- where values go ----------------------------------------------------------------------------------------------


class Values:
    """The options of a layer, filled in one value after the other."""

    def __init__(self, layer: type[Layer], options: dict[str, Any] | None = None) -> None:
        self.kind, self.options = layer, dict(options or {})
        self._where: dict[str, Token] = {}

    def add(self, token: Token) -> None:
        """Take one word. Raises LineError."""
        name, value = self._read(token)
        self._check_clear(name, value, token)
        if name in self._where:
            raise LineError("{layer} is given its {option} twice: leave one out", token.start, token.end,
                            layer=self.kind.title, option=title_of(self.kind, name))
        if not possible(self.kind, name, value) and possible(self.kind, name, (value,)):
            value = (value,)  # a shape of one number
        self.options[name], self._where[name] = value, token

    def _check_clear(self, name: str, value: Any, token: Token) -> None:
        """“1.000” is one, or a thousand, where the option is a whole number."""
        text, annotation = token.text.partition("=")[2] or token.text, self.kind.model_fields[name].annotation
        meanings = readings(text, whole=True)
        if len(meanings) > 1 and isinstance(value, float) and not takes_decimals(annotation):
            raise LineError("Write {first} or {second}: {text} could mean either", token.start, token.end,
                            first=meanings[0], second=meanings[1], text=text)

    def layer(self, start: int, end: int) -> Layer:
        """The layer with these options. Raises LineError where they are not possible."""
        try:
            return default_of(self.kind.kind()).with_options(**self.options)
        except OptionError as error:
            guilty = [token for name, token in self._where.items() if not self._is_possible(name)]
            at = guilty[0] if guilty else Token("", start, end)
            raise LineError("{layer}: {reason}", at.start, at.end, layer=self.kind.title,
                            reason=error.message) from error

    def _is_possible(self, name: str) -> bool:
        return possible(self.kind, name, self.options[name])

    def _read(self, token: Token) -> tuple[str, Any]:
        text = token.text
        if "=" in text:
            name, _, value = text.partition("=")
            return self._field(name, token), literal_of(value)
        if found := SAME.fullmatch(text):
            return self._letter("p", token), found[1].lower()
        if found := VALUE.fullmatch(text):
            value = sizes_of(found["sizes"])
            if found["letter"]:
                name = self._letter(found["letter"].lower(), token, value)
                return name, value
            return self._next(value, token), value
        return self._word(token)

    def _letter(self, letter: str, token: Token, value: Any = None) -> str:
        names = [name for name in LETTERS[letter] if name in self.kind.model_fields]
        if not names:
            raise LineError("{layer} has no {option}{options}", token.start, token.end, layer=self.kind.title,
                            option=LETTERS[letter][0].replace("_", " "), options=self._has())
        return names[0]

    def _next(self, value: Any, token: Token) -> str:
        """The option that a bare number or size is for: the first that is not set and can have it."""
        order = bare_options(self.kind)
        if isinstance(value, tuple) and "kernel_size" in order:
            order = ["kernel_size", *order]
        free = [name for name in order if name not in self._where]
        name = next((name for name in free if possible(self.kind, name, value)
                     or possible(self.kind, name, (value,))), free[0] if free else None)
        if name is None:
            raise LineError("{layer} takes no {more}number {text}{options}", token.start, token.end,
                            layer=self.kind.title, text=token.text, options=self._has(),
                            more="further " if order else "")
        return name

    def _word(self, token: Token) -> tuple[str, Any]:
        """An option that is on or off, or one of an option's choices, by its word alone."""
        word = token.text.lower()
        fields = self.kind.model_fields
        for name, field in fields.items():
            if field.annotation is bool and word in (name, f"no{name}", f"no-{name}"):
                return name, word == name
        for name, field in fields.items():
            if word in choices_of(field.annotation):
                return name, word
        raise LineError("{layer} has no option “{text}”{options}", token.start, token.end, layer=self.kind.title,
                        text=token.text, options=self._has())

    def _field(self, text: str, token: Token) -> str:
        """An option by its name, its title, or the only one that begins so or has the word."""
        fields = list(self.kind.model_fields)
        plain = text.strip().lower().replace("-", "_")
        if plain in fields:
            return plain
        tests: list[Callable[[str], bool]] = [
            lambda name: title_of(self.kind, name).lower() == plain.replace("_", " "),
            lambda name: name.startswith(plain),
            lambda name: plain in name.split("_"),
        ]
        for test in tests:
            found = [name for name in fields if test(name)]
            if len(found) == 1:
                return found[0]
        if plain in LETTERS:
            return self._letter(plain, token)
        raise LineError("{layer} has no option “{text}”{options}", token.start, token.end, layer=self.kind.title,
                        text=text, options=self._has())

    def _has(self) -> str:
        names = [name for name in self.kind.model_fields if name not in self._where]
        return f": it has {', '.join(names)}" if names else ""


@cache
def default_of(kind: str) -> Layer:
    """The layer with its usual options."""
    return LAYERS[kind]()


@cache
def bare_options(layer: type[Layer]) -> list[str]:
    """The options that numbers without a name go to, in order: those that must be given first."""
    fields = layer.model_fields
    if layer.category == "normalization" and not layer.required:
        return []
    rest = [name for name in fields if name not in layer.required and name != "repeat"]
    order = [*(name for name in fields if name in layer.required), *rest]
    return [name for name in order if fields[name].annotation is not bool and not choices_only(layer, name)]


def choices_only(layer: type[Layer], name: str) -> bool:
    """Whether the option is one of certain words, or any text."""
    annotation = layer.model_fields[name].annotation
    return get_origin(annotation) is Literal or annotation is str


def choices_of(annotation: Any) -> tuple[str, ...]:
    """The words that an option can be."""
    if get_origin(annotation) is Literal:
        return tuple(choice for choice in get_args(annotation) if isinstance(choice, str))
    return tuple(choice for part in get_args(annotation) for choice in choices_of(part))


def takes_decimals(annotation: Any) -> bool:
    """Whether the option can be 0.5."""
    return annotation is float or any(map(takes_decimals, get_args(annotation)))


def possible(layer: type[Layer], name: str, value: Any) -> bool:
    """Whether the option can have the value, whatever the others are."""
    try:
        default_of(layer.kind()).__pydantic_validator__.validate_assignment(
            layer.model_construct(**dict(default_of(layer.kind()))), name, value)
    except ValueError as error:
        return not any(name in problem["loc"] for problem in getattr(error, "errors", list)())
    return True


def title_of(layer: type[Layer], name: str) -> str:
    """What an option is called."""
    return layer.model_fields[name].title or name


def sizes_of(text: str) -> Any:
    """A number, or several as a tuple."""
    parts = tuple(number_of(part) for part in re.split(r"[x×*]", text.lower().rstrip("x×*")))
    return parts[0] if len(parts) == 1 and text[-1].lower() not in "x×*" else parts


def number_of(text: str) -> int | float | None:
    """A whole number where it is one."""
    if text == "none":
        return None
    text = text.replace("−", "-")
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else float(text)


def literal_of(text: str) -> Any:
    """What stands behind an option's ``=``: a number, sizes, on or off, text in quotes or without."""
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if PARTS.fullmatch(text):
        return sizes_of(text)
    if text.startswith('"'):
        try:
            return json.loads(text)
        except ValueError:
            return text.strip('"')
    return text
