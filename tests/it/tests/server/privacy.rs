//! Personal data: neither in the log nor readable in the database file.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use server::service::seed::{DEMO_NAME, DEMO_PHONE, DEMO_RESIDENT_ID};

use crate::{
    person::{BUYER, Person, acceptance, up_to_acceptance},
    stage::{Db, Stage},
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_the_log_nor_the_database_file_tells() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone());
    let _ = subscriber.with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG).try_init();

    let stage = Stage::up(Db::Sqlite).await.unwrap();
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    buyer.post(&format!("/owner/requests/{id}/accept"), acceptance()).await.ok();
    buyer.post(&format!("/owner/requests/{id}/accept"), acceptance()).await.refused(409, "conflict");
    let code = stage.code().await;

    let secrets = [DEMO_NAME, DEMO_PHONE, DEMO_RESIDENT_ID, BUYER.0, BUYER.1, BUYER.2];
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains(r#""operation":"request_accept""#), "{logged}");
    for secret in secrets.iter().copied().chain([owner.token.as_str(), buyer.token.as_str(), &code]) {
        assert!(!logged.contains(secret), "{secret} is in the log");
    }

    let stored = stage.stored();
    assert!(stored.windows(5).any(|bytes| bytes == b"draft"), "the file holds something readable");
    for secret in secrets.iter().copied().chain([owner.token.as_str(), "picture 1"]) {
        assert!(
            !stored.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()),
            "{secret} is in the file"
        );
    }
}
