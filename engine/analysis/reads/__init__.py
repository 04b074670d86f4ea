"""Which places of its inputs a layer's output is made from, when it predicts."""
