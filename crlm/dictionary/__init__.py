"""What can be recorded: variables, their types, units, levels, missing reasons, and expressions over them."""
