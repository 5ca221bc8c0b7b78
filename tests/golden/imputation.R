# The formulas behind each imputation method by R's mice, stats, VGAM, ordinal and survival: writes imputation.json.
# Run from the project's root: Rscript tests/golden/imputation.R
# (Debian r-base-core, r-cran-mice, r-cran-vgam, r-cran-ordinal, r-cran-survival, r-cran-jsonlite). Data: made here.
suppressMessages({library(mice); library(survival)})
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
numbers <- function(x) as.vector(unname(x))
rows <- function(x) apply(unname(x), 1, numbers, simplify = FALSE)

set.seed(7)
n <- 70
x <- cbind(a = round(rnorm(n, 60, 9)), b = rbinom(n, 1, .4), c = round(rexp(n), 2), d = rbinom(n, 1, .2))
y <- round(drop(2 + x %*% c(.1, 1, -.5, .3)) + rnorm(n), 2)
ry <- runif(n) < .7

# Bayesian linear regression: the draws of the random numbers are stored beside what mice made of them.
set.seed(31)
drawn <- mice:::.norm.draw(y, ry, cbind(1, x))
df <- sum(ry) - ncol(x) - 1
set.seed(31)
chi_square <- rchisq(1, df)
least_squares <- mice:::estimice(cbind(1, x)[ry, ], y[ry])
regression <- list(
  x = rows(x), y = y, known = ry, chi_square = chi_square, df = df,
  sigma = drawn$sigma, fitted = numbers(cbind(1, x)[ry, ] %*% drawn$coef),
  centre = numbers(cbind(1, x)[!ry, ] %*% drawn$coef),
  covariance = rows(cbind(1, x)[!ry, ] %*% least_squares$v %*% t(cbind(1, x)[!ry, ])))

# Nearest donors: the one nearest, and everybody that is ever drawn from the nearest five
set.seed(5)
donors <- round(rnorm(40), 3)
stopifnot(!anyDuplicated(donors))
recipients <- round(rnorm(12, 0, 1.5), 4)
matched <- list(donors = donors, recipients = recipients, nearest = matchindex(donors, recipients, 1L),
                five = apply(replicate(400, matchindex(donors, recipients, 5L)), 1, function(i) sort(unique(i)), simplify = FALSE))

# Categories: the rows of White, Daniel & Royston, and regressions on the augmented data. In `three` the first
# predictor predicts the highest level perfectly.
level2 <- as.integer(runif(n) < plogis(.1 * (x[, 1] - 60)))
level3 <- findInterval(.08 * (x[, 1] - 60) + x[, 2] + rlogis(n), c(-.5, 1.2))
separated <- pmax(level3 - (x[, 1] <= 68 & level3 == 2), 2 * (x[, 1] > 68))
augmented <- function(level, known) {
  a <- mice:::augment(factor(level), known, x, !known)
  extra <- seq_along(a$y) > n
  list(rows = rows(as.matrix(a$x[extra, ])),
       level = as.integer(a$y[extra]) - 1, weight = a$w[extra])
}
on_augmented <- function(level, known) {
  a <- mice:::augment(factor(level), known, x, !known)
  cbind(data.frame(y = as.integer(a$y) - 1L, w = a$w), as.matrix(a$x))[a$ry, ]
}
set.seed(8)
known <- runif(n) < .75
two <- on_augmented(level2, known)
logistic <- suppressWarnings(glm(y ~ a + b + c + d, binomial, two, weights = w, control = glm.control(1e-14, 100)))
# The covariance at the estimates themselves: that which glm and vglm report is of one step before.
covariance <- function(a, probability) {
  X <- cbind(1, as.matrix(a[c("a", "b", "c", "d")]))
  others <- seq_len(ncol(probability))[-1]
  block <- function(i, j) crossprod(X, X * (a$w * probability[, i] * ((i == j) - probability[, j])))
  rows(solve(do.call(rbind, lapply(others, function(i) do.call(cbind, lapply(others, function(j) block(i, j)))))))
}
multinomial <- function(level) {
  a <- on_augmented(level, known)
  fit <- suppressWarnings(VGAM::vglm(factor(y) ~ a + b + c + d, VGAM::multinomial(refLevel = 1), a, weights = w,
                                     control = VGAM::vglm.control(epsilon = 1e-14, maxit = 100)))
  order <- c(seq(1, 10, 2), seq(2, 10, 2))
  list(level = level, coefficients = numbers(coef(fit)[order]), covariance = covariance(a, VGAM::fitted(fit)),
       log_likelihood = VGAM::logLik(fit))
}
# log odds of level <= j = cut_j - x'b
ordered_fit <- function(level) {
  a <- on_augmented(level, known)
  fit <- ordinal::clm(factor(y) ~ a + b + c + d, data = a, weights = w,
                      control = ordinal::clm.control(gradTol = 1e-11, maxIter = 200))
  list(level = level, cuts = numbers(fit$alpha), coefficients = numbers(fit$beta), log_likelihood = fit$logLik,
       hessian = rows(fit$Hessian))
}
categories <- list(
  x = rows(x), known = known,
  augmented2 = augmented(level2, known), augmented3 = augmented(level3, known),
  logistic = list(level = level2, coefficients = numbers(coef(logistic)), covariance = covariance(two, cbind(1 - fitted(logistic), fitted(logistic))),
                  log_likelihood = sum(two$w * log(ifelse(two$y == 1, fitted(logistic), 1 - fitted(logistic))))),
  multinomial = list(multinomial(level3), multinomial(separated)), ordered = list(ordered_fit(level3), ordered_fit(separated)))

# Which predictors mice leaves out: a near-sum of two others
set.seed(9)
near <- data.frame(y = rnorm(50), u = rnorm(50), v = rnorm(50, 0, 2))
near$sum <- near$u + near$v + rnorm(50, 0, .001)
near$z <- rnorm(50)
near$y[1:10] <- NA
log <- suppressWarnings(mice(near, m = 1, maxit = 1, method = c("norm", "", "", "", ""), printFlag = FALSE, seed = 1))$loggedEvents
collinear <- list(columns = lapply(near[-1], numbers), missing = as.integer(is.na(near$y)), left_out = log$out)

# Nelson-Aalen at the own time
set.seed(10)
hazard <- function(time, event) {
  f <- survfit(Surv(time, event) ~ 1, ctype = 1)
  list(time = time, event = event, cumulative_hazard = f$cumhaz[match(time, f$time)],
       mice = nelsonaalen(data.frame(time, event), time, event))
}
outcome <- list(tied = hazard(sample(1:8, 40, TRUE), rbinom(40, 1, .6)), distinct = hazard(round(rexp(40), 6), rbinom(40, 1, .6)))

write_exact(
  list(
    made_with = list(R = R.version.string, mice = as.character(packageVersion("mice")), VGAM = as.character(packageVersion("VGAM")),
                     ordinal = as.character(packageVersion("ordinal")), survival = as.character(packageVersion("survival"))),
    regression = regression, matched = matched, categories = categories, collinear = collinear, outcome = outcome),
  "tests/golden/imputation.json")
