//! Table of contents: a list under such a heading whose items link to anchors of the document.

use super::claims::{Claims, Role};
use super::words::Topic;
use crate::model::Content;
use crate::scan::{Block, Document, Item};
use alloc::string::ToString;
use alloc::vec::Vec;

/// The entries, nested ones included.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Vec<Content> {
    for (index, section) in doc.each() {
        let announced = claims.announces(index, Topic::Contents);
        let mut contents = Vec::new();
        for block in &section.blocks {
            if let Block::List(list) = block {
                list.items.iter().for_each(|item| entries(item, &mut contents));
            }
        }
        let bare = section.level <= 1 && contents.len() >= 3;
        if !contents.is_empty() && (announced || bare) {
            if announced {
                claims.claim(index, Role::Contents);
            }
            return contents;
        }
    }
    Vec::new()
}

fn entries(item: &Item, contents: &mut Vec<Content>) {
    if let Some((title, address)) = item.lead().and_then(|lead| lead.link())
        && let Some(anchor) = address.strip_prefix('#')
    {
        contents.push(Content { title, anchor: anchor.to_string(), line: item.line });
    }
    for block in item.body() {
        if let Block::List(list) = block {
            list.items.iter().for_each(|inner| entries(inner, contents));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    #[test]
    fn only_links_into_the_document_count() {
        let doc = scan("# T\n\n## Contents\n\n1. [A](#a)\n   - [B](#b)\n2. [C](https://c.test)\n");
        let contents = read(&doc, &mut Claims::new(&doc));
        let seen: Vec<_> = contents.iter().map(|c| (c.title.as_str(), c.anchor.as_str(), c.line)).collect();
        assert_eq!(seen, [("A", "a", 5), ("B", "b", 6)]);
    }
}
