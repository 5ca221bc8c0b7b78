# Reads the public data sets that `python -m tests.data.public FOLDER` wrote; FOLDER is the script's first argument.
folder <- commandArgs(trailingOnly = TRUE)[1]
described <- jsonlite::fromJSON(file.path(folder, "sets.json"), simplifyDataFrame = FALSE)

read_set <- function(name) {
  about <- described[[name]]
  d <- read.csv(file.path(folder, paste0(name, ".csv")), stringsAsFactors = FALSE)
  for (f in names(about$levels)) d[[f]] <- factor(d[[f]], levels = unlist(about$levels[[f]]))
  for (x in about$numbers) d[[x]] <- as.numeric(d[[x]])
  list(data = d, about = about, covariates = c(unlist(about$numbers), names(about$levels)),
       left = if (isTRUE(about$entry)) "Surv(entry, time, event)" else "Surv(time, event)")
}
