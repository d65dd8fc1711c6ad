//! The tools that somebody has vouched for, as data.
//!
//! Must never be here: code that judges. A verb that only reads lists the options that leave it at that; what is
//! not listed is unknown.

mod cluster;
mod hosts;
mod local;
mod vendors;

use super::manifest::Tool;

/// The description of a tool, by the name that it is called by.
pub(crate) fn tool(name: &str) -> Option<&'static Tool> {
    let lists = [local::TOOLS, vendors::TOOLS, cluster::TOOLS, hosts::TOOLS];
    lists.into_iter().flatten().find(|tool| tool.name.split_whitespace().any(|known| known == name))
}

/// Options that documents use although no released version of the tool has them: it stops at them and does nothing.
pub(crate) const REFUSED: &[(&str, &str)] = &[("wrangler tail", "--filter"), ("convex logs", "--function")];
