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

write_exact(list(sets = lapply(sets, as.list), order = order, integrated = integrated), "tests/golden/performance.json")
