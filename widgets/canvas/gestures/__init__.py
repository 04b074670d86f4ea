"""What hands do on the canvas: mouse, keys, menus, what is dropped."""
