//! The headings a table may have, in English and Chinese.

use std::fmt;

use super::report::Finding;

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $text:literal $(, $other:literal)*;)*) => {
        /// What a column holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Column { $($(#[$doc])* $name,)* }

        impl Column {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its heading.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $text),* } }

            fn parse(heading: &str) -> Option<Self> {
                match heading { $($text $(| $other)* => Some(Self::$name),)* _ => None }
            }
        }
    };
}

columns! {
    /// Vehicle identification number.
    Vin = "vin", "车辆识别代号", "车辆识别代码", "车架号";
    /// Engine number.
    EngineNumber = "engine_number", "发动机号", "发动机号码";
    /// Motor number of an electric car.
    MotorNumber = "motor_number", "电机号", "电机号码", "驱动电机号";
    /// Brand.
    Brand = "brand", "品牌", "车辆品牌";
    /// Model.
    Model = "model", "型号", "车型", "车辆型号";
    /// Body colour.
    BodyColour = "body_colour", "body_color", "颜色", "车身颜色";
    /// Card number.
    Msisdn = "msisdn", "卡号", "车联网卡号", "物联网卡号";
    /// Integrated circuit card identifier.
    Iccid = "iccid";
    /// Carrier of the card.
    Carrier = "carrier", "运营商", "电信企业";
}

/// Columns every table must have, besides the engine's or the motor's number.
const NEEDED: [Column; 6] =
    [Column::Vin, Column::Brand, Column::Model, Column::BodyColour, Column::Msisdn, Column::Iccid];

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the columns are.
pub(super) struct Layout(Vec<Option<Column>>);

impl Layout {
    /// Reads the heading. A column of another name is left out, with a warning.
    pub(super) fn read(heading: &[String]) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let (mut layout, mut wrong, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
        for text in heading {
            let column = Column::parse(&text.trim().to_lowercase().replace([' ', '-'], "_"));
            match column {
                Some(column) if layout.contains(&Some(column)) => {
                    wrong.push(Finding::error(1, Some(column), "the column occurs twice"));
                }
                None if !text.is_empty() => {
                    let name: String = text.chars().take(40).collect();
                    warnings.push(Finding::warning(1, None, format!("the column {name:?} is not read")));
                }
                _ => {}
            }
            layout.push(column);
        }
        let lacks = |column: &Column| !layout.contains(&Some(*column));
        let missing = NEEDED.into_iter().filter(lacks);
        wrong.extend(missing.map(|column| Finding::error(1, Some(column), "the column is missing")));
        if lacks(&Column::EngineNumber) && lacks(&Column::MotorNumber) {
            wrong.push(Finding::error(1, Some(Column::EngineNumber), "this or motor_number is missing"));
        }
        if wrong.is_empty() { Ok((Self(layout), warnings)) } else { Err(wrong) }
    }

    /// The cells of a row with what they hold.
    pub(super) fn of<'a, T>(&self, cells: &'a [T]) -> impl Iterator<Item = (Column, &'a T)> {
        self.0.iter().zip(cells).filter_map(|(column, cell)| Some(((*column)?, cell)))
    }
}
