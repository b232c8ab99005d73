//! `shiyan`

/// 内存 The allocator of the system keeps much of what was freed, a part for each thread: after a few big pages the server held ten times what it
/// needed. This one has threads that give it back within seconds, and SQLite takes its memory from it too.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    shiyan_cli::run::main()
}
