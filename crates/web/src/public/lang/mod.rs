//! The words round what people were told, in each language that the page has. What people wrote stays as they wrote it.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod ja;
mod pt;

use super::doc::{list, quality};
use axum::http::{HeaderMap, header};
use incident::Phase;
use jiff::civil::Date;

/// A language.
#[derive(Debug)]
pub(crate) struct Lang {
    /// As in addresses and `lang`.
    pub(crate) code: &'static str,
    /// What those who speak it call it.
    pub(crate) name: &'static str,
    /// `ltr` or `rtl`.
    pub(crate) dir: &'static str,
    /// Between whole and hundredths.
    pub(crate) point: char,
    /// Behind a number.
    pub(crate) percent: &'static str,
    /// A day, such as `22 August 2026`.
    pub(crate) date: fn(Date) -> String,
    /// Its month.
    pub(crate) month: fn(Date) -> String,
    /// So many incidents.
    pub(crate) incidents: fn(usize) -> String,
    /// So many incidents make the service degraded.
    pub(crate) degraded: fn(usize) -> String,
    pub(crate) words: Words,
}

/// Its words.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) skip: &'static str,
    pub(crate) well: &'static str,
    pub(crate) maintenance: &'static str,
    pub(crate) current: &'static str,
    pub(crate) planned: &'static str,
    pub(crate) components: &'static str,
    pub(crate) past: &'static str,
    pub(crate) no_incidents: &'static str,
    pub(crate) goes_on: &'static str,
    pub(crate) goes_on_link: &'static str,
    pub(crate) operational: &'static str,
    pub(crate) ill: &'static str,
    pub(crate) under_maintenance: &'static str,
    pub(crate) investigating: &'static str,
    pub(crate) identified: &'static str,
    pub(crate) monitoring: &'static str,
    pub(crate) resolved: &'static str,
    pub(crate) scheduled: &'static str,
    pub(crate) in_progress: &'static str,
    pub(crate) completed: &'static str,
    pub(crate) until: &'static str,
    pub(crate) day_by_day: &'static str,
    /// Behind a share: `99.2 % up`.
    pub(crate) up: &'static str,
    pub(crate) not_measured: &'static str,
    pub(crate) uptime: &'static str,
    /// Before `61 d 4 h / 90 d`.
    pub(crate) measured: &'static str,
    pub(crate) by_probes: &'static str,
    pub(crate) by_words: &'static str,
    pub(crate) how: &'static str,
    pub(crate) how_state: &'static str,
    pub(crate) how_probes: &'static str,
    pub(crate) how_words: &'static str,
    pub(crate) history: &'static str,
    pub(crate) back: &'static str,
    pub(crate) feeds: &'static str,
    pub(crate) languages: &'static str,
    pub(crate) as_of: &'static str,
    pub(crate) stale: &'static str,
}

/// Every language, the one for those who like none of them first.
pub(crate) static ALL: [&Lang; 7] =
    [&en::LANG, &de::LANG, &es::LANG, &fr::LANG, &pt::LANG, &ja::LANG, &ar::LANG];

/// The language that a reader likes most, by `Accept-Language`.
pub(crate) fn liked(asked: &HeaderMap) -> &'static Lang {
    let mut best = (ALL[0], 0);
    for part in list(asked, &header::ACCEPT_LANGUAGE) {
        let mut words = part.split(';').map(str::trim);
        let tag = words.next().unwrap_or_default().to_ascii_lowercase();
        let code = tag.split('-').next().unwrap_or_default();
        let liked = quality(words);
        if let Some(lang) = ALL.into_iter().find(|lang| lang.code == code).filter(|_| liked > best.1) {
            best = (lang, liked);
        }
    }
    best.0
}

impl Lang {
    pub(crate) fn phase(&self, phase: Phase) -> &'static str {
        match phase {
            Phase::Investigating => self.words.investigating,
            Phase::Identified => self.words.identified,
            Phase::Monitoring => self.words.monitoring,
            Phase::Resolved => self.words.resolved,
        }
    }
}

/// The month's name of twelve.
fn name_of(date: Date, names: [&'static str; 12]) -> &'static str {
    usize::try_from(date.month() - 1).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use jiff::civil::date;

    #[test]
    fn the_reader_chooses_the_language() {
        for (said, code) in [
            ("", "en"),
            ("de", "de"),
            ("de-AT, en;q=0.8", "de"),
            ("nl, fr-CA;q=0.7, de;q=0.3", "fr"),
            ("en;q=0.5, ar;q=0.6", "ar"),
            ("pt-BR", "pt"),
            ("de;q=0, en", "en"),
            ("de;q=0", "en"),
            ("xx, *", "en"),
            ("JA", "ja"),
        ] {
            let asked =
                HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_str(said).expect("text"))]);
            assert_eq!(liked(&asked).code, code, "{said}");
        }
    }

    #[test]
    fn days_are_named_as_people_name_them() {
        let day = date(2026, 8, 1);
        let named: Vec<String> = ALL.iter().map(|lang| (lang.date)(day)).collect();
        let wanted = [
            "1 August 2026",
            "1. August 2026",
            "1 de agosto de 2026",
            "1er août 2026",
            "1 de agosto de 2026",
            "2026年8月1日",
            "1 أغسطس 2026",
        ];
        assert_eq!(named, wanted);
    }

    #[test]
    fn every_language_has_words_of_its_own() {
        for lang in &ALL[1..] {
            assert_ne!(lang.words.well, ALL[0].words.well, "{}", lang.code);
            assert_ne!(lang.words.how_probes, ALL[0].words.how_probes, "{}", lang.code);
            assert!(!(lang.incidents)(0).is_empty() && (lang.incidents)(2).contains('2'), "{}", lang.code);
        }
        assert_eq!(ALL.iter().filter(|lang| lang.dir == "rtl").count(), 1);
    }
}
