# Fine-Gray models with strata and case weights by R's survival (finegray, then coxph): writes fine_gray_strata.json
# beside this script. Run from the project's root: Rscript tests/golden/fine_gray_strata.R
# No failure shares its time with a censoring: on such data finegray and cmprsk's crr have the same convention. They
# have not when a censoring group ends before the events of others it is compared with do: here groups are the strata.
# finegray leaves case weights out of the curve of censoring: here a weight is so many equal rows.
suppressMessages(library(survival))
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
numbers <- function(x) as.vector(unname(x))

set.seed(35)
n <- 160
d <- data.frame(a = round(rnorm(n), 2), b = rbinom(n, 1, .4), stratum = sample(c("x", "y", "z"), n, TRUE),
                w = sample(3, n, TRUE))
t <- ceiling(rexp(n, .04 * exp(.5 * d$a - .4 * d$b) * ifelse(d$stratum == "z", 2, 1)))
end <- ceiling(runif(n, 2, ifelse(d$stratum == "x", 30, 60))) + .5
d$time <- pmin(t, end)
d$cause <- ifelse(t <= end, sample(1:2, n, TRUE, c(.6, .4)), 0)
stopifnot(!any(d$time[d$cause == 0] %in% d$time[d$cause != 0]))
d$label <- d$stratum # finegray takes the column within strata() away
d$state <- factor(d$cause, 0:2, c("censored", "one", "two"))

fits <- list()
for (stratified in c(FALSE, TRUE)) for (grouped in c(FALSE, TRUE)) for (weighted in c(FALSE, TRUE)) {
  if (grouped && !stratified) next
  rows <- d[rep(seq_len(n), if (weighted) d$w else 1), ]
  long <- finegray(if (grouped) Surv(time, state) ~ a + b + label + strata(stratum) else Surv(time, state) ~ a + b + label,
                   data = rows, etype = "one")
  fit <- coxph(if (stratified) Surv(fgstart, fgstop, fgstatus) ~ a + b + strata(label) else Surv(fgstart, fgstop, fgstatus) ~ a + b,
               data = long, weights = fgwt, ties = "breslow", control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 50))
  new <- data.frame(a = .5, b = 1, label = "y")
  curve <- survfit(fit, new, censor = FALSE)
  fits[[length(fits) + 1]] <- list(
    stratified = stratified, grouped = grouped, weighted = weighted, coefficients = numbers(coef(fit)),
    log_likelihood = fit$loglik[2], null = fit$loglik[1], information = numbers(solve(if (is.null(fit$naive.var)) fit$var else fit$naive.var)),
    time = curve$time[curve$n.event > 0], incidence = numbers(1 - exp(-curve$cumhaz[curve$n.event > 0])))
}
write_exact(
  list(made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
       data = list(time = d$time, cause = d$cause, a = d$a, b = d$b, stratum = d$stratum, weight = d$w), fits = fits),
  "tests/golden/fine_gray_strata.json")
