"""Why each result is what it is, what would change it, and which missing input would settle most."""
