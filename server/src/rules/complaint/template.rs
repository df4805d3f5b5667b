//! Words that handlers use again: `{{name}}` stands for something about the complaint.

/// What can stand between braces.
pub const VARIABLES: [&str; 6] = ["number", "kind", "name", "received", "due", "handler"];

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// There is no such variable.
    #[error("there is no variable {0:?}")]
    Unknown(String),
    /// `{{` without `}}`.
    #[error("a brace is not closed")]
    Open,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
}

/// Checks a template.
///
/// # Errors
/// [`Invalid`].
pub fn check(template: &str) -> Result<(), Invalid> {
    pieces(template).map(drop)
}

/// The template with `value` of each variable in its place. A value is put in as it is: braces in it mean nothing.
///
/// # Errors
/// [`Invalid`].
pub fn render(template: &str, value: impl Fn(&str) -> String) -> Result<String, Invalid> {
    let put = |piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Variable(name) => value(name),
    };
    Ok(pieces(template)?.into_iter().map(put).collect())
}

fn pieces(template: &str) -> Result<Vec<Piece<'_>>, Invalid> {
    let (mut pieces, mut rest) = (Vec::new(), template);
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or(Invalid::Open)?;
        let name = name.trim();
        if !VARIABLES.contains(&name) {
            return Err(Invalid::Unknown(name.to_owned()));
        }
        pieces.extend([Piece::Text(before), Piece::Variable(name)]);
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_once() {
        let value = |name: &str| if name == "name" { "{{number}}".into() } else { "C1".into() };
        assert_eq!(
            render("{{name}}您好，投诉 {{ number }}。", value),
            Ok("{{number}}您好，投诉 C1。".into())
        );
    }

    #[test]
    fn what_cannot_be_put_in_is_said() {
        assert_eq!(check("{{phone}}"), Err(Invalid::Unknown("phone".into())));
        assert_eq!(check("{{name"), Err(Invalid::Open));
        assert_eq!(check("} } {"), Ok(()));
    }
}
