"""Export: a registry in the formats that other software reads, and what each of them cannot hold."""
