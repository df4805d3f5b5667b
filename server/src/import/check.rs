//! Holds every row against the formats of the numbers, the other rows and the configured number ranges.

use std::{collections::HashMap, fmt, hash::Hash, str::FromStr};

use verify::document::{Carrier, Iccid, Msisdn, NumberRange, Vin};

use super::{
    columns::{Column, Layout},
    report::Finding,
    table::{Cell, Table},
};

/// Most cards in one vehicle.
pub const MAX_CARDS: usize = 8;
/// Longest brand, model or colour, in characters.
const MAX_NAME: usize = 60;
/// Longest engine or motor number, in characters.
const MAX_ENGINE: usize = 40;

/// A vehicle of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vehicle {
    /// Line of its first row.
    pub line: u64,
    /// Vehicle identification number.
    pub vin: Vin,
    /// Engine number, or motor number of an electric car.
    pub engine_number: String,
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// Body colour.
    pub body_colour: String,
    /// Its cards, [`MAX_CARDS`] at most.
    pub cards: Vec<Card>,
}

/// A card of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its line.
    pub line: u64,
    /// Card number.
    pub msisdn: Msisdn,
    /// Integrated circuit card identifier.
    pub iccid: Iccid,
    /// Carrier; none where neither the ICCID nor the file says.
    pub carrier: Option<Carrier>,
}

/// A file, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Rows looked at.
    pub rows: usize,
    /// The vehicles of the rows without errors.
    pub vehicles: Vec<Vehicle>,
    /// What is wrong, in the order of the lines.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether something keeps the file out.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }
}

/// Checks a table. `ranges` are the numbers vehicle cards may have (Art 15), none for any. `progress` is told
/// how many rows are done.
pub fn check(table: &Table, ranges: &[NumberRange], mut progress: impl FnMut(usize)) -> Checked {
    let (layout, warnings) = match Layout::read(&table.heading) {
        Ok(read) => read,
        Err(findings) => return Checked { findings, ..Checked::default() },
    };
    let mut book = Book { findings: warnings, ..Book::default() };
    for (done, (line, cells)) in table.rows.iter().enumerate() {
        if let Some(row) = Row::read(*line, &layout, cells, ranges, &mut book.findings) {
            book.enter(row);
        }
        if done % 1000 == 0 {
            progress(done);
        }
    }
    progress(table.rows.len());
    book.findings.sort_by_key(|finding| finding.line);
    Checked { rows: table.rows.len(), vehicles: book.vehicles, findings: book.findings }
}

/// One row whose cells are right by themselves.
struct Row {
    vehicle: Vehicle,
    card: Card,
}

/// The rows so far.
#[derive(Default)]
struct Book {
    vehicles: Vec<Vehicle>,
    findings: Vec<Finding>,
    by_vin: HashMap<Vin, usize>,
    msisdns: HashMap<Msisdn, u64>,
    iccids: HashMap<Iccid, u64>,
}

impl Row {
    fn read(
        line: u64,
        layout: &Layout,
        cells: &[Cell],
        ranges: &[NumberRange],
        findings: &mut Vec<Finding>,
    ) -> Option<Self> {
        let before = findings.len();
        let mut text: HashMap<Column, &str> = HashMap::new();
        for (column, cell) in layout.of(cells) {
            match cell {
                Cell::Text(cell) => {
                    text.insert(column, cell);
                }
                Cell::Rounded => findings.push(Finding::error(
                    line,
                    Some(column),
                    "the spreadsheet has rounded this number: format the column as text and enter it again",
                )),
            }
        }
        let get = |column| text.get(&column).copied().unwrap_or_default();
        let mut read = Reader { line, findings };
        let vin: Option<Vin> = read.number(Column::Vin, get(Column::Vin));
        let msisdn: Option<Msisdn> = read.number(Column::Msisdn, get(Column::Msisdn));
        let iccid: Option<Iccid> = read.number(Column::Iccid, get(Column::Iccid));
        let brand = read.name(Column::Brand, get(Column::Brand), MAX_NAME);
        let model = read.name(Column::Model, get(Column::Model), MAX_NAME);
        let body_colour = read.name(Column::BodyColour, get(Column::BodyColour), MAX_NAME);
        let (engine, motor) = (get(Column::EngineNumber), get(Column::MotorNumber));
        let engine_number = if engine.is_empty() && !motor.is_empty() {
            read.name(Column::MotorNumber, motor, MAX_ENGINE)
        } else {
            read.name(Column::EngineNumber, engine, MAX_ENGINE)
        };
        let named = read.carrier(get(Column::Carrier));
        if vin.as_ref().is_some_and(|vin| !vin.check_digit_matches()) {
            read.warn(Column::Vin, "the check digit does not fit; makers abroad may use the place freely");
        }
        if let Some(msisdn) = &msisdn
            && !ranges.is_empty()
            && !ranges.iter().any(|range| range.holds(msisdn))
        {
            read.refuse(Column::Msisdn, "the number is in none of the ranges configured for vehicle cards");
        }
        let told = iccid.as_ref().and_then(Iccid::carrier);
        let carrier = match (told, named) {
            (Some(told), Some(named)) if told != named => {
                read.refuse(Column::Carrier, "the ICCID is another carrier's");
                None
            }
            (None, None) if iccid.is_some() => {
                read.warn(Column::Carrier, "the ICCID does not say which carrier; it stays unknown");
                None
            }
            (told, named) => told.or(named),
        };
        if findings[before..].iter().any(Finding::is_error) {
            return None;
        }
        let card = Card { line, msisdn: msisdn?, iccid: iccid?, carrier };
        let vehicle = Vehicle {
            line,
            vin: vin?,
            engine_number: engine_number?,
            brand: brand?,
            model: model?,
            body_colour: body_colour?,
            cards: Vec::new(),
        };
        Some(Self { vehicle, card })
    }
}

struct Reader<'a> {
    line: u64,
    findings: &'a mut Vec<Finding>,
}

impl Reader<'_> {
    fn refuse(&mut self, column: Column, reason: impl Into<String>) {
        self.findings.push(Finding::error(self.line, Some(column), reason));
    }

    fn warn(&mut self, column: Column, reason: &str) {
        self.findings.push(Finding::warning(self.line, Some(column), reason));
    }

    fn number<T: FromStr<Err: fmt::Display>>(&mut self, column: Column, text: &str) -> Option<T> {
        if text.is_empty() {
            self.refuse(column, "missing");
            return None;
        }
        text.parse().map_err(|error: T::Err| self.refuse(column, error.to_string())).ok()
    }

    fn name(&mut self, column: Column, text: &str, most: usize) -> Option<String> {
        if text.is_empty() {
            self.refuse(column, "missing");
        } else if text.chars().count() > most {
            self.refuse(column, format!("longer than {most} characters"));
        } else if text.chars().any(char::is_control) {
            self.refuse(column, "holds a character that cannot be seen");
        } else {
            return Some(text.to_owned());
        }
        None
    }

    fn carrier(&mut self, text: &str) -> Option<Carrier> {
        Some(match text.to_lowercase().replace([' ', '-'], "_").as_str() {
            "" => return None,
            "china_mobile" | "mobile" | "中国移动" | "移动" => Carrier::ChinaMobile,
            "china_unicom" | "unicom" | "中国联通" | "联通" => Carrier::ChinaUnicom,
            "china_telecom" | "telecom" | "中国电信" | "电信" => Carrier::ChinaTelecom,
            _ => {
                self.refuse(Column::Carrier, "not china_mobile, china_unicom or china_telecom");
                return None;
            }
        })
    }
}

impl Book {
    fn enter(&mut self, Row { vehicle, card }: Row) {
        let twice = |column, first: u64| {
            Finding::error(card.line, Some(column), format!("the same number is on line {first}"))
        };
        let first = taken(&mut self.msisdns, &card.msisdn, card.line).map(|line| twice(Column::Msisdn, line));
        let second = taken(&mut self.iccids, &card.iccid, card.line).map(|line| twice(Column::Iccid, line));
        if first.is_some() || second.is_some() {
            self.findings.extend(first.into_iter().chain(second));
            return;
        }
        let index = *self.by_vin.entry(vehicle.vin.clone()).or_insert_with(|| {
            self.vehicles.push(vehicle.clone());
            self.vehicles.len() - 1
        });
        let known = &mut self.vehicles[index];
        let differs = [
            (Column::EngineNumber, known.engine_number != vehicle.engine_number),
            (Column::Brand, known.brand != vehicle.brand),
            (Column::Model, known.model != vehicle.model),
            (Column::BodyColour, known.body_colour != vehicle.body_colour),
        ];
        let differs: Vec<Finding> = differs
            .into_iter()
            .filter(|(_, differs)| *differs)
            .map(|(column, _)| {
                let reason = format!("line {} says otherwise of the same vehicle", known.line);
                Finding::error(card.line, Some(column), reason)
            })
            .collect();
        if !differs.is_empty() {
            self.findings.extend(differs);
        } else if known.cards.len() == MAX_CARDS {
            let reason = format!("the vehicle has more than {MAX_CARDS} cards");
            self.findings.push(Finding::error(card.line, Some(Column::Vin), reason));
        } else {
            known.cards.push(card);
        }
    }
}

/// The line that has the key already; else it is this one's.
fn taken<K: Clone + Eq + Hash>(lines: &mut HashMap<K, u64>, key: &K, line: u64) -> Option<u64> {
    let first = *lines.entry(key.clone()).or_insert(line);
    (first != line).then_some(first)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HEADING: &str = "vin,engine_number,brand,model,body_colour,msisdn,iccid,carrier\n";
    const GOOD: &str = "1M8GDM9AXKP042788,E1,红旗,H9,黑,1064802000031,898604071120C0015291,";

    fn checked(rows: &str) -> Checked {
        let table = Table::read(format!("{HEADING}{rows}").as_bytes()).unwrap();
        check(&table, &NumberRange::known(), |_| {})
    }

    fn reasons(rows: &str) -> Vec<String> {
        checked(rows).findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn art_5_a_vehicle_with_two_cards_is_two_rows() {
        let second = GOOD.replace("0031", "0032").replace("5291", "5292");
        let Checked { rows, vehicles, findings } = checked(&format!("{GOOD}\n{second}\n"));
        assert_eq!((rows, vehicles.len(), findings.len()), (2, 1, 0));
        assert_eq!(vehicles[0].cards.iter().map(|card| card.line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(vehicles[0].cards[0].carrier, Some(Carrier::ChinaMobile));
    }

    #[test]
    fn headings_may_be_chinese_and_an_electric_car_has_a_motor() {
        let text = "车架号,电机号,品牌,车型,车身颜色,卡号,ICCID,备注\n1M8GDM9AXKP042788,M1,红旗,H9,黑,1064802000031,898604071120C0015291,x";
        let checked = check(&Table::read(text.as_bytes()).unwrap(), &[], |_| {});
        assert_eq!(checked.vehicles[0].engine_number, "M1");
        assert!(!checked.is_refused());
        assert_eq!(checked.findings[0].to_string(), "line 1: warning: the column \"备注\" is not read");
    }

    #[rstest]
    #[case::vin("1M8GDM9AXKP042788", "1M8GDM9AXKP04278O", "line 2, vin: error")]
    #[case::check_digit("1M8GDM9AXKP042788", "LM8GDM9A0KP042788", "line 2, vin: error: the check digit")]
    #[case::imported("1M8GDM9AXKP042788", "1M8GDM9A1KP042788", "line 2, vin: warning: the check digit")]
    #[case::engine(",E1,", ",,", "line 2, engine_number: error: missing")]
    #[case::long("红旗", &"旗".repeat(61), "line 2, brand: error: longer than 60")]
    #[case::art_15_range("1064802000031", "1394802000031", "line 2, msisdn: error: the number is in none")]
    #[case::short("1064802000031", "106480200003", "line 2, msisdn: error: the number must have")]
    #[case::iccid("898604", "890004", "line 2, iccid: error")]
    #[case::carrier("5291,", "5291,联通", "line 2, carrier: error: the ICCID is another")]
    #[case::no_carrier("5291,", "5291,abc", "line 2, carrier: error: not china_mobile")]
    #[case::unknown_carrier("898604", "898609", "line 2, carrier: warning: the ICCID does not say")]
    fn what_is_wrong_is_named(#[case] from: &str, #[case] to: &str, #[case] reason: &str) {
        let found = reasons(&GOOD.replacen(from, to, 1));
        assert!(found.len() == 1 && found[0].starts_with(reason), "{found:?}");
    }

    #[test]
    fn rows_are_held_against_each_other() {
        let same_card = GOOD.replace("1M8GDM9AXKP042788", "5YJ3E1EA7KF317000");
        let found = reasons(&format!("{GOOD}\n{same_card}"));
        assert!(
            found.iter().any(|line| line == "line 3, msisdn: error: the same number is on line 2"),
            "{found:?}"
        );
        assert!(found.iter().any(|line| line == "line 3, iccid: error: the same number is on line 2"));
        let other_colour = GOOD.replace("0031", "0032").replace("5291", "5292").replace("黑", "白");
        let found = reasons(&format!("{GOOD}\n{other_colour}"));
        assert_eq!(found, ["line 3, body_colour: error: line 2 says otherwise of the same vehicle"]);
    }

    #[test]
    fn a_missing_column_refuses_the_file() {
        let table = Table::read("vin,brand\n1,2".as_bytes()).unwrap();
        let found = check(&table, &[], |_| {});
        assert!(found.is_refused() && found.vehicles.is_empty());
        assert_eq!(found.findings.len(), 5);
    }

    #[test]
    fn no_reason_repeats_a_number() {
        let bad = GOOD.replace("1M8GDM9AXKP042788", "LM8GDM9A0KP042788").replace("10648", "19948");
        assert!(reasons(&bad).iter().all(|line| !line.contains("042788") && !line.contains("0031")));
    }
}
