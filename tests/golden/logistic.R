# Logistic models by R: glm, brglm2, sandwich, nnet, MASS, ordinal. Writes logistic.json beside this script.
# Run from the project's root (Debian r-base-core, r-cran-brglm2, r-cran-sandwich, r-cran-ordinal, r-cran-jsonlite):
#   python -m tests.data.public FOLDER && Rscript tests/golden/logistic.R FOLDER
# Aggregates only, no data set is stored. Weights, offsets and clusters are made from the row numbers.
suppressMessages({library(MASS); library(nnet); library(brglm2); library(sandwich); library(ordinal)})
source("tests/golden/exact.R")
folder <- commandArgs(trailingOnly = TRUE)[1]
described <- jsonlite::fromJSON(file.path(folder, "sets.json"), simplifyDataFrame = FALSE)
control <- glm.control(epsilon = 1e-12, maxit = 100)
numbers <- function(x) as.vector(unname(x))
chi_square <- function(statistic, df)
  list(statistic = statistic, df = df, p = pchisq(statistic, df, lower.tail = FALSE))
z <- qnorm(0.975)
all_terms <- function(covariates) as.formula(paste("y ~", paste(c("1", covariates), collapse = " + ")))

read_set <- function(name) {
  about <- described[[name]]
  d <- read.csv(file.path(folder, paste0(name, ".csv")), stringsAsFactors = FALSE)
  for (f in names(about$levels)) d[[f]] <- factor(d[[f]], levels = unlist(about$levels[[f]]))
  for (x in about$numbers) d[[x]] <- as.numeric(d[[x]])
  list(data = d, covariates = c(unlist(about$numbers), names(about$levels)))
}

# The limits of the profile likelihood, as roots: R's confint interpolates between points of the profile.
roots <- function(estimate, se, drop_at) {
  above <- function(b) drop_at(b) - z^2
  one <- function(side) {
    step <- 1
    while (above(estimate + side * step * se) < 0) step <- step * 1.5
    ends <- sort(c(estimate, estimate + side * step * se))
    uniroot(above, ends, tol = 1e-14, maxiter = 1000)$root
  }
  c(one(-1), one(1))
}

profile_glm <- function(X, y, w, o, fit) {
  b <- coef(fit); se <- sqrt(diag(vcov(fit)))
  t(sapply(seq_along(b)[-1], function(j) roots(b[j], se[j], function(at)
    glm.fit(X[, -j, drop = FALSE], y, w, offset = o + at * X[, j], family = binomial(), control = control)$deviance -
      fit$deviance)))
}

binary <- function(d, covariates, w = NULL, o = NULL, cluster = NULL, with_profile = TRUE) {
  n <- nrow(d)
  d$w <- if (is.null(w)) rep(1, n) else w
  d$o <- if (is.null(o)) rep(0, n) else o
  # R takes the standard errors from the weights of the iteration before: once more from the maximum makes them exact.
  fit_of <- function(terms, start = NULL) suppressWarnings({
    fit <- glm(all_terms(terms), binomial(), d, weights = w, offset = o, control = control, start = start)
    if (is.null(start) && !anyNA(coef(fit))) fit_of(terms, coef(fit)) else fit
  })
  fit <- fit_of(covariates); null <- fit_of(NULL)
  b <- coef(fit); V <- vcov(fit)
  if (anyNA(b)) stop("aliased")
  X <- model.matrix(fit); y <- fit$y
  assign <- split(seq_along(b), attr(X, "assign"))[-1]
  slopes <- unlist(assign)
  p0 <- fitted(null)
  U <- colSums(X * (d$w * (y - p0)))
  I0 <- crossprod(X * sqrt(d$w * p0 * (1 - p0)))
  m <- length(slopes)
  out <- list(n = n, events = sum(y), names = names(b)[-1], coefficients = numbers(b[-1]),
    standard_errors = numbers(sqrt(diag(V))[-1]), intercept = numbers(c(b[1], sqrt(V[1, 1]))),
    deviance = fit$deviance, null_deviance = null$deviance, aic = fit$deviance + 2 * length(b),
    likelihood_ratio = chi_square(null$deviance - fit$deviance, m),
    score = chi_square(drop(U %*% solve(I0, U)), m),
    wald = chi_square(drop(b[slopes] %*% solve(V[slopes, slopes], b[slopes])), m),
    term_wald = unname(lapply(assign, function(j)
      chi_square(drop(b[j] %*% solve(V[j, j, drop = FALSE], b[j])), length(j)))),
    term_likelihood_ratio = lapply(seq_along(covariates), function(i) {
      smaller <- fit_of(covariates[-i])
      chi_square(smaller$deviance - fit$deviance, fit$rank - smaller$rank)
    }))
  rows <- floor(seq(1, n, length.out = min(n, 5)))
  new <- d[rows, ]
  predicted <- predict(fit, new, se.fit = TRUE)
  out$rows <- rows - 1
  out$predicted <- list(value = numbers(plogis(predicted$fit)), lower = numbers(plogis(predicted$fit - z * predicted$se.fit)),
    upper = numbers(plogis(predicted$fit + z * predicted$se.fit)), se = numbers(predicted$se.fit))
  out$sandwich <- numbers(sqrt(diag(sandwich(fit)))[-1])
  if (!is.null(cluster)) {
    robust <- vcovCL(fit, cluster = cluster, type = "HC0", cadjust = FALSE)
    out$clustered <- numbers(sqrt(diag(robust))[-1])
    out$clustered_wald <- chi_square(drop(b[slopes] %*% solve(robust[slopes, slopes], b[slopes])), m)
  }
  if (with_profile) {
    limits <- profile_glm(X, y, d$w, d$o, fit)
    out$profile_lower <- numbers(limits[, 1]); out$profile_upper <- numbers(limits[, 2])
  }
  out
}

# Firth's penalised likelihood with some coefficients held: Fisher scoring on the modified score, from the definition.
penalised <- function(X, y, w, b, free) {
  value <- function(b) {
    p <- plogis(drop(X %*% b))
    sum(w * (y * plogis(drop(X %*% b), log.p = TRUE) + (1 - y) * plogis(-drop(X %*% b), log.p = TRUE))) +
      determinant(crossprod(X * sqrt(w * p * (1 - p))))$modulus / 2
  }
  for (iteration in 1:2000) {
    p <- plogis(drop(X %*% b))
    R <- X * sqrt(w * p * (1 - p))
    I <- crossprod(R)
    h <- rowSums((R %*% solve(I)) * R)
    U <- colSums(X * (w * (y - p) + h * (0.5 - p)))[free]
    if (!length(free)) break
    step <- solve(I[free, free], U)
    size <- max(abs(X[, free, drop = FALSE] %*% step))
    b[free] <- b[free] + step * min(1, 2 / size)
    if (size < 1e-13) break
  }
  list(b = b, value = numbers(value(b)), score = U)
}

firth <- function(d, covariates, w = NULL, with_profile = TRUE) {
  d$w <- if (is.null(w)) rep(1, nrow(d)) else w
  fit <- suppressWarnings(glm(all_terms(covariates), binomial(), d, weights = w, method = "brglmFit", type = "AS_mean",
    control = brglmControl(epsilon = 1e-13, maxit = 10000)))
  X <- model.matrix(fit); y <- fit$y; w <- d$w
  assign <- split(seq_along(coef(fit)), attr(X, "assign"))[-1]
  everything <- seq_along(coef(fit))
  means <- c(0, colMeans(X)[-1])  # around the means neither slopes nor determinant change, and the iterations do not stray
  X <- sweep(X, 2, means)
  full <- penalised(X, y, w, coef(fit) + c(sum(means * coef(fit)), 0 * means[-1]), everything)
  stopifnot(max(abs((full$b - coef(fit))[-1])) < 1e-8)
  b <- full$b
  p <- plogis(drop(X %*% b))
  se <- sqrt(diag(solve(crossprod(X * sqrt(w * p * (1 - p))))))
  stopifnot(max(abs(se / sqrt(diag(vcov(fit))) - 1)[-1]) < 1e-7)
  held <- function(which, at) { c <- b; c[which] <- at; penalised(X, y, w, c, setdiff(everything, which))$value }
  lr <- function(which) chi_square(2 * (full$value - held(which, 0)), length(which))
  out <- list(names = names(b)[-1], coefficients = numbers(b[-1]), standard_errors = numbers(se[-1]),
    intercept = numbers(coef(fit)[1]), penalised_log_likelihood = full$value, likelihood_ratio = lr(everything[-1]),
    term_likelihood_ratio = unname(lapply(assign, lr)))
  if (with_profile) {
    limits <- t(sapply(everything[-1], function(j) roots(b[j], se[j], function(at) 2 * (full$value - held(j, at)))))
    out$profile_lower <- numbers(limits[, 1]); out$profile_upper <- numbers(limits[, 2])
  }
  out
}

# nnet's multinom stops at about five digits; Newton steps from there to the maximum.
multinomial <- function(d, covariates) {
  exact <- function(terms) {
    fit <- multinom(all_terms(terms), d, weights = w, trace = FALSE, reltol = 1e-14, maxit = 2000, MaxNWts = 1e5)
    X <- model.matrix(all_terms(terms), d); k <- length(fit$lev)
    Y <- 1 * outer(d$y, fit$lev, "==")
    B <- matrix(coef(fit), k - 1)
    rough <- B
    for (iteration in 1:8) {
      E <- exp(cbind(0, X %*% t(B))); P <- E / rowSums(E)
      U <- numbers(t(X) %*% ((Y - P)[, -1] * d$w))
      I <- matrix(0, length(U), length(U)); p <- ncol(X)
      for (a in 1:(k - 1)) for (b in 1:(k - 1)) {
        v <- d$w * (P[, a + 1] * (a == b) - P[, a + 1] * P[, b + 1])
        I[(a - 1) * p + 1:p, (b - 1) * p + 1:p] <- crossprod(X, X * v)
      }
      B <- B + matrix(solve(I, U), k - 1, byrow = TRUE)
    }
    stopifnot(max(abs(B - rough)) < 1e-2)
    list(B = B, V = solve(I), ll = sum(d$w * log(rowSums(Y * P))), X = X, P = P, rank = length(U))
  }
  d$w <- if (is.null(d[["w"]])) 1 else d[["w"]]
  fit <- exact(covariates); null <- exact(NULL)
  p <- ncol(fit$X); k1 <- nrow(fit$B)
  se <- matrix(sqrt(diag(fit$V)), k1, byrow = TRUE)
  b <- numbers(t(fit$B))
  assign <- split(seq_len(p), attr(fit$X, "assign"))[-1]
  place <- function(j) unlist(lapply(0:(k1 - 1), function(a) a * p + j))
  list(coefficients = numbers(t(fit$B[, -1])), standard_errors = numbers(t(se[, -1])),
    intercepts = numbers(fit$B[, 1]), intercept_errors = numbers(se[, 1]),
    log_likelihood = fit$ll, log_likelihood_null = null$ll, likelihood_ratio = chi_square(2 * (fit$ll - null$ll), k1 * (p - 1)),
    term_wald = unname(lapply(assign, function(j) {
      i <- place(j)
      chi_square(drop(b[i] %*% solve(fit$V[i, i], b[i])), length(i))
    })),
    term_likelihood_ratio = lapply(seq_along(covariates), function(i) {
      smaller <- exact(covariates[-i])
      chi_square(2 * (fit$ll - smaller$ll), fit$rank - smaller$rank)
    }),
    probabilities = unname(split(fit$P[1:3, ], 1:3)))
}

# MASS's polr stops at about five digits as well; ordinal's clm is the same model by Newton's method.
ordinal_logit <- function(d, covariates) {
  d$w <- if (is.null(d[["w"]])) 1 else d[["w"]]
  d$y <- ordered(d$y)
  tight <- clm.control(gradTol = 1e-10, relTol = 1e-14, maxIter = 200)
  fit_of <- function(terms) clm(all_terms(terms), data = d, weights = w, control = tight)
  fit <- fit_of(covariates)
  rough <- suppressWarnings(polr(all_terms(covariates), d, weights = w))
  stopifnot(max(abs(c(rough$coefficients - fit$beta, rough$zeta - fit$alpha))) < 1e-2)
  null <- fit_of(NULL)
  V <- vcov(fit); b <- coef(fit)
  k1 <- length(fit$alpha)
  assign <- split(seq_along(fit$beta), attr(model.matrix(all_terms(covariates), d), "assign")[-1])
  zeta <- fit$alpha
  list(names = names(fit$beta), coefficients = numbers(fit$beta), standard_errors = numbers(sqrt(diag(V))[-(1:k1)]),
    cutpoints = numbers(zeta), cutpoint_errors = numbers(sqrt(diag(V))[1:k1]),
    log_likelihood = as.numeric(logLik(fit)), log_likelihood_null = as.numeric(logLik(null)),
    likelihood_ratio = chi_square(2 * (as.numeric(logLik(fit)) - as.numeric(logLik(null))), length(fit$beta)),
    term_wald = unname(lapply(assign, function(j)
      chi_square(drop(fit$beta[j] %*% solve(V[k1 + j, k1 + j], fit$beta[j])), length(j)))),
    term_likelihood_ratio = lapply(seq_along(covariates), function(i) {
      smaller <- fit_of(covariates[-i])
      chi_square(2 * (fit$logLik - smaller$logLik), length(fit$beta) - length(smaller$beta))
    }),
    probabilities = unname(split(predict(fit, d[1:3, covariates, drop = FALSE])$fit, 1:3)))
}

known <- function(d, columns) d[complete.cases(d[columns]), ]

out <- list(made_with = list(R = R.version.string, brglm2 = as.character(packageVersion("brglm2")),
  sandwich = as.character(packageVersion("sandwich")), ordinal = as.character(packageVersion("ordinal")),
  nnet = as.character(packageVersion("nnet")), MASS = as.character(packageVersion("MASS"))))

separated <- function(d, covariates) {
  fit <- suppressWarnings(glm(all_terms(covariates), binomial(), d, control = glm.control(maxit = 25)))
  anyNA(coef(fit)) || max(sqrt(diag(vcov(fit)))[-1] * apply(model.matrix(fit)[, -1, drop = FALSE], 2, sd)) > 20
}
for (name in names(described)) {
  set <- read_set(name)
  d <- set$data
  covariates <- setdiff(set$covariates, c("improved", "vote"))
  response <- if (name == "grades") "improved" else if (name == "voters") "vote" else "event"
  if (!response %in% names(d)) next
  d <- known(d, c(response, covariates))
  d$y <- d[[response]]
  if (separated(d, covariates)) { message(name, ": separated"); next }
  i <- seq_len(nrow(d))
  small <- nrow(d) <= 500
  message(name, " ", nrow(d))
  out$binary[[name]] <- list(
    covariates = covariates, response = response,
    plain = binary(d, covariates, with_profile = small),
    whole_weights = binary(d, covariates, w = 1 + i %% 3, o = (i %% 5) / 10, cluster = i %% 17, with_profile = FALSE),
    sampling_weights = binary(d, covariates, w = 0.5 + (i %% 7) / 4, cluster = i %% 23, with_profile = nrow(d) < 150),
    firth = firth(d, covariates, with_profile = small),
    firth_weighted = firth(d, covariates, w = 1 + i %% 3, with_profile = nrow(d) < 150))
}
vaso <- read.csv("tests/data/vasoconstriction.csv")
vaso$log_volume <- log(vaso$volume); vaso$log_rate <- log(vaso$rate); vaso$y <- vaso$constricted
out$vasoconstriction <- list(plain = binary(vaso, c("log_volume", "log_rate")), firth = firth(vaso, c("log_volume", "log_rate")))

# Separation, solved by hand: the limit is the model of the patients about whom something is left to say.
set.seed(20240611)
n <- 80
s <- data.frame(marker = rbinom(n, 1, 0.2), stage = sample(0:2, n, TRUE), age = round(rnorm(n, 60, 9)))
s$y <- rbinom(n, 1, plogis(-0.5 + 0.03 * (s$age - 60) + 0.4 * s$stage))
s$y[s$marker == 1] <- 0
rest <- s[s$marker == 0, ]
out$separated <- list(rows = as.list(s), limit = binary(rest, c("stage", "age")), firth = firth(s, c("marker", "stage", "age")))
X <- model.matrix(y ~ marker + stage + age, s)
top <- out$separated$limit$deviance
excess <- function(b) glm.fit(X[, -2], s$y, offset = b * X[, 2], family = binomial(), control = control)$deviance - top - z^2
out$separated$marker_upper <- uniroot(excess, c(-3, 0), tol = 1e-14)$root

several <- list(
  list("pbc", "oedema", c("age", "albumin", "male")), list("actg175", "history", c("age", "cd4", "symptoms", "male")),
  list("divorce", "education", c("black", "mixed")), list("voters", "party", c("age", "income")))
for (one in several) {
  d <- known(read_set(one[[1]])$data, c(one[[2]], one[[3]]))
  d$y <- d[[one[[2]]]]
  message(one[[1]])
  out$multinomial[[one[[1]]]] <- c(list(outcome = one[[2]], covariates = one[[3]]), multinomial(d, one[[3]]))
}
ranked <- list(
  list("gbsg2", "grade", c("age", "size", "nodes", "hormone", "menopause")), list("larynx", "stage", "age"),
  list("voters", "education", c("age", "income")), list("actg175", "history", c("age", "cd4", "arm")))
for (one in ranked) {
  d <- known(read_set(one[[1]])$data, c(one[[2]], one[[3]]))
  d$y <- d[[one[[2]]]]
  message(one[[1]])
  out$ordinal[[one[[1]]]] <- c(list(outcome = one[[2]], covariates = one[[3]]), ordinal_logit(d, one[[3]]))
}
cheese <- read.csv("tests/data/cheese.csv", stringsAsFactors = TRUE)
cheese <- cheese[cheese$judges > 0, ]
cheese$y <- cheese$taste; cheese$w <- cheese$judges
out$cheese <- ordinal_logit(cheese, "additive")
write_exact(out, "tests/golden/logistic.json")
