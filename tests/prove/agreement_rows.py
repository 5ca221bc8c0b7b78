"""What a place in tests/golden/*.json is: the rows of the page of agreement, and where R has fewer digits.

The first rule whose pattern is found in `file:key/key/...` names a place.
"""

import re
from dataclasses import dataclass

PROMISED = 1e-8


@dataclass(frozen=True, slots=True)
class Rule:
    """estimator: the heading. functions: of R, as package::function; quantity: instead of the key's own name."""

    pattern: str
    estimator: str
    functions: tuple[str, ...]
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class Looser:
    """A place where R's own number is not exact to the promised digits, with the limit and the reason."""

    pattern: str
    limit: float
    reason: str


STUDY = ("survival::survfit", "survival::survdiff", "survival::coxph", "survival::cox.zph", "stats")
COX = "Cox regression"
AROUND_COX = "Cox regression: residuals, prediction, robust variance"
CURVE = "Survival curves"
LOGISTIC = "Logistic regression"
GROUPS = "Tests and summaries of groups"
WORDS = {  # for keys of the JSON that do not speak for themselves
    "aic": "AIC",
    "auc": "area under the curve",
    "by treated": "balance, spread of the treated",
    "each": "Wald test of each coefficient",
    "fmi": "fraction of missing information",
    "grouped": "value by stratum",
    "h2": "H\u00b2",
    "hartung": "interval of Hartung and Knapp",
    "i2": "I\u00b2",
    "ici": "ICI",
    "never narrower": "interval of Hartung and Knapp, factor at least 1",
    "normal": "estimate, test, normal interval",
    "e50": "E50",
    "e90": "E90",
    "increase": "relative increase in variance",
    "ninety": "median with a 90 % interval",
    "null": "without covariates",
    "pooled": "pooled variance",
    "p": "p-value",
    "r": "exact or corrected, as in R",
    "r7": "quartiles, R's definition",
    "scores": "score residuals",
    "scaled": "scaled Brier score",
    "smd": "standardised difference",
    "spss": "SPSS's definition",
    "sum standard error": "sum of all standard errors",
    "sum survival": "sum of the curve",
    "test": "statistic and p-value",
    "uno": "value and standard error",
    "uno tau": "value and standard error, up to a horizon",
    "wilson": "Wilson's limits",
    "zph": "tests",
}
RULES = (
    Rule("studies:.*/baseline", "A whole study, from its protocol", STUDY, "table of characteristics"),
    Rule("studies:.*/models", "A whole study, from its protocol", STUDY, "models"),
    Rule("studies:.*/subgroups", "A whole study, from its protocol", STUDY, "subgroups and interactions"),
    Rule("studies:", "A whole study, from its protocol", STUDY, "curves, landmarks, log-rank tests"),
    Rule("tcia:.*(variable|terms|model)", "The study of 197 patients", STUDY, "models"),
    Rule("tcia:baseline", "The study of 197 patients", STUDY, "table of characteristics"),
    Rule("tcia:", "The study of 197 patients", STUDY, "curves, landmarks, log-rank tests"),
    Rule("zph", "Proportional-hazards test", ("survival::cox.zph",)),
    Rule("concordance", "Harrell's C", ("survival::concordance",)),
    Rule("public:.*variable/", COX, ("survival::coxph",)),
    Rule("public:.*log_rank", "Log-rank tests", ("survival::survdiff",)),
    Rule("public:.*(kruskal|anova|pooled|welch|mann_whitney|/numbers/)", GROUPS, ("stats",)),
    Rule("public:.*/factors/", GROUPS, ("stats",)),
    Rule("public:", CURVE, ("survival::survfit",)),
    Rule("cox:backward", "Backward elimination", ("survival::coxph",)),
    Rule("cox:", COX, ("survival::coxph",)),
    Rule("cox_more:exact", "Cox regression, exact ties", ("survival::coxph",)),
    Rule("cox_more:profiles", "Cox regression: profile limits", ("survival::coxph", "stats::uniroot")),
    Rule("cox_more:changing", "Cox regression: start-stop rows", ("survival::tmerge", "survival::coxph")),
    Rule("cox_more:.*(curves|base/)", "Cox regression: predicted survival", ("survival::survfit",)),
    Rule("cox_more:.*linear", AROUND_COX, ("survival::predict.coxph",)),
    Rule("cox_more:.*robust", AROUND_COX, ("survival::coxph",)),
    Rule("cox_more:.*(coefficients|standard_errors|log_likelihood|score/)", COX, ("survival::coxph",)),
    Rule("cox_more:", AROUND_COX, ("survival::residuals.coxph",)),
    Rule("penalised:lasso", "Penalised Cox regression", ("glmnet::glmnet",), "lasso and elastic net"),
    Rule("penalised:ridge", "Penalised Cox regression", ("survival::ridge",), "ridge"),
    Rule("penalised:splines/(knots|basis)", "Restricted cubic splines", ("Hmisc::rcspline.eval",)),
    Rule("penalised:splines", "Restricted cubic splines", ("survival::coxph",)),
    Rule("penalised:rms", "Restricted cubic splines", ("rms::anova",), "test of nonlinearity"),
    Rule("curves:logrank", "Log-rank tests", ("survival::survdiff",)),
    Rule("curves:reversed", "Follow-up by reverse Kaplan-Meier", ("survival::survfit",)),
    Rule("curves:.*(quartile|median)", CURVE, ("survival::quantile.survfit",)),
    Rule("curves:", CURVE, ("survival::survfit",)),
    Rule("comparison:.*/more", "Weighted log-rank tests", ("survMisc::comp",), "statistics and p"),
    Rule("comparison:.*trend", "Weighted log-rank tests", ("survival::survdiff",), "trend"),
    Rule("comparison:", "Weighted log-rank tests", ("survival::survdiff",)),
    Rule("landmark:", "Survival at a time, compared", ("survival::survfit",)),
    Rule("restricted_mean:hazards", "Cumulative hazard", ("survival::survfit",)),
    Rule("restricted_mean:", "Restricted mean survival", ("survival::survfit",)),
    Rule("competing_risks:gray", "Gray's test", ("cmprsk::cuminc",)),
    Rule("competing_risks:aalen", "Cumulative incidence", ("cmprsk::cuminc",)),
    Rule("competing_risks:entered/delta", "Cumulative incidence", ("etm::etm",)),
    Rule("competing_risks:", "Cumulative incidence", ("survival::survfit",)),
    Rule("fine_gray_strata:", "Fine-Gray model", ("survival::finegray", "survival::coxph")),
    Rule("fine_gray:.*incidence", "Fine-Gray model", ("cmprsk::predict.crr",)),
    Rule("fine_gray:", "Fine-Gray model", ("cmprsk::crr",)),
    Rule("logistic:multinomial", "Multinomial regression", ("nnet::multinom",)),
    Rule("logistic:(ordinal|cheese)", "Proportional-odds regression", ("ordinal::clm",)),
    Rule("logistic:.*firth", "Logistic regression, Firth", ("brglm2::brglmFit",)),
    Rule("logistic:.*(sandwich|clustered)", LOGISTIC, ("sandwich::vcovCL",)),
    Rule("logistic:.*profile", LOGISTIC, ("stats::glm", "stats::uniroot")),
    Rule("logistic:", LOGISTIC, ("stats::glm",)),
    Rule("weighting:.*/cox", "Propensity weights", ("survival::coxph",), "weighted hazard ratio"),
    Rule("weighting:.*(error|means)", "Propensity weights", ("stats::glm", "numDeriv::jacobian")),
    Rule("weighting:", "Propensity weights", ("stats::glm", "stats::cov.wt")),
    Rule("group_tests:smd", GROUPS, ("base",), "standardised difference"),
    Rule("group_tests:", GROUPS, ("stats",)),
    Rule(
        "paired_tests:paired/.*exact", "Tests of pairs, trends, normality", ("exactRankTests::wilcox.exact",)
    ),
    Rule("paired_tests:normality", "Tests of pairs, trends, normality", ("stats::shapiro.test",)),
    Rule("paired_tests:", "Tests of pairs, trends, normality", ("stats",)),
    Rule("performance:order/uno", "Uno's C", ("survival::concordance",)),
    Rule("performance:order", "Brier score and AUC(t)", ("riskRegression::Score",)),
    Rule("performance:integrated", "Integrated Brier score", ("pec::crps",)),
    Rule("performance:calibration/pseudo", "Calibration at a horizon", ("geepack::geese",)),
    Rule("performance:calibration", "Calibration at a horizon", ("survival::coxph", "survival::survfit")),
    Rule("performance:binary.*auc", "Predictions of a binary outcome", ("pROC::auc",)),
    Rule("performance:binary", "Predictions of a binary outcome", ("stats::glm",)),
    Rule("performance:royston", "Royston's D", ("survival::royston", "survival::coxph")),
    Rule("imputation:regression", "Imputation methods", ("mice::norm.draw",)),
    Rule("imputation:categories/(ordered)", "Imputation methods", ("ordinal::clm",)),
    Rule("imputation:categories", "Imputation methods", ("mice::augment", "VGAM::vglm", "stats::glm")),
    Rule("imputation:outcome", "Imputation methods", ("mice::nelsonaalen",)),
    Rule("imputation:", "Imputation methods", ("mice",)),
    Rule("rubin:d3", "Rubin's rules", ("mitml::testModels", "survival::coxph"), "D3"),
    Rule("rubin:d1", "Rubin's rules", ("mice::D1",), "D1"),
    Rule("rubin:d2", "Rubin's rules", ("mice::D2",), "D2"),
    Rule("meta_analysis:counts/.*effects", "Meta-analysis", ("metafor::escalc",), "effects from counts"),
    Rule("meta_analysis:counts/.*mantel", "Meta-analysis", ("metafor::rma.mh",), "Mantel-Haenszel"),
    Rule("meta_analysis:counts", "Meta-analysis", ("metafor::rma.peto",), "Peto"),
    Rule("meta_analysis:.*profile", "Meta-analysis", ("metafor::confint.rma.uni",), "Q-profile intervals"),
    Rule(
        "meta_analysis:.*prediction",
        "Meta-analysis",
        ("metafor::rma.uni", "stats::qt"),
        "prediction interval",
    ),
    Rule("meta_analysis:.*leave_one_out", "Meta-analysis", ("metafor::leave1out",), "leaving one out"),
    Rule("meta_analysis:.*cumulative", "Meta-analysis", ("metafor::cumul",), "cumulative"),
    Rule("meta_analysis:.*influence", "Meta-analysis", ("metafor::influence",), "influence"),
    Rule("meta_analysis:.*egger", "Meta-analysis", ("metafor::regtest",), "Egger's test"),
    Rule("meta_analysis:.*begg", "Meta-analysis", ("metafor::ranktest",), "Begg's test"),
    Rule("meta_analysis:.*trim", "Meta-analysis", ("metafor::trimfill",), "trim and fill"),
    Rule("meta_analysis:regressions", "Meta-analysis", ("metafor::rma.uni",), "meta-regression"),
    Rule("meta_analysis:subgroups", "Meta-analysis", ("metafor::rma.uni",), "subgroups"),
    Rule("meta_analysis:", "Meta-analysis", ("metafor::rma.uni",)),
    Rule("rubin:", "Rubin's rules", ("mice::pool",)),
    Rule("robustness:e_values", "E-values and fragility", ("formulas written in R",), "E-values"),
    Rule("robustness:", "E-values and fragility", ("stats::fisher.test",), "fragility"),
)
LOOSER = (
    Looser(
        r"performance:\w*:order/\d+/uno(_tau)?/1",
        3e-2,
        "Uno's C agrees to fifteen digits; R's standard error takes the censoring weights as known, ours does not",
    ),
    Looser(
        r"cox:(sparse|reference):cases/\d+/(wald|term_wald|zph)",
        1e-5,
        "a coefficient is infinite: R stops at a large number on the way there, we give the limit",
    ),
    Looser(
        r"paired_tests:\w*:normality/\w+/test/1",
        1e-6,
        "Shapiro and Wilk's p is made from 1 - W, which has fewer digits than W; scipy, which we use, and R differ",
    ),
)


def rule_of(file: str, keys: str) -> Rule | None:
    """The rule of a place, or None where no rule speaks of it."""
    return next((rule for rule in RULES if re.search(rule.pattern, f"{file}:{keys}")), None)


def looser_of(file: str, data_set: str, path: str) -> Looser | None:
    """path: with the numbers of lists. The exception that covers a place, or None."""
    return next((one for one in LOOSER if re.match(one.pattern, f"{file}:{data_set}:{path}")), None)
