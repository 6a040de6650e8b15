//! Writes the results of a run as a Markdown report.
