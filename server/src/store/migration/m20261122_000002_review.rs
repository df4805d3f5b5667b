//! Manual reviews.

use sea_orm_migration::{prelude::*, schema::*};

/// Creates the table of reviews.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut review = Table::create();
        review
            .table("review")
            .col(pk_uuid("id"))
            .col(uuid_uniq("verification_id"))
            .col(uuid("transfer_id"))
            .col(text("party"))
            .col(text("state"))
            .col(uuid_null("claimed_by"))
            .col(boolean("two_people"))
            .col(uuid_null("first_pass"))
            .col(text_null("reason"))
            .col(binary_null("message"))
            .col(uuid_null("decided_by"))
            .col(big_integer_null("decided_at_ms"))
            .col(big_integer("due_at_ms"))
            .col(big_integer("version"))
            .col(big_integer("created_at_ms"));
        for (column, to) in [
            ("verification_id", "verification"),
            ("transfer_id", "transfer"),
            ("claimed_by", "staff"),
            ("first_pass", "staff"),
            ("decided_by", "staff"),
        ] {
            review.foreign_key(ForeignKey::create().from_col(column).to_tbl(to).to_col("id"));
        }
        manager.create_table(review).await?;
        let indexes: [(&str, &[&str]); 2] =
            [("ix_review_state_id", &["state", "id"]), ("ix_review_transfer_id", &["transfer_id"])];
        for (name, columns) in indexes {
            let mut index = Index::create();
            index.name(name).table("review");
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("review").to_owned()).await
    }
}
