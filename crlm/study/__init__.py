"""A protocol in, one results document out, and its renderings."""
