# E-values by the printed formulas and fragility indices by fisher.test: writes robustness.json beside this script.
# Run from the project's root: Rscript tests/golden/robustness.R
source("tests/golden/exact.R")

strength <- function(ratio) {
  r <- max(ratio, 1 / ratio)
  r + sqrt(r * (r - 1))
}
as_risk_ratio <- list(
  RR = function(x) x, OR_rare = function(x) x, HR_rare = function(x) x, OR_common = sqrt,
  HR_common = function(x) (1 - 0.5^sqrt(x)) / (1 - 0.5^sqrt(1 / x)))
e_values <- list()
for (scale in names(as_risk_ratio)) for (estimate in c(0.14, 0.42, 0.56, 0.86, 1.09, 1.79, 3.9, 10.73)) {
  interval <- estimate * c(1 / 1.31, 1.31)
  ratio <- sapply(c(estimate, interval), as_risk_ratio[[scale]])
  nearer <- if (ratio[1] >= 1) ratio[2] else ratio[3]
  limit <- if ((nearer >= 1) != (ratio[1] >= 1)) 1 else strength(nearer)
  e_values[[length(e_values) + 1]] <- list(
    scale = scale, estimate = estimate, lower = interval[1], upper = interval[2],
    risk_ratio = ratio[1], e_value = strength(ratio[1]), limit = limit)
}

p_of <- function(events, sizes) fisher.test(rbind(events, sizes - events))$p.value
walk <- function(events, sizes) {
  significant <- p_of(events, sizes) < 0.05
  few <- which.min(events)
  step <- if (significant) 1 else -1
  k <- 0
  repeat {
    k <- k + 1
    events[few] <- events[few] + step
    if (events[few] < 0 || events[few] > sizes[few]) return(list(index = NA_real_, p_after = NA_real_))
    p <- p_of(events, sizes)
    if ((p >= 0.05) == significant) return(list(index = k, p_after = p))
  }
}
tables <- list(c(1, 9, 100, 100), c(15, 6, 40, 40), c(10, 18, 50, 50), c(38, 58, 112, 156), c(3, 30, 60, 70),
               c(2, 5, 20, 22), c(120, 180, 500, 510), c(0, 7, 30, 30), c(0, 3, 30, 30), c(44, 91, 135, 140))
indices <- lapply(tables, function(one) {
  events <- one[1:2]; sizes <- one[3:4]
  c(list(events = events, sizes = sizes, p = p_of(events, sizes)), walk(events, sizes))
})
write_exact(list(made_with = list(R = R.version.string), e_values = e_values, indices = indices),
            "tests/golden/robustness.json")
