"""How the methods tell the chain that a variable cannot be imputed."""


class CannotImpute(Exception):  # noqa: N818 - a finding about the data, carried to the result as its reason
    """A variable cannot be imputed from these data; the text says why."""
