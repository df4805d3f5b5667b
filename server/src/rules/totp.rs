//! Time-based one-time passwords (RFC 6238) as authenticator apps make them: HMAC-SHA1, 30 seconds, six digits.

use hmac::{Hmac, Mac};
use sha1::Sha1;

/// Seconds one code is shown.
pub const STEP_S: i64 = 30;
/// Bytes of a secret: the length of the hash (RFC 4226, section 4).
pub const SECRET: usize = 20;

/// The code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    // HMAC takes keys of any length; an empty code fits nothing.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 15);
    let word = u32::from_be_bytes([hash[offset], hash[offset + 1], hash[offset + 2], hash[offset + 3]]);
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The step a code belongs to: this one, the one before or the one after, for clocks that differ. `now_s` is Unix
/// seconds. The caller sees to it that no step is used twice.
pub fn step_of(secret: &[u8], typed: &str, now_s: i64) -> Option<i64> {
    let now = now_s.div_euclid(STEP_S);
    (now - 1..=now + 1).find(|step| code(secret, *step) == typed)
}

/// What an authenticator app scans (the "Key URI Format"). `account` and `issuer` must be free of `:`; whatever is not a
/// letter or digit is percent-encoded.
pub fn uri(issuer: &str, account: &str, secret: &[u8]) -> String {
    let (issuer, account) = (encode(issuer), encode(account));
    format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", base32(secret))
}

/// Base32 without padding (RFC 4648, section 6).
pub fn base32(bytes: &[u8]) -> String {
    let digits = bytes.chunks(5).flat_map(|chunk| {
        let word =
            chunk.iter().enumerate().fold(0u64, |word, (at, byte)| word | u64::from(*byte) << (32 - 8 * at));
        (0..(chunk.len() * 8).div_ceil(5)).map(move |at| (word >> (35 - 5 * at) & 31) as usize)
    });
    digits.map(|digit| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[digit])).collect()
}

fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_of_rfc_6238_appendix_b() {
        // The table has eight digits; apps show the last six.
        for (now_s, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, now_s / STEP_S), expected);
        }
    }

    #[test]
    fn base32_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn an_app_can_read_the_uri() {
        let uri = uri("OwnerProof", "rui@oem", SECRET);
        assert_eq!(
            uri,
            "otpauth://totp/OwnerProof:rui%40oem?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=OwnerProof"
        );
    }

    proptest! {
        #[test]
        fn one_step_to_either_side_fits_and_no_further(now_s in 0i64..4_000_000_000, off in -4i64..=4) {
            let step = now_s / STEP_S + off;
            let found = step_of(SECRET, &code(SECRET, step), now_s);
            // Two of a million codes may fall together; then the found step is still a near one.
            let fits = if off.abs() <= 1 { found.is_some() } else { found != Some(step) };
            prop_assert!(fits);
        }
    }
}
