//! Packs what `/api/docs` shows in a browser, and links the program so that it is small.

use std::error::Error;
use std::fs::File;
use std::io::Cursor;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// All that the page needs of Swagger UI: a tenth of what it comes with.
const ASSETS: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    // Some 100,000 relative relocations take 24 bytes each; packed they take next to nothing. GNU ld
    // knows this since 2.38, lld since 15, and glibc since 2.36; other linkers and systems do without.
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    pack_assets(Path::new(&target("OUT_DIR")))
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts through the environment"
)]
fn target(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn pack_assets(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let mut missing = ASSETS.to_vec();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index)?;
        let path = file.name()?.into_owned();
        let is_asset = |asset: &str| path.ends_with(&format!("/dist/{asset}"));
        let Some(found) = missing.iter().position(|asset| is_asset(asset)) else {
            continue;
        };
        let packed = File::create(folder.join(format!("{}.gz", missing.swap_remove(found))))?;
        let mut packed = GzEncoder::new(packed, Compression::best());
        std::io::copy(&mut file, &mut packed)?;
        packed.finish()?;
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("Swagger UI comes without {}", missing.join(", ")).into())
}
