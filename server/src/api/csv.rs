//! Lists as files: CSV as RFC 4180 has it, in UTF-8 with a byte order mark so that Excel reads it, sent page by page
//! as the client takes it.

use std::future::Future;

use futures_util::stream::try_unfold;
use poem::Body;
use poem_openapi::{ApiResponse, payload::Binary};

use crate::{
    service::Result,
    store::{Page, Position, Span},
};

/// Rows read at a time.
const ROWS: u64 = 500;

/// A list as a file.
#[derive(ApiResponse)]
pub(super) enum Csv {
    /// UTF-8 with byte order mark, lines end with CRLF. A cell that a spreadsheet would take for a formula starts with
    /// an apostrophe.
    #[oai(status = 200, content_type = "text/csv; charset=utf-8")]
    File(Binary<Body>, #[oai(header = "Content-Disposition")] String),
}

/// Where the writing of a file stands.
enum At {
    Heading,
    Rows(Option<Position>),
    End,
}

/// A file of the rows that `page` reads. Should the database fail on the way, the connection breaks off, so that half a
/// file does not pass for a whole one.
pub(super) fn csv<F, P>(name: &str, heading: &'static [&'static str], descending: bool, page: F) -> Csv
where
    F: Fn(Span) -> P + Clone + Send + 'static,
    P: Future<Output = Result<Page<Vec<String>>>> + Send + 'static,
{
    let chunks = try_unfold(At::Heading, move |at| {
        let page = page.clone();
        async move {
            Ok::<_, std::io::Error>(match at {
                At::Heading => {
                    let names = heading.iter().map(|name| (*name).to_owned()).collect();
                    Some((format!("\u{feff}{}", lines(&[names])), At::Rows(None)))
                }
                At::Rows(after) => {
                    let Page { items, next } = page(Span { after, limit: ROWS, descending })
                        .await
                        .map_err(|_| std::io::Error::other("the list ended early"))?;
                    let at = next.map_or(At::End, |next| At::Rows(Some(next)));
                    Some((lines(&items), at))
                }
                At::End => None,
            })
        }
    });
    Csv::File(Binary(Body::from_bytes_stream(chunks)), format!("attachment; filename=\"{name}.csv\""))
}

fn lines(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell: quoted where it must be, and never a formula.
fn escaped(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\r', '\n', ';']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("plain 红旗", "plain 红旗")]
    #[case("a,b", "\"a,b\"")]
    #[case("say \"a\"", "\"say \"\"a\"\"\"")]
    #[case("=1+1", "'=1+1")]
    #[case("+86", "'+86")]
    #[case("-1", "'-1")]
    #[case("@SUM(A1,A2)", "\"'@SUM(A1,A2)\"")]
    #[case("\t=1", "'\t=1")]
    fn cells(#[case] cell: &str, #[case] written: &str) {
        assert_eq!(escaped(cell), written);
    }

    #[test]
    fn lines_end_with_crlf() {
        assert_eq!(lines(&[vec!["a".into(), "b".into()], vec!["c".into(), String::new()]]), "a,b\r\nc,\r\n");
    }
}
