//! The range on its own: `range-tool up|status|break|repair`, or a stand-in tool when called by a tool's name. The
//! product's binary does the same as `evenkeel range …`; this one keeps the range free of it, for its own tests.

use std::env::args_os;
use std::process::exit;

use range::tools::{self, Tool};

fn main() {
    let mut words = args_os();
    let tool = words.next().and_then(|argv0| Tool::from_argv0(&argv0));
    let args: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    exit(match tool {
        Some(tool) => tools::run(tool, &args),
        None => range::cli::run(args.strip_prefix(&["range".to_owned()]).unwrap_or(&args)),
    });
}
