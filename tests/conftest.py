"""Settings of all tests."""

from hypothesis import settings

# A busy machine must not fail a property: how long an example took says nothing about whether it holds.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
