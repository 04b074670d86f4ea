def beginnings(use, name): return []
