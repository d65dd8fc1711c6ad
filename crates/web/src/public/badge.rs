//! Small pictures of how it stands: badges for other pages, and the icon of this one.

use super::site::Standing;
use askama::Template;
use incident::words::line;

/// A name on a badge is not longer.
const LABEL_CHARS_MAX: usize = 40;

/// Room for a letter, and for one of East Asia's.
const LETTER_WIDTH: usize = 7;
const WIDE_LETTER_WIDTH: usize = 12;

/// Left and right of a text together.
const MARGIN: usize = 12;

#[derive(Template)]
#[template(path = "public/badge.svg", escape = "html")]
struct Badge {
    label: String,
    state: &'static str,
    colour: &'static str,
    left: usize,
    right: usize,
    width: usize,
}

#[derive(Template)]
#[template(path = "public/icon.svg", escape = "html")]
struct Icon {
    standing: Standing,
}

/// A badge, such as `API | operational`.
pub(crate) fn badge(label: &str, standing: Standing) -> String {
    let label = line(label, LABEL_CHARS_MAX);
    let (state, colour) = match standing {
        Standing::Operational => ("operational", "#1f7a44"),
        Standing::Maintenance => ("maintenance", "#27507f"),
        Standing::Ill => ("degraded", "#a04300"),
    };
    let (left, right) = (width(&label), width(state));
    Badge { width: left + right, label, state, colour, left, right }.render().unwrap_or_default()
}

pub(crate) fn icon(standing: Standing) -> String {
    Icon { standing }.render().unwrap_or_default()
}

fn width(text: &str) -> usize {
    let letter = |c: char| if c >= '\u{2E80}' { WIDE_LETTER_WIDTH } else { LETTER_WIDTH };
    text.chars().map(letter).sum::<usize>() + MARGIN
}
