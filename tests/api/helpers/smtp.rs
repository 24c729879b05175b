//! A real SMTP server, which goes away with the test.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::mail::Mail;
use super::stores::unique;

pub struct SmtpServer {
    child: Child,
    pub port: u16,
    dir: PathBuf,
}

/// What `tests/run` exports.
#[expect(
    clippy::disallowed_methods,
    reason = "tests/run speaks through the environment"
)]
pub fn exported(name: &str) -> String {
    std::env::var(name).expect("run ./tests/run, or export what ./tests/run services prints")
}

/// The Python of `tests/run`.
pub fn python() -> String {
    exported("KONGRESS_TEST_PYTHON")
}

/// A port that nobody listens on now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl SmtpServer {
    /// On any port, with these faults.
    pub fn start(faults: &[&str]) -> Self {
        Self::start_on(0, faults)
    }

    pub fn start_on(port: u16, faults: &[&str]) -> Self {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("smtp-{}", unique()));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/smtp_server.py");
        let mut child = Command::new(python())
            .arg(script)
            .args(["--port", &port.to_string(), "--out"])
            .arg(&dir)
            .args(faults)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line
            .trim()
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .expect(&line);
        Self { child, port, dir }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// What it has taken, in order.
    pub fn mails(&self) -> Vec<Mail> {
        Mail::all_in(&self.dir)
    }

    /// Waits until it has taken so many.
    pub async fn wait_for(&self, count: usize, seconds: u32) -> Vec<Mail> {
        for _ in 0..seconds * 20 {
            let mails = self.mails();
            if mails.len() >= count {
                return mails;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!(
            "{} of {count} mails came within {seconds} s",
            self.mails().len()
        );
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.dir));
    }
}
