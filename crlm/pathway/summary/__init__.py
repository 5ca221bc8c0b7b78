"""One page for a tumour board: what is missing, what the rules say and on what grounds, and room for the decision."""
