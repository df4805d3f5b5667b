//! What is wrong with a file: line, column, reason.

use std::{fmt, io};

use super::columns::Column;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing of the file is imported.
    Error,
    /// Worth a look.
    Warning,
}

/// One line of the report. The reason never repeats a whole number: reports are mailed around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line in the file, counted from 1.
    pub line: u64,
    /// Where in the line, if it is one place.
    pub column: Option<Column>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub reason: String,
}

impl Finding {
    /// Something that keeps the file out.
    pub fn error(line: u64, column: Option<Column>, reason: impl Into<String>) -> Self {
        Self { line, column, severity: Severity::Error, reason: reason.into() }
    }

    /// Something worth a look.
    pub fn warning(line: u64, column: Option<Column>, reason: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(line, column, reason) }
    }

    /// Whether it keeps the file out.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", {column}")?;
        }
        write!(f, ": {}: {}", self.severity, self.reason)
    }
}

/// Writes the findings as CSV that Excel opens.
///
/// # Errors
/// The target cannot be written.
pub fn write_csv(findings: &[Finding], mut target: impl io::Write) -> io::Result<()> {
    target.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(target);
    writer.write_record(["line", "column", "severity", "reason"])?;
    for finding in findings {
        let column = finding.column.map_or("", Column::as_str);
        let (line, severity) = (finding.line.to_string(), finding.severity.to_string());
        writer.write_record([&line, column, &severity, &finding.reason])?;
    }
    writer.flush()
}
