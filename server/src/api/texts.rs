//! The texts people sign.

use poem_openapi::{Object, OpenApi, payload::Json};

use super::{Group, auth::Anonymous, problem::Problem};
use crate::service::texts;

/// Operations.
pub struct Texts;

/// A text as it is signed now. The Chinese words are the ones that bind.
#[derive(Object)]
struct Text {
    /// `responsibility_notice` (Art 13) or `agreement` (Art 17).
    name: String,
    /// Goes into what is signed.
    version: String,
    /// In Chinese, as Markdown: a title and paragraphs.
    zh: String,
    /// In English.
    en: String,
}

/// Texts.
#[derive(Object)]
struct TextList {
    /// One of each.
    #[oai(validator(max_items = 10))]
    items: Vec<Text>,
}

#[OpenApi]
impl Texts {
    /// The texts people sign. Needs no signing in.
    #[oai(path = "/texts", method = "get", operation_id = "texts", tag = "Group::Request")]
    async fn list(&self, _caller: Anonymous) -> Result<Json<TextList>, Problem> {
        let text = |text: &texts::Text| Text {
            name: text.name.to_owned(),
            version: text.version.to_owned(),
            zh: text.zh.to_owned(),
            en: text.en.to_owned(),
        };
        Ok(Json(TextList { items: texts::current().map(text).collect() }))
    }
}
