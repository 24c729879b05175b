//! `kongress.toml`: its keys are the names of the flags, with underscores.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Command;
use clap::builder::OsStr;
use toml::{Table, Value};

const DEFAULT: &str = "kongress.toml";

/// Makes what the file says the defaults of the command line.
///
/// # Errors
/// When the file can't be read, or names a setting that does not exist.
pub fn with_defaults(mut command: Command, arguments: &[OsString]) -> Result<Command, String> {
    let Some(path) = path(arguments) else {
        return Ok(command);
    };
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let table: Table = text
        .parse()
        .map_err(|error| format!("{}: {error}", path.display()))?;
    for (key, value) in table {
        let known = key != "config"
            && command
                .get_arguments()
                .any(|argument| argument.get_id() == key.as_str());
        if !known {
            return Err(format!("{}: there is no setting {key}", path.display()));
        }
        let values = values(&value).ok_or_else(|| {
            format!(
                "{}: {key} is a text, a number, a switch or a list of texts",
                path.display()
            )
        })?;
        command = command.mut_arg(&key, |argument| argument.default_values(values));
    }
    Ok(command)
}

/// The file named by flag or environment, else the one in this folder, if there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "needed before clap can read the environment"
)]
fn path(arguments: &[OsString]) -> Option<PathBuf> {
    let texts = || arguments.iter().filter_map(|argument| argument.to_str());
    let named = texts()
        .find_map(|argument| argument.strip_prefix("--config="))
        .or_else(|| {
            texts()
                .skip_while(|argument| *argument != "--config")
                .nth(1)
        });
    if let Some(named) = named {
        return Some(named.into());
    }
    if let Some(named) = std::env::var_os("KONGRESS_CONFIG") {
        return Some(named.into());
    }
    Path::new(DEFAULT).exists().then(|| DEFAULT.into())
}

fn values(value: &Value) -> Option<Vec<OsStr>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(OsStr::from(text.clone())),
        Value::Integer(number) => Some(OsStr::from(number.to_string())),
        Value::Boolean(on) => Some(OsStr::from(if *on { "on" } else { "off" })),
        _ => None,
    };
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        single => one(single).map(|single| vec![single]),
    }
}
