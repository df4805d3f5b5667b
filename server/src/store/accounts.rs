//! Accounts: someone who signs in with a phone number.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    Place, Result, Tx, conflict,
    entity::account::{ActiveModel, Column, Entity, Model},
};

/// Someone who signs in.
#[derive(Clone, Debug)]
pub struct Account {
    /// Id.
    pub id: Uuid,
    /// Phone number, as typed at sign-in.
    pub phone: String,
}

/// Repository.
pub struct Accounts<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "account", row, column: "phone" }
}

impl Accounts<'_> {
    /// The account with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Account>> {
        self.open(Entity::find_by_id(id).one(&self.0.db).await?)
    }

    /// The account of this phone. There is one only if somebody proved the phone with a code.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_phone(&self, phone: &str) -> Result<Option<Account>> {
        let known = Entity::find().filter(Column::PhoneIndex.eq(self.0.phone_index(phone)));
        self.open(known.one(&self.0.db).await?)
    }

    /// The account of this phone, made on first use under `new_id`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_or_create(&self, phone: &str, new_id: Uuid, now_ms: i64) -> Result<Account> {
        let phone_index = self.0.phone_index(phone);
        if let Some(account) = self.by_phone(phone).await? {
            return Ok(account);
        }
        let sealed = self.0.crypter.seal(place(new_id), phone.as_bytes());
        let row = Model { id: new_id, phone: sealed, phone_index, created_at_ms: now_ms };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(Account { id: new_id, phone: phone.to_owned() })
    }

    fn open(&self, row: Option<Model>) -> Result<Option<Account>> {
        let open = |row: Model| {
            Ok(Account { phone: self.0.crypter.open_text(place(row.id), &row.phone)?, id: row.id })
        };
        row.map(open).transpose()
    }
}
