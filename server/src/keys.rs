//! Fresh keys.

use base64::{Engine, prelude::BASE64_STANDARD};
use rand::RngCore;

fn secret() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    BASE64_STANDARD.encode(bytes)
}

/// A fresh set of keys as TOML for the configuration file. The column key is named after the month.
pub fn generate() -> String {
    let month = chrono::Utc::now().format("%Y-%m");
    let (column, index, audit, send, receive) = (secret(), secret(), secret(), secret(), secret());
    format!(
        "[keys]\ncolumn = [{{ id = \"{month}\", secret = \"{column}\" }}]\nblind_index = \"{index}\"\n\
         audit = \"{audit}\"\n\n\
         [oem]\nwebhook_secret = \"whsec_{send}\"\ncallback_secret = \"whsec_{receive}\"\n"
    )
}

#[cfg(test)]
mod tests {
    use crate::{config::Config, store::Crypter};
    use figment::providers::{Format, Toml};

    #[test]
    fn what_is_generated_can_be_used() {
        let text = super::generate();
        let config: Config = figment::Figment::from(Toml::string(&text)).extract().unwrap();
        assert!(Crypter::new(&config.keys).is_ok());
    }
}
