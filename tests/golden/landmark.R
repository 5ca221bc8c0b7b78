# Survival at a time compared between two groups (Klein 2007), from R's survfit: writes landmark.json beside this script.
# Run from the project's root: Rscript tests/golden/landmark.R
library(survival)
source("tests/golden/exact.R")
freireich <- read.csv("tests/data/freireich.csv")
# The same rows as the package that the tests read: tests/data/survival_package.py
veteran <- survival::veteran
sets <- list(
  freireich = data.frame(time = freireich$weeks, event = freireich$relapsed, group = freireich$treatment, w = 1),
  veteran = data.frame(time = veteran$time, event = veteran$status, group = ifelse(veteran$trt == 1, "standard", "test"),
                       w = veteran$age / 50))
z <- qnorm(.95)
one <- function(d, levels, at, weighted) {
  read <- function(g) {
    part <- d[d$group == g, ]
    fit <- if (weighted) survfit(Surv(time, event) ~ 1, part, weights = w) else survfit(Surv(time, event) ~ 1, part)
    s <- summary(fit, times = at)
    c(s$surv, s$std.err)
  }
  a <- read(levels[1]); b <- read(levels[2])
  result <- function(value, error, back) c(back(value + c(0, -z, z) * error), error, value / error, 2 * pnorm(-abs(value / error)))
  cloglog <- function(x) log(-log(x[1])); spread <- function(x) (x[2] / (x[1] * log(x[1])))^2
  list(levels = levels, at = at, survival = c(a[1], b[1]), errors = c(a[2], b[2]),
    difference = result(b[1] - a[1], sqrt(a[2]^2 + b[2]^2), identity),
    ratio = result(log(b[1] / a[1]), sqrt((a[2] / a[1])^2 + (b[2] / b[1])^2), exp),
    hazard_ratio = result(cloglog(b) - cloglog(a), sqrt(spread(a) + spread(b)), exp))
}
write_exact(list(
  made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
  freireich = lapply(list(6, 10, 15), function(at) one(sets$freireich, c("placebo", "6-mercaptopurine"), at, FALSE)),
  veteran = lapply(list(60, 180), function(at) one(sets$veteran, c("standard", "test"), at, FALSE)),
  veteran_weighted = lapply(list(60, 180), function(at) one(sets$veteran, c("standard", "test"), at, TRUE))),
  "tests/golden/landmark.json")
