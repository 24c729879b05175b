//! `kongress check`: what is wrong, and how to mend it.

use super::CliError;
use crate::config::Settings;
use crate::db::migrate;
use crate::mail::transport::Mailer;

pub fn run(settings: &Settings) -> Result<(), CliError> {
    let config = settings.check()?;
    println!("configuration: good");
    let mut conn = config
        .target
        .connect()
        .map_err(|error| format!("store: {error}; check DATABASE_URL"))?;
    let versions = migrate::versions(&mut conn)?;
    if !versions.unknown.is_empty() {
        return Err("store: made by a newer version of kongress; use that version".into());
    }
    if !versions.pending.is_empty() {
        return Err(format!(
            "store: {} migrations have not run; run kongress migrate",
            versions.pending.len()
        )
        .into());
    }
    println!("store: good ({})", config.target);
    let findings = crate::registrations::integrity(&mut conn)
        .map_err(|error| format!("integrity: could not be checked: {error}"))?;
    if !findings.is_empty() {
        return Err(format!(
            "integrity: {}. The rows are what holds: take a copy with kongress backup, stop the service, and set \
             the counters and claims that are named to what the rows say",
            findings.join("; ")
        )
        .into());
    }
    println!("integrity: good");
    let mailer = Mailer::of(&config).map_err(|error| format!("KONGRESS_SMTP_URL: {error}"))?;
    actix_web::rt::System::new()
        .block_on(mailer.probe())
        .map_err(|error| format!("mail: {error}; check KONGRESS_SMTP_URL"))?;
    println!("mail: good");
    Ok(())
}
