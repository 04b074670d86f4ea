"""What mouse and keys do on the canvas: each gesture an object of its own, and the edits that keys ask for."""
