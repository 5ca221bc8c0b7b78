"""What will be done: the protocol as data, its loading, its checks and its wording."""
