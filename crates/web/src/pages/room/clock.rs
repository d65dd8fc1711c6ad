//! The first-minutes clock: phases with their windows, a mark for now, items to tick.

use super::Room;
use crate::view::When;
use incident::{Status, Tick};
use playbook::{ChecklistItem, Phase};

/// The checklist against the clock.
pub(crate) struct Clock {
    pub(crate) title: String,
    pub(crate) total_s: i64,
    pub(crate) now_s: i64,
    pub(crate) since_ms: i64,
    pub(crate) running: bool,
    pub(crate) segments: Vec<Segment>,
    pub(crate) phases: Vec<PhaseView>,
    pub(crate) done: usize,
    pub(crate) items: usize,
}

/// A phase's window on the track, in seconds.
pub(crate) struct Segment {
    pub(crate) x: i64,
    pub(crate) width: i64,
    pub(crate) class: &'static str,
}

/// A phase with its items.
pub(crate) struct PhaseView {
    pub(crate) name: String,
    pub(crate) window: String,
    pub(crate) class: &'static str,
    pub(crate) word: &'static str,
    pub(crate) items: Vec<ItemView>,
}

/// One thing to tick.
pub(crate) struct ItemView {
    pub(crate) phase: u32,
    pub(crate) item: u32,
    pub(crate) text: String,
    pub(crate) ticked: Option<TickView>,
    pub(crate) applies: bool,
}

/// Who or what ticked it.
pub(crate) struct TickView {
    pub(crate) by: String,
    pub(crate) at: When,
    pub(crate) because: Option<String>,
}

impl Clock {
    pub(super) fn new(room: &Room<'_>) -> Option<Self> {
        let checklist = room.incident.plan.playbook.checklist.as_ref()?;
        let end = room.incident.resolved_at.unwrap_or(room.frame.now);
        let now_s = end.duration_since(room.incident.opened_at).as_secs().max(0);
        let numbered = (0_u32..).zip(&checklist.phases);
        let phases: Vec<PhaseView> =
            numbered.map(|(number, phase)| view(room, number, phase, now_s)).collect();
        let windows = checklist.phases.iter().zip(&phases);
        let segments: Vec<Segment> = windows.filter_map(|(phase, view)| segment(phase, view)).collect();
        let total_s = segments.iter().map(|segment| segment.x + segment.width).max().unwrap_or(900);
        let items: usize = phases.iter().map(|phase| phase.items.len()).sum();
        let done = phases.iter().flat_map(|phase| &phase.items).filter(|item| item.ticked.is_some()).count();
        Some(Self {
            title: checklist.title.clone(),
            total_s,
            now_s: now_s.min(total_s),
            since_ms: room.incident.opened_at.as_millisecond(),
            running: room.incident.status == Status::Open,
            segments,
            phases,
            done,
            items,
        })
    }
}

fn segment(phase: &Phase, view: &PhaseView) -> Option<Segment> {
    let window = phase.window?;
    let (from, to) = (i64::from(window.from_min) * 60, i64::from(window.to_min) * 60);
    Some(Segment { x: from, width: (to - from).max(1), class: view.class })
}

fn view(room: &Room<'_>, number: u32, phase: &Phase, now_s: i64) -> PhaseView {
    let numbered = (0_u32..).zip(&phase.items);
    let items: Vec<ItemView> = numbered.map(|(item, text)| item_view(room, (number, item), text)).collect();
    let done = items.iter().all(|item| item.ticked.is_some() || !item.applies);
    let (from, to) = phase.window.map_or((i64::MAX, i64::MAX), |window| {
        (i64::from(window.from_min) * 60, i64::from(window.to_min) * 60)
    });
    let open = room.incident.status == Status::Open;
    let (class, word) = match (done, open) {
        (true, _) => ("done", "done"),
        (false, true) if now_s >= to => ("late", "late"),
        (false, true) if now_s >= from => ("current", "now"),
        (false, _) => ("", ""),
    };
    PhaseView {
        name: format!("{}. {}", phase.number, phase.name),
        window: phase
            .window
            .map_or_else(String::new, |window| format!("{}–{} min", window.from_min, window.to_min)),
        class,
        word,
        items,
    }
}

fn item_view(room: &Room<'_>, at: (u32, u32), item: &ChecklistItem) -> ItemView {
    let severity = room.incident.severity().name;
    let named = item.condition.as_ref().map(|condition| condition.severities.as_slice()).unwrap_or_default();
    ItemView {
        phase: at.0,
        item: at.1,
        text: item.text.clone(),
        ticked: room.incident.ticks.get(&at).map(tick_view),
        applies: named.is_empty() || named.iter().any(|name| name.eq_ignore_ascii_case(&severity)),
    }
}

fn tick_view(tick: &Tick) -> TickView {
    TickView { by: tick.by.to_string(), at: When::clock(tick.at), because: tick.because.clone() }
}
