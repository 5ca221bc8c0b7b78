"""The figures: one geometry, written as SVG; PDF and PNG are made from the same drawing."""
