//! Both stores have the same tables, every migration goes up and down, and no store is opened twice.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use kongress::db::{Conn, ServeLock, Target, migrate};

use crate::helpers::Store;
use crate::helpers::stores::execute;

#[derive(Debug, QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

#[derive(Debug, QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    columns: String,
}

// Virtual tables, which are SQLite's full-text index, and their shadows are no tables of ours.
const SQLITE_COLUMNS: &str = "SELECT m.name AS table_name, c.name AS name, c.\"notnull\" = 0 AS nullable \
    FROM pragma_table_list m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text AS name, is_nullable = 'YES' AS nullable \
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";
const SQLITE_KEYS: &str = "SELECT m.name AS table_name, (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY name)) AS columns \
    FROM pragma_table_list m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.\"unique\" = 1 AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
const POSTGRES_KEYS: &str = "SELECT t.relname::text AS table_name, (SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY(i.indkey)) AS columns \
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
    WHERE i.indisunique AND n.nspname = 'public' AND t.relname NOT LIKE '\\_\\_%'";

fn shape(conn: &mut Conn) -> (BTreeMap<String, bool>, Vec<String>) {
    let (columns, keys) = match conn {
        Conn::Sqlite(c) => (
            diesel::sql_query(SQLITE_COLUMNS).load::<Column>(c).unwrap(),
            diesel::sql_query(SQLITE_KEYS).load::<Key>(c).unwrap(),
        ),
        Conn::Pg(c) => (
            diesel::sql_query(POSTGRES_COLUMNS)
                .load::<Column>(c)
                .unwrap(),
            diesel::sql_query(POSTGRES_KEYS).load::<Key>(c).unwrap(),
        ),
    };
    let columns = columns
        .into_iter()
        .map(|c| (format!("{}.{}", c.table_name, c.name), c.nullable))
        .collect();
    let mut keys: Vec<String> = keys
        .into_iter()
        .map(|k| format!("{} ({})", k.table_name, k.columns))
        .collect();
    keys.sort();
    (columns, keys)
}

fn migrated(store: Store) -> (crate::helpers::stores::TestStore, Conn) {
    let store = store.create();
    let conn = Target::parse(&store.url).unwrap().connect().unwrap();
    (store, conn)
}

#[test]
fn both_stores_have_the_same_tables_columns_and_keys() {
    let (_sqlite, mut sqlite) = migrated(Store::Sqlite);
    let (_postgres, mut postgres) = migrated(Store::Postgres);
    let (sqlite, postgres) = (shape(&mut sqlite), shape(&mut postgres));
    assert!(sqlite.0.len() > 100, "{}", sqlite.0.len());
    assert_eq!(sqlite.0, postgres.0);
    assert_eq!(sqlite.1, postgres.1);
}

#[test]
fn every_migration_goes_down_and_up_again() {
    for kind in [Store::Sqlite, Store::Postgres] {
        let (store, mut conn) = migrated(kind);
        let before = shape(&mut conn);
        assert!(migrate::revert_all(&mut conn).unwrap() >= 6);
        assert_eq!(shape(&mut conn).0.len(), 0, "{kind:?}");
        assert!(migrate::run(&Target::parse(&store.url).unwrap()).unwrap() >= 6);
        assert_eq!(shape(&mut conn), before);
    }
}

#[test]
fn many_instances_migrate_at_once() {
    for kind in [Store::Sqlite, Store::Postgres] {
        let store = kind.create_empty();
        let target = Target::parse(&store.url).unwrap();
        let ran: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| migrate::run(&target).unwrap()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        let count = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite"))
            .unwrap()
            .count();
        assert_eq!(ran, count, "{kind:?}: each ran once");
    }
}

#[test]
fn a_store_of_a_newer_version_is_refused() {
    for kind in [Store::Sqlite, Store::Postgres] {
        let (store, mut conn) = migrated(kind);
        execute(
            &mut conn,
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')",
        );
        let error = migrate::run(&Target::parse(&store.url).unwrap())
            .unwrap_err()
            .to_string();
        assert!(error.contains("newer version"), "{error}");
    }
}

#[test]
fn one_serve_per_sqlite_file() {
    let (store, _conn) = migrated(Store::Sqlite);
    let target = Target::parse(&store.url).unwrap();
    let first = ServeLock::take(&target).unwrap();
    assert!(
        ServeLock::take(&target)
            .unwrap_err()
            .to_string()
            .contains("another serve")
    );
    drop(first);
    ServeLock::take(&target).unwrap();
}

#[test]
fn postgres_is_reached_over_tls_with_a_checked_certificate() {
    let authority = crate::helpers::stores::postgres_authority();
    let url = crate::helpers::stores::postgres_url("postgres").replace("127.0.0.1", "localhost");
    let checked = Target::Postgres(format!("{url}?sslmode=verify-full&sslrootcert={authority}"));
    let mut conn = checked.connect().unwrap();
    let Conn::Pg(c) = &mut conn else {
        panic!("not PostgreSQL")
    };
    let encrypted: bool = diesel::select(diesel::dsl::sql::<Bool>(
        "(SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())",
    ))
    .get_result(c)
    .unwrap();
    assert!(encrypted);
    let unknown = Target::Postgres(format!(
        "{url}?sslmode=verify-full&sslrootcert={}",
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")
    ));
    assert!(unknown.connect().is_err());
}
