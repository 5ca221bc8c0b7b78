# Tests for pairs, trends of proportions and normality by base R and exactRankTests: writes paired_tests.json beside
# this script. Run from the project's root: Rscript tests/golden/paired_tests.R
suppressMessages(suppressWarnings(library(exactRankTests)))
source("tests/golden/exact.R")
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
of <- function(test) c(unname(test$statistic), unname(test$parameter), test$p.value)

set.seed(31)
pairs <- list(
  distinct = list(c(125, 115, 130, 140, 140.5, 115.5, 140.25, 125.75, 140.125, 135), c(110, 122, 125, 120, 141, 124, 123, 137, 135.5, 145)),
  tied = list(rpois(24, 6), rpois(24, 4)),
  with_equal = list(c(5, 7, 7, 9, 4, 6, 8), c(5, 6, 9, 6, 4, 5, 3)),
  large = list(round(rnorm(80), 6), round(rnorm(80, .3), 6)),
  fifty = list(round(rnorm(50), 6), round(rnorm(50, .3), 6)),
  forty_nine = list(round(rnorm(49), 6), round(rnorm(49, 1), 6)),
  two = list(c(1, 4), c(2, 1)),
  balanced = list(c(1, 4, 2, 8), c(2, 3, 4, 6)))
paired <- lapply(pairs, function(x) {
  a <- x[[1]]; b <- x[[2]]
  r <- suppressWarnings(wilcox.test(a, b, paired = TRUE))
  spss <- suppressWarnings(wilcox.test(a, b, paired = TRUE, exact = FALSE, correct = FALSE))
  exact <- suppressWarnings(wilcox.exact(a, b, paired = TRUE, exact = TRUE))
  list(first = a, second = b, t = of(t.test(a, b, paired = TRUE)), v = unname(r$statistic), r = r$p.value,
       spss = spss$p.value, exact = exact$p.value)
})

tables <- list(c(794, 86, 150, 570), c(10, 3, 12, 7), c(5, 6, 6, 2), c(30, 0, 9, 1), c(1000, 400, 521, 2000))
readings <- lapply(tables, function(x) {
  m <- matrix(x, 2, byrow = TRUE)
  list(counts = x, plain = of(mcnemar.test(m, correct = FALSE)), corrected = of(mcnemar.test(m)),
       exact = binom.test(x[2], x[2] + x[3])$p.value)
})

trends <- list(
  list(x = c(83, 90, 129, 70), n = c(86, 93, 136, 82), s = c(0, 1, 2, 3)),
  list(x = c(1, 4, 9), n = c(10, 20, 15), s = c(0, 1, 2)),
  list(x = c(12, 3, 8, 5, 1), n = c(100, 40, 80, 20, 7), s = c(0, 0.5, 1.5, 4, 7)))
trend <- lapply(trends, function(x) list(with = x$x, without = x$n - x$x, scores = x$s,
                                         test = of(prop.trend.test(x$x, x$n, x$s))))

samples <- list(normal = round(rnorm(40), 5), skewed = round(rexp(60), 5), three = c(1, 2, 4), counts = rpois(200, 4),
                many = round(rnorm(4000), 6), offset = 1e6 + round(rnorm(25), 3))
normality <- lapply(samples, function(x) list(values = x, test = of(shapiro.test(x))))

write_exact(list(made_with = list(R = R.version.string, exactRankTests = as.character(packageVersion("exactRankTests"))),
                 paired = paired, readings = readings, trend = trend, normality = normality),
            "tests/golden/paired_tests.json")
