//! Trying a command without doing it, where its tool can: the exact text of the dry run, and what that could still do.
//!
//! Only a single plain call is taken, its words and options all known: a pipe, a redirection or an option that nobody
//! vouched for would make the dry run do more than it says. Must never be here: which tools can, see `tables::dry`.

use super::argv::{Args, Spec};
use super::manifest::find_verb;
use super::plain::{self, Plain};
use super::tables::dry::{DRY, Dry, INSTEAD, Instead};
use super::word::{Shape, Word};
use super::{Verdict, effect_of, look};
use crate::Effect;

/// A command that says what another one would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
    /// Its exact text.
    pub source: String,
    /// What it can do itself.
    pub effect: Effect,
    /// Why that is thought.
    pub reason: String,
}

/// The dry run of a command exactly as it stands; `None` when its tool has none, or when it is one already.
#[must_use]
pub fn dry_run(source: &str) -> Option<DryRun> {
    let words = single_call(source)?;
    let (name, rest) = unwrapped(&words)?;
    let (_, verb, after) = find_verb(name, rest)?;
    let source = match DRY.iter().find(|dry| dry.is_of(name, verb.path)) {
        Some(_) if is_dry(after) || after.iter().any(|word| word.text == "--") => return None,
        Some(dry) => format!("{} {}", source.trim_end(), dry.option),
        None => {
            let instead = INSTEAD.iter().find(|instead| instead.is_of(name, verb.path))?;
            let to_verb = words.len() - after.len() - verb.path.split(' ').count();
            instead.text(words.get(..to_verb)?, after)?
        }
    };
    let (effect, reason) = effect_of(&source);
    Some(DryRun { source, effect, reason })
}

/// What a call with a dry-run option could do; `None` when it is no dry run that anybody vouched for.
pub(super) fn judge(name: &str, path: &str, rest: &[Word]) -> Option<Verdict> {
    let dry = DRY.iter().find(|dry| dry.is_of(name, path))?;
    if rest.iter().any(|word| word.shape == Shape::Open || word.text == "--") {
        return None;
    }
    // All the words are read together: the same text may be the value of another option.
    let args = Args::read(rest, &[dry.with, Spec::of("", "").glued(DRY_RUN)]);
    let mut given = args.options.iter().filter(|(option, _)| option == DRY_RUN);
    let (_, value) = given.next()?;
    let is_meant = match dry.option.split_once('=') {
        Some((_, wanted)) => value.as_ref().and_then(Word::exact) == Some(wanted),
        None => value.is_none(),
    };
    // A second word about it may take the first one back.
    (is_meant && given.next().is_none() && args.unknown.is_empty())
        .then(|| Verdict::new(dry.effect, format!("`{name} {path} {}` {}", dry.option, dry.why)))
}

impl Dry {
    fn is_of(&self, name: &str, path: &str) -> bool {
        names(self.tools, name) && self.path == path
    }
}

impl Instead {
    fn is_of(&self, name: &str, path: &str) -> bool {
        names(self.tools, name) && self.path == path
    }

    /// The words before the verb, the other verb, and the options that both have.
    fn text(&self, before: &[Word], after: &[Word]) -> Option<String> {
        let plain = |word: &Word| {
            let text = word.exact()?;
            let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,@+".contains(&byte);
            (!text.is_empty() && text.bytes().all(safe)).then(|| text.to_owned())
        };
        // An operand, such as a plan that was saved, means something else to the other verb.
        if after.iter().any(|word| !word.text.starts_with('-')) {
            return None;
        }
        let kept = after.iter().filter(|word| word.text != self.dropped);
        let words: Option<Vec<String>> =
            before.iter().map(plain).chain([Some(self.verb.to_owned())]).chain(kept.map(plain)).collect();
        Some(words?.join(" "))
    }
}

fn names(list: &str, name: &str) -> bool {
    list.split(' ').any(|known| known == name)
}

/// Whether any word speaks of a dry run.
fn is_dry(words: &[Word]) -> bool {
    words.iter().any(|word| word.text.starts_with(DRY_RUN))
}

/// The name that every tool here has for it.
const DRY_RUN: &str = "--dry-run";

/// The words of a text that is one plain call and nothing else.
pub(super) fn single_call(source: &str) -> Option<Vec<Word>> {
    let one_line = source.trim_end();
    if one_line.len() > look::SOURCE_BYTES_MAX
        || one_line.contains(['\n', '#', '\\'])
        || look::hidden(source).is_some()
    {
        return None;
    }
    let Plain::Whole(mut commands) = plain::read(source) else { return None };
    let only = commands.pop().filter(|only| commands.is_empty() && only.redirections.is_empty())?;
    Some(only.words)
}

/// The tool's name and its arguments: `npx` is looked through.
pub(super) fn unwrapped(words: &[Word]) -> Option<(&str, &[Word])> {
    let (first, rest) = words.split_first()?;
    let (name, rest) = match first.exact()? {
        "npx" => rest.split_first().and_then(|(name, rest)| Some((name.exact()?, rest)))?,
        name => (name, rest),
    };
    look::is_plain_name(name).then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Approval;

    #[test]
    fn a_dry_run_is_its_own_exact_command_and_changes_no_production() {
        for (source, dry, effect) in [
            (
                "kubectl -n web scale deploy/api --replicas=3",
                "kubectl -n web scale deploy/api --replicas=3 --dry-run=server",
                Effect::ReadsWorld,
            ),
            (
                "kubectl rollout undo deployment/api",
                "kubectl rollout undo deployment/api --dry-run=server",
                Effect::ReadsWorld,
            ),
            (
                "kubectl delete pod api-0 -n web",
                "kubectl delete pod api-0 -n web --dry-run=server",
                Effect::ReadsWorld,
            ),
            ("helm rollback api 12 -n web", "helm rollback api 12 -n web --dry-run", Effect::ReadsWorld),
            (
                "wrangler deploy --env production",
                "wrangler deploy --env production --dry-run",
                Effect::ChangesHere,
            ),
            ("npx convex deploy", "npx convex deploy --dry-run", Effect::ChangesHere),
            ("git push origin main", "git push origin main --dry-run", Effect::ChangesHere),
            (
                "terraform apply -auto-approve -target=module.edge",
                "terraform plan -target=module.edge",
                Effect::Unknown,
            ),
            ("terraform destroy", "terraform plan -destroy", Effect::Unknown),
        ] {
            let found = dry_run(source).unwrap_or_else(|| panic!("{source} has a dry run"));
            assert_eq!((found.source.as_str(), found.effect), (dry, effect), "{source}: {}", found.reason);
            let (itself, _) = effect_of(source);
            assert_eq!(itself.approval(), Approval::Needed, "{source} itself changes something");
        }
    }

    #[test]
    fn what_could_do_more_than_a_dry_run_has_none_or_is_not_vouched_for() {
        for source in [
            "wrangler rollback --env production",
            "kubectl get pods",
            "kubectl delete pod x --dry-run=server",
            "kubectl apply -f a.yaml && rm -rf /srv",
            "kubectl apply -f a.yaml > out",
            "kubectl apply -f a.yaml | tee log",
            "kubectl apply -f a.yaml # note",
            "kubectl apply -f a.yaml\nkubectl delete ns web",
            "kubectl delete pod -- x",
            "$TOOL apply -f a.yaml",
            "terraform apply saved.plan",
            "terraform apply -var-file=$(id)",
            "",
        ] {
            assert_eq!(dry_run(source), None, "{source}");
        }
        for source in [
            "kubectl apply -f a.yaml --dry-run=server --dry-run=none",
            "kubectl apply -f a.yaml --dry-run=none",
            "kubectl apply -f a.yaml --dry-run=$MODE",
            "kubectl apply -f a.yaml --dry-run=server $MORE",
            "kubectl exec api-0 --dry-run=server -- rm -rf /srv",
            "helm upgrade api ./chart --dry-run=server --post-renderer ./run.sh",
            "git push --dry-run --receive-pack=/tmp/x origin",
            "wrangler rollback --dry-run",
            "helm upgrade api --set --dry-run=server ./chart",
            "helm upgrade api --version --dry-run=server ./chart",
            "helm uninstall api -n --dry-run other",
            "kubectl delete pod x -n --dry-run=server y",
            "kubectl delete pod x -l=--dry-run=server",
            "kubectl delete pod x -n* --dry-run=server",
            "git push origin main --dry-run=",
            "terraform plan -out=saved.plan",
        ] {
            let (effect, reason) = effect_of(source);
            assert_eq!(effect.approval(), Approval::Needed, "{source}: {reason}");
        }
        let unknown = dry_run("helm upgrade api ./chart --post-renderer ./run.sh").expect("helm has one");
        assert_eq!(unknown.effect.approval(), Approval::Needed, "{unknown:?}");
    }
}
