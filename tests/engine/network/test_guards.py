"""Word numbers that a vocabulary does not have, and own code that breaks its word later: in words, wherever it runs."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest
import torch

from engine.data.spec.spec import DataSpec
from engine.experiment.trust import allow
from engine.graph.graph import Graph
from engine.layers.code.source import CodeError
from engine.line.line import build_line
from engine.network.compile import build_module
from engine.network.guards import VocabularyError
from engine.training import fit
from engine.training.failures import TrainingError
from tests.engine.cases import experiment

WORDS = "input 3, embedding 10 4, flatten, linear 2"


@pytest.mark.parametrize(("ids", "found"), [([0, 3, 10], "0 … 10"), ([-1, 3, 9], "−1 … 9"), ([12, 40, 7], "7 … 40")])
def test_ids_outside_of_an_embedding_name_the_layer_its_range_and_the_ids(ids: list[int], found: str) -> None:
    module = build_module(build_line(Graph(), WORDS)[0])
    name = next(key for key in module.state_dict() if key.startswith("embedding")).split(".")[0]
    assert module(torch.tensor([[0.0, 9.0, 4.0]])).shape == (1, 2)
    with pytest.raises(VocabularyError, match=rf"^{name} has 10 words, 0 … 9, but is given the numbers {found}: "):
        module(torch.tensor([ids], dtype=torch.float32))
    with pytest.raises(VocabularyError):
        deepcopy(module)(torch.tensor([ids], dtype=torch.float32))
    assert build_module(build_line(Graph(), WORDS)[0]).to("meta")(torch.ones(2, 3, device="meta")).shape == (2, 2)


def test_a_bag_of_words_too() -> None:
    module = build_module(build_line(Graph(), "input 3, embeddingbag 5 4, linear 2")[0])
    with pytest.raises(VocabularyError, match=r"has 5 words, 0 … 4, but is given the numbers 1 … 5"):
        module(torch.tensor([[1.0, 5.0, 2.0]]))


def test_training_says_it_too_and_what_standardising_has_to_do_with_it(tmp_path: Path) -> None:
    rows = "\n".join(f"{index % 30},{'abc'[index % 3]}" for index in range(60))
    (tmp_path / "a.csv").write_text(f"word,kind\n{rows}\n")
    data = DataSpec(dataset="table", path=str(tmp_path / "a.csv"))
    words = (("embedding1", "Embedding", {"num_embeddings": 10, "embedding_dim": 4}), ("flatten", "Flatten", {}),
             ("fc", "Linear", {"out_features": 3}))
    with pytest.raises(TrainingError, match=r"embedding1 has 10 words.*The columns of the table are standardised"):
        list(fit(experiment(*words, data=data)))
    plain = data.with_options(table={"standardize": False})
    with pytest.raises(VocabularyError, match=r"given the numbers \d … 2\d"):
        list(fit(experiment(*words, data=plain, batch_size=60)))


LATER = """class Later(nn.Module):
    calls = 0

    def forward(self, x):
        self.calls += 1
        if self.calls > 1:
            {act}
        return x
"""


@pytest.mark.parametrize(("act", "said"), [
    ("return None", "own: “forward” must return one tensor .* now it returned nothing"),
    ("return [x]", "now it returned a list"), ("return x.sum()", "now it returned a Tensor"),
    ("return x[:1]", "now it returned a Tensor"), ("raise SystemExit(3)", "Line 7: SystemExit: 3"),
    ("raise GeneratorExit", "Line 7: GeneratorExit"), ("raise KeyboardInterrupt", "Line 7: KeyboardInterrupt"),
])  # fmt: skip
def test_own_code_that_breaks_its_word_later_is_a_sentence(act: str, said: str) -> None:
    source = LATER.format(act=act)
    allow([source])
    base = experiment(("own", "Code", {"source": source}), ("flatten", "Flatten", {}),
                      ("fc", "Linear", {"out_features": 10}))
    module = build_module(base.graph, base.data.sample_shape)
    assert type(module.own).__name__ == "Later"
    module(torch.ones(4, 1, 8, 8))
    with pytest.raises(CodeError, match=said):
        module(torch.ones(4, 1, 8, 8))
    with pytest.raises(CodeError, match=said):
        list(fit(base))


@pytest.mark.parametrize("error", ["SystemExit", "GeneratorExit", "KeyboardInterrupt"])
def test_a_constructor_that_leaves_is_a_sentence(error: str) -> None:
    source = f"class Gone(nn.Module):\n    def __init__(self):\n        raise {error}\n\n    def forward(self, x):\n" \
             "        return x\n"
    allow([source])
    base = experiment(("own", "Code", {"source": source}))
    with pytest.raises(Exception, match=f"Line 3: {error}"):
        build_module(base.graph, base.data.sample_shape)
