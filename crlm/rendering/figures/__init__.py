"""The one geometry of figures: marks on a page, axes, forest plots."""
