//! Spanish.

use super::{Lang, Words, name_of};
use jiff::civil::Date;

pub(super) const LANG: Lang = Lang {
    code: "es",
    name: "Español",
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
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

const WORDS: Words = Words {
    skip: "Ir al estado",
    well: "Todos los sistemas funcionan",
    maintenance: "Hay trabajos programados en curso",
    current: "Incidentes actuales",
    planned: "Trabajos programados",
    components: "Componentes",
    past: "Los últimos 14 días",
    no_incidents: "Sin incidentes.",
    goes_on: "Un incidente que empezó este día",
    goes_on_link: "continúa",
    operational: "en funcionamiento",
    ill: "degradado",
    under_maintenance: "en mantenimiento",
    investigating: "En investigación",
    identified: "Causa identificada",
    monitoring: "En observación",
    resolved: "Resuelto",
    scheduled: "Programado",
    in_progress: "En curso",
    completed: "Terminado",
    until: "hasta",
    day_by_day: "Día a día",
    up: "disponible",
    not_measured: "no medido",
    uptime: "Disponibilidad en 90 días",
    measured: "medido",
    by_probes: "por sondas",
    by_words: "por lo comunicado",
    how: "Cómo se calcula",
    how_state: "Un componente se considera degradado mientras el texto de un incidente actual lo nombra; si no nombra ninguno, todos lo están.",
    how_probes: "Por sondas: nuestras propias sondas miran desde fuera. Una hora cuenta por la parte de sus comprobaciones que salieron bien; con varias sondas cuenta la peor. La disponibilidad es la media de las horas en que hubo comprobaciones, incluidos los trabajos programados, redondeada hacia abajo. Las horas sin comprobación no están medidas y no cuentan.",
    how_words: "Por lo comunicado: la parte del tiempo en que ningún incidente de esta página nombró el componente o, sin nombrar ninguno, afectó a todos, redondeada hacia abajo. Los trabajos programados no cuentan como incidentes. El tiempo anterior al registro de esta página no está medido y no cuenta.",
    history: "Historial",
    back: "Estado actual",
    feeds: "Fuentes",
    languages: "Idiomas",
    as_of: "Datos de",
    stale: "Desde entonces esta página no se ha podido actualizar. Puede que lo que dice ya no sea cierto.",
};

fn date(date: Date) -> String {
    format!("{} de {} de {}", date.day(), name_of(date, MONTHS), date.year())
}

fn month(date: Date) -> String {
    format!("{} de {}", name_of(date, MONTHS), date.year())
}

fn incidents(count: usize) -> String {
    match count {
        1 => "1 incidente".to_owned(),
        _ => format!("{count} incidentes"),
    }
}

fn degraded(count: usize) -> String {
    match count {
        1 => "El servicio está degradado: un incidente".to_owned(),
        _ => format!("El servicio está degradado: {count} incidentes"),
    }
}
