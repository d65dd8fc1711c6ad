//! Links to places in the document and to other files, each once.

use crate::model::Link;
use crate::scan::{Block, Document, Inline};
use alloc::string::ToString;
use alloc::vec::Vec;

/// The document's relative links, by target; of a target that stands in several places, the first.
pub(super) fn read(doc: &Document<'_>) -> Vec<Link> {
    let mut found = Vec::new();
    doc.sections.iter().for_each(|section| of_blocks(&section.blocks, &mut found));
    found.sort_by(|left: &Link, right| (&left.target, left.line).cmp(&(&right.target, right.line)));
    found.dedup_by(|next, first| next.target == first.target);
    found
}

fn of_blocks(blocks: &[Block], found: &mut Vec<Link>) {
    for block in blocks {
        match block {
            Block::Paragraph(inline) => of_inline(inline, found),
            Block::Table(table) => {
                let cells = table.header.iter().chain(table.rows.iter().flat_map(|row| &row.cells));
                cells.for_each(|cell| of_inline(cell, found));
            }
            Block::List(list) => list.items.iter().for_each(|item| of_blocks(&item.blocks, found)),
            Block::Quote(inner) => of_blocks(inner, found),
            Block::Fence(_) | Block::Rule => {}
        }
    }
}

fn of_inline(inline: &Inline, found: &mut Vec<Link>) {
    let targets = inline.runs.iter().filter_map(|run| Some((run.link.as_deref()?, run.line)));
    let local = targets.filter(|(target, _)| is_local(target));
    found.extend(local.map(|(target, line)| Link { target: target.to_string(), line }));
}

/// Neither another host nor another protocol, nor a variable of a publishing tool.
fn is_local(target: &str) -> bool {
    let scheme = target.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    !(target.is_empty() || scheme || target.starts_with('/') || target.contains(['{', '<', '$']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    #[test]
    fn only_links_to_this_and_other_files_are_kept_each_once() {
        let text = "# Disk\n\n[a](./a.md#x) [b](https://b.test) [m](mailto:a@b.test)\n\n- [c](#steps)\n- [a again](./a.md#x)\n\n\
                    | t |\n|---|\n| [d](../d.md) [e](/e) |\n";
        let found = read(&scan(text));
        let links: Vec<_> = found.iter().map(|link| (link.target.as_str(), link.line)).collect();
        assert_eq!(links, [("#steps", 5), ("../d.md", 10), ("./a.md#x", 3)]);
    }
}
