# Restricted means and cumulative hazards by R's survival: writes restricted_mean.json beside this script.
# Run from the project's root: Rscript tests/golden/restricted_mean.R
library(survival)
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
numbers <- function(x) as.vector(unname(x))
read <- function(name) read.csv(file.path("tests/data", name))

freireich <- read("freireich.csv")
# The same rows as the package that the tests read: tests/data/survival_package.py
veteran <- survival::veteran
leukaemia <- survival::aml
sets <- list(
  freireich = data.frame(time = freireich$weeks, event = freireich$relapsed, group = freireich$treatment),
  veteran = data.frame(time = veteran$time, event = veteran$status, group = as.character(veteran$celltype)),
  leukaemia_maintenance = data.frame(time = leukaemia$time, event = leukaemia$status,
                                     group = ifelse(leukaemia$x == "Maintained", "yes", "no")))
stored <- names(sets)
set.seed(21)
n <- 160
g <- sample(c("a", "b"), n, TRUE)
t <- rexp(n, ifelse(g == "a", 1 / 40, 1 / 25))
end <- runif(n, 5, 90)
sets$months <- data.frame(time = round(pmin(t, end), 1), event = as.integer(t <= end), group = g)
set.seed(22)
sets$tied <- data.frame(time = rpois(60, 3), event = rbinom(60, 1, .6), group = sample(c("x", "y"), 60, TRUE))
sets$noise <- data.frame(
  time = c(0.1 + 0.2, 0.3, 1 - 0.9, 0.1, 0.7, 0.1 * 7, 2, 2 + 1e-9, 2 + 1.2e-8, 2 + 2.4e-8),
  event = c(1, 0, 1, 1, 0, 1, 1, 1, 0, 1), group = rep(c("x", "y"), 5))

mean_to <- function(fit, tau) numbers(survival:::survmean(fit, rmean = tau)$matrix[c("rmean", "se(rmean)")])
means <- list()
for (set in names(sets)) for (group in c("everyone", unique(as.character(sets[[set]]$group)))) {
  d <- sets[[set]]
  part <- if (group == "everyone") d else d[d$group == group, ]
  fit <- survfit(Surv(time, event) ~ 1, part)
  for (tau in max(part$time) * c(.3, .77, 1)) {
    found <- mean_to(fit, tau)
    means[[length(means) + 1]] <- list(set = set, group = group, tau = tau, value = found[1], standard_error = found[2])
  }
}

z <- qnorm(.975)
compared <- list()
for (set in c("freireich", "leukaemia_maintenance", "months", "tied")) {
  d <- sets[[set]]
  levels <- sort(unique(as.character(d$group)))
  tau <- min(tapply(d$time, d$group, max)) * .9
  m <- sapply(levels, function(level) mean_to(survfit(Surv(time, event) ~ 1, d[d$group == level, ]), tau))
  ratio <- function(value) {
    se <- sqrt(sum((m[2, ] / value)^2))
    log <- log(value[2] / value[1])
    numbers(c(exp(c(log, log - z * se, log + z * se)), se, 2 * pnorm(-abs(log / se))))
  }
  difference <- m[1, 2] - m[1, 1]
  se <- sqrt(sum(m[2, ]^2))
  compared[[length(compared) + 1]] <- list(
    set = set, levels = levels, tau = tau, means = numbers(m[1, ]), standard_errors = numbers(m[2, ]),
    difference = numbers(c(difference, difference - z * se, difference + z * se, se, 2 * pnorm(-abs(difference / se)))),
    ratio = ratio(m[1, ]), ratio_lost = ratio(tau - m[1, ]))
}

# Case weights, sampling weights (infinitesimal jackknife) and delayed entry
set.seed(23)
d <- sets$months
whole <- sample(1:4, n, TRUE)
sampling <- round(runif(n, .4, 3), 3)
fit <- survfit(Surv(time, event) ~ 1, d, weights = sampling, influence = TRUE)
tau <- 40
widths <- diff(c(pmin(fit$time, tau), tau))
robust <- sqrt(sum((fit$influence.surv %*% widths)^2))
late <- data.frame(entry = round(runif(40, 0, 6), 1))
late$time <- round(late$entry + 0.1 + rexp(40, .2), 1)
late$event <- rbinom(40, 1, .7)
late <- rbind(data.frame(entry = 0, time = c(9.5, 8, 7), event = c(1, 0, 1)), late)
weighted <- list(
  whole = list(weights = whole, tau = tau, found = mean_to(survfit(Surv(time, event) ~ 1, d, weights = whole), tau)),
  sampling = list(weights = sampling, tau = tau, found = c(mean_to(fit, tau)[1], robust)),
  late = list(rows = as.list(late), tau = 8, found = mean_to(survfit(Surv(entry, time, event) ~ 1, late), 8)))

hazard <- function(fit) list(time = numbers(fit$time), hazard = numbers(fit$cumhaz), standard_error = numbers(fit$std.chaz))
hazards <- lapply(sets, function(d) list(
  nelson_aalen = hazard(survfit(Surv(time, event) ~ 1, d, ctype = 1)),
  fleming_harrington = hazard(survfit(Surv(time, event) ~ 1, d, ctype = 2))))
hazards_weighted <- list(
  whole = hazard(survfit(Surv(time, event) ~ 1, d[rep(seq_len(n), whole), ])),
  sampling = hazard(fit),
  late = hazard(survfit(Surv(entry, time, event) ~ 1, late)))

write_exact(
  list(made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
       sets = lapply(sets[setdiff(names(sets), stored)], as.list), means = means, compared = compared,
       weighted = weighted, hazards = hazards, hazards_weighted = hazards_weighted),
  "tests/golden/restricted_mean.json")
