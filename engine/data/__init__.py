"""Data: what there is, how it is read, and how it becomes batches.

Each room knows only those above it:

* ``errors``, ``progress``: what can go wrong, and how far it is.
* ``once``, ``cache``: what several ask for is done once, and kept while there is room.
* ``options``: parts of a DataSpec with fields of their own.
* ``fetching``: where files lie, and how they are downloaded; ``formats``: what files hold, as arrays.
* ``sources``: one class for each data source, which says everything about it; a new one is one file there.
* ``spec``: which source and how prepared, and reading it. Until here nothing loads numpy before data are read.
* ``tensors``: arrays as splits and batches of tensors.
"""
