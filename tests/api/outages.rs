//! Stores that go away and come back under load: a server that stops, sessions that are ended, a disk
//! that is full. And a service that is told to end.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::command_line::{Served, kongress};
use crate::helpers::cluster::Cluster;
use crate::helpers::crowd::{self, Crowd, Fair, Told, assert_nothing_lost, target};
use crate::helpers::stores::{TestStore, execute};
use crate::helpers::{Store, say_aloud};

fn program(store: &TestStore) -> Command {
    let mut command = kongress(store);
    command
        .env("KONGRESS_RATE_LIMIT", "off")
        .env("KONGRESS_SMTP_URL", "smtp://127.0.0.1:1");
    command
}

/// What is not a 202 is a 503 that says when to come back.
fn assert_honest(told: &[Told]) {
    for one in told {
        let honest = match one.status {
            Some(503) => one.retry_after,
            status => status == Some(202),
        };
        assert!(honest, "{one:?}");
    }
}

/// Waits until a registration is accepted again; how long that took.
async fn until_accepted(address: &str, ticket: &str, prefix: &str) -> Duration {
    let (client, started) = (reqwest::Client::new(), Instant::now());
    for n in 0.. {
        let email = format!("{prefix}{n}@example.org");
        let told = crowd::register(&client, address, ticket, &email).await;
        if told.status == Some(202) {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{told:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    started.elapsed()
}

async fn ready(served: &Served) -> bool {
    let answered = Instant::now();
    let text = served.get_text("/health/ready").await;
    // The figure is 100 ms; a debug build beside other tests gets more.
    assert!(answered.elapsed() < Duration::from_secs(2), "health waits");
    text.contains("\"ready\"")
}

#[actix_web::test]
async fn postgres_stops_for_ten_seconds() {
    let cluster = Cluster::start();
    let store = cluster.store();
    let fair = Fair::open(&store, None).await;
    let served = Served::start(program(&store));
    let crowd = Crowd::start(8, &served.address, &fair.ticket, "before");
    while crowd.accepted() < 50 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    cluster.stop("fast");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!ready(&served).await);
    served.get_text("/health/live").await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    cluster.start_again();
    let back = until_accepted(&served.address, &fair.ticket, "after").await;
    assert!(back < Duration::from_secs(5), "{back:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(ready(&served).await);
    let told = crowd.stop().await;
    assert!(told.iter().any(|one| one.status == Some(503)));
    assert_honest(&told);
    assert_nothing_lost(&store, &told);
}

#[actix_web::test]
async fn postgres_dies_and_recovers() {
    let cluster = Cluster::start();
    let store = cluster.store();
    let fair = Fair::open(&store, None).await;
    let served = Served::start(program(&store));
    let mut all = Vec::new();
    for round in 0..3 {
        let prefix = format!("r{round}n");
        let crowd = Crowd::start(8, &served.address, &fair.ticket, &prefix);
        tokio::time::sleep(Duration::from_millis(500)).await;
        // As a power cut would: nothing is written out, the log is replayed at the start.
        cluster.stop("immediate");
        cluster.start_again();
        let back = until_accepted(&served.address, &fair.ticket, &format!("a{round}n")).await;
        assert!(back < Duration::from_secs(5), "{back:?}");
        all.extend(crowd.stop().await);
    }
    assert_honest(&all);
    assert_nothing_lost(&store, &all);
}

#[actix_web::test]
async fn a_standby_takes_over() {
    let primary = Cluster::start();
    let standby = primary.standby();
    let store = primary.store_with(&standby);
    let fair = Fair::open(&store, None).await;
    let served = Served::start(program(&store));
    let crowd = Crowd::start(8, &served.address, &fair.ticket, "before");
    while crowd.accepted() < 100 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // It never comes back: what is there afterwards is what the standby has.
    primary.stop("immediate");
    standby.promote();
    let back = until_accepted(&served.address, &fair.ticket, "after").await;
    println!("accepted {back:?} after the standby was promoted");
    assert!(back < Duration::from_secs(10), "{back:?}");
    let told = crowd.stop().await;
    assert!(ready(&served).await);
    assert_honest(&told);
    assert_nothing_lost(&store, &told);
}

#[actix_web::test]
async fn every_session_is_terminated() {
    let store = Store::Postgres.create_empty();
    let fair = Fair::open(&store, None).await;
    let served = Served::start(program(&store));
    let crowd = Crowd::start(8, &served.address, &fair.ticket, "n");
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        execute(
            &mut target(&store).connect().unwrap(),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }
    let back = until_accepted(&served.address, &fair.ticket, "after").await;
    assert!(back < Duration::from_secs(5), "{back:?}");
    let told = crowd.stop().await;
    assert_honest(&told);
    assert_nothing_lost(&store, &told);
}

async fn told_to_end_under_load(kind: Store) {
    let store = kind.create_empty();
    let fair = Fair::open(&store, None).await;
    let mut all = Vec::new();
    for round in 0..5 {
        let mut served = Served::start(program(&store));
        let crowd = Crowd::start(16, &served.address, &fair.ticket, &format!("r{round}n"));
        while crowd.accepted() < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        served.signal("TERM");
        let asked = Instant::now();
        let ended = served.child.wait().unwrap();
        assert_eq!(ended.code(), Some(0));
        assert!(asked.elapsed() < Duration::from_secs(10));
        all.extend(crowd.stop().await);
    }
    // Whoever came too late found nobody; whoever was let in was answered.
    for one in all.iter().filter(|one| one.status.is_some()) {
        assert!(matches!(one.status, Some(202 | 503)), "{one:?}");
    }
    assert_nothing_lost(&store, &all);
}

#[actix_web::test]
async fn told_to_end_under_load_on_sqlite() {
    told_to_end_under_load(Store::Sqlite).await;
}

#[actix_web::test]
async fn told_to_end_under_load_on_postgres() {
    told_to_end_under_load(Store::Postgres).await;
}

/// A disk of 8 MiB. Where mounting one is refused, the program's files are limited to 4 MiB instead,
/// which fails its writes in the same way.
struct SmallDisk {
    dir: std::path::PathBuf,
    mounted: bool,
}

impl SmallDisk {
    fn at(dir: &std::path::Path) -> Self {
        let dir = dir.join("disk");
        std::fs::create_dir_all(&dir).unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=8m", "none"])
            .arg(&dir);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        if !mounted {
            say_aloud("the disk is limited by RLIMIT_FSIZE: mounting is refused");
        }
        Self { dir, mounted }
    }

    fn program(&self, store: &TestStore) -> Command {
        let program = program(store);
        if self.mounted {
            return program;
        }
        let mut limited = Command::new("prlimit");
        limited
            .arg("--fsize=4194304")
            .args(["env", "--ignore-signal=XFSZ"]);
        limited.arg(program.get_program()).env_clear();
        limited.envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        limited.env("PATH", "/usr/bin:/bin").current_dir(&store.dir);
        limited
    }

    fn make_larger(&self, served: &Served) {
        let mut command = if self.mounted {
            let mut mount = Command::new("mount");
            mount.args(["-o", "remount,size=64m"]).arg(&self.dir);
            mount
        } else {
            let mut limit = Command::new("prlimit");
            limit
                .arg(format!("--pid={}", served.child.id()))
                .arg("--fsize=unlimited");
            limit
        };
        assert!(command.status().unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if self.mounted {
            drop(Command::new("umount").arg(&self.dir).status());
        }
    }
}

#[actix_web::test]
async fn the_disk_is_full() {
    let outer = Store::Sqlite.create_empty();
    let disk = SmallDisk::at(&outer.dir);
    let store = TestStore {
        url: format!("sqlite:{}", disk.dir.join("kongress.db").display()),
        dir: outer.dir.clone(),
    };
    let fair = Fair::open(&store, None).await;
    let served = Served::start(disk.program(&store));
    let crowd = Crowd::start(8, &served.address, &fair.ticket, "n");
    let client = reqwest::Client::new();
    let full = Instant::now();
    while crowd::register(
        &client,
        &served.address,
        &fair.ticket,
        &format!("x{:?}@example.org", full.elapsed().as_nanos()),
    )
    .await
    .status
        == Some(202)
    {
        assert!(full.elapsed() < Duration::from_mins(2), "it never fills");
    }
    // Reads are still served, and it is told.
    let event = format!("{}/api/v1/events/messe/programme", served.address);
    assert_eq!(reqwest::get(event).await.unwrap().status(), 200);
    served.get_text("/health/live").await;
    disk.make_larger(&served);
    let back = until_accepted(&served.address, &fair.ticket, "after").await;
    assert!(back < Duration::from_secs(10), "{back:?}");
    let told = crowd.stop().await;
    assert!(told.iter().any(|one| one.status == Some(503)));
    assert_honest(&told);
    drop(served);
    assert_nothing_lost(&store, &told);
}

/// Lets system calls of a running program fail, each nth of them, until it is dropped.
struct Saboteur(std::process::Child);

impl Saboteur {
    /// `None`, and a line that says so, where one program may not look into another.
    async fn attach(
        served: &Served,
        calls: &str,
        error: &str,
        dir: &std::path::Path,
    ) -> Option<Self> {
        let said = dir.join(format!("strace-{error}"));
        let mut strace = Command::new("strace");
        strace.args(["-f", "-q", "-e", &format!("trace={calls}")]);
        strace.args(["-e", &format!("inject={calls}:error={error}:when=3+3")]);
        strace.args(["-p", &served.child.id().to_string(), "-o", "/dev/null"]);
        strace.stderr(std::fs::File::create(&said).unwrap());
        let mut child = strace.spawn().expect("tests/run installs strace");
        tokio::time::sleep(Duration::from_millis(500)).await;
        if child.try_wait().unwrap().is_some() {
            let said = std::fs::read_to_string(said).unwrap();
            say_aloud(&format!("the disk did not fail: {}", said.trim()));
            return None;
        }
        Some(Self(child))
    }
}

impl Drop for Saboteur {
    /// By SIGINT, upon which strace lets go of the program.
    fn drop(&mut self) {
        let mut interrupt = Command::new("kill");
        interrupt.args(["-INT", &self.0.id().to_string()]);
        drop(interrupt.status());
        drop(self.0.wait());
    }
}

#[actix_web::test]
async fn the_disk_fails_now_and_then() {
    for (calls, error) in [("fsync,fdatasync", "EIO"), ("pwrite64", "ENOSPC")] {
        let store = Store::Sqlite.create_empty();
        let fair = Fair::open(&store, None).await;
        let served = Served::start(program(&store));
        let crowd = Crowd::start(8, &served.address, &fair.ticket, "n");
        while crowd.accepted() < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let Some(saboteur) = Saboteur::attach(&served, calls, error, &store.dir).await else {
            return;
        };
        tokio::time::sleep(Duration::from_secs(3)).await;
        // Reads are still served.
        let event = format!("{}/api/v1/events/messe/programme", served.address);
        assert_eq!(reqwest::get(event).await.unwrap().status(), 200);
        drop(saboteur);
        let back = until_accepted(&served.address, &fair.ticket, "after").await;
        assert!(back < Duration::from_secs(10), "{error}: {back:?}");
        let told = crowd.stop().await;
        assert!(told.iter().any(|one| one.status == Some(503)), "{error}");
        assert_honest(&told);
        assert!(ready(&served).await);
        drop(served);
        assert_nothing_lost(&store, &told);
    }
}
