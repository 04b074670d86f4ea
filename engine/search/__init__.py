"""Finding layers to add, and layers that are there, by what people call them."""
