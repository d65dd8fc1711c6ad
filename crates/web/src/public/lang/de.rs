//! German.

use super::{Lang, Words, name_of};
use jiff::civil::Date;

pub(super) const LANG: Lang = Lang {
    code: "de",
    name: "Deutsch",
    dir: "ltr",
    point: ',',
    percent: " %",
    date,
    month,
    incidents,
    degraded,
    words: WORDS,
};

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

const WORDS: Words = Words {
    skip: "Zum Status springen",
    well: "Alle Systeme laufen",
    maintenance: "Geplante Arbeiten sind im Gange",
    current: "Aktuelle Störungen",
    planned: "Geplante Arbeiten",
    components: "Komponenten",
    past: "Die letzten 14 Tage",
    no_incidents: "Keine Störungen.",
    goes_on: "Eine Störung, die an diesem Tag begann,",
    goes_on_link: "dauert an",
    operational: "in Betrieb",
    ill: "beeinträchtigt",
    under_maintenance: "in Wartung",
    investigating: "Wird untersucht",
    identified: "Ursache erkannt",
    monitoring: "Unter Beobachtung",
    resolved: "Behoben",
    scheduled: "Geplant",
    in_progress: "Im Gange",
    completed: "Abgeschlossen",
    until: "bis",
    day_by_day: "Tag für Tag",
    up: "verfügbar",
    not_measured: "nicht gemessen",
    uptime: "Verfügbarkeit in 90 Tagen",
    measured: "gemessen",
    by_probes: "durch Proben",
    by_words: "nach dem Gesagten",
    how: "Wie gezählt wird",
    how_state: "Eine Komponente gilt als beeinträchtigt, solange die Worte einer aktuellen Störung sie nennen; nennen sie keine, gelten alle so.",
    how_probes: "Durch Proben: eigene Proben schauen von außen. Eine Stunde zählt mit dem Anteil ihrer Blicke, die gelangen, bei mehreren Proben mit der schlechtesten. Die Verfügbarkeit ist das Mittel der Stunden, in denen sie schauten, geplante Arbeiten eingeschlossen, abgerundet. Stunden ohne Blick sind nicht gemessen und zählen nicht.",
    how_words: "Nach dem Gesagten: der Anteil der Zeit, in der keine Störung auf dieser Seite die Komponente nannte oder, wenn sie keine nannte, alle betraf, abgerundet. Geplante Arbeiten zählen nicht als Störung. Zeit, bevor diese Seite aufzeichnete, ist nicht gemessen und zählt nicht.",
    history: "Verlauf",
    back: "Aktueller Status",
    feeds: "Feeds",
    languages: "Sprachen",
    as_of: "Stand",
    stale: "Seitdem konnte diese Seite nicht erneuert werden. Was sie sagt, gilt vielleicht nicht mehr.",
};

fn date(date: Date) -> String {
    format!("{}. {} {}", date.day(), name_of(date, MONTHS), date.year())
}

fn month(date: Date) -> String {
    format!("{} {}", name_of(date, MONTHS), date.year())
}

fn incidents(count: usize) -> String {
    match count {
        1 => "1 Störung".to_owned(),
        _ => format!("{count} Störungen"),
    }
}

fn degraded(count: usize) -> String {
    match count {
        1 => "Der Dienst ist beeinträchtigt: eine Störung".to_owned(),
        _ => format!("Der Dienst ist beeinträchtigt: {count} Störungen"),
    }
}
