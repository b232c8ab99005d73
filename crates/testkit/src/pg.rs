//! The PostgreSQL server that `cargo xtask ci` (or `cargo xtask pg`) started for the tests.

/// The address of the server, with a role that may create databases; `None` when there is none, and then the test says so and passes.
///
/// # Panics
/// When `SHIYAN_REQUIRE_PG=1` and there is no server: `cargo xtask ci` promises one, and a promise that is not kept is a failure, not a skip.
#[must_use]
pub fn pg_url() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok();
    chosen(variable("SHIYAN_TEST_PG"), variable("SHIYAN_REQUIRE_PG"))
}

fn chosen(url: Option<String>, require: Option<String>) -> Option<String> {
    let url = url.filter(|url| !url.is_empty());
    assert!(url.is_some() || require.as_deref() != Some("1"), "SHIYAN_REQUIRE_PG=1, but SHIYAN_TEST_PG names no server");
    url
}

#[cfg(test)]
mod tests {
    use super::chosen;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_named_server_is_used_and_none_is_needed_by_default() {
        assert_eq!(chosen(some("postgres://x"), some("1")), some("postgres://x"));
        assert_eq!(chosen(None, None), None);
        assert_eq!(chosen(some(""), some("0")), None);
    }

    #[test]
    #[should_panic(expected = "SHIYAN_REQUIRE_PG=1")]
    fn a_required_server_that_is_missing_fails_the_test() {
        let _ = chosen(None, some("1"));
    }
}
