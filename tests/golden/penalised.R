# Penalised Cox models by R's glmnet and survival, splines by Hmisc and rms. Run from the project's root
# (Debian r-cran-survival, r-cran-glmnet, r-cran-rms, r-cran-jsonlite):
#   python -m tests.data.public FOLDER && Rscript tests/golden/penalised.R FOLDER
suppressPackageStartupMessages({library(survival); library(glmnet); library(rms)})
source("tests/golden/exact.R")
source("tests/golden/public_sets.R")
control <- suppressWarnings(coxph.control(eps = 1e-12, iter.max = 100))
numbers <- function(x) as.vector(unname(x))

complete <- function(set, covariates) {
  one <- read_set(set)
  one$data <- one$data[complete.cases(one$data[covariates]), ]
  one$X <- model.matrix(reformulate(covariates), one$data)[, -1, drop = FALSE]
  one
}

lasso <- list()
add_lasso <- function(set, covariates, alpha = 1, weights = FALSE) {
  one <- complete(set, covariates)
  w <- if (weights) 1 + (seq_len(nrow(one$X)) - 1) %% 3 / 2 else rep(1, nrow(one$X))
  # Censored just after their time: glmnet's routine misses the maximum by per cents when some are censored at the time
  # of an event, and meets its conditions to ten digits when none are. The risk sets are the same.
  time <- one$data$time + (one$data$event == 0) * min(diff(sort(unique(one$data$time)))) / 4
  y <- Surv(time, one$data$event)
  free <- glmnet(one$X, y, family = "cox", alpha = alpha, weights = w, nlambda = 20)
  lambda <- max(free$lambda) * c(0.7, 0.35, 0.1)
  # A path, because glmnet starts each from the one before.
  fit <- glmnet(one$X, y, family = "cox", alpha = alpha, weights = w, lambda = lambda, thresh = 1e-20, maxit = 1e7)
  lasso[[length(lasso) + 1]] <<- list(set = set, covariates = as.list(covariates), alpha = alpha, weights = weights,
    largest = max(free$lambda), penalties = lambda, coefficients = lapply(seq_along(lambda), function(i) as.vector(fit$beta[, i])))
}
add_lasso("gbsg2", c("age", "size", "nodes", "progesterone", "oestrogen", "hormone", "grade"), alpha = 0.5, weights = TRUE)
add_lasso("rossi", c("age", "convictions", "aid", "black", "work", "married", "parole"))
add_lasso("lung", c("age", "karnofsky", "weight_loss", "sex"), alpha = 0.3)
add_lasso("veteran", c("karnofsky", "months_from_diagnosis", "age", "treatment"), weights = TRUE)
add_lasso("pbc", c("age", "bilirubin", "oedema", "placebo"))
add_lasso("gbsg2", c("age", "size", "nodes", "progesterone", "oestrogen", "hormone", "grade"))
add_lasso("actg175", c("age", "weight", "karnofsky", "cd4", "cd8", "arm", "male"))
add_lasso("larynx", c("age", "stage"), alpha = 0.9)

ridged <- list()
add_ridge <- function(set, covariates, theta, ties) {
  one <- complete(set, covariates)
  d <- one$data
  d$M <- one$X
  fit <- coxph(as.formula(paste(one$left, "~ ridge(M, theta =", theta, ")")), d, ties = ties, 
               control = coxph.control(eps = 1e-12, iter.max = 100, outer.max = 100))
  ridged[[length(ridged) + 1]] <<- list(set = set, covariates = as.list(covariates), theta = theta, ties = ties,
    coefficients = numbers(coef(fit)), log_likelihood = fit$loglik[2], df = fit$df)
}
for (ties in c("efron", "breslow")) {
  add_ridge("gbsg2", c("age", "size", "nodes", "grade"), 5, ties)
  add_ridge("rossi", c("age", "convictions", "aid", "black"), 20, ties)
  add_ridge("veteran", c("karnofsky", "age", "treatment"), 1, ties)
  add_ridge("heart", c("age", "year", "transplanted"), 10, ties)
}

splines <- list()
add_spline <- function(set, covariate, k, ties = "efron") {
  one <- complete(set, covariate)
  d <- one$data
  basis <- rcspline.eval(d[[covariate]], nk = k, inclx = TRUE)
  knots <- attr(basis, "knots")
  d$B <- matrix(as.vector(basis), nrow(d))
  fit <- coxph(as.formula(paste(one$left, "~ B")), d, ties = ties, control = control)
  b <- coef(fit)[-1]
  V <- vcov(fit)[-1, -1]
  some <- unique(round(seq(1, nrow(d), length.out = 20)))
  splines[[length(splines) + 1]] <<- list(set = set, covariate = covariate, k = k, knots = numbers(knots),
    rows = some - 1, basis = unname(split(d$B[some, ], row(d$B[some, ]))), coefficients = numbers(coef(fit)),
    standard_errors = numbers(sqrt(diag(vcov(fit)))), nonlinear = drop(b %*% solve(V, b)), loglik = fit$loglik[2])
}
add_spline("gbsg2", "age", 3); add_spline("kidney", "age", 4); add_spline("gbsg2", "size", 5)
add_spline("lung", "age", 6); add_spline("actg175", "cd4", 7); add_spline("larynx", "age", 4); add_spline("leukaemia", "log_white_cells", 3)
add_spline("kidney", "age", 5); add_spline("veteran", "karnofsky", 3); add_spline("heart", "age", 4)
# rms itself, for its anova of nonlinearity.
d <- read_set("gbsg2")$data
fit <- cph(Surv(time, event) ~ rcs(age, 4) + nodes, d, eps = 1e-12)
rms_anova <- numbers(anova(fit)[2, c("Chi-Square", "d.f.")])

versions <- function(...) sapply(c(...), function(package) as.character(packageVersion(package)), simplify = FALSE)
write_exact(list(made_with = c(list(R = R.version.string), versions("glmnet", "survival", "rms", "Hmisc")),
                 lasso = lasso, ridge = ridged, splines = splines, rms = rms_anova), "tests/golden/penalised.json")
