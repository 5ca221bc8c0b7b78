"""Simulations that prove what a golden cannot: bias, coverage, uniform p-values. `make prove` runs them."""
