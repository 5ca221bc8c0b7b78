"""How good predictions are: discrimination, overall error, calibration, clinical use, and optimism."""
