# Rubin's rules and pooled tests by R's mice: writes rubin.json beside this script.
# Run from the project's root: Rscript tests/golden/rubin.R
# (Debian r-base-core, r-cran-mice, r-cran-mitml, r-cran-survival, r-cran-jsonlite). All data are generated here.
suppressMessages({library(mice); library(survival)})
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
numbers <- function(x) as.vector(unname(x))
rows <- function(x) apply(unname(x), 1, numbers, simplify = FALSE)
control <- suppressWarnings(coxph.control(eps = 1e-12, iter.max = 100))
tight <- glm.control(epsilon = 1e-14, maxit = 100)

# Follow-up, a marker and a stage with values missing at random; the imputations are stored.
set.seed(20250301)
n <- 90
d <- data.frame(age = round(rnorm(n, 63, 9)), marker = round(rexp(n, .1), 2),
                stage = factor(sample(c("A", "B", "C"), n, TRUE, c(.5, .3, .2))))
d$time <- round(rexp(n, .03 * exp(.03 * (d$age - 63) + .02 * d$marker + c(0, .4, .9)[d$stage])), 1) + .1
end <- round(runif(n, 5, 60), 1)
d$event <- as.integer(d$time <= end)
d$time <- pmin(d$time, end)
d$response <- rbinom(n, 1, plogis(-1 + .04 * (d$age - 63) + c(0, .7, 1.2)[d$stage]))
holes <- d
holes$marker[runif(n) < plogis(-1 + .05 * (d$age - 63))] <- NA
holes$stage[runif(n) < .25] <- NA
m <- 6
imp <- mice(holes, m = m, maxit = 5, seed = 11, printFlag = FALSE)
sets <- lapply(seq_len(m), function(i) complete(imp, i))
with_all <- function(f) as.mira(lapply(sets, f))

pooled <- function(fits, dfcom) {
  one <- function(df) {
    p <- pool(fits, dfcom = df)$pooled
    s <- summary(pool(fits, dfcom = df), conf.int = TRUE)
    list(estimate = p$estimate, within = p$ubar, between = p$b, df = p$df, increase = p$riv, share = p$lambda,
         fmi = p$fmi, standard_error = s$std.error, statistic = s$statistic, p = s$p.value,
         lower = s[["2.5 %"]], upper = s[["97.5 %"]])
  }
  fits <- fits$analyses
  list(names = names(coef(fits[[1]])), values = lapply(fits, function(f) numbers(coef(f))),
       covariances = lapply(fits, function(f) rows(vcov(f))), dfcom = dfcom, small = one(dfcom), large = one(Inf))
}
test_numbers <- function(x) list(statistic = x[1], df = x[2], df_denominator = x[3], p = x[4], increase = x[5])

linear1 <- with_all(function(s) lm(marker ~ age + stage + event, s))
linear0 <- with_all(function(s) lm(marker ~ age + event, s))
logistic1 <- with_all(function(s) glm(response ~ age + marker + stage, binomial, s, control = tight))
logistic0 <- with_all(function(s) glm(response ~ age + marker, binomial, s, control = tight))
cox0 <- with_all(function(s) coxph(Surv(time, event) ~ age + marker, s, control = control))
cox1 <- with_all(function(s) coxph(Surv(time, event) ~ age + marker + stage, s, control = control))

d1 <- function(fit1, fit0, where) {
  small <- D1(fit1, fit0)
  large <- mitml::testModels(as.mitml.result(fit1), as.mitml.result(fit0), method = "D1")$test
  list(columns = where, dfcom = small$dfcom, small = test_numbers(numbers(small$result)), large = test_numbers(numbers(large)))
}
d3 <- function(fit1, fit0) {
  x <- D3(fit1, fit0)
  v <- x$deviances
  list(own = v$dev0.M - v$dev1.M, at_pooled = v$dev0.L - v$dev1.L, test = test_numbers(numbers(x$result)))
}
# mice's D3 estimates the intercept and the variance again while it holds the slopes at their pooled values;
# mitml's holds all parameters there, as Meng & Rubin do.
d3_all <- function(fit1, fit0) {
  test <- mitml::testModels(as.mitml.result(fit1), as.mitml.result(fit0), method = "D3")$test
  list(test = test_numbers(numbers(test)))
}
# mice has no D3 for Cox models: the log partial likelihoods are coxph's, the formulas are Meng & Rubin's.
d3_cox <- function(fit1, fit0) {
  mean_of <- function(fit) rowMeans(sapply(fit$analyses, coef))
  at <- function(fit, b) sapply(sets, function(s) {
    coxph(formula(fit$analyses[[1]]), s, init = b, control = coxph.control(iter.max = 0))$loglik[2]
  })
  own <- sapply(fit1$analyses, function(f) 2 * f$loglik[2]) - sapply(fit0$analyses, function(f) 2 * f$loglik[2])
  at_pooled <- 2 * (at(fit1, mean_of(fit1)) - at(fit0, mean_of(fit0)))
  k <- 2
  r <- (m + 1) / (k * (m - 1)) * (mean(own) - mean(at_pooled))
  d <- mean(at_pooled) / (k * (1 + r))
  t <- k * (m - 1)
  v <- 4 + (t - 4) * (1 + (1 - 2 / t) / r)^2
  list(own = own, at_pooled = at_pooled, test = test_numbers(c(d, k, v, pf(d, k, v, lower.tail = FALSE), r)))
}
ratio <- function(fit1, fit0) mapply(function(a, b) as.numeric(2 * (logLik(a) - logLik(b))), fit1$analyses, fit0$analyses)
wald <- function(fit, keep) sapply(fit$analyses, function(f) {
  b <- coef(f)[keep]
  numbers(b %*% solve(vcov(f)[keep, keep]) %*% b)
})
d2 <- function(fit1, fit0, chi_squares, use) {
  list(chi_squares = chi_squares, test = test_numbers(numbers(D2(fit1, fit0, use = use)$result)))
}

# One quantity at a time
scalars <- lapply(list(list(c(.5, .7, .4, .6), c(.04, .05, .03, .04), Inf, 1),
                       list(c(-1.2, -1.21, -1.19), c(.3, .31, .29), 40, 3),
                       list(c(2, 9, -4, 1, 3), c(.1, .2, .1, .3, .2), 25, 5)), function(x) {
  r <- pool.scalar(x[[1]], x[[2]], n = x[[3]], k = x[[4]])
  list(estimates = x[[1]], variances = x[[2]], complete_df = x[[3]] - x[[4]], value = r$qbar, within = r$ubar,
       between = r$b, total = r$t, df = r$df, increase = r$r, fmi = r$fmi)
})

# Survival at 12 per imputation, by imputed stage, on the scale log(-log S)
curves <- lapply(c("A", "B", "C"), function(g) {
  s <- t(sapply(sets, function(x) {
    r <- summary(survfit(Surv(time, event) ~ 1, x[x$stage == g, ]), times = 12)
    c(r$surv, r$std.err)
  }))
  theta <- log(-log(s[, 1]))
  u <- (s[, 2] / (s[, 1] * log(s[, 1])))^2
  r <- pool.scalar(theta, u, n = 41, k = 1)
  q <- qt(.975, r$df) * sqrt(r$t)
  back <- function(x) exp(-exp(x))
  list(survival = s[, 1], standard_error = s[, 2], value = back(r$qbar), lower = back(r$qbar + q), upper = back(r$qbar - q),
       df = r$df, within = r$ubar, between = r$b)
})

stored <- lapply(sets, function(s) {
  s$stage <- as.character(s$stage)
  as.list(s)
})
write_exact(
  list(
    made_with = list(R = R.version.string, mice = as.character(packageVersion("mice")),
                     mitml = as.character(packageVersion("mitml")), survival = as.character(packageVersion("survival"))),
    sets = stored, scalars = scalars,
    models = list(linear = pooled(linear1, linear1$analyses[[1]]$df.residual),
                  logistic = pooled(logistic1, logistic1$analyses[[1]]$df.residual),
                  cox = pooled(cox1, sum(d$event) - 4)),
    d1 = list(linear = d1(linear1, linear0, c(2, 3)), logistic = d1(logistic1, logistic0, c(3, 4))),
    d2 = list(likelihood = d2(logistic1, logistic0, ratio(logistic1, logistic0), "likelihood"),
              wald = d2(logistic1, logistic0, wald(logistic1, 4:5), "wald")),
    d3 = list(linear = d3(linear1, linear0), logistic = d3(logistic1, logistic0)),
    d3_all = d3_all(linear1, linear0), d3_cox = d3_cox(cox1, cox0),
    curves = curves),
  "tests/golden/rubin.json")
