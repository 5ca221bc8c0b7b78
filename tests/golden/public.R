# R's numbers for the public data sets of tests/data/public_sources.py: curves, comparisons, Cox models, group tests.
# Run from the project's root (Debian r-base-core, r-cran-survival, r-cran-jsonlite):
#   python -m tests.data.public FOLDER && Rscript tests/golden/public.R FOLDER
# Writes tests/golden/public.json: aggregates only, no data set is stored.
library(survival)
source("tests/golden/exact.R")
source("tests/golden/public_sets.R")
# eps = 1e-12 and never tighter: below that, rounding makes coxph halve its steps away from the maximum.
control <- suppressWarnings(coxph.control(eps = 1e-12, iter.max = 100))
TIES <- c("efron", "breslow")
numbers <- function(x) as.vector(unname(x))
# No names: the order is that of the levels.
bare <- function(x) unname(as.list(x))

curve <- function(d, left, landmarks) {
  landmarks <- landmarks[landmarks <= max(d$time)]
  of <- function(interval, level = 0.95)
    survfit(as.formula(paste(left, "~ 1")), d, conf.type = interval, conf.int = level)
  fit <- of("log-log")
  intervals <- sapply(c("log-log", "log", "plain"), function(interval) {
    one <- of(interval)
    at <- summary(one, times = landmarks)
    list(median = numbers(summary(one)$table[c("median", "0.95LCL", "0.95UCL")]),
         lower = numbers(at$lower), upper = numbers(at$upper))
  }, simplify = FALSE)
  at <- summary(fit, times = landmarks)
  ninety <- of("log-log", 0.9)
  # Every height and standard error at once, as two sums over the times with an event before the curve reaches 0.
  rows <- summary(fit)
  finite <- rows$surv > 0
  out <- list(n = fit$n, events = sum(d$event), times = length(fit$time),
    sum_survival = sum(rows$surv), sum_standard_error = sum(rows$std.err[finite]), steps = length(rows$time),
    quartiles = numbers(quantile(fit, c(.25, .5, .75), conf.int = FALSE)),
    ninety = numbers(summary(ninety)$table[c("median", "0.9LCL", "0.9UCL")]),
    landmarks = landmarks, at_risk = numbers(at$n.risk), survival = numbers(at$surv),
    standard_error = numbers(at$std.err), intervals = intervals)
  if (!grepl("entry", left)) {
    reverse <- survfit(Surv(time, 1 - event) ~ 1, d, conf.type = "log-log")
    out$follow_up <- numbers(summary(reverse)$table[c("median", "0.95LCL", "0.95UCL")])
  }
  out
}

test_of <- function(v) list(statistic = unname(v[1]), df = unname(v[2]), p = unname(v[3]))
chi_square <- function(statistic, df)
  list(statistic = statistic, df = df, p = pchisq(statistic, df, lower.tail = FALSE))

zph <- function(fit) sapply(c("km", "rank", "identity"), function(transform) {
  table <- cox.zph(fit, transform = transform)$table
  list(statistic = numbers(table[, "chisq"]), df = numbers(table[, "df"]), p = numbers(table[, "p"]))
}, simplify = FALSE)

cox <- function(d, left, covariates, ties, with_terms = FALSE) {
  right <- paste(covariates, collapse = " + ")
  d <- d[complete.cases(d[covariates]), ]
  fit <- coxph(as.formula(paste(left, "~", right)), d, ties = ties, control = control)
  s <- summary(fit)
  V <- vcov(fit)
  b <- coef(fit)
  c <- fit$concordance
  # Overall tests of each covariate: on k - 1 df for a factor of k levels, by hand from the covariance matrix.
  wald <- lapply(fit$assign, function(j)
    chi_square(drop(b[j] %*% solve(V[j, j, drop = FALSE], b[j])), length(j)))
  out <- list(n = fit$n, events = fit$nevent, names = names(b), coefficients = numbers(b),
    standard_errors = numbers(sqrt(diag(V))), p = numbers(s$coefficients[, "Pr(>|z|)"]), log_likelihood = fit$loglik,
    likelihood_ratio = test_of(s$logtest), score = test_of(s$sctest),
    wald = chi_square(drop(b %*% solve(V, b)), length(b)), term_wald = unname(wald), zph = zph(fit),
    concordance = unname(c[c("concordance", "std")]))
  if (with_terms) out$term_likelihood_ratio <- unname(lapply(covariates, function(name) {
    rest <- setdiff(covariates, name)
    smaller <- coxph(as.formula(paste(left, "~", paste(c("1", rest), collapse = " + "))), d, ties = ties, control = control)
    null <- smaller$loglik[length(smaller$loglik)]
    chi_square(2 * (fit$loglik[2] - null), length(b) - sum(!is.na(coef(smaller))))
  }))
  out
}

numeric_row <- function(values, by) {
  samples <- lapply(split(values, by), function(x) x[!is.na(x)])
  known <- values[!is.na(values) & !is.na(by)]
  groups <- by[!is.na(values) & !is.na(by)]
  k <- length(samples)
  out <- list(
    n = numbers(lengths(samples)), mean = numbers(sapply(samples, mean)), sd = numbers(sapply(samples, sd)),
    r7 = bare(lapply(samples, quantile, c(.25, .5, .75), names = FALSE, type = 7)),
    spss = bare(lapply(samples, quantile, c(.25, .5, .75), names = FALSE, type = 6)))
  kruskal <- kruskal.test(known, groups)
  out$kruskal_wallis <- test_of(c(kruskal$statistic, kruskal$parameter, kruskal$p.value))
  table <- summary(aov(known ~ groups))[[1]]
  out$anova <- list(statistic = table[1, "F value"], df = table[1, "Df"], p = table[1, "Pr(>F)"])
  if (k == 2) {
    pooled <- t.test(samples[[1]], samples[[2]], var.equal = TRUE)
    welch <- t.test(samples[[1]], samples[[2]])
    r <- suppressWarnings(wilcox.test(samples[[1]], samples[[2]]))
    spss <- suppressWarnings(wilcox.test(samples[[1]], samples[[2]], exact = FALSE, correct = FALSE))
    out$pooled <- test_of(c(pooled$statistic, pooled$parameter, pooled$p.value))
    out$welch <- test_of(c(welch$statistic, welch$parameter, welch$p.value))
    out$mann_whitney <- list(statistic = unname(r$statistic), p = r$p.value, spss = spss$p.value)
    out$smd <- abs(mean(samples[[1]]) - mean(samples[[2]])) / sqrt((var(samples[[1]]) + var(samples[[2]])) / 2)
  }
  out
}

factor_row <- function(values, by) {
  m <- table(values, by)
  m <- m[rowSums(m) > 0, colSums(m) > 0, drop = FALSE]
  plain <- suppressWarnings(chisq.test(m, correct = FALSE))
  out <- list(counts = unname(split(as.integer(m), row(m))),
              chi_square = test_of(c(plain$statistic, plain$parameter, plain$p.value)))
  # Fisher's test walks over all tables with these margins: only where R gets through.
  if (min(dim(m)) == 2 || sum(m) <= 250) out$fisher <- fisher.test(m, workspace = 2e8)$p.value
  if (ncol(m) == 2) {
    p <- m[-1, 1] / sum(m[, 1]); q <- m[-1, 2] / sum(m[, 2])
    spread <- function(s) diag(s, length(s)) - outer(s, s)
    S <- (spread(p) + spread(q)) / 2
    out$smd <- sqrt(drop((p - q) %*% solve(S, p - q)))
  }
  out
}

one_set <- function(name) {
  message(name)
  set <- read_set(name)
  d <- set$data; about <- set$about; left <- set$left
  compared <- if (length(about$compared)) about$compared else NULL
  out <- list()
  if (isTRUE(about$time)) {
    landmarks <- unlist(about$landmarks)
    out$everyone <- curve(d, left, landmarks)
    if (!is.null(compared)) {
      out$groups <- unname(lapply(levels(d[[compared]]), function(level)
        curve(d[which(d[[compared]] == level), ], left, landmarks)))
      if (left == "Surv(time, event)") {
        fit <- survdiff(as.formula(paste(left, "~", compared)), d)
        out$log_rank <- c(chi_square(fit$chisq, length(fit$n) - 1),
                          list(n = numbers(fit$n), observed = numbers(fit$obs), expected = numbers(fit$exp)))
      }
    }
    models <- function(covariates, with_terms = FALSE)
      sapply(TIES, function(ties) cox(d, left, covariates, ties, with_terms), simplify = FALSE)
    out$univariable <- sapply(set$covariates, models, simplify = FALSE)
    if (length(set$covariates) > 1) out$multivariable <- models(set$covariates, with_terms = TRUE)
  }
  if (!is.null(compared)) {
    by <- d[[compared]]
    out$numbers <- sapply(unlist(about$numbers), function(x) numeric_row(d[[x]], by), simplify = FALSE)
    out$factors <- sapply(setdiff(names(about$levels), compared), function(f) factor_row(d[[f]], by), simplify = FALSE)
  }
  out
}

sets <- sapply(names(described), one_set, simplify = FALSE)
write_exact(list(made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
                 sets = sets), "tests/golden/public.json")
