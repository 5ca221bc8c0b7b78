"""From a population to numbers: each module fills one part of the results document."""
