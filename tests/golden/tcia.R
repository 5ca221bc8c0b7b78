# R's numbers for the public CRLM table (TCIA, doi:10.7937/QXK2-QG03). Aggregates only: no patient's data are written.
#   Rscript tests/golden/tcia.R CLINICAL.csv > tests/golden/tcia.json
suppressMessages({library(survival); library(jsonlite)})
path <- commandArgs(trailingOnly = TRUE)[1]
d <- read.csv(path, check.names = FALSE)
d[d == -999] <- NA
control <- coxph.control(eps = 1e-12, iter.max = 100)
endpoints <- list(
  os = c("overall_survival_months", "vital_status"),
  dfs = c("months_to_DFS_progression", "vital_status_DFS"),
  `liver-dfs` = c("months_to_liver_DFS_progression", "vital_status_liver_DFS"))
candidates <- c(
  age = "age", sex = "sex", major_comorbidity = "major_comorbidity", body_mass_index = "body_mass_index",
  node_positive_primary = "node_positive_primary", synchronous_crlm = "synchronous_crlm",
  multiple_metastases = "multiple_metastases", clinical_risk_score = "clinrisk_score",
  clinical_risk_high = "clinrisk_stratified", cea = "carcinoembryonic_antigen", max_tumour_size = "max_tumor_size",
  bilobar_disease = "bilobar_disease", extrahepatic_disease = "extrahep_disease",
  chemotherapy_before_resection = "chemo_before_liver_resection", portal_vein_embolisation = "preoperative_pve",
  steatosis = "steatosis_yesno", sinusoidal_dilatation = "presence_sinusoidal_dilata", nash_score = "NASH_score",
  nash = "NASH_yesno")
for (name in names(candidates)) d[[name]] <- d[[candidates[[name]]]]
d$sex <- as.integer(d$sex == 2)  # female against male
times <- c(12, 36, 60, 120)

row_of <- function(fit) { t <- summary(fit)$table; unname(c(t["median"], t["0.95LCL"], t["0.95UCL"])) }
curve <- function(time, event) {
  fit <- survfit(Surv(time, event) ~ 1, conf.type = "log-log")
  at <- summary(fit, times = times)
  reverse <- survfit(Surv(time, 1 - event) ~ 1, conf.type = "log-log")
  list(n = fit$n, events = sum(event), median = row_of(fit), follow_up = row_of(reverse),
       survival = at$surv, lower = at$lower, upper = at$upper, at_risk = at$n.risk)
}
zph_p <- function(fit) { z <- cox.zph(fit, transform = "km"); z$table[, "p"] }
endpoint <- function(columns) {
  time <- d[[columns[1]]]; event <- d[[columns[2]]]
  node <- d$node_positive_primary
  difference <- survdiff(Surv(time, event) ~ node)
  single <- lapply(names(candidates), function(name) {
    fit <- coxph(Surv(time, event) ~ d[[name]], control = control)
    s <- summary(fit)
    list(coef = unname(coef(fit)), se = s$coefficients[1, "se(coef)"], p = s$coefficients[1, "Pr(>|z|)"],
         n = s$n, events = s$nevent, zph = unname(zph_p(fit)[1]))
  })
  names(single) <- names(candidates)
  chosen <- names(candidates)[sapply(single, function(one) one$p < 0.10)]
  fit <- coxph(as.formula(paste("Surv(time, event) ~", paste(chosen, collapse = " + "))), data = d, control = control)
  s <- summary(fit)
  z <- cox.zph(fit, transform = "km")
  list(overall = curve(time, event),
       groups = list(no = curve(time[node == 0], event[node == 0]), yes = curve(time[node == 1], event[node == 1])),
       log_rank = list(chisq = difference$chisq, p = difference$pvalue, observed = difference$obs, expected = difference$exp),
       univariable = single,
       multivariable = list(chosen = chosen, n = s$n, events = s$nevent, coef = unname(coef(fit)),
         se = unname(s$coefficients[, "se(coef)"]), p = unname(s$coefficients[, "Pr(>|z|)"]),
         loglik = fit$loglik, lr = unname(s$logtest), wald = unname(s$waldtest), score = unname(s$sctest),
         concordance = unname(s$concordance), zph = unname(z$table[, "p"]), zph_chisq = unname(z$table[, "chisq"])))
}
by_node <- function(name) split(d[[name]], d$node_positive_primary)
number <- function(name) {
  x <- by_node(name)
  list(all = quantile(d[[name]], c(.25, .5, .75), na.rm = TRUE, names = FALSE),
       mean = c(mean(d[[name]], na.rm = TRUE), sd(d[[name]], na.rm = TRUE)),
       t = t.test(x[[1]], x[[2]], var.equal = TRUE)$p.value,
       mann_whitney = suppressWarnings(wilcox.test(x[[1]], x[[2]])$p.value))
}
baseline <- list(
  number = lapply(c(age = "age", body_mass_index = "body_mass_index", max_tumour_size = "max_tumour_size", cea = "cea"), number),
  fisher = lapply(c(sex = "sex", major_comorbidity = "major_comorbidity", synchronous_crlm = "synchronous_crlm",
                    extrahepatic_disease = "extrahepatic_disease", portal_vein_embolisation = "portal_vein_embolisation"),
                  function(name) fisher.test(table(d[[name]], d$node_positive_primary))$p.value),
  chi_square = list(clinical_risk_high = chisq.test(table(d$clinical_risk_high, d$node_positive_primary), correct = FALSE)$p.value))
cat(toJSON(list(r = R.version.string, survival = as.character(packageVersion("survival")),
  endpoints = lapply(endpoints, endpoint), baseline = baseline), digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null"))
