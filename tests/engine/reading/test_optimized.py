"""What an optimizer of the code is given: here all weights learn alike, and where that is not meant, it is said."""

from __future__ import annotations

import pytest

from engine.reading.reading import read
from tests.engine.reading.oracle import HEAD

NET = "net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))\n"
OWN = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w, self.fc = nn.Parameter(torch.ones(8)), nn.Linear(8, 8)
    def forward(self, x):
        return self.fc(x * self.w)
net = Net()
"""
REST = "rest = [p for p in net.parameters() if id(p) not in list(map(id, net[2].parameters()))]\n"
PART = "The optimizer is given only some of the weights: here all learn. Freeze those that must not"
GROUPS = "The optimizer has options for some weights alone: they are not read. Set them at the layers"


@pytest.mark.parametrize(("text", "said"), [
    (f"{NET}o = torch.optim.SGD(net.parameters(), lr=0.1)", []),
    (f"{NET}o = torch.optim.SGD(params=list(net.parameters()), lr=0.1)", []),
    (f"{NET}o = torch.optim.Adam((p for n, p in net.named_parameters()))", []),
    (f"{NET}o = torch.optim.Adam(net.named_parameters())", []),
    (f"{NET}o = torch.optim.SGD([{{'params': net[0].parameters()}}, {{'params': net[2].parameters()}}], lr=1)", []),
    (f"{NET}a = torch.optim.SGD(net[0].parameters(), lr=1)\nb = torch.optim.SGD(net[2].parameters(), lr=1)", []),
    (f"{NET}net[0].requires_grad_(False)\no = torch.optim.SGD(net[2].parameters(), lr=1)", []),
    (f"{NET}for p in net[0].parameters(): p.requires_grad = False\n"
     "o = torch.optim.SGD(filter(lambda p: p.requires_grad, net.parameters()), lr=1)", []),
    (f"{NET}o = torch.optim.SGD(net.parameters(), lr=1)\ns = torch.optim.lr_scheduler.StepLR(o, 3)", []),
    (f"other = nn.Linear(2, 2)\n{NET}o = torch.optim.SGD(other.parameters(), lr=1)", []),
    (f"{OWN}o = torch.optim.SGD(net.parameters(), lr=1)", []),
    (f"{NET}o = torch.optim.SGD(net[2].parameters(), lr=0.1)", [PART]),
    (f"{NET}from torch import optim\no = optim.SGD([net[0].weight, net[0].bias], lr=0.1)", [PART]),
    (f"{NET}o = torch.optim.SGD([p for n, p in net.named_parameters() if 'bias' in n], lr=0.1)", [PART]),
    (f"{NET}{REST}o = torch.optim.SGD(rest, lr=0.1)", [PART]),
    (f"{OWN}o = torch.optim.SGD([net.w], lr=1)", [PART]),
    (f"{OWN}o = torch.optim.SGD(net.fc.parameters(), lr=1)", [PART]),
    (f"{NET}{REST}o = torch.optim.SGD([{{'params': rest}}, {{'params': net[2].parameters(), 'lr': 1}}], lr=0.1)",
     [GROUPS]),
    (f"{NET}o = torch.optim.SGD([{{'params': net[0].weight, 'weight_decay': 3}}, {{'params': net[0].bias}}], lr=1)",
     [PART, GROUPS]),
    (f"{NET}o = torch.optim.SGD(net[2].parameters(), lr=1)\no.add_param_group({{'params': net[0].parameters()}})", []),
    (f"{NET}o = torch.optim.SGD(net[2].parameters(), lr=1)\no.add_param_group({{'params': net[2].weight}})", [PART]),
    (f"{NET}o = torch.optim.SGD(net[2].parameters(), lr=1)\no.add_param_group(unknown)", []),
    (f"{NET}o = torch.optim.SGD(net[2].parameters(), lr=1)\np = torch.optim.SGD(unknown(net), lr=1)", []),
    (f"{OWN}one = [p for p in net.parameters() if p.dim() == 1]\ntwo = [p for p in net.parameters() if p.dim() != 1]\n"
     "o = torch.optim.SGD([{'params': one}, {'params': two, 'lr': 2}], lr=1)", [GROUPS]),
    (OWN.replace("ones(8)", "normal(0, 1, (8,))") + "one = [p for p in net.parameters() if p.dim() == 1]\n"
     "o = torch.optim.SGD(one, lr=1)", []),
    (f"{NET}one, two = [], []\nfor p in net.parameters(): (one if p.sum() > 0 else two).append(p)\n"
     "o = torch.optim.SGD(two, lr=1)", []),
    (f"{NET}one, two = [net[0].weight], []\nfor p in net.parameters():\n    if p.sum() > 0: two.append(p)\n"
     "    else: one.append(p)\no = torch.optim.SGD(one, lr=1)", []),
])  # fmt: skip
def test_what_is_given_to_an_optimizer(text: str, said: list[str]) -> None:
    notes = [str(note) for note in read(HEAD + text, (8,)).notes]
    assert [note.partition(": ")[2] for note in notes if not any(
        words in note for words in ("is read as code", "Left out"))] == said
