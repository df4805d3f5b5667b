//! Authenticator apps and recovery codes of members of staff.

use sea_orm::{ColumnTrait, EntityTrait, ModelTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{
    Place, Result, Tx, conflict,
    entity::{recovery_code, totp},
};

/// An authenticator app.
pub struct Totp {
    /// Shared with the app.
    pub secret: Vec<u8>,
    /// A code has shown that the app has the secret.
    pub confirmed: bool,
    /// The last time step that was used.
    pub last_step: i64,
}

/// Repository.
pub struct SecondFactors<'a>(pub(super) &'a Tx);

fn place(staff: Uuid) -> Place {
    Place { table: "totp", row: staff, column: "secret" }
}

impl SecondFactors<'_> {
    /// The app of a member, confirmed or not.
    ///
    /// # Errors
    /// The database failed, or the secret does not open.
    pub async fn totp(&self, staff: Uuid) -> Result<Option<Totp>> {
        let Some(row) = totp::Entity::find_by_id(staff).one(&self.0.db).await? else { return Ok(None) };
        let secret = self.0.crypter.open(place(staff), &row.secret)?;
        Ok(Some(Totp { secret, confirmed: row.confirmed, last_step: row.last_step }))
    }

    /// Records the secret of an app that is not confirmed yet, in place of an earlier one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn offer(&self, staff_id: Uuid, secret: &[u8]) -> Result<()> {
        totp::Entity::delete_by_id(staff_id).exec(&self.0.db).await?;
        let secret = self.0.crypter.seal(place(staff_id), secret);
        let row = totp::Model { staff_id, secret, confirmed: false, last_step: 0 };
        let insert = totp::Entity::insert(totp::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Uses a time step, which confirms the app: of all who try, one gets true, and nobody for an earlier step.
    ///
    /// # Errors
    /// The database failed.
    pub async fn use_step(&self, staff: Uuid, step: i64) -> Result<bool> {
        let used = totp::Entity::update_many()
            .col_expr(totp::Column::LastStep, Expr::value(step))
            .col_expr(totp::Column::Confirmed, Expr::value(true))
            .filter(totp::Column::StaffId.eq(staff))
            .filter(totp::Column::LastStep.lt(step));
        Ok(used.exec(&self.0.db).await?.rows_affected == 1)
    }

    /// Records recovery codes, hashed, in place of earlier ones.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_recovery_codes(&self, staff_id: Uuid, codes: &[(Uuid, String)]) -> Result<()> {
        self.forget_recovery_codes(staff_id).await?;
        let rows = codes.iter().map(|(id, code)| {
            let code_hash = self.hash(staff_id, code);
            recovery_code::ActiveModel::from(recovery_code::Model { id: *id, staff_id, code_hash })
        });
        recovery_code::Entity::insert_many(rows).exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// Uses a recovery code up: exactly one caller gets true.
    ///
    /// # Errors
    /// The database failed.
    pub async fn use_recovery_code(&self, staff: Uuid, code: &str) -> Result<bool> {
        let row = recovery_code::Entity::find()
            .filter(recovery_code::Column::StaffId.eq(staff))
            .filter(recovery_code::Column::CodeHash.eq(self.hash(staff, code)))
            .one(&self.0.db)
            .await?;
        match row {
            Some(row) => Ok(row.delete(&self.0.db).await?.rows_affected == 1),
            None => Ok(false),
        }
    }

    /// Removes app and recovery codes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget(&self, staff: Uuid) -> Result<()> {
        totp::Entity::delete_by_id(staff).exec(&self.0.db).await?;
        self.forget_recovery_codes(staff).await
    }

    async fn forget_recovery_codes(&self, staff: Uuid) -> Result<()> {
        let of = recovery_code::Entity::delete_many().filter(recovery_code::Column::StaffId.eq(staff));
        of.exec(&self.0.db).await?;
        Ok(())
    }

    /// Keyed, as sign-in codes are.
    fn hash(&self, staff: Uuid, code: &str) -> Vec<u8> {
        self.0.crypter.blind_index("recovery code", &format!("{staff}:{code}"))
    }
}
