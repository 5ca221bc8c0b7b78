"""crlm: from registry to tumour board, for colorectal liver metastases."""

__version__ = "0.1.0"
