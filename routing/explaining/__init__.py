"""Why a plan is as it is, as facts and figures, one file per kind of question; it shares nothing with the planners."""
