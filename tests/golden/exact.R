# Writes nested lists of vectors as JSON with every digit of every number (jsonlite itself stops at 15).
# What is not finite becomes null.
write_exact <- function(x, file) {
  short <- function(v) suppressWarnings(as.numeric(sprintf("%.15g", v))) == v
  digits <- function(v) ifelse(short(v), sprintf("#%.15g", v), sprintf("#%.17g", v))
  mark <- function(v) ifelse(is.finite(v), digits(v), NA_character_)
  marked <- rapply(x, mark, classes = c("numeric", "integer"), how = "replace")
  text <- jsonlite::toJSON(marked, na = "null", null = "null", auto_unbox = FALSE)
  text <- gsub('"#([^"]*)"', "\\1", text)
  writeLines(gsub("],\"", "],\n\"", text, fixed = TRUE), file)
}
