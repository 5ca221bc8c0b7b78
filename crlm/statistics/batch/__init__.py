"""Large work: many fits of small models, and few fits of large tables.

Small studies never come here: `cox`, `logistic`, `log_rank` and `kaplan_meier` are plain numpy and need no
compilation. The functions of this package give the same numbers for resampling, simulation, screens and millions
of rows. They use kernels compiled by numba, which is an optional extra (`pip install crlm[batch]`); without it
each falls back to the numpy reference and says so in the `engine` of its result. A fit that a kernel cannot
finish (separation, columns that are constant in a resample) is always handed to the numpy reference, which says
per column why there is no number.

Nothing is summed across threads, and each replicate has a seed of its own: results are the same to the last bit
whatever the number of threads.
"""
