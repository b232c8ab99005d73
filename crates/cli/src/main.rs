//! `shiyan`

fn main() -> std::process::ExitCode {
    shiyan_cli::run::main()
}
