//! French.

use super::{Lang, Words, name_of};
use jiff::civil::Date;

pub(super) const LANG: Lang = Lang {
    code: "fr",
    name: "Français",
    dir: "ltr",
    point: ',',
    percent: " %",
    date,
    month,
    incidents,
    degraded,
    words: WORDS,
};

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

const WORDS: Words = Words {
    skip: "Aller à l’état",
    well: "Tous les systèmes fonctionnent",
    maintenance: "Des travaux planifiés sont en cours",
    current: "Incidents en cours",
    planned: "Travaux planifiés",
    components: "Composants",
    past: "Les 14 derniers jours",
    no_incidents: "Aucun incident.",
    goes_on: "Un incident commencé ce jour",
    goes_on_link: "continue",
    operational: "opérationnel",
    ill: "dégradé",
    under_maintenance: "en maintenance",
    investigating: "Analyse en cours",
    identified: "Cause identifiée",
    monitoring: "Sous surveillance",
    resolved: "Résolu",
    scheduled: "Planifié",
    in_progress: "En cours",
    completed: "Terminé",
    until: "jusqu’à",
    day_by_day: "Jour par jour",
    up: "disponible",
    not_measured: "non mesuré",
    uptime: "Disponibilité sur 90 jours",
    measured: "mesuré",
    by_probes: "par sondes",
    by_words: "d’après ce qui a été dit",
    how: "Comment c’est calculé",
    how_state: "Un composant est dit dégradé tant que le texte d’un incident en cours le nomme ; s’il n’en nomme aucun, tous le sont.",
    how_probes: "Par sondes : nos propres sondes regardent de l’extérieur. Une heure compte selon la part de ses vérifications réussies ; entre plusieurs sondes, la plus mauvaise compte. La disponibilité est la moyenne des heures vérifiées, travaux planifiés compris, arrondie vers le bas. Les heures sans vérification ne sont pas mesurées et ne comptent pas.",
    how_words: "D’après ce qui a été dit : la part du temps où aucun incident de cette page ne nommait le composant ou, sans en nommer aucun, ne les touchait tous, arrondie vers le bas. Les travaux planifiés ne sont pas des incidents. Le temps d’avant les premières données de cette page n’est pas mesuré et ne compte pas.",
    history: "Historique",
    back: "État actuel",
    feeds: "Flux",
    languages: "Langues",
    as_of: "Données du",
    stale: "Depuis, cette page n’a pas pu être actualisée. Ce qu’elle dit n’est peut-être plus vrai.",
};

fn date(date: Date) -> String {
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{day} {} {}", name_of(date, MONTHS), date.year())
}

fn month(date: Date) -> String {
    format!("{} {}", name_of(date, MONTHS), date.year())
}

fn incidents(count: usize) -> String {
    match count {
        0 | 1 => format!("{count} incident"),
        _ => format!("{count} incidents"),
    }
}

fn degraded(count: usize) -> String {
    match count {
        1 => "Le service est dégradé : un incident".to_owned(),
        _ => format!("Le service est dégradé : {count} incidents"),
    }
}
