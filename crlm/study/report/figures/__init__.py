"""The figures of a study: flow chart, survival curves with their numbers at risk, cumulative incidence."""
