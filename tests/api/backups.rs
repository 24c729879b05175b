//! `kongress backup` of a store that is written to all the time.

use std::process::Output;
use std::time::Duration;

use kongress::db::{Db, DbError};

use crate::command_line::{Served, kongress};
use crate::helpers::Store;
use crate::helpers::crowd::{Crowd, Fair, Told, assert_nothing_lost, target};
use crate::helpers::stores::{TestStore, unique};

fn backup(store: &TestStore, file: &str) -> Output {
    let mut command = kongress(store);
    // pg_dump is looked for where programs are.
    command.env("PATH", "/usr/bin:/bin");
    command.args(["backup", file]).output().unwrap()
}

fn accepted_before(told: &[Told], moment: std::time::Instant) -> Vec<Told> {
    let before = told.iter().filter(|one| one.at < moment);
    before.cloned().collect()
}

/// Restores a copy as the manual says, as a store of its own.
fn restore(kind: Store, dir: &std::path::Path, file: &str) -> TestStore {
    let restored = dir.join(unique());
    std::fs::create_dir_all(&restored).unwrap();
    let copy = dir.join(file);
    if kind == Store::Sqlite {
        let path = restored.join("kongress.db");
        std::fs::copy(copy, &path).unwrap();
        let url = format!("sqlite:{}", path.display());
        return TestStore { url, dir: restored };
    }
    let store = Store::Postgres.create_empty();
    let output = std::process::Command::new("pg_restore")
        .args(["--no-owner", &format!("--dbname={}", store.url)])
        .arg(copy)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    store
}

async fn copied_under_load(kind: Store) {
    let store = kind.create_empty();
    let fair = Fair::open(&store, None).await;
    let mut command = kongress(&store);
    command
        .env("KONGRESS_RATE_LIMIT", "off")
        .env("KONGRESS_SMTP_URL", "smtp://127.0.0.1:1");
    let served = Served::start(command);
    let crowd = Crowd::start(8, &served.address, &fair.ticket, "n");
    let mut moments = Vec::new();
    for n in 0..5 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        moments.push(std::time::Instant::now());
        let made = backup(&store, &format!("copy{n}"));
        assert!(made.status.success(), "{made:?}");
    }
    let told = crowd.stop().await;
    for (n, moment) in moments.into_iter().enumerate() {
        // What was answered before the copy began is in it, and what is in it hangs together.
        let copy = restore(kind, &store.dir, &format!("copy{n}"));
        assert_nothing_lost(&copy, &accepted_before(&told, moment));
        let checked = kongress(&copy).arg("check").output().unwrap();
        assert!(checked.status.success(), "{checked:?}");
    }
    // A copy never takes the place of a file.
    let again = backup(&store, "copy0");
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(said.contains("copy0: is there already"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(!store.dir.join("copy0.partial").exists());
}

#[actix_web::test]
async fn under_load_on_sqlite() {
    copied_under_load(Store::Sqlite).await;
}

#[actix_web::test]
async fn under_load_on_postgres() {
    copied_under_load(Store::Postgres).await;
}

#[test]
fn what_can_not_be_copied_is_told_in_a_line() {
    let store = Store::Sqlite.create_empty();
    let told = |output: Output| {
        assert!(!output.status.success());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        said
    };
    assert!(told(backup(&store, "copy")).contains("there is no such store"));
    let made = Db::write_once::<_, DbError>(&target(&store), |_| Ok(()));
    made.unwrap();
    assert!(told(backup(&store, "no/such/folder/copy")).contains("unable to open database"));
    assert!(backup(&store, "copy").status.success());
    let nowhere = TestStore {
        url: "postgres://nobody@127.0.0.1:1/nothing".into(),
        dir: store.dir.join("nowhere"),
    };
    std::fs::create_dir_all(&nowhere.dir).unwrap();
    assert!(told(backup(&nowhere, "copy")).contains("pg_dump"));
}
