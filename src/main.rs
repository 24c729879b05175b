//! The `kongress` program: arguments, then configuration, then one command.

use std::process::ExitCode;

fn main() -> ExitCode {
    match kongress::cli::run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(kongress::cli::CliError::Usage(error)) => error.exit(),
        Err(kongress::cli::CliError::Failed(reason)) => {
            eprintln!("kongress: {reason}");
            ExitCode::FAILURE
        }
    }
}
