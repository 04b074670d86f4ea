"""The network as a value: nodes and edges, pure edits of them, their order, what is drawn beside them."""
