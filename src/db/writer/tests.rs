use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::super::{Db, Failure};
use super::*;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    n: i32,
}

/// A store of its own with one table, and the folder it is in.
fn store() -> (Db, std::path::PathBuf) {
    let dir = std::env::temp_dir().join(crate::clock::new_id::<()>().to_string());
    let target = Target::Sqlite(dir.join("t.db"));
    let mut conn = target.connect().unwrap();
    super::super::batch(&mut conn, "CREATE TABLE t (n INTEGER PRIMARY KEY NOT NULL)").unwrap();
    (Db::open(&target, 64).unwrap(), dir)
}

fn insert(conn: &mut Conn, n: i32) -> Result<i32, DbError> {
    let sql = diesel::sql_query("INSERT INTO t (n) VALUES (?)").bind::<Integer, _>(n);
    crate::per_backend!(conn, c => sql.execute(c))?;
    Ok(n)
}

async fn stored(db: &Db) -> Vec<i32> {
    let rows: Result<Vec<Row>, DbError> = db
        .read(|conn| {
            Ok(crate::per_backend!(conn, c => diesel::sql_query("SELECT n FROM t ORDER BY n").load(c))?)
        })
        .await;
    rows.unwrap().into_iter().map(|row| row.n).collect()
}

/// Keeps the writer busy, so that what is queued meanwhile shares a transaction.
fn hold(db: &Db) -> std::sync::mpsc::Sender<()> {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let db = db.clone();
    tokio::spawn(async move {
        db.write(move |_| {
            drop(held.lock().map(|held| held.recv()));
            Ok::<_, DbError>(())
        })
        .await
    });
    release
}

/// Runs these while the writer is held, so that they become one batch.
async fn together<T, E, F>(db: &Db, writes: Vec<F>) -> Vec<Result<T, E>>
where
    T: Send + 'static,
    E: Failure,
    F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
{
    let release = hold(db);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let before = db.generation();
    let all: Vec<_> = writes
        .into_iter()
        .map(|write| {
            let db = db.clone();
            tokio::spawn(async move { db.write(write).await })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(db.generation(), before, "nothing is committed meanwhile");
    release.send(()).unwrap();
    let mut results = Vec::new();
    for one in all {
        results.push(one.await.unwrap());
    }
    results
}

#[tokio::test]
async fn what_waits_together_shares_a_commit() {
    let (db, dir) = store();
    let before = db.generation();
    let writes = (1..=40)
        .map(|n| move |conn: &mut Conn| insert(conn, n))
        .collect();
    let results: Vec<Result<i32, DbError>> = together(&db, writes).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(stored(&db).await.len(), 40);
    let commits = db.generation() - before;
    assert!(commits < 10, "{commits} commits");
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn a_refusal_and_a_bad_statement_take_only_their_own_back() {
    let (db, dir) = store();
    let writes = (1..=9)
        .map(|n| {
            move |conn: &mut Conn| {
                insert(conn, n)?;
                match n {
                    // The first of its transaction, and one behind it.
                    1 | 3 => Err(DbError::LockTimeout),
                    // The key is there already.
                    5 => insert(conn, 2),
                    _ => Ok(n),
                }
            }
        })
        .collect();
    let results: Vec<Result<i32, DbError>> = together(&db, writes).await;
    assert!(matches!(results[0], Err(DbError::LockTimeout)));
    assert!(matches!(results[2], Err(DbError::LockTimeout)));
    assert!(matches!(results[4], Err(DbError::Unique)));
    assert_eq!(stored(&db).await, [2, 4, 6, 7, 8, 9]);
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn a_panic_hurts_nobody_else() {
    let (db, dir) = store();
    let writes = (1..=9)
        .map(|n| {
            move |conn: &mut Conn| {
                insert(conn, n)?;
                assert!(n != 4, "on purpose");
                Ok(n)
            }
        })
        .collect();
    let results: Vec<Result<i32, DbError>> = together(&db, writes).await;
    assert!(matches!(results[3], Err(DbError::Panicked(_))));
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 8);
    assert_eq!(stored(&db).await, [1, 2, 3, 5, 6, 7, 8, 9]);
    // And the writer goes on.
    db.write(|conn| insert(conn, 4)).await.unwrap();
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn a_commit_that_fails_is_answered_to_nobody_as_done() {
    let (db, dir) = store();
    // A foreign key that is looked at only when the transaction commits.
    db.write(|conn| {
        super::super::batch(
            conn,
            "CREATE TABLE u (n INTEGER NOT NULL REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)",
        )
    })
    .await
    .unwrap();
    let writes = (1..=9)
        .map(|n| {
            move |conn: &mut Conn| {
                insert(conn, n)?;
                if n == 6 {
                    super::super::batch(conn, "INSERT INTO u (n) VALUES (1000)")?;
                }
                Ok(n)
            }
        })
        .collect();
    let results: Vec<Result<i32, DbError>> = together(&db, writes).await;
    assert!(matches!(results[5], Err(DbError::Reference)), "{results:?}");
    assert_eq!(stored(&db).await, [1, 2, 3, 4, 5, 7, 8, 9]);
    std::fs::remove_dir_all(dir).unwrap();
}

/// Rows in the file alone, without what its log holds; none while the table is in the log, too.
fn written_back(dir: &std::path::Path) -> i32 {
    let copy = dir.join("copy.db");
    std::fs::copy(dir.join("t.db"), &copy).unwrap();
    let mut conn = Target::Sqlite(copy).connect().unwrap();
    let sql = diesel::sql_query("SELECT count(*) AS n FROM t");
    let count: diesel::QueryResult<Row> = crate::per_backend!(&mut conn, c => sql.get_result(c));
    count.map_or(0, |count| count.n)
}

#[tokio::test]
async fn the_log_is_written_back_while_the_writer_goes_on() {
    let (db, dir) = store();
    // Some twenty pages: a commit would let a thousand times as many wait.
    let most = i32::try_from(WRITE_BACK_AFTER).unwrap();
    db.write(move |conn| (0..most).try_for_each(|n| insert(conn, n).map(drop)))
        .await
        .unwrap();
    let mut looks = 0;
    while written_back(&dir) < most {
        looks += 1;
        assert!(looks < 500, "nobody writes it back");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    db.write(move |conn| insert(conn, most)).await.unwrap();
    std::fs::remove_dir_all(dir).unwrap();
}
