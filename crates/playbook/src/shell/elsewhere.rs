//! What a command does that another reader than this machine's shell gets, judged in that reader's language.
//!
//! Must never be here: when a command stands in such a context, see `split`.

use super::{Shell, Verdict, holes, look, special};
use crate::{Context, ContextKind, Effect, Hole};

/// The effect of a command in a context, and its holes. What would change that machine changes production.
pub(crate) fn judge(context: &Context, source: &str, line: u32, shell: &mut Shell) -> (Verdict, Vec<Hole>) {
    let verdict = match context.kind {
        ContextKind::Shell | ContextKind::Folder => {
            let found = shell.analyse(source, line);
            let effect = if context.kind == ContextKind::Folder { found.effect } else { far(found.effect) };
            return (Verdict::new(effect, found.reason.clone()), found.holes.clone());
        }
        ContextKind::Sql => special::statement(source),
        ContextKind::Redis => match look::glance(&format!("redis-cli {source}")) {
            look::Glance::Enough(look) => look.verdict,
            look::Glance::Open | look::Glance::Unclear => {
                Verdict::unknown("it is not read as one command of Redis")
            }
        },
        ContextKind::Console => Verdict::unknown("it is for a console that is not looked into"),
    };
    let mut holes = holes::find(source).holes;
    holes.retain(|hole| !hole.token.starts_with('$'));
    (verdict, holes)
}

/// What reads or changes that machine reads or changes the world.
fn far(effect: Effect) -> Effect {
    match effect {
        Effect::ReadsHere => Effect::ReadsWorld,
        Effect::ChangesHere => Effect::ChangesProduction,
        Effect::ReadsWorld
        | Effect::FollowsLog
        | Effect::Waits
        | Effect::ChangesProduction
        | Effect::Destroys
        | Effect::Unknown => effect,
    }
}
