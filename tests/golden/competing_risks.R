# Competing risks by R's survival, cmprsk and etm: writes competing_risks.json beside this script.
# Run from the project's root: Rscript tests/golden/competing_risks.R
# Inputs are R's mgus2 and data generated here; that data set is not stored.
suppressMessages({library(survival); library(cmprsk); library(etm)})
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
numbers <- function(x) as.vector(unname(x))

# The same rows as the package that the tests read: tests/data/survival_package.py
mgus <- survival::mgus2
mgus$time <- ifelse(mgus$pstat == 1, mgus$ptime, mgus$futime)
mgus$cause <- ifelse(mgus$pstat == 1, 1, 2 * mgus$death)
sets <- list(mgus2 = data.frame(
  time = mgus$time, cause = mgus$cause, stratum = mgus$sex,
  group = ifelse(mgus$age < 65, "below 65", ifelse(mgus$age < 80, "below 80", "older"))))
# Months with one decimal, three causes, censoring
set.seed(11)
n <- 150
g <- sample(c("a", "b", "c"), n, TRUE, c(.5, .3, .2))
t <- rexp(n, ifelse(g == "b", .06, .04))
end <- runif(n, 5, 60)
k <- sample(1:3, n, TRUE, c(.5, .3, .2))
sets$months <- data.frame(time = round(pmin(t, end), 1), cause = ifelse(t <= end, k, 0), group = g,
                          stratum = sample(1:3, n, TRUE))
# Whole years: ties everywhere, causes and censorings on the same time, time 0
set.seed(12)
sets$tied <- data.frame(time = rpois(80, 4), cause = sample(0:2, 80, TRUE), group = sample(c("x", "y"), 80, TRUE),
                        stratum = sample(1:2, 80, TRUE))
# Nobody is censored: the incidences are plain fractions and reach 1 together
set.seed(13)
sets$complete <- data.frame(time = rpois(40, 8), cause = sample(1:2, 40, TRUE), group = sample(c("x", "y"), 40, TRUE),
                            stratum = 1)
# Times that differ by rounding noise only
sets$noise <- data.frame(
  time = c(0.1 + 0.2, 0.3, 1 - 0.9, 0.1, 0.7, 0.1 * 7, 2, 2 + 1e-9, 2 + 1.2e-8, 2 + 2.4e-8),
  cause = c(1, 0, 2, 1, 0, 2, 1, 2, 0, 1), group = rep(c("x", "y"), 5), stratum = 1)

incidence <- function(fit, causes, wanted, tau, weights = 1) {
  rows <- match(causes, fit$states)
  s <- summary(replace(fit, "influence.pstate", NULL), times = wanted)
  # As print(fit, rmean =) does, which stumbles when an event is at time 0 and forgets the weights
  starts <- c(0, fit$time)
  squared <- apply(fit$influence.pstate, 3, function(x) colSums((weights * x)^2))[-1, ]
  stopifnot(isTRUE(all.equal(numbers(sqrt(squared)), numbers(fit$std.err))))
  lost <- lapply(tau, function(to) {
    widths <- diff(c(pmin(starts, to), to))
    area <- apply(fit$influence.pstate, c(1, 3), function(x) sum(x * widths))
    list(value = colSums(rbind(fit$p0, fit$pstate) * widths)[rows], error = sqrt(colSums((weights * area)^2))[rows])
  })
  columns <- function(m) unname(lapply(rows, function(k) numbers(m[, k])))
  list(causes = as.integer(causes), time = numbers(fit$time), at_risk = numbers(fit$n.risk[, 1]),
       events = columns(fit$n.event), incidence = columns(fit$pstate), standard_error = columns(fit$std.err),
       lower = columns(fit$lower), upper = columns(fit$upper),
       at = list(time = wanted, incidence = columns(s$pstate), standard_error = columns(s$std.err),
                 lower = columns(s$lower), upper = columns(s$upper)),
       lost = lapply(seq_along(tau), function(i)
         list(tau = tau[i], value = numbers(lost[[i]]$value), standard_error = numbers(lost[[i]]$error))))
}
with_cause <- function(d) {
  d$end <- factor(d$cause, sort(unique(c(0, d$cause))))
  d
}
curves <- list()
for (set in names(sets)) {
  d <- with_cause(sets[[set]])
  causes <- setdiff(levels(d$end), "0")
  for (interval in c("log-log", "log", "plain")) {
    level <- if (interval == "log") .9 else .95
    fit <- survfit(Surv(time, end) ~ 1, d, conf.type = interval, conf.int = level, influence = TRUE)
    last <- max(d$time)
    curves[[length(curves) + 1]] <- c(
      list(set = set, interval = interval, level = level),
      incidence(fit, causes, round(last * c(.2, .5, .9), 1), last * c(.4, 1)))
  }
}

aalen <- lapply(sets[names(sets) != "noise"], function(d) {
  fit <- cuminc(d$time, d$cause)
  lapply(unname(fit), function(one) list(time = one$time, incidence = one$est, variance = one$var))
})

# Delayed entry: the infinitesimal jackknife of survival, the multinomial variance of etm (which separates tied events)
set.seed(14)
late <- data.frame(entry = round(runif(50, 0, 6), 2))
late$time <- round(late$entry + 0.1 + rexp(50, .2), 3)
late$cause <- sample(0:2, 50, TRUE, c(.3, .4, .3))
late <- rbind(data.frame(entry = 0, time = c(9.123, 8.5), cause = c(1, 2)), late)
stopifnot(!anyDuplicated(late$time))
late$end <- factor(late$cause, 0:2)
late$id <- seq_len(nrow(late))
fit <- survfit(Surv(entry, time, end) ~ 1, late, id = id, conf.type = "log-log", influence = TRUE)
possible <- matrix(FALSE, 3, 3)
possible[1, 2:3] <- TRUE
moves <- data.frame(id = late$id, from = 0, to = ifelse(late$cause == 0, "cens", late$cause), entry = late$entry, exit = late$time)
found <- etm(moves, c("0", "1", "2"), possible, "cens", 0, covariance = TRUE)
at <- c(2.5, 5, 8, 12)
entered <- list(
  rows = as.list(late[c("entry", "time", "cause")]),
  robust = incidence(fit, c("1", "2"), c(3, 6), c(4, 8)),
  delta = list(time = at,
    incidence = lapply(c("0 1", "0 2"), function(which) numbers(trprob(found, which, at))),
    variance = lapply(c("0 1", "0 2"), function(which) numbers(trcov(found, which, at)))))

set.seed(15)
d <- with_cause(sets$months)
whole <- sample(1:4, n, TRUE)
sampling <- round(runif(n, .4, 3), 3)
copies <- d[rep(seq_len(n), whole), ]
weighted <- list(
  whole = list(weights = whole, curve = incidence(
    survfit(Surv(time, end) ~ 1, copies, conf.type = "log-log", influence = TRUE), c("1", "2", "3"), c(10, 30), 30)),
  sampling = list(weights = sampling, curve = incidence(
    survfit(Surv(time, end) ~ 1, d, weights = sampling, conf.type = "log-log", influence = TRUE), c("1", "2", "3"), c(10, 30), 30, sampling)))
stopifnot(nrow(copies) == sum(whole))

gray <- list()
for (set in setdiff(names(sets), "noise")) {
  d <- sets[[set]]
  for (rho in c(0, 1, -.5)) for (stratified in c(FALSE, TRUE)) {
    fit <- if (stratified) cuminc(d$time, d$cause, d$group, d$stratum, rho = rho)
           else cuminc(d$time, d$cause, d$group, rho = rho)
    gray[[length(gray) + 1]] <- list(
      set = set, rho = rho, stratified = stratified, cause = as.integer(rownames(fit$Tests)),
      statistic = numbers(fit$Tests[, "stat"]),
      p = pchisq(numbers(fit$Tests[, "stat"]), fit$Tests[1, "df"], lower.tail = FALSE), df = numbers(fit$Tests[, "df"]))
  }
}

write_exact(
  list(made_with = list(R = R.version.string, survival = as.character(packageVersion("survival")),
                        cmprsk = as.character(packageVersion("cmprsk")), etm = as.character(packageVersion("etm"))),
       sets = lapply(sets[names(sets) != "mgus2"], as.list), curves = curves, aalen = aalen, entered = entered,
       weighted = weighted, gray = gray),
  "tests/golden/competing_risks.json")
