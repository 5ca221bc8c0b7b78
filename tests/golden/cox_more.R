# What surrounds a Cox model, by R's survival: robust variances, start-stop rows, offsets, residuals, baseline hazards
# and predictions. Run from the project's root (Debian r-base-core, r-cran-survival, r-cran-jsonlite):
#   python -m tests.data.public FOLDER && Rscript tests/golden/cox_more.R FOLDER
# Weights, offsets and clusters follow from the number of the row, so that no data need be stored.
library(survival)
source("tests/golden/exact.R")
source("tests/golden/public_sets.R")
control <- suppressWarnings(coxph.control(eps = 1e-12, iter.max = 100))
numbers <- function(x) as.vector(unname(x))
rows_of <- function(x) unname(split(as.matrix(x), row(as.matrix(x))))
spread <- function(n) unique(round(seq(1, n, length.out = min(n, 25))))

cases <- list()
add <- function(set, covariates, ties = "efron", weights = FALSE, strata = NULL, offset = FALSE, cluster = "thirds") {
  message(set)
  one <- read_set(set)
  d <- one$data
  d <- d[complete.cases(d[c(covariates, strata)]), ]
  n <- nrow(d)
  row <- seq_len(n) - 1
  d$w <- if (weights) 1 + (row %% 3) / 2 else rep(1, n)
  d$o <- if (offset) (row %% 5 - 2) / 4 else rep(0, n)
  d$thirds <- row %/% 3
  d$cluster_of <- d[[cluster]]
  right <- paste(c(covariates, "offset(o)", if (!is.null(strata)) paste0("strata(", strata, ")")), collapse = " + ")
  formula <- as.formula(paste(one$left, "~", right))
  environment(formula) <- environment()
  fit <- coxph(formula, d, weights = w, ties = ties, robust = FALSE, control = control, x = TRUE, model = TRUE)
  robust <- coxph(formula, d, weights = w, ties = ties, cluster = cluster_of, control = control)
  d$row <- row
  each <- coxph(formula, d, weights = w, ties = ties, cluster = row, control = control)
  b <- coef(fit)
  # coxph's own robust score test forgets the offset; without one this is the same number.
  at_null <- coxph(formula, d, weights = w, ties = ties, init = 0 * b, robust = FALSE, control = coxph.control(iter.max = 0))
  null <- as.matrix(residuals(at_null, "score", weighted = TRUE, collapse = d$cluster_of))
  total <- colSums(null)
  stopifnot(offset || all.equal(drop(robust$rscore), drop(crossprod(total, solve(crossprod(null), total))), check.attributes = FALSE))
  s <- summary(robust)
  times <- sort(unique(d$time[d$event == 1]))
  times <- times[spread(length(times))]
  times <- unique(times[unique(round(seq(1, length(times), length.out = 6)))])
  new <- d[unique(round(c(1, n / 3, n / 2, n))), ]
  curves <- sapply(c("log-log", "log", "plain"), function(type) {
    lapply(seq_len(nrow(new)), function(i) {
      one <- survfit(fit, newdata = new[i, ], conf.type = type)
      at <- summary(one, times = times, extend = TRUE)
      list(survival = numbers(at$surv), standard_error = numbers(at$std.err), lower = numbers(at$lower),
           upper = numbers(at$upper), hazard = numbers(at$cumhaz))
    })
  }, simplify = FALSE)
  robust_curve <- summary(survfit(robust, newdata = new[1, ]), times = times, extend = TRUE)
  # R measures offsets from their (weighted) mean; here a patient without offset is one whose offset is 0.
  base <- basehaz(fit, centered = FALSE)
  base$hazard <- base$hazard * exp(-weighted.mean(d$o, d$w))
  lp <- predict(fit, newdata = new, type = "lp", se.fit = TRUE, reference = "zero")
  some <- spread(n)
  pick <- function(x) rows_of(as.matrix(x)[some, , drop = FALSE])
  at <- function(type, ...) as.matrix(residuals(fit, type = type, ...))
  schoenfeld <- at("schoenfeld")
  events <- spread(nrow(schoenfeld))
  cases[[length(cases) + 1]] <<- list(
    set = set, covariates = as.list(covariates), ties = ties, weights = weights, strata = strata, offset = offset,
    cluster = cluster, n = n,
    coefficients = numbers(b), standard_errors = numbers(sqrt(diag(vcov(fit)))), log_likelihood = fit$loglik,
    concordance = list(value = unname(fit$concordance["concordance"]), standard_error = unname(fit$concordance["std"]),
                       grouped = unname(robust$concordance["std"])),
    score = fit$score, zph = numbers(cox.zph(fit, transform = "identity")$table[, "chisq"]),
    robust = list(covariance = as.vector(robust$var), clusters = length(unique(d$cluster_of)), wald = robust$wald.test,
                  score = as.vector(crossprod(total, solve(crossprod(null), total))), p = numbers(s$coefficients[, "Pr(>|z|)"]),
                  each = numbers(sqrt(diag(each$var)))),
    rows = some - 1, martingale = numbers(at("martingale")[some, ]), deviance = numbers(at("deviance")[some, ]),
    scores = pick(at("score")), dfbeta = pick(at("dfbeta", weighted = TRUE)),
    dfbetas = pick(at("dfbetas", weighted = TRUE)),
    events = events - 1, schoenfeld = rows_of(schoenfeld[events, , drop = FALSE]),
    scaled_schoenfeld = rows_of(at("scaledsch")[events, , drop = FALSE]),
    new = unique(round(c(1, n / 3, n / 2, n))) - 1, times = times, curves = curves,
    robust_error = numbers(robust_curve$std.err),
    base = list(hazard = numbers(base$hazard[spread(nrow(base))]), time = numbers(base$time[spread(nrow(base))]),
                stratum = if (is.null(strata)) NULL else as.character(base$strata[spread(nrow(base))])),
    linear = list(value = numbers(lp$fit) - (new$o - mean(d$o)), standard_error = numbers(lp$se.fit)))
}

for (ties in c("efron", "breslow")) {
  add("gbsg2", c("age", "nodes", "progesterone", "hormone", "grade"), ties)
  add("gbsg2", c("age", "nodes", "hormone"), ties, weights = TRUE, strata = "grade", offset = TRUE)
  add("lymph_node", c("age", "size", "nodes", "grade"), ties, offset = TRUE)
  add("rossi", c("age", "convictions", "aid"), ties, weights = TRUE)
  add("rossi", c("age", "convictions"), ties, strata = "aid")
  add("lung", c("age", "karnofsky", "sex"), ties, weights = TRUE, offset = TRUE)
  add("larynx", c("age", "stage"), ties)
  add("leukaemia", c("log_white_cells", "placebo"), ties, strata = "sex")
  add("kidney", c("age", "group"), ties, weights = TRUE)
  add("waltons", "genotype", ties)
  add("regimes", c("since", "regime"), ties, strata = "continent")
  add("veteran", c("karnofsky", "age", "treatment"), ties, strata = "cell_type", weights = TRUE)
  add("mgus2", c("age", "haemoglobin", "sex"), ties, offset = TRUE)
  add("pbc", c("bilirubin", "oedema", "placebo"), ties, offset = TRUE)
  add("freireich", "placebo", ties, weights = TRUE)
  add("heart", c("age", "year", "surgery", "transplanted"), ties, cluster = "identifier")
  add("heart", c("age", "transplanted"), ties, strata = "surgery", weights = TRUE, cluster = "identifier")
  add("soreness", c("age", "old_treatment"), ties, strata = "episode", cluster = "identifier")
  add("soreness", c("age", "old_treatment", "episode"), ties, weights = TRUE, offset = TRUE, cluster = "identifier")
  add("aids", "diagnosed", ties)
}

# The exact partial likelihood.
exact <- list()
add_exact <- function(set, covariates, strata = NULL, offset = FALSE) {
  message(set, " exact")
  one <- read_set(set)
  d <- one$data[complete.cases(one$data[c(covariates, strata)]), ]
  d$o <- if (offset) ((seq_len(nrow(d)) - 1) %% 5 - 2) / 4 else rep(0, nrow(d))
  right <- paste(c(covariates, if (offset) "offset(o)", if (!is.null(strata)) paste0("strata(", strata, ")")), collapse = " + ")
  formula <- as.formula(paste(one$left, "~", right))
  environment(formula) <- environment()
  fit <- coxph(formula, d, ties = "exact", control = control, model = TRUE)
  # Martingale residuals and curves are Breslow's at the exact coefficients. survfit has none for start-stop rows.
  some <- spread(nrow(d))
  new <- unique(round(c(1, nrow(d) / 3, nrow(d))))
  times <- sort(unique(d$time[d$event == 1]))
  times <- times[unique(round(seq(1, length(times), length.out = 5)))]
  curves <- if (!isTRUE(one$about$entry)) lapply(new, function(i) {
    at <- summary(survfit(fit, newdata = d[i, ], conf.type = "log-log"), times = times, extend = TRUE)
    list(survival = numbers(at$surv), standard_error = numbers(at$std.err), lower = numbers(at$lower),
         upper = numbers(at$upper))
  })
  exact[[length(exact) + 1]] <<- list(
    set = set, covariates = as.list(covariates), strata = strata, offset = offset, coefficients = numbers(fit$coefficients),
    covariance = as.vector(fit$var), log_likelihood = fit$loglik, score = numbers(fit$score),
    rows = some - 1, martingale = numbers(fit$residuals[some]),
    deviance = numbers(survival:::residuals.coxph(fit, "deviance")[some]),
    concordance = numbers(fit$concordance[c("concordance", "std")]),
    new = new - 1, times = times, curves = curves)
}
add_exact("freireich", "placebo")
add_exact("leukaemia", c("log_white_cells", "placebo"), strata = "sex")
add_exact("larynx", c("age", "stage"), offset = TRUE)
add_exact("veteran", c("karnofsky", "age", "treatment", "cell_type"))
add_exact("rossi", c("age", "convictions", "aid"))
add_exact("waltons", "genotype")
add_exact("lung", c("age", "karnofsky", "sex"), offset = TRUE)
add_exact("gbsg2", c("age", "nodes", "progesterone", "hormone", "grade"))
add_exact("pbc", c("bilirubin", "oedema", "age"))
add_exact("kidney", c("age", "group"))
add_exact("heart", c("age", "year", "surgery", "transplanted"))
add_exact("heart", c("age", "year", "transplanted"), strata = "surgery")
add_exact("aids", "diagnosed")

# Limits of profile intervals, as roots of the profile likelihood: one covariate is held by an offset.
profiles <- list()
add_profile <- function(set, covariates, ties, held) {
  one <- read_set(set)
  d <- one$data[complete.cases(one$data[covariates]), ]
  fit <- coxph(reformulate(covariates, one$left), d, ties = ties, control = control)
  height <- function(b) {
    d$o <- b * d[[held]]
    without <- coxph(reformulate(c(setdiff(covariates, held), "offset(o)"), one$left), d, ties = ties, control = control)
    2 * (fit$loglik[2] - without$loglik[length(without$loglik)]) - qchisq(0.95, 1)
  }
  b <- coef(fit)[held]; se <- sqrt(vcov(fit)[held, held])
  root <- function(side) uniroot(height, sort(b + side * se * c(1, 4)), tol = 1e-14)$root
  profiles[[length(profiles) + 1]] <<- list(set = set, covariates = as.list(covariates), ties = ties, held = held,
                                            limits = c(root(-1), root(1)))
}
for (ties in c("efron", "breslow")) {
  add_profile("larynx", c("age", "stage"), ties, "age")
  add_profile("veteran", c("karnofsky", "age", "treatment"), ties, "karnofsky")
  add_profile("heart", c("age", "year", "transplanted"), ties, "year")
  add_profile("leukaemia", c("log_white_cells", "placebo"), ties, "log_white_cells")
}

# A covariate that changes once, split by tmerge; the change depends on the row, and some happen on the day of the end.
one <- read_set("larynx")$data
row <- seq_len(nrow(one)) - 1
one$id <- row
one$change <- ifelse(row %% 4 == 0, NA, ifelse(row %% 4 == 1, one$time, one$time * (row %% 7) / 5))
split <- tmerge(one, one, id = id, died = event(time, event), changed = tdc(change))
fit <- coxph(Surv(tstart, tstop, died) ~ age + changed, split, control = control)
changing <- list(row = split$id, entry = split$tstart, time = split$tstop, event = split$died, after = split$changed,
                 coefficients = numbers(coef(fit)), standard_errors = numbers(sqrt(diag(vcov(fit)))))

# Harrell's C where patients come late: ties in time and risk, weights, strata, clusters.
set.seed(3)
n <- 120
late <- data.frame(entry = sample(0:9, n, TRUE), risk = sample(-3:3, n, TRUE), weights = sample(1:4, n, TRUE),
                   strata = sample(1:3, n, TRUE), cluster = sample(1:50, n, TRUE), event = rbinom(n, 1, 0.7))
late$time <- late$entry + sample(1:6, n, TRUE)
late_case <- function(options) {
  right <- if ("strata" %in% options) "risk + strata(strata)" else "risk"
  call <- list(as.formula(paste("Surv(entry, time, event) ~", right)), late, reverse = TRUE)
  if ("weights" %in% options) call$weights <- late$weights
  if ("cluster" %in% options) call$cluster <- late$cluster
  found <- do.call(concordance, call)
  counts <- if (is.matrix(found$count)) colSums(found$count) else found$count
  list(options = as.list(options), value = unname(found$concordance), variance = unname(found$var), counts = numbers(counts))
}
late_concordance <- list(data = as.list(late), cases = lapply(
  list(c(), "weights", "strata", c("weights", "strata"), "cluster", c("weights", "strata", "cluster")), late_case))

write_exact(list(made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
                 cases = cases, changing = changing, exact = exact, profiles = profiles,
                 late_concordance = late_concordance), "tests/golden/cox_more.json")
