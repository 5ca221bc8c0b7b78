# Group tests and summaries by base R: writes group_tests.json beside this script.
# Run from the project's root: Rscript tests/golden/group_tests.R
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

columns <- function(m) list(rows = nrow(m), counts = as.integer(t(m)))
tables <- list(
  tea = matrix(c(3, 1, 1, 3), 2),
  small = matrix(c(10, 2, 3, 15), 2),
  one_sided = matrix(c(0, 5, 7, 9), 2),
  far_tail = matrix(c(300, 1, 10, 300), 2),
  registry = matrix(c(1200, 3400, 900, 3100), 2),
  job_satisfaction = matrix(c(1, 2, 1, 0, 3, 3, 6, 1, 10, 10, 14, 9, 6, 7, 12, 11), 4),  # Agresti 2002, p. 57
  two_by_three = matrix(c(3, 10, 2, 5, 7, 1), 2),
  two_by_five = matrix(c(30, 20, 11, 14, 20, 22, 9, 31, 25, 15), 2),
  three_by_two = matrix(c(5, 3, 1, 9, 2, 8), 3),
  three_by_four = matrix(c(12, 20, 11, 14, 20, 22, 9, 31, 25, 15, 8, 10), 3),
  two_by_six = matrix(c(4, 1, 9, 3, 0, 6, 12, 20, 2, 2, 7, 0), 2)
)
set.seed(11)
tables$drawn_two_by_three <- matrix(rmultinom(1, 1000, c(3, 2, 4, 5, 2, 3)), 2)
tables$drawn_three_by_three <- matrix(rmultinom(1, 90, rep(1, 9)), 3)
tables$drawn_four_by_four <- matrix(rmultinom(1, 50, rep(1, 16)), 4)

counted <- lapply(tables, function(m) {
  plain <- suppressWarnings(chisq.test(m, correct = FALSE))
  corrected <- suppressWarnings(chisq.test(m, correct = TRUE))
  c(columns(m), list(
    fisher = fisher.test(m, workspace = 2e7)$p.value,
    chi_square = unname(plain$statistic), df = unname(plain$parameter), p = plain$p.value,
    corrected = unname(corrected$statistic), corrected_p = corrected$p.value,
    small = sum(plain$expected < 5)))
})

set.seed(12)
pairs <- list(
  distinct = list(round(rnorm(12), 6), round(rnorm(17, 1), 6)),
  tied = list(rpois(20, 3), rpois(31, 4)),
  large = list(round(rnorm(60), 8), round(rnorm(50, .4), 8)),
  mixed = list(round(rnorm(49), 9), round(rnorm(50), 9)),
  edge = list(round(rnorm(49), 9), round(rnorm(49), 9)),
  far_apart = list(1:30 / 7, 100 + 1:30 / 3),
  one_and_some = list(2.5, c(1, 2, 3, 4.5)),
  symmetric = list(c(1, 4), c(2, 3)),
  close = list(c(1, 2, 3, 4, 4), c(1, 2, 3, 4, 5)),
  offset = list(1e6 + c(1, 2, 3.5), 1e6 + c(2, 2.5, 4, 7))
)
two <- lapply(pairs, function(x) {
  r <- suppressWarnings(wilcox.test(x[[1]], x[[2]]))
  spss <- suppressWarnings(wilcox.test(x[[1]], x[[2]], exact = FALSE, correct = FALSE))
  pooled <- t.test(x[[1]], x[[2]], var.equal = TRUE)
  welch <- if (length(x[[1]]) > 1) t.test(x[[1]], x[[2]]) else NULL
  out <- list(first = x[[1]], second = x[[2]],
    wilcoxon = unname(r$statistic), wilcoxon_p = r$p.value, asymptotic_p = spss$p.value,
    pooled = c(unname(pooled$statistic), unname(pooled$parameter), pooled$p.value))
  if (!is.null(welch)) out$welch <- c(unname(welch$statistic), unname(welch$parameter), welch$p.value)
  out
})

set.seed(13)
several <- list(
  three = list(round(rnorm(10), 5), round(rnorm(14, 1), 5), round(rnorm(8, .5, 2), 5)),
  tied = list(rpois(15, 2), rpois(25, 3), rpois(11, 2), rpois(9, 5)),
  two = list(c(1, 3, 5.5), c(2, 8, 9, 11)),
  offset = list(1e6 + c(1, 2, 3), 1e6 + c(2, 3, 5), 1e6 + c(7, 8, 8.5))
)
more <- lapply(several, function(x) {
  k <- kruskal.test(x)
  d <- data.frame(y = unlist(x), g = factor(rep(seq_along(x), lengths(x))))
  a <- summary(aov(y ~ g, d))[[1]]
  list(sizes = lengths(x), values = d$y, kruskal = c(unname(k$statistic), unname(k$parameter), k$p.value),
       anova = c(a[1, "F value"], a[1, "Df"], a[2, "Df"], a[1, "Pr(>F)"]))
})

set.seed(14)
probabilities <- c(0, .01, .1, .25, .5, .75, .9, .99, 1)
samples <- list(odd = round(rnorm(11), 4), even = rpois(20, 4), two = c(3, 9), one = 7)
quantiles <- lapply(samples, function(x) list(
  values = x, probabilities = probabilities,
  r7 = unname(quantile(x, probabilities, type = 7)), spss = unname(quantile(x, probabilities, type = 6)),
  mean = mean(x), sd = if (length(x) > 1) sd(x) else NA))

shares <- lapply(list(c(0, 10), c(3, 10), c(10, 10), c(107, 197), c(1, 2000)), function(x) list(
  count = x[1], total = x[2], wilson = as.vector(prop.test(x[1], x[2], correct = FALSE)$conf.int),
  exact = as.vector(binom.test(x[1], x[2])$conf.int)))

# Yang & Dalton 2012, written out with base R's solve()
distance <- function(a, b) {
  p <- a / sum(a); q <- b / sum(b)
  s <- ((diag(p) - p %o% p) + (diag(q) - q %o% q)) / 2
  d <- (p - q)[-1]
  sqrt(drop(d %*% solve(s[-1, -1, drop = FALSE]) %*% d))
}
smd_counts <- lapply(list(list(c(10, 20), c(15, 7)), list(c(10, 20, 5), c(15, 7, 9)), list(c(1, 0, 5, 9), c(4, 7, 9, 1))),
  function(x) list(first = x[[1]], second = x[[2]], value = distance(x[[1]], x[[2]])))

write_exact(
  list(made_with = list(R = R.version.string), tables = counted, two = two, several = more, quantiles = quantiles,
       shares = shares, smd_counts = smd_counts),
  "tests/golden/group_tests.json")
