use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{DocumentError, ResidentId, Uscc, pattern};

/// Whose document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A natural person.
    Person,
    /// An organisation, which acts through a responsible person (Art 9).
    Unit,
}

/// What is known of a type.
struct Facts {
    name: &'static str,
    carrier_code: Option<char>,
    holder: Holder,
    shows_face: bool,
    needs_review: bool,
    parse: fn(&str) -> Result<String, DocumentError>,
}

macro_rules! document_types {
    ($($(#[$doc:meta])* $Type:ident: $name:literal, $code:expr, $holder:ident, face $face:literal,
        review $review:literal, $parse:expr;)*) => {
        /// A type of document, personal or of a unit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum DocumentType { $($(#[$doc])* $Type,)* }

        impl DocumentType {
            /// Every type.
            pub const ALL: &[Self] = &[$(Self::$Type),*];

            fn facts(self) -> Facts {
                match self {
                    $(Self::$Type => Facts {
                        name: $name,
                        carrier_code: $code,
                        holder: Holder::$holder,
                        shows_face: $face,
                        needs_review: $review,
                        parse: $parse,
                    },)*
                }
            }
        }
    };
}

// Name, carrier code (domain.md, section 4; none where the carriers' list has none), holder, whether the document
// shows the holder's face, whether a member of staff must always see it, how its number is read.
document_types! {
    /// 居民身份证
    ResidentId: "resident_id", Some('0'), Person, face true, review false, resident_id;
    /// 临时居民身份证: the number of the resident ID it stands in for.
    TemporaryResidentId: "temporary_resident_id", Some('0'), Person, face true, review true, resident_id;
    /// 居民户口簿: the citizen's number on the holder's page.
    HouseholdRegister: "household_register", Some('2'), Person, face false, review true, resident_id;
    /// 港澳台居民居住证
    ResidencePermit: "residence_permit", None, Person, face true, review false, pattern::residence_permit;
    /// 外国人永久居留身份证
    PermanentResidence: "permanent_residence", None, Person, face true, review false, pattern::permanent_residence;
    /// 军官证
    OfficerCard: "officer_card", Some('1'), Person, face true, review true, pattern::service_card;
    /// 武警证
    PoliceCard: "police_card", Some('4'), Person, face true, review true, pattern::service_card;
    /// 港澳居民来往内地通行证
    HkMacaoPass: "hk_macao_pass", Some('3'), Person, face true, review true, pattern::hk_macao_pass;
    /// 台湾居民来往大陆通行证
    TaiwanPass: "taiwan_pass", Some('5'), Person, face true, review true, pattern::taiwan_pass;
    /// 护照
    Passport: "passport", Some('6'), Person, face true, review true, pattern::passport;
    /// 营业执照
    BusinessLicence: "business_licence", Some('8'), Unit, face false, review true, uscc;
    /// 组织机构代码证
    OrganisationCode: "organisation_code", Some('A'), Unit, face false, review true, pattern::organisation_code;
    /// 事业单位法人证书
    LegalPersonCertificate: "legal_person_certificate", Some('B'), Unit, face false, review true, uscc;
    /// 单位证明, 介绍信
    CertificateLetter: "certificate_letter", Some('C'), Unit, face false, review true, pattern::letter;
}

fn resident_id(text: &str) -> Result<String, DocumentError> {
    text.parse().map(|number: ResidentId| number.as_str().to_owned())
}

fn uscc(text: &str) -> Result<String, DocumentError> {
    text.parse().map(|number: Uscc| number.as_str().to_owned())
}

impl DocumentType {
    /// Name in the database, the API and the configuration.
    pub fn as_str(self) -> &'static str {
        self.facts().name
    }

    /// The carriers' code, where their list has one.
    pub fn carrier_code(self) -> Option<char> {
        self.facts().carrier_code
    }

    /// Whose document it is.
    pub fn holder(self) -> Holder {
        self.facts().holder
    }

    /// Whether it is a unit's.
    pub fn is_unit(self) -> bool {
        self.holder() == Holder::Unit
    }

    /// Whether it shows the holder's face, so that a live face can be compared with it.
    pub fn shows_face(self) -> bool {
        self.facts().shows_face
    }

    /// Whether a member of staff must see it whatever the machine says: its number proves nothing by itself.
    pub fn needs_review(self) -> bool {
        self.facts().needs_review
    }

    /// The type whose numbers it bears: one person has the same number on each of these.
    pub fn numbering(self) -> Self {
        match self {
            Self::TemporaryResidentId | Self::HouseholdRegister => Self::ResidentId,
            own => own,
        }
    }

    /// The canonical spelling of a number of this type.
    pub(super) fn read(self, text: &str) -> Result<String, DocumentError> {
        let text = text.trim().to_ascii_uppercase();
        if text.chars().count() > pattern::LONGEST {
            return Err(DocumentError::Length { expected: "at most 40" });
        }
        (self.facts().parse)(&text)
    }
}

impl fmt::Display for DocumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No type has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such type of document")]
pub struct UnknownType;

impl FromStr for DocumentType {
    type Err = UnknownType;

    fn from_str(name: &str) -> Result<Self, UnknownType> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name).ok_or(UnknownType)
    }
}
