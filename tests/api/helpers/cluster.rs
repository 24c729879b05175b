//! A PostgreSQL server of a test's own, with fsync on, that can be stopped and started.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use kongress::db::Target;

use super::stores::{TestStore, execute, unique};

/// A server that is stopped and removed at the end.
pub struct Cluster {
    dir: PathBuf,
    port: u16,
}

/// The folder of the server programs that `tests/run` found.
#[expect(
    clippy::disallowed_methods,
    reason = "tests/run speaks through the environment"
)]
fn programs() -> PathBuf {
    std::env::var("KONGRESS_TEST_POSTGRES_PROGRAMS")
        .expect("these tests need what ./tests/run exports")
        .into()
}

/// The server refuses to run as root.
fn as_server(program: &str) -> Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| {
        use std::os::unix::fs::MetadataExt;
        own.uid() == 0
    });
    let path = programs().join(program);
    let mut command = if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command
        .current_dir("/tmp")
        .stdout(Stdio::null())
        .stdin(Stdio::null());
    command
}

fn run(mut command: Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

/// A port that stays free while the server is stopped: not one of those that the system gives to
/// whoever connects, or a client that tries to reach the server may get it, and meet itself.
fn free_port() -> u16 {
    let [first, second, ..] = kongress::clock::random_256().unwrap();
    let start = 20_000 + u16::from_be_bytes([first, second]) % 10_000;
    let is_free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (start..32_000).find(is_free).unwrap()
}

impl Cluster {
    pub fn start() -> Self {
        // Where another user may go, too.
        let dir = PathBuf::from("/tmp").join(format!("kongress-cluster-{}", unique()));
        let mut init = as_server("initdb");
        init.arg("-D").arg(&dir);
        init.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        init.arg("--no-instructions");
        run(init);
        let cluster = Self {
            dir,
            port: free_port(),
        };
        cluster.start_again();
        cluster
    }

    /// Starts the server, and waits until it takes connections.
    pub fn start_again(&self) {
        let mut start = as_server("pg_ctl");
        start
            .arg("-D")
            .arg(&self.dir)
            .arg("-l")
            .arg(self.dir.join("log"));
        start.arg("-o").arg(format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
            self.port
        ));
        start.args(["-w", "start"]);
        run(start);
    }

    /// Stops it: `fast` ends its sessions in order, `immediate` as a crash would.
    pub fn stop(&self, mode: &str) {
        let mut stop = as_server("pg_ctl");
        stop.arg("-D")
            .arg(&self.dir)
            .args(["-m", mode, "-w", "stop"]);
        run(stop);
    }

    /// A standby of this server; from now on no commit is answered that it has not written to its disk.
    pub fn standby(&self) -> Self {
        let dir = PathBuf::from("/tmp").join(format!("kongress-cluster-{}", unique()));
        let mut copy = as_server("pg_basebackup");
        copy.arg("-D").arg(&dir);
        copy.args(["-R", "-X", "stream", "--checkpoint=fast"]);
        copy.args(["-h", "127.0.0.1", "-U", "postgres", "-p"]);
        copy.arg(self.port.to_string());
        run(copy);
        let standby = Self {
            dir,
            port: free_port(),
        };
        standby.start_again();
        let mut conn = Target::parse(&self.store().url).unwrap().connect().unwrap();
        execute(
            &mut conn,
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
        );
        drop(conn);
        self.stop("fast");
        self.start_again();
        standby
    }

    /// Makes a standby the server that takes writes.
    pub fn promote(&self) {
        let mut promote = as_server("pg_ctl");
        promote.arg("-D").arg(&self.dir).args(["-w", "promote"]);
        run(promote);
    }

    /// The one database of this server or of its standby, whichever takes writes.
    pub fn store_with(&self, standby: &Self) -> TestStore {
        let mut store = self.store();
        store.url = format!(
            "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
            self.port, standby.port
        );
        store
    }

    /// Its one database, with nothing in it.
    pub fn store(&self) -> TestStore {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(unique());
        std::fs::create_dir_all(&dir).unwrap();
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", self.port);
        TestStore { url, dir }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = as_server("pg_ctl");
        stop.arg("-D")
            .arg(&self.dir)
            .args(["-m", "immediate", "-w", "stop"]);
        drop(stop.status());
        drop(std::fs::remove_dir_all(&self.dir));
    }
}
