//! The tools that somebody has vouched for, as data.
//!
//! Must never be here: code that judges. A verb that only reads lists the options that leave it at that; what is
//! not listed is unknown.

mod apps;
mod cluster;
pub(super) mod dry;
mod hosts;
mod local;
pub(super) mod secrets;
mod stores;
mod vendors;

use super::manifest::Tool;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every tool by each name that it is called by; the first description stands.
static TOOLS: LazyLock<BTreeMap<&'static str, &'static Tool>> = LazyLock::new(|| {
    let lists = [local::TOOLS, vendors::TOOLS, cluster::TOOLS, hosts::TOOLS, stores::TOOLS, apps::TOOLS];
    let mut tools = BTreeMap::new();
    for tool in lists.into_iter().flatten() {
        for name in tool.name.split_whitespace() {
            tools.entry(name).or_insert(tool);
        }
    }
    tools
});

/// The description of a tool, by the name that it is called by.
pub(crate) fn tool(name: &str) -> Option<&'static Tool> {
    TOOLS.get(name).copied()
}

/// Options that documents use although no released version of the tool has them: it stops at them and does nothing.
pub(crate) const REFUSED: &[(&str, &str)] = &[("wrangler tail", "--filter"), ("convex logs", "--function")];
