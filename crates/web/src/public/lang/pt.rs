//! Portuguese.

use super::{Lang, Words, name_of};
use jiff::civil::Date;

pub(super) const LANG: Lang = Lang {
    code: "pt",
    name: "Português",
    dir: "ltr",
    point: ',',
    percent: "%",
    date,
    month,
    incidents,
    degraded,
    words: WORDS,
};

const MONTHS: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];

const WORDS: Words = Words {
    skip: "Ir para o estado",
    well: "Todos os sistemas funcionam",
    maintenance: "Há trabalhos programados em curso",
    current: "Incidentes atuais",
    planned: "Trabalhos programados",
    components: "Componentes",
    past: "Os últimos 14 dias",
    no_incidents: "Sem incidentes.",
    goes_on: "Um incidente que começou neste dia",
    goes_on_link: "continua",
    operational: "em funcionamento",
    ill: "degradado",
    under_maintenance: "em manutenção",
    investigating: "Em investigação",
    identified: "Causa identificada",
    monitoring: "Em observação",
    resolved: "Resolvido",
    scheduled: "Programado",
    in_progress: "Em curso",
    completed: "Concluído",
    until: "até",
    day_by_day: "Dia a dia",
    up: "disponível",
    not_measured: "não medido",
    uptime: "Disponibilidade em 90 dias",
    measured: "medido",
    by_probes: "por sondas",
    by_words: "pelo que foi dito",
    how: "Como se calcula",
    how_state: "Um componente conta como degradado enquanto o texto de um incidente atual o nomeia; se não nomeia nenhum, todos contam assim.",
    how_probes: "Por sondas: as nossas próprias sondas olham de fora. Uma hora conta pela parte das suas verificações que passaram; com várias sondas conta a pior. A disponibilidade é a média das horas em que houve verificações, incluindo trabalhos programados, arredondada para baixo. Horas sem verificação não são medidas e não contam.",
    how_words: "Pelo que foi dito: a parte do tempo em que nenhum incidente desta página nomeou o componente ou, sem nomear nenhum, afetou todos, arredondada para baixo. Trabalhos programados não contam como incidentes. O tempo antes do registo desta página não é medido e não conta.",
    history: "Histórico",
    back: "Estado atual",
    feeds: "Feeds",
    languages: "Idiomas",
    as_of: "Dados de",
    stale: "Desde então não foi possível atualizar esta página. O que ela diz pode já não ser verdade.",
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
        1 => "O serviço está degradado: um incidente".to_owned(),
        _ => format!("O serviço está degradado: {count} incidentes"),
    }
}
