//! Title and tagline: the first level-1 heading, and the first quote or paragraph before anything else follows it.

use super::claims::{Claims, Role};
use crate::scan::{Block, Document};
use alloc::string::String;

/// The title (empty when there is none) and the tagline.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> (String, Option<String>) {
    let Some((index, section)) = doc.each().find(|(_, section)| section.level == 1) else {
        return (String::new(), None);
    };
    claims.claim(index, Role::Title);
    let summary = section.blocks.first().and_then(|block| match block {
        Block::Paragraph(inline) => Some(inline.text()),
        Block::Quote(blocks) => blocks.iter().find_map(|inner| match inner {
            Block::Paragraph(inline) => Some(inline.text()),
            _ => None,
        }),
        Block::List(_) | Block::Fence(_) | Block::Table(_) | Block::Rule => None,
    });
    (section.title.clone(), summary.filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    #[test]
    fn the_first_quote_is_the_tagline() {
        let doc = scan("# Book\n\n> What it is.\n\nmore\n");
        let (title, summary) = read(&doc, &mut Claims::new(&doc));
        assert_eq!((title.as_str(), summary.as_deref()), ("Book", Some("What it is.")));
    }
}
