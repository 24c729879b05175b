//! What a store went through: triggers write down every change of seats, in the order of the commits.
//!
//! Whoever moves seats has the counter's row to themselves until the commit, so what two transactions write
//! down here never mingles.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};
use kongress::db::{Db, DbError};
use kongress::per_backend;

use super::stores::execute;
use super::{Store, TestApp};

/// One change.
#[derive(Debug, Clone, QueryableByName)]
pub struct Entry {
    /// `registration`, `quota`, or the kind of a mail.
    #[diesel(sql_type = Text)]
    pub what: String,
    /// The address of the registration, or of the mail.
    #[diesel(sql_type = Text)]
    pub who: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Bool)]
    pub holds: bool,
    /// What the counter of the quota says from now on.
    #[diesel(sql_type = Integer)]
    pub held: i32,
}

const SQLITE: &str = "
CREATE TABLE journal (
    at INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, who TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '', holds INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0
);
CREATE TRIGGER journal_made AFTER INSERT ON registrations BEGIN
    INSERT INTO journal (what, who, state, holds) VALUES ('registration', NEW.contact_email, NEW.state, NEW.holds_seats);
END;
CREATE TRIGGER journal_changed AFTER UPDATE ON registrations
WHEN OLD.state <> NEW.state OR OLD.holds_seats <> NEW.holds_seats BEGIN
    INSERT INTO journal (what, who, state, holds) VALUES ('registration', NEW.contact_email, NEW.state, NEW.holds_seats);
END;
CREATE TRIGGER journal_counted AFTER UPDATE ON quotas WHEN OLD.held <> NEW.held BEGIN
    INSERT INTO journal (what, held) VALUES ('quota', NEW.held);
END;
CREATE TRIGGER journal_mailed AFTER INSERT ON emails BEGIN
    INSERT INTO journal (what, who) VALUES (NEW.kind, NEW.to_address);
END;";

const POSTGRES: &str = "
CREATE TABLE journal (
    at BIGSERIAL PRIMARY KEY, what TEXT NOT NULL, who TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '', holds BOOLEAN NOT NULL DEFAULT false, held INTEGER NOT NULL DEFAULT 0
);
CREATE FUNCTION journal_registration() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO journal (what, who, state, holds) VALUES ('registration', NEW.contact_email, NEW.state, NEW.holds_seats);
    RETURN NULL;
END $$;
CREATE FUNCTION journal_quota() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO journal (what, held) VALUES ('quota', NEW.held);
    RETURN NULL;
END $$;
CREATE FUNCTION journal_mail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO journal (what, who) VALUES (NEW.kind, NEW.to_address);
    RETURN NULL;
END $$;
CREATE TRIGGER journal_made AFTER INSERT ON registrations FOR EACH ROW EXECUTE FUNCTION journal_registration();
CREATE TRIGGER journal_changed AFTER UPDATE ON registrations FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR OLD.holds_seats <> NEW.holds_seats) EXECUTE FUNCTION journal_registration();
CREATE TRIGGER journal_counted AFTER UPDATE ON quotas FOR EACH ROW
    WHEN (OLD.held <> NEW.held) EXECUTE FUNCTION journal_quota();
CREATE TRIGGER journal_mailed AFTER INSERT ON emails FOR EACH ROW EXECUTE FUNCTION journal_mail();";

/// Begins to write down.
pub fn keep(app: &TestApp) {
    let sql = match app.store.kind() {
        Store::Sqlite => SQLITE,
        Store::Postgres => POSTGRES,
    };
    execute(&mut app.state.config.target.connect().unwrap(), sql);
}

/// Everything since then.
pub fn read(app: &TestApp) -> Vec<Entry> {
    Db::write_once::<_, DbError>(&app.state.config.target, |conn| {
        const ALL: &str = "SELECT what, who, state, holds, held FROM journal ORDER BY at";
        Ok(per_backend!(conn, c => diesel::sql_query(ALL).load(c))?)
    })
    .unwrap()
}
