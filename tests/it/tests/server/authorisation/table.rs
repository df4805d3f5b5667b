//! The table as docs/authorisation.md has it.

use std::collections::BTreeMap;

use super::caller::Caller;

const DOCUMENT: &str = include_str!("../../../../../docs/authorisation.md");

/// What one caller gets from one operation.
#[derive(Debug, PartialEq, Eq)]
pub enum Cell {
    Yes,
    No,
    /// 404.
    Unseen,
    /// Refused for want of a signature.
    Signed,
    /// Only with this scope.
    Scope(&'static str),
}

/// One operation: a cell for each column.
pub struct Row(Vec<Cell>);

impl Row {
    pub fn cell(&self, caller: Caller) -> &Cell {
        &self.0[caller.column()]
    }
}

/// The rows by operation.
pub fn rows() -> BTreeMap<&'static str, Row> {
    let mut rows = BTreeMap::new();
    for line in DOCUMENT.lines().filter(|line| line.starts_with("| `")) {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let name = cells.next().unwrap().trim_matches('`');
        let row = Row(cells.map(cell).collect());
        assert_eq!(row.0.len(), Caller::COLUMNS, "{name}");
        assert!(rows.insert(name, row).is_none(), "{name} has two rows");
    }
    rows
}

fn cell(text: &'static str) -> Cell {
    match text {
        "yes" => Cell::Yes,
        "–" => Cell::No,
        "404" => Cell::Unseen,
        "signed" => Cell::Signed,
        scope => Cell::Scope(scope.trim_matches('`')),
    }
}
