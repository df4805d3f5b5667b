//! What holds for every type of document and every number, over numbers made at random.

use chrono::NaiveDate;
use proptest::{prelude::*, sample::Index};

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Seventeen digits of GB 11643 with their check character.
fn citizen(region: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (region, 1900i32..2026, 1u32..=12, 1u32..=28, 0u32..1000).prop_map(
        |(region, year, month, day, serial)| {
            let body = format!("{region}{year:04}{month:02}{day:02}{serial:03}");
            format!("{body}{}", char::from(layout::check_character(body.as_bytes())))
        },
    )
}

fn credit_code() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(uscc::ALPHABET.to_vec()), 17).prop_map(|mut body| {
        body.push(uscc::check_character(&body).unwrap());
        String::from_utf8(body).unwrap()
    })
}

fn organisation() -> impl Strategy<Value = String> {
    "[0-9A-Z]{8}"
        .prop_map(|body| format!("{body}{}", char::from(pattern::organisation_check(body.as_bytes()))))
}

/// Valid numbers of a type, in canonical spelling.
fn valid(kind: DocumentType) -> BoxedStrategy<String> {
    use DocumentType as T;
    match kind {
        T::ResidentId | T::TemporaryResidentId | T::HouseholdRegister => {
            citizen("(11|31|44|65)[0-9]{4}").boxed()
        }
        T::ResidencePermit => citizen("8[123]0000").boxed(),
        T::PermanentResidence => prop_oneof![citizen("9[0-9]{5}"), "[A-Z]{3}[0-9]{12}"].boxed(),
        T::OfficerCard => "[军士南海空]字第[0-9]{4,8}号".boxed(),
        T::PoliceCard => "武字第[0-9]{7,8}号".boxed(),
        T::HkMacaoPass => "[HM]([0-9]{8}|[0-9]{10})".boxed(),
        T::TaiwanPass => "[0-9]{8}|[0-9]{10}[A-Z]?".boxed(),
        T::Passport => "[A-Z]{1,2}[0-9]{4,7}".boxed(),
        T::BusinessLicence | T::LegalPersonCertificate => credit_code().boxed(),
        T::OrganisationCode => organisation().boxed(),
        T::CertificateLetter => "[〔0-9A-Z证函]{1,40}".boxed(),
    }
}

fn any_valid() -> impl Strategy<Value = (DocumentType, String)> {
    prop::sample::select(DocumentType::ALL).prop_flat_map(|kind| (Just(kind), valid(kind)))
}

/// `number` with the character at `place` (counted in characters) replaced.
fn with(number: &str, place: usize, character: char) -> String {
    number.chars().enumerate().map(|(at, c)| if at == place { character } else { c }).collect()
}

#[test]
fn names_are_the_same_everywhere() {
    for kind in DocumentType::ALL {
        assert_eq!(kind.as_str().parse(), Ok(*kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert_eq!("licence".parse::<DocumentType>(), Err(UnknownType));
}

#[test]
fn carrier_codes_are_those_of_the_list() {
    let mut codes: Vec<char> = DocumentType::ALL.iter().filter_map(|kind| kind.carrier_code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.iter().collect::<String>(), "01234568ABC");
    let unit = |kind: &DocumentType| kind.carrier_code().is_some_and(|code| code > '7');
    assert!(DocumentType::ALL.iter().all(|kind| unit(kind) == kind.is_unit()));
}

#[rstest::rstest]
#[case(DocumentType::ResidentId, "11010519491231002x", "110105********002X")]
#[case(DocumentType::BusinessLicence, " 91350100M000100Y43 ", "9135**********0Y43")]
#[case(DocumentType::PermanentResidence, "usa440300123456", "USA*********456")]
#[case(DocumentType::Passport, "E12345678", "E1*****78")]
#[case(DocumentType::OfficerCard, "军字第2001988", "军字*******8号")]
#[case(DocumentType::CertificateLetter, "7", "*")]
fn masks(#[case] kind: DocumentType, #[case] number: &str, #[case] masked: &str) {
    let document = Document::parse(kind, number).unwrap();
    assert_eq!(document.masked(), masked);
    assert_eq!(format!("{document:?}"), format!("Document({kind} {masked})"));
}

#[rstest::rstest]
#[case(DocumentType::ResidencePermit, "810000199408230021", Ok(()))]
#[case(DocumentType::ResidencePermit, "830000199201300022", Ok(()))]
#[case(DocumentType::ResidencePermit, "11010519491231002X", Err(DocumentError::Prefix))]
#[case(DocumentType::ResidentId, "810000199408230021", Err(DocumentError::Prefix))]
#[case(DocumentType::PermanentResidence, "11010519491231002X", Err(DocumentError::Prefix))]
#[case(DocumentType::PermanentResidence, "US1440300123456", Err(DocumentError::Character))]
#[case(DocumentType::OfficerCard, "2001988", Err(DocumentError::Prefix))]
#[case(DocumentType::HkMacaoPass, "T12345678", Err(DocumentError::Character))]
#[case(DocumentType::Passport, "ABCDEFGH", Err(DocumentError::Character))]
#[case(DocumentType::OrganisationCode, "00012345-4", Err(DocumentError::CheckDigit))]
#[case(DocumentType::CertificateLetter, "a\u{7}b", Err(DocumentError::Character))]
fn of_another_document(
    #[case] kind: DocumentType,
    #[case] number: &str,
    #[case] expected: Result<(), DocumentError>,
) {
    assert_eq!(Document::parse(kind, number).map(drop), expected);
}

#[test]
fn age_counts_full_years_and_knows_the_future() {
    let child = Document::parse(DocumentType::ResidentId, "110101201501010011").unwrap();
    assert_eq!(child.age_on(day("2028-12-31")), Ok(Some(13)));
    assert_eq!(child.age_on(day("2029-01-01")), Ok(Some(14)));
    assert_eq!(child.age_on(day("2015-01-01")), Ok(Some(0)));
    assert_eq!(child.age_on(day("2014-12-31")), Err(DocumentError::Date));
    let passport = Document::parse(DocumentType::Passport, "E12345678").unwrap();
    assert_eq!(passport.age_on(day("2026-11-22")), Ok(None));
}

proptest! {
    #[test]
    fn valid_numbers_pass_and_read_back((kind, number) in any_valid(), blanks in "[ \t]{0,3}") {
        let document = Document::parse(kind, &format!("{blanks}{}{blanks}", number.to_lowercase())).unwrap();
        prop_assert_eq!(document.number(), &number);
        prop_assert_eq!(Document::parse(kind, document.number()).unwrap(), document.clone());
        let hidden = document.masked().matches('*').count();
        prop_assert!(hidden * 3 >= number.chars().count(), "{} shows too much", document.masked());
    }

    /// ISO 7064 MOD 11-2: all weights are powers of 2 modulo the prime 11. Every place, the check included.
    #[test]
    fn any_one_digit_of_a_citizens_number_changed_is_refused(
        kind in prop::sample::select(&[DocumentType::ResidentId, DocumentType::ResidencePermit,
            DocumentType::TemporaryResidentId, DocumentType::HouseholdRegister, DocumentType::PermanentResidence]),
        (seed, place, digit) in (any::<Index>(), 0usize..18, prop::sample::select("0123456789X".chars().collect::<Vec<_>>())),
        candidates in prop::collection::vec(citizen("(110105|440304|650102|810000|820000|830000|911840)"), 40),
    ) {
        let fits: Vec<String> = candidates.into_iter().filter(|number| Document::parse(kind, number).is_ok()).collect();
        prop_assume!(!fits.is_empty());
        let number = seed.get(&fits);
        let changed = with(number, place, digit);
        prop_assert_eq!(Document::parse(kind, &changed).is_ok(), &changed == number);
    }

    /// GB 32100: weights are powers of 3 modulo the prime 31, which is the size of the alphabet. Every place.
    #[test]
    fn any_one_character_of_a_credit_code_changed_is_refused(
        number in credit_code(),
        place in 0usize..18,
        character in prop::sample::select(uscc::ALPHABET.to_vec()),
    ) {
        let changed = with(&number, place, char::from(character));
        prop_assert_eq!(changed.parse::<Uscc>().is_ok(), changed == number);
    }

    /// GB 11714 counts letters up to 35 modulo 11, so only a digit for a digit (and the check) is always seen.
    #[test]
    fn any_one_digit_of_an_organisation_code_changed_is_refused(
        number in "[0-9]{8}".prop_map(|body| format!("{body}{}", char::from(pattern::organisation_check(body.as_bytes())))),
        place in 0usize..9,
        digit in prop::sample::select("0123456789".chars().collect::<Vec<_>>()),
    ) {
        let changed = with(&number, place, digit);
        let accepted = Document::parse(DocumentType::OrganisationCode, &changed).is_ok();
        prop_assert_eq!(accepted, changed == number);
    }

    /// ISO 3779 gives several letters the value of a digit, and the check digit has no weight of its own: a digit for a
    /// digit is always seen, everywhere. Made in China it is an error, elsewhere a warning.
    #[test]
    fn any_one_digit_of_a_vin_changed_is_seen(body in "[A-HJ-NPR-Z][0-9A-HJ-NPR-Z]{7}", tail in "[0-9]{8}", place in 9usize..17, digit in 0u32..10) {
        let right = "0123456789X".chars().find_map(|check| {
            let vin: Vin = format!("W{}{check}{tail}", &body[1..]).parse().ok()?;
            vin.check_digit_matches().then_some(vin)
        });
        let right = right.unwrap();
        let changed = with(right.as_str(), place, char::from_digit(digit, 10).unwrap());
        let vin: Vin = changed.parse().unwrap();
        prop_assert_eq!(vin.check_digit_matches(), changed == right.as_str());
        let chinese = with(&changed, 0, 'L');
        let matches = "0123456789X".chars().filter(|check| with(&chinese, 8, *check).parse::<Vin>().is_ok()).count();
        prop_assert_eq!(matches, 1);
    }

    /// Luhn sees every single digit.
    #[test]
    fn any_one_digit_of_an_iccid_changed_is_worth_a_warning(body in "8986[0-9]{15}", place in 4usize..20, digit in 0u32..10) {
        let right = (0..10).find_map(|check| {
            let iccid: Iccid = format!("{body}{check}").parse().ok()?;
            iccid.check_digit_matches().then_some(iccid)
        });
        let right = right.unwrap();
        let changed = with(right.as_str(), place, char::from_digit(digit, 10).unwrap());
        let iccid: Iccid = changed.parse().unwrap();
        prop_assert_eq!(iccid.check_digit_matches(), changed == right.as_str());
    }

    #[test]
    fn blanks_inside_full_width_digits_and_long_texts_are_refused((kind, number) in any_valid(), place in any::<Index>()) {
        prop_assume!(kind != DocumentType::CertificateLetter);
        let place = place.index(number.chars().count());
        let blank: String = number.chars().enumerate().flat_map(|(at, c)| if at == place { vec![c, ' ', '9'] } else { vec![c] }).collect();
        prop_assert!(Document::parse(kind, &blank).is_err(), "{blank}");
        let wide: String = number.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(0xFF10 + d)).unwrap_or(c)).collect();
        prop_assert!(Document::parse(kind, &wide).is_err(), "{wide}");
        prop_assert_eq!(Document::parse(kind, &"1".repeat(200)).map(drop).is_err(), true);
    }

    #[test]
    fn nothing_panics(kind in prop::sample::select(DocumentType::ALL), text in "\\PC{0,24}", digits in "[0-9X]{17,19}") {
        for text in [&text, &digits] {
            let _ = Document::parse(kind, text).map(|document| (document.masked(), document.birth_date()));
            let _ = (text.parse::<Vin>(), text.parse::<Iccid>(), text.parse::<Msisdn>());
        }
    }
}
