"""Static checks of a rule set: what can and cannot come out, proved by a solver and shown by cases."""
