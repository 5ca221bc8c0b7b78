"""The pathway: the tumour board's rules as data, evaluated with unknown as an answer. It never decides."""
