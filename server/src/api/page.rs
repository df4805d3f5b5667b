//! Pages of a list: a cursor is opaque to the client, and only the server can make one. It holds where the page starts
//! and belongs to one list with its filters: what was changed or comes from elsewhere is refused.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{
    service::{App, Refusal},
    store::{Page, Position, Span},
};

/// Rows of a page, if the client says nothing.
const LIMIT: u64 = 50;
/// Length of the position in a cursor, in bytes.
const POSITION: usize = 24;
/// Length of its seal, in bytes.
const SEAL: usize = 16;

/// One list with its filters and its order.
pub(super) struct List<'a> {
    app: &'a App,
    /// Everything a cursor belongs to.
    name: String,
    descending: bool,
}

impl<'a> List<'a> {
    /// A list by its name and what was asked of it.
    pub(super) fn new(app: &'a App, name: &str, asked: impl std::fmt::Debug, descending: bool) -> Self {
        Self { app, name: format!("{name} {asked:?} {descending}"), descending }
    }

    /// The page a client asks for.
    pub(super) fn span(&self, cursor: Option<&str>, limit: Option<u64>) -> Result<Span, Refusal> {
        let after = cursor.map(|cursor| self.open(cursor).ok_or(Refusal::CursorInvalid)).transpose()?;
        Ok(Span { after, limit: limit.unwrap_or(LIMIT), descending: self.descending })
    }

    /// The rows of a page and the cursor of the next.
    pub(super) fn shown<T, U>(&self, page: Page<T>, show: impl FnMut(T) -> U) -> (Vec<U>, Option<String>) {
        let next = page.next.map(|position| self.seal(position));
        (page.items.into_iter().map(show).collect(), next)
    }

    fn seal(&self, Position { key, id }: Position) -> String {
        let position = [&key.to_be_bytes()[..], id.as_bytes()].concat();
        let seal = self.sealed(&position);
        BASE64_URL_SAFE_NO_PAD.encode([&position[..], &seal[..SEAL]].concat())
    }

    fn open(&self, cursor: &str) -> Option<Position> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (position, seal) = bytes.split_at_checked(POSITION)?;
        if self.sealed(position).get(..SEAL) != Some(seal) {
            return None;
        }
        let (key, id) = position.split_first_chunk()?;
        Some(Position { key: i64::from_be_bytes(*key), id: Uuid::from_slice(id).ok()? })
    }

    fn sealed(&self, position: &[u8]) -> Vec<u8> {
        let text = format!("{} {}", self.name, hex::encode(position));
        self.app.store.crypter().blind_index("cursor", &text)
    }
}
