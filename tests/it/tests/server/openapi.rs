//! The API's document and the list of problems are part of the contract.

use server::service::Refusal;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
const PROBLEMS: &str = include_str!("../../../../docs/problems.md");

/// `ownerproof openapi > docs/openapi.json` after a change that is meant.
#[test]
fn the_document_is_the_committed_one() {
    let committed = std::fs::read_to_string(SNAPSHOT).unwrap();
    assert!(
        committed.trim_end() == server::api::openapi().trim_end(),
        "docs/openapi.json is not what the server serves: run `ownerproof openapi > docs/openapi.json`"
    );
}

#[test]
fn every_problem_is_documented() {
    for refusal in Refusal::ALL {
        let row = format!(
            "| `{}` | {} | {} | {} |",
            refusal.slug(),
            refusal.status(),
            refusal.title(),
            refusal.detail()
        );
        assert!(PROBLEMS.contains(&row), "docs/problems.md lacks\n{row}");
    }
}
