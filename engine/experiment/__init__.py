"""A network with its data and its recipe as one value, and the files that hold it."""
