"""Estimators and tests: arrays in, frozen results out; knows nothing of the clinic."""
