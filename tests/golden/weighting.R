# Propensity score weights, balance and weighted differences by R: writes weighting.json beside this script.
# Run from the project's root (Debian r-base-core, r-cran-numderiv, r-cran-sandwich, r-cran-jsonlite):
#   python -m tests.data.public FOLDER && Rscript tests/golden/weighting.R FOLDER
# Aggregates and a few patients' weights only, no data set is stored.
suppressMessages({library(sandwich); library(numDeriv); library(survival)})
source("tests/golden/exact.R")
folder <- commandArgs(trailingOnly = TRUE)[1]
described <- jsonlite::fromJSON(file.path(folder, "sets.json"), simplifyDataFrame = FALSE)
numbers <- function(x) as.vector(unname(x))

read_set <- function(name) {
  about <- described[[name]]
  d <- read.csv(file.path(folder, paste0(name, ".csv")), stringsAsFactors = FALSE)
  for (f in names(about$levels)) d[[f]] <- factor(d[[f]], levels = unlist(about$levels[[f]]))
  for (x in about$numbers) d[[x]] <- as.numeric(d[[x]])
  d
}

weights_of <- list(
  ATE = function(t, e) ifelse(t == 1, 1 / e, 1 / (1 - e)),
  ATT = function(t, e) ifelse(t == 1, 1, e / (1 - e)),
  overlap = function(t, e) ifelse(t == 1, 1 - e, e))

# Estimating equations of the propensity model and of both weighted means, stacked: A^-1 B A^-1'.
stacked <- function(X, t, y, estimand, beta) {
  w <- weights_of[[estimand]]
  psi <- function(theta) {
    e <- plogis(drop(X %*% theta[seq_len(ncol(X))]))
    mu <- theta[ncol(X) + 1:2]
    cbind(X * (t - e), w(t, e) * t * (y - mu[1]), w(t, e) * (1 - t) * (y - mu[2]))
  }
  e <- plogis(drop(X %*% beta)); v <- w(t, e)
  theta <- c(beta, sum(v * t * y) / sum(v * t), sum(v * (1 - t) * y) / sum(v * (1 - t)))
  A <- -jacobian(function(th) colSums(psi(th)), theta)
  B <- crossprod(psi(theta))
  V <- solve(A) %*% B %*% t(solve(A))
  k <- ncol(X) + 1:2
  difference <- c(1, -1)
  known <- v * cbind(t * (y - theta[k[1]]) / sum(v * t), (1 - t) * (y - theta[k[2]]) / sum(v * (1 - t)))
  by_sandwich <- sqrt(diag(sandwich(lm(y ~ t, weights = v))))[2]
  stopifnot(abs(by_sandwich / sqrt(sum((known[, 1] - known[, 2])^2)) - 1) < 1e-9)
  list(means = numbers(theta[k]), errors = numbers(sqrt(diag(V)[k])),
       error = numbers(sqrt(difference %*% V[k, k] %*% difference)), known_errors = numbers(sqrt(colSums(known^2))),
       known_error = numbers(by_sandwich))
}

smd <- function(X, t, v, spread) sapply(seq_len(ncol(X)), function(j) {
  x <- X[, j]; binary <- all(x %in% 0:1)
  spread2 <- function(x) if (binary) mean(x) * (1 - mean(x)) else var(x)
  unit <- if (spread == "pooled") sqrt((spread2(x[t == 1]) + spread2(x[t == 0])) / 2) else sqrt(spread2(x[t == 1]))
  (weighted.mean(x[t == 1], v[t == 1]) - weighted.mean(x[t == 0], v[t == 0])) / unit
})
# cov.wt(method = "unbiased") has the same denominator: 1 - sum of squared shares.
ratio <- function(X, t, v) sapply(seq_len(ncol(X)), function(j) {
  x <- X[, j]
  if (all(x %in% 0:1)) return(NA)
  one <- function(g) numbers(cov.wt(cbind(x[g]), wt = v[g] / sum(v[g]))$cov)
  one(t == 1) / one(t == 0)
})
kish <- function(v) sum(v)^2 / sum(v^2)

out <- list(made_with = list(R = R.version.string, sandwich = as.character(packageVersion("sandwich")),
  numDeriv = as.character(packageVersion("numDeriv"))))
studies <- list(
  list("gbsg2", "hormone", c("age", "size", "nodes", "menopause", "grade"), "event"),
  list("lymph_node", "hormone", c("age", "size", "nodes", "menopause", "grade"), "time"),
  list("rossi", "aid", c("age", "convictions", "black", "work", "married"), "event"),
  list("lupus", "white", c("age", "months_before", "male"), "event"),
  list("veteran", "treatment", c("karnofsky", "age", "cell_type", "prior_therapy"), "time"))
for (one in studies) {
  d <- read_set(one[[1]])
  d <- d[complete.cases(d[c(one[[2]], one[[3]], one[[4]])]), ]
  t <- as.integer(d[[one[[2]]]]) - 1
  y <- d[[one[[4]]]]
  formula <- as.formula(paste("t ~", paste(one[[3]], collapse = " + ")))
  control <- glm.control(epsilon = 1e-12, maxit = 100)
  fit <- glm(formula, binomial(), d, control = control)
  X <- model.matrix(fit); e <- fitted(fit)
  p <- mean(t)
  study <- list(treatment = one[[2]], covariates = one[[3]], outcome = one[[4]], n = length(t), treated = sum(t),
    score_range = range(e))
  for (estimand in names(weights_of)) {
    v <- weights_of[[estimand]](t, e)
    stabilised <- switch(estimand, ATE = v * ifelse(t == 1, p, 1 - p), ATT = v * ifelse(t == 1, 1, (1 - p) / p), overlap = NULL)
    normalised <- v * ifelse(t == 1, sum(t) / sum(v[t == 1]), sum(1 - t) / sum(v[t == 0]))
    first <- 1:6
    study[[estimand]] <- c(stacked(X, t, y, estimand, coef(fit)), list(
      weights = numbers(v[first]), stabilised = numbers(stabilised[first]), normalised = numbers(normalised[first]),
      effective = c(kish(v[t == 1]), kish(v[t == 0])),
      pooled = smd(X[, -1], t, v, "pooled"), by_treated = smd(X[, -1], t, v, "treated"), variance_ratio = ratio(X[, -1], t, v)))
    # A weighted Cox model with known scores: R's robust standard error.
    if ("time" %in% names(d)) {
      cox <- coxph(Surv(d$time, d$event) ~ t, weights = v, robust = TRUE, ties = "breslow",
        control = coxph.control(eps = 1e-12, iter.max = 100))
      study[[estimand]]$cox <- c(coef(cox), sqrt(cox$var))
    }
  }
  study$before <- list(pooled = smd(X[, -1], t, 0 * t + 1, "pooled"), by_treated = smd(X[, -1], t, 0 * t + 1, "treated"),
    variance_ratio = ratio(X[, -1], t, 0 * t + 1))
  out$studies[[one[[1]]]] <- study
}
write_exact(out, "tests/golden/weighting.json")
