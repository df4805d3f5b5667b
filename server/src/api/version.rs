//! `ETag` and `If-Match` (RFC 9110): a record says which version it is, and an operation that names the version it was
//! decided on is refused once the record has moved on.

use poem::{Request, RequestBody, http::header};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions,
    payload::Json,
    registry::{MetaParamIn, MetaSchemaRef, Registry},
    types::{ParseFromJSON, ToJSON, Type},
};

use super::problem;
use crate::service::{Expected, Refusal};

/// A record and its version.
#[derive(ApiResponse)]
pub(super) enum Versioned<T: ParseFromJSON + ToJSON + Send + Sync> {
    /// The record. Its ETag goes into `If-Match` of an operation that changes it.
    #[oai(status = 200)]
    Found(Json<T>, #[oai(header = "ETag")] String),
}

impl<T: ParseFromJSON + ToJSON + Send + Sync> Versioned<T> {
    /// A record whose changes are counted.
    pub(super) fn new(record: T, version: i64) -> Self {
        Self::Found(Json(record), format!("\"{version}\""))
    }
}

/// `If-Match`: the versions the client has seen. Missing: any.
pub(super) struct IfMatch(pub Expected);

impl<'a> ApiExtractor<'a> for IfMatch {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = false;

    type ParamType = String;
    type ParamRawType = String;

    fn register(registry: &mut Registry) {
        <String as Type>::register(registry);
    }

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(<String as Type>::schema_ref())
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<String>,
    ) -> poem::Result<Self> {
        let Some(value) = request.headers().get(header::IF_MATCH) else {
            return Ok(Self(Expected::ANY));
        };
        let versions = value.to_str().ok().and_then(parse);
        versions.map(Self).ok_or_else(|| problem::error(Refusal::BadRequest))
    }
}

/// A list of tags, or `*`. A tag that is none of ours, or a weak one, matches nothing.
fn parse(text: &str) -> Option<Expected> {
    if text.trim() == "*" {
        return Some(Expected::ANY);
    }
    let tags = text.split(',').map(|tag| {
        let tag = tag.trim();
        let strong = tag.strip_prefix("W/").unwrap_or(tag);
        let opaque = strong.strip_prefix('"')?.strip_suffix('"')?;
        Some(if strong == tag { opaque.parse().ok() } else { None })
    });
    let tags: Option<Vec<Option<i64>>> = tags.collect();
    Some(Expected::one_of(tags?.into_iter().flatten().collect()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("*", true)]
    #[case("\"3\"", true)]
    #[case("\"2\", \"3\"", true)]
    #[case("\"2\"", false)]
    #[case("W/\"3\"", false)]
    #[case("\"another server's\"", false)]
    fn what_matches_version_three(#[case] header: &str, #[case] matches: bool) {
        assert_eq!(parse(header).unwrap().check(3).is_ok(), matches);
    }

    #[rstest]
    #[case("3")]
    #[case("")]
    #[case("\"3\",")]
    fn what_is_no_tag(#[case] header: &str) {
        assert!(parse(header).is_none());
    }
}
