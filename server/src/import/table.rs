//! A file as a table of text. Which kind it is, the first bytes say, not the name.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use encoding_rs::GB18030;

/// Largest file taken.
pub const MAX_BYTES: usize = 256 * 1024 * 1024;
/// Most rows taken.
pub const MAX_ROWS: usize = 1_000_000;
/// Most columns looked at.
const MAX_COLUMNS: usize = 64;
/// From here on a spreadsheet's numbers have lost digits: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Why a file is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Larger than [`MAX_BYTES`].
    #[error("the file is larger than {} MiB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// More rows than [`MAX_ROWS`].
    #[error("the table has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// No heading.
    #[error("the file holds no table")]
    Empty,
    /// Neither UTF-8 nor GB18030.
    #[error("the text is neither UTF-8 nor GB18030")]
    Encoding,
    /// Not readable as CSV.
    #[error("the file cannot be read as CSV: {0}")]
    Csv(#[from] csv::Error),
    /// Not readable as XLSX.
    #[error("the file cannot be read as XLSX: {0}")]
    Xlsx(#[from] calamine::XlsxError),
}

/// A heading and rows of cells, all text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The first row.
    pub heading: Vec<String>,
    /// Line in the file, counted from 1, and cells. Rows without any text are left out.
    pub rows: Vec<(u64, Vec<Cell>)>,
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text without space around it.
    Text(String),
    /// A number of which the spreadsheet has lost digits.
    Rounded,
}

impl Table {
    /// Reads a file: XLSX if it is a ZIP archive, else CSV with commas, semicolons or tabs, in UTF-8 or GB18030.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn read(bytes: &[u8]) -> Result<Self, TableError> {
        if bytes.len() > MAX_BYTES {
            return Err(TableError::TooLarge);
        }
        if bytes.starts_with(b"PK\x03\x04") { read_xlsx(bytes) } else { read_csv(bytes) }
    }
}

fn read_csv(bytes: &[u8]) -> Result<Table, TableError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        // Excel in China writes the code page of the system.
        Err(_) => {
            GB18030.decode_without_bom_handling_and_without_replacement(bytes).ok_or(TableError::Encoding)?
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let first = text.lines().next().unwrap_or_default();
    // The last of equals wins.
    let separators = [b'\t', b';', b','].into_iter();
    let separator = separators.max_by_key(|separator| first.bytes().filter(|byte| byte == separator).count());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    let (mut at, mut line) = (0, 1);
    while reader.read_record(&mut record)? {
        // The reader's own count stands before line ends it has yet to skip.
        let start = record.position().map_or(0, csv::Position::byte) as usize;
        let rest = text.get(start..).unwrap_or_default();
        let start = start + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        line += text.get(at..start).map_or(0, |passed| passed.matches('\n').count() as u64);
        at = start;
        push(
            &mut rows,
            line,
            record.iter().take(MAX_COLUMNS).map(|cell| Cell::Text(cell.trim().to_owned())),
        )?;
    }
    headed(rows)
}

fn read_xlsx(bytes: &[u8]) -> Result<Table, TableError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let sheet = book.worksheet_range_at(0).ok_or(TableError::Empty)??;
    let first = sheet.start().map_or(0, |(row, _)| u64::from(row));
    let mut rows = Vec::new();
    for (index, row) in sheet.rows().enumerate() {
        push(&mut rows, first + index as u64 + 1, row.iter().take(MAX_COLUMNS).map(cell))?;
    }
    headed(rows)
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Float(value) if value.fract() == 0.0 && value.abs() < EXACT => {
            Cell::Text(format!("{value:.0}"))
        }
        Data::Float(value) if value.fract() == 0.0 => Cell::Rounded,
        data => Cell::Text(data.to_string().trim().to_owned()),
    }
}

fn push(
    rows: &mut Vec<(u64, Vec<Cell>)>,
    line: u64,
    cells: impl Iterator<Item = Cell>,
) -> Result<(), TableError> {
    let cells: Vec<Cell> = cells.collect();
    if cells.iter().all(|cell| matches!(cell, Cell::Text(text) if text.is_empty())) {
        return Ok(());
    }
    if rows.len() > MAX_ROWS {
        return Err(TableError::TooManyRows);
    }
    rows.push((line, cells));
    Ok(())
}

fn headed(mut rows: Vec<(u64, Vec<Cell>)>) -> Result<Table, TableError> {
    if rows.is_empty() {
        return Err(TableError::Empty);
    }
    let (_, heading) = rows.remove(0);
    let text = |cell| match cell {
        Cell::Text(text) => text,
        Cell::Rounded => String::new(),
    };
    Ok(Table { heading: heading.into_iter().map(text).collect(), rows })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(table: &Table) -> Vec<Vec<&str>> {
        table
            .rows
            .iter()
            .map(|(_, cells)| {
                cells
                    .iter()
                    .map(|cell| if let Cell::Text(text) = cell { text.as_str() } else { "?" })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn utf_8_with_and_without_mark_and_gb18030_are_the_same() {
        let text = "vin,品牌\r\nA,红旗\r\n\r\n B ,\"x,y\"\r\n";
        let plain = Table::read(text.as_bytes()).unwrap();
        assert_eq!(plain.heading, ["vin", "品牌"]);
        assert_eq!(texts(&plain), [["A", "红旗"], ["B", "x,y"]]);
        assert_eq!(plain.rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(Table::read(format!("\u{feff}{text}").as_bytes()).unwrap(), plain);
        assert_eq!(Table::read(&GB18030.encode(text).0).unwrap(), plain);
    }

    #[test]
    fn semicolons_and_tabs_separate_too() {
        for text in ["a;b\n1;2", "a\tb\n1\t2"] {
            assert_eq!(texts(&Table::read(text.as_bytes()).unwrap()), [["1", "2"]]);
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(matches!(Table::read(b""), Err(TableError::Empty)));
        assert!(matches!(Table::read(b"\xff\xff\xff"), Err(TableError::Encoding)));
        assert!(matches!(Table::read(b"PK\x03\x04nothing"), Err(TableError::Xlsx(_))));
    }

    #[test]
    fn long_numbers_of_a_spreadsheet_have_lost_digits() {
        assert_eq!(cell(&Data::Float(1_064_802_000_031.0)), Cell::Text("1064802000031".into()));
        assert_eq!(cell(&Data::Float(8.986_040_711_2e19)), Cell::Rounded);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Table::read(&bytes);
            let _ = Table::read(&[b"PK\x03\x04".as_slice(), &bytes].concat());
        }
    }
}
