//! Patterns of LIKE that mean what the client wrote.

/// The pattern of texts that contain this one, for `LIKE ? ESCAPE '!'`: what is a wildcard to LIKE is a letter like any other here.
#[must_use]
pub fn containing(text: &str) -> String {
    let literal: String = text.chars().flat_map(|c| ['%', '_', '!'].contains(&c).then_some('!').into_iter().chain([c])).collect();
    format!("%{literal}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_letters() {
        assert_eq!(containing("50%_off!"), "%50!%!_off!!%");
    }
}
