# Kaplan-Meier curves, their medians and log-rank tests by R's survival: writes curves.json beside this script.
# Run from the project's root: Rscript tests/golden/curves.R
# Inputs are the published tables of tests/data, R's veteran and data generated here.
library(survival)
source("tests/golden/exact.R")

read <- function(name) read.csv(file.path("tests/data", name))
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

freireich <- read("freireich.csv")
# The same rows as the package that the tests read: tests/data/survival_package.py
veteran <- survival::veteran
leukaemia <- survival::aml
sets <- list(
  freireich = data.frame(time = freireich$weeks, event = freireich$relapsed, group = freireich$treatment),
  veteran = data.frame(time = veteran$time, event = veteran$status, group = as.character(veteran$celltype)),
  leukaemia_maintenance = data.frame(time = leukaemia$time, event = leukaemia$status,
                                     group = ifelse(leukaemia$x == "Maintained", "yes", "no"))
)
stored <- names(sets)

# Months with two decimals, heavy censoring, three groups of unequal size
set.seed(20240501)
n <- 180
g <- sample(c("a", "b", "c"), n, TRUE, c(.6, .3, .1))
true <- rexp(n, ifelse(g == "a", 1 / 40, ifelse(g == "b", 1 / 25, 1 / 60)))
end <- runif(n, 5, 90)
sets$months <- data.frame(time = round(pmin(true, end), 2), event = as.integer(true <= end), group = g)
# Whole years: ties everywhere, events and censorings on the same time, time 0
set.seed(2)
sets$tied <- data.frame(time = rpois(60, 3), event = rbinom(60, 1, .6), group = sample(c("x", "y"), 60, TRUE))
# Flat at exactly one half, in the middle and to the end of follow-up
sets$half_then_drop <- data.frame(time = c(1, 2, 5, 7, 9, 11), event = c(1, 1, 1, 0, 1, 0), group = "one")
sets$half_to_the_end <- data.frame(time = c(1, 2, 5, 7, 9, 11), event = c(1, 1, 1, 0, 0, 0), group = "one")
twenty <- data.frame(time = 1:20, event = 1, group = "one")
sets$twenty_deaths <- twenty
# Times that differ by rounding noise only
sets$noise <- data.frame(
  time = c(0.1 + 0.2, 0.3, 1 - 0.9, 0.1, 0.7, 0.1 * 7, 2, 2 + 1e-9, 2 + 1.2e-8, 2 + 2.4e-8),
  event = c(1, 0, 1, 1, 0, 1, 1, 1, 0, 1), group = rep(c("x", "y"), 5)
)
# Long times in days: the tolerance is relative to their mean
sets$long <- data.frame(
  time = c(1000, 1000.000005, 2000, 2000.00002, 3000, 3000.00003, 4000, 5000, 5000.00006, 6000),
  event = c(1, 1, 0, 1, 1, 0, 1, 0, 1, 0), group = rep(c("x", "y"), 5)
)
sets$nobody_dies <- data.frame(time = c(1, 2, 3), event = 0, group = "one")
sets$all_die <- data.frame(time = c(4, 1, 2, 2, 3), event = 1, group = "one")
sets$one <- data.frame(time = 5, event = 1, group = "one")

numbers <- function(x) as.vector(unname(x))

curve <- function(fit, wanted) {
  s <- summary(fit, times = wanted)
  rows <- summary(fit, censored = TRUE)
  list(
    time = numbers(fit$time), at_risk = numbers(fit$n.risk), events = numbers(fit$n.event),
    censored = numbers(fit$n.censor), survival = numbers(fit$surv),
    standard_error = numbers(rows$std.err), lower = numbers(fit$lower), upper = numbers(fit$upper),
    quartiles = numbers(quantile(fit, c(.25, .5, .75), conf.int = FALSE)),
    printed_median = numbers(summary(fit)$table[c("median", paste0(fit$conf.int, c("LCL", "UCL")))]),
    at = list(time = numbers(s$time), at_risk = numbers(s$n.risk), survival = numbers(s$surv),
              standard_error = numbers(s$std.err), lower = numbers(s$lower), upper = numbers(s$upper))
  )
}

curves <- list()
add <- function(set, group, interval, level, wanted, fit) {
  curves[[length(curves) + 1]] <<- c(
    list(set = set, group = group, interval = interval, level = level), curve(fit, wanted))
}
for (set in names(sets)) {
  d <- sets[[set]]
  for (group in c("everyone", sort(unique(d$group)))) {
    part <- if (group == "everyone") d else d[d$group == group, ]
    wanted <- pretty(c(0, max(part$time)), 5)
    for (interval in c("log-log", "log", "plain", "arcsin", "logit")) {
      level <- if (interval == "log") .9 else .95
      add(set, group, interval, level, wanted[wanted <= max(part$time)],
          survfit(Surv(time, event) ~ 1, part, conf.type = interval, conf.int = level))
    }
  }
}

reversed <- list()
for (set in c("freireich", "veteran", "months", "tied")) {
  reversed[[set]] <- curve(survfit(Surv(time, 1 - event) ~ 1, sets[[set]], conf.type = "log-log"), c(1, 3))
}

# Delayed entry, case weights and sampling weights
set.seed(3)
late <- data.frame(entry = round(runif(40, 0, 6), 1))
late$time <- round(late$entry + 0.1 + rexp(40, .2), 1)
late$event <- rbinom(40, 1, .7)
gap <- data.frame(entry = c(0, 0, 1, 1, 2), time = c(3, 1, 5, 6, 7), event = c(0, 1, 1, 0, 1))
entered <- lapply(list(late_entry = late, early_gap = gap), function(d) {
  fit <- survfit(Surv(entry, time, event) ~ 1, d, conf.type = "log-log")
  list(rows = as.list(d), curve = curve(fit, c(1, 4)))
})
late_weights <- rep(1:4, 10)
entered_weighted <- list(weights = late_weights, curve = curve(
  survfit(Surv(entry, time, event) ~ 1, late, weights = late_weights, conf.type = "logit"), c(1, 4)))
set.seed(4)
w <- sets$months
whole <- sample(1:4, n, TRUE)
sampling <- round(runif(n, .4, 3), 3)
weighted <- lapply(list(whole = whole, sampling = sampling), function(weights) {
  w$weights <- weights
  fit <- survfit(Surv(time, event) ~ 1, w, weights = weights, conf.type = "log-log")
  list(weights = weights, curve = curve(fit, c(12, 24)))
})

logrank <- list()
for (set in c("freireich", "veteran", "leukaemia_maintenance", "months", "tied", "noise", "long")) {
  fit <- survdiff(Surv(time, event) ~ group, sets[[set]])
  df <- sum(fit$exp > 0) - 1
  logrank[[set]] <- list(
    group = sub("^group=", "", names(fit$n)), n = numbers(fit$n), observed = numbers(fit$obs),
    expected = numbers(fit$exp), chi_square = fit$chisq, df = df,
    p = pchisq(fit$chisq, df, lower.tail = FALSE))
}
# A group whose follow-up ends before the first event
early <- data.frame(
  time = c(1, 1, 3, 4, 5, 6, 7, 8, 2, 9), event = c(0, 0, 1, 0, 1, 1, 0, 1, 0, 1),
  group = c("gone", "gone", "x", "y", "x", "y", "x", "y", "x", "x"))
fit <- survdiff(Surv(time, event) ~ group, early)
logrank_early <- c(as.list(early), list(
  n = numbers(fit$n), observed = numbers(fit$obs), expected = numbers(fit$exp), chi_square = fit$chisq,
  df = 1, p = pchisq(fit$chisq, 1, lower.tail = FALSE)))

generated <- sets[setdiff(names(sets), stored)]
write_exact(
  list(
    made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
    sets = lapply(generated, as.list), curves = curves, reversed = reversed, entered = entered,
    entered_weighted = entered_weighted, weighted = weighted,
    logrank = logrank, logrank_early = logrank_early),
  "tests/golden/curves.json")
