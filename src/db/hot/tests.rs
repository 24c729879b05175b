use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::*;

static BATCHES: AtomicUsize = AtomicUsize::new(0);

/// Inserts a number; 13 panics, and a number that is there fails the whole batch.
struct Number(i32);

impl Hot for Number {
    type Answer = i32;

    fn run_batch(tx: &mut Conn, commands: &[Self]) -> Result<Vec<i32>, DbError> {
        BATCHES.fetch_add(1, Ordering::Relaxed);
        for Number(n) in commands {
            assert!(*n != 13, "on purpose");
            let sql = diesel::sql_query("INSERT INTO t (n) VALUES (?)").bind::<Integer, _>(*n);
            crate::per_backend!(tx, c => sql.execute(c))?;
        }
        std::thread::sleep(Duration::from_millis(20));
        Ok(commands.iter().map(|Number(n)| *n).collect())
    }
}

fn open() -> (Arc<Submit<Number>>, std::path::PathBuf) {
    let dir = std::env::temp_dir().join(crate::clock::new_id::<()>().to_string());
    let target = Target::Sqlite(dir.join("t.db"));
    let mut conn = target.connect().unwrap();
    super::super::batch(&mut conn, "CREATE TABLE t (n INTEGER PRIMARY KEY NOT NULL)").unwrap();
    let db = Db::open(&target, 64).unwrap();
    (Arc::new(Submit::open(&db).unwrap()), dir)
}

async fn submit_all(door: &Arc<Submit<Number>>, numbers: &[i32]) -> Vec<Result<i32, DbError>> {
    let all: Vec<_> = numbers
        .iter()
        .map(|n| {
            let (door, n) = (Arc::clone(door), *n);
            tokio::spawn(async move { door.submit(Number(n)).await })
        })
        .collect();
    let mut results = Vec::new();
    for one in all {
        results.push(one.await.unwrap());
    }
    results
}

#[tokio::test]
async fn a_crowd_becomes_few_batches_and_a_bad_command_hurts_itself_only() {
    let (door, dir) = open();
    let before = BATCHES.load(Ordering::Relaxed);
    let numbers: Vec<i32> = (100..160).collect();
    let results = submit_all(&door, &numbers).await;
    let answered: Vec<i32> = results.into_iter().map(Result::unwrap).collect();
    assert_eq!(answered, numbers, "each has its own answer");
    let batches = BATCHES.load(Ordering::Relaxed) - before;
    assert!(batches < 20, "{batches} batches for 60 commands");

    let results = submit_all(&door, &[1, 2, 13, 100, 3]).await;
    assert!(
        matches!(results[2], Err(DbError::Panicked(_))),
        "{results:?}"
    );
    assert!(matches!(results[3], Err(DbError::Unique)), "{results:?}");
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn too_many_are_told_at_once() {
    let (queue, waiting) = sync_channel(1);
    let door: Submit<Number> = Submit { queue };
    let first = door.submit(Number(1));
    let mut first = std::pin::pin!(first);
    // Queued, and nobody works.
    let soon = tokio::time::timeout(Duration::from_millis(10), first.as_mut()).await;
    assert!(soon.is_err());
    assert!(matches!(door.submit(Number(2)).await, Err(DbError::Busy)));
    drop(waiting);
    assert!(matches!(first.await, Err(DbError::Unavailable(_))));
    assert!(matches!(
        door.submit(Number(3)).await,
        Err(DbError::Unavailable(_))
    ));
}
