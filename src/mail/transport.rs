//! Where written mails go: to a mail server, or without one into files.

use std::path::{Path, PathBuf};

use lettre::Address;

use super::smtp::Smtp;
use crate::config::Config;

/// A mail that is ready to go.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Whom it says it is from, also to the mail server.
    pub from: Address,
    /// The one recipient.
    pub to: Address,
    /// The whole message (RFC 5322).
    pub bytes: Vec<u8>,
    /// The name it has as a file: sortable by time, the same for every copy.
    pub file_name: String,
}

/// What came of handing over one mail. The text is the mail server's reply, or the cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Taken.
    Accepted(String),
    /// Not now, for this recipient (4xx).
    Deferred(String),
    /// Never, for this recipient (5xx).
    Rejected(String),
    /// The connection broke while the message went over; it may have arrived.
    Interrupted(String),
    /// No fault of this mail: refused connection, DNS, TLS, sign-in, 421, silence.
    Unreachable(String),
    /// The mail could not be written at all.
    Unwritable(String),
}

impl Outcome {
    /// The mail server's reply, or the cause.
    #[must_use]
    pub fn reply(&self) -> &str {
        match self {
            Self::Accepted(reply)
            | Self::Deferred(reply)
            | Self::Rejected(reply)
            | Self::Interrupted(reply)
            | Self::Unreachable(reply)
            | Self::Unwritable(reply) => reply,
        }
    }
}

/// Takes mails off our hands.
#[derive(Debug)]
pub enum Mailer {
    /// To a mail server.
    Smtp(Box<Smtp>),
    /// Into `.eml` files in this folder.
    Files(PathBuf),
}

impl Mailer {
    /// The one that the configuration names.
    ///
    /// # Errors
    /// What is wrong with the SMTP URL.
    pub fn of(config: &Config) -> Result<Self, String> {
        match &config.smtp_url {
            Some(url) => Ok(Self::Smtp(Box::new(Smtp::parse(url)?))),
            None => Ok(Self::Files(config.mail_dir.clone())),
        }
    }

    /// Hands over one mail; never takes longer than a minute.
    pub async fn send(&self, letter: Letter) -> Outcome {
        match self {
            Self::Smtp(smtp) => smtp.send(&letter).await,
            Self::Files(folder) => {
                let folder = folder.clone();
                let written =
                    tokio::task::spawn_blocking(move || write_file(&folder, &letter)).await;
                match written {
                    Ok(Ok(())) => Outcome::Accepted("written to a file".into()),
                    Ok(Err(error)) => Outcome::Unreachable(format!("no file was written: {error}")),
                    Err(error) => Outcome::Unreachable(error.to_string()),
                }
            }
        }
    }

    /// Lets go of connections that no mail needed for a while.
    pub fn tidy(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.tidy();
        }
    }

    /// Deletes the files of mails that must not be read any more. What has gone to a mail server is
    /// out of our hands.
    ///
    /// # Errors
    /// Why one of them is still there.
    pub async fn forget(&self, files: Vec<String>) -> std::io::Result<()> {
        let Self::Files(folder) = self else {
            return Ok(());
        };
        let folder = folder.clone();
        let deleting = tokio::task::spawn_blocking(move || {
            files.iter().try_for_each(|name| delete(&folder.join(name)))
        });
        deleting.await.map_err(std::io::Error::other)?
    }

    /// Connects and signs in, and no more.
    ///
    /// # Errors
    /// Why no mail could be sent now.
    pub async fn probe(&self) -> Result<(), String> {
        match self {
            Self::Smtp(smtp) => smtp.probe().await,
            Self::Files(folder) => std::fs::create_dir_all(folder)
                .map_err(|error| format!("{}: {error}", folder.display())),
        }
    }
}

/// Writes beside the place and moves it there, so that a file is whole or not there.
fn write_file(folder: &Path, letter: &Letter) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".{}.part", letter.file_name));
    std::fs::write(&draft, &letter.bytes)?;
    std::fs::rename(draft, folder.join(&letter.file_name))
}

/// Deletes a file that need not be there.
fn delete(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Checks what `KONGRESS_SMTP_URL` says.
///
/// # Errors
/// What is accepted.
pub fn check_url(url: &str) -> Result<(), String> {
    Smtp::parse(url).map(|_| ())
}
