//! The limits that `benches/load` holds the service against, taken on the same machine in the same
//! run. Each is what the service could reach at most if everything but one thing cost nothing:
//!
//! ```text
//! cargo bench --bench limits -- static FILE [--workers N] [--content-type T] [--content-encoding C]
//! cargo bench --bench limits -- fdatasync FOLDER SECONDS
//! cargo bench --bench limits -- group-commit SQLITE-FILE SECONDS
//! ```
//!
//! `static` serves the bytes of a file from memory with a bare actix-web, and 304 to whoever has
//! them; it prints its address. `fdatasync` appends 4 KiB and waits for the disk, over and over.
//! `group-commit` copies the newest registration of a store with its attendee, token and mail, 32 to
//! a transaction, without HTTP and without asking anything. The last two print one number: how many
//! a second.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output of a program"
)]

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use clap::{Args, Parser, Subcommand};

#[path = "limits/group_commit.rs"]
mod group_commit;

type Outcome = Result<(), Box<dyn Error>>;

/// The limits that benches/load compares with.
#[derive(Parser)]
struct Command {
    #[command(subcommand)]
    limit: Limit,
    /// What `cargo bench` adds
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Limit {
    /// Serve the bytes of a file from memory, and 304 to whoever has them
    Static(Static),
    /// Append 4 KiB and wait for the disk, over and over; prints how often a second
    Fdatasync {
        /// A folder on the disk
        folder: std::path::PathBuf,
        /// For how long
        seconds: f64,
    },
    /// Copy the newest registration of a store, 32 to a transaction; prints how many a second
    GroupCommit {
        /// A store of the service, in which at least one registration waits for its confirmation
        file: std::path::PathBuf,
        /// For how long
        seconds: f64,
    },
}

#[derive(Args)]
struct Static {
    /// Whose bytes
    file: std::path::PathBuf,
    /// Threads that serve
    #[arg(long, default_value_t = 2)]
    workers: usize,
    /// `Content-Type` of the answer
    #[arg(long, default_value = "application/json; charset=utf-8")]
    content_type: String,
    /// `Content-Encoding` of the answer
    #[arg(long)]
    content_encoding: Option<String>,
}

/// The tag of the one document.
const TAG: &str = "\"static\"";

struct Served {
    bytes: Bytes,
    content_type: String,
    content_encoding: Option<String>,
}

async fn serve(served: web::Data<Served>, request: HttpRequest) -> HttpResponse {
    let known = request.headers().get(header::IF_NONE_MATCH);
    if known.is_some_and(|tag| tag.as_bytes() == TAG.as_bytes()) {
        return HttpResponse::NotModified()
            .insert_header((header::ETAG, TAG))
            .finish();
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, TAG));
    if let Some(coding) = &served.content_encoding {
        response.insert_header((header::CONTENT_ENCODING, coding.as_str()));
    }
    response
        .content_type(served.content_type.as_str())
        .body(served.bytes.clone())
}

fn serve_static(wanted: Static) -> Outcome {
    let served = web::Data::new(Served {
        bytes: std::fs::read(&wanted.file)?.into(),
        content_type: wanted.content_type,
        content_encoding: wanted.content_encoding,
    });
    actix_web::rt::System::new().block_on(async move {
        let app = move || {
            App::new()
                .app_data(served.clone())
                .default_service(web::to(serve))
        };
        let server = HttpServer::new(app)
            .workers(wanted.workers)
            .bind("127.0.0.1:0")?;
        for address in server.addrs() {
            println!("http://{address}");
        }
        server.run().await?;
        Ok(())
    })
}

/// How often a second 4 KiB that were appended are on the disk.
fn fdatasync(folder: &Path, seconds: f64) -> Outcome {
    let path = folder.join(format!("fdatasync.{}", std::process::id()));
    let mut file = File::options()
        .create_new(true)
        .append(true)
        .mode(0o600)
        .open(&path)?;
    let synced = count(seconds, || {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        Ok(1)
    });
    std::fs::remove_file(&path)?;
    println!("{:.1}", synced?);
    Ok(())
}

/// Runs this until the time is over; how much it did, a second.
fn count(
    seconds: f64,
    mut body: impl FnMut() -> Result<u32, Box<dyn Error>>,
) -> Result<f64, Box<dyn Error>> {
    let enough = Duration::from_secs_f64(seconds);
    let begun = Instant::now();
    let mut done = 0;
    while begun.elapsed() < enough {
        done += body()?;
    }
    Ok(f64::from(done) / begun.elapsed().as_secs_f64())
}

fn main() -> ExitCode {
    let outcome = match Command::parse().limit {
        Limit::Static(wanted) => serve_static(wanted),
        Limit::Fdatasync { folder, seconds } => fdatasync(&folder, seconds),
        Limit::GroupCommit { file, seconds } => group_commit::run(&file, seconds),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("limits: {error}");
            ExitCode::FAILURE
        }
    }
}
