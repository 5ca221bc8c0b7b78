# Meta-analysis by R's metafor: writes meta_analysis.json beside this script.
# Run from the project's root (Debian r-cran-metafor, r-cran-jsonlite): Rscript tests/golden/meta_analysis.R
# metafor stops its iterations at a change of 1e-5 and its searches for roots at 1e-4: here both go on to the last digits.
suppressPackageStartupMessages({library(metafor); library(metadat)})
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
# The threshold is of the absolute change of tau2, and follows the scale of the effects.
control <- function(y) list(threshold = 1e-13 * max(var(y), 1e-6), maxiter = 10000, tol = 1e-15, tau2.max = 1e5)
METHODS <- c("FE", "DL", "REML", "PM", "ML", "EB", "HE", "HS", "SJ")
numbers <- function(x) as.vector(unname(x))

# The tables of tests/data hold what the publications printed; metadat's are the same numbers, or this script stops.
read <- function(name) read.csv(file.path("tests/data", paste0(name, ".csv")), stringsAsFactors = FALSE)
tuberculosis <- read("tuberculosis"); pre_eclampsia <- read("pre_eclampsia"); catheters <- read("catheters")
passive_smoking <- read("passive_smoking"); teacher_expectancy <- read("teacher_expectancy")
tables <- list(
  tuberculosis = tuberculosis[, c("events_vaccinated", "n_vaccinated", "events_unvaccinated", "n_unvaccinated")],
  pre_eclampsia = pre_eclampsia[, c("events_diuretic", "n_diuretic", "events_control", "n_control")],
  catheters = catheters[, c("events_coated", "n_coated", "events_control", "n_control")],
  zeros = data.frame(a = c(0, 3, 0, 5, 2, 7), n1 = c(10, 10, 10, 5, 40, 30), c = c(2, 0, 0, 5, 6, 4), n2 = c(12, 11, 9, 5, 38, 29)),
  pair = data.frame(a = c(4, 9), n1 = c(50, 61), c = c(8, 9), n2 = c(47, 63)),
  lone = data.frame(a = 4, n1 = 50, c = 8, n2 = 47))
tables <- lapply(tables, setNames, c("a", "n1", "c", "n2"))
with(tables$tuberculosis, stopifnot(a == dat.bcg$tpos, n1 - a == dat.bcg$tneg, c == dat.bcg$cpos, n2 - c == dat.bcg$cneg,
  tuberculosis$latitude == dat.bcg$ablat, tuberculosis$allocation == dat.bcg$alloc))
with(tables$pre_eclampsia, stopifnot(a == dat.collins1985b$pre.xti, n1 == dat.collins1985b$pre.nti,
  c == dat.collins1985b$pre.xci, n2 == dat.collins1985b$pre.nci))
with(tables$catheters, stopifnot(a == dat.nielweise2007$ai, n1 == dat.nielweise2007$n1i, c == dat.nielweise2007$ci,
  n2 == dat.nielweise2007$n2i))
with(passive_smoking, stopifnot(ratio == dat.hackshaw1998$or, lower == dat.hackshaw1998$or.lb, upper == dat.hackshaw1998$or.ub))
with(teacher_expectancy, stopifnot(difference == dat.raudenbush1985$yi, weeks == pmin(dat.raudenbush1985$weeks, 3),
  round(standard_error^2, 4) == dat.raudenbush1985$vi))

effects <- function(measure, d) escalc(measure = measure, ai = d$a, n1i = d$n1, ci = d$c, n2i = d$n2)
of_counts <- function(measure, d) { e <- effects(measure, d); list(y = numbers(e$yi), v = numbers(e$vi)) }
drawn <- function(seed, k, tau2) {
  set.seed(seed)
  v <- round(rchisq(k, 3) / 20 + 0.01, 3)
  list(y = round(rnorm(k, 0.3, sqrt(tau2 + v)), 3), v = v)
}
z <- qnorm(0.975)
sets <- list(
  tuberculosis_rr = of_counts("RR", tables$tuberculosis), tuberculosis_or = of_counts("OR", tables$tuberculosis),
  tuberculosis_rd = of_counts("RD", tables$tuberculosis), pre_eclampsia = of_counts("OR", tables$pre_eclampsia),
  catheters = of_counts("OR", tables$catheters),
  passive_smoking = with(passive_smoking, list(y = log(ratio), v = ((log(upper) - log(lower)) / (2 * z))^2)),
  teacher_expectancy = with(teacher_expectancy, list(y = difference, v = standard_error^2)),
  same_effects = list(y = c(0.25, 0.25, 0.25, 0.25), v = c(0.1, 0.3, 0.02, 0.5)),
  alike = list(y = c(0.21, 0.25, 0.19, 0.23, 0.22), v = c(0.1, 0.3, 0.2, 0.5, 0.15)),
  pair = list(y = c(-0.6, 0.9), v = c(0.11, 0.23)), pair_alike = list(y = c(0.6, 0.7), v = c(0.11, 0.23)),
  far_apart = list(y = c(-9.5, 4.2, 0.3, 15.1, 2.2), v = c(0.02, 0.01, 0.05, 0.04, 0.03)),
  one_exact = list(y = c(0.12, 0.5, -0.3, 0.4, 0.9), v = c(1e-4, 0.1, 0.2, 0.15, 0.25)),
  all_exact = list(y = c(0.12, 0.121, 0.1225, 0.1195), v = c(1e-8, 2e-8, 4e-8, 1e-8)),
  edge = list(y = c(0.9, -0.1, 0.2, 0.15, 0.1, 0.3), v = c(0.25, 0.05, 0.02, 0.04, 0.3, 0.06)),
  ties = list(y = c(0.1, 0.3, 0.3, 0.5, -0.2, 0.3, 0.8, 0.1), v = c(0.04, 0.04, 0.09, 0.16, 0.09, 0.25, 0.36, 0.04)),
  drawn_5 = drawn(81, 5, 0.1), drawn_12 = drawn(82, 12, 0.02), drawn_25 = drawn(83, 25, 0.4), drawn_60 = drawn(84, 60, 0.05))

fit <- function(d, method, test = "z", mods = NULL) {
  given <- list(yi = d$y, vi = d$v, method = method, test = test, control = control(d$y))
  do.call(rma, if (is.null(mods)) given else c(given, list(mods = mods)))
}
line <- function(r) c(numbers(r$beta), numbers(r$se), numbers(r$zval), numbers(r$pval), numbers(r$ci.lb), numbers(r$ci.ub))
whole <- function(d, method) {
  r <- fit(d, method)
  tests <- lapply(list(normal = "z", hartung = "knha", never_narrower = "adhoc"), function(t)
    tryCatch(line(fit(d, method, t)), error = function(e) NULL))
  out <- list(tests = tests, q = c(r$QE, r$QEp), tau2 = r$tau2, i2 = r$I2, h2 = r$H2, weights = numbers(weights(r)))
  if (method != "FE") {
    profile <- suppressWarnings(tryCatch(confint(r, control = control(d$y)), error = function(e) NULL))
    # metafor marks an empty interval with both limits at tau2.min or by ci.null
    if (!is.null(profile)) out$profile <- list(tau2 = numbers(profile$random["tau^2", 2:3]), i2 = numbers(profile$random["I^2(%)", 2:3]),
      h2 = numbers(profile$random["H^2", 2:3]), empty = profile$ci.null)
    # Higgins, Thompson & Spiegelhalter's interval, t on k - 2 df: metafor 3.8 has the normal one, with the same variance
    if (r$k > 2) out$prediction <- numbers(r$beta) + c(-1, 1) * qt(0.975, r$k - 2) * sqrt(numbers(r$se)^2 + r$tau2)
  }
  if (method %in% c("ML", "REML")) {
    out$log_likelihood <- r$fit.stats["ll", method]; out$se_tau2 <- r$se.tau2
  }
  out
}
several <- function(x) list(estimate = numbers(x$estimate), se = numbers(x$se), p = numbers(x$pval), tau2 = numbers(x$tau2), q = numbers(x$Q))

results <- lapply(names(sets), function(name) {
  message(name); d <- sets[[name]]
  k <- length(d$y)
  out <- list(y = d$y, v = d$v, methods = sapply(METHODS, function(m) whole(d, m), simplify = FALSE))
  if (k < 3) return(out)
  for (m in c("FE", "DL", "REML", "PM")) {
    r <- fit(d, m)
    out$leave_one_out[[m]] <- several(leave1out(r))
    i <- suppressWarnings(influence(r))$inf
    out$influence[[m]] <- lapply(list(residual = i$rstudent, dffits = i$dffits, cook = i$cook.d, variance_ratio = i$cov.r,
      tau2 = i$tau2.del, q = i$QE.del, hat = i$hat), numbers)
    out$cumulative[[m]] <- several(cumul(r))
  }
  if (length(unique(d$v)) > 1 && length(unique(d$y)) > 1) {
    # metafor finds a design of standard errors near 1e-4 not of full rank
    lm <- tryCatch(regtest(d$y, d$v, model = "lm"), error = function(e) NULL)
    if (!is.null(lm)) out$egger <- c(lm$zval, lm$pval, lm$est, lm$ci.lb, lm$ci.ub)
    rr <- tryCatch(regtest(fit(d, "REML")), error = function(e) NULL)
    if (!is.null(rr)) out$egger_random <- c(rr$zval, rr$pval, rr$est, rr$ci.lb, rr$ci.ub)
    rank <- suppressWarnings(ranktest(d$y, d$v))
    out$begg <- c(rank$tau, rank$pval)
    out$trim_and_fill <- lapply(list(list("L0", "left"), list("L0", "right"), list("R0", "left"), list("R0", "right")), function(how) {
      # By DL, which has a formula: trimfill fits again and again, and does not hand its control on.
      t <- trimfill(fit(d, "DL"), estimator = how[[1]], side = how[[2]])
      list(how = unlist(how), missing = t$k0, se = t$se.k0, estimate = numbers(t$beta), ci = c(t$ci.lb, t$ci.ub), tau2 = t$tau2)
    })
    default <- tryCatch(trimfill(fit(d, "DL")), error = function(e) NULL)
    if (!is.null(default)) out$trim_side <- default$side
  }
  out
})

names(results) <- names(sets)

counts <- lapply(tables, function(d) {
  out <- list(table = as.list(d))
  for (m in c("OR", "RR", "RD")) {
    out$effects[[m]] <- of_counts(m, d)
    r <- tryCatch(rma.mh(measure = m, ai = d$a, n1i = d$n1, ci = d$c, n2i = d$n2), error = function(e) NULL)
    if (!is.null(r)) out$mantel_haenszel[[m]] <- list(test = line(r), q = c(r$QE, r$QEp), i2 = r$I2, h2 = r$H2)
  }
  r <- rma.peto(ai = d$a, n1i = d$n1, ci = d$c, n2i = d$n2)
  out$peto <- list(test = line(r), q = c(r$QE, r$QEp), i2 = r$I2, h2 = r$H2)
  out
})

alternate <- as.numeric(tuberculosis$allocation == "alternate"); systematic <- as.numeric(tuberculosis$allocation == "systematic")
designs <- list(
  latitude = list(set = "tuberculosis_rr", X = cbind(tuberculosis$latitude)),
  allocation = list(set = "tuberculosis_rr", X = cbind(alternate, systematic)),
  both = list(set = "tuberculosis_rr", X = cbind(tuberculosis$latitude - 33, alternate, systematic)),
  year = list(set = "tuberculosis_or", X = cbind(tuberculosis$year)),
  weeks = list(set = "teacher_expectancy", X = cbind(teacher_expectancy$weeks)),
  design = list(set = "passive_smoking", X = cbind(as.numeric(passive_smoking$design == "cohort"))),
  nothing_left = list(set = "alike", X = cbind(c(1, 2, 3, 4, 6))))
regressions <- lapply(designs, function(one) {
  out <- list(set = one$set, X = unname(split(one$X, row(one$X))))
  d <- sets[[one$set]]
  for (m in c("FE", "DL", "REML", "PM", "ML")) for (t in c("z", "knha")) {
    r <- suppressWarnings(fit(d, m, t, one$X))
    found <- list(b = numbers(r$beta), se = numbers(r$se), statistic = numbers(r$zval), p = numbers(r$pval),
      lower = numbers(r$ci.lb), upper = numbers(r$ci.ub), moderators = c(r$QM, r$QMp), q = c(r$QE, r$QEp), tau2 = r$tau2, i2 = r$I2)
    if (m != "FE" && r$tau2 < 1e4) found$r2 <- r$R2
    out$fits[[m]][[t]] <- found
  }
  out
})

group <- tuberculosis$allocation
d <- sets$tuberculosis_rr
separate <- lapply(unique(group), function(g) line(fit(list(y = d$y[group == g], v = d$v[group == g]), "REML")))
between <- rma(yi = sapply(separate, `[`, 1), sei = sapply(separate, `[`, 2), method = "FE")
subgroups <- list(levels = unique(group), pooled = separate, between = c(between$QE, between$QEp))

write_exact(list(made_with = list(R = R.version.string, metafor = as.character(packageVersion("metafor"))),
  sets = results, counts = counts, regressions = regressions, subgroups = subgroups), "tests/golden/meta_analysis.json")
print(warnings())
