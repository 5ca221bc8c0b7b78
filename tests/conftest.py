"""Settings of all tests."""

from hypothesis import settings

# A busy machine must not fail a property: how long an example took says nothing about whether it holds.
# `make test` tries the same examples each time, so that its verdict belongs to the commit; `make prove` looks further.
settings.register_profile("same examples", deadline=None, derandomize=True, database=None)
settings.register_profile("new examples", deadline=None, derandomize=False, database=None, print_blob=True)
settings.load_profile("same examples")
