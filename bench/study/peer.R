# The public CRLM study as an R user would script it today: survival, survminer, arsenal. No report is made.
#   Rscript bench/study/peer.R CLINICAL.csv OUT
suppressMessages({library(survival); library(survminer); library(arsenal)})
arguments <- commandArgs(trailingOnly = TRUE)
dir.create(arguments[2], showWarnings = FALSE, recursive = TRUE)
d <- read.csv(arguments[1], check.names = FALSE)
d[d == -999] <- NA
endpoints <- list(
  os = c("overall_survival_months", "vital_status"),
  dfs = c("months_to_DFS_progression", "vital_status_DFS"),
  `liver-dfs` = c("months_to_liver_DFS_progression", "vital_status_liver_DFS"))
candidates <- c("age", "sex", "major_comorbidity", "body_mass_index", "node_positive_primary", "synchronous_crlm",
  "multiple_metastases", "clinrisk_score", "clinrisk_stratified", "carcinoembryonic_antigen", "max_tumor_size",
  "bilobar_disease", "extrahep_disease", "chemo_before_liver_resection", "preoperative_pve", "steatosis_yesno",
  "presence_sinusoidal_dilata", "NASH_score", "NASH_yesno")
others <- setdiff(candidates, "node_positive_primary")
numbers <- c("age", "body_mass_index", "clinrisk_score", "carcinoembryonic_antigen", "max_tumor_size", "NASH_score")
b <- d
for (name in setdiff(others, numbers)) b[[name]] <- factor(b[[name]])
baseline <- tableby(as.formula(paste("node_positive_primary ~", paste(others, collapse = " + "))), data = b)
capture.output(summary(baseline, text = TRUE), file = file.path(arguments[2], "baseline.txt"))
for (name in names(endpoints)) {
  d$time <- d[[endpoints[[name]][1]]]; d$event <- d[[endpoints[[name]][2]]]
  overall <- survfit(Surv(time, event) ~ 1, data = d, conf.type = "log-log")
  reverse <- survfit(Surv(time, 1 - event) ~ 1, data = d, conf.type = "log-log")
  by_node <- survfit(Surv(time, event) ~ node_positive_primary, data = d, conf.type = "log-log")
  difference <- survdiff(Surv(time, event) ~ node_positive_primary, data = d)
  figure <- ggsurvplot(by_node, data = d, risk.table = TRUE, conf.int = TRUE, pval = TRUE)
  for (open in list(pdf, function(f) png(f, 6.5, 5, "in", res = 300), svg)) {
    suffix <- if (identical(open, pdf)) "pdf" else if (identical(open, svg)) "svg" else "png"
    open(file.path(arguments[2], paste0(name, ".", suffix))); print(figure); invisible(dev.off())
  }
  single <- lapply(candidates, function(candidate) {
    fit <- coxph(as.formula(paste("Surv(time, event) ~", candidate)), data = d)
    list(summary(fit), cox.zph(fit))
  })
  p <- sapply(single, function(one) one[[1]]$coefficients[1, "Pr(>|z|)"])
  fit <- coxph(as.formula(paste("Surv(time, event) ~", paste(candidates[p < 0.10], collapse = " + "))), data = d)
  capture.output(print(summary(overall, times = c(12, 36, 60, 120))), print(overall), print(reverse), print(difference),
    print(single), print(summary(fit)), print(cox.zph(fit)), file = file.path(arguments[2], paste0(name, ".txt")))
}
