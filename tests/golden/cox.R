# Cox models, proportional-hazards tests and concordance by R's survival: what tests/statistics compares with.
# Run from the project's root: Rscript tests/golden/cox.R   (Debian r-base-core, r-cran-survival, r-cran-jsonlite)
# Inputs are the published tables of tests/data, R's veteran and data generated here.
library(survival)
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
# eps = 1e-12 and never tighter: below that, rounding makes coxph halve its steps away from the maximum.
control <- suppressWarnings(coxph.control(eps = 1e-12, iter.max = 100))

indicators <- function(data, name) {
  for (level in levels(data[[name]])[-1]) data[[paste0(name, "_", level)]] <- as.integer(data[[name]] == level)
  data
}

set.seed(20240501)
n <- 240
mixed <- data.frame(
  age = round(rnorm(n, 63, 9)), male = rbinom(n, 1, 0.6), marker = round(rexp(n, 0.1), 2),
  stage = factor(sample(c("A", "B", "C", "D"), n, TRUE, c(0.4, 0.3, 0.2, 0.1))),
  centre = sample(c("north", "south", "west"), n, TRUE),
  weight = sample(c(0.5, 1, 2, 3.25), n, TRUE))
hazard <- with(mixed, exp(0.03 * (age - 63) + 0.4 * male + 0.02 * marker + c(0, 0.2, 0.7, 1.1)[stage]))
mixed$time <- round(rexp(n, 0.03 * hazard), 1) + 0.1
censoring <- round(runif(n, 5, 60), 1)
mixed$event <- as.integer(mixed$time <= censoring)
mixed$time <- pmin(mixed$time, censoring)
mixed$entry <- round(runif(n, 0, 0.7) * mixed$time, 1) - 0.05
mixed <- indicators(mixed, "stage")

ties <- data.frame(
  x = sample(0:3, 120, TRUE), y = rbinom(120, 1, 0.4), z = round(rnorm(120), 1), site = sample(1:4, 120, TRUE))
ties$time <- pmin(ceiling(rexp(120, 0.3 * exp(0.3 * ties$x - 0.5 * ties$y))), 6)
ties$event <- rbinom(120, 1, 0.7)
ties$entry <- pmax(ties$time - sample(1:6, 120, TRUE), 0) * (ties$time > 1)
ties$weight <- sample(1:3, 120, TRUE)

tiny <- data.frame(
  time = c(1, 1, 2, 2, 2, 3, 4, 5), event = c(1, 1, 1, 1, 0, 1, 0, 1), x = c(2, 0, 1, 3, 1, 2, 0, 1),
  y = c(0, 0, 1, 0, 1, 0, 1, 1))

# Levels without events, so that a coefficient runs off to minus or plus infinity.
sparse <- mixed[c("time", "event", "age", "male", "stage", "stage_B", "stage_C", "stage_D", "centre", "entry")]
sparse$event[sparse$stage == "D"] <- 0L
sparse$rare <- as.integer(seq_len(n) %in% which(sparse$event == 0)[1:12])
reference <- mixed[c("time", "event", "age", "male", "stage", "stage_B", "stage_C", "stage_D")]
reference$event[reference$stage == "A"] <- 0L

# The same times written as sums that differ in the last bits.
noise <- ties[c("x", "y", "event")]
noise$time <- vapply(ties$time, function(t) Reduce(`+`, rep(0.1, t)), 0)
noise$time[1:60] <- ties$time[1:60] / 10

aliased <- mixed[c("time", "event", "age", "male", "marker")]
aliased$female <- 1L - aliased$male
aliased$constant <- 3
aliased$sum <- aliased$age + aliased$marker

# The same rows as the package that the tests read: tests/data/survival_package.py
veteran <- with(survival::veteran, data.frame(
  time = time, event = status, test = as.integer(trt == 2), prior = as.integer(prior == 10), karnofsky = karno,
  months_from_diagnosis = diagtime, age = age, cell = factor(celltype, c("squamous", "smallcell", "adeno", "large"))))
freireich <- read.csv("tests/data/freireich.csv")
freireich <- data.frame(time = freireich$weeks, event = freireich$relapsed,
                        placebo = as.integer(freireich$treatment == "placebo"))

generated <- list(mixed = mixed, ties = ties, tiny = tiny, sparse = sparse, reference = reference, noise = noise,
                  aliased = aliased)
data <- c(generated, list(veteran = veteran, freireich = freireich))

# cox.zph does not take whole numbers that are stored as such.
data <- lapply(data, function(d) { whole <- sapply(d, is.integer); d[whole] <- lapply(d[whole], as.numeric); d })

test_of <- function(v) list(statistic = unname(v[1]), df = unname(v[2]), p = unname(v[3]))

# What cox.zph says, by term and overall, for each transformation of time it knows.
zph <- function(fit, transforms) {
  one <- function(transform) {
    table <- cox.zph(fit, transform = transform)$table
    list(statistic = unname(table[, "chisq"]), df = unname(table[, "df"]), p = unname(table[, "p"]))
  }
  sapply(transforms, one, simplify = FALSE)
}

cases <- list()
add <- function(set, right, ties = "efron", left = "Surv(time, event)", weights = NULL, strata = NULL,
                transforms = c("km", "rank", "identity", "log"), converge = control) {
  d <- data[[set]]
  d$w <- if (is.null(weights)) rep(1, nrow(d)) else d[[weights]]
  formula <- as.formula(paste(left, "~", right, if (!is.null(strata)) paste0("+ strata(", strata, ")")))
  environment(formula) <- environment()
  fit <- suppressWarnings(coxph(formula, d, weights = w, ties = ties, robust = FALSE, control = converge))
  s <- summary(fit)
  keep <- !is.na(coef(fit))
  V <- fit$var[keep, keep, drop = FALSE]
  place <- cumsum(keep)
  terms <- lapply(fit$assign, function(j) {
    j <- j[keep[j]]
    if (!length(j)) return(NULL)
    b <- coef(fit)[j]
    list(statistic = drop(b %*% solve(V[place[j], place[j]], b)), df = length(j))
  })
  # fit$wald.test leaves coefficients out when the variance of another is huge: solved here without that.
  wald <- drop(coef(fit)[keep] %*% solve(V, coef(fit)[keep], tol = 0))
  c <- fit$concordance
  cases[[length(cases) + 1]] <<- list(
    set = set, right = right, ties = ties, entry = if (grepl("entry", left)) "entry" else NULL,
    weights = weights, strata = strata,
    terms = names(terms), columns = lapply(fit$assign, function(j) gsub("[()]|factor", "", names(coef(fit))[j])),
    coefficients = unname(coef(fit)), standard_errors = unname(ifelse(keep, sqrt(diag(fit$var)), NA)),
    covariance = as.vector(V), log_likelihood = fit$loglik, n = fit$n, events = fit$nevent,
    likelihood_ratio = test_of(s$logtest), score = test_of(s$sctest), 
    wald = test_of(c(wald, sum(keep), pchisq(wald, sum(keep), lower.tail = FALSE))),
    term_wald = unname(terms), zph = if (length(transforms)) zph(fit, transforms) else NULL,
    concordance = list(value = unname(c["concordance"]), standard_error = unname(c["std"]),
                       counts = unname(c[1:5])))
}

for (ties_method in c("efron", "breslow")) {
  add("freireich", "placebo", ties_method)
  add("veteran", "test + cell + karnofsky + months_from_diagnosis + age + prior", ties_method)
  add("veteran", "test + karnofsky + age", ties_method, strata = "cell")
  add("mixed", "age + male + marker + stage", ties_method)
  add("mixed", "age + stage + marker", ties_method, strata = "centre", weights = "weight")
  add("mixed", "age + male + stage", ties_method, left = "Surv(entry, time, event)")
  add("mixed", "age + male + stage", ties_method, left = "Surv(entry, time, event)", strata = "centre",
      weights = "weight")
  add("ties", "x + y + z", ties_method)
  add("ties", "x + y + z", ties_method, weights = "weight")
  add("ties", "x + y", ties_method, strata = "site")
  add("ties", "x + y", ties_method, left = "Surv(entry, time, event)", transforms = c("rank", "identity", "log"))
  add("tiny", "x", ties_method)
  add("tiny", "x + y", ties_method)
  add("noise", "x + y", ties_method)
  add("aliased", "age + male + female + constant + marker + sum", ties_method, transforms = "identity")
}
for (x in c("age", "male", "marker", "stage")) add("mixed", x)
for (x in c("test", "cell", "karnofsky")) add("veteran", x)
# A coefficient on its way to infinity: R stops somewhere; what else it prints is close to the limit. With a smaller
# eps R takes the vanishing information for a determined column.
early <- coxph.control(eps = 1e-10, iter.max = 100)
for (ties_method in c("efron", "breslow")) {
  add("sparse", "age + stage + male", ties_method, transforms = "identity", converge = early)
  add("sparse", "rare + age", ties_method, transforms = "identity", converge = early)
  add("sparse", "rare + stage + age", ties_method, strata = "centre", transforms = "identity", converge = early)
  add("sparse", "rare + stage + age", ties_method, left = "Surv(entry, time, event)", transforms = "identity", converge = early)
  add("reference", "age + stage + male", ties_method, transforms = "identity", converge = early)
}

# Concordance by itself: a predictor with ties, tied times, weights and strata.
pairs <- list()
concord <- function(set, predictor, weights = NULL, strata = NULL) {
  d <- data[[set]]
  d$w <- if (is.null(weights)) rep(1, nrow(d)) else d[[weights]]
  right <- paste(predictor, if (!is.null(strata)) paste0("+ strata(", strata, ")"))
  formula <- as.formula(paste("Surv(time, event) ~", right))
  environment(formula) <- environment()
  c <- concordance(formula, d, weights = w, reverse = TRUE)
  counts <- if (is.matrix(c$count)) colSums(c$count) else c$count
  pairs[[length(pairs) + 1]] <<- list(
    set = set, predictor = predictor, weights = weights, strata = strata, value = unname(c$concordance),
    variance = unname(c$var), counts = unname(counts))
}
for (x in c("age", "male", "marker")) concord("mixed", x)
concord("mixed", "marker", weights = "weight")
concord("mixed", "marker", strata = "centre")
concord("mixed", "age", weights = "weight", strata = "centre")
for (x in c("x", "y", "z")) concord("ties", x, weights = "weight", strata = "site")
concord("ties", "x")
concord("tiny", "x")
concord("noise", "x")
concord("veteran", "karnofsky")

# Backward elimination on the overall Wald p of each term: drop the largest above the threshold, refit.
backward <- list()
eliminate <- function(set, terms, threshold) {
  d <- data[[set]]
  everything <- terms
  dropped <- list()
  repeat {
    fit <- coxph(reformulate(terms, "Surv(time, event)"), d, control = control)
    p <- sapply(fit$assign, function(j) {
      b <- coef(fit)[j]
      pchisq(drop(b %*% solve(fit$var[j, j, drop = FALSE], b)), length(j), lower.tail = FALSE)
    })
    if (max(p) <= threshold) break
    worst <- names(p)[which.max(p)]
    dropped[[length(dropped) + 1]] <- list(term = worst, p = unname(max(p)))
    terms <- setdiff(terms, worst)
  }
  backward[[length(backward) + 1]] <<- list(
    set = set, terms = everything, threshold = threshold, dropped = dropped, kept = names(p), p = unname(p))
}
eliminate("veteran", c("test", "cell", "karnofsky", "months_from_diagnosis", "age", "prior"), 0.2)
eliminate("ties", c("x", "y", "z"), 0.05)

write_exact(
  list(made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
       sets = lapply(generated, function(d) as.list(d)), cases = cases, concordance = pairs, backward = backward),
  "tests/golden/cox.json")
