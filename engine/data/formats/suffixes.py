"""How names of a person's own files end: what takes them and what reads them look here. Loads nothing."""

TABLES = (".csv", ".tsv", ".txt", ".data", ".dat", ".tab", ".gz", ".bz2", ".xz", ".zip")
PICKLED = (".pt", ".pth")
TENSORS = (".npz", *PICKLED)
