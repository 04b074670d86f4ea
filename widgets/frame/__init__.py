"""What stands around canvas and panels: top bar, start page, outline, minimap, shortcuts."""
