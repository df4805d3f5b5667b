//! Keys of single pieces of evidence, in a database of their own.
//!
//! Each piece is sealed under a key that lies here, sealed in turn under a column key. The vault is left out of the
//! backups of the database, so a key deleted here is gone from all of them at once: a restored backup brings
//! ciphertext back, and nothing that opens it.
//!
//! A key is on disk before the piece it sealed commits, and goes right after the deletion has committed. What
//! falls between (a crash, a transaction undone) is a key without evidence; [`Store::sweep_vault`] removes it.

use std::{collections::HashSet, time::Duration};

use chacha20poly1305::aead::{OsRng, rand_core::RngCore};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Schema,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    Crypter, Place, Result, Store, StoreError, conflict,
    crypter::{CryptError, DataKey},
    entity::{
        data_key::{ActiveModel, Column, Entity, Model},
        evidence,
    },
};

/// Keys looked at together.
const PAGE: u64 = 500;

/// The vault. Cheap to clone.
#[derive(Clone)]
pub(super) struct Vault(pub(super) DatabaseConnection);

fn place(piece: Uuid) -> Place {
    Place { table: "data_key", row: piece, column: "sealed" }
}

impl Vault {
    /// Connects. On SQLite every commit waits for the disk: evidence must never outlive its key by accident. There is
    /// no write-ahead log, in which a deleted key would linger.
    pub(super) async fn connect(url: &SecretString) -> Result<Self> {
        let mut options = ConnectOptions::new(url.expose_secret());
        options
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .sqlx_logging(false)
            .record_stmt_in_spans(false)
            .map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .pragma("journal_mode", "TRUNCATE")
                    .pragma("synchronous", "FULL")
                    .pragma("secure_delete", "ON")
                    .busy_timeout(Duration::from_secs(5))
            });
        Ok(Self(Database::connect(options).await?))
    }

    /// Makes the one table.
    pub(super) async fn migrate(&self) -> Result<()> {
        let table = Schema::new(self.0.get_database_backend())
            .create_table_from_entity(Entity)
            .if_not_exists()
            .take();
        self.0.execute(&table).await?;
        Ok(())
    }

    /// The key of a piece of evidence.
    ///
    /// # Errors
    /// [`CryptError::KeyGone`] when it has none any more.
    pub(super) async fn key(&self, crypter: &Crypter, piece: Uuid) -> Result<DataKey> {
        let row = Entity::find_by_id(piece).one(&self.0).await?.ok_or(CryptError::KeyGone(piece))?;
        let secret = crypter.open(place(piece), &row.sealed)?;
        Ok(DataKey::new(secret.try_into().map_err(|_| StoreError::Corrupt("data key"))?))
    }

    /// A fresh key for a piece of evidence.
    pub(super) async fn draw(&self, crypter: &Crypter, piece: Uuid, now_ms: i64) -> Result<DataKey> {
        let mut secret = [0; 32];
        OsRng.fill_bytes(&mut secret);
        let row = Model { id: piece, sealed: crypter.seal(place(piece), &secret), created_at_ms: now_ms };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0).await.map_err(conflict)?;
        Ok(DataKey::new(secret))
    }

    /// Destroys keys; says how many there were.
    pub(super) async fn destroy(&self, pieces: &[Uuid]) -> Result<u64> {
        let mut destroyed = 0;
        for pieces in pieces.chunks(PAGE as usize) {
            let keys = Entity::delete_many().filter(Column::Id.is_in(pieces.iter().copied()));
            destroyed += keys.exec(&self.0).await?.rows_affected;
        }
        Ok(destroyed)
    }
}

impl Store {
    /// Destroys keys drawn before `before_ms` whose evidence is not there; says how many.
    ///
    /// # Errors
    /// A database failed.
    pub async fn sweep_vault(&self, before_ms: i64) -> Result<u64> {
        let (mut after, mut destroyed) = (Uuid::nil(), 0);
        loop {
            let keys: Vec<Uuid> = Entity::find()
                .filter(Column::Id.gt(after))
                .filter(Column::CreatedAtMs.lt(before_ms))
                .order_by_asc(Column::Id)
                .limit(PAGE)
                .select_only()
                .column(Column::Id)
                .into_tuple()
                .all(&self.vault.0)
                .await?;
            let Some(last) = keys.last() else { return Ok(destroyed) };
            after = *last;
            let held: Vec<Uuid> = evidence::Entity::find()
                .filter(evidence::Column::Id.is_in(keys.iter().copied()))
                .select_only()
                .column(evidence::Column::Id)
                .into_tuple()
                .all(&self.db)
                .await?;
            let held: HashSet<Uuid> = held.into_iter().collect();
            let empty: Vec<Uuid> = keys.into_iter().filter(|key| !held.contains(key)).collect();
            destroyed += self.vault.destroy(&empty).await?;
        }
    }
}
