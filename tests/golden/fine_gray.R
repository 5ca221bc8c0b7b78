# Fine-Gray models by R's cmprsk: writes fine_gray.json beside this script.
# Run from the project's root: Rscript tests/golden/fine_gray.R
# Inputs are R's mgus2 and data generated here; that data set is not stored.
# cmprsk's variance with several censoring groups is not stored: see fine_gray_variance.py.
suppressMessages(library(cmprsk))
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
numbers <- function(x) as.vector(unname(x))

# The same rows as the package that the tests read: tests/data/survival_package.py
mgus <- survival::mgus2
mgus$time <- ifelse(mgus$pstat == 1, mgus$ptime, mgus$futime)
mgus$cause <- ifelse(mgus$pstat == 1, 1, 2 * mgus$death)
# Diagnosed from 1985 on, with every value known
mgus <- mgus[mgus$dxyr >= 1985 & complete.cases(mgus[c("hgb", "creat", "mspike")]), ]
covariates <- with(mgus, cbind(
  below_65 = age < 65, from_80 = age >= 80, haemoglobin = hgb, creatinine = creat, m_spike = mspike, male = sex == "M"))
sets <- list(mgus2 = list(time = mgus$time, cause = mgus$cause, X = covariates * 1, group = as.character(mgus$sex)))

# Months with one decimal, censoring that depends on the group
set.seed(31)
n <- 200
x <- cbind(a = round(rnorm(n), 2), b = rbinom(n, 1, .4), c = round(runif(n, 20, 80)))
group <- x[, "b"] + rbinom(n, 1, .3)
t <- rexp(n, .05 * exp(.5 * x[, "a"] - .4 * x[, "b"]))
end <- runif(n, 2, ifelse(group == 1, 20, 60))
sets$months <- list(time = round(pmin(t, end), 1), cause = ifelse(t <= end, sample(1:3, n, TRUE, c(.5, .3, .2)), 0), X = x,
                    group = group)
# Whole years: ties everywhere, causes and censorings on the same time. Not at time 0, where crr takes G(0) for G(0-)
set.seed(32)
sets$tied <- list(time = 1 + rpois(90, 4), cause = sample(0:2, 90, TRUE), X = cbind(a = rbinom(90, 1, .5), b = rpois(90, 2)),
                  group = sample(1:2, 90, TRUE))
# Nobody is censored
set.seed(33)
sets$complete <- list(time = rpois(60, 9), cause = sample(1:2, 60, TRUE), X = cbind(a = round(rnorm(60), 2)), group = rep(1, 60))
# Only the cause itself: Cox's model with Breslow's ties and its robust variance
set.seed(34)
sets$alone <- list(time = rpois(60, 9), cause = sample(0:1, 60, TRUE), X = cbind(a = round(rnorm(60), 2), b = rbinom(60, 1, .5)),
                   group = rep(1, 60))

fits <- list()
for (set in names(sets)) for (of in setdiff(sort(unique(sets[[set]]$cause)), 0)) for (grouped in c(FALSE, TRUE)) {
  d <- sets[[set]]
  if (grouped && length(unique(d$group)) == 1) next
  options <- list(d$time, d$cause, d$X, failcode = of)
  if (grouped) options$cengroup <- d$group
  # crr halves good steps when the likelihood is flat to the last digit: the last ones are taken here
  fit <- do.call(crr, c(options, gtol = 1e-10, maxiter = 50))
  stopifnot(fit$converged)
  for (polish in 1:2) {
    at <- fit$coef + solve(fit$inf, fit$score)
    fit <- do.call(crr, c(options, list(init = at, maxiter = 0)))
  }
  stopifnot(max(abs(solve(fit$inf, fit$score)) / sqrt(diag(fit$invinf))) < 1e-12)
  new <- d$X[c(1, 7, 12), , drop = FALSE]
  predicted <- unclass(predict(fit, new))
  se <- sqrt(diag(fit$var))
  fits[[length(fits) + 1]] <- c(
    list(set = set, of = of, grouped = grouped, coefficients = numbers(fit$coef), log_likelihood = fit$loglik,
         null = fit$loglik.null, rows = c(0, 6, 11), time = numbers(predicted[, 1]),
         incidence = lapply(2:4, function(j) numbers(predicted[, j])), information = numbers(fit$inf)),
    if (!grouped) list(variance = numbers(fit$var), standard_errors = numbers(se),
                       p = 2 * pnorm(-abs(numbers(fit$coef) / se))))
}
write_exact(
  list(made_with = list(R = R.version.string, cmprsk = as.character(packageVersion("cmprsk"))),
       sets = lapply(sets[names(sets) != "mgus2"], function(d) list(
         time = d$time, cause = d$cause, group = d$group, names = colnames(d$X),
         X = lapply(seq_len(ncol(d$X)), function(j) numbers(d$X[, j])))),
       fits = fits),
  "tests/golden/fine_gray.json")
