//! Well-formedness of what a record names, and how it is shown. Written from the standards, not from the server.

/// VIN (GB 16735): 17 characters without I, O, Q; Chinese ones (first letter L) carry a check digit.
pub fn is_vin(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let values: Option<Vec<u32>> = text
        .chars()
        .map(|letter| match letter {
            '0'..='9' => letter.to_digit(10),
            'A'..='H' => Some(letter as u32 - 'A' as u32 + 1),
            'J'..='N' => Some(letter as u32 - 'J' as u32 + 1),
            'P' => Some(7),
            'R' => Some(9),
            'S'..='Z' => Some(letter as u32 - 'S' as u32 + 2),
            _ => None,
        })
        .collect();
    let Some(values) = values.filter(|values| values.len() == 17) else { return false };
    let sum: u32 = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
    let check = char::from_digit(sum % 11, 10).unwrap_or('X');
    !text.starts_with('L') || text.chars().nth(8) == Some(check)
}

/// ICCID of a Chinese card: 8986 and 15 or 16 hexadecimal digits, letters upper case.
pub fn is_iccid(text: &str) -> bool {
    text.strip_prefix("8986").is_some_and(|rest| {
        (15..=16).contains(&rest.len()) && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    })
}

/// Card number: 11 or 13 digits, the first a 1.
pub fn is_msisdn(text: &str) -> bool {
    matches!(text.len(), 11 | 13) && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Resident ID number (GB 11643): 17 digits and a check character.
pub fn is_resident_id(text: &str) -> bool {
    let (Some(digits), Some(check)) = (text.get(..17), text.get(17..)) else { return false };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    // ISO 7064 MOD 11-2, by Horner instead of a table of weights.
    let remainder = digits.bytes().fold(0, |sum, byte| (sum + u32::from(byte - b'0')) * 2 % 11);
    let expected = (12 - remainder) % 11;
    check == if expected == 10 { "X".to_owned() } else { expected.to_string() }
}

/// Mobile number of a person: 11 digits, the first a 1.
pub fn is_phone(text: &str) -> bool {
    text.len() == 11 && is_msisdn(text)
}

/// Keeps `head` characters at the start and `tail` at the end; one star for each other.
pub fn mask(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    text.chars()
        .enumerate()
        .map(|(at, letter)| if at < head || at + tail >= length { letter } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        assert!(is_vin("1M8GDM9AXKP042788"));
        assert!(!is_vin("1M8GDM9AXKP04278"));
        assert!(!is_vin("1M8GDM9AXKPO42788"));
        assert!(is_iccid("898604071120C0015291"));
        assert!(is_iccid("898600D6081370000007"));
        assert!(!is_iccid("898604071120c0015291"));
        assert!(!is_iccid("8985040711200015291"));
        assert!(is_msisdn("1064802000031"));
        assert!(!is_msisdn("106480200003"));
        assert!(is_resident_id("11010519491231002X"));
        assert!(!is_resident_id("110105194912310021"));
        assert!(!is_resident_id("11010519491231002x"));
        assert!(is_phone("13800001234"));
        assert!(!is_phone("1064802000031"));
    }

    #[test]
    fn a_chinese_vin_needs_its_check_digit() {
        let valid = "0123456789X".chars().filter(|check| is_vin(&format!("LSVAA418{check}E2100001"))).count();
        assert_eq!(valid, 1);
    }

    #[test]
    fn masks() {
        assert_eq!(mask("11010519491231002X", 6, 4), "110105********002X");
        assert_eq!(mask("张三", 1, 0), "张*");
        assert_eq!(mask("", 1, 4), "");
    }
}
