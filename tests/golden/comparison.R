# Weighted, stratified and trend versions of the log-rank test by R's survival and survMisc: writes comparison.json
# beside this script. Run from the project's root: Rscript tests/golden/comparison.R
suppressPackageStartupMessages({library(survival); library(survMisc)})
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

read <- function(name) read.csv(file.path("tests/data", name))
freireich <- read("freireich.csv")
# The same rows as the package that the tests read: tests/data/survival_package.py
veteran <- survival::veteran; colon <- survival::colon[survival::colon$etype == 2, ]
sets <- list(
  freireich = data.frame(time = freireich$weeks, event = freireich$relapsed, group = freireich$treatment,
                         stratum = "all"),
  veteran = data.frame(time = veteran$time, event = veteran$status, group = as.character(veteran$celltype),
                       stratum = veteran$prior),
  colon = data.frame(time = colon$time, event = colon$status, group = as.character(colon$rx),
                     stratum = paste(colon$sex, colon$adhere)))
set.seed(61)
n <- 150
g <- sample(c("a", "b", "c", "d"), n, TRUE, c(.4, .3, .2, .1))
sets$tied <- data.frame(time = rpois(n, ifelse(g == "d", 5, 3)), event = rbinom(n, 1, .6), group = g,
                        stratum = sample(c("n", "s", "w"), n, TRUE))
set.seed(62)
n <- 300
g <- sample(c("x", "y"), n, TRUE)
true <- ifelse(g == "x", rexp(n, 1 / 20), rweibull(n, 1.6, 24)); end <- runif(n, 2, 60)
sets$crossing <- data.frame(time = round(pmin(true, end), 1), event = as.integer(true <= end), group = g,
                            stratum = sample(1:5, n, TRUE))

numbers <- function(x) as.vector(unname(x))
with_p <- function(statistic, df) c(statistic, df, pchisq(statistic, df, lower.tail = FALSE))

one <- function(d) {
  d$group <- factor(d$group)
  k <- nlevels(d$group)
  by_rho <- function(formula) lapply(list(0, 0.5, 1, -0.5, 2), function(rho) {
    fit <- survdiff(formula, d, rho = rho)
    list(rho = rho, test = with_p(fit$chisq, k - 1))
  })
  trend <- function(formula, scores) {
    fit <- survdiff(formula, d)
    excess <- if (is.matrix(fit$obs)) rowSums(fit$obs - fit$exp) else fit$obs - fit$exp
    with_p(sum(scores * excess)^2 / drop(scores %*% fit$var %*% scores), 1)
  }
  plain <- Surv(time, event) ~ group; stratified <- Surv(time, event) ~ group + strata(stratum)
  fit <- survdiff(stratified, d)
  total <- function(x) if (is.matrix(x)) numbers(rowSums(x)) else numbers(x)
  # survMisc only for more than two groups: for two, its covariance takes tied events of the groups one by one.
  more <- NULL
  if (k > 2) {
    t1 <- ten(Surv(time, event) ~ group, data = d)
    invisible(capture.output(comp(t1, p = c(1, 0, 1, 0.5), q = c(0, 1, 1, 2))))
    lrt <- as.data.frame(attr(t1, "lrt"))
    more <- sapply(lrt$W, function(w) with_p(lrt$chiSq[lrt$W == w], k - 1), simplify = FALSE)
    names(more) <- lrt$W
  }
  odd <- seq_len(k)^2
  list(levels = levels(d$group), rho = by_rho(plain), strata_rho = by_rho(stratified),
       observed = total(fit$obs), expected = total(fit$exp), more = more,
       trend = trend(plain, seq_len(k)), trend_scores = odd, odd_trend = trend(plain, odd),
       strata_trend = trend(stratified, seq_len(k)))
}

write_exact(
  list(made_with = list(R = R.version.string, survival = as.character(packageVersion("survival")),
                        survMisc = as.character(packageVersion("survMisc"))),
       sets = lapply(sets[c("tied", "crossing")], as.list), results = lapply(sets, one)),
  "tests/golden/comparison.json")
