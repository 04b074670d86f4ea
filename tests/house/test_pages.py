"""What README and CONTRIBUTING say of the code is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engine.training.events import EpochEnded

ROOT = Path(__file__).parents[2]
PLACE = re.compile(r"`((?:app|engine|widgets|tests|resources)/[\w/.]*)`")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_place_that_is_named_is_there(name: str) -> None:
    places = PLACE.findall(page(name))
    assert places and [place for place in places if not (ROOT / place).exists()] == []


def test_every_room_is_in_the_house() -> None:
    """Each folder of a floor, by the name it has there."""
    house = page("CONTRIBUTING.md").split("```")[1]
    rooms = {f"{path.name}/" for floor in ("app", "engine", "widgets") for path in (ROOT / floor).iterdir()
             if (path / "__init__.py").exists()}
    named = set(re.findall(r"(\w+/)(?=\s|$)", house))
    assert rooms - named == set()
    assert {name for name in named - rooms if not (ROOT / name).is_dir()} == set()


def test_its_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it keeps a run
    code = "\n".join(re.findall(r"```python\n(.*?)```", page("README.md"), re.DOTALL))
    said: list[object] = []
    names: dict[str, Any] = {"print": lambda *words: said.append(words[0])}
    exec(compile(code.replace("gallery:lenet", "gallery:lenet-digits"), "README.md", "exec"), names)
    params, source, *events = (word for word in said if not isinstance(word, int) or word == 61706)
    modules = [names["module"], names["other"]]
    assert [sum(value.numel() for value in each.parameters()) for each in modules] == [61706, 4810]
    assert params == 61706 and "class Network(nn.Module)" in str(source)
    assert sum(isinstance(event, EpochEnded) for event in events) == 3
