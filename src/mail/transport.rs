//! Mail transport.
/// Checks.
///
/// # Errors
/// No.
pub fn check_url(url: &str) -> Result<(), String> {
    if url.starts_with("smtp") {
        Ok(())
    } else {
        Err("is smtp://host:port, smtp+starttls://user:pass@host:port or smtps://…".into())
    }
}
