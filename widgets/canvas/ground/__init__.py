"""What everything on the canvas stands on: depth, fonts, colours of labels, what stands out."""
