# Measures of prediction by R's survival, riskRegression, pec, geepack, rms and pROC: writes performance.json
# beside this script. Run from the project's root: Rscript tests/golden/performance.R
suppressMessages({library(survival); library(riskRegression); library(pec)})
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
numbers <- function(x) as.vector(unname(x))
exact <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 50)

# Generated patients: risks of a model that is too extreme and too high; rounded times and risks are tied.
generate <- function(seed, n, digits, strength) {
  set.seed(seed)
  x <- rnorm(n)
  t <- rexp(n, exp(x) / 10)
  end <- runif(n, 1, 25)
  data.frame(time = pmax(round(pmin(t, end), digits), 10^-digits), event = as.integer(t <= end),
             risk = round(1 - exp(-.6 * exp(strength * x + .2)), if (digits == 0) 2 else 6))
}
sets <- list(untied = generate(1, 150, 6, 1.3), tied = generate(2, 120, 0, .7), large = generate(3, 400, 1, 1))

order <- list()
for (set in names(sets)) for (horizon in c(4, 6, 10)) {
  d <- sets[[set]]
  c_tau <- concordance(Surv(time, event) ~ risk, d, timewt = "n/G2", reverse = TRUE, ymax = horizon)
  c_all <- concordance(Surv(time, event) ~ risk, d, timewt = "n/G2", reverse = TRUE)
  s <- Score(list(model = matrix(d$risk, ncol = 1)), Surv(time, event) ~ 1, data = d, times = horizon,
             metrics = c("auc", "brier"), summary = "ipa", cens.model = "km", conf.int = .95, conservative = FALSE)
  auc <- as.data.frame(s$AUC$score)
  brier <- as.data.frame(s$Brier$score)
  row <- brier$model == "model"
  order[[length(order) + 1]] <- list(
    set = set, horizon = horizon, uno_tau = c(c_tau$concordance, sqrt(c_tau$var)),
    uno = c(c_all$concordance, sqrt(c_all$var)), auc = c(auc$AUC, auc$se),
    brier = c(brier$Brier[row], brier$se[row]), null = brier$Brier[!row], scaled = brier$IPA[row])
}

# The Brier score over time: risks that grow in proportion to the cumulative hazard of a Weibull model.
integrated <- list()
for (set in names(sets)) {
  d <- sets[[set]]
  grid <- c(0, 1, 2.5, 4, 6, 7, 10)
  risks <- outer(d$risk, grid, function(r, t) 1 - (1 - r)^((t / 6)^1.1))
  fit <- pec(list(model = 1 - risks), Surv(time, event) ~ 1, data = d, times = grid, exact = FALSE,
             cens.model = "marginal", verbose = FALSE)
  area <- crps(fit, times = 10)
  integrated[[length(integrated) + 1]] <- list(set = set, times = grid, each = numbers(fit$AppErr$model),
    step = numbers(area["model", 1]), null = numbers(area["Reference", 1]))
}

# Calibration at a horizon: Greenwood's error of O, Cox slope and curve on follow-up cut at the horizon, and
# complementary log-log regression of leave-one-out pseudo-observations.
cloglog <- function(p) log(-log(1 - p))
inside <- function(p) pmin(pmax(p, .005), .995)  # rounded risks of 0 and 1 have no cloglog
risk_of <- function(t, e, at) 1 - summary(survfit(Surv(t, e) ~ 1), times = at, extend = TRUE)$surv
calibration <- list()
for (set in names(sets)) for (horizon in c(4, 10)) {
  d <- sets[[set]]
  p <- inside(d$risk)
  x <- cloglog(p)
  s <- summary(survfit(Surv(time, event) ~ 1, d), times = horizon)
  n <- nrow(d)
  cut_time <- pmin(d$time, horizon)
  cut_event <- as.integer(d$event == 1 & d$time <= horizon)
  slope <- coxph(Surv(cut_time, cut_event) ~ x, control = exact)
  y <- n * risk_of(d$time, d$event, horizon) -
    (n - 1) * sapply(1:n, function(i) risk_of(d$time[-i], d$event[-i], horizon))
  steps <- geepack::geese.control(epsilon = 1e-13, maxit = 200)
  one <- geepack::geese(y ~ 1 + offset(x), id = 1:n, data = data.frame(y, x), family = gaussian,
    mean.link = "cloglog", corstr = "independence", b = 0, control = steps)
  both <- geepack::geese(y ~ x, id = 1:n, data = data.frame(y, x), family = gaussian, mean.link = "cloglog",
    corstr = "independence", b = c(0, 1), control = steps)
  curves <- list()
  grid <- quantile(p, c(.02, .2, .5, .8, .98), names = FALSE)
  for (k in 3:5) {
    at <- quantile(x, list(c(.1, .5, .9), c(.05, .35, .65, .95), c(.05, .275, .5, .725, .95))[[k - 2]])
    if (anyDuplicated(at)) next
    basis <- function(v) Hmisc::rcspline.eval(v, knots = at, inclx = TRUE)
    X <- basis(x)
    colnames(X) <- paste0("x", seq_len(ncol(X)))
    rows <- data.frame(cut_time, cut_event, X)
    fit <- coxph(as.formula(paste("Surv(cut_time, cut_event) ~", paste(colnames(X), collapse = "+"))), rows,
                 ties = "breslow", control = exact)
    hazard <- function(v) {
      new <- basis(v)
      colnames(new) <- colnames(X)
      found <- summary(survfit(fit, newdata = as.data.frame(new), conf.type = "log-log"), times = horizon)
      cbind(numbers(found$surv), numbers(found$lower), numbers(found$upper))
    }
    drawn <- 1 - hazard(cloglog(grid))
    apart <- abs(1 - hazard(x)[, 1] - p)
    curves[[length(curves) + 1]] <- list(knots = k, observed = drawn[, 1], lower = drawn[, 3], upper = drawn[, 2],
      ici = mean(apart), e50 = median(apart), e90 = numbers(quantile(apart, .9)))
  }
  calibration[[length(calibration) + 1]] <- list(
    set = set, horizon = horizon, observed = c(1 - s$surv, s$std.err), expected = mean(p), pseudo = numbers(y),
    slope = numbers(c(coef(slope), sqrt(slope$var))), intercept = numbers(c(one$beta, sqrt(one$vbeta))),
    pseudo_both = numbers(c(both$beta, sqrt(diag(both$vbeta)))), grid = grid, curves = curves)
}

# A binary outcome: the event by 6, of those known by then.
tight <- glm.control(epsilon = 1e-14, maxit = 100)
binary <- list()
for (set in names(sets)) {
  d <- sets[[set]]
  d <- d[d$event == 1 | d$time > 6, ]
  outcome <- as.integer(d$event == 1 & d$time <= 6)
  p <- inside(d$risk)
  x <- qlogis(p)
  large <- glm(outcome ~ 1, binomial, offset = x, control = tight)
  both <- glm(outcome ~ x, binomial, control = tight)
  roc <- pROC::roc(outcome, p, quiet = TRUE, direction = "<")
  grid <- quantile(p, c(.02, .2, .5, .8, .98), names = FALSE)
  curves <- list()
  for (k in 3:5) {
    at <- quantile(x, list(c(.1, .5, .9), c(.05, .35, .65, .95), c(.05, .275, .5, .725, .95))[[k - 2]])
    X <- Hmisc::rcspline.eval(x, knots = at, inclx = TRUE)
    fit <- glm(outcome ~ X, binomial, control = tight)
    fit <- glm(outcome ~ X, binomial, control = tight, start = coef(fit))  # vcov is that of the step before
    B <- cbind(1, Hmisc::rcspline.eval(qlogis(grid), knots = at, inclx = TRUE))
    eta <- numbers(B %*% coef(fit))
    se <- numbers(sqrt(diag(B %*% vcov(fit) %*% t(B))))
    apart <- abs(fitted(fit) - p)
    curves[[length(curves) + 1]] <- list(knots = k, observed = plogis(eta), lower = plogis(eta - qnorm(.975) * se),
      upper = plogis(eta + qnorm(.975) * se), ici = mean(apart), e50 = median(apart),
      e90 = numbers(quantile(apart, .9)))
  }
  binary[[length(binary) + 1]] <- list(
    set = set, outcome = outcome, risk = p, large = numbers(c(coef(large), sqrt(vcov(large)))),
    intercept = numbers(summary(both)$coefficients[1, 1:2]), slope = numbers(summary(both)$coefficients[2, 1:2]),
    auc = c(as.numeric(pROC::auc(roc)), sqrt(pROC::var(roc))), brier = mean((outcome - p)^2),
    brier_error = sd((outcome - p)^2) / sqrt(length(p)), grid = grid, curves = curves)
}

# Royston's D of the risks' order. `royston` itself stops at R's default tolerance; its model is refitted.
d_of <- list()
for (set in names(sets)) {
  d <- sets[[set]]
  d$index <- cloglog(inside(d$risk))
  approximate <- royston(coxph(Surv(time, event) ~ index, d), ties = TRUE)
  z <- qnorm((seq_len(nrow(d)) - 3 / 8) / (nrow(d) + .25))
  z <- ave(z[rank(d$index, ties.method = "first")], d$index)
  fit <- coxph(Surv(d$time, d$event) ~ z, control = exact)
  beta <- numbers(coef(fit))
  d_of[[length(d_of) + 1]] <- list(set = set, royston = numbers(approximate[c("D", "se(D)", "R.D")]),
    exact = c(beta * sqrt(8 / pi), sqrt(fit$var[1, 1] * 8 / pi), beta^2 / (pi^2 / 6 + beta^2)))
}

versions <- function(...) sapply(c(...), function(package) as.character(packageVersion(package)), simplify = FALSE)
packages <- c("survival", "riskRegression", "pec", "geepack", "rms", "pROC")
write_exact(list(made_with = c(list(R = R.version.string), versions(packages)),
  sets = lapply(sets, as.list), order = order, integrated = integrated,
  calibration = calibration, binary = binary, royston = d_of), "tests/golden/performance.json")
