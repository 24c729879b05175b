//! A store of its own for every test: a copy of a migrated template.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use kongress::db::{Conn, Target, migrate};
use kongress::per_backend;

/// Which store a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    Sqlite,
    Postgres,
}

/// A store that is thrown away.
pub struct TestStore {
    pub url: String,
    /// The folder of this test; removed at its end.
    pub dir: PathBuf,
}

impl TestStore {
    pub fn kind(&self) -> Store {
        if self.url.starts_with("sqlite:") {
            Store::Sqlite
        } else {
            Store::Postgres
        }
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.dir));
    }
}

/// A new id that no other test has.
pub fn unique() -> String {
    kongress::clock::new_id::<()>().uuid().simple().to_string()
}

pub fn execute(conn: &mut Conn, sql: &str) {
    use diesel::connection::SimpleConnection;
    per_backend!(conn, c => c.batch_execute(sql)).expect(sql);
}

impl Store {
    /// A fresh, migrated store.
    pub fn create(self) -> TestStore {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(unique());
        std::fs::create_dir_all(&dir).unwrap();
        let url = match self {
            Self::Sqlite => {
                let path = dir.join("kongress.db");
                std::fs::copy(sqlite_template(), &path).unwrap();
                format!("sqlite:{}", path.display())
            }
            Self::Postgres => {
                let name = format!("t_{}", unique());
                copy_database(&name, postgres_template());
                postgres_url(&name)
            }
        };
        TestStore { url, dir }
    }

    /// A store that nothing has been done to yet.
    pub fn create_empty(self) -> TestStore {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(unique());
        std::fs::create_dir_all(&dir).unwrap();
        let url = match self {
            Self::Sqlite => format!("sqlite:{}", dir.join("kongress.db").display()),
            Self::Postgres => {
                let name = format!("t_{}", unique());
                copy_database(&name, "template0");
                postgres_url(&name)
            }
        };
        TestStore { url, dir }
    }
}

fn sqlite_template() -> &'static PathBuf {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let path =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("template-{}.db", unique()));
        let target = Target::Sqlite(path.clone());
        migrate::run(&target).unwrap();
        // Everything into the one file that is copied.
        execute(
            &mut target.connect().unwrap(),
            "PRAGMA wal_checkpoint(TRUNCATE)",
        );
        path
    })
}

/// The server that `tests/run` started.
#[expect(
    clippy::disallowed_methods,
    reason = "tests/run speaks through the environment"
)]
pub fn postgres_server() -> String {
    std::env::var("KONGRESS_TEST_POSTGRES").expect(
        "these tests need PostgreSQL: run ./tests/run, or ./tests/run services and export what it prints",
    )
}

/// The file with the authority that signed the server's certificate.
#[expect(
    clippy::disallowed_methods,
    reason = "tests/run speaks through the environment"
)]
pub fn postgres_authority() -> String {
    std::env::var("KONGRESS_TEST_POSTGRES_CA").expect("these tests need what ./tests/run exports")
}

pub fn postgres_url(database: &str) -> String {
    let server = postgres_server();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{database}")
}

fn postgres_template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("template_{}", unique());
        copy_database(&name, "template0");
        migrate::run(&Target::Postgres(postgres_url(&name))).unwrap();
        name
    })
}

fn copy_database(name: &str, template: &str) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut conn = Target::Postgres(postgres_server()).connect().unwrap();
    execute(
        &mut conn,
        &format!("CREATE DATABASE {name} TEMPLATE {template}"),
    );
}
