//! Markdown as the playbook room renders it: raw HTML in it stands as text, and no link of it runs anything.

use askama::filters::HtmlSafe;
use core::fmt;

/// A text that templates write as it is.
#[derive(Default)]
pub(crate) struct Rendered(String);

impl Rendered {
    pub(crate) fn markdown(text: &str) -> Self {
        Self(playbook::html::to_html(text))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl HtmlSafe for Rendered {}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
