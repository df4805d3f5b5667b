//! People and units as recorded when they were registered (Art 5). Of a row on record only phone and address ever change,
//! by a correction that says what they were.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    Place, Result, Tx, Values, conflict,
    entity::person::{ActiveModel, Column, Entity, Model},
};
use crate::rules::correction::Field;

/// A person on record.
#[derive(Clone, Debug)]
pub struct Person {
    /// Id.
    pub id: Uuid,
    /// Name on the document.
    pub name: String,
    /// Kind of document.
    pub document_type: String,
    /// Number of the document, in its canonical form.
    pub document_number: String,
    /// Look-up value of the document.
    pub document_index: Vec<u8>,
    /// Phone number.
    pub phone: String,
    /// Address, where known.
    pub address: Option<String>,
    /// Who answers for a unit (Art 9).
    pub responsible_person_id: Option<Uuid>,
    /// When they were recorded.
    pub created_at_ms: i64,
}

/// A person to record.
#[derive(Clone, Debug)]
pub struct NewPerson<'a> {
    /// Id.
    pub id: Uuid,
    /// Name on the document.
    pub name: &'a str,
    /// Kind of document.
    pub document_type: &'a str,
    /// Canonical number of the document.
    pub document_number: &'a str,
    /// Phone number.
    pub phone: &'a str,
    /// Address, where known.
    pub address: Option<&'a str>,
    /// Who answers for a unit (Art 9).
    pub responsible_person_id: Option<Uuid>,
}

/// Repository.
pub struct People<'a>(pub(super) &'a Tx);

fn place(row: Uuid, column: &'static str) -> Place {
    Place { table: "person", row, column }
}

impl People<'_> {
    /// The person with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Person>> {
        let row = Entity::find_by_id(id).one(&self.0.db).await?;
        row.map(|row| self.open(row)).transpose()
    }

    /// Everyone recorded under this phone, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_phone(&self, phone: &str) -> Result<Vec<Person>> {
        let rows = Entity::find()
            .filter(Column::PhoneIndex.eq(self.0.phone_index(phone)))
            .order_by_desc(Column::CreatedAtMs)
            .all(&self.0.db)
            .await?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    /// Their ids alone: nothing has to be opened.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ids_by_phone(&self, phone: &str) -> Result<Vec<Uuid>> {
        Ok(Entity::find()
            .filter(Column::PhoneIndex.eq(self.0.phone_index(phone)))
            .select_only()
            .column(Column::Id)
            .into_tuple()
            .all(&self.0.db)
            .await?)
    }

    /// The rows that stand for the same person under the same phone, this one among them: there is one for each
    /// registration.
    ///
    /// # Errors
    /// The database failed.
    pub async fn rows_of(&self, person: &Person) -> Result<Vec<Uuid>> {
        Ok(Entity::find()
            .filter(Column::PhoneIndex.eq(self.0.phone_index(&person.phone)))
            .filter(Column::DocumentIndex.eq(person.document_index.clone()))
            .select_only()
            .column(Column::Id)
            .into_tuple()
            .all(&self.0.db)
            .await?)
    }

    /// Records a person.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, person: NewPerson<'_>, now_ms: i64) -> Result<()> {
        let seal = |column, value: &str| self.0.crypter.seal(place(person.id, column), value.as_bytes());
        let row = Model {
            id: person.id,
            name: seal("name", person.name),
            document_type: person.document_type.to_owned(),
            document_number: seal("document_number", person.document_number),
            document_index: self.0.document_index(person.document_type, person.document_number),
            phone: seal("phone", person.phone),
            phone_index: self.0.phone_index(person.phone),
            address: person.address.map(|address| seal("address", address)),
            responsible_person_id: person.responsible_person_id,
            created_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Sets the address of a person.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_address(&self, id: Uuid, address: &str) -> Result<()> {
        let sealed = self.0.crypter.seal(place(id, "address"), address.as_bytes());
        Entity::update_many()
            .col_expr(Column::Address, Expr::value(sealed))
            .filter(Column::Id.eq(id))
            .exec(&self.0.db)
            .await?;
        Ok(())
    }

    /// Corrects phone and address of a person on record, where `values` say something about them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn correct(&self, id: Uuid, values: &Values) -> Result<()> {
        if let Some(phone) = values.get(&Field::Phone) {
            Entity::update_many()
                .col_expr(
                    Column::Phone,
                    Expr::value(self.0.crypter.seal(place(id, "phone"), phone.as_bytes())),
                )
                .col_expr(Column::PhoneIndex, Expr::value(self.0.phone_index(phone)))
                .filter(Column::Id.eq(id))
                .exec(&self.0.db)
                .await?;
        }
        match values.get(&Field::Address) {
            Some(address) => self.set_address(id, address).await,
            None => Ok(()),
        }
    }

    fn open(&self, row: Model) -> Result<Person> {
        let open = |column, value: &[u8]| self.0.crypter.open_text(place(row.id, column), value);
        Ok(Person {
            id: row.id,
            name: open("name", &row.name)?,
            document_number: open("document_number", &row.document_number)?,
            phone: open("phone", &row.phone)?,
            address: row.address.as_deref().map(|address| open("address", address)).transpose()?,
            created_at_ms: row.created_at_ms,
            document_type: row.document_type,
            document_index: row.document_index,
            responsible_person_id: row.responsible_person_id,
        })
    }
}
