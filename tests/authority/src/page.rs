//! What a visitor sees: this stand-in asks them what it shall say.

use std::sync::Arc;

use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Form, Html, Path, Redirect},
};
use serde::Deserialize;

use crate::{Authority, Outcome, locked};

const PAGE: &str = r#"<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>身份认证（演示）</title>
<h1>身份认证（演示） <small lang="en">Identity service (stand-in)</small></h1>
<form method="post">
<p><button name="outcome" value="confirmed">是本人 <span lang="en">It is me</span></button>
<button name="outcome" value="denied">不是本人 <span lang="en">It is not me</span></button>
<button name="outcome" value="undecided">无法判断 <span lang="en">Cannot say</span></button></p>
</form>
"#;

#[handler]
pub fn show(token: Path<String>, authority: Data<&Arc<Authority>>) -> Response {
    match locked(&authority.visits).contains_key(&token.0) {
        true => Html(PAGE).into_response(),
        false => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct Press {
    outcome: Outcome,
}

#[handler]
pub fn press(token: Path<String>, form: Form<Press>, authority: Data<&Arc<Authority>>) -> Response {
    match locked(&authority.visits).get_mut(&token.0) {
        Some(visit) => {
            visit.outcome = form.0.outcome;
            Redirect::see_other(&visit.return_url).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
