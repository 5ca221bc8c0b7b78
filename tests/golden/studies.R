# R's numbers for the studies of tests/study/protocols: selection, derived variables, rules and models redone in R.
# Run from the project's root (Debian r-base-core, r-cran-survival, r-cran-cmprsk, r-cran-jsonlite):
#   python -m tests.study.public_tables FOLDER && Rscript tests/golden/studies.R FOLDER
# Writes tests/golden/studies.json: aggregates only, no data set is stored.
library(survival)
library(cmprsk)
source("tests/golden/exact.R")
folder <- commandArgs(trailingOnly = TRUE)[1]
# eps = 1e-12 and never tighter: below that, rounding makes coxph halve its steps away from the maximum.
control <- suppressWarnings(coxph.control(eps = 1e-12, iter.max = 100))
read_study <- function(name) read.csv(file.path(folder, paste0(name, ".csv")), check.names = FALSE)
numbers <- function(x) as.vector(unname(x))
each <- function(names, f) sapply(names, f, simplify = FALSE)
recoded <- function(values, codes, names, reference = names[1])
  relevel(factor(names[match(values, codes)], levels = names), reference)
yes_no <- function(condition) factor(ifelse(condition, "yes", "no"), levels = c("no", "yes"))

# One step of a selection; what is unknown stays or goes as the study says.
flow <- list()
step <- function(d, keep, unknown = "exclude") {
  stays <- ifelse(is.na(keep), unknown == "include", keep)
  flow[[length(flow) + 1]] <<- list(before = nrow(d), unknown = sum(is.na(keep)), removed = sum(!stays), after = sum(stays))
  d[stays, ]
}

curve <- function(d, interval, level, landmarks) {
  fit <- survfit(Surv(time, event) ~ 1, d, conf.type = interval, conf.int = level)
  reverse <- survfit(Surv(time, 1 - event) ~ 1, d, conf.type = interval, conf.int = level)
  limits <- paste0(level, c("LCL", "UCL"))
  at <- summary(fit, times = landmarks[landmarks <= max(d$time)])
  list(n = fit$n, events = sum(d$event), median = numbers(summary(fit)$table[c("median", limits)]),
       follow_up = numbers(summary(reverse)$table[c("median", limits)]), survival = numbers(at$surv),
       lower = numbers(at$lower), upper = numbers(at$upper), at_risk = numbers(at$n.risk))
}

# `d` has the columns time and event; groups without anybody are left out.
endpoint <- function(d, group = NULL, interval = "log-log", level = 0.95, landmarks = c()) {
  out <- list(n = nrow(d), events = sum(d$event), overall = curve(d, interval, level, landmarks))
  if (!is.null(group)) {
    d$group <- droplevels(d[[group]])
    out$groups <- each(levels(d$group), function(one) curve(d[d$group == one, ], interval, level, landmarks))
    test <- survdiff(Surv(time, event) ~ group, d)
    df <- nlevels(d$group) - 1
    out$log_rank <- list(statistic = test$chisq, df = df, p = pchisq(test$chisq, df, lower.tail = FALSE),
                         observed = numbers(test$obs), expected = numbers(test$exp))
  }
  out
}

# The median plus and minus z standard errors, by the density around it (Collett 2003, chapter 2).
spss_median <- function(d, level) {
  fit <- survfit(Surv(time, event) ~ 1, d)
  died <- fit$n.event > 0
  time <- fit$time[died]; surv <- fit$surv[died]
  at <- which(surv <= 0.5)[1]
  u <- max(time[surv >= 0.55]); l <- min(time[surv <= 0.45])
  density <- (surv[time == u] - surv[time == l]) / (l - u)
  error <- surv[at] * fit$std.err[died][at] / density
  time[at] + c(0, -1, 1) * qnorm((1 + level) / 2) * error
}
with_spss <- function(found, d, group, level = 0.95) {
  found$overall$median <- spss_median(d, level)
  survivors <- function(d) described(d$time[d$event == 0], 7)
  found$overall$survivors <- survivors(d)
  for (one in names(found$groups)) {
    found$groups[[one]]$median <- spss_median(d[d[[group]] == one, ], level)
    found$groups[[one]]$survivors <- survivors(d[d[[group]] == one, ])
  }
  found
}

# `cause`: 0 censored, 1 the event, 2 competing.
incidence <- function(d, group, landmarks) {
  d$end <- factor(d$cause, 0:2)
  one <- function(rows) {
    s <- summary(survfit(Surv(time, end) ~ 1, rows, conf.type = "log-log"), times = landmarks)
    list(n = nrow(rows), events = sum(rows$cause == 1), competing = sum(rows$cause == 2),
         incidence = numbers(s$pstate[, 2]), lower = numbers(s$lower[, 2]), upper = numbers(s$upper[, 2]))
  }
  tests <- cuminc(d$time, d$cause, d[[group]])$Tests
  list(overall = one(d), groups = each(levels(droplevels(d[[group]])), function(level) one(d[d[[group]] == level, ])),
       gray = chi_square(tests["1", "stat"], tests["1", "df"]))
}

test_of <- function(v) list(statistic = unname(v[1]), df = unname(v[2]), p = unname(v[3]))
chi_square <- function(statistic, df) list(statistic = statistic, df = df, p = pchisq(statistic, df, lower.tail = FALSE))
known <- function(d, covariates) droplevels(d[complete.cases(d[covariates]), ])
fitted <- function(d, covariates, ties)
  coxph(as.formula(paste("Surv(time, event) ~", paste(c("1", covariates), collapse = " + "))), d, ties = ties, control = control)
log_likelihood <- function(fit) fit$loglik[length(fit$loglik)]

# The overall test of a covariate: by hand from the covariance matrix, or against the model without it.
overall_test <- function(d, covariates, name, ties, kind) {
  fit <- fitted(d, covariates, ties)
  if (kind == "wald") {
    j <- fit$assign[[name]]
    b <- coef(fit)[j]
    return(chi_square(drop(b %*% solve(vcov(fit)[j, j], b)), length(j)))
  }
  smaller <- fitted(d, setdiff(covariates, name), ties)
  chi_square(2 * (log_likelihood(fit) - log_likelihood(smaller)), length(coef(fit)) - length(coef(smaller)))
}

level_names <- function(d, covariates) unlist(lapply(covariates, function(name)
  if (is.factor(d[[name]])) paste0(name, "=", levels(d[[name]])[-1]) else name))

whole_model <- function(d, covariates, ties, kind, transform, level) {
  d <- known(d, covariates)
  fit <- fitted(d, covariates, ties)
  s <- summary(fit, conf.int = level)
  z <- cox.zph(fit, transform = transform)$table
  b <- coef(fit)
  ratios <- s$conf.int
  effects <- lapply(seq_along(b), function(i) list(coefficient = b[[i]], standard_error = sqrt(vcov(fit)[i, i]),
    hazard_ratio = numbers(ratios[i, c(1, 3, 4)]), p = s$coefficients[i, "Pr(>|z|)"]))
  names(effects) <- level_names(d, covariates)
  list(n = fit$n, events = fit$nevent, effects = effects,
       terms = each(covariates, function(name) overall_test(d, covariates, name, ties, kind)),
       zph = each(covariates, function(name) test_of(z[name, ])), zph_overall = test_of(z[nrow(z), ]),
       log_likelihood = fit$loglik, likelihood_ratio = test_of(s$logtest), score = test_of(s$sctest),
       wald = chi_square(drop(b %*% solve(vcov(fit), b)), length(b)),
       concordance = unname(fit$concordance[c("concordance", "std")]))
}

# screen: the largest p that enters; backward: the largest that stays, on the complete cases of what entered.
model <- function(d, candidates, ties = "efron", kind = "wald", transform = "km", level = 0.95, screen = NULL,
                  declared = NULL, always = c(), backward = NULL, no_model = FALSE) {
  alone <- each(candidates, function(name) whole_model(d, name, ties, kind, transform, level))
  out <- list(univariable = alone)
  if (no_model) return(out)
  p <- sapply(candidates, function(name) alone[[name]]$terms[[name]]$p)
  chosen <- if (!is.null(screen)) candidates[p <= screen | candidates %in% always]
            else if (!is.null(declared)) candidates[candidates %in% c(declared, always)] else candidates
  rows <- known(d, chosen)
  dropped <- c()
  repeat {
    if (is.null(backward)) break
    p <- sapply(chosen, function(name) overall_test(rows, chosen, name, ties, kind)$p)
    p[chosen %in% always] <- 0
    if (max(p) <= backward) break
    dropped <- c(dropped, names(which.max(p)))
    chosen <- setdiff(chosen, dropped)
  }
  c(out, list(chosen = I(chosen), dropped = I(as.character(dropped)),
              multivariable = whole_model(rows, chosen, ties, kind, transform, level)))
}

# The exposure crude, in the multivariable model, and corrected: the rule for confounders.
confounders <- function(d, found, exposure, p, change, scale, ties) {
  one <- function(covariates) {
    rows <- known(d, c(exposure, covariates))
    fit <- fitted(rows, c(exposure, covariates), ties)
    list(n = fit$n, events = fit$nevent, coefficient = coef(fit)[[1]], adjusted_for = I(as.character(covariates)))
  }
  others <- setdiff(found$chosen, exposure)
  potential <- others[sapply(others, function(name) found$multivariable$terms[[name]]$p) <= p]
  crude <- one(c()); adjusted <- one(potential)
  relative <- if (scale == "coefficient") abs(adjusted$coefficient / crude$coefficient - 1)
              else abs(exp(adjusted$coefficient) / exp(crude$coefficient) - 1)
  confounding <- relative > change
  list(crude = crude, full = one(others), adjusted = adjusted, final = if (confounding) adjusted else crude, change = relative,
       confounders = I(as.character(if (confounding) potential else c())))
}

# Logistic models: R takes the standard errors from the weights of the iteration before, so once more from the maximum.
glm_control <- glm.control(epsilon = 1e-14, maxit = 200)
logit <- function(d, covariates, start = NULL) {
  formula <- as.formula(paste("event ~", paste(c("1", covariates), collapse = " + ")))
  fit <- glm(formula, binomial(), d, control = glm_control, start = start)
  if (is.null(start)) logit(d, covariates, coef(fit)) else fit
}
logit_test <- function(d, covariates, name, kind) {
  fit <- logit(d, covariates)
  if (kind == "wald") {
    j <- attr(model.matrix(fit), "assign") == match(name, covariates)
    return(chi_square(drop(coef(fit)[j] %*% solve(vcov(fit)[j, j], coef(fit)[j])), sum(j)))
  }
  smaller <- logit(d, setdiff(covariates, name))
  chi_square(smaller$deviance - fit$deviance, fit$rank - smaller$rank)
}
# The limits of the profile likelihood, as roots: R's confint interpolates between points of the profile.
profile_limits <- function(b, error, rise, level) {
  above <- function(at) rise(at) - qnorm((1 + level) / 2)^2
  one <- function(side) {
    step <- 1
    while (above(b + side * step * error) < 0) step <- step * 1.5
    uniroot(above, sort(c(b, b + side * step * error)), tol = 1e-14, maxiter = 1000)$root
  }
  c(one(-1), one(1))
}
logit_profile <- function(fit, j, level) {
  X <- model.matrix(fit)
  profile_limits(coef(fit)[[j]], sqrt(vcov(fit)[j, j]), function(at)
    glm.fit(X[, -j, drop = FALSE], fit$y, offset = at * X[, j], family = binomial(), control = glm_control)$deviance -
      fit$deviance, level)
}
whole_logit <- function(d, covariates, kind, interval, level = 0.95) {
  d <- known(d, covariates)
  fit <- logit(d, covariates); null <- logit(d, c())
  b <- coef(fit)[-1]; errors <- sqrt(diag(vcov(fit)))[-1]
  z <- qnorm((1 + level) / 2)
  effects <- lapply(seq_along(b), function(i) {
    limits <- if (interval == "wald") b[[i]] + c(-1, 1) * z * errors[[i]] else logit_profile(fit, i + 1, level)
    list(coefficient = b[[i]], standard_error = errors[[i]], hazard_ratio = exp(c(b[[i]], limits)),
         p = chi_square((b[[i]] / errors[[i]])^2, 1)$p)
  })
  names(effects) <- level_names(d, covariates)
  V <- vcov(fit)[-1, -1]
  X <- model.matrix(fit); p0 <- null$fitted.values
  U <- colSums(X * (fit$y - p0))
  list(n = nrow(d), events = sum(d$event), effects = effects,
       terms = each(covariates, function(name) logit_test(d, covariates, name, kind)),
       log_likelihood = c(-null$deviance / 2, -fit$deviance / 2),
       likelihood_ratio = chi_square(null$deviance - fit$deviance, length(b)),
       score = chi_square(drop(U %*% solve(crossprod(X * sqrt(p0 * (1 - p0))), U)), length(b)),
       wald = chi_square(drop(b %*% solve(V, b)), length(b)),
       area = unname(concordance(fit$y ~ fit$linear.predictors)$concordance))
}
logistic_model <- function(d, candidates, kind = "wald", interval = "wald", screen = NULL, always = c(), backward = NULL) {
  alone <- each(candidates, function(name) whole_logit(d, name, kind, interval))
  p <- sapply(candidates, function(name) alone[[name]]$terms[[name]]$p)
  chosen <- if (is.null(screen)) candidates else candidates[p <= screen | candidates %in% always]
  rows <- known(d, chosen)
  dropped <- c()
  repeat {
    if (is.null(backward)) break
    p <- sapply(chosen, function(name) logit_test(rows, chosen, name, kind)$p)
    if (max(p) <= backward) break
    dropped <- c(dropped, names(which.max(p)))
    chosen <- setdiff(chosen, dropped)
  }
  list(univariable = alone, chosen = I(chosen), dropped = I(as.character(dropped)),
       multivariable = whole_logit(rows, chosen, kind, interval))
}

# Fine and Gray's model by crr; `cause` as for `incidence`.
whole_crr <- function(d, covariates, level = 0.95) {
  d <- known(d, covariates)
  X <- model.matrix(as.formula(paste("~", paste(covariates, collapse = " + "))), d)
  assign <- attr(X, "assign")[-1]
  X <- X[, -1, drop = FALSE]
  # crr halves good steps when the likelihood is flat to the last digit: the last ones are taken here
  fit <- crr(d$time, d$cause, X, gtol = 1e-10, maxiter = 50)
  for (polish in 1:2) fit <- crr(d$time, d$cause, X, init = fit$coef + solve(fit$inf, fit$score), maxiter = 0)
  b <- fit$coef; V <- fit$var
  errors <- sqrt(diag(V)); z <- qnorm((1 + level) / 2)
  effects <- lapply(seq_along(b), function(i) list(coefficient = b[[i]], standard_error = errors[i],
    hazard_ratio = exp(b[[i]] + c(0, -1, 1) * z * errors[i]), p = chi_square((b[[i]] / errors[i])^2, 1)$p))
  names(effects) <- level_names(d, covariates)
  test <- function(j) chi_square(drop(b[j] %*% solve(V[j, j], b[j])), sum(j))
  list(n = fit$n, events = sum(d$cause == 1), effects = effects,
       terms = each(covariates, function(name) test(assign == match(name, covariates))),
       log_likelihood = c(fit$loglik.null, fit$loglik),
       likelihood_ratio = chi_square(2 * (fit$loglik - fit$loglik.null), length(b)), wald = test(assign > 0))
}
fine_gray_model <- function(d, candidates) list(univariable = each(candidates, function(name) whole_crr(d, name)),
  chosen = I(candidates), dropped = I(character()), multivariable = whole_crr(d, candidates))

# Intervals of the profile likelihood in place of Wald's.
with_profile <- function(found, d, candidates, ties = "efron", level = 0.95) {
  limits <- function(covariates) {
    rows <- known(d, covariates)
    fit <- fitted(rows, covariates, ties)
    X <- model.matrix(fit)
    lapply(seq_along(coef(fit)), function(j) exp(c(coef(fit)[[j]], profile_limits(coef(fit)[[j]], sqrt(vcov(fit)[j, j]),
      function(at) {
        rows$shift <- at * X[, j]
        left <- X[, -j, drop = FALSE]
        other <- if (ncol(left)) coxph(Surv(rows$time, rows$event) ~ left + offset(rows$shift), ties = ties, control = control)
                 else coxph(Surv(rows$time, rows$event) ~ offset(rows$shift), ties = ties, control = control)
        2 * (log_likelihood(fit) - log_likelihood(other))
      }, level))))
  }
  put <- function(part, covariates) {
    ratios <- limits(covariates)
    for (i in seq_along(ratios)) part$effects[[i]]$hazard_ratio <- ratios[[i]]
    part
  }
  for (name in candidates) found$univariable[[name]] <- put(found$univariable[[name]], name)
  if (!is.null(found$multivariable)) found$multivariable <- put(found$multivariable, found$chosen)
  found
}

# The same effects with the variance of clusters.
clustered <- function(found, d, candidates, cluster, ties = "efron", level = 0.95) {
  put <- function(part, covariates) {
    rows <- known(d, covariates)
    formula <- as.formula(paste("Surv(time, event) ~", paste(covariates, collapse = " + ")))
    fit <- coxph(formula, rows, cluster = rows[[cluster]], ties = ties, control = control)
    error <- sqrt(diag(vcov(fit)))
    for (i in seq_along(error)) part$effects[[i]]$robust <- list(standard_error = error[[i]],
      ratio = exp(coef(fit)[[i]] + c(0, -1, 1) * qnorm((1 + level) / 2) * error[[i]]),
      p = chi_square((coef(fit)[[i]] / error[[i]])^2, 1)$p)
    part
  }
  for (name in candidates) found$univariable[[name]] <- put(found$univariable[[name]], name)
  found$multivariable <- put(found$multivariable, found$chosen)
  found
}

paired <- function(before, after, test = "none", correction = TRUE, type = 7) {
  both <- !is.na(before) & !is.na(after)
  out <- list(pairs = sum(both), missing = c(sum(is.na(before)), sum(is.na(after))))
  if (is.factor(before)) {
    out$levels <- lapply(list(before, after), function(x) as.list(c(table(x))))
  } else out$numbers <- lapply(list(before, after), function(x) described(x[!is.na(x)], type))
  r <- if (test == "wilcoxon") suppressWarnings(wilcox.test(before[both], after[both], paired = TRUE))
       else if (test == "mcnemar") mcnemar.test(table(before[both], after[both]), correct = correction)
  if (!is.null(r)) out$test <- list(statistic = unname(r$statistic), p = r$p.value)
  out
}

subgroups <- function(d, group, variables, ties = "efron", level = 0.95, minimum = 5) {
  d$group <- d[[group]]
  one <- function(rows) {
    out <- list(n = nrow(rows), events = sum(rows$event))
    if (out$events < minimum) return(out)
    s <- summary(fitted(rows, "group", ties), conf.int = level)
    c(out, list(hazard_ratio = numbers(s$conf.int[1, c(1, 3, 4)]), p = s$coefficients[1, "Pr(>|z|)"]))
  }
  list(overall = one(d), variables = each(variables, function(name) {
    rows <- known(d, name)
    larger <- fitted(rows, c("group", name, paste0("group:", name)), ties)
    smaller <- fitted(rows, c("group", name), ties)
    list(levels = each(levels(d[[name]]), function(level) one(rows[rows[[name]] == level, ])),
         interaction = chi_square(2 * (log_likelihood(larger) - log_likelihood(smaller)),
                                  length(coef(larger)) - length(coef(smaller))))
  }))
}

described <- function(x, type) {
  q <- quantile(x, c(.25, .5, .75), names = FALSE, type = type)
  list(n = length(x), mean = mean(x), sd = sd(x), q1 = q[1], median = q[2], q3 = q[3], minimum = min(x), maximum = max(x))
}
largest_pair <- function(samples, distance) {
  pairs <- combn(length(samples), 2)
  max(apply(pairs, 2, function(pair) distance(samples[[pair[1]]], samples[[pair[2]]])))
}
compare_numbers <- function(samples, test) {
  values <- unlist(samples); by <- rep(seq_along(samples), lengths(samples))
  first <- samples[[1]]; second <- samples[[2]]
  switch(test,
    t = { r <- t.test(first, second, var.equal = TRUE); c(r$statistic, r$parameter, r$p.value) },
    welch = { r <- t.test(first, second); c(r$statistic, r$parameter, r$p.value) },
    `mann-whitney` = c(NA, NA, suppressWarnings(wilcox.test(first, second))$p.value),
    `kruskal-wallis` = { r <- kruskal.test(values, by); c(r$statistic, r$parameter, r$p.value) },
    anova = { r <- summary(aov(values ~ factor(by)))[[1]]; c(r[1, "F value"], NA, r[1, "Pr(>F)"]) })
}
# tests: by variable, "none" where no test is made. overall: a column for everybody.
baseline <- function(d, group, tests, type = 7, overall = TRUE, smd = FALSE) {
  by <- if (is.null(group)) NULL else droplevels(d[[group]])
  parts <- c(if (overall) list(all = rep(TRUE, nrow(d))), each(levels(by), function(one) by == one))
  each(names(tests), function(name) {
    x <- d[[name]]
    out <- list(missing = each(names(parts), function(part) sum(is.na(x[parts[[part]]]))))
    if (is.factor(x)) {
      out$levels <- each(names(parts), function(part) c(table(x[parts[[part]]])))
      out$levels <- lapply(out$levels, function(counts) as.list(counts))
      if (is.null(by)) return(out)
      m <- table(x, by)
      if (tests[[name]] == "chi-square") {
        r <- suppressWarnings(chisq.test(m[rowSums(m) > 0, ], correct = FALSE))
        out$test <- test_of(c(r$statistic, r$parameter, r$p.value))
      }
      if (tests[[name]] == "fisher") out$test <- test_of(c(NA, NA, fisher.test(m, workspace = 2e7)$p.value))
      if (smd) out$smd <- largest_pair(asplit(m, 2), function(a, b) {
        used <- a + b > 0
        p <- (a / sum(a))[used][-1]; q <- (b / sum(b))[used][-1]
        spread <- function(s) diag(s, length(s)) - outer(s, s)
        sqrt(drop((p - q) %*% solve((spread(p) + spread(q)) / 2, p - q)))
      })
      return(out)
    }
    out$numbers <- lapply(parts, function(part) described(x[part & !is.na(x)], type))
    if (is.null(by)) return(out)
    samples <- lapply(split(x, by), function(values) values[!is.na(values)])
    if (tests[[name]] != "none") out$test <- test_of(compare_numbers(samples, tests[[name]]))
    if (smd) out$smd <- largest_pair(samples, function(a, b) abs(mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2))
    out
  })
}
finish <- function(d, group, ...) {
  counts <- if (is.null(group)) list() else as.list(c(table(d[[group]])))
  out <- list(final = nrow(d), steps = flow, groups = counts, ...)
  flow <<- list()
  out
}
at <- function(d, time, event, horizon = Inf) {
  d$time <- pmin(d[[time]], horizon)
  d$event <- as.numeric(event & d[[time]] <= horizon)
  d
}
per <- function(d, units) { for (name in names(units)) d[[name]] <- d[[name]] / units[[name]]; d }

gbsg2 <- function() {
  d <- read_study("gbsg2")
  d <- data.frame(hormone = yes_no(d$horTh == "yes"), age = d$age, menopause = recoded(d$menostat, c("Pre", "Post"), c("pre", "post")),
    size = d$tsize, grade = recoded(d$tgrade, c("I", "II", "III"), c("one", "two", "three")), nodes = d$pnodes,
    progesterone = d$progrec, oestrogen = d$estrec, days = d$time, status = d$cens)
  d$years <- d$days / 365.25
  class <- ifelse(d$size <= 20, "small", ifelse(d$size <= 50, "middle", "large"))
  d$size_class <- factor(class, levels = c("middle", "small", "large"))
  d$many_nodes <- yes_no(d$nodes >= 4)
  d <- step(d, d$age >= 25 & d$age <= 75)
  d <- step(d, !(d$nodes > 30))
  five <- at(d, "years", d$status == 1, 5); all <- at(d, "days", d$status == 1)
  tens <- per(five, list(age = 10, size = 10, progesterone = 100, oestrogen = 100))
  post <- per(all[all$menopause == "post", ], list(age = 10, size = 10, progesterone = 100))
  six <- c("hormone", "age", "size", "grade", "nodes", "progesterone")
  breslow <- model(post, six, "breslow", screen = 0.1, always = "hormone")
  breslow$exposure <- confounders(post, breslow, "hormone", 0.05, 0.01, "coefficient", "breslow")
  efron <- model(post, six, screen = 0.1, always = "hormone")
  efron$exposure <- confounders(post, efron, "hormone", 0.05, 0.10, "ratio", "efron")
  early <- per(d, list(age = 10))
  early$event <- as.numeric(early$years <= 2 & early$status == 1)
  finish(d, "hormone",
    endpoints = list(`rfs-5` = endpoint(five, "hormone", landmarks = c(1, 3, 5)),
                     rfs = endpoint(all, "hormone", landmarks = c(365, 1826))),
    baseline = list(characteristics = baseline(d, "hormone", type = 6, smd = TRUE, tests = list(age = "t",
      menopause = "chi-square", size = "mann-whitney", size_class = "fisher", grade = "chi-square", nodes = "welch",
      many_nodes = "chi-square", progesterone = "mann-whitney", oestrogen = "none"))),
    models = list(
      backward = model(tens, c("hormone", "age", "menopause", "size", "grade", "nodes", "progesterone", "oestrogen",
        "size_class"), kind = "likelihood-ratio", screen = 0.2, always = "hormone", backward = 0.05),
      everything = model(all, c("hormone", "age", "menopause", "size_class", "grade", "nodes", "progesterone", "oestrogen"),
        ties = "breslow", transform = "rank"),
      corrected = breslow, `not-corrected` = efron,
      early = logistic_model(early, c("hormone", "age", "menopause", "grade", "nodes", "size_class"), screen = 0.1,
        always = "hormone"),
      `early-backward` = logistic_model(early[early$nodes <= 20, ], c("hormone", "age", "menopause", "grade", "nodes", "size_class"),
        "likelihood-ratio", "profile", backward = 0.05)),
    subgroups = list(`subgroups-post` = subgroups(all[all$menopause == "post", ], "hormone", c("grade", "many_nodes")),
                     subgroups = subgroups(five, "hormone", c("menopause", "grade", "size_class", "many_nodes"), minimum = 10),
                     `subgroups-breslow` = subgroups(all, "hormone", c("grade", "menopause"), ties = "breslow")))
}

rossi <- function() {
  d <- read_study("rossi")
  names(d)[match(c("fin", "race", "wexp", "mar", "paro", "prio"), names(d))] <-
    c("aid", "black", "work", "married", "parole", "convictions")
  for (name in c("aid", "black", "work", "married", "parole")) d[[name]] <- yes_no(d[[name]] == 1)
  d$work <- relevel(d$work, "yes")
  d$young <- yes_no(d$age < 25)
  record <- ifelse(d$convictions == 0, "none", ifelse(d$convictions <= 3, "few", "many"))
  d$record <- factor(record, levels = c("few", "none", "many"))
  whole <- at(d, "week", d$arrest == 1); half <- at(d, "week", d$arrest == 1, 26)
  candidates <- c("aid", "age", "black", "work", "married", "parole", "convictions", "record")
  finish(d, "aid",
    endpoints = list(arrest = endpoint(whole, "aid", "plain", 0.9, c(13, 26, 51)),
                     `arrest-26` = endpoint(half, NULL, "log", 0.9, c(13, 26))),
    baseline = list(
      baseline = baseline(d, "aid", overall = FALSE, tests = list(age = "welch", convictions = "mann-whitney",
        black = "fisher", record = "fisher", work = "chi-square", married = "none")),
      `baseline-t` = baseline(d, "aid", tests = list(age = "t", convictions = "t", parole = "none"))),
    models = list(
      declared = model(per(whole, list(convictions = 5)), candidates, "breslow", "likelihood-ratio", "identity", 0.9,
        declared = c("age", "work", "married", "record"), always = "aid", backward = 0.1),
      screened = model(half, candidates, transform = "rank", level = 0.9, screen = 0.1)),
    subgroups = list(subgroups = subgroups(whole, "aid", c("young", "record", "work", "married"), "breslow", 0.9)))
}

lung <- function() {
  d <- read_study("lung")
  d[d == -999] <- NA
  d$karnofsky <- ifelse(d$ph_karno == 999, NA, d$ph_karno)
  d$own_karnofsky <- ifelse(d$pat_karno == 999, NA, d$pat_karno)
  d$ecog <- recoded(d$ph_ecog, 0:3, c("zero", "one", "two", "three"))
  d$sex <- recoded(d$sex, 1:2, c("male", "female"))
  d$calories <- d$meal_cal
  d$weight_loss <- d$wt_loss
  d$lost_weight <- yes_no(d$weight_loss > 10)
  d <- step(d, !is.na(d$institution))
  d <- step(d, d$ecog != "three", "include")
  d <- step(d, d$karnofsky >= 60)
  d <- step(d, ifelse(is.na(d$ecog), FALSE, TRUE))
  d <- droplevels(d)
  d$days <- d$time
  os <- at(d, "days", d$status == 1)
  later <- d[d$days > 100, ]
  later$beyond <- later$days - 100
  later <- at(later, "beyond", later$status == 1)
  tens <- per(os, list(age = 10, karnofsky = 10, own_karnofsky = 10, calories = 100))
  lost <- os[!is.na(os$lost_weight) & os$lost_weight == "yes", ]
  d$able <- yes_no(d$karnofsky >= 90); d$own_able <- yes_no(d$own_karnofsky >= 90)
  old <- d[d$age > 50, ]
  scores <- function(...) paired(old$karnofsky, old$own_karnofsky, ..., type = 6)
  three <- c("sex", "age", "karnofsky")
  finish(d, "ecog",
    paired = list(scores = list(scores("wilcoxon"), scores("wilcoxon"), paired(old$able, old$own_able, "mcnemar", FALSE),
      paired(old$able, old$own_able, "mcnemar"), NULL, scores()),
      `scores-iqr` = list(paired(d$karnofsky, d$own_karnofsky, "wilcoxon")),
      `scores-range` = list(paired(d$own_karnofsky, d$karnofsky, "wilcoxon"), NULL)),
    endpoints = list(os = endpoint(os, "ecog", landmarks = c(100, 365)), `os-100` = endpoint(later, "ecog", landmarks = 265),
                     `os-sex` = with_spss(endpoint(lost, "sex", landmarks = 365), lost, "sex")),
    baseline = list(baseline = baseline(d, "ecog", tests = list(age = "anova", sex = "fisher", weight_loss = "kruskal-wallis",
      lost_weight = "chi-square", karnofsky = "kruskal-wallis", own_karnofsky = "kruskal-wallis", calories = "kruskal-wallis")),
      `by-sex` = baseline(d[d$age > 60, ], "sex", tests = list(karnofsky = "mann-whitney", calories = "mann-whitney",
        lost_weight = "fisher")),
      together = baseline(d, NULL, tests = list(age = "none", sex = "none"))),
    models = list(
      screened = model(tens, c("ecog", "age", "sex", "karnofsky", "own_karnofsky", "calories", "weight_loss", "lost_weight"),
        transform = "identity", screen = 0.05, always = "sex"),
      backward = model(later, c("age", "sex", "karnofsky", "own_karnofsky", "calories", "weight_loss"), "breslow",
        backward = 0.1),
      `by-institution` = clustered(model(os, three), os, three, "institution")))
}

veteran <- function() {
  d <- read_study("veteran")
  d$treatment <- factor(d$treatment, levels = c("standard", "test"))
  d$cell_type <- factor(d$cell_type, levels = c("large", "squamous", "smallcell", "adeno"))
  d$prior_therapy <- factor(d$prior_therapy, levels = c("no", "yes"))
  class <- ifelse(d$karnofsky < 40, "hospital", ifelse(d$karnofsky < 70, "partial", "able"))
  d$status_class <- factor(class, levels = c("able", "hospital", "partial"))
  d$days <- d$time
  os <- at(d, "days", d$died == 1)
  finish(d, "cell_type",
    endpoints = list(os = endpoint(os, "cell_type", "log", landmarks = c(30, 180, 365))),
    baseline = list(baseline = baseline(d, "cell_type", smd = TRUE, tests = list(age = "anova", karnofsky = "kruskal-wallis",
      months_from_diagnosis = "anova", treatment = "fisher", status_class = "chi-square", prior_therapy = "fisher"))),
    models = list(
      everything = model(per(os, list(karnofsky = 10, age = 10)),
        c("treatment", "cell_type", "karnofsky", "months_from_diagnosis", "age", "prior_therapy")),
      alone = model(os, c("status_class", "cell_type"), kind = "likelihood-ratio", transform = "identity", no_model = TRUE)))
}

lymph_node <- function() {
  d <- read_study("lymph-node")
  for (name in c("diagdateb", "recdate", "deathdate")) d[[name]] <- as.Date(d[[name]])
  d$rfs_days <- as.numeric(d$recdate - d$diagdateb)
  d$os_days <- as.numeric(d$deathdate - d$diagdateb)
  d$menopause <- yes_no(d$menopause == 2)
  d$hormone <- yes_no(d$hormone == 2)
  d$grade <- recoded(d$grade, 1:3, c("one", "two", "three"), "two")
  d <- step(d, d$diagdateb >= as.Date("1985-01-01"))
  rfs <- at(d, "rfs_days", d$censrec == 1); os <- at(d, "os_days", d$censdead == 1)
  tens <- list(age = 10, size = 10)
  candidates <- c("grade", "hormone", "menopause", "age", "size", "nodes")
  finish(d, "grade",
    endpoints = list(rfs = endpoint(rfs, "grade", landmarks = 730), os = endpoint(os, "grade", landmarks = c(730, 1826))),
    baseline = list(baseline = baseline(d, "grade", tests = list(age = "none", size = "none", nodes = "none",
      menopause = "chi-square", hormone = "chi-square"))),
    models = list(rfs = model(per(rfs, tens), candidates, screen = 0.1),
                  os = model(per(os, tens), candidates, "breslow", screen = 0.1)))
}

mgus <- function() {
  d <- read_study("mgus")
  names(d)[match(c("hgb", "creat", "mspike"), names(d))] <- c("haemoglobin", "creatinine", "m_spike")
  d$sex <- recoded(d$sex, c("F", "M"), c("female", "male"), "male")
  class <- ifelse(d$age < 65, "young", ifelse(d$age < 80, "middle", "old"))
  d$age_class <- factor(class, levels = c("middle", "young", "old"))
  d$large_spike <- yes_no(d$m_spike >= 1.5)
  d <- step(d, d$year >= 1970)
  malignancy <- at(d, "months", d$end == 1); free <- at(d, "months", d$end != 0)
  competing <- malignancy
  competing$cause <- d$end
  two <- per(malignancy, list(haemoglobin = 2))
  finish(d, "age_class",
    endpoints = list(malignancy = c(endpoint(malignancy, "age_class", landmarks = 120),
                                    list(incidence = incidence(competing, "age_class", 120))),
                     `event-free` = endpoint(free, "age_class", landmarks = c(60, 120))),
    baseline = list(baseline = baseline(d, "age_class", tests = list(haemoglobin = "kruskal-wallis",
      creatinine = "kruskal-wallis", m_spike = "kruskal-wallis", sex = "fisher", large_spike = "fisher"))),
    models = list(
      malignancy = model(per(malignancy, list(haemoglobin = 2)),
        c("age_class", "sex", "haemoglobin", "creatinine", "m_spike"), kind = "likelihood-ratio", backward = 0.2),
      `event-free` = model(free, c("age_class", "haemoglobin", "creatinine", "large_spike")),
      `malignancy-incidence` = fine_gray_model(per(competing, list(haemoglobin = 2)),
        c("age_class", "sex", "haemoglobin", "creatinine", "m_spike")),
      `malignancy-hazard` = with_profile(model(two, c("m_spike", "haemoglobin"), no_model = TRUE), two,
        c("m_spike", "haemoglobin"))))
}

pbc <- function() {
  d <- read_study("pbc")
  for (name in c("bilirubin", "albumin", "cholesterol", "platelet", "prothrombin_time")) d[[name]][d[[name]] == -9] <- NA
  names(d)[match(c("time", "platelet"), names(d))] <- c("days", "platelets")
  d$treatment <- recoded(d$trt, 1:2, c("penicillamine", "placebo"), "placebo")
  d$sex <- recoded(d$sex, c("f", "m"), c("female", "male"))
  d$oedema <- recoded(d$edema, c(0, 0.5, 1), c("none", "some", "severe"))
  d$stage <- recoded(d$stage, 1:4, c("I", "II", "III", "IV"), "IV")
  d$hepatomegaly <- yes_no(d$hepato == 1)
  for (name in c("ascites", "spiders")) d[[name]] <- yes_no(d[[name]] == 1)
  d$albumin_per_bilirubin <- 100 * d$albumin / d$bilirubin
  d$jaundiced <- yes_no(d$bilirubin > 2)
  d <- step(d, !is.na(d$treatment))
  os <- at(d, "days", d$status == 2); five <- at(d, "days", d$status == 2, 1826); liver <- at(d, "days", d$status > 0)
  finish(d, "treatment",
    endpoints = list(os = endpoint(os, "treatment", landmarks = c(365, 1826, 3652)),
                     `os-5` = endpoint(five, "treatment", landmarks = 1826),
                     `own-liver` = endpoint(liver, "treatment", landmarks = 1826)),
    baseline = list(baseline = baseline(d, "treatment", smd = TRUE, tests = list(age = "welch", sex = "fisher",
      stage = "chi-square", oedema = "fisher", ascites = "chi-square", hepatomegaly = "chi-square", spiders = "chi-square",
      bilirubin = "mann-whitney", albumin = "t", cholesterol = "mann-whitney", platelets = "mann-whitney",
      prothrombin_time = "mann-whitney"))),
    models = list(
      os = model(per(os, list(age = 10, bilirubin = 5, cholesterol = 100, platelets = 100)),
        c("treatment", "age", "sex", "oedema", "stage", "bilirubin", "albumin_per_bilirubin", "albumin", "prothrombin_time",
          "cholesterol", "platelets"), kind = "likelihood-ratio", screen = 0.2, always = "treatment", backward = 0.05),
      `own-liver` = model(liver, c("treatment", "age", "oedema", "bilirubin", "albumin", "prothrombin_time"), "breslow",
        transform = "rank")),
    subgroups = list(subgroups = subgroups(liver, "treatment", c("sex", "jaundiced", "hepatomegaly"))))
}

colon <- function() {
  d <- read_study("colon")
  d$arm <- recoded(d$rx, c("Obs", "Lev", "Lev+5FU"), c("observation", "levamisole", "combination"))
  names(d)[match(c("sex", "obstruct", "perfor", "adhere", "surg", "node4"), names(d))] <-
    c("male", "obstructed", "perforated", "adherent", "late_registration", "many_nodes")
  for (name in c("male", "obstructed", "perforated", "adherent", "late_registration", "many_nodes"))
    d[[name]] <- yes_no(d[[name]] == 1)
  d$differentiation <- recoded(d$differ, 1:3, c("well", "moderate", "poor"), "moderate")
  d$extent <- recoded(d$extent, 1:4, c("submucosa", "muscle", "serosa", "beyond"), "serosa")
  d$death_years <- d$days / 365.25
  d <- step(d, d$perforated == "no")
  d <- step(d, d$nodes >= 1)
  recurrence <- at(d, "recurrence_days", d$recurred == 1)
  os <- at(d, "death_years", d$died == 1); five <- at(d, "death_years", d$died == 1, 5)
  finish(d, "arm",
    endpoints = list(recurrence = endpoint(recurrence, "arm", landmarks = c(365, 1826)),
                     os = endpoint(os, "arm", landmarks = c(1, 5, 8)), `os-5` = endpoint(five, "arm", "plain", landmarks = 5)),
    baseline = list(baseline = baseline(d, "arm", smd = TRUE, tests = list(age = "anova", male = "chi-square",
      obstructed = "chi-square", adherent = "chi-square", nodes = "kruskal-wallis", many_nodes = "chi-square",
      differentiation = "chi-square", extent = "chi-square", late_registration = "chi-square"))),
    models = list(
      recurrence = model(per(recurrence, list(age = 10)), c("arm", "male", "age", "obstructed", "adherent", "nodes",
        "differentiation", "extent", "late_registration"), screen = 0.1, always = "arm"),
      os = model(os, c("arm", "male", "age", "obstructed", "adherent", "many_nodes", "differentiation", "extent",
        "late_registration"), kind = "likelihood-ratio", always = "arm", backward = 0.05),
      `os-5` = model(five, c("arm", "nodes", "age"), "breslow")))
}

larynx <- function() {
  d <- read_study("larynx")
  stage <- ifelse(d$`stage IV` == 1, "IV", ifelse(d$`stage III` == 1, "III", ifelse(d$`stage II` == 1, "II", "I")))
  d$stage <- factor(stage, levels = c("I", "II", "III", "IV"))
  names(d)[match(c("\u00e2ge", "dur\u00e9e (ann\u00e9es)", "d\u00e9c\u00e8s"), names(d))] <- c("age", "years", "died")
  os <- at(d, "years", d$died == 1)
  finish(d, "stage", endpoints = list(os = endpoint(os, "stage", landmarks = c(1, 5))),
    models = list(cox = model(per(os, list(age = 10)), c("stage", "age"))))
}

kidney <- function() {
  d <- read_study("kidney")
  d$male <- yes_no(d$black_male == 1 | d$white_male == 1)
  d$black <- yes_no(d$black_male == 1 | d$black_female == 1)
  d$days <- d$time
  d <- step(d, d$age >= 18)
  os <- at(d, "days", d$death == 1)
  finish(d, "male", endpoints = list(os = endpoint(os, "male", landmarks = c(365, 1826))),
    baseline = list(baseline = baseline(d, "male", tests = list(age = "mann-whitney", black = "chi-square"))),
    models = list(cox = model(per(os, list(age = 10)), c("male", "black", "age"), kind = "likelihood-ratio", screen = 0.05)),
    subgroups = list(subgroups = subgroups(os, "male", "black")))
}

invented <- function() {
  d <- read_study("invented")
  names(d)[match(c("var1", "var2", "var3"), names(d))] <- c("first", "second", "third")
  event <- at(d, "T", d$E == 1)
  finish(d, NULL, endpoints = list(event = endpoint(event, NULL, landmarks = c(5, 10))),
    baseline = list(baseline = baseline(d, NULL, tests = list(first = "none", second = "none", third = "none"))),
    models = list(cox = model(event, c("first", "second", "third"))))
}

studies <- list(gbsg2 = gbsg2, rossi = rossi, lung = lung, veteran = veteran, `lymph-node` = lymph_node,
                mgus = mgus, pbc = pbc, colon = colon, larynx = larynx, kidney = kidney, invented = invented)
write_exact(list(made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
                 studies = lapply(studies, function(study) study())), "tests/golden/studies.json")
